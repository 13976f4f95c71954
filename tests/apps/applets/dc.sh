#!/bin/sh
# about: the ordinary work of dc
echo '2 3 + p 10 * p 2 / p' | dc
echo '16 i FF p 2 o p' | dc
echo '3 2 ^ p [hello] p' | dc
