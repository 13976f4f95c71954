#!/bin/sh
# about: the ordinary work of httpd
mkdir w; echo page > w/index.html; printf 'GET /index.html HTTP/1.0\r\n\r\n' | httpd -i -h w 2> /dev/null | sed -n '1p;$p' | tr -d '\r'; httpd -e 'a<b'; echo; httpd -d 'a%20b'; echo; httpd -m secret | cut -c1-3
