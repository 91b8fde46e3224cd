#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`gst-colorize serve` as its interface: who may ask, what may be read and written, what a hostile client gets, and jobs
that outlive the server."""
import concurrent.futures
import http.client
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from urllib.parse import quote

from command import COMMAND, GRAY, H264, SERVES, Case, colourfulness, cv2, np
from films import launch, need

try:
    import websocket
except ImportError as lacking:
    print(lacking)
    sys.exit(77)  # skipped, to Meson
if not SERVES:
    print('built without libsoup')
    sys.exit(77)

LIMIT = 20_000_000


def resident(pid: int) -> int:
    """Bytes of memory; AddressSanitizer keeps what was freed."""
    if 'asan' in os.environ.get('LD_PRELOAD', ''):
        return 0
    return int(Path(f'/proc/{pid}/statm').read_text().split()[1]) * os.sysconf('SC_PAGESIZE')


class Serve(Case):
    @classmethod
    def setUpClass(cls):
        need(H264, 'jpegenc', 'matroskamux')
        temporary = tempfile.TemporaryDirectory(prefix="colorize's server ")
        cls.addClassCleanup(temporary.cleanup)
        cls.home = Path(temporary.name)
        cls.given = cls.home / 'given'
        (cls.given / 'inner').mkdir(parents=True)
        cv2.imwrite(str(cls.given / 'photograph.jpg'), GRAY)
        (cls.home / 'secret.jpg').write_bytes((cls.given / 'photograph.jpg').read_bytes())
        (cls.given / 'way out').symlink_to(cls.home)
        (cls.given / 'no text.jpg').symlink_to('/etc/hostname')
        shutil.copy(cls.given / 'photograph.jpg', os.fsencode(cls.given / 'inner') + b'/caf\xe9\n<b>.jpg')
        launch('videotestsrc pattern=ball num-buffers=250 ! video/x-raw,format=I420,width=96,height=72,framerate=5/1 '
               '! jpegenc ! matroskamux ! filesink location=long.mkv', cls.given)
        cls.server = None
        cls.start()
        cls.addClassCleanup(lambda: cls.end(signal.SIGTERM))

    @classmethod
    def start(cls):
        cls.server = subprocess.Popen(
            [COMMAND, 'serve', '--limit', str(LIMIT / 1e9), '--state', str(cls.home / 'state'), str(cls.given)],
            stdout=subprocess.PIPE, stderr=open(cls.home / 'said', 'a'), text=True)
        address = cls.server.stdout.readline().strip()
        cls.port = int(address.split(':')[2].split('/')[0])
        cls.token = address.partition('token=')[2]
        cls.cookie = f'colorize-{cls.port}={cls.token}'

    @classmethod
    def end(cls, how: signal.Signals) -> int:
        cls.server.send_signal(how)
        cls.server.stdout.close()
        return cls.server.wait(30)

    def tearDown(self):
        """Whatever a client does, the server has no trouble of its own with it."""
        self.assertEqual((self.home / 'said').read_text(), '')
        super().tearDown()

    def ask(self, path: str, method: str = 'GET', body=None, cookie: str | None = None, **headers):
        """Status, headers and body of an answer."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        connection.request(method, path, body, {'Cookie': self.cookie if cookie is None else cookie, **headers})
        response = connection.getresponse()
        answer = response.status, response.headers, response.read()
        connection.close()
        return answer

    def told(self, path: str, method: str = 'GET', body=None) -> dict:
        status, _, answer = self.ask(path, method, body)
        self.assertEqual(status, 200, answer)
        return json.loads(answer)

    def make(self, *files: dict, **more) -> str:
        """A new job's id."""
        body = {'task': 'colour', 'files': files, 'output': None, **more}
        return self.told('/api/jobs', 'POST', json.dumps(body))['id']

    def job(self, identity: str) -> dict:
        return next(job for job in self.told('/api/jobs')['jobs'] if job['id'] == identity)

    def wait_for(self, what, seconds: float = 240):
        end = time.monotonic() + seconds
        while not (found := what()):
            self.assertLess(time.monotonic(), end, 'it does not come')
            time.sleep(0.05)
        return found

    def over(self, identity: str) -> dict:
        return self.wait_for(lambda: (job := self.job(identity))['state'] not in ('waiting', 'running') and job)

    def socket(self, path: str) -> websocket.WebSocket:
        connection = websocket.create_connection(f'ws://127.0.0.1:{self.port}{path}', cookie=self.cookie, timeout=30)
        self.addCleanup(connection.shutdown)
        return connection

    def first_picture(self, path: str) -> bytes:
        connection = self.socket(path)
        while (message := connection.recv())[:1] != b'p':
            self.assertNotIn(b'error', message)
        connection.close()
        return message

    @staticmethod
    def is_closed(connection: websocket.WebSocket) -> bool:
        try:
            return connection.recv_data()[0] == 8
        except (OSError, websocket.WebSocketException):
            return True

    # Who may ask.

    def test_token(self):
        self.assertEqual(self.ask('/', cookie='')[0], 401)
        self.assertEqual(self.ask('/api/about', cookie=f'colorize-{self.port}={"0" * 32}')[0], 401)
        self.assertEqual(self.ask('/?token=' + '0' * 32, cookie='')[0], 401)
        status, headers, _ = self.ask(f'/?token={self.token}', cookie='')
        self.assertEqual((status, headers['Location'].endswith('/')), (302, True))
        self.assertRegex(headers['Set-Cookie'], rf'^{self.cookie}; HttpOnly; SameSite=Strict')
        status, headers, page = self.ask('/')
        self.assertEqual((status, headers.get_content_type()), (200, 'text/html'))
        self.assertRegex(headers['Content-Security-Policy'], "^default-src 'none'; script-src 'self'")
        self.assertNotIn(self.token.encode(), page)

    def test_other_pages(self):
        """A name that somebody turned to this machine, and another page in the same browser."""
        for host in ('evil.example', f'evil.example:{self.port}', '127.0.0.1', f'127.0.0.1:{self.port + 1}'):
            self.assertEqual(self.ask('/api/about', Host=host)[0], 403, host)
        for origin in ('http://evil.example', 'null', f'https://127.0.0.1:{self.port}', f'http://127.0.0.1:{self.port}0'):
            self.assertEqual(self.ask('/api/jobs', 'POST', '{}', Origin=origin)[0], 403, origin)
            with self.assertRaises(websocket.WebSocketBadStatusException):
                websocket.create_connection(f'ws://127.0.0.1:{self.port}/api/events', cookie=self.cookie, origin=origin)
        with self.assertRaises(websocket.WebSocketBadStatusException):
            websocket.create_connection(f'ws://127.0.0.1:{self.port}/api/view?folder=1&path=long.mkv')

    # What may be read and written.

    def test_folders(self):
        entries = self.told('/api/folder?folder=1&path=')['entries']
        self.assertEqual([(entry['name'], entry['kind']) for entry in entries],
                         [('inner', 'folder'), ('way out', 'folder'), ('long.mkv', 'film'), ('no text.jpg', 'other'),
                          ('photograph.jpg', 'still')])
        for path in ('..', '../secret.jpg', '%2e%2e/secret.jpg', 'way out/secret.jpg', '/etc/passwd', 'no text.jpg', 'a%00b',
                     'way%20out', '.' * 5000):
            self.assertIn(self.ask(f'/api/folder?folder=1&path={quote(path)}')[0], (403, 404), path)
            body = json.dumps({'task': 'colour', 'files': [{'folder': 1, 'path': path}], 'output': None})
            self.assertEqual(self.ask('/api/jobs', 'POST', body)[0], 404, path)
            self.assertIn(b'error', self.socket(f'/api/view?folder=1&path={quote(path)}').recv(), path)
        for folder in ('7', '-1', 'x', '99999999999999999999', ''):
            self.assertEqual(self.ask(f'/api/folder?folder={folder}&path=')[0], 404, folder)
        for path in ('/../secret.jpg', '/api/jobs/../../secret.jpg', '/page.gresource.xml', '/api/jobs/x/result/0'):
            self.assertEqual(self.ask(path)[0], 404, path)

    def test_second(self):
        """Another one, as from a menu, shows its file on the page that is there, which alone does not let a page choose."""
        second = subprocess.run([COMMAND, 'serve', '--state', self.home / 'state', self.home / 'secret.jpg'],
                                capture_output=True, text=True)
        self.assertEqual((second.returncode, second.stderr), (0, ''))
        self.assertEqual(second.stdout, f'http://127.0.0.1:{self.port}/?token={self.token}&folder=2&path=secret.jpg\n')
        self.assertEqual(self.ask(second.stdout.strip()[second.stdout.index('/?'):], cookie='')[1]['Location'],
                         f'http://127.0.0.1:{self.port}/?folder=2&path=secret.jpg')
        self.assertGreater(len(self.first_picture('/api/view?folder=2&path=secret.jpg')), 1000)
        for path in ('/api/folders', '/api/folders/', '/api//folders', '/api/folders%2F', '//api/folders'):
            self.assertIn(self.ask(path, 'POST', 'file:///etc')[0], (401, 404), path)

    def test_wishes_of_a_page(self):
        """A page may not name a file otherwise than by its folder: not as a network, a result, or an address."""
        for body in ({'properties': {'model': str(self.home / 'secret.onnx')}}, {'options': {'output': '/tmp/x.jpg'}},
                     {'options': {'progress=none': 'true'}}, {'properties': {'saturation': '7'}}, {'task': 'other'},
                     {'properties': {'parent': '0'}}, {'files': []}, {'output': {'folder': 1, 'path': '../x'}},
                     {'output': {'folder': 1, 'path': 'photograph.jpg'}}):
            wish = {'task': 'colour', 'files': [{'folder': 1, 'path': 'photograph.jpg'}], 'output': None, **body}
            self.assertIn(self.ask('/api/jobs', 'POST', json.dumps(wish))[0], (400, 404), body)
        for body in ('{"task":"' + ']' * 100_000 + '","files":' + '[' * 100_000, '', '[', '[]', 'null', '{"task": 1}', '[' * 100_000, '{"a":' * 100_000, '\0'):
            self.assertEqual(self.ask('/api/jobs', 'POST', body)[0], 400, body[:20])
        for address in ('file:///etc/passwd', 'http://127.0.0.1/', f'fd://0'):
            self.assertIn(b'error', self.socket(f'/api/view?address={quote(address)}').recv(), address)
        self.assertIn(b'error', self.socket('/api/view?device=/dev/zero').recv())
        for wish in ('{"do":"open","file":"file:///etc/passwd"}', '{"do":"set","name":"model","value":"/x.onnx"}', '[' * 4000,
                     '{"do":"set","name":"name","value":"x"}', 'x' * 5000, '{}'):
            connection = self.socket('/api/view?folder=1&path=photograph.jpg')
            connection.send(wish)
            self.assertTrue(self.wait_for(lambda: self.is_closed(connection)), wish[:40])

    def test_regions(self):
        """Rectangles and polygons alone come from a page: no line has a file read, and none brings a picture."""
        good = '{"rectangle":["10%","10%","50%","50%"],"soft":"2%"}'
        secret = self.home / 'secret.jpg'
        job = {'task': 'colour', 'files': [{'folder': 1, 'path': 'photograph.jpg'}], 'output': None}
        for name in 'region', 'exclude':
            for lines, words in ((str(secret), 'is no region'), (f'{good}\n {secret}', 'is no region'),
                                 ('roi', 'is no region'), ('{"mask":"%s"}' % secret, 'a mask'), ('{"m\\u0061sk":"%s"}' % secret, 'a mask'),
                                 ('{"mask":"data:;base64,AAAA"}', 'a mask'), ('{"rectangle":[1]}', '"rectangle" must be'),
                                 ('{"polygon":' + '[' * 9999, 'brackets'), ('\n'.join([good] * 1300), 'longer')):
                status, _, answer = self.ask(f'/api/{name}', 'POST', lines)
                self.assertEqual(status, 400, lines[:60])
                self.assertIn(words, json.loads(answer)['error'])
                status, _, answer = self.ask('/api/jobs', 'POST', json.dumps({**job, 'properties': {name: lines}}))
                self.assertEqual(status, 400, lines[:60])
            kept = f'/api/{name}?folder=1&path=photograph.jpg'
            for lines, status, then in ((good, 204, good), (str(secret), 400, good), ('', 204, '')):
                self.assertEqual(self.ask(kept, 'PUT', lines)[0], status)
                self.assertEqual(self.told(kept)[name], then)

    def test_references(self):
        """Pictures alone are taken, small, and not many; no name leads elsewhere, and of what broke off nothing is left."""
        files = '/api/reference?folder=1&path=photograph.jpg'
        listed = lambda: self.told('/api/references?folder=1&path=photograph.jpg')['references']
        picture = cv2.imencode('.png', np.random.default_rng(1).integers(0, 255, (700, 1100, 4), np.uint8))[1].tobytes()
        status, _, answer = self.ask(f'{files}&name=12.5s%20still.png', 'PUT', picture)
        self.assertEqual(status, 200, answer)
        one, = listed()
        self.assertEqual((one['words'], one['time']), ('12.5s still', 12.5))
        self.assertEqual(json.loads(answer)['name'], one['name'])
        own = f'{files}&name={quote(one["name"])}'
        kept = cv2.imdecode(np.frombuffer(self.ask(own)[2], np.uint8), cv2.IMREAD_UNCHANGED)
        self.assertEqual((max(kept.shape[:2]), kept.shape[2]), (512, 4))
        for content in b'', b'Dear reader', picture[:999], (self.given / 'long.mkv').read_bytes():
            self.assertEqual(self.ask(f'{files}&name=letter.png', 'PUT', content)[0], 400, content[:20])
        with self.assertRaises(ConnectionError):
            self.ask(f'{files}&name=large.png', 'PUT', b'', **{'Content-Length': str(LIMIT + 1)})
        self.assertEqual(self.ask('/api/reference?folder=1&path=../secret.jpg&name=a.png', 'PUT', b'')[0], 404)
        connection = socket.create_connection(('127.0.0.1', self.port))
        connection.sendall(f'PUT {files}&name=a.png HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n'
                           f'Content-Length: {len(picture)}\r\n\r\n'.encode() + picture[:-1])
        folder = self.home / 'state/reference'
        self.wait_for(lambda: list(folder.glob('.part-*')))
        connection.close()  # goes away in the middle
        self.wait_for(lambda: not list(folder.glob('.part-*')))
        self.assertEqual(len(listed()), 1)
        for name in '../hints/x', '%2e%2e/secret.jpg', str(self.home / 'secret.jpg'), 'any-0001-x.png', '.', '':
            for method in 'GET', 'DELETE', 'POST':
                self.assertEqual(self.ask(f'{files}&name={quote(name)}', method)[0], 404, name)
        for time_of_it in '-1', 'nan', 'inf', '1e9':
            self.assertEqual(self.ask(f'{own}&time={time_of_it}', 'POST')[0], 400, time_of_it)
        moved = self.told(f'{own}&time=3', 'POST')['name']
        self.assertEqual([(entry['name'], entry['time']) for entry in listed()], [(moved, 3)])
        viewer = self.socket('/api/view?folder=1&path=photograph.jpg')  # no page names a file
        for value in str(self.home / 'secret.jpg'), f'own\n{self.home}':
            viewer.send(json.dumps({'do': 'set', 'name': 'reference', 'value': value, 'pictures': str(self.home)}))
            self.assertTrue(self.wait_for(lambda: self.is_closed(viewer)), value)
            viewer = self.socket('/api/view?folder=1&path=photograph.jpg')
        viewer.close()
        body = json.dumps({'task': 'colour', 'files': [{'folder': 1, 'path': 'photograph.jpg'}], 'output': None,
                           'properties': {'reference': str(self.home / 'secret.jpg')}})
        self.assertEqual(self.ask('/api/jobs', 'POST', body)[0], 400)
        for number in range(31):
            shutil.copy(next(folder.glob('*/*.png')), next(folder.glob('*')) / f'any-{number + 100:04}-copy.png')
        self.assertEqual(self.ask(f'{files}&name=more.png', 'PUT', b'')[0], 409)
        for entry in listed():
            self.assertEqual(self.ask(f'{files}&name={quote(entry["name"])}', 'DELETE')[0], 204)
        self.assertEqual(list(folder.iterdir()), [])

    def test_hints(self):
        """Lines of JSON alone come from a page; what is wrong with others is said, and none of them has a file read."""
        good = '{"x":"50%","y":"50%","radius":"20%","colour":"#c02020"}'
        secret = self.home / 'secret.jsonl'
        secret.write_text(good)
        job = {'task': 'colour', 'files': [{'folder': 1, 'path': 'photograph.jpg'}], 'output': None}
        viewer = self.socket('/api/view?folder=1&path=photograph.jpg')
        for lines, words in ((str(secret), 'is no hint'), (f' \t{secret}', 'is no hint'), (f'{good}\n{secret}', 'line 2'),
                             ('{"x":{"y":1}}', 'numbers and words alone'), ('{"x":1,"y":1}', '"colour" is missing'),
                             (f'{good[:-1]},"file":"{secret}"}}', 'no key "file"'), ('\n'.join([good] * 1300), 'longer')):
            status, _, answer = self.ask('/api/hints', 'POST', lines)
            self.assertEqual(status, 400, lines[:60])
            self.assertIn(words, json.loads(answer)['error'])
            status, _, answer = self.ask('/api/jobs', 'POST', json.dumps({**job, 'properties': {'hints': lines}}))
            self.assertEqual(status, 400, lines[:60])
            self.assertIn(words, json.loads(answer)['error'])
            viewer.send(json.dumps({'do': 'set', 'name': 'hints', 'value': lines}))
            while b'"set"' not in (message := viewer.recv()):
                if message[:1] == b'p':
                    number, = struct.unpack('>I', message[1:5])
                    viewer.send(json.dumps({'do': 'shown', 'number': json.loads(message[5:5 + number])['number']}))
            self.assertIn(words, json.loads(message[1:])['error'])
        viewer.close()
        self.assertEqual(self.ask('/api/hints', 'POST', good)[0], 204)
        kept = '/api/hints?folder=1&path=photograph.jpg'  # by the server, for each film or photograph
        for lines, status, then in ((good, 204, good), (str(secret), 400, good), ('', 204, '')):
            self.assertEqual(self.ask(kept, 'PUT', lines)[0], status)
            self.assertEqual(self.told(kept)['hints'], then)
        self.assertEqual(self.ask('/api/hints?folder=1&path=../secret.jsonl', 'PUT', good)[0], 404)
        plain, hinted = (self.over(self.make(*job['files'], properties=given))
                         for given in ({'hints': ' '}, {'hints': f' \n {good}'}))  # a blank before names no file either
        self.assertEqual((plain['options'], hinted['options']), ({}, {'hints': '1'}))
        red = [float(np.subtract(*cv2.mean(cv2.imdecode(np.frombuffer(
            self.ask(f'/api/jobs/{made["id"]}/result/0')[2], np.uint8), cv2.IMREAD_COLOR)[90:110, 65:85])[2::-2]))
            for made in (plain, hinted)]
        print('R - B in the middle without and with a hint:', red)
        self.assertGreater(red[1], red[0] + 20)

    def test_names(self):
        """What a file is called is bytes here, text there, and never anything else."""
        entry, = self.told('/api/folder?folder=1&path=inner')['entries']
        self.assertEqual(entry['kind'], 'still')
        self.assertGreater(len(self.first_picture(f'/api/view?folder=1&path={quote(entry["path"])}')), 1000)
        job = self.over(self.make({'folder': 1, 'path': entry['path']}))
        self.assertEqual((job['state'], len(job['files'])), ('done', 1))
        status, headers, body = self.ask(f'/api/jobs/{job["id"]}/result/0?download')
        self.assertEqual((status, headers['Content-Disposition']), (200, "attachment; filename*=UTF-8''caf%E9%0A%3Cb%3E.jpg"))
        self.assertGreater(colourfulness(cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)), 2)
        for name in ('../../x.jpg', '/etc/x.jpg', '.hidden.jpg', 'a\\b.jpg', 'x' * 255 + '.jpg', 'a\nb.jpg', '', '..'):
            sent = self.told(f'/api/upload?name={quote(name)}', 'PUT', b'bytes')
            self.assertEqual((self.home / 'state/uploads' / sent['name']).read_bytes(), b'bytes', name)

    def test_uploads(self):
        photograph = (self.given / 'photograph.jpg').read_bytes()
        first, second = (self.told('/api/upload?name=p.jpg', 'PUT', photograph) for _ in range(2))
        self.assertEqual([first['name'], second['name']], ['p.jpg', 'p-2.jpg'])
        self.assertEqual(self.over(self.make(first, second))['state'], 'done')
        before = set((self.home / 'state/uploads').iterdir())
        with self.assertRaises(ConnectionError):
            self.ask('/api/upload?name=big', 'PUT', b'', **{'Content-Length': str(LIMIT + 1)})

        def without_end(path: str, method: str, most: int) -> int:
            """Bytes that are taken of a body in chunks."""
            chunk, sent = b'10000\r\n' + bytes(65536) + b'\r\n', 0
            with socket.create_connection(('127.0.0.1', self.port), timeout=30) as connection:
                connection.sendall(f'{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n'
                                   'Transfer-Encoding: chunked\r\n\r\n'.encode())
                try:
                    while sent < most:
                        connection.sendall(chunk)
                        sent += 65536
                except OSError:
                    pass
            return sent
        memory = resident(self.server.pid)
        self.assertLess(without_end('/api/upload?name=endless', 'PUT', 20 * LIMIT), 2 * LIMIT)
        self.assertLess(without_end('/api/jobs', 'POST', 20 * LIMIT), LIMIT)
        self.assertLess(without_end('/api/nothing', 'POST', 20 * LIMIT), LIMIT)
        with socket.create_connection(('127.0.0.1', self.port)) as connection:  # goes away in the middle
            connection.sendall(f'PUT /api/upload?name=half HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}\r\n'
                               'Content-Length: 1000000\r\n\r\n'.encode() + bytes(5000))
        self.wait_for(lambda: set((self.home / 'state/uploads').iterdir()) == before)  # nothing half
        self.assertLess(resident(self.server.pid) - memory, 10_000_000)

    # What hostile clients get.

    def test_many_sockets(self):
        """A hundred that say nothing or half of something: others are answered, and nothing piles up."""
        self.told('/api/about')
        memory = resident(self.server.pid)
        sockets = [socket.create_connection(('127.0.0.1', self.port)) for _ in range(100)]
        for number, connection in enumerate(sockets):
            connection.sendall([b'', b'GET / HT', b'POST /api/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{',
                                b'\0' * 500, b'GET ' + b'/' * 4000][number % 5])
        began = time.monotonic()
        self.told('/api/about')
        self.assertLess(time.monotonic() - began, 5)
        for connection in sockets:
            connection.close()
        self.assertLess(resident(self.server.pid) - memory, 20_000_000)

    def test_floods(self):
        self.first_picture('/api/view?folder=1&path=photograph.jpg')
        memory = resident(self.server.pid)
        connection = self.socket('/api/view?folder=1&path=photograph.jpg')
        try:
            for _ in range(20_000):
                connection.send('{"do":"set","name":"saturation","value":"1.5"}')
        except OSError:
            pass
        events = self.socket('/api/events')  # that are never read
        try:
            for _ in range(20_000):
                events.send('more')
        except OSError:
            pass
        self.told('/api/about')
        connection.close()
        events.close()
        self.assertLess(resident(self.server.pid) - memory, 20_000_000)

    def test_viewers(self):
        """Ten at once see; what is too many is said; none is left."""
        path = '/api/view?folder=1&path=photograph.jpg'
        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            self.assertEqual(len(list(pool.map(self.first_picture, [path] * 10))), 10)
        many = [self.socket(path) for _ in range(13)]
        self.assertIn(b'too many', many[-1].recv())
        for connection in many:
            connection.close()
        children = Path(f'/proc/{self.server.pid}/task/{self.server.pid}/children')
        self.wait_for(lambda: not children.read_text().split())

    # Jobs.

    def test_job(self):
        events = self.socket('/api/events')
        self.assertTrue(json.loads(events.recv())['all'])
        identity = self.make({'folder': 1, 'path': ''}, properties={'saturation': '0.5'})  # the folder
        seen = []
        while not seen or seen[-1]['state'] != 'done' and seen[-1]['state'] != 'failed':
            events.send('more')
            seen += [job for job in json.loads(events.recv())['jobs'] if job['id'] == identity]
        events.close()
        positions = [job['position'] for job in seen]
        self.assertEqual(positions, sorted(positions))
        self.assertGreater(len(set(positions)), 2)
        files = {file['name']: file for file in seen[-1]['files']}
        self.assertEqual(files['photograph.jpg']['state'], 'done')
        self.assertEqual((files['way out']['state'], files['way out']['result']), ('left-alone', None))
        self.wait_for(lambda: all(file['pictures'] for file in self.job(identity)['files'] if file['state'] == 'done'))
        status, headers, picture = self.ask(f'/api/jobs/{identity}/picture/0.jpg')
        self.assertEqual((status, headers['Content-Type']), (200, 'image/jpeg'))
        self.assertLessEqual(max(cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR).shape), 320)
        number = [file['name'] for file in seen[-1]['files']].index('long.mkv')
        whole = self.ask(f'/api/jobs/{identity}/result/{number}')[2]
        for asked, part in (('bytes=5-99', whole[5:100]), ('bytes=-7', whole[-7:]), (f'bytes=9-', whole[9:])):
            status, headers, body = self.ask(f'/api/jobs/{identity}/result/{number}', Range=asked)
            self.assertEqual((status, body), (206, part))
            self.assertTrue(headers['Content-Range'].endswith(f'/{len(whole)}'))
        self.assertEqual(self.ask(f'/api/jobs/{identity}', 'DELETE')[0], 204)
        self.assertFalse((self.home / 'state/jobs' / identity).exists())

    def test_a_job_that_is_killed(self):
        """It has failed; the server has not, and the next one is made."""
        identity = self.make({'folder': 1, 'path': 'long.mkv'})
        children = Path(f'/proc/{self.server.pid}/task/{self.server.pid}/children')
        process = self.wait_for(lambda: self.job(identity)['files'] and children.read_text().split())[0]
        os.kill(int(process), signal.SIGKILL)
        job = self.over(identity)
        self.assertEqual(job['state'], 'failed')
        self.assertIn('Killed', job['text'])
        self.assertEqual(self.ask(f'/api/jobs/{identity}/again', 'POST')[0], 204)
        self.assertEqual(self.over(identity)['state'], 'done')

    def test_cancel(self):
        running, waiting = (self.make({'folder': 1, 'path': 'long.mkv'}) for _ in range(2))
        self.wait_for(lambda: self.job(running)['state'] == 'running')
        for identity in (waiting, running):
            self.assertEqual(self.ask(f'/api/jobs/{identity}/cancel', 'POST')[0], 204)
        for identity in (waiting, running):
            self.assertEqual(self.over(identity)['state'], 'cancelled')

    def test_zz_the_server_is_killed(self):
        """What it was doing, and what waited, is done by the next one."""
        jobs = [self.make({'folder': 1, 'path': name}) for name in ('long.mkv', 'photograph.jpg')]
        self.wait_for(lambda: self.job(jobs[0])['files'])
        self.end(signal.SIGKILL)
        before = self.cookie
        self.start()
        self.assertEqual(self.cookie, before)  # a page that is open comes back
        for identity in jobs:
            self.assertEqual(self.over(identity)['state'], 'done')
        unfinished = self.make({'folder': 1, 'path': 'long.mkv'})
        self.wait_for(lambda: self.job(unfinished)['files'])
        began = time.monotonic()
        self.assertEqual(self.end(signal.SIGINT), 130)
        self.assertLess(time.monotonic() - began, 15)
        self.start()
        self.assertEqual(self.over(unfinished)['state'], 'done')


if __name__ == '__main__':
    unittest.main()
