#!/bin/sh
# about: ipcs, ipcmk and ipcrm of util-linux
# root: tools
# timeout: 120

# Ids become N, keys K, times T.
mask() {
    sed -e 's/pid=[0-9]*/pid=N/g' -e 's/0x[0-9a-f]\{8\}/K/g' -e 's/[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]*/T/g' \
        -e 's/[0-9]\{4,\}/N/g' -e 's/=[A-Z][a-z][a-z] T N/=T/' -e 's/  */ /g'
}
id() { sed 's/.*: //'; }

ipcs
h=$(ipcmk -M 5000 | id)
s=$(ipcmk -S 3 -p 0640 | id)
q=$(ipcmk -Q | id)
echo "ids $h $s $q"
ipcs | mask
ipcs -m -t | mask
ipcs -q -p | mask
ipcs -s -c | mask
ipcs -u | grep -v resident
ipcs -l
ipcs -m -i "$h" | mask
ipcs -q -i "$q" | mask
ipcs -s -i "$s" | mask
ipcs -m --human | mask
ipcrm -m "$h" -q "$q"
ipcs | mask
ipcrm -m 12345; echo "exit $?"
ipcrm -q 12345; echo "exit $?"
ipcrm -a
ipcs
lsipc 2>/dev/null | mask
