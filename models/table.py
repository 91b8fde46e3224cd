# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of all networks in README.md, and the picture below it, made through the element.

    table.py --photographs FOLDER --films FILM... --pictures PHOTOGRAPH... --classifier CLASSIFIER.onnx

All that `gst-colorize networks` can run takes part (`meson devenv` has those of a build); what it knows only is listed.
Photographs and films are in colour, and have taken no part in any training; of each film the first second or two are
seen.  CLASSIFIER.onnx is made by classifier.py.
Writes the table between the two marks in README.md, and ../docs/networks.jpg: the same PHOTOGRAPHs by every network.
"""
import argparse
import json
import pathlib
import re
import subprocess
import tempfile
import time

import cv2
import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
FRAMES = 50  # of each film
CELL = 208, 144  # pixels of a photograph in the picture


def colorize(*arguments: object) -> str:
    return subprocess.run(['gst-colorize', *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout


def onnxruntime_milliseconds(network: dict) -> dict[str, float]:
    """By Python's ONNX Runtime, where it is installed: not every build of the element has it."""
    try:
        import onnxruntime
    except ImportError:
        return {}
    file = HERE / f'{network["name"]}.onnx' if network['from'] == 'compiled in' else pathlib.Path(network['from'])
    if file.suffix != '.onnx':
        return {}
    session = onnxruntime.InferenceSession(str(file), providers=['CPUExecutionProvider'])
    if len(session.get_inputs()) > 1:
        return {}
    input = session.get_inputs()[0]
    values = np.zeros((1, input.shape[1], network['height'], network['width']), np.float32)
    values[:, 0] = 100 * np.random.default_rng(1).random(values.shape[2:])
    times = []
    for _ in range(15):
        start = time.perf_counter()
        session.run(None, {input.name: values})
        times.append(1000 * (time.perf_counter() - start))
    return {f'ONNX Runtime {onnxruntime.__version__}': float(np.median(times))}


def judge(network: str, options: argparse.Namespace) -> dict:
    """Means over the photographs as `evaluate` has them, and in place of their flicker that of the films."""
    photographs = sorted(options.photographs.iterdir())
    mean = json.loads(colorize('evaluate', *photographs, '--model', network, '--detector', options.classifier, '--json'))['mean']
    films = json.loads(colorize('evaluate', *options.films, '--model', network, '--frames', FRAMES, '--json'))['mean']
    mean['colorized']['flicker'], mean['truth']['flicker'] = (films[of]['flicker'] for of in ('colorized', 'truth'))
    return mean


def table(networks: list[dict], judged: list[dict], known: dict[str, dict], options: argparse.Namespace) -> str:
    engines = sorted({engine for network in networks for engine in network['milliseconds-by-engine']})
    rows = [['network', 'gain', 'colourfulness', 'named', 'flicker', 'sees', *(f'ms, {e}' for e in engines), 'MB', 'licence', 'made by']]
    rows.append(['---'] * len(rows[0]))
    gray, truth = judged[0]['gray'], judged[0]['truth']
    rest = ['–'] * (len(rows[0]) - 5)
    rows.append(['gray', '0', '0 %', f'{gray["objects"]:.1%}', '–', *rest])
    for network, mean in zip(networks, judged):
        ours = mean['colorized']
        times = (network['milliseconds-by-engine'].get(engine) for engine in engines)
        rows.append([f'`{network["name"]}`', f'{mean["gain"]:.3f}', f'{mean["colour_share"]:.0%}', f'{ours["objects"]:.1%}',
                     f'{ours["flicker"]:.3f}', f'{network["width"]}x{network["height"]}',
                     *(f'{ms:.1f}' if ms else '–' for ms in times), f'{network["bytes"] / 1e6:.1f}',
                     network.get('licence', ''), network.get('source', '')])
    for name, network in known.items():
        rows.append([f'`{name}`', *['–'] * 4, f'{network["width"]}x{network["height"]}', *['–'] * len(engines),
                     f'{network["bytes"] / 1e6:.1f}' if 'bytes' in network else '–', network.get('licence', ''),
                     f'[to be fetched]({network["page"]})' if 'page' in network else network.get('source', '')])
    rows.append(['the truth', '1', '100 %', '100 %', f'{truth["flicker"]:.3f}', *rest])
    return '\n'.join(f'| {" | ".join(row)} |' for row in rows) + (
        f'\n\n{judged[0]["frames"]} photographs and the first {FRAMES} frames of {len(options.films)} films, through the element.\n')


def shown(bgr: np.ndarray) -> np.ndarray:
    """The picture in a cell, whole."""
    width, height = CELL
    scale = min(width / bgr.shape[1], height / bgr.shape[0])
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:height, :width]
    top, left = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    return cv2.copyMakeBorder(small, top, height - small.shape[0] - top, left, width - small.shape[1] - left,
                              cv2.BORDER_CONSTANT, value=(255, 255, 255))


def titled(title: str, column: list[np.ndarray]) -> np.ndarray:
    head = np.full((24, CELL[0], 3), 255, np.uint8)
    cv2.putText(head, title, (4, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    return np.pad(np.vstack([head, *map(shown, column)]), ((0, 0), (0, 4), (0, 0)), constant_values=255)


def picture(networks: list[dict], photographs: list[pathlib.Path]) -> np.ndarray:
    truth = [cv2.imread(str(file)) for file in photographs]
    columns = [titled('gray', [cv2.cvtColor(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR) for bgr in truth])]
    with tempfile.TemporaryDirectory() as folder:
        for network in networks:
            out = pathlib.Path(folder) / network['name']
            colorize(*photographs, '--output-dir', out, '--model', network['name'], '--progress', 'none')
            columns.append(titled(network['name'], [cv2.imread(str(next(out.glob(f'{file.stem}.*')))) for file in photographs]))
    return np.hstack([*columns, titled('the truth', truth)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--photographs', type=pathlib.Path, required=True), parser.add_argument('--films', nargs='+', required=True)
    parser.add_argument('--pictures', type=pathlib.Path, nargs='+', required=True)
    parser.add_argument('--classifier', type=pathlib.Path, required=True)
    options = parser.parse_args()
    listed = json.loads(colorize('networks', '--json', '--time'))
    networks = [network for network in listed if network.get('milliseconds-by-engine')]
    here = {network['name'] for network in networks}
    known = {network['name']: network for network in listed if 'width' in network and network['name'] not in here}
    for network in networks:
        network['milliseconds-by-engine'] |= onnxruntime_milliseconds(network)
    made = table(networks, [judge(network['name'], options) for network in networks], known, options)
    readme = HERE / 'README.md'
    new, found = re.subn('(<!-- table.py -->\n)(.*?)(<!-- -->)', lambda m: m[1] + made + m[3], readme.read_text(), flags=re.DOTALL)
    if not found:
        raise SystemExit(f'{readme}: has no marks <!-- table.py --> and <!-- --> for the table')
    readme.write_text(new)
    cv2.imwrite(str(HERE.parent / 'docs' / 'networks.jpg'), picture(networks, options.pictures), [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == '__main__':
    main()
