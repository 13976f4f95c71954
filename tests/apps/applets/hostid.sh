#!/bin/sh
# about: the ordinary work of hostid
hostid | grep -c '^[0-9a-f]*$'
