# What the project needs of a Debian 12 machine, sourced by the two commands:
#
#   need_packages SET...   install what is missing, and say what that is
#
# SET is build-x86_64, build-aarch64 (compile it), run-x86_64, run-aarch64
# (start it) or test (everything else that ./test uses). When all is there it
# costs a few look-ups of files and starts no process.

# "file that proves it" "package"
packages_of()
{
    case $1 in
    build-*)
        echo "/usr/bin/make make" \
            "/usr/bin/gcc gcc" \
            "/usr/include/stdio.h libc6-dev" \
            "/usr/bin/xz xz-utils" \
            "/usr/bin/dpkg-deb dpkg" \
            "/usr/share/keyrings/debian-archive-keyring.gpg" \
            "debian-archive-keyring" \
            "/usr/bin/python3 python3"
        ;;
    run-x86_64) echo "/usr/bin/qemu-system-x86_64 qemu-system-x86" ;;
    run-aarch64) echo "/usr/bin/qemu-system-aarch64 qemu-system-arm" ;;
    test)
        echo "/usr/bin/clang clang /usr/bin/ld.lld lld" \
            "/usr/bin/llvm-symbolizer llvm" \
            "/usr/bin/clang-format clang-format" \
            "/usr/bin/g++ g++ /usr/include/zlib.h zlib1g-dev" \
            "/usr/bin/aarch64-linux-gnu-g++ g++-aarch64-linux-gnu" \
            "/usr/lib/python3/dist-packages/pyte python3-pyte" \
            "/usr/bin/zstd zstd" \
            "/usr/bin/go golang-go" \
            "/usr/bin/cpio cpio" \
            "/usr/bin/grub-mkrescue grub-common" \
            "/usr/lib/grub/i386-pc grub-pc-bin" \
            "/usr/lib/grub/x86_64-efi grub-efi-amd64-bin" \
            "/usr/bin/xorriso xorriso /usr/bin/mformat mtools" \
            "/usr/share/ovmf/OVMF.fd ovmf" \
            "/usr/bin/file file"
        ;;
    esac
    case $1 in
    build-aarch64)
        echo "/usr/bin/aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu" \
            "/usr/aarch64-linux-gnu/include/stdio.h libc6-dev-arm64-cross"
        ;;
    esac
}

need_packages()
{
    local set words missing="" sudo="" i
    for set in "$@"; do
        read -r -a words <<< "$(packages_of "$set" | tr '\n' ' ')"
        for ((i = 0; i + 1 < ${#words[@]}; i += 2)); do
            [ -e "${words[i]}" ] || missing="$missing ${words[i + 1]}"
        done
    done
    [ -n "$missing" ] || return 0
    if [ ! -e /usr/bin/apt-get ]; then
        echo "setup: install these first (no apt-get here):$missing" >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo > /dev/null; then
            echo "setup: as root: apt-get install$missing" >&2
            return 1
        fi
        sudo=sudo
    fi
    echo "setup: installing$missing" >&2
    (
        # Several may find at once that something is missing.
        flock 9
        export DEBIAN_FRONTEND=noninteractive
        install="apt-get -qq -y --no-install-recommends
            -o DPkg::Lock::Timeout=600 install"
        $sudo $install $missing > /dev/null ||
            { $sudo apt-get -qq update && $sudo $install $missing > /dev/null; }
    ) 9> "${TMPDIR:-/tmp}/hako-setup.$(id -u).lock" >&2 || {
        echo "setup: apt-get could not install$missing" >&2
        return 1
    }
}
