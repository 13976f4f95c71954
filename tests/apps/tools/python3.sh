#!/bin/sh
# about: python3 and its library
# root: tools
# timeout: 300

python3 -c 'import sys; print(sys.version_info[:2], sys.platform, sys.byteorder)'
cat > t.py << 'E'
import os, subprocess, threading, socket, select, signal, tempfile, mmap, json, hashlib, time, multiprocessing, asyncio, queue, fcntl, struct, zlib, random
print(sum(i * i for i in range(100000)))
print(subprocess.run(["sh", "-c", "cat; echo err >&2; exit 5"], input=b"in", capture_output=True))
r = []
lock = threading.Lock()
def work(n):
    for _ in range(1000):
        with lock:
            r.append(n)
ts = [threading.Thread(target=work, args=(i,)) for i in range(8)]
[t.start() for t in ts]; [t.join() for t in ts]
print(len(r), sorted(set(r)))
a, b = socket.socketpair()
a.sendall(b"hello"); print(b.recv(10)); print(select.select([b], [], [], 0)[0] == [])
s = socket.socket(socket.AF_UNIX); s.bind("sock"); s.listen()
def serve():
    c, _ = s.accept(); c.sendall(c.recv(100).upper()); c.close()
t = threading.Thread(target=serve); t.start()
c = socket.socket(socket.AF_UNIX); c.connect("sock"); c.sendall(b"shout"); print(c.recv(100)); t.join()
got = []
signal.signal(signal.SIGALRM, lambda *x: got.append(1)); signal.setitimer(signal.ITIMER_REAL, 0.05)
while not got: time.sleep(0.5)
print(got)
with tempfile.TemporaryFile() as f:
    f.write(b"x" * 8192); f.flush(); m = mmap.mmap(f.fileno(), 8192); m[0:3] = b"map"; f.seek(0); print(f.read(4)); m.close()
print(json.dumps({"a": [1, 2.5, None]}), hashlib.sha256(b"abc").hexdigest()[:16], zlib.crc32(b"abc"))
print(os.path.exists("/proc/self/status"), os.cpu_count() > 0, os.getcwd() == os.path.realpath("."))
async def main():
    async def one(n):
        await asyncio.sleep(0.01 * n); return n
    print(await asyncio.gather(*(one(i) for i in range(5))))
    p = await asyncio.create_subprocess_exec("echo", "async", stdout=-1); print((await p.communicate())[0])
asyncio.run(main())
def sq(x): return x * x
if __name__ == "__main__":
    with multiprocessing.Pool(3) as p: print(p.map(sq, range(10)))
    q = multiprocessing.Queue(); multiprocessing.Process(target=q.put, args=("queued",)).start(); print(q.get())
pid = os.fork()
if pid == 0: os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
os.makedirs("a/b"); os.rename("a", "z"); print(os.listdir("z"), os.stat("z").st_mode & 0o777 > 0)
e = select.epoll(); x, y = os.pipe(); e.register(x, select.EPOLLIN); os.write(y, b"1"); print(e.poll(1) == [(x, 1)])
try: open("/none/x")
except FileNotFoundError as ex: print(ex)
fcntl.flock(open("lock", "w"), fcntl.LOCK_EX | fcntl.LOCK_NB); print("locked")
E
python3 t.py
python3 -c 'raise SystemExit(9)'; echo $?
echo 'print(input()[::-1])' > r.py; echo reverse | python3 r.py
python3 -m json.tool << E
{"k": [1, 2]}
E
