# SPDX-License-Identifier: LGPL-2.1-or-later
"""A film in pieces, and the processes at work on it; what the tests of interrupted and of divided work share."""
import os
import subprocess
import tempfile
import time
from pathlib import Path

from command import COMMAND, ROOT, Case
from films import launch, need

OPTIONS = '--model', str(ROOT / 'tests/models/ab-constant.onnx'), '--codec', 'ffv1'


def wait_for(what, seconds: float = 60):
    """What `what()` returns as soon as that is true."""
    end = time.monotonic() + seconds
    while True:
        try:
            if found := what():
                return found
        except FileNotFoundError:
            pass  # a folder that is removed while it is listed
        if time.monotonic() > end:
            raise AssertionError('it does not come')
        time.sleep(0.005)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(child) for task in Path(f'/proc/{pid}/task').iterdir()
                for child in (task / 'children').read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def launch_film(folder: Path, name: str, frames: int, pattern: str = 'ball', sound: bool = True) -> None:
    """A film of five frames a second, of which pieces have a hundred."""
    launch(f'videotestsrc pattern={pattern} num-buffers={frames} ! video/x-raw,format=I420,width=192,height=144,'
           f'framerate=5/1 ! jpegenc ! matroskamux name=mux ! filesink location={name} ' +
           (f'audiotestsrc num-buffers={frames * 2 // 5} samplesperbuffer=4000 ! audio/x-raw,rate=8000 ! vorbisenc '
            '! mux.' if sound else ''), folder)


class FilmCase(Case):
    """A film, and what one run makes of it, in a folder that all tests of a class share."""

    FRAMES = 325  # three pieces

    @classmethod
    def setUpClass(cls):
        need('jpegenc', 'avenc_ffv1', 'vorbisenc')
        temporary = tempfile.TemporaryDirectory(prefix="colorize's work ")
        cls.addClassCleanup(temporary.cleanup)
        cls.shared = Path(temporary.name)
        launch_film(cls.shared, 'film.mkv', cls.FRAMES)
        subprocess.run([COMMAND, cls.shared / 'film.mkv', '-o', cls.shared / 'whole.mkv', *OPTIONS], check=True,
                       capture_output=True)
