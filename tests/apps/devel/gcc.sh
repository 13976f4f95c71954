#!/bin/bash
# about: gcc and g++: compile and run C and C++
# root: devel
# timeout: 300

cat > a.c << 'E'
#include <stdio.h>
#include <pthread.h>
#include <math.h>
static void *f(void *p) { *(int *)p *= 2; return p; }
int main(int c, char **v) { int x = 21; pthread_t t; pthread_create(&t, 0, f, &x); pthread_join(t, 0); printf("%d %.3f %d\n", x, sqrt(2), c); return 3; }
E
gcc -O2 -Wall -o a a.c -lm -pthread && ./a 1 2; echo $?
cat > b.cc << 'E'
#include <iostream>
#include <map>
#include <thread>
#include <atomic>
#include <vector>
#include <stdexcept>
#include <algorithm>
int main() {
    std::map<std::string, int> m{{"b", 2}, {"a", 1}};
    for (auto &[k, v] : m) std::cout << k << v << ' ';
    std::atomic<int> n{0}; std::vector<std::thread> t;
    for (int i = 0; i < 8; i++) t.emplace_back([&] { for (int j = 0; j < 1000; j++) n++; });
    for (auto &x : t) x.join();
    std::cout << n << '\n';
    try { throw std::runtime_error("thrown"); } catch (std::exception &e) { std::cout << e.what() << '\n'; }
}
E
g++ -std=c++17 -O1 -o b b.cc -pthread && ./b
gcc -O0 -g -static -o s a.c -lm -pthread && ./s; echo $?
echo 'int g(void) { return 7; }' > g.c; gcc -shared -fPIC -o libg.so g.c; echo 'int g(void); int main(void) { return g(); }' > m.c; gcc -o m m.c -L. -lg -Wl,-rpath,$PWD && ./m; echo $?
ar rc libs.a a.o 2> /dev/null; gcc -c g.c && ar rcs libg2.a g.o && nm libg2.a | grep -c ' T g'; objdump -f m | grep -c 'file format'; echo 'int main(void) { return x; }' > bad.c; gcc bad.c 2> err; echo $?; grep -c error: err
gcc -S -O2 -o - g.c | grep -c 'ret'; gcc -E -dM - < /dev/null | grep -c __GNUC__; printf 'all: x.o y.o\n%%.o: %%.c\n\tgcc -c $<\n' > Makefile; echo 'int x;' > x.c; echo 'int y;' > y.c; make -s -j4 && ls *.o | sort
