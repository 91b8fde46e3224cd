#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Time code and closed captions of a film are in the result, as ffmpeg reads both, or are named."""
import json
import shutil
import subprocess
import unittest

from command import Case, Gst, has_libavformat

try:
    import gi
    gi.require_version('GstVideo', '1.0')
    from gi.repository import GstVideo
except (ImportError, ValueError):
    GstVideo = None

COUNT, RATE = 24, 25


def pictures(rate: str = '25') -> tuple[str, ...]:
    return '-f', 'lavfi', '-i', f'testsrc2=s=96x64:r={rate}:d=2,format=gray', '-pix_fmt', 'yuv420p'


def odd(byte: int) -> int:
    """With the parity of CEA-608."""
    return byte | (0 if byte.bit_count() % 2 else 0x80)


def caption(number: int) -> bytes:
    """Three triplets of CEA-708's cc_data for a frame: both fields of CEA-608, and nothing of CEA-708."""
    return bytes([0xfc, odd(0x41 + number % 26), odd(0x41 + number // 26), 0xfd, 0x80, 0x80, 0xfa, 0, 0])


class Films(Case):
    def setUp(self):
        super().setUp()
        if not shutil.which('ffmpeg'):
            self.skipTest('there is no ffmpeg')

    def ffmpeg(self, *arguments) -> bytes:
        return subprocess.run(['ffmpeg', '-v', 'error', '-nostdin', '-y', *map(str, arguments)], cwd=self.folder,
                              check=True, capture_output=True).stdout

    def make(self, film: str, result: str, *options) -> str:
        return self.run_command('--to-gray', '--progress', 'none', '--overwrite', film, '-o', result, *options).stderr

    def units(self, encoder: tuple, name: str) -> list[bytes]:
        """What lies between the start codes of a stream without B-frames."""
        self.ffmpeg(*pictures(), '-c:v', *encoder, '-bf', 0, name)
        return (self.folder / name).read_bytes().split(b'\0\0\1')[1:]

    def wrap(self, name: str, units: list[bytes], films: tuple[str, ...]):
        (self.folder / name).write_bytes(b''.join(b'\0\0\1' + unit for unit in units))
        for film in films:
            self.ffmpeg('-fflags', '+genpts', '-r', RATE, '-i', name, '-c', 'copy', film)


@unittest.skipUnless(has_libavformat(), 'built without libavformat')
class TimeCode(Films):
    def codes(self, name: str) -> set[str]:
        said = json.loads(subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-show_streams', '-show_format', name],
                                         cwd=self.folder, capture_output=True, check=True).stdout)
        return {value for part in (*said['streams'], said['format']) for key, value in part.get('tags', {}).items()
                if key.lower() == 'timecode'}

    def check(self, film: str, code: str, *results: str):
        for result in results:
            with self.subTest(f'{film} to {result}'):
                self.assertNotIn('time code', self.make(film, result))
                self.assertEqual(self.codes(result), {code})
        self.assertIn(f'its time code, {code}, gets lost', self.make(film, 'colour.ts'))

    def test_of_containers(self):
        h264 = '-c:v', 'libx264', '-preset', 'ultrafast'
        self.ffmpeg(*pictures(), *h264, '-timecode', '01:02:03:04', 'film.mov')
        self.check('film.mov', '01:02:03:04', 'colour.mov', 'colour.mkv', 'colour.mp4', 'colour.avi')
        for film, codec in ('drop.mov', h264), ('drop.mkv', h264), ('drop.mxf', ('-c:v', 'mpeg2video')):
            with self.subTest(film):
                self.ffmpeg(*pictures('30000/1001'), *codec, '-timecode', '00:59:58;28', film)
                self.assertEqual(self.make(film, 'whole.mov'), '')
                self.assertEqual(self.codes('whole.mov'), {'00:59:58;28'})
                self.make(film, 'part.mov', '--start', 1)
                self.assertEqual(self.codes('part.mov'), {'00:59:59;28'})
        if shutil.which('mediainfo'):
            said = subprocess.run(['mediainfo', '--Output=Other;%TimeCode_FirstFrame%', 'part.mov'], cwd=self.folder,
                                  capture_output=True, text=True, check=True).stdout
            self.assertEqual(said.strip(), '00:59:59;28')

    def test_a_day_has_24_hours(self):
        self.ffmpeg(*pictures('30000/1001'), '-c:v', 'libx264', '-timecode', '23:59:59;10', 'film.mov')
        self.make('film.mov', 'part.mov', '--start', 1)
        self.assertEqual(self.codes('part.mov'), {'00:00:00;10'})

    def test_that_begins_anew_is_named(self):
        self.ffmpeg(*pictures(), '-c:v', 'libx264', '-timecode', '01:02:03:04', 'film.mov')
        film = bytearray((self.folder / 'film.mov').read_bytes())
        for name, place in (b'stts', 12), (b'stsc', 16), (b'stsz', 12):  # two samples in the last track, of time code
            at = film.rindex(name) + place
            film[at:at + 4] = bytes([0, 0, 0, 2])
        (self.folder / 'film.mov').write_bytes(film)
        self.assertIn('its time code goes on from 01:02:03:04 to the end', self.make('film.mov', 'colour.mov'))

    def test_in_groups_of_pictures(self):
        self.ffmpeg(*pictures(), '-c:v', 'mpeg2video', '-timecode', '10:20:30:04', 'film.mpg')
        self.check('film.mpg', '10:20:30:04', 'colour.mkv')
        self.ffmpeg(*pictures(), '-c:v', 'mpeg2video', 'none.mpg')
        self.assertEqual(self.make('none.mpg', 'colour.mov'), '')
        self.assertEqual(self.codes('colour.mov'), set())

    def test_in_the_pictures_of_h264(self):
        def timing(number: int) -> bytes:
            """Supplemental enhancement information: one clock timestamp, in full, with 24 bits of offset."""
            bits = f'0000' '1' '00' '0' '00000' '1' '0' '0' f'{number % 25:08b}{30 + number // 25:06b}{20:06b}{10:05b}'
            bits += '0' * 24 + '1'
            payload = int(bits.ljust(72, '0'), 2).to_bytes(9, 'big').replace(b'\0\0\0', b'\0\0\3\0')
            return bytes([6, 1, 9]) + payload + b'\x80'
        units = self.units(('libx264', '-x264-params', 'slices=1:threads=1:pic-struct=1'), 'plain.h264')
        timed = []
        for unit in units:
            if unit[0] & 31 in (1, 5):
                timed.append(timing(len([one for one in timed if one[0] & 31 in (1, 5)])))
            if unit[:2] != b'\6\1':
                timed.append(unit)
        self.wrap('timed.h264', timed, ('film.ts',))
        self.check('film.ts', '10:20:30:00', 'colour.mov')
        self.make('film.ts', 'part.mkv', '--start', 1)
        self.assertEqual(self.codes('part.mkv'), {'10:20:31:00'})

    def test_that_is_none_is_named(self):
        self.ffmpeg(*pictures(), '-c:v', 'libx264', '-metadata', 'timecode=noon', 'film.mkv')
        self.assertIn('its time code, noon, gets lost, since the container of the result cannot hold it; .mkv can',
                      self.make('film.mkv', 'colour.mov'))
        self.assertEqual(self.make('film.mkv', 'colour.mkv'), '')
        self.assertEqual(self.codes('colour.mkv'), {'noon'})


class Captions(Films):
    def captions(self, name: str) -> bytes:
        """Of all frames as they are shown; empty where there are none."""
        try:
            return self.ffmpeg('-f', 'lavfi', '-i', f'movie={name}[out0+subcc]', '-map', '0:1', '-c', 'copy', '-f', 'data',
                               '-')
        except subprocess.CalledProcessError:
            return b''

    def film_with_captions(self, name: str, muxer: str, settings: str = '', track: str = ''):
        """Inside the pictures, or in a track of their own of such caps (CEA-608, first field)."""
        source = f'appsrc name=source format=time caps=video/x-raw,format=I420,width=96,height=64,framerate={RATE}/1'
        pipeline = Gst.parse_launch(f'{source} ! x264enc {settings} ! {muxer} name=muxer ! '
                                    f'filesink location="{self.folder / name}"' + (
                                        ' appsrc name=captions format=time ! queue ! '
                                        f'closedcaption/x-{track} ! muxer.' if track else ''))
        for i in range(COUNT):
            gray = bytes((2 * x + y + 3 * i) % 220 + 16 for y in range(64) for x in range(96))
            frame = Gst.Buffer.new_wrapped(gray + bytes([128]) * (96 * 64 // 2))
            frame.pts, frame.duration = i * Gst.SECOND // RATE, Gst.SECOND // RATE
            if track:
                pair = Gst.Buffer.new_wrapped(b'\x80' + caption(i)[1:3])
                pair.pts, pair.duration = frame.pts, frame.duration
                pipeline.get_by_name('captions').emit('push-buffer', pair)
            else:
                GstVideo.buffer_add_video_caption_meta(frame, GstVideo.VideoCaptionType.CEA708_RAW, caption(i))
            pipeline.get_by_name('source').emit('push-buffer', frame)
        for source in ('source', 'captions') if track else ('source',):
            pipeline.get_by_name(source).emit('end-of-stream')
        pipeline.set_state(Gst.State.PLAYING)
        said = pipeline.get_bus().timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        pipeline.set_state(Gst.State.NULL)
        self.assertEqual(said.type, Gst.MessageType.EOS)

    @unittest.skipUnless(GstVideo, 'GstVideo is missing (gir1.2-gst-plugins-base-1.0)')
    def test_each_frame_keeps_its_own(self):
        self.film_with_captions('film.mp4', 'mp4mux', 'bframes=2 b-adapt=false key-int-max=9')
        expected = b''.join(map(caption, range(COUNT)))
        self.assertEqual(self.captions('film.mp4'), expected)
        for result, codec in ('h264.mp4', 'h264'), ('h265.mkv', 'h265'), ('av1.webm', 'av1'), ('h265.ts', 'h265'):
            with self.subTest(result):
                self.assertNotIn('captions', self.make('film.mp4', result, '--codec', codec))
                self.assertEqual(self.captions(result), expected)
        self.assertNotIn('captions', self.make('h265.mkv', 'again.mkv'))
        self.assertEqual(self.captions('again.mkv'), expected)
        self.assertIn('the closed captions inside H.264 (High Profile) get lost, since vp9 has no place for them; '
                      '--codec av1 keeps them', self.make('film.mp4', 'vp9.webm'))
        # GStreamer's decoders of AV1 do not hand them on.
        said = self.make('av1.webm', 'again.mkv')
        self.assertEqual('captions inside its pictures are not in the result' in said,
                         self.captions('again.mkv') != expected)

    def test_of_broadcasts_and_discs(self):
        dvd = b'CC\1\xf8' + bytes([0x80 | 12 << 1]) + (b'\xff\x94\x2c\xfe\x80\x80') * 12
        for name, data in ('broadcast', lambda i: b'GA94\3\xc3\xff' + caption(i) + b'\xff'), ('disc', lambda i: dvd):
            with self.subTest(name):
                units = self.units(('mpeg2video', '-g', 10), 'plain.m2v')
                spoken = []
                for unit in units:
                    if unit[0] == 1:  # a first slice
                        spoken.append(b'\xb2' + data(len([one for one in spoken if one[0] == 1])))
                    spoken.append(unit)
                self.wrap(name + '.m2v', spoken, (name + '.ts',))
                expected = self.captions(name + '.ts')
                self.assertTrue(expected)
                self.assertNotIn('captions', self.make(name + '.ts', 'colour.mkv'))
                self.assertEqual(self.captions('colour.mkv'), expected)
                self.assertIn('since ffv1 has no place for them; --codec h264 keeps them',
                              self.make(name + '.ts', 'colour.mkv', '--codec', 'ffv1'))

    @unittest.skipUnless(has_libavformat(), 'built without libavformat')
    def test_what_is_shown_of_the_picture_is_named(self):
        def sei(data: bytes) -> bytes:
            return b'\x06\x04' + bytes([3 + len(data)]) + b'\xb5\x00\x31' + data + b'\x80'

        def user_data(data: bytes) -> bytes:
            return b'\xb2' + data

        for name, codec, wrapped, first in (('m2v', ('mpeg2video',), user_data, (1,)),
                                            ('h264', ('libx264', '-x264-params', 'slices=1:threads=1'), sei, (0x65, 0x41))):
            plain = self.units((*codec, '-g', '10'), f'plain.{name}')
            for data in b'', b'DTG1\x41\xf8', b'GA94\x06\x80\xff\xff':
                told = []
                for unit in plain:
                    told += [wrapped(data), unit] if data and unit[0] in first else [unit]
                self.wrap(f'film.{name}', told, ('film.ts',))
                said = self.make('film.ts', 'colour.mkv')
                self.assertEqual('(AFD, bar data) gets lost' in said, bool(data), (name, data, said))

    @unittest.skipUnless(GstVideo, 'GstVideo is missing (gir1.2-gst-plugins-base-1.0)')
    @unittest.skipUnless(has_libavformat(), 'built without libavformat')
    def test_in_a_track_of_their_own(self):
        self.film_with_captions('digital.mov', 'queue ! qtmux', track='cea-708,format=cdp')
        self.assertIn('CEA-708 closed captions (eng) gets lost', self.make('digital.mov', 'colour.mov'))
        self.film_with_captions('tape.mxf', 'h264parse ! video/x-h264,stream-format=byte-stream,alignment=au ! queue ! mxfmux',
                                'bframes=0', f'cea-708,format=cdp,framerate={RATE}/1')
        self.assertIn('ancillary data (VANC and VBI, SMPTE ST 436) gets lost', self.make('tape.mxf', 'colour.mkv'))
        self.film_with_captions('film.mov', 'queue ! qtmux', track='cea-608,format=s334-1a')
        kinds = {}
        for result in 'colour.mov', 'colour.mp4':
            kinds[result] = self.make('film.mov', result)
        before, after = (self.ffmpeg('-i', name, '-map', '0:s', '-c', 'copy', '-f', 'data', '-')
                         for name in ('film.mov', 'colour.mov'))
        self.assertEqual(before, b''.join(caption(i)[:3] for i in range(COUNT)))
        self.assertEqual(before, after)
        self.assertNotIn('captions', kinds['colour.mov'])
        self.assertRegex(kinds['colour.mp4'], 'EIA-608 closed captions.* becomes text of one of its channels, without its styles.*; .mov can')


if __name__ == '__main__':
    unittest.main()
