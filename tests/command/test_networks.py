#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""gst-colorize networks: which there are, which are known, and how one is added."""
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path

import numpy as np

from command import ROOT, Case, cv2
from films import PHOTOGRAPH

MODELS = ROOT / 'tests/models'
PICTURE = cv2.imread(str(PHOTOGRAPH), cv2.IMREAD_GRAYSCALE)
ZHANG2016 = 'colorization_release_v2.caffemodel', 'colorization_deploy_v2.prototxt', 'pts_in_hull.npy'


class Networks(Case):
    def setUp(self):
        super().setUp()
        self.models = self.folder / 'home' / 'colorize' / 'models'
        self.models.mkdir(parents=True)
        self.environment = os.environ | {'XDG_DATA_HOME': str(self.folder / 'home'),
                                         'XDG_DATA_DIRS': str(self.folder / 'none')}

    def put(self, network: str, name: str = '', folder: Path | None = None, endings=('', '.modelinfo')):
        for ending in endings:
            target = (folder or self.models) / f'{name or network}{ending}'
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(MODELS / f'{network}{ending}', target)

    def rows(self, *arguments, **more):
        said = self.run_command('networks', '--json', *arguments, env=self.environment | more).stdout
        return json.loads(said)

    def row(self, name, *arguments, **more):
        found = [row for row in self.rows(*arguments, **more) if row['name'] == name]
        self.assertEqual(len(found), 1, name)
        return found[0]

    def colour(self, model, name: str, *arguments, **more) -> np.ndarray:
        self.run_command(PHOTOGRAPH, '-o', name, '--model', model, *arguments, env=self.environment | more)
        return self.read(name)


class List(Networks):
    def test_what_is_here_and_what_is_known(self):
        self.put('ab-linear.onnx', 'of my own.onnx')
        rows = {row['name']: row for row in self.rows() if row['state'] != 'known'}
        self.assertEqual(rows.keys() & {'colorize', 'of my own'}, {'colorize', 'of my own'})
        ours = rows['colorize']
        self.assertEqual(ours['state'], 'compiled-in')
        self.assertEqual(ours['bytes'], (ROOT / 'models/colorize.onnx').stat().st_size)
        self.assertEqual(ours['licence'], 'LGPL-2.1-or-later')
        self.assertEqual(ours['from'], 'compiled in')
        self.assertEqual((ours['width'], ours['height']), (224, 128))
        self.assertNotIn('milliseconds', ours)
        self.assertEqual(rows['of my own']['state'], 'installed')
        self.assertIn('of my own.onnx', rows['of my own']['from'])
        # What lies in models/ of the source is found out of a build folder.
        for network in (ROOT / 'models').glob('*.onnx'):
            self.assertIn(network.stem, rows)

        known = [row for row in self.rows() if row['state'] == 'known' and row['name'] == 'zhang2016']
        self.assertEqual([row['files'][0]['name'] for row in known], ['colorizer.onnx', ZHANG2016[0]])
        for row in known:
            self.assertIn('https://', row['page'])
            self.assertEqual({file['state'] for file in row['files']}, {'missing'})
        self.assertEqual(known[1]['bytes'], sum(file['bytes'] for file in known[1]['files']))

        table = self.run_command('networks', env=self.environment).stdout
        for words in 'LGPL-2.1-or-later', 'BSD-2-Clause', 'not here', str(self.models), *ZHANG2016:
            self.assertIn(words, table)
        self.assertRegex(table, rf'colorize +224x128 +{ours["bytes"] / 1e6:.1f} MB')
        for line in table.splitlines():
            self.assertTrue(len(line) <= 80 or len(line.split()) == 1, line)

    def test_time_where_it_is_asked_for(self):
        self.put('ab-linear.onnx')
        (self.models / 'broken.onnx').write_text('no network')
        shutil.copy(MODELS / 'ab-linear.onnx.modelinfo', self.models / 'broken.onnx.modelinfo')
        rows = {row['name']: row for row in self.rows('--time')}
        ours = rows['colorize']
        self.assertGreater(ours['milliseconds'], 0)
        self.assertEqual(ours['milliseconds'], ours['milliseconds-by-engine'][ours['engine']])
        self.assertIn('broken.onnx', rows['broken']['problem'])
        self.assertNotIn('milliseconds', rows['broken'])
        table = self.run_command('networks', '--time', env=self.environment).stdout
        self.assertRegex(table, r'ab-linear +64x36 .*[\d.]+ ms a frame')
        for words in 'cannot be used: ', *ours['milliseconds-by-engine']:
            self.assertIn(words, table)

    def test_what_is_no_network(self):
        os.mkfifo(self.models / 'pipe.onnx')
        os.mkfifo(self.models / 'colorizer.onnx')
        (self.models / 'empty.onnx').write_text('')
        (self.models / 'folder.onnx').mkdir()
        self.put('ab-linear.onnx', 'alone.onnx', endings=[''])
        rows = {row['name']: row for row in self.rows()}
        for name in 'pipe', 'empty', 'folder', 'zhang2016':
            self.assertIn('is no file, or an empty one', rows[name]['problem'])
        self.assertIn('alone.onnx.modelinfo', rows['alone']['problem'])


class Zhang2016(Networks):
    """As somebody gets it who has the files, with their published names; their weights are of no use but for tests."""

    def setUp(self):
        super().setUp()
        if int(cv2.__version__.split('.')[0]) >= 5:
            self.skipTest('OpenCV 5 reads no Caffe networks')
        made = self.folder / 'made'
        done = subprocess.run(['/usr/bin/python3', ROOT / 'tests/make_zhang2016.py', made], capture_output=True, text=True)
        if done.returncode:
            self.skipTest(f'the network cannot be made here: {done.stderr}')
        for name in ZHANG2016:
            (made / name).rename(self.models / name)
        shutil.rmtree(made)

    def test_by_its_name(self):
        by_name = self.colour('zhang2016', 'by name.png')
        self.check_colour('by name.png', PICTURE)
        moved = self.folder / 'elsewhere'
        self.models.rename(moved)
        by_path = self.colour(moved / ZHANG2016[0], 'by path.png')
        np.testing.assert_array_equal(by_name, by_path)
        said = self.refuse('--model', 'zhang2016', PHOTOGRAPH, '-o', 'none.png', status=2)
        self.assertIn('known, but not here', said)

    def test_files_that_are_the_published_ones_and_others(self):
        files = {file['name']: file for file in self.row('zhang2016')['files']}
        self.assertEqual({name: file['state'] for name, file in files.items()},
                         dict(zip(ZHANG2016, ['different', 'different', 'same'])))
        self.assertIn('128946764', files[ZHANG2016[0]]['why'])
        table = self.run_command('networks', env=self.environment).stdout
        self.assertIn('as published: pts_in_hull.npy', table)
        self.assertIn(f'differs from what is published: {ZHANG2016[0]}', table)
        centres = bytearray((self.models / ZHANG2016[2]).read_bytes())
        centres[-1] ^= 1
        (self.models / ZHANG2016[2]).write_bytes(centres)
        changed = self.row('zhang2016')['files'][2]
        self.assertEqual(changed['state'], 'different')
        self.assertIn('SHA-256', changed['why'])
        (self.models / ZHANG2016[1]).unlink()
        lacking = self.row('zhang2016')
        self.assertEqual(lacking['files'][1]['state'], 'missing')
        self.assertIn('put colorization_deploy_v2.prototxt into', lacking['problem'])

    def test_is_added_with_its_files(self):
        downloads = self.folder / 'downloads'
        self.models.rename(downloads)
        said = json.loads(self.run_command('networks', 'add', downloads / ZHANG2016[0], '--json', '-o', 'seen.png',
                                           env=self.environment).stdout)
        self.assertEqual((said['name'], said['sizes'], said['lacking']), ('zhang2016', ['224x224'], []))
        self.assertEqual(set(said['files']), set(ZHANG2016))
        self.assertEqual({p.name for p in self.models.iterdir()}, set(ZHANG2016))
        self.check_colour('seen.png', PICTURE)
        self.assertEqual(self.row('zhang2016')['state'], 'installed')


class Add(Networks):
    def add(self, file, *arguments):
        return json.loads(self.run_command('networks', 'add', file, '--json', *arguments, env=self.environment).stdout)

    def refuse_to_add(self, file, *arguments, status=1):
        return self.refuse('networks', 'add', file, *arguments, status=status, env=self.environment)

    def refuse(self, *arguments, status=1, **more):
        before = self.files()
        said = self.run_command(*arguments, status=status, **more).stderr
        self.assertEqual(self.files(), before)
        self.assertEqual([p for p in self.models.iterdir() if p.name.startswith('.')], [])
        return said

    def test_with_its_sidecar_centres_and_weights_in_other_files(self):
        self.put('distribution.onnx', folder=self.folder)
        shutil.copy(MODELS / 'distribution-centres.npy', self.folder)
        said = self.add('distribution.onnx')
        self.assertEqual(set(said['files']),
                         {'distribution.onnx', 'distribution.onnx.modelinfo', 'distribution-centres.npy'})
        self.assertEqual(len(said['sizes']), 2)
        self.assertNotIn('draft', said)
        for name in said['files']:
            self.assertEqual((self.models / name).read_bytes(), (self.folder / name).read_bytes())
        by_name = self.colour('distribution', 'by name.png')
        np.testing.assert_array_equal(by_name, self.colour('./distribution.onnx', 'by path.png'))
        self.assertTrue((self.folder / 'distribution.test.jpg').exists())

        self.put('ab-linear.onnx', 'apart.onnx', folder=self.folder)
        weights_apart(self.folder / 'apart.onnx', 'sub/apart.data')
        self.add('apart.onnx')
        self.assertEqual((self.models / 'sub/apart.data').read_bytes(), (self.folder / 'sub/apart.data').read_bytes())
        self.colour('apart', 'apart.png')

    def test_a_sidecar_is_drafted(self):
        """What the graph tells is right; what it does not is as the commonest networks have it, and so these are."""
        for network, lines in {
            'ab-linear': ['input=lightness', 'hints=none', 'output=ab', 'multiple=1', 'ranges=-128,128;-128,128'],
            'ab-linear-unit': ['input=lightness', 'output=ab', 'ranges=-1,1;-1,1'],
            'ab-planes': ['hints=planes', 'ranges=0,100;-128,128;-128,128;0,1'],
            'ab-mask': ['hints=mask', '[hints]', 'ranges=-128,128;-128,128;0,1'],
            'ab-mask-apart': ['hints=mask', '[ab-hints]', '[confidence]'],
            'rgb': ['input=gray-rgb', 'output=rgb', 'dims=-1,3,-1,-1'],
            'rgb-255': ['output=rgb'],
            'fixed': ['dims=-1,1,64,64', 'size=64'],
            'attention-fixed': ['dims=-1,1,36,64', 'size=64'],
        }.items():
            with self.subTest(network):
                self.put(f'{network}.onnx', folder=self.folder, endings=[''])
                draft = self.add(f'{network}.onnx')['draft']
                for line in lines:
                    self.assertIn(line, draft.splitlines())
                self.assertIn('Check:', draft)
                self.assertEqual((self.models / f'{network}.onnx.modelinfo').read_text(), draft)
        self.assertEqual(self.row('fixed')['width'], 64)
        drafted = self.colour('ab-linear', 'drafted.png', '--inference-size', 64)
        np.testing.assert_array_equal(drafted, self.colour(MODELS / 'ab-linear.onnx', 'whole.png'))
        said = self.run_command('networks', 'add', 'rgb.onnx', '--overwrite', env=self.environment).stdout
        for words in 'OpenCV', 'drafted', '[colorize]', 'rgb.test.jpg', str(self.models), '--model=rgb':
            self.assertIn(words, said)

    def test_the_multiple_is_found_by_trying(self):
        halved_twice(self.folder / 'skip.onnx')
        self.assertIn('multiple=4', self.add('skip.onnx')['draft'].splitlines())

    def test_what_a_sidecar_leaves_out_is_said(self):
        self.put('ab-linear.onnx', folder=self.folder)
        sidecar = self.folder / 'ab-linear.onnx.modelinfo'
        sidecar.write_text(sidecar.read_text().replace('licence=', '# ').replace('source=', '# '))
        self.assertEqual(self.add('ab-linear.onnx')['lacking'], ['licence', 'source'])
        sidecar.write_text(sidecar.read_text().replace('[ab]', '[uv]'))
        said = self.refuse_to_add('ab-linear.onnx', '--overwrite')
        self.assertIn('has no tensor [uv]', said)
        self.assertIn(str(self.folder / 'ab-linear.onnx'), said)
        sidecar.write_text(sidecar.read_text().replace('output=ab', 'outptu=ab'))
        self.assertIn('output', self.refuse_to_add('ab-linear.onnx', '--overwrite'))

    def test_nothing_is_replaced_unasked(self):
        self.put('ab-linear.onnx', 'mine.onnx', folder=self.folder)
        self.add('mine.onnx', '-o', 'seen.png')
        before = (self.models / 'mine.onnx').read_bytes()
        self.put('ab-constant.onnx', 'mine.onnx', folder=self.folder)
        self.assertIn('--overwrite', self.refuse_to_add('mine.onnx', '-o', 'again.png'))
        self.assertEqual((self.models / 'mine.onnx').read_bytes(), before)
        self.assertIn('seen.png', self.refuse_to_add('mine.onnx', '-o', 'seen.png'))
        self.add('mine.onnx', '-o', 'seen.png', '--overwrite')
        self.assertEqual((self.models / 'mine.onnx').read_bytes(), (MODELS / 'ab-constant.onnx').read_bytes())
        # What lies in its place already is tried, and stays.
        self.add(self.models / 'mine.onnx', '-o', 'third.png')
        self.assertEqual((self.models / 'mine.onnx').read_bytes(), (MODELS / 'ab-constant.onnx').read_bytes())

        self.put('ab-linear.onnx', 'colorize.onnx', folder=self.folder)
        self.assertIn('compiled in', self.refuse_to_add('colorize.onnx'))

    def test_what_cannot_be_added(self):
        self.put('ab-linear.onnx', 'net.onnx', folder=self.folder, endings=[''])
        (self.folder / 'broken.onnx').write_text('no network')
        (self.folder / 'caffe.caffemodel').write_text('weights')
        os.mkfifo(self.folder / 'pipe.onnx')
        for file, words, status in (
            ('broken.onnx', 'broken.onnx', 1), ('caffe.caffemodel', 'caffe.caffemodel.modelinfo', 1),
            ('pipe.onnx', 'no such file', 1), ('absent.onnx', 'no such file', 1), ('net.txt', '.onnx', 1),
        ):
            with self.subTest(file):
                self.assertIn(words, self.refuse_to_add(file, status=status))
        self.assertIn('FILE', self.refuse('networks', 'add', status=2, env=self.environment))
        self.assertIn('FILE', self.refuse_to_add('net.onnx', 'broken.onnx', status=2))
        self.assertIn('.txt', self.refuse_to_add('net.onnx', '-o', 'seen.txt'))
        five = self.folder / 'five.onnx'
        shutil.copy(MODELS / 'distribution.onnx', five)
        self.assertIn('5 channels', self.refuse_to_add(five))


class Prefix(Networks):
    def test_networks_are_found_in_the_plugin_s_own_prefix(self):
        """Wherever that is, or is moved to, without a word in the environment but where the plugin is."""
        built = Path(os.environ['GST_PLUGIN_PATH']) / 'libgstcolorize.so'
        for plugins in 'lib/gstreamer-1.0', 'lib64/gstreamer-1.0', 'lib/x86_64-linux-gnu/gstreamer-1.0':
            with self.subTest(plugins):
                prefix = self.folder / 'prefix'
                folder = prefix / plugins
                folder.mkdir(parents=True)
                shutil.copy(built, folder)
                self.put('ab-linear.onnx', 'of the prefix.onnx', folder=prefix / 'share/colorize/models')
                moved = prefix.rename(self.folder / 'moved')
                where = {'GST_PLUGIN_PATH': str(moved / plugins), 'GST_REGISTRY': str(self.folder / 'registry')}
                self.assertEqual(self.row('of the prefix', **where)['from'],
                                 str(moved / 'share/colorize/models/of the prefix.onnx'))
                by_name = self.colour('of the prefix', 'by name.png', **where)
                np.testing.assert_array_equal(by_name, self.colour(MODELS / 'ab-linear.onnx', 'by path.png'))
                # The user's own one of that name is before it.
                self.put('ab-constant.onnx', 'of the prefix.onnx')
                self.assertIn('home', self.row('of the prefix', **where)['from'])
                for path in moved, self.models, self.folder / 'by name.png', self.folder / 'by path.png':
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                self.models.mkdir()


def weights_apart(network: Path, data: str) -> None:
    """Moves the weights of an ONNX file into another file, as large networks have them."""
    (network.parent / data).parent.mkdir(exist_ok=True)
    script = ('import sys, onnx; onnx.save_model(onnx.load(sys.argv[1]), sys.argv[1], save_as_external_data=True, '
              'location=sys.argv[2], size_threshold=0)')
    subprocess.run(['/usr/bin/python3', '-c', script, network.name, data], check=True, cwd=network.parent)


def halved_twice(network: Path) -> None:
    """A network whose way down and up again meets a straight one, so that sides have to be divisible by four."""
    script = '''
import sys, onnx, numpy
from onnx import helper, numpy_helper
tensor = lambda name, channels: helper.make_tensor_value_info(name, 1, [1, channels, 'height', 'width'])
scales = numpy_helper.from_array(numpy.array([1, 1, 4, 4], numpy.float32), 'scales')
roi = numpy_helper.from_array(numpy.zeros(0, numpy.float32), 'roi')
weight = numpy_helper.from_array(numpy.ones((2, 1, 1, 1), numpy.float32), 'weight')
pool = dict(kernel_shape=[2, 2], strides=[2, 2])
nodes = [helper.make_node('AveragePool', ['in'], ['half'], **pool),
         helper.make_node('AveragePool', ['half'], ['quarter'], **pool),
         helper.make_node('Resize', ['quarter', 'roi', 'scales'], ['up'], mode='nearest',
                          coordinate_transformation_mode='asymmetric', nearest_mode='floor'),
         helper.make_node('Add', ['in', 'up'], ['sum']), helper.make_node('Conv', ['sum', 'weight'], ['out'], kernel_shape=[1, 1])]
graph = helper.make_graph(nodes, 'skip', [tensor('in', 1)], [tensor('out', 2)], [scales, roi, weight])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 11)])
model.ir_version = 6
onnx.save(model, sys.argv[1])
'''
    subprocess.run(['/usr/bin/python3', '-c', script, network], check=True)


if __name__ == '__main__':
    unittest.main(verbosity=2)
