# SPDX-License-Identifier: LGPL-2.1-or-later
"""Train the network.

    train.py RUN --cache CACHE --encoder mobilenet_v2_1.0_224_quant.tflite --minutes 600     from ImageNet weights
    train.py RUN --cache CACHE --start colorize.onnx --minutes 60 --rate 2e-4                from a shipped network
    train.py RUN --cache CACHE --network colorize-fine --start colorize.onnx --fine-encoder efficientnet-lite0.pth ...
                                                                                             the larger network
    train.py RUN [--option ...]                                                              go on where RUN stopped

RUN is a folder: checkpoint.pt (configuration, weights, optimizer), log.csv, plots.png and contact sheets.  CACHE is made by
photographs.py.  Runs on CUDA where there is one, else on the CPU; in bfloat16 where that is fast.
"""
import argparse
import copy
import csv
import math
import pathlib
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, fields

import cv2
import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch.utils.data import DataLoader, IterableDataset

import film
import fine
import hints
import plots
import tflite
from colour import rgb_to_lab
from export import read_onnx
from fine import Attentive, Fine
from losses import Batch, Mix
from network import Colorizer, Network
from networks import NETWORKS
from photographs import Photographs, crop
from validate import kinds_for, validate, write_sheet


@dataclass
class Config:
    network: str = Colorizer.NAME  # one of networks.py
    cache: str = ''  # made by photographs.py
    encoder: str = ''  # TFLite MobileNetV2: where the encoder starts, and what the perceptual loss sees with
    start: str = ''  # a shipped .onnx to start from instead
    fine_encoder: str = ''  # EfficientNet-Lite0's .pth: where that of colorize-fine starts
    teachers: str = ''  # shipped .onnx, A.onnx,B.onnx, whose mean the loss `taught` wants
    loss: str = 'huber'  # a mix such as huber+0.1*adversarial: see losses.py
    minutes: float = 60  # of the whole schedule: the rate falls to zero with the time that training has taken
    steps: int = 0  # of the whole schedule, in place of minutes: slower machines train longer, and all alike
    rate: float = 1e-3  # of the decoder
    encoder_rate: float = 0.25  # share of the rate for the encoder
    decay: float = 0.02  # of the weights
    warmup: float = 0.01  # share of the schedule
    falling: float = 1.0  # share of the schedule, at its end, in which the rate falls: constant before, it can be cut anywhere
    batch: int = 32
    sizes: str = '128x128'  # of crops, height x width, multiples of 32, drawn at random for each batch: 128x128,160x224
    smallest: float = 0.65  # side of the smallest crop in the picture
    balance: float = 0.75  # a source of n pictures is drawn in proportion to n^balance
    damaged: float = 0.5  # share of the samples that look like film
    hinted: float = 0.25  # share of the samples with hints
    average: float = 0.999  # decay of the moving average of the weights, which is what is shipped
    held_out: float = 0.016  # share of the files that validate and never train
    every: float = 10  # minutes between validations; checkpoints are written four times as often
    validated: int = 100  # photographs
    size: int = Colorizer.SIZE  # their long side
    processes: int = 2  # on a CPU: that share a batch, one thread each; 1 with CUDA
    seed: int = 1


class Samples(IterableDataset):
    """Endless batches of (input, ab) as losses.Batch has them, float32."""

    def __init__(self, config: Config, *seed: int):
        self.config, self.seed = config, seed

    def __iter__(self):
        cv2.setNumThreads(0)
        config = self.config
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([config.seed, *self.seed, worker.id if worker else 0])
        photographs = Photographs.open(config.cache, False, config.held_out, config.balance)
        sizes = [tuple(map(int, size.split('x'))) for size in config.sizes.split(',')]
        while True:
            height, width = sizes[rng.integers(len(sizes))]
            batch = [sample(crop(photographs.draw(height, width, rng), height, width, config.smallest, rng), config, rng)
                     for _ in range(config.batch // config.processes)]
            yield tuple(torch.from_numpy(np.ascontiguousarray(np.stack(part).transpose(0, 3, 1, 2)))
                        for part in zip(*batch))


def sample(rgb: np.ndarray, config: Config, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """rgb: H x W x 3, float32, 0..1.  Returns the network's input (H x W x INPUTS) and the true ab at the size of its
    output."""
    kind = NETWORKS[config.network]
    if rng.random() < config.damaged:
        lightness, ab = film.damage(rgb, rng)
    else:
        lab = rgb_to_lab(rgb)
        lightness, ab = lab[..., 0], lab[..., 1:]
    hinted = kind.INPUTS > 1 and rng.random() < config.hinted
    given = hints.random_hints(ab, rng) if hinted else np.zeros((*lightness.shape, kind.INPUTS - 1), np.float32)
    height, width = lightness.shape
    truth = cv2.resize(ab, (width // kind.STRIDE, height // kind.STRIDE), interpolation=cv2.INTER_AREA)
    return np.dstack([lightness, given]).astype(np.float32), truth


def rate_at(progress: float, warmup: float, falling: float = 1.0) -> float:
    """Share of the rate at a share of the schedule: a ramp, then all of it, then half a cosine down to zero."""
    if progress < warmup:
        return progress / warmup
    falling = min(falling, 1 - warmup)
    return 0.5 * (1 + math.cos(math.pi * min(1, max(0, 1 - (1 - progress) / falling))))


def begin(config: Config) -> Network:
    """The network that a training starts from."""
    kind = NETWORKS[config.network]
    if kind.INPUTS == 1 and not config.start:
        return kind()
    network = read_onnx(config.start) if config.start else Colorizer()
    if kind.INPUTS == 1 or network.INPUTS == 1:
        raise ValueError(f'--start {config.start}: networks of lightness alone learn from nothing')
    network.doubt = 0.0  # is chosen anew when it is shipped
    if config.encoder and not config.start:
        network.encoder.load(tflite.convolutions(config.encoder))
    if kind is Attentive and type(network) is Colorizer:
        network = Attentive(network)
    if kind is Fine and not isinstance(network, Fine):
        network = Fine(network)
        if config.fine_encoder:
            network.encoder.load(fine.convolutions(config.fine_encoder))
    return network


def train(rank: int, run: pathlib.Path, config: Config, meeting: str) -> None:
    """One of config.processes equal processes.  Processes and not threads: they meet once a step and not in every
    operator, so a machine that has other things to do as well slows them down only by what it takes away."""
    torch.set_flush_denormal(True)  # activations that underflow make every CPU library 50 times slower
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    # Without AVX-512 oneDNN has no bfloat16 but a reference of it, which takes a hundred times as long as float32.
    short_floats = device == 'cuda' or torch.backends.cpu.get_cpu_capability() == 'AVX512'
    if config.processes > 1:
        torch.set_num_threads(1)
        dist.init_process_group('gloo', init_method=f'file://{meeting}', rank=rank, world_size=config.processes)
    torch.manual_seed(config.seed)
    checkpoint = run / 'checkpoint.pt'
    saved = torch.load(checkpoint, map_location=device) if checkpoint.exists() else {}

    network = begin(config)
    config.network = network.NAME  # what a shipped one that it starts from is
    loss_of = Mix(config.loss, config.encoder, network.FEATURES, config.teachers).to(device)
    if saved:
        network.load_state_dict(saved['network'])
        loss_of.load_state_dict(saved.get('loss', {}), strict=False)  # the mix may have changed
    network = network.to(device, memory_format=torch.channels_last).train()
    average = copy.deepcopy(network).eval().requires_grad_(False)
    average.load_state_dict(saved.get('average', network.state_dict()))
    learning = {n: p for n, p in network.named_parameters() if p.requires_grad}
    encoder = [p for n, p in learning.items() if n.startswith('encoder.')]
    decoder = [p for n, p in learning.items() if not n.startswith('encoder.')]
    # And what normalisation layers have measured, of which number and time are no mean.
    measured = {n: b for n, b in network.named_buffers() if n.endswith(('.running_mean', '.running_var'))}
    averaged = dict(average.state_dict(keep_vars=True))
    followed = learning | measured
    beside = [p for p in loss_of.parameters() if p.requires_grad]
    trained = encoder + decoder + beside
    optimizer = torch.optim.AdamW([dict(params=encoder), dict(params=decoder)], weight_decay=config.decay)
    if saved:
        optimizer.load_state_dict(saved['optimizer'])
    if beside:
        optimizer.add_param_group(dict(params=beside))
    step, elapsed = saved.get('step', 0), saved.get('elapsed', 0.0)
    samples = iter(DataLoader(Samples(config, step, rank), batch_size=None, num_workers=8 if device == 'cuda' else 0))
    log = Log(run, config) if rank == 0 else None

    def save() -> None:
        kept = optimizer.state_dict()
        kept = dict(state={i: s for i, s in kept['state'].items() if i < len(encoder + decoder)},
                    param_groups=kept['param_groups'][:2])
        torch.save(dict(config=asdict(config), network=network.state_dict(), average=average.state_dict(),
                        loss=loss_of.state_dict(), optimizer=kept, step=step, elapsed=elapsed), run / 'checkpoint.part')
        (run / 'checkpoint.part').rename(checkpoint)

    def look() -> None:
        held_out = Photographs.open(config.cache, True, config.held_out)
        if len(held_out):
            with torch.inference_mode():
                inputs = average.INPUTS
                figures, strips = validate(lambda x: average(torch.from_numpy(x[:, :inputs]).to(device)).cpu().numpy(), held_out,
                                           config.size, config.validated, kinds_for(inputs))
            log.figures(step, elapsed, figures)
            write_sheet(run / f'sheet_{step:07d}.png', strips)
        plots.draw(run / 'log.csv', run / 'plots.png')

    last = saved_at = looked_at = time.monotonic()
    while (done := step / config.steps if config.steps else elapsed / 60 / config.minutes) < 1:
        rate = config.rate * rate_at(done, config.warmup, config.falling)
        for group, factor in zip(optimizer.param_groups, (config.encoder_rate, 1, 1)):
            group['lr'] = rate * factor
        input, truth = (t.to(device, memory_format=torch.channels_last) for t in next(samples))
        with torch.autocast(device, torch.bfloat16, enabled=short_floats):
            features = network.features(input)
            ab = network.ab(features) * network.output_scale
            loss, terms = loss_of(Batch(network, input, truth, features, ab.float()))
        optimizer.zero_grad()
        loss.backward()
        now = time.monotonic()
        elapsed, last = elapsed + now - last, now
        if config.processes > 1:
            elapsed = share(trained, elapsed)
        # One gradient that is no number would make every weight none.
        if torch.isfinite(torch.nn.utils.clip_grad_norm_(trained, 10.0)):
            optimizer.step()
        else:
            print(f'step {step}: no finite gradient ({terms}), left out')
        step += 1
        momentum = min(config.average, (1 + step) / (10 + step))
        torch._foreach_lerp_([averaged[name] for name in followed], list(followed.values()), 1 - momentum)
        if rank:
            continue
        log.step(step, elapsed, done, rate, loss.item(), terms)
        if now - saved_at > 15 * config.every:
            save()
            saved_at = now
        if now - looked_at > 60 * config.every:
            check_awake(learning, step)
            look()
            looked_at = now
    if rank == 0:
        save()
        look()


def check_awake(learning: dict[str, torch.nn.Parameter], step: int) -> None:
    """Throws where hardly anything learns any more.  When all ReLUs of a layer have died, every layer before it gets no
    gradient, for ever; the loss still moves, as what comes after does learn."""
    asleep = [name for name, weights in learning.items() if weights.grad is None or not weights.grad.any()]
    if 2 * len(asleep) > len(learning):
        raise ValueError(f'step {step}: {len(asleep)} of {len(learning)} tensors learn nothing any more, {asleep[-1]} among '
                         'them: a layer has died; begin again with a lower --rate')


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


class Log:
    """log.csv and a progress bar."""

    EVERY = 20  # seconds

    def __init__(self, run: pathlib.Path, config: Config):
        self.config, self.since, self.losses, self.terms = config, time.monotonic(), [], []
        new = not (run / 'log.csv').exists()
        self.file = open(run / 'log.csv', 'a', newline='', buffering=1)
        self.csv = csv.writer(self.file)
        if new:
            self.csv.writerow(('step', 'minutes', 'name', 'value'))

    def row(self, step: int, elapsed: float, values: dict[str, float]) -> None:
        for name, value in values.items():
            self.csv.writerow((step, f'{elapsed / 60:.2f}', name, f'{value:.5g}'))

    def step(self, step: int, elapsed: float, done: float, rate: float, loss: float, terms: dict[str, float]) -> None:
        self.losses.append(loss)
        self.terms.append(terms)
        seconds = time.monotonic() - self.since
        if seconds < self.EVERY:
            return
        speed = self.config.batch * len(self.losses) / seconds
        means = {f'loss: {n}': float(np.mean([t[n] for t in self.terms])) for n in terms}
        self.row(step, elapsed, {'loss': float(np.mean(self.losses)), **means, 'rate': rate, 'crops a second': speed})
        end = '' if sys.stdout.isatty() else '\n'
        print(f'\r[{"#" * round(30 * done):.<30}] {done:.0%}, {elapsed / 60:.0f} minutes, step {step}, '
              f'{speed:.0f} crops a second, loss {np.mean(self.losses):.3f} ', end=end, flush=True)
        self.since, self.losses, self.terms = time.monotonic(), [], []

    def figures(self, step: int, elapsed: float, figures: dict[str, float]) -> None:
        self.row(step, elapsed, figures)
        print(f'\nstep {step}: ' + ', '.join(f'{name} {value:.3f}' for name, value in figures.items()), flush=True)
        self.since, self.losses, self.terms = time.monotonic(), [], []


def configure(run: pathlib.Path, given: dict) -> Config:
    """The defaults, over them what RUN was started with, over that what is given now."""
    checkpoint = run / 'checkpoint.pt'
    known = {field.name for field in fields(Config)}
    saved = torch.load(checkpoint, map_location='cpu')['config'] if checkpoint.exists() else {}
    config = Config(**{**{k: v for k, v in saved.items() if k in known}, **given})
    if torch.cuda.is_available():
        config.processes = 1
    if config.batch % config.processes:
        sys.exit(f'batch {config.batch} does not divide among {config.processes} processes')
    if not config.cache:
        sys.exit('no cache: make one with photographs.py and give it with --cache')
    return config


def start(run: pathlib.Path, config: Config) -> None:
    run.mkdir(parents=True, exist_ok=True)
    # The processes are daemons, so that they end with this one; a plain SIGTERM would leave them behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(f'{run}: stopped; the same command goes on from the checkpoint'))
    with tempfile.TemporaryDirectory() as folder:
        mp.spawn(train, (run, config, f'{folder}/meeting'), nprocs=config.processes, daemon=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('run', type=pathlib.Path)
    for field in fields(Config):
        parser.add_argument(f'--{field.name.replace("_", "-")}', type=field.type, help=f'default: {field.default}')
    options = vars(parser.parse_args())
    run = options.pop('run')
    start(run, configure(run, {name: value for name, value in options.items() if value is not None}))


if __name__ == '__main__':
    main()
