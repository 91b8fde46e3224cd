#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
#   engines.sh [BUILD_FOLDER]
#
# Fetches versions of OpenCV and ONNX Runtime that other systems have, as wheels for Python, and shows that each of them
# imports what we ship. They are kept in COLORIZE_ENGINES, by default /var/tmp/colorize-engines.
set -euo pipefail
build=${1:-build}
export COLORIZE_ENGINES=${COLORIZE_ENGINES:-/var/tmp/colorize-engines}

fetch() {  # name, packages
  local environment=$COLORIZE_ENGINES/$1
  shift
  [ -e "$environment/complete" ] && return
  python3 -m venv --clear "$environment"
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
  touch "$environment/complete"
}

fetch opencv-4.8 'opencv-python-headless==4.8.*' 'numpy<2'
for version in 4.10 4.11 4.12 5.0; do
  fetch "opencv-$version" "opencv-python-headless==$version.*"
done
fetch onnxruntime onnxruntime
meson test -C "$build" --no-rebuild --verbose engines
