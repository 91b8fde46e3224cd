#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`gst-colorize` as a user meets it: options, names, folders, photographs, progress, errors, exit statuses."""
import fcntl
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest
import zlib
from pathlib import Path

from command import AAC, COMMAND, H264, ROOT, Case as CommandCase
import cv2
import numpy as np
from films import PHOTOGRAPH, Gst, check_colorized, launch, make_film, need

GRAY = cv2.resize(cv2.imread(str(PHOTOGRAPH), cv2.IMREAD_GRAYSCALE), (151, 203), interpolation=cv2.INTER_AREA)


def luma(bgr: np.ndarray) -> np.ndarray:
    return bgr[..., :3].astype(float) @ (0.114, 0.587, 0.299)


def colourfulness(bgr: np.ndarray) -> float:
    return float(np.ptp(bgr[..., :3].astype(float), axis=2).mean())


def exif(orientation: int, order: str = '<') -> bytes:
    """A directory of an orientation and a caption, and a second directory, which stands for a thumbnail's."""
    entries = struct.pack(f'{order}HHIHH', 0x0112, 3, 1, orientation, 0)
    entries += struct.pack(f'{order}HHI4s', 0x010E, 2, 4, b'boy\0')
    second = struct.pack(f'{order}HHHII', 1, 0x0103, 4, 1, 6)
    return ({'<': b'II', '>': b'MM'}[order] + struct.pack(f'{order}HI', 42, 8) + struct.pack(f'{order}H', 2) + entries +
            struct.pack(f'{order}I', 8 + 2 + 24 + 4) + second + bytes(4))


def upright(directory: bytes) -> bytes:
    """The same after it was turned: the other way of lying and the second directory are gone."""
    return directory[:18] + b'\1\0' + directory[20:34] + bytes(4) + directory[38:]


def tiff(gray: np.ndarray, order: str, pixels: str = '') -> bytes:
    """A TIFF file of gray pixels that lies on its side, and says something of itself."""
    height, width = gray.shape
    bits, compression, data = {
        '': (8, 1, gray.tobytes()), 'jpeg': (8, 7, cv2.imencode('.jpg', gray)[1].tobytes()),
        'bits': (1, 1, np.packbits(gray > 127, axis=1).tobytes())}[pixels]
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
        def short(n): return struct.pack(f'{order}H', n)
        def long(n): return struct.pack(f'{order}I', n)
        return [(256, 3, 1, short(width)), (257, 3, 1, short(height)), (258, 3, 1, short(bits)),
                (259, 3, 1, short(compression)), (262, 3, 1, short(1)), (270, 2, 6, b'a boy\0'),
                (273, 4, 1, long(place)), (274, 3, 1, short(6)),
                (277, 3, 1, short(1)), (278, 3, 1, short(height)), (279, 4, 1, long(len(data))),
                (282, 5, 1, long(600) + long(1)), (700, 1, 5, b'<x/>\0'), (34665, 4, 1, long(camera)),
                (34675, 7, len(profile), profile)]
    camera = 8 + len(directory(entries(0, 0), 8))
    lens = directory([(37386, 5, 1, struct.pack(f'{order}II', 50, 1))], camera)
    return file + directory(entries(camera + len(lens), camera), 8) + lens + data


def read_tiff(file: bytes, at: bytes = b'') -> dict[int, bytes]:
    """The values of the tags of a little-endian TIFF file; `at` is where the directory's place stands otherwise."""
    assert file[:4] == b'II*\0', file[:4]
    place, = struct.unpack('<I', at or file[4:8])
    tags = {}
    for entry in range(place + 2, place + 2 + 12 * struct.unpack_from('<H', file, place)[0], 12):
        tag, kind, count, offset = struct.unpack_from('<HHII', file, entry)
        size = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}[kind] * count
        tags[tag] = file[offset:offset + size] if size > 4 else file[entry + 8:entry + 8 + size]
    return tags


def add_segment(jpeg: Path, kind: bytes, payload: bytes) -> bytes:
    file = jpeg.read_bytes()
    segment = b'\xFF' + kind + struct.pack('>H', len(payload) + 2) + payload
    jpeg.write_bytes(file[:2] + segment + file[2:])
    return segment


class Case(CommandCase):
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


class Photographs(Case):
    def test_each_kind_beside_itself(self):
        for name, error in {'a.jpg': 2, 'b.jpeg': 2, 'c.png': 0.7, 'd.tif': 0.7, 'e.tiff': 0.7, 'f.webp': 2}.items():
            with self.subTest(name):
                need({'.png': 'pngenc', '.webp': 'webpenc', '.tif': 'avenc_tiff', '.tiff': 'avenc_tiff'}.get(
                    Path(name).suffix, 'jpegenc'))
                self.photo(name)
                self.run_command(name)
                stem, ending = name.split('.')
                self.check_colour(f'{stem}.colour.{ending}', error=error)

    def test_kinds_of_pixels(self):
        bgr = cv2.cvtColor(GRAY, cv2.COLOR_GRAY2BGR)
        alpha = np.indices(GRAY.shape).sum(0).astype(np.uint8)
        self.photo('bgr.jpg', bgr)
        self.photo('444.jpg', bgr, cv2.IMWRITE_JPEG_QUALITY, 98)
        self.photo('progressive.jpg', bgr, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
        self.photo('16.png', GRAY.astype(np.uint16) * 257)
        self.photo('alpha.png', np.dstack([bgr, alpha]))
        self.photo('odd.jpg', GRAY[:7, :5])
        self.photo('pixel.png', GRAY[:1, :1])
        self.run_command(*sorted(self.files()), '-d', 'out')
        for name in 'bgr.jpg', '444.jpg', 'progressive.jpg', '16.png', 'alpha.png':
            self.check_colour(f'out/{name}')
        np.testing.assert_array_equal(self.read('out/alpha.png')[..., 3], alpha)
        self.assertEqual(self.read('out/odd.jpg').shape, (7, 5, 3))
        self.assertEqual(self.read('out/pixel.png').shape, (1, 1, 3))

    def test_kinds_that_many_decoders_do_not_know(self):
        """What OpenCV writes and reads back: a decoder that damages a kind would differ."""
        need('gdkpixbufdec', 'avenc_tiff')
        bgr16 = cv2.cvtColor(GRAY, cv2.COLOR_GRAY2BGR).astype(np.uint16) * 257
        self.photo('16.png', bgr16)
        self.photo('16.tif', bgr16)
        self.photo('gray16.tif', GRAY.astype(np.uint16) * 257)
        (self.folder / 'jpeg.tif').write_bytes(tiff(np.ascontiguousarray(np.rot90(GRAY)), '<', 'jpeg'))
        for name in sorted(self.files()):
            with self.subTest(name):
                said = self.run_command(name).stderr
                self.assertEqual('the result has 8' in said, '16' in name, said)
                self.check_colour(name.replace('.', '.colour.'), error=2 if 'jpeg' in name else 0.7)
        lines = (np.indices(GRAY.shape).sum(0) // 8 % 2 * 255).astype(np.uint8)
        (self.folder / 'bits.tif').write_bytes(tiff(np.ascontiguousarray(np.rot90(lines)), '>', 'bits'))
        self.run_command('bits.tif')
        self.assertLess(np.abs(luma(self.read('bits.colour.tif')) - lines).mean(), 1)
        self.photo('float.tif', GRAY.astype(np.float32))
        self.assertIn('floating-point', self.refuse('float.tif'))

    def test_sizes_that_a_result_cannot_have(self):
        need('webpenc')
        self.photo('p.webp', GRAY[:2, :1])
        self.assertIn('16 to 16383', self.refuse('p.webp'))
        self.run_command('p.webp', '-o', 'p.png')
        self.assertEqual(self.read('p.png').shape, (2, 1, 3))
        self.photo('two.png', GRAY[:1, :2])
        self.assertIn('side-by-side', self.refuse('--compare', 'two.png'))
        self.run_command('--compare=side-by-side', 'two.png')
        self.assertEqual(self.read('two.compare.png').shape, (1, 4, 3))

    def test_another_kind_by_the_name_of_the_result(self):
        self.photo()
        self.run_command('photo.jpg', '-o', 'colour.png')
        self.check_colour('colour.png')
        self.assertIn('.jpg, .png, .tif or .webp', self.refuse('photo.jpg', '-o', 'colour.bmp'))

    def test_orientation(self):
        """Every way in which a camera can lie: the result is upright, and says so."""
        def lying(picture, orientation):  # what turned as EXIF says is `picture`
            turned = {5: lambda p: p.T, 6: lambda p: np.rot90(p), 7: lambda p: np.rot90(p, 2).T,
                      8: lambda p: np.rot90(p, -1), 2: np.fliplr, 3: lambda p: np.rot90(p, 2), 4: np.flipud}
            return np.ascontiguousarray(turned.get(orientation, lambda p: p)(picture))
        for orientation in range(1, 9):
            for order in '<>':
                with self.subTest(orientation=orientation, order=order):
                    photo = self.photo('photo.jpg', lying(GRAY, orientation), cv2.IMWRITE_JPEG_QUALITY, 98)
                    add_segment(photo, b'\xE1', b'Exif\0\0' + exif(orientation, order))
                    self.run_command('photo.jpg', '--overwrite')
                    file = (self.folder / 'photo.colour.jpg').read_bytes()
                    at = file.index(b'Exif\0\0') + 6
                    found = struct.unpack_from(f'{order}H', file, at + 18)[0]
                    self.assertEqual(found, 1)
                    self.assertEqual(file[at + 26:at + 34][-4:], b'boy\0')
                    self.assertEqual(file[at + 34:at + 38], bytes(4), 'a thumbnail is left')
                    self.check_colour('photo.colour.jpg', error=3)

    def test_colours_do_not_depend_on_the_picture_before(self):
        self.photo('1.png', np.ascontiguousarray(np.flipud(GRAY)))
        self.photo('2.png')
        self.run_command('1.png', '2.png')
        self.run_command('2.png', '-o', 'alone.png')
        np.testing.assert_array_equal(self.read('2.colour.png'), self.read('alone.png'))

    def test_to_gray(self):
        self.photo('c.png')
        self.run_command('c.png', '-o', 'colour.png')
        self.run_command('--to-gray', 'colour.png')
        gray = self.read('colour.gray.png')
        self.assertLess(colourfulness(gray), 1)
        self.assertLess(np.abs(luma(gray) - luma(self.read('colour.png'))).mean(), 2)

    def test_compare(self):
        self.photo('c.png')
        self.run_command('c.png')
        colour = self.read('c.colour.png')
        self.run_command('--compare', 'c.png')
        halves = self.read('c.compare.png')
        middle = GRAY.shape[1] // 2
        np.testing.assert_array_equal(halves[:, :middle - 1, 0], GRAY[:, :middle - 1])
        self.assertEqual(colourfulness(halves[:, :middle - 1]), 0)
        np.testing.assert_array_equal(halves[:, middle + 1:], colour[:, middle + 1:])
        self.assertGreater(halves[:, middle].min(), 250, 'a line between')
        self.run_command('--compare=side-by-side', 'c.png', '-o', 'both.png')
        both = self.read('both.png')
        np.testing.assert_array_equal(both[:, :GRAY.shape[1], 1], GRAY)
        np.testing.assert_array_equal(both[:, GRAY.shape[1]:], colour)

    def test_quality(self):
        self.photo()
        sizes = []
        for quality in 10, 60, 100:
            self.run_command('photo.jpg', '--quality', quality, '-o', f'{quality}.jpg')
            sizes.append(self.files()[f'{quality}.jpg'])
        self.assertLess(sizes[0] * 2, sizes[1])
        self.assertLess(sizes[1] * 2, sizes[2])

    def test_what_a_jpeg_says_of_itself_is_kept_but_for_a_profile_of_gray(self):
        def profile(space):
            return b'ICC_PROFILE\0\1\1' + bytes(16) + space + bytes(108)
        for space, kept in (b'RGB ', True), (b'GRAY', False):
            photo = self.photo()
            segments = [add_segment(photo, b'\xFE', b'a boy'), add_segment(photo, b'\xED', b'Photoshop 3.0\0 IPTC'),
                        add_segment(photo, b'\xE1', b'http://ns.adobe.com/xap/1.0/\0<x/>')]
            icc = add_segment(photo, b'\xE2', profile(space))
            resolution = b'JFIF\0\1\1' + struct.pack('>BHH', 1, 600, 600)
            photo.write_bytes(photo.read_bytes().replace(b'JFIF\0\1\1' + struct.pack('>BHH', 0, 1, 1), resolution))
            segments.append(resolution)
            said = self.run_command('photo.jpg', '--overwrite').stderr
            self.assertEqual('without the colour profile' in said, not kept)
            file = (self.folder / 'photo.colour.jpg').read_bytes()
            for segment in segments:
                self.assertEqual(file.count(segment), 1, segment)
            self.assertEqual(icc in file, kept, space)
            self.check_colour('photo.colour.jpg')

    def test_what_a_png_says_of_itself_is_kept(self):
        def chunk(content):
            return struct.pack('>I', len(content) - 4) + content + struct.pack('>I', zlib.crc32(content))
        path = self.photo('c.png', np.ascontiguousarray(np.rot90(GRAY)))
        file = path.read_bytes()
        title = chunk(b'tEXtTitle\0A boy')
        path.write_bytes(file[:33] + title + chunk(b'eXIf' + exif(6)) + file[33:])
        self.run_command('c.png')
        result = (self.folder / 'c.colour.png').read_bytes()
        self.assertIn(title, result)
        self.assertIn(chunk(b'eXIf' + upright(exif(6))), result)
        self.check_colour('c.colour.png')

    def test_what_a_webp_says_of_itself_is_kept(self):
        need('webpenc')
        def chunk(kind, content):
            return kind + struct.pack('<I', len(content)) + content + bytes(len(content) % 2)
        profile = bytes(16) + b'RGB ' + bytes(109)
        for alpha in False, True:
            with self.subTest(alpha=alpha):
                lying = np.ascontiguousarray(np.rot90(GRAY))
                path = self.photo('c.webp', np.dstack([lying] * 3 + [255 - lying] * alpha),
                                  cv2.IMWRITE_WEBP_QUALITY, 101)
                pixels = path.read_bytes()[12:]
                size = struct.pack('<I', lying.shape[1] - 1)[:3] + struct.pack('<I', lying.shape[0] - 1)[:3]
                chunks = b'WEBP' + chunk(b'VP8X', bytes([0x2C + 0x10 * alpha, 0, 0, 0]) + size) + \
                    chunk(b'ICCP', profile) + pixels + chunk(b'EXIF', exif(6)) + chunk(b'XMP ', b'<x/>')
                path.write_bytes(chunk(b'RIFF', chunks))
                said = self.run_command('c.webp', '--overwrite').stderr
                self.assertNotIn('without', said)
                result = (self.folder / 'c.colour.webp').read_bytes()
                self.assertEqual(struct.unpack_from('<I', result, 4)[0], len(result) - 8)
                self.assertEqual(result[20] & ~0x10, 0x2C)
                for kept in chunk(b'ICCP', profile), chunk(b'EXIF', upright(exif(6))), chunk(b'XMP ', b'<x/>'):
                    self.assertEqual(result.count(kept), 1, kept)
                picture = self.check_colour('c.colour.webp', error=3)
                self.assertEqual(picture.shape[2], 3 + alpha)

    def test_what_a_tiff_says_of_itself_is_kept_in_either_byte_order(self):
        need('avenc_tiff')
        for order in '<>':
            with self.subTest(order=order):
                path = self.folder / 'c.tif'
                path.write_bytes(tiff(np.ascontiguousarray(np.rot90(GRAY)), order))
                self.run_command('c.tif', '--overwrite')
                tags = read_tiff((self.folder / 'c.colour.tif').read_bytes())
                self.assertEqual(tags[270], b'a boy\0')
                self.assertEqual(tags[700], b'<x/>\0')
                self.assertEqual(tags[282], struct.pack('<II', 600, 1))
                self.assertEqual(tags[34675][16:20], b'RGB ')
                self.assertNotIn(274, tags)
                self.assertEqual(read_tiff((self.folder / 'c.colour.tif').read_bytes(), tags[34665])[37386],
                                 struct.pack('<II', 50, 1))
                self.check_colour('c.colour.tif', error=0.7)

    def test_what_is_left_out_is_named(self):
        photo = self.photo()
        add_segment(photo, b'\xE1', b'Exif\0\0' + exif(1))
        add_segment(photo, b'\xFE', b'a boy')
        self.assertIn('without the EXIF, text', self.run_command('photo.jpg', '-o', 'c.png').stderr)
        self.assertNotIn('without', self.run_command('photo.jpg').stderr)
        first, second = self.folder / '1.png', self.photo('2.png')
        second.rename(first)
        self.assertNotIn('without', self.run_command('1.png', '-o', 'c.jpg').stderr)

    def test_what_is_no_whole_picture(self):
        jpeg = self.photo('whole.jpg', GRAY).read_bytes()
        (self.folder / 'cut.jpg').write_bytes(jpeg[:len(jpeg) // 2])
        png = self.photo('whole.png', GRAY).read_bytes()
        (self.folder / 'cut.png').write_bytes(png[:len(png) // 2])
        tif = tiff(GRAY, '<')
        (self.folder / 'cut.tif').write_bytes(tif[:len(tif) // 2])
        (self.folder / 'letter.jpg').write_text('Dear Sirs')
        (self.folder / 'empty.jpg').touch()
        for name, words in {'cut.jpg': 'end is missing', 'cut.tif': 'end is missing', 'cut.png': 'cannot be decoded',
                            'letter.jpg': 'neither',
                            'empty.jpg': 'neither', 'nowhere.jpg': 'No such file'}.items():
            with self.subTest(name):
                said = self.refuse(name)
                self.assertIn(name, said)
                self.assertIn(words, said)


class Properties(Case):
    def own(self):
        element = Gst.ElementFactory.make('colorize')
        return {p.name: p for p in element.list_properties() if p.owner_type == element.__gtype__}

    def test_help_shows_each_with_range_and_default(self):
        words = ' '.join(self.run_command('--help').stdout.split())
        for name, spec in self.own().items():
            self.assertIn(f'--{name}', words)
            self.assertIn(' '.join(spec.blurb.split()), words)
            if hasattr(spec, 'minimum'):
                self.assertRegex(words, rf'--{name}=.*?{spec.minimum:g} to {spec.maximum:g}, default '
                                        rf'{spec.default_value:g}\b')

    def test_each_reaches_the_element(self):
        self.photo('c.png')
        self.run_command('c.png')
        usual = self.read('c.colour.png')
        for option in ['--saturation=0.2'], ['--hue-shift', '90'], ['--strength=0.3'], ['--inference-size', '64'], \
                ['--model', ROOT / 'tests/models/ab-linear.onnx']:
            with self.subTest(option):
                self.run_command(*option, '--overwrite', 'c.png')
                self.assertTrue((self.read('c.colour.png') != usual).any())
        self.run_command('--stability', '0', '--post-scene-cuts', '--overwrite', 'c.png')
        np.testing.assert_array_equal(self.read('c.colour.png'), usual)

    def test_wrong_values(self):
        self.photo()
        for name, spec in self.own().items():
            if not hasattr(spec, 'minimum'):
                continue
            for value in spec.maximum + 1, spec.minimum - 1, 'much', 'nan', '':
                said = self.refuse(f'--{name}={value}', 'photo.jpg', status=2)
                self.assertIn(f'{spec.minimum:g} to {spec.maximum:g}', said)
                self.assertIn(name, said)
        self.assertIn('nowhere', self.refuse('--model', 'nowhere', 'photo.jpg', status=2))

    def test_without_the_plugin(self):
        environment = os.environ | {'GST_PLUGIN_PATH': '/nonexistent', 'GST_REGISTRY': str(self.folder / 'registry')}
        said = self.run_command('film.mp4', status=2, env=environment).stderr
        self.assertIn('GST_PLUGIN_PATH', said)
        self.assertIn('libgstcolorize.so', said)


class Names(Case):
    def test_a_tree_is_mirrored(self):
        self.photo('archive/Köln & mehr/a b.jpg')
        self.photo('archive/top.png')
        film = self.film('archive/films/straße.mkv')
        (self.folder / 'archive/films/notes.txt').write_text('seen')
        (self.folder / 'archive/.hidden').mkdir()
        self.photo('archive/.hidden/c.png')
        launch('audiotestsrc num-buffers=20 ! vorbisenc ! oggmux ! filesink location=archive/sound.ogg', self.folder)
        before = self.files()
        said = self.run_command('archive/', '--output-dir', 'colour/deep').stderr
        made = sorted(set(self.files()) - set(before))
        self.assertEqual(made, [f'colour/deep/{name}' for name in
                                ('Köln & mehr/a b.jpg', 'films/straße.mkv', 'top.png')])
        self.assertIn('3 done, 2 left alone', said)
        self.check_colour('colour/deep/Köln & mehr/a b.jpg')
        check_colorized(self, film, self.folder / 'colour/deep/films/straße.mkv')

    def test_a_tree_beside_itself_twice(self):
        self.photo('archive/a.png')
        self.run_command('archive')
        self.assertIn('archive/a.colour.png', self.files())
        self.run_command('--resume', 'archive')
        self.assertEqual(sorted(self.files()), ['archive/a.colour.png', 'archive/a.png'])

    def test_the_output_dir_in_the_tree_is_not_read(self):
        self.photo('a.png')
        self.run_command('.', '-d', 'colour')
        self.run_command('.', '-d', 'colour', '--resume')
        self.assertEqual(sorted(self.files()), ['a.png', 'colour/a.png'])

    def test_what_is_there_is_kept(self):
        self.photo('a.png')
        (self.folder / 'a.colour.png').write_text('mine')
        self.assertIn('--overwrite', self.refuse('a.png'))
        self.run_command('--resume', 'a.png')
        self.assertEqual((self.folder / 'a.colour.png').read_text(), 'mine')
        self.run_command('--overwrite', 'a.png')
        self.check_colour('a.colour.png')

    def test_inputs_are_never_written_to(self):
        for make in self.photo, self.film:
            path = make()
            with self.subTest(path.name):
                (self.folder / f'link{path.suffix}').symlink_to(path.name)
                os.link(path, self.folder / f'hard{path.suffix}')
                content = path.read_bytes()
                for output in path.name, f'./{path.name}', f'link{path.suffix}', f'hard{path.suffix}':
                    self.assertIn('replace', self.refuse('--overwrite', path.name, '-o', output))
                self.assertIn('replace', self.refuse('--overwrite', path.name, '-d', '.'))
                self.assertEqual(path.read_bytes(), content)

    def test_an_input_that_another_would_replace(self):
        self.photo('a.png')
        other = self.photo('a.colour.png').read_bytes()
        said = self.run_command('--overwrite', 'a.png', 'a.colour.png', status=1).stderr
        self.assertIn('a.colour.png, which is to be read', said)
        self.assertEqual((self.folder / 'a.colour.png').read_bytes(), other)
        self.check_colour('a.colour.colour.png')

    def test_two_of_one_name(self):
        self.photo('one/a.png')
        self.photo('two/a.png', np.ascontiguousarray(np.flipud(GRAY)))
        said = self.run_command('one', 'two', '-d', 'out', status=1).stderr
        self.assertIn('two/a.png: the result would have the same name as that of one/a.png', said)
        self.check_colour('out/a.png')

    def test_a_name_that_looks_like_an_option(self):
        self.photo('a.png').rename(self.folder / '--compare')
        self.run_command('-o', 'b.png', '--', '--compare')
        self.check_colour('b.png')

    def test_a_container_that_cannot_be_written(self):
        film = self.film('film.flv', 'x264enc ! h264parse', 'flvmux')
        self.run_command('film.flv')
        check_colorized(self, film, self.folder / 'film.colour.mkv')


class Films(Case):
    def test_the_first_example(self):
        film = self.film('it\'s a "film" & 100% [1].mp4', H264, 'mp4mux', [AAC])
        said = self.run_command(film.name).stderr
        result = film.with_suffix('.colour.mp4')
        self.assertIn(result.name, said)
        check_colorized(self, film, result, sounds=1)
        self.assertEqual(sorted(self.folder.iterdir()), sorted([film, result]))

    def test_usage(self):
        self.photo()
        for arguments, words in {
            (): 'name one', ('--nonsense', 'a'): '--nonsense', ('a', 'b', '-o', 'c'): '--output-dir',
            ('a', '-o', 'b', '-d', 'c'): 'exclude', ('.', '-o', 'b'): '--output-dir', ('a', '-o', '.'): 'is a folder',
            ('--jobs', '0', 'a'): '--jobs', ('--quality', '101', 'a'): '0 to 100',
            ('--codec', 'mpeg9', 'a'): 'h264, h265',
            ('--compare=thirds', 'a'): 'halves, side-by-side', ('--progress', 'loud', 'a'): 'bar, lines, json, none',
            ('--overwrite', '--resume', 'a'): 'exclude', ('--compare', '--to-gray', 'a'): 'exclude',
            ('networks', 'a'): "'a'", ('networks', '--nonsense'): '--nonsense',
        }.items():
            with self.subTest(arguments):
                said = self.refuse(*arguments, status=2)
                self.assertIn(words, said)
                self.assertIn('--help', said)

    def test_version(self):
        self.assertRegex(self.run_command('--version').stdout, r'^gst-colorize \d+\.\d+\.\d+, GStreamer ')

    def test_one_bad_file_does_not_stop_the_others(self):
        good = self.film('good.mkv')
        (self.folder / 'bad.mkv').write_bytes(good.read_bytes()[:3000] + bytes(5000))
        self.photo('photo.png')
        for jobs in '1', '3':
            with self.subTest(jobs=jobs):
                said = self.run_command('bad.mkv', 'good.mkv', 'nowhere.mp4', 'photo.png', '-d', jobs, '--jobs', jobs,
                                        status=1).stderr
                self.assertRegex(said, r'gst-colorize: bad\.mkv: \w')
                self.assertIn('gst-colorize: nowhere.mp4: cannot be read', said)
                self.assertIn('2 done, 2 failed', said)
                check_colorized(self, good, self.folder / jobs / 'good.mkv')
                self.check_colour(f'{jobs}/photo.png')
                self.assertFalse((self.folder / jobs / 'bad.mkv').exists())

    def test_jobs_change_nothing(self):
        for i in range(6):
            self.photo(f'{i}.png', np.ascontiguousarray(np.roll(GRAY, 20 * i, 1)))
        names = sorted(self.files())
        self.run_command(*names, '-d', 'one')
        self.run_command(*names, '-d', 'many', '-j', '4')
        for name in names:
            np.testing.assert_array_equal(self.read(f'one/{name}'), self.read(f'many/{name}'))

    def test_no_permission(self):
        if os.geteuid() == 0:
            self.skipTest('root may do everything')
        self.photo('a.png')
        self.photo('b.png').chmod(0)
        (self.folder / 'closed').mkdir(mode=0o500)
        self.assertIn('Permission denied', self.refuse('b.png'))
        self.assertIn('Permission denied', self.refuse('a.png', '-o', 'closed/a.png'))

    def test_no_folder_for_the_result(self):
        self.photo('a.png')
        self.assertIn('nowhere', self.refuse('a.png', '-o', 'nowhere/a.png'))


class Reports(Case):
    def test_json(self):
        self.photo('a.png')
        self.film('straße "1".mkv')
        done = self.run_command('--progress=json', 'a.png', 'straße "1".mkv', 'nowhere.png', status=1)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(done.stderr, '')
        of = {name: [e for e in events if e['event'] == name] for name in
              ('begin', 'progress', 'done', 'failed', 'end')}
        self.assertEqual([e['input'] for e in of['begin']], ['a.png', 'straße "1".mkv', 'nowhere.png'])
        self.assertEqual([(e['file'], e['files'], e['output']) for e in of['done']],
                         [(1, 3, 'a.colour.png'), (2, 3, 'straße "1".colour.mkv')])
        self.assertEqual(of['done'][1]['frames'], 60)
        self.assertIn('No such file', of['failed'][0]['text'])
        self.assertEqual({k: of['end'][0][k] for k in ('done', 'failed', 'kept', 'left-alone')},
                         {'done': 2, 'failed': 1, 'kept': 0, 'left-alone': 0})
        for event in of['progress']:
            self.assertLessEqual(event['position'], event['duration'] + 0.1)

    def test_none_says_nothing_but_errors(self):
        self.photo('a.png')
        done = self.run_command('--progress=none', 'a.png', 'nowhere.png', status=1)
        self.assertEqual(done.stdout, '')
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_a_bar_on_a_terminal(self):
        self.film('a film with a name that is too long for most terminals, and then some more.mkv')
        self.photo('b.png')
        terminal, ours = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
        run = subprocess.Popen([COMMAND, '-d', 'out', '.'], cwd=self.folder, stdout=ours, stderr=ours,
                               env=os.environ | {'LC_ALL': 'C.UTF-8', 'TERM': 'xterm'})
        os.close(ours)
        said = b''
        while True:
            try:
                said += os.read(terminal, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
        self.assertEqual(run.wait(timeout=120), 0)
        os.close(terminal)
        text = said.decode()
        self.assertIn('[1/2] ', text)
        self.assertIn('…', text)
        self.assertRegex(text, r'█░* .*\d+ %.*\d+ frames.*fps')
        self.assertIn('2 done', text.splitlines()[-1])
        for line in re.sub('\x1b\\[[0-9;]*[A-Za-z]', '', text).replace('\r', '').split('\n'):
            if '%' in line:
                self.assertLess(len(line), 80, line)

    def test_interrupted_leaves_nothing_under_a_final_name(self):
        for number, status in (signal.SIGINT, 130), (signal.SIGTERM, 143):
            with self.subTest(number.name):
                film = self.film()
                with subprocess.Popen([COMMAND, film.name], cwd=self.folder, stderr=subprocess.PIPE, text=True) as run:
                    while not any(path != film for path in self.folder.iterdir()):
                        self.assertIsNone(run.poll(), 'ended before it wrote anything')
                        time.sleep(0.01)
                    run.send_signal(number)
                    said = run.communicate(timeout=60)[1]
                self.assertEqual(run.returncode, status)
                self.assertIn('--resume', said)
                self.assertEqual([p.name for p in self.folder.iterdir() if not p.name.startswith('.')], [film.name])
                self.run_command('--resume', film.name)
                check_colorized(self, film, self.folder / 'film.colour.mkv')
                (self.folder / 'film.colour.mkv').unlink()


class Networks(Case):
    def test_table_and_json(self):
        home = {'XDG_DATA_HOME': str(self.folder), 'XDG_DATA_DIRS': str(self.folder / 'none')}
        models = self.folder / 'colorize' / 'models'
        models.mkdir(parents=True)
        for ending in '.onnx', '.onnx.modelinfo':
            shutil.copy(ROOT / 'tests/models' / f'ab-linear{ending}', models / f'of my own{ending}')
        (models / 'broken.onnx').write_text('no network')
        shutil.copy(models / 'of my own.onnx.modelinfo', models / 'broken.onnx.modelinfo')
        rows = {row['name']: row for row in
                json.loads(self.run_command('networks', '--json', env=os.environ | home).stdout)}
        self.assertEqual(list(rows), ['colorize', 'broken', 'of my own'])
        ours = rows['colorize']
        self.assertEqual(ours['bytes'], (ROOT / 'models/colorize.onnx').stat().st_size)
        self.assertEqual(ours['licence'], 'LGPL-2.1-or-later')
        self.assertEqual(ours['from'], 'compiled in')
        self.assertEqual(max(ours['width'], ours['height']), 256)
        self.assertGreater(ours['milliseconds'], 0)
        self.assertIn('of my own.onnx', rows['of my own']['from'])
        self.assertIn('broken.onnx', rows['broken']['problem'])
        table = self.run_command('networks', env=os.environ | home).stdout
        for words in 'LGPL-2.1-or-later', ours['summary'], 'broken     cannot be used':
            self.assertIn(words, table)
        self.assertRegex(table, rf'colorize +256x160 +{ours["bytes"] / 1e6:.1f} MB +[\d.]+ ms')


class Documents(Case):
    def options(self, *subcommand):
        """Long options by what --help says."""
        said = self.run_command(*subcommand, '--help').stdout
        found = set(re.findall(r'^ +(?:-\w, )?(--[a-z-]+)', said, re.MULTILINE))
        self.assertIn('--help', found)
        return found

    def test_help_fits_its_columns(self):
        for line in self.run_command('--help').stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_the_man_page_names_every_option(self):
        page = (ROOT / 'tools/gst-colorize.1').read_text().replace('\\-', '-')
        for subcommand in [], ['networks'], ['evaluate']:
            for option in self.options(*subcommand):
                self.assertRegex(page, rf'{option}(?![a-z-])', subcommand)
        if shutil.which('man'):
            said = subprocess.run(['man', '--warnings', '-l', ROOT / 'tools/gst-colorize.1'], capture_output=True,
                                  text=True,
                                  env=os.environ | {'LC_ALL': 'C.UTF-8', 'MANPAGER': 'cat', 'LD_PRELOAD': ''})
            self.assertEqual((said.returncode, said.stderr), (0, ''))

    def test_bash_completes_every_option(self):
        library = Path('/usr/share/bash-completion/bash_completion')
        if not library.exists():
            self.skipTest('bash-completion is not installed')
        def complete(*words):
            line = ' '.join(['gst-colorize', *words])
            script = (f'. {library}; . "{ROOT}/tools/gst-colorize.bash"; COMP_WORDS=({line}); COMP_CWORD={len(words)}; '
                      f'COMP_LINE="{line}"; COMP_POINT={len(line)}; _gst_colorize gst-colorize; '
                      'echo "${COMPREPLY[@]}"')
            said = subprocess.run(['bash', '-c', script], capture_output=True, text=True, cwd=self.folder,
                                  env=os.environ | {'PATH': f'{Path(COMMAND).parent}:{os.environ["PATH"]}'})
            return {word.rstrip('= ') for word in said.stdout.split()}
        self.assertEqual(complete('--'), self.options())
        self.assertEqual(complete('networks', '--'), self.options('networks'))
        self.assertEqual(complete('evaluate', '--'), self.options('evaluate'))
        self.assertEqual(complete('netw'), {'networks'})
        self.assertEqual(complete('--codec', 'h'), {'h264', 'h265'})


if __name__ == '__main__':
    if not Gst.ElementFactory.find('colorize'):
        sys.exit('GStreamer does not find colorize; run this with `meson test` or inside `meson devenv`')
    unittest.main(verbosity=2)
