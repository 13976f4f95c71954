#!/bin/sh
# about: the ordinary work of grep
printf 'apple\nBanana\ncherry\napple pie\n' > t
grep apple t; grep -i banana t; grep -n an t; grep -c apple t; grep -v apple t; grep -o 'p*' t; grep -l apple t; grep -w pie t; grep -A1 Ban t; grep -B1 cherry t
grep -e apple -e cherry t; grep '^a.*e$' t; echo x | grep -q y; echo $?; grep x /none 2>&1; echo $?; mkdir d; echo find > d/f; grep -r find d; grep -E '(an){2}' t; grep -F 'p.e' t; echo $?; grep -m1 apple t
