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
    import cv2
    import numpy as np
    from films import PHOTOGRAPH, Gst, make_film
except ImportError as lacking:
    print(lacking)
    sys.exit(77)  # skipped, to Meson
if not Gst.ElementFactory.find('colorize'):
    sys.exit('GStreamer does not find colorize; run this with `meson test` or inside `meson devenv`')

GRAY = cv2.resize(cv2.imread(str(PHOTOGRAPH), cv2.IMREAD_GRAYSCALE), (151, 203), interpolation=cv2.INTER_AREA)


def luma(bgr: np.ndarray) -> np.ndarray:
    return bgr[..., :3].astype(float) @ (0.114, 0.587, 0.299)


def colourfulness(bgr: np.ndarray) -> float:
    return float(np.ptp(bgr[..., :3].astype(float), axis=2).mean())


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

    def refuse(self, *arguments, status=1):
        """The command says no, in words, and leaves nothing behind."""
        before = self.files()
        said = self.run_command(*arguments, status=status).stderr
        self.assertEqual(self.files(), before)
        return said

    def files(self):
        return {p.relative_to(self.folder).as_posix(): p.stat().st_size for p in self.folder.rglob('*') if p.is_file()}

    def photo(self, name='photo.jpg', picture=GRAY, *parameters):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        made = self.folder / ('made' + path.suffix)  # OpenCV takes no name that is not ASCII everywhere
        self.assertTrue(cv2.imwrite(str(made), picture, parameters))
        made.rename(path)
        return path

    def film(self, name='film.mkv', video='jpegenc', mux='matroskamux', sounds=()):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        make_film(self.folder / 'made', video, mux, sounds)
        (self.folder / 'made').rename(path)
        return path

    def read(self, name):
        picture = cv2.imdecode(np.frombuffer((self.folder / name).read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        self.assertIsNotNone(picture, name)
        return picture

    def check_colour(self, name, gray=GRAY, error=2.5):
        picture = self.read(name)
        self.assertEqual(picture.shape[:2], gray.shape)
        self.assertLess(np.abs(luma(picture) - gray).mean(), error, name)
        self.assertGreater(colourfulness(picture), 8, name)
        return picture
