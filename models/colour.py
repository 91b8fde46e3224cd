# SPDX-License-Identifier: LGPL-2.1-or-later
"""Colour science of the trainer.  Arrays are float, height x width x 3; sRGB in 0..1, CIE L*a*b* with white D65."""
import cv2
import numpy as np


def rgb_to_lab(rgb: np.ndarray) -> np.ndarray:
    """sRGB (float32) to L* 0..100, a*, b*."""
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)


def lab_to_rgb(lab: np.ndarray) -> np.ndarray:
    """L*a*b* (float32) to sRGB, clipped to 0..1."""
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), 0, 1)


def ciede2000(lab1: np.ndarray, lab2: np.ndarray) -> np.ndarray:
    """Colour difference of each pixel (Sharma, Wu and Dalal 2005, with kL = kC = kH = 1)."""
    l1, a1, b1 = np.moveaxis(lab1, -1, 0).astype(np.float64)
    l2, a2, b2 = np.moveaxis(lab2, -1, 0).astype(np.float64)
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = 0.5 * (1 - np.sqrt(mean_c ** 7 / (mean_c ** 7 + 25.0 ** 7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    gray = c1 * c2 == 0  # has no hue
    turn = np.where(gray, 0, (h2 - h1 + 180) % 360 - 180)
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = np.where(gray, h1 + h2, (h1 + h2) / 2 + np.where(np.abs(h1 - h2) > 180, np.where(h1 + h2 < 360, 180, -180), 0))
    t = (1 - 0.17 * np.cos(np.radians(mean_h - 30)) + 0.24 * np.cos(np.radians(2 * mean_h))
         + 0.32 * np.cos(np.radians(3 * mean_h + 6)) - 0.20 * np.cos(np.radians(4 * mean_h - 63)))
    sl = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    sc, sh = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    rt = (-np.sin(np.radians(60 * np.exp(-((mean_h - 275) / 25) ** 2)))
          * 2 * np.sqrt(mean_c ** 7 / (mean_c ** 7 + 25.0 ** 7)))
    dl, dc, dh = dl / sl, dc / sc, dh / sh
    return np.sqrt(np.maximum(dl * dl + dc * dc + dh * dh + rt * dc * dh, 0))


def colourfulness(rgb: np.ndarray) -> float:
    """Hasler and Suesstrunk 2003, on the scale of 8 bits: 0 gray, 15 slightly, 33 moderately, 59 quite colourful."""
    r, g, b = np.moveaxis(rgb.astype(np.float64) * 255, -1, 0)
    rg, yb = r - g, (r + g) / 2 - b
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def skin_of(lab: np.ndarray, speck: int = 5) -> np.ndarray:
    """Where true colours (H x W x 3) may be those of skin, in areas at least `speck` (odd) pixels wide; bool.  Hue angles of 35 to 75
    degrees, light and dark alike: Xiao et al. 2017, Characterising the variations in ethnic skin colours."""
    hue, chroma = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])), np.hypot(lab[..., 1], lab[..., 2])
    mask = (abs(hue - 55) < 20) & (abs(chroma - 26) < 14) & (abs(lab[..., 0] - 55) < 35)
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((speck, speck), np.uint8)) > 0
