# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page of `gst-colorize serve` in Chromium, with real server, viewers and jobs: what its tests share."""
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from command import AAC, COMMAND, GRAY, H264, Case, cv2, np
from films import launch, make_film, need

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
  const [selector, name, text] = arguments, transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
  for (const type of ['dragenter', 'dragover', 'drop'])
    document.querySelector(selector).dispatchEvent(
      new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: transfer}));'''


def wait_for(what, seconds: float = 120):
    """What `what()` returns as soon as that is true."""
    end = time.monotonic() + seconds
    while True:
        try:
            if found := what():
                return found
        except (StaleElementReferenceException, FileNotFoundError):
            pass  # drawn anew meanwhile, or a folder that is removed while it is listed
        if time.monotonic() > end:
            raise AssertionError('it does not come')
        time.sleep(0.05)


class PageCase(Case):
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

    def drop(self, name: str, content: bytes, selector: str = 'body'):
        self.browser.execute_script(DROP, selector, name, base64.b64encode(content).decode())

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

    def picture(self) -> np.ndarray:
        """The canvas, BGR."""
        url = self.browser.execute_script("return document.getElementById('canvas').toDataURL('image/png')")
        return cv2.imdecode(np.frombuffer(base64.b64decode(url.split(',')[1]), np.uint8), cv2.IMREAD_COLOR)

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

    def pointer_at(self, x: float, y: float) -> ActionChains:
        self.browser.execute_script('document.getElementById("picture").scrollIntoView({block: "nearest"})')
        size = self.find('#canvas').size
        return ActionChains(self.browser, duration=0).move_to_element_with_offset(
            self.find('#picture'), round((x - 0.5) * size['width']), round((y - 0.5) * size['height']))

    def click_at(self, x: float, y: float):
        self.pointer_at(x, y).click().perform()

    def draw(self, x: float, y: float, right: float, bottom: float):
        """A rectangle, with the hand held down."""
        size = self.find('#canvas').size
        self.pointer_at(x, y).click_and_hold().move_by_offset(
            round((right - x) * size['width']), round((bottom - y) * size['height'])).release().perform()

    def hints(self) -> list[str]:
        return [row.text for row in self.browser.find_elements(By.CSS_SELECTOR, '#hint-list .name')]

    def load(self, text: str, name: str = 'some.jsonl') -> Path:
        path = self.folder / name
        path.write_text(text)
        self.find('#pick-said').send_keys(str(path))
        return path
