#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page of `gst-colorize serve` as people use it: in Chromium, on the real server, with real viewers and jobs."""
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from command import AAC, COMMAND, GRAY, H264, Case, cv2, np
from films import FRAMES, launch, make_film, need, read_frames, read_sounds

try:
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
except ImportError as lacking:
    print(lacking)
    sys.exit(77)  # skipped, to Meson
BROWSER, DRIVER = shutil.which('chromium'), shutil.which('chromedriver')
if not BROWSER or not DRIVER:
    print('Chromium or its driver is not installed')
    sys.exit(77)
if 'built without' in subprocess.run([COMMAND, 'serve', '--help'], capture_output=True, text=True).stderr:
    print('built without libsoup')
    sys.exit(77)

# Three pieces, so that there is something to cancel and to go on with.
LONG = ('videotestsrc pattern=ball num-buffers=120 ! video/x-raw,format=I420,width=192,height=144,framerate=2/1 '
        '! jpegenc ! matroskamux ! filesink location=long.mkv')
HOSTILE = '<img src=x onerror=alert(1)>.jpg'
# The mean distance of the greatest from the least of R, G and B in the canvas from `from` to `to` of its width.
COLOURFULNESS = '''
  const [from, to] = arguments, canvas = document.getElementById('canvas');
  const left = Math.floor(canvas.width * from), width = Math.max(1, Math.floor(canvas.width * (to - from)));
  const {data} = canvas.getContext('2d').getImageData(left, 0, width, canvas.height);
  let sum = 0;
  for (let i = 0; i < data.length; i += 4)
    sum += Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]);
  return sum / (data.length / 4);'''
DROP = '''
  const [name, text] = arguments, transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
  for (const type of ['dragenter', 'dragover', 'drop'])
    document.body.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: transfer}));'''


def wait_for(what, seconds: float = 30):
    """What `what()` returns as soon as that is true."""
    end = time.monotonic() + seconds
    while True:
        try:
            if found := what():
                return found
        except StaleElementReferenceException:
            pass  # drawn anew meanwhile
        if time.monotonic() > end:
            raise AssertionError('it does not come')
        time.sleep(0.05)


class Page(Case):
    @classmethod
    def setUpClass(cls):
        need(H264, AAC, 'mp4mux', 'jpegenc', 'matroskamux')
        temporary = tempfile.TemporaryDirectory(prefix="colorize's page ")
        cls.addClassCleanup(temporary.cleanup)
        cls.home = Path(temporary.name)
        cls.films = cls.home / 'Films'
        photographs = cls.films / 'photographs'
        photographs.mkdir(parents=True)
        make_film(cls.films / 'film.mp4', H264, 'mp4mux', [AAC])
        launch(LONG, cls.films)
        launch('videotestsrc num-buffers=5 ! video/x-raw,format=I420,width=160,height=120,framerate=25/1 ! jpegenc '
               '! matroskamux ! filesink location=colour.mkv', cls.films)
        for number in range(6):
            cv2.imwrite(str(photographs / f'{number}.jpg'), GRAY)
        (photographs / '3.jpg').write_bytes((photographs / '2.jpg').read_bytes()[:900])  # broken off
        shutil.copy(photographs / '0.jpg', cls.films / HOSTILE)
        cls.server = cls.address = None
        cls.start_server()
        cls.addClassCleanup(lambda: cls.end_server(signal.SIGTERM))
        cls.downloads = cls.home / 'downloads'
        cls.downloads.mkdir()
        options = webdriver.ChromeOptions()
        options.binary_location = BROWSER
        for argument in ('--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage',
                         '--window-size=1280,900', f'--user-data-dir={cls.home / "browser"}'):
            options.add_argument(argument)
        options.set_capability('goog:loggingPrefs', {'browser': 'ALL', 'performance': 'ALL'})
        cls.browser = webdriver.Chrome(options=options, service=Service(DRIVER))
        cls.addClassCleanup(cls.browser.quit)
        cls.browser.execute_cdp_cmd(
            'Browser.setDownloadBehavior', {'behavior': 'allow', 'downloadPath': str(cls.downloads)})

    @classmethod
    def start_server(cls, port: int = 0):
        cls.server = subprocess.Popen(
            [COMMAND, 'serve', '--port', str(port), '--state', str(cls.home / 'state'), str(cls.films)],
            stdout=subprocess.PIPE, text=True, start_new_session=True)
        cls.address = cls.server.stdout.readline().strip()
        cls.port = int(cls.address.split(':')[2].split('/')[0])

    @classmethod
    def end_server(cls, how: signal.Signals):
        if cls.server.poll() is None:
            if how == signal.SIGKILL:
                os.killpg(cls.server.pid, how)  # its jobs too
            else:
                cls.server.send_signal(how)
        cls.server.wait(30)
        cls.server.stdout.close()

    def setUp(self):
        super().setUp()
        self.size(1280, 900)
        self.browser.get(self.address)
        wait_for(lambda: self.find('#properties input'))

    def tearDown(self):
        """No test leaves an error in the console, or has asked anything of another machine."""
        errors = [entry['message'] for entry in self.browser.get_log('browser') if entry['level'] == 'SEVERE']
        self.assertEqual(errors, [])
        for entry in self.browser.get_log('performance'):
            message = json.loads(entry['message'])['message']
            if message['method'] in ('Network.requestWillBeSent', 'Network.webSocketCreated'):
                url = message['params'].get('url') or message['params']['request']['url']
                # chrome: is the tab that it begins with.
                self.assertTrue(url.startswith((f'http://127.0.0.1:{self.port}/', f'ws://127.0.0.1:{self.port}/',
                                                'blob:', 'data:', 'chrome:')), url)

    # What a person does and sees.

    def size(self, width: int, height: int):
        self.browser.execute_cdp_cmd('Emulation.setDeviceMetricsOverride', {
            'width': width, 'height': height, 'deviceScaleFactor': 1, 'mobile': width < 600})

    def find(self, selector: str):
        found = self.browser.find_elements(By.CSS_SELECTOR, selector)
        return found[0] if found else None

    def click(self, selector: str):
        wait_for(lambda: (element := self.find(selector)) and element.is_displayed() and element.is_enabled())
        self.find(selector).click()

    def keys(self, *keys: str):
        for key in keys:
            ActionChains(self.browser, duration=0).send_keys(key).perform()

    def text(self, selector: str) -> str:
        return self.find(selector).text

    def colourfulness(self, start: float, end: float) -> float:
        return self.browser.execute_script(COLOURFULNESS, start, end)

    def slide(self, selector: str, value: float):
        self.browser.execute_script('''
          const [selector, value] = arguments, slider = document.querySelector(selector);
          slider.value = value;
          slider.dispatchEvent(new Event('input', {bubbles: true}));''', selector, value)

    def time_shown(self) -> float:
        minutes, seconds = self.text('#clock').split(' / ')[0].split(':')
        return 60 * int(minutes) + float(seconds)

    def wait_for_picture(self):
        wait_for(lambda: self.find('#view').is_displayed() and not self.find('#waiting').is_displayed())

    def show(self, name: str):
        """A file of the folders."""
        self.click('#open-folders')
        self.click('#places button[data-folder="1"]')
        self.press(self.find('#entries'), name)
        self.wait_for_picture()

    def newest(self):
        return self.find('#job-list > li')

    def make(self):
        """Until the new job stands above those of other tests."""
        jobs = len(self.browser.find_elements(By.CSS_SELECTOR, '#job-list > li'))
        self.click('#make')
        wait_for(lambda: len(self.browser.find_elements(By.CSS_SELECTOR, '#job-list > li')) > jobs)

    def wait_for_job(self, state: str, seconds: float = 60):
        wait_for(lambda: self.newest() and self.newest().get_attribute('data-state') == state, seconds)
        return self.newest()

    def press(self, element, words: str):
        wait_for(lambda: [e for e in element.find_elements(By.CSS_SELECTOR, 'button, a')
                          if e.is_displayed() and e.text == words])[0].click()

    def downloaded(self, name: str) -> Path:
        path = self.downloads / name
        wait_for(lambda: path.exists() and not list(self.downloads.glob('*.crdownload')))
        return path

    def is_wider_than_the_window(self) -> bool:
        return self.browser.execute_script(
            'const {scrollWidth, clientWidth} = document.documentElement; return scrollWidth > clientWidth')

    # The tests.

    def test_a_dropped_film_in_colour(self):
        """Picked, before and after, the divider dragged, played, sought, stepped, and a slider that acts."""
        self.find('#pick').send_keys(str(self.films / 'film.mp4'))
        self.wait_for_picture()
        self.assertLess(self.colourfulness(0, 0.45), 2)
        wait_for(lambda: self.colourfulness(0.55, 1) > 8)
        picture = self.find('#picture')
        ActionChains(self.browser, duration=0).move_to_element(picture).click_and_hold() \
            .move_by_offset(-int(picture.size['width'] * 0.4), 5).release().perform()
        self.assertGreater(self.colourfulness(0.2, 0.45), 8)
        self.assertEqual(self.find('#divider').get_attribute('aria-valuenow'), '10')
        self.click('#play')
        wait_for(lambda: self.time_shown() > 0.3)
        self.click('#play')
        wait_for(lambda: self.text('#play') == 'Play')
        self.slide('#time', 1.6)
        wait_for(lambda: abs(self.time_shown() - 1.6) < 0.05)
        self.click('#forth')
        self.click('#forth')
        self.click('#forth')
        wait_for(lambda: 1.65 < self.time_shown() < 1.8)
        self.slide('input[name="saturation"]', 0)
        wait_for(lambda: self.colourfulness(0.2, 1) < 2)
        self.click('#reset')
        wait_for(lambda: self.colourfulness(0.2, 1) > 8)

    def test_a_film_is_made_as_the_command_makes_it(self):
        self.run_command(self.films / 'film.mp4', '-o', 'wanted.mp4')
        self.show('film.mp4')
        self.make()
        job = self.wait_for_job('done')
        self.press(job, 'Download')
        made, wanted = self.downloaded('film.mp4'), self.folder / 'wanted.mp4'
        made_frames, wanted_frames = read_frames(made), read_frames(wanted)
        self.assertEqual(len(made_frames), FRAMES)
        self.assertEqual([frame.time for frame in made_frames], [frame.time for frame in wanted_frames])
        for one, other in zip(made_frames, wanted_frames, strict=True):
            np.testing.assert_array_equal(one.rgb, other.rgb)
        self.assertEqual(read_sounds(made), read_sounds(wanted))
        self.press(job, 'Look at it')  # with its sound
        wait_for(lambda: self.browser.execute_script(
            'const p = document.getElementById("player"); return p.readyState > 1 && p.duration > 2 && p.videoWidth'))

    def test_a_part_is_tried(self):
        self.show('film.mp4')
        self.slide('#time', 0.4)
        wait_for(lambda: abs(self.time_shown() - 0.4) < 0.05)
        self.keys('i')
        self.slide('#time', 1.2)
        wait_for(lambda: abs(self.time_shown() - 1.2) < 0.05)
        self.keys('o')
        self.assertEqual(self.text('#try'), 'Make 0:00.4 to 0:01.2')
        self.keys('t')
        job = self.wait_for_job('done')
        self.press(job, 'Look at it')
        duration = wait_for(lambda: self.browser.execute_script('return document.getElementById("player").duration'))
        self.assertAlmostEqual(duration, 0.8, delta=0.1)

    def test_a_contact_sheet_and_a_report(self):
        self.show('colour.mkv')
        self.click('#other summary')
        self.click('#contact-sheet')
        self.press(self.wait_for_job('done'), 'Look at it')
        wait_for(lambda: self.browser.execute_script('return document.getElementById("sheet").naturalWidth'))
        self.show('colour.mkv')
        self.click('#evaluate')
        wait_for(lambda: 'evaluation' in self.newest().text)
        page = self.browser.current_window_handle
        self.press(self.wait_for_job('done'), 'Open the report')
        report = wait_for(lambda: [handle for handle in self.browser.window_handles if handle != page])
        self.browser.switch_to.window(report[0])
        wait_for(lambda: 'colour.mkv' in self.find('body').text)
        self.browser.close()
        self.browser.switch_to.window(page)

    def test_what_is_chosen_is_made(self):
        """Options of the command and properties of the element, as the page offers them."""
        self.show('colour.mkv')
        self.slide('input[name="strength"]', 0)
        self.click('#make-title + .stack + details summary')
        self.find('select[name="compare"]').send_keys('side-by-side')
        self.make()
        self.press(self.wait_for_job('done'), 'Download')
        frames = read_frames(self.downloaded('colour.mkv'))
        self.assertEqual(frames[0].rgb.shape, (120, 320, 3))
        self.assertLess(np.abs(frames[0].rgb[:, :160] - frames[0].rgb[:, 160:]).mean(), 3)

    def test_cancelled_and_killed_work_goes_on(self):
        self.show('long.mkv')
        self.make()
        job = self.wait_for_job('running')
        wait_for(lambda: job.find_elements(By.CSS_SELECTOR, '.strip img'))  # a piece is there
        self.press(job, 'Cancel')
        self.wait_for_job('cancelled')
        self.press(job, 'Go on')
        self.wait_for_job('running')
        self.end_server(signal.SIGKILL)
        wait_for(lambda: self.find('#lost').is_displayed())
        self.start_server(self.port)
        self.browser.get(self.address)
        self.browser.get_log('browser')  # of the time without a server
        job = self.wait_for_job('done', 120)
        self.press(job, 'Download')
        self.assertEqual(len(read_frames(self.downloaded('long.mkv'))), 120)

    def test_a_folder_of_photographs_is_one_job(self):
        self.click('#open-folders')
        self.click('#places button[data-folder="1"]')
        self.press(self.find('#entries'), 'photographs')
        wait_for(lambda: len(self.browser.find_elements(By.CSS_SELECTOR, '#entries input')) == 6)
        self.click('#choose-all')
        self.click('#use-chosen')
        self.wait_for_picture()
        self.assertEqual(self.text('#make'), 'Make all 6 files')
        self.make()
        job = self.wait_for_job('failed')  # one of them is broken; the others are there
        wait_for(lambda: len(job.find_elements(By.CSS_SELECTOR, '.sheet img')) == 5)
        cells = job.find_elements(By.CSS_SELECTOR, '.sheet li')
        self.assertEqual([cell.get_attribute('data-state') for cell in cells],
                         ['done', 'done', 'done', 'failed', 'done', 'done'])
        self.assertTrue(cells[3].find_element(By.CSS_SELECTOR, '.trouble').text)
        job.find_element(By.CSS_SELECTOR, '.sheet li .frame').click()
        self.wait_for_picture()  # before, and what was made of it
        wait_for(lambda: self.colourfulness(0.55, 1) > 8)
        self.assertLess(self.colourfulness(0, 0.45), 2)
        self.assertFalse(self.find('#make').is_displayed())

    def test_names_are_text(self):
        self.show(HOSTILE)
        self.assertEqual(self.text('#name'), HOSTILE)
        self.make()
        job = self.wait_for_job('done')
        self.assertIn(HOSTILE, job.text)
        self.assertFalse(self.browser.find_elements(By.CSS_SELECTOR, 'img[onerror]'))

    def test_a_drop_that_is_no_film(self):
        self.browser.execute_script(DROP, 'letter.txt', base64.b64encode(b'Dear reader').decode())
        wait_for(lambda: self.find('#trouble').is_displayed())
        self.assertIn('letter.txt', self.text('#trouble'))
        self.assertTrue(self.find('#welcome').is_displayed())
        self.browser.execute_script(
            DROP, 'dropped.jpg', base64.b64encode((self.films / 'photographs/0.jpg').read_bytes()).decode())
        self.wait_for_picture()
        wait_for(lambda: self.colourfulness(0.55, 1) > 8)
        self.assertFalse(self.find('#trouble').is_displayed())

    def test_by_keys_alone(self):
        self.keys('f')
        wait_for(lambda: self.find('#entries .name'))
        for _ in range(40):  # to the film, as somebody without a mouse gets there
            if self.browser.switch_to.active_element.text == 'film.mp4':
                break
            self.keys(Keys.TAB)
        self.keys(Keys.ENTER)
        self.wait_for_picture()
        self.keys('d', Keys.END)
        self.assertLess(self.colourfulness(0, 1), 2)
        self.keys(Keys.HOME)
        wait_for(lambda: self.colourfulness(0, 1) > 8)
        self.keys(' ')
        wait_for(lambda: self.time_shown() > 0.2)
        self.keys(' ')
        wait_for(lambda: self.text('#play') == 'Play')
        before = self.time_shown()
        self.keys('.', '.', '.', '.')
        wait_for(lambda: self.time_shown() > before)
        self.keys('c', Keys.HOME)  # the first of the sliders: no colour
        wait_for(lambda: self.colourfulness(0, 1) < 2)
        self.keys('s')
        wait_for(lambda: list(self.downloads.glob('film.0-*.png')))
        jobs = len(self.browser.find_elements(By.CSS_SELECTOR, '#job-list > li'))
        self.keys('m')
        wait_for(lambda: len(self.browser.find_elements(By.CSS_SELECTOR, '#job-list > li')) > jobs)
        self.wait_for_job('done')
        self.keys('?')
        self.assertTrue(self.find('#keys').is_displayed())
        self.keys(Keys.ESCAPE)
        self.assertFalse(self.find('#keys').is_displayed())

    def test_everything_has_a_name(self):
        """What a screen reader reads of each thing that can be used."""
        self.show('film.mp4')
        self.browser.execute_script('for (const d of document.querySelectorAll("details")) d.open = true')
        self.browser.execute_cdp_cmd('Accessibility.enable', {})
        tree = self.browser.execute_cdp_cmd('Accessibility.getFullAXTree', {})['nodes']
        roles = 'button', 'slider', 'checkbox', 'combobox', 'textbox', 'spinbutton', 'link', 'image', 'progressbar'
        used = [(node['role']['value'], node['name']['value']) for node in tree
                if not node['ignored'] and node['role']['value'] in roles]
        self.assertGreater(len(used), 20)
        self.assertEqual([role for role, name in used if not name.strip()], [])
        self.assertIn(('slider', 'Divider between before and in colour'), used)

    # Hints.

    def rgb(self, x: float, y: float) -> np.ndarray:
        """The mean colour around a place of the picture, given in shares of its sides."""
        return np.array(self.browser.execute_script('''
          const [x, y] = arguments, canvas = document.getElementById('canvas'), sum = [0, 0, 0];
          const {data} = canvas.getContext('2d').getImageData(canvas.width * x - 4, canvas.height * y - 4, 9, 9);
          data.forEach((value, i) => { if (i % 4 < 3) sum[i % 4] += value / 81; });
          return sum;''', x, y))

    def red(self, x: float, y: float) -> float:
        red, _, blue = self.rgb(x, y)
        return red - blue

    def choose(self, selector: str, value: str):
        self.browser.execute_script('''
          const [selector, value] = arguments, input = document.querySelector(selector);
          input.value = value;
          for (const type of ['input', 'change']) input.dispatchEvent(new Event(type, {bubbles: true}));''', selector, value)

    def click_at(self, x: float, y: float):
        size = self.find('#canvas').size
        ActionChains(self.browser, duration=0).move_to_element_with_offset(
            self.find('#picture'), round((x - 0.5) * size['width']), round((y - 0.5) * size['height'])).click().perform()

    def hints(self) -> list[str]:
        return [row.text for row in self.browser.find_elements(By.CSS_SELECTOR, '#hint-list .name')]

    def load(self, text: str) -> Path:
        path = self.folder / 'some.jsonl'
        path.write_text(text)
        self.find('#hint-pick').send_keys(str(path))
        return path

    def test_a_hint(self):
        """A click colours its thing to the next edge; later pictures, undo, reload, files and the made film have it."""
        halves = np.full((120, 160), 80, np.uint8)
        halves[:, 80:] = 200
        halves += np.random.default_rng(1).integers(0, 12, halves.shape, np.uint8)
        cv2.imwrite(str(self.folder / 'halves.png'), halves)
        launch('filesrc location=halves.png ! pngdec ! imagefreeze num-buffers=30 ! video/x-raw,framerate=10/1 '
               '! videoconvert ! jpegenc quality=95 ! matroskamux ! filesink location=halves.mkv', self.folder)
        shutil.copy(self.folder / 'halves.mkv', self.films)
        self.show('halves.mkv')
        self.click('#hint-mode')
        self.choose('#hint-precise', '#c02020')
        self.slide('#time', 0.5)
        wait_for(lambda: abs(self.time_shown() - 0.5) < 0.05)
        before, beyond = self.red(0.25, 0.5), self.rgb(0.8, 0.5)
        self.click_at(0.25, 0.5)
        is_red = lambda: self.red(0.25, 0.5) > before + 40
        wait_for(is_red)
        print('R - B there:', before, self.red(0.25, 0.5), 'behind the edge:', beyond, self.rgb(0.8, 0.5))
        self.assertGreater(self.red(0.25, 0.2), before + 15)  # it spreads
        self.assertLess(np.abs(self.rgb(0.8, 0.5) - beyond).max(), 8)  # but not beyond the edge
        self.assertEqual(self.hints(), ['0:00.5 · #c02020'])
        self.slide('#time', 0)
        wait_for(lambda: self.time_shown() < 0.05 and not is_red())
        self.slide('#time', 1.5)
        wait_for(lambda: abs(self.time_shown() - 1.5) < 0.05 and is_red())  # it goes along
        self.click('#hint-list .name')
        wait_for(lambda: abs(self.time_shown() - 0.5) < 0.05)
        self.find('body').send_keys(Keys.CONTROL, 'z')
        wait_for(lambda: not is_red())
        self.assertEqual(self.hints(), [])
        self.click('#hint-redo')
        wait_for(is_red)
        self.browser.refresh()
        self.wait_for_picture()
        wait_for(lambda: self.hints() == ['0:00.5 · #c02020'])
        self.click('#hint-save')
        saved = self.downloaded('halves.hints.jsonl').read_text()
        self.assertEqual(json.loads(saved)['time'], 0.5)
        self.make()
        job = self.wait_for_job('done')
        self.assertIn('with 1 hint', job.text)
        self.press(job, 'Download')
        (self.folder / 'wanted.jsonl').write_text(saved)
        self.run_command('halves.mkv', '-o', 'wanted.mkv', '--hints', 'wanted.jsonl')
        wanted = read_frames(self.folder / 'wanted.mkv')
        for one, other in zip(read_frames(self.downloaded('halves.mkv')), wanted, strict=True):
            np.testing.assert_array_equal(one.rgb, other.rgb)
            red, _, blue = one.rgb[55:65, 35:45].mean((0, 1))
            self.assertGreater(red - blue, before + 40)  # the film is known: from its shot's first frame on
        for lines, words in (('/etc/passwd\n', 'is no hint'), (f'{saved}{{"x":1,"y":[2]}}', 'line 2'),
                             (f'{saved}{{"x":1,"y":2,"colour":"red"}}', 'line 2: "colour"'), (saved * 2000, 'longer')):
            self.load(lines)
            wait_for(lambda: words in self.text('#trouble'))
            self.assertEqual(len(self.hints()), 1)
        self.browser.get_log('browser')  # has the answers that say no
        self.load(saved + '{"x": 3.5, "y": "10%", "kind": "neutral"}\n')
        wait_for(lambda: self.hints() == ['each shot · was gray', '0:00.5 · #c02020'])
        (self.downloads / 'halves.hints.jsonl').unlink()
        self.click('#hint-save')
        self.assertEqual(self.downloaded('halves.hints.jsonl').read_text(), (self.folder / 'some.jsonl').read_text())

    def test_hints_of_a_photograph(self):
        """By keys alone, then by the dropper, the wheels and the kinds."""
        self.show(HOSTILE)
        self.keys('h')
        before = self.red(0.5, 0.5)
        self.find('#wheel').send_keys(Keys.ARROW_UP * 8)
        self.find('#aim').send_keys(Keys.ENTER)
        wait_for(lambda: self.hints())
        first, = self.hints()
        self.browser.execute_script('document.querySelector("#hint-precise").scrollIntoView()')
        self.choose('#hint-precise', '#d01010')  # of the one that was put last
        wait_for(lambda: self.red(0.5, 0.5) > before + 20)
        self.assertNotEqual(self.hints(), [first])
        self.click('#dropper')
        self.find('#aim').send_keys(Keys.SHIFT, Keys.ARROW_LEFT * 4, Keys.ENTER)
        self.assertEqual(len(self.hints()), 1)
        self.assertNotEqual(self.hints(), ['#d01010'])
        self.click('input[value="gray"]')
        self.assertEqual(self.hints(), ['gray'])
        wait_for(lambda: abs(self.red(0.5, 0.5)) < 12)
        radius = self.find('#hint-radius').get_attribute('value')
        self.browser.execute_script('''document.getElementById('picture').dispatchEvent(
          new WheelEvent('wheel', {deltaY: -100, bubbles: true, cancelable: true}))''')
        self.assertGreater(float(self.find('#hint-radius').get_attribute('value')), float(radius))
        self.click('#hint-list [title="Remove"]')
        self.assertEqual(self.hints(), [])
        self.size(360, 740)
        self.assertFalse(self.is_wider_than_the_window())
        self.assertTrue(self.find('#hint-tools').is_displayed())

    def test_on_a_telephone(self):
        self.size(360, 740)
        self.assertFalse(self.is_wider_than_the_window())
        for opens in '#open-folders', '#open-live', '#show-keys':
            self.click(opens)
            self.assertFalse(self.is_wider_than_the_window(), opens)
            self.keys(Keys.ESCAPE)
        self.show('film.mp4')
        self.browser.execute_script('for (const d of document.querySelectorAll("details")) d.open = true')
        self.assertFalse(self.is_wider_than_the_window())


if __name__ == '__main__':
    unittest.main()
