"""tests/hako: what only Hako has, on its debug kernel; the tests check
themselves. Any report of the kernel's own checks fails the test that ran."""

from common import (FAIL, PASS, SKIP, label, no_kernel, options, pending, results,
                    wanted)
from guest import Batch, Test, files_of


def collect():
    return [Test("hako", f) for f in files_of("hako", ".c")]


def names():
    return [t.name for t in collect()]


def job(tests, arch):
    batch = Batch(tests, arch, "debug")
    try:
        batch.run()
    except (RuntimeError, OSError) as e:
        for test in tests:
            batch.errors.setdefault(test, str(e))
    for test in tests:
        name = label(test.name, arch)
        text = batch.outputs.get(test, b"").decode(errors="replace")
        if test in batch.errors:
            results.add(name, FAIL, batch.errors[test])
        elif test not in batch.outputs:
            results.add(name, FAIL, "the machine did not get to it")
        elif text.rstrip("\n").endswith("]"):  # [exit N], [signal N], [timeout]
            results.add(name, FAIL, text)
        else:
            results.add(name, PASS, seconds=batch.seconds.get(test))


def jobs():
    work = []
    tests = [t for t in collect() if wanted(t.name)]
    for arch in options.archs:
        why = no_kernel(arch)
        ready = []
        for test in tests:
            if why or pending.has(test.name, arch):
                results.add(label(test.name, arch), SKIP, why or "pending")
            else:
                ready.append(test)
        if ready:
            work.append(lambda r=ready, a=arch: job(r, a))
    return work
