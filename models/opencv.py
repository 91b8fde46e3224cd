# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks in OpenCV's dnn."""
import pathlib
from collections.abc import Sequence

import cv2
import numpy as np
import onnx


def read_net(path: str | pathlib.Path, shape: Sequence[int]) -> 'cv2.dnn.Net':
    """The network of an .onnx file, imported for an input of that shape: OpenCV 4.7 to 4.12 take what it leaves open for 1."""
    model = onnx.load(str(path))
    for dim, side in zip(model.graph.input[0].type.tensor_type.shape.dim, shape):
        dim.dim_value = side
    return cv2.dnn.readNetFromONNX(np.frombuffer(model.SerializeToString(), np.uint8))
