# SPDX-License-Identifier: LGPL-2.1-or-later
"""Milliseconds of networks in OpenCV's dnn, taken in turns so that all meet the same machine.

    speed.py NETWORK.onnx=4x160x256 [OTHER.onnx=1x224x224 ...] [--rounds 15] [--threads 2]

After each network stands channels x height x width of its input.  The least and the median of the rounds, and how many times faster than the
last the others are.  Random weights that make activations underflow give nonsense.
"""
import argparse
import statistics
import time

import cv2
import numpy as np

from opencv import read_net


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('networks', nargs='+', metavar='NETWORK=CxHxW')
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--threads', type=int, default=2)
    options = parser.parse_args()
    cv2.setNumThreads(options.threads)
    rng = np.random.default_rng(1)
    nets, inputs, times = [], [], []
    for given in options.networks:
        path, size = given.rsplit('=', 1)
        shape = [1, *map(int, size.split('x'))]
        nets.append(read_net(path, shape))
        inputs.append((100 * rng.random(shape)).astype(np.float32))
        inputs[-1][:, 1:] = 0
        times.append([])
        nets[-1].setInput(inputs[-1])
        nets[-1].forward()  # the first time allocates
    for _ in range(options.rounds):
        for net, input, taken in zip(nets, inputs, times):
            net.setInput(input)
            start = time.perf_counter()
            net.forward()
            taken.append(1000 * (time.perf_counter() - start))
    print(f'OpenCV {cv2.__version__}, {options.threads} threads, {options.rounds} rounds')
    for given, taken in zip(options.networks, times):
        print(f'{given}: least {min(taken):.1f} ms, median {statistics.median(taken):.1f} ms, '
              f'{min(times[-1]) / min(taken):.1f} ({statistics.median(times[-1]) / statistics.median(taken):.1f}) times as fast as the last')


if __name__ == '__main__':
    main()
