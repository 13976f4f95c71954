"""tests/boot: ways in and out of a machine, and ./run's contract.

Each function test_NAME(machine) of tests/boot/FILE.py is the test
boot/FILE.NAME; it raises AssertionError when it fails and Skip when it cannot
be run. The machine it gets is described in tests/boot/machine.py.
"""

import importlib.util
import os
import sys
import traceback

from common import (FAIL, PASS, SKIP, Clock, image, label, no_kernel, options,
                    path, pending, results, wanted)


def load():
    """{name: function} of all boot tests."""
    folder = path("tests/boot")
    sys.path.insert(0, folder)
    found = {}
    for file in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        base = file[:-3]
        if not file.endswith(".py") or base == "machine":
            continue
        spec = importlib.util.spec_from_file_location("boot_" + base,
                                                      os.path.join(folder, file))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name in dir(module):
            if name.startswith("test_"):
                found[f"boot/{base}.{name[5:]}"] = getattr(module, name)
    return found


def names():
    return list(load())


def job(name, function, arch, kernel):
    import machine

    clock = Clock()
    full = label(name, arch, kernel)
    m = machine.Machine(arch, kernel, options)
    try:
        function(m)
    except machine.Skip as e:
        results.add(full, SKIP, str(e))
    except Exception as e:
        results.add(full, FAIL, "".join(traceback.format_exception(e)) +
                    str(m.last or "") + m.messages())
    else:
        text = m.reports()
        if text:
            results.add(full, FAIL, "the kernel reports:\n" + text)
            return
        results.add(full, PASS, seconds=clock.seconds())
        if kernel == "hako" and pending.lists(name, arch):
            results.unpended.append(full)
    finally:
        m.close()


def jobs():
    work = []
    for name, function in load().items():
        if not wanted(name):
            continue
        for arch in options.archs:
            why = no_kernel(arch)
            kernels = getattr(function, "kernels", ("hako", "linux"))
            if "hako" in kernels:
                if why or pending.has(name, arch):
                    results.add(label(name, arch), SKIP, why or "pending")
                else:
                    work.append(lambda n=name, f=function, a=arch:
                                job(n, f, a, "hako"))
            # Linux shows that the launcher and the test are right.
            if "linux" in kernels and not options.debug and (
                    why or "hako" not in kernels or
                    options.all or options.linux or
                    getattr(function, "both", False)):
                work.append(lambda n=name, f=function, a=arch:
                            job(n, f, a, "linux"))
    return work
