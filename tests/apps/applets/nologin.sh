#!/bin/sh
# about: the ordinary work of nologin
nologin > /dev/null < /dev/null & p=$!; sleep 0.2; kill $p 2> /dev/null; wait $p; [ $? -ne 0 ] && echo refused
