# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command, and a folder of its own for each test that runs it; what the tests of gst-colorize share."""
import os
import struct
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

# Not without libsoup.
SERVES = 'built without' not in subprocess.run([COMMAND, 'serve', '--help'], capture_output=True, text=True).stderr

GRAY = cv2.resize(cv2.imread(str(PHOTOGRAPH), cv2.IMREAD_GRAYSCALE), (151, 203), interpolation=cv2.INTER_AREA)


def luma(bgr: np.ndarray) -> np.ndarray:
    return bgr[..., :3].astype(float) @ (0.114, 0.587, 0.299)


def lightness(bgr16: np.ndarray) -> np.ndarray:
    """CIE L* in double precision."""
    encoded = bgr16[..., :3] / 65535
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    y = linear @ (0.0721923, 0.7151687, 0.2126390)
    return np.where(y <= 216 / 24389, y * 24389 / 27, 116 * np.cbrt(y) - 16)


def colourfulness(bgr: np.ndarray) -> float:
    return float(np.ptp(bgr[..., :3].astype(float), axis=2).mean())


def lying(picture: np.ndarray, orientation: int) -> np.ndarray:
    """What is `picture` when it is turned as EXIF says."""
    turned = {5: lambda p: np.swapaxes(p, 0, 1), 6: np.rot90, 7: lambda p: np.swapaxes(np.rot90(p, 2), 0, 1),
              8: lambda p: np.rot90(p, -1), 2: np.fliplr, 3: lambda p: np.rot90(p, 2), 4: np.flipud}
    return np.ascontiguousarray(turned.get(orientation, lambda p: p)(picture))


def tiff(picture: np.ndarray, order: str, pixels: str = '', orientation: int = 6) -> bytes:
    """A TIFF file of gray or RGB pixels of 8 or 16 bits that lies on its side, and says something of itself."""
    height, width = picture.shape[:2]
    channels, bits = picture[0, 0].size, 8 * picture.itemsize
    compression, data = 1, picture.astype(picture.dtype.newbyteorder(order)).tobytes()
    if pixels == 'jpeg':
        compression, data = 7, cv2.imencode('.jpg', picture)[1].tobytes()
    elif pixels == 'bits':
        bits, data = 1, np.packbits(picture > 127, axis=1).tobytes()
    profile = bytes(16) + b'RGB ' + bytes(100)
    file = {'<': b'II', '>': b'MM'}[order] + struct.pack(f'{order}HI', 42, 8)
    def directory(entries, at):
        values, table = b'', struct.pack(f'{order}H', len(entries))
        end = at + 2 + 12 * len(entries) + 4
        for tag, kind, count, value in entries:
            table += struct.pack(f'{order}HHI', tag, kind, count)
            if len(value) > 4:
                table += struct.pack(f'{order}I', end + len(values))
                values += value + bytes(len(value) % 2)
            else:
                table += value.ljust(4, b'\0')
        return table + bytes(4) + values
    def entries(place, camera):
        def short(*n): return struct.pack(f'{order}{len(n)}H', *n)
        def long(*n): return struct.pack(f'{order}{len(n)}I', *n)
        return [(256, 3, 1, short(width)), (257, 3, 1, short(height)), (258, 3, channels, short(*[bits] * channels)),
                (259, 3, 1, short(compression)), (262, 3, 1, short(1 if channels == 1 else 2)),
                (270, 2, 6, b'a boy\0'), (273, 4, 1, long(place)), (274, 3, 1, short(orientation)),
                (277, 3, 1, short(channels)), (278, 3, 1, short(height)), (279, 4, 1, long(len(data))),
                (282, 5, 1, long(600, 1)), (700, 1, 5, b'<x/>\0'), (34665, 4, 1, long(camera)),
                (34675, 7, len(profile), profile)]
    camera = 8 + len(directory(entries(0, 0), 8))
    lens = directory([(37386, 5, 1, struct.pack(f'{order}II', 50, 1))], camera)
    return file + directory(entries(camera + len(lens), camera), 8) + lens + data


HAS_LIBRARY = (Path(COMMAND).parent / 'colorize-picture').exists()
needs_library = unittest.skipUnless(HAS_LIBRARY, 'built without libvips')


def is_built_with(library: bytes) -> bool:
    return library in subprocess.run(['ldd', COMMAND], capture_output=True).stdout


def has_libavformat() -> bool:
    return is_built_with(b'libavformat')


class Case(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="colorize's command ")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def run_command(self, *arguments, status=0, cwd='.', **more) -> subprocess.CompletedProcess:
        """Runs it in the folder, or one below; `status` is the exit status that it has to have, None for any."""
        done = subprocess.run([COMMAND, *map(str, arguments)], cwd=self.folder / cwd, capture_output=True, text=True,
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
        in_8_bits = picture / (257 if picture.dtype == np.uint16 else 1)
        self.assertEqual(picture.shape[:2], gray.shape)
        self.assertLess(np.abs(luma(in_8_bits) - gray).mean(), error, name)
        self.assertGreater(colourfulness(in_8_bits), 8, name)
        return picture
