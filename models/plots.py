# SPDX-License-Identifier: LGPL-2.1-or-later
"""log.csv of a training run -> plots.png: losses and what validation said, over the minutes of training.

    plots.py RUN
"""
import collections
import csv
import pathlib
import sys


def draw(log: pathlib.Path, out: pathlib.Path) -> None:
    """One panel for the losses, one for the figures of validation, one for rate and speed.  Nothing without matplotlib."""
    try:
        import matplotlib
    except ImportError:
        return
    matplotlib.use('Agg')
    from matplotlib import pyplot

    curves = collections.defaultdict(list)
    with open(log, newline='') as f:
        for row in csv.DictReader(f):
            curves[row['name']].append((float(row['minutes']), float(row['value'])))
    losses = [name for name in curves if name.startswith('loss')]
    progress = ['rate', 'crops a second']
    panels = {'loss': losses, 'validation': [n for n in curves if n not in losses + progress], 'rate': ['rate'],
              'crops a second': ['crops a second']}
    figure, axes = pyplot.subplots(2, 2, figsize=(12, 8), constrained_layout=True)
    for axis, (title, names) in zip(axes.flat, panels.items()):
        for name in names:
            if curves[name]:
                axis.plot(*zip(*sorted(curves[name])), label=name, marker='.' if title == 'validation' else None)
        axis.set(title=title, xlabel='minutes')
        axis.grid(alpha=0.3)
        if len(names) > 1:
            axis.legend(fontsize='small')
    figure.savefig(out, dpi=80)
    pyplot.close(figure)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    draw(pathlib.Path(sys.argv[1]) / 'log.csv', pathlib.Path(sys.argv[1]) / 'plots.png')
