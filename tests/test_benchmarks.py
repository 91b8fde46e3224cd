# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the benchmark records, and what is said of two records: test_benchmarks.py BENCH_PROCESS."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCH = Path(sys.argv.pop(1)).resolve()


class Benchmarks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='colorize benchmarks ')
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def compare(self, before, after):
        return subprocess.run([sys.executable, ROOT / 'tests/compare_benchmarks.py', before, after], text=True,
                              capture_output=True)

    def write(self, name, processor, **medians):
        of = [{'format': 'I420', 'step': step, 'median': ms} for step, ms in medians.items()]
        (self.folder / name).write_text(json.dumps({'machine': {'processor': processor}, 'medians': of}))
        return self.folder / name

    def test_what_is_printed_is_recorded(self):
        record = self.folder / 'record.json'
        printed = subprocess.run([BENCH, ROOT / 'tests/models/ab-constant.onnx', '1'], check=True, text=True,
                                 capture_output=True, env=os.environ | {'COLORIZE_BENCHMARK': str(record)}).stdout
        content = json.loads(record.read_text())
        self.assertEqual(content['frames'], 1)
        for group, names in (('machine', ('processor', 'system', 'processors', 'threads')),
                             ('versions', ('colorize', 'OpenCV', 'engine', 'compiler', 'build'))):
            for name in names:
                self.assertTrue(content[group][name], name)
        by_engine = [of['step'] for of in content['medians'] if not of['format']]
        self.assertIn(len(by_engine), (2, 4))
        self.assertEqual(len(content['medians']), 12 + len(by_engine))
        for line, of in zip(printed.splitlines()[1:], content['medians'], strict=True):
            self.assertIn(of['step'], line)
            self.assertIn(f'{of["median"]:.2f} ({of["fastest"]:.2f} to {of["slowest"]:.2f})', line)
        said = self.compare(record, record)
        self.assertEqual((said.returncode, said.stdout.count('1.00\n')), (0, len(content['medians'])), said)

    def test_without_a_name_nothing_is_written(self):
        env = {name: value for name, value in os.environ.items() if name != 'COLORIZE_BENCHMARK'}
        subprocess.run([BENCH, ROOT / 'tests/models/ab-constant.onnx', '1'], check=True, cwd=self.folder, env=env,
                       stdout=subprocess.DEVNULL)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_two_records_are_compared_as_ratios(self):
        said = self.compare(self.write('before', 'this', process=20, network=0, gone=1),
                            self.write('after', 'other', process=10, network=5, new=1))
        self.assertEqual(said.returncode, 0, said)
        lines = [line.split() for line in said.stdout.splitlines()]
        self.assertEqual(said.stdout.splitlines()[0], 'machine: processor: this before, other after')
        self.assertIn(['I420', 'process', '20.00', '10.00', '0.50'], lines)
        self.assertIn(['I420', 'network', '0.00', '5.00', '-'], lines)
        self.assertIn(['I420', 'gone', '1.00', '-', '-'], lines)
        self.assertIn(['I420', 'new', 'only', 'after'], lines)

    def test_what_is_no_record_is_named(self):
        good, bad = self.write('good', 'this', process=1), self.folder / 'bad'
        for content in ('', '[]', '{"medians": [{}]}'):
            bad.write_text(content)
            said = self.compare(good, bad)
            self.assertEqual(said.returncode, 1)
            self.assertIn(str(bad), said.stderr)
        self.assertIn('absent', self.compare(self.folder / 'absent', good).stderr)


if __name__ == '__main__':
    unittest.main()
