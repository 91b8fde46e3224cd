#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Every test: installs what is missing on a Debian machine, builds with warnings as errors by g++ and by clang, tests,
# and tests once more under AddressSanitizer and UBSan. The last line counts; the exit status is 0 when none failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/install-missing.sh test

logs=()
failed_builds=0

build() {  # folder, options of `meson setup`
  echo "Building $1"
  local said
  said=$({ [ -e "$1/build.ninja" ] || meson setup "$@"; } 2>&1 && meson compile -C "$1" 2>&1) && return
  echo "$said" >&2
  failed_builds=$((failed_builds + 1))
  return 1
}

run_tests() {  # folder, name of the log, options of `meson test`
  local folder=$1 log=$2
  shift 2
  logs+=("$folder/meson-logs/$log.json")
  rm -f "${logs[-1]}"
  meson test -C "$folder" --no-rebuild --logbase "$log" --print-errorlogs "$@" || true
}

build build && run_tests build testlog

CC=clang CXX=clang++ build build-clang || true

if build build-asan -Db_sanitize=address,undefined -Db_lundef=false; then
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  ASAN_OPTIONS=abort_on_error=1 \
    run_tests build-asan testlog --no-suite films --no-suite scripts --no-suite command --timeout-multiplier 5
  # GStreamer's own programs were not built here: they have to load the sanitizers first, and have leaks of their own.
  # So has GLib in gst-colorize: 16 KiB, the first table of its quarks, which it gives up on purpose when that is full.
  LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libubsan.so)" ASAN_OPTIONS=detect_leaks=0 \
    run_tests build-asan films --suite films --suite command --timeout-multiplier 5
fi

python3 - "$failed_builds" "${logs[@]}" <<'PYTHON'
import collections, json, pathlib, sys
count = collections.Counter(failed=int(sys.argv[1]))
for path in map(pathlib.Path, sys.argv[2:]):
    if not path.exists():
        count['failed'] += 1  # Meson itself did not get as far as writing it
        continue
    for line in path.read_text().splitlines():
        result = json.loads(line)['result']
        count[{'OK': 'passed', 'EXPECTEDFAIL': 'passed', 'SKIP': 'skipped'}.get(result, 'failed')] += 1
print(f'{count["passed"]} passed, {count["failed"]} failed, {count["skipped"]} skipped')
sys.exit(count['failed'] > 0 or count['passed'] == 0)
PYTHON
