#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/quickstart.sh. It works in build/, so that has to be set up."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import films

QUICKSTART = films.ROOT / 'examples' / 'quickstart.sh'


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

    def run_script(self, *arguments):
        run = subprocess.run([QUICKSTART, *arguments], cwd=self.folder, env=self.environment, text=True, timeout=600,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        if run.returncode == 99:
            self.skipTest('packages are missing that the script would install')
        return run.returncode, run.stdout

    def test_a_film_with_sound(self):
        film = self.folder / 'it\'s a "film" & 100% [1].mp4'
        films.make_film(self.folder / 'made', 'x264enc', 'mp4mux', ['avenc_aac ! aacparse'])
        (self.folder / 'made').rename(film)
        result = film.with_suffix('.colour.mp4')
        status, said = self.run_script(film.name)
        self.assertEqual(status, 0, said)
        self.assertIn(result.name, said)
        films.check_colorized(self, film, result, sounds=1)
        self.assertEqual(sorted(self.folder.iterdir()), sorted([film, result]))

    def test_without_a_film_it_makes_one_twice(self):
        made = films.ROOT / 'build' / 'quickstart'
        for _ in range(2):
            status, said = self.run_script()
            self.assertEqual(status, 0, said)
            self.assertIn(str(made / 'monochrome.colour.mkv'), said)
            self.assertEqual(len(films.read_frames(made / 'monochrome.colour.mkv')), 100)

    def test_what_the_command_says_no_to(self):
        status, said = self.run_script('nowhere.mp4')
        self.assertEqual(status, 1)
        self.assertIn('nowhere.mp4', said)
        self.assertEqual(list(self.folder.iterdir()), [])


if __name__ == '__main__':
    if not (films.ROOT / 'build' / 'build.ninja').exists():
        print(f'{films.ROOT}/build is not set up')
        sys.exit(77)  # Meson: skipped
    unittest.main(verbosity=2)
