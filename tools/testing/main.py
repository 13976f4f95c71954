"""./test: see tests/README.md."""

import argparse
import os
import queue
import random
import sys
import threading
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import boot
import checks
import guest
import hako
import host
import kernel_fuzz
from common import (ARCHS, FAIL, PASS, SKIP, make_ready, options, results, setup)


def parse():
    p = argparse.ArgumentParser(
        prog="./test", description="Run Hako's tests.",
        epilog="Without options: everything in its short form, both "
        "architectures, 4 processors.")
    p.add_argument("names", nargs="*", metavar="NAME",
                   help="only tests whose name contains NAME")
    p.add_argument("--list", action="store_true", help="only list the tests")
    p.add_argument("--all", action="store_true",
                   help="long forms too, with 1 and with 4 processors")
    p.add_argument("--debug", action="store_true",
                   help="abi, boot and apps on the debug build of the kernel")
    p.add_argument("--oracle", action="store_true",
                   help="make anew what is kept of Linux's output")
    p.add_argument("--pending", action="store_true",
                   help="also run what tests/hako-pending.txt holds back")
    p.add_argument("--linux", action="store_true",
                   help="run all of them on Linux too, not just a tenth")
    p.add_argument("--fuzz", nargs=2, metavar=("NAME", "SECONDS"),
                   help="run one fuzzer for so long; kernel: that of the "
                   "system calls")
    p.add_argument("--arch", choices=ARCHS, help="only this architecture")
    p.add_argument("--smp", type=int, default=4, help="processors (default 4)")
    p.add_argument("--seed", type=int, help="of the random tenth")
    return p.parse_args()


def list_tests():
    for module in (checks, host, hako, kernel_fuzz, boot):
        for name in module.names():
            print(name)
    for test in guest.collect():
        print(test.name)


def run_jobs(jobs):
    """Two at a time: as many as the smallest machine has processors."""
    work = queue.SimpleQueue()
    for job in jobs:
        work.put(job)

    def worker():
        while True:
            try:
                job = work.get_nowait()
            except queue.Empty:
                return
            try:
                job()
            except Exception:
                results.add("a job of ./test itself", FAIL, traceback.format_exc())

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def main():
    arguments = parse()
    options.all = arguments.all
    options.debug = arguments.debug
    options.pending = arguments.pending
    options.linux = arguments.linux
    options.names = arguments.names
    options.cpus = arguments.smp
    if arguments.arch:
        options.archs = (arguments.arch,)
    options.seed = arguments.seed or random.randrange(1 << 30)
    if arguments.list:
        list_tests()
        return 0
    if arguments.fuzz:
        if arguments.fuzz[0] == "kernel":
            return kernel_fuzz.fuzz(int(arguments.fuzz[1]))
        return host.fuzz(arguments.fuzz[0], int(arguments.fuzz[1]))
    for arch in options.archs:
        setup("musl", arch)
        setup("linux", arch)
    if arguments.oracle:
        guest.make_oracle()
    else:
        print(f"seed {options.seed}")
        sys.stdout.flush()
        jobs = []
        if not options.debug:
            jobs += checks.jobs() + host.jobs() + kernel_fuzz.jobs()
        own, machines = hako.jobs(), boot.jobs() + guest.jobs()
        for arch in options.archs:
            if machines:
                make_ready(arch, options.debug)
            if own:
                make_ready(arch, True)
        run_jobs(jobs + own + machines)
        if options.all and not arguments.smp == 1:
            options.cpus = 1
            run_jobs(boot.jobs() + guest.jobs())
    count = results.count
    if results.unpended:
        print("pass, but are still in tests/hako-pending.txt: "
              + ", ".join(results.unpended))
    if results.failed:
        print("failed: " + ", ".join(results.failed))
    print(f"{count[PASS]} passed, {count[FAIL]} failed, {count[SKIP]} skipped")
    return 1 if count[FAIL] else 0


if __name__ == "__main__":
    sys.exit(main())
