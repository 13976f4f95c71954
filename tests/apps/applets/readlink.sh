#!/bin/sh
# about: the ordinary work of readlink
: > f; ln -s f a; ln -s a b; ln -s none c; readlink a; readlink b; readlink -f b; readlink -f c; readlink f; echo $?; mkdir d; readlink -f d/../a; ln -s x x; readlink -f x; echo $?
