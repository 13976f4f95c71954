"""The tests that the debug kernel runs in itself: locks, waiting, RCU, timers,
allocators, scheduling, handles, requests, revocation; and its lock checker."""

import start_aarch64
import start_x86

from machine import Skip

PARTS = ["locks", "wait queues", "rcu", "timers", "slab", "pages", "affinity",
         "cpu calls", "work queues", "handles", "requests", "hand-off",
         "lock order", "all"]


def qemu(m, cpus, memory):
    if not m.options.debug:
        raise Skip("in the debug kernel: ./test --debug")
    start = start_x86 if m.arch == "x86_64" else start_aarch64
    return start.qemu(m, None, cpus=cpus, memory=memory, line="selftest")


def test_selftest(m):
    for cpus, memory in ((1, 64), (4, 128)):
        code, text = qemu(m, cpus, memory)
        for part in PARTS:
            assert f"selftest: {part} ok" in text, (cpus, part, text)
        assert code == 0, (cpus, code, text)


def test_reports_both_sites(m):
    """The report of a lock inversion names the four call sites."""
    text = qemu(m, 1, 64)[1]
    report = [line for line in text.split("\n") if "lock order: " in line]
    sites = [line for line in report
             if "test.a/0 at " in line and "test.b/0 at " in line]
    assert len(sites) == 2, text
    assert all(line.count("selftest_run+0x") == 2 for line in sites), text
