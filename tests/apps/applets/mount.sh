#!/bin/sh
# about: the ordinary work of mount
mkdir m; mount -t tmpfs none m; echo x > m/f; grep -c " $PWD/m tmpfs" /proc/mounts; mount -o remount,ro m; echo y > m/g 2> /dev/null; echo $?; umount m; ls m; mount -t nosuchfs none m 2>&1; echo $?; mkdir b s; echo z > s/f; mount --bind s b; cat b/f; umount b
