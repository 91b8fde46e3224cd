#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   packages.sh [RELEASE ...]
#
# Builds the packages on each of these Debians (12 and 13 by default), installs them on a bare one, and looks there at what
# they do. Wants root, like on-debian.sh, which see.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
builders=${COLORIZE_DEBIANS:-/var/tmp/colorize-debians}
bare=$(mktemp -d)
trap 'rm -rf "$bare"' EXIT

[ $# -gt 0 ] || set -- 12 13
for release; do
  tests/on-debian.sh "$release" debian/build.sh
  COLORIZE_DEBIANS=$bare tests/on-debian.sh "$release" true
  for root in "$bare"/*/; do
    mkdir -p "$root/colorize/build-deb"
    cp "$builders/$(basename "$root")"/colorize/build-deb/*.deb "$root/colorize/build-deb"
  done
  COLORIZE_DEBIANS=$bare tests/on-debian.sh "$release" sh -c '
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update && apt-get -qq install --yes --no-install-recommends ./build-deb/*.deb gstreamer1.0-tools \
      gstreamer1.0-plugins-base-apps >/dev/null && debian/tests/installed'
  rm -rf "${bare:?}"/*
done
