#!/bin/sh
# about: the ordinary work of chroot
mkdir -p r/bin; cp /bin/busybox r/bin; ln -s busybox r/bin/sh
echo inside > r/file
chroot r /bin/busybox cat /file; chroot r /bin/sh -c 'cd /..; pwd; busybox ls'
chroot r /none 2>&1; echo $?; chroot /none true; echo $?
