#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   short.sh FUZZER RUNS CORPUS ...
#
# A fuzzer's test: so many inputs, the same ones every time. What it finds on its way goes where the next run does not
# see it; an input that fails is left beside the fuzzer.
set -euo pipefail
fuzzer=$1
runs=$2
shift 2
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
"$fuzzer" -seed=1 -runs="$runs" -artifact_prefix="$fuzzer-" "$found" "$@"
