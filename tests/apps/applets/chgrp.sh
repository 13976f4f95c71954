#!/bin/sh
# about: the ordinary work of chgrp
: > t; chgrp 5 t; stat -c %g t; chgrp nogroup t; stat -c %G t
mkdir d; : > d/f; chgrp -R 7 d; stat -c '%n %g' d d/f; chgrp 1 /none 2>&1; echo $?
