#!/bin/sh
# about: the ordinary work of crontab
mkdir -p /var/spool/cron/crontabs; echo '1 2 * * * true' | crontab -; crontab -l; crontab -r; crontab -l 2> /dev/null; echo $?
