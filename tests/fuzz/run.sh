#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   run.sh SECONDS [NAME ...]
#
# Runs each fuzzer, or those that are named, for so many seconds, one after the other, from its corpus and from what
# earlier runs have found. Builds them by clang in build-fuzz first. An input that fails is kept in build-fuzz/failed,
# and the other fuzzers run all the same; the exit status is 0 when none failed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[[ ${1-} =~ ^[0-9]+$ ]] || { echo "usage: run.sh SECONDS [NAME ...]" >&2; exit 2; }
seconds=$1
shift
build=build-fuzz
[ -e $build/build.ninja ] || CC=${CC:-clang} CXX=${CXX:-clang++} meson setup $build >/dev/null
meson compile -C $build fuzzers
if [ $# -eq 0 ]; then
  for file in tests/fuzz/fuzz_*.cpp; do
    name=${file##*/fuzz_}
    [ ! -x "$build/tests/fuzz/fuzz_${name%.cpp}" ] || set -- "$@" "${name%.cpp}"
  done
fi

status=0
for name in "$@"; do
  found=$build/found/$name failed=$build/failed/$name log=$build/found/$name.log
  mkdir -p "$found" "$failed"
  corpora=("tests/fuzz/corpus/$name")
  case $name in
    modelinfo|network|npy|onnx) corpora+=(tests/models) ;;
  esac
  if ! "$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=25 -max_len=200000 \
      -artifact_prefix="$failed/" -print_final_stats=1 "$found" "${corpora[@]}" >"$log" 2>&1; then
    grep -E 'ERROR|does not hold|what\(\)|Test unit written' "$log" || tail -n 20 "$log"
    status=1
  fi
  printf '%s: %s inputs, %s of them worth keeping\n' "$name" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$(find "$found" -type f | wc -l)"
done
exit $status
