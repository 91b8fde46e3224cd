#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Parts of films: the frames, sounds, texts and times of a part are those of the film, as ffmpeg reads both."""
import json
import re
import subprocess
import unittest

import cv2
import numpy as np
from command import Case, ROOT, has_libavformat, luma

SIZE = 96, 64


class Films(Case):
    def ffmpeg(self, *arguments) -> bytes:
        return subprocess.run(['ffmpeg', '-v', 'error', '-nostdin', '-y', *map(str, arguments)], cwd=self.folder,
                              check=True, capture_output=True).stdout

    def probe(self, name: str, *show: str) -> dict:
        said = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', *show, name], cwd=self.folder, check=True,
                              capture_output=True).stdout
        return json.loads(said)

    def make(self, name: str, *codecs, length=26, pictures='testsrc2=s=96x64:r=25'):
        """Gray pictures that all differ, and noise."""
        self.ffmpeg('-f', 'lavfi', '-i', f'{pictures},hue=s=0,format=yuv420p', '-f', 'lavfi', '-i',
                    'anoisesrc=r=16000:c=pink:seed=5', '-t', length, *codecs, name)

    def frames(self, name: str, *before) -> np.ndarray:
        raw = self.ffmpeg(*before, '-i', name, '-map', '0:v:0', '-fps_mode', 'passthrough', '-vf', 'extractplanes=y',
                          '-f', 'rawvideo', '-')
        return np.frombuffer(raw, np.uint8).reshape(-1, *SIZE[::-1])

    def sound(self, name: str) -> np.ndarray:
        """From time 0 on, so that it tells when it is heard."""
        raw = self.ffmpeg('-copyts', '-i', name, '-map', '0:a:0', '-af', 'aresample=16000:async=1:first_pts=0',
                          '-ac', 1, '-f', 'f32le', '-')
        return np.frombuffer(raw, '<f4')

    def times(self, name: str, kind='v') -> list[float]:
        packets = self.probe(name, '-select_streams', kind, '-show_entries', 'packet=pts_time')['packets']
        return sorted(float(packet['pts_time']) for packet in packets)

    def check_part(self, name: str, result: str, start: float, length: float, packet: float, late=0, error=0.0025):
        """The result is the film from the first frame on that is shown at `start` or after; of broadcasts, in whose
        beginning readers differ, from one so many frames later at most."""
        begin = float(self.probe(name, '-show_entries', 'format=start_time')['format']['start_time'])
        times, of_part = self.times(name), self.frames(result)
        first = next(i for i, time in enumerate(times) if time - begin >= start - 0.0005)
        last = next((i for i, time in enumerate(times) if time - begin >= start + length - 0.0005), len(times))
        of_film = self.frames(name)
        first += next(i for i in (0, *range(-late, late + 1)) if (of_film[first + i] == of_part[0]).all())
        self.assertLessEqual(abs(len(of_part) - (last - first)), late)
        self.assertTrue((of_part == of_film[first:first + len(of_part)]).all())
        shown = self.times(result)
        for time, before in zip(shown, times[first:]):
            self.assertAlmostEqual(time - shown[0], before - times[first], delta=0.0015)
        self.check_sound(name, result, times[first], packet, error)

    def check_sound(self, name: str, result: str, first: float, packet: float, error=0.0025):
        """It begins no later than a packet after the first frame, and is beside the frames where it was: `first` is
        the time in the film of the result's first frame."""
        begin = self.times(result)[0]
        all_sound, sound = self.sound(name), self.sound(result)
        heard = np.flatnonzero(np.abs(sound) > 1e-4)[0] / 16000
        self.assertLess(heard, begin + packet)
        at, since = int(16000 * (heard + 0.2)), max(0, int(16000 * (first - 1)))
        piece, window = sound[at:at + 6000], all_sound[since:since + 16000 * 4]
        place = np.correlate(window, piece, 'valid')
        place /= np.sqrt(np.convolve(window ** 2, np.ones(len(piece)), 'valid')).clip(1)
        self.assertAlmostEqual((since + place.argmax() - at) / 16000, first - begin, delta=error)


class Parts(Films):
    def test_a_part_is_that_of_the_film(self):
        h264 = '-c:v', 'libx264', '-preset', 'ultrafast', '-g', 100, '-bf', 2
        for name, codecs, packet in (('a.mp4', (*h264, '-c:a', 'aac'), 0.1),
                                     ('b.mkv', (*h264, '-c:a', 'libopus'), 0.06),
                                     ('c.mkv', ('-c:v', 'ffv1', '-g', 1, '-c:a', 'flac'), 0.33),
                                     ('d.avi', ('-c:v', 'mpeg4', '-bf', 0, '-c:a', 'mp3', '-ar', 16000), 0.18),
                                     ('e.ts', (*h264, '-c:a', 'mp2', '-ar', 16000), 0.11),
                                     ('f.mov', (*h264, '-c:a', 'pcm_s16le'), 0.1)):
            self.make(name, *codecs)
            for start, length in ((21.3, 2), (0, 1), (1.99, 99)) if name == 'a.mp4' else ((21.3, 2),):
                with self.subTest(name, start=start):
                    said = self.run_command(name, '-o', f'{name}{start}.mkv', '--to-gray', '--codec', 'ffv1', '--start',
                                            start, '--duration', length, '--progress', 'none').stderr
                    self.assertEqual(said, '')
                    self.check_part(name, f'{name}{start}.mkv', start, length, packet, late=2 if name == 'e.ts' else 0,
                                    error=0.03 if name == 'd.avi' else 0.0025)  # which counts packets

    @unittest.skipUnless(has_libavformat(), 'built without libavformat')
    def test_sound_goes_with_the_pictures_into_every_container(self):
        h264 = '-c:v', 'libx264', '-preset', 'ultrafast', '-g', 50
        for name, sound, result in (('a.mp4', 'aac', 'a.result.mp4'), ('b.mkv', 'libopus', 'b.result.webm'),
                                    ('b.mkv', 'libopus', 'b.result.mp4'), ('a.mp4', 'aac', 'a.result.ts'),
                                    ('a.mp4', 'aac', 'a.result.webm')):
            with self.subTest(result):
                if not (self.folder / name).exists():
                    self.make(name, *h264, '-c:a', sound, length=12)
                self.run_command(name, '-o', result, '--to-gray', '--start', '0:05.5', '--duration', 3)
                self.check_sound(name, result, min(time for time in self.times(name) if time >= 5.4995), 0.12, 0.007)

    @unittest.skipUnless(has_libavformat(), 'built without libavformat')
    def test_subtitles_chapters_and_time_code_are_those_of_the_part(self):
        (self.folder / 'text.srt').write_text('1\n00:00:01,000 --> 00:00:06,000\nbefore\n\n'
                                              '2\n00:00:07,500 --> 00:00:08,000\nwithin\n\n'
                                              '3\n00:00:09,000 --> 00:00:09,500\nafter\n')
        (self.folder / 'chapters').write_text(';FFMETADATA1\n' + ''.join(
            f'[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={title}\n'
            for start, end, title in ((0, 4000, 'one'), (4000, 7000, 'two'), (7000, 12000, 'three'))))
        self.make('plain.mkv', '-c:v', 'mjpeg', '-c:a', 'flac', length=12)
        self.ffmpeg('-i', 'plain.mkv', '-i', 'text.srt', '-i', 'chapters', '-map', '0', '-map', '1', '-c', 'copy',
                    '-timecode', '01:00:00:00', 'film.mkv')
        self.run_command('film.mkv', '--to-gray', '--start', 5, '--duration', 3.5)
        found = self.probe('film.5s+3.5s.gray.mkv', '-show_chapters', '-show_packets', '-show_streams', '-show_format')
        subtitle = [s['index'] for s in found['streams'] if s['codec_type'] == 'subtitle']
        texts = [(float(p['pts_time']), float(p['duration_time'])) for p in found['packets']
                 if p['stream_index'] in subtitle]
        self.assertEqual([(round(a, 2), round(b, 2)) for a, b in texts], [(0, 1), (2.5, 0.5)])
        chapters = [(float(c['start_time']), float(c['end_time']), c['tags']['title']) for c in found['chapters']]
        self.assertEqual([(round(a, 2), round(b, 2), c) for a, b, c in chapters], [(0, 2, 'two'), (2, 3.5, 'three')])
        codes = [value for tags in [found['format']['tags']] + [s.get('tags', {}) for s in found['streams']]
                 for key, value in tags.items() if key.lower() == 'timecode']
        self.assertEqual(set(codes), {'01:00:05:00'})

    def test_a_part_of_a_film_that_is_one_piece(self):
        """All before it is decoded."""
        self.make('film.avi', '-c:v', 'msmpeg4v2', '-g', 1000, '-c:a', 'mp3', '-ar', 16000, length=8)
        self.run_command('film.avi', '-o', 'part.mkv', '--to-gray', '--codec', 'ffv1', '--start', 5, '--duration', 1)
        self.check_part('film.avi', 'part.mkv', 5, 1, 0.12, error=0.03)

    def test_a_part_is_resumed_as_a_part(self):
        self.make('film.mkv', '-c:v', 'mjpeg', '-c:a', 'flac', length=4)
        part = 'film.1s+1s.gray.mkv'
        self.run_command('film.mkv', '--to-gray', '--start', 1, '--duration', 1)
        said = self.run_command('film.mkv', '--to-gray', '--start', 1, '--duration', 1, '--resume').stderr
        self.assertIn('is there already', said)
        self.assertEqual(sorted(self.files()), [part, 'film.mkv'])
        self.assertIn('is there already', self.refuse('film.mkv', '--to-gray', '--start', 1, '--duration', 1))
        self.run_command('film.mkv', '--to-gray', '--resume')
        self.assertEqual(len(self.frames('film.gray.mkv')), 100)

    def test_what_is_no_part_is_refused_in_words(self):
        self.make('film.mkv', '-c:v', 'mjpeg', '-c:a', 'flac', length=2)
        self.photo()
        for words, status, said in ((('--start', '5'), 1, 'no pictures in the part'),
                                    (('--start', 'soon'), 2, 'does not take .soon.'),
                                    (('--start', '1:70'), 2, 'does not take'), (('--duration', '0'), 2, 'more than 0'),
                                    (('--frame', '1:00'), 1, r'no picture at 1:00; it is 2.\d s long'),
                                    (('--frame', '1', '--sheet'), 2, 'exclude each other'),
                                    (('--sheet', '--to-gray'), 2, 'neither --to-gray nor')):
            with self.subTest(words):
                self.assertRegex(self.refuse('film.mkv', *words, status=status), said)
        self.assertRegex(self.refuse('photo.jpg', '--start', 1), 'is a photograph; --start')
        said = self.run_command('.', '--start', 1, '--to-gray').stderr
        self.assertRegex(said, 'left alone: ./photo.jpg: is a photograph')
        self.assertEqual(sorted(self.files()), ['film.1s.gray.mkv', 'film.mkv', 'photo.jpg'])


class Frames(Films):
    def test_a_frame_is_the_one_that_is_shown(self):
        h264 = '-c:v', 'libx264', '-preset', 'ultrafast', '-g', 100, '-qp', 0
        for name, codecs in ('a.mp4', h264), ('b.mkv', (*h264, '-bf', 2)), ('c.avi', ('-c:v', 'mpeg4', '-q:v', 1)):
            self.make(name, *codecs, '-an', length=9)
            all_frames = self.frames(name).astype(float)
            for time, number in (0, 0), (3.3, 82), (8.92, 223), ('0:08.97', 224):
                with self.subTest(name, time=time):
                    self.run_command(name, '--to-gray', '--frame', time, '-o', 'frame.png', '--overwrite')
                    gray = luma(self.read('frame.png'))
                    errors = np.abs((all_frames - 16) * 255 / 219 - gray).mean(axis=(1, 2))
                    self.assertEqual(int(errors.argmin()), number)
                    self.assertLess(errors.min(), 2)  # of rounding

    def test_a_frame_is_coloured_and_marked(self):
        self.ffmpeg('-loop', 1, '-i', ROOT / 'docs' / 'monochrome.jpg', '-t', 2, '-vf', 'scale=240:320,setsar=2/1',
                    '-pix_fmt', 'yuv420p', '-c:v', 'libx264', 'film.mp4')
        self.run_command('film.mp4', '--frame', '0:01')
        picture = self.read('film.1s.colour.png')
        self.assertEqual(picture.shape, (320, 480, 3))  # with square pixels
        self.assertGreater(np.ptp(picture.astype(float), axis=2).mean(), 8)
        self.assertIn(b'compositeWithTrainedAlgorithmicMedia', (self.folder / 'film.1s.colour.png').read_bytes())
        self.run_command('film.mp4', '--frame', 1, '--compare=side-by-side', '-o', 'both.jpg')
        self.assertEqual(self.read('both.jpg').shape, (320, 960, 3))
        said = self.run_command('.', '--frame', 1, '--overwrite').stderr
        self.assertIn('is a result by its name', said)

    def test_a_frame_of_deep_pictures_is_deep_and_one_that_lies_stands(self):
        self.ffmpeg('-f', 'lavfi', '-i', 'color=s=1024x64:r=25:d=0.2,format=gray16le,geq=lum=X*64', '-pix_fmt',
                    'gray10le', '-c:v', 'ffv1', 'deep.mkv')
        self.run_command('deep.mkv', '--frame', 0, '--to-gray')
        deep = self.read('deep.0s.gray.png')
        self.assertEqual(deep.dtype, np.uint16)
        self.assertGreater(len(np.unique(deep)), 800)
        self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=25:d=1,hue=s=0', '-c:v', 'libx264', 'flat.mp4')
        self.ffmpeg('-i', 'flat.mp4', '-c', 'copy', '-metadata:s:v', 'rotate=90', 'lying.mp4')
        rotation = self.probe('lying.mp4', '-show_streams')['streams'][0].get('side_data_list')
        if not rotation:
            self.skipTest('this ffmpeg writes no rotation')
        self.run_command('lying.mp4', '--frame', 0.5)
        self.assertEqual(self.read('lying.0.5s.colour.png').shape[:2], (96, 64))


class Sheets(Films):
    def test_a_sheet_shows_each_shot_before_and_after(self):
        photograph = ROOT / 'docs' / 'monochrome.jpg'
        self.ffmpeg('-loop', 1, '-framerate', 25, '-t', 2, '-i', photograph, '-f', 'lavfi', '-t', 2, '-i',
                    'testsrc2=s=320x240:r=25', '-f', 'lavfi', '-t', 1, '-i', 'color=black:s=320x240:r=25',
                    '-filter_complex', '[0]scale=320:240,setsar=1,format=yuv420p,split[a][d];[1]hue=s=0,format=yuv420p'
                    '[b];[2]format=yuv420p[c];[d]hflip[e];[a][b][c][e]concat=n=4', '-g', 1000, '-sc_threshold', 0,
                    '-c:v', 'libx264', 'film.mp4')
        self.run_command('film.mp4', '--sheet')
        sheet = self.read('film.sheet.jpg')
        self.assertIn(b'compositeWithTrainedAlgorithmicMedia', (self.folder / 'film.sheet.jpg').read_bytes())
        # Pairs are neutral on their left side and coloured on their right, on a ground of 32.
        colour = np.ptp(sheet.astype(float), axis=2)
        height, place = 192, 192 + 30
        pairs = [(y, x) for x in range(8, sheet.shape[1] - 512, 520) for y in range(8, sheet.shape[0] - height, place)
                 if np.abs(sheet[y:y + height, x:x + 256].astype(float) - 32).mean() > 10]
        self.assertEqual(len(pairs), 3)
        shown = sorted(float(colour[y:y + height, x + 256:x + 512].mean()) for y, x in pairs)
        self.assertGreater(shown[-2], 8)
        for y, x in pairs:
            self.assertLess(colour[y:y + height, x:x + 250].mean(), 3)
            before, after = (luma(sheet[y:y + height, a:a + 250].astype(float)) for a in (x, x + 256))
            self.assertLess(np.abs(before - after).mean(), 6)
        for name in 'sheet.png', 'sheet.webp':
            self.run_command('film.mp4', '--sheet', '-o', name)
            self.assertEqual(self.read(name).shape, sheet.shape)

    def test_a_long_film_is_looked_at_here_and_there(self):
        self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=5,hue=s=0', '-f', 'lavfi', '-i', 'mandelbrot=s=96x64:r=5',
                    '-filter_complex', '[0]trim=duration=40,format=yuv420p[a];[1]trim=duration=40,hue=s=0,'
                    'format=yuv420p,scale=96:64,setsar=1[b];[a]setsar=1[c];[c][b]concat', '-g', 10, '-c:v', 'mpeg4',
                    'film.mkv')
        self.run_command('film.mkv', '--sheet')
        self.assertEqual(self.read('film.sheet.jpg').shape, (8 + 2 * (64 + 30), 2 * 96 + 16, 3))


class Json(Films):
    def test_every_code_of_a_remark_is_in_the_list(self):
        listed = set(re.findall(r'^\| `([a-z0-9-]+)` \| [^|]+\|$', (ROOT / 'docs' / 'progress.md').read_text(), re.M))
        given = set()
        for file in [*(ROOT / 'tools').rglob('*.cpp'), *(ROOT / 'tools').rglob('*.h')]:
            given |= set(re.findall(r'(?:remark|push_back|tell|lose|return)\W*\{"([a-z0-9]+(?:-[a-z0-9]+)+)",'
                                    r'|"remark ([a-z-]+) ', file.read_text()))
        self.assertEqual({code for pair in given for code in pair if code}, listed)

    def test_what_is_told(self):
        self.make('film.mkv', '-c:v', 'mjpeg', '-c:a', 'wmav2', '-ar', 22050, length=2)
        said = self.run_command('film.mkv', '--to-gray', '--progress=json', '-o', 'gray.mp4').stdout
        events = [json.loads(line) for line in said.splitlines()]
        self.assertTrue(all(list(event)[:2] == ['schema', 'event'] and event['schema'] == 1 for event in events))
        remark = next(event for event in events if event['event'] == 'remark')
        self.assertEqual(remark['code'], 'sound-converted')
        pieces = [event for event in events if event['event'] == 'piece']
        self.assertEqual([(p['piece'], p['pieces']) for p in pieces], [(1, 1)])
        self.assertRegex(pieces[0]['path'], '^/.*/.gray.mp4.parts/.*gdp$')
        known = re.findall(r'^\| `([a-z-]+)` \|.*\|.*\|$', (ROOT / 'docs' / 'progress.md').read_text(), re.M)
        self.assertLessEqual({event['event'] for event in events}, set(known))


if __name__ == '__main__':
    unittest.main()
