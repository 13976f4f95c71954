#!/bin/sh
# about: the ordinary work of microcom
microcom /none 2>&1; echo $?
