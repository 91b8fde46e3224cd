#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pages' word: each command of README and docs/live.md runs, and README's table of properties is the element's."""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import contextmanager, suppress
from pathlib import Path
from unittest import mock

import numpy as np

import films
import rtspcamera
from films import Gst
from rtspcamera import RtspCamera

BUILD = films.ROOT / 'build'
COMMAND = Path(os.environ['GST_COLORIZE'])
os.environ['PATH'] = f'{COMMAND.parent}:{os.environ["PATH"]}'


class Page(unittest.TestCase):
    """A page whose blocks are run. Its `text` is what a subclass gives."""

    text = ''

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix='colorize-readme-')
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def blocks(self, language: str) -> list[str]:
        return re.findall(rf'^```{language}\n(.*?)^```$', self.text, re.DOTALL | re.MULTILINE)

    def block(self, *words):
        """The one block that has all these words."""
        found = [b for b in self.blocks('sh') if all(word in b for word in words)]
        self.assertEqual(len(found), 1, f'the page has {len(found)} blocks with {words}')
        return found[0]

    def replaced(self, block, *instead):
        """The block, a thing that is not on every machine replaced by one that is."""
        for old, new in instead:
            self.assertIn(old, block)
            block = block.replace(old, new)
        films.need(*re.findall(r'(?:! |gst-launch-1.0 |-e |^  )([a-z0-9]+)(?=\s)', block, re.MULTILINE))
        return block

    def run_block(self, block, *instead):
        return films.shell(self.replaced(block, *instead), self.folder, timeout=300)


class Readme(Page):
    text = (films.ROOT / 'README.md').read_text()

    def test_each_block_has_its_test(self):
        self.assertEqual(len(self.blocks('sh')), 27)
        self.assertEqual(len(self.blocks('ini')), 1)
        self.assertEqual(len(self.blocks('json')), 1)
        self.assertEqual(self.text.count('```'), 2 * 29, 'blocks of another language')

    def test_command(self):
        film = self.folder / 'film.mp4'
        films.make_film(film, 'x264enc', 'mp4mux', ['avenc_aac'])
        self.run_block('gst-colorize film.mp4')
        films.check_colorized(self, film, self.folder / 'film.colour.mp4', sounds=1)
        self.run_block(self.block('vivid.mkv'))
        films.check_colorized(self, film, self.folder / 'vivid.mkv', sounds=1)
        self.run_block(self.block('--label'))
        films.check_colorized(self, film, self.folder / 'shown.mp4', sounds=1)
        for words, name in (('--profile', 'given.mp4'), ('--palette', 'khaki.mp4'), ('--exclude', 'part.mp4')):
            self.run_block(self.block(words))
            films.check_colorized(self, film, self.folder / name, sounds=1)
        self.run_block(self.block('--to-gray'), ('colour.mp4', 'film.colour.mp4'))
        self.run_block(self.block('--sheet'), ('--start 1:20', '--start 0:01'), ('--frame 1:20', '--frame 0:01'))
        self.assertEqual({p.name for p in self.folder.iterdir()},
                         {'film.mp4', 'film.1s+10s.colour.mp4', 'film.1s.colour.png', 'film.sheet.jpg', 'shown.mp4',
                          'film.colour.mp4', 'vivid.mkv', 'film.compare.mp4', 'film.colour.gray.mp4',
                          'khaki.mp4', 'part.mp4', 'given.mp4'})

    def test_command_with_many_files(self):
        (self.folder / 'archive').mkdir()
        for name in 'photo.jpg', 'archive/of a town.jpg', 'archive/of a boy.jpg':
            shutil.copy(films.PHOTOGRAPH, self.folder / name)
        self.run_block(self.block('*.jpg'))
        (self.folder / 'colour' / 'of a boy.jpg').unlink()
        self.run_block(self.block('--resume'))
        self.assertEqual(sorted(p.name for p in (self.folder / 'colour').iterdir()),
                         ['of a boy.jpg', 'of a town.jpg', 'photo.jpg'])
        said = self.run_block(self.block('--record'))
        self.assertEqual(said.count(': as recorded'), 2, said)
        self.assertIn('of a town.jpg', (self.folder / 'recorded/table.html').read_text())

    def test_sequences(self):
        if not shutil.which('ffmpeg'):
            self.skipTest('there is no ffmpeg')
        (self.folder / 'scans').mkdir()
        films.shell('ffmpeg -v error -f lavfi -i testsrc2=s=320x240:d=0.2,format=gray10 -pix_fmt gbrp10 scan.%06d.dpx '
                    '-pix_fmt gray16 scans/%04d.png', self.folder)
        self.run_block(self.block('scan.%06d.dpx'))
        self.assertEqual(len(list(self.folder.glob('colour.*.tif'))), 5)
        for film, codec in ('film.mxf', 'dnxhd'), ('film.mov', 'prores'):
            said = films.shell(f'ffprobe -v error -show_entries stream=codec_name,nb_read_frames -count_frames -of csv=p=0 {film}',
                               self.folder)
            self.assertEqual(said.strip(), f'{codec},5')

    def test_many_machines(self):
        (self.folder / 'archive').mkdir()
        shutil.copy(films.PHOTOGRAPH, self.folder / 'archive/of a town.jpg')
        films.make_film(self.folder / 'archive/film.mp4', 'x264enc', 'mp4mux', ['avenc_aac'])
        self.assertIn('2 of 2 pieces made', self.run_block(self.block('--share')))
        films.check_colorized(self, self.folder / 'archive/film.mp4', self.folder / 'colour/film.mp4', sounds=1)
        self.assertTrue((self.folder / 'colour/of a town.jpg').exists())

    def test_networks(self):
        with mock.patch.dict(os.environ, {'XDG_DATA_HOME': str(self.folder / 'home')}):
            self.assertIn('zhang2016', self.run_block(self.block('gst-colorize networks\n')))
            (self.folder / 'path/to').mkdir(parents=True)
            shutil.copy(films.ROOT / 'tests/models/ab-linear.onnx', self.folder / 'path/to/mine.onnx')
            self.run_block(self.block('networks add'), ('NAME', 'mine'))
            self.assertIn('mine', self.run_block(self.block('gst-colorize networks\n')))

    def test_known_network(self):
        films.make_film(self.folder / 'film.mp4', 'x264enc', 'mp4mux')
        models = self.folder / 'home/colorize/models'
        done = subprocess.run(['/usr/bin/python3', films.ROOT / 'tests/make_zhang2016.py', models], capture_output=True)
        if done.returncode:
            self.skipTest('the network cannot be made here')
        (models / 'zhang2016.onnx').unlink()
        with mock.patch.dict(os.environ, {'XDG_DATA_HOME': str(self.folder / 'home')}):
            self.run_block(self.block('--model zhang2016'), ('film.mp4', 'film.mp4 --frame 0:01'))
        self.assertTrue((self.folder / 'film.1s.colour.png').exists(), list(self.folder.iterdir()))

    def test_run(self):
        """Running it here would never end: this test is part of it."""
        script = films.ROOT / self.block('tests/run.sh').strip()
        self.assertTrue(os.access(script, os.X_OK))
        films.shell(f'bash -n "{script}"', self.folder)

    def test_film(self):
        films.make_film(self.folder / 'film.mp4', 'x264enc', 'mp4mux', ['avenc_aac'])
        self.run_block(self.block('location=film.mp4', 'mp4mux'))
        films.check_colorized(self, self.folder / 'film.mp4', self.folder / 'colour.mp4', sounds=1)

    def test_hints(self):
        films.make_film(self.folder / 'film.mp4', 'x264enc', 'mp4mux', ['avenc_aac'])
        self.run_block(self.block('--hint 2.5s'))
        films.check_colorized(self, self.folder / 'film.mp4', self.folder / 'hinted.mp4', sounds=1)
        (self.folder / 'hints.jsonl').write_text(self.blocks('json')[0])
        films.shell('gst-colorize film.mp4 --hints hints.jsonl -o again.mp4', self.folder)

    def test_reference(self):
        films.make_film(self.folder / 'film.mp4', 'x264enc', 'mp4mux', ['avenc_aac'])
        films.shell('gst-colorize film.mp4 --frame 0:01 -o still.png', self.folder)
        (self.folder / 'stills').mkdir()
        shutil.copy(self.folder / 'still.png', self.folder / 'stills' / '1s.png')
        self.run_block(self.block('--reference still.png'))
        films.check_colorized(self, self.folder / 'film.mp4', self.folder / 'referred.mp4', sounds=1)

    def test_webm(self):
        films.make_film(self.folder / 'film.webm', 'vp8enc deadline=1', 'webmmux', ['opusenc'])
        self.run_block(self.block('webmmux'), ('vp9enc', 'vp9enc target-bitrate=4000000'))
        films.check_colorized(self, self.folder / 'film.webm', self.folder / 'colour.webm', sounds=1)

    def test_photograph(self):
        shutil.copy(films.PHOTOGRAPH, self.folder / 'photo.jpg')
        self.run_block(self.block('jpegenc'))
        films.check_colorized(self, self.folder / 'photo.jpg', self.folder / 'colour.jpg')

    def test_camera(self):
        self.run_block(self.block('v4l2src'), ('v4l2src', 'videotestsrc is-live=true num-buffers=30'),
                       ('autovideosink', 'fakesink sync=true'))

    def test_network_camera(self):
        with RtspCamera(rtspcamera.picture(end='num-buffers=200')) as camera:
            self.run_block(self.block('rtspsrc'), ('rtsp://camera.local/stream', camera.address),
                           ('autovideosink', 'fakesink sync=true'))

    def test_playbin(self):
        films.make_film(self.folder / 'film.mp4', 'x264enc', 'mp4mux', ['avenc_aac'])
        self.run_block(self.block('playbin'), ('playbin', 'playbin video-sink=fakesink audio-sink=fakesink'))

    def test_page(self):
        self.run_block(self.block('serve'), ('gst-colorize serve --open',
                                             'timeout -s INT 5 gst-colorize serve --state state | grep ^http://127'))

    def test_install(self):
        if not (BUILD / 'build.ninja').exists():
            self.skipTest(f'{BUILD} is not set up')
        self.run_block(self.block('meson install'), ('meson setup', 'true'), ('meson compile', 'true'),
                       ('sudo meson install -C build',
                        f"DESTDIR=\"$PWD/root\" meson install --quiet --no-rebuild -C '{BUILD}'"))
        expected = {('gstreamer-1.0', 'libgstcolorize.so'), ('bin', 'gst-colorize'), ('man1', 'gst-colorize.1'),
                    ('completions', 'gst-colorize'), ('colorize', 'networks.md'), ('presets', 'GstColorize.prs')}
        # The networks of models/, but for the one inside the plugin.
        expected |= {('models', f'{path.name}{ending}') for path in (films.ROOT / 'models').glob('*.onnx')
                     for ending in ('', '.modelinfo') if path.stem != 'colorize'}
        expected |= {('profiles', path.name) for path in (films.ROOT / 'tools/profiles').iterdir()}
        if (BUILD / 'tools' / 'colorize-picture').exists():  # not without libvips
            expected.add(('colorize', 'colorize-picture'))
        if 'built without' not in subprocess.run([COMMAND, 'serve', '--help'], capture_output=True, text=True).stderr:
            expected |= {('applications', 'gst-colorize.desktop'), ('metainfo', 'gst-colorize.metainfo.xml'),
                         ('apps', 'gst-colorize.svg')}
        self.assertEqual({(p.parent.name, p.name) for p in (self.folder / 'root').rglob('*') if p.is_file()}, expected)
        plugin = next((self.folder / 'root').rglob('libgstcolorize.so'))
        another = Path(Gst.Registry.get().find_plugin('coreelements').get_filename()).resolve()  # of /lib/...
        self.assertEqual(Path('/') / plugin.parent.relative_to(self.folder / 'root'), another.parent)

    def test_sidecar(self):
        network = self.folder / 'example.onnx'
        shutil.copy(films.ROOT / 'tests' / 'models' / 'ab-linear.onnx', network)
        network.with_suffix('.onnx.modelinfo').write_text(self.blocks('ini')[0])
        films.launch('videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=64,height=64 '
                     '! colorize model=example.onnx ! fakesink', self.folder)

    def test_properties(self):
        """Name, range and default of each property that is the element's own, and no other."""
        element = Gst.ElementFactory.make('colorize')
        own = [p for p in element.list_properties() if p.owner_type == element.__gtype__]
        rows = dict(re.findall(r'^\| `([a-z-]+)` \| (.*?\|.*?) \|', self.text, re.MULTILINE))
        texts = {'hints': "JSON lines, or a file's name",
                 'palette': 'colours, hue maps, stocks',
                 'region': "regions, or a file's name",
                 'exclude': "regions, or a file's name",
                 'reference': '`own`, `none`, or names of pictures and folders, each in a line'}
        expected = {}
        for p in own:
            low, high = getattr(p, 'minimum', None), getattr(p, 'maximum', None)
            values = f'{low:g} … {high:g}' if low is not None else {'gboolean': 'true, false', 'GstStructure': 'read only'}.get(
                p.value_type.name, texts.get(p.name, 'name or path'))
            default = f'{p.default_value:g}' if low is not None else f'`{str(p.default_value).lower()}`'
            if hasattr(p, 'enum_class'):
                values = ', '.join(f'`{word.value_nick}`' for word in p.enum_class.__enum_values__.values())
                default = f'`{p.default_value.value_nick}`'
            expected[p.name] = f'{values} | {default}'
        self.assertEqual(rows, expected)


def free_port() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(('127.0.0.1', 0))
        return str(one.getsockname()[1])


class Live(Page):
    """Each sender is seen in colour by the viewer that the page names, ffmpeg in ffplay's place."""

    text = (films.ROOT / 'docs' / 'live.md').read_text()
    program = ('examples/rtsp-colorize', f'{sys.executable} "{films.ROOT}/examples/rtsp-colorize"')
    camera = ('v4l2src', 'videotestsrc is-live=true ! video/x-raw,format=GRAY8,width=160,height=120,framerate=25/1')
    # A network whose colour is known, and that takes no time.
    network = f'model={films.ROOT / "tests" / "models" / "ab-constant.onnx"}'
    colorize = ('! colorize', f'! colorize {network}')

    @contextmanager
    def running(self, block, *instead):
        with subprocess.Popen(['bash', '-euc', self.replaced(block, *instead)], cwd=self.folder, start_new_session=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def check_seen(self, process, address, sound):
        """A picture in colour comes from there, soon, and packets of sound where there is sound."""
        if not shutil.which('ffmpeg'):
            self.skipTest('there is no ffmpeg')
        end = time.monotonic() + 180
        while True:
            self.assertIsNone(process.poll(), 'the sender has ended')
            run = subprocess.run(
                ['timeout', '30', 'ffmpeg', '-y', '-v', 'error', '-i', address, '-ss', '2', '-frames:v', '1', '-f', 'rawvideo',
                 '-pix_fmt', 'rgb24', 'picture', *(['-t', '0.3', '-c:a', 'copy', 'sound.mka'] if sound else [])],
                cwd=self.folder, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            picture = self.folder / 'picture'
            if run.returncode == 0 and picture.exists() and picture.stat().st_size:
                break
            self.assertLess(time.monotonic(), end, f'nothing comes: {run.stderr[-3000:]}')
            time.sleep(0.5)
        self.assertGreater(np.ptp(np.fromfile(picture, np.uint8).reshape(-1, 3).astype(int), axis=1).mean(), 8)
        if sound:
            self.assertTrue(any(films.read_sounds(self.folder / 'sound.mka')))

    def check(self, sender, viewer, *instead, port):
        """Both blocks, with a port that is free on this machine in the place of the one that the page has."""
        free = free_port()
        address = self.block('ffplay', viewer).split()[-1]
        with self.running(sender, *instead, (port, free)) as process:
            self.check_seen(process, address.replace(port, free), sound=False)

    def test_each_block_has_its_test(self):
        self.assertEqual(len(self.blocks('sh')), 10)
        self.assertEqual(self.text.count('```'), 2 * 10, 'blocks of another language')

    def test_rtsp(self):
        with RtspCamera(rtspcamera.picture()) as camera:
            for words, path in (['ples/rtsp-colorize rtsp://camera.local/stream\n'], 'colour'), (['--login'], 'yard'):
                free = free_port()
                with self.running(self.block(*words), (self.program[0] + ' rtsp', self.program[1] + ' rtsp'),
                                  ('rtsp://camera.local/stream',
                                   f'{camera.address} --port {free} --set {self.network}')) as process:
                    self.check_seen(process, f'rtsp://127.0.0.1:{free}/{path}', sound=False)

    def test_srt(self):
        self.check(self.block('v4l2src', 'srtsink'), 'srt://', self.camera, self.colorize, port='8890')

    def test_srt_relay(self):
        source, relay = free_port(), free_port()
        sender = (f'gst-launch-1.0 {self.camera[1]} ! videoconvert ! video/x-raw,format=I420 ! x264enc key-int-max=30 '
                  'tune=zerolatency ! h264parse config-interval=-1 ! mpegtsmux name=m alignment=7 '
                  f'! srtsink uri=srt://:{source} audiotestsrc is-live=true ! avenc_aac ! aacparse ! m.')
        with self.running(sender), self.running(
                self.block('srtsrc'), ('camera.local:8890', f'127.0.0.1:{source}'), (':8891', f':{relay}'),
                self.colorize) as process:
            self.check_seen(process, f'srt://127.0.0.1:{relay}', sound=True)

    def test_hls(self):
        port = free_port()
        with RtspCamera(f'{rtspcamera.picture()} {rtspcamera.SOUND}') as camera, self.running(
                self.block('hlssink2'), ('rtsp://camera.local/stream', camera.address), self.colorize) as process:
            while not (self.folder / 'live').is_dir():
                self.assertIsNone(process.poll())
                time.sleep(0.1)
            with self.running(self.block('http.server'), ('8080', port)):
                self.check_seen(process, self.block('ffplay', 'm3u8').split()[-1].replace('8080', port), sound=True)

    def test_multicast(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(('239.255.12.42', 9))
            except OSError as error:
                self.skipTest(f'this machine has no way for multicast: {error}')
        self.check(self.block('udpsink'), 'rtp://', self.camera, self.colorize, port='5004')


if __name__ == '__main__':
    if not Gst.ElementFactory.find('colorize'):
        sys.exit('GStreamer does not find colorize; run this with `meson test` or inside `meson devenv`')
    unittest.main(verbosity=2)
