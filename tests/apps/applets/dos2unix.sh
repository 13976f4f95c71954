#!/bin/sh
# about: the ordinary work of dos2unix
printf 'a\r\nb\r\n' > t; dos2unix t; od -An -c t; printf 'x\r\n' | dos2unix | od -An -c
