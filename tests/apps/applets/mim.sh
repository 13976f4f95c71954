#!/bin/sh
# about: the ordinary work of mim
printf 'all() { echo all; }\nother() { echo other $1; }\n' > Mimfile
mim
mim other x
