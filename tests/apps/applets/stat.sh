#!/bin/sh
# about: the ordinary work of stat
echo hello > f; chmod 640 f; touch -d @1000000000 f; ln -s f l; mkdir d
stat -c '%n %s %a %A %F %h %u %g %U %G %Y' f; stat -c '%N %F' l; stat -L -c %F l; stat -c %F d /dev/null; stat -c '%t %T' /dev/null; stat -f -c '%T' /proc; stat /none 2>&1; echo $?; stat f | sed -n 's/.*Size: \([0-9]*\).*/\1/p'; stat -t f | awk '{print $1, $2}'
