#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""All that a film holds beside its pictures is in the result, as ffmpeg reads both, or is named."""
import json
import shutil
import subprocess
import unittest
from pathlib import Path

import numpy as np

from command import Case, has_libavformat

ASS = r'''[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour
Style: Default,Own,20,&H00FFFFFF

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.20,0:00:01.20,Default,,0,0,0,,{\i1}Hello{\i0}
'''
CHAPTERS = ''';FFMETADATA1
title=A film
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=One
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=2000
title=Two
'''
PICTURES = '-f', 'lavfi', '-i', 'testsrc2=s=96x64:r=25:d=2,format=gray'
SOUND = '-f', 'lavfi', '-i', 'sine=440:sample_rate=48000:d=2'


def offset(one: np.ndarray, other: np.ndarray) -> tuple[int, float]:
    """How many samples the other is late where they are most alike, and how alike (1: the same)."""
    count = min(len(one), len(other))
    one, other = one[:count].astype(float), other[:count].astype(float)
    alike = np.fft.irfft(np.fft.rfft(other, 2 * count) * np.conj(np.fft.rfft(one, 2 * count)), 2 * count)
    best = int(np.argmax(alike))
    late = best if best < count else best - 2 * count
    return late, alike[best] / np.sqrt((one ** 2).sum() * (other ** 2).sum())


@unittest.skipUnless(has_libavformat(), 'built without libavformat')
class Copies(Case):
    def ffmpeg(self, *arguments):
        subprocess.run(['ffmpeg', '-v', 'error', '-nostdin', '-y', *map(str, arguments)], cwd=self.folder, check=True)

    def probe(self, name: str) -> dict:
        said = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-show_streams', '-show_chapters',
                               '-show_format', name], cwd=self.folder, capture_output=True, check=True).stdout
        return json.loads(said)

    def packets(self, name: str) -> dict[int, list[tuple[float, str]]]:
        """Of each stream: the time and a digest of each packet."""
        said = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-show_packets', '-show_data_hash', 'md5',
                               name], cwd=self.folder, capture_output=True, check=True).stdout
        packets: dict[int, list[tuple[float, str]]] = {}
        for packet in json.loads(said)['packets']:
            time = float(packet.get('pts_time', packet.get('dts_time', 'nan')))
            packets.setdefault(packet['stream_index'], []).append((time, packet['data_hash']))
        return packets

    def sound_on_the_clock_of_pictures(self, name: str) -> np.ndarray:
        """The left channel, from the moment of the first picture."""
        begin = next(s['start_time'] for s in self.probe(name)['streams'] if s['codec_type'] == 'video')
        return np.frombuffer(subprocess.run(
            ['ffmpeg', '-v', 'error', '-copyts', '-i', name, '-vn', '-af',
             f'asetpts=PTS-{begin}/TB,aresample=48000:async=1:first_pts=0,pan=mono|c0=c0', '-f', 'f32le', '-'],
            cwd=self.folder, capture_output=True, check=True).stdout, np.float32)

    def check(self, given: str, result: str, lost=(), changed=None, options=()) -> str:
        """Runs the command. All streams of `given` but the pictures and those of the kinds `lost` are in `result`, packet
        by packet but for kinds that are `changed`, at the same distance from the pictures."""
        words = self.run_command(given, '-o', result, *options).stderr
        old, new = self.probe(given), self.probe(result)
        kept = [s for s in old['streams'] if not {s.get('codec_name'), s['codec_type']} & set(lost)]
        there = [s for s in new['streams'] if s['codec_type'] != 'data']  # chapters as a track of text
        self.assertEqual([s['codec_type'] for s in kept], [s['codec_type'] for s in there])
        before, after = self.packets(given), self.packets(result)
        late = []
        for stream, other in zip(kept, there):
            for key in 'default', 'forced', 'comment', 'original', 'hearing_impaired':
                self.assertEqual(stream['disposition'][key], other['disposition'][key], (stream['index'], key))
            for key in 'language', 'title', 'filename', 'mimetype':
                said_before, said_after = [s.get('tags', {}).get(key) for s in (stream, other)]
                self.assertEqual(said_before or 'und', said_after or 'und', (key, stream['index']))
            old_packets, new_packets = before.get(stream['index'], []), after.get(other['index'], [])
            if stream['codec_type'] == 'video':
                self.assertEqual(len(old_packets), len(new_packets))
                late += [n - o for (o, _), (n, _) in zip(sorted(old_packets), sorted(new_packets))]
                continue
            kind = stream.get('codec_name')
            if stream['codec_type'] != 'audio' or kind not in (changed or {}):
                late += [n - o for (o, _), (n, _) in zip(old_packets, new_packets)]
            if kind in (changed or {}):
                self.assertEqual(changed[kind], other.get('codec_name'))
                continue
            self.assertEqual(kind, other.get('codec_name'))
            self.assertEqual([digest for _, digest in old_packets], [digest for _, digest in new_packets])
        self.assertLess(max(late) - min(late), 0.0021, 'seconds between the streams')
        return words

    def test_what_a_matroska_film_holds(self):
        (self.folder / 's.ass').write_text(ASS)
        (self.folder / 'chapters').write_text(CHAPTERS)
        (self.folder / 'own.ttf').write_bytes(bytes(range(256)) * 12)
        self.ffmpeg(*PICTURES, *SOUND, *SOUND, '-i', 's.ass', '-i', 'chapters',
                    '-map', 0, '-map', 1, '-map', 2, '-map', 3, '-map_metadata', 4, '-map_chapters', 4,
                    '-attach', 'own.ttf', '-metadata:s:t', 'mimetype=font/ttf', '-c:v', 'mpeg4', '-c:a:0', 'flac',
                    '-c:a:1', 'ac3', '-c:s', 'copy', '-metadata:s:a:0', 'language=ger', '-metadata:s:a:0',
                    'title=Original', '-metadata:s:a:1', 'title=Comment', '-disposition:a:0', 'default+original',
                    '-disposition:a:1', 'comment', '-disposition:s:0', 'forced+hearing_impaired', 'film.mkv')
        said = self.check('film.mkv', 'colour.mkv')
        self.assertNotIn('lost', said)
        old, new = self.probe('film.mkv'), self.probe('colour.mkv')
        for key in 'start_time', 'end_time', 'tags':
            self.assertEqual([c[key] for c in old['chapters']], [c[key] for c in new['chapters']])
        self.assertEqual(new['format']['tags']['title'], 'A film')
        self.assertIn('predicted', new['format']['tags']['COMMENT'])

    def test_what_an_mp4_film_holds(self):
        (self.folder / 'chapters').write_text(CHAPTERS)
        self.ffmpeg(*PICTURES, *SOUND, '-i', 'chapters', '-map', 0, '-map', 1, '-map_metadata', 2, '-c:v', 'libx264',
                    '-pix_fmt', 'yuv420p', '-bf', 2, '-c:a', 'aac', '-metadata:s:a', 'language=eng', 'film.mp4')
        for result in 'colour.mp4', 'colour.mov', 'colour.mkv':
            with self.subTest(result):
                said = self.check('film.mp4', result, lost={'bin_data'})
                self.assertNotIn('lost', said)
                chapters = self.probe(result)['chapters']
                self.assertEqual([c['tags']['title'] for c in chapters], ['One', 'Two'])

    def tags(self, name: str, kind: str = '') -> dict[str, str]:
        """Of the film, or of its first stream of a kind."""
        found = self.probe(name)
        part = next(s for s in found['streams'] if s['codec_type'] == kind) if kind else found['format']
        return {key.lower(): value for key, value in part['tags'].items()}

    def test_tags_stay_as_they_are(self):
        given = {'title': 'A "film" \\ of; 100% <b>', 'artist': 'Käthe', 'own': 'a "b"', 'imdb': 'tt1'}
        of_phones = {'com.apple.quicktime.make': 'A "maker"', 'com.apple.quicktime.creationdate': '2001-02-03T04:05:06+0100'}
        written = [word for key, value in (given | of_phones).items() for word in ('-metadata', f'{key}={value}')]
        self.ffmpeg(*PICTURES, *SOUND, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac', *written,
                    '-metadata:s:a', 'title=The "voice" \\', '-metadata:s:a', 'language=fre', 'film.mkv')
        self.ffmpeg('-i', 'film.mkv', '-c', 'copy', '-movflags', 'use_metadata_tags', 'film.mov')
        for result in 'colour.mkv', 'colour.mov':
            with self.subTest(result):
                self.run_command('--to-gray', 'film' + result[-4:], '-o', result)
                self.assertEqual(self.tags(result) | given | of_phones, self.tags(result))
        self.assertEqual(self.tags('colour.mkv', 'audio') | {'title': 'The "voice" \\', 'language': 'fre'},
                         self.tags('colour.mkv', 'audio'))
        said = self.run_command('--to-gray', 'film.mkv', '-o', 'other.mov').stderr
        self.assertRegex(said, 'tags that get lost, since the container of the result has no place for them: .*IMDB.*; .mkv has')
        self.assertNotIn('voice', said)
        self.assertEqual(self.tags('other.mov')['title'], given['title'])
        self.assertEqual(self.tags('other.mov', 'audio')['handler_name'], 'The "voice" \\')
        self.assertEqual(self.tags('other.mov', 'audio')['language'], 'fra')

    def test_what_libavformat_does_not_read_of_matroska_is_named(self):
        if not shutil.which('mkvmerge'):
            self.skipTest('mkvmerge is missing (mkvtoolnix)')
        def chapter(time, rest=''):
            name = '<ChapterDisplay><ChapterString>A</ChapterString><ChapterLanguage>eng</ChapterLanguage></ChapterDisplay>'
            return f'<ChapterAtom><ChapterTimeStart>00:00:0{time}.0</ChapterTimeStart>{name}{rest}</ChapterAtom>'
        other = '<ChapterDisplay><ChapterString>B</ChapterString><ChapterLanguage>ger</ChapterLanguage></ChapterDisplay>'
        plain = f'<EditionEntry>{chapter(0)}{chapter(1)}</EditionEntry>'
        self.ffmpeg(*PICTURES, *SOUND, '-map', 0, '-map', 1, '-c:v', 'mpeg4', '-c:a', 'ac3', 'plain.mkv')
        for options, chapters, words in (
                ((), plain, None), (('--language', '1:eng'), plain, None),
                (('--language', '1:de-CH'), plain, 'the variants of languages (de-CH)'),
                (('--track-enabled-flag', '1:0'), plain, 'which tracks are switched off (2)'),
                ((), plain + plain, 'all lists of chapters but one of 2'),
                ((), f'<EditionEntry>{chapter(0, chapter(1))}</EditionEntry>', 'chapters that lie within chapters'),
                ((), f'<EditionEntry>{chapter(0, other)}</EditionEntry>', 'the names of chapters in further languages')):
            with self.subTest(words):
                (self.folder / 'chapters.xml').write_text(f'<?xml version="1.0"?><Chapters>{chapters}</Chapters>')
                subprocess.run(['mkvmerge', '-q', '-o', 'film.mkv', '--chapters', 'chapters.xml', *options,
                                'plain.mkv'], cwd=self.folder, check=True)
                said = self.run_command('--to-gray', '--progress', 'none', 'film.mkv', '-o', 'colour.mkv',
                                        '--overwrite').stderr
                self.assertEqual(said, f'film.mkv: lost, since libavformat does not read it: {words}; mkvmerge can put it '
                                 'back\n' if words else '')

    def test_a_programme_stream_has_sound(self):
        for name, options in ('one.mpg', ('-c:v', 'mpeg1video', '-c:a', 'mp2')), \
                ('two.vob', ('-c:v', 'mpeg2video', '-c:a', 'ac3', '-f', 'vob')):
            with self.subTest(name):
                self.ffmpeg(*PICTURES, *SOUND, *SOUND, '-map', 0, '-map', 1, '-map', 2, '-pix_fmt', 'yuv420p',
                            *options, name)
                self.run_command(name, '-o', name + '.mkv')
                self.assertEqual([s['codec_type'] for s in self.probe(name + '.mkv')['streams']],
                                 ['video', 'audio', 'audio'])

    def test_what_a_container_cannot_hold_is_named(self):
        (self.folder / 's.ass').write_text(ASS)
        (self.folder / 'own.ttf').write_bytes(bytes(3000))
        self.ffmpeg(*PICTURES, *SOUND, '-i', 's.ass', '-map', 0, '-map', 1, '-map', 2, '-attach', 'own.ttf',
                    '-metadata:s:t', 'mimetype=font/ttf', '-c:v', 'mpeg4', '-c:a', 'flac', '-c:s', 'copy', 'film.mkv')
        said = self.check('film.mkv', 'colour.webm', lost={'attachment'}, changed={'flac': 'opus', 'ass': 'webvtt'})
        self.assertEqual(said.count('gets lost, since the container of the result cannot hold it; .mkv can'), 1, said)
        self.assertIn('becomes text without its styles', said)

    def test_sound_that_a_container_cannot_hold(self):
        for codec, given, result, kind, least in (('pcm_s24be', 'mov', 'ogv', 'flac', 1), ('flac', 'mkv', 'ts', 'aac', 0.97),
                                                  ('pcm_bluray', 'm2ts', 'mkv', 'pcm_s24le', 1),
                                                  ('dca', 'mkv', 'webm', 'opus', 0.9)):
            with self.subTest(f'{codec} in {result}'):
                film, colour = f'{codec}.{given}', f'{codec}-colour.{result}'
                self.ffmpeg(*PICTURES, '-f', 'lavfi', '-i', 'anoisesrc=r=48000:d=2:a=0.3,lowpass=5000', '-c:v', 'mpeg2video',
                            '-pix_fmt', 'yuv420p', '-c:a', codec, '-strict', '-2', '-ac', 2, film)
                said = self.run_command('--to-gray', '--progress', 'none', film, '-o', colour).stderr
                self.assertRegex(said, rf'^{film}: .* becomes .*, since the container of the result cannot hold it')
                there = self.probe(colour)['streams']
                self.assertEqual([s['codec_name'] for s in there if s['codec_type'] == 'audio'], [kind])
                old, new = self.sound_on_the_clock_of_pictures(film), self.sound_on_the_clock_of_pictures(colour)
                self.assertLess(abs(len(old) - len(new)), 48000 * 0.03)
                late, alike = offset(old, new)
                self.assertLess(abs(late), 48000 * 0.001)
                self.assertGreaterEqual(alike, least - 1e-6)
                if least == 1:
                    np.testing.assert_array_equal(old[:len(new)], new[:len(old)])

    def make(self, given: str, result: str, *options) -> str:
        return self.run_command('--to-gray', '--progress', 'none', '--overwrite', given, '-o', result, *options).stderr

    def test_packets_that_share_a_time(self):
        """Those of TrueHD take less than the milliseconds that Matroska counts; subtitles are shown together."""
        event = ASS.splitlines()[-1]
        (self.folder / 's.ass').write_text(f'{ASS}{event}\n{event}\n{event}\n')
        self.ffmpeg(*PICTURES, '-f', 'lavfi', '-i', 'anoisesrc=d=2:r=48000', '-i', 's.ass', '-map', 0, '-map', 1,
                    '-map', 2, '-c:v', 'mpeg4', '-c:a', 'truehd', '-strict', -2, '-ac', 6, '-c:s', 'copy', 'film.mkv')
        self.check('film.mkv', 'colour.mkv', options=('--to-gray',))

    def test_sound_where_the_container_counts(self):
        """MXF and AVI have no time for a sound's beginning, and MXF as much sound as pictures."""
        noise = '-f', 'lavfi', '-i'
        for name, late, length, rate, result, words in (
                ('short.mov', 0.3, 1, 48000, 'short.mxf', '^$'),
                ('long.mkv', 0, 3, 48000, 'long.mxf', '1.0 s of .* get lost'),
                ('other.mkv', 0.6, 1, 44100, 'other.mxf', 'of 48 kHz, since the .*; .mkv can\n$'),
                ('late.mkv', 0.6, 1, 48000, 'late.avi', '^$')):
            with self.subTest(result):
                self.ffmpeg('-itsoffset', late, *noise, f'anoisesrc=r={rate}:d={length}:a=0.3,lowpass=5000', *PICTURES,
                            *(('-map', 0, '-map', 1) if name == 'other.mkv' else ('-map', 1, '-map', 0)),
                            '-c:v', 'mpeg4', '-c:a', 'pcm_s16le', name)
                codec = ('--codec', 'prores') if result.endswith('mxf') else ()
                self.assertRegex(self.make(name, result, *codec), words)
                pictures = next(s['index'] for s in self.probe(result)['streams'] if s['codec_type'] == 'video')
                self.assertEqual(len(self.packets(result)[pictures]), 50)
                old, new = self.sound_on_the_clock_of_pictures(name), self.sound_on_the_clock_of_pictures(result)
                if result.endswith('mxf'):
                    self.assertEqual(len(new), 2 * 48000)
                moved, alike = offset(old[:len(new)], new[:len(old)])
                self.assertLess(abs(moved), 48000 * 0.002)
                self.assertGreater(alike, 0.98)

    def test_sound_that_avi_has_no_times_for(self):
        self.ffmpeg(*PICTURES, '-itsoffset', 0.6, *SOUND, '-map', 0, '-map', 1, '-c:v', 'mpeg4', '-c:a', 'aac',
                    'late.mkv')
        self.assertIn('AAC (Advanced Audio Coding) is heard 0.6 s too early', self.make('late.mkv', 'late.avi'))
        for codec, kind in ('eac3', 'aac'), ('flac', 'pcm_s16le'):
            with self.subTest(codec):
                self.ffmpeg(*PICTURES, *SOUND, '-c:v', 'mpeg4', '-c:a', codec, f'{codec}.mkv')
                said = self.make(f'{codec}.mkv', f'{codec}.avi')
                self.assertIn('since the container of the result cannot hold it', said)
                sound = next(s for s in self.probe(f'{codec}.avi')['streams'] if s['codec_type'] == 'audio')
                self.assertEqual(sound['codec_name'], kind)
                self.assertGreater(self.packets(f'{codec}.avi')[sound['index']][-1][0], 1.9)

    def test_what_ogg_says_of_a_film_and_its_streams(self):
        given = {'title': 'T', 'artist': 'A', 'date': '1936', 'genre': 'G', 'copyright': 'c'}
        tags = [word for key, value in given.items() for word in ('-metadata', f'{key}={value}')]
        self.ffmpeg(*PICTURES, *SOUND, '-pix_fmt', 'yuv420p', '-c:v', 'libtheora', '-c:a', 'libvorbis', *tags,
                    '-metadata', 'imdb=tt1', 'film.ogv')
        self.assertRegex(self.make('film.ogv', 'colour.mp4'), 'place for them: imdb;')
        self.assertEqual(self.tags('colour.mp4') | given, self.tags('colour.mp4'))

    def test_chapters_and_flags(self):
        (self.folder / 'chapters').write_text(CHAPTERS.replace('1000\n', '700\n').replace('1/700', '1/1000')
                                              .replace('title=A film', 'comment=C\ndescription=D'))
        self.ffmpeg(*PICTURES, *SOUND, '-i', 'chapters', '-map', 0, '-map', 1, '-map_metadata', 2, '-c:v', 'mpeg4',
                    '-c:a', 'flac', '-metadata:s:a', 'language=ger', '-disposition:a', 'comment', 'film.mkv')
        self.assertRegex(self.make('film.mkv', 'colour.ogv'), 'place for them: (DESCRIPTION|COMMENT), flag: comment;')
        self.assertEqual([float(c['start_time']) for c in self.probe('colour.ogv')['chapters']], [0, 0.7])
        self.assertEqual([c['tags']['title'] for c in self.probe('colour.ogv')['chapters']], ['One', 'Two'])
        self.assertRegex(self.make('film.mkv', 'colour.avi'), 'place for them: .*language: ger, flag: comment;')

    def test_pictures_that_are_too_small_for_the_first_codec_of_a_container(self):
        self.ffmpeg(*PICTURES, '-c:v', 'mpeg4', 'film.mkv')
        self.assertIn('prores', self.run_command('--to-gray', '--dry-run', 'film.mkv', '-o', 'colour.mxf').stdout)
        self.assertEqual(self.make('film.mkv', 'colour.mxf'), '')
        self.assertEqual(self.probe('colour.mxf')['streams'][0]['codec_name'], 'prores')
        said = self.refuse('--to-gray', 'film.mkv', '-o', 'o.mxf', '--codec', 'dnxhr')
        self.assertIn('--codec prores takes them', said)


if __name__ == '__main__':
    unittest.main()
