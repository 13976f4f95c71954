#!/bin/sh
# about: the ordinary work of tee
echo x | tee a b; cat a b; echo y | tee -a a; cat a; echo z | tee /none/x 2> /dev/null; echo $?
