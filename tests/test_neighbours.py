#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs that others use beside `colorize`, by the examples for them: GStreamer Editing Services (and so Pitivi), and
Python with NumPy."""
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import films
from films import Gst

EXAMPLES = films.ROOT / 'examples'


class Neighbours(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix='colorize-neighbours-')
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        films.launch('videotestsrc num-buffers=50 ! video/x-raw,format=I420,width=160,height=120,'
                     'framerate=25/1 ! videobalance saturation=0 ! x264enc bframes=0 ! mp4mux '
                     '! filesink location=film.mp4', self.folder)

    def test_editors_find_the_element_among_their_effects(self):
        self.assertEqual(Gst.ElementFactory.find('colorize').get_metadata('klass'), 'Filter/Effect/Video')

    @unittest.skipUnless(shutil.which('ges-launch-1.0'), 'there is no ges-launch-1.0 here: the package ges1.0-tools')
    def test_a_project_with_keyframes_is_rendered(self):
        project = (EXAMPLES / 'ges' / 'fade.xges').read_text()
        commands = re.findall(r'^  (?:sed|ges-launch).*', project, re.MULTILINE)
        self.assertEqual(len(commands), 2)
        # A network whose colour is one and the same, so that what changes is the saturation.
        network = films.ROOT / 'tests' / 'models' / 'ab-constant.onnx'
        effect = 'children-properties="properties;"'
        self.assertEqual(project.count(effect), 1)
        (self.folder / 'fade.xges').write_text(
            project.replace(effect, effect.replace(';', f', GstColorize::model=(string)&quot;{network}&quot;;')))
        films.shell('\n'.join(commands), self.folder)
        frames = films.read_frames(self.folder / 'fade.mp4')
        self.assertEqual(len(frames), 50)
        chroma = [frame.colourfulness for frame in frames]
        print(*(f'{value:.1f}' for value in chroma[::7]), file=sys.stderr)
        self.assertLess(chroma[0], 3)  # rounding, and what the encoder does
        self.assertGreater(chroma[-1], 15)
        for share in 0.25, 0.5, 0.75:
            self.assertAlmostEqual(chroma[round(share * 49)] / chroma[-1], share, delta=0.12)

    def test_python_has_the_pictures_in_numpy(self):
        program = EXAMPLES / 'python' / 'colours.py'
        said = subprocess.run([sys.executable, program, 'film.mp4'], cwd=self.folder, check=True, capture_output=True,
                              text=True).stdout
        found = np.array([line.replace(' s:', '').split() for line in said.splitlines()], float)
        given = films.read_frames(self.folder / 'film.mp4')
        np.testing.assert_allclose(found[:, 0] - found[0, 0], np.arange(50) / 25, atol=0.001)
        self.assertGreater(np.ptp(found[:, 1:], axis=1).max(), 0.5)  # it is in colour
        luma = np.array([frame.luma.mean() for frame in given])
        np.testing.assert_allclose(found[:, 1:] @ (0.299, 0.587, 0.114), luma, atol=2)
        failed = subprocess.run([sys.executable, program, program], capture_output=True, text=True)
        self.assertEqual(failed.returncode, 1)
        self.assertTrue(failed.stderr)


if __name__ == '__main__':
    unittest.main()
