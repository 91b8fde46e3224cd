#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`--table`: read by Python's csv and html.parser, and the page by Chromium, where it is installed."""
import csv
import json
import os
import shutil
import signal
import subprocess
import unittest
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

from command import COMMAND, GRAY, Case, colourfulness, cv2
from films import launch, need

ODD = 'odd, "name"\n<script>alert(1)</script>.png'.replace('/', '\N{DIVISION SLASH}')
NOT_UTF8 = os.fsdecode(b'\xe9t\xe9.png')
# Some seconds of work, in pieces.
LONG = ('videotestsrc pattern=ball num-buffers=400 ! video/x-raw,format=I420,width=640,height=480,framerate=25/1 '
        '! jpegenc ! matroskamux ! filesink location=in/long.mkv')


class Page(HTMLParser):
    """The rows of a page: their classes, the text of their cells, their links and pictures."""

    def __init__(self, text: str):
        super().__init__()
        self.rows, self.scripts, self.cell = [], 0, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.scripts += tag == 'script'
        if tag == 'tr' and 'class' in attributes:
            self.rows.append({'class': attributes['class'].split(), 'links': [], 'images': []})
        elif tag == 'td':
            self.cell = attributes['class']
            self.rows[-1][self.cell] = ''
        elif tag == 'a':
            self.rows[-1]['links'].append(attributes['href'])
        elif tag == 'img':
            self.rows[-1]['images'].append(attributes['src'])

    def handle_endtag(self, tag):
        self.cell = None if tag == 'td' else self.cell

    def handle_data(self, data):
        if self.cell:
            self.rows[-1][self.cell] += data


class Tables(Case):
    def rows(self, name: str) -> list[dict]:
        text = (self.folder / name).read_bytes()
        self.assertEqual(text.decode().encode(), text)
        self.assertTrue(text.endswith(b'\r\n'))
        with (self.folder / name).open(newline='') as lines:
            return list(csv.DictReader(lines, strict=True))

    def page(self, name: str) -> Page:
        return Page((self.folder / name).read_text())

    def test_of_a_folder(self):
        need('jpegenc', 'matroskamux')
        self.film('in/film.mkv')
        for name in 'a.png', ODD, NOT_UTF8:
            self.photo('in/' + name)
        whole = (self.folder / 'in/a.png').read_bytes()
        (self.folder / 'in/broken.png').write_bytes(whole[:len(whole) // 2])
        (self.folder / 'in/words.txt').write_text('no picture')
        self.run_command('in', '-d', 'out', '--record', '--table', 'out/all.csv', '--table', 'out/all.html',
                         '--label', 'x' * 200, '--jobs', '2', status=1)
        rows = {os.path.basename(row['input']): row for row in self.rows('out/all.csv')}
        self.assertEqual({name: row['status'] for name, row in rows.items()},
                         {'film.mkv': 'done', 'a.png': 'done', ODD: 'done', '\ufffdt\ufffd.png': 'done',
                          'broken.png': 'failed', 'words.txt': 'left-alone'})
        film = rows['film.mkv']
        self.assertEqual((film['codes'], film['output'], film['record']),
                         ('label-lost', 'out/film.mkv', 'out/film.colour.json'))
        self.assertIn('no room', film['remarks'])
        self.assertEqual(int(film['frames']), json.loads((self.folder / film['record']).read_text())['pictures'][0]['frames'])
        self.assertGreater(float(film['seconds']), 0)
        self.assertRegex(film['begin'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$')
        self.assertIn('label=xxx', film['settings'])
        self.assertIn('cannot be decoded', rows['broken.png']['why'])
        self.assertNotEqual(rows['words.txt']['why'], '')

        page = self.page('out/all.html')
        self.assertEqual(page.scripts, 1)
        self.assertEqual([row['status'] for row in page.rows], [row['status'] for row in self.rows('out/all.csv')])
        for row in page.rows:
            for link in row['links'] + row['images']:
                path = os.path.join(os.fsencode(self.folder / 'out'), unquote_to_bytes(link))
                self.assertTrue(os.path.exists(path), link)
            self.assertEqual(len(row['images']), row['status'] == 'done')
            for image in row['images']:  # gray at the left, colour at the right
                picture = cv2.imread(str(self.folder / 'out' / image))
                half = picture.shape[1] // 2
                self.assertLessEqual(max(picture.shape[0], half), 200)
                self.assertLess(colourfulness(picture[:, :half - 8]), 4)
                self.assertGreater(colourfulness(picture[:, half + 8:]), 8)
                self.assertGreater(picture.mean(), 20)
        [failed] = [row for row in page.rows if 'failed' in row['class']]
        self.assertIn('remarked', failed['class'])
        self.assertIn('cannot be decoded', failed['remarks'])

        # The same command goes on: what is there is told by its record.
        self.run_command('in', '-d', 'out', '--record', '--table', 'out/all.csv', '--table', 'out/all.html',
                         '--label', 'x' * 200, '--resume', status=1)
        again = {os.path.basename(row['input']): row for row in self.rows('out/all.csv')}
        self.assertEqual((again['film.mkv']['status'], again['film.mkv']['codes'], again['film.mkv']['frames']),
                         ('kept', 'label-lost', film['frames']))
        # Pictures of a table are no inputs.
        said = self.run_command('out', '--to-gray', '-d', 'gray').stderr
        self.assertIn('all.files: holds the pictures of a table', said)

    def test_takes_no_other_file(self):
        self.photo('a.png')
        self.assertIn('ends in .csv or .html', self.refuse('a.png', '--table', 'a.txt', status=2))
        self.refuse('a.png', '--table', 'a.csv', '--table', 'b.csv', status=2)
        for name in 'table.csv', 'table.html':
            (self.folder / name).write_text('mine')
            self.refuse('a.png', '--table', name)
            self.refuse('a.png', '--table', name, '--overwrite')
        (self.folder / 'other.files').mkdir()
        self.refuse('a.png', '--table', 'other.html')
        self.run_command('a.png', '--table', 'new.csv')
        self.refuse('a.png', '-o', 'b.png', '--table', 'new.csv')
        self.run_command('a.png', '--overwrite', '--table', 'new.csv')
        self.assertEqual([row['status'] for row in self.rows('new.csv')], ['done'])

    def test_of_a_run_that_is_ended(self):
        """Cleanly, and as by a power cut, while the second file is made."""
        need('jpegenc', 'matroskamux')
        self.photo('in/a.png')
        launch(LONG, self.folder)
        for how, statuses in (signal.SIGTERM, ['done', 'interrupted']), (signal.SIGKILL, ['done']):
            shutil.rmtree(self.folder / 'out', ignore_errors=True)
            with subprocess.Popen([COMMAND, 'in', '-d', 'out', '--table', 'out/all.csv', '--table', 'out/all.html',
                                   '--progress=json'], cwd=self.folder, stdout=subprocess.PIPE, text=True) as command:
                for line in command.stdout:
                    event = json.loads(line)
                    if event['event'] == 'begin' and event['input'].endswith('long.mkv'):
                        command.send_signal(how)
                        break
                command.stdout.read()
            self.assertEqual([row['status'] for row in self.rows('out/all.csv')], statuses)
            self.assertEqual([row['status'] for row in self.page('out/all.html').rows], statuses)
            self.assertIn('not at its end', (self.folder / 'out/all.html').read_text())


try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
except ImportError:
    webdriver = None
BROWSER, DRIVER = shutil.which('chromium'), shutil.which('chromedriver')


@unittest.skipUnless(webdriver and BROWSER and DRIVER, 'Chromium, its driver or Selenium is not installed')
class InABrowser(Case):
    def setUp(self):
        super().setUp()
        options = webdriver.ChromeOptions()
        options.binary_location = BROWSER
        for argument in ('--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
                         '--window-size=1400,900', f'--user-data-dir={self.folder / "browser"}'):
            options.add_argument(argument)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL'})
        self.browser = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.addCleanup(self.browser.quit)

    def visible(self) -> list[str]:
        return self.browser.execute_script(
            "return [...document.querySelectorAll('tbody tr')].filter((row) => !row.hidden)"
            ".map((row) => row.querySelector('.file').textContent)")

    def press(self, key: str):
        self.browser.switch_to.active_element.send_keys(key)

    def test_ten_thousand_rows(self):
        """A page of few files, whose rows are repeated: it shows, sorts and filters them, and loads pictures in sight."""
        for number in range(4):
            self.photo(f'in/{number}.png')
        self.photo(f'in/{ODD}')
        (self.folder / 'in/broken.png').write_bytes((self.folder / 'in/0.png').read_bytes()[:900])
        for number in range(150):
            (self.folder / f'in/{number}.txt').write_text('no picture')
        self.run_command('in', '-d', 'out', '--table', 'out/all.html', status=1)
        page = self.folder / 'out/all.html'
        head, body = page.read_text().split('<tbody>\n', 1)
        body, tail = body.rsplit('</tbody>', 1)
        bodies = [part.splitlines() for part in body.split('</tbody><tbody>\n')]
        self.assertEqual(len(bodies), 2)
        rows = [row for part in bodies for row in part if 'left-alone' not in row]
        count, most = 10000, len(bodies[0])
        rows = [rows[number % len(rows)].replace('.jpg"', f'.jpg?{number}"') for number in range(count)]
        page.write_text(head + '<tbody>\n' + '</tbody><tbody>\n'.join(
            '\n'.join(rows[number:number + most]) for number in range(0, count, most)) + '</tbody>' + tail)
        self.browser.get(page.as_uri())
        self.assertEqual(len(self.visible()), count)
        loaded = self.browser.execute_script(
            "return [...document.images].filter((image) => image.complete && image.naturalWidth).length")
        self.assertLess(loaded, count / 10)
        self.press('f')
        broken = self.visible()
        self.assertEqual(set(broken), {'in/broken.png'})
        self.assertEqual(len(broken), count // 6 + (4 < count % 6))
        self.press('f')
        self.press('s')  # by remarks
        self.assertEqual(self.visible()[0], 'in/broken.png')
        self.press('w')
        self.assertEqual(self.browser.execute_script('return document.body.className'), 'wall')
        order = self.visible()
        self.press('f')
        self.assertEqual(self.browser.execute_script("return document.querySelector('tbody').querySelectorAll("
                                                     "'.failed:not([hidden])').length"), most)
        self.press('f')
        self.press('w')
        self.assertEqual(self.visible(), order)
        self.press('w')
        self.press('j')
        self.press('j')
        self.assertEqual(self.browser.execute_script(
            "return [...document.querySelectorAll('tbody tr')].indexOf(document.activeElement)"), 1)
        self.assertEqual([entry for entry in self.browser.get_log('browser') if entry['level'] == 'SEVERE'], [])
        with_odd = [name for name in self.visible() if 'alert(1)' in name]
        self.assertIn('<script>alert(1)<', with_odd[0])


if __name__ == '__main__':
    unittest.main()
