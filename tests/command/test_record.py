#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `--record` writes, and `gst-colorize verify` says of it; sha256sum is the other authority."""
import hashlib
import json
import os
import shutil
import subprocess
import unittest
from pathlib import Path
from urllib.parse import unquote

from command import Case
from films import OF_PIPELINES, ROOT, Gst, launch, need

try:
    import bagit
except ImportError:
    bagit = None

# A photograph's worth of detail, and another one's: a cut after 12 frames.
CUT = ('concat name=c ! videoconvert ! jpegenc ! matroskamux ! filesink location=film.mkv '
       + ' '.join(f'videotestsrc pattern={pattern} num-buffers=12 ! video/x-raw,format=GRAY8,width=160,height=120,'
                  'framerate=25/1 ! queue ! c.' for pattern in ('zone-plate kx2=20 ky2=20', 'checkers-8')))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def keys(value, inside: str = '') -> set[str]:
    """All keys of a JSON value but for the names of properties."""
    if isinstance(value, list):
        return {key for element in value for key in keys(element)}
    if not isinstance(value, dict) or inside == 'properties':
        return set()
    return set(value) | {key for name, element in value.items() for key in keys(element, name)}


class Records(Case):
    def test_of_a_result_with_a_long_name(self):
        need('jpegenc', 'matroskamux')
        launch('videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=64,height=48 ! jpegenc ! matroskamux '
               '! filesink location=film.mkv', self.folder)
        records = set()
        for length in 244, 255:
            for letter in 'y', 'Ω':  # of two bytes
                stem = letter * ((length - 4) // len(letter.encode()))
                self.run_command('film.mkv', '-o', f'{stem}.mkv', '--to-gray', '--record')
                self.assertTrue((self.folder / f'{stem}.mkv').exists())
                [record] = set(self.folder.glob('*.colour.json')) - records
                records.add(record)
                self.assertTrue(record.name.startswith(letter * 100), record)
                self.check_sums(record.name)
        self.run_command('verify', *records)
        stem = 'x' * 251
        self.photo('a.png')
        for name, ending in ('film.mkv', 'mkv'), ('a.png', 'png'):
            work = f'work-{ending}'
            self.run_command('plan', name, '-o', f'{stem}.{ending}', '--to-gray', '--work', work)
            self.run_command('piece', work, 1)
            self.run_command('join', work)
        records = list(self.folder.glob('x*.colour.json'))
        self.assertEqual(len(records), 2)
        self.run_command('verify', *records)

    def record(self, name: str) -> dict:
        return json.loads((self.folder / name).read_text())

    def check_sums(self, *records):
        """The manifest of these is what sha256sum finds."""
        lines = subprocess.run([os.environ['GST_COLORIZE'], 'verify', '--manifest', *records], cwd=self.folder,
                               stdout=subprocess.PIPE, check=True).stdout
        done = subprocess.run(['sha256sum', '-c', '--strict'], input=lines, cwd=self.folder, capture_output=True)
        self.assertEqual(done.returncode, 0, done)
        return lines.count(b'\n')

    def test_of_a_film(self):
        need('jpegenc', 'matroskamux', 'concat')
        launch(CUT, self.folder)
        self.run_command('film.mkv', '--record', '--saturation', '0.8', '--label', 'x' * 200)
        record = self.record('film.colour.json')
        for role, name in ('source', 'film.mkv'), ('result', 'film.colour.mkv'):
            path = self.folder / name
            self.assertEqual(unquote(record[role].pop('uri')), f'file://{path.resolve()}')
            self.assertEqual(record[role], {'path': name, 'reference': name, 'bytes': path.stat().st_size,
                                            'sha256': sha256(path)})
        self.assertEqual(self.check_sums('film.colour.json'), 3)

        compiled_in = {file['uri'].rpartition('/')[2]: file['sha256'] for file in record['network']['files']}
        self.assertEqual(compiled_in, {name: sha256(ROOT / 'models' / name)
                                       for name in ('colorize.onnx', 'colorize.onnx.modelinfo')})
        lines = ''.join(f'{piece["sha256"]}  {piece["name"]}\n' for piece in record['piece-list']['pieces'])
        self.assertEqual(record['piece-list']['sha256'], hashlib.sha256(lines.encode()).hexdigest())
        self.assertEqual(sum(piece['frames'] for piece in record['piece-list']['pieces']), 24)

        element = Gst.ElementFactory.make('colorize')
        properties = {spec.name for spec in element.list_properties()
                      if spec.owner_type.name == 'GstColorize' and spec.flags & 2}
        settings = record['settings']
        self.assertEqual(set(settings['properties']), properties - {*OF_PIPELINES})
        for name, value in settings['properties'].items():
            usual = element.get_property(name)
            usual = getattr(usual, 'value_nick', usual)
            if name == 'saturation':
                self.assertEqual(value, 0.8)
            elif name != 'engine':  # that is what it turned out to be
                self.assertEqual(value, round(usual, 6) if isinstance(usual, float) else usual, name)
        self.assertEqual(settings['label'], 'x' * 200)
        self.assertIsNone(settings['range'])

        self.assertEqual([remark['code'] for remark in record['remarks']], ['label-lost'])
        [pictures] = record['pictures']
        self.assertEqual((pictures['frames'], pictures['left-alone'], pictures['left-alone-share']), (24, 0, 0))
        [cut] = pictures['cuts']
        self.assertAlmostEqual(cut, 12 / 25, delta=0.001)
        self.assertIn(record['mark']['words'].encode(), (self.folder / 'film.colour.mkv').read_bytes())
        for moment in record['start'], record['end']:
            self.assertRegex(moment, r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')
        self.assertLessEqual(record['start'], record['end'])
        self.assertIn('GStreamer', record['versions']['gstreamer'])
        self.assertTrue(all(record['versions'].values()), record['versions'])
        page = (ROOT / 'docs/record.md').read_text()
        for key in keys(record):
            self.assertRegex(page, rf'`[^`]*\b{key}`', 'docs/record.md lacks it')

    def test_of_what_is_left_alone(self):
        need('jpegenc', 'matroskamux')
        launch('videotestsrc num-buffers=10 ! video/x-raw,width=160,height=120 ! jpegenc ! matroskamux '
               '! filesink location=film.mkv', self.folder)
        for name, options, share in (('kept', ['--keep-colour'], 1), ('out', ['--exclude', '0,0,100%,100%'], 1),
                                     ('part', ['--exclude', '0,0,50%,100%'], 0)):
            self.run_command('film.mkv', '--record', '-o', f'{name}.mkv', *options)
            record = self.record(f'{name}.colour.json')
            self.assertEqual(record['pictures'][0]['left-alone-share'], share, name)
        self.run_command('film.mkv', '--record', '--to-gray')
        record = self.record('film.gray.colour.json')
        self.assertEqual((record['network'], record['mark'], record['pictures']), (None, None, [{'frames': 10}]))
        self.run_command('verify', 'film.gray.colour.json')

    def test_of_a_part_and_of_photographs(self):
        self.film('film.mkv')
        self.photo('a.png')
        self.run_command('film.mkv', '--record', '--start', '0.2', '--duration', '0.2')
        record = self.record('film.0.2s+0.2s.colour.json')
        self.assertEqual(record['settings']['range'], {'start': 0.2, 'end': 0.4})
        model = self.folder / 'mine.onnx'
        shutil.copy(ROOT / 'tests/models/ab-linear.onnx', model)
        shutil.copy(ROOT / 'tests/models/ab-linear.onnx.modelinfo', f'{model}.modelinfo')
        shutil.copy(self.folder / 'a.png', self.folder / 'still.png')
        self.run_command('a.png', '--record', '--model', 'mine.onnx', '--reference', 'still.png', '--no-mark')
        record = self.record('a.colour.json')
        self.assertEqual([(file['path'], file['sha256']) for file in record['network']['files']],
                         [('mine.onnx', sha256(model)), ('mine.onnx.modelinfo', sha256(Path(f'{model}.modelinfo')))])
        self.assertEqual([file['path'] for file in record['references']], ['still.png'])
        self.assertEqual((record['pictures'], record['mark'], record['piece-list']),
                         ([{'frames': 1, 'left-alone': 0, 'left-alone-share': 0, 'cuts': []}], None, None))
        self.assertEqual(self.check_sums('a.colour.json'), 3)
        (self.folder / 'mine.onnx.modelinfo').write_text('other')
        self.assertIn('network mine.onnx.modelinfo has', self.run_command('verify', 'a.colour.json', status=1).stdout)

    def test_verify_tells_what_differs(self):
        self.photo('in/photo.png')
        self.run_command('in/photo.png', '--record', '--output-dir', 'out')
        record, source, result = 'out/photo.colour.json', self.folder / 'in/photo.png', self.folder / 'out/photo.png'
        self.assertEqual(self.run_command('verify', record).stdout, f'{record}: as recorded\n')

        def check(role, state, file, words):
            said = self.run_command('verify', record, status=1).stdout
            self.assertIn(f'{record}: {role} {file} {words}', said)
            [verdict] = json.loads(self.run_command('verify', record, '--json', status=1).stdout)
            self.assertFalse(verdict['same'])
            self.assertEqual([(f['role'], f['state']) for f in verdict['files'] if f['state'] != 'same'], [(role, state)])

        for role, path in ('source', source), ('result', result):
            whole, name = path.read_bytes(), os.path.relpath(path, self.folder)
            path.write_bytes(whole[:500] + bytes([whole[500] ^ 1]) + whole[501:])
            check(role, 'different', name, 'has other bytes: its SHA-256 is ' + sha256(path))
            path.write_bytes(whole[:-1])
            check(role, 'different', name, f'has {len(whole) - 1} bytes, not {len(whole)}')
            path.unlink()
            check(role, 'missing', '../in/photo.png' if role == 'source' else 'photo.png', 'is missing')
            path.write_bytes(whole)
        text = (self.folder / record).read_text()
        (self.folder / record).write_text(text.replace('"colorize.onnx', '"x').replace('/colorize.onnx"', '/other"'))
        self.assertIn('is not compiled', self.run_command('verify', record, status=1).stdout)

        # Moved as a whole, and then without the source, which is where it was.
        (self.folder / record).write_text(text)
        (self.folder / 'moved').mkdir()
        (self.folder / 'in').rename(self.folder / 'moved/in')
        (self.folder / 'out').rename(self.folder / 'moved/out')
        self.run_command('verify', 'moved/' + record)
        self.assertEqual(self.check_sums('moved/' + record), 3)
        (self.folder / 'moved/in').rename(self.folder / 'in')
        self.run_command('verify', 'moved/' + record)

    def test_verify_takes_nothing_else(self):
        for number, text in enumerate(['', '{', '[]', '{}', '{"kind": 3}', '{"kind": "colorize-record", "schema": 99}',
                                       '{"kind": "colorize-record", "schema": 1}', '[' * 100000, '// "\n' + '[' * 100000]):
            (self.folder / f'{number}.json').write_text(text)
            said = self.run_command('verify', f'{number}.json', status=1).stdout
            self.assertTrue(said.startswith(f'{number}.json: '), said)
        self.run_command('verify', 'nowhere.json', status=1)
        self.run_command('verify', status=2)
        self.run_command('verify', '0.json', '--json', '--manifest', status=2)
        self.run_command('verify', '--manifest', '0.json', status=1)

    def test_names(self):
        for name in 'one.png', 'one.jpg', 'odd, "name"\n<b>.png', b'\xe9t\xe9.jpg'.decode('utf-8', 'surrogateescape'):
            self.photo('in/' + name)
        self.run_command('in', '--record', '--output-dir', 'out')
        records = sorted(os.fsencode(path.name) for path in (self.folder / 'out').glob('*.json'))
        self.assertEqual(records, [b'odd, "name"\n<b>.colour.json', b'one.jpg.colour.json', b'one.png.colour.json',
                                   b'\xe9t\xe9.colour.json'])
        paths = ['out/' + os.fsdecode(name) for name in records]
        self.assertEqual(self.check_sums(*paths), 12)
        self.run_command('verify', *paths)
        # A later one does not take the record of another result, nor a file that is none.
        self.photo('late/two.jpg')
        self.photo('late/two.png')
        self.run_command('late/two.jpg', '--record', '-d', 'out')
        self.run_command('late/two.png', '--record', '-d', 'out')
        self.assertEqual(self.record('out/two.colour.json')['result']['path'], 'two.jpg')
        self.assertEqual(self.record('out/two.png.colour.json')['result']['path'], 'two.png')
        (self.folder / 'out/three.colour.json').write_text('mine')
        (self.folder / 'out/three.png.colour.json').write_text('mine')
        self.photo('late/three.png')
        self.assertIn('which is no record of this result', self.refuse('late/three.png', '--record', '-d', 'out'))
        self.assertEqual((self.folder / 'out/three.colour.json').read_text(), 'mine')

    def test_with_its_result_alone(self):
        self.photo('photo.png')
        self.run_command('photo.png', '--record')
        before = self.record('photo.colour.json')
        self.refuse('photo.png', '--record')
        self.run_command('photo.png', '--record', '--resume')
        self.assertEqual(self.record('photo.colour.json'), before)
        self.run_command('photo.png', '--record', '--overwrite', '--saturation', '0.5')
        self.assertEqual(self.record('photo.colour.json')['settings']['properties']['saturation'], 0.5)
        (self.folder / 'photo.colour.json').unlink()
        done = self.run_command('photo.png', '--record', '--resume', '--progress=json')
        self.assertIn('"record-missing"', done.stdout)
        self.run_command('photo.png', '--record', '--frame', '1', status=2)

    @unittest.skipUnless(bagit, 'the Python module bagit is not installed')
    def test_in_a_bag(self):
        self.photo('data/a b.png')
        self.photo('data/straße.png')
        self.run_command('data', '--record')
        records = sorted(path.relative_to(self.folder) for path in (self.folder / 'data').glob('*.json'))
        manifest = self.run_command('verify', '--manifest', *records).stdout
        (self.folder / 'manifest-sha256.txt').write_text(manifest)
        (self.folder / 'bagit.txt').write_text('BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n')
        bagit.Bag(str(self.folder)).validate()

    def test_where_nothing_comes_of_the_result(self):
        """It cannot get its name; what there was of a record stays."""
        self.photo('photo.png')
        (self.folder / 'out/photo.png/x').mkdir(parents=True)
        self.run_command('photo.png', '--record', '--overwrite', '-d', 'out', status=1)
        self.assertFalse((self.folder / 'out/photo.colour.json').exists())
        shutil.rmtree(self.folder / 'out')
        self.run_command('photo.png', '--record', '-d', 'out')
        before = self.record('out/photo.colour.json')
        (self.folder / 'out/photo.png').unlink()
        (self.folder / 'out/photo.png/x').mkdir(parents=True)
        self.run_command('photo.png', '--record', '--overwrite', '--saturation', '0.5', '-d', 'out', status=1)
        self.assertEqual(self.record('out/photo.colour.json'), before)


if __name__ == '__main__':
    unittest.main()
