"""Wrong and refused options: status 64 and one line that says what to do."""

import subprocess

from common import path
from machine import LIMIT


def refused(*words):
    r = subprocess.run([path("run"), *words], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT)
    assert r.returncode == 64, (words, r.returncode, r.stderr)
    assert r.stdout == b"", words
    lines = r.stderr.decode().rstrip("\n").split("\n")
    assert len(lines) == 1 and len(lines[0]) > 10, (words, lines)
    return lines[0]


def test_wrong(m):
    for words in (["--no-such"], ["-x"], ["command"], ["--"], ["--arch"],
                  ["--arch", "arm"], ["--arch", "--", "true"], ["--accel", "hvf"],
                  ["--smp", "0"], ["--smp", "x"], ["--smp", "1000"],
                  ["--mem", "1"], ["--mem", "-5"], ["--mem", "1G"],
                  ["--timeout", "0"], ["--timeout", "soon"], ["--timeout=-1"],
                  ["--net", "wifi"], ["--modules", "/tmp"]):
        refused(*words)


def test_not_yet(m):
    for words in (["--net", "user"], ["--net", "tap:t0"], ["--publish", "1:2"],
                  ["--share", "/tmp"], ["--share", "/tmp:/mnt"], ["--persist"]):
        assert "yet" in refused(*words, "--", "true")


def test_files(m):
    for words in (["--root", "/no/such"], ["--root", "/dev/null"],
                  ["--kernel", "/no/such"], ["--kernel", "/tmp"],
                  ["--kernel", "/etc/passwd", "--modules", "/no/such"]):
        refused(*words, "--", "true")


def test_disk_image(m):
    image = m.path("disk")
    with open(image, "wb") as f:
        f.truncate(1 << 20)
        f.seek(1080)
        f.write(b"\x53\xef")
    assert "disk" in refused(*m.words("--root", image, "--", "true")[1:])


def test_broken_tar(m):
    tar = m.path("tar")
    with open(tar, "wb") as f:
        f.write(b"this is no tar" * 100)
    refused(*m.words("--root", tar, "--", "true")[1:])


def test_help(m):
    r = subprocess.run([path("run"), "--help"], stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert r.returncode == 0 and b"--timeout" in r.stdout and not r.stderr


for function in (test_wrong, test_not_yet, test_files, test_disk_image,
                 test_broken_tar, test_help):
    function.kernels = ("linux",)
