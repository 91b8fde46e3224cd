#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Photographs through `gst-colorize`: every kind of file and of pixels, and what a file says of itself."""
import os
import struct
import unittest
import zlib
from pathlib import Path

from command import GRAY, ROOT, Case, colourfulness, lightness, luma, lying, needs_library, tiff
import cv2
import numpy as np
from films import need


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


def webp_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack('<I', len(content)) + content + bytes(len(content) % 2)


def png_chunk(content: bytes) -> bytes:
    return struct.pack('>I', len(content) - 4) + content + struct.pack('>I', zlib.crc32(content))


def add_segment(jpeg: Path, kind: bytes, payload: bytes) -> bytes:
    file = jpeg.read_bytes()
    segment = b'\xFF' + kind + struct.pack('>H', len(payload) + 2) + payload
    jpeg.write_bytes(file[:2] + segment + file[2:])
    return segment


class Photographs(Case):
    @needs_library
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

    @needs_library
    def test_kinds_that_many_decoders_do_not_know(self):
        """What OpenCV writes and reads back: a decoder that damages a kind would differ."""
        need('avenc_tiff')
        bgr16 = cv2.cvtColor(GRAY, cv2.COLOR_GRAY2BGR).astype(np.uint16) * 257
        self.photo('16.png', bgr16)
        self.photo('16.tif', bgr16)
        self.photo('gray16.tif', GRAY.astype(np.uint16) * 257)
        (self.folder / 'jpeg.tif').write_bytes(tiff(np.ascontiguousarray(np.rot90(GRAY)), '<', 'jpeg'))
        for name in sorted(self.files()):
            with self.subTest(name):
                self.assertNotIn('bits', self.run_command(name).stderr)
                picture = self.check_colour(name.replace('.', '.colour.'), error=2 if 'jpeg' in name else 0.7)
                self.assertEqual(picture.dtype, np.uint16 if '16' in name else np.uint8)
        lines = (np.indices(GRAY.shape).sum(0) // 8 % 2 * 255).astype(np.uint8)
        (self.folder / 'bits.tif').write_bytes(tiff(np.ascontiguousarray(np.rot90(lines)), '>', 'bits'))
        self.run_command('bits.tif')
        self.assertLess(np.abs(luma(self.read('bits.colour.tif')) - lines).mean(), 1)
        self.photo('float.tif', GRAY.astype(np.float32))
        self.assertIn('floating-point', self.refuse('float.tif'))

    @needs_library
    def test_sixteen_bits_survive(self):
        """A ramp of 32,768 tones in one strong colour, or as much of it as a tone can have."""
        need('avenc_tiff')
        ramp = np.arange(64 * 512, dtype=np.uint16).reshape(64, 512) * 2 + 1
        wanted = lightness(np.dstack([ramp] * 3))
        self.photo('gray.png', ramp)
        self.photo('gray.tif', ramp)
        self.photo('bgr.png', np.dstack([ramp] * 3))
        self.photo('bgr.tif', np.dstack([ramp] * 3))
        for name in sorted(self.files()):
            with self.subTest(name):
                self.run_command(name, '--model', ROOT / 'tests' / 'models' / 'ab-constant.onnx')
                picture = self.read(name.replace('.', '.colour.'))
                self.assertEqual(picture.dtype, np.uint16)
                found = lightness(picture)
                self.assertLess(np.abs(found - wanted).max(), 0.1)
                self.assertGreater(np.diff(found.ravel()).min(), 0, 'two tones have become one')
                self.assertGreater(colourfulness(picture / 257), 40)

    @needs_library
    def test_sixteen_bits_with_alpha_compared_and_gray(self):
        need('avenc_tiff')
        fine = cv2.GaussianBlur(GRAY.astype(np.uint16) * 257, (0, 0), 2)
        alpha = (np.arange(fine.size) * 7 % 65536).astype(np.uint16).reshape(fine.shape)
        self.photo('p.png', np.dstack([fine] * 3 + [alpha]))
        self.run_command('p.png')
        self.run_command('p.png', '-o', 'p.colour.tif')
        colour = self.read('p.colour.png')
        np.testing.assert_array_equal(colour[..., 3], alpha)
        np.testing.assert_array_equal(self.read('p.colour.tif'), colour)

        self.run_command('--compare', 'p.png')
        halves, middle = self.read('p.compare.png'), fine.shape[1] // 2
        np.testing.assert_array_equal(halves[:, :middle - 1], self.read('p.png')[:, :middle - 1])
        np.testing.assert_array_equal(halves[:, middle + 1:], colour[:, middle + 1:])
        self.assertEqual(halves[:, middle].min(), 65535, 'a line between')
        self.run_command('--compare=side-by-side', 'p.png', '-o', 'both.tif')
        np.testing.assert_array_equal(self.read('both.tif'), np.hstack([self.read('p.png'), colour]))

        self.run_command('--to-gray', 'p.colour.tif', '-o', 'gray.tif')
        gray = self.read('gray.tif')
        self.assertEqual(np.ptp(gray[..., :3], axis=2).max(), 0)
        self.assertLess(np.abs(lightness(gray) - lightness(colour)).max(), 0.02)
        np.testing.assert_array_equal(gray[..., 3], alpha)

    @needs_library
    def test_sixteen_bits_stand_upright(self):
        fine = cv2.GaussianBlur(GRAY.astype(np.uint16) * 257, (0, 0), 2)
        wanted = lightness(np.dstack([fine] * 3))
        for orientation in range(1, 9):
            order = '<>'[orientation % 2]
            with self.subTest(orientation=orientation, order=order):
                (self.folder / 'p.tif').write_bytes(tiff(lying(fine, orientation), order, orientation=orientation))
                self.run_command('p.tif', '--overwrite')
                picture = self.read('p.colour.tif')
                self.assertEqual(picture.shape[:2], fine.shape)
                self.assertLess(np.abs(lightness(picture) - wanted).max(), 0.1)
                self.assertEqual(read_tiff((self.folder / 'p.colour.tif').read_bytes())[270], b'a boy\0')

    def test_sixteen_bits_that_the_result_cannot_have(self):
        self.photo('p.png', GRAY.astype(np.uint16) * 257)
        self.assertIn('a PNG or TIFF keeps them', self.run_command('p.png', '-o', 'p.jpg').stderr)
        self.check_colour('p.jpg')

    def test_cmyk(self):
        need('gdkpixbufdec')
        # Made by Pillow, Image.fromarray(…).convert('CMYK').save('cmyk.jpg', quality=90), of six flat colours.
        file = ROOT / 'tests' / 'data' / 'cmyk.jpg'
        self.run_command(file, '--strength', 0, '-o', self.folder / 'as-it-was.png')
        expected = cv2.imread(str(file))
        self.assertGreater(colourfulness(expected), 100)
        self.assertLess(np.abs(self.read('as-it-was.png').astype(int) - expected).max(), 4)
        self.run_command(file, '-o', self.folder / 'colour.jpg')
        self.assertLess(np.abs(luma(self.read('colour.jpg')) - luma(expected)).mean(), 5)

    def test_of_an_animation_the_first_picture_is_done(self):
        need('webpenc')
        def picture(gray, alpha):
            return self.photo('one.webp', np.dstack([gray] * 3 + [255 - gray] * alpha),
                              cv2.IMWRITE_WEBP_QUALITY, 90).read_bytes()[12:]
        height, width = GRAY.shape
        size = struct.pack('<I', width - 1)[:3] + struct.pack('<I', height - 1)[:3]
        for alpha in False, True:
            with self.subTest(alpha=alpha):
                frames = b''
                for gray in GRAY, np.ascontiguousarray(GRAY[::-1]):
                    pixels = picture(gray, alpha)
                    pixels = pixels[18:] if pixels.startswith(b'VP8X') else pixels
                    frames += webp_chunk(b'ANMF', bytes(6) + size + bytes(4) + pixels)
                animation = webp_chunk(b'RIFF', b'WEBP' + webp_chunk(b'VP8X', bytes([2 + 16 * alpha, 0, 0, 0]) + size) +
                                  webp_chunk(b'ANIM', bytes(6)) + frames)
                (self.folder / 'a.webp').write_bytes(animation)
                said = self.run_command('a.webp', '--overwrite').stderr
                self.assertIn('is an animation; the result is of its first picture', said)
                self.assertEqual(self.check_colour('a.colour.webp', error=3).shape[2], 3 + alpha)

        png = self.photo('a.png').read_bytes()
        (self.folder / 'a.png').write_bytes(png[:33] + png_chunk(b'acTL' + struct.pack('>II', 1, 0)) + png[33:])
        self.assertIn('is an animation', self.run_command('a.png').stderr)
        self.check_colour('a.colour.png')

    def test_hints_of_a_moment_are_for_films(self):
        self.photo('a.png')
        self.run_command('a.png', '-o', 'with.png', '--hint', '50%,50%=#c02020')
        self.assertNotIn('for films', self.run_command('a.png', '-o', 'none.png').stderr)
        self.assertIn('for films', self.run_command('a.png', '-o', 'late.png', '--hint', '3s,50%,50%=#c02020').stderr)
        np.testing.assert_array_equal(self.read('none.png'), self.read('late.png'))
        self.assertGreater(np.abs(self.read('with.png').astype(int) - self.read('none.png')).max(), 5)

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
        for name, picture in ('gray.png', GRAY), ('bgr.png', np.dstack([GRAY] * 3)):
            with self.subTest(name):
                self.photo(name, picture)
                self.run_command(name, '-o', 'back.jpg', '--overwrite')
                self.check_colour('back.jpg', error=2)
                self.run_command('--compare', name, '-o', 'back.jpg', '--overwrite')
                middle = GRAY.shape[1] // 2
                self.assertLess(np.abs(luma(self.read('back.jpg')) - GRAY)[:, :middle - 8].mean(), 2)
                self.run_command('--to-gray', name, '-o', 'back.jpg', '--overwrite')
                self.assertLess(np.abs(luma(self.read('back.jpg')) - GRAY).mean(), 2)
        self.assertIn('.jpg, .png, .tif or .webp', self.refuse('photo.jpg', '-o', 'colour.bmp'))

    def test_orientation(self):
        """Every way in which a camera can lie: the result is upright, and says so."""
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

    def test_the_same_bytes_whatever_lies_in_memory(self):
        """JPEG is made of blocks, and what they hold beyond the picture is encoded with it."""
        for width in 17, 20, 22:
            self.photo(f'gray{width}.jpg', GRAY[:30, :width])
            self.photo(f'colour{width}.jpg', cv2.cvtColor(GRAY[:width, :width + 8], cv2.COLOR_GRAY2BGR))
        names, found = sorted(self.files()), {}
        for folder, byte, jobs in ('a', 85, 1), ('b', 170, 2), ('c', 85, 1):
            self.run_command('-d', folder, '--jobs', jobs, *names, env={**os.environ, 'MALLOC_PERTURB_': str(byte)})
            names.reverse()
            for name in names:
                found.setdefault(name, set()).add((self.folder / folder / name).read_bytes())
        self.assertEqual([name for name in names if len(found[name]) > 1], [])

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
            said = self.run_command('photo.jpg', '--overwrite', '--no-mark').stderr
            self.assertEqual('without the colour profile' in said, not kept)
            file = (self.folder / 'photo.colour.jpg').read_bytes()
            for segment in segments:
                self.assertEqual(file.count(segment), 1, segment)
            self.assertEqual(icc in file, kept, space)
            self.check_colour('photo.colour.jpg')

    def test_what_a_png_says_of_itself_is_kept(self):
        path = self.photo('c.png', np.ascontiguousarray(np.rot90(GRAY)))
        file = path.read_bytes()
        title = png_chunk(b'tEXtTitle\0A boy')
        path.write_bytes(file[:33] + title + png_chunk(b'eXIf' + exif(6)) + file[33:])
        self.run_command('c.png')
        result = (self.folder / 'c.colour.png').read_bytes()
        self.assertIn(title, result)
        self.assertIn(png_chunk(b'eXIf' + upright(exif(6))), result)
        self.check_colour('c.colour.png')

    def test_what_a_webp_says_of_itself_is_kept(self):
        need('webpenc')
        profile = bytes(16) + b'RGB ' + bytes(109)
        for alpha in False, True:
            with self.subTest(alpha=alpha):
                lying = np.ascontiguousarray(np.rot90(GRAY))
                path = self.photo('c.webp', np.dstack([lying] * 3 + [255 - lying] * alpha),
                                  cv2.IMWRITE_WEBP_QUALITY, 101)
                pixels = path.read_bytes()[12:]
                size = struct.pack('<I', lying.shape[1] - 1)[:3] + struct.pack('<I', lying.shape[0] - 1)[:3]
                chunks = b'WEBP' + webp_chunk(b'VP8X', bytes([0x2C + 0x10 * alpha, 0, 0, 0]) + size) + \
                    webp_chunk(b'ICCP', profile) + pixels + webp_chunk(b'EXIF', exif(6)) + webp_chunk(b'XMP ', b'<x/>')
                path.write_bytes(webp_chunk(b'RIFF', chunks))
                said = self.run_command('c.webp', '--overwrite', '--no-mark').stderr
                self.assertNotIn('without', said)
                result = (self.folder / 'c.colour.webp').read_bytes()
                self.assertEqual(struct.unpack_from('<I', result, 4)[0], len(result) - 8)
                self.assertEqual(result[20] & ~0x10, 0x2C)
                for kept in (webp_chunk(b'ICCP', profile), webp_chunk(b'EXIF', upright(exif(6))),
                             webp_chunk(b'XMP ', b'<x/>')):
                    self.assertEqual(result.count(kept), 1, kept)
                picture = self.check_colour('c.colour.webp', error=3)
                self.assertEqual(picture.shape[2], 3 + alpha)

    @needs_library
    def test_what_a_tiff_says_of_itself_is_kept_in_either_byte_order(self):
        need('avenc_tiff')
        for order in '<>':
            with self.subTest(order=order):
                path = self.folder / 'c.tif'
                path.write_bytes(tiff(np.ascontiguousarray(np.rot90(GRAY)), order))
                self.run_command('c.tif', '--overwrite', '--no-mark')
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

    @needs_library
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
                            'empty.jpg': 'is empty', 'nowhere.jpg': 'No such file'}.items():
            with self.subTest(name):
                said = self.refuse(name)
                self.assertIn(name, said)
                self.assertIn(words, said)


if __name__ == '__main__':
    unittest.main(verbosity=2)
