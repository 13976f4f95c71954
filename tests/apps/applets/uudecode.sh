#!/bin/sh
# about: the ordinary work of uudecode
printf 'begin 644 out\n#86)C\n`\nend\n' | uudecode; cat out; echo; printf 'begin 644 x\n#86)C\n`\nend\n' > u; uudecode -o - u; echo; stat -c %a out; printf 'begin-base64 644 y\nYWJj\n====\n' | uudecode -o -; echo
