#!/bin/sh
# about: the ordinary work of mkpasswd
mkpasswd -m md5 -S saltsalt secret; mkpasswd -m sha512 -S saltsalt secret
