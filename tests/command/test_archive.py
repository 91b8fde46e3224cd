#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The work on many films by many machines: whatever happens, the films are those of one machine, bit for bit."""
import json
import os
import re
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from command import COMMAND, Case, is_built_with
from films import PHOTOGRAPH, launch, need
from pieces import OPTIONS, FilmCase, children, wait_for

# Of pieces that are caught while they are made: the same colour takes longer.
SLOW = '--inference-size', '320'
UNSTEADY = os.environ.get('COLORIZE_UNSTEADY')


class ArchiveCase(FilmCase):
    """A film whose result one machine makes, and whatever machines."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whole = (cls.shared / 'whole.mkv').read_bytes()

    def setUp(self):
        super().setUp()
        shutil.copy2(self.shared / 'film.mkv', self.folder / 'film.mkv')

    def plan(self, *names, pieces=3, options=OPTIONS, **more):
        said = self.run_command('plan', *(names or ('film.mkv',)), '--work', 'work', '-d', 'out', *options, **more)
        self.assertEqual(self.status()['pieces'], pieces)
        return said.stderr

    def piece(self, *words, status=0, **more) -> str:
        return self.run_command('piece', 'work', *words, status=status, **more).stderr

    def join(self, *words, status=0, **more) -> str:
        return self.run_command('join', 'work', *words, status=status, **more).stderr

    def status(self) -> dict:
        return json.loads(self.run_command('status', 'work', '--json').stdout)

    def begin(self, number) -> subprocess.Popen:
        """A process at its piece, of which it has written something."""
        run = subprocess.Popen([COMMAND, 'piece', 'work', str(number)], cwd=self.folder, text=True,
                               stderr=subprocess.PIPE)
        self.addCleanup(run.stderr.close)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        wait_for(lambda: list((self.folder / 'work').rglob('*.gdp.*.partial')))
        return run

    def check_film(self):
        for number in 1, 2, 3:
            self.piece(number)
        self.join()
        self.assertEqual((self.folder / 'out/film.mkv').read_bytes(), self.whole)
        self.run_command('verify', *(self.folder / 'out').glob('*.colour.json'))
        self.assertEqual([path for path in self.folder.rglob('*') if 'partial' in path.name or 'lease' in path.name], [])


class Archive(ArchiveCase):
    def test_whoever_makes_the_pieces_it_is_the_film_of_one_machine(self):
        self.plan()
        for number in 3, 1, 2:
            self.assertRegex(self.piece(number), f'piece {number} of 3: made in')
        self.assertEqual([self.status()[key] for key in ('made', 'left', 'ready', 'joined')], [3, 0, 1, 0])
        self.assertIn('is made already', self.piece(2))
        self.check_film()
        self.assertEqual([self.status()[key] for key in ('made', 'left', 'ready', 'joined')], [3, 0, 0, 1])
        self.assertIn('its film is made already', self.piece(2))
        self.assertEqual(self.join(), '')
        self.assertIn('3 of 3 pieces made', self.run_command('status', 'work').stdout)
        self.assertEqual([path.name for path in (self.folder / 'work').rglob('*.gdp')], [])

    def test_shares_are_all_of_it(self):
        for name in 'b.mkv', 'c.mkv':
            shutil.copy2(self.folder / 'film.mkv', self.folder / name)
        self.plan('film.mkv', 'b.mkv', 'c.mkv', pieces=9)
        lines = (self.folder / 'work/pieces.jsonl').read_text().splitlines()
        self.assertEqual(len({len(line) for line in lines}), 1)
        self.assertEqual([json.loads(line)['piece'] for line in lines], list(range(1, 10)))
        made = [re.findall(r'piece (\d+) of', self.piece('--share', f'{share}/4')) for share in range(1, 5)]
        self.assertEqual([int(number) for share in made for number in share], list(range(1, 10)))
        self.assertTrue(all(1 <= len(share) <= 4 for share in made), made)
        self.join()
        for name in 'film.mkv', 'b.mkv', 'c.mkv':
            self.assertEqual((self.folder / 'out' / name).read_bytes(), self.whole)

    def test_photographs_go_in_batches(self):
        for name in 'a', 'b':
            shutil.copy(PHOTOGRAPH, self.folder / f'{name}.jpg')
        (self.folder / 'bad.jpg').write_bytes(PHOTOGRAPH.read_bytes()[:5000])
        self.plan('a.jpg', 'bad.jpg', 'b.jpg', 'film.mkv', pieces=4)
        [plan] = (self.folder / 'work').rglob('batch.json')
        lost = plan.parent / 'photograph-0123456789abcdef.jpg.json.partial'  # who lost the lease is still at it
        lost.write_text('of another')
        said = [self.piece(number, status=None) for number in range(1, 5)]
        self.assertEqual(lost.read_text(), 'of another')
        batch = 1 + next(i for i, words in enumerate(said) if 'bad.jpg' in words)
        self.assertIn('bad.jpg', self.status()['failures'][0]['words'])
        said = self.join(status=1)
        self.assertIn(f'of 3 photographs in piece {batch}: ', said)
        self.assertIn('bad.jpg: is missing', said)
        self.assertEqual((self.folder / 'out/film.mkv').read_bytes(), self.whole)
        for name in 'a', 'b':
            self.run_command(f'{name}.jpg', *OPTIONS[:2])
            self.assertEqual((self.folder / f'out/{name}.jpg').read_bytes(),
                             (self.folder / f'{name}.colour.jpg').read_bytes())
        records = list((self.folder / 'out').glob('*.colour.json'))
        self.assertEqual(len(records), 3)
        self.run_command('verify', *records)

    def test_results_that_go_are_made_again(self):
        shutil.copy(PHOTOGRAPH, self.folder / 'a.jpg')
        self.plan('a.jpg', 'film.mkv', pieces=4)
        made = {}
        for _ in range(2):
            for number in range(1, 5):
                self.piece(number)
            self.join()
            results = [self.folder / 'out' / name for name in ('a.jpg', 'film.mkv')]
            for result in results:
                self.assertEqual(made.setdefault(result, result.read_bytes()), result.read_bytes())
                result.unlink()

    def test_photographs_stay_in_their_batch_when_more_come(self):
        for name in 'a', 'b':
            shutil.copy(PHOTOGRAPH, self.folder / f'{name}.jpg')
        self.plan('a.jpg', 'b.jpg', pieces=1)
        self.piece(1)
        shutil.copy(PHOTOGRAPH, self.folder / '0.jpg')
        self.plan('0.jpg', 'a.jpg', 'b.jpg', pieces=2)
        self.assertEqual([self.status()[key] for key in ('made', 'left')], [1, 1])
        self.assertEqual(sum('made in' in self.piece(number) for number in (1, 2)), 1)
        self.join()
        self.assertEqual(sorted(path.name for path in (self.folder / 'out').glob('*.jpg')), ['0.jpg', 'a.jpg', 'b.jpg'])

    def test_the_record_is_of_those_who_made_the_pieces(self):
        self.plan()
        for number in 1, 2, 3:
            self.piece(number)
        folder = next((self.folder / 'work').rglob('plan.json')).parent
        plan = (folder / 'plan.json').read_text()
        (folder / 'plan.json').write_text(plan.replace('"GStreamer":"GStreamer ', '"GStreamer":"GStreamer 0.'))
        self.assertIn('this machine would join it otherwise: GStreamer (GStreamer 0.', self.join(status=1))
        (folder / 'plan.json').write_text(plan)
        second = folder / 'picture0-00001.json'
        made = json.loads(second.read_text())
        second.write_text(json.dumps({**made, 'start': '2001-02-03T04:05:06Z'}))
        self.join()
        self.assertEqual(json.loads((self.folder / 'out/film.colour.json').read_text())['start'], '2001-02-03T04:05:06Z')

    def test_what_is_missing_is_said(self):
        self.plan()
        self.piece(2)
        self.assertIn('2 of 3 pieces are missing: 1, 3', self.join(status=1))
        self.assertFalse((self.folder / 'out').exists())
        self.assertIn('there is no piece 4', self.run_command('piece', 'work', 4, status=1).stderr)
        self.assertIn("'gst-colorize plan' makes it", self.run_command('piece', 'nowhere', 1, status=1).stderr)
        self.check_film()

    def test_a_plan_is_kept_where_it_is_as_before(self):
        self.plan()
        self.piece(1)
        shutil.copy2(self.folder / 'film.mkv', self.folder / 'b.mkv')
        self.plan('film.mkv', 'b.mkv', pieces=6)
        self.assertEqual(self.status()['made'], 1)
        self.assertIn('is there already', self.run_command('plan', 'film.mkv', '--work', 'other', '-o', 'b.mkv',
                                                           status=1).stderr)
        self.assertIn('nothing.mkv', self.run_command('plan', 'film.mkv', 'nothing.mkv', '--work', 'work', '-d', 'out',
                                                      *OPTIONS, status=1).stderr)
        self.assertEqual(self.status()['problems'][0]['input'], str(self.folder / 'nothing.mkv'))
        self.check_film_but_for('nothing.mkv')

    def check_film_but_for(self, name):
        for number in 1, 2, 3:
            self.piece(number)
        self.assertIn(name, self.join(status=1))
        self.assertEqual((self.folder / 'out/film.mkv').read_bytes(), self.whole)

    def test_a_worker_that_is_killed(self):
        self.plan(options=(*OPTIONS, *SLOW))
        run = self.begin(1)
        run.kill()
        run.wait()
        self.assertEqual(len(list((self.folder / 'work').rglob('*.lease'))), 1)
        self.assertEqual(self.status()['taken'], 0)
        self.assertEqual(list((self.folder / 'work').rglob('*.gdp')), [])
        self.check_film()

    def test_status_knows_who_gives_no_sign_of_life(self):
        self.plan()
        [folder] = (self.folder / 'work').glob('films/*/*')
        lease = folder / 'piece00001.lease'
        lease.write_text(json.dumps({'host': 'elsewhere', 'place': 'x', 'process': 1, 'start': '1', 'token': 'ab',
                                     'beats': '1'}))
        self.assertEqual([self.status()[key] for key in ('taken', 'stopped')], [1, 0])
        os.utime(lease, (0, lease.stat().st_mtime - 100))
        self.assertEqual([self.status()[key] for key in ('taken', 'stopped')], [0, 1])
        self.assertIn('0 at work, 0 failed, 1 stopped', self.run_command('status', 'work').stdout)

    def test_two_at_once_make_it_once(self):
        self.plan()
        runs = [subprocess.Popen([COMMAND, 'piece', 'work', '1'], cwd=self.folder, text=True, stderr=subprocess.PIPE)
                for _ in range(3)]
        said = [run.communicate(timeout=120)[1] for run in runs]
        self.assertEqual([run.returncode for run in runs], [0, 0, 0])
        self.assertEqual(''.join(said).count('made in'), 1, said)
        self.check_film()

    def test_a_process_that_is_killed_is_told_with_what_to_do(self):
        self.plan(options=(*OPTIONS, *SLOW))
        run = self.begin(1)
        os.kill(children(run.pid)[0], signal.SIGKILL)
        self.assertEqual(run.wait(120), 1)
        said = self.run_command('status', 'work').stdout
        self.assertIn('was killed', said)
        self.assertIn("'gst-colorize piece DIR N'", said)
        self.assertNotIn('--resume', said)

    def test_two_at_once_where_the_lease_was_lost(self):
        """As where a machine stood still for so long that it was taken for dead."""
        self.plan(options=(*OPTIONS, *SLOW))
        run = self.begin(1)
        stopped = run.pid, *children(run.pid)
        for process in reversed(stopped):
            os.kill(process, signal.SIGSTOP)
        next((self.folder / 'work').rglob('*.lease')).unlink()
        self.assertIn('made in', self.piece(1))
        for process in stopped:
            os.kill(process, signal.SIGCONT)
        self.assertEqual(run.wait(120), 0)
        self.check_film()

    def test_two_join_at_once_where_the_lease_was_lost(self):
        self.plan()
        for number in 1, 2, 3:
            self.piece(number)
        run = subprocess.Popen([COMMAND, 'join', 'work'], cwd=self.folder, text=True, stderr=subprocess.PIPE)
        self.addCleanup(run.stderr.close)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        wait_for(lambda: list(self.folder.glob('out/.film.mkv.parts/whole-*')) or run.poll() is not None)
        run.send_signal(signal.SIGSTOP)
        for lease in (self.folder / 'work').rglob('join.lease'):
            lease.unlink()
        self.join()
        run.send_signal(signal.SIGCONT)
        self.assertEqual(run.wait(120), 0, run.stderr.read())
        self.assertEqual(sorted(os.listdir(self.folder / 'out')), ['film.colour.json', 'film.mkv'])
        self.check_film()

    def test_bytes_that_rot_are_made_again(self):
        self.plan()
        for number in 1, 2, 3:
            self.piece(number)
        piece = sorted((self.folder / 'work').rglob('*.gdp'))[1]
        data = bytearray(piece.read_bytes())
        data[len(data) // 2] ^= 1
        piece.write_bytes(data)
        self.assertIn('1 of 3 pieces is missing: 2', self.join(status=1))
        self.assertFalse((self.folder / 'out').exists())
        self.assertIn('not those that were written', self.status()['failures'][0]['words'])
        self.assertIn('made in', self.piece(2))
        self.assertEqual(self.status()['failures'], [])
        self.check_film()

    def test_a_film_that_changes(self):
        self.plan()
        self.piece(1)
        os.utime(self.folder / 'film.mkv')
        self.assertIn('has changed since it was planned', self.piece(2, status=1))
        self.assertIn('has changed since it was planned', self.status()['failures'][0]['words'])
        for number in 1, 2, 3:
            self.piece(number, status=None)
        self.join(status=1)
        self.assertFalse((self.folder / 'out').exists())
        self.plan()
        self.check_film()

    def test_a_file_system_that_cuts_times_down(self):
        # Workers that see the film by SFTP and by SMB; the plan is of the machine that has the disk.
        second, planned = 1_700_000_000 * 10**9, 1_700_000_000_123_456_789
        def seen(time):
            os.utime(self.folder / 'film.mkv', ns=(time, time))
        seen(planned)
        self.plan()
        for number, time in (1, second), (2, planned // 100 * 100):
            seen(time)
            self.piece(number)
        for time in second - 10**9, second + 10**9, planned + 1:
            seen(time)
            self.assertIn('has changed since it was planned', self.piece(3, status=1))

    def test_a_disk_that_is_full(self):
        self.plan()
        limited = f'trap "" XFSZ; ulimit -f 10; exec "{COMMAND}" piece work 1'
        run = subprocess.run(['bash', '-c', limited], cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertEqual(list((self.folder / 'work').rglob('*.gdp')), [])
        self.check_film()

    def test_a_disk_that_is_read_only(self):
        self.plan()
        script = f'mount --bind work work && mount -o remount,bind,ro work && exec "{COMMAND}" piece work 1'
        unshared = ['unshare', '--mount', 'bash', '-c', script]
        if subprocess.run([*unshared[:-1], 'mount --bind work work'], cwd=self.folder, capture_output=True).returncode:
            self.skipTest('nothing can be mounted here')
        run = subprocess.run(unshared, cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertIn('Read-only file system', run.stderr)
        self.check_film()

    @unittest.skipUnless(UNSTEADY, 'the layer was not built')
    def test_a_file_system_that_forgets_itself(self):
        faults = self.folder / 'faults'
        faults.mkdir()
        for fault in ('fsync-EIO-1', 'fsync-ESTALE-1', 'fsync-ESTALE-2', 'rename-ESTALE-1', 'rename-ESTALE-2',
                      'rename-lost-1', 'rename-lost-2'):
            (faults / fault).touch()
        environment = {**os.environ, 'LD_PRELOAD': UNSTEADY, 'UNSTEADY': str(faults),
                       'UNSTEADY_PLACE': str(self.folder / 'work'), 'UNSTEADY_CLOCK': '3600'}
        self.plan()
        said = ''
        for _ in range(2):
            for number in 1, 2, 3:
                said += self.piece(number, status=None, env=environment)
        self.assertEqual(self.status()['made'], 3, said)
        self.assertEqual(said.count('Input/output error'), 1, said)
        self.assertEqual(said.count('made in'), 3, said)
        for fault in 'rename-lost-3', 'rename-ESTALE-3', 'fsync-ESTALE-3':
            (faults / fault).touch()
        self.join(env=environment)
        self.assertEqual(list(faults.iterdir()), [], 'faults that did not strike')
        self.check_film()


class PlannedAgain(Case):
    """What is there already, or goes; on one machine, which makes gray films."""

    def setUp(self):
        super().setUp()
        need('jpegenc', 'avenc_ffv1')
        launch('videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=64,height=48,framerate=5/1 ! jpegenc '
               '! matroskamux ! filesink location=film.mkv', self.folder)

    def plan(self, *words, status=0, **more) -> str:
        return self.run_command('plan', *words, '--work', 'work', '-d', 'out', '--to-gray', status=status,
                                **more).stderr

    def make(self):
        for number in range(1, self.status()['pieces'] + 1):
            self.run_command('piece', 'work', number)
        self.run_command('join', 'work')

    def status(self) -> dict:
        return json.loads(self.run_command('status', 'work', '--json').stdout)

    def test_a_result_of_another_plan_is_in_the_way_from_the_start(self):
        self.plan('film.mkv')
        self.make()
        state = (self.folder / 'film.mkv').stat()
        before = sorted((self.folder / 'work/films').rglob('*'))
        self.assertIn('is there already', self.plan('film.mkv', '--label', 'x', status=1))
        os.utime(self.folder / 'film.mkv')
        self.assertIn('is there already', self.plan('film.mkv', status=1))
        os.utime(self.folder / 'film.mkv', ns=(state.st_atime_ns, state.st_mtime_ns))
        self.assertEqual(sorted((self.folder / 'work/films').rglob('*')), before)
        self.plan('film.mkv')
        self.assertEqual(self.status()['joined'], 1)
        (self.folder / 'out/film.mkv').unlink()
        self.assertEqual([self.status()[key] for key in ('joined', 'left')], [0, 1])
        self.plan('film.mkv', '--label', 'x')
        self.make()
        self.plan('film.mkv', '--overwrite')
        self.assertEqual(self.status()['left'], 1)
        self.make()

    def test_status_says_what_join_refused(self):
        self.photo('a.png')
        self.plan('film.mkv', 'a.png')
        for number in 1, 2:
            self.run_command('piece', 'work', number)
        (self.folder / 'out').mkdir()
        results = [self.folder / 'out' / name for name in ('film.mkv', 'a.png')]
        for result in results:
            result.write_text('mine')
        for attempts in 1, 2:
            self.run_command('join', 'work', status=1)
            refused = {Path(one['input']).name: one for one in self.status()['refused']}
            self.assertEqual([refused[result.name]['attempts'] for result in results], [attempts] * 2)
        self.assertIn('appeared in the middle', refused['film.mkv']['words'])
        self.assertIn('is there already', refused['a.png']['words'])
        self.assertRegex(self.run_command('status', 'work').stdout, 'film.mkv could not be joined: .*appeared')
        for result in results:
            result.unlink()
        self.run_command('join', 'work')
        self.assertEqual([self.status()[key] for key in ('refused', 'joined')], [[], 2])

    def photographs(self, *names: str) -> list[Path]:
        """Photographs are planned; their results."""
        for name in names:
            if not (self.folder / name).exists():
                self.photo(name)
        self.plan(*names)
        return [self.folder / 'out' / name for name in names]

    def test_a_photograph_whose_name_is_taken_keeps_none_from_it(self):
        self.photo('a.png')
        self.photo('b.png')
        mine = self.folder / 'out/a.png'
        mine.parent.mkdir()
        mine.write_text('mine')
        self.assertIn('a.png is there already', self.plan('a.png', 'b.png', status=1))
        self.assertEqual([problem['input'] for problem in self.status()['problems']], [str(self.folder / 'a.png')])
        self.run_command('piece', 'work', 1)
        self.run_command('join', 'work', status=1)
        self.assertTrue((self.folder / 'out/b.png').exists())
        self.assertEqual(mine.read_text(), 'mine')
        mine.unlink()
        self.plan('a.png', 'b.png')
        self.assertEqual([self.status()[key] for key in ('joined', 'left')], [1, 1])
        self.make()
        self.assertIn('b.png is there already', self.plan('a.png', 'b.png', '--label', 'x', status=1))
        self.plan('a.png', 'b.png')
        self.assertEqual([self.status()[key] for key in ('joined', 'left')], [2, 0])

    def test_of_a_batch_what_is_missing_is_made_and_no_more(self):
        results = self.photographs('a.png', 'b.png', 'c.png')
        self.make()
        made = [result.read_bytes() for result in results]
        times = [result.stat().st_mtime_ns for result in results]
        os.truncate(results[1], 9)
        self.assertEqual([self.status()[key] for key in ('joined', 'left')], [0, 1])
        results[1].unlink()
        self.make()
        self.assertEqual([result.read_bytes() for result in results], made)
        self.assertEqual([result.stat().st_mtime_ns == time for result, time in zip(results, times)],
                         [True, False, True])
        # Where one goes from what is planned, and another one comes, what is made stays.
        self.photographs('a.png', 'c.png')
        self.assertEqual([self.status()[key] for key in ('pieces', 'left', 'joined')], [1, 0, 1])
        results[0].unlink()
        self.photographs('a.png', 'c.png', 'd.png')
        self.assertEqual([self.status()[key] for key in ('pieces', 'left', 'joined')], [2, 2, 0])
        for number in 1, 2:
            self.run_command('piece', 'work', number)
        self.run_command('join', 'work', 'c.png')  # which is not the first one, and has the others of its batch joined
        self.run_command('join', 'work', self.folder / 'out/d.png')
        self.assertEqual(self.status()['joined'], 2)
        self.assertEqual(results[0].read_bytes(), made[0])
        self.assertEqual(results[2].stat().st_mtime_ns, times[2])
        self.run_command('join', 'work', 'b.png', status=1)


class Levels(Case):
    """OpenCV gives other bits where AVX2 is missing."""

    WITHOUT = {**os.environ, 'OPENCV_CPU_DISABLE': 'AVX2,AVX512-SKX'}

    def setUp(self):
        super().setUp()
        need('avenc_ffv1')
        # Of 12 bits, since what it does otherwise is often less than a code of 8.
        launch('videotestsrc pattern=smpte num-buffers=6 '
               '! video/x-raw,format=I420_12LE,width=192,height=144,framerate=5/1 '
               '! avenc_ffv1 ! matroskamux ! filesink location=film.mkv', self.folder)
        self.results = {}
        for name, environment in ('with', os.environ), ('without', self.WITHOUT):
            self.run_command('film.mkv', '-o', f'{name}.mkv', '--codec', 'ffv1', env=environment)
            self.results[name] = (self.folder / f'{name}.mkv').read_bytes()
        if self.results['with'] == self.results['without']:
            self.skipTest('this processor has no AVX2, or OpenCV no code for it')

    def test_a_worker_takes_the_level_of_the_plan(self):
        for name, environment in ('with', os.environ), ('without', self.WITHOUT):
            self.run_command('plan', 'film.mkv', '--work', name, '-o', f'out/{name}.mkv', '--codec', 'ffv1',
                             env=environment)
        self.run_command('piece', 'without', 1)
        self.run_command('join', 'without')
        self.assertEqual((self.folder / 'out/without.mkv').read_bytes(), self.results['without'])
        said = self.run_command('piece', 'with', 1, status=1, env=self.WITHOUT).stderr
        self.assertIn('this machine would give it other bits: its processor lacks AVX2', said)
        self.run_command('piece', 'with', 1)
        self.run_command('join', 'with')
        self.assertEqual((self.folder / 'out/with.mkv').read_bytes(), self.results['with'])

    def test_who_plans_again_elsewhere_keeps_what_is_made(self):
        self.photo('a.png')

        def plan(work: str, environment):
            self.run_command('plan', 'film.mkv', 'a.png', '--work', work, '-d', f'out-{work}', '--codec', 'ffv1',
                             env=environment)
            return [self.run_command('piece', work, number, status=None, env=environment).stderr for number in (1, 2)]

        for said in plan('lower', self.WITHOUT), plan('higher', os.environ), plan('higher', self.WITHOUT):
            self.assertTrue(all('made in' in line for line in said), said)
        for said in plan('lower', os.environ):
            self.assertIn('is made already', said)
        for work in 'lower', 'higher':
            self.run_command('join', work)
            self.assertEqual((self.folder / f'out-{work}' / 'film.mkv').read_bytes(), self.results['without'])

    def test_resume_knows_it_too(self):
        options = '-o', 'o.mkv', '--codec', 'ffv1', '--keep-pieces'
        self.run_command('film.mkv', *options)
        said = self.run_command('film.mkv', *options, '--overwrite', env=self.WITHOUT).stderr
        self.assertIn('begins anew: not as before is processor', said)
        self.assertEqual((self.folder / 'o.mkv').read_bytes(), self.results['without'])


@unittest.skipUnless(is_built_with(b'libonnxruntime'), 'built without ONNX Runtime')
class LevelsOfOnnxRuntime(Case):
    """It chooses its kernels by the processor, and cannot be held to a level."""

    OPTIONS = '--codec', 'ffv1', '--engine', 'onnxruntime'
    NAME = 'processor for ONNX Runtime'

    def setUp(self):
        super().setUp()
        need('jpegenc', 'avenc_ffv1')
        launch('videotestsrc num-buffers=3 ! video/x-raw,format=I420,width=64,height=48,framerate=5/1 ! jpegenc '
               '! matroskamux ! filesink location=film.mkv', self.folder)

    def change_level(self, folder: Path, change):
        """Writes into the one plan there what it would have on a machine that is otherwise."""
        [file] = folder.rglob('plan.json')
        plan = json.loads(file.read_text())
        plan['made-with'][self.NAME] = change(plan['made-with'][self.NAME])
        file.write_text(json.dumps(plan))

    def test_a_worker_of_another_level_makes_nothing(self):
        for changed, words in ((lambda level: level + ' amx_of_there', 'lacks amx_of_there of'),
                               (lambda level: level.split()[0], 'has .* more than')):
            self.run_command('plan', 'film.mkv', '--work', 'work', '-d', 'out', *self.OPTIONS)
            self.change_level(self.folder / 'work', changed)
            said = self.run_command('piece', 'work', 1, status=1).stderr
            self.assertRegex(said, f'other bits: its processor {words} the plan\'s, and ONNX Runtime')
            self.assertEqual(list((self.folder / 'work').rglob('*.gdp')), [])
            shutil.rmtree(self.folder / 'work')

    def test_resume_knows_it_too(self):
        options = '-o', 'o.mkv', *self.OPTIONS, '--keep-pieces'
        self.run_command('film.mkv', *options)
        self.change_level(self.folder, lambda level: level + ' amx_of_there')
        said = self.run_command('film.mkv', *options, '--overwrite').stderr
        self.assertIn(f'begins anew: not as before is {self.NAME}', said)


if __name__ == '__main__':
    unittest.main()
