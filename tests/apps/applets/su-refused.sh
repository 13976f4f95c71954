#!/bin/sh
# about: su to an account without a shell
su nobody -c true < /dev/null > /dev/null 2>&1; [ $? -ne 0 ] && echo refused
