# A private apt root for packages of either architecture, sourced by the
# scripts beside this file. It reads the machine's own list of Debian mirrors,
# keeps its state under build/cache/apt-<arch>/ and never touches the system's.
#
#   apt_root ARCH          make it, or bring it up to date when it is old
#   apt_resolve ARCH PKG.. print the .deb files that PKG.. need, with
#                          dependencies; all are downloaded and verified
#
# ARCH is x86_64 or aarch64 here, as everywhere in this tree.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mkdir -p "$top/build/cache"
cache=$(cd "$top/build/cache" && pwd -P)
debs=$cache/debs

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

debian_arch()
{
    case $1 in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) die "no such architecture: $1 (x86_64 or aarch64)" ;;
    esac
}

# The mirrors and suites of Debian itself that this machine uses, as deb lines
# for one architecture. Lists of other publishers stay out.
apt_sources()
{
    local keys=/usr/share/keyrings/debian-archive-keyring.gpg
    apt-get indextargets --format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)' \
        'Created-By: Packages' 'Origin: Debian' | sort -u |
    while IFS='|' read -r uri suite component; do
        case $suite in
        *bookworm* | *stable*)
            echo "deb [arch=$1 signed-by=$keys] $uri $suite $component" ;;
        esac
    done
}

apt_private()
{
    local arch=$1 root
    shift
    root=$cache/apt-$arch
    DEBIAN_FRONTEND=noninteractive LC_ALL=C \
    APT_CONFIG=$root/apt.conf apt-get "$@"
}

apt_root()
{
    local arch=$1 deb root
    deb=$(debian_arch "$arch")
    root=$cache/apt-$arch
    mkdir -p "$root"/{etc/preferences.d,state/lists/partial,cache} \
        "$debs"/partial
    : >> "$root/status"
    # Nothing of the system's own configuration applies but the proxy.
    cat > "$root/apt.conf" <<END
APT::Architecture "$deb";
APT::Architectures { "$deb"; };
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Dir::Etc "$root/etc";
Dir::Etc::sourcelist "$root/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "$root/etc/preferences.d";
Dir::Etc::parts "/etc/apt/apt.conf.d";
Dir::State "$root/state";
Dir::State::status "$root/status";
Dir::Cache "$root/cache";
Dir::Cache::archives "$debs";
Acquire::Languages "none";
Acquire::Retries "3";
DPkg::Post-Invoke "";
APT::Update::Post-Invoke-Success "";
APT::Update::Post-Invoke "";
#clear DPkg::Post-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
END
    if [ ! -s "$root/sources.list" ]; then
        apt_sources "$deb" > "$root/sources.list"
        if [ ! -s "$root/sources.list" ]; then
            # A machine whose lists were never fetched cannot tell.
            as_root apt-get update -q >&2 || true
            apt_sources "$deb" > "$root/sources.list"
        fi
        [ -s "$root/sources.list" ] ||
            die "this machine's apt knows no Debian 12 mirror"
        rm -f "$root/updated"
    fi
    if [ ! -e "$root/updated" ]; then
        say "reading Debian's package lists for $arch (into $root)"
        apt_private "$arch" update -qq >&2 || die "apt-get update failed"
        touch "$root/updated"
    fi
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        command -v sudo > /dev/null ||
            die "this needs root, and there is no sudo: $*"
        sudo "$@"
    fi
}

apt_install_only()
{
    apt_private "$@" 2> "$cache/apt-$1/errors"
}

apt_resolve()
{
    local arch=$1 deb plan name version rest file
    shift
    deb=$(debian_arch "$arch")
    (
        flock 9
        apt_root "$arch"
        if ! apt_install_only "$arch" -qq -y -d install "$@" > /dev/null; then
            # The mirror has moved on since the lists were read.
            rm -f "$cache/apt-$arch/updated"
            apt_root "$arch"
            apt_install_only "$arch" -qq -y -d install "$@" > /dev/null || {
                cat "$cache/apt-$arch/errors" >&2
                exit 1
            }
        fi
    ) 9> "$cache/lock" || return 1
    plan=$(apt_private "$arch" -qq -y -s install "$@") || return 1
    # Inst libc6 (2.36-9+deb12u10 Debian:12.10/stable [arm64])
    while read -r name version rest; do
        version=${version#(}
        for file in "$debs/${name%%:*}_${version//:/%3a}_"{"$deb",all}.deb; do
            [ ! -e "$file" ] || break
        done
        [ -e "$file" ] || die "$name $version was not downloaded"
        echo "$file"
    done < <(sed -n 's/^Inst \(\S*\) \(\[[^]]*\] \)\?(/\1 (/p' <<< "$plan")
}
