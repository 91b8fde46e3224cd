# SPDX-License-Identifier: LGPL-2.1-or-later
"""Hints for training, made from the truth: dabs, regions, and a whole plane as yesterday's frame leaves it.

A hint is a plane of a* and b* (their units, 0 where none is given) and one of confidence (0 none .. 1 certain).
"""
import cv2
import numpy as np


def dabs(ab: np.ndarray, count: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """`count` squares of `size` pixels at random places, each of the mean colour there.  ab: height x width x 2.
    Returns height x width x 3: a*, b*, confidence."""
    height, width = ab.shape[:2]
    hints = np.zeros((height, width, 3), np.float32)
    for _ in range(count):
        y, x = rng.integers(height - size + 1), rng.integers(width - size + 1)
        part = slice(y, y + size), slice(x, x + size)
        hints[part] = [*ab[part].mean((0, 1)), 1]
    return hints


def regions(ab: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A few ellipses of the true colours."""
    height, width = ab.shape[:2]
    mask = np.zeros((height, width), np.float32)
    for _ in range(rng.integers(1, 4)):
        centre = int(rng.integers(width)), int(rng.integers(height))
        axes = int(rng.uniform(0.05, 0.4) * width), int(rng.uniform(0.05, 0.4) * height)
        cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(0.5, 1)), -1)
    return np.dstack([ab * (mask[..., None] > 0), mask])


def plane(ab: np.ndarray, move: float, noise: float, holes: float, rng: np.random.Generator) -> np.ndarray:
    """The whole plane moved by up to `move` pixels, with noise of that deviation, and `holes` of it (0..1) missing."""
    height, width = ab.shape[:2]
    shift = np.float32([[1, 0, rng.uniform(-move, move)], [0, 1, rng.uniform(-move, move)]])
    moved = cv2.warpAffine(ab, shift, (width, height), borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.5:  # colour comes out of the network at a quarter of the size
        moved = cv2.resize(cv2.resize(moved, (width // 4, height // 4), interpolation=cv2.INTER_AREA), (width, height))
    moved = moved + noise * rng.standard_normal(ab.shape, np.float32)
    grid = int(rng.choice([1, 4, 16]))  # single pixels, blocks, whole things that came into view
    field = rng.random((-(-height // grid), -(-width // grid)), np.float32)
    if grid > 1:
        field = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR)
    confidence = (field > np.quantile(field, holes)) * np.float32(rng.choice([1, rng.uniform(0.4, 1)]))
    return np.dstack([moved * (confidence[..., None] > 0), confidence]).astype(np.float32)


def random_hints(ab: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """height x width x 3 of a random kind."""
    kind = rng.random()
    if kind < 0.45:
        return dabs(ab, int(np.exp(rng.uniform(0, np.log(30)))), int(rng.integers(3, 10)), rng)
    if kind < 0.6:
        return regions(ab, rng)
    return plane(ab, rng.uniform(0, 3), rng.uniform(0, 5), rng.uniform(0, 0.6), rng)
