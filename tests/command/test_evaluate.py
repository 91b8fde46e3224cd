#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`gst-colorize evaluate` on films and photographs made for it: its figures against numpy's, its reports, its errors."""
import base64
import html.parser
import json
import math
import os
import re
import shlex
import signal
import subprocess
import unittest
from pathlib import Path

from command import COMMAND, ROOT, Case, is_built_with, lying, needs_library, tiff
import cv2
import numpy as np
from colour import ciede2000, colourfulness, rgb_to_lab
from films import OF_PIPELINES, Gst, collect, launch, need, run_to_end
from steadiness import flow

WIDTH, HEIGHT, FRAMES, CUT = 160, 112, 16, 8
LOSSLESS = 'avenc_ffv1 ! matroskamux'
MODEL = ROOT / 'tests' / 'models' / 'ab-linear.onnx'


def scene(seed: int, shift: int) -> np.ndarray:
    """A picture of coloured blobs, RGB."""
    blobs = np.random.default_rng(seed).integers(0, 256, (14, 40, 3), dtype=np.uint8)
    wide = cv2.resize(blobs, (2 * WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.clip(wide[:, shift:shift + WIDTH] * (0.4 if seed % 2 else 1.0), 0, 255).astype(np.uint8)


def make_film(folder: Path, name: str, pictures: list[np.ndarray], encoder: str = LOSSLESS, form: str = 'I420') -> None:
    need(*encoder.split(' ! '), 'pngdec')
    for t, rgb in enumerate(pictures):
        cv2.imwrite(str(folder / f'{t:04}.png'), rgb[..., ::-1])
    launch(f'multifilesrc location=%04d.png stop-index={len(pictures) - 1} caps=image/png,framerate=25/1 ! pngdec '
           f'! videoconvert ! video/x-raw,format={form} ! {encoder} ! filesink location={shlex.quote(name)}', folder)


def frames_of(path: Path, effect: str) -> list[dict]:
    """Frames after `effect`: planes y, u, v of I420, and rgb."""
    found = []
    for form in 'I420', 'RGBx':
        pipeline = Gst.parse_launch(
            f'filesrc name=file ! decodebin ! videoconvert ! video/x-raw,format=I420 ! {effect} ! videoconvert '
            f'! video/x-raw,format={form} ! appsink name=sink')
        pipeline.get_by_name('file').set_property('location', str(path))
        samples = []
        collect(pipeline.get_by_name('sink'), samples)
        run_to_end(pipeline)
        found.append([np.frombuffer(s.get_buffer().extract_dup(0, s.get_buffer().get_size()), np.uint8)
                      for s in samples])
    size, half = WIDTH * HEIGHT, WIDTH * HEIGHT // 4
    return [{'u': yuv[size:size + half].reshape(HEIGHT // 2, -1), 'v': yuv[size + half:].reshape(HEIGHT // 2, -1),
             'rgb': rgbx.reshape(HEIGHT, WIDTH, 4)[..., :3]} for yuv, rgbx in zip(*found)]


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Wang et al. 2004, straight from the paper."""
    steps = np.exp(-np.arange(-5, 6) ** 2 / (2 * 1.5 ** 2))
    window = np.outer(steps, steps) / steps.sum() ** 2
    def mean(plane):
        return cv2.filter2D(plane, cv2.CV_64F, window)
    x, y = one.astype(float), other.astype(float)
    mx, my = mean(x), mean(y)
    vx, vy, cov = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    return float(((2 * mx * my + c1) * (2 * cov + c2) / ((mx ** 2 + my ** 2 + c1) * (vx + vy + c2))).mean())


def psnr(errors: list[float]) -> float:
    return 10 * math.log10(255 ** 2 / np.mean(errors)) if np.any(errors) else math.inf


def divergence(one: np.ndarray, other: np.ndarray) -> float:
    p, q = (np.stack([np.bincount(rgb[..., c].ravel(), minlength=256) / rgb[..., c].size for c in range(3)])
            for rgb in (one, other))
    middle = (p + q) / 2
    with np.errstate(divide='ignore', invalid='ignore'):
        return sum(float(np.where(x > 0, x * np.log(x / middle), 0).sum()) for x in (p, q)) / 2 / 3


def measure(truth: list[dict], result: list[dict], cut: int) -> dict[str, float]:
    """What the command should say of `result`; its own column where that is the truth."""
    labs = [rgb_to_lab(f['rgb'].astype(np.float32) / 255) for f in result]
    of_truth = [rgb_to_lab(f['rgb'].astype(np.float32) / 255) for f in truth]
    luma = [cv2.cvtColor(f['rgb'], cv2.COLOR_RGB2GRAY) for f in truth]
    pairs = list(zip(truth, result))
    chroma = np.mean([np.hypot(lab[..., 1], lab[..., 2]).mean() for lab in labs])
    change = []
    for t in (t for t in range(1, len(truth)) if t != cut):
        origin, trusted = flow(luma[t - 1], luma[t])
        moved = cv2.remap(labs[t - 1], origin, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        change.append(np.linalg.norm((moved - labs[t])[..., 1:], axis=-1)[trusted].mean())
    of_distance = [[divergence(result[t - d]['rgb'], result[t]['rgb']) for t in range(d, len(truth))
                    if not t - d < cut <= t] for d in (1, 2, 4)]
    return {
        'u_error': np.mean([np.abs(a['u'].astype(float) - b['u']).mean() for a, b in pairs]),
        'v_error': np.mean([np.abs(a['v'].astype(float) - b['v']).mean() for a, b in pairs]),
        'u_ssim': np.mean([ssim(a['u'], b['u']) for a, b in pairs]),
        'v_ssim': np.mean([ssim(a['v'], b['v']) for a, b in pairs]),
        'uv_psnr': psnr([np.square(a[c].astype(float) - b[c]).mean() for a, b in pairs for c in 'uv']),
        'rgb_psnr': psnr([np.square(a['rgb'].astype(float) - b['rgb']).mean() for a, b in pairs]),
        'ciede2000': np.mean([ciede2000(a, b).mean() for a, b in zip(of_truth, labs)]),
        'colourfulness': np.mean([colourfulness(f['rgb'] / 255) for f in result]),
        'flicker': np.mean(change) / max(chroma, 1e-9),
        'cdc': np.mean([np.mean(one) for one in of_distance])}


class Page(html.parser.HTMLParser):
    """What a page shows, and whether its tags close."""

    def __init__(self, text: str):
        super().__init__()
        self.text, self.images, self.open, self.circles, self.links = '', [], [], 0, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == 'img':
            self.images.append(dict(attributes)['src'])
        self.links += [value for name, value in attributes if name in ('src', 'href')]
        self.circles += tag == 'circle'
        if tag not in ('img', 'meta'):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open)
        self.open.pop()

    def handle_data(self, data):
        if 'style' not in self.open:
            self.text += data


class EvaluateCase(Case):
    def run_evaluate(self, *arguments):
        return self.run_command('evaluate', *arguments, status=None)


class Evaluate(EvaluateCase):
    def evaluate(self, *arguments) -> dict:
        done = self.run_evaluate(*arguments, '--json')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        return json.loads(done.stdout)

    def two_shots(self, name: str = 'film.mkv') -> Path:
        make_film(self.folder, name, [scene(2 if t < CUT else 3, 2 * t) for t in range(FRAMES)])
        return self.folder / name

    def test_figures_are_numpys(self):
        film = self.two_shots()
        settings = ['--model', MODEL, '--inference-size', 128, '--stability', 0]
        said = self.evaluate(film, *settings)
        self.assertEqual(said['settings'], {'model': str(MODEL), 'inference-size': '128', 'stability': '0'})
        file, = said['files']
        self.assertEqual((file['file'], file['frames'], file['width'], file['height']),
                         (str(film), FRAMES, WIDTH, HEIGHT))
        truth, gray = frames_of(film, 'identity'), frames_of(film, 'videobalance saturation=0')
        colorized = frames_of(film, f'videobalance saturation=0 ! colorize model="{MODEL}" inference-size=128 stability=0')
        budget = {'u_error': 1e-6, 'v_error': 1e-6, 'u_ssim': 1e-4, 'v_ssim': 1e-4, 'uv_psnr': 1e-4, 'rgb_psnr': 1e-4,
                  'ciede2000': 1e-3, 'colourfulness': 1e-3, 'flicker': 2e-3, 'cdc': 1e-6}
        for side, frames in ('colorized', colorized), ('gray', gray), ('truth', truth):
            for name, value in measure(truth, frames, CUT).items():
                nothing = side == 'truth' and name not in ('colourfulness', 'flicker', 'cdc')
                with self.subTest(side=side, measure=name):
                    if nothing or side == 'gray' and name == 'flicker':  # what has no colour cannot flicker
                        self.assertIsNone(file[side][name])
                        continue
                    self.assertAlmostEqual(file[side][name], value, delta=budget[name])
        self.assertAlmostEqual(file['gain'], 1 - file['colorized']['ciede2000'] / file['gray']['ciede2000'])
        self.assertAlmostEqual(file['colour_share'],
                               file['colorized']['colourfulness'] / file['truth']['colourfulness'])
        for name in 'frame_ms', 'median_frame_ms', 'fps':
            self.assertGreater(file[name], 0)
        self.assertIsNone(file['colorized']['objects'])

    def test_what_stays_gray_gains_nothing(self):
        make_film(self.folder, 'film.mkv', [scene(2, 0)] * 3)
        file, = self.evaluate('film.mkv', '--strength', 0)['files']
        self.assertEqual(file['colorized'], file['gray'])
        self.assertEqual((file['gain'], file['nearer']), (0, 0))

    def test_photographs_and_the_mean(self):
        for i in range(3):
            cv2.imwrite(str(self.folder / f'photo {i}.{("jpg", "png")[i % 2]}'), scene(2 * i, 0)[:107, :131, ::-1])
        names = 'photo 0.jpg', 'photo 1.png', 'photo 2.jpg'
        said = self.evaluate(*names)
        self.assertEqual([f['file'] for f in said['files']], list(names))
        for file in said['files']:
            self.assertEqual((file['frames'], file['width'], file['height']), (1, 131, 107))
            self.assertIsNone(file['colorized']['flicker'])
            self.assertIn(file['nearer'], (0, 1))
        for side, name in ('colorized', 'ciede2000'), ('gray', 'rgb_psnr'), ('truth', 'colourfulness'):
            self.assertAlmostEqual(said['mean'][side][name], np.mean([f[side][name] for f in said['files']]))
        self.assertEqual(said['mean']['frames'], 3)
        table = self.run_evaluate(*names).stdout
        for name in *names, 'mean', 'CIEDE2000', 'colourfulness':
            self.assertRegex(table, f'(?m)^{re.escape(name)} ')
        lines = table.splitlines()
        self.assertEqual(len({len(line) for line in lines[:5]}), 1, table)  # columns stand below each other

    def test_points_of_the_truth_bring_it_nearer(self):
        patches = np.random.default_rng(1).integers(0, 256, (2, 3, 3), dtype=np.uint8)
        picture = cv2.resize(patches, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST)
        cv2.imwrite(str(self.folder / 'photo.png'), picture[..., ::-1])
        make_film(self.folder, 'film.mkv', [picture] * 3)
        names = 'photo.png', 'film.mkv'
        alone, none, some = (self.evaluate(*names, *points) for points in ([], ['--points', 0], ['--points', 40]))
        self.assertEqual([said['points'] for said in (alone, none, some)], [0, 0, 40])
        for one, other in zip(alone['files'], none['files']):
            for side in 'colorized', 'gray':
                self.assertEqual(one[side], other[side])
        for before, after in zip(none['files'], some['files']):
            with self.subTest(after['file']):
                self.assertGreater(after['gain'], before['gain'] + 0.5)
                self.assertEqual(after['gray'], before['gray'])
        done = self.run_evaluate(names[0], '--points', 1, '--html', 'report.html')
        self.assertIn('1 point of the true colour', done.stdout)
        self.assertIn('the true colour of 1 point', Page((self.folder / 'report.html').read_text()).text)
        self.assertIn('takes no hints', self.run_evaluate(names[0], '--model', MODEL, '--points', 1).stderr)

    def test_warmth_and_tint_take_a_constant_cast_away(self):
        lightness = np.linspace(40, 70, WIDTH, dtype=np.float32) * np.ones((HEIGHT, 1), np.float32)
        lab = np.dstack([lightness, np.full_like(lightness, 30), np.full_like(lightness, 10)])
        cv2.imwrite(str(self.folder / 'photo.png'), np.rint(255 * cv2.cvtColor(lab, cv2.COLOR_Lab2BGR)))
        make_film(self.folder, 'film.mkv', [scene(2, t) for t in range(3)])
        said = self.evaluate('photo.png', 'film.mkv', '--model', ROOT / 'tests' / 'models' / 'ab-constant.onnx')
        photograph, film = said['files']
        self.assertLess(photograph['gain'], 0.5)
        self.assertGreater(photograph['gain_with_warmth_and_tint'], 0.95)
        self.assertIsNone(film['gain_with_warmth_and_tint'])
        self.assertEqual(said['mean']['gain_with_warmth_and_tint'], photograph['gain_with_warmth_and_tint'])
        self.assertIn('best warmth and tint', self.run_evaluate('photo.png').stdout)

    def test_only_so_many_frames(self):
        make_film(self.folder, 'film.mp4', [scene(2, t) for t in range(FRAMES)], 'x264enc ! h264parse ! mp4mux')
        file, = self.evaluate('film.mp4', '--frames', 5)['files']
        self.assertEqual(file['frames'], 5)
        file, = self.evaluate('film.mp4', '--frames', 500)['files']
        self.assertEqual(file['frames'], FRAMES)

    def test_pictures_stand_upright(self):
        need('jifmux')
        make_film(self.folder, 'photo.jpg', [scene(2, 0)], 'jpegenc ! taginject tags="image-orientation=rotate-90" ! jifmux')
        file, = self.evaluate('photo.jpg')['files']
        self.assertEqual((file['width'], file['height']), (HEIGHT, WIDTH))

    @needs_library
    def test_pictures_stand_upright_however_they_lie(self):
        for orientation in range(1, 9):
            (self.folder / f'{orientation}.tif').write_bytes(tiff(lying(scene(2, 0), orientation), '<',
                                                                  orientation=orientation))
        first, *others = self.evaluate(*(f'{orientation}.tif' for orientation in range(1, 9)))['files']
        self.assertEqual((first['width'], first['height']), (WIDTH, HEIGHT))
        for other in others:
            with self.subTest(other['file']):
                for figure in 'width', 'height', 'colorized', 'gray', 'truth':
                    self.assertEqual(other[figure], first[figure])

    @needs_library
    def test_deep_pictures_are_measured_like_shallow_ones(self):
        picture = np.dstack([scene(2, 0)[..., ::-1], np.full((HEIGHT, WIDTH), 255, np.uint8)])
        for name, deep, channels in ('8.png', 1, 3), ('16.png', 257, 3), ('16.tif', 257, 3), ('alpha.png', 257, 4):
            cv2.imwrite(str(self.folder / name), picture[..., :channels] * np.array(deep, f'u{1 + (deep > 1)}'))
        self.run_command('--strength', 0, 'alpha.png', '-o', 'alpha.tif')
        shallow, *others = self.evaluate('8.png', '16.png', '16.tif', 'alpha.png', 'alpha.tif')['files']
        for other in others:
            self.assertEqual(other['truth'], shallow['truth'])
            self.assertEqual(other['colorized'], shallow['colorized'])

    def test_a_name_that_is_no_utf8_is_still_json(self):
        cv2.imwrite(str(self.folder / 'photo.png'), scene(4, 0)[..., ::-1])
        os.rename(self.folder / 'photo.png', os.fsencode(self.folder) + b'/K\xf6ln.png')
        file, = self.evaluate(os.fsdecode(b'K\xf6ln.png'))['files']
        self.assertEqual(file['file'], 'K\ufffdln.png')

    def test_page(self):
        name = 'a <b>film & "more" für alle.mkv'
        self.two_shots(name)
        cv2.imwrite(str(self.folder / 'photo.png'), scene(4, 0)[..., ::-1])
        done = self.run_evaluate(name, 'photo.png', '--html', 'report.html', '--stability', 0.5)
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        text = (self.folder / 'report.html').read_text()
        page = Page(text)
        self.assertEqual(page.open, [])
        self.assertIn(name, page.text)
        self.assertIn('stability=0.5', page.text)
        self.assertEqual(page.circles, 2)
        self.assertEqual(text.count('<svg'), 1 + 2)  # of the files, and of the one that is a film
        self.assertNotRegex(text, r'\bnan\b|\binf\b')
        self.assertTrue(page.links and all(link.startswith('data:image/jpeg;base64,') for link in page.links))
        self.assertEqual(len(page.images) % 3, 0)
        for gray, colorized, truth in zip(*[iter(page.images)] * 3):
            pictures = [cv2.imdecode(np.frombuffer(base64.b64decode(p.split(',')[1]), np.uint8), cv2.IMREAD_COLOR)
                        for p in (gray, colorized, truth)]
            colours = [colourfulness(picture[..., ::-1] / 255) for picture in pictures]
            self.assertEqual([p.shape for p in pictures], [(HEIGHT, WIDTH, 3)] * 3)
            self.assertLess(colours[0], 1)
            self.assertGreater(colours[2], 20)

    def test_material_without_colour_is_refused_and_the_rest_measured(self):
        gray = cv2.cvtColor(cv2.cvtColor(scene(2, 0), cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        make_film(self.folder, 'gray.mkv', [gray] * 3)
        cv2.imwrite(str(self.folder / 'photo.png'), scene(4, 0)[..., ::-1])
        done = self.run_evaluate('gray.mkv', 'photo.png', '--json', '--html', 'report.html')
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r'gray\.mkv: has no colour')
        self.assertEqual([f['file'] for f in json.loads(done.stdout)['files']], ['photo.png'])
        page = Page((self.folder / 'report.html').read_text())
        self.assertEqual(len(page.images), 3)
        self.assertNotIn('gray.mkv', page.text)

    def test_files_that_cannot_be_measured_are_named(self):
        (self.folder / 'text.mp4').write_text('This is no film. ' * 100)
        (self.folder / 'empty.mp4').touch()
        (self.folder / 'folder').mkdir()
        launch('audiotestsrc num-buffers=20 ! wavenc ! filesink location=sound.wav', self.folder)
        names = 'text.mp4', 'empty.mp4', 'folder', 'sound.wav', 'missing.mp4'
        done = self.run_evaluate(*names, '--html', 'report.html')
        self.assertEqual(done.returncode, 1)
        for name in names:
            self.assertRegex(done.stderr, f'(?m)^gst-colorize: {re.escape(name)}: .{{8,}}')
        self.assertEqual(len(done.stderr.splitlines()), len(names), done.stderr)
        self.assertEqual(done.stdout, '')
        self.assertFalse((self.folder / 'report.html').exists())

    def test_a_page_that_cannot_be_written_is_an_error_after_the_figures(self):
        cv2.imwrite(str(self.folder / 'photo.png'), scene(4, 0)[..., ::-1])
        done = self.run_evaluate('photo.png', '--html', 'missing/report.html')
        self.assertEqual(done.returncode, 1)
        self.assertIn('missing/report.html', done.stderr)
        self.assertIn('CIEDE2000', done.stdout)

    def test_wrong_usage(self):
        cv2.imwrite(str(self.folder / 'photo.png'), scene(4, 0)[..., ::-1])
        (self.folder / 'bad.onnx').write_text('no network')
        for arguments, words in (([], 'no file'), (['photo.png', '--frames', 0], '--frames'),
                                 (['photo.png', '--points', -1], '--points'),
                                 (['photo.png', '--saturation', 3], '0 to 2'), (['photo.png', '--nonsense'], 'nonsense'),
                                 (['photo.png', '--model', 'missing'], 'missing'),
                                 (['photo.png', '--detector', 'bad.onnx'], 'bad.onnx'),
                                 (['photo.png', '--detector', 'missing.onnx'], 'missing.onnx')):
            with self.subTest(arguments=arguments):
                done = self.run_evaluate(*arguments)
                self.assertEqual((done.returncode, done.stdout), (2, ''), done.stderr)
                self.assertIn(words, done.stderr)
        self.assertIn("'gst-colorize evaluate --help'", self.run_evaluate().stderr)

    def test_help_has_every_property_measure_and_paper(self):
        done = self.run_evaluate('--help')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        element = Gst.ElementFactory.make('colorize')
        own = [p.name for p in element.list_properties()
               if p.owner_type == type(element).__gtype__ and p.name not in OF_PIPELINES]
        self.assertGreater(len(own), 5)
        if not is_built_with(b'libonnxruntime'):
            own.remove('engine')  # one library is no choice
        for word in *own, 'CIEDE2000', 'Hasler', 'Sharma', 'Iizuka', 'Zhang', 'Lei and Chen', 'Lai', 'Liu':
            self.assertIn(word, done.stdout)

    def test_an_interruption_gives_the_figures_so_far(self):
        need('jpegenc', 'avimux')
        launch('videotestsrc pattern=smpte num-buffers=3000 ! video/x-raw,width=320,height=240 ! jpegenc ! avimux '
               '! filesink location=long.avi', self.folder)
        ours, theirs = os.openpty()  # the count of frames is for a terminal
        with subprocess.Popen([COMMAND, 'evaluate', 'long.avi', '--json'], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=theirs, text=True) as process:
            os.close(theirs)
            shown = b''
            while not re.search(rb'long\.avi: [1-9]\d* frames', shown):
                shown += os.read(ours, 1000)
            process.send_signal(signal.SIGINT)
            said = json.loads(process.communicate(timeout=120)[0])
        os.close(ours)
        self.assertEqual(process.returncode, 130)
        self.assertFalse(said['whole'])
        self.assertGreater(said['files'][0]['frames'], 0)
        self.assertLess(said['files'][0]['frames'], 3000)
        self.assertGreater(said['files'][0]['gray']['ciede2000'], 5)


CELLS, CELL = 4, 8  # the network sees 32 x 32 pixels and judges 4 x 4 cells


def make_detector(path: Path, layout: str) -> None:
    """A network that takes cells that are red for objects of kind 0, and bright ones for objects of kind 1."""
    import onnx
    from onnx import helper, numpy_helper
    red, bright = np.array([3, -1.5, -1.5]), np.array([1, 1, 1]) / 3 * 4
    kernels = np.zeros((2, 3, CELL, CELL), np.float32)
    kernels[0] = red[:, None, None] / CELL ** 2
    kernels[1] = bright[:, None, None] / CELL ** 2
    nodes = [helper.make_node('Conv', ['images', 'kernels', 'bias'], ['conv'], kernel_shape=[CELL] * 2,
                              strides=[CELL] * 2), helper.make_node('Relu', ['conv'], ['kinds'])]
    constants = {'kernels': kernels, 'bias': np.float32([0, 5 if layout == 'classes' else -3.2])}
    if layout == 'classes':
        nodes += [helper.make_node('GlobalAveragePool', ['kinds'], ['pooled']),
                  helper.make_node('Flatten', ['pooled'], ['out'])]
        shape = [1, 2]
    else:
        y, x = np.mgrid[:CELLS, :CELLS] * CELL + CELL / 2
        places = [x, y, np.full_like(x, CELL), np.full_like(x, CELL)] + [np.ones_like(x)] * (layout == 'rows')
        constants |= {'places': np.float32([places]), 'shape': np.int64([1, len(places) + 2, CELLS ** 2])}
        nodes += [helper.make_node('Concat', ['places', 'kinds'], ['all'], axis=1),
                  helper.make_node('Reshape', ['all', 'shape'], ['columns' if layout == 'rows' else 'out'])]
        shape = [1, len(places) + 2, CELLS ** 2]
        if layout == 'rows':
            nodes.append(helper.make_node('Transpose', ['columns'], ['out'], perm=[0, 2, 1]))
            shape = [1, CELLS ** 2, len(places) + 2]
    graph = helper.make_graph(
        nodes, 'detector', [helper.make_tensor_value_info('images', onnx.TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info('out', onnx.TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 11)])
    model.ir_version = 7
    onnx.save(model, path)


class Objects(EvaluateCase):
    def test_objects_that_are_known_by_colour_are_lost_in_gray(self):
        try:
            import onnx  # noqa: F401
        except ImportError as lacking:
            raise unittest.SkipTest(str(lacking)) from None
        picture = np.full((64, 128, 3), (40, 40, 40), np.uint8)  # twice as wide as the network sees, which is square
        picture[:32, :32] = 230, 20, 20  # a red thing, which is dark in gray
        picture[32:, 64:96] = 250, 250, 250  # a bright one
        cv2.imwrite(str(self.folder / 'things.png'), picture[..., ::-1])
        cv2.imwrite(str(self.folder / 'red.png'), np.full((64, 64, 3), (20, 20, 230), np.uint8))
        for layout, sought, again in ('rows', 2, 0.5), ('columns', 2, 0.5), ('classes', 1, 0):
            with self.subTest(layout=layout):
                make_detector(self.folder / 'detector.onnx', layout)
                photograph = 'red.png' if layout == 'classes' else 'things.png'
                done = self.run_evaluate(photograph, '--detector', 'detector.onnx', '--strength', 0, '--json')
                self.assertEqual(done.returncode, 0, done.stderr)
                file, = json.loads(done.stdout)['files']
                self.assertEqual(file['objects_sought'], sought)
                self.assertEqual((file['gray']['objects'], file['colorized']['objects']), (again, again))


if __name__ == '__main__':
    unittest.main()
