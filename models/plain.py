# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks of papers, remade: lightness alone in, ab out, learnt from nothing.  To compare with, where nobody has the weights.

Their batch normalisation (Ioffe and Szegedy 2015) is folded into the convolutions when they are exported.
"""
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from network import Network, conv, double


def normalised(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    layer = conv(inputs, outputs, kernel, stride)
    nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')
    return nn.Sequential(layer, nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    """The basic block of He et al. 2016, Deep Residual Learning for Image Recognition."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.first, self.second = normalised(inputs, outputs, 3, stride), normalised(outputs, outputs)
        self.short = normalised(inputs, outputs, 1, stride) if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(F.relu(self.first(x)))
        return F.relu(y + (self.short(x) if self.short else x))


class ResNetGray(Network):
    """The first six modules of ResNet-18 on one channel, then doubled up to ab: Melas-Kyriazi 2018, Image Colorization with
    Convolutional Networks; Pabla and Mehta compare losses with it.  Its last doubling is the element's own, which knows edges."""

    NAME = 'resnet-gray'
    SUMMARY = 'Half of ResNet-18 on lightness alone, learnt from nothing, to compare with'
    INPUTS = 1
    STRIDE = 2
    MULTIPLE = 8
    FEATURES = 32
    SIZE = 224

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(normalised(1, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1), Residual(64, 64, 1), Residual(64, 64, 1),
                                     Residual(64, 128, 2), Residual(128, 128, 1))
        self.up8, self.up4, self.refine, self.up2 = (normalised(*n) for n in ((128, 128), (128, 64), (64, 64), (64, 32)))
        self.ab = conv(self.FEATURES, 2, 3)
        self.ab.weight.data *= 0.1

    def look(self, x: Tensor) -> Tensor:
        y = double(F.relu(self.up8(self.encoder(x))))
        y = F.relu(self.refine(F.relu(self.up4(y))))
        return F.relu(self.up2(double(y)))


class CNN224(Network):
    """Convolution, ReLU and pooling four times, then doubled twice up to ab: the plain kind that course works train on 25,000 pictures."""

    NAME = 'cnn224'
    SUMMARY = 'A plain convolutional network on lightness alone, learnt from nothing, to compare with'
    INPUTS = 1
    STRIDE = 4
    MULTIPLE = 16
    FEATURES = 32
    SIZE = 224
    WIDTHS = (16, 32, 64, 128)

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 1
        for outputs in self.WIDTHS:
            layers += [normalised(inputs, outputs), nn.ReLU(), nn.MaxPool2d(2)]
            inputs = outputs
        self.encoder = nn.Sequential(*layers)
        self.bottom, self.up8, self.up4 = (normalised(*n) for n in ((128, 128), (128, 64), (64, self.FEATURES)))
        self.ab = conv(self.FEATURES, 2, 3)
        self.ab.weight.data *= 0.1

    def look(self, x: Tensor) -> Tensor:
        y = double(F.relu(self.bottom(self.encoder(x))))
        y = double(F.relu(self.up8(y)))
        return F.relu(self.up4(y))
