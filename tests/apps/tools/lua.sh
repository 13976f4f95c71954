#!/bin/sh
# about: lua5.4
# root: tools
# timeout: 300

lua5.4 -e 'local t = {} for i = 1, 10 do t[i] = i * i end print(table.concat(t, ","))'
lua5.4 -e 'local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end print(f(22))'
lua5.4 -e 'local f = io.open("x", "w") f:write("a\nb\n") f:close() for l in io.lines("x") do print(l) end print(os.execute("exit 3"))'
lua5.4 -e 'print(("hello"):gsub("l", "L"), string.format("%5.2f|%d", 3.14159, 42), 7 // 2, 2^10)'
lua5.4 -e 'local co = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) print(co(), co(), co())'
lua5.4 -e 'print(pcall(error, "bad"))' ; lua5.4 -e 'error("x")' 2> /dev/null; echo $?
lua5.4 -e 'local p = io.popen("echo piped") print(p:read("a")) p:close() print(os.time{year=2000,month=1,day=1,hour=12} > 0)'
