#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/quickstart.sh on films of several kinds and on what is no film. It works in build/, so that has to be set up."""
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import films

QUICKSTART = films.ROOT / 'examples' / 'quickstart.sh'
H264, AAC = 'x264enc', 'avenc_aac ! aacparse'


class Quickstart(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="colorize quick'start ")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name) / 'films'
        self.folder.mkdir()
        # A test installs nothing: where packages are missing, it ends here.
        programs = Path(temporary.name) / 'bin'
        programs.mkdir()
        (programs / 'apt-get').write_text('#!/bin/sh\necho "apt-get would be needed" >&2\nexit 99\n')
        (programs / 'apt-get').chmod(0o755)
        self.environment = os.environ | {'PATH': f'{programs}:{os.environ["PATH"]}'}

    def start(self, *arguments):
        return subprocess.Popen([QUICKSTART, *arguments], cwd=self.folder, env=self.environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def run_script(self, *arguments):
        with self.start(*arguments) as run:
            try:
                said, _ = run.communicate(timeout=200)
            except subprocess.TimeoutExpired:
                run.terminate()
                self.fail(f'not done after 200 s: {run.communicate()[0]}')
        if run.returncode == 99:
            self.skipTest('packages are missing that the script would install')
        return run.returncode, said

    def succeed(self, *arguments):
        status, said = self.run_script(*arguments)
        self.assertEqual(status, 0, said)
        return said

    def refuse(self, *arguments):
        """The script says no, and leaves nothing behind."""
        before = sorted(self.folder.rglob('*'))
        status, said = self.run_script(*arguments)
        self.assertNotEqual(status, 0, said)
        self.assertEqual(sorted(self.folder.rglob('*')), before)
        return said

    def make(self, name, *recipe):
        path = self.folder / name
        films.make_film(self.folder / 'made', *recipe)
        (self.folder / 'made').rename(path)
        return path

    def test_result_lies_beside_the_film(self):
        film = self.make('it\'s a "film" & 100% [1].mp4', H264, 'mp4mux', [AAC])
        result = film.with_suffix('.colour.mkv')
        said = self.succeed(film.name)
        self.assertIn(str(result), said)
        films.check_colorized(self, film, result, sounds=1)
        self.assertEqual(sorted(self.folder.iterdir()), sorted([film, result]))

    def test_two_sound_tracks_of_one_kind(self):
        film = self.make('film.mkv', H264, 'matroskamux', ['vorbisenc', 'vorbisenc'])
        self.succeed(film.name, 'two tracks.mkv')
        films.check_colorized(self, film, self.folder / 'two tracks.mkv', sounds=2)

    def test_transport_stream_to_mp4(self):
        film = self.make('film.ts', f'{H264} ! h264parse', 'mpegtsmux', [AAC])
        self.succeed(film.name, 'colour.mp4')
        films.check_colorized(self, film, self.folder / 'colour.mp4', sounds=1)

    def test_silent_film_to_webm_twice(self):
        film = self.make('silent.avi', 'jpegenc', 'avimux')
        for _ in range(2):
            self.succeed(film.name, 'colour.webm')
            films.check_colorized(self, film, self.folder / 'colour.webm')

    def test_sound_that_does_not_fit(self):
        film = self.make('film.mp4', H264, 'mp4mux', [AAC])
        self.assertIn('.mkv', self.refuse(film.name, 'colour.webm'))

    def test_what_cannot_be(self):
        film = self.make('film.webm', 'vp8enc', 'webmmux')
        (self.folder / 'letter.mp4').write_text('no film at all')
        self.assertIn('nowhere.mp4', self.refuse('nowhere.mp4'))
        self.assertIn('letter.mp4', self.refuse('letter.mp4'))
        self.assertIn('.mkv, .mp4 or .webm', self.refuse(film.name, 'colour.avi'))
        self.assertIn('no/such', self.refuse(film.name, 'no/such/colour.mkv'))
        self.assertIn('replace', self.refuse(film.name, film.name))

    def test_sound_alone(self):
        films.launch('audiotestsrc num-buffers=20 ! vorbisenc ! oggmux ! filesink location=sound.ogg', self.folder)
        self.assertIn('no picture', self.refuse('sound.ogg'))

    def test_interrupted(self):
        film = self.make('film.webm', 'vp8enc', 'webmmux')
        with self.start(film.name) as run:
            while not any(path != film for path in self.folder.iterdir()):
                self.assertIsNone(run.poll(), 'ended before it wrote anything')
                time.sleep(0.01)
            run.send_signal(signal.SIGTERM)
            run.communicate(timeout=60)
        self.assertEqual(run.returncode, 130)
        self.assertEqual(list(self.folder.iterdir()), [film])


if __name__ == '__main__':
    if not (films.ROOT / 'build' / 'build.ninja').exists():
        print(f'{films.ROOT}/build is not set up')
        sys.exit(77)  # Meson: skipped
    unittest.main(verbosity=2)
