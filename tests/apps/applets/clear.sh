#!/bin/sh
# about: the ordinary work of clear
clear | od -An -tx1
