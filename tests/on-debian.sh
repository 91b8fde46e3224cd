#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   on-debian.sh RELEASE [COMMAND ...]
#
# Runs README's two commands (a film in colour, every test) on a bare Debian of that release (12, 13, or its name), or
# COMMAND there in their place, in a copy of this tree. Wants root. What debootstrap makes is kept in COLORIZE_DEBIANS, by
# default /var/tmp/colorize-debians, and used again, with the packages and build folders that came to it since: without
# the folder a run begins as bare as a new machine.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: on-debian.sh RELEASE [COMMAND ...]" >&2; exit 2; }
case $1 in
  12) release=bookworm ;;
  13) release=trixie ;;
  *) release=$1 ;;
esac
shift
if [ $# -eq 0 ]; then
  set -- sh -c 'examples/quickstart.sh && tests/run.sh'
fi
source=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=${COLORIZE_DEBIANS:-/var/tmp/colorize-debians}/$release

if [ ! -e "$root/etc/debian_version" ]; then
  if ! command -v debootstrap >/dev/null; then
    apt-get -qq update
    apt-get -qq install --yes --no-install-recommends debootstrap >/dev/null
  fi
  echo "Fetching Debian $release"
  mkdir -p "$(dirname "$root")"
  rm -rf "$root.part"
  debootstrap --variant=minbase "$release" "$root.part" >"$root.log" || { tail -n 20 "$root.log" >&2; exit 1; }
  mv "$root.part" "$root"
fi

# The tree as it is here, without what git ignores.
mkdir -p "$root/colorize"
find "$root/colorize" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf {} +
git -C "$source" ls-files -z --cached --others --exclude-standard --deduplicate |
  tar -C "$source" --null --files-from=- --ignore-failed-read --warning=no-failed-read -c |
  tar -C "$root/colorize" --no-same-owner -x

# In namespaces of its own, so that mounts and processes end with it. A pseudo terminal, shared memory and the name
# localhost are what a bare chroot lacks and the tests need.
exec unshare --mount --pid --fork --kill-child bash -euo pipefail -c '
  root=$1
  shift
  mount -t proc proc "$root/proc"
  mount -t tmpfs tmpfs "$root/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
  [ -L "$root/dev/ptmx" ] || ln -sf pts/ptmx "$root/dev/ptmx"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  [ -e "$root/etc/hosts" ] || echo "127.0.0.1 localhost" >"$root/etc/hosts"
  exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM="${TERM-dumb}" \
    ${CI:+CI="$CI"} sh -c "cd /colorize && exec \"\$@\"" sh "$@"
' bash "$root" "$@"
