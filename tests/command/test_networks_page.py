#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/networks.md: it says what the catalogue says, and with its commands alone the networks of others run."""
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from command import COMMAND, ROOT, Case, colourfulness
from films import PHOTOGRAPH

CATALOGUE, ARCHITECTURES = ROOT / 'models/catalogue', ROOT / 'tests/models/architectures'
PAGE = (ROOT / 'docs/networks.md').read_text()
TITLES = {'zhang2016': 'Zhang 2016', 'zhang2017': 'Zhang 2017', 'deoldify': 'DeOldify', 'ddcolor': 'DDColor'}


def section(name: str) -> str:
    return re.search(rf'^## {TITLES[name]}\n(.*?)(?=^## |\Z)', PAGE, re.DOTALL | re.MULTILINE)[1]


def block(name: str, language: str) -> str:
    found = re.findall(rf'^```{language}\n(.*?)^```$', section(name), re.DOTALL | re.MULTILINE)
    assert len(found) == 1, f'{name} has {len(found)} blocks of {language}'
    return found[0]


def entry(name: str) -> str:
    form = 'caffemodel' if name == 'zhang2016' else 'onnx'
    return (CATALOGUE / f'{name}.{form}.modelinfo').read_text()


class Catalogue(unittest.TestCase):
    def test_files(self):
        for name in TITLES:
            stated = re.findall(r'\[(?:file|source) (.*)\]\nlink=(.*)\nbytes=(.*)\nsha256=(.*)', entry(name))
            shown = re.findall(r'^\| \[(.*?)\]\((.*?)\) \| (\d+) \| `(.*?)` \|$', section(name), re.MULTILINE)
            self.assertTrue(shown, name)
            self.assertEqual(set(shown), set(stated), name)

    def test_licences(self):
        for name in TITLES:
            licence = re.search(r'licence=(.*)', entry(name))[1]
            self.assertIn(f'Licence: {licence}', section(name))
            self.assertRegex(PAGE, rf'\| \[`{name}`\].*\| {licence} \|')

    def test_sidecars(self):
        for name in TITLES.keys() - {'zhang2016'}:
            text = entry(name)
            sidecar = text[text.index('[modelinfo]'):text.index('[catalogue]')].rstrip() + '\n'
            self.assertEqual(block(name, 'ini'), sidecar, name)


class Commands(Case):
    """As a stranger types them, in a home of his own, with files that were made here in place of the fetched ones."""

    def type_in(self, name: str, after: str = '', status: int = 0) -> subprocess.CompletedProcess:
        """The commands of a network's section from the one that begins with `after` on; the film is a photograph."""
        lines = block(name, 'sh')
        lines = lines[lines.index(after):]
        self.assertIn('film.mp4', lines)
        shutil.copy(PHOTOGRAPH, self.folder / 'photograph.jpg')
        home = self.folder / 'home'
        home.mkdir()
        environment = {key: value for key, value in os.environ.items() if not key.startswith('XDG_DATA')}
        environment |= {'HOME': str(home), 'PATH': f'{Path(COMMAND).parent}:{os.environ["PATH"]}'}
        done = subprocess.run(['bash', '-euc', lines.replace('film.mp4', 'photograph.jpg')], cwd=self.folder,
                              env=environment, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def expect_colour(self):
        results = [path for path in self.folder.glob('photograph*') if path.name != 'photograph.jpg']
        self.assertEqual(len(results), 1, results)
        self.assertGreater(colourfulness(self.read(results[0].name)), 3)

    def put(self, name: str, *endings: str):
        for ending in endings:
            shutil.copy(ARCHITECTURES / f'{name}{ending}', self.folder)

    def test_zhang2016(self):
        made = self.folder / 'made'
        subprocess.run(['/usr/bin/python3', ROOT / 'tests/make_zhang2016.py', made], check=True)
        for file in ('colorization_deploy_v2.prototxt', 'colorization_release_v2.caffemodel', 'pts_in_hull.npy'):
            shutil.move(made / file, self.folder)
        shutil.rmtree(made)
        self.type_in('zhang2016')
        self.expect_colour()

    def test_zhang2017(self):
        self.put('zhang2017', '.onnx')
        self.type_in('zhang2017', 'gst-colorize networks add')
        self.expect_colour()

    def test_deoldify(self):
        self.put('deoldify', '.onnx')
        self.type_in('deoldify', 'gst-colorize networks add')
        self.expect_colour()

    def test_ddcolor(self):
        """Its stand-in has sides of 64, which a sidecar beside it says. OpenCV 4.6 cannot, and names the operator."""
        self.put('ddcolor', '.onnx', '.onnx.modelinfo')
        tried = self.run_command('--model', 'ddcolor.onnx', PHOTOGRAPH, '-o', 'tried.png', status=None)
        if tried.returncode == 0:
            self.type_in('ddcolor', 'gst-colorize networks add')
            self.expect_colour()
        else:
            said = self.type_in('ddcolor', 'gst-colorize networks add', status=1).stderr
            self.assertRegex(said, r'ddcolor\.onnx: node \[.*\] \(Sub\)')


if __name__ == '__main__':
    unittest.main()
