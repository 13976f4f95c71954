#!/bin/sh
# about: the ordinary work of fold
seq -s ' ' 1 30 | fold -w 20; seq -s ' ' 1 30 | fold -s -w 20
