#!/bin/sh
# about: the ordinary work of whoami
whoami; su user -c whoami; setpriv true 2> /dev/null; true
