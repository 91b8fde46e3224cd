#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hints in films that the command makes: how long they hold, and where they are followed to."""
import json
import shutil
import subprocess
import unittest

from command import Case, cv2, np
from films import PHOTOGRAPH, need, shell


def frames_of(case: Case, name: str, width: int, height: int) -> np.ndarray:
    raw = subprocess.run(f'ffmpeg -v error -nostdin -i {name} -f rawvideo -pix_fmt rgb24 -'.split(), cwd=case.folder,
                         stdout=subprocess.PIPE, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3).astype(int)


def redness(frames: np.ndarray) -> np.ndarray:
    return frames[..., 0] - frames[..., 2]


class Place(Case):
    """A shot in which a thing goes right and stops, a short one of something else, and one in which it goes back from there; a
    hint on the thing in the first."""
    WIDTH, HEIGHT, SIDE, STEP = 192, 128, 48, 4  # pixels
    AT, STOP, LENGTH, BETWEEN = 10, 13, 20, 6  # frames, 10 a second
    FRAMES = 2 * LENGTH + BETWEEN

    def film(self) -> None:
        need('avdec_ffv1')
        if not shutil.which('ffmpeg'):
            self.skipTest('there is no ffmpeg')
        rng = np.random.default_rng(3)
        ground = cv2.resize(rng.integers(90, 140, (16, 24), np.uint8), (self.WIDTH, self.HEIGHT), interpolation=cv2.INTER_CUBIC)
        thing = cv2.resize(rng.integers(170, 235, (8, 8), np.uint8), (self.SIDE, self.SIDE), interpolation=cv2.INTER_CUBIC)
        other = np.sort(rng.integers(0, 255, (self.HEIGHT, self.WIDTH), np.uint8), axis=1)
        pictures = []
        for n in range(self.LENGTH):
            x = self.left(n)
            pictures.append(ground.copy())
            pictures[-1][40:40 + self.SIDE, x:x + self.SIDE] = thing
        film = np.stack([*pictures, *[other] * self.BETWEEN, *pictures[::-1]])
        subprocess.run(f'ffmpeg -v error -nostdin -f rawvideo -pix_fmt gray -s {self.WIDTH}x{self.HEIGHT} -r 10 -i - -pix_fmt '
                       'yuv420p -c:v ffv1 -g 10 film.mkv'.split(), cwd=self.folder, input=film.tobytes(), check=True)

    def left(self, n: int) -> int:
        return 10 + self.STEP * min(n, self.FRAMES - 1 - n, self.STOP)

    def hint(self) -> str:
        x = self.left(self.AT) + self.SIDE // 2
        return json.dumps({'time': self.AT / 10, 'x': x, 'y': 40 + self.SIDE // 2, 'radius': 8, 'colour': '#c03020'})

    def of_thing(self, pictures: np.ndarray, frames: list[int]) -> list[float]:
        return [redness(picture)[48:80, self.left(n) + 8:self.left(n) + 40].mean() for picture, n in zip(pictures, frames)]

    def test_it_holds_to_the_cut_and_from_the_first_frame_on(self):
        self.film()
        made = {}
        for name, more in ('plain', ()), ('hinted', ('--hints', 'hints.jsonl')):
            (self.folder / 'hints.jsonl').write_text(self.hint())
            self.run_command('film.mkv', '-o', f'{name}.mkv', '--codec', 'ffv1', '--progress', 'none', *more)
            made[name] = frames_of(self, f'{name}.mkv', self.WIDTH, self.HEIGHT)
        self.assertEqual(len(made['hinted']), self.FRAMES)
        more = np.subtract(*(self.of_thing(made[name], range(self.FRAMES)) for name in ('hinted', 'plain')))
        print('red of the thing, beside what it has without a hint, in its shot and later:', more[:self.LENGTH].round(),
              more[self.LENGTH:].round())
        self.assertGreater(more[:self.LENGTH].min(), 30, 'in all of its shot it goes along, before its moment too')
        change = np.abs(made['hinted'][self.LENGTH:] - made['plain'][self.LENGTH:])
        self.assertLess(change.mean((1, 2, 3)).max(), 1, 'the other shots are as without it')

    def test_pictures_out_of_the_film_have_it_where_it_is_by_then(self):
        self.film()
        (self.folder / 'hints.jsonl').write_text(self.hint())
        red = {}
        for name, more in ('plain', ()), ('hinted', ('--hints', 'hints.jsonl')):
            pictures = []
            for n in 2, 18, 38:  # before it, later, another shot
                self.run_command('film.mkv', '-o', f'{n}.png', '--frame', f'{n / 10}', '--progress', 'none', '--overwrite', *more)
                pictures.append(cv2.imread(str(self.folder / f'{n}.png'))[..., ::-1].astype(int))
            red[name] = self.of_thing(pictures, [2, 18, 38])
            self.run_command('film.mkv', '-o', f'{name}.png', '--sheet', '--progress', 'none', *more)
        more = np.subtract(red['hinted'], red['plain'])
        print('red of the thing in pictures, beside what it has without a hint:', more.round())
        self.assertGreater(more[:2].min(), 45)
        self.assertLess(abs(more[2]), 3)
        sheets = [cv2.imread(str(self.folder / f'{name}.png'))[..., ::-1].astype(int) for name in red]
        change = np.abs(sheets[1] - sheets[0]).max(-1)
        columns = np.flatnonzero(change.max(0) > 60)
        self.assertGreater(len(columns), 10, 'the first shot of the sheet has it')
        self.assertLess(np.ptp(columns), 64, 'and no other one')

    def test_a_part_that_begins_later_has_it(self):
        self.film()
        (self.folder / 'hints.jsonl').write_text(self.hint())
        made = {}
        for name, more in ('plain', ()), ('hinted', ('--hints', 'hints.jsonl')):
            self.run_command('film.mkv', '-o', f'{name}.mkv', '--codec', 'ffv1', '--progress', 'none', '--start', '1.5',
                             '--duration', '0.4', *more)
            made[name] = self.of_thing(frames_of(self, f'{name}.mkv', self.WIDTH, self.HEIGHT), range(15, 19))
        self.assertEqual(len(made['hinted']), 4)
        self.assertGreater(np.subtract(made['hinted'], made['plain']).min(), 30)


class Scene(Case):
    def test_it_holds_in_its_scene_alone_and_through_all_of_it(self):
        need('avdec_ffv1')
        if not shutil.which('ffmpeg'):
            self.skipTest('there is no ffmpeg')
        shell(f'ffmpeg -v error -nostdin -loop 1 -framerate 2 -i {PHOTOGRAPH} -f lavfi -i smptebars=s=160x202:r=2 -t 100 '
              '-filter_complex "[0]scale=160:202[photograph];[photograph][1]overlay=enable=\'lt(t,2)+gte(t,95)\','
              'format=gray,format=yuv420p" -c:v ffv1 -g 5 film.mkv', self.folder)
        yellowness = {}
        for warmth in 0, 30:
            (self.folder / 'hints.jsonl').write_text(json.dumps({'time': 90, 'warmth': warmth}))
            self.run_command('film.mkv', '-o', 'warm.mkv', '--hints', 'hints.jsonl', '--codec', 'ffv1', '--progress',
                             'none', '--inference-interval', '8', '--keep-pieces', '--overwrite')
            frames = frames_of(self, 'warm.mkv', 160, 202)
            yellowness[warmth] = (frames[..., :2].mean(3) - frames[..., 2]).mean((1, 2))
        self.assertGreater(len(list((self.folder / '.warm.mkv.parts').glob('*.gdp'))), 3)
        more = yellowness[30] - yellowness[0]
        self.assertEqual(len(more), 200)
        self.assertFalse(more[:4].any() or more[190:].any(), 'other scenes stay')
        self.assertGreater(more[4:190].min(), 20, 'from its first frame on, 88 s before, in each of its pieces, to its last one')
        self.assertLess(np.ptp(more[4:190]), 2)


if __name__ == '__main__':
    unittest.main()
