# SPDX-License-Identifier: LGPL-2.1-or-later
"""The convolutions of a TFLite file as float arrays: enough to start an encoder from published ImageNet weights."""
import pathlib
import struct
from collections.abc import Iterator

import numpy as np

CONV_2D, DEPTHWISE_CONV_2D = 3, 4  # operator codes of the TFLite schema, version 3


class Table:
    """A table of a FlatBuffers file, its fields read by number."""

    def __init__(self, data: bytes, at: int):
        self.data, self.at = data, at

    def _field(self, number: int) -> int:
        vtable = self.at - struct.unpack_from('<i', self.data, self.at)[0]
        size, = struct.unpack_from('<H', self.data, vtable)
        return struct.unpack_from('<H', self.data, vtable + 4 + 2 * number)[0] if 4 + 2 * number < size else 0

    def _target(self, at: int) -> int:
        return at + struct.unpack_from('<I', self.data, at)[0]

    def scalar(self, number: int, kind: str) -> int:
        field = self._field(number)
        return struct.unpack_from('<' + kind, self.data, self.at + field)[0] if field else 0

    def table(self, number: int) -> 'Table':
        return Table(self.data, self._target(self.at + self._field(number)))

    def array(self, number: int, kind: str) -> np.ndarray:
        if not self._field(number):
            return np.empty(0, kind)
        at = self._target(self.at + self._field(number))
        return np.frombuffer(self.data, kind, struct.unpack_from('<I', self.data, at)[0], at + 4)

    def tables(self, number: int) -> list['Table']:
        at = self._target(self.at + self._field(number))
        count, = struct.unpack_from('<I', self.data, at)
        return [Table(self.data, self._target(at + 4 + 4 * i)) for i in range(count)]


def convolutions(path: str | pathlib.Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Weight (outputs x inputs per group x height x width) and bias of each convolution, float32, in the network's order.

    The file holds 8 bits a weight, with one scale and zero point a tensor, and 32 bits a bias.
    """
    data = pathlib.Path(path).read_bytes()
    if data[4:8] != b'TFL3':
        raise ValueError(f'{path}: not a TFLite file')
    model = Table(data, struct.unpack_from('<I', data, 0)[0])
    codes = [max(code.scalar(0, 'b'), code.scalar(3, 'i')) for code in model.tables(1)]
    graph, buffers = model.tables(2)[0], model.tables(4)
    tensors = graph.tables(0)

    def values(index: int, kind: str) -> np.ndarray:
        tensor = tensors[index]
        quantization = tensor.table(4)
        raw = buffers[tensor.scalar(2, 'I')].array(0, 'u1').view(kind).reshape(tensor.array(0, 'i4'))
        return ((raw.astype(np.float64) - quantization.array(3, 'i8')) * quantization.array(2, 'f4')).astype(np.float32)

    for operator in graph.tables(3):
        code, inputs = codes[operator.scalar(0, 'I')], operator.array(1, 'i4')
        if code == CONV_2D:  # stored OHWI
            yield values(inputs[1], 'u1').transpose(0, 3, 1, 2), values(inputs[2], 'i4')
        elif code == DEPTHWISE_CONV_2D:  # stored 1HWO
            yield values(inputs[1], 'u1').transpose(3, 0, 1, 2), values(inputs[2], 'i4')
