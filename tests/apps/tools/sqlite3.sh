#!/bin/sh
# about: sqlite3, in memory and in files
# root: tools
# timeout: 300

sqlite3 t.db 'create table t(a integer primary key, b text); insert into t(b) values("one"),("two"),("three"); select * from t where b like "t%"; select count(*), sum(a) from t;'
sqlite3 t.db 'pragma journal_mode=wal; begin; insert into t(b) values("four"); rollback; select count(*) from t;'
seq 1 5000 | awk 'BEGIN {print "begin;create table n(x);"} {print "insert into n values(" $1 ");"} END {print "commit;"}' | sqlite3 t.db
sqlite3 t.db 'create index i on n(x); select avg(x), max(x) from n where x % 7 = 0; pragma integrity_check; explain query plan select * from n where x = 5;'
sqlite3 :memory: 'with recursive c(n) as (select 1 union all select n + 1 from c where n < 10) select group_concat(n) from c; select json_extract("{""a"":[1,2]}", "$.a[1]");'
sqlite3 t.db .dump | sqlite3 u.db; sqlite3 u.db 'select count(*) from n'; (sqlite3 t.db 'begin exclusive; select 1; ' & wait); sqlite3 -csv -header t.db 'select * from t'; sqlite3 t.db 'select nope' 2>&1; echo $?; sqlite3 t.db vacuum; ls | sort
