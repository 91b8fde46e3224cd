# SPDX-License-Identifier: LGPL-2.1-or-later
"""Photographs and films on the disk -> a cache of small pictures -> balanced random crops.

    photographs.py CACHE FOLDER_OR_FILM... [--short 192]

A source is a folder, and within it the pictures whose names differ by their numbers only; a film is a source of its own.
Pictures without colour of their own (grayscale, sepia, hand-tinted in one hue) are left out.
"""
import argparse
import collections
import json
import pathlib
import re
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from colour import rgb_to_lab

PICTURES = {'.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff'}
FILMS = {'.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi', '.ogv', '.ts', '.mpg', '.mpeg'}
FILM_STEP = 5  # every fifth frame: neighbours teach the same thing twice
FILM_BLOCK = 50  # frames that stand on the same side of the split between training and validation
SMALLEST_SOURCE = 16  # smaller groups are counted to their folder


def read(files: list[pathlib.Path]) -> Iterator[tuple[str, str, np.ndarray]]:
    """Name, source and BGR picture (height x width x 3, uint8) of every photograph and of every fifth frame of a film."""
    groups = collections.Counter((f.parent, group(f)) for f in files)
    for file in files:
        if file.suffix.lower() in PICTURES:
            picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
            if picture is None:
                print(f'{file}: not a readable picture, left out', file=sys.stderr)
                continue
            key = group(file) if groups[file.parent, group(file)] >= SMALLEST_SOURCE else ''
            yield file.stem, f'{file.parent.name}/{key}', picture
        else:
            film, number = cv2.VideoCapture(str(file)), 0
            while film.grab():
                if number % FILM_STEP == 0:
                    good, picture = film.retrieve()
                    if good:
                        yield f'{file.stem}#{number // FILM_BLOCK}', str(file), picture
                number += 1
            if not number:
                print(f'{file}: not a readable film, left out', file=sys.stderr)


def group(file: pathlib.Path) -> str:
    return re.sub(r'[\d_\-. ()]+$', '', file.stem)


def has_colour(rgb: np.ndarray, least: float = 2.0) -> bool:
    """Whether a* and b* (standard deviation, in their units) are more than one hue laid over the lightness."""
    lab = rgb_to_lab(cv2.resize(rgb, (48, 48), interpolation=cv2.INTER_AREA).astype(np.float32) / 255).reshape(-1, 3)
    basis = np.vander(lab[:, 0] / 100, 3)
    rest = lab[:, 1:] - basis @ np.linalg.lstsq(basis, lab[:, 1:], rcond=None)[0]
    return float(np.hypot(*rest.std(0))) > least


def build(cache: pathlib.Path, places: list[pathlib.Path], short: int) -> None:
    """Write cache/pixels.u8 (RGB, one picture after the other, short side `short` pixels or less) and cache/index.npy.
    places: folders, with all below them, and files."""
    files = sorted(f for place in places for f in ([place] if place.is_file() else place.rglob('*'))
                   if f.suffix.lower() in PICTURES | FILMS)
    if not files:
        sys.exit(f'no photograph or film in {", ".join(map(str, places))}')
    cache.mkdir(parents=True, exist_ok=True)
    index, sources, offset, dropped = [], {}, 0, 0
    with open(cache / 'pixels.u8.part', 'wb') as pixels:
        for name, source, bgr in read(files):
            scale = short / min(bgr.shape[:2])
            if scale < 1:
                bgr = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            rgb = bgr[..., ::-1]
            if min(rgb.shape[:2]) < 64 or max(rgb.shape[:2]) > 4 * short or not has_colour(rgb):
                dropped += 1
                continue
            pixels.write(rgb.tobytes())
            index.append((offset, *rgb.shape[:2], sources.setdefault(source, len(sources)), zlib.crc32(name.encode())))
            offset += rgb.size
            if len(index) % 500 == 0:
                print(f'\r{len(index)} pictures, {dropped} without colour or too small', end='', file=sys.stderr)
    print(f'\r{len(index)} pictures of {len(sources)} sources, {dropped} without colour or too small', file=sys.stderr)
    (cache / 'pixels.u8.part').rename(cache / 'pixels.u8')
    (cache / 'sources.json').write_text(json.dumps(list(sources), indent=0))
    with open(cache / 'index.npy.part', 'wb') as f:
        np.save(f, np.array(index, np.int64).reshape(-1, 5))
    (cache / 'index.npy.part').rename(cache / 'index.npy')


@dataclass
class Photographs:
    """One side of the split of a cache: the file's name decides, so that a rebuilt cache keeps it."""

    pixels: np.ndarray
    index: np.ndarray  # rows of offset, height, width, source, hash of the name
    weights: np.ndarray  # of each picture when drawn at random

    @classmethod
    def open(cls, cache: str | pathlib.Path, validation: bool, share: float, balance: float = 1) -> 'Photographs':
        """share: the part of the files held out for validation.  balance: a source of n pictures is drawn in proportion to
        n^balance."""
        try:
            index = np.load(pathlib.Path(cache) / 'index.npy')
        except FileNotFoundError:
            sys.exit(f'{cache}: not a cache; make one with photographs.py {cache} FOLDER_OR_FILM...')
        index = index[(index[:, 4] % 10007 < share * 10007) == validation]
        counts = np.bincount(index[:, 3]).astype(np.float64)
        weights = counts[index[:, 3]] ** (balance - 1)
        return cls(np.memmap(pathlib.Path(cache) / 'pixels.u8', np.uint8, 'r'), index, np.cumsum(weights / weights.sum()))

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, i: int) -> np.ndarray:
        """RGB, height x width x 3, uint8."""
        offset, height, width = self.index[i, :3]
        return self.pixels[offset:offset + 3 * height * width].reshape(height, width, 3)

    def draw(self, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """A photograph at random for a crop of that size: no upright one for a wide crop, where only a small part of it would
        be seen, and no wide one for an upright crop, unless there are hardly any others."""
        for _ in range(20):
            rgb = self[min(int(np.searchsorted(self.weights, rng.random())), len(self) - 1)]
            if (rgb.shape[0] - rgb.shape[1]) * (height - width) >= 0:
                break
        return rgb


def crop(rgb: np.ndarray, height: int, width: int, smallest: float, rng: np.random.Generator) -> np.ndarray:
    """A random part of the picture, flipped at random, as height x width x 3 float32 in 0..1.

    The part is between `smallest` of the largest window that fits and all of it; its aspect is off by up to a tenth.
    """
    h, w = rgb.shape[:2]
    aspect = width / height * np.exp(rng.uniform(-0.1, 0.1))
    scale = rng.uniform(smallest, 1)
    part_h = min(h, w / aspect) * scale
    part_w = part_h * aspect
    size = max(16, min(h, round(part_h))), max(16, min(w, round(part_w)))
    y, x = rng.integers(h - size[0] + 1), rng.integers(w - size[1] + 1)
    part = rgb[y:y + size[0], x:x + size[1]]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    smaller = size[0] > height
    part = cv2.resize(np.ascontiguousarray(part), (width, height),
                      interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)
    return part.astype(np.float32) / 255


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('cache', type=pathlib.Path)
    parser.add_argument('places', type=pathlib.Path, nargs='+', metavar='folder_or_film')
    parser.add_argument('--short', type=int, default=192, help='pixels of the short side')
    options = parser.parse_args()
    build(options.cache, options.places, options.short)
