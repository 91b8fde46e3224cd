#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   hardened.sh yes|no FILE ...
#
# Are the library and the program of an optimized build (yes) made so that a stranger's file that overflows a buffer in
# them ends them, and no more? readelf says it of each FILE. Other builds (no) are skipped.
set -euo pipefail
export LC_ALL=C
[ "$1" = yes ] || exit 77
shift
failed=0

holds() {  # file, what it is to have, extended regular expression, options of readelf
  local file=$1 what=$2 pattern=$3
  shift 3
  if readelf --wide "$@" "$file" | grep --extended-regexp "$pattern" >/dev/null; then
    echo "$file: $what"
  else
    echo "$file: WRONG: without $what"
    failed=1
  fi
}

for file; do
  holds "$file" 'a place of its own in every run' 'Type: +DYN' --file-header
  holds "$file" 'functions bound at the start' 'BIND_NOW|FLAGS_1.*NOW' --dynamic
  holds "$file" 'a table of them that is read only' GNU_RELRO --program-headers
  holds "$file" 'a stack that is not run' 'GNU_STACK.* RW +0x' --program-headers
  holds "$file" 'canaries on the stack' '__stack_chk_fail' --dyn-syms
  # The plugin calls none of the functions that have a second form for this.
  [[ $file != *gst-colorize ]] || holds "$file" 'calls that know the sizes of buffers' ' __[a-z]+_chk(@|$)' --dyn-syms
done
exit "$failed"
