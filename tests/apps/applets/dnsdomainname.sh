#!/bin/sh
# about: the ordinary work of dnsdomainname
dnsdomainname; echo $?
