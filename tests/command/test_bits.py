#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a film's pictures hold beyond 8 bits of luma is in the result, as ffmpeg reads both, or is named."""
import json
import re
import subprocess
import unittest

import numpy as np
from command import Case, has_libavformat

WIDTH, HEIGHT = 1024, 64
LOSSLESS = '--codec', 'ffv1'


class Films(Case):
    def ffmpeg(self, *arguments) -> bytes:
        return subprocess.run(['ffmpeg', '-v', 'error', '-nostdin', '-y', *map(str, arguments)], cwd=self.folder,
                              check=True, capture_output=True).stdout

    def ramp(self, name: str, pixels: str, *codec) -> str:
        """A film of gray from black to white in steps that 16 bits tell apart."""
        if not (self.folder / 'ramp.mkv').exists():
            self.ffmpeg('-f', 'lavfi', '-i', f'color=s={WIDTH}x{HEIGHT}:r=25:d=0.08,format=gray16le,geq=lum=X*64+Y',
                        '-c:v', 'ffv1', 'ramp.mkv')
        self.ffmpeg('-i', 'ramp.mkv', '-pix_fmt', pixels, '-strict', -2, *(codec or ('-c:v', 'ffv1')), name)
        return name

    def stream(self, name: str) -> dict:
        said = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-select_streams', 'v:0', '-show_streams',
                               name], cwd=self.folder, capture_output=True, check=True).stdout
        return json.loads(said)['streams'][0]

    def luma(self, name: str) -> tuple[np.ndarray, float]:
        """Of the first frame, from 0 for black to 1 for white, and how much a code of it is."""
        stream = self.stream(name)
        pixels = stream['pix_fmt']
        deep = re.search(r'\d\d?(?=[lb]e$)', pixels)
        bits = int(deep[0]) if deep else 8
        raw = self.ffmpeg('-i', name, '-frames:v', 1, '-f', 'rawvideo', '-')
        step = 2 if pixels == 'ya8' else 1
        codes = np.frombuffer(raw, '<u2' if deep else 'u1')[::step][:stream['width'] * stream['height']].astype(float)
        codes = codes.reshape(stream['height'], stream['width'])
        if pixels.startswith(('gray', 'ya', 'gbr')) or stream.get('color_range') == 'pc':
            return codes / (2 ** bits - 1), 1 / (2 ** bits - 1)
        one = 2 ** (bits - 8)
        return (codes / one - 16) / 219, 1 / (219 * one)

    def check(self, film: str, result: str, *options, bits: int, error: float = 1.06) -> str:
        """The result has so many bits, and its luma is no further from the film's than `error` codes of the coarser."""
        said = self.run_command(film, '-o', result, *options).stderr
        self.assertRegex(self.stream(result)['pix_fmt'], f'{bits}le$' if bits > 8 else 'p$')
        before, step = self.luma(film)
        after, other = self.luma(result)
        self.assertLess(np.abs(after - before).max(), error * max(step, other))
        levels = min(len(np.unique(before)), 1 / other)
        self.assertGreater(len(np.unique(after)), 0.85 * levels)
        return said


class Bits(Films):
    def test_gray_of_16_bits(self):
        film = self.ramp('film.mkv', 'gray16le')
        for options in ((), ('--to-gray',)):
            said = self.check(film, f'colour{len(options)}.mkv', *LOSSLESS, *options,
                              bits=16 if has_libavformat() else 12)
            self.assertNotIn('bits of its pictures', said)
        if not has_libavformat():
            return
        said = self.run_command(film, '-o', 'colour.mov', '--codec', 'prores', '--to-gray').stderr
        self.assertIn('the 16 bits of its pictures become 10, the most that prores takes here', said)

    def test_the_remark_names_what_holds_more(self):
        if not has_libavformat():
            self.skipTest('built without libavformat')
        said = self.run_command(self.ramp('film.mkv', 'gray12le'), '-o', 'colour.mov', '--codec', 'prores').stderr
        self.assertRegex(said, r'the 12 bits of its pictures become 10, the most that prores takes here; .*--codec '
                               r'\w+ keeps 12')
        self.assertNotIn('bits of its pictures', self.run_command('film.mkv', '-o', 'colour.mkv', *LOSSLESS).stderr)

    def test_other_deep_pixels(self):
        for pixels, bits in (('yuv422p10le', 10), ('yuv444p12le', 12), ('gbrp10le', 10), ('gbrp12le', 12)):
            with self.subTest(pixels):
                self.check(self.ramp(pixels + '.mkv', pixels), pixels + '.colour.mkv', *LOSSLESS, bits=bits)

    def test_pictures_beside_each_other(self):
        film = self.ramp('film.mkv', 'gray16le')
        for how, left, right in (('halves', slice(0, 500), slice(520, None)), ('side-by-side', slice(0, 1000), None)):
            with self.subTest(how):
                result = how + '.mkv'
                self.run_command(film, '-o', result, *LOSSLESS, f'--compare={how}')
                before, _ = self.luma(film)
                after, step = self.luma(result)
                self.assertLess(np.abs(after[:, left] - before[:, left]).max(), 1.001 * step)
                other = after[:, WIDTH:] if right is None else after[:, right]
                old = before if right is None else before[:, right]
                self.assertLess(np.abs(other - old)[:, 4:].max(), 1.001 * step)

    def test_gray_of_8_bits_keeps_its_range(self):
        film = self.ramp('film.mkv', 'gray')
        for number, options in enumerate(((), ('--to-gray',))):
            self.check(film, f'colour{number}.mkv', *LOSSLESS, *options, bits=8, error=0.001)

    @unittest.skipUnless(has_libavformat(), 'built without libavformat')
    def test_full_range_that_h264_says_without_a_matrix(self):
        self.ramp('film.mp4', 'yuvj420p', '-c:v', 'libx264', '-qp', 0, '-color_range', 'pc')
        for result, options in ('a.mkv', LOSSLESS), ('b.mp4', ()), ('c.mkv', ('--codec', 'h265')):
            with self.subTest(result):
                self.check('film.mp4', result, '--to-gray', *options, bits=8, error=4)
                self.assertEqual(self.stream(result)['color_range'], 'pc')
        said = self.run_command('film.mp4', '-o', 'd.mov', '--to-gray', '--codec', 'prores').stderr
        if has_libavformat():
            self.assertIn('full range), which prores cannot say', said)

    def test_pixels_that_no_decoder_of_gstreamer_names(self):
        """GStreamer 1.22 crashes on them."""
        for pixels, bits, error in (('gray10le', 10, 0.001), ('gray12le', 12, 0.001), ('gray9le', 10, 1),
                                    ('ya8', 8, 0.001), ('gbrp16le', 16, 3), ('yuv420p9le', 10, 1),
                                    ('yuva422p', 8, 0.001), ('yuv420p14le', 16, 1), ('yuv440p', 8, 0.001)):
            with self.subTest(pixels):
                film = self.ramp(pixels + '.mkv', pixels)
                said = self.check(film, pixels + '.colour.mkv', *LOSSLESS, bits=bits, error=error)
                self.assertEqual('transparency' in said, 'a' in pixels.replace('gray', ''), said)
                self.assertEqual(self.stream(film).get('duration'), self.stream(pixels + '.colour.mkv').get('duration'))

    def test_transparency_is_named(self):
        for name, pixels, codec in (('p.mov', 'yuva444p10le', ('-c:v', 'prores_ks', '-profile:v', 4)),
                                    ('r.mov', 'argb', ('-c:v', 'qtrle')), ('b.mkv', 'bgra', ('-c:v', 'ffv1')),
                                    ('v.webm', 'yuva420p', ('-c:v', 'libvpx', '-auto-alt-ref', 0))):
            with self.subTest(name):
                said = self.run_command(self.ramp(name, pixels, *codec), '-o', f'{name}.mkv').stderr
                if has_libavformat():
                    self.assertIn('its transparency (alpha) gets lost', said)


@unittest.skipUnless(has_libavformat(), 'built without libavformat')
class Light(Films):
    """Of films for bright screens (HDR)."""

    def film(self):
        self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=25:d=0.2,format=gray', '-pix_fmt', 'yuv420p10le', '-c:v',
                    'libx265', '-x265-params', 'log-level=none:hdr10=1:master-display=G(13250,34500)B(7500,3000)'
                    'R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400:colorprim=bt2020:transfer=smpte2084:'
                    'colormatrix=bt2020nc', '-color_primaries', 'bt2020', '-color_trc', 'smpte2084', '-colorspace',
                    'bt2020nc', 'film.mp4')
        return 'film.mp4'

    def light(self, name: str) -> dict[str, float]:
        """Numbers of the stream's side data."""
        found = {}
        for data in self.stream(name).get('side_data_list', []):
            for key, value in data.items():
                if re.match('red|green|blue|white|m[axin]+_', key):
                    above, _, below = str(value).partition('/')
                    found[key] = round(float(above) / float(below or 1), 5)
        return found

    def test_light_is_in_the_result(self):
        film = self.film()
        for result, codec in ('a.mp4', 'h264'), ('b.mov', 'prores'), ('c.mkv', 'ffv1'):
            with self.subTest(result):
                self.run_command(film, '-o', result, '--codec', codec)
                light = self.light(result)
                for key, value in {'red_x': 0.68, 'green_y': 0.69, 'blue_y': 0.06, 'white_point_x': 0.3127,
                                   'max_luminance': 1000, 'min_luminance': 0.0001, 'max_content': 1000,
                                   'max_average': 400}.items():
                    self.assertEqual(light.get(key), value, key)
                if codec != 'prores':  # whose encoder says that it does not know, in every frame
                    self.assertEqual(self.stream(result)['color_transfer'], 'smpte2084')
        # From beside the pictures, where the film's container has it.
        self.run_command('c.mkv', '-o', 'd.mp4')
        self.assertEqual(self.light('d.mp4'), self.light('c.mkv'))

    def test_what_has_no_place_for_light_is_named(self):
        said = self.run_command(self.film(), '-o', 'colour.ts', '--codec', 'h264').stderr
        self.assertIn('its mastering and light-level data (HDR) get lost', said)
        self.assertNotIn('HDR10+', said)

    def test_what_mxf_has_of_light(self):
        said = self.run_command('--to-gray', self.film(), '-o', 'colour.mxf').stderr
        self.assertIn('its light-level data (HDR: MaxCLL, MaxFALL) get lost', said)
        light = self.light('colour.mxf')
        self.assertEqual((light['red_x'], light['max_luminance'], 'max_content' in light), (0.68, 1000, False))

    def test_what_is_for_the_pictures_of_the_film_alone_is_named(self):
        self.ffmpeg('-i', self.film(), '-c', 'copy', 'film.h265')
        # Recommendation ITU-T T.35 in SEI before each picture: United States, Samsung, ST 2094-40.
        message = b'\0\0\1\x4e\1\4\x0a\xb5\0\x3c\0\1\4\1\x40\0\x0c\x80'
        units = (self.folder / 'film.h265').read_bytes().split(b'\0\0\1')
        (self.folder / 'plus.h265').write_bytes(b''.join((message if unit[0] >> 1 & 63 < 32 else b'') + b'\0\0\1' + unit
                                                         for unit in units[1:]))
        self.ffmpeg('-r', 25, '-i', 'plus.h265', '-c', 'copy', 'plus.mp4')
        said = self.run_command('plus.mp4', '-o', 'colour.mp4', '--to-gray').stderr
        self.assertIn('its HDR10+ data get lost', said)


if __name__ == '__main__':
    unittest.main()
