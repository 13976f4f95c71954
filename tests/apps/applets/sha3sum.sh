#!/bin/sh
# about: the ordinary work of sha3sum
printf abc | sha3sum; printf abc | sha3sum -a 512
