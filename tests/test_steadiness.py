#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The measures of steadiness.py on films whose steadiness is known."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from films import ROOT, launch, need

try:
    import cv2
    import numpy as np
    import steadiness
except ImportError as lacking:
    print(lacking)
    sys.exit(77)  # skipped, to Meson

FRAMES, CUT, SIZE = 40, 20, (96, 160)


def scene(seed: int, shift: int = 0) -> np.ndarray:
    """A picture of coloured blobs, RGB."""
    blobs = np.random.default_rng(seed).integers(0, 256, (12, 20, 3), dtype=np.uint8)
    wide = cv2.resize(blobs, (SIZE[1] + 2 * FRAMES, SIZE[0]), interpolation=cv2.INTER_CUBIC)
    return np.clip(wide[:, shift:shift + SIZE[1]] * (0.4 if seed % 2 else 1.0), 0, 255).astype(np.uint8)


def still_film(pictures: list[np.ndarray], cuts: list[int]) -> steadiness.Film:
    film = object.__new__(steadiness.Film)
    film.clip, film.cuts, film.pictures = Path('still'), cuts, pictures
    grays = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in pictures]
    film.motion = [steadiness.flow(grays[t - 1], grays[t]) if t and t not in cuts else None for t in range(len(grays))]
    return film


class Measures(unittest.TestCase):
    def test_flicker_is_the_share_of_chroma_that_changes(self):
        ground = np.full((*SIZE, 3), (150, 110, 90), np.uint8)
        other = np.full((*SIZE, 3), (140, 113, 100), np.uint8)
        film = still_film([ground] * 12, [])
        a, b = (steadiness.to_lab(p)[0, 0, 1:] for p in (ground, other))
        wanted = np.hypot(*(a - b)) / np.mean([np.hypot(*a), np.hypot(*b)])
        row = film.measure(steadiness.Run([ground, other] * 6, [], 1), 0, 1)
        self.assertAlmostEqual(row.flicker, wanted, places=3)
        self.assertEqual(film.measure(steadiness.Run([other] * 12, [], 1), 0, 1).flicker, 0)
        self.assertEqual(film.measure(steadiness.Run([ground] * 12, [], 1), 0, 1).dE00, 0)

    def test_lag_is_what_is_left_of_the_last_shot(self):
        one, other = scene(1), scene(2)
        film = still_film([one] * 6 + [other] * 6, [6])
        for share in (0, 0.25, 1):
            first = (share * one.astype(float) + (1 - share) * other).round().astype(np.uint8)
            row = film.measure(steadiness.Run([one] * 6 + [first] + [other] * 5, [6, 9], 1), 1, 1)
            self.assertAlmostEqual(row.lag, share, delta=0.08)
            self.assertEqual((row.known, row.found, row.wrong), (1, 1, 1))

    def test_a_lost_frame_is_an_error(self):
        film = still_film([scene(1)] * 4, [])
        with self.assertRaisesRegex(RuntimeError, '3 frames instead of 4'):
            film.measure(steadiness.Run([scene(1)] * 3, [], 1), 0, 1)


class Script(unittest.TestCase):
    def test_a_film_with_a_cut(self):
        need('pngdec', 'jpegenc', 'matroskamux')
        with tempfile.TemporaryDirectory(prefix='colorize test ') as name:
            folder = Path(name)
            (folder / 'clips').mkdir()
            for t in range(FRAMES):
                cv2.imwrite(str(folder / f'{t:03}.png'), scene(2 if t < CUT else 3, 2 * t)[..., ::-1])
            launch(f'multifilesrc location=%03d.png stop-index={FRAMES - 1} caps=image/png,framerate=25/1 ! pngdec '
                   '! videoconvert ! jpegenc quality=98 ! matroskamux ! filesink location=clips/two.mkv', folder)
            (folder / 'cuts.tsv').write_text(f'file\tfirst frames\nclips/two.mkv\t{CUT}\n')
            model = ROOT / 'tests' / 'models' / 'ab-linear.onnx'
            said = subprocess.run(
                [sys.executable, ROOT / 'tests' / 'steadiness.py', folder / 'clips', '--stability', '0', '1',
                 '--cuts', folder / 'cuts.tsv', '--properties', f'model="{model}" inference-size=128',
                 '--json', folder / 'rows.json', '--sheets', folder / 'sheets'], capture_output=True, text=True)
            self.assertEqual(said.returncode, 0, said.stderr)
            self.assertIn('cuts: precision 1.000, recall 1.000', said.stdout)
            truth, without, steady = json.loads((folder / 'rows.json').read_text())[:3]
            for row in truth, without, steady:
                self.assertEqual((row['clip'], row['frames']), ('two.mkv', FRAMES))
            self.assertEqual(truth['dE00'], 0)
            self.assertGreater(without['dE00'], 1)
            self.assertLess(steady['flicker'], without['flicker'])
            self.assertLess(steady['lag'], 0.1)
            self.assertGreater(without['ms'], 0)
            self.assertEqual(cv2.imread(str(folder / 'sheets' / 'two.mkv.png')).shape[1], 12 * steadiness.WIDTH)


if __name__ == '__main__':
    unittest.main()
