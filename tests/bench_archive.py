#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the work on an archive costs beside the films: plan, piece, status and join of FILMS films of PIECES pieces.

    tests/bench_archive.py [FILMS [PIECES [FOLDER]]]

10000 films of 20 pieces by default, whose plans are generated: each is a link to the same small film, and its folder is
what `gst-colorize plan` makes for one of them. Of the pieces half are there by name. Inside `meson devenv`.
"""
import hashlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILMS, PIECES = (int(word) for word in (sys.argv[1:3] + ['10000', '20'][len(sys.argv[1:3]):]))
COMMAND = os.environ.get('GST_COLORIZE', 'gst-colorize')
OPTIONS = '--to-gray', '--codec', 'ffv1'


def used() -> float:
    """Seconds of the processor, by all that has ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def run(*words: str, cwd: Path, trace: bool = False) -> tuple[float, float, str]:
    """Seconds, those of the processor, and the calls of the file system where they are traced."""
    begin, before = time.monotonic(), used()
    strace = ['strace', '-f', '-qq', '-c', '-e', 'trace=file,desc', '-o', 'calls'] if trace else []
    subprocess.run([*strace, COMMAND, *words], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - begin, used() - before, (cwd / 'calls').read_text() if trace else ''


def show(what: str, seconds: float, processor: float, count: int = 1, thing: str = 'run') -> None:
    print(f'{what:<44} {seconds:8.2f} s, {processor:8.2f} s of a processor: {1000 * processor / count:8.3f} ms a {thing}',
          flush=True)


def main(folder: Path) -> None:
    films = folder / 'films'
    films.mkdir()
    first = films / 'film00000.mkv'
    subprocess.run(f'gst-launch-1.0 -q videotestsrc num-buffers=100 ! video/x-raw,format=I420,width=64,height=48,framerate=5/1 '
                   f'! jpegenc ! matroskamux ! filesink location={first}', shell=True, check=True)
    show('plan of one film, with its survey', *run('plan', str(first), '--work', 'work', '-d', 'out', *OPTIONS, cwd=folder)[:2])
    made = next((folder / 'work/films').glob('*/*'))
    order, plan = (made / 'order.json').read_text(), (made / 'plan.json').read_text()
    piece = json.loads((made / 'pieces.json').read_text())['pieces'][0]
    for number in range(FILMS):
        name = f'film{number:05}.mkv'
        if number:
            os.link(first, films / name)
        digest = hashlib.sha256(str(folder / 'out' / name).encode()).hexdigest()
        place = folder / 'work/films' / digest[:2] / digest[2:18]
        place.mkdir(parents=True, exist_ok=True)
        own = order.replace(first.name, name)
        (place / 'order.json').write_text(own)
        (place / 'plan.json').write_text(plan.replace(first.name, name))
        (place / 'pieces.json').write_text(json.dumps(
            {'order': hashlib.sha256(own.encode()).hexdigest(), 'pieces': [piece] * PIECES}))
        for i in range(PIECES // 2):
            (place / f'picture0-{i:05}.gdp').touch()
            (place / f'picture0-{i:05}.json').touch()
    all_pieces = FILMS * PIECES
    show('plan again, of what is planned', *run('plan', 'films', '--work', 'work', '-d', 'out', *OPTIONS, cwd=folder)[:2],
         FILMS, 'film')
    lines = (folder / 'work/pieces.jsonl').stat().st_size
    print(f'{"pieces.jsonl":<44} {lines / 1e6:8.1f} MB, {lines // all_pieces} bytes a piece, of '
          f'{len((folder / "work/pieces.jsonl").read_text().splitlines())} pieces')
    for name, words in {'status': ['status', 'work', '--json'], 'join, of which nothing is whole': ['join', 'work']}.items():
        show(name, *run(*words, cwd=folder)[:2], all_pieces, 'piece')
        calls = run(*words, cwd=folder, trace=True)[2]
        found = re.findall(r'^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ )? *(\w+)$', calls, re.MULTILINE)
        print('   ' + ', '.join(f'{count} {call}' for count, call in found[:8] if call != 'total'))
    show('piece, one of the generated, which is refused', *run('piece', 'work', str(all_pieces), cwd=folder)[:2])


if __name__ == '__main__':
    where = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(prefix='archive-', dir=where) as temporary:
        main(Path(temporary))
