"""tests/host: portable kernel code in host programs, and their fuzzers.

mk/host-tests.mk builds them; a test passes when it exits with 0.
"""

import os
import subprocess

from common import FAIL, PASS, TOP, Clock, make, options, path, results, wanted

LIMIT = 900
FUZZ_SECONDS = 5


def targets(goal):
    if not os.path.exists(path("mk/host-tests.mk")):
        return []
    r = subprocess.run(["make", "-s", "-C", TOP, goal], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return sorted(r.stdout.decode().split())


def names():
    return ["host/" + n for n in targets("host-test-list")] + [
        "fuzz/" + n for n in targets("host-fuzz-list")]


def execute(name, words, limit):
    clock = Clock()
    try:
        r = subprocess.run(words, cwd=TOP, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=limit)
        text, code = r.stdout.decode(errors="replace"), r.returncode
    except subprocess.TimeoutExpired as e:
        text = (e.stdout or b"").decode(errors="replace") + "\n[timeout]"
        code = 1
    if code == 0:
        results.add(name, PASS, seconds=clock.seconds())
    else:
        results.add(name, FAIL, "\n".join(text.split("\n")[-60:]))


def test_job(name):
    error = make(f"build/host/tests/{name}")
    if error:
        results.add("host/" + name, FAIL, error)
    else:
        execute("host/" + name, [path("build/host/tests", name)], LIMIT)


def fuzz_words(name, seconds, write):
    """A fuzzer's command line. New inputs are only kept when asked to."""
    corpus = path("tests/host/corpus", name)
    os.makedirs(corpus, exist_ok=True)
    scratch = path("build/host/corpus", name)
    crashes = path("build/host/crashes", name) + "/"
    os.makedirs(scratch, exist_ok=True)
    os.makedirs(crashes, exist_ok=True)
    folders = [corpus] if write else [scratch, corpus]
    return [path("build/host/fuzz", name), f"-max_total_time={seconds}",
            f"-artifact_prefix={crashes}", "-print_final_stats=1", "-rss_limit_mb=2048",
            *folders]


def fuzz_job(name):
    error = make(f"build/host/fuzz/{name}")
    if error:
        results.add("fuzz/" + name, FAIL, error)
    else:
        seconds = 60 if options.all else FUZZ_SECONDS
        execute("fuzz/" + name, fuzz_words(name, seconds, False), seconds + LIMIT)


def fuzz(name, seconds):
    """./test --fuzz NAME SECONDS"""
    if name not in targets("host-fuzz-list"):
        print("no such fuzzer: " + name + "; there are "
              + " ".join(targets("host-fuzz-list")))
        return 64
    error = make(f"build/host/fuzz/{name}")
    if error:
        print(error)
        return 1
    return subprocess.run(fuzz_words(name, seconds, True), cwd=TOP).returncode


def jobs():
    work = []
    for n in targets("host-test-list"):
        if wanted("host/" + n):
            work.append(lambda n=n: test_job(n))
    for n in targets("host-fuzz-list"):
        if wanted("fuzz/" + n):
            work.append(lambda n=n: fuzz_job(n))
    return work
