#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Numbered pictures as films for `gst-colorize`, and films as numbered pictures; FFmpeg and MediaInfo read both."""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
import unittest

os.environ['OPENCV_IO_ENABLE_OPENEXR'] = '1'

from command import COMMAND, Case, has_libavformat, lightness
import cv2
import numpy as np
from films import PHOTOGRAPH

WIDTH, HEIGHT, COUNT, FIRST = 96, 64, 6, 998
SIZE = f'{WIDTH}x{HEIGHT}'
# What FFmpeg makes of gray of 16 bits.
KINDS = {'dpx': ('-pix_fmt', 'gbrp10be'), 'tif': ('-pix_fmt', 'gray16le'), 'png': ('-pix_fmt', 'gray16be'),
         'exr': ('-pix_fmt', 'grayf32le')}


def scan(count: int = COUNT) -> np.ndarray:
    """A scan of film: soft, with grain and all tones, of 16 bits."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:HEIGHT, :WIDTH] / HEIGHT
    frames = [0.5 + 0.4 * np.sin(4 * x + 0.05 * i) * np.cos(3 * y) + rng.normal(0, 0.02, x.shape) for i in range(count)]
    return (np.clip(frames, 0, 1) * 65535).astype('<u2')


def ffmpeg(*arguments, data: bytes = b'') -> bytes:
    return subprocess.run(['ffmpeg', '-v', 'error', '-y', *map(str, arguments)], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def probe(file, *entries: str) -> dict:
    said = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', *entries, str(file)], stdout=subprocess.PIPE,
                          check=True).stdout
    return json.loads(said)


def rgb(file) -> np.ndarray:
    """B, G and R of 16 bits, as FFmpeg decodes a picture. (Not every way from gray of 16 bits to B'G'R' is right in it,
    nor from floating-point numbers.)"""
    pixels = probe(file, '-show_streams')['streams'][0]['pix_fmt']
    options, form = ((), 'bgr48le')
    if pixels.startswith('gray'):
        form = 'gray16le'
    if pixels.startswith('grayf'):
        options, form = (('-apply_trc', 'iec61966_2_1'), 'grayf32le')
    raw = ffmpeg(*options, '-i', file, '-f', 'rawvideo', '-pix_fmt', form, '-')
    samples = np.frombuffer(raw, '<f4' if 'f32' in form else '<u2').reshape(HEIGHT, WIDTH, -1).astype(float)
    if 'f32' in form:
        samples = np.round(samples.clip(0, 1) * 65535)
    return np.repeat(samples, 3, axis=2) if form.startswith('gray') else samples


@unittest.skipUnless(shutil.which('ffmpeg'), 'FFmpeg (ffmpeg), which makes and reads the pictures, is not installed')
@unittest.skipUnless(has_libavformat(), 'built without libavformat')
class Sequences(Case):
    def sequence(self, pattern: str, frames: np.ndarray, *options: str, first: int = FIRST):
        path = self.folder / pattern
        path.parent.mkdir(parents=True, exist_ok=True)
        ffmpeg('-f', 'rawvideo', '-pix_fmt', 'gray16le', '-s', SIZE, '-r', 24, '-i', '-', *options,
               '-start_number', first, path, data=frames.tobytes())

    def names(self, pattern: str) -> list[str]:
        return sorted(p.name for p in self.folder.glob(pattern))

    def test_every_kind_keeps_numbers_bits_and_lightness(self):
        for kind, options in KINDS.items():
            self.sequence(f'{kind}/scan.%05d.{kind}', scan(), *options)
            self.run_command(f'{kind}/scan.%05d.{kind}', '-o', f'{kind}.%04d.png', '--rate', '24')
            self.assertEqual(self.names(f'{kind}.*.png'), [f'{kind}.{FIRST + i:04}.png' for i in range(COUNT)])
            worst, coloured = 0.0, 0.0
            for i in range(COUNT):
                source = rgb(self.folder / f'{kind}/scan.{FIRST + i:05}.{kind}')
                result = rgb(self.folder / f'{kind}.{FIRST + i:04}.png')
                worst = max(worst, np.abs(lightness(result) - lightness(source)).max())
                coloured = max(coloured, np.ptp(result, axis=2).mean())
            print(f'{kind}: lightness differs by {worst:.4f} of 100 at most, colour {coloured:.0f} of 65535')
            self.assertLess(worst, 0.05, kind)
            self.assertGreater(coloured, 100, kind)

    def test_what_stays_gray_has_the_very_codes(self):
        for kind in 'dpx', 'png':
            self.sequence(f'in.%d.{kind}', scan(2), *KINDS[kind])
            self.run_command(f'in.%d.{kind}', '-o', f'{kind}.%d.png', '--saturation', '0')
            for number in FIRST, FIRST + 1:
                before, after = rgb(self.folder / f'in.{number}.{kind}'), rgb(self.folder / f'{kind}.{number}.png')
                self.assertEqual(np.abs(before - after).max(), 0, kind)

    def test_every_kind_is_written(self):
        self.sequence('in.%d.png', scan(2), '-pix_fmt', 'gray16be')
        made = {}
        for kind in 'png', 'tif', 'dpx':
            self.run_command('in.%d.png', '-o', f'out.%d.{kind}')
            stream = probe(self.folder / f'out.{FIRST}.{kind}', '-show_streams')['streams'][0]
            self.assertRegex(stream['pix_fmt'], '^rgb48', kind)
            made[kind] = rgb(self.folder / f'out.{FIRST + 1}.{kind}')
        self.assertTrue((made['png'] == made['tif']).all() and (made['png'] == made['dpx']).all())
        self.sequence('deep.%d.png', scan(2), '-pix_fmt', 'rgb48be')
        for option in '--to-gray', '--compare':
            self.run_command('deep.%d.png', option, '-o', 'shown.%d.png', '--overwrite')
            stream = probe(self.folder / f'shown.{FIRST}.png', '-show_streams')['streams'][0]
            self.assertRegex(stream['pix_fmt'], '^rgb48', option)
        # EXR has linear light, here as OpenEXR reads it.
        self.run_command('in.%d.png', '-o', 'out.%d.exr')
        stream = probe(self.folder / f'out.{FIRST}.exr', '-show_streams')['streams'][0]
        self.assertEqual(stream['pix_fmt'], 'gbrpf32le')
        light = self.read(f'out.{FIRST + 1}.exr').astype(float)
        tones = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 65535
        error = np.abs(tones - made['png']).max()
        print(f'exr: tones differ by {error:.3f} of 65535 at most')
        self.assertLess(error, 0.5)
        self.run_command('out.%d.exr', '-o', 'again.%d.png', '--saturation', '0')
        self.assertLess(np.abs(lightness(rgb(self.folder / f'again.{FIRST + 1}.png')) - lightness(made['png'])).max(),
                        0.01)
        self.sequence('shallow.%d.png', scan(1), '-pix_fmt', 'gray')
        self.run_command('shallow.%d.png', '-o', 'shallow_.%d.png')
        stream = probe(self.folder / f'shallow_.{FIRST}.png', '-show_streams')['streams'][0]
        self.assertEqual(stream['pix_fmt'], 'rgb24')

    def test_a_film_has_the_very_codes(self):
        self.sequence('in.%06d.tif', (scan() >> 4) * 16 + (scan() >> 12), '-pix_fmt', 'gray16le')  # 12 bits
        for bits, options in (12, ['--bits', '12']), (16, []):
            self.run_command('in.%06d.tif', '--rate', '24000/1001', '-o', f'{bits}.mkv', '--codec', 'ffv1', *options)
            stream = probe(self.folder / f'{bits}.mkv', '-show_streams', '-count_packets')['streams'][0]
            self.assertEqual((stream['r_frame_rate'], stream['nb_read_packets']), ('24000/1001', str(COUNT)))
            self.assertRegex(stream['pix_fmt'], f'yuv4..p{bits}')
            raw = ffmpeg('-i', self.folder / f'{bits}.mkv', '-vf', 'extractplanes=y', '-f', 'rawvideo',
                         '-pix_fmt', f'gray{bits}le', '-')
            codes = scan() >> 4
            self.assertEqual(raw, (codes if bits == 12 else codes * 16 + (codes >> 8)).tobytes(), bits)

    def test_a_gap_is_named_and_keeps_its_time(self):
        self.sequence('in.%d.png', scan(), '-pix_fmt', 'gray16be')
        (self.folder / f'in.{FIRST + 2}.png').unlink()
        (self.folder / f'in.{FIRST + 3}.png').unlink()
        said = self.run_command('in.%d.png', '--rate', '10', '-o', 'out.%d.tif').stderr
        self.assertIn(f'2 pictures of numbers {FIRST} to {FIRST + 5} are missing ({FIRST + 2} to {FIRST + 3})', said)
        self.assertEqual(self.names('out.*'), sorted(f'out.{FIRST + i}.tif' for i in (0, 1, 4, 5)))
        self.run_command('in.%d.png', '--rate', '10', '-o', 'film.mkv', '--codec', 'ffv1')
        packets = probe(self.folder / 'film.mkv', '-show_packets')['packets']
        self.assertEqual([round(float(packet['pts_time']), 2) for packet in packets], [0, 0.1, 0.4, 0.5])
        self.run_command('in.%d.png', '--rate', '10', '--start', '0.3', '-o', 'part.%d.tif')
        self.assertEqual(self.names('part.*'), sorted(f'part.{FIRST + i}.tif' for i in (4, 5)))

    def test_a_file_that_is_other_is_named(self):
        self.sequence('in.%d.png', scan(), '-pix_fmt', 'gray16be')
        damaged = self.folder / f'in.{FIRST + 2}.png'
        damaged.write_bytes(damaged.read_bytes()[:300])
        os.mkfifo(self.folder / f'out.{FIRST + 1}.png')
        said = self.run_command('--to-gray', 'in.%d.png', '-o', 'film.mkv', '--codec', 'ffv1').stderr
        self.assertIn(f'missing: 1 of {COUNT} ({damaged.name})', said)
        self.assertIn(f'out.{FIRST + 1}.png is a pipe',
                      self.run_command('--to-gray', '--overwrite', 'in.%d.png', '-o', 'out.%d.png', status=1).stderr)
        ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=80x64', '-frames:v', 1, '-pix_fmt', 'gray16be', damaged)
        said = self.run_command('--to-gray', '--overwrite', 'in.%d.png', '-o', 'film.mkv', status=1).stderr
        self.assertIn(f'to 80x64 with {damaged.name},', said)

    def test_a_folder_and_names_of_results(self):
        self.sequence('scans/reel_%04d.png', scan(2), '-pix_fmt', 'gray16be')
        said = self.run_command('scans', '--rate', '18').stderr
        self.assertNotIn('--rate says another', said)
        made = [f'reel.colour_{FIRST + i:04}.png' for i in range(2)]
        self.assertEqual(self.names('scans/reel.colour*'), made)
        self.assertIn('is there already', self.refuse('scans', '--rate', '18'))
        self.assertIn('is there already', self.run_command('scans', '--rate', '18', '--resume').stderr)
        self.assertIn('would replace', self.refuse('scans/reel_%04d.png', '-o', 'scans/reel_%04d.png', '--overwrite'))
        self.assertIn('is a result', self.run_command('scans', '--dry-run').stdout)
        self.run_command('scans/reel_%04d.png', '--frame', '0')
        self.assertEqual(self.read('scans/reel.0s.colour.png').dtype, np.uint16)
        self.assertIn('24 frames a second', self.run_command('scans/reel_%04d.png', '-o', 'a.%d.png').stderr)
        self.sequence('scans/other%d.png', scan(2), '-pix_fmt', 'gray')
        self.assertRegex(self.refuse('scans', '--rate', '18'), r'name one: .*other%d\.png, .*reel_%04d\.png')
        self.assertIn('no pictures of such names', self.refuse('none.%d.png'))
        self.assertIn("does not take '18,5'", self.refuse('scans', '--rate', '18,5', status=2))

    def test_an_interrupted_run_goes_on(self):
        self.sequence('in.%03d.png', scan(45), '-pix_fmt', 'gray16be', first=0)
        arguments = [COMMAND, 'in.%03d.png', '--rate', '1', '-o', 'out.%03d.tif']
        parts = self.folder / '.out.%03d.tif.parts'
        run = subprocess.Popen(arguments, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while run.poll() is None and not (parts / 'picture0-00000.gdp').exists():
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
        run.wait()
        piece = (parts / 'picture0-00000.gdp').stat()
        self.assertEqual(self.names('out.*'), [])
        self.run_command('in.%03d.png', '--rate', '1', '-o', 'out.%03d.tif', '--resume', '--keep-pieces')
        self.assertEqual((parts / 'picture0-00000.gdp').stat().st_mtime_ns, piece.st_mtime_ns)
        self.assertEqual(self.names('out.*'), [f'out.{i:03}.tif' for i in range(45)])
        made = {name: (self.folder / name).read_bytes() for name in self.names('out.*')}
        # As it is when it is stopped while pictures get their names.
        for i in range(20, 45):
            (self.folder / f'out.{i:03}.tif').unlink()
        self.run_command('in.%03d.png', '--rate', '1', '-o', 'out.%03d.tif', '--resume')
        self.assertFalse(parts.exists())
        self.run_command('in.%03d.png', '--rate', '1', '-o', 'whole.%03d.tif')
        for name, content in made.items():
            self.assertEqual((self.folder / name).read_bytes(), content)
            self.assertEqual((self.folder / name.replace('out', 'whole')).read_bytes(), content)

    def test_a_picture_that_changes_is_noticed(self):
        self.sequence('in.%d.png', scan(3), '-pix_fmt', 'gray16be')
        self.run_command('in.%d.png', '-o', 'out.%d.png', '--keep-pieces')
        shutil.copy(self.folder / f'in.{FIRST}.png', self.folder / f'in.{FIRST + 1}.png')
        said = self.run_command('in.%d.png', '-o', 'out.%d.png', '--keep-pieces', '--overwrite').stderr
        self.assertIn('begins anew', said)

    def test_no_source_is_replaced_whatever_links_and_names_say(self):
        self.sequence('plain/o.%03d.png', scan(3), first=1)
        (self.folder / 'plain').rename(self.folder / 'p%x')
        (self.folder / 'links').mkdir()
        for number in 1, 2, 3:
            (self.folder / f'links/s.{number}.png').symlink_to(self.folder / f'p%x/o.{number:03}.png')
        before = {path: path.read_bytes() for path in self.folder.glob('p%x/*')}
        said = self.run_command('../links/s.%d.png', '-o', 'o.%03d.png', '--overwrite', status=1, cwd='p%x').stderr
        self.assertIn('which it is made of', said)
        self.assertEqual({path: path.read_bytes() for path in self.folder.glob('p%x/*')}, before)
        self.run_command('o.%03d.png', '-o', 'new.%d.png', cwd='p%x')
        self.assertEqual(self.names('p%x/new.*'), ['new.1.png', 'new.2.png', 'new.3.png'])
        (self.folder / 'p%x/o.003.png').unlink()
        self.assertIn('new.3.png', self.run_command('o.%03d.png', '-o', 'new.%d.png', '--overwrite', cwd='p%x').stderr)

    def test_photographs_with_numbers_are_photographs(self):
        (self.folder / 'photographs').mkdir()
        for name in 'sheet_01.jpg', 'gray 2.jpg', 'colour3.jpg', 'gray.4.jpg', 'a.colour.5.jpg':
            shutil.copy(PHOTOGRAPH, self.folder / 'photographs' / name)
        said = self.run_command('photographs', '-d', 'new', '--to-gray', '--inference-size', 64)
        self.assertNotIn('left alone', said.stderr)
        self.assertEqual(len(self.names('new/*.jpg')), 5)

    def check_record(self, name: str, **files):
        """The record has these files of source and result, and is right by sha256sum; `verify` finds a change."""
        record = json.loads((self.folder / name).read_text())
        for role, names in files.items():
            listed = [file['reference'] for file in record[role].get('files', [record[role]])]
            self.assertEqual(listed, names, role)
            paths = [self.folder / name for name in names]
            self.assertEqual(record[role]['bytes'], sum(path.stat().st_size for path in paths))
            if 'files' in record[role]:
                sums = subprocess.run(['sha256sum', *names], cwd=self.folder, stdout=subprocess.PIPE, check=True).stdout
                self.assertEqual(record[role]['sha256'], hashlib.sha256(sums).hexdigest(), role)
        lines = self.run_command('verify', '--manifest', name).stdout
        self.assertEqual(lines.count('\n'), 1 + sum(map(len, files.values())))
        subprocess.run(['sha256sum', '-c', '--strict', '--quiet'], input=lines.encode(), cwd=self.folder, check=True)
        self.assertEqual(self.run_command('verify', name).stdout, f'{name}: as recorded\n')
        for role, names in files.items():
            path = self.folder / names[-1]
            whole = path.read_bytes()
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
            said = self.run_command('verify', name, status=1).stdout
            self.assertRegex(said, rf'^{re.escape(name)}: {role} {names[-1]} has other bytes.*\n$')
            path.unlink()
            self.assertIn(f'{role} {names[-1]} is missing', self.run_command('verify', name, status=1).stdout)
            path.write_bytes(whole)

    def test_a_record_has_every_picture(self):
        self.sequence('in.%d.png', scan(3), '-pix_fmt', 'gray16be')
        (self.folder / f'in.{FIRST + 1}.png').unlink()
        sources, results = [f'in.{FIRST + i}.png' for i in (0, 2)], [f'out_{FIRST + i:05}.tif' for i in (0, 2)]
        self.run_command('in.%d.png', '-o', 'out_%05d.tif', '--profile', 'archive')
        self.check_record('out.colour.json', source=sources, result=results)
        self.run_command('in.%d.png', '-o', 'film.mkv', '--profile', 'archive')
        self.check_record('film.colour.json', source=sources, result=['film.mkv'])
        text = (self.folder / 'out.colour.json').read_text()
        (self.folder / 'out.colour.json').write_text(text.replace(results[0], 'x' + results[0]))
        shutil.copy(self.folder / results[0], self.folder / ('x' + results[0]))
        self.assertIn('has a list in the record of another SHA-256',
                      self.run_command('verify', 'out.colour.json', status=1).stdout)

    def test_machines_share_a_sequence(self):
        self.sequence('in.%03d.png', scan(45), '-pix_fmt', 'gray16be', first=0)
        options = ['--rate', '1', '--codec', 'ffv1', '--inference-size', 64]
        self.run_command('plan', 'in.%03d.png', *options, '-o', 'film.mkv', '--work', 'work')
        again = self.run_command('plan', 'in.%03d.png', *options, '-o', 'film.mkv', '--work', 'work').stderr
        self.assertIn('2 pieces of 1 film', again)
        for number in 1, 2:
            self.assertIn('made in', self.run_command('piece', 'work', number).stderr)
        self.run_command('plan', 'in.%03d.png', *options, '-o', 'film.mkv', '--work', 'work')  # keeps what is made
        for picture in self.folder.glob('in.*.png'):  # as who joins may see them, by SFTP
            os.utime(picture, ns=(0, picture.stat().st_mtime_ns // 10**9 * 10**9))
        self.run_command('join', 'work')
        self.check_record('film.colour.json', source=[f'in.{i:03}.png' for i in range(45)], result=['film.mkv'])
        self.run_command('in.%03d.png', *options, '-o', 'alone.mkv')
        self.assertEqual((self.folder / 'film.mkv').read_bytes(), (self.folder / 'alone.mkv').read_bytes())
        # A picture that has changed makes another film.
        self.sequence('in.%03d.png', scan(46)[45:], '-pix_fmt', 'gray16be', first=44)
        self.run_command('plan', 'in.%03d.png', *options, '-o', 'film.mkv', '--work', 'work', '--overwrite')
        self.assertIn('made in', self.run_command('piece', 'work', 2).stderr)

    def test_machines_share_what_becomes_pictures(self):
        self.sequence('in.%03d.png', scan(45), '-pix_fmt', 'gray16be', first=0)
        options = ['--rate', '1', '--inference-size', 64]
        self.run_command('in.%03d.png', *options, '-o', 'alone.%03d.tif')
        plan = ['plan', 'in.%03d.png', *options, '-o', 'o.%03d.tif', '--work', 'work']
        self.assertIn('2 pieces of 1 film', self.run_command(*plan).stderr)
        self.assertIn('2 of 2 pieces are missing', self.run_command('join', 'work', status=1).stderr)
        for number in 1, 2:
            self.assertIn('made in', self.run_command('piece', 'work', number).stderr)
        # As one leaves it who dies while he joins: some are there; and a picture that is no result keeps its name.
        shutil.copy(self.folder / 'alone.000.tif', self.folder / 'o.000.tif')
        shutil.copy(self.folder / 'alone.000.tif', self.folder / 'o.030.tif')
        self.assertIn('2 pieces of 1 film', self.run_command(*plan).stderr)
        self.assertIn('o.030.tif is there already', self.run_command('join', 'work', status=1).stderr)
        (self.folder / 'o.030.tif').unlink()
        self.run_command('join', 'work')
        for i in range(45):
            made, alone = (self.folder / f'{name}.{i:03}.tif' for name in ('o', 'alone'))
            self.assertEqual(made.read_bytes(), alone.read_bytes(), i)
        self.assertEqual(self.names('o.*'), [f'o.{i:03}.tif' for i in range(45)] + ['o.colour.json'])
        self.run_command(*plan)
        self.assertEqual(json.loads(self.run_command('status', 'work', '--json').stdout)['joined'], 1)
        self.check_record('o.colour.json', source=[f'in.{i:03}.png' for i in range(45)],
                          result=[f'o.{i:03}.tif' for i in range(45)])
        self.assertIn('its film is made already', self.run_command('piece', 'work', 1).stderr)
        self.run_command('join', 'work')  # nothing is left to do
        # The sources have changed, and what is there is of the others.
        self.assertIn('is there already', self.run_command(*plan, status=1).stderr)
        (self.folder / 'linked.007.tif').symlink_to('in.007.png')
        plan[-3:] = 'linked.%03d.tif', '--work', 'other'
        self.assertIn('which it is made of', self.run_command(*plan, '--overwrite', status=1).stderr)

    def test_a_film_becomes_pictures(self):
        self.film()
        self.run_command('film.mkv', '-o', 'out.%04d.png')
        count = int(probe(self.folder / 'film.mkv', '-show_streams', '-count_packets', '-select_streams',
                          'v')['streams'][0]['nb_read_packets'])
        self.assertEqual(self.names('out.*'), [f'out.{i + 1:04}.png' for i in range(count)])

    def test_pictures_that_go_are_made_again(self):
        self.film()
        pattern = 'out.%04d.png'

        def check(joined: int):
            told = json.loads(self.run_command('status', 'work', '--json').stdout)
            self.assertEqual([told['joined'], told['left']], [joined, 1 - joined])

        made = {}
        plan = 'plan', 'film.mkv', '-o', pattern, '--work', 'work', '--to-gray'
        self.run_command(*plan)
        for _ in range(2):
            self.assertIn('made in', self.run_command('piece', 'work', 1).stderr)
            self.run_command('join', 'work')
            check(joined=1)
            pictures = {file: file.read_bytes() for file in self.folder.glob('out.*.png')}
            self.assertEqual(pictures, made or pictures)
            made = pictures
            self.assertIn('is there already', self.run_command(*plan, '--label', 'x', status=1).stderr)
            self.run_command(*plan)
            check(joined=1)
            os.truncate(self.folder / 'out.0002.png', 9)
            check(joined=0)
            (self.folder / 'out.0002.png').unlink()
            check(joined=0)

    def test_mxf_and_mov(self):
        frames = np.stack([cv2.resize(frame, (256, 144)) for frame in scan(4)])
        ffmpeg('-f', 'rawvideo', '-pix_fmt', 'gray16le', '-s', '256x144', '-i', '-', '-pix_fmt', 'gray16be',
               self.folder / 'in.%d.dpx', data=frames.tobytes())
        source = frames / 65535
        for name, codec in ('a.mov', 'dnxhr'), ('b.mov', 'prores'), ('c.mxf', 'dnxhr'), ('d.mxf', 'prores'):
            self.run_command('in.%d.dpx', '--rate', '24', '-o', name, '--codec', codec)
            stream = probe(self.folder / name, '-show_streams', '-count_packets')['streams'][0]
            found = [stream[key] for key in ('codec_name', 'pix_fmt', 'nb_read_packets', 'r_frame_rate')]
            self.assertEqual(found, ['dnxhd' if codec == 'dnxhr' else 'prores', 'yuv422p10le', '4', '24/1'], name)
            raw = ffmpeg('-i', self.folder / name, '-vf', 'extractplanes=y', '-f', 'rawvideo',
                         '-pix_fmt', 'gray10le', '-')
            codes = np.frombuffer(raw, '<u2').reshape(4, 144, 256)
            error = np.abs((codes - 64) / 876 - source)
            print(f'{name}: luma differs by {error.mean() * 100:.2f} % in the mean')
            self.assertLess(error.mean(), 0.01, name)
            if shutil.which('mediainfo'):
                said = subprocess.run(['mediainfo', '--Output=JSON', self.folder / name], stdout=subprocess.PIPE).stdout
                video = [t for t in json.loads(said)['media']['track'] if t['@type'] == 'Video'][0]
                self.assertEqual((video['Format'], video['ChromaSubsampling'], video['FrameRate']),
                                 ('VC-3' if codec == 'dnxhr' else 'ProRes', '4:2:2', '24.000'), name)


if __name__ == '__main__':
    unittest.main()
