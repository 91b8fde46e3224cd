#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/slurm on two nodes that are this machine, and examples/parallel: what is killed is made by the next."""
import os
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from command import COMMAND, ROOT
from pieces import wait_for
from test_archive import ArchiveCase

EXAMPLES = ROOT / 'examples'
ENVIRONMENT = os.environ | {'PATH': f'{Path(COMMAND).parent}:{os.environ["PATH"]}:/usr/sbin:/sbin'}
# Waits for all that was submitted.
SUBMIT = f'"{EXAMPLES}/slurm/submit" work 4; until left=$(squeue --noheader) && [ -z "$left" ]; do sleep 0.3; done'


def have(*programs: str) -> bool:
    return all(shutil.which(program, path=ENVIRONMENT['PATH']) for program in programs)


def pieces_at_work(folder: Path) -> list[int]:
    """The processes that make a piece of the work in a folder."""
    found = []
    for process in Path('/proc').glob('[0-9]*'):
        try:
            line = (process / 'cmdline').read_bytes()
            if b'--make-piece' in line and os.fsencode(folder) in line:
                found.append(int(process.name))
        except OSError:
            pass
    return found


class Many(ArchiveCase):
    """Three films in nine pieces."""

    NAMES = 'film.mkv', 'b.mkv', 'c.mkv'

    def setUp(self):
        super().setUp()
        for name in self.NAMES[1:]:
            shutil.copy2(self.folder / 'film.mkv', self.folder / name)
        self.plan(*self.NAMES, pieces=9)

    def run_shell(self, command: str) -> subprocess.Popen:
        run = subprocess.Popen(['bash', '-euc', command], cwd=self.folder, env=ENVIRONMENT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.addCleanup(run.stdout.close)
        self.addCleanup(run.wait)
        self.addCleanup(lambda: run.poll() is None and os.killpg(run.pid, signal.SIGTERM))
        return run

    def check_all(self):
        logs = ''.join(log.read_text() for log in (self.folder / 'work').glob('log/*.txt'))
        for name in self.NAMES:
            self.assertTrue((self.folder / 'out' / name).exists(), f'{name} is missing\n{logs}')
            self.assertEqual((self.folder / 'out' / name).read_bytes(), self.whole)
        self.assertEqual(self.status()['joined'], 3)
        self.assertEqual(list((self.folder / 'work').rglob('*.partial')), [])

    @unittest.skipUnless(have('sbatch', 'slurmctld', 'slurmd', 'munged'), 'there is no Slurm here (slurm-wlm, munge)')
    def test_slurm(self):
        # A process is killed in mid-piece, and what it lacks is made when the same is submitted again.
        run = self.run_shell(f'"{EXAMPLES}/slurm/local-cluster" 2 bash -euc \'{SUBMIT}; {SUBMIT}\'')
        def kill_one() -> bool:
            for process in pieces_at_work(self.folder):
                try:
                    os.kill(process, signal.SIGKILL)
                    return True
                except ProcessLookupError:  # it has ended meanwhile
                    pass
            return False
        wait_for(kill_one, 120)
        said = run.communicate(timeout=400)[0]
        self.assertEqual(run.returncode, 0, said)
        self.check_all()

    @unittest.skipUnless(have('parallel'), 'there is no GNU parallel here (parallel)')
    def test_parallel(self):
        run = self.run_shell(f'"{EXAMPLES}/parallel/run" work')
        said = run.communicate(timeout=400)[0]
        self.assertEqual(run.returncode, 0, said)
        self.check_all()


if __name__ == '__main__':
    unittest.main()
