# SPDX-License-Identifier: LGPL-2.1-or-later
"""The benchmark through the element runs, and what it leaves is what is compared."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class BenchElement(unittest.TestCase):
    def test_the_record_has_what_is_printed(self):
        with tempfile.TemporaryDirectory(prefix='colorize benchmarks ') as folder:
            record = Path(folder) / 'record.json'
            printed = subprocess.run(
                [sys.executable, ROOT / 'tests/bench_element.py', '--quick', '--rounds', '1', '--json', record,
                 '--model', ROOT / 'tests/models/ab-constant.onnx'], check=True, text=True, capture_output=True).stdout
            content = json.loads(record.read_text())
            steps = [of['step'].partition(',')[0] for of in content['medians']]
            for step, least in {'recipe': 2, 'copy': 3, 'interval 1': 3, 'interval 4': 3, 'beside the network': 3}.items():
                self.assertGreaterEqual(steps.count(step), least, step)
            for of in content['medians']:
                self.assertIn(f'{of["median"]:.2f}  ({of["fastest"]:.2f} to {of["slowest"]:.2f})', printed)
            self.assertGreater(content['memory']['3840x2160'], 20)  # MB
            said = subprocess.run([sys.executable, ROOT / 'tests/compare_benchmarks.py', record, record], check=True,
                                  text=True, capture_output=True).stdout
            self.assertEqual(said.count('1.00\n'), len(content['medians']))


if __name__ == '__main__':
    unittest.main()
