# SPDX-License-Identifier: LGPL-2.1-or-later
"""The network: lightness and hints in, ab at a quarter of the size out.

A U-Net (Ronneberger et al. 2015) whose encoder is MobileNetV2 (Sandler et al. 2018) and whose decoder is light.  There
is no normalisation layer anywhere: the encoder starts from weights into which its batch normalisation is folded already,
so what is trained is what is shipped, and the shipped file is all that fine-tuning needs.
"""
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

MULTIPLE = 32  # the sides of the input must be multiples of this
STRIDE = 4  # the output is smaller than the input by this
# expansion, channels, blocks, stride of the first block, and the kernel where it is not 3
STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
SKIPS = {2: 24, 5: 32, 12: 96, 16: 320}  # block -> channels, at 1/4, 1/8, 1/16 and 1/32 of the size


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Conv2d:
    # Padding inside the convolution and on both sides alike: a Pad of its own is what OpenCV's importer stumbles over.
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups)


class Block(nn.Module):
    """MobileNetV2's inverted residual, with plain ReLU: ReLU6 exports as a Clip that OpenCV 4.6 does not read."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int, kernel: int = 3):
        super().__init__()
        hidden = inputs * expansion
        self.expand = conv(inputs, hidden, 1) if expansion > 1 else None
        self.depthwise = conv(hidden, hidden, kernel, stride, hidden)
        self.project = conv(hidden, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def thin(self, x: Tensor) -> Tensor:
        layer = self.depthwise
        if layer.stride[0] == 1 and layer.kernel_size[0] == 3:
            return layer(x)
        # oneDNN's backward pass of the others is ten times slower in bfloat16 than in float32.
        with torch.autocast(x.device.type, enabled=False):
            return layer(x.float())

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.expand(x)) if self.expand else x
        y = self.project(F.relu(self.thin(y)))
        return x + y if self.residual else y


class Encoder(nn.Module):
    """The blocks of MobileNetV2, or of another of its family, without the classifier; gives what comes out of those in skips."""

    def __init__(self, inputs: int = 4, stages: list[tuple[int, ...]] = STAGES, skips: dict[int, int] = SKIPS) -> None:
        super().__init__()
        self.skips = skips
        self.stem = conv(inputs, 32, 3, 2)
        blocks = []
        inputs = 32
        for expansion, outputs, count, stride, *kernel in stages:
            for i in range(count):
                blocks.append(Block(inputs, outputs, stride if i == 0 else 1, expansion, *kernel))
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x: Tensor) -> list[Tensor]:
        x, skips = F.relu(self.stem(x)), []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in self.skips:
                skips.append(x)
        return skips

    def load(self, convolutions: Iterator[tuple[np.ndarray, np.ndarray]]) -> None:
        """Start from the weights and biases of a classifier that takes RGB in -1..1.  With 4 inputs the first is gray in -1..1,
        and the others start without effect."""
        layers = [m for m in self.modules() if isinstance(m, nn.Conv2d)]
        for i, (layer, (weight, bias)) in enumerate(zip(layers, convolutions)):
            if i == 0 and layer.in_channels == 4:  # a gray pixel has R = G = B
                weight = np.pad(weight.sum(1, keepdims=True), ((0, 0), (0, 3), (0, 0), (0, 0)))
            if weight.shape != tuple(layer.weight.shape):
                raise ValueError(f'the weights to start from: convolution {i} is {weight.shape}, not '
                                 f'{tuple(layer.weight.shape)}')
            layer.weight.data = torch.from_numpy(weight.copy())
            layer.bias.data = torch.from_numpy(bias.copy())


class Network(nn.Module):
    """input: N x 4 x H x W, L* 0..100, hinted a* and b* (their own units, 0 where there is no hint), confidence 0..1; or
    N x 1 x H x W, L* alone, where INPUTS is 1.  Returns N x 2 x H/STRIDE x W/STRIDE: a* and b* in their own units.  H and W are
    multiples of MULTIPLE.

    A network has an `encoder`, a method `look` and a last layer `ab`.
    """

    NAME: str
    SUMMARY: str
    INPUTS = 4
    STRIDE = STRIDE
    MULTIPLE = MULTIPLE
    FEATURES: int  # channels of features()
    SIZE: int  # the long side that it is used at
    doubt = 0.0  # chroma in its own units, see certain(); of what is shipped, not of what trains

    def __init__(self) -> None:
        super().__init__()
        # L* to about -1..1, hints to about -1..1; ab from about -1..1
        self.register_buffer('input_scale', torch.tensor([1 / 50, 1 / 40, 1 / 40, 1])[:self.INPUTS].view(1, -1, 1, 1))
        self.register_buffer('input_shift', torch.tensor([-1.0, 0, 0, 0])[:self.INPUTS].view(1, -1, 1, 1))
        self.register_buffer('output_scale', torch.tensor([40.0, 40.0]).view(1, 2, 1, 1))

    def look(self, x: Tensor) -> Tensor:
        """What ab is read from, N x FEATURES x H/STRIDE x W/STRIDE, of the input as scaled."""
        raise NotImplementedError

    def features(self, input: Tensor) -> Tensor:
        return self.look(input * self.input_scale + self.input_shift)

    def forward(self, input: Tensor) -> Tensor:
        ab = self.ab(self.features(input)) * self.output_scale
        return certain(ab, F.avg_pool2d(input[:, 3:], self.STRIDE), self.doubt) if self.doubt else ab


class Colorizer(Network):
    """The network that is built in: 2.3 M weights, in time for every frame of a film."""

    NAME = 'colorize'
    SUMMARY = 'A compact U-Net for people, places, animals and things'
    FEATURES = 40 + 3
    SIZE = 224  # 224x128 is 16:9 but for one part in 64

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.bottom = conv(320, 160, 1)
        self.whole = nn.Identity()  # the place of what looks at the whole picture
        self.up16 = conv(160 + 96, 128, 3)
        self.narrow16 = conv(128, 96, 1)
        self.up8 = conv(96 + 32, 64, 3)
        self.narrow8 = conv(64, 48, 1)
        self.up4 = conv(48 + 24 + 3, 40, 3)
        self.refine = conv(40 + 3, 40, 3)
        self.ab = conv(self.FEATURES, 2, 3)
        begin(self.bottom, self.up16, self.narrow16, self.up8, self.narrow8, self.up4, self.refine, self.ab)
        self.ab.weight.data *= 0.1

    def look(self, x: Tensor) -> Tensor:
        # The hints once more at the output's size, so that a dense one can be followed exactly.  Without confidence a
        # hint is 0 by contract, so its mean over the block is weighted by confidence already for 0 and 1.
        hints = F.avg_pool2d(x[:, 1:], STRIDE)
        f4, f8, f16, f32 = self.encoder(x)
        y = self.whole(F.relu(self.bottom(f32)))
        y = F.relu(self.up16(torch.cat([double(y), f16], 1)))
        y = F.relu(self.narrow16(y))
        y = F.relu(self.up8(torch.cat([double(y), f8], 1)))
        y = F.relu(self.narrow8(y))
        y = F.relu(self.up4(torch.cat([double(y), f4, hints], 1)))
        y = F.relu(self.refine(torch.cat([y, hints], 1)))
        return torch.cat([y, hints], 1)


def certain(ab: Tensor, confidence: Tensor, doubt: float) -> Tensor:
    """ab (N x 2 x h x w), where it has hardly any chroma nearer to gray, as c^3 / (c^2 + doubt^2): a little colour is what remains of
    colours between which the network cannot tell, and at an equal colourfulness of the whole it costs more than it gains.
    Not where there are hints, by their confidence (N x 1 x h x w), which come out as they are given."""
    square = F.conv2d(ab * ab, torch.ones(2, 2, 1, 1))  # in both planes: OpenCV 4.6 divides what has one shape
    doubted = F.conv2d(confidence, torch.full((2, 1, 1, 1), -doubt ** 2), torch.full((2,), doubt ** 2 + 1e-3))
    return ab * (square / (square + doubted))


def begin(*layers: nn.Conv2d) -> None:
    """Weights to train a layer from that has a ReLU behind it."""
    for layer in layers:
        nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')
        nn.init.zeros_(layer.bias)


def double(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode='nearest')
