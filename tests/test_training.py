#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The trainer and the exporter, on drawn pictures: a minute or two.  Skipped where PyTorch and what goes with it is missing."""
import configparser
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

MODELS = pathlib.Path(__file__).resolve().parent.parent / 'models'
sys.path.insert(0, str(MODELS))
try:
    import cv2
    import numpy as np
    import onnx
    import onnxslim
    import torch
except ImportError as missing:
    print(f'skipped: {missing} (pip install torch onnx onnxslim numpy opencv-python-headless)')
    sys.exit(77)

import colour
import export
import film
import fine
import finetune
import hints
import losses
import photographs
import train
import validate
from fine import Attentive, Fine
from network import Colorizer, certain
from networks import NETWORKS
from photographs import Photographs
from plain import CNN224, ResNetGray


def drawn(seed: int, height: int = 96, width: int = 128) -> np.ndarray:
    """A picture whose colours follow from its lightness: dark ground is green, light sky blue, a middling ball orange. BGR."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.uint8)
    horizon = int(rng.integers(height // 3, 2 * height // 3))
    picture[:horizon] = (235, 190, 150)
    picture[horizon:] = (30, 90, 40)
    centre = int(rng.integers(20, width - 20)), int(rng.integers(20, height - 20))
    cv2.circle(picture, centre, int(rng.integers(10, 20)), (40, 120, 220), -1)
    return np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)


def lab_picture(seed: int = 0) -> np.ndarray:
    return colour.rgb_to_lab(np.ascontiguousarray(drawn(seed)[..., ::-1]).astype(np.float32) / 255)


class Workplace(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='colorize training ')
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        quiet = contextlib.ExitStack()
        self.addCleanup(quiet.close)
        self.said = quiet.enter_context(contextlib.redirect_stdout(io.StringIO()))
        quiet.enter_context(contextlib.redirect_stderr(io.StringIO()))

    def cache(self, count: int = 60) -> pathlib.Path:
        (self.folder / 'pictures').mkdir()
        for i in range(count):
            cv2.imwrite(str(self.folder / 'pictures' / f'drawn_{i:03d}.png'), drawn(i))
        photographs.build(self.folder / 'cache', [self.folder / 'pictures'], 96)
        return self.folder / 'cache'


class Colour(unittest.TestCase):
    def test_ciede2000_gives_the_published_differences(self):
        # Sharma, Wu and Dalal 2005, table 1: pairs 1, 7, 13, 17, 21, 25, 33
        pairs = [((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425), ((50, 0, 0), (50, -1, 2), 2.3669),
                 ((50, -0.0010, 2.4900), (50, 0.0009, -2.4900), 4.8045), ((50, 2.5, 0), (73, 25, -18), 27.1492),
                 ((50, 2.5, 0), (50, 3.1736, 0.5854), 1.0000), ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
                 ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377)]
        for one, other, difference in pairs:
            self.assertAlmostEqual(float(colour.ciede2000(np.array(one), np.array(other))), difference, delta=1e-4)

    def test_the_losses_see_the_same_rgb_as_opencv(self):
        rgb = np.random.default_rng(1).random((32, 32, 3), np.float32)
        lab = torch.from_numpy(colour.rgb_to_lab(rgb)).permute(2, 0, 1)[None]
        back = losses.lab_to_rgb(lab)[0].permute(1, 2, 0).numpy()
        self.assertLess(np.abs(back - rgb).max(), 0.01)


    def test_what_skin_has_of_its_colour(self):
        lab = np.zeros((60, 90, 3), np.float32)
        lab[...] = 60, -30, 20  # leaves
        lab[10:30, 10:40] = 70, 15, 20  # a face
        lab[40:55, 50:80] = 35, 11, 14  # a dark arm
        lab[::7, ::9] = 60, 14, 18  # specks
        mask = colour.skin_of(lab)
        self.assertTrue(mask[14:26, 14:36].all() and mask[44:51, 54:76].all())
        self.assertAlmostEqual(mask.mean(), (20 * 30 + 15 * 30) / (60 * 90), delta=0.03)
        half_gray = lab.copy()
        half_gray[:, 45:, 1:] *= 0.4
        error, gray, hue, pale = validate.skin_figures(half_gray, lab, mask)
        self.assertTrue(0 < error < gray)
        self.assertAlmostEqual(pale, 0.43, delta=0.03)
        truth = validate.skin_figures(lab, lab, mask)
        self.assertEqual((truth[0], truth[3]), (0, 0))
        turned = lab.copy()
        turned[:, 45:, 1:] = 20, 0
        self.assertGreater(validate.skin_figures(turned, lab, mask)[2], truth[2] + 15)


class Pictures(Workplace):
    def test_pictures_without_colour_are_left_out(self):
        place = self.folder / 'pictures'
        place.mkdir()
        gray = np.repeat(cv2.cvtColor(drawn(1), cv2.COLOR_BGR2GRAY)[..., None], 3, 2)
        cv2.imwrite(str(place / 'colour.png'), drawn(1))
        cv2.imwrite(str(place / 'gray.png'), gray)
        cv2.imwrite(str(place / 'sepia.png'), np.clip(gray * np.array([0.6, 0.85, 1.0]) + [10, 15, 20], 0, 255).astype(np.uint8))
        (place / 'broken.png').write_bytes(b'no picture')
        photographs.build(self.folder / 'cache', [place], 96)
        index = np.load(self.folder / 'cache' / 'index.npy')
        self.assertEqual(len(index), 1)
        everything = Photographs.open(self.folder / 'cache', False, 0)
        np.testing.assert_array_equal(everything[0], drawn(1)[..., ::-1])

    def test_the_split_is_disjoint_and_survives_more_pictures(self):
        cache = self.cache()
        sides = [Photographs.open(cache, held_out, 0.3) for held_out in (False, True)]
        names = [set(side.index[:, 4]) for side in sides]
        self.assertFalse(names[0] & names[1])
        self.assertEqual(sum(map(len, names)), 60)
        self.assertTrue(5 < len(names[1]) < 35)
        for i in range(60, 90):
            cv2.imwrite(str(self.folder / 'pictures' / f'drawn_{i:03d}.png'), drawn(i))
        photographs.build(cache, [self.folder / 'pictures'], 96)
        self.assertLessEqual(names[1], set(Photographs.open(cache, True, 0.3).index[:, 4]))

    def test_sources_are_balanced(self):
        for source, count in (('many', 81), ('few', 16)):
            (self.folder / source).mkdir()
            for i in range(count):
                cv2.imwrite(str(self.folder / source / f'p{i}.png'), drawn(i, 64, 64 if source == 'many' else 80))
        photographs.build(self.folder / 'cache', [self.folder / 'many', self.folder / 'few'], 64)
        rng = np.random.default_rng(1)
        for balance, expected in ((1, 16 / 97), (0.5, 4 / 13), (0, 1 / 2)):
            pictures = Photographs.open(self.folder / 'cache', False, 0, balance)
            share = np.mean([pictures.draw(64, 64, rng).shape[1] == 80 for _ in range(2000)])
            self.assertAlmostEqual(share, expected, delta=0.05)

    def test_crops_stand_as_their_pictures_do(self):
        pictures = self.folder / 'pictures'
        pictures.mkdir()
        for i in range(8):
            cv2.imwrite(str(pictures / f'p{i}.png'), drawn(i, *((128, 96) if i == 0 else (96, 128))))
        cv2.imwrite(str(self.folder / 'wide.png'), drawn(9))
        photographs.build(self.folder / 'cache', [pictures], 96)
        photographs.build(self.folder / 'wide', [self.folder / 'wide.png'], 96)
        rng = np.random.default_rng(1)
        both, wide = (Photographs.open(self.folder / cache, False, 0) for cache in ('cache', 'wide'))
        upright = lambda *size: np.mean([both.draw(*size, rng).shape[:2] == (128, 96) for _ in range(400)])
        self.assertEqual(upright(64, 96), 0)
        self.assertGreater(upright(96, 64), 0.8)  # one of eight is upright, and twenty are drawn before another will do
        self.assertAlmostEqual(upright(64, 64), 1 / 8, delta=0.07)  # a square crop is of any
        self.assertEqual(wide.draw(96, 64, rng).shape[:2], (96, 128))

    def test_the_share_of_damaged_samples(self):
        rgb = np.ascontiguousarray(drawn(3)[..., ::-1]).astype(np.float32) / 255
        lab = colour.rgb_to_lab(rgb)
        for damaged, least, most in ((0, 0, 0), (1, 60, 99), (0.5, 25, 60)):
            config = train.Config(damaged=damaged, hinted=0)
            inputs = [train.sample(rgb, config, np.random.default_rng(seed))[0] for seed in range(100)]
            changed = sum(np.abs(input[..., 0] - lab[..., 0]).max() > 0.5 for input in inputs)
            self.assertTrue(least <= changed <= most, f'{changed} of 100 at {damaged}')

    def test_a_film_gives_every_fifth_frame(self):
        file = self.folder / 'film.avi'
        film_out = cv2.VideoWriter(str(file), cv2.VideoWriter_fourcc(*'MJPG'), 25, (128, 96))
        if not film_out.isOpened():
            self.skipTest('this OpenCV writes no film')
        for i in range(23):
            film_out.write(drawn(i))
        film_out.release()
        frames = list(photographs.read([file]))
        self.assertEqual(len(frames), 5)
        for i, (_, source, picture) in enumerate(frames):
            self.assertEqual(source, str(file))
            distance = [np.abs(picture.astype(int) - drawn(k)).mean() for k in range(23)]
            self.assertEqual(int(np.argmin(distance)), 5 * i)

    def test_damage_leaves_the_true_colours(self):
        rgb = np.ascontiguousarray(drawn(3)[..., ::-1]).astype(np.float32) / 255
        truth, changed = colour.rgb_to_lab(rgb), 0
        for seed in range(60):
            lightness, ab = film.damage(rgb.copy(), np.random.default_rng(seed))
            self.assertTrue(np.isfinite(lightness).all() and lightness.min() >= 0 and lightness.max() <= 100)
            hidden = (ab == 0).all(2)  # by bars or letters
            np.testing.assert_array_equal(ab[~hidden], truth[..., 1:][~hidden])
            self.assertLess(hidden.mean(), 0.6)
            changed += np.abs(lightness - truth[..., 0]).mean() > 0.5
        self.assertTrue(30 < changed < 60, 'most samples are damaged, and some are clean')


class Hints(unittest.TestCase):
    def test_hints_are_the_truth_where_confident_and_nothing_elsewhere(self):
        ab = lab_picture()[..., 1:]
        for seed in range(30):
            rng = np.random.default_rng(seed)
            for given in (hints.dabs(ab, 5, 1, rng), hints.regions(ab, rng), hints.plane(ab, 0, 0, 0.3, np.random.default_rng(0))):
                confidence = given[..., 2]
                self.assertTrue(confidence.min() >= 0 and confidence.max() <= 1)
                self.assertFalse(given[confidence == 0].any())
        given = hints.dabs(ab, 5, 1, np.random.default_rng(0))
        there = given[..., 2] > 0
        np.testing.assert_allclose(given[there][:, :2], ab[there], atol=1e-4)

    def test_a_plane_has_the_holes_and_the_noise_asked_for(self):
        ab = np.zeros((96, 128, 2), np.float32)
        given = hints.plane(ab, 2, 3, 0.3, np.random.default_rng(0))
        there = given[..., 2] > 0
        self.assertAlmostEqual(1 - there.mean(), 0.3, delta=0.01)
        self.assertAlmostEqual(float(given[there][:, :2].std()), 3, delta=0.1)


class Losses(unittest.TestCase):
    def batch(self, ab: torch.Tensor | None = None) -> losses.Batch:
        torch.manual_seed(1)
        network = Colorizer().train()
        input = torch.rand(2, 4, 64, 64) * torch.tensor([100.0, 0, 0, 0]).view(1, 4, 1, 1)
        features = network.features(input)
        truth = 20 * torch.randn(2, 2, 16, 16)
        return losses.Batch(network, input, truth, features, network.ab(features) * 40 if ab is None else ab(truth))

    def test_the_truth_costs_nothing(self):
        for name in ('mse', 'mae', 'huber', 'ciede2000', 'hybrid'):
            loss = losses.Mix(name)
            self.assertLess(loss(self.batch(lambda t: t.clone()))[0].item(), 1e-4, name)
            self.assertGreater(loss(self.batch(lambda t: t + 5))[0].item(), 0.1, name)

    def test_ciede2000_is_the_standard_at_equal_lightness(self):
        rng = np.random.default_rng(0)
        truth = rng.uniform(-80, 80, (3, 2, 48, 64)).astype(np.float32)
        ab = truth + rng.normal(0, [[[[1]]], [[[10]]], [[[60]]]], truth.shape).astype(np.float32)
        ab[0, :, 0] = 0
        squared = losses.ciede2000_squared(torch.from_numpy(ab), torch.from_numpy(truth))
        for i in range(3):
            lab, true_lab = (np.dstack([np.full((48, 64), 50), *plane[i]]) for plane in (ab, truth))
            np.testing.assert_allclose(squared[i].sqrt(), colour.ciede2000(lab, true_lab), atol=0.05)

    def test_every_loss_teaches_the_network(self):
        for name in set(losses.KINDS) - {'perceptual', 'taught', 'skin'}:  # two need a file of weights, one has skin to see
            batch = self.batch()
            losses.Mix(name)(batch)[0].backward()
            self.assertGreater(batch.network.encoder.stem.weight.grad.abs().sum().item(), 0, name)

    def test_skin_counts_and_nothing_else(self):
        batch = self.batch(lambda truth: torch.zeros_like(truth, requires_grad=True))
        batch.input[:, 0] = 60
        batch.truth[:] = torch.tensor([-30.0, 20]).view(1, 2, 1, 1)  # leaves
        batch.truth[1, :, 4:9, 2:12] = torch.tensor([15.0, 20]).view(2, 1, 1)  # a face
        batch.truth[0, :, 3, 3] = torch.tensor([15.0, 20])  # a speck
        total, terms = losses.Mix('ciede2000+skin')(batch)
        losses.Skin().weigh(batch).backward()
        there = torch.zeros(2, 16, 16, dtype=bool)
        there[1, 4:9, 2:12] = True
        np.testing.assert_array_equal(batch.ab.grad.abs().sum(1) > 0, there)
        error = losses.CIEDE2000().of_pixels(batch)
        self.assertAlmostEqual(total.item(), (error.sum() + error[there].sum()).item() / 512, places=3)

    def test_what_is_paler_than_the_truth_costs(self):
        rgb = torch.rand(2, 3, 16, 16) * torch.tensor([1.0, 0.2]).view(2, 1, 1, 1)
        for ours, wanted in zip(losses.colourfulness(rgb), rgb):
            self.assertAlmostEqual(ours.item(), colour.colourfulness(wanted.permute(1, 2, 0).numpy()), places=2)
        for factor in 0.0, 0.5, 1.0, 1.5:
            batch = self.batch(lambda truth: (factor * truth).requires_grad_())
            cost = losses.Colourful().weigh(batch)
            self.assertEqual(cost.item() > 1, factor < 1, factor)
            if factor == 0.5:
                cost.backward()
                self.assertLess((batch.ab.grad * batch.ab).sum().item(), 0)  # more of it costs less

    def test_a_mix_adds_up(self):
        batch = self.batch()
        total, terms = losses.Mix('mae+0.5*huber')(batch)
        self.assertAlmostEqual(total.item(), terms['mae'] + 0.5 * terms['huber'], places=4)

    def test_unknown_losses_are_named(self):
        for formula in ('mea', 'huber+', '2*', 'huber*2'):
            with self.assertRaisesRegex(ValueError, 'huber'):
                losses.Mix(formula)

    def test_soft_encoding_is_a_distribution_around_the_colour(self):
        loss = losses.Classification()
        ab = torch.tensor([[12.0, -23.0], [-41.0, 38.0]]).T.reshape(1, 2, 1, 2)
        share = loss.encode(ab)
        torch.testing.assert_close(share.sum(1), torch.ones(1, 1, 2))
        mean = torch.einsum('nbhw,bc->nchw', share, loss.centres)
        self.assertLess((mean - ab).abs().max().item(), 3)

    def test_what_is_taught_is_the_mean_of_the_teachers_and_of_mirrored_pictures(self):
        torch.manual_seed(9)
        teachers = [Colorizer().eval() for _ in range(2)]
        with tempfile.TemporaryDirectory() as folder:
            files = [f'{folder}/{i}.onnx' for i in range(2)]
            for teacher, file in zip(teachers, files):
                export.write_onnx(teacher, file)
            loss = losses.Mix('taught', teachers=','.join(files))
        input = torch.rand(2, 4, 64, 96) * torch.tensor([100.0, 0, 0, 0]).view(1, 4, 1, 1)
        with torch.no_grad():
            answer = sum(t(input) + t(input.flip(3)).flip(3) for t in teachers) / 4
        untrue = torch.full_like(answer, 99)
        self.assertLess(loss(losses.Batch(teachers[0], input, untrue, untrue, answer))[0].item(), 0.01)
        ab = (answer + 5).requires_grad_()
        loss(losses.Batch(teachers[0], input, answer, answer, ab))[0].backward()
        self.assertTrue(ab.grad.any())
        self.assertTrue(all(p.grad is None for p in loss.parameters()), 'teachers do not learn')
        with self.assertRaisesRegex(ValueError, '--teachers'):
            losses.Mix('huber+taught')

    def test_critic_and_network_learn_apart(self):
        for loss in (losses.Adversarial(), losses.FilmAdversarial()):
            batch = self.batch()
            lightness, truth, ours = loss.shown(batch)
            (loss.judge(lightness, truth) - 1).square().mean().backward()
            self.assertIsNone(batch.network.ab.weight.grad)
            loss.zero_grad()
            frozen = {name: p.detach() for name, p in loss.critic.named_parameters()}
            loss.judge(lightness, ours, frozen).sum().backward()
            self.assertTrue(all(p.grad is None or not p.grad.any() for p in loss.parameters()))
            self.assertTrue(batch.network.ab.weight.grad.any())

    def test_a_neighbour_is_the_same_picture_moved(self):
        for kind in (Colorizer, ResNetGray):
            network, moves = kind().eval(), set()
            truth = torch.randn(2, 2, 64 // kind.STRIDE, 64 // kind.STRIDE)
            input = torch.rand(2, kind.INPUTS, 64, 64) * 50
            for seed in range(20):
                torch.manual_seed(seed)
                batch = losses.Batch(network, input, truth, truth, truth)
                neighbour, back = batch.neighbour
                torch.testing.assert_close(back(neighbour.truth), batch.within(truth))
                lightness = back(neighbour.lightness()) - batch.within(batch.lightness())
                self.assertTrue(0 < lightness.std() < 2, 'other grain on the same picture')
                moves.add(bool((neighbour.truth != truth).any()))
            self.assertIn(True, moves)

    def test_the_critic_of_films_looks_along_time_and_over_the_whole_frame(self):
        torch.manual_seed(6)
        frames = torch.rand(1, 2, 3, 32, 32, requires_grad=True)
        verdict = losses.FilmCritic()(frames).unflatten(0, (1, 2))
        verdict[0, 0, 0, 0, 0].backward()  # of one corner of the first frame
        self.assertTrue((frames.grad[0, 0, :, -4:, -4:] != 0).any(), 'the other corner')
        self.assertTrue((frames.grad[0, 1] != 0).any(), 'the other frame')


class Network(Workplace):
    def test_any_multiple_of_32_and_training_is_what_is_shipped(self):
        torch.manual_seed(1)
        for kind in NETWORKS.values():
            network = kind()
            for height, width in ((32, 32), (160, 256), (96, 32)):
                input = torch.rand(1, kind.INPUTS, height, width) * 50
                with torch.no_grad():
                    one, other = network.train()(input), network.eval()(input)
                self.assertEqual(one.shape, (1, 2, height // kind.STRIDE, width // kind.STRIDE))
                if kind.INPUTS > 1:  # the others normalise by what they see while they train
                    torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)

    def test_the_larger_network_begins_with_the_answer_of_the_first(self):
        torch.manual_seed(3)
        first = Colorizer()
        first.input_scale[:, 1:3] /= 1.3
        input = torch.from_numpy(export.drawn_input(96, 128, True))
        with torch.no_grad():
            torch.testing.assert_close(Fine(first)(input), first(input))
            torch.testing.assert_close(Attentive(first)(input), first(input))

    def test_every_place_of_the_larger_network_learns_of_the_whole_picture(self):
        torch.manual_seed(4)
        whole = fine.Whole(16)
        torch.nn.init.normal_(whole.take.weight)
        x = torch.rand(1, 16, 1, 40, requires_grad=True)
        whole(x)[0, :, 0, 0].sum().backward()
        self.assertTrue((x.grad != 0).all())

    def test_normalisation_is_folded_into_the_convolutions_before_it(self):
        torch.manual_seed(5)
        layer, normal = torch.nn.Conv2d(3, 8, 3, bias=False), torch.nn.BatchNorm2d(8, eps=fine.EPSILON)
        for values in (normal.weight, normal.bias, normal.running_mean, normal.running_var):
            torch.nn.init.uniform_(values, 0.5, 2)
        names = dict(_conv_stem=layer, _bn0=normal)
        torch.save({f'{n}.{k}': v for n, m in names.items() for k, v in m.state_dict().items()}, self.folder / 'weights.pth')
        (weight, bias), = fine.convolutions(self.folder / 'weights.pth')
        x = torch.rand(2, 3, 9, 9)
        folded = torch.nn.functional.conv2d(x, torch.from_numpy(weight), torch.from_numpy(bias))
        torch.testing.assert_close(folded, normal.eval()(layer(x)))

    def test_what_is_exported_reads_back(self):
        for kind, most, doubt in ((Colorizer, 16, 0.0), (Colorizer, 16, 3.0), (Attentive, 16, 0.0), (Fine, 28, 2.0), (ResNetGray, 5, 0.0),
                                  (CNN224, 5, 0.0)):
            self.check_export(kind, most << 20, doubt)

    def check_export(self, kind: type, most: int, doubt: float) -> None:
        torch.manual_seed(2)
        network = kind()
        network.doubt = doubt
        network.output_scale *= 1.3
        for name, layer in network.named_modules():
            if name == 'ab' or name.endswith('.take'):  # begin as nothing
                torch.nn.init.normal_(layer.weight, 0, 0.1)
        folder = self.folder / f'{kind.NAME} {doubt}'
        folder.mkdir()
        with torch.no_grad():
            network.train()(torch.rand(2, kind.INPUTS, 64, 64) * 50)  # normalisation has measured something
        out = folder / 'with space.onnx'
        export.ship(network, out, size=256, name='n', summary='s', licence='l', source='o')
        self.assertEqual({p.name for p in folder.iterdir()}, {out.name, out.name + '.modelinfo'})
        sidecar = configparser.ConfigParser()
        sidecar.read(str(out) + '.modelinfo')
        self.assertEqual(dict(sidecar['colorize'])['multiple'], str(kind.MULTIPLE))
        self.assertEqual(dict(sidecar['colorize'])['hints'], 'planes' if kind.INPUTS == 4 else 'none')
        self.assertEqual(dict(sidecar['input'])['dims'], f'-1,{kind.INPUTS},-1,-1')
        graph = onnx.load(str(out)).graph
        self.assertNotIn('BatchNormalization', {node.op_type for node in graph.node})
        weights = [onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer if len(tensor.dims) == 4]
        same = [np.array_equal(w, w.astype(np.float16).astype(np.float32)) for w in weights]
        self.assertLessEqual(same.count(False), 2, 'all but the scales of input and output are what float16 has')
        input = torch.rand(1, kind.INPUTS, 64, 96) * 50
        back = export.read_onnx(out).eval()
        self.assertIs(type(back), kind)
        self.assertAlmostEqual(back.doubt, doubt, places=5)
        with torch.no_grad():
            torch.testing.assert_close(back(input), network(input), atol=1e-3, rtol=1e-4)
        self.assertLess(out.stat().st_size, most)

    def test_doubtful_colours_become_gray_but_not_hints(self):
        chroma = torch.tensor([0.0, 1, 3, 9, 40]).view(1, 1, 1, -1)
        ab = chroma * torch.tensor([0.6, -0.8]).view(1, 2, 1, 1)
        for confidence, wanted in ((0.0, chroma ** 3 / (chroma ** 2 + 9)), (0.5, chroma ** 3 / (chroma ** 2 + 4.5)), (1.0, chroma)):
            made = certain(ab, torch.full((1, 1, 1, 5), confidence), 3.0)
            torch.testing.assert_close(made, wanted * torch.tensor([0.6, -0.8]).view(1, 2, 1, 1), atol=2e-3, rtol=1e-3)

    def test_what_an_engine_computes_otherwise_is_not_shipped(self):
        out = self.folder / 'bad.onnx'
        engines = export.engines
        self.addCleanup(setattr, export, 'engines', engines)
        export.engines = lambda path: [('a wrong engine', lambda input: next(iter(engines(path)))[1](input) + 1)]
        with self.assertRaisesRegex(SystemExit, 'a wrong engine'):
            export.ship(Colorizer(), out, size=256, name='n', summary='s', licence='l', source='o')
        self.assertEqual(list(self.folder.iterdir()), [])


class Training(Workplace):
    def test_train_go_on_export_and_finetune(self):
        cache, run = self.cache(), self.folder / 'run'
        options = dict(cache=str(cache), steps=40, batch=8, sizes='64x64,64x96', held_out=0.2, size=96, rate=2e-3,
                       average=0.9, validated=6)
        train.start(run, train.configure(run, options))
        lines = (run / 'log.csv').read_text().splitlines()
        gain = {row.split(',')[2]: float(row.split(',')[3]) for row in lines if ',gain,' in row}['gain']
        self.assertGreater(gain, 0.1, 'colours that follow from lightness are learnt')
        self.assertTrue(list(run.glob('sheet_*.png')))

        train.start(run, train.configure(run, dict(steps=44)))  # the rest of the configuration is remembered
        saved = torch.load(run / 'checkpoint.pt')
        self.assertEqual(saved['step'], 44)
        self.assertEqual(saved['config']['sizes'], options['sizes'])

        first = self.folder / 'first.onnx'
        export.ship(export.average_of(run, doubt=2.0), first, size=96, name='n', summary='s', licence='l', source='o')
        footage = self.folder / 'footage'
        footage.mkdir()
        for i in range(40):  # the same things in other colours
            cv2.imwrite(str(footage / f'frame_{i:03d}.png'), np.ascontiguousarray(drawn(i)[..., [1, 2, 0]]))
        sys.argv = ['finetune.py', str(self.folder / 'own.onnx'), str(footage), '--start', str(first), '--steps', '30',
                    '--sizes', '64x64', '--rate', '1e-3']
        finetune.main()
        said = [line for line in self.said.getvalue().splitlines() if 'held-out footage: gain' in line]
        before, after = (float(line.split('gain ')[1].split(',')[0]) for line in said)
        self.assertGreater(after, before)
        self.assertTrue((self.folder / 'own.onnx').exists() and (self.folder / 'own.onnx.modelinfo').exists())

    def test_the_larger_network_trains_beside_the_first(self):
        first = self.folder / 'first.onnx'
        export.write_onnx(Colorizer().eval(), first)
        run = self.folder / 'run'
        train.start(run, train.configure(run, dict(cache=str(self.cache(20)), network=Fine.NAME, start=str(first), steps=3, batch=4,
                                                   sizes='64x64', held_out=0.2, size=96, validated=2, processes=1)))
        before, after = export.read_onnx(first).state_dict(), export.average_of(run)
        self.assertIs(type(after), Fine)
        for name, values in after.first.state_dict().items():
            torch.testing.assert_close(values, before[name], msg=name)
        last = torch.load(run / 'checkpoint.pt')['network']
        averages = after.state_dict()
        for name, trains in (('encoder.stem.weight', False), ('encoder.blocks.9.expand.weight', True), ('ab.weight', True)):
            self.assertEqual((last[name] != averages[name]).any().item(), trains, name)

    def test_a_training_that_learns_nothing_any_more_says_so(self):
        torch.manual_seed(10)
        for bias in (0, -1e6):
            network = Colorizer()
            network.refine.bias.data += bias
            network(torch.rand(1, 4, 64, 64) * 50).sum().backward()
            learning = dict(network.named_parameters())
            if bias:
                with self.assertRaisesRegex(ValueError, 'step 7: .*lower --rate'):
                    train.check_awake(learning, 7)
            else:
                train.check_awake(learning, 7)

    def test_a_network_of_lightness_alone_trains_and_is_measured(self):
        run = self.folder / 'run'
        train.start(run, train.configure(run, dict(cache=str(self.cache(20)), network=ResNetGray.NAME, steps=4, batch=4, sizes='64x64',
                                                   loss='0.5*hybrid+0.5*sequential', held_out=0.2, size=96, validated=2, processes=1)))
        average = export.average_of(run)
        self.assertIs(type(average), ResNetGray)
        for name, values in average.named_buffers():
            if name.endswith('.running_mean'):
                self.assertTrue(values.any() and torch.isfinite(values).all(), name)
        self.assertNotIn('dabs', (run / 'log.csv').read_text())
        export.write_onnx(export.fold(average.eval()), self.folder / 'plain.onnx')
        with self.assertRaisesRegex(ValueError, 'learn from nothing'):
            train.begin(train.Config(start=str(self.folder / 'plain.onnx')))

    def test_eight_bits_say_nearly_the_same(self):
        try:
            import onnxruntime
            import quantise
        except ImportError as missing:
            self.skipTest(str(missing))
        torch.manual_seed(8)
        first, out = self.folder / 'first.onnx', self.folder / 'small.onnx'
        network = Colorizer()
        torch.nn.init.normal_(network.ab.weight, 0, 0.1)
        export.ship(network, first, size=224, name='first', summary='s', licence='l', source='o')
        quantise.quantise(first, out, quantise.Calibration(self.cache(20), 4))
        self.assertLess(out.stat().st_size, 0.35 * first.stat().st_size)
        sidecar = configparser.ConfigParser()
        sidecar.read(str(out) + '.modelinfo')
        self.assertEqual(sidecar['colorize']['name'], 'small')
        input = export.drawn_input(96, 160, True)
        session = onnxruntime.InferenceSession(str(out), providers=['CPUExecutionProvider'])
        net = export.read_net(out, input.shape)
        net.setInput(input)
        with torch.no_grad():
            expected = network.eval()(torch.from_numpy(input)).numpy()
        for got in (session.run(None, {'input': input})[0], net.forward()):
            self.assertLess(np.abs(got - expected).mean(), 0.1 * np.abs(expected).mean())

    def test_a_rate_that_is_constant_before_it_falls(self):
        rates = [train.rate_at(at, 0.1, 0.25) for at in (0.05, 0.1, 0.5, 0.75, 0.875, 1)]
        np.testing.assert_allclose(rates, [0.5, 1, 1, 1, 0.5, 0], atol=1e-9)
        np.testing.assert_allclose([train.rate_at(at, 0.1) for at in (0.1, 0.55, 1)], [1, 0.5, 0], atol=1e-9)


if __name__ == '__main__':
    torch.set_num_threads(2)
    unittest.main()
