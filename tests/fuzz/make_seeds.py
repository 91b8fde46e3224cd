#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the seeds of the corpus: small files of each kind that is read, whole and nearly so.

Python's own library is enough for it. What fuzzers have found lies beside them as crash-*, and stays.
"""
import struct
import zlib
from pathlib import Path

CORPUS = Path(__file__).parent / 'corpus'


def seed(fuzzer: str, name: str, content: bytes) -> None:
    (CORPUS / fuzzer).mkdir(parents=True, exist_ok=True)
    (CORPUS / fuzzer / name).write_bytes(content)


def tiff_directory(order: str, entries: list, at: int, more: int = 0) -> bytes:
    """Entries are tag, type, count, value in bytes."""
    values, table = b'', struct.pack(f'{order}H', len(entries))
    end = at + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in sorted(entries):
        table += struct.pack(f'{order}HHI', tag, kind, count)
        if len(value) > 4:
            table += struct.pack(f'{order}I', end + len(values))
            values += value + bytes(len(value) % 2)
        else:
            table += value.ljust(4, b'\0')
    return table + struct.pack(f'{order}I', more) + values


def tiff(order: str, *, orientation=6, gray=False, alpha=0, tiled=False, apart=False, packed=False, kind=3) -> bytes:
    """A picture of 6x5 pixels of 16 bits that lies on its side and says something of itself."""
    def short(*n): return struct.pack(f'{order}{len(n)}H', *n)
    def long(*n): return struct.pack(f'{order}{len(n)}I', *n)
    colours = 1 if gray else 3
    channels, width, height = colours + bool(alpha), 6, 5
    rows = 16 if tiled else 3
    across = 16 if tiled else width
    parts = []
    for _ in range(channels if apart else 1):
        for top in range(0, height, rows):
            count = across * (rows if tiled else min(rows, height - top)) * (1 if apart else channels)
            data = b''.join(short(i * 2477 & 65535) for i in range(count))
            parts.append(zlib.compress(data) if packed else data)
    places, at = [], 8
    for part in parts:
        places.append(at)
        at += len(part) + len(part) % 2
    entries = [(256, 3, 1, short(width)), (257, 3, 1, short(height)), (258, 3, channels, short(*[16] * channels)),
               (259, 3, 1, short(8 if packed else 1)), (262, 3, 1, short(1 if gray else 2)), (270, 2, 6, b'a boy\0'),
               (274, kind, 1, short(orientation) if kind == 3 else long(orientation)), (277, 3, 1, short(channels)),
               (282, 5, 1, long(600, 1)), (284, 3, 1, short(2 if apart else 1)), (700, 1, 5, b'<x/>\0'),
               (34665, 4, 1, long(at)), (34675, 7, 40, bytes(16) + b'RGB ' + bytes(20))]
    if alpha:
        entries += [(338, 3, 1, short(alpha))]
    sizes = [len(part) for part in parts]
    if tiled:
        entries += [(322, 3, 1, short(16)), (323, 3, 1, short(16)), (324, 4, len(parts), long(*places)),
                    (325, 4, len(parts), long(*sizes))]
    else:
        entries += [(273, 4, len(parts), long(*places)), (278, 3, 1, short(rows)), (279, 4, len(parts), long(*sizes))]
    camera = tiff_directory(order, [(37386, 5, 1, long(50, 1)), (37500, 7, 8, b'a secret')], at)
    first = at + len(camera)
    head = {'<': b'II', '>': b'MM'}[order] + struct.pack(f'{order}HI', 42, first)
    pixels = b''.join(part + bytes(len(part) % 2) for part in parts)
    return head + pixels + camera + tiff_directory(order, entries, first)


def exif(orientation: int, order: str = '<', kind: int = 3) -> bytes:
    """With a second directory, as of a thumbnail."""
    value = struct.pack(f'{order}H' if kind == 3 else f'{order}I', orientation)
    first = tiff_directory(order, [(271, 2, 4, b'cam\0'), (274, kind, 1, value)], 8, 38)
    return ({'<': b'II', '>': b'MM'}[order] + struct.pack(f'{order}HI', 42, 8) + first
            + tiff_directory(order, [(274, 3, 1, struct.pack(f'{order}H', 8))], 38))


def xmp(properties: str, head: str = '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>') -> bytes:
    return (head + '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            + properties + '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>').encode()


SPACES = ('xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
          'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" '
          'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"')
TURNED = xmp(f'<rdf:Description rdf:about="" {SPACES} tiff:Orientation="6" xmp:CreatorTool="Other"/>')
FULL = xmp(f'<rdf:Description rdf:about="it" {SPACES}><tiff:Orientation>6</tiff:Orientation>'
           '<dc:description><rdf:Alt><rdf:li xml:lang="de">Ein Bub</rdf:li><rdf:li xml:lang="x-default"> </rdf:li>'
           '</rdf:Alt></dc:description><xmp:CreatorTool rdf:resource="http://a.b/"/><Iptc4xmpExt:DigitalSourceType>'
           'digitalCapture</Iptc4xmpExt:DigitalSourceType><xmpMM:History><rdf:Seq><rdf:li rdf:parseType="Resource"/></rdf:Seq>'
           '</xmpMM:History></rdf:Description>')
PLAIN = xmp(f'<rdf:Description rdf:about="" {SPACES}><dc:description>A boy</dc:description><xmpMM:History>none'
            '</xmpMM:History></rdf:Description>')
LONG_TOOL = xmp(f'<rdf:Description rdf:about="" {SPACES} xmp:CreatorTool="{"Other " * 12000}"/>')


def jpeg_segment(kind: int, payload: bytes) -> bytes:
    return struct.pack('>BBH', 255, kind, len(payload) + 2) + payload


def jpeg(*segments: bytes) -> bytes:
    jfif = jpeg_segment(0xE0, b'JFIF\0\1\2\1\0\x96\0\x96\0\0')
    return (b'\xFF\xD8' + jfif + b''.join(segments) + jpeg_segment(0xC0, b'\x08\0\x08\0\x08\1\1\x11\0')
            + jpeg_segment(0xDA, b'\1\1\0\0\x3F\0') + b'pixels\xFF\xD9')


def png_chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack('>I', len(payload)) + kind + payload + struct.pack('>I', zlib.crc32(kind + payload))


def png(*chunks: bytes, bits=16, colours=2, interlaced=0, after: bytes = b'') -> bytes:
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colours]
    width, height = 5, 4
    rows = b''.join(bytes([y % 5]) + bytes((7 * i + y) % 256 for i in range(width * channels * bits // 8))
                    for y in range(height))
    if interlaced:  # one pixel, in the first pass
        width = height = 1
        rows = b'\0' + bytes(range(channels * bits // 8))
    head = struct.pack('>IIBBBBB', width, height, bits, colours, 0, 0, interlaced)
    return (b'\x89PNG\r\n\x1A\n' + png_chunk(b'IHDR', head) + b''.join(chunks) + png_chunk(b'IDAT', zlib.compress(rows))
            + after + png_chunk(b'IEND', b''))


def riff_chunk(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack('<I', len(payload)) + payload + bytes(len(payload) % 2)


def webp(*chunks: bytes) -> bytes:
    return riff_chunk(b'RIFF', b'WEBP' + b''.join(chunks))


def box(kind: bytes, payload: bytes = b'', large: bool = False) -> bytes:
    if large:
        return struct.pack('>I4sQ', 1, kind, 16 + len(payload)) + payload
    return struct.pack('>I4s', 8 + len(payload), kind) + payload


def npy(kind: str, shape: str, data: bytes, version: int = 1) -> bytes:
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b'\x93NUMPY' + struct.pack('<BBH' if version == 1 else '<BBI', version, 0, len(header)) + header + data


def main() -> None:
    for order, name in (('<', 'little'), ('>', 'big')):
        seed('tiff', f'{name}.tif', tiff(order))
        seed('tiff', f'{name}-exif', exif(6, order))
    seed('tiff', 'long-orientation', exif(6, '<', 4))
    seed('tiff', 'cut-off.tif', tiff('<')[:-20])

    icc = bytes(16) + b'RGB ' + bytes(20)
    for order, name in (('<', 'little'), ('>', 'big')):
        seed('metadata', f'exif-{name}.jpg', jpeg(jpeg_segment(0xE1, b'Exif\0\0' + exif(6, order))))
    seed('metadata', 'all.jpg', jpeg(
        jpeg_segment(0xE1, b'Exif\0\0' + exif(3)), jpeg_segment(0xE1, b'http://ns.adobe.com/xap/1.0/\0' + FULL),
        jpeg_segment(0xE2, b'ICC_PROFILE\0\1\1' + icc), jpeg_segment(0xED, b'Photoshop 3.0\0'),
        jpeg_segment(0xFE, b'boy'),
        jpeg_segment(0xEB, b'JP\0\1\0\0\0\1\0\0\0\x20jumbc2pa')))
    seed('metadata', 'cut-off.jpg', jpeg(jpeg_segment(0xE1, b'Exif\0\0' + exif(6, '<', 4)))[:-2])
    seed('metadata', 'all.png', png(
        png_chunk(b'eXIf', exif(6)), png_chunk(b'iTXt', b'XML:com.adobe.xmp\0\0\0\0\0' + TURNED),
        png_chunk(b'iCCP', b'it\0\0' + zlib.compress(icc)), png_chunk(b'tEXt', b'Title\0A boy'),
        png_chunk(b'pHYs', bytes(9)), png_chunk(b'caBX', b'jumbc2pa'), bits=8))
    seed('metadata', 'packed.png', png(
        png_chunk(b'iTXt', b'XML:com.adobe.xmp\0\1\0\0\0' + zlib.compress(PLAIN)), bits=8, colours=0))
    raw = b'\nxmp\n%8d\n' % len(TURNED) + TURNED.hex().encode()
    seed('metadata', 'raw.png', png(png_chunk(b'zTXt', b'Raw profile type xmp\0\0' + zlib.compress(raw)), bits=8))
    seed('metadata', 'raw-text.png', png(png_chunk(b'tEXt', b'Raw profile type xmp\0' + raw), bits=8))
    seed('metadata', 'long-tool.png', png(
        png_chunk(b'iTXt', b'XML:com.adobe.xmp\0\1\0\0\0' + zlib.compress(LONG_TOOL, 9)), bits=8))
    seed('metadata', 'named-exif.png', png(png_chunk(b'eXIf', b'Exif\0\0' + exif(6)), bits=8))
    seed('metadata', 'animation.png', png(png_chunk(b'acTL', bytes(8)), bits=8))
    pixels = riff_chunk(b'VP8L', b'\x2F\x07\xC0\x01\0pixels')
    extended = riff_chunk(b'VP8X', b'\x2C\0\0\0\7\0\0\7\0\0')
    seed('metadata', 'all.webp', webp(extended, riff_chunk(b'ICCP', icc), pixels, riff_chunk(b'EXIF', exif(6)),
                                      riff_chunk(b'XMP ', TURNED)))
    seed('metadata', 'named-exif.webp', webp(extended, pixels, riff_chunk(b'EXIF', b'Exif\0\0' + exif(6, '>'))))
    frame = bytes(6) + b'\7\0\0\7\0\0' + bytes(4) + riff_chunk(b'ALPH', b'\0a') + pixels
    seed('metadata', 'animation.webp', webp(extended, riff_chunk(b'ANIM', bytes(6)), riff_chunk(b'ANMF', frame)))
    seed('metadata', 'all.tif', tiff('>'))

    for name, packet in (('turned', TURNED), ('full', FULL), ('plain', PLAIN)):
        for what in range(4):
            seed('xmp', f'{name}-{what}', bytes([what]) + packet)
    seed('xmp', 'nothing', b'\2')
    others = xmp('<rdf:Description rdf:about="" xmlns:xmp="a:b" xmlns:dc="c:d" xmp:dc="e"/>').replace(
        b'<rdf:RDF', b'<rdf:RDF xmlns:xmp="f:g" xmlns:Iptc4xmpExt="h:i"')
    seed('xmp', 'other-prefixes', b'\3' + others)
    laughs = ''.join(f'<!ENTITY e{i + 1} "{f"&e{i};" * 10}">' for i in range(9))
    seed('xmp', 'laughs', b'\3' + xmp(f'<rdf:Description {SPACES}><tiff:Orientation>&e9;</tiff:Orientation>'
                                      '</rdf:Description>', f'<!DOCTYPE x [<!ENTITY e0 "ha">{laughs}]>'))

    for colours, name in ((0, 'gray'), (2, 'rgb'), (4, 'gray-alpha'), (6, 'rgb-alpha')):
        seed('deepstill', f'{name}.png', png(colours=colours))
    seed('deepstill', 'transparent.png', png(png_chunk(b'tRNS', bytes(6))))
    seed('deepstill', 'interlaced.png', png(interlaced=1))
    seed('deepstill', 'cut-off.png', png()[:-30])
    for name, what in (('rgb', {}), ('gray', {'gray': True}), ('tiled', {'tiled': True}), ('apart', {'apart': True}),
                       ('packed', {'packed': True}), ('alpha', {'alpha': 2}),
                       ('associated', {'alpha': 1, 'apart': True}),
                       ('gray-alpha-tiled', {'gray': True, 'alpha': 2, 'tiled': True, 'packed': True})):
        for order in '<>' if name in ('rgb', 'apart') else '<':
            seed('deepstill', f'{name}-{"little" if order == "<" else "big"}.tif', tiff(order, **what))

    film = box(b'ftyp', b'isom\0\0\2\0isom') + box(b'free') + box(b'mdat', bytes(200))
    manifest = box(
        b'uuid', b'\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81' + b'c2pa')
    words = box(b'uuid', b'\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC' + b'words')
    movie = box(b'moov', box(b'mvhd', bytes(20)) + box(b'udta', box(b'XMP_', b'words') + box(b'name', b'it')))
    for name, content in (('film', film + movie), ('marked', film + manifest + words + movie),
                          ('twice', film + words + words + movie),
                          ('large-movie', film + box(b'moov', movie[8:], True)),
                          ('large-data', film[:28] + box(b'mdat', bytes(200), True) + movie),
                          ('to-the-end', film + b'\0\0\0\0mdat' + bytes(200)), ('refuse', film + movie + b'refuse'),
                          ('cut-off', (film + movie)[:-9])):
        seed('isofile', f'{name}.mp4', content)
        seed('ending', f'{name}.mp4', content)
    seed('ending', 'backwards.mp4', film + struct.pack('>I4sQ', 1, b'mdat', 2**64 - len(film)) + bytes(200))
    seed('ending', 'small-boxes.mp4', box(b'ftyp', bytes(8)) + struct.pack('>I4sQ', 1, b'mdat', 1) + bytes(200))
    seed('ending', 'film.avi', riff_chunk(b'RIFF', b'AVI ' + bytes(300)))
    seed('ending', 'cut-off.avi', riff_chunk(b'RIFF', b'AVI ' + bytes(300))[:-50])
    matroska = b'\x1A\x45\xDF\xA3\x84data'
    seed('ending', 'film.mkv', matroska + b'\x18\x53\x80\x67\x01\0\0\0\0\0\1\0' + bytes(256))
    seed('ending', 'cut-off.mkv', matroska + b'\x18\x53\x80\x67\x01\0\0\0\0\0\2\0' + bytes(256))
    seed('ending', 'live.mkv', matroska + b'\x18\x53\x80\x67\x01' + b'\xFF' * 7 + bytes(256))
    seed('ending', 'film.ogg', b'OggS\0\2' + bytes(200) + b'OggS\0\4' + bytes(40))
    seed('ending', 'open.ogg', b'OggS\0\2' + bytes(200) + b'OggS\0\0' + bytes(40))
    seed('ending', 'film.ts', (b'G' + bytes(187)) * 3)
    seed('ending', 'open.ts', (b'G' + bytes(187)) * 3 + b'G' + bytes(9))

    def field(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2, len(content)]) + content
    open_dim, three = field(1, field(2, b'n')), field(1, b'\x08\x03')
    tensor = field(1, b'\x08\x01' + field(2, open_dim + three + open_dim + open_dim))
    graph = (field(1, field(1, b'images') + field(4, b'Conv')) + field(5, field(8, b'weights'))
             + field(11, field(1, b'images') + field(2, tensor)) + field(11, field(1, b'weights')))
    seed('onnx', 'open-dims', b'\x08\x07' + field(7, graph) + b'\x28\x05')

    def element(number: int, content: bytes) -> bytes:
        name = number.to_bytes((number.bit_length() + 7) // 8, 'big')
        return name + (len(content) | 0x4000).to_bytes(2, 'big') + content
    track = element(0xd7, b'\2') + element(0xb9, b'\0') + element(0x22b59d, b'de-CH')
    name = element(0x80, element(0x85, b'One'))
    edition = element(0x45b9, element(0xb6, name + name + element(0xb6, name)))
    film = (element(0x1654ae6b, element(0xae, track)) + element(0x1f43b675, bytes(100))
            + element(0x1043a770, edition + edition))
    head = element(0x1a45dfa3, element(0x4282, b'matroska'))
    seed('matroska', 'film', head + element(0x18538067, film))
    seed('matroska', 'endless', head + b'\x18\x53\x80\x67\1' + b'\xff' * 7 + film[:-20])

    for kind in ('<f4', '<f8', '<i4', '<i8'):
        seed('npy', kind[1:], npy(kind, '(2, 3)', bytes(range(48))[:6 * int(kind[2])]))
    seed('npy', 'version-2', npy('<f4', '(1, 2, 2)', bytes(16), 2))
    seed('npy', 'huge', npy('<f8', '(65536, 65536, 65536, 65536)', b''))

    passed = b'colorize pass 1\0' + b''.join(
        struct.pack('<qHHI12h', time, 3, 2, cut, *range(-600, 600, 100)) for time, cut in ((0, 0), (1, 1), (3, 0)))
    seed('secondpass', 'three', passed)
    seed('secondpass', 'short', passed[:-1])
    seed('secondpass', 'wide', passed.replace(b'\3\0\2\0', b'\xff\xff\2\0'))

    for name, words in (('places', '{"time": 2.5, "x": 320, "y": "60%", "radius": "7%", "colour": "#6b5b3a"}\n'
                                   '{"x": 0, "y": 1e9, "colour": "source"}\n\n{"x":1,"y":2,"kind":"neutral"}'),
                        ('scene', '{"time": 0, "warmth": -50, "tint": 50}'),
                        ('huge', '{"x": 1e999, "y": -0, "colour": "gray"}'),
                        ('nested', '{"x": [[[{"y": {}}]]]}'), ('stock', 'kodachrome'),
                        ('maps', 'blue->#6b5b3a*0.5, 350..10->green,red->10'),
                        ('colours', '#ffffff,#000000*1,#c0392b*0.55')):
        seed('word', name, words.encode())

    layers = (b'name: "net"  # with a comment {\ninput: "data"\ninput_shape { dim: 1 dim: 1 }\n'
              b'layer { name: "a" top: "a" conv { num: 2 } }\nlayer { name: \'b\' bottom: "a" top : \'b/b.(x)\' }\n'
              b'layer { name: "c" top: "c" }\n')
    for name in (b'a', b'b/b.(x)', b'c', b'data'):
        seed('prototxt', name.decode()[0], name + b'\n' + layers)

    sidecar = ('[modelinfo]\nversion=1.0\ngroup-id=full\n\n[gray]\nid=full-gray\ndims-order=row-major\ntype=float32\n'
               'dims=1, 3, 96, 128\ndir=input\nranges=0,255\n\n[bins]\nid=full-bins\ntype=float32\ndims=1,313,24,32\n'
               'dir=output\n\n[colorize]\ninput=gray-rgb\noutput=ab-distribution\nsize=128\nmultiple=32\ncentres=%s\n'
               'temperature=0.38\nmean=123.5, 116, 103\ndeviation=58, 57.5, 57\nname=Full\n')
    seed('modelinfo', 'full', (sidecar % 'hull.npy').encode())
    seed('modelinfo', 'outside', (sidecar % '../hull.npy').encode())
    seed('modelinfo', 'long-name', (sidecar % ('long' * 100)).encode())


if __name__ == '__main__':
    main()
