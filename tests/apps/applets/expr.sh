#!/bin/sh
# about: the ordinary work of expr
expr 3 + 4 \* 2; expr 10 / 3; expr 10 % 3; expr abc : 'a\(.\)c'; expr length hello; expr substr hello 2 3; expr index hello l; expr 1 = 2; echo $?; expr 5 '>' 3; expr 1 / 0; echo $?
