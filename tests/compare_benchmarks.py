#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares two files that `meson test --benchmark` has left as meson-logs/benchmark-process.json.

    compare_benchmarks.py BEFORE AFTER

Prints the medians of both in milliseconds and the second as a multiple of the first: 0.50 is twice as fast. What was
not the same for both is named, since then it is not the change in the program alone that was measured.
"""
import json
import sys
from pathlib import Path


def read(path: str) -> dict:
    try:
        record = json.loads(Path(path).read_text())
        record['medians'] = {(of['format'], of['step']): of['median'] for of in record['medians']}
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f'{path}: no record of a benchmark: {error}')
    return record


def conditions(record: dict) -> dict[str, object]:
    """All but the medians, with the names of groups before those in them."""
    flat = {}
    for name, value in record.items():
        if isinstance(value, dict) and name != 'medians':
            flat |= {f'{name}: {inner}': of for inner, of in value.items()}
        elif name != 'medians':
            flat[name] = value
    return flat


def main(before_path: str, after_path: str) -> None:
    before, after = read(before_path), read(after_path)
    ours, theirs = conditions(before), conditions(after)
    for name in ours | theirs:
        if ours.get(name) != theirs.get(name):
            print(f'{name}: {ours.get(name)} before, {theirs.get(name)} after')
    print(f'{"":6}{"":24}{"before":>9}{"after":>9}{"ratio":>7}')
    for format_and_step, ms in before['medians'].items():
        other = after['medians'].get(format_and_step)
        ratio = f'{other / ms:7.2f}' if other is not None and ms > 0 else f'{"-":>7}'
        name, step = format_and_step
        print(f'{name:6}{step:24}{ms:9.2f}{"-" if other is None else format(other, ".2f"):>9}{ratio}')
    for name, step in after['medians'].keys() - before['medians'].keys():
        print(f'{name:6}{step:24} only after')


if __name__ == '__main__':
    if len(sys.argv) != 3:
        sys.exit('usage: compare_benchmarks.py BEFORE AFTER')
    main(*sys.argv[1:])
