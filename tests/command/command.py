# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command, and a folder of its own for each test that runs it; what the tests of gst-colorize share."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / 'tests'), str(ROOT / 'models')]
COMMAND = os.environ['GST_COLORIZE']
H264, AAC = 'x264enc speed-preset=veryfast', 'avenc_aac ! aacparse'

try:
    import cv2  # noqa: F401
    import numpy  # noqa: F401
    import films  # noqa: F401
except ImportError as lacking:
    print(lacking)
    sys.exit(77)  # skipped, to Meson


class Case(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="colorize's command ")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def run_command(self, *arguments, status=0, **more) -> subprocess.CompletedProcess:
        """Runs it in the folder; `status` is the exit status that it has to have, None for any."""
        done = subprocess.run([COMMAND, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              timeout=300, **more)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stderr)
        self.assertNotIn('CRITICAL', done.stderr)
        self.assertNotIn('WARNING', done.stderr)
        return done
