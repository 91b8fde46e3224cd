#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every inference engine that is installed for Python imports what we ship, and gives what PyTorch gave.

    test_engines.py WRITE_SIZED

WRITE_SIZED is the program of write_sized.cpp, COLORIZE_ENGINES names folders of virtual environments (as engines.sh
makes them), COLORIZE_SOURCE_ROOT this project. The Python that runs this is asked too.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ['COLORIZE_SOURCE_ROOT'])
BUDGET = 1e-3  # units of a* and b*
ARCHITECTURES = ROOT / 'tests/models/architectures'
NAMES = 'zhang2017', 'deoldify', 'ddcolor'
# Run by each interpreter: rows of network, input and expected output -> the worst difference of each engine in it.
CHILD = '''
import sys
import numpy as np

def engines():
    try:
        import cv2
        def opencv(path, input):
            net = cv2.dnn.readNetFromONNX(path)
            if tuple(map(int, cv2.__version__.split('.')[:2])) < (4, 10):
                net.enableFusion(False)  # as the engine does where there is attention
            net.setInput(input)
            return net.forward()
        yield 'OpenCV ' + cv2.__version__, opencv
    except ImportError:
        pass
    try:
        import onnxruntime
        def runtime(path, input):
            session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
            taken = session.get_inputs()[0]
            if taken.shape == list(input.shape):  # it takes no other
                return session.run(None, {taken.name: input})[0]
        yield 'ONNX Runtime ' + onnxruntime.__version__, runtime
    except ImportError:
        pass

for name, run in engines():
    for path, input, expected in zip(*[iter(sys.argv[1:])] * 3):
        try:
            output = run(path, np.load(input))
        except Exception as error:
            print(name, path, input, ' '.join(str(error).split()), sep='\\t')
            continue
        if output is not None:
            print(name, path, input, np.abs(output - np.load(expected)).max(), sep='\\t')
'''


def attention(lightness: 'np.ndarray') -> 'np.ndarray':
    """What tests/models/attention.onnx must give, in double precision; see generate.py."""
    import numpy as np
    height, width = lightness.shape
    distance = lightness.astype(float).reshape(height // 4, 4, width // 4, 4).mean((1, 3)) - 50
    shares = np.exp(np.outer(distance, distance) / 500)
    mixed = (shares / shares.sum(1, keepdims=True) @ distance.ravel()).reshape(distance.shape)
    return np.stack([mixed, -mixed])[None]


def cases(write_sized: str, folder: pathlib.Path) -> list[str]:
    import numpy as np
    parity = ROOT / 'tests/data/parity'
    rows = []

    def add(network: pathlib.Path, sides: tuple[int, int], input: pathlib.Path, expected: pathlib.Path) -> None:
        sized = folder / f'{network.stem} imported for {sides[0]}x{sides[1]}.onnx'
        subprocess.run([write_sized, network, str(sides[0]), str(sides[1]), sized], check=True)
        rows.extend(map(str, (sized, input, expected)))

    for kind in 'auto', 'hints':  # of 96x160: without anything that reshapes, it is right at other sizes too
        for sides in (96, 160), (128, 224):
            add(ROOT / 'models/colorize.onnx', sides, parity / f'{kind}_input.npy', parity / f'{kind}_ab.npy')
    for height, width in (36, 64), (64, 64), (64, 16):
        y, x = np.mgrid[:height, :width]
        lightness = (70 * x / (width - 1) + 30 * y / (height - 1)).astype(np.float32)
        input, expected = folder / f'{height}x{width}.npy', folder / f'{height}x{width}_ab.npy'
        np.save(input, lightness[None, None])
        np.save(expected, attention(lightness))
        add(ROOT / 'tests/models/attention.onnx', (height, width), input, expected)
    for name in NAMES:
        network = ARCHITECTURES / ('zhang2017-planes.onnx' if name == 'zhang2017' else f'{name}.onnx')
        add(network, (64, 64), ARCHITECTURES / f'{name}-input.npy', ARCHITECTURES / f'{name}-output.npy')
    return rows


def verdict(engine: str, path: str, result: str) -> tuple[bool, str]:
    """Whether that is as it should be, and what to say of it."""
    try:
        worst = float(result)
    except ValueError:  # refused, in words
        lacks = 'ddcolor' in path and any(engine.startswith(f'OpenCV 4.{minor}.') for minor in range(10))
        return lacks, f'refused: {result[:200]}'
    # Random weights are the worse for rounding.
    return worst <= (50 * BUDGET if any(name in path for name in NAMES) else BUDGET), f'worst {worst:.2g}'


def main() -> int:
    try:
        import numpy
    except ImportError:
        print('numpy is not here')
        return 77  # Meson: skipped
    interpreters = [sys.executable]
    for engines in filter(None, os.environ.get('COLORIZE_ENGINES', '').split(':')):
        interpreters += sorted(map(str, pathlib.Path(engines).glob('*/bin/python')))
    found, failed = 0, 0
    with tempfile.TemporaryDirectory(prefix='colorize engines ') as folder:
        rows = cases(sys.argv[1], pathlib.Path(folder))
        for interpreter in interpreters:
            run = subprocess.run([interpreter, '-c', CHILD, *rows], text=True, capture_output=True)
            lines = [line.split('\t') for line in run.stdout.splitlines() if line.count('\t') == 3]
            found += len(lines)
            for engine, path, input, result in lines:
                good, words = verdict(engine, path, result)
                failed += not good
                print(f'{engine}: {pathlib.Path(path).stem}, {pathlib.Path(input).stem}: {words}'
                      + ('' if good else ', WRONG'))
            if run.returncode:
                failed += 1
                print(f'{interpreter}: {run.stderr.strip()}')
    if not found and not failed:
        print('no engine is installed for Python')
        return 77
    return failed > 0


if __name__ == '__main__':
    sys.exit(main())
