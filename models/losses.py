# SPDX-License-Identifier: LGPL-2.1-or-later
"""What training minimizes, chosen by configuration as a mix: "huber", "mae+0.5*hybrid", "huber+0.1*adversarial", ...

Every loss is a module of `weigh(batch) -> scalar`; some have weights of their own, which train beside the network and are
not shipped.  ab are in units of a* and b*; a mix adds up in these units, so that factors compare.
"""
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor

from colour import skin_of
from export import read_onnx
from network import Colorizer, Encoder, Network
from tflite import convolutions


@dataclass
class Batch:
    REACH = 8  # pixels that a neighbour is moved by at most

    network: Network
    input: Tensor  # N x INPUTS x H x W: L*, and hints where it takes any
    truth: Tensor  # N x 2 x h x w: ab; h is H / STRIDE, w is W / STRIDE
    features: Tensor  # the network's last ones, N x C x h x w
    ab: Tensor  # what it makes of them, N x 2 x h x w, float32

    def lightness(self) -> Tensor:
        """L* at the size of ab, N x 1 x h x w."""
        return F.avg_pool2d(self.input[:, :1], self.network.STRIDE)

    @cached_property
    def neighbour(self) -> tuple['Batch', Callable[[Tensor], Tensor]]:
        """The photograph as its next frame may be, moved by up to 8 pixels and with another grain; and what moves a tensor of
        h x w back, less a border of REACH pixels: what came round the edge is not the same picture."""
        stride = self.network.STRIDE
        by = [int(n) for n in torch.randint(-self.REACH // stride, self.REACH // stride + 1, (2,))]
        moved = torch.roll(self.input, [stride * n for n in by], (2, 3))
        moved[:, :1] = (moved[:, :1] + 1.5 * torch.randn_like(moved[:, :1])).clamp(0, 100)
        features = self.network.features(moved)
        ab = self.network.ab(features).float() * self.network.output_scale
        return (Batch(self.network, moved, torch.roll(self.truth, by, (2, 3)), features, ab),
                lambda x: self.within(torch.roll(x, [-n for n in by], (2, 3))))

    def within(self, x: Tensor) -> Tensor:
        border = self.REACH // self.network.STRIDE
        return x[:, :, border:-border, border:-border]


class MSE(nn.Module):
    """Mean of the squared error, over 20 to bring it near the others.  Where a thing may have several colours the best
    answer is their mean, which is brownish gray.  Cheng et al. 2015, Deep Colorization."""

    def weigh(self, batch: Batch) -> Tensor:
        return F.mse_loss(batch.ab, batch.truth) / 20


class MAE(nn.Module):
    """Mean of the absolute error: its best answer is the median, so the likeliest colour wins more often, gray too.
    Isola et al. 2017, Image-to-Image Translation with Conditional Adversarial Networks, use it beside their game."""

    def weigh(self, batch: Batch) -> Tensor:
        return F.l1_loss(batch.ab, batch.truth)


class Huber(nn.Module):
    """Squared below 2 units, which the eye does not see, absolute above.  Huber 1964, Robust Estimation of a Location
    Parameter; Zhang et al. 2017, Real-Time User-Guided Image Colorization, train with it."""

    def weigh(self, batch: Batch) -> Tensor:
        return F.smooth_l1_loss(batch.ab, batch.truth, beta=2.0)


class CIEDE2000(nn.Module):
    """What the eye makes of the error, at equal lightness, rounded below half a just noticeable difference.  Distances between vivid
    colours count less there than between grays, so that a guess at a colour is not averaged away.  Sharma, Wu and Dalal 2005."""

    ROUNDING = 0.5

    def of_pixels(self, batch: Batch) -> Tensor:
        return (ciede2000_squared(batch.ab, batch.truth) + self.ROUNDING ** 2).sqrt() - self.ROUNDING

    def weigh(self, batch: Batch) -> Tensor:
        return self.of_pixels(batch).mean()


class Skin(CIEDE2000):
    """The same where the truth may be that of skin and nowhere else, as a share of the whole: beside the loss of all pixels it makes skin
    weigh more, which is what people look at first."""

    SPECK = 3  # pixels at a quarter of the size

    def weigh(self, batch: Batch) -> Tensor:
        true = torch.cat([batch.lightness(), batch.truth], 1).float().permute(0, 2, 3, 1).cpu().numpy()
        mask = torch.from_numpy(np.stack([skin_of(lab, self.SPECK) for lab in true]))
        return (self.of_pixels(batch) * mask.to(batch.ab.device)).mean()


class Colourful(nn.Module):
    """How much less colourful than the truth each photograph is, and nothing where it is more so: Hasler and Suesstrunk 2003, Measuring
    Colourfulness in Natural Images, in their units.  Errors alone make all pale.  A factor on ab would make all of it vivid
    by as much; beside the error this finds where colour costs the least, which is where it is sure."""

    def weigh(self, batch: Batch) -> Tensor:
        truth, ours = (colourfulness(lab_to_rgb(torch.cat([batch.lightness(), ab], 1))) for ab in (batch.truth, batch.ab))
        return F.relu(truth - ours).mean()


class Hybrid(nn.Module):
    """MAE and colour variance: mean |Y - Y'| + |(Y - X)^2 - (Y' - X)^2|, with X the gray picture, RGB in 0..1 (here times
    100).  The second term asks for as much distance from gray as the truth has.  Fenu and Bagwell; Pabla and Mehta."""

    def weigh(self, batch: Batch) -> Tensor:
        lightness = batch.lightness()
        truth, ours, gray = (lab_to_rgb(torch.cat([lightness, ab], 1))
                             for ab in (batch.truth, batch.ab, torch.zeros_like(batch.ab)))
        variance = (truth - gray).square() - (ours - gray).square()
        return 100 * ((truth - ours).abs().mean() + variance.abs().mean())


class Classification(nn.Module):
    """Zhang et al. 2016, Colorful Image Colorization: a distribution over bins of ab, 10 units apart, learnt with soft
    encoding (the 5 nearest bins, Gaussian of deviation 5) and rare colours weighted up (lambda 0.5, from the batches seen).
    The distribution's annealed mean (temperature 0.38) is the target of the network's own ab, which is what is shipped."""

    SPACING, NEAREST, DEVIATION, UNIFORM, TEMPERATURE = 10, 5, 5.0, 0.5, 0.38

    def __init__(self, features: int = Colorizer.FEATURES) -> None:
        super().__init__()
        self.register_buffer('centres', gamut_bins(self.SPACING))
        self.head = nn.Conv2d(features, len(self.centres), 1)
        self.register_buffer('seen', torch.full((len(self.centres),), 1 / len(self.centres)))

    def encode(self, ab: Tensor) -> Tensor:
        """ab (N x 2 x h x w) to the share of each bin (N x bins x h x w)."""
        pixels = ab.permute(0, 2, 3, 1).reshape(-1, 2)
        distance, nearest = torch.cdist(pixels, self.centres).topk(self.NEAREST, 1, largest=False)
        weight = F.softmax(-distance.square() / (2 * self.DEVIATION ** 2), 1)
        flat = torch.zeros(len(pixels), len(self.centres), device=ab.device).scatter_(1, nearest, weight)
        return flat.view(ab.shape[0], *ab.shape[2:], -1).permute(0, 3, 1, 2)

    def weigh(self, batch: Batch) -> Tensor:
        with torch.no_grad():
            target = self.encode(batch.truth)
            self.seen.lerp_(target.mean((0, 2, 3)), 0.01)
            rarity = 1 / ((1 - self.UNIFORM) * self.seen + self.UNIFORM / len(self.seen))
            rarity = rarity / (self.seen * rarity).sum()
            weight = (target * rarity.view(1, -1, 1, 1)).sum(1)
        logits = self.head(batch.features).float()
        entropy = -(weight * (target * F.log_softmax(logits, 1)).sum(1)).mean()
        annealed = F.softmax(logits.detach() / self.TEMPERATURE, 1)
        mean = torch.einsum('nbhw,bc->nchw', annealed, self.centres)
        return entropy + F.l1_loss(batch.ab, mean)


class Perceptual(nn.Module):
    """Distance between what a network that knows things sees in the coloured and in the true picture: MobileNetV2's
    features at 1/4 to 1/16 of the size, each normalized over its channels.  Johnson et al. 2016, Perceptual Losses for
    Real-Time Style Transfer; the normalization of Zhang et al. 2018, The Unreasonable Effectiveness of Deep Features."""

    def __init__(self, encoder: str) -> None:
        super().__init__()
        self.encoder = Encoder(inputs=3)
        self.encoder.load(convolutions(encoder))
        self.requires_grad_(False)

    def weigh(self, batch: Batch) -> Tensor:
        lightness = F.interpolate(batch.lightness(), scale_factor=2, mode='bilinear')  # things are small otherwise
        truth, ours = (self.encoder(2 * lab_to_rgb(torch.cat([lightness, F.interpolate(ab, scale_factor=2, mode='bilinear')], 1)) - 1)
                       for ab in (batch.truth, batch.ab))
        return 10 * sum((F.normalize(t.float()) - F.normalize(o.float())).square().sum(1).mean()
                        for t, o in zip(truth[:3], ours[:3]))


class Taught(nn.Module):
    """What larger networks make of the same picture, and of it mirrored, in place of the truth: their mean errs less than
    each, and says nothing that cannot be seen.  Hinton, Vinyals and Dean 2015, Distilling the Knowledge in a Neural Network."""

    def __init__(self, teachers: str) -> None:
        super().__init__()
        self.teachers = nn.ModuleList(read_onnx(path).eval() for path in teachers.split(','))
        self.requires_grad_(False)

    def answer(self, input: Tensor) -> Tensor:
        with torch.no_grad():
            seen = [teacher(input).float() + teacher(input.flip(3)).float().flip(3) for teacher in self.teachers]
        return sum(seen) / (2 * len(seen))

    def weigh(self, batch: Batch) -> Tensor:
        return CIEDE2000().weigh(replace(batch, truth=self.answer(batch.input)))


class Adversarial(nn.Module):
    """PatchGAN: a small network that sees lightness and ab learns to tell true patches from ours, and ours must pass.
    Isola et al. 2017; with squares in place of logarithms, Mao et al. 2017, Least Squares GANs.  Best at the end of a training and
    in small shares: it buys vividness with errors."""

    def __init__(self) -> None:
        super().__init__()
        self.critic: nn.Module = nn.Sequential(*self.patches(), nn.Conv2d(64, 1, 3, 1, 1))

    @staticmethod
    def patches() -> list[nn.Module]:
        return [nn.Conv2d(3, 32, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(32, 64, 4, 2, 1), nn.LeakyReLU(0.2)]

    def shown(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Lightness, truth and ours, as the critic sees them."""
        return batch.lightness(), batch.truth, batch.ab

    def judge(self, lightness: Tensor, ab: Tensor, critic: dict[str, Tensor] | None = None) -> Tensor:
        picture = torch.cat([lightness / 50 - 1, ab / 40], -3)
        return (torch.func.functional_call(self.critic, critic, picture) if critic else self.critic(picture)).float()

    def weigh(self, batch: Batch) -> Tensor:
        lightness, truth, ours = self.shown(batch)
        frozen = {name: p.detach() for name, p in self.critic.named_parameters()}
        passing = (self.judge(lightness, ours, frozen) - 1).square().mean()
        telling = (self.judge(lightness, truth) - 1).square().mean() + self.judge(lightness, ours.detach()).square().mean()
        return passing + telling  # each has gradients for one side only


class FilmCritic(nn.Module):
    """Tells true patches of neighbouring frames from ours.  frames: N x frames x 3 x h x w.  Every place asks all others of its
    frame (Zhang et al. 2019, Self-Attention Generative Adversarial Networks), then the same place of all frames: what
    flickers gives itself away.  This is never shipped, so that it may reshape."""

    CHANNELS, KEYS = 64, 16

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Sequential(*Adversarial.patches())
        self.space, self.time = (nn.ModuleList(nn.Linear(self.CHANNELS, n) for n in (self.KEYS, self.KEYS, self.CHANNELS))
                                 for _ in range(2))
        self.says = nn.Conv2d(self.CHANNELS, 1, 3, 1, 1)

    @staticmethod
    def attend(x: Tensor, layers: nn.ModuleList) -> Tensor:
        """x: ... x places x channels."""
        query, key, value = (layer(x) for layer in layers)
        return x + F.scaled_dot_product_attention(query, key, value)

    def forward(self, frames: Tensor) -> Tensor:
        seen = self.patches(frames.flatten(0, 1)).float()
        height, width = seen.shape[2:]
        places = self.attend(seen.flatten(2).transpose(1, 2), self.space).unflatten(0, frames.shape[:2])  # N x frames x places x channels
        places = self.attend(places.transpose(1, 2), self.time).transpose(1, 2)
        return self.says(places.flatten(0, 1).transpose(1, 2).unflatten(2, (height, width)))


class FilmAdversarial(Adversarial):
    """The same with a critic that sees a frame and its neighbour.  The network itself sees one frame, as the element gives it:
    it is the critic that looks along time, and the network learns what it objects to."""

    def __init__(self) -> None:
        super().__init__()
        self.critic = FilmCritic()

    def shown(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        frames = batch, batch.neighbour[0]
        return tuple(torch.stack(part, 1) for part in zip(*(super(FilmAdversarial, self).shown(frame) for frame in frames)))


class Sequential(nn.Module):
    """Change of ab between a photograph and its moved self, as neighbouring frames are: moved by up to 8 pixels, with
    another grain.  Lai et al. 2018, Learning Blind Video Temporal Consistency; Lei and Chen 2019, Fully Automatic Video
    Colorization with Self-Regularization and Diversity."""

    def weigh(self, batch: Batch) -> Tensor:
        neighbour, back = batch.neighbour
        return F.l1_loss(back(neighbour.ab), batch.within(batch.ab))


KINDS = dict(mse=MSE, mae=MAE, huber=Huber, ciede2000=CIEDE2000, colourful=Colourful, hybrid=Hybrid,
             classification=Classification, perceptual=Perceptual, skin=Skin, taught=Taught, adversarial=Adversarial,
             filmadversarial=FilmAdversarial, sequential=Sequential)


class Mix(nn.Module):
    """A mix as written in the configuration: terms of [factor*]name joined by +."""

    def __init__(self, formula: str, encoder: str = '', features: int = Colorizer.FEATURES, teachers: str = ''):
        super().__init__()
        self.terms, self.factors = nn.ModuleDict(), {}
        kinds = KINDS | dict(perceptual=lambda: Perceptual(encoder), classification=lambda: Classification(features),
                             taught=lambda: Taught(teachers))
        for term in formula.replace(' ', '').split('+'):
            match = re.fullmatch(r'(?:([\d.]+)\*)?([a-z][a-z0-9]*)', term)
            if not match or match[2] not in KINDS:
                raise ValueError(f'loss {formula!r}: {term!r} is not [factor*]name, with a name of {", ".join(KINDS)}')
            if match[2] == 'perceptual' and not encoder:
                raise ValueError(f'loss {formula!r}: perceptual needs the ImageNet weights: --encoder FILE.tflite')
            if match[2] == 'taught' and not teachers:
                raise ValueError(f'loss {formula!r}: taught needs networks to learn from: --teachers FILE.onnx')
            self.terms[match[2]] = kinds[match[2]]()
            self.factors[match[2]] = float(match[1] or 1)

    def forward(self, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        """The sum, and each term before its factor."""
        terms = {name: loss.weigh(batch) for name, loss in self.terms.items()}
        return sum(self.factors[name] * term for name, term in terms.items()), {n: t.item() for n, t in terms.items()}


def ciede2000_squared(ab1: Tensor, ab2: Tensor) -> Tensor:
    """Square of the colour difference of two planes of ab (N x 2 x h x w) at equal lightness; N x h x w.  The terms that depend on the
    hue (T and R_T) are taken as constants: their slope is without bound near gray and says nothing there."""
    def chroma(ab: Tensor) -> Tensor:
        return (ab.square().sum(1) + 1e-6).sqrt()  # the slope of the root has no bound at 0

    c7 = ((chroma(ab1) + chroma(ab2)) / 2) ** 7
    stretch = torch.stack([1 + 0.5 * (1 - (c7 / (c7 + 25.0 ** 7) + 1e-12).sqrt()), torch.ones_like(c7)], 1)
    ab1, ab2 = ab1 * stretch, ab2 * stretch
    c1, c2 = chroma(ab1), chroma(ab2)
    mean, dc = (c1 + c2) / 2, c2 - c1
    dh2 = 2 * (c1 * c2 - (ab1 * ab2).sum(1)).clamp(min=0)
    with torch.no_grad():
        middle = ab1 / c1[:, None] + ab2 / c2[:, None]
        hue = torch.atan2(middle[:, 1], middle[:, 0])
        at = {n: n * hue - np.radians(shift) for n, shift in ((1, 30), (2, 0), (3, -6), (4, 63))}
        t = 1 - 0.17 * at[1].cos() + 0.24 * at[2].cos() + 0.32 * at[3].cos() - 0.20 * at[4].cos()
        from_blue = (torch.rad2deg(hue) % 360 - 275) / 25
        c7 = mean ** 7
        turn = -torch.sin(np.radians(60) * torch.exp(-from_blue.square())) * 2 * (c7 / (c7 + 25.0 ** 7)).sqrt()
        clockwise = torch.sign(ab1[:, 0] * ab2[:, 1] - ab1[:, 1] * ab2[:, 0])
    sc, sh = 1 + 0.045 * mean, 1 + 0.015 * mean * t
    return ((dc / sc).square() + dh2 / sh.square() + turn * clockwise * (dc / sc) * (dh2 + 1e-6).sqrt() / sh).clamp(min=0)


def lab_to_rgb(lab: Tensor) -> Tensor:
    """L*a*b* (N x 3 x h x w) to sRGB, not clipped, with gradients everywhere."""
    fy = (lab[:, :1] + 16) / 116
    f = torch.cat([fy + lab[:, 1:2] / 500, fy, fy - lab[:, 2:] / 200], 1)
    xyz = torch.where(f > 6 / 29, f ** 3, (f - 16 / 116) * 3 * (6 / 29) ** 2)
    to_rgb = lab.new_tensor([[3.0799, -1.5372, -0.5428], [-0.9211, 1.8760, 0.0453], [0.0529, -0.2040, 1.1511]])  # of white 1, 1, 1
    linear = torch.einsum('ij,njhw->nihw', to_rgb, xyz)
    return torch.where(linear > 0.0031308, 1.055 * linear.clamp(min=0.0031308) ** (1 / 2.4) - 0.055, 12.92 * linear)


def colourfulness(rgb: Tensor) -> Tensor:
    """Of each sRGB picture of N x 3 x h x w in 0..1, as colour.py has it, with a slope at gray."""
    red, green, blue = (255 * rgb.float().clamp(0, 1)).unbind(1)
    opponents = torch.stack([red - green, (red + green) / 2 - blue], 1).flatten(2)
    variance, mean = opponents.var(2, correction=0).sum(1), opponents.mean(2).square().sum(1)
    return (variance + 1e-2).sqrt() + 0.3 * (mean + 1e-2).sqrt()


def gamut_bins(spacing: int) -> Tensor:
    """Centres (bins x 2) of the squares of ab that some sRGB colour falls into."""
    steps = np.linspace(0, 1, 33, dtype=np.float32)
    rgb = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(1, -1, 3)
    ab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, :, 1:]
    return torch.from_numpy(np.unique(np.rint(ab / spacing), axis=0).astype(np.float32) * spacing)
