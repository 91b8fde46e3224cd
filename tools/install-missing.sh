#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   install-missing.sh [test]
#
# Installs what building and using colorize needs and is not there yet, with `test` what its tests need too: Debian's
# packages, with sudo where needed. Asks nothing, and does nothing when nothing is missing. On a system without apt
# it names the packages and leaves it at that.
set -euo pipefail

packages=(
  meson ninja-build g++ pkg-config libglib2.0-dev libhwy-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libopencv-dev
  libjson-glib-dev libpng-dev libraw-dev libsoup-3.0-dev libtiff-dev libvips-dev libxml2-dev zlib1g-dev
  libavcodec-dev libavformat-dev libswresample-dev
  gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-base-apps gstreamer1.0-plugins-good
  # What most films need: H.264 and AAC in and out, transport streams.
  gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav
)
newer=(libonnxruntime-dev)  # from Debian 13 on; what does without it is built without it
case ${1-} in
  '') ;;
  test)
    packages+=(
      clang libclang-rt-dev clang-format exempi ffmpeg libimage-exiftool-perl mediainfo python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 gir1.2-gst-rtsp-server-1.0
      python3-numpy python3-opencv python3-onnx bash-completion man-db chromium chromium-driver python3-selenium python3-websocket
      slurm-wlm munge parallel ges1.0-tools
    ) ;;
  *) echo "usage: install-missing.sh [test]" >&2; exit 2 ;;
esac

is_there() {
  # "installed" is also the end of "not-installed": compare the whole word.
  local status
  status=$(dpkg-query --show --showformat='${db:Status-Status}\n' "$1" 2>/dev/null || true)
  grep -qx installed <<<"$status"
}

missing=()
for package in "${packages[@]}"; do
  is_there "$package" || missing+=("$package")
done
add_newer() {
  for package in "${newer[@]}"; do
    is_there "$package" || [ -z "$(apt-cache madison "$package" 2>/dev/null)" ] || missing+=("$package")
  done
}
add_newer
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "There is no apt-get here; what Debian calls ${missing[*]} has to be there already." >&2
  exit 0
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Neither root nor sudo: let an administrator install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi

echo "Installing ${missing[*]}, which may take some minutes"
# A machine that has just started may be busy with updates of its own: wait for its lock.
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
add_newer  # a system that has just been made knows of no package before
"${apt[@]}" install --yes --no-install-recommends "${missing[@]}" >/dev/null
