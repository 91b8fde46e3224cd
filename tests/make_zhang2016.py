#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes a network of the full shape of Zhang, Isola and Efros's Colorful Image Colorization (2016), weights seeded.

    /usr/bin/python3 make_zhang2016.py OUTDIR

The same 32 million weights come as zhang2016.onnx with a sidecar, and under the names by which the release is published,
whose sidecar the catalogue has: colorization_release_v2.caffemodel, colorization_deploy_v2.prototxt, written as that one
is, and pts_in_hull.npy, the published one itself, which holds the 313 bins (a, b). The network takes L* - 50 at 224x224 and gives 313 logits at
56x56. It has learnt nothing, but its colours vary over a picture, and all
that matters here is that everybody who runs it gets the same ones. Needs numpy and onnx.

As in the release, the caffemodel has no weights for conv8_313_rh and class8_ab: who decodes in the network sets them.
"""

import struct
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

SIDE = 224
TEMPERATURE = 1 / 2.606  # 2.606: the scale of conv8_313_rh
FIRST_GAIN = 1 / 25  # L* - 50 is about 25 large; everything after is about 1, where no activation under- or overflows
LAST_GAIN = 1.2  # the logits' spread, hence how far colours go
PRIOR = 35  # a*b* units: logits fall off from gray like a normal distribution of this deviation; colours stay modest

# The bins of 10x10 a*b* units that hold colours of sRGB: for each a, the lowest and the highest b.
GAMUT = {
    -90: (50, 90), -80: (20, 90), -70: (0, 90), -60: (-20, 90), -50: (-30, 100), -40: (-40, 100), -30: (-50, 100),
    -20: (-50, 100), -10: (-60, 100), 0: (-70, 100), 10: (-80, 90), 20: (-80, 90), 30: (-90, 90), 40: (-100, 90),
    50: (-100, 80), 60: (-110, 80), 70: (-110, 80), 80: (-110, 70), 90: (-110, 70), 100: (-90, 0),
}


@dataclass
class Layer:
    name: str
    kind: str  # as Caffe calls it
    source: str  # the tensor it takes
    target: str  # the tensor it gives; a ReLU works in place
    weights: list[np.ndarray]
    stride: int = 1
    pad: int = 0
    dilation: int = 1


def bins() -> np.ndarray:
    """The 313 bin centres, (313, 2) float32."""
    return np.array([(a, b) for a, (low, high) in GAMUT.items() for b in range(low, high + 1, 10)], np.float32)


def network() -> list[Layer]:
    """Everything from data_l to the logits conv8_313."""
    random = np.random.default_rng(2016)
    layers: list[Layer] = []
    top, channels = "data_l", 1

    def he(shape: tuple[int, ...], fan_in: float, gain: float) -> np.ndarray:
        return random.standard_normal(shape, np.float32) * np.float32(gain * np.sqrt(2 / fan_in))

    def offsets(count: int) -> np.ndarray:
        return random.standard_normal(count, np.float32) / 5

    def convolution(name: str, count: int, kernel: int = 3, stride: int = 1, dilation: int = 1, gain: float = 1):
        nonlocal top, channels
        weights = [he((count, channels, kernel, kernel), channels * kernel**2, gain), offsets(count)]
        pad = dilation * (kernel // 2)
        target = name.removeprefix("bw_")
        layers.append(Layer(name, "Convolution", top, target, weights, stride, pad, dilation))
        top, channels = target, count

    def deconvolution(name: str, count: int):
        nonlocal top, channels
        # At stride 2 only 4 of the 16 taps reach a pixel.
        weights = [he((channels, count, 4, 4), channels * 4, 1), offsets(count)]
        layers.append(Layer(name, "Deconvolution", top, name, weights, stride=2, pad=1))
        top, channels = name, count

    def relu(name: str):
        layers.append(Layer(name, "ReLU", top, top, []))

    def norm(name: str):
        nonlocal top
        # Half of what a ReLU adds to the mean: all of it would let nearby grays part until the colours are noise,
        # nothing would let all grays come to the same colour.
        mean = random.uniform(0.1, 0.3, channels).astype(np.float32)
        variance = random.uniform(0.7, 1.3, channels).astype(np.float32)
        layers.append(Layer(name, "BatchNorm", top, name, [mean, variance, np.ones(1, np.float32)]))
        top = name

    for block, convolutions, count, last_stride, dilation in (
        (1, 2, 64, 2, 1), (2, 2, 128, 2, 1), (3, 3, 256, 2, 1), (4, 3, 512, 1, 1),
        (5, 3, 512, 1, 2), (6, 3, 512, 1, 2), (7, 3, 512, 1, 1),
    ):
        for number in range(1, convolutions + 1):
            first = block == number == 1
            stride = last_stride if number == convolutions else 1
            convolution(f"{'bw_' if first else ''}conv{block}_{number}", count, 3, stride, dilation,
                        FIRST_GAIN if first else 1)
            relu(f"relu{block}_{number}")
        norm(f"conv{block}_{convolutions}norm")
    deconvolution("conv8_1", 256)
    relu("relu8_1")
    for number in 2, 3:
        convolution(f"conv8_{number}", 256)
        relu(f"relu8_{number}")
    convolution("conv8_313", 313, 1, gain=LAST_GAIN)
    layers[-1].weights[1] -= (bins() ** 2).sum(1) / (2 * PRIOR**2) * np.float32(TEMPERATURE)
    return layers


def write_onnx(path: Path, layers: list[Layer]) -> None:
    nodes, weights = [], []
    value = {"data_l": "data_l"}  # Caffe's ReLU overwrites its tensor; ONNX names every value once
    for layer in layers:
        inputs = [value[layer.source]]
        for number, blob in enumerate(layer.weights):
            weights.append(numpy_helper.from_array(blob, f"{layer.name}.{number}"))
            inputs.append(weights[-1].name)
        attributes = {}
        match layer.kind:
            case "Convolution" | "Deconvolution":
                attributes = {"kernel_shape": layer.weights[0].shape[2:], "pads": [layer.pad] * 4,
                              "strides": [layer.stride] * 2, "dilations": [layer.dilation] * 2}
            case "BatchNorm":
                # Caffe's third blob divides the other two, and is 1 here; ONNX wants a scale and an offset before them.
                ones, zeros = np.ones_like(layer.weights[0]), np.zeros_like(layer.weights[0])
                weights[-1] = numpy_helper.from_array(ones, f"{layer.name}.scale")
                weights.append(numpy_helper.from_array(zeros, f"{layer.name}.offset"))
                inputs = [inputs[0], weights[-2].name, weights[-1].name, inputs[1], inputs[2]]
        operator = {"Convolution": "Conv", "Deconvolution": "ConvTranspose", "ReLU": "Relu",
                    "BatchNorm": "BatchNormalization"}[layer.kind]
        value[layer.target] = layer.target if layer.source != layer.target else layer.name
        nodes.append(helper.make_node(operator, inputs, [value[layer.target]], name=layer.name, **attributes))

    def tensor(name: str, shape: list[int]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)

    side = SIDE // 4
    graph = helper.make_graph(nodes, "zhang2016", [tensor("data_l", [1, 1, SIDE, SIDE])],
                              [tensor("conv8_313", [1, 313, side, side])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], producer_name="colorize tests")
    model.ir_version = 6
    path.write_bytes(model.SerializeToString())


def write_prototxt(path: Path, layers: list[Layer]) -> None:
    """In the manner of the published one: comments with braces in them, messages on one line or on many, both kinds of
    quotes, what has its default left out, and layers without weights at the end."""

    def text(name: str, kind: str, source: str, target: str, *parameters: str) -> str:
        lines = [f'name: "{name}"', f'type: "{kind}"', "# bottom: 'another'", f'bottom: "{source}"',
                 f'top: "{target}"', *parameters]
        return "layer {\n" + "".join(f"  {line}\n" for line in lines) + "}"

    def parameters(layer: Layer) -> list[str]:
        if layer.kind == "BatchNorm":
            return ["batch_norm_param{ }", *["param {lr_mult: 0 decay_mult: 0}"] * 3]
        if "onvolution" not in layer.kind:
            return []
        values = {"num_output": len(layer.weights[1]), "kernel_size": layer.weights[0].shape[2]}
        values |= {"pad": layer.pad} if layer.pad else {}
        values |= {"stride": layer.stride} if layer.stride > 1 else {}
        values |= {"dilation": layer.dilation} if layer.dilation > 1 else {}
        return ["# param {lr_mult: 0 decay_mult: 0} ", "convolution_param {",
                *(f"  {key}: {value}" for key, value in values.items()), "}"]

    lines = [
        'name: "LtoAB"\n',
        'layer {\n  name: "data_l"\n  type: "Input"\n  top: "data_l"\n  input_param {\n'
        f"    shape {{ dim: 1 dim: 1 dim: {SIDE} dim: {SIDE} }}\n  }}\n}}\n",
        "# *****************\n# ***** conv1 *****\n# *****************",
        *(text(layer.name, layer.kind, layer.source, layer.target, *parameters(layer)) for layer in layers),
        text("conv8_313_rh", "Scale", "conv8_313", "conv8_313_rh", "scale_param {", "  bias_term: False",
             "  filler {      type: 'constant'      value: 2.606    }", "}"),
        text("class8_313_rh", "Softmax", "conv8_313_rh", "class8_313_rh"),
        text("class8_ab", "Convolution", "class8_313_rh", "class8_ab", "convolution_param {", "  num_output: 2",
             "  kernel_size: 1", "  stride: 1", "  dilation: 1", "}"),
        'layer {\n  name: "Silence"\n  type: "Silence"\n  bottom: "class8_ab"\n}',
    ]
    path.write_text("\n".join(lines))


def write_caffemodel(path: Path, layers: list[Layer]) -> None:
    """Protocol buffers by hand, the few fields of caffe.proto that carry weights: NetParameter.layer = 100;
    LayerParameter.name = 1, type = 2, blobs = 7; BlobProto.data = 5, shape = 7; BlobShape.dim = 1."""

    def varint(number: int) -> bytes:
        rest = number >> 7
        return bytes([number & 127 | (128 if rest else 0)]) + (varint(rest) if rest else b"")

    def field(number: int, payload: bytes) -> bytes:
        return varint(number << 3 | 2) + varint(len(payload)) + payload

    def blob(values: np.ndarray) -> bytes:
        dims = b"".join(varint(count) for count in values.shape)
        return field(5, values.astype("<f4").tobytes()) + field(7, field(1, dims))

    with path.open("wb") as file:
        for layer in layers:
            blobs = b"".join(field(7, blob(values)) for values in layer.weights)
            file.write(field(100, field(1, layer.name.encode()) + field(2, layer.kind.encode()) + blobs))


def write_bins(path: Path) -> None:
    """Byte by byte the file that is published: of whole numbers, its header filled up to 16 bytes as NumPy did then."""
    header = "{'descr': '<i8', 'fortran_order': False, 'shape': (313, 2), }"
    header += " " * (-(11 + len(header)) % 16) + "\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
                     + bins().astype("<i8").tobytes())


def write_sidecar(model: Path) -> None:
    model.with_name(model.name + ".modelinfo").write_text(f"""\
[modelinfo]
version=1.0
group-id=zhang2016

[data_l]
id=zhang2016-lightness
type=float32
dims=1,1,{SIDE},{SIDE}
dir=input
ranges=-50,50

[conv8_313]
id=zhang2016-logits
type=float32
dims=1,313,{SIDE // 4},{SIDE // 4}
dir=output

[colorize]
input=lightness
hints=none
output=ab-distribution
size={SIDE}
multiple={SIDE}
centres=pts_in_hull.npy
temperature={TEMPERATURE:.7f}
name=zhang2016
summary=Shaped like Zhang 2016, with random weights: for tests only.
licence=LGPL-2.1-or-later
source=tests/make_zhang2016.py
""")


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} OUTDIR")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    layers = network()
    write_onnx(folder / "zhang2016.onnx", layers)
    write_sidecar(folder / "zhang2016.onnx")
    write_prototxt(folder / "colorization_deploy_v2.prototxt", layers)
    write_caffemodel(folder / "colorization_release_v2.caffemodel", layers)
    write_bins(folder / "pts_in_hull.npy")


if __name__ == "__main__":
    main()
