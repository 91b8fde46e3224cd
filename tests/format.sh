#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# C++ as .clang-format has it, by clang-format 14: others want other line breaks.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command -v clang-format-14 >/dev/null || { echo "clang-format-14 is not here"; exit 77; }
find src gst tools tests \( -name '*.cpp' -o -name '*.h' \) -exec clang-format-14 --dry-run -Werror {} +
