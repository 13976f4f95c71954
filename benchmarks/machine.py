"""The virtual machine that both kernels are measured in, and the two kernels."""
import pathlib
import subprocess

TOP = pathlib.Path(__file__).resolve().parent.parent


class Kernel:
    def __init__(self, name, arch, image, options, stripped):
        self.name, self.arch, self.image = name, arch, image
        self.options, self.stripped = options, stripped


def sh(*words, **more):
    return subprocess.run(words, cwd=TOP, check=True, text=True,
                          capture_output=True, **more)


def folder(arch):
    """Where what is measured is built; the kernel is made on the way."""
    sh("make", "-s", f"ARCH={arch}", "kernel", "user", "host")
    out = TOP / f"build/{arch}/bench"
    out.mkdir(parents=True, exist_ok=True)
    return out


def compile_static(arch, output, sources, *options):
    sh(str(TOP / f"build/cache/musl-{arch}/cc"), "-static", "-s", *options,
       "-o", str(output), *map(str, sources))


def pack(root, archive):
    """The files below root as an initramfs of root's."""
    names = "".join(f"{p.relative_to(root)}\n" for p in sorted(root.rglob("*")))
    with open(archive, "wb") as f:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"],
                       input=names.encode(), stdout=f, cwd=root, check=True)
    return archive


def kernels(arch, out):
    sh("tools/setup/linux", arch)
    hako = TOP / (f"build/{arch}/hako.elf" if arch == "x86_64"
                  else f"build/{arch}/Image")
    stripped = hako
    if arch == "x86_64":
        stripped = out / "hako.stripped"
        sh("objcopy", "-S", str(hako), str(stripped))
    linux = TOP / f"build/cache/linux-{arch}/vmlinuz"
    modules = TOP / f"build/cache/linux-{arch}/modules"
    return [Kernel("Hako", arch, hako, [], stripped),
            Kernel("Linux", arch, linux,
                   ["--kernel", str(linux), "--modules", str(modules)], linux)]


def qemu(arch, image, initrd, append, more=(), cpus=1, timeout=180):
    console = "ttyS0" if arch == "x86_64" else "ttyAMA0"
    words = [f"qemu-system-{arch}"]
    words += (["-M", "q35", "-cpu", "max"] if arch == "x86_64"
              else ["-M", "virt", "-cpu", "max,pauth-impdef=on"])
    words += ["-accel", "tcg", "-smp", str(cpus), "-m", "128", "-nodefaults",
              "-no-reboot", "-display", "none", "-serial", "stdio",
              "-kernel", str(image), *more]
    if initrd:
        words += ["-initrd", str(initrd), "-append",
                  f"console={console} quiet {append}"]
    return subprocess.run(words, capture_output=True, timeout=timeout,
                          stdin=subprocess.DEVNULL).stdout.decode("latin-1")
