# SPDX-License-Identifier: LGPL-2.1-or-later
"""`gst-colorize --view`, spoken to as the page does."""
import json
import os
import queue
import shutil
import struct
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

import cv2
import gi
import numpy as np
from command import COMMAND, GRAY, ROOT, Case, colourfulness, has_libavformat, luma
from films import launch, need


# In a process of its own, which can be killed.
RTSP_SERVER = """
import gi
gi.require_version('Gst', '1.0')
gi.require_version('GstRtspServer', '1.0')
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer(address='127.0.0.1', service='0')
factory = GstRtspServer.RTSPMediaFactory(shared=True)
factory.set_launch('videotestsrc is-live=true pattern=ball ! video/x-raw,width=64,height=48,framerate=25/1 '
                   '! videoconvert ! x264enc tune=zerolatency key-int-max=25 ! rtph264pay name=pay0')
server.get_mount_points().add_factory('/ball', factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
"""


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
        self.process.wait()
        said = self.process.stderr.read().decode()
        for pipe in self.process.stdin, self.process.stdout, self.process.stderr:
            pipe.close()
        self.case.assertNotIn('CRITICAL', said)
        self.case.assertNotIn('WARNING', said)

    def listen(self):
        with os.fdopen(os.dup(self.process.stdout.fileno()), 'rb') as output:
            self.hear(output)

    def hear(self, output):
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
        """A film whose n-th frame has the mean gray level 20 + 2 n, in full range."""
        need(encoder, mux)
        noise = np.random.default_rng(1).integers(-20, 21, (frames, 96, 128))  # or else a broadcast would be too short
        for n in range(frames):
            cv2.imwrite(str(self.folder / f'{n:03}.png'), (20 + 2 * n + noise[n]).clip(0, 255).astype(np.uint8))
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
        self.assertEqual(head, {'number': 1, 'time': 0, 'late': 0, 'playing': False, 'delay': None, 'hurries': False})
        self.assertEqual(before.shape, (144, 176, 3))
        self.assertEqual(after.shape, before.shape)
        self.assertLess(colourfulness(before), 2)
        self.assertGreater(colourfulness(after), 8)
        self.assertLess(np.abs(luma(before) - luma(after)).mean(), 2)
        self.assertTrue(viewer.is_silent(0.3))

    def test_hints(self):
        """A hint is on its thing in pictures that are sought, in front of it and after it was put there, and on its own."""
        noise = np.random.default_rng(1).integers(0, 12, (96, 160), np.uint8)
        texture = np.random.default_rng(2).integers(0, 40, (32, 32), np.uint8)
        for n in range(40):
            picture = noise + 180
            picture[32:64, 8 + 2 * n:40 + 2 * n] = texture + 40
            cv2.imwrite(str(self.folder / f'{n:03}.png'), picture)
        launch('multifilesrc location=%03d.png caps=image/png,framerate=25/1 ! pngdec ! videoconvert ! jpegenc quality=95 '
               '! matroskamux ! filesink location=moving.mkv', self.folder)
        viewer = Viewer(self, file=str(self.folder / 'moving.mkv'))
        viewer.picture()
        viewer.do('set', name='hints', value='{"time":0.2,"x":34,"y":48,"radius":6,"colour":"#c02020"}')
        viewer.picture()

        def red(n: int, most: int = 1) -> float:
            """R - B of the thing in a picture; of those that are shown of it, of the last."""
            viewer.do('seek', time=n / 25)
            for _ in range(most):
                head, _, after = viewer.picture()
                self.assertAlmostEqual(head['time'], n / 25, delta=0.002)
            blue, _, red = after[40:56, 16 + 2 * n:32 + 2 * n].mean((0, 1))
            return red - blue
        own, later, before = red(5), red(35, 2), red(2)
        print(f'R - B of a thing with a hint: {own:.0f}, 30 frames later {later:.0f}, before {before:.0f}')
        self.assertGreater(own, before + 60)
        self.assertGreater(later, before + 60)
        self.assertTrue(viewer.is_silent(0.6))
        viewer.do('seek', time=38 / 25)
        viewer.picture()
        time.sleep(0.35)  # it is on its way
        viewer.do('seek', time=3 / 25)
        while (head := viewer.picture()[0])['time'] > 0.5:
            self.assertAlmostEqual(head['time'], 38 / 25, delta=0.002)  # nothing of the way is shown
        self.assertAlmostEqual(head['time'], 3 / 25, delta=0.002)
        viewer.do('size', width=80, height=48)
        viewer.picture()
        viewer.do('seek', time=5 / 25)
        after = viewer.picture()[2]
        self.assertEqual(after.shape, (48, 80, 3))
        self.assertGreater(np.ptp(after[20:28, 13:21].mean((0, 1))), before + 60)  # pixels are the film's

    def test_seek_and_step(self):
        # Of the second kind decoders know less: no durations.
        for name, encoder, mux, extra in (('film.mkv', 'x264enc key-int-max=30 bframes=2', 'matroskamux', ''),
                                          ('film.mp4', 'x264enc key-int-max=30', 'mp4mux', 'h264parse !'),
                                          ('film.avi', 'jpegenc quality=95', 'avimux', ''),
                                          ('film.ts', 'x264enc key-int-max=30', 'mpegtsmux', 'h264parse !')):
            with self.subTest(name):
                viewer = Viewer(self, file=str(self.numbered(name, encoder, mux, extra=extra)))
                first = viewer.picture()
                self.assertEqual(number_of(first[1]), 0)
                start = first[0]['time']
                for n in 47, 48, 30, 29, 99, 0, 60, 77:
                    viewer.do('seek', time=start + n / 25)
                    head, before, _ = viewer.picture()
                    self.assertEqual(number_of(before), n)
                    self.assertAlmostEqual(head['time'], start + n / 25, delta=0.002)
                viewer.do('seek', time=start + 61.6 / 25)
                self.assertEqual(number_of(viewer.picture()[1]), 61)
                for frames, n in (1, 62), (1, 63), (-1, 62), (-1, 61), (-1, 60), (-1, 59), (-1, 58), (1, 59):
                    viewer.do('step', frames=frames)
                    head, before, _ = viewer.picture()
                    self.assertEqual(number_of(before), n)
                    self.assertAlmostEqual(head['time'], start + n / 25, delta=0.002)
                # The end is no picture, and one may go back from it.
                viewer.do('seek', time=start + 98 / 25)
                self.assertEqual(number_of(viewer.picture()[1]), 98)
                viewer.do('step', frames=1)
                self.assertEqual(number_of(viewer.picture()[1]), 99)
                viewer.do('step', frames=1)
                self.assertEqual(viewer.next()['event'], 'ended')
                viewer.do('step', frames=-1)
                self.assertEqual(number_of(viewer.picture()[1]), 98)
                viewer.do('seek', time=1e6)
                self.assertEqual(number_of(viewer.picture()[1]), 99)
                viewer.do('seek', time=-1)
                self.assertEqual(number_of(viewer.picture()[1]), 0)
                if start == 0:
                    viewer.do('step', frames=-1)
                    self.assertTrue(viewer.is_silent(0.3))

    def test_play(self):
        viewer = Viewer(self, file=str(self.numbered()))
        viewer.picture()
        viewer.do('seek', time=2.0)
        viewer.picture()
        begin = time.monotonic()
        viewer.do('play')
        numbers, dropped = [], 0
        while True:
            message = viewer.next('jp')
            if isinstance(message, dict):
                self.assertEqual(message, {'event': 'ended'})
                break
            head, before, _ = message
            viewer.do('shown', number=head['number'])
            self.assertTrue(head['playing'])
            numbers.append(number_of(before))
            self.assertEqual(round(head['time'] * 25), numbers[-1])
            dropped += head['late']
        self.assertLess(abs(viewer.when - begin - 2), 2)
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertEqual(numbers[-1], 99)
        self.assertIn(dropped + len(numbers), range(45, 50))  # from 51 on; decoders do not tell of all that they drop
        viewer.do('play')
        self.assertLess(number_of(viewer.picture()[1]), 20)
        viewer.do('seek', time=2)
        while (number := number_of(viewer.picture()[1])) < 40:
            pass
        self.assertIn(number, range(50, 60))
        viewer.do('pause')
        while (last := viewer.picture())[0]['playing']:
            pass
        viewer.do('step', frames=1)
        self.assertEqual(number_of(viewer.picture()[1]), number_of(last[1]) + 1)

    def test_set(self):
        viewer = Viewer(self, file=str(self.film()))
        _, before, after = viewer.picture()
        for name, value in ('saturation', '0'), ('saturation', '1'), ('strength', '0'), ('strength', '1'):
            viewer.do('set', name=name, value=value)
            head, same, now = viewer.picture()
            self.assertEqual(head['time'], 0)
            np.testing.assert_array_equal(same, before)
            if value == '0':
                self.assertLess(colourfulness(now), 2)
            else:  # as it was: no memory of colours stands in the way
                np.testing.assert_array_equal(now, after)
        for name, value in (('saturation', '7'), ('saturation', ''), ('saturation', 'x'), ('name', 'x'), ('none', '1'),
                            ('model', str(ROOT / 'models' / 'colorize.onnx')), ('model', '../colorize'), ('inference-size', '-1')):
            viewer.do('set', name=name, value=value)
            event = viewer.event('set')
            self.assertEqual(event['name'], name)
            self.assertTrue(event['error'])
        viewer.do('set', name='hue-shift', value='90')
        self.assertGreater(np.abs(viewer.picture()[2].astype(float) - after).mean(), 3)
        viewer.do('set', name='hue-shift', value='0')
        np.testing.assert_array_equal(viewer.picture()[2], after)
        viewer.do('set', name='model', value='colorize')
        np.testing.assert_array_equal(viewer.picture()[2], after)
        for where in 2, 1:
            viewer.do('seek', time=where)
            there = viewer.picture()[2]
        other = Viewer(self, file=str(self.film()))
        other.picture()
        other.do('seek', time=1)
        np.testing.assert_array_equal(other.picture()[2], there)

    def test_edges(self):
        """Nothing of what stands in memory beside a picture is seen in it."""
        viewer = Viewer(self, file=str(self.photo('gray.png', np.full((203, 151), 128, np.uint8))))
        viewer.picture()
        viewer.do('set', name='strength', value='0')
        _, before, after = viewer.picture()
        self.assertEqual((np.ptp(before, axis=2).max(), np.ptp(after, axis=2).max()), (0, 0))

    def test_photograph(self):
        viewer = Viewer(self, file=self.photo('a photo ä.png', cv2.resize(GRAY, (300, 400))).as_uri())
        opened = viewer.next()
        self.assertEqual(opened, {'event': 'opened', 'kind': 'still', 'duration': None, 'width': 300, 'height': 400,
                                  'fps': None, 'seekable': False})
        _, before, after = viewer.picture()
        self.assertGreater(colourfulness(after), 8)
        viewer.do('size', width=200, height=100)
        head, before, after = viewer.picture()
        self.assertEqual(after.shape, (100, 75, 3))
        for what in 'play', 'pause', 'seek', 'step':
            viewer.do(what, time=1, frames=1)
        viewer.do('frame')
        frame = viewer.next()
        self.assertEqual((frame.shape, frame.dtype), ((400, 300, 3), np.uint8))
        deep = Viewer(self, file=str(self.photo('deep.png', cv2.resize(GRAY, (30, 40)).astype(np.uint16) * 257)))
        deep.picture()
        deep.do('frame')
        self.assertEqual(deep.next('i').dtype, np.uint16)

    def test_frame(self):
        viewer = Viewer(self, file=str(self.film()))
        viewer.do('size', width=88, height=88)
        while viewer.picture()[1].shape != (72, 88, 3):
            pass
        viewer.do('seek', time=1)
        viewer.do('frame')
        viewer.do('seek', time=2)
        frame = viewer.next('i')
        self.assertEqual(frame.shape, (144, 176, 3))
        self.assertGreater(colourfulness(frame), 8)

    def test_not_seen(self):
        """A page that does not say that it has seen a picture gets no third one, and then the newest."""
        viewer = Viewer(self, file=str(self.numbered()))
        viewer.do('play')
        self.assertEqual([viewer.next('p')[0]['number'] for _ in range(2)], [1, 2])
        self.assertTrue(viewer.is_silent(1))
        viewer.do('shown', number=1)
        viewer.next('p')  # was made meanwhile
        self.assertTrue(viewer.is_silent(0.3))
        viewer.do('shown', number=3)
        head, before, _ = viewer.next('p')
        self.assertGreater(head['late'], 10)
        self.assertGreater(number_of(before), 12)

    def test_not_reading(self):
        viewer = Viewer(self, file=str(self.film()))
        viewer.picture()
        viewer.read_on.clear()
        for n in range(300):
            viewer.do('shown', number=n)
            viewer.do('seek', time=n % 3)
        time.sleep(1)
        pages = int(Path(f'/proc/{viewer.process.pid}/statm').read_text().split()[1])
        for n in range(300):
            viewer.do('set', name='saturation', value=str(n % 2))
        time.sleep(1)
        more = 100_000 if 'asan' in os.environ.get('LD_PRELOAD', '') else 5000  # it keeps what was freed
        self.assertLess(int(Path(f'/proc/{viewer.process.pid}/statm').read_text().split()[1]) - pages, more)
        viewer.read_on.set()
        viewer.do('seek', time=2)
        viewer.do('shown', number=10 ** 6)
        while viewer.picture()[0]['time'] != 2:
            pass

    def test_fails(self):
        (self.folder / 'none.mkv').write_bytes(b'\x1aE\xdf\xa3' + bytes(1000))
        (self.folder / 'text').write_text('no picture')
        whole = self.photo().read_bytes()
        (self.folder / 'cut.jpg').write_bytes(whole[:len(whole) // 2])
        launch('audiotestsrc num-buffers=9 ! wavenc ! filesink location=sound.wav', self.folder)
        for name in 'none.mkv', 'text', 'cut.jpg', 'sound.wav', 'lacking.mp4':
            with self.subTest(name):
                viewer = Viewer(self, file=str(self.folder / name))
                event = viewer.next()
                self.assertEqual(event['event'], 'error')
                viewer.ends(1)
        for opening in {'address': 'rtsp://127.0.0.1:9/'}, {'device': '/dev/none'}, {'address': 'file:///etc/passwd'}, {}:
            viewer = Viewer(self, **opening)
            event = viewer.next()
            self.assertEqual(event['event'], 'error')
            viewer.ends(1)

    def test_drag(self):
        """Of many places that are asked for at once some are shown, all in order, and the last one to the frame."""
        viewer = Viewer(self, file=str(self.numbered(encoder='x264enc key-int-max=10')))
        viewer.picture()
        for n in range(80):
            viewer.do('seek', time=n / 25)
        numbers = []
        while not numbers or numbers[-1] != 79:
            numbers.append(number_of(viewer.picture()[1]))
        self.assertLess(len(numbers), 40)
        self.assertEqual(numbers[:-1], sorted(numbers[:-1]))

    def test_kinds(self):
        """What the command has to say to decoders, the viewer says too; and pictures stand upright and undistorted."""
        source = 'videotestsrc num-buffers=9 pattern=gradient ! video/x-raw,width=64,height=48,framerate=25/1'
        usual = f'{source},format=I420'
        for name, pipeline, size in (
                ('turned.mp4', f'{usual} ! x264enc ! mp4mux', (64, 48)),
                ('wide.mkv', f'{usual},pixel-aspect-ratio=2/1 ! x264enc ! matroskamux', (48, 128)),
                ('gray16.mkv', f'{source},format=GRAY16_LE ! avenc_ffv1 ! matroskamux', (48, 64)),
                ('deep.mkv', f'{source},format=I420_10LE ! avenc_ffv1 ! matroskamux', (48, 64)),
                ('gray10.mkv', 'gray10le', (48, 64)),  # GStreamer's decoder crashes
                ('not-sought.y4m', f'{usual} ! y4menc', (48, 64)),
                ('sound.mkv', f'{usual} ! jpegenc ! matroskamux name=mux audiotestsrc num-buffers=20 ! vorbisenc ! mux.'
                 ' mux.', (48, 64))):
            with self.subTest(name):
                if name == 'gray10.mkv':
                    if not has_libavformat() or not shutil.which('ffmpeg'):
                        continue
                    subprocess.run(['ffmpeg', '-v', 'error', '-i', 'wide.mkv', '-vf', 'setsar=1', '-pix_fmt', pipeline,
                                    '-c:v', 'ffv1', name], cwd=self.folder, check=True, stdin=subprocess.DEVNULL)
                else:
                    launch(f'{pipeline} ! filesink location={name}', self.folder)
                if name == 'turned.mp4':
                    data = bytearray((self.folder / name).read_bytes())
                    matrix = data.index(b'tkhd') + 44
                    data[matrix:matrix + 36] = struct.pack('>iiiiiiiii', 0, 1 << 16, 0, -1 << 16, 0, 0, 48 << 16, 0, 1 << 30)
                    (self.folder / name).write_bytes(data)
                viewer = Viewer(self, file=str(self.folder / name))
                opened = viewer.next()
                self.assertEqual((opened['height'], opened['width']), size)
                _, before, after = viewer.picture()
                self.assertEqual(before.shape[:2], size)
                dark, light = before[:size[0] // 4], before[-size[0] // 4:]
                if name == 'turned.mp4':
                    light, dark = before[:, :size[1] // 4], before[:, -size[1] // 4:]
                self.assertGreater(light.mean(), dark.mean() + 80)
                viewer.do('step', frames=1)
                self.assertAlmostEqual(viewer.picture()[0]['time'], 0.04)
                viewer.do('frame')
                frame = viewer.next('i')
                self.assertEqual(frame.shape, (*size, 3))
                self.assertEqual(frame.dtype, np.uint16 if name in ('gray16.mkv', 'gray10.mkv', 'deep.mkv') else np.uint8)
                viewer.do('seek', time=0.2)
                if opened['seekable']:
                    self.assertAlmostEqual(viewer.picture()[0]['time'], 0.2)
                else:
                    self.assertTrue(viewer.is_silent(0.3))

    def test_words_without_sense(self):
        viewer = Viewer(self, file=str(self.film()))
        viewer.picture()
        for line in b'', b'{', b'[]', b'{}', b'{"do":1}', b'{"do":"seek"}', b'{"do":"seek","time":"x"}', b'x' * 200000:
            viewer.process.stdin.write(line + b'\n')
        viewer.do('set', name='saturation', value='0')
        self.assertLess(colourfulness(viewer.picture()[2]), 2)

    def test_live(self):
        try:
            gi.require_version('GstRtspServer', '1.0')
            from gi.repository import GstRtspServer
        except (ImportError, ValueError):
            self.skipTest('GStreamer has no RTSP server here')
        need('x264enc', 'rtph264pay')
        server = subprocess.Popen([sys.executable, '-c', RTSP_SERVER], stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        viewer = Viewer(self, address=f'rtsp://127.0.0.1:{int(server.stdout.readline())}/ball')
        opened = viewer.next(timeout=60)
        self.assertEqual({**opened, 'fps': 0}, {'event': 'opened', 'kind': 'live', 'duration': None, 'width': 64,
                                                'height': 48, 'fps': 0, 'seekable': False})
        viewer.picture()
        heads = [viewer.picture()[0] for _ in range(9)]
        self.assertTrue(all(head['playing'] and 0 < head['delay'] < 2 for head in heads), heads)
        viewer.do('seek', time=1)
        viewer.do('step', frames=1)
        viewer.do('pause')
        while not viewer.is_silent(0.5):
            viewer.do('shown', number=10 ** 6)
        viewer.do('set', name='saturation', value='0')
        self.assertFalse(viewer.picture()[0]['playing'])
        self.assertTrue(viewer.is_silent(0.5))
        viewer.do('play')
        self.assertTrue(viewer.picture()[0]['playing'])
        server.kill()
        self.assertIn('sends no more pictures', viewer.event('error')['text'])
        viewer.ends(1)

    def test_page_goes(self):
        viewer = Viewer(self, file=str(self.film()))
        viewer.next()
        viewer.process.stdin.close()
        viewer.ends(0)
        viewer = Viewer(self)  # with nothing to open
        viewer.event('error')
        viewer.ends(1)


if __name__ == '__main__':
    unittest.main()
