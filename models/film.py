# SPDX-License-Identifier: LGPL-2.1-or-later
"""What old film, its printing and its copying do to lightness, applied at random to training photographs.

The true ab stay those of the clean photograph: the network learns to see through the damage.
"""
import cv2
import numpy as np

from colour import rgb_to_lab

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def damage(rgb: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """rgb: height x width x 3, float32, 0..1.  Returns its L* as film would show it (height x width, 0..100), and the
    true ab (height x width x 2), which are 0 where bars or letters hide the picture."""
    lab = rgb_to_lab(rgb)
    lightness, ab = lab[..., 0], lab[..., 1:]
    height, width = lightness.shape
    if rng.random() < 0.25:
        lightness = response(rgb, rng)
    lightness = np.ascontiguousarray(lightness) / 100
    if rng.random() < 0.6:
        lightness = tone(lightness, rng)
    if rng.random() < 0.2:
        lightness = blur(lightness, rng)
    if rng.random() < 0.35:
        lightness = lightness + grain(height, width, rng)
    if rng.random() < 0.06:
        scratch(lightness, rng)
    if rng.random() < 0.15:
        lightness = compress(lightness, rng)
    if rng.random() < 0.05:
        bars(lightness, ab, rng)
    if rng.random() < 0.03:
        text(lightness, ab, rng)
    return np.clip(lightness * 100, 0, 100), ab


def response(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """L* of a film that is not as sensitive to colours as the eye: orthochromatic film is blind to red and strong in
    blue, panchromatic film with a filter leans to red."""
    if rng.random() < 0.6:
        weights = np.array([rng.uniform(0, 0.25), rng.uniform(0.3, 0.6), rng.uniform(0.2, 0.6)])
    else:
        weights = rng.dirichlet(1 + 6 * LUMA)
    gray = rgb @ (weights / weights.sum()).astype(np.float32)
    return rgb_to_lab(np.repeat(gray[..., None], 3, 2))[..., 0]


def tone(lightness: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Exposure (gamma), contrast (an S around a random pivot) and faded blacks or whites."""
    lightness = np.power(np.clip(lightness, 0, 1), np.float32(np.exp(rng.normal(0, 0.25))))
    if rng.random() < 0.5:
        pivot, slope = rng.uniform(0.3, 0.7), np.exp(rng.normal(0, 0.25))
        lightness = pivot + (lightness - pivot) * np.float32(slope)
    if rng.random() < 0.3:
        black, white = rng.uniform(0, 0.2), rng.uniform(0.75, 1)
        lightness = black + np.clip(lightness, 0, 1) * np.float32(white - black)
    return np.clip(lightness, 0, 1).astype(np.float32)


def blur(lightness: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return cv2.GaussianBlur(lightness, (0, 0), rng.uniform(0.4, 1.6))


def grain(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    noise = rng.standard_normal((height, width), np.float32)
    if rng.random() < 0.5:  # grain is larger than a pixel
        noise = cv2.GaussianBlur(noise, (3, 3), 0) * 2
    return noise * np.float32(rng.exponential(0.025))


def scratch(lightness: np.ndarray, rng: np.random.Generator) -> None:
    """Vertical scratches, as the gate makes them, and specks of dust."""
    height, width = lightness.shape
    for _ in range(rng.integers(1, 4)):
        x = int(rng.integers(width))
        cv2.line(lightness, (x, 0), (x + int(rng.integers(-3, 4)), height), float(rng.choice([0.05, 0.95])), 1)
    for _ in range(rng.integers(0, 8)):
        centre = int(rng.integers(width)), int(rng.integers(height))
        cv2.circle(lightness, centre, int(rng.integers(1, 3)), float(rng.choice([0.05, 0.95])), -1)


def compress(lightness: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    coded = cv2.imencode('.jpg', np.rint(np.clip(lightness, 0, 1) * 255).astype(np.uint8),
                         [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(15, 70))])[1]
    return cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255


def bars(lightness: np.ndarray, ab: np.ndarray, rng: np.random.Generator) -> None:
    """Letterbox or pillarbox."""
    planes = (lightness, ab) if rng.random() < 0.5 else (lightness.T, ab.transpose(1, 0, 2))
    size = int(planes[0].shape[0] * rng.uniform(0.05, 0.18))
    for plane in planes:
        plane[:size] = plane[-size:] = 0


def text(lightness: np.ndarray, ab: np.ndarray, rng: np.random.Generator) -> None:
    """A title or subtitle, white with a dark rim."""
    height, width = lightness.shape
    words = ''.join(chr(c) for c in rng.integers(65, 91, rng.integers(4, 16)))
    place = int(rng.integers(width // 3)), int(rng.integers(height // 4, height))
    size = float(rng.uniform(0.3, 0.8))
    for thickness, shade in ((3, 0.05), (1, 0.97)):
        mask = np.zeros((height, width), np.uint8)  # OpenCV 5 writes on 8 bits only
        cv2.putText(mask, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thickness)
        lightness[mask > 0] = shade
        ab[mask > 0] = 0
