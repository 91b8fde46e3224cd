#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What people say of a film's colours, by hints, regions, looks and pictures, where that is made in pieces."""
import json
import os
import shutil
import struct
import subprocess
import unittest
import zlib

from command import Case, cv2, np
from films import PHOTOGRAPH, ROOT, need, shell


LONG = unittest.skipIf('libasan' in os.environ.get('LD_PRELOAD', ''), 'long, and sanitizers see nothing else in it')


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

    def test_a_picture_that_is_long_shown_has_it(self):
        self.film()
        subprocess.run('ffmpeg -v error -nostdin -itsscale 20 -i film.mkv -fps_mode passthrough -c:v mpeg4 -q:v 2 slow.mp4'.split(), cwd=self.folder, check=True)
        last = self.LENGTH - 1  # of its shot, from 38 to 40 s
        hint = json.loads(self.hint()) | {'time': 2 * self.AT}
        red = []
        for more in (), ('--hints', 'hints.jsonl'):
            (self.folder / 'hints.jsonl').write_text(json.dumps(hint))
            self.run_command('slow.mp4', '-o', 'slow.png', '--frame', 2 * last + 1.5, '--progress', 'none', '--overwrite', *more)
            red += self.of_thing([cv2.imread(str(self.folder / 'slow.png'))[..., ::-1].astype(int)], [last])
        self.assertGreater(red[1] - red[0], 30)

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


class Said(Case):
    @LONG
    def test_a_hint_holds_in_its_shot_and_touches_no_other_piece(self):
        need('avdec_ffv1')
        shell(f'ffmpeg -v error -nostdin -loop 1 -framerate 4 -i {PHOTOGRAPH} -f lavfi -i smptebars=s=160x202:r=4 -t 42 '
              '-filter_complex "[0]scale=160:202[photograph];[photograph][1]overlay=enable=\'lt(t,2)+gte(t,30)\',format=gray,'
              'format=yuv420p" -c:v ffv1 -g 10 film.mkv', self.folder)

        def make(*hints: str) -> tuple[np.ndarray, str]:
            run = self.run_command('film.mkv', '-o', 'hinted.mkv', '--codec', 'ffv1', '--inference-interval', '8',
                                   '--progress', 'none', '--keep-pieces', '--overwrite',
                                   *(word for hint in hints for word in ('--hint', hint)))
            decode = 'ffmpeg -v error -nostdin -i hinted.mkv -f rawvideo -pix_fmt rgb24 -'
            raw = subprocess.run(decode.split(), cwd=self.folder, stdout=subprocess.PIPE, check=True).stdout
            frames = np.frombuffer(raw, np.uint8).reshape(-1, 202, 160, 3).astype(int)
            self.assertEqual(len(frames), 168)
            return frames, run.stderr

        def redness(frames: np.ndarray) -> np.ndarray:
            return (frames[:, 116:126, 75:85, 0] - frames[:, 116:126, 75:85, 1]).mean((1, 2))

        red_hint = '5s,50%,60%,8=#c02020'
        once, said = make(red_hint)
        red = redness(once)
        self.assertLess(max(red[:8].max(), red[120:].max()) + 20, red[8:120].min(), 'from its shot\'s first frame on')
        self.assertLess(np.ptp(red[8:120]), 4, 'and through the seam of two pieces')
        self.assertNotIn('made again', said)

        pieces = sorted((self.folder / '.hinted.mkv.parts').glob('*.gdp'))
        self.assertEqual(len(pieces), 2)
        of_before = [piece.stat().st_mtime_ns for piece in pieces]
        twice, said = make(red_hint, '38s,50%,60%,8=#c02020')
        self.assertIn('1 of 2 pieces are made again', said)
        self.assertEqual([piece.stat().st_mtime_ns == before for piece, before in zip(pieces, of_before)], [True, False])
        self.assertTrue(np.array_equal(once[:120], twice[:120]))
        self.assertGreater(redness(twice)[120:].min(), red[120:].max() + 20)
        shutil.rmtree(self.folder / '.hinted.mkv.parts')
        make(red_hint, '5s,20%,90%,8=#2020c0')
        self.assertTrue(np.array_equal(once, make(red_hint)[0]), 'of a hint that is taken away nothing is left')

    @LONG
    def test_a_hint_is_followed_back_to_where_its_thing_was(self):
        need('avdec_ffv1')
        # A face comes in from the left at 0.4 s, and goes down and to the right on what does not move.
        shell('ffmpeg -v error -nostdin -f lavfi -i color=0x707070:s=320x240:r=25 '
              f'-loop 1 -framerate 25 -i {PHOTOGRAPH} -t 3 -filter_complex '
              "'[0]noise=alls=20:all_seed=5,gblur=sigma=2,format=gray,trim=end_frame=1,loop=-1:1[back];"
              '[1]scale=160:202,crop=60:60:60:20,format=gray[face];[back][face]overlay=x=-60+80*t:y=30+40*t,'
              "format=yuv420p' -c:v ffv1 film.mkv", self.folder)
        self.run_command('film.mkv', '-o', 'hinted.mkv', '--codec', 'ffv1', '--inference-interval', '4', '--progress',
                         'none', '--hint', '2.8s,194,172,8=#2030c0')
        decode = 'ffmpeg -v error -nostdin -i hinted.mkv -f rawvideo -pix_fmt rgb24 -'
        raw = subprocess.run(decode.split(), cwd=self.folder, stdout=subprocess.PIPE, check=True).stdout
        frames = np.frombuffer(raw, np.uint8).reshape(-1, 240, 320, 3).astype(int)
        blueness = frames[..., 2] - frames[..., 0]
        for time in 0.8, 1.6, 2.4:
            x, y = round(-60 + 80 * time) + 30, round(30 + 40 * time) + 30
            here = blueness[round(25 * time), y - 5:y + 5, x - 5:x + 5].mean()
            elsewhere = blueness[round(25 * time), 200:, 250:].mean()
            self.assertGreater(here, elsewhere + 40, f'at {time} s')
            if time > 1:  # nothing stays behind where it was 0.8 s ago
                left = blueness[round(25 * time), y - 42:y - 22, x - 74:x - 54].mean()
                self.assertLess(left, elsewhere + 20, f'at {time} s')

    def test_hints_that_cannot_be_read_are_named(self):
        self.film()
        for hint, word in (('320,180', '[TIMEs,]X,Y[,RADIUS]=COLOUR'), ('1,2,3,4,5=gray', 'RADIUS'),
                           ('1s,2,3=blue', '#rrggbb'), ('1,x=gray', 'COLOUR')):
            self.assertIn(word, self.run_command('film.mkv', '--hint', hint, status=2).stderr)
        self.assertIn('nowhere.jsonl', self.run_command('film.mkv', '--hints', 'nowhere.jsonl', status=2).stderr)
        (self.folder / 'two.jsonl').write_text('{"x": 1, "y": 1, "colour": "gray"}\n{"x": 1, "y": 1, "colour": 5}\n')
        self.assertIn('line 2', self.run_command('film.mkv', '--hints', 'two.jsonl', status=2).stderr)

    def test_regions_alone_are_coloured(self):
        need('avdec_ffv1')
        shell(f'ffmpeg -v error -nostdin -loop 1 -i {PHOTOGRAPH} -t 1 -r 4 '
              '-vf scale=160:202,format=gray,format=yuv420p -c:v ffv1 film.mkv', self.folder)
        shell('ffmpeg -v error -nostdin -f lavfi -i color=black:s=80x101,drawbox=x=40:c=white:t=fill -frames:v 1 '
              '-pix_fmt gray mask.png', self.folder)
        (self.folder / 'lines.jsonl').write_text('{"mask": "mask.png"}\n')
        for words in (['--region', 'mask.png'], ['--region', '50%,0,50%,50%', '--region', '50%,50%,50%,50%'],
                      ['--region', 'lines.jsonl', '--exclude', '{"rectangle": [0, 0, 80, 202], "time": 0, "end": 9}']):
            self.run_command('film.mkv', '-o', 'part.mkv', '--codec', 'ffv1', '--overwrite', '--progress', 'none', *words)
            decode = 'ffmpeg -v error -nostdin -i part.mkv -f rawvideo -pix_fmt yuv444p -'
            raw = subprocess.run(decode.split(), cwd=self.folder, stdout=subprocess.PIPE, check=True).stdout
            chroma = np.frombuffer(raw, np.uint8).reshape(-1, 3, 202, 160)[:, 1:]
            self.assertTrue((chroma[..., :76] == 128).all(), words)
            self.assertGreater(np.abs(chroma[..., 84:].astype(int) - 128).mean(), 2, words)
        for value, word in ('nowhere.png', 'nowhere.png'), ('{"mask": "nowhere.png"}', 'nowhere.png'), ('{"mask"', 'mask'), (
                '{"polygon": 3}', 'polygon'):
            self.assertIn(word, self.run_command('film.mkv', '--region', value, status=2).stderr)

    def test_a_preset_is_a_look(self):
        self.film()
        self.run_command('film.mkv', '-o', 'look.mkv', '--preset', 'two-colour', '--progress', 'none')
        self.assertIn('slide-film', self.run_command('film.mkv', '--preset', 'nonsense', status=2).stderr)

    @LONG
    def test_a_reference_holds_through_its_shot_and_its_seams(self):
        """Before its moment too."""
        need('avdec_ffv1')
        shell(f'ffmpeg -v error -nostdin -loop 1 -i {PHOTOGRAPH} -t 42 -r 4 '
              '-vf scale=160:202,format=gray,format=yuv420p -c:v ffv1 -g 10 film.mkv', self.folder)
        picture = cv2.resize(cv2.imread(str(PHOTOGRAPH), cv2.IMREAD_GRAYSCALE), (160, 202), interpolation=cv2.INTER_AREA)
        (self.folder / 'stills').mkdir()
        warm = np.stack([picture, picture, picture], -1).astype(int) + (-25, 0, 25)
        cv2.imwrite(str(self.folder / 'stills' / '00-00-10.png'), np.clip(warm, 0, 255).astype(np.uint8))
        self.run_command('film.mkv', '-o', 'referred.mkv', '--codec', 'ffv1', '--reference', 'stills',
                         '--inference-interval', '8', '--progress', 'none')
        decode = 'ffmpeg -v error -nostdin -i referred.mkv -f rawvideo -pix_fmt rgb24 -'
        raw = subprocess.run(decode.split(), cwd=self.folder, stdout=subprocess.PIPE, check=True).stdout
        frames = np.frombuffer(raw, np.uint8).reshape(-1, 202, 160, 3).astype(int)
        self.assertEqual(len(frames), 168)
        red = (frames[..., 0] - frames[..., 2]).mean((1, 2))
        self.assertGreater(red.min(), 25, 'from the first frame on')
        self.assertLess(np.ptp(red), 4, 'through two seams of pieces')

    @LONG
    def test_things_keep_one_colour_through_their_shot_and_its_seams(self):
        """Though the network changes its mind with the light."""
        need('avdec_ffv1')
        shell(f'ffmpeg -v error -nostdin -loop 1 -framerate 4 -t 42 -i {PHOTOGRAPH} -vf "scale=128:160,format=gray,'
              'eq=contrast=0.4:brightness=\'0.12*sin(t)\':eval=frame,format=yuv420p" -c:v ffv1 -g 10 film.mkv', self.folder)
        model = str(ROOT / 'tests' / 'models' / 'ab-linear.onnx')

        def redness(*words: str) -> np.ndarray:  # a*
            self.run_command('film.mkv', '-o', 'colour.mkv', '--codec', 'ffv1', '--model', model,
                             '--progress', 'none', '--overwrite', *words)
            decode = 'ffmpeg -v error -nostdin -i colour.mkv -f rawvideo -pix_fmt rgb24 -'
            raw = subprocess.run(decode.split(), cwd=self.folder, stdout=subprocess.PIPE, check=True).stdout
            frames = np.frombuffer(raw, np.uint8).reshape(-1, 160, 128, 3).astype(np.float32) / 255
            self.assertEqual(len(frames), 168)
            return np.array([cv2.cvtColor(frame, cv2.COLOR_RGB2LAB)[60:100, 40:90, 1].mean() for frame in frames])

        followed, kept = redness('--reference', 'none'), redness()
        self.assertLess(np.ptp(kept), 0.3 * np.ptp(followed), f'{np.ptp(followed)} without')
        self.assertLess(abs(np.diff(kept)).max(), 1.5, 'through the seam of two pieces')
        self.assertFalse(list(self.folder.rglob('*.colours')))

    def test_references_that_cannot_be_read_are_named(self):
        self.film()
        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
        (self.folder / 'huge.png').write_bytes(
            b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>2I5B', 20000, 20000, 1, 0, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(bytes(2501 * 20000), 1)) + chunk(b'IEND', b''))
        for name, word in ('nowhere.png', 'not there'), ('film.mkv', 'PNG or a JPEG'), ('huge.png', '67 million'):
            said = self.run_command('film.mkv', '--reference', name, status=2).stderr
            self.assertIn(name, said)
            self.assertIn(word, said)


@LONG
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
