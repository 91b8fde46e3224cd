#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films through `gst-colorize`: nothing is lost, and work that was killed goes on to the same film."""
import html
import os
import random
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / 'tests'))
try:
    import numpy as np
    from films import FRAMES, RATE, Gst, check_colorized, launch, make_film, need, read_frames, shell
except ImportError as lacking:
    print(lacking)
    sys.exit(77)  # skipped, to Meson

COMMAND = os.environ['GST_COLORIZE']
H264, AAC, OPUS = 'x264enc speed-preset=veryfast', 'avenc_aac ! aacparse', 'opusenc'


def packets(path: Path) -> dict[str, list[tuple[int, bytes]]]:
    """The time and the content of each packet of each track but the picture's, by the name of its caps."""
    pipeline = Gst.Pipeline()
    source, parse = Gst.ElementFactory.make('filesrc'), Gst.ElementFactory.make('parsebin')
    source.set_property('location', str(path))
    tracks: dict[str, list[tuple[int, bytes]]] = {}

    def pad_added(_, pad):
        sink = Gst.parse_bin_from_description('queue ! fakesink sync=false', True)
        pipeline.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad('sink'))
        name = pad.get_stream().get_stream_id()
        if pad.get_stream().get_stream_type() & Gst.StreamType.VIDEO:
            return

        def packet(pad, info):
            buffer = info.get_buffer()
            segment = pad.get_sticky_event(Gst.EventType.SEGMENT, 0).parse_segment()
            caps = pad.get_current_caps().get_structure(0).get_name()
            if buffer.pts != Gst.CLOCK_TIME_NONE:  # not a header
                sign, running = segment.to_running_time_full(Gst.Format.TIME, buffer.pts)
                found = tracks.setdefault(f'{caps} {name[-3:]}', [])
                found.append((sign * running, buffer.extract_dup(0, buffer.get_size())))
            return Gst.PadProbeReturn.OK
        pad.add_probe(Gst.PadProbeType.BUFFER, packet)

    parse.connect('pad-added', pad_added)
    pipeline.add(source)
    pipeline.add(parse)
    source.link(parse)
    pipeline.set_state(Gst.State.PLAYING)
    message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    assert message and message.type == Gst.MessageType.EOS, message
    return tracks


def picture_caps(path: Path) -> Gst.Structure:
    said = shell(f'gst-launch-1.0 -v filesrc location="{path.name}" ! decodebin ! identity name=last ! fakesink',
                 path.parent)
    lines = [line for line in said.splitlines() if 'last.GstPad:src' in line]
    return Gst.Caps.from_string(lines[-1].split('caps = ')[1]).get_structure(0)


class Film(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="colorize film's ")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def colorize(self, given: Path, result: Path, *options: str, status: int = 0) -> str:
        run = subprocess.run([COMMAND, str(given), '-o', str(result), *options], capture_output=True, text=True,
                             timeout=300)
        self.assertEqual(run.returncode, status, run.stderr)
        self.assertNotIn('CRITICAL', run.stderr)
        self.assertEqual(result.exists(), status == 0)
        if status == 0:
            self.assertFalse((result.parent / f'.{result.name}.parts').exists())
        return run.stderr

    def check_packets(self, given: Path, result: Path):
        """The same packets at the same distances; all may be later together."""
        old, new = packets(given), packets(result)
        self.assertEqual([[content for _, content in track] for track in old.values()],
                         [[content for _, content in track] for track in new.values()])
        late = [n - o for a, b in zip(old.values(), new.values()) for (o, _), (n, _) in zip(a, b)]
        late.append(read_frames(result)[0].time - read_frames(given)[0].time)
        self.assertLess(max(late) - min(late), 2_000_000, 'ns between the tracks')

    def test_two_sounds_of_a_matroska_film_are_kept(self):
        given, result = self.folder / 'film.mkv', self.folder / 'colour.mkv'
        make_film(given, H264, 'matroskamux', [AAC, OPUS])
        self.colorize(given, result)
        check_colorized(self, given, result, sounds=2)
        self.check_packets(given, result)

    def test_sound_of_an_mp4_film_is_kept(self):
        given, result = self.folder / 'film.mp4', self.folder / 'colour.mp4'
        make_film(given, H264, 'mp4mux', ['lamemp3enc ! mpegaudioparse'])
        self.colorize(given, result)
        check_colorized(self, given, result, sounds=1)
        self.check_packets(given, result)

    def test_uneven_frames_keep_their_times(self):
        for mux, ending in ('mp4mux', 'mp4'), ('matroskamux', 'mkv'):
            with self.subTest(ending):
                given, result = self.folder / f'film.{ending}', self.folder / f'colour.{ending}'
                make_film(given, H264, mux, uneven=True)
                self.colorize(given, result)
                check_colorized(self, given, result)

    def make(self, name: str, caps: str, encoder: str, rest: str = '') -> Path:
        path = self.folder / name
        mux = {'.mkv': 'matroskamux', '.mp4': 'mp4mux'}[path.suffix]
        need(encoder, mux)
        launch(f'videotestsrc pattern=ball num-buffers={FRAMES} ! videobalance saturation=0 '
               f'! video/x-raw,format=I420,width=176,height=144,{caps} ! {encoder} ! {mux} name=mux '
               f'! filesink location={path.name} {rest}', self.folder)
        return path

    def test_what_the_picture_says_of_itself_is_kept(self):
        for caps, fields in (
                ('framerate=24000/1001', ['framerate']),
                ('pixel-aspect-ratio=12/11,framerate=25/1', ['pixel-aspect-ratio']),
                ('colorimetry=1:4:0:0,framerate=25/1', ['colorimetry']),
                ('colorimetry=bt709,framerate=25/1', ['colorimetry']),
                ('interlace-mode=interleaved,field-order=top-field-first,framerate=25/1', ['interlace-mode'])):
            with self.subTest(caps):
                given, result = self.make('film.mkv', caps, H264), self.folder / 'colour.mkv'
                self.colorize(given, result, '--to-gray')
                old, new = picture_caps(given), picture_caps(result)
                for field in fields:
                    self.assertEqual(old.get_fraction(field), new.get_fraction(field))
                    self.assertEqual(old.get_string(field), new.get_string(field))
                self.assertEqual(len(read_frames(given)), len(read_frames(result)))
                result.unlink()

    def test_sound_that_begins_later_still_does(self):
        need(AAC)
        sound = ('audiotestsrc num-buffers=40 timestamp-offset=700000000 ! audio/x-raw,rate=48000 '
                 f'! queue max-size-time=0 ! {AAC} ! mux.')
        given, result = self.make('film.mkv', 'framerate=25/1', H264, sound), self.folder / 'colour.mkv'
        self.colorize(given, result, '--to-gray')
        self.check_packets(given, result)

    def test_subtitles_are_kept_or_named(self):
        srt = '1\n00:00:00,500 --> 00:00:01,000\nA & B\n\n2\n00:00:01,200 --> 00:00:02,000\nC\n'
        (self.folder / 'film.srt').write_text(srt)
        given = self.make('film.mkv', 'framerate=25/1', H264, 'filesrc location=film.srt ! subparse ! mux.')
        for ending in 'mkv', 'mp4':
            result = self.folder / f'colour.{ending}'
            self.colorize(given, result, '--to-gray')
            # GStreamer escapes what it reads from some containers.
            texts = [html.unescape(content.decode().rstrip('\0'))
                     for track in packets(result).values() for _, content in track]
            self.assertEqual([text for text in texts if text], ['A & B', 'C'])
        result = self.folder / 'colour.ts'
        self.assertIn('Timed Text', self.colorize(given, result, '--to-gray'))

    def test_a_film_that_lies_on_its_side_is_turned_upright(self):
        given, result = self.make('film.mp4', 'framerate=25/1', H264), self.folder / 'colour.mp4'
        data = bytearray(given.read_bytes())
        matrix = data.index(b'tkhd') + 44
        data[matrix:matrix + 36] = b''.join(
            value.to_bytes(4, 'big') for value in (0, 1 << 16, 0, 0xffff0000, 0, 0, 144 << 16, 0, 1 << 30))
        given.write_bytes(data)
        self.colorize(given, result, '--to-gray')
        old, new = read_frames(given), read_frames(result)
        self.assertEqual(new[0].rgb.shape, (176, 144, 3))
        turned = min(np.abs(np.rot90(old[30].luma, turns) - new[30].luma).mean() for turns in (1, 3))
        self.assertLess(turned, 3)

    def test_a_truncated_film_is_named_and_leaves_nothing(self):
        given, result = self.folder / 'film.mkv', self.folder / 'colour.mkv'
        launch('videotestsrc num-buffers=500 ! video/x-raw,width=176,height=144,framerate=25/1 '
               f'! {H264} key-int-max=25 ! matroskamux ! filesink location=film.mkv', self.folder)
        data = given.read_bytes()
        given.write_bytes(data[:len(data) // 2])
        self.assertIn('ends after', self.colorize(given, result, status=1))

    def test_what_is_no_film_is_named(self):
        given = self.folder / 'film.mp4'
        given.write_bytes(random.Random(1).randbytes(10_000))
        self.colorize(given, self.folder / 'colour.mp4', status=1)

    def test_a_full_disk_is_named_and_leaves_nothing(self):
        disk = self.folder / 'disk'
        disk.mkdir()
        mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', str(disk)], capture_output=True)
        if mounted.returncode:
            self.skipTest('only root can make a small disk: ' + mounted.stderr.decode())
        self.addCleanup(subprocess.run, ['umount', str(disk)], check=True)
        given = self.folder / 'film.mkv'
        make_film(given, H264, 'matroskamux')
        said = self.colorize(given, disk / 'colour.mkv', '--codec', 'ffv1', status=1)
        self.assertRegex(said, '(?i)space')

    def digest(self, film: Path) -> str:
        """Of every decoded frame, and how many they are."""
        return shell(f'gst-launch-1.0 -q filesrc location={film.name} ! decodebin ! videoconvert '
                     '! video/x-raw,format=I420 ! filesink location=frames.raw; md5sum frames.raw; wc -c frames.raw',
                     self.folder)

    def test_killed_work_goes_on_to_the_same_film(self):
        given = self.folder / 'film.mkv'
        frames = 1525
        launch(f'videotestsrc pattern=ball num-buffers={frames} ! videobalance saturation=0 '
               f'! video/x-raw,format=I420,width=176,height=144,framerate={RATE}/1 '
               f'! {H264} key-int-max=40 ! matroskamux name=mux ! filesink location=film.mkv '
               f'audiotestsrc samplesperbuffer=1920 num-buffers={frames} ! audio/x-raw,rate=48000 ! {AAC} ! mux.',
               self.folder)
        options = '--inference-interval', '20', '--inference-size', '64'
        undisturbed, resumed = self.folder / 'undisturbed.mkv', self.folder / 'resumed.mkv'
        begin = time.monotonic()
        self.colorize(given, undisturbed, *options)
        whole = time.monotonic() - begin
        self.assertIn(str(frames * 176 * 144 * 3 // 2), self.digest(undisturbed))

        moments = random.Random()
        kept = 0
        for _ in range(5):
            run = subprocess.Popen([COMMAND, str(given), '-o', str(resumed), '--resume', *options],
                                   stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            try:
                run.wait(moments.uniform(0.2, 0.6) * whole)
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait()
            if resumed.exists():
                break
            done = {file.name: file.stat().st_mtime_ns for file in self.folder.glob('.resumed.mkv.parts/*.gdp')}
            self.assertGreaterEqual(len(done), kept, 'finished pieces')
            kept = len(done)
        if not resumed.exists():
            self.colorize(given, resumed, '--resume', *options)
        self.assertEqual(self.digest(undisturbed), self.digest(resumed))
        self.check_packets(undisturbed, resumed)

    def test_pieces_made_otherwise_are_not_used(self):
        given, result = self.folder / 'film.mkv', self.folder / 'colour.mkv'
        make_film(given, H264, 'matroskamux')
        parts = self.folder / '.colour.mkv.parts'
        parts.mkdir()
        (parts / 'record').write_text('[made with]\nfilm=another\n')
        (parts / 'picture0-00000.gdp').write_bytes(b'not of this film')
        self.assertIn('begins anew', self.colorize(given, result, '--resume'))
        check_colorized(self, given, result)

    def test_the_left_half_is_as_it_was(self):
        given = self.folder / 'film.mkv'
        make_film(given, H264, 'matroskamux')
        for how, width in ('halves', 176), ('side-by-side', 352):
            result = self.folder / f'{how}.mkv'
            self.colorize(given, result, f'--compare={how}')
            frame, middle = read_frames(result)[-1], width // 2
            self.assertEqual(frame.rgb.shape[1], width)
            spread = np.ptp(frame.rgb, axis=2)
            self.assertLess(spread[:, :middle - 4].mean(), 1)
            self.assertGreater(spread[:, middle + 4:].mean(), 5)


if __name__ == '__main__':
    unittest.main()
