#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   quickstart.sh [ARGUMENT ...]
#
# Runs gst-colorize with these arguments out of this clone: what is missing on a Debian machine is installed first, and
# colorize is built. Without arguments a short monochrome film is made and colorized.
set -euo pipefail

root=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
export GST_PLUGIN_PATH="$build/gst${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}"

quietly() {
  local said
  said=$("$@" 2>&1) || { printf '%s\n' "$said" "quickstart.sh: '$*' failed" >&2; exit 1; }
}

"$root/tools/install-missing.sh"
if [ ! -e "$build/build.ninja" ]; then
  echo "Building colorize, which takes some minutes"
  quietly meson setup "$build" "$root"
fi
quietly meson compile -C "$build" gstcolorize gst-colorize

if [ $# -eq 0 ]; then
  mkdir -p "$build/quickstart"
  cd "$build/quickstart"
  gst-launch-1.0 -q matroskamux name=mux ! filesink location=monochrome.mkv \
    filesrc location=../../docs/monochrome.jpg ! jpegdec ! imagefreeze num-buffers=100 \
    ! video/x-raw,framerate=25/1 ! videoconvert ! agingtv ! videobalance saturation=0 ! videoconvert \
    ! video/x-raw,format=I420 ! x264enc speed-preset=veryfast ! mux. \
    audiotestsrc wave=ticks num-buffers=100 samplesperbuffer=1920 ! audio/x-raw,rate=48000 ! vorbisenc ! mux.
  set -- --overwrite "$PWD/monochrome.mkv"
fi
exec "$build/tools/gst-colorize" "$@"
