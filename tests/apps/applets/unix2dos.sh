#!/bin/sh
# about: the ordinary work of unix2dos
printf 'a\nb\n' > t; unix2dos t; od -An -c t
