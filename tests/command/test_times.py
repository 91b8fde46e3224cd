#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Frames are shown when the film shows them, whatever decoders make of its times, as ffmpeg reads both."""
import os
import struct
import subprocess
import unittest
from pathlib import Path

from command import Case, has_libavformat

VOP = b'\0\0\1\xb6'


def chunks_of(film: bytes) -> list[tuple[bytes, bytes]]:
    """The names and contents of the chunks that an AVI film without index is made of."""
    movi = film.index(b'movi')
    at, end = movi + 4, movi + struct.unpack('<I', film[movi - 4:movi])[0]
    chunks = []
    while at < end:
        size = struct.unpack('<I', film[at + 4:at + 8])[0]
        chunks.append((film[at:at + 4], film[at + 8:at + 8 + size]))
        at += 8 + size + size % 2
    return chunks


def with_chunks(film: bytes, chunks: list[tuple[bytes, bytes]]) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return name + struct.pack('<I', len(content)) + content + bytes(len(content) % 2)
    keyframe, index, movi = 16, b'', b'movi'
    for name, content in chunks:
        is_key = VOP in content and content[content.index(VOP) + 4] >> 6 == 0
        index += name + struct.pack('<III', keyframe if is_key else 0, len(movi), len(content))
        movi += chunk(name, content)
    body = b'AVI ' + film[12:film.index(b'movi') - 8] + chunk(b'LIST', movi) + chunk(b'idx1', index)
    return chunk(b'RIFF', body)


def packed(film: bytes) -> bytes:
    """As DivX puts B-frames into AVI: with the frame before them in the file, and an empty frame in the place that
    becomes free behind a run of them."""
    frames = [content for _, content in chunks_of(film)]
    is_b = [frame[frame.index(VOP) + 4] >> 6 == 2 for frame in frames] + [False]
    header = frames[0].index(VOP)
    result = [frames[0][:header] + b'\0\0\1\xb2DivX503b1393p' + frames[0][header:]]
    for i in range(1, len(frames)):
        if not is_b[i]:
            result.append(frames[i] + (frames[i + 1] if is_b[i + 1] else b''))
        else:
            result.append(frames[i + 1] if is_b[i + 1] else VOP + b'\x50\x4f\0')
    return with_chunks(film, [(b'00dc', frame) for frame in result])


class Times(Case):
    def ffmpeg(self, *arguments):
        subprocess.run(['ffmpeg', '-v', 'error', '-nostdin', '-y', *map(str, arguments)], cwd=self.folder, check=True)

    def times(self, name: str | Path) -> list[float]:
        """When each frame is shown after the first one."""
        said = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'v:0', '-of', 'compact=p=0:nk=1',
                               '-show_entries', 'frame=best_effort_timestamp_time', name], cwd=self.folder,
                              capture_output=True, text=True, check=True).stdout.split()
        times = [float(time.rstrip('|')) for time in said if not time.startswith('N/A')]  # side data follow
        return [time - times[0] for time in times]

    def check(self, name: str, result: str, wanted: list[float]):
        said = self.run_command('--to-gray', '--progress', 'none', name, '-o', result).stderr
        self.assertEqual(said, '')
        times = self.times(result)
        self.assertEqual(len(times), len(wanted))
        for time, of_film in zip(times, wanted):
            self.assertAlmostEqual(time, of_film, delta=0.0006)

    def test_a_picture_that_stands_still_in_quicktime_animation(self):
        gap = "select='not(between(n,7,12))'"  # and a gap
        self.ffmpeg('-f', 'lavfi', '-i', 'color=gray:s=64x48:r=25:d=1', '-vf', gap, '-fps_mode', 'vfr',
                    '-c:v', 'qtrle', '-pix_fmt', 'rgb24', 'film.mov')
        for result in 'colour.mov', 'colour.mkv':
            with self.subTest(result):
                self.check('film.mov', result, self.times('film.mov'))

    def begin(self, name: str | Path, kind: str) -> float | None:
        """When the first frame of a kind is shown or heard that a decoder gives; nothing where there is none."""
        said = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', f'{kind}:0', '-of', 'compact=p=0:nk=1',
                               '-show_entries', 'frame=best_effort_timestamp_time', '-read_intervals', '%+2', name],
                              cwd=self.folder, capture_output=True, text=True, check=True).stdout.split()
        return min((float(time.rstrip('|')) for time in said if not time.startswith('N/A')), default=None)

    @unittest.skipUnless(os.environ.get('COLORIZE_FILMS'), 'COLORIZE_FILMS does not name a folder of films')
    def test_films_of_your_own(self):
        """Every frame is there, at its time, and as far from the sound as it was."""
        kinds = {'.avi', '.mkv', '.mov', '.mp4', '.ogv', '.ts', '.webm'}
        films = [path for path in sorted(Path(os.environ['COLORIZE_FILMS']).rglob('*')) if path.suffix in kinds]
        self.assertTrue(films)
        for film in films:
            with self.subTest(film.name):
                result = f'colour{film.suffix}'
                self.run_command('--to-gray', '--progress', 'none', '--overwrite', film, '-o', result)
                old, new = self.times(film), self.times(result)
                self.assertEqual(len(old), len(new))
                self.assertLess(max(abs(a - b) for a, b in zip(old, new)), 0.002)
                heard = self.begin(film, 'a'), self.begin(result, 'a')
                self.assertEqual(heard[0] is None, heard[1] is None)
                if heard[0] is not None:
                    late = heard[1] - self.begin(result, 'v') - (heard[0] - self.begin(film, 'v'))
                    self.assertLess(abs(late), 0.005)

    def test_frames_packed_together_at_any_rate(self):
        for rate, between in (25, 1), (10, 2), (1, 1):
            with self.subTest(rate=rate, between=between):
                name = f'packed{rate}.avi'
                self.ffmpeg('-f', 'lavfi', '-i', f'testsrc2=s=64x48:r={rate}', '-frames:v', 20, '-vf', 'format=gray',
                            '-c:v', 'mpeg4', '-vtag', 'DX50', '-bf', between, '-g', 9, '-pix_fmt', 'yuv420p',
                            '-write_index', 0, 'plain.avi')
                film = (self.folder / 'plain.avi').read_bytes()
                (self.folder / name).write_bytes(packed(film))
                self.check(name, f'{name}.mkv', [i / rate for i in range(20)])

    def test_packets_that_hold_no_picture_are_not_missing(self):
        """Theora's headers, and its empty packets that repeat a frame, of which ffmpeg knows nothing."""
        for source in 'testsrc2=s=64x48:r=10', 'testsrc2=s=64x48:r=2,fps=10':
            with self.subTest(source):
                self.ffmpeg('-f', 'lavfi', '-i', source, '-f', 'lavfi', '-i', 'sine', '-t', 3, '-c:v', 'libtheora',
                            '-q:v', 10, '-c:a', 'libvorbis', 'film.ogv')
                said = self.run_command('--to-gray', '--progress', 'none', 'film.ogv', '-o', 'colour.mkv',
                                        '--overwrite').stderr
                self.assertEqual(said, '')
                times = self.times('colour.mkv')
                for time in times:
                    self.assertAlmostEqual(time, round(time, 1), delta=0.0006)
                # GStreamer has handed out frames that repeat the last one until 1.26.
                of_film = {round(time, 1) for time in self.times('film.ogv')}
                self.assertLessEqual(of_film, {round(time, 1) for time in times})
                begins = subprocess.run(['ffprobe', '-v', 'error', '-of', 'compact=p=0:nk=1', '-show_entries',
                                         'stream=start_time', 'colour.mkv'], cwd=self.folder, capture_output=True,
                                        text=True, check=True).stdout.split()
                self.assertLess(abs(float(begins[0]) - float(begins[1])), 0.004, 'between picture and sound')

    @unittest.skipUnless(has_libavformat(), 'built without libavformat')
    def test_times_that_only_libavformat_finds(self):
        """GStreamer takes program clock references that are a second apart for a new clock."""
        for codec in 'libx264', 'mpeg2video':
            with self.subTest(codec):
                name = f'{codec}.ts'
                self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25', '-f', 'lavfi', '-i', 'sine', '-t', 8,
                            '-pix_fmt', 'yuv420p', '-c:v', codec, '-bf', 2, '-c:a', 'mp2', '-pcr_period', 1500, name)
                self.check(name, f'{codec}.mkv', [i / 25 for i in range(200)])

    def test_pieces_of_a_film_whose_sound_begins_before_its_pictures(self):
        """Matroska's demuxer learns that late, and tells another beginning to who seeks before."""
        self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25', '-f', 'lavfi', '-i', 'sine', '-t', 65, '-pix_fmt',
                    'yuv420p', '-c:v', 'libx264', '-g', 50, '-bf', 2, '-c:a', 'libopus', 'film.mkv')
        self.check('film.mkv', 'colour.mkv', [i / 25 for i in range(65 * 25)])

    @unittest.skipUnless(has_libavformat(), 'built without libavformat')
    def test_program_streams_and_recordings_one_behind_the_other(self):
        """Of the first not all packets have a time, of the second the times begin anew."""
        for ending, codec, container in ('mpg', 'mpeg2video', 'vob'), ('ts', 'libx264', 'mpegts'):
            with self.subTest(ending):
                one, two = f'one.{ending}', f'two.{ending}'
                self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25', '-f', 'lavfi', '-i', 'sine', '-t', 3,
                            '-pix_fmt', 'yuv420p', '-c:v', codec, '-bf', 2, '-c:a', 'mp2', '-f', container, one)
                (self.folder / two).write_bytes((self.folder / one).read_bytes() * 2)
                for name, frames in (one, 75), (two, 150):
                    result = f'{name}.mkv'
                    said = self.run_command('--to-gray', '--progress', 'none', name, '-o', result).stderr
                    self.assertEqual(said, '')
                    times = self.times(result)
                    self.assertEqual(len(times), frames)
                    for i, time in enumerate(times):
                        self.assertAlmostEqual(time, i / 25, delta=0.01)
                    sound = subprocess.run(['ffprobe', '-v', 'error', '-select_streams', 'a', '-of',
                                            'compact=p=0:nk=1', '-show_entries', 'packet=pts_time', result],
                                           cwd=self.folder, capture_output=True, text=True, check=True).stdout.split()
                    self.assertAlmostEqual(float(sound[-1]) - float(sound[0]), frames / 25, delta=0.06)

    @unittest.skipUnless(has_libavformat(), 'built without libavformat')
    def test_sound_is_as_long_as_it_is(self):
        """Matroska does not say how long a packet of ALAC is, and MP4 ends with the last one."""
        self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=1', '-f', 'lavfi', '-i',
                    'sine=440:sample_rate=48000:d=1', '-c:v', 'mpeg4', '-c:a', 'alac', 'film.mkv')
        self.run_command('--to-gray', 'film.mkv', '-o', 'colour.mp4')

        def heard(name):
            return subprocess.run(['ffmpeg', '-v', 'error', '-i', name, '-map', '0:a', '-f', 'md5', '-'],
                                  cwd=self.folder, capture_output=True, check=True).stdout
        self.assertEqual(heard('film.mkv'), heard('colour.mp4'))

    @unittest.skipUnless(has_libavformat(), 'built without libavformat')
    def test_sound_that_a_muxer_takes_and_nobody_reads_gets_another_form(self):
        for name, kind, words in (('film.avi', 'adpcm_ima_wav', 'ADPCM IMA WAV'),
                                  ('film.asf', 'wmav2', 'Windows Media Audio 2')):
            with self.subTest(kind):
                self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48:r=25:d=1', '-f', 'lavfi', '-i', 'sine=d=1', '-c:v',
                            'mpeg4', '-c:a', kind, name)
                said = self.run_command('--to-gray', name, '-o', f'{kind}.mov').stderr
                self.assertRegex(said, f'{words} becomes (?!{words}).*, since the container of the result cannot hold it; '
                                 '.mkv can')
                self.assertAlmostEqual(self.begin(f'{kind}.mov', 'a'), self.begin(f'{kind}.mov', 'v'), delta=0.05)


if __name__ == '__main__':
    unittest.main()
