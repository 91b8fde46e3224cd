#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""README's word: each of its command blocks runs, and its table of properties is the element's."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import films
from films import Gst

README = (films.ROOT / 'README.md').read_text()
BUILD = films.ROOT / 'build'
COMMAND = Path(os.environ['GST_COLORIZE'])
os.environ['PATH'] = f'{COMMAND.parent}:{os.environ["PATH"]}'


def blocks(language: str) -> list[str]:
    return re.findall(rf'^```{language}\n(.*?)^```$', README, re.DOTALL | re.MULTILINE)


class RtspCamera:
    """A monochrome camera on this machine that shows two seconds and ends."""

    def __init__(self):
        import gi
        gi.require_version('GstRtspServer', '1.0')
        from gi.repository import GLib, GstRtspServer
        self.loop = GLib.MainLoop()
        server = GstRtspServer.RTSPServer(service='0', address='127.0.0.1')
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch('( videotestsrc is-live=true num-buffers=50 ! video/x-raw,format=GRAY8,width=160,height=120 '
                           '! videoconvert ! x264enc tune=zerolatency ! rtph264pay name=pay0 )')
        server.get_mount_points().add_factory('/stream', factory)
        server.attach(None)
        self.server = server
        self.address = f'rtsp://127.0.0.1:{server.get_bound_port()}/stream'

    def __enter__(self):
        import threading
        self.thread = threading.Thread(target=self.loop.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.quit()
        self.thread.join()


class Readme(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix='colorize-readme-')
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def block(self, *words):
        """The one block that has all these words."""
        found = [b for b in blocks('sh') if all(word in b for word in words)]
        self.assertEqual(len(found), 1, f'README has {len(found)} blocks with {words}')
        return found[0]

    def run_block(self, block, *instead):
        """Runs a block, a thing that is not on every machine replaced by one that is."""
        for old, new in instead:
            self.assertIn(old, block)
            block = block.replace(old, new)
        films.need(*re.findall(r'! ([a-z0-9]+)(?=\s)', block))
        return films.shell(block, self.folder, timeout=300)

    def test_each_block_has_its_test(self):
        self.assertEqual(len(blocks('sh')), 17)
        self.assertEqual(len(blocks('ini')), 1)
        self.assertEqual(README.count('```'), 2 * 18, 'blocks of another language')

    def test_command(self):
        film = self.folder / 'film.mp4'
        films.make_film(film, 'x264enc', 'mp4mux', ['avenc_aac'])
        self.run_block('gst-colorize film.mp4')
        films.check_colorized(self, film, self.folder / 'film.colour.mp4', sounds=1)
        self.run_block(self.block('vivid.mkv'))
        films.check_colorized(self, film, self.folder / 'vivid.mkv', sounds=1)
        self.run_block(self.block('--label'))
        films.check_colorized(self, film, self.folder / 'shown.mp4', sounds=1)
        self.run_block(self.block('--to-gray'), ('colour.mp4', 'film.colour.mp4'))
        self.run_block(self.block('--sheet'), ('--start 1:20', '--start 0:01'), ('--frame 1:20', '--frame 0:01'))
        self.assertEqual({p.name for p in self.folder.iterdir()},
                         {'film.mp4', 'film.1s+10s.colour.mp4', 'film.1s.colour.png', 'film.sheet.jpg', 'shown.mp4',
                          'film.colour.mp4', 'vivid.mkv', 'film.compare.mp4', 'film.colour.gray.mp4'})

    def test_command_with_many_files(self):
        (self.folder / 'archive').mkdir()
        for name in 'photo.jpg', 'archive/of a town.jpg', 'archive/of a boy.jpg':
            shutil.copy(films.PHOTOGRAPH, self.folder / name)
        self.run_block(self.block('*.jpg'))
        (self.folder / 'colour' / 'of a boy.jpg').unlink()
        self.run_block(self.block('--resume'))
        self.assertEqual(sorted(p.name for p in (self.folder / 'colour').iterdir()),
                         ['of a boy.jpg', 'of a town.jpg', 'photo.jpg'])

    def test_networks(self):
        self.assertIn('colorize', self.run_block(self.block('gst-colorize networks')))

    def test_run(self):
        """Running it here would never end: this test is part of it."""
        script = films.ROOT / self.block('tests/run.sh').strip()
        self.assertTrue(os.access(script, os.X_OK))
        films.shell(f'bash -n "{script}"', self.folder)

    def test_film(self):
        films.make_film(self.folder / 'film.mp4', 'x264enc', 'mp4mux', ['avenc_aac'])
        self.run_block(self.block('location=film.mp4', 'mp4mux'))
        films.check_colorized(self, self.folder / 'film.mp4', self.folder / 'colour.mp4', sounds=1)

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
        try:
            camera = RtspCamera()
        except (ImportError, ValueError) as error:
            self.skipTest(str(error))
        with camera:
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
                    ('completions', 'gst-colorize')}
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
        network.with_suffix('.onnx.modelinfo').write_text(blocks('ini')[0])
        films.launch('videotestsrc num-buffers=1 ! video/x-raw,format=I420,width=64,height=64 '
                     '! colorize model=example.onnx ! fakesink', self.folder)

    def test_properties(self):
        """Name, range and default of each property that is the element's own, and no other."""
        element = Gst.ElementFactory.make('colorize')
        own = [p for p in element.list_properties() if p.owner_type == element.__gtype__]
        rows = dict(re.findall(r'^\| `([a-z-]+)` \| (.*?\|.*?) \|', README, re.MULTILINE))
        expected = {}
        for p in own:
            low, high = getattr(p, 'minimum', None), getattr(p, 'maximum', None)
            values = f'{low:g} … {high:g}' if low is not None else {'gboolean': 'true, false', 'GstStructure': 'read only'}.get(
                p.value_type.name, 'name or path')
            default = f'{p.default_value:g}' if low is not None else f'`{str(p.default_value).lower()}`'
            if hasattr(p, 'enum_class'):
                values = ', '.join(f'`{word.value_nick}`' for word in p.enum_class.__enum_values__.values())
                default = f'`{p.default_value.value_nick}`'
            expected[p.name] = f'{values} | {default}'
        self.assertEqual(rows, expected)


if __name__ == '__main__':
    if not Gst.ElementFactory.find('colorize'):
        sys.exit('GStreamer does not find colorize; run this with `meson test` or inside `meson devenv`')
    unittest.main(verbosity=2)
