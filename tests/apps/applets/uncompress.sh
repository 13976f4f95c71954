#!/bin/sh
# about: the ordinary work of uncompress
uncompress none.Z 2>&1; echo $?; echo junk > t.Z; uncompress t.Z 2> /dev/null; echo $?
