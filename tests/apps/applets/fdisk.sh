#!/bin/sh
# about: the ordinary work of fdisk
dd if=/dev/zero of=disk bs=1k count=2048 2> /dev/null
printf 'o\nn\np\n1\n\n\nw\n' | fdisk disk > /dev/null 2>&1
dd if=disk bs=1 skip=510 count=2 2> /dev/null | od -An -tx1
fdisk -l disk 2> /dev/null | grep -c Linux
