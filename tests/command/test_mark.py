#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a result says of its colours, read back by programs of others: ExifTool, Exempi, ffprobe, MediaInfo."""
import json
import os
import shutil
import struct
import subprocess
import unittest
import zlib
from pathlib import Path

from command import AAC, GRAY, H264, HAS_LIBRARY, ROOT, Case, colourfulness, needs_library
import cv2
import numpy as np
from films import launch, need

SOURCE_TYPE = 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia'
NEGATIVE = 'http://cv.iptc.org/newscodes/digitalsourcetype/negativeFilm'
SENTENCE = 'predicted by a neural network'
COLOUR = ROOT / 'docs' / 'colour.jpg'
XMP = b'http://ns.adobe.com/xap/1.0/\0'
XMP_BOX = bytes.fromhex('be7acfcb97a942e89c71999491e3afac')
C2PA_BOX = bytes.fromhex('d8fec3d61b0e483c92975828877ec481')
# The outermost box of a manifest and the description in it (ISO 19566-5; C2PA 2.1, 11.1).
JUMBF = struct.pack('>I4sI4s', 38, b'jumb', 30, b'jumd') + \
    bytes.fromhex('63327061 00110010 800000AA 00389B71 03') + b'c2pa\0'

missing = [name for name in ('exiftool', 'exempi', 'ffprobe', 'mediainfo') if not shutil.which(name)]
if missing:
    print('not installed:', *missing)
    raise SystemExit(77)


def packet(properties: str) -> bytes:
    return (f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            f'{properties}</rdf:RDF></x:xmpmeta>').encode()


def segment(kind: int, payload: bytes) -> bytes:
    return struct.pack('>BBH', 0xFF, kind, len(payload) + 2) + payload


def png_chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack('>I', len(payload)) + kind + payload + struct.pack('>I', zlib.crc32(kind + payload))


def run(*command, folder: Path | None = None) -> subprocess.CompletedProcess:
    """A program of others. What the sanitizers preload stays away from it: MediaInfo hangs with it."""
    others = {name: value for name, value in os.environ.items() if name != 'LD_PRELOAD'}
    return subprocess.run([str(word) for word in command], cwd=folder, env=others, capture_output=True, timeout=120)


def said_of(file: Path) -> dict[str, object]:
    """All that ExifTool finds in a file, by group and name; of two of one name both."""
    found = run('exiftool', '-q', '-json', '-G1', '-a', '-struct', file)
    tags: dict[str, object] = {}
    for name, value in json.loads(found.stdout, object_pairs_hook=list)[0]:
        tags.setdefault(name, value)
    return tags


class Marks(Case):
    def source_type(self, name):
        """By two readers, which have to agree."""
        file = self.folder / name
        here = said_of(file).get('XMP-iptcExt:DigitalSourceType')
        other = run('exempi', '-x', file).stdout.decode()
        self.assertEqual(f'>{here}<' in other or f'"{here}"' in other, here is not None, other)
        return here

    def exiftool(self, name, *arguments):
        run('exiftool', '-q', '-m', '-overwrite_original', *arguments, self.folder / name).check_returncode()

    def insert(self, name, at, what):
        file = self.folder / name
        old = file.read_bytes()
        file.write_bytes(old[:at] + what + old[at:])


class Photographs(Marks):
    kinds = {'a.jpg': 8, 'b.png': 8, 'c.png': 16, 'f.webp': 8} | ({'d.tif': 8, 'e.tif': 16} if HAS_LIBRARY else {})

    def each_kind(self):
        for name, bits in self.kinds.items():
            need({'.webp': 'webpenc', '.tif': 'avenc_tiff'}.get(Path(name).suffix, 'jpegenc'))
            self.photo(name, GRAY if bits == 8 else GRAY.astype(np.uint16) * 257)
            yield name

    def test_a_photograph_that_says_nothing_says_it_now(self):
        for name in self.each_kind():
            with self.subTest(name):
                self.run_command(name, '-o', 'out' + name)
                self.assertEqual(self.source_type('out' + name), SOURCE_TYPE)
                said = said_of(self.folder / ('out' + name))
                self.assertIn(SENTENCE, said['XMP-dc:Description'])
                self.assertTrue(said['XMP-xmp:CreatorTool'].startswith('colorize '))
                self.assertEqual(len(said['XMP-xmpMM:History']), 1)

    def test_what_it_said_goes_into_its_history_and_all_else_stays(self):
        for name in self.each_kind():
            with self.subTest(name):
                self.exiftool(name, f'-XMP-iptcExt:DigitalSourceType={NEGATIVE}', '-XMP-xmp:CreatorTool=SilverFast 8',
                              '-XMP-dc:Description-de=Ein Junge', '-XMP-dc:Rights=Free', '-XMP-dc:Rights-de=Frei',
                              '-XMP-dc:Subject=boy', '-XMP-dc:Subject=car', '-XMP-xmp:Rating=4',
                              '-XMP-iptcExt:ArtworkTitle=Boy',
                              '-XMP-iptcExt:ArtworkTitle-fr=Garçon', 
*['-EXIF:ImageDescription=A boy', '-EXIF:Artist=Nobody'] * ('webp' not in name),  # Exempi reads no EXIF there
                              *['-IPTC:Caption-Abstract=A boy'] * ('webp' not in name and 'png' not in name),
                              '-XMP-xmpMM:History={Action=created,SoftwareAgent=A scanner}')
                before = said_of(self.folder / name)
                self.run_command(name, '-o', 'out' + name)
                after = said_of(self.folder / ('out' + name))
                self.assertEqual(self.source_type('out' + name), SOURCE_TYPE)
                self.assertIn(SENTENCE, after.pop('XMP-dc:Description'))
                history = [dict(event) for event in after.pop('XMP-xmpMM:History')]
                self.assertEqual(history[0], {'Action': 'created', 'SoftwareAgent': 'A scanner'})
                self.assertEqual(len(history), 2)
                self.assertIn(NEGATIVE, history[1]['Parameters'])
                self.assertIn('SilverFast 8', history[1]['Parameters'])
                of_ours = 'XMP-xmpMM:History', 'XMP-iptcExt:DigitalSourceType', 'XMP-xmp:CreatorTool'
                kept = {k: v for k, v in before.items() if k not in of_ours and
                        k.startswith(('XMP', 'IPTC', 'IFD0:Im', 'IFD0:Art'))} | {'XMP-dc:Description-de': 'Ein Junge'}
                kept = {k: v for k, v in kept.items() if not k.startswith('IFD0:Image') or k == 'IFD0:ImageDescription'}
                self.assertEqual({k: after.get(k) for k in kept}, kept)

    def test_without_the_mark_pixels_and_words_are_the_same(self):
        for name in self.each_kind():
            with self.subTest(name):
                self.exiftool(name, '-XMP-dc:Title=A boy')
                self.run_command(name, '-o', 'with' + name)
                self.run_command(name, '--no-mark', '-o', 'without' + name)
                np.testing.assert_array_equal(self.read('with' + name), self.read('without' + name))
                self.assertIsNone(self.source_type('without' + name))
                xmp = [run('exiftool', '-b', '-XMP', self.folder / n).stdout
                       for n in (name, 'without' + name)]
                self.assertEqual(*xmp)

    def test_nothing_is_claimed_of_what_has_no_predicted_colours(self):
        shutil.copy(COLOUR, self.folder / 'own.jpg')
        cv2.imwrite(str(self.folder / 'own16.png'), cv2.imread(str(COLOUR)).astype(np.uint16) * 257)
        self.photo('gray.jpg')
        for name, *options in (('own.jpg', '--keep-colour'), ('own.jpg', '--keep-colour', '--compare'),
                               ('own16.png', '--keep-colour'), ('own16.png', '--to-gray'), ('own.jpg', '--to-gray'),
                               ('gray.jpg', '--strength', '0'), ('gray.jpg', '--saturation', '0')):
            with self.subTest(name, options=options):
                result = 'out' + Path(name).suffix
                self.run_command('--overwrite', name, *options, '-o', result)
                self.assertIsNone(self.source_type(result))
                self.run_command('--overwrite', name, '--compare', '-o', result)
                self.assertEqual(self.source_type(result), SOURCE_TYPE)

    def test_a_description_that_is_there_stays(self):
        self.photo()
        self.exiftool('photo.jpg', '-XMP-dc:Description=A boy')
        self.run_command('photo.jpg')
        self.assertEqual(said_of(self.folder / 'photo.colour.jpg')['XMP-dc:Description'], 'A boy')

    def test_xmp_goes_along_into_another_kind(self):
        self.photo('a.png')
        self.exiftool('a.png', '-XMP-dc:Title=A boy', f'-XMP-iptcExt:DigitalSourceType={NEGATIVE}')
        for options in (), ('--no-mark',):
            said = self.run_command('a.png', '-o', 'a.jpg', '--overwrite', *options).stderr
            self.assertNotIn('XMP', said)
            self.assertEqual(said_of(self.folder / 'a.jpg')['XMP-dc:Title'], 'A boy')
            self.assertEqual(self.source_type('a.jpg'), NEGATIVE if options else SOURCE_TYPE)

    def test_every_way_to_write_a_property(self):
        """As attribute, as element, as resource, in one description or several, under any prefix (ISO 16684-1, 7)."""
        uri = 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/'
        ways = (f'<rdf:Description rdf:about="" xmlns:i="{uri}" i:DigitalSourceType="{NEGATIVE}"/>',
                f'<rdf:Description rdf:about=""><i:DigitalSourceType xmlns:i="{uri}">{NEGATIVE}</i:DigitalSourceType>'
                '</rdf:Description>',
                f'<rdf:Description xmlns:i="{uri}"><i:DigitalSourceType rdf:resource="{NEGATIVE}"/></rdf:Description>',
                f'<rdf:Description rdf:about="a"/><rdf:Description xmlns:i="{uri}" rdf:about="a">'
                f'<i:DigitalSourcefileType>{NEGATIVE}</i:DigitalSourcefileType></rdf:Description>')
        for way in ways:
            with self.subTest(way):
                self.photo()
                self.insert('photo.jpg', 2, segment(0xE1, XMP + packet(way)))
                self.run_command('photo.jpg', '--overwrite')
                self.assertEqual(self.source_type('photo.colour.jpg'), SOURCE_TYPE)
                said = said_of(self.folder / 'photo.colour.jpg')
                self.assertIn(NEGATIVE, dict(said['XMP-xmpMM:History'][0])['Parameters'])
                self.assertEqual(str(said).count(NEGATIVE), 1)

    def test_a_packet_that_is_too_long_for_a_jpeg_is_parted(self):
        self.photo()
        long = 'word ' * 13000
        words = packet('<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:source>' +
                       long + '</dc:source></rdf:Description>')
        self.assertTrue(65000 < len(words) < 65502, len(words))
        self.insert('photo.jpg', 2, segment(0xE1, XMP + words))
        self.run_command('photo.jpg')
        said = said_of(self.folder / 'photo.colour.jpg')
        self.assertEqual(said['XMP-iptcExt:DigitalSourceType'], SOURCE_TYPE)
        self.assertEqual(said['XMP-dc:Source'].split(), long.split())
        self.check_colour('photo.colour.jpg')

    def test_a_packet_that_is_none_is_named(self):
        for broken in b'<x', b'<x/>', packet('')[:-5]:
            self.photo()
            self.insert('photo.jpg', 2, segment(0xE1, XMP + broken))
            self.assertIn('without the XMP', self.run_command('photo.jpg', '--overwrite').stderr)
            self.assertEqual(self.source_type('photo.colour.jpg'), SOURCE_TYPE)
            self.assertNotIn('XMP', self.run_command('photo.jpg', '--overwrite', '--no-mark').stderr)
            self.assertIn(broken, (self.folder / 'photo.colour.jpg').read_bytes())

    def test_packed_and_old_xmp_of_png(self):
        old = packet(f'<rdf:Description rdf:about="" xmlns:i="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
                     f'i:DigitalSourceType="{NEGATIVE}"/>')
        digits = old.hex().encode()
        raw = f'\nxmp\n{len(old):8}\n'.encode() + b'\n'.join(digits[n:n + 72] for n in range(0, len(digits), 72))
        for chunk in (png_chunk(b'iTXt', b'XML:com.adobe.xmp\0\1\0\0\0' + zlib.compress(old)),
                      png_chunk(b'zTXt', b'Raw profile type xmp\0\0' + zlib.compress(raw)),
                      png_chunk(b'tEXt', b'Raw profile type xmp\0' + raw)):
            self.photo('a.png')
            self.insert('a.png', 33, chunk)
            self.run_command('a.png', '--overwrite')
            said = said_of(self.folder / 'a.colour.png')
            self.assertEqual(said['XMP-iptcExt:DigitalSourceType'], SOURCE_TYPE)
            self.assertIn(NEGATIVE, dict(said['XMP-xmpMM:History'][0])['Parameters'])

    def test_a_photograph_that_was_turned_says_no_other(self):
        self.photo('a.jpg', np.ascontiguousarray(np.rot90(GRAY)))
        self.exiftool('a.jpg', '-EXIF:Orientation#=6', '-XMP-tiff:Orientation#=6', '-XMP-dc:Title=A boy')
        for options in (), ('--no-mark',):
            self.run_command('a.jpg', '--overwrite', *options)
            said = said_of(self.folder / 'a.colour.jpg')
            self.assertEqual(said['XMP-tiff:Orientation'], 'Horizontal (normal)')
            self.assertEqual(said['XMP-dc:Title'], 'A boy')
            self.check_colour('a.colour.jpg')

    def test_a_manifest_that_gets_lost_is_named(self):
        self.photo('a.jpg'), self.photo('b.png'), self.photo('other.jpg')
        app11 = b'JP' + struct.pack('>HI', 1, 1)
        self.insert('a.jpg', 2, segment(0xEB, app11 + JUMBF))
        self.insert('other.jpg', 2, segment(0xEB, app11 + JUMBF.replace(b'c2pa', b'else')))
        self.insert('b.png', 33, png_chunk(b'caBX', JUMBF))
        for name, named in {'a.jpg': True, 'b.png': True, 'other.jpg': False}.items():
            for options in (), ('--to-gray',):
                said = self.run_command(name, '--overwrite', *options).stderr
                self.assertEqual('C2PA manifest' in said, named, said)

    @needs_library
    def test_a_label_is_burnt_in_where_there_is_room(self):
        need('rsvgdec', 'avenc_tiff')
        tall = cv2.resize(GRAY, None, fx=3, fy=3)
        for name, picture in {'a.jpg': tall, 'b.png': tall, 'c.png': tall.astype(np.uint16) * 257,
                              'd.tif': tall.astype(np.uint16) * 257}.items():
            with self.subTest(name):
                self.photo(name, picture)
                self.run_command(name, '-o', 'plain' + name)
                said = self.run_command(name, '--label', 'Colours: <Müller> & "Söhne"\n', '-o', 'out' + name).stderr
                self.assertNotIn('room', said)
                scale = 257 if picture.dtype == np.uint16 else 1
                changed = np.abs(self.read('out' + name) / scale - self.read('plain' + name) / scale).max(axis=2) > 20
                rows, columns = np.nonzero(changed)
                self.assertGreater(len(rows), 300)
                self.assertGreater(rows.min(), tall.shape[0] * 0.9)
                self.assertTrue(5 <= columns.min() < 15 and 150 < columns.max() < tall.shape[1] - 5, columns.max())
        self.photo('small.png', GRAY[:20, :40])
        self.assertIn('no room', self.run_command('small.png', '--label', 'Colours').stderr)


class Films(Marks):
    def film_with_comment(self):
        need(H264, AAC, 'mp4mux')
        launch(f'videotestsrc num-buffers=10 pattern=ball ! video/x-raw,width=160,height=120 '
               f'! videobalance saturation=0 ! {H264} ! mp4mux name=m ! filesink location=plain.mp4 '
               f'audiotestsrc num-buffers=16 ! {AAC} ! m.', self.folder)
        run('ffmpeg', '-v', 'error', '-i', 'plain.mp4', '-c', 'copy', '-metadata', 'comment=From the attic',
            '-metadata', 'title=Reel 3', 'film.mp4', folder=self.folder).check_returncode()

    def probed(self, name):
        """Tags of the whole film, the names in small letters."""
        text = run('ffprobe', '-v', 'error', '-show_entries', 'format_tags', '-of', 'json', name,
                   folder=self.folder).stdout
        return {k.lower(): v for k, v in json.loads(text)['format']['tags'].items()}

    def frames(self, name):
        return run('ffmpeg', '-v', 'error', '-i', name, '-f', 'framemd5', '-', folder=self.folder).stdout

    def test_mp4_and_mov_have_a_comment_and_xmp(self):
        self.film_with_comment()
        for name in 'out.mp4', 'out.MOV':
            with self.subTest(name):
                self.run_command('film.mp4', '-o', name)
                self.assertEqual(self.source_type(name), SOURCE_TYPE)
                boxes = list(self.boxes((self.folder / name).read_bytes()))
                self.assertEqual(boxes[-1][:2], (b'uuid', XMP_BOX))
                self.assertEqual(sum(box[:2] == (b'uuid', XMP_BOX) for box in boxes), 1)
                comment = self.probed(name)['comment']
                self.assertTrue(comment.startswith('From the attic\n'), comment)
                self.assertIn(SENTENCE, comment)
                self.assertIn(SOURCE_TYPE, comment)
                self.assertEqual(self.probed(name)['title'], 'Reel 3')
                self.assertIn(SENTENCE, run('mediainfo', name, folder=self.folder).stdout.decode())
                self.run_command('film.mp4', '--no-mark', '-o', 'un' + name)
                self.assertEqual(self.frames('un' + name), self.frames(name))
                self.assertEqual(self.probed('un' + name)['comment'], 'From the attic')
                self.assertIsNone(self.source_type('un' + name))

    @staticmethod
    def boxes(file):
        at = 0
        while at < len(file):
            size, kind = struct.unpack_from('>I4s', file, at)
            yield kind, file[at + 8:at + 24], file[at + 24:at + size]
            at += size
        assert at == len(file)

    def test_other_containers_say_it_in_their_way_or_a_remark_does(self):
        self.film_with_comment()
        for name, element in {'out.mkv': 'matroskamux', 'out.webm': 'vp9enc', 'out.avi': 'avimux',
                              'out.ts': 'mpegtsmux', 'out.ogv': 'theoraenc'}.items():
            with self.subTest(name):
                need(element)
                said = self.run_command('film.mp4', '-o', name).stderr
                has_place = Path(name).suffix not in ('.ts', '.ogv')
                self.assertEqual('cannot say that its colours were predicted' in said, not has_place, said)
                if has_place:
                    self.assertIn(SOURCE_TYPE, ' '.join(self.probed(name).values()))
                    self.assertIn('attic', ' '.join(self.probed(name).values()))

    def test_xmp_of_the_film_is_kept_and_marked(self):
        self.film_with_comment()
        self.exiftool('film.mp4', f'-XMP-iptcExt:DigitalSourceType={NEGATIVE}', '-XMP-dc:Rights=Free',
                      '-XMP-dc:Rights-de=Frei')
        for name in 'out.mp4', 'out.mov':
            self.run_command('film.mp4', '-o', name)
            said = said_of(self.folder / name)
            self.assertEqual(said['XMP-iptcExt:DigitalSourceType'], SOURCE_TYPE)
            self.assertEqual(said['XMP-dc:Rights-de'], 'Frei')
            self.assertIn(NEGATIVE, dict(said['XMP-xmpMM:History'][0])['Parameters'])
        self.run_command('film.mp4', '--to-gray', '-o', 'gray.mp4')
        self.assertEqual(said_of(self.folder / 'gray.mp4')['XMP-iptcExt:DigitalSourceType'], NEGATIVE)
        self.assertIn('without the XMP', self.run_command('film.mp4', '-o', 'out.mkv').stderr)

    def test_nothing_is_claimed_of_what_has_no_predicted_colours(self):
        self.film_with_comment()
        launch(f'filesrc location="{COLOUR}" ! jpegdec ! imagefreeze num-buffers=10 ! videoconvert ! videoscale '
               f'! video/x-raw,width=160,height=200,framerate=25/1 ! {H264} ! mp4mux ! filesink location=own.mp4',
               self.folder)
        for name, *options in ('film.mp4', '--to-gray'), ('film.mp4', '--strength', '0'), ('own.mp4', '--keep-colour'):
            with self.subTest(name, options=options):
                self.run_command('--overwrite', name, *options, '-o', 'out.mp4')
                self.assertIsNone(self.source_type('out.mp4'))
                self.assertNotIn(SENTENCE, self.probed('out.mp4').get('comment', ''))

    def test_muxers_of_plain_pipelines_write_it(self):
        self.film_with_comment()
        for source in 'plain.mp4', 'film.mp4':
            for muxer, sound in ('mp4mux', True), ('mp4mux', False), ('matroskamux', True), ('avimux', False):
                with self.subTest(source, muxer=muxer, sound=sound):
                    launch(f'filesrc location={source} ! qtdemux name=d   {muxer} name=m ! filesink location=out '
                           'd.video_0 ! queue ! decodebin ! videoconvert ! colorize ! videoconvert '
                           f'! {H264} ! h264parse ! m. ' + 'd.audio_0 ! queue max-size-time=0 ! aacparse ! m.' * sound,
                           self.folder)
                    readers = ['exiftool', '-a'], ['mediainfo'], ['ffprobe', '-hide_banner']
                    done = [run(*reader, 'out', folder=self.folder) for reader in readers]
                    said = [(each.stdout + each.stderr).decode() for each in done]
                    if muxer == 'matroskamux':
                        del said[0]  # ExifTool knows no tags of Matroska
                    elif source == 'film.mp4' and sound:
                        del said[1:]  # the muxer keeps to what it heard by the sound; the mark is with the track
                    for words in said:
                        self.assertIn(SOURCE_TYPE, words)
                    if source == 'film.mp4':
                        self.assertIn('attic', ' '.join(said))

    def test_a_manifest_that_gets_lost_is_named(self):
        self.film_with_comment()
        with (self.folder / 'film.mp4').open('ab') as film:
            film.write(struct.pack('>I4s', 24 + len(JUMBF), b'uuid') + C2PA_BOX + JUMBF)
        self.assertIn('C2PA manifest', self.run_command('film.mp4').stderr)

    def test_a_label_is_burnt_into_every_frame(self):
        need('rsvgdec', 'avenc_ffv1')
        for form in 'I420', 'I420_10LE':
            launch(f'videotestsrc num-buffers=10 pattern=black ! video/x-raw,format={form},width=320,height=240 '
                   '! avenc_ffv1 ! matroskamux ! filesink location=film.mkv', self.folder)
            for options in (), ('--compare=side-by-side',):
                self.run_command('film.mkv', '--overwrite', '--codec', 'ffv1', '--label', 'Colours guessed', *options)
                result = 'film.compare.mkv' if options else 'film.colour.mkv'
                width = 640 if options else 320
                raw = run('ffmpeg', '-v', 'error', '-i', result, '-f', 'rawvideo', '-pix_fmt', 'gray', '-',
                          folder=self.folder).stdout
                frames = np.frombuffer(raw, np.uint8).reshape(10, 240, width)
                self.assertTrue((frames[:, 200:, :160] > 200).any(axis=(1, 2)).all())
                self.assertLess(frames[:, :200, :300].max(), 40)
        self.assertIn('no room', self.run_command('film.mkv', '--overwrite', '--label', 'Colours guessed ' * 9).stderr)


if __name__ == '__main__':
    unittest.main(verbosity=2)
