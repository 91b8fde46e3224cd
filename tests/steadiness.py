#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How steady colour is: clips x stability x inference-interval, for a folder of colour films that are made gray.

    steadiness.py FOLDER [--cuts FILE.tsv] [--stability 0 0.65 1] [--interval 1 4] [--json FILE] [--plot FILE] ...

Each film is colorized by the element, decoded and measured at 320 pixels of width:

flicker  mean distance of a*b* from that of the last frame moved along the optical flow of luma (dense inverse search:
         Kroeger, Timofte, Dai and Van Gool, "Fast Optical Flow using Dense Inverse Search", ECCV 2016) as a share of
         the mean chroma, so that pale is not steady. Only where the flow there and back cancels to 0.5 px + 5 %
         (Sundaram, Brox and Keutzer, "Dense point trajectories by GPU-accelerated large displacement optical flow",
         ECCV 2010) and luma differs by less than 8 levels; never across a cut. A film's own colour flickers too (grain,
         light): the rows "truth".
dE00     mean CIEDE2000 to the film's own colour, on each fifth frame (Sharma, Wu and Dalal, "The CIEDE2000
         color-difference formula", Color Research and Application 30, 2005).
colour   colourfulness (Hasler and Suesstrunk, "Measuring colourfulness in natural images", SPIE 5007, 2003), likewise.
lag      how much of the last shot's colour is left in the first frame after a cut c: the a that fits
         ab(c) = a ab(c - 1) + (1 - a) ab(c + 4) best; 0 none, 1 all.
cuts     found/known, and how many more were found in error; summed up as precision and recall.
ms       processor time of the element a frame, on one thread. Without stability it does not look for motion.

The file of cuts has a line for each film: its name or the end of its path, a tab, the numbers of the first frames of
shots, from 0, parted by commas. Films that it does not name are taken to have none.
"""
from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

os.environ['OPENCV_FOR_THREADS_NUM'] = '1'  # so that the time of the streaming thread is the element's

import cv2  # noqa: E402
import numpy as np  # noqa: E402

from films import Gst, GstApp, launch  # noqa: E402, F401

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'models'))
from colour import ciede2000, colourfulness, rgb_to_lab  # noqa: E402

WIDTH, EACH, AFTER_CUT = 320, 5, 4


@dataclass
class Run:
    pictures: list[np.ndarray]  # RGB, 8 bits, WIDTH wide
    cuts: list[int]  # frames at which the element said so
    milliseconds: float  # of the element a frame, the middle one


@dataclass
class Row:
    clip: str
    stability: float | None  # None: the film's own colour
    interval: int | None
    frames: int
    flicker: float
    dE00: float
    colour: float
    lag: float | None
    known: int
    found: int
    wrong: int
    ms: float


def play(clip: Path, effect: str, most: int) -> Run:
    """Decodes a film through `effect` (a piece of pipeline; the element is named "colorize" if it is in it).

    Raises RuntimeError with GStreamer's words.
    """
    pipeline = Gst.parse_launch(
        f'filesrc name=file ! decodebin expose-all-streams=false caps=video/x-raw(ANY) ! videoconvert ! {effect} '
        '! videoconvert ! video/x-raw,format=RGB ! appsink name=sink sync=false emit-signals=true max-buffers=2')
    pipeline.get_by_name('file').set_property('location', str(clip))
    run, began, times = Run([], [], 0), [], []

    def entered(*_):
        began.append(time.thread_time())
        return Gst.PadProbeReturn.OK

    def left(*_):
        times.append(time.thread_time() - began[-1])
        return Gst.PadProbeReturn.OK

    def message(_, message):  # from within the element, while it has the frame
        if message.type == Gst.MessageType.ELEMENT and message.get_structure().get_name() == 'colorize-scene-cut':
            run.cuts.append(len(began) - 1)
        return Gst.BusSyncReply.PASS

    def new_sample(sink):
        sample = sink.pull_sample()
        if most and len(run.pictures) == most:
            sink.post_message(Gst.Message.new_eos(sink))
            return Gst.FlowReturn.EOS
        caps, buffer = sample.get_caps().get_structure(0), sample.get_buffer()
        width, height = caps.get_value('width'), caps.get_value('height')
        data = np.frombuffer(buffer.extract_dup(0, buffer.get_size()), np.uint8)
        rgb = data.reshape(height, -1)[:, :3 * width].reshape(height, width, 3)  # rows end on multiples of 4 bytes
        size = WIDTH, max(2, round(height * WIDTH / width / 2) * 2)
        run.pictures.append(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
        return Gst.FlowReturn.OK

    if element := pipeline.get_by_name('colorize'):
        element.get_static_pad('sink').add_probe(Gst.PadProbeType.BUFFER, entered)
        element.get_static_pad('src').add_probe(Gst.PadProbeType.BUFFER, left)
    pipeline.get_by_name('sink').connect('new-sample', new_sample)
    bus = pipeline.get_bus()
    bus.set_sync_handler(message)
    pipeline.set_state(Gst.State.PLAYING)
    end = bus.timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS | Gst.MessageType.ERROR)
    pipeline.set_state(Gst.State.NULL)
    if end.type == Gst.MessageType.ERROR:
        raise RuntimeError(f'{clip}: ' + ': '.join(map(str, end.parse_error())))
    run.cuts = [c for c in run.cuts if c < len(run.pictures)]
    run.milliseconds = 1000 * statistics.median(times) if times else 0
    return run


def look(clip: Path, effect: str, most: int) -> None:
    """The first of two passes through a film, `effect`, some frames further than what is shown."""
    part = f'identity eos-after={most + 8} ! ' if most else ''
    launch(f'filesrc location={shlex.quote(str(clip.resolve()))} ! decodebin expose-all-streams=false '
           f'caps="video/x-raw(ANY)" ! videoconvert ! {part}{effect} ! fakesink', clip.parent, timeout=3600)


def flow(last: np.ndarray, now: np.ndarray, search=cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
         ) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel of `now` (8 bits) was in `last`, height x width x 2; and whether that can be trusted."""
    height, width = now.shape
    here = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32)
    back = search.calc(now, last, None)
    origin = here + back
    forth = cv2.remap(search.calc(last, now, None), origin, None, cv2.INTER_LINEAR)
    moved = cv2.remap(last, origin, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cancels = np.linalg.norm(back + forth, axis=-1) < 0.5 + 0.05 * np.linalg.norm(back, axis=-1)
    inside = ((origin >= 0) & (origin <= (width - 1, height - 1))).all(-1)
    return origin, inside & cancels & (cv2.absdiff(moved, now) < 8)


class Film:
    """A film in its own colour, and the motion in it."""

    def __init__(self, clip: Path, cuts: list[int], most: int):
        self.clip, self.cuts = clip, cuts
        self.pictures = play(clip, 'identity', most).pictures
        luma = [cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY) for rgb in self.pictures]
        self.motion = [None if t == 0 or t in cuts else flow(luma[t - 1], luma[t]) for t in range(len(luma))]

    def measure(self, run: Run, stability: float | None, interval: int | None) -> Row:
        """Raises RuntimeError where the run has lost or won a frame."""
        if len(run.pictures) != len(self.pictures):
            raise RuntimeError(f'{self.clip}: {len(run.pictures)} frames instead of {len(self.pictures)}')
        flicker, chroma, distance, colour, last = [], [], [], [], None
        ab_at: dict[int, np.ndarray] = {}
        for t, rgb in enumerate(run.pictures):
            lab = to_lab(rgb)
            ab = np.ascontiguousarray(lab[..., 1:])
            chroma.append(np.hypot(ab[..., 0], ab[..., 1]).mean())
            if self.motion[t]:
                origin, trusted = self.motion[t]
                moved = cv2.remap(last, origin, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
                if trusted.mean() > 0.2:
                    flicker.append(np.linalg.norm(moved - ab, axis=-1)[trusted].mean())
            if t % EACH == 0:
                distance.append(ciede2000(to_lab(self.pictures[t]), lab).mean())
                colour.append(colourfulness(rgb / 255))
            if any(t - c in (-1, 0, AFTER_CUT) for c in self.cuts):
                ab_at[t] = ab
            last = ab
        lags = []
        for c in (c for c in self.cuts if {c - 1, c, c + AFTER_CUT} <= ab_at.keys()):
            new, old = ab_at[c] - ab_at[c + AFTER_CUT], ab_at[c - 1] - ab_at[c + AFTER_CUT]
            lags.append(float(np.clip((new * old).sum() / max((old * old).sum(), 1e-9), 0, 1)))
        looks = stability is not None and looks_for_cuts(stability, interval)
        known, found = {c for c in self.cuts if looks and c < len(self.pictures)}, set(run.cuts)
        return Row(self.clip.name, stability, interval, len(run.pictures),
                   float(np.mean(flicker) / max(np.mean(chroma), 1e-9)) if flicker else 0.0, float(np.mean(distance)),
                   float(np.mean(colour)), float(np.mean(lags)) if lags else None, len(known), len(known & found),
                   len(found - known), run.milliseconds)


def looks_for_cuts(stability: float, interval: int) -> bool:
    """Whether the element does so for itself, so that the rest shows what it costs."""
    return stability > 0 or interval > 1


def to_lab(rgb: np.ndarray) -> np.ndarray:
    return rgb_to_lab(rgb.astype(np.float32) / 255)


def read_cuts(path: Path | None) -> dict[str, list[int]]:
    cuts = {}
    for line in path.read_text().splitlines() if path else []:
        name, _, rest = line.partition('\t')
        numbers = rest.split('\t')[0].split(',')
        if all(n.strip().isdigit() or not n.strip() for n in numbers):  # else it is a heading
            cuts[name] = [int(n) for n in numbers if n.strip()]
    return cuts


def mean_of(rows: list[Row]) -> Row:
    lags = [row.lag for row in rows if row.lag is not None]
    return Row('mean', rows[0].stability, rows[0].interval, sum(r.frames for r in rows),
               *(float(np.mean([getattr(r, name) for r in rows])) for name in ('flicker', 'dE00', 'colour')),
               float(np.mean(lags)) if lags else None,
               *(sum(getattr(r, name) for r in rows) for name in ('known', 'found', 'wrong')),
               float(np.mean([r.ms for r in rows])))


def settings_of(row: Row) -> tuple:
    return row.stability, row.interval


def table(rows: list[Row]) -> str:
    lines = ['| clip | stability | interval | flicker | dE00 | colour | lag | cuts | ms |', '|---|' + '---:|' * 8]
    for r in rows:
        own = r.stability is None
        lines.append(f"| {r.clip} | {'truth' if own else f'{r.stability:g}'} | {'' if own else r.interval} "
                     f"| {r.flicker:.4f} | {r.dE00:.2f} | {r.colour:.1f} | {'' if r.lag is None else f'{r.lag:.2f}'} "
                     f"| {'' if own else f'{r.found}/{r.known}' + (f' + {r.wrong}' if r.wrong else '')} "
                     f"| {'' if own else f'{r.ms:.1f}'} |")
    return '\n'.join(lines)


def plot(rows: list[Row], path: Path) -> None:
    try:
        import matplotlib
    except ImportError:
        print('no plot: there is no matplotlib', file=sys.stderr)
        return
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(7, 4.5))
    for interval in sorted({r.interval for r in rows if r.interval}):
        for clip in dict.fromkeys(r.clip for r in rows):
            mine = sorted((r.stability, r.flicker) for r in rows if r.clip == clip and r.interval == interval)
            if clip == 'mean':
                axes.plot(*zip(*mine), 'k-' if interval == 1 else 'k--', linewidth=2, label=f'mean, interval {interval}')
            else:
                axes.plot(*zip(*mine), color='0.75', linewidth=0.7)
    for r in rows:
        if r.clip == 'mean' and r.stability is None:
            axes.axhline(r.flicker, color='tab:red', linestyle=':', label="the films' own colour")
    axes.set(xlabel='stability', ylabel='flicker (share of mean chroma)', ylim=(0, None))
    axes.legend()
    figure.savefig(path, dpi=120, bbox_inches='tight')


def write_sheet(film: Film, runs: list[Run], path: Path) -> None:
    """Twelve successive frames, around the first cut if there is one: the truth and below it each run."""
    first = max(0, min((film.cuts or [len(film.pictures) // 2])[0] - 3, len(film.pictures) - 12))
    strips = [np.hstack(pictures[first:first + 12]) for pictures in [film.pictures] + [run.pictures for run in runs]]
    cv2.imwrite(str(path), np.vstack(strips)[..., ::-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--cuts', type=Path)
    parser.add_argument('--stability', type=float, nargs='+', default=[0, 0.35, 0.65, 1])
    parser.add_argument('--interval', type=int, nargs='+', default=[1])
    parser.add_argument('--frames', type=int, default=0, help='at most so many of each film')
    parser.add_argument('--properties', default='', help='more for the element, e.g. "model=NAME saturation=1.2"')
    parser.add_argument('--two-passes', action='store_true')
    parser.add_argument('--json', type=Path)
    parser.add_argument('--plot', type=Path)
    parser.add_argument('--sheets', type=Path, help='a folder for contact sheets')
    options = parser.parse_args()

    folder = tempfile.TemporaryDirectory()
    clips = sorted(path for path in options.folder.iterdir() if path.is_file())
    known = read_cuts(options.cuts)
    rows: list[Row] = []
    for clip in clips:
        cuts = next((c for name, c in known.items() if name and str(clip.resolve()).endswith('/' + name)), [])
        film, runs = Film(clip, cuts, options.frames), []
        rows.append(film.measure(Run(film.pictures, [], 0), None, None))
        for interval in options.interval:
            for stability in options.stability:
                element = (f'colorize name=colorize stability={stability} inference-interval={interval} '
                           f'{options.properties} post-scene-cuts={looks_for_cuts(stability, interval)}')
                effect = f'videobalance saturation=0 ! {element}'
                if options.two_passes:
                    file = f'pass-file={folder.name}/film.pass'
                    look(clip, f'{effect} pass=first {file}', options.frames)
                    effect += f' pass=second {file}'
                runs.append(play(clip, effect, options.frames))
                rows.append(film.measure(runs[-1], stability, interval))
        if options.sheets:
            options.sheets.mkdir(parents=True, exist_ok=True)
            write_sheet(film, runs, options.sheets / (clip.name + '.png'))
        print(f'{clip.name} done', file=sys.stderr)
    if not rows:
        sys.exit(f'{options.folder}: there is no film in it')

    rows += [mean_of([r for r in rows if settings_of(r) == one]) for one in dict.fromkeys(map(settings_of, rows))]
    print(table(rows))
    found, wrong, all_known = (sum(getattr(r, name) for r in rows if r.clip != 'mean' and r.stability is not None)
                               for name in ('found', 'wrong', 'known'))
    if all_known:
        print(f'\ncuts: precision {found / max(found + wrong, 1):.3f}, recall {found / all_known:.3f}')
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + '\n')
    if options.plot:
        plot(rows, options.plot)


if __name__ == '__main__':
    main()
