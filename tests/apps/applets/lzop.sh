#!/bin/sh
# about: the ordinary work of lzop
seq 1 1000 > t; lzop t; ls; lzop -dc t.lzo | md5sum; md5sum t
