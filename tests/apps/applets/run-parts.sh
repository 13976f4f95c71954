#!/bin/sh
# about: the ordinary work of run-parts
mkdir p; printf '#!/bin/sh\necho one $1\n' > p/01one; printf '#!/bin/sh\necho two\nexit 3\n' > p/02two; chmod 755 p/*; echo not > p/readme.txt; run-parts -a arg p; echo $?; run-parts --test p
