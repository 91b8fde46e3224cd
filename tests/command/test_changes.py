#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films that change on their way, of odd sides, or that tell the wrong scan: the result has every frame, in one form,
as ffmpeg decodes it."""
import json
import shutil
import subprocess
import unittest
from pathlib import Path

import numpy as np
from command import COMMAND, Case

RATE = 10
QUICK = '--inference-size', '64', '--inference-interval', '10'


@unittest.skipUnless(shutil.which('ffmpeg'), 'no ffmpeg')
class Changes(Case):
    def ffmpeg(self, *arguments) -> bytes:
        return subprocess.run(['ffmpeg', '-v', 'error', '-nostdin', '-y', *map(str, arguments)], cwd=self.folder,
                              check=True, capture_output=True).stdout

    def make(self, name: str, size: str, *options, seconds=1) -> str:
        source = f'testsrc2=s={size}:r={RATE}:d={seconds},format=gray,format=yuv420p'
        self.ffmpeg('-f', 'lavfi', '-i', source, *options, name)
        return name

    def join(self, name: str, *parts: str) -> str:
        """One after the other, packet by packet."""
        (self.folder / 'parts').write_text(''.join(f"file '{part}'\n" for part in parts))
        self.ffmpeg('-f', 'concat', '-i', 'parts', '-map', 0, '-c', 'copy', name)
        return name

    def colorize(self, given: str, result: str, *options) -> str:
        return self.run_command(given, '-o', result, '--overwrite', '--progress', 'none', *options).stderr

    def frames(self, name: str) -> list[dict]:
        said = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-select_streams', 'v', '-show_frames', name],
                              cwd=self.folder, capture_output=True, check=True).stdout
        return json.loads(said)['frames']

    def each(self, name: str, *keys: str) -> list[tuple]:
        return [tuple(frame[key] for key in keys) for frame in self.frames(name)]

    def sizes(self, name: str) -> set[tuple]:
        return set(self.each(name, 'width', 'height'))

    def times(self, name: str) -> list[float]:
        times = [float(time) for time, in self.each(name, 'best_effort_timestamp_time')]
        return [round(time - times[0], 2) for time in times]

    def planes(self, name: str, *options, pixels='yuv420p') -> list[np.ndarray]:
        """Y', Cb and Cr of all frames, which have to be of one size."""
        (width, height), = self.sizes(name) if not options else {tuple(map(int, options))}
        scale = ['-vf', f'scale={width}:{height}'] if options else []
        raw = np.frombuffer(self.ffmpeg('-i', name, '-map', '0:v', *scale, '-pix_fmt', pixels, '-f', 'rawvideo',
                                        '-fps_mode', 'passthrough', '-'), np.uint8)
        half = -(-width // 2), -(-height // 2)
        luma, chroma = width * height, half[0] * half[1]
        frames = raw.reshape(-1, luma + 2 * chroma).astype(int)
        return [frames[:, :luma].reshape(-1, height, width),
                *(frames[:, luma + i * chroma:luma + (i + 1) * chroma].reshape(-1, half[1], half[0]) for i in (0, 1))]

    def packets(self, name: str) -> list[str]:
        said = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'a', '-show_entries', 'packet=data_hash',
                               '-show_data_hash', 'md5', '-of', 'csv=p=0', name], cwd=self.folder, capture_output=True,
                              text=True, check=True).stdout
        return [packet.strip(',') for packet in said.split()]

    def test_pictures_that_grow(self):
        result = 'colour.mkv'
        for ending, encoder in (('ts', '-c:v libx264 -bf 2'), ('mkv', '-c copy'), ('webm', '-c:v libvpx'),
                                ('webm', '-c:v libvpx-vp9'), ('avi', '-c:v mjpeg -pix_fmt yuvj420p -q:v 2')):
            with self.subTest(encoder + ending):
                small, large, film = f'small.{ending}', f'large.{ending}', f'film.{ending}'
                if encoder == '-c copy':  # as TS had it
                    self.ffmpeg('-i', 'film.ts', '-c', 'copy', film)
                    small, large = 'small.ts', 'large.ts'
                else:
                    self.make(small, '96x64', *encoder.split())
                    self.make(large, '192x128', *encoder.split())
                    self.join(film, small, large)
                said = self.colorize(film, result, '--to-gray', '--codec', 'ffv1')
                self.assertIn('96x64 (3:2) to 192x128 (3:2) at 1.0 s', said)
                pixels = 'yuvj420p' if ending == 'avi' else 'yuv420p'
                luma = self.planes(result, pixels=pixels)[0]
                self.assertEqual(luma.shape, (2 * RATE, 128, 192))
                self.assertLess(np.abs(luma[:RATE] - self.planes(small, 192, 128, pixels=pixels)[0]).mean(), 4)
                off = np.abs(luma[RATE:] - self.planes(large, pixels=pixels)[0])
                self.assertLess(off.mean(), 0.7 if ending == 'avi' else 1e-9)  # decoders of JPEG differ

    def test_another_shape(self):
        tone = '-f', 'lavfi', '-i', 'sine=d=1', '-c:a', 'mp2', '-c:v', 'mpeg2video', '-q:v', 2
        self.make('narrow.ts', '180x144', *tone, '-aspect', '4:3')
        self.make('wide.ts', '180x144', *tone, '-aspect', '16:9')
        self.join('film.ts', 'narrow.ts', 'wide.ts')
        for result in 'colour.mkv', 'colour.mp4', 'colour.ts':
            with self.subTest(result):
                said = self.colorize('film.ts', result, *QUICK)
                self.assertIn('180x144 (4:3) to 180x144 (16:9) at 1.0 s', said)
                forms = set(self.each(result, 'width', 'height', 'sample_aspect_ratio'))
                self.assertEqual(forms, {(180, 144, '64:45')})
                luma, *chroma = self.planes(result)
                self.assertEqual(len(luma), len(self.frames('film.ts')))
                border = 180 // 8 - 2  # a quarter of it is not picture
                self.assertLess(np.abs(luma[:RATE - 1, :, :border] - 16).max(), 5)
                for plane in chroma:
                    self.assertLess(np.abs(plane[:RATE - 1, :, :border // 2] - 128).max(), 3)
                    self.assertGreater(np.abs(plane[:, :, border:-border] - 128).mean(), 0.3)
                inner, old = luma[:RATE - 1, :, 24:-24], self.planes('narrow.ts', 136, 144)[0][:RATE - 1, :, 2:-2]
                self.assertLess(np.abs(inner - old).mean(), 8)
                self.assertEqual(self.packets('film.ts'), self.packets(result))

    def test_another_shape_in_dv_is_named(self):
        for name, shape in ('narrow.dv', '4:3'), ('wide.dv', '16:9'):
            self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=720x576:r=25:d=0.2', '-f', 'lavfi', '-i', 'sine=r=48000:d=0.2',
                        '-c:v', 'dvvideo', '-pix_fmt', 'yuv420p', '-aspect', shape, '-ac', 2, name)
        for name, parts, shapes in (('one.dv', ['wide.dv'], None),
                                    ('film.dv', ['narrow.dv', 'wide.dv'], '720x576 (4:3) to 720x576 (16:9) at 0.2 s'),
                                    ('other.dv', ['wide.dv', 'narrow.dv'], '720x576 (16:9) to 720x576 (4:3) at 0.2 s')):
            (self.folder / name).write_bytes(b''.join((self.folder / part).read_bytes() for part in parts))
            said = self.colorize(name, f'{name}.mkv', '--to-gray')
            self.assertEqual(said, f'{name}: Digital Video (DV) changes from {shapes}; all of it is shown as it begins\n'
                             if shapes else '')

    def test_pieces_of_a_film_that_changes_fit_together(self):
        encoder = '-c:v', 'libx264', '-g', '20', '-preset', 'veryfast'
        self.make('small.ts', '48x32', *encoder, seconds=25)
        self.make('large.ts', '96x64', *encoder, seconds=15)
        self.join('film.ts', 'small.ts', 'large.ts')
        self.ffmpeg('-i', 'film.ts', '-c', 'copy', 'film.mkv')
        self.run_command('film.mkv', '-o', 'pieces.mkv', '--to-gray', '--codec', 'ffv1', '--keep-pieces')
        self.assertEqual(len(list(self.folder.glob('.pieces.mkv.parts/*.gdp'))), 2)
        luma, large = self.planes('pieces.mkv')[0], self.planes('large.ts')[0]
        self.assertEqual(len(luma), 40 * RATE)
        np.testing.assert_array_equal(luma[25 * RATE:], large)
        off = np.abs(luma[:25 * RATE] - self.planes('small.ts', 96, 64)[0]).mean(axis=(1, 2))
        self.assertLess(off.max(), 8)

    def test_what_else_changes_in_pictures(self):
        x264 = '-c:v', 'libx264', '-bf', '0', '-preset', 'veryfast'
        self.make('plain.ts', '96x64', *x264, '-colorspace', 'smpte170m')
        for change, options, words in (('rate', ['-r', 20], '10 frames a second to 20 frames a second'),
                                       ('bits', ['-pix_fmt', 'yuv420p10le'], '8 bits to 10 bits'),
                                       ('colours', ['-colorspace', 'bt709'], 'colours of'),
                                       ('fields', ['-flags', '+ildct+ilme'], '')):
            with self.subTest(change):
                self.make('other.ts', '96x64', *x264, '-colorspace', 'smpte170m', *options)
                self.join('film.ts', 'plain.ts', 'other.ts')
                self.assertIn(words, self.colorize('film.ts', 'colour.mkv', '--to-gray'))
                self.assertEqual(self.times('film.ts'), self.times('colour.mkv'))
                self.assertEqual(self.each('film.ts', 'interlaced_frame'), self.each('colour.mkv', 'interlaced_frame'))
                self.assertEqual(set(self.each('colour.mkv', 'color_space')), {('smpte170m',)})
                form = 'yuv420p10le' if change == 'bits' else 'yuv420p'
                self.assertEqual(set(self.each('colour.mkv', 'pix_fmt')), {(form,)})

    def test_sound_that_changes(self):
        for codec, before, after, results in (('mp2', 1, 2, ['mkv', 'mp4']), ('ac3', 2, 6, ['mkv', 'mp4']),
                                              ('aac', 2, 6, ['ts'])):
            for name, channels in ('before.ts', before), ('after.ts', after):
                self.make(name, '96x64', '-f', 'lavfi', '-i', 'sine=r=48000:d=1', '-c:v', 'mpeg2video', '-c:a', codec,
                          '-ac', channels)
            self.join('film.ts', 'before.ts', 'after.ts')
            for result in results:
                with self.subTest(f'{codec}.{result}'):
                    said = self.colorize('film.ts', f'{codec}.{result}', '--to-gray')
                    self.assertRegex(said, f'from {before} channels? to {after} channels at')
                    self.assertNotIn('silent', said)
                    self.assertEqual(self.packets('film.ts'), self.packets(f'{codec}.{result}'))
        for result in 'mkv', 'mp4':
            with self.subTest(f'aac.{result}'):
                said = self.colorize('film.ts', f'aac.{result}', '--to-gray')
                self.assertIn('gets the form that it begins with', said)
                for begin in 0.2, 1.2:
                    heard = np.frombuffer(self.ffmpeg('-ss', begin, '-t', 0.6, '-i', f'aac.{result}', '-vn', '-f', 'f32le',
                                                      '-'), np.float32)
                    self.assertLess(abs(len(heard) - 2 * 28800), 200)
                    self.assertGreater(heard.std(), 0.02)

    def test_odd_sides(self):
        self.make('film.mkv', '97x65', '-c:v', 'ffv1')
        old = self.planes('film.mkv')[0]
        for codec, ending, size in (('h264', 'mkv', (98, 66)), ('h265', 'mp4', (98, 66)), ('ffv1', 'mkv', (97, 65)),
                                    ('vp9', 'webm', (97, 65)), ('prores', 'mov', (97, 65))):
            with self.subTest(codec):
                said = self.colorize('film.mkv', f'{codec}.{ending}', '--to-gray', '--codec', codec)
                self.assertEqual('97x65 become 98x66' in said, size == (98, 66), said)
                self.assertEqual(self.sizes(f'{codec}.{ending}'), {size})
                new = self.planes(f'{codec}.{ending}')[0]
                self.assertEqual(len(new), RATE)
                self.assertLess(np.abs(new[:, :65, :97] - old).mean(), 2)
                self.assertLess(np.abs(new[:, -1, :97] - old[:, -1]).mean(), 6)
                self.assertLess(np.abs(new[:, :65, -1] - old[:, :, -1]).mean(), 6)
        said = self.colorize('film.mkv', 'beside.mp4', '--compare=side-by-side', '--label', 'x', *QUICK)
        self.assertIn('195x65 become 196x66', said)
        self.assertLess(np.abs(self.planes('beside.mp4')[0][:, :40, 98:195] - old[:, :40]).mean(), 3)

    def test_odd_sides_in_every_codec_and_container(self):
        """Of a width and a height whose halves are odd, which encoders divide otherwise than 97 x 65."""
        self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=171x135:r=10:d=0.3,format=gray', '-c:v', 'ffv1', 'film.mkv')
        for ending, codecs in (('mp4', 'h264 h265 av1 vp9'), ('mov', 'h264 h265 prores'), ('avi', 'h264'),
                               ('mkv', 'h264 h265 vp9 av1 ffv1 prores'), ('webm', 'vp9 av1'), ('ts', 'h264 h265'),
                               ('ogv', '')):
            for codec in codecs.split() or ['only']:
                with self.subTest(f'{codec} in {ending}'):
                    result = f'{codec}.{ending}'
                    self.colorize('film.mkv', result, *(['--codec', codec] if codecs else []), *QUICK)
                    self.assertEqual(self.sizes(result), {(172, 136) if codec.startswith('h26') else (171, 135)})
                    self.assertEqual(len(self.frames(result)), 3)

    def test_slices_of_ffv1(self):
        """Of odd sides pictures cannot be divided into any number of them."""
        for size in (35, 37), (101, 69), (639, 479), (6, 6), (720, 6):
            with self.subTest(size):
                self.make('film.mkv', 'x'.join(map(str, size)), '-c:v', 'ffv1', '-frames:v', '2')
                self.colorize('film.mkv', 'colour.mkv', '--to-gray', '--codec', 'ffv1')
                self.assertEqual(self.sizes('colour.mkv'), {size})
                np.testing.assert_array_equal(self.planes('colour.mkv')[0], self.planes('film.mkv')[0])

    def test_fields_of_an_odd_number_of_rows(self):
        stripes = r'geq=lum=if(mod(Y\,2)\,200\,60):cb=128:cr=128,setfield=tff'
        self.make('film.mkv', '96x66', '-vf', stripes, '-c:v', 'ffv1', '-flags', '+ildct')
        self.assertIn('96x66 become 96x68', self.colorize('film.mkv', 'colour.mp4', '--to-gray'))
        self.assertEqual(set(self.each('colour.mp4', 'height', 'interlaced_frame', 'top_field_first')), {(68, 1, 1)})
        old, new = self.planes('film.mkv')[0], self.planes('colour.mp4')[0]
        self.assertLess(np.abs(new[:, :66] - old).mean(), 2)
        self.assertLess(np.abs(new[:, 66:] - old[:, 64:]).mean(), 4)

    def test_what_the_container_says_wrongly_of_fields(self):
        """Whole frames, of a film that is said to be interlaced, with and without repeated fields."""
        self.make('plain.mkv', '96x64', '-r', '24000/1001', '-c:v', 'libx264')
        self.make('plain.m2v', '96x64', '-r', '24000/1001', '-c:v', 'mpeg2video', '-bf', 0, '-flags', '+ildct')
        data, at, count = bytearray((self.folder / 'plain.m2v').read_bytes()), 0, 0
        while (at := data.find(b'\0\0\1\xb5', at) + 4) > 4:
            if data[at] >> 4 == 8:  # the extension of a picture: which field is first, and whether it is repeated
                top, repeated = ((1, 1), (0, 0), (0, 1), (1, 0))[count % 4]
                data[at + 3] = data[at + 3] & 0x7d | top << 7 | repeated << 1
                data[at + 4] |= 0x80
                count += 1
        (self.folder / 'telecine.m2v').write_bytes(data)
        for name, given in ('flag.mkv', 'plain.mkv'), ('telecine.mkv', 'telecine.m2v'):
            self.ffmpeg('-fflags', '+genpts', '-i', given, '-c', 'copy', '-field_order', 'tt', name)
            for options in (), ('--deinterlace',):
                with self.subTest(name, options=options):
                    self.colorize(name, 'colour.mkv', '--to-gray', *options)
                    self.assertEqual(self.times(name), self.times('colour.mkv'))
                    self.assertEqual(set(self.each('colour.mkv', 'interlaced_frame')), {(0,)})

    def test_either_field_may_be_first(self):
        for first, top in ('tff', 1), ('bff', 0):
            film = f'{first}.ts'
            options = '-c:v', 'mpeg2video', '-flags', '+ildct+ilme', '-top', top
            self.make(film, '96x64', '-vf', f'setfield={first}', *options)
            self.colorize(film, f'{first}.mkv', '--to-gray')
            self.assertEqual(set(self.each(f'{first}.mkv', 'interlaced_frame', 'top_field_first')), {(1, top)})
            self.assertEqual(self.times(film), self.times(f'{first}.mkv'))
            self.colorize(film, f'{first}.whole.mkv', '--to-gray', '--deinterlace')
            self.assertEqual(set(self.each(f'{first}.whole.mkv', 'interlaced_frame')), {(0,)})
            self.assertEqual(self.times(film), self.times(f'{first}.whole.mkv'))


if __name__ == '__main__':
    unittest.main()
