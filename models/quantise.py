# SPDX-License-Identifier: LGPL-2.1-or-later
"""A network of ours -> the same with weights and activations of 8 bits, and its sidecar.

    quantise.py NETWORK.onnx CACHE OUT.onnx [--photographs 100]

CACHE is made by photographs.py; what it holds out takes no part.  Convolutions become QLinearConv (ONNX's QOperator form, which
OpenCV reads from 4.5.4 on, and ONNX Runtime runs fastest with unsigned activations); all else stays float32.  OpenCV 4.6 takes 8-bit
Resize and Concat wrong, and refuses the other form, pairs of QuantizeLinear and DequantizeLinear.  The first convolution and
those of a* and b* stay too: their steps would be seen, in hints and in skies.  Needs onnxruntime.
"""
import argparse
import pathlib

import numpy as np
import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static

from photographs import Photographs, crop
from train import Config, sample

HEIGHT, WIDTH = 160, 224
PERCENTILE = 99.99  # of the activations: the few beyond would cost all others their precision


class Calibration(CalibrationDataReader):
    """Photographs as training meets them: half of them damaged like film, a quarter with hints."""

    def __init__(self, cache: pathlib.Path, count: int):
        config, rng = Config(), np.random.default_rng(1)
        photographs = Photographs.open(cache, False, config.held_out, config.balance)
        self.samples = (sample(crop(photographs.draw(HEIGHT, WIDTH, rng), HEIGHT, WIDTH, config.smallest, rng), config, rng)[0]
                        for _ in range(count))

    def get_next(self) -> dict[str, np.ndarray] | None:
        input = next(self.samples, None)
        return None if input is None else {'input': np.ascontiguousarray(input.transpose(2, 0, 1)[None])}


def quantise(network: pathlib.Path, out: pathlib.Path, calibration: CalibrationDataReader) -> None:
    graph = onnx.load(str(network)).graph
    planes = {tensor.name: tensor.dims[0] for tensor in graph.initializer if len(tensor.dims) == 4}
    convolutions = [node for node in graph.node if node.op_type == 'Conv']
    ends = [convolutions[0].name] + [node.name for node in convolutions if planes[node.input[1]] == 2]  # ab, and what certain() makes of it
    kept = [node.name for node in graph.node if node.op_type not in ('Conv', 'Relu') or node.name in ends]
    quantize_static(str(network), str(out), calibration, quant_format=QuantFormat.QOperator, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, nodes_to_exclude=kept,
                    calibrate_method=CalibrationMethod.Percentile, extra_options=dict(CalibPercentile=PERCENTILE))
    lines = network.with_name(f'{network.name}.modelinfo').read_text().splitlines()
    about = dict(name=out.stem, summary=f'{network.stem} with weights and activations of 8 bits', source='models/quantise.py of colorize')
    sidecar = [f'{key}={about[key]}' if (key := line.split('=')[0]) in about else line for line in lines]
    out.with_name(f'{out.name}.modelinfo').write_text('\n'.join(sidecar) + '\n')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network', type=pathlib.Path), parser.add_argument('cache', type=pathlib.Path)
    parser.add_argument('out', type=pathlib.Path)
    parser.add_argument('--photographs', type=int, default=100)
    options = parser.parse_args()
    quantise(options.network, options.out, Calibration(options.cache, options.photographs))
    print(f'{options.out}: {options.out.stat().st_size / 1e6:.1f} MB')


if __name__ == '__main__':
    main()
