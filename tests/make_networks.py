#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The networks of the field as PyTorch modules, slim and with seeded weights, exported to ONNX for the tests.

    make_networks.py

Writes them to models/architectures, by the scripts of docs/networks.md, with sidecars, a picture and what PyTorch makes
of it in double precision. All of it is committed: other versions of PyTorch write other bytes. Needs PyTorch 2.5 or
later, onnx and onnxslim. What a network has learnt is missing, every operator that the true one exports is there:

    zhang2017   Zhang et al., Real-Time User-Guided Image Colorization with Learned Deep Priors, SIGGRAPH 2017
    deoldify    Antic, DeOldify: fastai's U-Net with self-attention and spectral norm on a ResNet
    ddcolor     Kang et al., DDColor: Towards Photo-Realistic Image Colorization via Dual Decoders, ICCV 2023
"""
import math
import os
import pathlib
import re
import sys
import types
import warnings
from collections.abc import Callable

import numpy as np
import onnx
import onnxslim
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils import spectral_norm, weight_norm

HERE = pathlib.Path(__file__).parent


# --- zhang2017 --------------------------------------------------------------------------------------------------------


class Siggraph17(nn.Module):
    """L* 0..100, a*b* of hints and their mask 0..1, each of its own tensor -> a*b*. All sides are multiples of 8."""

    def __init__(self, width: int = 64):
        super().__init__()

        def block(first: int, last: int, convolutions: int, dilation: int = 1, relu_first: bool = False) -> nn.Module:
            layers = [nn.ReLU()] if relu_first else []
            for i in range(convolutions):
                layers += [nn.Conv2d(last if i else first, last, 3, 1, dilation, dilation), nn.ReLU()]
            return nn.Sequential(*layers, nn.BatchNorm2d(last))

        self.model1 = block(4, width, 2)
        self.model2 = block(width, 2 * width, 2)
        self.model3 = block(2 * width, 4 * width, 3)
        self.model4 = block(4 * width, 8 * width, 3)
        self.model5 = block(8 * width, 8 * width, 3, 2)
        self.model6 = block(8 * width, 8 * width, 3, 2)
        self.model7 = block(8 * width, 8 * width, 3)
        self.up8 = nn.ConvTranspose2d(8 * width, 4 * width, 4, 2, 1)
        self.short8 = nn.Conv2d(4 * width, 4 * width, 3, 1, 1)
        self.model8 = block(4 * width, 4 * width, 2, relu_first=True)
        self.up9 = nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1)
        self.short9 = nn.Conv2d(2 * width, 2 * width, 3, 1, 1)
        self.model9 = block(2 * width, 2 * width, 1, relu_first=True)
        self.up10 = nn.ConvTranspose2d(2 * width, 2 * width, 4, 2, 1)
        self.short10 = nn.Conv2d(width, 2 * width, 3, 1, 1)
        self.model10 = nn.Sequential(nn.ReLU(), nn.Conv2d(2 * width, 2 * width, 3, 1, 1), nn.LeakyReLU(0.2))
        self.out = nn.Sequential(nn.Conv2d(2 * width, 2, 1), nn.Tanh())

    def forward(self, lightness: torch.Tensor, hints: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        x1 = self.model1(torch.cat(((lightness - 50) / 100, hints / 110, mask), 1))
        x2 = self.model2(x1[:, :, ::2, ::2])
        x3 = self.model3(x2[:, :, ::2, ::2])
        x7 = self.model7(self.model6(self.model5(self.model4(x3[:, :, ::2, ::2]))))
        x8 = self.model8(self.up8(x7) + self.short8(x3))
        x9 = self.model9(self.up9(x8) + self.short9(x2))
        return 110 * self.out(self.model10(self.up10(x9) + self.short10(x1)))


class Planes(nn.Module):
    """The same with all in one tensor of four channels."""

    def __init__(self, network: Siggraph17):
        super().__init__()
        self.network = network

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        return self.network(planes[:, :1], planes[:, 1:3], planes[:, 3:])


# --- what DeOldify and DDColor have of fastai -------------------------------------------------------------------------


class SelfAttention(nn.Module):
    """Over all places of a picture: each takes from all others what is like it."""

    def __init__(self, channels: int):
        super().__init__()
        self.query, self.key, self.value = (spectral_norm(nn.Conv1d(channels, count, 1, bias=False))
                                            for count in (channels // 8, channels // 8, channels))
        self.gamma = nn.Parameter(torch.tensor([0.5]))  # 0 before training: no attention at all

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        size = x.size()
        x = x.view(*size[:2], -1)
        query, key, value = self.query(x), self.key(x), self.value(x)
        shares = F.softmax(torch.bmm(query.permute(0, 2, 1).contiguous(), key), dim=1)
        return (self.gamma * torch.bmm(value, shares) + x).view(*size).contiguous()


def convolution(first: int, last: int, kernel: int = 3, relu: bool = True, batch_norm: bool = True,
                attention: bool = False, norm: Callable = spectral_norm) -> nn.Sequential:
    layers: list[nn.Module] = [norm(nn.Conv2d(first, last, kernel, padding=kernel // 2, bias=not batch_norm))]
    if relu:
        layers.append(nn.ReLU())
    if batch_norm:
        layers.append(nn.BatchNorm2d(last))
    if attention:
        layers.append(SelfAttention(last))
    return nn.Sequential(*layers)


class PixelShuffle(nn.Module):
    def __init__(self, first: int, last: int, scale: int = 2, batch_norm: bool = True, norm: Callable = spectral_norm):
        super().__init__()
        self.conv = convolution(first, last * scale**2, 1, False, batch_norm, norm=norm)
        self.shuffle = nn.PixelShuffle(scale)
        self.blur = nn.Sequential(nn.ReplicationPad2d((1, 0, 1, 0)), nn.AvgPool2d(2, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.blur(self.shuffle(F.relu(self.conv(x))))


class UnetBlock(nn.Module):
    def __init__(self, below: int, beside: int, up: int, last: int, convolutions: int, attention: bool = False):
        super().__init__()
        self.up, self.norm = PixelShuffle(below, up), nn.BatchNorm2d(beside)
        counts = [up + beside] + [last] * convolutions
        self.conv = nn.Sequential(*(convolution(counts[i], counts[i + 1], attention=attention and i == convolutions - 1)
                                    for i in range(convolutions)))

    def forward(self, below: torch.Tensor, beside: torch.Tensor) -> torch.Tensor:
        up = self.up(below)
        if up.shape[-2:] != beside.shape[-2:]:
            up = F.interpolate(up, beside.shape[-2:], mode='nearest')
        return self.conv(F.relu(torch.cat([up, self.norm(beside)], 1)))


# --- deoldify ---------------------------------------------------------------------------------------------------------


class ResidualBlock(nn.Module):
    def __init__(self, first: int, last: int, stride: int):
        super().__init__()
        self.path = nn.Sequential(nn.Conv2d(first, last, 3, stride, 1, bias=False), nn.BatchNorm2d(last), nn.ReLU(),
                                  nn.Conv2d(last, last, 3, 1, 1, bias=False), nn.BatchNorm2d(last))
        self.short = nn.Identity() if first == last else nn.Sequential(
            nn.Conv2d(first, last, 1, stride, bias=False), nn.BatchNorm2d(last))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.path(x) + self.short(x))


class DeOldify(nn.Module):
    """Gray R'G'B' less ImageNet's mean by its deviation -> R'G'B' in the same numbers. The artistic one has width 64,
    growth 1.5 and the blocks of a ResNet-34: 3, 4, 6, 3."""

    def __init__(self, width: int = 64, growth: float = 1.5, blocks: tuple[int, ...] = (3, 4, 6, 3)):
        super().__init__()
        counts = [width, width, 2 * width, 4 * width, 8 * width]
        self.stem = nn.Sequential(nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU())
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.stages = nn.ModuleList(
            nn.Sequential(ResidualBlock(counts[i], counts[i + 1], 2 if i else 1),
                          *(ResidualBlock(counts[i + 1], counts[i + 1], 1) for _ in range(blocks[i] - 1)))
            for i in range(4))
        count = counts[-1]
        self.middle = nn.Sequential(nn.BatchNorm2d(count), nn.ReLU(), convolution(count, 2 * count),
                                    convolution(2 * count, count))
        self.decoder = nn.ModuleList()
        for i, beside in enumerate(reversed(counts[:-1])):
            together = count // 2 + beside
            last = int((together if i < 3 else together // 2) * growth)
            self.decoder.append(UnetBlock(count, beside, count // 2, last, 2, attention=i == 1))
            count = last
        self.up = PixelShuffle(count, count, batch_norm=False, norm=weight_norm)
        count += 3
        self.last = nn.Sequential(*(convolution(count, count, batch_norm=False) for _ in range(2)))
        self.out = convolution(count, 3, 1, relu=False, batch_norm=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seen = [self.stem(x)]
        below = self.pool(seen[0])
        for stage in self.stages:
            below = stage(below)
            seen.append(below)
        below = self.middle(below)
        for block, beside in zip(self.decoder, reversed(seen[:-1])):
            below = block(below, beside)
        below = torch.cat([self.up(below), x], 1)
        return torch.sigmoid(self.out(below + self.last(below))) * 6 - 3


# --- ddcolor ----------------------------------------------------------------------------------------------------------


class ChannelNorm(nn.Module):
    """LayerNorm over the channels of N x C x H x W, as ConvNeXt writes it."""

    def __init__(self, channels: int):
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.ones(channels)), nn.Parameter(torch.zeros(channels))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).pow(2).mean(1, keepdim=True)
        x = (x - mean) / torch.sqrt(variance + 1e-6)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class ConvNeXtBlock(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.pointwise = nn.Sequential(nn.LayerNorm(channels, 1e-6), nn.Linear(channels, 4 * channels), nn.GELU(),
                                       nn.Linear(4 * channels, channels))
        self.gamma = nn.Parameter(torch.full((channels,), 0.5))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + (self.gamma * self.pointwise(self.depthwise(x).permute(0, 2, 3, 1))).permute(0, 3, 1, 2)


def sine_positions(x: torch.Tensor, channels: int) -> torch.Tensor:
    """N x channels x H x W: where a place of x lies, in sines and cosines, as DETR has it."""
    not_mask = ~torch.zeros((x.size(0), x.size(2), x.size(3)), dtype=torch.bool)
    y, x = (not_mask.cumsum(axis, dtype=torch.float32) for axis in (1, 2))
    y = y / (y[:, -1:, :] + 1e-6) * 2 * math.pi
    x = x / (x[:, :, -1:] + 1e-6) * 2 * math.pi
    half = channels // 2
    wavelengths = 10000 ** (2 * (torch.arange(half, dtype=torch.float32) // 2) / half)
    waves = [torch.stack(((along[:, :, :, None] / wavelengths)[..., 0::2].sin(),
                          (along[:, :, :, None] / wavelengths)[..., 1::2].cos()), dim=4).flatten(3) for along in (y, x)]
    return torch.cat(waves, dim=3).permute(0, 3, 1, 2)


class QueryLayer(nn.Module):
    """The colour queries look at the picture, at each other, and think."""

    def __init__(self, channels: int, heads: int, hidden: int):
        super().__init__()
        self.cross, self.own = nn.MultiheadAttention(channels, heads), nn.MultiheadAttention(channels, heads)
        self.think = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, channels))
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(3))

    def forward(self, queries: torch.Tensor, seen: torch.Tensor, places: torch.Tensor,
                names: torch.Tensor) -> torch.Tensor:
        queries = self.norms[0](queries + self.cross(queries + names, seen + places, seen)[0])
        queries = self.norms[1](queries + self.own(queries + names, queries + names, queries)[0])
        return self.norms[2](queries + self.think(queries))


class DDColor(nn.Module):
    """Gray R'G'B' 0..1 -> a*b*; the size is that of the export. The defaults are the tiny one's; the large one has dims
    192, 384, 768, 1536 with 3, 3, 27 and 3 blocks."""

    def __init__(self, dims: tuple[int, ...] = (96, 192, 384, 768), blocks: tuple[int, ...] = (3, 3, 9, 3),
                 features: int = 512, hidden: int = 256, heads: int = 8, feedforward: int = 2048, queries: int = 100,
                 layers: int = 9):
        super().__init__()
        self.register_buffer('mean', torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer('std', torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))
        self.down = nn.ModuleList([nn.Sequential(nn.Conv2d(3, dims[0], 4, 4), ChannelNorm(dims[0]))])
        self.down.extend(nn.Sequential(ChannelNorm(dims[i]), nn.Conv2d(dims[i], dims[i + 1], 2, 2)) for i in range(3))
        self.stages = nn.ModuleList(nn.Sequential(*(ConvNeXtBlock(count) for _ in range(number)))
                                    for count, number in zip(dims, blocks))
        self.norms = nn.ModuleList(ChannelNorm(count) for count in dims)
        counts = [features, features, features // 2]
        self.decoder = nn.ModuleList(UnetBlock([dims[3], *counts][i], dims[2 - i], counts[i], counts[i], 1)
                                     for i in range(3))
        self.up = PixelShuffle(counts[2], counts[2], 4, batch_norm=False)
        self.hidden = hidden
        self.projections = nn.ModuleList(nn.Conv2d(count, hidden, 1) for count in counts)
        self.levels, self.queries, self.names = (nn.Parameter(torch.empty(count, hidden))
                                                 for count in (3, queries, queries))
        self.layers = nn.ModuleList(QueryLayer(hidden, heads, feedforward) for _ in range(layers))
        self.last_norm = nn.LayerNorm(hidden)
        self.colours = nn.Sequential(nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
                                     nn.Linear(hidden, counts[2]))
        self.refine = convolution(queries + 3, 2, 1, relu=False, batch_norm=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = (x - self.mean) / self.std
        below, seen = x, []
        for down, stage, norm in zip(self.down, self.stages, self.norms):
            below = stage(down(below))
            seen.append(norm(below))
        below, scales = seen[3], []
        for block, beside in zip(self.decoder, seen[2::-1]):
            below = block(below, beside)
            scales.append(below)
        places = [sine_positions(scale, self.hidden).flatten(2).permute(2, 0, 1) for scale in scales]
        scales = [(project(scale).flatten(2) + self.levels[i][None, :, None]).permute(2, 0, 1)
                  for i, (project, scale) in enumerate(zip(self.projections, scales))]
        names = self.names.unsqueeze(1).repeat(1, x.size(0), 1)
        queries = self.queries.unsqueeze(1).repeat(1, x.size(0), 1)
        for i, layer in enumerate(self.layers):
            queries = layer(queries, scales[i % 3], places[i % 3], names)
        colours = self.colours(self.last_norm(queries).transpose(0, 1))
        return self.refine(torch.cat([torch.einsum('bqc,bchw->bqhw', colours, self.up(below)), x], 1))


# --- their weights ----------------------------------------------------------------------------------------------------


def picture(side: int, seed: int = 0) -> torch.Tensor:
    """Soft hills with an edge and grain, 1 x 1 x side x side, 0..1."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:side, :side] / side
    hills = 0.5 + 0.25 * np.sin(5 * x + 3 * y + seed) * np.cos(4 * y) + 0.2 * (np.hypot(x - 0.4, y - 0.5) < 0.25)
    grain = random.normal(0, 0.02, (side, side))
    return torch.from_numpy(np.clip(hills + grain, 0, 1).astype(np.float32))[None, None]


def seeded(network: nn.Module, inputs: Callable[[int], tuple[torch.Tensor, ...]]) -> nn.Module:
    """He's weights, and means and variances that are those of pictures: nothing under- or overflows."""
    torch.manual_seed(2017)
    for name, parameter in network.named_parameters():
        if parameter.dim() > 1 and not name.endswith('weight_g'):
            nn.init.normal_(parameter, 0, math.sqrt(2 / parameter[0].numel()))
        elif name.endswith('bias'):
            nn.init.normal_(parameter, 0, 0.1)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None  # the plain mean of all that it sees
    with torch.no_grad():
        network.train()
        for seed in range(16):
            network(*inputs(seed))
    return network.eval()


def hinted(side: int, seed: int = 0) -> tuple[torch.Tensor, ...]:
    """What zhang2017 takes: L*, hints on the left, their mask."""
    mask = torch.zeros(1, 1, side, side)
    mask[..., :side // 3] = 1
    colour = torch.tensor([60.0, -40.0]).view(1, 2, 1, 1)
    return 100 * picture(side, seed), colour * mask, mask


def gray(side: int, seed: int = 0) -> tuple[torch.Tensor, ...]:
    return picture(side, seed).repeat(1, 3, 1, 1),


def normalized(side: int, seed: int = 0) -> tuple[torch.Tensor, ...]:
    mean, deviation = (torch.tensor(three).view(1, 3, 1, 1) for three in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    return (gray(side, seed)[0] - mean) / deviation,


def zhang2017() -> Siggraph17:
    network = seeded(Siggraph17(width=2), lambda seed: hinted(64, seed))
    network.out[0].weight.data /= 3
    return network


def deoldify() -> DeOldify:
    return seeded(DeOldify(width=2, growth=1.2, blocks=(1, 1, 1, 1)), lambda seed: normalized(64, seed))


def ddcolor() -> DDColor:
    network = seeded(DDColor(**SLIM_DDCOLOR), lambda seed: gray(64, seed))
    with torch.no_grad():
        spread = network(*gray(64)).std()
        network.colours[-1].weight *= 20 / spread
        network.colours[-1].bias *= 20 / spread
    return network


SLIM_DDCOLOR = dict(dims=(4, 8, 8, 16), blocks=(1, 1, 2, 1), features=16, hidden=16, heads=2, feedforward=32, queries=8,
                    layers=3)


# --- their files ------------------------------------------------------------------------------------------------------


def script(name: str) -> str:
    """What docs/networks.md has as export_NAME.py."""
    page = (HERE.parent / 'docs/networks.md').read_text()
    return re.search(rf'`export_{name}.py`:\n\n```python\n(.*?)```', page, re.S)[1]


def package(name: str, **content) -> None:
    """Makes `import name` work, for good."""
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(content)


def pretend_to_be_their_projects() -> None:
    """The few names that the scripts of the page import of the projects; what they build has no weights yet."""

    def build_ddcolor_model(kind: type, *, model_path: str, input_size: int, model_size: str) -> DDColor:
        network = kind(**SLIM_DDCOLOR)
        network.load_state_dict(torch.load(model_path, map_location='cpu'))
        return network

    package('colorizers', siggraph17=lambda pretrained: Siggraph17(width=2))
    package('ddcolor', DDColor=DDColor, build_ddcolor_model=build_ddcolor_model)
    package('deoldify')
    package('deoldify.unet', DynamicUnetDeep=lambda body, **kinds: DeOldify(width=2, growth=1.2, blocks=(1, 1, 1, 1)))
    package('fastai')
    package('fastai.layers', NormType=types.SimpleNamespace(Spectral='Spectral'), SelfAttention=SelfAttention)
    package('fastai.vision')
    package('fastai.vision.learner', create_body=lambda kind, pretrained: None)
    package('torchvision')
    package('torchvision.models', resnet34=None)


def export(name: str, folder: pathlib.Path) -> nn.Module:
    """Runs the page's script for a stand-in at 64 x 64: folder / NAME.onnx is there afterwards. The stand-in itself."""
    network = {'zhang2017': zhang2017, 'deoldify': deoldify, 'ddcolor': ddcolor}[name]()
    weights = {'zhang2017': 'siggraph17-df00044c.pth', 'deoldify': 'ColorizeArtistic_gen.pth',
               'ddcolor': 'pytorch_model.bin'}
    torch.save(network.state_dict(), folder / weights[name])
    code, sides = re.subn(r'\bside = \d+', 'side = 64', script(name))
    assert sides == 1, name
    before = pathlib.Path.cwd()
    try:
        os.chdir(folder)
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # of what is deprecated, and of sides that are fixed
            exec(compile(code, f'export_{name}.py', 'exec'), {})
    finally:
        os.chdir(before)
    return network


def planes(network: Siggraph17, path: pathlib.Path) -> None:
    """zhang2017 as one tensor takes it, exported as the page's script does."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(Planes(network).eval(), (torch.zeros(1, 4, 64, 64),), str(path), opset_version=11,
                          dynamo=False, input_names=['input'], output_names=['ab'],
                          dynamic_axes={name: {2: 'height', 3: 'width'} for name in ('input', 'ab')})
    onnx.save(onnxslim.slim(str(path)), str(path))


def answer(network: nn.Module, inputs: tuple[torch.Tensor, ...]) -> np.ndarray:
    """In double precision."""
    with torch.no_grad():
        return network.double()(*(input.double() for input in inputs)).float().numpy()


def sidecar(name: str) -> str:
    """That of the catalogue, as far as the element needs it, for sides of 64."""
    text = (HERE.parent / f'models/catalogue/{name}.onnx.modelinfo').read_text()
    text = text[:text.index('[catalogue]')].rstrip() + '\n'
    text = re.sub(r'summary=.*', 'summary=Of the shape of the true one, with random weights: for tests only.', text)
    text = re.sub(r'(licence|source)=.*\n', '', text)
    return re.sub(r'(?m)^size=.*', 'size=64', text).replace('512', '64')


def one_tensor(text: str) -> str:
    """The sidecar of zhang2017 for the form that takes all in one tensor."""
    first, last = text.index('[lightness]'), text.index('[ab]')
    tensor = ('[input]\nid=zhang2017-planes\ntype=float32\ndims=-1,4,-1,-1\ndir=input\n'
              'ranges=0,100;-128,128;-128,128;0,1\n\n')
    return (text[:first] + tensor + text[last:]).replace('hints=mask', 'hints=planes')


def main() -> None:
    target = HERE / 'models/architectures'
    target.mkdir(exist_ok=True)
    pretend_to_be_their_projects()
    for name, inputs in ('zhang2017', hinted(64)), ('deoldify', normalized(64)), ('ddcolor', gray(64)):
        network = export(name, target)
        names = [name]
        if name == 'zhang2017':
            planes(network, target / 'zhang2017-planes.onnx')
            names.append('zhang2017-planes')
            (target / 'zhang2017-planes.onnx.modelinfo').write_text(one_tensor(sidecar(name)))
        for form in names:
            file = target / f'{form}.onnx'
            graph = onnx.load(str(file))
            del graph.graph.value_info[:]  # half of it
            onnx.save(graph, str(file))
        (target / f'{name}.onnx.modelinfo').write_text(sidecar(name))
        np.save(target / f'{name}-input.npy', torch.cat(inputs, 1).numpy())
        np.save(target / f'{name}-output.npy', answer(network, inputs))
    for weights in *target.glob('*.pth'), *target.glob('*.bin'):
        weights.unlink()


if __name__ == '__main__':
    main()
