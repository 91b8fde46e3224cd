#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The work of a cluster while its daemons and processes are killed at random: are its films those of one machine?

    tests/chaos_archive.py [NODES [MINUTES [FILMS]]]

Starts examples/slurm/local-cluster with so many nodes (2), plans an archive of so many films (20) and submits it, again and
again, for so many minutes (10), in which every few seconds something is killed by signal 9: what makes a piece, what
waits for that, a task's slurmstepd, a node's slurmd, slurmctld; daemons come again after a while. Then it lets the work
end. Inside `meson devenv`, with Slurm; no test of every day.
"""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = os.environ.get('GST_COLORIZE') or shutil.which('gst-colorize')
OPTIONS = '--model', str(ROOT / 'tests/models/ab-constant.onnx'), '--codec', 'ffv1'
FILM = ('gst-launch-1.0 -q videotestsrc pattern={pattern} num-buffers=325 ! video/x-raw,format=I420,width=96,height=64,'
        'framerate=5/1 ! jpegenc ! matroskamux ! filesink location={name}')
PATTERNS = 'ball', 'smpte', 'snow', 'circular', 'zone-plate'


def processes(*words: bytes) -> list[int]:
    """Those of the cluster whose command line has such a word."""
    found, cluster = [], f'LOCAL_CLUSTER={os.environ["LOCAL_CLUSTER"]}'.encode()
    for process in Path('/proc').glob('[0-9]*'):
        try:
            line = (process / 'cmdline').read_bytes().split(b'\0')
            is_ours = cluster in (process / 'environ').read_bytes().split(b'\0')
        except OSError:
            continue
        if is_ours and any(word in part for part in line[:3] for word in words):
            found.append(int(process.name))
    return found


class Daemons:
    """The cluster's, which come again when they are killed."""

    def __init__(self, folder: Path, nodes: int):
        self.folder, self.nodes, self.own = folder, nodes, []

    def command(self, name: str) -> list[str]:
        return ['slurmctld', '-D'] if name == 'slurmctld' else ['slurmd', '-D', '-N', name]

    def kill(self, name: str) -> bool:
        try:
            os.kill(int((self.folder / f'{name}.pid').read_text()), signal.SIGKILL)
        except (OSError, ValueError):
            return False
        time.sleep(random.uniform(0.5, 3))
        self.own.append(subprocess.Popen(self.command(name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return True

    def end(self) -> None:
        for daemon in self.own:
            daemon.kill()
            daemon.wait()


def strike(daemons: Daemons) -> str:
    """Kills something; returns what."""
    kind = random.choice(['piece', 'piece', 'worker', 'slurmstepd', 'slurmd', 'slurmctld'])
    if kind == 'slurmd':
        return kind if daemons.kill(f'node{random.randint(1, daemons.nodes)}') else ''
    if kind == 'slurmctld':
        return kind if daemons.kill(kind) else ''
    words = {'piece': (b'--make-piece',), 'worker': (b'piece', b'join'), 'slurmstepd': (b'slurmstepd',)}[kind]
    try:
        os.kill(random.choice(processes(*words)), signal.SIGKILL)
    except (IndexError, OSError):
        return ''
    return kind


def is_idle() -> bool:
    said = subprocess.run(['squeue', '--noheader'], capture_output=True, text=True)
    return said.returncode == 0 and not said.stdout.strip()


def submit(work: Path) -> None:
    subprocess.run([ROOT / 'examples/slurm/submit', work, '8'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def work_through(folder: Path, films: list[Path], end: float, daemons: Daemons, killed: Counter) -> tuple[int, int]:
    """The archive once; returns how many pieces it has, and how often one was made."""
    work, out = folder / 'work', folder / 'out'
    subprocess.run([COMMAND, 'plan', *films, '--work', work, '-d', out, *OPTIONS], check=True, capture_output=True)
    while not all((out / film.name).exists() for film in films):
        submit(work)
        while not is_idle():
            time.sleep(random.uniform(0.5, 4))
            if time.monotonic() < end:
                killed[strike(daemons)] += 1
    for film in films:
        if (out / film.name).read_bytes() != (film.parent.parent / 'alone' / film.name).read_bytes():
            sys.exit(f'{film.name} is another film than that of one machine; see {folder}')
    logs = ''.join(log.read_text(errors='replace') for log in (work / 'log').glob('piece-*.txt'))
    pieces = int(re.search(r'^pieces=(\d+)', (work / 'request').read_text(), re.MULTILINE)[1])
    rest = [path.name for path in work.rglob('*') if path.suffix in ('.gdp', '.partial')]
    if rest:
        print('left behind:', *rest)
    return pieces, len(re.findall(r': made in', logs))


def inside(nodes: int, minutes: float, folder: Path) -> None:
    """What runs inside of the cluster."""
    films = sorted((folder / 'films').iterdir())
    daemons, killed = Daemons(Path(os.environ['LOCAL_CLUSTER']), nodes), Counter()
    begin = time.monotonic()
    try:
        for number in range(1000):
            before = time.monotonic()
            pieces, made = work_through(folder / str(number), films, begin + 60 * minutes, daemons, killed)
            print(f'round {number + 1}: {len(films)} films in {pieces} pieces are the same; made {made} times, in '
                  f'{time.monotonic() - before:.0f} s', flush=True)
            shutil.rmtree(folder / str(number))
            if time.monotonic() > begin + 60 * minutes:
                break
    finally:
        daemons.end()
    print('killed:', ', '.join(f'{count} {what or "nothing"}' for what, count in sorted(killed.items())))


def main() -> None:
    nodes, minutes, count = (float(word) for word in (sys.argv[1:4] + ['2', '10', '20'][len(sys.argv[1:4]):]))
    with tempfile.TemporaryDirectory(prefix='chaos-') as temporary:
        folder = Path(temporary)
        (folder / 'films').mkdir()
        (folder / 'alone').mkdir()
        for number in range(int(count)):
            name = folder / 'films' / f'{number:02}.mkv'
            subprocess.run(FILM.format(pattern=PATTERNS[number % len(PATTERNS)], name=name), shell=True, check=True)
        before = time.monotonic()
        subprocess.run([COMMAND, folder / 'films', '-d', folder / 'alone', *OPTIONS], check=True, capture_output=True)
        print(f'{int(count)} films by one machine, undisturbed: {time.monotonic() - before:.0f} s', flush=True)
        subprocess.run([ROOT / 'examples/slurm/local-cluster', str(int(nodes)), sys.executable, __file__, '--inside',
                        str(int(nodes)), str(minutes), temporary], check=True,
                       env=os.environ | {'PATH': f'{Path(COMMAND).parent}:{os.environ["PATH"]}:/usr/sbin:/sbin'})


if __name__ == '__main__':
    if sys.argv[1:2] == ['--inside']:
        inside(int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
