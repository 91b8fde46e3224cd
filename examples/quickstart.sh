#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
usage='usage: quickstart.sh [FILM [OUT]]

Colorizes FILM, any film that GStreamer can read, and copies each of its sound tracks as it is; subtitles stay behind.
OUT ends in .mkv, .mp4 or .webm; without it the result lies beside FILM as NAME.colour.mkv. Without FILM a short
monochrome film is made and colorized. What is missing on a Debian machine is installed first, and colorize is built.'
set -euo pipefail

die() {
  echo "quickstart.sh: $*" >&2
  exit 1
}

# A value inside a pipeline description: gst-launch reads spaces, quotes and backslashes as its own.
quoted() {
  local value=${1//\\/\\\\}
  printf '"%s"' "${value//\"/\\\"}"
}

quietly() {
  "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; die "'$*' failed"; }
}

# In the background, so that a signal is heard at once and not when the film is done.
launch() {
  gst-launch-1.0 -q "$@" &
  child=$!
  local status=0
  wait "$child" || status=$?
  child=
  return $status
}

case ${1-} in -h | --help) echo "$usage"; exit ;; esac
[ $# -le 2 ] || die "too many arguments
$usage"

root=$(CDPATH='' cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
child= part=
scratch=$(mktemp -d)
clean_up() {
  # The child must be gone before its file is, or it could make it anew.
  [ -z "$child" ] || { kill "$child" && wait "$child"; } 2>/dev/null || true
  rm -rf -- "$scratch" ${part:+"$part"}
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

if [ $# -gt 0 ]; then
  [ -f "$1" ] && [ -r "$1" ] || die "$1: no such film, or it may not be read"
  film=$(realpath "$1")
else
  film=$root/build/quickstart/monochrome.mkv
fi
result=${2-${film%.*}.colour.mkv}
case $result in
  *.mkv) mux=matroskamux ;;
  *.mp4) mux=mp4mux ;;
  *.webm) mux=webmmux ;;
  *) die "$result: the name of the result has to end in .mkv, .mp4 or .webm" ;;
esac

"$root/tools/install-missing.sh"

build=$root/build
[ -e "$build/build.ninja" ] || { echo "Building colorize"; quietly meson setup "$build" "$root"; }
quietly meson compile -C "$build" gstcolorize
export GST_PLUGIN_PATH="$build/gst${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}"

if [ $# -eq 0 ]; then
  mkdir -p "$(dirname "$film")"
  launch matroskamux name=mux ! filesink location="$(quoted "$film")" \
    filesrc location="$(quoted "$root/docs/monochrome.jpg")" ! jpegdec ! imagefreeze num-buffers=100 \
    ! video/x-raw,framerate=25/1 ! videoconvert ! agingtv ! videobalance saturation=0 ! videoconvert \
    ! video/x-raw,format=I420 ! x264enc speed-preset=veryfast ! mux. \
    audiotestsrc wave=ticks num-buffers=100 samplesperbuffer=1920 ! audio/x-raw,rate=48000 ! vorbisenc ! mux.
fi

folder=$(dirname "$result")
[ -d "$folder" ] && [ -w "$folder" ] || die "$folder: no such folder, or it may not be written to; name OUT elsewhere"
[ ! "$film" -ef "$result" ] || die "$result: the result would replace the film; give it another name"

streams=$(LC_ALL=C gst-discoverer-1.0 -v "$film" 2>&1) || die "$film: cannot be read as a film
$streams"
grep -qE '^ *video( #[0-9]+)?: ' <<<"$streams" || die "$film: there is no picture in it"

# Sound is read by itself, apart from the picture: however the two are interleaved, neither waits for the other.
# Each track takes the first stream of its kind that is still free.
sound=()
while read -r kind; do
  [ ${#sound[@]} -gt 0 ] || sound=(filesrc "location=$(quoted "$film")" ! parsebin name=sound)
  sound+=(sound. ! "$kind" ! queue max-size-buffers=0 max-size-bytes=0 max-size-time=60000000000)
  # Broadcast AAC has a header in each packet that files keep in one place.
  case $kind in audio/mpeg,*[24]) sound+=(! aacparse) ;; esac
  sound+=(! mux.audio_%u)
done < <(sed -nE 's/^ *audio( #[0-9]+)?: ([^,]*(, mpegversion=\(int\)[0-9])?).*/\2/p' <<<"$streams")

case $mux in
  webmmux) encoder=(vp8enc deadline=1 cpu-used=4 end-usage=cq cq-level=8 target-bitrate=100000000) ;;
  *) encoder=(x264enc pass=qual quantizer=18 speed-preset=veryfast) ;;
esac

part=$folder/.$$.$(basename "$result")
echo "Colorizing $film"
launch filesrc location="$(quoted "$film")" ! decodebin expose-all-streams=false caps='video/x-raw(ANY)' \
  ! progressreport name=progress update-freq=2 ! videoconvert ! videoflip video-direction=auto \
  ! colorize ! videoconvert ! video/x-raw,format=I420 ! "${encoder[@]}" \
  ! "$mux" name=mux ! filesink location="$(quoted "$part")" "${sound[@]}" ||
  die "$film: not colorized, and nothing was written${2+; if its sound does not fit into $result, try a name that ends in .mkv}"
mv -f -- "$part" "$result"
part=
echo "Done: $result"
