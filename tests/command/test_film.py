#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Films through `gst-colorize`: nothing is lost, and work that was killed goes on to the same film."""
import html
import itertools
import os
import random
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from command import AAC, COMMAND, H264, Case, has_libavformat
import numpy as np
from films import (FRAMES, RATE, Gst, check_colorized, collect, launch, make_film, need, read_frames,
                   run_to_end, shell)

OPUS = 'opusenc'


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
    return dict(sorted(tracks.items()))


def pictures(path: Path, caps: str = 'video/x-vp8') -> list[bytes]:
    """The picture's packets as they are stored, in order."""
    demuxer = 'avidemux' if path.suffix == '.avi' else 'parsebin'  # a parser could take packets apart
    pipeline = Gst.parse_launch(f'filesrc name=file ! {demuxer} ! {caps} ! appsink name=sink sync=false')
    pipeline.get_by_name('file').set_property('location', str(path))
    samples: list[Gst.Sample] = []
    collect(pipeline.get_by_name('sink'), samples)
    run_to_end(pipeline)
    buffers = [sample.get_buffer() for sample in samples]
    return [buffer.extract_dup(0, buffer.get_size()) for buffer in buffers]


def duration(path: Path) -> int:
    """In nanoseconds, as the film itself has it."""
    pipeline = Gst.parse_launch('filesrc name=file ! qtdemux ! fakesink')
    pipeline.get_by_name('file').set_property('location', str(path))
    pipeline.set_state(Gst.State.PAUSED)
    pipeline.get_state(60 * Gst.SECOND)
    known, length = pipeline.query_duration(Gst.Format.TIME)
    pipeline.set_state(Gst.State.NULL)
    assert known
    return length


def picture_caps(path: Path) -> Gst.Structure:
    said = shell(f'gst-launch-1.0 -v filesrc location="{path.name}" ! decodebin ! identity name=last ! fakesink',
                 path.parent)
    lines = [line for line in said.splitlines() if 'last.GstPad:src' in line]
    return Gst.Caps.from_string(lines[-1].split('caps = ')[1]).get_structure(0)


class Film(Case):
    def colorize(self, given: Path, result: Path, *options: str, status: int = 0) -> str:
        said = self.run_command(given, '-o', result, *options, status=status).stderr
        self.assertEqual(result.exists(), status == 0)
        if status == 0:
            self.assertFalse((result.parent / f'.{result.name}.parts').exists())
        return said

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
        given = self.folder / 'film.mkv'
        make_film(given, H264, 'matroskamux', uneven=True)  # mp4mux by itself may hide the last one
        for ending in 'mp4', 'mkv':
            with self.subTest(ending):
                result = self.folder / f'colour.{ending}'
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
        self.assertRegex(self.colorize(given, result, '--to-gray'), 'Timed Text|SubRip')

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

    def test_a_film_that_is_cut_off_is_named_and_leaves_nothing(self):
        for name, mux in (('film.mp4', 'mp4mux faststart=true'), ('last.mp4', 'mp4mux'), ('film.mkv', 'matroskamux'),
                          ('film.avi', 'avimux')):
            with self.subTest(name):
                given = self.folder / name
                need(H264, mux)
                make_film(given, H264 + ' bframes=0 ! h264parse', mux)
                whole = given.read_bytes()
                result = self.folder / f'colour.{name}'
                self.assertNotIn('cut off', self.colorize(given, result, '--to-gray'))
                result.unlink()
                given.write_bytes(whole[:len(whole) * 9 // 10])
                self.assertIn('cut off', self.colorize(given, result, '--to-gray', status=1))

    def test_a_recording_that_stops_in_the_middle_is_named(self):
        for name, encoder, mux in (('film.ts', H264, 'mpegtsmux'), ('film.ogv', 'theoraenc', 'oggmux')):
            with self.subTest(name):
                given, result = self.folder / name, self.folder / f'colour.{name}'
                make_film(given, encoder, mux)
                whole = given.read_bytes()
                self.assertNotIn('cut off', self.colorize(given, result, '--to-gray'))
                result.unlink()
                given.write_bytes(whole[:len(whole) * 9 // 10 // 188 * 188 + 100])
                self.assertIn('cut off', self.colorize(given, result, '--to-gray'))
                self.assertGreater(len(read_frames(result)), FRAMES // 2)

    def test_frames_that_cannot_be_decoded_are_counted(self):
        given, result = self.folder / 'film.mkv', self.folder / 'colour.mkv'
        make_film(given, 'vp8enc deadline=1', 'matroskamux')
        data = given.read_bytes()
        frames = [data.index(content) for content in pictures(given)]
        for frame in frames[20:25]:
            data = data[:frame] + b'\xff' * 3 + data[frame + 3:]  # its first part is longer than all of it
        given.write_bytes(data)
        self.assertIn(f'missing: 5 of {FRAMES}', self.colorize(given, result, '--to-gray'))
        self.assertEqual(len(read_frames(result)), FRAMES - 5)

    def test_frames_packed_together_keep_their_times(self):
        """As DivX puts B-frames into AVI: with the next frame, and an empty frame in their own place."""
        given, result = self.folder / 'film.avi', self.folder / 'colour.mkv'
        make_film(self.folder / 'plain.avi', 'avenc_mpeg4 max-bframes=1 bitrate=2000000', 'avimux')
        plain = pictures(self.folder / 'plain.avi', 'video/x-divx')
        vop = b'\0\0\1\xb6'
        is_b = [packet[packet.index(vop) + 4] >> 6 == 2 for packet in plain]
        self.assertGreater(sum(is_b), FRAMES // 4)
        header = plain[0].index(vop)
        packed = [plain[0][:header] + b'\0\0\1\xb2DivX503b1393p' + plain[0][header:]]
        for packet, b in zip(plain[1:], is_b[1:]):
            if b:
                packed[-1] += packet
            packed.append(vop + b'\x50\x4f' if b else packet)
        pipeline = Gst.parse_launch('avimux name=mux ! filesink name=sink appsrc name=source format=time ! mux.video_0')
        pipeline.get_by_name('sink').set_property('location', str(given))
        source = pipeline.get_by_name('source')
        source.set_property('caps', Gst.Caps.from_string(
            f'video/mpeg,mpegversion=4,systemstream=false,width=176,height=144,framerate={RATE}/1'))
        pipeline.set_state(Gst.State.PLAYING)
        for i, packet in enumerate(packed):
            buffer = Gst.Buffer.new_wrapped(packet)
            buffer.pts, buffer.duration = i * Gst.SECOND // RATE, Gst.SECOND // RATE
            if i:
                buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
            source.emit('push-buffer', buffer)
        source.emit('end-of-stream')
        message = pipeline.get_bus().timed_pop_filtered(60 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        pipeline.set_state(Gst.State.NULL)
        self.assertEqual(message.type, Gst.MessageType.EOS)
        self.colorize(given, result, '--to-gray')
        times = [frame.time for frame in read_frames(result)]
        steps = [round((b - a) / 1e6) for a, b in zip(times, times[1:])]
        self.assertEqual(steps, [1000 // RATE] * (len(packed) - 1))

    def test_a_gap_among_the_last_frames_costs_none(self):
        given, result = self.folder / 'film.mp4', self.folder / 'colour.mp4'
        need(H264, 'mp4mux')
        pipeline = Gst.parse_launch(
            f'videotestsrc pattern=ball num-buffers={FRAMES} ! video/x-raw,format=I420,framerate={RATE}/1 '
            f'! identity name=here ! {H264} ! h264parse ! mp4mux ! filesink name=sink')
        pipeline.get_by_name('sink').set_property('location', str(given))
        count = itertools.count(1)
        pipeline.get_by_name('here').get_static_pad('sink').add_probe(
            Gst.PadProbeType.BUFFER,
            lambda *_: Gst.PadProbeReturn.DROP if next(count) == FRAMES - 1 else Gst.PadProbeReturn.OK)
        run_to_end(pipeline)
        self.colorize(given, result, '--to-gray')
        length = round(Gst.SECOND * FRAMES / RATE)
        self.assertEqual(duration(result), length)
        self.assertEqual(read_frames(result)[-1].time, length - Gst.SECOND // RATE)

    def test_times_that_the_demuxer_loses_are_named_where_nobody_else_reads_them(self):
        given, result = self.folder / 'film.ts', self.folder / 'colour.mkv'
        need(H264, 'mpegtsmux')
        # GStreamer takes program clock references that are so rare for a new clock.
        launch('videotestsrc num-buffers=150 ! video/x-raw,width=176,height=144,framerate=25/1 '
               f'! {H264} key-int-max=10 ! h264parse ! mpegtsmux pcr-interval=135000 ! filesink location=film.ts',
               self.folder)
        said = self.colorize(given, result, '--to-gray')
        self.assertEqual('go back' in said, not has_libavformat(), said)

    def test_all_moving_pictures_of_a_film_are_kept_or_it_is_said(self):
        given, result = self.folder / 'film.mkv', self.folder / 'colour.mkv'
        need(H264, 'matroskamux')
        source = f'videotestsrc num-buffers={FRAMES}'
        launch(f'{source} ! video/x-raw,width=176,height=144 ! {H264} ! matroskamux name=mux '
               f'! filesink location=film.mkv {source} ! video/x-raw,width=128,height=96 ! {H264} ! mux.', self.folder)
        self.colorize(given, result, '--to-gray')
        sizes = []
        for track in 0, 1:
            raw = self.folder / f'{track}.raw'
            launch(f'filesrc location=colour.mkv ! matroskademux name=d  d.video_{track} ! decodebin ! videoconvert '
                   f'! video/x-raw,format=I420 ! filesink location={raw.name}', self.folder)
            frames = np.fromfile(raw, np.uint8).reshape(FRAMES, -1)
            sizes.append(frames.size)
            self.assertLess(np.abs(frames[:, frames.shape[1] * 2 // 3:].astype(int) - 128).max(), 3)
        self.assertEqual(sizes, [176 * 144 * 3 // 2 * FRAMES, 128 * 96 * 3 // 2 * FRAMES])
        self.assertIn('2 moving pictures', self.colorize(given, self.folder / 'colour.avi', status=1))

    def test_a_codec_that_the_container_cannot_hold_is_named_with_what_fits(self):
        given = self.make('film.mkv', 'framerate=25/1', H264)
        said = self.colorize(given, self.folder / 'colour.mp4', '--codec', 'ffv1', status=1)
        self.assertIn('h264', said)
        self.assertIn('mkv', said)

    def test_every_codec(self):
        given = self.make('film.mkv', 'framerate=25/1', H264)
        for codec, caps, ending, encoder in (
                ('h264', 'video/x-h264', 'mp4', 'x264enc'), ('h265', 'video/x-h265', 'mkv', 'x265enc'),
                ('vp9', 'video/x-vp9', 'webm', 'vp9enc'), ('av1', 'video/x-av1', 'mp4', 'av1enc'),
                ('ffv1', 'video/x-ffv', 'mkv', 'avenc_ffv1'), ('prores', 'video/x-prores', 'mov', 'avenc_prores_ks')):
            with self.subTest(codec):
                need(encoder)
                result = self.folder / f'{codec}.{ending}'
                self.colorize(given, result, '--to-gray', '--codec', codec)
                self.assertEqual(len(pictures(result, caps)), FRAMES)
                old, new = read_frames(given), read_frames(result)
                self.assertEqual(len(new), FRAMES)
                self.assertLess(np.abs(old[-1].luma - new[-1].luma).mean(), 3)

    def test_ten_bits_stay(self):
        for codec, encoder in ('h264', 'x264enc'), ('h265', 'x265enc'), ('vp9', 'vp9enc'), ('ffv1', 'avenc_ffv1'):
            with self.subTest(codec):
                need(encoder, 'x264enc')
                given, result = self.folder / 'ten.mkv', self.folder / f'{codec}.mkv'
                launch('videotestsrc pattern=ball num-buffers=10 ! video/x-raw,format=I420_10LE,width=176,height=144 '
                       '! x264enc ! matroskamux ! filesink location=ten.mkv', self.folder)
                self.colorize(given, result, '--to-gray', '--codec', codec)
                self.assertEqual(picture_caps(result).get_string('format'), 'I420_10LE')

    def test_interlaced_films_are_made_of_whole_frames_when_asked(self):
        given = self.make('film.mkv', 'interlace-mode=interleaved,field-order=top-field-first,framerate=25/1', H264)
        result = self.folder / 'colour.mkv'
        self.assertNotIn('missing', self.colorize(given, result, '--to-gray', '--deinterlace'))
        self.assertEqual(picture_caps(result).get_string('interlace-mode'), 'progressive')
        self.assertEqual(len(read_frames(result)), FRAMES)

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

    def test_grain_stays_however_many_bits_it_takes(self):
        shell('ffmpeg -v error -nostdin -f lavfi -i testsrc2=s=640x480:r=25:d=0.6 -vf noise=alls=20:allf=t,format=gray,'
              'format=yuv420p -c:v ffv1 grain.mkv', self.folder)
        for codec in 'h264', 'h265', 'vp9':
            self.colorize(self.folder / 'grain.mkv', self.folder / f'{codec}.mkv', '--to-gray', '--codec', codec)
            said = shell(f'ffmpeg -v error -nostdin -i {codec}.mkv -i grain.mkv -lavfi psnr=f=- -f null -', self.folder)
            psnr = [float(word.split(':')[1]) for word in said.split() if word.startswith('psnr_y:')]
            self.assertEqual(len(psnr), 15)
            self.assertGreater(min(psnr), 32, codec)

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

        def pieces() -> dict[str, int]:
            try:
                return {file.name: file.stat().st_mtime_ns for file in self.folder.glob('.resumed.mkv.parts/*.gdp')}
            except FileNotFoundError:  # the film is done meanwhile
                return {}

        kept: dict[str, int] = {}
        for kill in 1, 2:
            run = subprocess.Popen([COMMAND, str(given), '-o', str(resumed), '--resume', *options],
                                   stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            while run.poll() is None and len(pieces()) < kill:
                time.sleep(0.01)
            time.sleep(random.uniform(0, 0.15) * whole)
            run.kill()
            run.wait()
            done = pieces()
            self.assertGreaterEqual(len(done), kill, 'finished pieces')
            self.assertEqual({name: done.get(name) for name in kept}, kept, 'finished pieces are made again')
            kept = done
        self.colorize(given, resumed, '--resume', *options)
        self.assertEqual(self.digest(undisturbed), self.digest(resumed))
        self.check_packets(undisturbed, resumed)

    @unittest.skipIf('libasan' in os.environ.get('LD_PRELOAD', ''), 'long, and sanitizers see nothing else in it')
    def test_films_of_others_are_made_in_pieces_without_a_seam(self):
        """The frames of all pieces are those of the film, at their times."""
        shell('ffmpeg -v error -nostdin -f lavfi -i testsrc2=s=160x120:r=10:d=65 '
              '-vf noise=alls=12:allf=t+u,format=gray,format=yuv420p -c:v ffv1 source.mkv', self.folder)
        open_gop = '-c:v libx264 -bf 2 -x264-params open-gop=1:keyint=25:min-keyint=25:scenecut=0'
        hevc = '-c:v libx265 -x265-params log-level=error:keyint=40:bframes=3'
        need('avdec_h264', 'avdec_h265', 'avdec_mpeg2video')
        if not shutil.which('ffmpeg'):
            self.skipTest('no ffmpeg')
        for name, encoder in (('avc.mp4', open_gop), ('avc.mov', '-c copy'), ('avc.mkv', '-c copy'), ('avc.ts', '-c copy'),
                              ('hevc.mp4', hevc), ('hevc.mkv', '-c copy'), ('hevc.ts', '-c copy'),
                              ('mpeg2.mkv', '-c:v mpeg2video -r 25 -bf 2 -g 12'), ('mpeg2.ts', '-c copy'),
                              ('mpeg2.vob', '-c:v mpeg2video -r 25 -bf 2 -g 12'), ('mpeg4.avi', '-c:v mpeg4 -g 20 -q 3'),
                              ('between.avi', '-c:v mpeg4 -bf 2 -g 20 -q 3 -flags +cgop -sc_threshold 1000000000'),
                              ('avc.avi', '-c:v libx264 -bf 2 -g 25'),
                              # Frames behind a keyframe are shown before it, and nothing says when: one piece.
                              ('one-open.avi', '-c:v mpeg4 -bf 2 -g 20 -q 3'),
                              ('vp8.webm', '-c:v libvpx -deadline realtime -cpu-used 8 -g 40'),
                              # A picture that builds up from no keyframe on, but over all: it stays one piece.
                              ('one-refresh.mp4', '-c:v libx264 -x264-params intra-refresh=1:keyint=40')):
            with self.subTest(name):
                given, result = self.folder / name, self.folder / f'{name}.colour.mkv'
                made = 'source.mkv' if encoder != '-c copy' else last
                last = name
                shell(f'ffmpeg -v error -nostdin -y -i {made} {encoder} {name}', self.folder)
                subprocess.run([COMMAND, str(given), '-o', str(result), '--to-gray', '--codec', 'ffv1', '--progress',
                                'none', '--keep-pieces'], check=True)
                pieces = len(list(self.folder.glob(f'.{result.name}.parts/*.gdp')))
                self.assertEqual(pieces > 1, not name.startswith('one'), f'{pieces} pieces')
                digests = [shell(f'ffmpeg -v error -i {film.name} -map 0:v -vf extractplanes=y -pix_fmt gray -f framemd5 '
                                 '-enc_time_base 1:1000 - | grep -v "^#" | cut -d, -f3,6', self.folder).split('\n')
                           for film in (given, result)]
                contents = [[line.split(',')[-1] for line in lines] for lines in digests]
                self.assertEqual(len(contents[0]), len(contents[1]))
                self.assertEqual(contents[0], contents[1])

    def test_a_track_that_begins_late_is_kept(self):
        if not shutil.which('ffmpeg'):
            self.skipTest('no ffmpeg')
        film = '-f lavfi -i testsrc2=s=96x64:r=25:d=14 -itsoffset {} -f lavfi -i sine=d=2 -map 0 -map 1 -pix_fmt yuv420p'
        for name, late, codecs in (('dvd.vob', 0, '-c:v mpeg2video -c:a ac3 -f vob'),
                                   ('vcd.mpg', 0, '-c:v mpeg1video -c:a mp2'),
                                   ('camera.dv', 0, '-s 720x576 -c:v dvvideo -ar 48000 -ac 2 -t 2'),
                                   ('late.flv', 12, '-c:v flv -c:a mp3 -ar 44100')):
            with self.subTest(name):
                given, result = self.folder / name, self.folder / f'{name}.mkv'
                shell(f'ffmpeg -v error -nostdin -y {film.format(late)} {codecs} {name}', self.folder)
                self.assertEqual(self.colorize(given, result, '--to-gray', '--progress', 'none'), '')
                kinds = [shell('ffprobe -v error -show_entries stream=codec_type -show_entries packet=codec_type '
                               f'-of csv=p=0 {film.name}', self.folder).split() for film in (given, result)]
                for kind in 'audio', 'video':
                    self.assertGreater(kinds[0].count(kind), 20)
                    self.assertLessEqual(abs(kinds[0].count(kind) - kinds[1].count(kind)), 1, f'packets of {kind}')

    def test_another_film_that_follows_in_the_file_is_named(self):
        need('theoraenc', 'oggmux')
        given, result = self.folder / 'film.ogv', self.folder / 'colour.ogv'
        two = b''
        for _ in range(2):  # oggmux gives each its own serial number
            make_film(given, 'theoraenc', 'oggmux')
            two += given.read_bytes()
        given.write_bytes(two)
        self.assertIn('another film', self.colorize(given, result, '--to-gray'))
        self.assertEqual(len(read_frames(result)), FRAMES)

    def test_pieces_made_otherwise_are_not_used(self):
        given, result = self.folder / 'film.mkv', self.folder / 'colour.mkv'
        make_film(given, H264, 'matroskamux')
        parts = self.folder / '.colour.mkv.parts'
        parts.mkdir()
        (parts / 'lock').write_text('gst-colorize makes a film in this folder, and removes it at the end.\n')
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
