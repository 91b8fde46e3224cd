#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Colorizes a picture by the recipe of OpenCV's colorization sample, in plain float32, for tests to compare with.

    /usr/bin/python3 reference_zhang2016.py IN.png OUT.png MODELDIR [caffe|onnx]

MODELDIR is what make_zhang2016.py wrote. L* is computed here: OpenCV reads it from a table and is up to 0.2 off, which
random weights turn into two units of a*b*. With caffe (the default) the network itself decodes, as in the sample: a
Scale, a Softmax and a 1x1 convolution whose weights are set here. With onnx, which ends at the logits, numpy does. The
.png has 16 bits a channel, so that rounding is no part of a comparison. Needs numpy and OpenCV (caffe: before 5).
"""

import sys
from pathlib import Path

import cv2
import numpy as np

SIDE, SCALE = 224, 2.606


def lightness_of(picture: np.ndarray) -> np.ndarray:
    """L* (CIE 15) of B'G'R' 0..1 (sRGB, IEC 61966-2-1)."""
    linear = np.where(picture <= 0.04045, picture / 12.92, ((picture + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.0722, 0.7152, 0.2126]
    return np.where(luminance > 216 / 24389, 116 * np.cbrt(luminance) - 16, luminance * 24389 / 27).astype(np.float32)


def caffe_ab(folder: Path, lightness: np.ndarray, centres: np.ndarray) -> np.ndarray:
    net = cv2.dnn.readNetFromCaffe(str(folder / "colorization_deploy_v2.prototxt"),
                                   str(folder / "colorization_release_v2.caffemodel"))
    net.getLayer(net.getLayerId("class8_ab")).blobs = [centres.T.reshape(2, 313, 1, 1)]
    net.getLayer(net.getLayerId("conv8_313_rh")).blobs = [np.full((1, 313), SCALE, np.float32)]
    net.setInput(cv2.dnn.blobFromImage(lightness))
    return net.forward()[0]


def onnx_ab(folder: Path, lightness: np.ndarray, centres: np.ndarray) -> np.ndarray:
    net = cv2.dnn.readNetFromONNX(str(folder / "zhang2016.onnx"))
    net.setInput(cv2.dnn.blobFromImage(lightness))
    logits = SCALE * net.forward()[0]
    weights = np.exp(logits - logits.max(0))
    return np.einsum("khw,kc->chw", weights / weights.sum(0), centres)


def main() -> None:
    if not (len(sys.argv) == 4 or (len(sys.argv) == 5 and sys.argv[4] in ("caffe", "onnx"))):
        sys.exit(f"usage: {sys.argv[0]} IN.png OUT.png MODELDIR [caffe|onnx]")
    source, target, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    picture = cv2.imread(source)
    if picture is None:
        sys.exit(f"{source}: cannot be read as a picture")
    lab = np.zeros(picture.shape, np.float32)
    lab[:, :, 0] = lightness_of(picture / 255)
    lightness = cv2.resize(lab[:, :, 0], (SIDE, SIDE)) - 50
    centres = np.load(folder / "pts_in_hull.npy").astype(np.float32)
    ab = (onnx_ab if sys.argv[4:] == ["onnx"] else caffe_ab)(folder, lightness, centres)
    height, width = picture.shape[:2]
    lab[:, :, 1] = cv2.resize(ab[0], (width, height))
    lab[:, :, 2] = cv2.resize(ab[1], (width, height))
    colour = np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR), 0, 1)
    if not cv2.imwrite(target, np.rint(65535 * colour).astype(np.uint16)):
        sys.exit(f"{target}: cannot be written")


if __name__ == "__main__":
    main()
