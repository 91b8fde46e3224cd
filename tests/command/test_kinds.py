#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Photographs of the kinds that libvips reads for `gst-colorize`: what is read is what was written, or an error."""
import os
import struct
import subprocess
import unittest
import zlib

from command import COMMAND, GRAY, Case, luma, needs_library
import cv2
import numpy as np

SIZES = {1: 'B', 2: 'B', 3: 'H', 4: 'I', 7: 'B', 13: 'I', 10: 'i', 16: 'Q'}


def tiff_file(*pages, order='<', big=False) -> bytes:
    """Each page is a dict of tags, with its strips, tiles or nothing under 'parts', and pages below under 330."""
    file = bytearray({'<': b'II', '>': b'MM'}[order]
                     + (struct.pack(f'{order}HHHQ', 43, 8, 0, 0) if big else struct.pack(f'{order}HI', 42, 0)))
    place, wide = ('Q', 16) if big else ('I', 4)

    def value(kind, numbers):
        return struct.pack(f'{order}{len(numbers)}{SIZES[kind]}', *numbers)

    def add(page) -> tuple[int, int]:
        """Where the directory lies, and where in it the place of the next one."""
        page = dict(page)
        parts = page.pop('parts', [])
        places = []
        for part in parts:
            places.append(len(file))
            file.extend(part + bytes(len(part) % 2))
        if parts:
            at, sizes = (324, 325) if 322 in page else (273, 279)
            page[at], page[sizes] = (wide, places), (4, [len(part) for part in parts])
        if 330 in page:
            page[330] = (wide, [add(below)[0] for below in page[330]])
        entries = b''
        for tag, (kind, numbers) in sorted(page.items()):
            entry = value(kind, numbers)
            if len(entry) > struct.calcsize(place):
                far = len(file)
                file.extend(entry + bytes(len(entry) % 2))
                entry = struct.pack(f'{order}{place}', far)
            entries += struct.pack(f'{order}HH{place}', tag, kind, len(numbers) // (2 if kind == 10 else 1)) + entry.ljust(struct.calcsize(place), b'\0')
        start = len(file)
        file.extend(struct.pack(f'{order}{"Q" if big else "H"}', len(page)) + entries)
        file.extend(bytes(struct.calcsize(place)))
        return start, len(file) - struct.calcsize(place)

    link = 8 if big else 4
    for page in pages:
        start, next_link = add(page)
        struct.pack_into(f'{order}{place}', file, link, start)
        link = next_link
    return bytes(file)


def packed(samples: np.ndarray, bits: int, order: str) -> bytes:
    """Rows of samples of so many bits, each beginning with a byte."""
    if bits < 8:
        rows = samples.reshape(samples.shape[0], -1)
        flags = (rows[..., None] >> np.arange(bits)[::-1]) & 1
        return np.packbits(flags.reshape(rows.shape[0], -1).astype(np.uint8), axis=1).tobytes()
    return samples.astype(samples.dtype.newbyteorder(order)).tobytes()


def page_of(samples: np.ndarray, bits: int, photometric: int, order='<', kind=1, planar=False, packer=None, tile=0,
            **more) -> dict:
    """A page of these samples (height, width, channels)."""
    height, width, channels = samples.shape
    def short(*numbers): return (3, numbers)
    page = {256: short(width), 257: short(height), 258: short(*[bits] * channels), 259: short({None: 1}.get(packer, 8)),
            262: short(photometric), 277: short(channels), 284: short(2 if planar else 1),
            339: short(*[kind] * channels)}
    planes = [samples[..., c:c + 1] for c in range(channels)] if planar else [samples]
    parts = []
    for plane in planes:
        if tile:
            page |= {322: short(tile), 323: short(tile)}
            full = np.pad(plane, ((0, -height % tile), (0, -width % tile), (0, 0)))
            parts += [packed(full[y:y + tile, x:x + tile], bits, order) for y in range(0, height, tile)
                      for x in range(0, width, tile)]
        else:
            page[278] = short(16)
            parts += [packed(plane[y:y + 16], bits, order) for y in range(0, height, 16)]
    page['parts'] = [packer(part) for part in parts] if packer else parts
    return page | {int(tag[1:]): value for tag, value in more.items()}


def ramp(bits: int, channels: int) -> np.ndarray:
    """All tones, and another order of them in each channel."""
    y, x = np.indices((40, 52))
    tones = [((x * (3 + c) + y * 7 + c * 5) * 2654435761 >> 7) % (1 << bits) for c in range(channels)]
    return np.dstack(tones).astype(np.uint8 if bits <= 8 else np.uint16 if bits <= 16 else np.uint32)


@needs_library
class Kinds(Case):
    def as_it_was(self, *names):
        """What is read of files, by what is written of it without colour."""
        done = self.run_command(*names, '--strength', 0, '--overwrite', '-d', 'out')
        return done.stderr

    def tool(self, *command) -> str:
        """A program of others, from which what the sanitizers preload stays away."""
        others = {name: value for name, value in os.environ.items() if name != 'LD_PRELOAD'}
        return subprocess.run(command, cwd=self.folder, env=others, capture_output=True, text=True, check=True).stdout

    def rgb(self, name):
        return self.read(name)[..., [2, 1, 0]]

    def write(self, name, content):
        (self.folder / name).write_bytes(content)

    def test_samples_by_bits_by_photometric(self):
        wanted = {}
        def case(name, expected, *pages, **more):
            self.write(name + '.tif', tiff_file(*pages, **more))
            wanted[name] = expected
        def gray(tones): return np.dstack([tones] * 3)
        for bits in 1, 2, 4, 8, 16:
            tones = ramp(bits, 1)
            most = 65535 if bits == 16 else 255
            scaled = (tones.astype(int) * most // ((1 << bits) - 1)).astype(np.uint16 if bits == 16 else np.uint8)
            for order in '<>':
                name = f'{bits}-{"big" if order == ">" else "little"}'
                case(f'gray{name}', gray(scaled), page_of(tones, bits, 1, order), order=order)
                case(f'white{name}', gray(most - scaled), page_of(tones, bits, 0, order), order=order)
        for bits in 8, 16:
            colours = ramp(bits, 3)
            for planar in False, True:
                for tile in 0, 16:
                    for packer in None, zlib.compress:
                        case(f'rgb{bits}-{planar}-{tile}-{packer is None}', colours,
                             page_of(colours, bits, 2, planar=planar, tile=tile, packer=packer))
            case(f'big{bits}', colours, page_of(colours, bits, 2), big=True)
            case(f'bigmm{bits}', colours, page_of(colours, bits, 2, '>', tile=16), order='>', big=True)
            inks = ramp(bits, 4)
            most = (1 << bits) - 1
            light = (most - inks[..., :3].astype(float)) * (most - inks[..., 3:].astype(float)) / most
            case(f'cmyk{bits}', np.floor(light + 0.5).astype(inks.dtype), page_of(inks, bits, 5))
        table = np.random.default_rng(1).integers(0, 256, (3, 16))
        tones = ramp(4, 1)
        case('palette', table.T[tones[..., 0]].astype(np.uint8),
             page_of(tones, 4, 3, _320=(3, [int(n) * 257 for n in table.ravel()])))
        deep = ramp(32, 1)
        case('gray32', gray((deep >> 16).astype(np.uint16)), page_of(deep, 32, 1))
        numbers = (ramp(16, 3) / 65535).astype(np.float32)
        case('float', ramp(16, 3), page_of(numbers, 32, 2, kind=3))
        said = self.as_it_was(*(f'{name}.tif' for name in wanted))
        for name, expected in wanted.items():
            with self.subTest(name):
                found = self.rgb(f'out/{name}.tif')
                self.assertEqual(found.dtype, expected.dtype)
                if name == 'cmyk16':  # a rounding of single precision
                    np.testing.assert_allclose(found, expected, rtol=0, atol=1)
                else:
                    np.testing.assert_array_equal(found, expected)
        for name, words in {'cmyk16': 'inks', 'gray32': 'upper 16', 'float': 'from 0, black, to 1, white'}.items():
            self.assertRegex(said, f'{name}.tif: .*{words}')

    def test_lab_is_what_opencv_makes_of_it(self):
        lab = np.dstack([np.linspace(2, 98, 40 * 52).reshape(40, 52), ramp(4, 2).astype(float) * 2 - 16]).astype(np.float32)
        expected = cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)
        stored = np.rint(lab * (65535 / 100, 256, 256)).astype(np.int32).astype(np.uint16)
        self.write('lab.tif', tiff_file(page_of(stored, 16, 8)))
        self.assertIn('L*a*b*', self.as_it_was('lab.tif'))
        self.assertLess(np.abs(self.rgb('out/lab.tif') / 65535 - expected).max(), 0.01)

    def test_what_is_not_read_is_an_error_in_words(self):
        for name, page, words in (('signed', page_of(ramp(16, 1), 16, 1, kind=2), 'signed'),
                                  ('half', page_of(ramp(16, 1), 16, 1, kind=3), 'floating-point numbers of 16 bits'),
                                  ('far', page_of(ramp(8, 1).astype(np.float32), 32, 1, kind=3), 'floating-point'),
                                  ('twelve', page_of(ramp(8, 3), 8, 2) | {258: (3, [12] * 3)}, '12 bits'),
                                  ('uneven', page_of(ramp(8, 3), 8, 2) | {258: (3, [8, 8, 16])}, 'not all as many'),
                                  ('copy', page_of(ramp(8, 1), 8, 1) | {254: (4, [1])}, 'only a small copy'),
                                  ('cut', page_of(ramp(8, 1), 8, 1, packer=lambda part: zlib.compress(part)[:-9]),
                                   'cannot be decoded'),
                                  ('raw', page_of(ramp(8, 3), 8, 2) | {330: [page_of(ramp(16, 1).repeat(4, 0), 16, 32803)]},
                                   'Raw')):
            with self.subTest(name):
                self.write(name + '.tif', tiff_file(page))
                self.assertIn(words, self.refuse(name + '.tif'))

    def test_pages_and_thumbnails(self):
        small, full, other = ramp(8, 1)[:8, :10], ramp(8, 3), ramp(8, 3)[::-1]
        self.write('t.tif', tiff_file(page_of(small, 8, 1) | {254: (4, [1])}, page_of(full, 8, 2, _274=(3, [3])),
                                      page_of(other, 8, 2) | {254: (4, [2])}))
        self.assertIn('t.tif: has several pages; the result is of the first', self.as_it_was('t.tif'))
        np.testing.assert_array_equal(self.rgb('out/t.tif'), full[::-1, ::-1])
        self.write('t.tif', tiff_file(page_of(full, 8, 2), page_of(small, 8, 1) | {254: (4, [1])}))
        self.assertNotIn('pages', self.as_it_was('t.tif'))
        np.testing.assert_array_equal(self.rgb('out/t.tif'), full)

    def test_alpha_is_kept_or_named(self):
        for channels in 2, 4:
            for bits in 8, 16:
                samples, most = ramp(bits, channels), (1 << bits) - 1
                photometric = 1 if channels == 2 else 2
                for extra, name in (2, 'straight'), (1, 'associated'), (0, 'none'):
                    with self.subTest(channels=channels, bits=bits, alpha=name):
                        stored = samples.copy()
                        if extra == 1:
                            stored[..., :-1] = np.rint(samples[..., :-1].astype(float) * samples[..., -1:] / most)
                        self.write('a.tif', tiff_file(page_of(stored, bits, photometric, _338=(3, [extra]))))
                        said = self.run_command('a.tif', '--strength', 0, '--overwrite', '-o', 'a.png').stderr
                        found = self.read('a.png')
                        self.assertEqual('a channel beside its colours' in said, extra == 0)
                        self.assertEqual(found.shape[2], 4 if extra else 3)
                        colour = found[..., [2, 1, 0]]
                        expected = samples[..., :-1] if channels == 4 else np.dstack([samples[..., 0]] * 3)
                        if not extra:
                            np.testing.assert_array_equal(colour, expected)
                            continue
                        np.testing.assert_array_equal(found[..., 3], samples[..., -1])
                        if extra == 2:
                            np.testing.assert_array_equal(colour, expected)
                        else:
                            there = samples[..., -1] > most // 2
                            self.assertLessEqual(np.abs(colour[there].astype(int) - expected[there]).max(), 1)
        self.photo('a.png', np.dstack([GRAY] * 4))
        self.assertIn('transparent pixels, which a JPEG', self.run_command('a.png', '-o', 'a.jpg').stderr)

    def test_a_raw_picture_is_developed_and_its_small_copy_never_taken(self):
        tall = cv2.resize(GRAY, (600, 800))
        raw = ((tall / 255) ** 2.2 * 60000).astype(np.uint16)[..., None]
        matrix = 31338, -16168, -4906, -9788, 19161, 334, 719, -2289, 14052
        below = page_of(raw, 16, 32803) | {254: (4, [0]), 33421: (3, [2, 2]), 33422: (1, [0, 1, 1, 2]), 50717: (4, [60000])}
        small = np.dstack([cv2.resize(GRAY, (96, 128))] * 3)
        page = page_of(small, 8, 2) | {50706: (1, [1, 4, 0, 0]), 50708: (2, b'Test Cam\0'), 271: (2, b'Test\0'),
                                       272: (2, b'Cam\0'), 50721: (10, [n for m in matrix for n in (m, 10000)]),
                                       50778: (3, [21]), 330: [below]}
        for name, first in ('marked', page | {254: (4, [1])}), ('unmarked', page):
            self.write(name + '.dng', tiff_file(first))
            done = self.run_command(name + '.dng', '--strength', 0, '-o', name + '.png', status=None)
            if 'without LibRaw' in done.stderr:
                self.skipTest(done.stderr)
            self.assertIn('raw picture', done.stderr)
            found = self.read(name + '.png')
            self.assertEqual(found.dtype, np.uint16)
            self.assertGreater(min(found.shape[0] / 800, found.shape[1] / 600), 0.98)
            same = cv2.resize(found[..., 1], (60, 80), interpolation=cv2.INTER_AREA) / 257
            there = cv2.resize(tall, (60, 80), interpolation=cv2.INTER_AREA)
            self.assertGreater(np.corrcoef(same.ravel(), there.ravel())[0, 1], 0.98)

        def ending_in_samples(at):
            strip = {273: (4, [at]), 279: (4, [raw.nbytes])}
            return tiff_file(page | {330: [{tag: of for tag, of in below.items() if tag != 'parts'} | strip]})
        head = ending_in_samples(len(ending_in_samples(0)))
        samples = raw.tobytes()
        for part in 1, 0.8, 0.3, 0:
            for rest in b'', bytes(len(samples) - int(len(samples) * part)):  # nothing, or what some readers make of it
                self.write('cut.dng', head + samples[:int(len(samples) * part)] + rest)
                done = self.run_command('cut.dng', '-o', 'cut.png', '--overwrite', status=0 if part == 1 else 1)
                self.assertEqual('its end is missing' in done.stderr, part < 1, done.stderr)
                self.assertEqual((self.folder / 'cut.png').exists(), part == 1)
                (self.folder / 'cut.png').unlink(missing_ok=True)

    def test_further_kinds(self):
        """By others' writers; lossless ones come back as they were."""
        bgr = cv2.cvtColor(GRAY, cv2.COLOR_GRAY2BGR)
        bgr[..., 0] //= 2
        self.photo('a.bmp', bgr)
        self.photo('b.ppm', bgr)
        self.photo('c.pgm', GRAY.astype(np.uint16) * 257)
        self.photo('d.jp2', bgr, cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000)
        height, width = GRAY.shape
        head = b'8BPS\0\1' + bytes(6) + struct.pack('>HIIHH', 3, height, width, 8, 3)
        self.write('e.psd', head + bytes(12) + b'\0\0' + bgr[..., ::-1].transpose(2, 0, 1).tobytes())
        self.tool('ffmpeg', '-v', 'error', '-i', 'c.pgm', '-pix_fmt', 'gray', 'f.gif')
        names = sorted(self.files())
        tones = ramp(10, 1)[..., 0]
        self.write('g.pgm', b'P5 %d %d 1023\n' % tones.shape[::-1] + tones.astype('>u2').tobytes())
        self.as_it_was(*names, 'g.pgm')
        np.testing.assert_allclose(self.read('out/g.pgm.png')[..., 1], np.rint(tones * (65535 / 1023)), rtol=0, atol=1)
        for name in names:
            with self.subTest(name):
                found = self.read(f'out/{name}.png')
                expected = np.dstack([GRAY] * 3) if name in ('c.pgm', 'f.gif') else bgr
                if found.dtype == np.uint16:
                    self.assertEqual(name, 'c.pgm')
                    self.assertEqual((found % 257).max(), 0)
                    found = found // 257
                error = np.abs(found[..., :3].astype(int) - expected)
                self.assertLessEqual(error.mean() if name == 'd.jp2' else error.max(), 1 if name == 'd.jp2' else 0)

    def test_heic_and_avif_keep_pixels_bits_and_words(self):
        self.photo('p.png')
        self.tool('exiftool', '-q', '-overwrite_original', '-Orientation#=6', '-Artist=Ann', '-XMP-dc:Rights=Free', 'p.png')
        for ending in '.heic', '.avif':
            with self.subTest(ending):
                done = self.run_command('p.png', '-o', 'p' + ending, status=None)
                if 'needs' in done.stderr:
                    self.skipTest(done.stderr)
                said = self.tool('exiftool', '-Artist', '-Orientation#', '-Rights', '-DigitalSourceType', '-S', 'p' + ending)
                for words in 'Artist: Ann', 'Orientation: 1', 'Rights: Free', 'DigitalSourceType: ':
                    self.assertIn(words, said)
                # And back: the same kind beside it, and another with what it says.
                self.run_command('p' + ending, '--to-gray', '-o', 'back.png', '--overwrite')
                self.run_command('p' + ending, '-o', 'back.jpg', '--overwrite')
                lying = cv2.rotate(GRAY, cv2.ROTATE_90_CLOCKWISE)
                self.assertLess(np.abs(luma(self.read('back.png')) - lying).mean(), 3)
                self.assertIn('Artist: Ann', self.tool('exiftool', '-Artist', '-S', 'back.jpg'))
                self.run_command('p' + ending)
                self.assertIn('p.colour' + ending, self.files())
                (self.folder / 'done').mkdir(exist_ok=True)
                (self.folder / f'p.colour{ending}').rename(self.folder / 'done' / ('known' + ending))
                self.assertIn('by what it says of itself', self.run_command('done').stderr)
                fine = cv2.GaussianBlur(GRAY.astype(np.uint16) * 257, (0, 0), 2)
                self.photo('fine.png', fine)
                self.run_command('fine.png', '--strength', 0, '--quality', 100, '-o', 'fine' + ending)
                self.run_command('fine' + ending, '--strength', 0, '-o', 'fine-back.png', '--overwrite')
                found = self.read('fine-back.png')
                self.assertEqual(found.dtype, np.uint16)
                self.assertLess(np.abs(found[..., 1].astype(int) - fine).mean(), 100)

    def test_names_that_mean_something_to_libraries(self):
        for name in 'a[1].tif', 'a[page=1].tif', 'b[2].bmp', 'png:c.bmp', '%d.psd.bmp', '-d.bmp':
            self.photo(name if not name.startswith('-') else 'd.bmp')
        (self.folder / 'd.bmp').rename(self.folder / '-d.bmp')
        self.run_command('.', '-d', 'out')
        self.assertEqual(sum(name.startswith('out/') for name in self.files()), 6)

    def test_by_content_whatever_the_name(self):
        self.photo('a.jpg')
        self.photo('b.bmp')
        self.photo('c.tif')
        for name, now in {'a.jpg': 'IMG_0001', 'b.bmp': 'really-bmp.jpg', 'c.tif': 'film.mp4'}.items():
            (self.folder / 'in').mkdir(exist_ok=True)
            (self.folder / name).rename(self.folder / 'in' / now)
        self.run_command('in', '-d', 'out')
        self.assertEqual(set(self.files()) - {f'in/{name}' for name in os.listdir(self.folder / 'in')},
                         {'out/IMG_0001.jpg', 'out/really-bmp.jpg', 'out/film.mp4.tif'})

    def peak(self, *arguments):
        """Its exit status and words, and MB of memory."""
        with subprocess.Popen([COMMAND, *map(str, arguments)], cwd=self.folder, stderr=subprocess.PIPE, text=True) as done:
            said = done.stderr.read()
            _, status, used = os.wait4(done.pid, 0)
            done.returncode = os.waitstatus_to_exitcode(status)
        return done.returncode, said, used.ru_maxrss / 1000

    def test_sizes_are_judged_before_memory_is_taken(self):
        def chunk(kind, data):
            return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
        def png(width, height, *chunks, bits=16):
            return (b'\x89PNG\r\n\x1A\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, bits, 2, 0, 0, 0))
                    + b''.join(chunks) + chunk(b'IEND', b''))
        pixels = zlib.compress((b'\0' + b'\x40' * 16 * 6) * 16)
        text = zlib.compress(b'a' * 7900000, 9)
        self.write('few.png', png(23170, 23170, chunk(b'IDAT', b'x\x9c')))
        self.write('few8.png', png(23170, 23170, chunk(b'IDAT', b'x\x9c'), bits=8))
        words = [chunk(b'zTXt', b'k%d\0\0' % n + text) for n in range(100)]
        self.write('text.png', png(16, 16, *words, chunk(b'IDAT', pixels)))
        self.photo('base.jpg', GRAY)
        jpeg = bytearray((self.folder / 'base.jpg').read_bytes())
        frame = jpeg.index(b'\xFF\xC0')
        jpeg[frame + 5:frame + 9] = struct.pack('>HH', 65500, 65500)
        self.write('vast.jpg', bytes(jpeg))
        self.write('vast.tif', tiff_file(page_of(ramp(8, 1), 8, 1) | {256: (4, [2**30]), 257: (4, [2**30])}))
        file = bytearray(tiff_file(page_of(ramp(16, 3), 16, 2) | {34665: (13, [0])}))
        value = len(file)
        file.extend(b'E' * 1000000)
        table = struct.pack('<H', 60000) + b''.join(struct.pack('<HHII', n % 30000 + 1, 7, 1000000, value)
                                                    for n in range(60000)) + bytes(4)
        at = len(file)
        file.extend(table)
        entry = file.index(struct.pack('<HHI', 34665, 13, 1))
        file[entry:entry + 12] = struct.pack('<HHII', 34665, 4, 1, at)
        self.write('exif.tif', bytes(file))
        _, _, usual = self.peak('base.jpg')
        for name, status, words in (('few.png', 1, 'end is missing'), ('few8.png', 1, 'end is missing'),
                                    ('text.png', 0, ''), ('vast.jpg', 1, '--memory'),
                                    ('vast.tif', 1, ''), ('exif.tif', 0, 'without the EXIF')):
            with self.subTest(name):
                is_status, said, used = self.peak(name, '-o', 'out-' + name)
                self.assertEqual(is_status, status, said)
                self.assertIn(words, said)
                self.assertLess(used, usual + 150, 'MB')
        self.photo('p.png', GRAY)
        self.assertIn('--memory allows more', self.refuse('p.png', '--memory', '0.0001'))
        self.run_command('p.png', '--memory', '0.1')


if __name__ == '__main__':
    unittest.main(verbosity=2)
