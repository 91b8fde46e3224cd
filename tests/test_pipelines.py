#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whole films through `colorize`: every frame in its place and at its time, the sound as it was, colour where none was."""
import shlex
import sys
import tempfile
import unittest
from pathlib import Path

import cv2
import numpy as np

import films
from films import HEIGHT, WIDTH, Gst

H264, AAC = 'x264enc ! h264parse', 'avenc_aac ! aacparse'
COLOUR = 'decodebin ! videoconvert ! colorize ! videoconvert'


class Pipelines(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix='colorize pipelines ')
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def make(self, name, video, mux, *sounds, uneven=False):
        films.make_film(self.folder / name, video, mux, list(sounds), uneven)
        return self.folder / name

    def colorized(self, given, demuxer, result, encoder, mux, *sounds, video='d.video_0'):
        """Runs README's line with these parts and checks what comes out against what went in."""
        films.need(demuxer, encoder, mux, *sounds)
        films.launch(
            f'filesrc location={given.name} ! {demuxer} name=d   {mux} name=m ! filesink location={result} '
            f'{video} ! queue ! {COLOUR} ! {encoder} ! m. {" ".join(sounds)}', self.folder)
        films.check_colorized(self, given, self.folder / result, len(sounds))

    def test_mp4(self):
        self.colorized(self.make('film.mp4', H264, 'mp4mux', AAC), 'qtdemux', 'colour.mp4', H264, 'mp4mux',
                       'd.audio_0 ! queue max-size-time=0 ! aacparse ! m.')

    def test_mp4_without_sound(self):
        self.colorized(self.make('film.mp4', H264, 'mp4mux'), 'qtdemux', 'colour.mp4', H264, 'mp4mux')

    def test_mp4_to_mkv(self):
        self.colorized(self.make('film.mp4', H264, 'mp4mux', 'lamemp3enc'), 'qtdemux', 'colour.mkv', H264, 'matroskamux',
                       'd.audio_0 ! queue max-size-time=0 ! mpegaudioparse ! m.')

    def test_mkv_with_two_sound_tracks(self):
        self.colorized(self.make('film.mkv', 'x264enc', 'matroskamux', 'opusenc', 'vorbisenc'), 'matroskademux',
                       'colour.mkv', H264, 'matroskamux', 'd.audio_0 ! queue max-size-time=0 ! m.audio_0',
                       'd.audio_1 ! queue max-size-time=0 ! m.audio_1')

    def test_webm_with_vp8(self):
        self.colorized(self.make('film.webm', 'vp8enc deadline=1', 'webmmux', 'opusenc'), 'matroskademux', 'colour.webm',
                       'vp8enc deadline=1 target-bitrate=4000000', 'webmmux',
                       'd.audio_0 ! queue max-size-time=0 ! m.audio_0')

    def test_webm_with_vp9(self):
        self.colorized(self.make('film.webm', 'vp9enc deadline=1 cpu-used=8', 'webmmux', 'vorbisenc'), 'matroskademux',
                       'colour.webm', 'vp9enc deadline=1 cpu-used=8 target-bitrate=4000000', 'webmmux',
                       'd.audio_0 ! queue max-size-time=0 ! m.audio_0')

    def test_avi(self):
        self.colorized(self.make('film.avi', 'jpegenc', 'avimux', 'lamemp3enc'), 'avidemux', 'colour.mkv', H264,
                       'matroskamux', 'd.audio_0 ! queue max-size-time=0 ! mpegaudioparse ! m.')

    def test_ogv(self):
        self.colorized(self.make('film.ogv', 'theoraenc', 'oggmux', 'vorbisenc'), 'oggdemux', 'colour.webm',
                       'vp8enc deadline=1 target-bitrate=4000000', 'webmmux',
                       'd. ! audio/x-vorbis ! queue max-size-time=0 ! m.audio_0', video='d. ! video/x-theora')

    def test_transport_stream(self):
        self.colorized(self.make('film.ts', H264, 'mpegtsmux', AAC), 'tsdemux', 'colour.mp4', H264, 'mp4mux',
                       'd. ! audio/mpeg ! queue max-size-time=0 ! aacparse ! m.', video='d. ! video/x-h264')

    def test_uneven_frame_times(self):
        given = self.make('film.mkv', 'x264enc', 'matroskamux', AAC, uneven=True)
        steps = np.diff([f.time for f in films.read_frames(given)])
        self.assertGreater(steps.max(), 1.5 * steps.min(), 'the film made for this test has even times')
        self.colorized(given, 'matroskademux', 'colour.mkv', H264, 'matroskamux',
                       'd.audio_0 ! queue max-size-time=0 ! aacparse ! m.')

    def test_10_bits(self):
        """Every code of luma that the decoder gives is there afterwards, through a lossless encoder too."""
        def planes(path, description=''):
            pipeline = Gst.parse_launch(f'filesrc location="{path}" ! decodebin ! videoconvert {description} '
                                        '! video/x-raw,format=I420_10LE ! appsink name=sink')
            samples = []
            films.collect(pipeline.get_by_name('sink'), samples)
            films.run_to_end(pipeline)
            self.assertEqual(len(samples), 12)
            codes = np.array([np.frombuffer(s.get_buffer().extract_dup(0, WIDTH * HEIGHT * 3), '<u2') for s in samples])
            return codes[:, :WIDTH * HEIGHT], codes[:, WIDTH * HEIGHT:]
        # A network whose colour is known: what ours sees in a pattern is its own affair.
        known = Path(__file__).resolve().parent / 'models' / 'ab-constant.onnx'
        effect = COLOUR.replace('colorize', f'colorize model="{known}"')
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        frames = [np.concatenate([(64 + 4 * x + y + 8 * n).ravel(), np.full(WIDTH * HEIGHT // 2, 512)]).astype('<u2')
                  for n in range(12)]
        (self.folder / 'raw').write_bytes(b''.join(f.tobytes() for f in frames))
        for encoder in ('avenc_ffv1', 'x264enc ! h264parse', 'x265enc ! h265parse', 'vp9enc deadline=1'):
            with self.subTest(encoder):
                films.need(encoder)
                films.launch(f'filesrc location=raw ! rawvideoparse format=i420-10le width={WIDTH} height={HEIGHT} '
                             f'! {encoder} ! matroskamux ! filesink location=film.mkv', self.folder)
                films.launch(f'filesrc location=film.mkv ! {effect} ! avenc_ffv1 ! matroskamux '
                             '! filesink location=colour.mkv', self.folder)
                luma, chroma = planes(self.folder / 'film.mkv')
                self.assertGreater(len(np.unique(luma % 4)), 1, 'the film made for this test has but 8 bits')
                self.assertLess(np.abs(chroma.astype(int) - 512).max(), 8)
                new_luma, new_chroma = planes(self.folder / 'colour.mkv')
                self.assertTrue(np.array_equal(luma, new_luma))
                self.assertGreater(np.abs(new_chroma.astype(int) - 512).max(), 16)
                self.assertGreater(len(np.unique(new_chroma % 4)), 1, 'chroma of 8 bits')

    def test_two_passes(self):
        """A network that changes its mind with the light is heard out first: then things keep one colour through all of it."""
        films.need('x264enc')
        films.shell('ffmpeg -v error -nostdin -loop 1 -framerate 25 -t 3 '
                    f'-i {shlex.quote(str(films.PHOTOGRAPH))} -vf "scale=128:160,format=gray,'
                    'eq=contrast=0.4:brightness=\'0.12*sin(2*PI*t)\':eval=frame,format=yuv420p" -c:v ffv1 film.mkv', self.folder)
        model = films.ROOT / 'tests' / 'models' / 'ab-linear.onnx'

        def play(effect, threads=1):
            films.launch(f'filesrc location=film.mkv ! matroskademux ! avdec_ffv1 ! {effect} ! videoconvert '
                         '! video/x-raw,format=RGB ! filesink location=played', self.folder, threads=threads)
            rgb = np.fromfile(self.folder / 'played', np.uint8).reshape(-1, 160, 128, 3)
            self.assertEqual(len(rgb), 75)
            return rgb

        def wavering(rgb):  # of a*
            return np.ptp([cv2.cvtColor(np.float32(frame) / 255, cv2.COLOR_RGB2LAB)[60:100, 40:90, 1].mean()
                           for frame in rgb])

        given = play('identity')
        first = f'colorize model="{model}" pass=first pass-file=film.pass'
        self.assertTrue(np.array_equal(play(first), given), 'the first pass changed pictures')
        colours = (self.folder / 'film.pass').read_bytes()
        once = play(f'colorize model="{model}"')
        twice = play(f'colorize model="{model}" pass=second pass-file=film.pass')
        print(f'wavers by {wavering(once):.1f} in one pass, {wavering(twice):.1f} in two')
        self.assertLess(wavering(twice), 0.5 * wavering(once))
        play(first, threads=3)
        self.assertEqual((self.folder / 'film.pass').read_bytes(), colours, 'the number of threads shows')
        for words in ('pass=second', 'pass=second pass-file=none.pass', 'pass=second pass-file=film.mkv'):
            with self.assertRaisesRegex(AssertionError, 'pass'):
                play(f'colorize model="{model}" {words}')

    def test_still(self):
        films.launch(f'filesrc location="{films.PHOTOGRAPH}" ! jpegdec ! videoconvert ! colorize ! videoconvert '
                     '! jpegenc ! filesink location=colour.jpg', self.folder)
        films.check_colorized(self, films.PHOTOGRAPH, self.folder / 'colour.jpg')

    def test_live_source(self):
        """A slow machine may drop frames, late ones; those that come are the source's, in order, and the end comes too."""
        pipeline = Gst.parse_launch(
            'videotestsrc is-live=true num-buffers=30 ! video/x-raw,format=GRAY8,width=160,height=120,framerate=30/1 '
            '! identity name=before ! colorize ! video/x-raw,format=I420 ! fakesink name=after sync=true')
        before, after = [], []
        for name, pad, times in (('before', 'src', before), ('after', 'sink', after)):
            pipeline.get_by_name(name).get_static_pad(pad).add_probe(
                Gst.PadProbeType.BUFFER, lambda _, info, times: times.append(info.get_buffer().pts) or
                Gst.PadProbeReturn.OK, times)
        films.run_to_end(pipeline)
        self.assertTrue(after)
        self.assertEqual(after, sorted(set(after) & set(before)))


if __name__ == '__main__':
    if not Gst.ElementFactory.find('colorize'):
        sys.exit('GStreamer does not find colorize; run this with `meson test` or inside `meson devenv`')
    unittest.main(verbosity=2)
