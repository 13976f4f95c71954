#!/usr/bin/env python3
"""Make docs/syscalls.md from the list of system calls, their functions and the
tests that say which calls they cover.

    tools/syscalls_doc.py            write the page
    tools/syscalls_doc.py --check    exit 1 if the page is out of date
"""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
PAGE = TOP / "docs/syscalls.md"
MODES = {"OWN": "works", "HANDLE": "by rights", "PATH": "beneath a handle",
         "DENY": "EPERM"}


def calls():
    text = (TOP / "kernel/abi/syscall_list.h").read_text()
    pattern = r"^SYSCALL\((\w+), (-?\d+), (-?\d+), (\w+)\)"
    for m in re.finditer(pattern, text, re.M):
        yield m[1], int(m[2]), int(m[3]), m[4]


def implemented():
    found = set()
    for path in sorted((TOP / "kernel/abi").glob("*.c")):
        text = path.read_text()
        found.update(re.findall(r"^s64 sys_(\w+)\(", text, re.M))
        found.update(re.findall(r"^ID_GETTER\((\w+)", text, re.M))
    return found


def tests():
    cover = {}
    for path in sorted((TOP / "tests").glob("*/*.c")):
        for line in path.read_text(errors="replace").splitlines()[:30]:
            m = re.match(r"//\s*calls:\s*(.*)", line)
            for name in m[1].replace(",", " ").split() if m else []:
                cover.setdefault(name, []).append(path.stem)
    return cover


def page():
    have, cover = implemented(), tests()
    rows, done, covered = [], 0, 0
    for name, x86, arm, mode in calls():
        exists = name in have
        done += exists
        names = sorted(set(cover.get(name, [])))
        covered += bool(exists and names)
        number = [str(n) if n >= 0 else "" for n in (x86, arm)]
        rows.append(f"| {name} | {number[0]} | {number[1]} | "
                    f"{'yes' if exists else 'ENOSYS'} | "
                    f"{MODES[mode] if exists else ''} | {' '.join(names)} |")
    head = f"""# System calls

Made by `tools/syscalls_doc.py` from `kernel/abi/` and the `// calls:` lines of
the tests. {done} calls are implemented, {covered} of them are covered by tests.
The others return ENOSYS and are logged at their first use.

*Capability mode* says what a call does in a process that has entered it (see
`kernel/abi/syscall_list.h`).

| call | x86-64 | AArch64 | implemented | capability mode | tests |
|---|---|---|---|---|---|
"""
    return head + "\n".join(rows) + "\n"


def main():
    text = page()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text() != text:
            print("docs/syscalls.md is out of date: run tools/syscalls_doc.py")
            return 1
        return 0
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
