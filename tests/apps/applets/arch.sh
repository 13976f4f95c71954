#!/bin/sh
# about: the ordinary work of arch
arch | grep -qx "$(uname -m)" && echo same
