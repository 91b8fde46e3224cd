#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/rtsp-colorize with cameras that come and go, and with ffmpeg and GStreamer as viewers."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import contextmanager
from pathlib import Path

import numpy as np

import films
import rtspcamera
from films import Gst
from rtspcamera import RtspCamera

PROGRAM = films.ROOT / 'examples' / 'rtsp-colorize'
# A network whose colour is known, and that takes no time.
NETWORK = f'model={films.ROOT / "tests" / "models" / "ab-constant.onnx"}'
PATIENCE = 180  # seconds, for machines that are busy and for sanitizers


class Service:
    """The program while it serves. `said` is what it has said so far."""

    def __init__(self, process, log):
        self.process, self.log = process, log
        self.address = process.stdout.readline().strip()

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_until(self, pattern: str) -> None:
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.said, re.DOTALL):
            assert time.monotonic() < end, f'not "{pattern}" after {PATIENCE} s: {self.said}'
            time.sleep(0.05)

    def files(self) -> int:
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))

    def cpu(self) -> float:
        """Seconds of CPU time so far."""
        times = Path(f'/proc/{self.process.pid}/stat').read_text().rpartition(')')[2].split()[11:13]
        return sum(map(int, times)) / os.sysconf('SC_CLK_TCK')


class RtspColorize(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        rtspcamera.need()
        films.need('x264enc', 'avenc_aac', 'rtph264pay')
        if not shutil.which('ffmpeg'):
            raise unittest.SkipTest('there is no ffmpeg')

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix='colorize rtsp ')
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    @contextmanager
    def served(self, source, *arguments, debug=''):
        log = self.folder / 'log'
        with log.open('w') as into, subprocess.Popen(
                [sys.executable, PROGRAM, source, '--port', '0', '--set', NETWORK, *arguments], stdout=subprocess.PIPE,
                stderr=into, text=True, cwd=self.folder, env={**os.environ, 'GST_DEBUG': debug}) as process:
            try:
                service = Service(process, log)
                self.assertTrue(service.address, log.read_text())
                yield service
                process.send_signal(signal.SIGTERM)
                self.assertEqual(process.wait(PATIENCE), 0)
                self.assertNotIn('Traceback', service.said)
            finally:
                process.kill()

    @contextmanager
    def recorder(self, address, name, *arguments):
        """ffmpeg, another one's implementation of RTSP, writes what it gets as it is."""
        with subprocess.Popen(
                ['ffmpeg', '-v', 'error', '-rtsp_transport', 'tcp', '-i', address, *arguments, '-c', 'copy', name],
                cwd=self.folder, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as viewer:
            try:
                yield viewer
            finally:
                viewer.kill()

    def check(self, name):
        """Its times go on and on. Returns its pictures, which have colour."""
        frames = films.read_frames(self.folder / name)
        self.assertTrue(frames)
        steps = np.diff([f.time for f in frames])
        self.assertTrue((steps >= 0).all(), steps)
        # Who comes later may get the end of a group of pictures, without its key frame, before his own.
        self.assertGreater(np.median([f.colourfulness for f in frames]), 8)  # it begins gray, and so after a gap
        return frames

    def check_sound(self, given, name):
        """One uninterrupted run of the packets that were given."""
        [source], [served] = films.read_sounds(given), films.read_sounds(self.folder / name)
        self.assertEqual(len(source), len(set(source)), 'packets of the film made for this test are alike')
        self.assertGreater(len(served), 20)
        begin = source.index(served[0])
        self.assertEqual(served, source[begin:begin + len(served)])

    def test_two_viewers(self):
        """They share one encoding; sound goes through as it is; when they are gone, so is all work."""
        films.launch('videotestsrc num-buffers=750 ! video/x-raw,format=GRAY8,width=160,height=120,'
                     'framerate=25/1 ! videoconvert ! video/x-raw,format=I420 ! x264enc speed-preset=ultrafast '
                     '! h264parse ! mp4mux name=m ! filesink location=film.mp4 audiotestsrc wave=white-noise '
                     'num-buffers=1400 samplesperbuffer=1024 ! audio/x-raw,rate=48000,channels=2 ! audioconvert '
                     '! avenc_aac ! aacparse ! queue max-size-time=0 ! m.', self.folder)
        film = self.folder / 'film.mp4'
        with RtspCamera(f'filesrc location="{film}" ! qtdemux name=d d.video_0 ! queue ! h264parse config-interval=-1 '
                        '! rtph264pay name=pay0 d.audio_0 ! queue ! aacparse ! rtpmp4gpay name=pay1') as camera:
            with self.served(camera.address, debug='GST_ELEMENT_FACTORY:4') as service:
                encoders = len(re.findall('creating element "x264enc"', service.said))
                with self.recorder(service.address, 'tcp.mkv', '-t', '3') as viewer:
                    films.launch('-e matroskamux name=m ! filesink location=udp.mkv '
                                 f'rtspsrc location={service.address} protocols=udp name=s '
                                 's. ! application/x-rtp,media=video ! rtph264depay ! h264parse '
                                 '! identity eos-after=50 ! m. s. ! application/x-rtp,media=audio ! rtpmp4gdepay '
                                 '! aacparse ! identity eos-after=100 ! m.', self.folder, PATIENCE)
                    self.assertEqual(viewer.wait(PATIENCE), 0)
                service.wait_until('no viewers any more')
                camera.wait_until('closed')
                self.assertEqual(len(re.findall('a viewer:', service.said)), 1)
                self.assertEqual(len(re.findall('creating element "x264enc"', service.said)), encoders + 1)
                before = service.cpu()
                time.sleep(1)
                self.assertLess(service.cpu() - before, 0.05, 'seconds of CPU time in one without a viewer')
        for name in 'tcp.mkv', 'udp.mkv':
            self.check(name)
            self.check_sound(film, name)

    def test_source_that_comes_back(self):
        """A viewer stays, and sees what the camera shows after it was killed and started again."""
        bright, dark = (f'{rtspcamera.picture(gray)} {rtspcamera.SOUND}' for gray in ('a0a0a0', '505050'))
        with RtspCamera(bright) as camera, self.served(camera.address) as service:
            with self.recorder(service.address, 'seen.mkv') as viewer:
                service.wait_until('a viewer')
                camera.wait_until('open')
                time.sleep(3)
                camera.process.kill()
                gone = time.monotonic()
                service.wait_until('opened again')
                time.sleep(3)
                with RtspCamera(dark, camera.port) as again:
                    again.wait_until('open')
                    gone = time.monotonic() - gone
                    time.sleep(3)
                self.assertIsNone(viewer.poll(), 'the viewer is gone')
                viewer.communicate(b'q', PATIENCE)
            service.wait_until('no viewers any more')
            self.assertEqual(len(re.findall('a viewer:', service.said)), 1)
        frames = self.check('seen.mkv')
        self.assertLess(np.diff([f.time for f in frames]).max() / 1e9, 0.7 * gone, 'seconds without any picture')
        self.assertGreater(frames[0].luma.mean(), 140)
        self.assertLess(frames[-1].luma.mean(), 100)

    def test_film(self):
        """It begins anew at its end; its sound, which RTP does not carry, becomes Opus; viewers leave nothing open."""
        films.make_film(self.folder / 'film.mkv', 'x264enc', 'matroskamux', ['flacenc'])
        with self.served('film.mkv') as service:
            with self.recorder(service.address, 'seen.mkv', '-t', '4') as viewer:
                self.assertEqual(viewer.wait(PATIENCE), 0)
            self.assertIn('Opus', service.said)
            self.assertIn('at its end; opened again at once', service.said)
            service.wait_until('no viewers any more')
            before = service.files()
            for count in range(2, 5):
                with self.recorder(service.address, f'{count}.mkv', '-t', '0.2') as viewer:
                    self.assertEqual(viewer.wait(PATIENCE), 0)
                service.wait_until('(no viewers any more.*){%d}' % count)
            self.assertLess(service.files() - before, 5, 'files more that are open after three more viewers')
        frames = self.check('seen.mkv')
        self.assertGreater(frames[-1].time - frames[0].time, 3e9)
        self.assertEqual(films.shell('ffprobe -v error -show_entries stream=codec_name -of csv=p=0 seen.mkv',
                                     self.folder).split(), ['h264', 'opus'])

    def test_errors(self):
        """One sentence each; what is wrong with the source, a viewer and the log are told."""
        taken = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(taken.close)
        port = taken.getsockname()[1]
        shutil.copy(films.PHOTOGRAPH, self.folder / 'photo.jpg')
        (self.folder / 'empty').touch()
        for arguments, words in ((['film.mp4'], 'film.mp4 is neither'), (['xyz://camera'], 'xyz'),
                                 (['photo.jpg', '--set', 'colour=1'], 'no property "colour"'),
                                 (['photo.jpg', '--set', 'model=none.onnx'], 'none.onnx'),
                                 (['photo.jpg', '--login', 'none'], 'none: No such file'),
                                 (['photo.jpg', '--login', 'empty'], 'empty: USER:PASSWORD'),
                                 (['photo.jpg', '--port', str(port)], f'port {port} cannot be served')):
            with self.subTest(words):
                run = subprocess.run([sys.executable, PROGRAM, *arguments], cwd=self.folder, timeout=PATIENCE,
                                     capture_output=True, text=True)
                self.assertEqual((run.returncode, run.stdout, run.stderr.count('\n')), (1, '', 1), run.stderr)
                self.assertIn(words, run.stderr)
        with self.served(f'rtsp://user:secret@127.0.0.1:{port + 1 if port < 65535 else port - 1}/') as service:
            with self.recorder(service.address, 'none.mkv') as viewer:
                self.assertNotEqual(viewer.wait(PATIENCE), 0)
            self.assertRegex(service.said, 'rtsp://127.0.0.1:.*Could not open')
            self.assertNotIn('secret', service.said)


if __name__ == '__main__':
    if not Gst.ElementFactory.find('colorize'):
        sys.exit('GStreamer does not find colorize; run this with `meson test` or inside `meson devenv`')
    unittest.main(verbosity=2)
