#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a frame costs through the element, side by side with the recipe that everybody copies, in one run.

    bench_element.py [--rounds 5] [--model NAME] [--quick] [--json FILE]

The recipe is OpenCV's own sample of Zhang, Isola and Efros, "Colorful Image Colorization" (2016), as it stands in a
hundred tutorials: BGR as floats to Lab, L* at 224x224 through the network, a*b* stretched to the frame, Lab to BGR, 8
bits. Its network here has the true shape and weights that were never trained (make_zhang2016.py), which cost the same.

Frames are in memory already and are pushed into the element's pad; there is no decoder, encoder or display. All take
turns in each round, so that what else the machine does falls on all alike; the median of the rounds counts, in
milliseconds by the clock, with all processors and on one. "beside the network" runs it on one frame of a hundred. A
copy of the frame stands beside them, and so does what a whole process with the element takes of memory.

`--json` leaves it for compare_benchmarks.py, as `meson test --benchmark` does where COLORIZE_BENCHMARK names the file.
"""
from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import gi
import numpy as np

gi.require_version('Gst', '1.0')
gi.require_version('GstVideo', '1.0')
from gi.repository import Gst, GstVideo  # noqa: E402

from make_zhang2016 import bins  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
SIZES = ((854, 480), (1280, 720), (1920, 1080), (3840, 2160))
FORMATS = ('GRAY8', 'NV12', 'Y444', 'UYVY', 'RGB', 'BGRx', 'I420_10LE', 'P010_10LE')
FILM = 8  # frames of a moving picture, which come again and again
STREAMS = 4


@dataclass
class Figure:
    format: str
    step: str
    median: float
    fastest: float
    slowest: float


@dataclass
class Work:
    format: str
    step: str
    frames: int  # that a call of `run` makes
    run: Callable[[], object]


def film(width: int, height: int) -> list[np.ndarray]:
    """A photograph that moves by two pixels a frame: (height, width), 8 bits."""
    photograph = cv2.imread(str(ROOT / 'docs/monochrome.jpg'), cv2.IMREAD_GRAYSCALE)
    wide = cv2.resize(photograph, (width + 2 * FILM, height), interpolation=cv2.INTER_CUBIC)
    return [np.ascontiguousarray(wide[:, 2 * i:2 * i + width]) for i in range(FILM)]


def caps_of(format: str, width: int, height: int) -> Gst.Caps:
    return Gst.Caps.from_string(f'video/x-raw,format={format},width={width},height={height},framerate=25/1')


class Fed:
    """The element between a pad that frames are pushed into and a fakesink."""

    def __init__(self, format: str, width: int, height: int, properties: dict[str, object]):
        self.pipeline = Gst.parse_launch('colorize name=colorize ! fakesink async=false')
        for name, value in properties.items():
            Gst.util_set_object_arg(self.pipeline.get_by_name('colorize'), name, str(value))
        self.pad = Gst.Pad.new('feed', Gst.PadDirection.SRC)
        self.pad.set_active(True)
        self.pad.link(self.pipeline.get_by_name('colorize').get_static_pad('sink'))
        if self.pipeline.set_state(Gst.State.PLAYING) == Gst.StateChangeReturn.FAILURE:
            sys.exit(self.error())
        caps, segment = caps_of(format, width, height), Gst.Segment()
        segment.init(Gst.Format.TIME)
        for event in Gst.Event.new_stream_start('film'), Gst.Event.new_caps(caps), Gst.Event.new_segment(segment):
            self.pad.push_event(event)
        gray = caps_of('GRAY8', width, height)
        self.frames = []
        for picture in film(-(-width // 4) * 4, height):  # rows as GStreamer has them, a multiple of four bytes
            sample = Gst.Sample.new(Gst.Buffer.new_wrapped(picture.tobytes()), gray, None, None)
            buffer = GstVideo.video_convert_sample(sample, caps, Gst.CLOCK_TIME_NONE).get_buffer()
            self.frames.append(buffer.extract_dup(0, buffer.get_size()))
        self.pushed = 0

    def push(self, frames: int) -> None:
        for _ in range(frames):
            buffer = Gst.Buffer.new_wrapped(self.frames[self.pushed % FILM])
            buffer.pts, buffer.duration = self.pushed * Gst.SECOND // 25, Gst.SECOND // 25
            self.pushed += 1
            if self.pad.push(buffer) != Gst.FlowReturn.OK:
                sys.exit(self.error())

    def error(self) -> str:
        message = self.pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
        return message.parse_error()[0].message if message else 'The element takes no frame'


class Recipe:
    def __init__(self, folder: Path):
        subprocess.run([sys.executable, ROOT / 'tests/make_zhang2016.py', folder], check=True)
        self.net = cv2.dnn.readNetFromCaffe(str(folder / 'colorization_deploy_v2.prototxt'),
                                            str(folder / 'colorization_release_v2.caffemodel'))
        self.net.getLayer(self.net.getLayerId('class8_ab')).blobs = [bins().T.reshape(2, 313, 1, 1)]
        self.net.getLayer(self.net.getLayerId('conv8_313_rh')).blobs = [np.full((1, 313), 2.606, np.float32)]

    def colorize(self, frame: np.ndarray) -> np.ndarray:
        """A frame of BGR, line by line as the tutorials have it."""
        scaled = frame.astype('float32') / 255.0
        lab = cv2.cvtColor(scaled, cv2.COLOR_BGR2LAB)
        resized = cv2.resize(lab, (224, 224))
        lightness = cv2.split(resized)[0]
        lightness -= 50
        self.net.setInput(cv2.dnn.blobFromImage(lightness))
        ab = self.net.forward()[0, :, :, :].transpose((1, 2, 0))
        ab = cv2.resize(ab, (frame.shape[1], frame.shape[0]))
        lightness = cv2.split(lab)[0]
        coloured = np.concatenate((lightness[:, :, np.newaxis], ab), axis=2)
        coloured = cv2.cvtColor(coloured, cv2.COLOR_LAB2BGR)
        coloured = np.clip(coloured, 0, 1)
        return (255 * coloured).astype('uint8')


def engines() -> list[str]:
    """Those that were built in. Asked in other processes: Debian's cv2 brings libunwind, which exceptions do not pass."""
    if Gst.ElementFactory.make('colorize').find_property('engine') is None:
        return ['']  # of builds before there was a choice, for comparison
    line = 'gst-launch-1.0 -q videotestsrc num-buffers=1 ! colorize engine={} ! fakesink'
    return [name for name in ('opencv', 'onnxruntime')
            if subprocess.run(line.format(name).split(), stderr=subprocess.DEVNULL).returncode == 0]


def streams_of(count: int, properties: dict[str, object]) -> Callable[[], None]:
    """Each of them from a thread of its own, a frame."""
    feeds = [Fed('I420', *SIZES[0], properties) for _ in range(count)]

    def run() -> None:
        threads = [threading.Thread(target=fed.push, args=(FILM,)) for fed in feeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return run


def works(model: str, quick: bool, one: bool, recipe: Recipe | None) -> list[Work]:
    """All that is measured; with `one` processor the middle size alone."""
    templates = Gst.ElementFactory.find('colorize').get_static_pad_templates()
    takes = next(t for t in templates if t.direction == Gst.PadDirection.SINK).get_caps()
    found = []

    def element(format: str, width: int, height: int, step: str, frames: int = FILM, **properties) -> None:
        named = {'model': model} | {name.replace('_', '-'): value for name, value in properties.items() if value != ''}
        fed = Fed(format, width, height, named)
        found.append(Work(f'{format} {width}x{height}', step, frames, lambda: fed.push(frames)))

    for width, height in SIZES[2:3] if one else SIZES[::2] if quick else SIZES:
        bgr = cv2.cvtColor(film(width, height)[0], cv2.COLOR_GRAY2BGR)
        if recipe:
            found.append(Work(f'BGR {width}x{height}', 'recipe', 1, lambda bgr=bgr: recipe.colorize(bgr)))
        source = np.ones(width * height * 3 // 2, np.uint8)
        target = np.zeros_like(source)
        found.append(Work(f'I420 {width}x{height}', 'copy', FILM, lambda target=target, source=source: [
            np.copyto(target, source) for _ in range(FILM)]))
        for engine in engines():
            for interval in 1, 2, 4:
                element('I420', width, height, f'interval {interval}{engine and ", "}{engine}',
                        inference_interval=interval, engine=engine)
        element('I420', width, height, 'beside the network', frames=25, inference_interval=100)
    for format in FORMATS if not quick and not one else ():
        if takes.can_intersect(caps_of(format, *SIZES[2])):
            element(format, *SIZES[2], 'beside the network', frames=25, inference_interval=100)
    for count in (1, 2, STREAMS) if not quick and not one else ():
        found.append(Work(f'I420 {SIZES[0][0]}x{SIZES[0][1]}', f'{count} streams, a frame of each', FILM,
                          streams_of(count, {'model': model})))
    return found


def measure(all_works: list[Work], rounds: int, where: str) -> list[Figure]:
    times: list[list[float]] = [[] for _ in all_works]
    for n in range(rounds + 1):  # the first one makes tables and takes memory
        for work, of in zip(all_works, times):
            start = time.monotonic()
            work.run()
            if n:
                of.append((time.monotonic() - start) * 1000 / work.frames)
    return [Figure(work.format, work.step + where, statistics.median(of), min(of), max(of))
            for work, of in zip(all_works, times)]


def memory(model: str, width: int, height: int) -> float:
    """MB that a process takes at most, all libraries included."""
    process = subprocess.Popen(['gst-launch-1.0', '-q', 'videotestsrc', 'num-buffers=100', '!',
                                caps_of('I420', width, height).to_string(), '!', 'colorize', f'model={model}', '!',
                                'fakesink'])
    most = 0
    while process.poll() is None:  # what wait4() tells has this process in it, which it was forked from
        lines = Path(f'/proc/{process.pid}/status').read_text().splitlines()
        most = max([most] + [int(line.split()[1]) for line in lines if line.startswith('VmHWM')])
        time.sleep(0.01)
    return most / 1024


def processor() -> str:
    lines = Path('/proc/cpuinfo').read_text().splitlines()
    return next((line.partition(': ')[2] for line in lines if line.startswith('model name')), 'unknown')


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    options.add_argument('--rounds', type=int, default=5)
    options.add_argument('--model', default='colorize')
    options.add_argument('--quick', action='store_true', help='two sizes, one format')
    options.add_argument('--json', default=os.environ.get('COLORIZE_BENCHMARK'), metavar='FILE')
    options.add_argument('--one', action='store_true', help=argparse.SUPPRESS)  # the part that has one processor
    given = options.parse_args()
    Gst.init(None)
    with tempfile.TemporaryDirectory(prefix='colorize benchmark ') as folder:
        if given.one:
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
            cv2.setNumThreads(1)
            print(json.dumps([asdict(figure) for figure in measure(
                works(given.model, given.quick, True, None), given.rounds, ', one processor')]))
            return
        figures = measure(works(given.model, given.quick, False, Recipe(Path(folder))), given.rounds, '')
    alone = subprocess.run([sys.executable, __file__, '--one', '--rounds', str(given.rounds), '--model', given.model],
                           check=True, capture_output=True, text=True, env=os.environ | {'OPENCV_FOR_THREADS_NUM': '1'})
    figures += [Figure(**figure) for figure in json.loads(alone.stdout)]
    recipes = {figure.format.split()[1]: figure.median for figure in figures if figure.step == 'recipe'}
    print(f'{"ms a frame":22}{"":36}{"median":>9}  (fastest to slowest)  recipe / this')
    for figure in figures:
        times = f'{recipes[figure.format.split()[1]] / figure.median:8.1f}' if 'one' not in figure.step else ''
        print(f'{figure.format:22}{figure.step:36}{figure.median:9.2f}  ({figure.fastest:.2f} to {figure.slowest:.2f})'
              f'{times}')
    taken = {f'{width}x{height}': memory(given.model, width, height) for width, height in SIZES[2:]}
    for size, mb in taken.items():
        print(f'memory of a process at {size}: {mb:.0f} MB')
    if given.json:
        system = platform.uname()
        record = {'benchmark': 'element', 'network': given.model, 'rounds': given.rounds,
                  'machine': {'processor': processor(), 'processors': len(os.sched_getaffinity(0)),
                              'system': f'{system.system} {system.release} {system.machine}'},
                  'versions': {'colorize': Gst.Registry.get().find_plugin('colorize').get_version(),
                               'OpenCV': cv2.__version__, 'GStreamer': Gst.version_string().split()[1]},
                  'medians': [asdict(figure) for figure in figures], 'memory': taken}
        Path(given.json).write_text(json.dumps(record, indent=1) + '\n')


if __name__ == '__main__':
    main()
