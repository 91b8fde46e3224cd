# SPDX-License-Identifier: LGPL-2.1-or-later
"""Train the network.

    train.py RUN --cache CACHE --encoder mobilenet_v2_1.0_224_quant.tflite --minutes 600     from ImageNet weights
    train.py RUN --cache CACHE --start colorize.onnx --minutes 60 --rate 2e-4                from a shipped network
    train.py RUN [--option ...]                                                              go on where RUN stopped

RUN is a folder: checkpoint.pt (configuration, weights, optimizer), log.csv, plots and contact sheets.
"""
import argparse
import csv
import math
import pathlib
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, fields

import cv2
import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
import torch.nn.functional as F
from torch.utils.data import DataLoader, IterableDataset

import film
import hints
from network import STRIDE, Colorizer
from photographs import Photographs, crop


@dataclass
class Config:
    cache: str = ''  # made by photographs.py
    encoder: str = ''  # TFLite MobileNetV2 to start the encoder from
    start: str = ''  # a shipped .onnx to start from
    minutes: float = 60  # of the whole schedule: the rate falls to zero with the time that training has taken
    rate: float = 1e-3  # of the decoder
    encoder_rate: float = 0.25  # share of the rate for the encoder
    decay: float = 0.02  # of the weights
    warmup: float = 0.01  # share of the schedule
    batch: int = 32
    sizes: str = '128x128'  # of crops, height x width, drawn at random for each batch: 128x128,160x224
    smallest: float = 0.65  # side of the smallest crop in the picture
    balance: float = 0.75  # a source of n pictures is drawn in proportion to n^balance
    validation: float = 0.016  # share of the files held out
    hinted: float = 0.25  # share of the samples with hints
    average: float = 0.999  # decay of the moving average of the weights, which is what is shipped
    every: float = 5  # minutes between checkpoints
    processes: int = 2  # on a CPU: that share a batch, one thread each; 1 with CUDA
    seed: int = 1


class Samples(IterableDataset):
    """Endless batches of (input, ab): N x 4 x H x W and N x 2 x H/4 x W/4, float32."""

    def __init__(self, config: Config, *seed: int):
        self.config, self.seed = config, seed

    def __iter__(self):
        cv2.setNumThreads(0)
        config = self.config
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([config.seed, *self.seed, worker.id if worker else 0])
        photographs = Photographs.open(config.cache, False, config.validation, config.balance)
        sizes = [tuple(map(int, size.split('x'))) for size in config.sizes.split(',')]
        while True:
            height, width = sizes[rng.integers(len(sizes))]
            batch = [sample(crop(photographs.draw(rng), height, width, config.smallest, rng), config.hinted, rng)
                     for _ in range(config.batch // config.processes)]
            yield tuple(torch.from_numpy(np.ascontiguousarray(np.stack(part).transpose(0, 3, 1, 2)))
                        for part in zip(*batch))


def sample(rgb: np.ndarray, hinted: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """rgb: H x W x 3, float32, 0..1.  Returns the network's input (H x W x 4) and the true ab (H/4 x W/4 x 2)."""
    lightness, ab = film.damage(rgb, rng)
    given = hints.random_hints(ab, rng) if rng.random() < hinted else np.zeros((*lightness.shape, 3), np.float32)
    height, width = lightness.shape
    truth = cv2.resize(ab, (width // STRIDE, height // STRIDE), interpolation=cv2.INTER_AREA)
    return np.dstack([lightness, given]).astype(np.float32), truth


def rate_at(progress: float, warmup: float) -> float:
    """Share of the rate at a share of the schedule: a ramp, then half a cosine down to zero."""
    if progress < warmup:
        return progress / warmup
    return 0.5 * (1 + math.cos(math.pi * min(1, (progress - warmup) / (1 - warmup))))


def train(rank: int, run: pathlib.Path, config: Config, meeting: str) -> None:
    """One of config.processes equal processes.  Processes and not threads: they meet once a step and not in every
    operator, so a machine that has other things to do as well slows them down only by what it takes away."""
    torch.set_flush_denormal(True)  # activations that underflow make every CPU library 50 times slower
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    if config.processes > 1:
        torch.set_num_threads(1)
        dist.init_process_group('gloo', init_method=f'file://{meeting}', rank=rank, world_size=config.processes)
    torch.manual_seed(config.seed)
    checkpoint_file = run / 'checkpoint.pt'
    saved = torch.load(checkpoint_file) if checkpoint_file.exists() else None

    network = Colorizer()
    if saved:
        network.load_state_dict(saved['network'])
    elif config.encoder:
        network.encoder.load_imagenet(config.encoder)
    network = network.to(device, memory_format=torch.channels_last)
    parameters = list(network.parameters())
    average = Colorizer().to(device, memory_format=torch.channels_last).requires_grad_(False)
    average.load_state_dict(saved['average'] if saved else network.state_dict())
    encoder = list(network.encoder.parameters())
    decoder = [p for n, p in network.named_parameters() if not n.startswith('encoder.')]
    optimizer = torch.optim.AdamW([dict(params=encoder), dict(params=decoder)], weight_decay=config.decay)
    if saved:
        optimizer.load_state_dict(saved['optimizer'])
    step, elapsed = (saved['step'], saved['elapsed']) if saved else (0, 0.0)
    samples = iter(DataLoader(Samples(config, step, rank), batch_size=None, num_workers=8 if device == 'cuda' else 0))

    def save() -> None:
        torch.save(dict(config=asdict(config), network=network.state_dict(), average=average.state_dict(),
                        optimizer=optimizer.state_dict(), step=step, elapsed=elapsed), run / 'checkpoint.part')
        (run / 'checkpoint.part').rename(checkpoint_file)

    last, shown, recent = time.monotonic(), 0.0, []
    saved_at = last
    while elapsed < 60 * config.minutes:
        rate = config.rate * rate_at(elapsed / 60 / config.minutes, config.warmup)
        optimizer.param_groups[0]['lr'], optimizer.param_groups[1]['lr'] = rate * config.encoder_rate, rate
        input, truth = (t.to(device, memory_format=torch.channels_last) for t in next(samples))
        with torch.autocast(device, torch.bfloat16):
            ab = network(input)
        loss = F.smooth_l1_loss(ab.float(), truth, beta=2.0)
        optimizer.zero_grad()
        loss.backward()
        now = time.monotonic()
        elapsed, last = elapsed + now - last, now
        if config.processes > 1:
            elapsed = share(parameters, elapsed)
        torch.nn.utils.clip_grad_norm_(parameters, 10.0)
        optimizer.step()
        step += 1
        decay = min(config.average, (1 + step) / (10 + step))
        torch._foreach_lerp_(list(average.parameters()), parameters, 1 - decay)
        recent.append(loss.item())
        if rank == 0 and now - shown > 10:
            speed = config.batch * len(recent) / max(now - shown, 1e-9) if shown else 0
            print(f'{elapsed / 60:6.1f} of {config.minutes:.0f} minutes, step {step}, {speed:.0f} crops a second, '
                  f'loss {np.mean(recent):.3f}', flush=True)
            shown, recent = now, []
        if rank == 0 and now - saved_at > 60 * config.every:
            save()
            saved_at = now
    if rank == 0:
        save()


def share(parameters: list[torch.Tensor], elapsed: float) -> float:
    """Mean of the gradients, and of the time, over the processes."""
    gradients = [p.grad for p in parameters]
    flat = torch.cat([torch.tensor([elapsed])] + [g.flatten() for g in gradients])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    at = 1
    for gradient in gradients:
        gradient.copy_(flat[at:at + gradient.numel()].view_as(gradient))
        at += gradient.numel()
    return flat[0].item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', type=pathlib.Path)
    for field in fields(Config):
        parser.add_argument(f'--{field.name.replace("_", "-")}', type=field.type, default=None,
                            help=f'default: {field.default}')
    options = vars(parser.parse_args())
    run = options.pop('run')
    run.mkdir(parents=True, exist_ok=True)
    saved = torch.load(run / 'checkpoint.pt')['config'] if (run / 'checkpoint.pt').exists() else {}
    config = Config(**{**saved, **{k: v for k, v in options.items() if v is not None}})
    if torch.cuda.is_available():
        config.processes = 1
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(train, (run, config, f'{folder}/meeting'), nprocs=config.processes)


if __name__ == '__main__':
    main()
