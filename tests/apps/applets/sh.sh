#!/bin/sh
# about: the ordinary work of sh
sh -c 'echo $0 $1' name arg; echo 'echo from stdin' | sh; printf 'echo script $#\n' > s; sh s a b; sh -e -c 'false; echo no'; echo $?; sh -c 'echo err >&2' 2>&1; sh -x -c 'true' 2>&1; sh -c 'kill -TERM $$'; echo $?; sh -n -c 'if' 2> /dev/null; echo $?; sh -c 'set -o pipefail; false | true'; echo $?; sh -u -c 'echo $nope' 2> /dev/null; echo $?
