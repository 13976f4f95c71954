#!/bin/sh
# about: vim, by its commands
# root: tools
# timeout: 300

printf 'one\ntwo\nthree\n' > t
vim.tiny -u NONE -e -s t << 'E'
%s/o/0/g
2d
$put ='last'
w! out
q!
E
cat out 2> /dev/null; vim.tiny -u NONE -es -c '%normal Ax' -c 'wq' t < /dev/null; cat t; vim.tiny --version | head -1 | cut -c1-10; ls -A | sort
