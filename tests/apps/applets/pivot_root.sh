#!/bin/sh
# about: the ordinary work of pivot_root
unshare -m sh -c 'mkdir n; mount -t tmpfs none n; mkdir n/old n/bin; cp /bin/busybox n/bin; cd n; pivot_root . old 2>&1; echo $?' | sed 's/pivot_root: //'
