#!/bin/sh
# about: the ordinary work of w
w | head -1; w | wc -l
