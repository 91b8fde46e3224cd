# SPDX-License-Identifier: LGPL-2.1-or-later
"""`gst-colorize --view`, spoken to as the page does."""
import json
import os
import queue
import struct
import subprocess
import threading
import time
import unittest
from pathlib import Path

import cv2
import numpy as np
from command import COMMAND, GRAY, Case, colourfulness, luma
from films import launch, need


class Viewer:
    """The process, and what it has said."""

    def __init__(self, case, **opening):
        self.case = case
        self.process = subprocess.Popen([COMMAND, '--view'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, bufsize=0)
        case.addCleanup(self.close)
        self.heard = queue.Queue()
        self.read_on = threading.Event()
        self.read_on.set()
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()
        self.do('open', **opening)

    def close(self):
        self.read_on.set()
        self.process.kill()
        said = self.process.communicate()[1].decode()
        self.case.assertNotIn('CRITICAL', said)
        self.case.assertNotIn('WARNING', said)

    def listen(self):
        output = os.fdopen(os.dup(self.process.stdout.fileno()), 'rb')
        while len(head := output.read(4)) == 4:
            message = output.read(struct.unpack('>I', head)[0])
            self.heard.put((chr(message[0]), message[1:], time.monotonic()))
            self.read_on.wait()
        self.heard.put(None)

    def do(self, what, **more):
        self.process.stdin.write(json.dumps({'do': what, **more}).encode() + b'\n')

    def next(self, kinds='jpi', timeout=60):
        """The next message of one of these kinds: of a picture its head, before and after, else what is in it."""
        while True:
            message = self.heard.get(timeout=timeout)
            if message is None:
                raise AssertionError('the viewer has ended')
            kind, payload, self.when = message
            if kind not in kinds:
                continue
            if kind == 'j':
                return json.loads(payload)
            if kind == 'i':
                return cv2.imdecode(np.frombuffer(payload, np.uint8), cv2.IMREAD_UNCHANGED)
            length, = struct.unpack('>I', payload[:4])
            head, rest = json.loads(payload[4:4 + length]), payload[4 + length:]
            length, = struct.unpack('>I', rest[:4])
            return head, *(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
                           for jpeg in (rest[4:4 + length], rest[4 + length:]))

    def picture(self):
        """The next picture, which is seen at once."""
        picture = self.next('p')
        self.do('shown', number=picture[0]['number'])
        return picture

    def event(self, name):
        while (event := self.next('j'))['event'] != name:
            pass
        return event

    def is_silent(self, seconds):
        try:
            self.next(timeout=seconds)
            return False
        except queue.Empty:
            return True

    def ends(self, status):
        self.case.assertEqual(self.process.wait(30), status)


def number_of(picture):
    """Of a frame of the numbered film."""
    return round((float(picture[8:-8, 8:-8].mean()) - 20) / 2)


class ViewerTest(Case):
    def numbered(self, name='film.mkv', encoder='x264enc key-int-max=30 bframes=2 speed-preset=veryfast',
                 mux='matroskamux', frames=100, rate=25, extra=''):
        """A film whose n-th frame has the gray level 20 + 2 n, in full range."""
        need(encoder, mux)
        for n in range(frames):
            cv2.imwrite(str(self.folder / f'{n:03}.png'), np.full((96, 128), 20 + 2 * n, np.uint8))
        launch(f'multifilesrc location=%03d.png caps=image/png,framerate={rate}/1 ! pngdec ! videoconvert '
               f'! video/x-raw,format=I420,colorimetry=1:4:0:0 ! {encoder} ! {extra} {mux} ! filesink location={name}',
               self.folder)
        return self.folder / name

    def test_film(self):
        viewer = Viewer(self, file=str(self.film()))
        opened = viewer.next()
        self.assertEqual({**opened, 'duration': 0},
                         {'event': 'opened', 'kind': 'film', 'duration': 0, 'width': 176, 'height': 144, 'fps': 25,
                          'seekable': True})
        self.assertAlmostEqual(opened['duration'], 2.4, delta=0.05)
        head, before, after = viewer.picture()
        self.assertEqual(head, {'number': 1, 'time': 0, 'late': 0, 'playing': False, 'delay': None})
        self.assertEqual(before.shape, (144, 176, 3))
        self.assertEqual(after.shape, before.shape)
        self.assertLess(colourfulness(before), 2)
        self.assertGreater(colourfulness(after), 8)
        self.assertLess(np.abs(luma(before) - luma(after)).mean(), 2)
        self.assertTrue(viewer.is_silent(0.3))


if __name__ == '__main__':
    unittest.main()
