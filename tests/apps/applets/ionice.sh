#!/bin/sh
# about: the ordinary work of ionice
ionice -c 2 -n 3 sh -c ionice; ionice -c 3 true; echo $?
