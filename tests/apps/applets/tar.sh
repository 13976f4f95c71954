#!/bin/sh
# about: the ordinary work of tar
mkdir -p d/e; echo one > d/a; echo two > d/e/b; ln -s a d/l; ln d/a d/h; chmod 600 d/a
tar cf t.tar d; tar tf t.tar | sort; mkdir o; tar xf t.tar -C o; cat o/d/e/b; readlink o/d/l; stat -c '%a %h' o/d/a; tar czf t.tgz d; tar tzf t.tgz | wc -l; tar cjf t.tbz d; tar xjOf t.tbz d/a; tar cf - d | tar tf - | head -1; tar tvf t.tar d/a | awk '{print $1, $2, $3}'; tar cf x.tar --exclude 'e' d; tar tf x.tar | sort; echo junk | tar t 2> /dev/null; echo $?; tar xf t.tar d/e/b -O; tar cf z.tar -C d a e; tar tf z.tar | sort
