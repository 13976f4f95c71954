#!/bin/sh
# about: the ordinary work of env
env -i A=1 B=2 env; env -u HOME sh -c 'echo ${HOME-unset}'; env X=y sh -c 'echo $X'; env nosuchcmd; echo $?
