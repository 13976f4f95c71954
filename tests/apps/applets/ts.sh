#!/bin/sh
# about: the ordinary work of ts
printf 'a\nb\n' | ts | wc -l; echo x | ts +%Y | awk '{print ($1 > 2000), $2}'; echo q | ts -i | cut -d' ' -f2
