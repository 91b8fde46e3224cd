#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The work of a cluster while its daemons and processes are killed at random: are its films those of one machine?

    tests/chaos_archive.py [NODES [MINUTES [FILMS]]]

Starts examples/slurm/local-cluster with so many nodes (2), plans an archive of so many films (20) and submits it, again and
again, for so many minutes (10), in which every few seconds something is killed by signal 9: what makes a piece, what
waits for that, a task's slurmstepd, a node's slurmd, slurmctld; daemons come again after a while. Then it lets the work
end. The last node is ten times slower than the others. On each second node clocks are an hour ahead, and no process sees
those of other nodes, as where machines are apart (for root alone). Inside `meson devenv`, with Slurm; no test of every
day.
"""
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMAND = os.environ.get('GST_COLORIZE') or shutil.which('gst-colorize')
OPTIONS = '--model', str(ROOT / 'tests/models/ab-constant.onnx'), '--codec', 'ffv1'
FILM = ('gst-launch-1.0 -q videotestsrc pattern={pattern} num-buffers=325 ! video/x-raw,format=I420,width=96,height=64,'
        'framerate=5/1 ! jpegenc ! matroskamux ! filesink location={name}')
PATTERNS = 'ball', 'smpte', 'snow', 'circular', 'zone-plate'
# What stands for gst-colorize on the nodes.
WORKER = """#!/bin/sh
apart=
case $SLURMD_NODENAME in
*[02468])
  export LD_PRELOAD="$COLORIZE_UNSTEADY" UNSTEADY_CLOCK=3600
  [ "$(id -u)" -ne 0 ] || apart='unshare --pid --fork --kill-child --mount-proc' ;;
esac
exec $apart '{command}' "$@"
"""


def processes(*words: bytes, node: str = '') -> list[Path]:
    """Those of the cluster, or of one of its nodes, whose command line has such a word."""
    found, wanted = [], {f'LOCAL_CLUSTER={os.environ["LOCAL_CLUSTER"]}'.encode()}
    if node:
        wanted.add(f'SLURMD_NODENAME={node}'.encode())
    for process in Path('/proc').glob('[0-9]*'):
        try:
            line = (process / 'cmdline').read_bytes().split(b'\0')[:3]
            if any(word in part for part in line for word in words) and \
                    wanted <= set((process / 'environ').read_bytes().split(b'\0')):
                found.append(process)
        except OSError:
            continue
    return found


def step_daemons() -> list[Path]:
    """Each slurmstepd, whose title stands where its environment was, by what it runs: a job's script."""
    found = []
    for script in processes(b'slurm_script'):
        try:
            parent = Path('/proc') / (script / 'stat').read_text().rpartition(')')[2].split()[1]
            if b'slurmstepd' in (parent / 'cmdline').read_bytes():
                found.append(parent)
        except OSError:
            continue
    return found


class Watch(threading.Thread):
    """Has the processes of a node work a tenth of the time, and counts the processes that make pieces on all nodes."""

    def __init__(self, slow_node: str):
        super().__init__(daemon=True)
        self.slow_node, self.begun, self.is_over = slow_node, set(), threading.Event()

    def run(self) -> None:
        while not self.is_over.is_set():
            self.send(signal.SIGSTOP)
            for _ in range(3):
                self.look()
                time.sleep(0.3)
            self.send(signal.SIGCONT)
            time.sleep(0.1)

    def send(self, number: int) -> None:
        for process in processes(b'piece', node=self.slow_node):
            try:
                os.kill(int(process.name), number)
            except OSError:
                pass

    def look(self) -> None:
        for process in processes(b'--make-piece'):
            try:
                start = (process / 'stat').read_text().rpartition(')')[2].split()[19]
            except OSError:
                continue
            self.begun.add((process.name, start))

    def end(self) -> int:
        """Returns how many there were."""
        self.is_over.set()
        self.join()
        return len(self.begun)


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
    words = {'piece': (b'--make-piece',), 'worker': (b'piece', b'join')}
    try:
        struck = random.choice(processes(*words[kind]) if kind in words else step_daemons())
        os.kill(int(struck.name), signal.SIGKILL)
    except (IndexError, OSError):
        return ''
    return kind


def is_idle() -> bool:
    said = subprocess.run(['squeue', '--noheader'], capture_output=True, text=True)
    return said.returncode == 0 and not said.stdout.strip()


def administer(nodes: int) -> None:
    """What a cluster's administrator does after such a day: nodes that were set aside come back, held jobs are let go."""
    quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
    subprocess.run(['scontrol', 'update', f'NodeName=node[1-{nodes}]', 'State=RESUME'], **quiet)
    subprocess.run(['scontrol', 'reconfigure'], **quiet)  # or tasks whose slurmstepd was killed run for ever
    said = subprocess.run(['squeue', '--noheader', '--array', '--format=%i %r'], capture_output=True, text=True).stdout
    for job, reason in (line.split(' ', 1) for line in said.splitlines() if ' ' in line):
        if 'held' in reason:
            subprocess.run(['scontrol', 'release', job], **quiet)
        if reason == 'BeginTime':  # two minutes after a failure
            subprocess.run(['scontrol', 'update', f'JobId={job}', 'StartTime=now'], **quiet)


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
            administer(daemons.nodes)
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
    watch = Watch(f'node{nodes}')
    watch.start()
    begin = time.monotonic()
    all_pieces = 0
    try:
        for number in range(1000):
            before = time.monotonic()
            pieces, made = work_through(folder / str(number), films, begin + 60 * minutes, daemons, killed)
            all_pieces += pieces
            print(f'round {number + 1}: {len(films)} films in {pieces} pieces are the same; finished {made} times, in '
                  f'{time.monotonic() - before:.0f} s', flush=True)
            shutil.rmtree(folder / str(number))
            if time.monotonic() > begin + 60 * minutes:
                break
    finally:
        daemons.end()
        begun = watch.end()
        print('killed:', ', '.join(f'{count} {what or "nothing"}' for what, count in sorted(killed.items())))
    # A task has all of a node: whatever is killed there ends one piece, and slurmctld may lose sight of them all.
    explained = sum(count * (nodes if what == 'slurmctld' else 1) for what, count in killed.items() if what)
    print(f'{all_pieces} pieces were begun {begun} times')
    if begun - all_pieces > explained:
        sys.exit(f'that is more than {explained} that were killed explain')


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
        worker = folder / 'bin/gst-colorize'
        worker.parent.mkdir()
        worker.write_text(WORKER.format(command=COMMAND))
        worker.chmod(0o755)
        subprocess.run([ROOT / 'examples/slurm/local-cluster', str(int(nodes)), sys.executable, __file__, '--inside',
                        str(int(nodes)), str(minutes), temporary], check=True,
                       env=os.environ | {'PATH': f'{worker.parent}:{os.environ["PATH"]}:/usr/sbin:/sbin'})


if __name__ == '__main__':
    if sys.argv[1:2] == ['--inside']:
        inside(int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
