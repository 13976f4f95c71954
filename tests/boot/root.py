"""--root with a directory and with a tar."""

import os
import subprocess

from common import path

LISTING = ("cd /t && stat -c '%n %F %a %s %h' file exec link hard sub sub/deep "
           "'a b' empty; cat hard sub/deep; readlink link; md5sum big")


def make_tree(m):
    """A root with BusyBox and one of each kind of file."""
    tree = m.path("tree")
    for d in ("bin", "t/sub", "etc"):
        os.makedirs(os.path.join(tree, d))
    busybox = path("build/cache", "busybox-" + m.arch)
    subprocess.run(["cp", busybox, tree + "/bin/busybox"], check=True)
    os.chmod(tree + "/bin/busybox", 0o755)
    for name in ("sh", "cat", "stat", "readlink", "md5sum", "ls"):
        os.symlink("busybox", f"{tree}/bin/{name}")
    t = tree + "/t"
    for name, text, mode in (("file", "one\n", 0o640), ("exec", "#!/bin/sh\n", 0o755),
                             ("sub/deep", "two\n", 0o600), ("a b", "", 0o644),
                             ("empty", "", 0o444), ("big", "0123456789" * 99999, 0o644)):
        with open(f"{t}/{name}", "w") as f:
            f.write(text)
        os.chmod(f"{t}/{name}", mode)
    os.symlink("../t/file", t + "/link")
    os.link(t + "/file", t + "/hard")
    os.chmod(t + "/sub", 0o1777)
    return tree


EXPECTED = """\
file regular file 640 4 2
exec regular file 755 10 1
link symbolic link 777 9 1
hard regular file 640 4 2
sub directory 1777 *
sub/deep regular file 600 4 1
a b regular empty file 644 0 1
empty regular empty file 444 0 1
one
two
../t/file
bb7e60e2ed1d1b1c6e6bbf0a9ec5cd44  big
"""


def check(m, root):
    r = m.run("--root", root, "--", "/bin/sh", "-c", LISTING)
    assert r.code == 0, (r.code, r.err)
    import hashlib

    digest = hashlib.md5(b"0123456789" * 99999).hexdigest()
    expected = EXPECTED.replace(EXPECTED.split("\n")[-2].split()[0], digest)
    for got, want in zip(r.out.decode().split("\n"), expected.split("\n")):
        # A directory's size and links are the file system's business.
        assert got == want or (want.endswith(" *") and got.startswith(want[:-1])), \
            (got, want)


def test_directory(m):
    check(m, make_tree(m))


def test_tar(m):
    tree = make_tree(m)
    tar = m.path("root.tar")
    subprocess.run(["tar", "-C", tree, "-cf", tar, "."], check=True)
    check(m, tar)


def test_tar_compressed(m):
    tree = make_tree(m)
    tar = m.path("root.tar.gz")
    subprocess.run(["tar", "-C", tree, "-czf", tar, "--format=pax", "."], check=True)
    check(m, tar)


def test_tar_without_directories(m):
    """A tar that names only files: their directories come by themselves."""
    tree = make_tree(m)
    tar = m.path("root.tar")
    files = subprocess.run(["find", ".", "!", "-type", "d"], cwd=tree,
                           stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "-C", tree, "-cf", tar, "-T", "-"], input=files,
                   check=True)
    r = m.run("--root", tar, "--", "/bin/sh", "-c", "cat /t/sub/deep; ls /t/sub")
    assert (r.code, r.out) == (0, b"two\ndeep\n"), (r.code, r.out, r.err)


def test_long_names(m):
    tree = make_tree(m)
    name = "/".join(["d" * 90] * 5) + "/" + "f" * 200
    os.makedirs(os.path.dirname(f"{tree}/t/{name}"))
    with open(f"{tree}/t/{name}", "w") as f:
        f.write("deep\n")
    for form in ("gnu", "pax"):
        tar = m.path(form + ".tar")
        subprocess.run(["tar", "-C", tree, "-cf", tar, "--format=" + form, "."],
                       check=True)
        r = m.run("--root", tar, "--", "/bin/cat", "/t/" + name)
        assert (r.code, r.out) == (0, b"deep\n"), (r.code, r.err)


def test_read_only_host(m):
    """What the machine writes stays in the machine."""
    tree = make_tree(m)
    r = m.run("--root", tree, "--", "/bin/sh", "-c", "echo x > /t/file; cat /t/file")
    assert r.out == b"x\n"
    with open(tree + "/t/file") as f:
        assert f.read() == "one\n"
