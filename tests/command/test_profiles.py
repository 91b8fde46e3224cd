#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""For whom a film is made: what the profiles promise is in the result, as ffmpeg and mediainfo see it, and one's own
profiles and the machine's hardware are taken or named."""
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path
from unittest import mock

from command import ROOT, Case, Gst, has_libavformat

PROFILES = ROOT / 'tools' / 'profiles'


@unittest.skipUnless(has_libavformat(), 'built without libavformat')
class Films(Case):
    def setUp(self):
        super().setUp()
        if not shutil.which('ffmpeg'):
            self.skipTest('there is no ffmpeg')
        patch = mock.patch.dict(os.environ, {'XDG_CONFIG_HOME': str(self.folder / 'config')})
        patch.start()
        self.addCleanup(patch.stop)

    def ffmpeg(self, *arguments) -> str:
        """What it says, which is nothing where all is well."""
        return subprocess.run(['ffmpeg', '-v', 'error', '-nostdin', '-y', *map(str, arguments)], cwd=self.folder,
                              check=True, capture_output=True, text=True).stderr

    def film(self, *, bits: int = 10, sound: str = 'flac') -> str:
        name = f'film{bits}.mkv'
        self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=160x112:r=25:d=0.4', '-f', 'lavfi', '-i', 'sine=d=0.4', '-pix_fmt',
                    'yuv420p10le' if bits == 10 else 'yuv420p', '-c:v', 'ffv1', '-c:a', sound, name)
        return name

    def make(self, film: str, *options) -> str:
        """Without a network: how pictures are stored is what counts here."""
        return self.run_command('--to-gray', *options, film).stderr

    def streams(self, name: str) -> dict[str, dict]:
        said = subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-show_streams', name], cwd=self.folder,
                              capture_output=True, check=True, text=True).stdout
        return {stream['codec_type']: stream for stream in json.loads(said)['streams']}

    def own(self, text: str) -> None:
        folder = self.folder / 'config' / 'colorize' / 'profiles'
        folder.mkdir(parents=True, exist_ok=True)
        (folder / 'mine.conf').write_text(f'[gst-colorize]\n{text}\n')


class Profiles(Films):
    def test_archive(self):
        said = self.make(self.film(), '--profile', 'archive')
        self.assertNotIn('play', said)
        streams = self.streams('film10.gray.mkv')
        self.assertEqual((streams['video']['codec_name'], streams['audio']['codec_name']), ('ffv1', 'flac'))
        self.assertRegex(streams['video']['pix_fmt'], '10le$')
        self.assertTrue((self.folder / 'film10.gray.colour.json').exists())
        if shutil.which('mediainfo'):
            said = subprocess.run(['mediainfo', '--Output=Video;%Format_Version%,%ErrorDetectionType%,'
                                   '%MaxSlicesCount%,%Format_Settings_GOP%', 'film10.gray.mkv'], cwd=self.folder,
                                  capture_output=True, text=True).stdout
            self.assertRegex(said, r'Version 3\.\d')
            self.assertIn('N=1', said)
        if shutil.which('mediaconch'):
            report = subprocess.run(['mediaconch', '-mc', '-fx', 'film10.gray.mkv'], cwd=self.folder,
                                    capture_output=True, text=True).stdout
            self.assertRegex(report, r'<implementationChecks\b')
            self.assertNotRegex(report, r'fail_count="[1-9]')
        # A byte in the middle of the pictures that turns is noticed, and with nothing turned nothing is.
        whole = (self.folder / 'film10.gray.mkv').read_bytes()
        self.assertEqual(self.ffmpeg('-i', 'film10.gray.mkv', '-f', 'null', '-'), '')
        packets = json.loads(subprocess.run(['ffprobe', '-v', 'error', '-of', 'json', '-select_streams', 'v',
                                             '-show_entries', 'packet=pos,size,flags', 'film10.gray.mkv'],
                                            cwd=self.folder, capture_output=True, text=True).stdout)['packets']
        self.assertTrue(all('K' in packet['flags'] for packet in packets))
        at = int(packets[4]['pos']) + int(packets[4]['size']) // 2
        (self.folder / 'hurt.mkv').write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        self.assertIn('slice CRC mismatch', self.ffmpeg('-i', 'hurt.mkv', '-f', 'null', '-'))

    def test_family(self):
        said = self.make(self.film(), '--profile', 'family')
        self.assertIn('the 10 bits of its pictures become 8, since no more are asked for', said)
        self.assertIn('FLAC (Free Lossless Audio Codec) becomes AAC', said)
        streams = self.streams('film10.gray.mp4')
        self.assertEqual((streams['video']['codec_name'], streams['video']['pix_fmt'], streams['audio']['codec_name']),
                         ('h264', 'yuv420p', 'aac'))
        self.assertIn(streams['video']['profile'], ('High', 'Main', 'Constrained Baseline'))
        self.assertNotIn('play', said)
        # Its index is there before the pictures are.
        whole = (self.folder / 'film10.gray.mp4').read_bytes()
        self.assertLess(whole.index(b'moov'), whole.index(b'mdat'))
        self.assertEqual(self.ffmpeg('-i', 'film10.gray.mp4', '-f', 'null', '-'), '')

    def test_broadcast_and_web(self):
        self.make(self.film(bits=8, sound='pcm_s16le'), '--profile', 'broadcast')
        streams = self.streams('film8.gray.mov')
        self.assertEqual((streams['video']['codec_name'], streams['video']['profile'], streams['audio']['codec_name']),
                         ('prores', 'HQ', 'pcm_s16le'))
        self.make('film8.mkv', '--profile', 'family')
        of_family = (self.folder / 'film8.gray.mp4').stat().st_size
        self.make('film8.mkv', '--profile', 'web', '--overwrite')
        self.assertLess((self.folder / 'film8.gray.mp4').stat().st_size, of_family)

    def test_what_few_can_play_is_named(self):
        said = self.make(self.film(), '-o', 'a.mp4')
        if self.streams('a.mp4')['video']['pix_fmt'] == 'yuv420p10le':  # not by openh264
            self.assertIn('do not play h264 of 10 bits; for them use --profile family, or --bits 8', said)
        self.assertNotIn('play', self.make('film10.mkv', '-o', 'b.mp4', '--bits', 8))
        self.assertEqual(self.streams('b.mp4')['video']['pix_fmt'], 'yuv420p')

    def test_the_command_line_wins(self):
        self.own('codec=vp9\ncontainer=webm\nbits=8\nrecord=false\nlabel=true')
        profile = self.folder / 'config/colorize/profiles/mine.conf'
        profile.write_bytes(b'\xef\xbb\xbf' + profile.read_bytes())  # as Windows' editor begins it
        self.make(self.film(), '--profile', 'mine', '--codec', 'ffv1', '--container=mkv')
        self.assertEqual(self.streams('film10.gray.mkv')['video']['codec_name'], 'ffv1')
        self.assertRegex(self.streams('film10.gray.mkv')['video']['pix_fmt'], 'p$')
        self.assertNotIn('film10.gray.colour.json', os.listdir(self.folder))
        # By its path, and before all that came along.
        (self.folder / 'config/colorize/profiles/mine.conf').rename(self.folder / 'family.conf')
        self.make('film10.mkv', '--profile=./family.conf')
        self.assertEqual(self.streams('film10.gray.webm')['video']['codec_name'], 'vp9')

    def test_what_a_profile_turns_on_is_turned_off(self):
        self.make(self.film(bits=8), '--profile', 'archive', '--record=false')
        self.assertNotIn('film8.gray.colour.json', os.listdir(self.folder))
        self.assertIn('is there already', self.refuse('film8.mkv', '--to-gray', '-o', 'film8.gray.mkv',
                                                      '--overwrite', '--overwrite=false'))
        self.make('film8.mkv', '--profile', 'archive', '--record=false', '--record=true', '--overwrite=true')
        self.assertIn('film8.gray.colour.json', os.listdir(self.folder))
        self.own('mark=false')
        self.make('film8.mkv', '--profile', 'mine', '--no-mark=false', '-o', 'marked.mkv')
        self.assertIn("--overwrite takes true or false, not 'no'",
                      self.refuse('film8.mkv', '--overwrite=no', status=2))

    def test_a_profile_of_the_whole_does_not_hinder_a_try(self):
        film = self.film(bits=8)
        for profile in 'archive', 'family':
            self.make(film, '--profile', profile, '--frame', '0.2', '-o', f'{profile}.png')
        self.assertNotIn('archive.colour.json', os.listdir(self.folder))

    def test_photographs_take_of_it_what_is_for_them(self):
        self.ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=64x48', '-frames:v', 1, 'photo.png')
        self.make('photo.png', '--profile', 'archive')
        self.assertLessEqual({'photo.gray.png', 'photo.gray.colour.json'}, set(os.listdir(self.folder)))

    def test_what_is_wrong_is_named_with_its_file(self):
        for text, words in (('codec=mpeg2', ("--codec does not take 'mpeg2'", 'mine.conf that says so')),
                            ('quality=best', ('--quality', 'mine.conf that says so')),
                            ('saturation=900', ('saturation', 'mine.conf that says so')),
                            ('to-grya=false', ('did you mean --to-gray?', 'mine.conf that says so')),
                            ('codek=h264', ('did you mean --codec?', 'mine.conf that says so')),
                            ('record=yes', ("--record takes true or false there, not 'yes'", 'mine.conf that says so')),
                            ('help=true', ('help is not for a profile', 'mine.conf')),
                            ('overwrite=false', ('overwrite is not for a profile',)),
                            ('profile=web', ('names no other',)), ('[more]\na=b', ('[more]', 'mine.conf')),
                            ('h264', ('cannot be read as a profile', 'mine.conf'))):
            with self.subTest(text):
                self.own(text)
                said = self.refuse('film.mp4', '--profile', 'mine', status=2)
                for word in words:
                    self.assertIn(word, said)
        said = self.refuse('film.mp4', '--profile', 'famly', status=2)
        self.assertIn('did you mean family? (it knows archive, broadcast, family, mine, web', said)
        self.assertNotIn('says so', self.refuse('film.mp4', '--profile', 'mine', '--profile', 'web', '--bits=9',
                                                status=2))

    def test_the_page_offers_them(self):
        offered = self.run_command('--help').stdout
        names = ', '.join(sorted(path.stem for path in PROFILES.glob('*.conf')))
        self.assertIn(names, ' '.join(offered.split()))


class Hardware(Films):
    """By an encoder that stands for hardware, which is not on every machine."""

    def setUp(self):
        super().setUp()
        if not Gst.ElementFactory.find('x264enc'):
            self.skipTest('there is no x264enc, which the one that stands for hardware is made of')
        if any(map(Gst.ElementFactory.find, ('vah264enc', 'vah264lpenc', 'v4l2h264enc'))):
            self.skipTest('there is hardware')

    def made_by(self, behaviour: str) -> str:
        plugin = Path(os.environ['COLORIZE_HARDWARE_PLUGIN'])
        environment = {'COLORIZE_HARDWARE': behaviour, 'GST_REGISTRY': str(self.folder / 'registry.bin'),
                       'GST_PLUGIN_PATH': f'{os.environ["GST_PLUGIN_PATH"]}:{plugin.parent}'}
        with mock.patch.dict(os.environ, environment):
            return self.make(self.film(bits=8), '--hardware', '-v', '--overwrite', '-o', 'a.mp4')

    def test_one_that_works_is_taken(self):
        said = self.made_by('works')
        self.assertIn('h264 by vah264enc', said)
        self.assertNotIn('no hardware', said)
        self.assertEqual(self.streams('a.mp4')['video']['codec_name'], 'h264')

    def test_one_that_fails_is_passed_over_and_named(self):
        for behaviour, why in (('missing', 'there is no such device'), ('nothing', 'of 8 pictures it has encoded 0'),
                               ('crashes', 'crashed')):
            with self.subTest(behaviour):
                said = self.made_by(behaviour)
                self.assertRegex(said, 'no hardware here encodes h264, so that (x264enc|openh264enc) does .vah264enc: '
                                       f'.*{why}')
                self.assertEqual(self.streams('a.mp4')['video']['codec_name'], 'h264')

    def test_none_is_there(self):
        self.assertRegex(self.make(self.film(bits=8), '--hardware', '-o', 'a.mkv', '--codec', 'vp9'),
                         'no hardware here encodes vp9, so that vp9enc does')
        self.assertIn('--hardware', self.refuse('plan', 'film8.mkv', '--hardware', '--work', 'work', status=2))


if __name__ == '__main__':
    unittest.main()
