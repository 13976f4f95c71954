#!/bin/sh
# about: the ordinary work of cal
cal 2 2024
cal 1 1970
