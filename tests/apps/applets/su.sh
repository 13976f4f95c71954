#!/bin/sh
# about: the ordinary work of su
su user -c 'id -un; echo $HOME'; su -s /bin/sh nobody -c 'id -u'; su - user -c pwd; su user -c 'exit 7'; echo $?; su nosuch -c true 2> /dev/null; echo $?
