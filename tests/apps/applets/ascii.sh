#!/bin/sh
# about: the ordinary work of ascii
ascii | head -5
ascii | wc -l
