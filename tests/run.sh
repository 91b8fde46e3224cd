#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   run.sh [quick]
#
# Every test: installs what is missing on a Debian machine, builds with warnings as errors by g++ and by clang, tests,
# and tests a debug build once more under AddressSanitizer and UBSan; fuzzes for some seconds by clang; builds as packagers
# do (release, link-time optimization), and makes the same film with each of these. The last line counts; the exit status is
# 0 when none failed.
# With `quick` the build by g++ alone, its tests of engine, element and the fuzzers' corpus, and the film.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/install-missing.sh test

logs=()
passed=0
failed=0

count() {  # what, command, whose own commands have to be joined by &&
  local what=$1 said
  shift
  if said=$("$@" 2>&1); then
    passed=$((passed + 1))
  else
    printf '%s\n' "$said" "$what: failed" >&2
    failed=$((failed + 1))
    return 1
  fi
}

set_up() {  # folder, options of `meson setup`
  local folder=$1 step=setup
  shift
  [ ! -e "$folder/build.ninja" ] || step=configure
  meson "$step" "$folder" --werror "$@" && meson compile -C "$folder"
}

build() {
  echo "Building $1"
  count "Building $1" set_up "$@"
}

run_tests() {  # folder, name of the log, options of `meson test`
  local folder=$1 log=$2
  shift 2
  logs+=("$folder/meson-logs/$log.json")
  rm -f "${logs[-1]}"
  meson test -C "$folder" --no-rebuild --logbase "$log" --print-errorlogs "$@" || true
}

# A film that moves, without losses, so that its frames tell whether each build makes the same of it.
make_film() {  # folder
  local films=$1/film
  rm -rf "$films" && mkdir "$films" &&
    gst-launch-1.0 -q filesrc location=docs/monochrome.jpg ! jpegdec ! imagefreeze num-buffers=30 ! videoconvert \
      ! videoscale ! video/x-raw,width=160,height=202,framerate=25/1 ! warptv ! videoconvert ! video/x-raw,format=I420 \
      ! avenc_ffv1 ! matroskamux ! filesink location="$films/film.mkv" &&
    GST_PLUGIN_PATH=$1/gst GST_REGISTRY=$films/registry.bin "$1/tools/gst-colorize" --codec ffv1 "$films/film.mkv" &&
    gst-launch-1.0 -q filesrc location="$films/film.colour.mkv" ! matroskademux ! avdec_ffv1 ! checksumsink \
      >"$films/frames" &&
    [ "$(sort -u -k2 "$films/frames" | wc -l)" -eq 30 ] && cmp "$films/frames" build/film/frames
}

build build && count 'A film by build' make_film build || true
if [ "${1-}" = quick ]; then
  run_tests build testlog --suite engine --suite element --suite fuzz
else
  run_tests build testlog

  if CC=clang CXX=clang++ build build-clang --buildtype=debug; then
    count 'A film by build-clang' make_film build-clang || true
    run_tests build-clang testlog --suite fuzz
  fi
  # What is installed alone. Where two files use one name for two types, it is seen when all becomes one (-Wodr).
  build build-release --buildtype=release -Db_lto=true -Dcpp_link_args=-Werror -Dtests=disabled &&
    count 'A film by build-release' make_film build-release || true

  if build build-asan --buildtype=debug -Db_sanitize=address,undefined -Db_lundef=false; then
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    ASAN_OPTIONS=abort_on_error=1 run_tests build-asan testlog --suite engine --suite fuzz --timeout-multiplier 5
    # GCC 12's LeakSanitizer crashes over threads that come and go as GStreamer's do; its own tracer counts what is left.
    ASAN_OPTIONS=abort_on_error=1:detect_leaks=0 run_tests build-asan element --suite element --timeout-multiplier 5
    # GStreamer's own programs were not built here: they have to load the sanitizers first, and have leaks of their own.
    # So has GLib in gst-colorize: 16 KiB, the first table of its quarks, which it gives up on purpose when that is full.
    LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libubsan.so)" ASAN_OPTIONS=detect_leaks=0 \
      run_tests build-asan films --suite films --suite command --timeout-multiplier 5
  fi
fi

python3 - "$passed" "$failed" "${logs[@]}" <<'PYTHON'
import collections, json, pathlib, sys
count = collections.Counter(passed=int(sys.argv[1]), failed=int(sys.argv[2]))
for path in map(pathlib.Path, sys.argv[3:]):
    if not path.exists():
        count['failed'] += 1  # Meson itself did not get as far as writing it
        continue
    for line in path.read_text().splitlines():
        test = json.loads(line)
        kind = {'OK': 'passed', 'EXPECTEDFAIL': 'passed', 'SKIP': 'skipped'}.get(test['result'], 'failed')
        count[kind] += 1
        if kind == 'failed':
            print(f'{path.parent.parent}: {test["name"]}: {test["result"]}')
            print(*(test.get('stdout', '') + test.get('stderr', '')).splitlines()[-20:], sep='\n')
print(f'{count["passed"]} passed, {count["failed"]} failed, {count["skipped"]} skipped')
sys.exit(count['failed'] > 0 or count['passed'] == 0)
PYTHON
