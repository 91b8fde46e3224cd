#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   debian/build.sh
#
# Builds the Debian packages of this tree into build-deb/, beside lintian's report; wants root, to install what that needs.
set -eu
cd "$(dirname "$0")/.."
export DEBIAN_FRONTEND=noninteractive
name=$(sed -n '1s/ .*//p' debian/changelog)
version=$(sed -n '1s/.*(\(.*\)-.*).*/\1/p' debian/changelog)
folder=build-deb/$name-$version
rm -rf build-deb
mkdir -p "$folder"
# A picture of the source's own pages is under CC BY 2.0, whose whole text Debian wants beside it.
tar --exclude=./.git --exclude='./build*' --exclude=./docs/networks.jpg -c . | tar -C "$folder" -x
tar -C build-deb --exclude="$name-$version/debian" -czf "build-deb/${name}_$version.orig.tar.gz" "$name-$version"
cd "$folder"
apt-get -qq update
apt-get -qq install --yes --no-install-recommends build-essential lintian >/dev/null
apt-get -qq build-dep --yes . >/dev/null
dpkg-buildpackage --no-sign >../build.log 2>&1 || { tail -n 40 ../build.log >&2; exit 1; }
cd ..
# Nobody has asked for the package yet, so its first entry closes no bug.
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs ./*.changes
