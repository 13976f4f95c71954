#!/bin/sh
# about: the ordinary work of mt
mt -f /none status 2>&1; echo $?
