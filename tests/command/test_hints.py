#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hints of a whole scene in a film that is made in pieces."""
import json
import shutil
import subprocess
import unittest

from command import Case
import numpy as np
from films import PHOTOGRAPH, need, shell


class Scene(Case):
    def test_it_holds_in_its_scene_alone_and_through_all_of_it(self):
        need('avdec_ffv1')
        if not shutil.which('ffmpeg'):
            self.skipTest('there is no ffmpeg')
        shell(f'ffmpeg -v error -nostdin -loop 1 -framerate 2 -i {PHOTOGRAPH} -f lavfi -i smptebars=s=160x202:r=2 -t 100 '
              '-filter_complex "[0]scale=160:202[photograph];[photograph][1]overlay=enable=\'lt(t,2)+gte(t,95)\','
              'format=gray,format=yuv420p" -c:v ffv1 -g 5 film.mkv', self.folder)
        yellowness = {}
        for warmth in 0, 30:
            (self.folder / 'hints.jsonl').write_text(json.dumps({'time': 90, 'warmth': warmth}))
            self.run_command('film.mkv', '-o', 'warm.mkv', '--hints', 'hints.jsonl', '--codec', 'ffv1', '--progress',
                             'none', '--inference-interval', '8', '--keep-pieces', '--overwrite')
            raw = subprocess.run('ffmpeg -v error -nostdin -i warm.mkv -f rawvideo -pix_fmt rgb24 -'.split(),
                                 cwd=self.folder, stdout=subprocess.PIPE, check=True).stdout
            frames = np.frombuffer(raw, np.uint8).reshape(-1, 202, 160, 3).astype(int)
            yellowness[warmth] = (frames[..., :2].mean(3) - frames[..., 2]).mean((1, 2))
        self.assertGreater(len(list((self.folder / '.warm.mkv.parts').glob('*.gdp'))), 3)
        more = yellowness[30] - yellowness[0]
        self.assertEqual(len(more), 200)
        self.assertFalse(more[:4].any() or more[190:].any(), 'other scenes stay')
        self.assertGreater(more[4:190].min(), 20, 'from its first frame on, 88 s before, in each of its pieces, to its last one')
        self.assertLess(np.ptp(more[4:190]), 2)


if __name__ == '__main__':
    unittest.main()
