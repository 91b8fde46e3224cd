# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small films with sound, made and read back by GStreamer's own elements; what the tests of whole pipelines share."""
from __future__ import annotations

import hashlib
import os
import re
import shlex
import subprocess
import unittest
from dataclasses import dataclass
from pathlib import Path

import gi

gi.require_version('Gst', '1.0')
gi.require_version('GstApp', '1.0')
from gi.repository import Gst, GstApp  # noqa: E402, F401  (GstApp gives appsink its methods)
import numpy as np  # noqa: E402

Gst.init(None)

ROOT = Path(__file__).resolve().parent.parent
PHOTOGRAPH = ROOT / 'docs' / 'monochrome.jpg'
WIDTH, HEIGHT, FRAMES, RATE = 176, 144, 60, 25
OF_PIPELINES = 'async', 'stats', 'post-stats', 'pass', 'pass-file'  # the element's properties that are none of the command


def launch(description: str, folder: Path, timeout: float = 120, threads: int = 0) -> None:
    """Runs gst-launch-1.0 as a user would. Raises AssertionError with its words when it fails or hangs.

    threads: OpenCV's; 0: as it likes.
    """
    shell(('' if threads == 0 else f'OPENCV_FOR_THREADS_NUM={threads} ') + f'gst-launch-1.0 -q {description}', folder, timeout)


def shell(command: str, folder: Path, timeout: float = 120) -> str:
    """Runs a command line in `folder`; returns what it printed. Raises AssertionError when it fails or hangs."""
    with subprocess.Popen(['bash', '-euc', command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, text=True, start_new_session=True) as run:
        try:
            said, _ = run.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, 9)
            raise AssertionError(f'not done after {timeout} s: {command}\n{run.communicate()[0]}') from None
    if run.returncode:
        raise AssertionError(f'exit status {run.returncode}: {command}\n{said}')
    return said


def need(*descriptions: str) -> None:
    """Skips the test where GStreamer lacks an element of these pieces of pipelines ("x264enc ! h264parse")."""
    first_words = [re.match(r'[^\s]*', part)[0] for d in descriptions for part in d.split(' ! ')]
    elements = [word for word in first_words if re.fullmatch('[a-z0-9_]+', word)]  # neither caps nor a pad
    lacking = [name for name in elements if not Gst.ElementFactory.find(name)]
    if lacking:
        raise unittest.SkipTest('this GStreamer has no ' + ', '.join(lacking))


def make_film(path: Path, video: str, mux: str, sounds: list[str] = (), uneven: bool = False) -> None:
    """A monochrome film of FRAMES frames: a photograph, and a ball that moves across it so that frames differ.

    video: the encoder; sounds: the encoder of each track; uneven: some frames are left out, their times with them.
    Skips the test where GStreamer lacks one of these.
    """
    need(video, mux, *sounds)
    leave_out = '! identity drop-probability=0.3 ' if uneven else ''
    picture = (
        f'compositor name=c sink_1::xpos=8 ! video/x-raw,format=I420,framerate={RATE}/1 {leave_out}'
        f'! videobalance saturation=0 ! videoconvert ! {video} ! mux. '
        f'filesrc location={shlex.quote(str(PHOTOGRAPH))} ! jpegdec ! videoconvert ! videoscale '
        f'! video/x-raw,width={WIDTH},height={HEIGHT},pixel-aspect-ratio=1/1 ! imagefreeze num-buffers={FRAMES} '
        f'! video/x-raw,framerate={RATE}/1 ! c. '
        f'videotestsrc pattern=ball num-buffers={FRAMES} ! video/x-raw,width=64,height=64,framerate={RATE}/1 ! c. ')
    sound = ' '.join(
        f'audiotestsrc freq={440 * (track + 1)} samplesperbuffer={48000 // RATE} num-buffers={FRAMES} '
        '! audio/x-raw,rate=48000,channels=2 ! audioconvert '
        f'! queue max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! {encoder} ! mux.'
        for track, encoder in enumerate(sounds))
    launch(f'{picture} {sound} {mux} name=mux ! filesink location={shlex.quote(path.name)}', path.parent)


@dataclass
class Frame:
    time: int  # running time, ns; a still has Gst.CLOCK_TIME_NONE
    rgb: np.ndarray  # float, 0..255, height x width x 3

    @property
    def luma(self) -> np.ndarray:
        return self.rgb @ (0.299, 0.587, 0.114)

    @property
    def colourfulness(self) -> float:
        """The mean distance of the greatest from the least of R, G and B: 0 where all is gray."""
        return float(np.ptp(self.rgb, axis=2).mean())


def run_to_end(pipeline: Gst.Pipeline) -> None:
    pipeline.set_state(Gst.State.PLAYING)
    try:
        message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        assert message, 'not at its end after 60 s'
        if message.type == Gst.MessageType.ERROR:
            error, detail = message.parse_error()
            raise AssertionError(f'{error.message}: {detail}')
    finally:
        pipeline.set_state(Gst.State.NULL)


def collect(sink: Gst.Element, into: list) -> None:
    def new_sample(appsink):
        into.append(appsink.pull_sample())
        return Gst.FlowReturn.OK
    sink.set_property('emit-signals', True)
    sink.set_property('sync', False)
    sink.connect('new-sample', new_sample)


def read_frames(path: Path) -> list[Frame]:
    """The decoded pictures of a film or a still, in order of presentation."""
    pipeline = Gst.parse_launch(
        'filesrc name=file ! decodebin expose-all-streams=false caps=video/x-raw(ANY) ! videoconvert '
        '! video/x-raw,format=RGBx ! appsink name=sink')
    pipeline.get_by_name('file').set_property('location', str(path))
    samples: list[Gst.Sample] = []
    collect(pipeline.get_by_name('sink'), samples)
    run_to_end(pipeline)
    frames = []
    for sample in samples:
        structure = sample.get_caps().get_structure(0)
        size = structure.get_value('height'), structure.get_value('width')
        buffer = sample.get_buffer()
        rgbx = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8).reshape(*size, 4)
        time = sample.get_segment().to_running_time(Gst.Format.TIME, buffer.pts)
        frames.append(Frame(time, rgbx[..., :3].astype(float)))
    return frames


def read_sounds(path: Path) -> list[list[str]]:
    """For each sound track the digests of its packets, without the headers that containers keep in places of their own."""
    pipeline = Gst.Pipeline()
    source, parse = Gst.ElementFactory.make('filesrc'), Gst.ElementFactory.make('parsebin')
    source.set_property('location', str(path))
    tracks: list[list[Gst.Sample]] = []

    def pad_added(_, pad):
        branch = Gst.parse_bin_from_description('queue name=in ! fakesink sync=false', True)
        if pad.get_stream().get_stream_type() & Gst.StreamType.AUDIO:
            # AAC in a transport stream has a header in each packet.
            aac = Gst.Caps.from_string('audio/mpeg,mpegversion={(int)2,(int)4}')
            to_raw = 'aacparse ! audio/mpeg,stream-format=raw !' if pad.query_caps(None).can_intersect(aac) else ''
            branch = Gst.parse_bin_from_description(f'queue ! {to_raw} appsink name=sink', True)
            tracks.append([])
            collect(branch.get_by_name('sink'), tracks[-1])
        pipeline.add(branch)
        branch.sync_state_with_parent()
        pad.link(branch.get_static_pad('sink'))

    parse.connect('pad-added', pad_added)
    pipeline.add(source)
    pipeline.add(parse)
    source.link(parse)
    run_to_end(pipeline)

    def is_header(data: bytes) -> bool:
        return data[1:7] == b'vorbis' or data[:8] in (b'OpusHead', b'OpusTags')
    found = []
    for track in tracks:
        packets = [s.get_buffer().extract_dup(0, s.get_buffer().get_size()) for s in track]
        found.append([hashlib.sha256(p).hexdigest() for p in packets if p and not is_header(p)])
    return sorted(found)


def check_colorized(test: unittest.TestCase, given: Path, result: Path, sounds: int = 0) -> None:
    """A film is another's colour: the same frames at the same times (1 ms), luma kept, colour, the same sound packets.

    sounds: how many sound tracks both have.
    """
    old, new = read_frames(given), read_frames(result)
    test.assertGreater(len(old), 0)
    test.assertEqual(len(old), len(new), 'frames')
    if old[0].time != Gst.CLOCK_TIME_NONE:
        late = [(n.time - new[0].time) - (o.time - old[0].time) for o, n in zip(old, new)]
        test.assertLessEqual(max(map(abs, late)), 1_000_000, 'times, ns')
    for i, frame in enumerate(new):
        near = range(max(0, i - 2), min(len(old), i + 3))
        off = {j: np.abs(frame.luma - old[j].luma).mean() for j in near}
        test.assertEqual(min(off, key=off.get), i, f'frame {i} looks like another one: {off}')
        test.assertLess(off[i], 3, f'luma of frame {i}')  # of the encoder
    test.assertLess(np.mean([f.colourfulness for f in old]), 1, 'the film given is monochrome')
    test.assertGreater(np.mean([f.colourfulness for f in new]), 8, 'colour')
    tracks = read_sounds(given)
    test.assertEqual(len([track for track in tracks if track]), sounds, 'sound tracks of the film given')
    test.assertEqual(tracks, read_sounds(result), 'packets of the sound')
