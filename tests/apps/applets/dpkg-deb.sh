#!/bin/sh
# about: the ordinary work of dpkg-deb
mkdir -p c d/usr; printf 'Package: hello\nVersion: 1\nArchitecture: all\n' > c/control; echo hi > d/usr/hi; tar -C c -czf control.tar.gz ./control; tar -C d -czf data.tar.gz ./usr; echo 2.0 > debian-binary
{ printf '!<arch>\n'; for f in debian-binary control.tar.gz data.tar.gz; do s=$(stat -c %s $f); printf '%-16s%-12s%-6s%-6s%-8s%-10s`\n' $f 0 0 0 100644 $s; cat $f; [ $((s % 2)) = 0 ] || echo; done; } > h.deb
dpkg-deb -f h.deb Package; dpkg-deb -c h.deb | awk '{print $NF}'; dpkg-deb -x h.deb o; cat o/usr/hi; dpkg-deb -I h.deb > /dev/null 2>&1; true
