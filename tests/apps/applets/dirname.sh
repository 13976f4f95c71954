#!/bin/sh
# about: the ordinary work of dirname
dirname /a/b/c; dirname c; dirname /; dirname a/b/
