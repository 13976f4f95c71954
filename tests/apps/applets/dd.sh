#!/bin/sh
# about: the ordinary work of dd
dd if=/dev/zero of=t bs=1k count=8 2> /dev/null; stat -c %s t
echo abcdefgh > a; dd if=a bs=1 skip=2 count=3 2> /dev/null; echo
printf XY | dd of=a bs=1 seek=1 conv=notrunc 2> /dev/null; cat a
echo hello | dd conv=ucase 2> /dev/null || echo no ucase
dd if=/dev/zero bs=1M count=3 2>&1 > /dev/null | head -2
dd if=/dev/zero of=s bs=1 count=0 seek=1M 2> /dev/null; stat -c %s s; dd if=/none 2>&1; echo $?
