# SPDX-License-Identifier: LGPL-2.1-or-later
"""A better network for one's own footage: start from a shipped network and learn from films and photographs in colour.

    finetune.py OUT.onnx FILM_OR_FOLDER... [--minutes 60]

Give it colour material of the same scenes, people, costumes, or at least of the same kind.  One frame in five is looked at,
and a tenth of the footage (in blocks of 50 frames) is held out to say what was gained.  Writes OUT.onnx and its sidecar, which the
element takes as model=OUT.onnx; OUT.onnx.run keeps the pictures and the checkpoint, and the same command goes on from it.
"""
import argparse
import pathlib
import sys

import torch

import photographs
from export import average_of, read_onnx, ship
from train import Config, configure, start
from validate import validate

HELD_OUT = 0.1


def figures(network: torch.nn.Module, config: Config) -> str:
    held_out = photographs.Photographs.open(config.cache, True, config.held_out)
    if not len(held_out):
        return 'too little footage to hold any out'
    with torch.inference_mode():
        found, _ = validate(lambda x: network(torch.from_numpy(x)).numpy(), held_out, config.size, config.validated)
    return ', '.join(f'{name} {value:.3f}' for name, value in found.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out', type=pathlib.Path)
    parser.add_argument('footage', type=pathlib.Path, nargs='+')
    parser.add_argument('--start', type=pathlib.Path, default=pathlib.Path(__file__).with_name('colorize.onnx'))
    parser.add_argument('--minutes', type=float, default=60)
    parser.add_argument('--steps', type=int, default=0, help='in place of minutes')
    parser.add_argument('--rate', type=float, default=3e-4)
    parser.add_argument('--sizes', default='128x128,128x192,160x224', help='of crops, height x width')
    options = parser.parse_args()
    missing = [str(p) for p in options.footage if not p.exists()]
    if missing:
        sys.exit(f'{", ".join(missing)}: no such file or folder')

    run = options.out.with_name(f'{options.out.name}.run')
    cache = run / 'cache'
    if not (cache / 'index.npy').exists():
        photographs.build(cache, options.footage, short=192)
    shipped = read_onnx(options.start).eval()
    if shipped.INPUTS == 1:
        sys.exit(f'{options.start}: a network of lightness alone, which learns from nothing; start from one that takes hints')
    config = configure(run, dict(cache=str(cache), start=str(options.start), minutes=options.minutes, steps=options.steps,
                                 rate=options.rate, sizes=options.sizes, held_out=HELD_OUT, warmup=0.05, size=shipped.SIZE))
    print(f'{options.start.name}, held-out footage: {figures(shipped, config)}')
    start(run, config)
    network = average_of(run)
    print(f'{options.out.name}, held-out footage: {figures(network.eval(), config)}')
    ship(network, options.out, size=config.size, name=options.out.stem,
         summary=f'{options.start.stem}, trained on with {", ".join(p.name for p in options.footage)}',
         licence='LGPL-2.1-or-later, and what the footage asks for', source='models/finetune.py of colorize')


if __name__ == '__main__':
    main()
