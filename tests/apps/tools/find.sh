#!/bin/sh
# about: findutils
# root: tools
# timeout: 300

mkdir -p a/b/c; for i in 1 2 3; do echo $i > a/$i.txt; done; ln -s 1.txt a/l; chmod 600 a/2.txt
find a | sort; find a -type f -name '*.txt' -printf '%f %s %m\n' | sort; touch -r a/1.txt a/3.txt; find a -newer a/1.txt -name 3.txt | wc -l
find a -type f -print0 | xargs -0 cat | sort; find a -perm 600; find a -type d -empty; find a -xtype f | sort
find a -name '*.txt' -exec sh -c 'echo $(basename $1)' _ {} \; | sort; find a -mindepth 2; find a -regex '.*[12].txt' | sort
find a -type f -delete; find a | sort; seq 1 10000 | xargs -n 1000 echo | wc -l; seq 1 6 | xargs -P 3 -n 1 | sort; echo a b | xargs -n1 -I{} echo '[{}]'
find /none; echo $?
