#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The work on a film: what is damaged is made again, what is not ours is left alone, one film's crash is its own."""
import json
import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from command import COMMAND
from pieces import OPTIONS, FilmCase, children, launch_film, wait_for
from test_film import pictures


def is_alive(pid: int) -> bool:
    try:
        return Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] not in 'ZX'
    except (FileNotFoundError, ProcessLookupError):
        return False


class Resume(FilmCase):
    """Each test goes on from the same work, which was killed after two pieces."""

    FRAMES = 525  # five pieces

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        launch_film(cls.shared, 'other.mkv', cls.FRAMES, 'smpte')
        cls.pictures = pictures(cls.shared / 'whole.mkv', 'video/x-ffv')
        assert len(cls.pictures) == cls.FRAMES
        cls.kill_after_two('film.mkv', '.o.mkv.parts')
        cls.kill_after_two('other.mkv', '.other.o.mkv.parts')

    @classmethod
    def kill_after_two(cls, name: str, folder: str):
        work = cls.shared / folder
        run = cls.begin(cls.shared / name, cls.shared / folder[1:-6])
        wait_for((work / 'picture0-00001.gdp').exists)
        run.kill()
        run.communicate()
        assert work.exists(), 'it was done before it could be killed'

    @staticmethod
    def begin(given: Path, result: Path, *options: str) -> subprocess.Popen:
        run = subprocess.Popen([COMMAND, str(given), '-o', str(result), *OPTIONS, *options], text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return run

    def setUp(self):
        super().setUp()
        self.given, self.result = self.shared / 'film.mkv', self.folder / 'o.mkv'
        self.parts = self.folder / '.o.mkv.parts'

    def colorize(self, *options: str, status: int = 0) -> str:
        said = self.run_command(self.given, '-o', self.result, *OPTIONS, *options, status=status).stderr
        if status == 0:
            self.assertFalse(self.parts.exists())
        return said

    def resume(self) -> str:
        said = self.colorize('--resume')
        self.assertEqual(pictures(self.result, 'video/x-ffv'), self.pictures)
        return said

    def take_up(self) -> tuple[Path, Path]:
        """The work of the killed run; its first two pieces."""
        shutil.copytree(self.shared / '.o.mkv.parts', self.parts)
        return self.parts / 'picture0-00000.gdp', self.parts / 'picture0-00001.gdp'

    def test_whole_pieces_are_not_made_again(self):
        self.take_up()
        said = self.run_command(self.given, '-o', self.result, *OPTIONS, '--resume', '--progress', 'json')
        lines = [json.loads(line) for line in (said.stdout + said.stderr).splitlines() if line.startswith('{')]
        made = max(line.get('frames', 0) for line in lines)
        print('frames that are made after two of five pieces:', made)
        self.assertIn(made, range(200, 330))
        self.assertNotIn('made again', said.stdout + said.stderr)

    def test_a_damaged_piece_is_made_again(self):
        def swapped(piece, other):
            name = piece.with_suffix('.x')
            piece.rename(name)
            other.rename(piece)
            name.rename(other)

        def swapped_with_their_records(piece, other):
            swapped(piece, other)
            swapped(piece.with_suffix('.json'), other.with_suffix('.json'))

        def of_another_film(piece, _):
            for file in piece, piece.with_suffix('.json'):
                shutil.copy(self.shared / '.other.o.mkv.parts' / file.name, file)

        def with_one_bit_changed(piece, _):
            data = bytearray(piece.read_bytes())
            data[len(data) // 2] ^= 1
            piece.write_bytes(data)

        for damage in (swapped, swapped_with_their_records, of_another_film, with_one_bit_changed,
                       lambda piece, _: piece.write_bytes(os.urandom(100_000)),
                       lambda piece, _: piece.write_bytes(piece.read_bytes()[:piece.stat().st_size * 6 // 10]),
                       lambda piece, _: piece.write_bytes(b''),
                       lambda piece, _: piece.with_suffix('.json').unlink(),
                       lambda piece, _: piece.with_suffix('.json').write_bytes(os.urandom(500))):
            with self.subTest(damage.__name__):
                damage(*self.take_up())
                self.assertIn('piece 1 of 5 is made again', self.resume())
                self.result.unlink()

    def test_a_plan_that_lacks_something_is_made_anew(self):
        self.take_up()
        plan = self.parts / 'plan.json'
        whole = json.loads(plan.read_text())
        plan.write_text(json.dumps({key: whole[key] for key in ('version', 'film', 'recipe', 'made-with')}))
        self.assertIn('begins anew: not as before is its plan', self.resume())

    def test_another_library_for_the_network_begins_anew(self):
        self.take_up()
        plan = self.parts / 'plan.json'
        whole = json.loads(plan.read_text())
        self.assertRegex(whole['made-with']['engine'], r'^(OpenCV|ONNX Runtime) \d')
        whole['made-with']['engine'] = 'OpenCV 1.0'
        plan.write_text(json.dumps(whole))
        self.assertIn('begins anew: not as before is engine ("OpenCV 1.0"', self.resume())

    def test_a_piece_that_is_not_of_the_film_stays_out_of_it(self):
        piece, _ = self.take_up()
        shutil.copy(piece, self.parts / 'picture0-99999.gdp')
        self.assertIn('picture0-99999.gdp', self.resume())

    def test_a_folder_that_is_not_ours_is_left_as_it_is(self):
        def with_notes():
            self.parts.mkdir()
            (self.parts / 'notes.txt').write_text('precious')

        def link():
            (self.folder / 'papers').mkdir()
            (self.folder / 'papers' / 'plan.json').write_text('precious')
            self.parts.symlink_to('papers')

        def link_to_work():
            shutil.copytree(self.shared / '.o.mkv.parts', self.folder / 'papers')
            self.parts.symlink_to('papers')

        def without_our_words():
            self.take_up()
            (self.parts / 'lock').write_text('')

        def ours_with_something_else():
            self.take_up()
            (self.parts / 'notes.txt').write_text('precious')

        def ours_with_a_link():
            piece, _ = self.take_up()
            (self.folder / 'papers').write_text('precious')
            piece.with_name(piece.name + '.partial').symlink_to(self.folder / 'papers')

        for kind in (with_notes, link, link_to_work, without_our_words, ours_with_something_else, ours_with_a_link,
                     lambda: self.parts.write_text('precious')):
            for options in [], ['--resume']:
                with self.subTest(kind.__name__, options=options):
                    kind()
                    said = self.refuse(self.given, '-o', self.result, *OPTIONS, *options)
                    self.assertIn('.o.mkv.parts', said)
                    self.assertIn('move it away', said)
                    for path in self.parts, self.folder / 'papers':
                        if path.is_symlink() or path.is_file():
                            path.unlink()
                        elif path.exists():
                            shutil.rmtree(path)

    def test_an_empty_folder_of_its_name_is_taken(self):
        self.parts.mkdir()
        self.colorize()

    def disturb(self, disturb, *options: str) -> tuple[int, str]:
        """Begins the work and disturbs it after its first piece. Its exit status and what it said."""
        run = self.begin(self.given, self.result, *options)
        wait_for((self.parts / 'picture0-00000.gdp').exists)
        disturb()
        _, said = run.communicate(timeout=120)
        return run.returncode, said

    def test_a_result_that_appears_meanwhile_is_kept(self):
        status, said = self.disturb(lambda: self.result.write_text('precious'))
        self.assertEqual((status, self.result.read_text()), (1, 'precious'), said)
        self.assertIn('appeared', said)
        self.result.unlink()
        self.assertNotIn('made again', self.resume())

    def test_a_link_to_nothing_is_a_result_that_is_there(self):
        self.result.symlink_to('nothing')
        self.assertIn('is there already', self.refuse(self.given, '-o', self.result, *OPTIONS))

    def test_a_result_that_appears_meanwhile_is_overwritten_where_that_is_wanted(self):
        status, said = self.disturb(lambda: self.result.write_text('worthless'), '--overwrite')
        self.assertEqual(status, 0, said)
        self.assertEqual(pictures(self.result, 'video/x-ffv'), self.pictures)

    def test_a_film_that_changes_meanwhile_is_named(self):
        silent = self.folder / 'silent.mkv'
        launch_film(self.folder, silent.name, self.FRAMES, sound=False)
        for word, change in (('replaced', lambda: silent.rename(self.given)), ('went away', lambda: self.given.unlink()),
                             ('changed', lambda: os.truncate(self.given, self.given.stat().st_size // 2))):
            with self.subTest(word):
                self.given = self.folder / 'film.mkv'
                shutil.copy(self.shared / 'film.mkv', self.given)
                shutil.rmtree(self.parts, ignore_errors=True)
                status, said = self.disturb(change)
                self.assertEqual(status, 1)
                self.assertIn(word, said)
                self.assertFalse(self.result.exists())

    def test_a_film_of_which_nothing_can_be_decoded_fails_and_leaves_nothing(self):
        data = self.given.read_bytes()
        frames = [(data.index(frame), len(frame)) for frame in pictures(self.given, 'image/jpeg')]
        self.given = self.folder / 'film.mkv'
        for place, length in frames:
            data = data[:place] + b'\0' * length + data[place + length:]
        self.given.write_bytes(data)
        self.refuse(self.given, '-o', self.result, *OPTIONS)
        self.assertFalse(self.parts.exists())

    def test_the_longest_name_works(self):
        self.result = self.folder / ('ö' * 125 + 'x.mkv')  # 255 bytes
        self.assertEqual(len(os.fsencode(self.result.name)), 255)
        self.colorize()
        self.assertEqual(sorted(self.files()), [self.result.name])
        self.assertEqual(os.listdir(self.folder), [self.result.name])

    def test_a_decoder_that_crashes_leaves_nothing_and_the_next_film_is_made(self):
        folder = self.folder / 'films'
        folder.mkdir()
        # Of gray with 10 bits, which is the end of GStreamer 1.22's avdec_ffv1; others refuse it or decode it.
        made = subprocess.run(['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=10:d=0.3', '-pix_fmt',
                               'gray10le', '-c:v', 'ffv1', folder / '1.mkv']) if shutil.which('ffmpeg') else None
        if not made or made.returncode:
            self.skipTest('no ffmpeg makes FFV1 of gray with 10 bits here')
        shutil.copy(self.given, folder / '2.mkv')
        out = self.folder / 'out'
        run = subprocess.run([COMMAND, str(folder), '--output-dir', str(out), *OPTIONS], text=True,
                             capture_output=True, timeout=120)
        self.assertIn(run.returncode, (0, 1))
        self.assertEqual(run.returncode == 0, (out / '1.mkv').exists())
        if 'crashed' in run.stderr:
            self.assertRegex(run.stderr, r'1\.mkv.*avdec_ffv1')
        self.assertEqual([file.name for file in out.iterdir() if file.name != '1.mkv'], ['2.mkv'])

    def making(self) -> tuple[subprocess.Popen, int]:
        """A run, and its process for the first piece, which has begun."""
        run = self.begin(self.given, self.result)
        wait_for((self.parts / 'picture0-00000.gdp.partial').exists)
        return run, wait_for(lambda: children(run.pid))[0]

    def test_what_is_stopped_or_killed_leaves_no_process(self):
        for how, status in (signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9):
            with self.subTest(how.name):
                run, child = self.making()
                run.send_signal(how)
                self.assertEqual(run.wait(30), status)
                wait_for(lambda: not is_alive(child), 5)
                run.stderr.close()

    def test_a_crash_is_the_failure_of_one_film(self):
        folder = self.folder / 'films'
        folder.mkdir()
        for name in '1.mkv', '2.mkv', '3.mkv':
            shutil.copy(self.given, folder / name)
        out = self.folder / 'out'
        run = subprocess.Popen([COMMAND, str(folder), '--output-dir', str(out), *OPTIONS], text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        second = out / '.2.mkv.parts' / 'picture0-00001.gdp.partial'
        wait_for(lambda: second.exists() and second.stat().st_size)
        os.kill(wait_for(lambda: children(run.pid))[0], signal.SIGABRT)  # of SIGSEGV sanitizers make an exit
        _, said = run.communicate(timeout=120)
        self.assertEqual(run.returncode, 1)
        self.assertRegex(said, r'2\.mkv.*crashed.*jpegdec')
        self.assertEqual(sorted(file.name for file in out.iterdir()), ['.2.mkv.parts', '1.mkv', '3.mkv'])
        self.assertEqual(pictures(out / '3.mkv', 'video/x-ffv'), self.pictures)


if __name__ == '__main__':
    unittest.main()
