#!/bin/sh
# about: the ordinary work of bc
echo '2^100; scale=5; 22/7; sqrt(2)' | bc
echo 'define f(n) { if (n < 2) return n; return f(n-1) + f(n-2); } f(15)' | bc
echo 'obase=16; 255; ibase=2; 1010' | bc
