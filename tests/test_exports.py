#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The scripts of docs/networks.md export what PyTorch computes.  Skipped where PyTorch is missing."""
import pathlib
import sys
import tempfile
import unittest

try:
    import numpy as np
    import onnxruntime
    import torch

    import make_networks
except ImportError as missing:
    print(f'skipped: {missing} (pip install torch onnx onnxslim onnxruntime numpy)')
    sys.exit(77)

PICTURES = {'zhang2017': make_networks.hinted(64), 'deoldify': make_networks.normalized(64),
            'ddcolor': make_networks.gray(64)}
ARCHITECTURES = make_networks.HERE / 'models/architectures'


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        make_networks.pretend_to_be_their_projects()

    def worst(self, file: pathlib.Path, tensors: tuple[torch.Tensor, ...], wanted: np.ndarray, what: str) -> float:
        session = onnxruntime.InferenceSession(str(file), providers=['CPUExecutionProvider'])
        inputs = {input.name: tensor.numpy() for input, tensor in zip(session.get_inputs(), tensors, strict=True)}
        worst = float(np.abs(session.run(None, inputs)[0] - wanted).max())
        print(f'{what}: worst {worst:.2g} of {np.abs(wanted).max():.3g}')
        return worst

    def test_what_a_script_writes_is_what_pytorch_computes(self):
        for name, tensors in PICTURES.items():
            with self.subTest(name), tempfile.TemporaryDirectory(prefix='colorize exports ') as folder:
                network = make_networks.export(name, pathlib.Path(folder))
                wanted = make_networks.answer(network, tensors)
                self.assertLess(self.worst(pathlib.Path(folder) / f'{name}.onnx', tensors, wanted, name), 0.01)

    def test_what_is_committed_gives_what_is_committed(self):
        for name, tensors in PICTURES.items():
            with self.subTest(name):
                self.assertTrue(np.array_equal(np.load(ARCHITECTURES / f'{name}-input.npy'), torch.cat(tensors, 1)))
                wanted = np.load(ARCHITECTURES / f'{name}-output.npy')
                file = ARCHITECTURES / f'{name}.onnx'
                self.assertLess(self.worst(file, tensors, wanted, f'{name} as committed'), 0.01)


if __name__ == '__main__':
    unittest.main()
