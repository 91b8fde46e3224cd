#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`gst-colorize` with slips of the hand, other spellings, and on machines that lack something."""
import os
import subprocess
import unittest

import numpy as np

from command import COMMAND, Case, Gst


class WithoutPlugin(Case):
    def setUp(self):
        super().setUp()
        self.environment = os.environ | {'GST_PLUGIN_PATH': '', 'GST_REGISTRY': str(self.folder / 'registry.bin'),
                                         'GST_PLUGIN_SYSTEM_PATH': str(self.folder)}

    def test_help_and_version_work_and_say_so(self):
        for words, expected in ((['--help'], '--output-dir'), (['--version'], 'GStreamer'),
                                (['evaluate', '--help'], '--points')):
            done = self.run_command(*words, env=self.environment)
            self.assertIn(expected, done.stdout)
            self.assertIn('libgstcolorize.so', done.stderr)

    def test_nothing_else_does_and_why_is_said(self):
        self.photo('a.png')
        for words in ['a.png'], ['--saturation', '2', 'a.png'], ['evaluate', 'a.png']:
            self.assertIn('libgstcolorize.so', self.run_command(*words, status=1, env=self.environment).stderr)


class Words(Case):
    def test_what_was_meant(self):
        self.photo('a.png')
        for words, meant in ((['--satration=2', 'a.png'], '--saturation'), (['--overwrit', 'a.png'], '--overwrite'),
                             (['evaluate', '--pionts', '3', 'a.png'], '--points'),
                             (['evalute', 'a.png'], "'gst-colorize evaluate'"), (['netowrks'], "'gst-colorize networks'")):
            self.assertIn(f'did you mean {meant}?', self.refuse(*words, status=2))
        for words in ['--xylophone', 'a.png'], ['-x', 'a.png']:
            said = self.refuse(*words, status=2)
            self.assertIn('Unknown option', said)
            self.assertNotIn('did you mean', said)

    def test_a_file_may_have_a_name_like_a_command(self):
        self.photo('evalute.png').rename(self.folder / 'evalute')
        self.run_command('evalute', '-o', 'a.png')
        self.check_colour('a.png')

    def test_a_command_is_the_first_word(self):
        self.photo('a.png')
        for words in (['-q', 'plan', 'a.png', '--work', 'work'], ['-v', 'status', 'work', '--json'],
                      ['--gst-debug=2', 'verify', 'a.json'], ['--quiet', 'plan', 'a.png']):
            [command] = {'plan', 'status', 'verify'} & set(words)
            self.assertIn(f"'{command}' must be the first word", self.refuse(*words, status=2))
        self.run_command('-o', 'plan', 'a.png', '--to-gray', status=1)  # the result's name, which has no ending
        self.photo('plan.png').rename(self.folder / 'plan')
        self.run_command('-q', 'plan', '-o', 'b.png')
        self.check_colour('b.png')

    def test_spellings(self):
        self.photo('a.png')
        self.run_command('--to-grey', 'a.png')
        self.run_command('--to-gray', 'a.png', '-o', 'b.png')
        [grey] = [name for name in self.files() if name not in ('a.png', 'b.png')]
        np.testing.assert_array_equal(self.read(grey), self.read('b.png'))
        self.run_command('--keep-color', 'a.png')
        for spelling in '--to-grey', '--keep-color':
            self.assertNotIn(spelling, self.run_command('--help').stdout)

    def test_uris_of_files(self):
        photograph = self.photo('a b.png')
        self.run_command(photograph.as_uri())
        self.check_colour('a b.colour.png')
        self.assertIn('ftp://', self.refuse('ftp://somewhere/a.png', status=1))
        self.assertIn('file://somewhere', self.refuse('file://somewhere/a.png', status=2))
        folder = self.folder / 'a folder'
        folder.mkdir()
        self.run_command('--to-gray', 'a b.png', '-o', (folder / 'c d.png').as_uri())
        self.run_command('--to-gray', 'a b.png', '-d', folder.as_uri())
        self.assertEqual({path.name for path in folder.iterdir()}, {'c d.png', 'a b.png'})
        for option in '--output', '--output-dir':
            self.assertIn(f'{option} is empty', self.refuse('a b.png', option, '', status=2))

    def test_gstreamer_tells_of_itself(self):
        self.photo('a.png')
        self.assertIn('DEBUG', self.run_command('a.png', '--gst-debug', 'colorize*:5').stderr)

    def test_a_missing_folder_is_named(self):
        self.photo('a.png')
        self.film('a.mkv')
        for name in 'a.png', 'a.mkv':
            self.assertIn('there is no folder nowhere ', self.refuse(name, '-o', f'nowhere/{name}'))
        self.assertIn('there is no folder nowhere ', self.refuse('--dry-run', 'a.mkv', '-o', 'nowhere/a.mkv'))

    def test_results_are_files(self):
        self.photo('a.png')
        self.film('a.mkv')
        for name in 'a.png', 'a.mkv':
            os.mkfifo(self.folder / f'pipe.{name}')
            (self.folder / 'out' / name).mkdir(parents=True)
            for options, kind in (['-o', f'pipe.{name}'], 'a pipe'), (['-d', 'out'], 'a folder'):
                self.assertIn(f'is {kind}', self.refuse('--to-gray', '--overwrite', name, *options))
            self.assertTrue((self.folder / f'pipe.{name}').is_fifo())
        os.mkfifo(self.folder / 'b.colour.json')
        self.run_command('--to-gray', '--overwrite', '--record', 'a.png', '-o', 'b.png')
        self.assertTrue((self.folder / 'b.colour.json').is_fifo())


class Telling(Case):
    def test_a_standard_output_that_cannot_be_written(self):
        self.photo('a.png')
        for words in ['--help'], ['networks', '--json'], ['--dry-run', 'a.png']:
            with open('/dev/full', 'w') as full:
                done = subprocess.run([COMMAND, *words], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertIn('the standard output cannot be written', done.stderr)
            self.assertEqual(done.returncode, 1)
        said = subprocess.run(f"trap '' PIPE; '{COMMAND}' --help | head -1", shell=True, capture_output=True, text=True)
        self.assertEqual((said.stdout, said.stderr), ('Usage:\n', ''))

    def test_dry_run_makes_nothing_and_says_what_would_be(self):
        self.photo('a.png')
        self.film('b.mkv')
        self.film('c.mkv')
        (self.folder / 'c.colour.mkv').write_bytes(b'a result')
        (self.folder / 'notes.txt').write_text('no picture')
        before = self.files()
        done = self.run_command('.', 'c.mkv', '--dry-run', '--codec', 'ffv1', status=1)
        self.assertEqual(self.files(), before)
        self.assertRegex(done.stdout, r'a\.png -> .*a\.colour\.png\n')
        self.assertRegex(done.stdout, r'b\.mkv -> .*b\.colour\.mkv: \d+x\d+, \d+ frames, ffv1 by \w+_?-?ffv1, 1 piece')
        self.assertRegex(done.stdout, r'notes\.txt: left alone')
        self.assertIn('c.colour.mkv is there already', done.stderr)
        self.assertEqual(self.run_command('--dry-run', 'a.png').stderr, '')

    def test_quiet_and_verbose(self):
        self.film('a.mkv')
        self.assertEqual(self.run_command('-q', 'a.mkv').stderr, '')
        said = self.run_command('-v', '--overwrite', 'a.mkv').stderr
        self.assertRegex(said, r'\d+x\d+, \d+ frames, .* by .*, 1 piece.*GStreamer')
        self.refuse('-q', '-v', 'a.mkv', status=2)

    def test_codecs_that_no_encoder_makes_are_not_offered(self):
        said = self.run_command('--help').stdout
        for codec, encoders in {'prores': ['avenc_prores_ks'], 'h264': ['x264enc', 'openh264enc'], 'av1': ['av1enc']}.items():
            self.assertEqual(any(map(Gst.ElementFactory.find, encoders)), codec in said.split('Encoder of films:')[1][:200])


if __name__ == '__main__':
    unittest.main(verbosity=2)
