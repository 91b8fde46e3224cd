# SPDX-License-Identifier: LGPL-2.1-or-later
"""How good a network is on held-out photographs, and contact sheets to look at.

    validate.py NETWORK.onnx CACHE [--held-out 0.016] [--size 224] [--most 400] [--sheet SHEET.png]
"""
import argparse
import pathlib
from collections.abc import Callable

import cv2
import numpy as np

import hints
from colour import ciede2000, colourfulness, lab_to_rgb, rgb_to_lab, skin_of
from photographs import Photographs

Predict = Callable[[np.ndarray], np.ndarray]  # 1 x 4 x H x W, L* and hints -> 1 x 2 x h x w, ab
NO_HINTS = 'gain'
KINDS = {  # what the network is given besides lightness, as the figures are called
    NO_HINTS: lambda ab, rng: np.zeros((*ab.shape[:2], 3), np.float32),
    'gain, 10 dabs': lambda ab, rng: hints.dabs(ab, 10, 6, rng),
    'gain, plane': lambda ab, rng: hints.plane(ab, 2, 3, 0.3, rng),
}


def kinds_for(inputs: int) -> dict:
    """Those of KINDS that a network can be asked which takes that many planes."""
    return KINDS if inputs > 1 else {NO_HINTS: KINDS[NO_HINTS]}


def fit(rgb: np.ndarray, size: int, multiple: int = 32) -> np.ndarray:
    """The picture at the long side `size`, each side rounded to a multiple.  float32, 0..1."""
    scale = size / max(rgb.shape[:2])
    height, width = (max(multiple, round(n * scale / multiple) * multiple) for n in rgb.shape[:2])
    return cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def colorize(predict: Predict, lightness: np.ndarray, given: np.ndarray) -> np.ndarray:
    """L* (H x W) and hints (H x W x 3) to ab (H x W x 2)."""
    input = np.ascontiguousarray(np.dstack([lightness, given]).transpose(2, 0, 1)[None], np.float32)
    return cv2.resize(predict(input)[0].transpose(1, 2, 0), lightness.shape[::-1], interpolation=cv2.INTER_LINEAR)


def skin_figures(result: np.ndarray, truth: np.ndarray, mask: np.ndarray) -> tuple[float, float, float, float]:
    """Of L*a*b* within a mask: sums of the error and of gray's; the spread of hue in degrees, each pixel counting by its chroma
    (circular deviation); the share that has less than half of its true chroma."""
    ours, true = result[mask], truth[mask]
    chroma = np.hypot(ours[:, 1], ours[:, 2])
    length = np.hypot(ours[:, 1].sum(), ours[:, 2].sum()) / (chroma.sum() + 1e-9)
    spread = np.degrees(np.sqrt(-2 * np.log(np.clip(length, 1e-3, 1))))
    return (ciede2000(ours, true).sum(), ciede2000(true * np.float32([1, 0, 0]), true).sum(), spread,
            np.mean(chroma < np.hypot(true[:, 1], true[:, 2]) / 2))


def validate(predict: Predict, photographs: Photographs, size: int, most: int = 400,
             kinds: dict = KINDS) -> tuple[dict[str, float], list[np.ndarray]]:
    """Figures over `most` photographs spread over the set, and strips of gray | result | truth to look at.

    gain: 1 - dE00 / dE00 of the gray picture, of the means; 0 is no better than gray.  chroma: mean colourfulness as a share of
    the truth's.  better: share of the photographs that come out nearer to the truth than gray.  skin: gain where the truth may be
    skin; its hue: how many degrees it differs within a photograph, and as a multiple of what the truth's does; gray: share of it
    that has less than half of its chroma.
    """
    chosen = np.unique(np.linspace(0, len(photographs) - 1, most).astype(int))
    errors: dict[str, list[float]] = {kind: [] for kind in kinds}
    gray_errors, vivid, vivid_truth, strips, skins, true_skins = [], [], [], [], [], []
    for i in chosen:
        rng = np.random.default_rng(i)
        lab = rgb_to_lab(fit(photographs[i], size))
        every = np.s_[::2, ::2]  # a quarter of the pixels says the same in a quarter of the time
        gray_errors.append(ciede2000(lab[every], lab[every] * np.float32([1, 0, 0])).mean())
        for kind, give in kinds.items():
            result = np.dstack([lab[..., 0], colorize(predict, lab[..., 0], give(lab[..., 1:], rng))])
            errors[kind].append(ciede2000(lab[every], result[every]).mean())
            if kind == NO_HINTS:
                pictures = [lab_to_rgb(p) for p in (lab * np.float32([1, 0, 0]), result, lab)]
                vivid.append(colourfulness(pictures[1]))
                vivid_truth.append(colourfulness(pictures[2]))
                strips.append(np.hstack(pictures))
                if (mask := skin_of(lab)).mean() > 0.01:
                    skins.append(skin_figures(result, lab, mask))
                    true_skins.append(skin_figures(lab, lab, mask))
    figures = {kind: 1 - float(np.mean(e) / np.mean(gray_errors)) for kind, e in errors.items()}
    figures['chroma'] = float(np.mean(vivid) / np.mean(vivid_truth))
    figures['better'] = float(np.mean(np.less(errors[NO_HINTS], gray_errors)))
    if skins:
        error, gray, hue, pale = np.transpose(skins)
        figures['skin'] = float(1 - error.sum() / gray.sum())
        figures['skin, hue'] = float(hue.mean())
        figures['skin, hue to the truth'] = float(hue.mean() / np.transpose(true_skins)[2].mean())
        figures['skin, gray'] = float(pale.mean())
    return figures, strips


def write_sheet(path: pathlib.Path, strips: list[np.ndarray], most: int = 32, columns: int = 2, width: int = 600) -> None:
    """A contact sheet of at most that many strips."""
    strips = [strips[i] for i in np.unique(np.linspace(0, len(strips) - 1, most).astype(int))]
    strips = [cv2.resize(s, (width, round(s.shape[0] * width / s.shape[1])), interpolation=cv2.INTER_AREA) for s in strips]
    stacks = [np.vstack(strips[i::columns]) for i in range(columns)]
    height = max(s.shape[0] for s in stacks)
    sheet = np.hstack([np.pad(s, ((0, height - s.shape[0]), (0, 6), (0, 0))) for s in stacks])
    cv2.imwrite(str(path), np.rint(sheet[..., ::-1] * 255).astype(np.uint8))


def main() -> None:
    import onnxruntime

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('network'), parser.add_argument('cache')
    parser.add_argument('--held-out', type=float, default=0.016, help='share of the files that did not train')
    parser.add_argument('--size', type=int, default=224, help='long side in pixels')
    parser.add_argument('--most', type=int, default=400, help='photographs')
    parser.add_argument('--sheet', type=pathlib.Path)
    parser.add_argument('--chroma', type=float, default=1.0, help='factor on ab')
    options = parser.parse_args()
    session = onnxruntime.InferenceSession(options.network, providers=['CPUExecutionProvider'])
    held_out = Photographs.open(options.cache, True, options.held_out)
    inputs = session.get_inputs()[0].shape[1]
    figures, strips = validate(lambda x: options.chroma * session.run(None, {'input': x[:, :inputs]})[0], held_out, options.size,
                               options.most, kinds_for(inputs))
    print(f'{len(strips)} photographs: ' + ', '.join(f'{name} {value:.3f}' for name, value in figures.items()))
    if options.sheet:
        write_sheet(options.sheet, strips)


if __name__ == '__main__':
    main()
