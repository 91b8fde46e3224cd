#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the small networks of the tests beside itself: a few hundred bytes each, the answer known by construction.

    /usr/bin/python3 tests/models/generate.py

Needs numpy and onnx. The outputs are committed and come out byte for byte the same every time. In this folder are
networks that must work, in bad/ those that must be refused; bad/errors.ini has for each of the latter a word that the
error must contain. Below, L is L* (0..100), g a gray R'G'B' value (0..1), (ha, hb, c) a hint and its confidence, and
"/4" an answer of a quarter of the input's sides, made from means over 4x4 squares.

    name                 takes                          gives
    ab-constant          L                              a = 20, b = -30                                       /4
    ab-linear            L                              a = L - 50, b = 50 - L
    ab-linear-centred    L - 50 (ranges=-50,50)         the same
    ab-linear-unit       L / 100 (ranges=0,1)           the same, as (a, b) / 128 (ranges=-1,1)
    ab-planes            L, ha, hb, c in one tensor     a = c ha + (L - 50)/5, b = c hb - (L - 50)/5          /4
    ab-mask              L; ha, hb, c                   the same                                              /4
    ab-mask-apart        L; (ha, hb) / 128; c - 1/2     the same                                              /4
    rgb                  (g - mean) / deviation         R'G'B' = (g, 0.8 g, 0.6 g)
    rgb-255              255 g - mean                   R'G'B' = 255 (g, 0.8 g, 0.6 g)
    rgb-constant         g                              R'G'B' = (1, 0, 0): a = 80.09, b = 67.20
    distribution         L                              5 logits (25 k L - (25 k)**2 / 2) / 400, k = 0..4     /4
    fixed                L, 64x64 only                  a = L - 50 + column, b = 50 - L + row                 /4
    attention            L                              a = A, b = -A, A_i = sum_j softmax_j(d_i d_j / 500) d_j, /4
                                                        where d = L - 50 of the pixels i, j of the answer
    attention-fixed      L, 64x36, which only the       the same                                              /4
                         graph says
    slow                 L                              ab-linear's, after long sums that count nothing
    not-black            L                              ab-linear's, but nothing finite where L < 1           /4

The distribution's annealed mean is sum_k softmax(logits / T)_k centre_k: for L = 25 k it is near centre k.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

HERE = Path(__file__).resolve().parent
BAD = HERE / "bad"
CENTRES = np.array([[0, 0], [40, 20], [-30, 40], [-20, -40], [60, -30]], np.float32)  # (a, b) of each bin


class Graph:
    """Nodes and weights of one ONNX graph; every method appends one node and returns the name of what it gives."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def op(self, kind: str, *inputs: str, out: str = "", **attributes) -> str:
        out = out or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=f"{kind}-{len(self.nodes)}", **attributes))
        return out

    def constant(self, values, kind: type = np.float32) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def mix(self, x: str, matrix, offset=None, out: str = "") -> str:
        """Each pixel's channels times `matrix` (outputs x inputs) plus `offset`: a 1x1 convolution."""
        matrix = np.asarray(matrix, np.float32)[:, :, None, None]
        offset = np.zeros(len(matrix)) if offset is None else offset
        return self.op("Conv", x, self.constant(matrix), self.constant(offset), out=out, kernel_shape=[1, 1])

    def quarter(self, x: str) -> str:
        return self.op("AveragePool", x, kernel_shape=[4, 4], strides=[4, 4])

    def save(self, path: Path, inputs: dict[str, int], outputs: dict[str, int],
             sides: tuple = ("height", "width")) -> None:
        """`inputs` and `outputs`: tensor name -> channels. Sides are free unless given as numbers."""

        def tensors(channels, sides):
            return [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, count, *sides])
                    for name, count in channels.items()]

        graph = helper.make_graph(self.nodes, path.stem, tensors(inputs, sides), tensors(outputs, ("rows", "columns")),
                                  self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], producer_name="colorize tests")
        model.ir_version = 6  # what opset 11 came with: older readers refuse newer numbers
        path.write_bytes(model.SerializeToString(deterministic=True))


L = "0,100"
AB = "-128,128;-128,128"
HINTS = AB + ";0,1"
UNIT_RGB = "0,1;0,1;0,1"


def sidecar(path: Path, inputs: dict[str, str], outputs: dict[str, str | int], dims: dict[str, str] = {},
            **colorize) -> None:
    """Writes `path`.modelinfo. `inputs` and `outputs`: tensor name -> ranges, one a channel, or the count of channels
    where there are none (logits have no natural range). `dims`, where sides are fixed: tensor name -> dims."""
    lines = ["[modelinfo]", "version=1.0", f"group-id={path.stem}"]
    for tensors, direction in (inputs, "input"), (outputs, "output"):
        for name, ranges in tensors.items():
            channels = ranges if isinstance(ranges, int) else len(ranges.split(";"))
            lines += ["", f"[{name}]", f"id={path.stem}-{name}", "type=float32",
                      f"dims={dims.get(name, f'-1,{channels},-1,-1')}", f"dir={direction}"]
            lines += [] if isinstance(ranges, int) else [f"ranges={ranges}"]
    keys = {"input": "lightness", "hints": "none", "output": "ab", "size": 64, "multiple": 4, **colorize,
            "name": path.stem, "summary": "A network of the tests: its answer is known by construction.",
            "licence": "LGPL-2.1-or-later", "source": "tests/models/generate.py"}
    lines += ["", "[colorize]", *(f"{key}={value}" for key, value in keys.items())]
    sidecar_of(path).write_text("\n".join(lines) + "\n")


def sidecar_of(path: Path) -> Path:
    return path.with_name(path.name + ".modelinfo")


# --- networks that must work ---------------------------------------------------------------------------------------


def ab_constant() -> None:
    path = HERE / "ab-constant.onnx"
    graph = Graph()
    graph.mix(graph.quarter("lightness"), [[0], [0]], [20, -30], out="ab")
    graph.save(path, {"lightness": 1}, {"ab": 2})
    sidecar(path, {"lightness": L}, {"ab": AB})


def ab_linear(path: Path = HERE / "ab-linear.onnx") -> None:
    linear(path)
    sidecar(path, {"lightness": L}, {"ab": AB}, multiple=1)


def linear(path: Path, matrix=((1,), (-1,)), offset=(-50, 50)) -> None:
    graph = Graph()
    graph.mix("lightness", matrix, offset, out="ab")
    graph.save(path, {"lightness": 1}, {"ab": 2})


def ab_linear_centred() -> None:
    path = HERE / "ab-linear-centred.onnx"
    linear(path, offset=(0, 0))
    sidecar(path, {"lightness": "-50,50"}, {"ab": AB}, multiple=1)


def ab_linear_unit() -> None:
    path = HERE / "ab-linear-unit.onnx"
    linear(path, [[100 / 128], [-100 / 128]], [-50 / 128, 50 / 128])
    sidecar(path, {"lightness": "0,1"}, {"ab": "-1,1;-1,1"}, multiple=1)


def hinted(graph: Graph, hints: str, channels: int, lightness: str) -> None:
    """c (ha, hb) + (L - 50)/5 (1, -1) at a quarter. `hints`: a tensor of `channels`, the last three being ha, hb, c;
    `lightness`: one whose first is L, and which may be the same."""
    a, b, c = np.eye(channels)[-3:]
    product = graph.op("Mul", graph.mix(hints, [a, b]), graph.mix(hints, [c, c]))
    first = np.eye(channels)[:1] if lightness == hints else np.eye(1)
    tint = graph.mix(lightness, np.concatenate([first, -first]) / 5, [-10, 10])
    graph.mix(graph.quarter(graph.op("Add", product, tint)), np.eye(2), out="ab")


def ab_planes() -> None:
    path = HERE / "ab-planes.onnx"
    graph = Graph()
    hinted(graph, "planes", 4, "planes")
    graph.save(path, {"planes": 4}, {"ab": 2})
    sidecar(path, {"planes": L + ";" + HINTS}, {"ab": AB}, hints="planes")


def ab_mask() -> None:
    path = HERE / "ab-mask.onnx"
    graph = Graph()
    hinted(graph, "hints", 3, "lightness")
    graph.save(path, {"lightness": 1, "hints": 3}, {"ab": 2})
    sidecar(path, {"lightness": L, "hints": HINTS}, {"ab": AB}, hints="mask")


def ab_mask_apart() -> None:
    path = HERE / "ab-mask-apart.onnx"
    graph = Graph()
    colour = graph.mix("ab-hints", 128 * np.eye(2))
    hints = graph.op("Concat", colour, graph.mix("confidence", [[1]], [0.5]), axis=1)
    hinted(graph, hints, 3, "lightness")
    graph.save(path, {"lightness": 1, "ab-hints": 2, "confidence": 1}, {"ab": 2})
    sidecar(path, {"lightness": L, "ab-hints": "-1,1;-1,1", "confidence": "-0.5,0.5"}, {"ab": AB}, hints="mask")


def rgb() -> None:
    tinted(HERE / "rgb.onnx", np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225]), 1)


def rgb_255() -> None:
    tinted(HERE / "rgb-255.onnx", np.array([123, 116, 103]), np.ones(3), 255)


def tinted(path: Path, mean: np.ndarray, deviation: np.ndarray, full: int) -> None:
    """R'G'B' = (g, 0.8 g, 0.6 g) of each channel's own g: an exchange of channels would show."""
    tint = np.array([1, 0.8, 0.6])
    graph = Graph()
    graph.mix("gray", np.diag(tint * deviation), tint * mean, out="rgb")
    graph.save(path, {"gray": 3}, {"rgb": 3})
    ranges = ";".join([f"0,{full}"] * 3)
    sidecar(path, {"gray": ranges}, {"rgb": ranges}, input="gray-rgb", output="rgb", multiple=1,
            mean=",".join(f"{value:g}" for value in mean), deviation=",".join(f"{value:g}" for value in deviation))


def rgb_constant() -> None:
    path = HERE / "rgb-constant.onnx"
    graph = Graph()
    graph.mix("gray", np.zeros((3, 3)), [1, 0, 0], out="rgb")
    graph.save(path, {"gray": 3}, {"rgb": 3})
    sidecar(path, {"gray": UNIT_RGB}, {"rgb": UNIT_RGB}, input="gray-rgb", output="rgb", multiple=1)


def distribution(path: Path = HERE / "distribution.onnx", centres: str = "distribution-centres.npy", **keys) -> None:
    peaks = 25.0 * np.arange(5)
    graph = Graph()
    graph.mix(graph.quarter("lightness"), peaks[:, None] / 400, -(peaks**2) / 800, out="logits")
    graph.save(path, {"lightness": 1}, {"logits": 5})
    sidecar(path, {"lightness": L}, {"logits": 5}, output="ab-distribution",
            **{"centres": centres, "temperature": 0.38, **keys})


def fixed() -> None:
    path = HERE / "fixed.onnx"
    graph = Graph()
    row, column = np.mgrid[:16, :16]
    tint = graph.mix(graph.quarter("lightness"), [[1], [-1]], [-50, 50])
    graph.op("Add", tint, graph.constant([[column, row]]), out="ab")
    graph.save(path, {"lightness": 1}, {"ab": 2}, sides=(64, 64))
    sidecar(path, {"lightness": L}, {"ab": AB}, dims={"lightness": "1,1,64,64", "ab": "1,2,16,16"})


def attention(path: Path = HERE / "attention.onnx", **save) -> None:
    """Self-attention as PyTorch exports x.flatten(2) and x.reshape(n, c, h, w): the shapes are computed in the graph."""
    graph = Graph()

    def whole(*numbers: int) -> str:
        return graph.constant(numbers, np.int64)

    def flat(x: str, channels: int) -> str:
        batch = graph.op("Slice", graph.op("Shape", x), whole(0), whole(1))
        return graph.op("Reshape", x, graph.op("Concat", batch, whole(channels, -1), axis=0))

    distance = graph.mix(graph.quarter("lightness"), [[1]], [-50])
    keys = flat(distance, 1)
    values = flat(graph.mix(distance, [[1], [-1]]), 2)
    queries = graph.op("Transpose", flat(distance, 1), perm=[0, 2, 1])
    products = graph.op("Mul", graph.op("MatMul", queries, keys), graph.constant(1 / 500))
    weights = graph.op("Softmax", products, axis=2)
    mixed = graph.op("MatMul", weights, graph.op("Transpose", values, perm=[0, 2, 1]))
    sides = graph.op("Slice", graph.op("Shape", distance), whole(2), whole(np.iinfo(np.int64).max))
    shape = graph.op("Concat", whole(1, 2), sides, axis=0)
    back = graph.op("Reshape", graph.op("Transpose", mixed, perm=[0, 2, 1]), shape)
    graph.mix(back, np.eye(2), out="ab")
    graph.save(path, {"lightness": 1}, {"ab": 2}, **save)
    sidecar(path, {"lightness": L}, {"ab": AB})


def attention_fixed() -> None:
    attention(HERE / "attention-fixed.onnx", sides=(36, 64))


def slow() -> None:
    path = HERE / "slow.onnx"
    graph = Graph()
    sums = graph.mix("lightness", np.ones((64, 1)))
    for _ in range(4):
        sums = graph.op("AveragePool", sums, kernel_shape=[15, 15], pads=[7] * 4, strides=[1, 1])
    nothing = graph.mix(sums, np.zeros((2, 64)))
    graph.op("Add", graph.mix("lightness", [[1], [-1]], [-50, 50]), nothing, out="ab")
    graph.save(path, {"lightness": 1}, {"ab": 2})
    sidecar(path, {"lightness": L}, {"ab": AB}, multiple=1)


def not_black() -> None:
    path = HERE / "not-black.onnx"
    graph = Graph()
    small = graph.quarter("lightness")
    light = graph.op("Relu", graph.mix(small, [[1], [1]], [-1, -1]))
    graph.op("Mul", graph.mix(small, [[1], [-1]], [-50, 50]), graph.op("Div", light, light), out="ab")
    graph.save(path, {"lightness": 1}, {"ab": 2})
    sidecar(path, {"lightness": L}, {"ab": AB})


# --- networks that must be refused ----------------------------------------------------------------------------------


def broken_files(errors: dict[str, str]) -> None:
    half = (HERE / "ab-planes.onnx").read_bytes()[:300]
    for name, content in ("corrupt", half), ("empty", b""), ("text", b"no network\n"):
        path = BAD / f"{name}.onnx"
        path.write_bytes(content)
        sidecar(path, {"lightness": L}, {"ab": AB})
        errors[name] = path.name

    linear(BAD / "missing-sidecar.onnx")
    errors["missing-sidecar"] = "missing-sidecar.onnx.modelinfo"


def broken_graphs(errors: dict[str, str]) -> None:
    """Graphs that contradict their sidecars, which are well formed."""
    graph, path = Graph(), BAD / "three-channels.onnx"
    graph.mix("lightness", np.ones((3, 1)), out="out_ab")
    graph.save(path, {"lightness": 1}, {"out_ab": 3})
    sidecar(path, {"lightness": L}, {"out_ab": AB})
    errors[path.stem] = "out_ab"

    graph, path = Graph(), BAD / "wrong-input-channels.onnx"
    graph.mix("lightness", np.ones((2, 3)), out="out_ab")
    graph.save(path, {"lightness": 3}, {"out_ab": 2})
    sidecar(path, {"lightness": L}, {"out_ab": AB})
    errors[path.stem] = "lightness"

    for name, tensor in ("wrong-input-name", "luminance"), ("wrong-output-name", "colour"):
        path = BAD / f"{name}.onnx"
        linear(path)
        sidecar(path, {tensor if "input" in name else "lightness": L}, {tensor if "output" in name else "ab": AB})
        errors[name] = tensor

    graph, path = Graph(), BAD / "flat-output.onnx"
    mean = graph.op("GlobalAveragePool", graph.mix("lightness", [[1], [-1]]))
    graph.op("Flatten", mean, out="out_ab", axis=1)
    graph.save(path, {"lightness": 1}, {"out_ab": 2})
    sidecar(path, {"lightness": L}, {"out_ab": AB})
    errors[path.stem] = "out_ab"

    for name, kind in ("unsupported-operator", "Multinomial"), ("unknown-operator", "Colourise"):
        graph, path = Graph(), BAD / f"{name}.onnx"
        graph.op(kind, graph.mix("lightness", [[1], [-1]]), out="out_ab")
        graph.save(path, {"lightness": 1}, {"out_ab": 2})
        sidecar(path, {"lightness": L}, {"out_ab": AB})
        errors[name] = kind

    # 0 / 0 and not a NaN among the weights: OpenCV 5 bounds what a convolution gives, and hides it.
    graph, path = Graph(), BAD / "not-finite.onnx"
    nothing = graph.mix("lightness", [[0], [0]])
    graph.op("Div", nothing, nothing, out="out_ab")
    graph.save(path, {"lightness": 1}, {"out_ab": 2})
    sidecar(path, {"lightness": L}, {"out_ab": AB})
    errors[path.stem] = "out_ab"

    distribution(BAD / "wrong-centres.onnx", "wrong-centres.npy")
    np.save(BAD / "wrong-centres.npy", CENTRES[:4])
    errors["wrong-centres"] = "wrong-centres.npy"


def broken_sidecars(errors: dict[str, str]) -> None:
    """Good graphs under sidecars with one fault each."""

    def edited(name: str, word: str, changes: dict[str, str]) -> None:
        path = BAD / f"{name}.onnx"
        ab_linear(path)
        text = sidecar_of(path).read_text()
        for old, new in changes.items():
            assert text.count(old) == 1, (name, old)
            text = text.replace(old, new)
        sidecar_of(path).write_text(text)
        errors[name] = word

    text = sidecar_of(HERE / "ab-linear.onnx").read_text()
    colorize = text[text.index("[colorize]"):].replace("ab-linear", "no-colorize-group")
    edited("not-an-ini", "not-an-ini.onnx.modelinfo", {"[modelinfo]": "<modelinfo>"})
    edited("no-modelinfo-group", "[modelinfo]", {"[modelinfo]\nversion=1.0\ngroup-id=no-modelinfo-group\n": ""})
    edited("no-colorize-group", "[colorize]", {colorize: ""})
    edited("incomplete-group", "input", {"input=lightness\n": ""})
    edited("two-sources", "input", {"dir=output": "dir=input"})
    edited("wrong-version", "2.0", {"version=1.0": "version=2.0"})
    edited("unknown-key", "colour", {"output=ab\n": "output=ab\ncolour=ab\n"})
    edited("unknown-value", "hsv", {"output=ab\n": "output=hsv\n"})
    edited("unknown-type", "complex64", {"unknown-type-ab\ntype=float32": "unknown-type-ab\ntype=complex64"})
    edited("unknown-direction", "sideways", {"dir=output": "dir=sideways"})
    edited("bad-number", "size", {"size=64": "size=big"})
    edited("zero-divisor", "multiple", {"multiple=1": "multiple=0"})
    edited("indivisible-size", "multiple", {"dims=-1,1,-1,-1": "dims=1,1,64,64", "multiple=1": "multiple=48"})
    edited("letters-for-sides", "dims", {"dims=-1,2,-1,-1": "dims=-1,two,-1,-1"})
    edited("wrong-dims", "lightness", {"dims=-1,1,-1,-1\ndir=input\nranges=0,100": "dims=-1,4,-1,-1\ndir=input"})
    edited("empty-range", "ranges", {"ranges=0,100": "ranges=50,50"})
    edited("missing-range", "ranges", {"ranges=-128,128;-128,128": "ranges=-128,128;-128"})

    for name, centres, word in (
        ("missing-centres", "absent.npy", "absent.npy"),
        ("corrupt-centres", "corrupt-centres.npy", "corrupt-centres.npy"),
        ("centres-of-three", "centres-of-three.npy", "centres-of-three.npy"),
        ("escaping-centres", "../distribution-centres.npy", "../distribution-centres.npy"),  # is there, and is right
        ("absolute-centres", "/etc/passwd", "/etc/passwd"),
    ):
        distribution(BAD / f"{name}.onnx", centres)
        errors[name] = word
    np.save(BAD / "centres-of-three.npy", np.zeros((5, 3), np.float32))
    (BAD / "corrupt-centres.npy").write_bytes((HERE / "distribution-centres.npy").read_bytes()[:140])

    np.save(BAD / "right-centres.npy", CENTRES)
    distribution(BAD / "frozen.onnx", "right-centres.npy", temperature=0)
    errors["frozen"] = "temperature"

    tinted(BAD / "zero-spread.onnx", np.zeros(3), np.array([1, 0, 1]), 1)
    errors["zero-spread"] = "deviation"


def main() -> None:
    BAD.mkdir(exist_ok=True)
    np.save(HERE / "distribution-centres.npy", CENTRES)
    for network in (ab_constant, ab_linear, ab_linear_centred, ab_linear_unit, ab_planes, ab_mask, ab_mask_apart,
                    rgb, rgb_255, rgb_constant, distribution, fixed, attention, attention_fixed, slow, not_black):
        network()
    errors: dict[str, str] = {}
    for group in (broken_files, broken_graphs, broken_sidecars):
        group(errors)
    (BAD / "errors.ini").write_text("[mentions]\n" + "".join(f"{name}={word}\n" for name, word in errors.items()))


if __name__ == "__main__":
    main()
