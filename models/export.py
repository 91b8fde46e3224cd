# SPDX-License-Identifier: LGPL-2.1-or-later
"""A training run -> the network as it is shipped.

    export.py RUN OUT.onnx [--chroma 1.0] [--doubt 0.0] [--fixture FOLDER]

Writes OUT.onnx (which OpenCV 4.6 reads), its sidecar OUT.onnx.modelinfo, and, when asked, a parity fixture: the tensors
that go in and what PyTorch makes of them, as .npy files.  Prints the worst difference between PyTorch and every engine
that is installed.  Nothing appears under its final name before it has passed.
"""
import argparse
import math
import pathlib
import sys
import warnings

import cv2
import numpy as np
import onnx
import onnxslim
import torch
import torch.nn as nn

from network import Colorizer, Network
from networks import NETWORKS
from opencv import read_net

SIDECAR = '''# SPDX-License-Identifier: LGPL-2.1-or-later
[modelinfo]
version=1.0
group-id=colorize

[input]
id=colorize-input
type=float32
dims=-1,{inputs},-1,-1
dir=input
ranges={ranges}

[ab]
id=colorize-ab
type=float32
dims=-1,2,-1,-1
dir=output
ranges=-128,128;-128,128

[colorize]
input=lightness
hints={hints}
output=ab
size={size}
multiple={multiple}
name={name}
summary={summary}
licence={licence}
source={source}
'''
SHAPES = [(64, 64), (96, 160), (160, 256), (192, 256), (224, 128)]
CERTAIN = [(2, 2, 1, 1), (2, 1, 1, 1)]  # weights of the convolutions of network.certain()
TOLERANCE = 0.01  # units of a* and b*: a hundredth of what an eye can see
FIXTURE = (96, 160)


def fold(network: Network) -> Network:
    """The network in place, its batch normalisation taken in by the convolutions before it."""
    for part in network.modules():
        for i, normal in enumerate(part if isinstance(part, nn.Sequential) else ()):
            if isinstance(normal, nn.BatchNorm2d):
                part[i - 1], part[i] = nn.utils.fuse_conv_bn_eval(part[i - 1], normal), nn.Identity()
    return network


def rounded(network: Network) -> Network:
    """The network in place, with the weights that float16 has, which git and packages store in three fifths of the room.  They stay
    float32: OpenCV 4.6 reads no others."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            layer.weight.data = layer.weight.data.half().float()
    return network


def write_onnx(network: Network, path: pathlib.Path) -> None:
    axes = {'input': {0: 'batch', 2: 'height', 3: 'width'}, 'ab': {0: 'batch', 2: 'ab_height', 3: 'ab_width'}}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', DeprecationWarning)  # the newer exporter writes no opset that OpenCV 4.6 reads
        torch.onnx.export(network, (torch.rand(1, network.INPUTS, 64, 96),), str(path), opset_version=11, dynamo=False,
                          input_names=['input'], output_names=['ab'], dynamic_axes=axes)
    exported = onnx.load(str(path))
    order = {node.output[0]: i for i, node in enumerate(exported.graph.node)}
    # OpenCV 4.6 does not read the Identity nodes through which equal tensors are shared.
    slim = onnxslim.slim(exported)
    nodes = sorted(slim.graph.node, key=lambda node: order[node.output[0]])  # onnxslim mixes the branches
    del slim.graph.node[:]
    slim.graph.node.extend(nodes)
    del slim.graph.value_info[:]  # formulas of all sizes between, which nothing reads
    onnx.save(slim, str(path))


def read_onnx(path: str | pathlib.Path) -> Network:
    """The network of a shipped .onnx, to train on.  The convolutions are taken in the graph's order: the names do not
    survive where equal tensors are shared, and the last one has taken in the scale of the output."""
    graph = onnx.load(str(path)).graph
    given = {tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    nodes = [node for node in graph.node if node.op_type == 'Conv']
    shapes = [given[node.input[1]].shape for node in nodes]
    for kind in NETWORKS.values():
        network = fold(kind().eval())
        layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
        known = [layer.weight.shape for layer in layers]
        if shapes in (known, known + CERTAIN):
            break
    else:
        raise ValueError(f'{path}: its convolutions are none of {", ".join(NETWORKS)}: not a network that export.py wrote')
    for layer, node in zip(layers, nodes):
        layer.weight.data, layer.bias.data = (given[name] for name in node.input[1:])
    if len(shapes) > len(known):
        network.doubt = math.sqrt(-given[nodes[-1].input[1]][0].item())
    network.input_scale.copy_(given['input_scale'])
    scale = network.output_scale.flatten()
    network.ab.weight.data /= scale[:, None, None, None]
    network.ab.bias.data /= scale
    return network


def drawn_input(height: int, width: int, hinted: bool) -> np.ndarray:
    """A drawn picture as a network's input, 1 x 4 x height x width: ground, sky, a ball, grain; when hinted, three dabs
    and a plane with holes on the right."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    lightness = np.where(y < 0.55 * height, 80 - 20 * y / height, 35 + 10 * np.sin(x / 5))
    ball = np.hypot(y - 0.5 * height, x - 0.4 * width) < 0.2 * height
    lightness = np.where(ball, 55 + 0.2 * (x - 0.4 * width), lightness) + rng.normal(0, 1.5, (height, width))
    input = np.zeros((1, 4, height, width), np.float32)
    input[0, 0] = np.clip(lightness, 0, 100)
    if hinted:
        for top, left, a, b in ((0.1, 0.2, -5, -30), (0.8, 0.3, -25, 35), (0.5, 0.4, 55, 30)):
            part = np.s_[int(top * height):int(top * height) + 6, int(left * width):int(left * width) + 6]
            input[0, 1:][:, *part] = np.array([a, b, 1], np.float32)[:, None, None]
        plane = (x > 0.7 * width) & (rng.random((height, width)) > 0.3)
        input[0, 1:, plane] = np.array([-3, -20, 0.8], np.float32)
    return input


def engines(path: pathlib.Path):
    """Name and function (input -> ab) of each engine that is installed."""

    def opencv(input: np.ndarray) -> np.ndarray:
        net = read_net(path, input.shape)
        net.setInput(input)
        return net.forward()

    yield f'OpenCV {cv2.__version__}', opencv
    back = read_onnx(path).eval()
    yield 'read back into PyTorch', lambda input: back(torch.from_numpy(input)).detach().numpy()
    try:
        import onnxruntime
    except ImportError:
        return
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    yield f'ONNX Runtime {onnxruntime.__version__}', lambda input: session.run(None, {'input': input})[0]


def check(network: Network, path: pathlib.Path) -> None:
    """Print the worst difference to PyTorch of each engine over all shapes, with and without hints."""
    for name, run in engines(path):
        worst = 0.0
        for height, width in SHAPES:
            for hinted in (False, True)[:network.INPUTS]:
                input = drawn_input(height, width, hinted)[:, :network.INPUTS]
                with torch.no_grad():
                    expected = network(torch.from_numpy(input)).numpy()
                got = run(input)
                if got.shape != (1, 2, height // network.STRIDE, width // network.STRIDE):
                    sys.exit(f'{path}: {name} gives the shape {got.shape} for {height} x {width}')
                worst = max(worst, float(np.abs(got - expected).max()))
        print(f'{name}: worst difference {worst:.2g} units of a*b*')
        if not worst <= TOLERANCE:
            sys.exit(f'{path}: {name} differs from PyTorch by more than {TOLERANCE}')


def write_fixture(network: Network, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, hinted in (('auto', False), ('hints', True))[:network.INPUTS]:
        input = drawn_input(*FIXTURE, hinted)[:, :network.INPUTS]
        with torch.no_grad():
            ab = network(torch.from_numpy(input)).numpy()
        np.save(folder / f'{name}_input.npy', input)
        np.save(folder / f'{name}_ab.npy', np.ascontiguousarray(ab))


def sidecar_of(network: Network, **about: str) -> str:
    """about: size, name, summary, licence and source, as the sidecar has them."""
    ranges = '0,100;-128,128;-128,128;0,1'.split(';')[:network.INPUTS]
    return SIDECAR.format(inputs=network.INPUTS, ranges=';'.join(ranges), hints='planes' if network.INPUTS > 1 else 'none',
                          multiple=network.MULTIPLE, **about)


def ship(network: Network, out: pathlib.Path, **about: str) -> None:
    """Write and check out and its sidecar.  about: size, name, summary, licence and source, as the sidecar has them."""
    network = rounded(fold(network.cpu().eval()))
    part, sidecar = out.with_name(f'.{out.name}'), out.with_name(f'{out.name}.modelinfo')
    try:
        write_onnx(network, part)
        check(network, part)
        part_sidecar = sidecar.with_name(f'.{sidecar.name}')
        part_sidecar.write_text(sidecar_of(network, **about))
        part_sidecar.rename(sidecar)
        part.rename(out)
    finally:
        part.unlink(missing_ok=True)
    print(f'{out}: {out.stat().st_size / 1e6:.1f} MB')


def average_of(run: pathlib.Path, chroma: float = 1.0, doubt: float = 0.0) -> Network:
    """The averaged weights of a training run, ab multiplied by chroma, and then certain().  Hints go in divided by it, so that they come out as they
    are given: else a colour that is handed on from frame to frame would grow."""
    saved = torch.load(run / 'checkpoint.pt', map_location='cpu')
    network = NETWORKS[saved['config'].get('network', Colorizer.NAME)]()
    network.load_state_dict(saved['average'])
    network.output_scale *= chroma
    network.input_scale[:, 1:3] /= chroma
    network.doubt = doubt
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', type=pathlib.Path), parser.add_argument('out', type=pathlib.Path)
    parser.add_argument('--chroma', type=float, default=1.0, help='factor on ab, to choose between safe and vivid')
    parser.add_argument('--doubt', type=float, default=0.0, help='chroma around which colours are doubted; see network.py')
    parser.add_argument('--fixture', type=pathlib.Path)
    parser.add_argument('--size', type=int, help='the long side that the element takes by default')
    parser.add_argument('--name'), parser.add_argument('--summary')
    parser.add_argument('--licence', default='LGPL-2.1-or-later')
    parser.add_argument('--source', default='models/README.md of colorize')
    options = parser.parse_args()
    network = average_of(options.run, options.chroma, options.doubt)
    ship(network, options.out, size=options.size or network.SIZE, name=options.name or network.NAME,
         summary=options.summary or network.SUMMARY, licence=options.licence, source=options.source)
    if options.fixture:
        write_fixture(network, options.fixture)


if __name__ == '__main__':
    main()
