#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Interlaced films and pixels that are not square through `gst-colorize`, as FFmpeg and MediaInfo see results."""
import json
import shutil
import subprocess
import unittest

from command import Case, Gst, has_libavformat

PRORES = ('-c:v', 'prores_ks', '-profile:v', 'hq')


@unittest.skipUnless(has_libavformat(), 'built without libavformat')
@unittest.skipUnless(shutil.which('ffmpeg'), 'there is no ffmpeg')
class Fields(Case):
    def film(self, name: str, codec: tuple[str, ...], top: bool = True) -> str:
        """Five interlaced frames of 16:15."""
        subprocess.run(['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x240:d=0.2:r=50', '-vf',
                        f'interlace=scan={"tff" if top else "bff"},setsar=16/15', *codec, '-flags', '+ildct', '-top',
                        '1' if top else '0', '-field_order', 'tt' if top else 'bb', '-video_track_timescale', '25',
                        name], cwd=self.folder, check=True)
        return name

    def make(self, film: str, output: str, *options: str) -> str:
        return self.run_command('--to-gray', '--overwrite', *options, film, '-o', output).stderr

    def seen(self, name: str) -> tuple:
        """The codec, whether frames are interlaced, whether their upper field is first, and the shape of pixels."""
        said = json.loads(subprocess.run(
            ['ffprobe', '-v', 'error', '-of', 'json', '-show_entries',
             'frame=interlaced_frame,top_field_first:stream=codec_name,sample_aspect_ratio', name], cwd=self.folder,
            check=True, stdout=subprocess.PIPE).stdout)
        [stream] = said['streams']
        [fields] = {(frame['interlaced_frame'], frame['top_field_first']) for frame in said['frames']}
        return stream['codec_name'], *fields, stream['sample_aspect_ratio']

    @unittest.skipUnless(Gst.ElementFactory.find('x264enc'), 'there is no x264enc')
    def test_the_first_field_stays_the_first(self):
        for name, codec, output, top in (('a.mov', PRORES, 'o.mov', True), ('b.mov', PRORES, 'o.mkv', False),
                                         ('c.mkv', ('-c:v', 'ffv1', '-level', '3'), 'o.mov', True)):
            with self.subTest(name):
                self.make(self.film(name, codec, top), output)
                self.assertEqual(self.seen(output), ('h264', 1, int(top), '16:15'))
                if shutil.which('mediainfo'):
                    order = subprocess.run(['mediainfo', '--Output=Video;%ScanOrder%', output], cwd=self.folder,
                                           stdout=subprocess.PIPE, text=True).stdout
                    self.assertEqual(order.strip(), 'TFF' if top else 'BFF')

    @unittest.skipUnless(Gst.ElementFactory.find('avenc_prores_ks'), 'there is no avenc_prores_ks')
    def test_what_mxf_does_not_keep_is_named(self):
        film = self.film('a.mov', PRORES)
        self.assertIn('does not; .mov does', self.make(film, 'o.mxf'))
        self.assertEqual(self.seen('o.mxf'), ('prores', 1, 1, '16:15'))
        self.run_command('plan', '--work', 'work', '--to-gray', film, '-o', 'many.mxf')
        [plan] = (self.folder / 'work').rglob('plan.json')
        self.assertEqual(json.loads(plan.read_text())['recipe']['encoder'], 'avenc_prores_ks')
        said = self.make(film, 'o.mxf', '--codec', 'dnxhr')
        self.assertIn('tells here that all are whole', said)
        self.assertIn('pixels of 16:15 are told as square', said)
        self.assertEqual(self.seen('o.mxf')[:2], ('dnxhd', 0))
        said = self.make(film, 'o.mov', '--codec', 'dnxhr', '--deinterlace')
        self.assertNotIn('whole', said)
        # Where the container says nothing, the pictures do.
        subprocess.run(['ffmpeg', '-v', 'error', '-i', film, '-c', 'copy', '-field_order', 'progressive', 'b.mkv'],
                       cwd=self.folder, check=True)
        self.assertIn('tells here that all are whole',
                      self.run_command('--dry-run', '--to-gray', 'b.mkv', '-o', 'o.webm').stdout)


if __name__ == '__main__':
    unittest.main()
