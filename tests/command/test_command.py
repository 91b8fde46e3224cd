#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`gst-colorize` as a user meets it: options, names, folders, progress, errors, exit statuses."""
import fcntl
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import termios
import time
import unittest
from pathlib import Path

from command import AAC, COMMAND, GRAY, H264, ROOT, SERVES, Case, needs_library
import numpy as np
from films import OF_PIPELINES, Gst, check_colorized, launch

OF_ARCHIVES = ['plan'], ['piece'], ['join'], ['status']


class Properties(Case):
    def own(self):
        element = Gst.ElementFactory.make('colorize')
        return {p.name: p for p in element.list_properties()
                if p.owner_type == element.__gtype__ and p.name not in OF_PIPELINES}

    def test_what_makes_results_depend_on_time_is_no_option(self):
        self.photo()
        for name in OF_PIPELINES:
            self.assertNotIn(f'--{name}', self.run_command('--help').stdout)
            self.refuse(f'--{name}', 'photo.jpg', status=2)

    def test_help_shows_each_with_range_and_default(self):
        words = ' '.join(self.run_command('--help').stdout.split())
        for name, spec in self.own().items():
            off = 'no-' if spec.default_value is True else ''  # the option is for what is not so without it
            self.assertIn(f'--{off}{name}', words)
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
        said = self.refuse('--model', 'nowhere', 'photo.jpg', status=2)
        self.assertIn('nowhere', said)
        self.assertIn('--help', said)

    def test_without_the_plugin(self):
        environment = os.environ | {'GST_PLUGIN_PATH': '/nonexistent', 'GST_REGISTRY': str(self.folder / 'registry')}
        for arguments in ['film.mp4'], ['evaluate', 'film.mp4'], ['networks'], *[['serve']] * SERVES:
            with self.subTest(arguments):
                said = self.run_command(*arguments, status=1, env=environment).stderr
                self.assertIn('GST_PLUGIN_PATH', said)
                self.assertIn('libgstcolorize.so', said)
                self.assertNotIn('--help', said)


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

    def test_a_film_without_an_ending_twice(self):
        film = self.film('archive/tape12')
        self.run_command('archive')
        check_colorized(self, film, self.folder / 'archive/tape12.colour.mkv')
        done = self.files()
        for words in ['--resume', 'archive'], ['--resume', 'archive/tape12', 'archive/tape12.colour.mkv'], \
                ['--resume', 'archive', '-d', 'archive']:
            with self.subTest(words):
                self.assertIn('1 left alone', self.run_command(*words).stderr)
                self.assertEqual(self.files(), done)

    def test_a_folder_with_nothing_for_us(self):
        (self.folder / 'archive').mkdir()
        self.assertIn('archive: is empty', self.run_command('archive').stderr)
        for name in 'a.dpx', 'b.dpx', 'c.dpx':
            (self.folder / 'archive' / name).write_bytes(b'SDPX' + bytes(100))
        (self.folder / 'archive/s.avif').write_bytes(b'\0\0\0\x14ftypavis\0\0\0\0mif1')
        said = self.run_command('archive').stderr
        self.assertRegex(said, r'archive/a\.dpx: is a DPX picture.*ffmpeg.*\(and 2 more of these\)')
        self.assertRegex(said, r'archive/s\.avif: is a film of AVIF pictures.*ffmpeg')
        self.assertIn('0 done, 4 left alone', said)
        said = self.run_command('archive', '--progress', 'json').stdout
        self.assertEqual([json.loads(line)['event'] for line in said.splitlines()], 4 * ['left-alone'] + ['end'])

    def test_errors_are_those_of_a_file(self):
        self.photo('archive/a.png')
        (self.folder / 'archive/gone.png').symlink_to('nowhere.png')
        (self.folder / 'archive/loop').symlink_to('loop')
        (self.folder / 'archive/up').symlink_to('..')
        os.mkfifo(self.folder / 'archive/pipe.mkv')
        said = self.run_command('archive', status=1).stderr
        self.assertIn('gone.png: cannot be read: No such file or directory (it is a link to nowhere.png)', said)
        self.assertIn('1 done, 2 left alone, 2 failed', said)
        self.check_colour('archive/a.colour.png')
        self.assertIn('is a pipe', self.refuse('archive/pipe.mkv'))
        self.assertIn('standard input', self.refuse('-'))

    def test_raw_frames_with_a_header(self):
        self.film()
        launch('filesrc location=film.mkv ! decodebin ! videoconvert ! video/x-raw,format=I420 ! y4menc '
               '! filesink location=film.y4m', self.folder)
        self.run_command('film.y4m')
        check_colorized(self, self.folder / 'film.y4m', self.folder / 'film.colour.mkv')

    @needs_library
    def test_results_are_known_by_what_they_say(self):
        (self.folder / 'in').mkdir()
        for name in 'a.jpg', 'b.png', 'c.tif', 'd.webp':
            self.photo(name)
            self.run_command(name, '-o', f'in/{name}')
        self.film()
        endings = 'avi', 'mkv', 'mov', 'mp4', 'webm'
        for ending in endings:
            self.run_command('film.mkv', '-o', f'in/film.{ending}')
        before = self.files()
        self.assertIn(f'0 done, {4 + len(endings)} left alone', self.run_command('in', '-d', 'out').stderr)
        self.assertEqual(self.files(), before)
        self.run_command('in', '--to-gray', '-d', 'gray')
        self.assertEqual(len(list((self.folder / 'gray').iterdir())), 4 + len(endings))

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

    def test_no_name_of_a_file_is_a_command_in_secret(self):
        for name in 'make-piece', 'sound-alone', 'evaluate', 'piece':
            self.film(name)
            self.run_command(f'./{name}', '--to-gray')
            self.assertIn(f'{name}.gray.mkv', self.files())
        self.run_command('make-piece', '--to-gray', '--overwrite')
        self.assertIn('./evaluate', self.run_command('evaluate', status=2).stderr)

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

    def test_a_link_to_itself_is_no_wrong_usage(self):
        self.photo('a.png')
        (self.folder / 'loop.png').symlink_to('loop.png')
        for arguments in ['loop.png'], ['loop.png', '-o', 'b.png'], ['a.png', '-o', 'loop.png'], \
                ['evaluate', 'loop.png']:
            with self.subTest(arguments):
                self.assertIn('Too many levels of symbolic links', self.refuse(*arguments))

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

    def test_names_are_shown_and_not_obeyed(self):
        names = [b'\x1b[31m\n.png', b'K\xf6ln.png', '\u202egnp.png'.encode()]
        for name in names:
            self.photo('photo.png').rename(self.folder / os.fsdecode(name))
        self.assertEqual(self.run_command('.', '-d', 'out').stderr.splitlines()[:-1],
                         [fr'[{i}/3] ./{name} -> out/{name}' for i, name in
                          enumerate([r'\x1b[31m\x0a.png', r'K\xf6ln.png', r'\u202egnp.png'], 1)])
        self.assertEqual(sorted(os.listdir(os.fsencode(self.folder) + b'/out')), sorted(names))
        said = self.run_command('.', '-d', 'out', status=1).stderr
        self.assertIn(r'out/\x1b[31m\x0a.png is there already', said)
        self.assertIn(r'nonsense\x1b', self.refuse('--codec', 'nonsense\x1b', 'a', status=2))
        said = self.run_command('.', '-d', 'more', '--progress=json').stdout
        begun = [event for event in map(json.loads, said.splitlines()) if event['event'] == 'begin']
        self.assertEqual([event['input'] for event in begun],
                         ['./' + name.decode(errors='replace') for name in names])

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
                self.assertEqual(run.returncode, status, said)
                self.assertIn('--resume', said)
                self.assertEqual([p.name for p in self.folder.iterdir() if not p.name.startswith('.')], [film.name])
                self.run_command('--resume', film.name)
                check_colorized(self, film, self.folder / 'film.colour.mkv')
                (self.folder / 'film.colour.mkv').unlink()


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
        for subcommand in [], ['networks'], ['networks', 'add'], ['evaluate'], ['verify'], *[['serve']] * SERVES, *OF_ARCHIVES:
            for option in self.options(*subcommand):
                self.assertRegex(page, rf'{option}(?![a-z-])', subcommand)
        if shutil.which('man'):
            said = subprocess.run(['man', '--warnings', '-l', ROOT / 'tools/gst-colorize.1'], capture_output=True,
                                  text=True,
                                  env=os.environ | {'LC_ALL': 'C.UTF-8', 'MANPAGER': 'cat', 'LD_PRELOAD': ''})
            self.assertEqual((said.returncode, said.stderr), (0, ''))

    def words(self, option):
        """What an option takes, by the error message that lists it."""
        return self.refuse(option, 'nonsense', 'a', status=2).split('it takes ')[1].split('\n')[0].split(', ')

    def test_the_codecs_are_those_of_help_and_man_page(self):
        codecs = self.words('--codec')
        self.assertIn('h264', codecs)
        help_page = ' '.join(self.run_command('--help').stdout.split())
        self.assertIn(f'Encoder of films: {", ".join(codecs)}; default', help_page)
        page = (ROOT / 'tools/gst-colorize.1').read_text()
        named = re.search(r'\n\.BR \\-\\-codec .*?\nEncoder of films:\n(.*?)\nWithout it', page, re.DOTALL)[1]
        self.assertEqual([line.split()[1] for line in named.splitlines() if line != 'or'], codecs)

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
        self.assertEqual(complete('networks', 'add', '--'), self.options('networks', 'add'))
        self.assertEqual(complete('networks', ''), {'add'})
        self.assertEqual(complete('evaluate', '--'), self.options('evaluate'))
        if SERVES:
            self.assertEqual(complete('serve', '--'), self.options('serve'))
        for subcommand in OF_ARCHIVES:
            self.assertEqual(complete(*subcommand, '--'), self.options(*subcommand))
        self.assertEqual(complete('netw'), {'networks'})
        self.assertEqual(complete('--codec', 'h'), {'h264', 'h265'})
        for option in '--codec', '--progress':
            self.assertEqual(complete(option, ''), set(self.words(option)))


if __name__ == '__main__':
    unittest.main(verbosity=2)
