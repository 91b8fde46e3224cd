#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person says on the page of `gst-colorize serve`: hints, regions and references."""
import json
import shutil
import unittest
from pathlib import Path

from command import GRAY
from films import launch, read_frames
from page import HOSTILE, By, Keys, PageCase, cv2, np, wait_for


def chroma(bgr: np.ndarray) -> float:
    return float(np.ptp(bgr.astype(float), axis=2).mean())


def part(picture: np.ndarray, x: float, y: float, right: float, bottom: float) -> np.ndarray:
    """By shares of the sides."""
    height, width = picture.shape[:2]
    return picture[round(y * height):round(bottom * height), round(x * width):round(right * width)]


def is_like(one: np.ndarray, other: np.ndarray) -> bool:
    """But for what a network's threads round in another way."""
    return one.shape == other.shape and np.abs(one.astype(float) - other).mean() < 0.5


def ab(bgr: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(bgr.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)[..., 1:]


class Annotations(PageCase):
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
        self.click('#redo')
        wait_for(is_red)
        self.browser.refresh()
        self.wait_for_picture()
        wait_for(lambda: self.hints() == ['0:00.5 · #c02020'])
        self.click('#save-said')
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
        self.click('#save-said')
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

    def test_a_whole_scene(self):
        self.show(HOSTILE)
        self.keys('h')
        def yellowness() -> float:
            return self.rgb(0.5, 0.5)[:2].mean() - self.rgb(0.5, 0.5)[2]

        before = yellowness()
        self.click('input[value="scene"]')
        self.choose('#hint-warmth', '40')
        self.choose('#hint-tint', '-5')
        self.assertEqual(self.hints(), ['warmth 40, tint -5'])
        wait_for(lambda: yellowness() > before + 15)
        self.click_at(0.5, 0.5)  # has no place
        self.assertEqual(self.hints(), ['warmth 40, tint -5'])
        self.click('input[value="gray"]')
        self.click_at(0.5, 0.5)
        self.assertEqual(self.hints(), ['warmth 40, tint -5', 'gray'])
        self.click('#hint-list .name')
        self.choose('#hint-warmth', '10')
        self.assertEqual(self.hints(), ['warmth 10, tint -5', 'gray'])
        for _ in range(4):
            self.click('#undo')
        self.assertEqual(self.hints(), [])

    def test_undo_goes_over_all_kinds(self):
        """A place, a whole scene and a region: each by itself, in the order in which they came, and none becomes another."""
        shutil.copy(self.films / HOSTILE, self.films / 'kinds.jpg')
        self.show('kinds.jpg')
        self.keys('h')
        self.click('input[value="gray"]')
        self.click_at(0.4, 0.4)
        self.click('input[value="scene"]')
        self.choose('#hint-warmth', '20')
        self.keys('r')
        self.draw(0.2, 0.2, 0.7, 0.8)
        place, scene, region = 'gray', 'warmth 20, tint 0', 'only here · rectangle'
        states = [([], []), ([place], []), ([place, scene], []), ([place, scene], [region])]
        state = lambda: (self.hints(), self.said('region'))
        self.assertEqual(state(), states[3])
        for wanted in states[2::-1]:
            self.click('#undo')
            self.assertEqual(state(), wanted)
        self.assertFalse(self.find('#undo').is_enabled())
        for wanted in states[1:]:
            self.click('#redo')
            self.assertEqual(state(), wanted)
        for wanted in states[2:0:-1]:
            self.click('#undo')
        self.keys('h')
        self.click('input[value="scene"]')
        self.choose('#hint-warmth', '30')  # of a scene that says nothing yet; the place stays
        self.assertEqual(state(), ([place, 'warmth 30, tint 0'], []))
        self.assertFalse(self.find('#redo').is_enabled())
        self.load('{"warmth": 5}')
        wait_for(lambda: self.hints() == ['warmth 5, tint 0'])
        self.click('#hint-list .name')
        self.click('#undo')  # where the scene stood that is selected stands the place now
        self.choose('#hint-warmth', '40')
        self.assertEqual(self.hints()[0], place)

    def test_a_quick_hand(self):
        """What is said before what was kept has come joins it, and an undo leaves that."""
        shutil.copy(self.films / HOSTILE, self.films / 'quick.jpg')
        self.show('quick.jpg')
        self.keys('h')
        self.click('input[value="gray"]')
        self.click_at(0.3, 0.3)
        self.browser.refresh()  # has it kept
        self.wait_for_picture()
        wait_for(lambda: self.hints() == ['gray'])
        self.browser.execute_cdp_cmd('Page.enable', {})
        held = self.browser.execute_cdp_cmd('Page.addScriptToEvaluateOnNewDocument', {'source': '''
          const ask = window.fetch.bind(window), come = new Promise((release) => { window.release = release; });
          window.fetch = async (address, ...more) => {
            const answer = await ask(address, ...more);
            const method = more[0]?.method ?? 'GET';
            if (method === 'GET' && ['hints', 'region', 'exclude'].some((name) => `${address}`.startsWith(`/api/${name}?`))) await come;
            return answer;
          };'''})
        try:
            self.browser.refresh()
            self.wait_for_picture()
            self.keys('h')
            self.choose('#hint-precise', '#c02020')
            self.click_at(0.7, 0.7)
            self.assertEqual(self.hints(), ['#c02020'])
            self.browser.execute_script('window.release()')
            wait_for(lambda: self.hints() == ['gray', '#c02020'])
        finally:
            self.browser.execute_cdp_cmd('Page.removeScriptToEvaluateOnNewDocument', held)
        self.click('#undo')
        self.assertEqual(self.hints(), ['gray'])
        self.click('#redo')
        self.browser.refresh()
        self.wait_for_picture()
        wait_for(lambda: self.hints() == ['gray', '#c02020'])

    # Regions.

    def said(self, of: str) -> list[str]:
        return [row.text for row in self.browser.find_elements(By.CSS_SELECTOR, f'#{of}-list .name')]

    def chroma_in(self, *sides: float) -> float:
        """Of a part of the picture that is shown."""
        return chroma(part(self.picture(), *sides))

    def made(self, name: str) -> Path:
        (self.downloads / name).unlink(missing_ok=True)
        self.make()
        job = self.wait_for_job('done')
        self.press(job, 'Download')
        return self.downloaded(name)

    def test_regions(self):
        """Drawn over a photograph: colour there alone, or not there, in the preview and in what is made of it."""
        cv2.imwrite(str(self.films / 'person.png'), cv2.resize(GRAY, (304, 400)))
        self.show('person.png')
        self.keys('b', 'b')  # all in colour
        wait_for(lambda: self.chroma_in(0, 0, 1, 1) > 5)
        free = self.picture()
        self.click('#region-mode')
        self.draw(0.1, 0.1, 0.6, 0.7)
        wait_for(lambda: self.chroma_in(0.7, 0, 1, 1) < 1)
        self.assertEqual(self.said('region'), ['only here · rectangle'])
        inside = self.chroma_in(0.15, 0.15, 0.55, 0.65)
        print('chroma inside and outside of the rectangle:', inside, self.chroma_in(0.7, 0, 1, 1))
        self.assertGreater(inside, 5)
        self.click('input[name="region-shape"][value="polygon"]')
        for x, y in (0.3, 0.2), (0.5, 0.2), (0.4, 0.5), (0.3, 0.2):  # and closed
            self.click_at(x, y)
        wait_for(lambda: len(self.said('region')) == 2)
        self.click('input[name="region-name"][value="exclude"]')
        wait_for(lambda: self.chroma_in(0.38, 0.24, 0.42, 0.3) < 1)
        both = ['only here · rectangle', 'not here · polygon']
        self.assertEqual(self.said('region'), both)
        self.slide('#region-soft', 6)
        self.click('#undo')  # each by itself
        self.click('#undo')
        self.assertEqual(self.said('region'), ['only here · rectangle', 'only here · polygon'])
        wait_for(lambda: self.chroma_in(0.38, 0.24, 0.42, 0.3) > 5)
        self.click('#redo')
        wait_for(lambda: self.chroma_in(0.38, 0.24, 0.42, 0.3) < 1)
        self.browser.refresh()
        self.wait_for_picture()
        wait_for(lambda: self.said('region') == both)
        self.keys('b', 'b')  # all in colour
        wait_for(lambda: self.chroma_in(0.38, 0.24, 0.42, 0.3) < 1 and self.chroma_in(0.7, 0, 1, 1) < 1)
        self.click('#save-said')
        files = [self.downloaded(f'person.{name}.jsonl') for name in ('region', 'exclude')]
        made = cv2.imread(str(self.made('person.png')))
        self.assertIn('with 2 regions', self.newest().text)
        self.run_command(self.films / 'person.png', '-o', 'wanted.png', '--region', files[0], '--exclude', files[1])
        np.testing.assert_array_equal(made, cv2.imread(str(self.folder / 'wanted.png')))
        for gray in part(made, 0.65, 0, 1, 1), part(made, 0, 0.75, 1, 1), part(made, 0.38, 0.25, 0.42, 0.3):
            self.assertEqual(chroma(gray), 0)
        self.assertGreater(chroma(part(made, 0.15, 0.15, 0.28, 0.65)), 5)
        for _ in both:
            self.click('#region-list [title="Remove"]')
        wait_for(lambda: is_like(self.picture(), free))  # as it was
        self.find('#pick-said').send_keys('\n'.join(map(str, files)))
        wait_for(lambda: self.said('region') == both)
        mask = self.films / 'photographs/0.jpg'
        for line, words in (('{"mask": "%s"}' % mask, 'a mask'),
                            (f'{{"rectangle": [0, 0, 9, 9]}}\n{mask}', 'is no region'),
                            ('{"polygon": [[0, 0], [1, 1]]}', 'three places')):
            self.load(line)
            wait_for(lambda: words in self.text('#trouble'))
            self.assertEqual(self.said('region'), both)
        self.browser.get_log('browser')  # has the answers that say no
        self.load('{"rectangle": [0, 0, "50%", 203]}')  # in pixels too, which are shares of what is shown
        wait_for(lambda: self.said('region') == both[::-1])
        wait_for(lambda: max(self.chroma_in(0.6, 0, 1, 1), self.chroma_in(0, 0.6, 1, 1)) < 1)
        self.assertGreater(self.chroma_in(0, 0, 0.28, 0.45), 1)

    def outline(self) -> list[list[float]]:
        """Of the selected region, as it is drawn, in percent."""
        points = self.browser.execute_script(  # at once: it is drawn anew with each picture
            'return document.querySelector("#regions-seen polygon.selected").getAttribute("points")')
        return [[float(number) for number in corner.split(',')] for corner in points.split()]

    def assert_outline(self, *corners: tuple[float, float]):
        np.testing.assert_allclose(self.outline(), corners, atol=1)

    def test_corners_of_regions_are_moved(self):
        """By the hand and by keys; what colour goes into goes along, and each way is undone at once."""
        cv2.imwrite(str(self.films / 'corners.png'), cv2.resize(GRAY, (304, 400)))
        self.show('corners.png')
        self.keys('b', 'b')  # all in colour
        wait_for(lambda: self.chroma_in(0, 0, 1, 1) > 5)
        self.click('#region-mode')
        self.draw(0.1, 0.1, 0.4, 0.5)
        wait_for(lambda: self.chroma_in(0.55, 0, 1, 1) < 1)
        drawn = (10, 10), (40, 10), (40, 50), (10, 50)
        self.assert_outline(*drawn)
        self.draw(0.4, 0.5, 0.8, 0.7)
        self.assertEqual(self.said('region'), ['only here · rectangle'])
        larger = (10, 10), (80, 10), (80, 70), (10, 70)
        self.assert_outline(*larger)
        wait_for(lambda: self.chroma_in(0.55, 0.3, 0.75, 0.6) > 3)
        self.click('#undo')
        self.assert_outline(*drawn)
        wait_for(lambda: self.chroma_in(0.55, 0, 1, 1) < 1)
        self.click('#redo')
        self.assert_outline(*larger)
        self.draw(0.1, 0.1, 0.9, 0.9)  # beyond its opposite
        self.assert_outline((80, 70), (90, 70), (90, 90), (80, 90))
        self.click('#undo')
        self.keys(Keys.ESCAPE)  # nothing is selected
        self.click('input[name="region-shape"][value="polygon"]')
        for x, y in (0.1, 0.1), (0.5, 0.1), (0.3, 0.6), (0.1, 0.1):  # and closed
            self.click_at(x, y)
        wait_for(lambda: len(self.said('region')) == 2)
        triangle = (10, 10), (50, 10), (30, 60)
        self.assert_outline(*triangle)
        aim = self.find('#aim')  # it stands where the pointer was last
        aim.send_keys(Keys.ENTER, Keys.SHIFT, Keys.ARROW_RIGHT * 2, Keys.ARROW_DOWN * 4, Keys.ENTER, Keys.ARROW_RIGHT * 4)
        self.assert_outline((20, 30), *triangle[1:])
        aim.send_keys(Keys.SHIFT, Keys.ARROW_LEFT * 4, Keys.ENTER, Keys.ARROW_DOWN * 4, Keys.ESCAPE)  # as it was
        self.assert_outline((20, 30), *triangle[1:])
        self.assertEqual(len(self.said('region')), 2)
        self.click('#undo')
        self.assert_outline(*triangle)
        self.draw(0.3, 0.6, 0.4, 0.8)
        self.assert_outline(*triangle[:2], (40, 80))

    def test_a_region_that_moves(self):
        """Drawn by keys, around a thing that it goes along with, in a picture that is sought too."""
        rng = np.random.default_rng(2)
        ground, thing = rng.integers(90, 130, (120, 160), np.uint8), rng.integers(150, 230, (40, 40), np.uint8)
        for n in range(30):
            picture = ground.copy()
            picture[40:80, 10 + 3 * n:50 + 3 * n] = thing
            cv2.imwrite(str(self.folder / f'{n:03}.png'), picture)
        launch('multifilesrc location=%03d.png caps=image/png,framerate=10/1 ! pngdec ! videoconvert ! jpegenc quality=95 '
               '! matroskamux ! filesink location=moving.mkv', self.folder)
        shutil.copy(self.folder / 'moving.mkv', self.films)
        self.show('moving.mkv')
        self.keys('b', 'b')  # all in colour
        self.slide('input[name="tint"]', 50)  # all of it has colour
        wait_for(lambda: self.chroma_in(0, 0, 1, 1) > 10)
        self.slide('#time', 0.2)
        wait_for(lambda: abs(self.time_shown() - 0.2) < 0.05)
        self.keys('r')
        self.choose('#region-when', 'moves')
        aim = self.find('#aim')  # it stands in the middle
        aim.send_keys(Keys.SHIFT, Keys.ARROW_LEFT * 8, Keys.ARROW_UP * 4, Keys.ENTER)
        aim.send_keys(Keys.SHIFT, Keys.ARROW_RIGHT * 6, Keys.ARROW_DOWN * 7, Keys.ENTER)
        wait_for(lambda: self.said('region'))
        self.assertEqual(self.said('region'), ['only here · rectangle · from 0:00.2 · moves'])
        wait_for(lambda: self.chroma_in(0.6, 0, 1, 1) < 2 < 10 < self.chroma_in(0.12, 0.36, 0.3, 0.6))
        self.slide('#time', 2.2)
        wait_for(lambda: abs(self.time_shown() - 2.2) < 0.05)
        wait_for(lambda: self.chroma_in(0.5, 0.36, 0.7, 0.6) > 10 and self.chroma_in(0, 0, 0.3, 1) < 2)
        print('chroma of the thing and of where it was:', self.chroma_in(0.5, 0.36, 0.7, 0.6), self.chroma_in(0, 0, 0.3, 1))

    # References.

    def references(self) -> list[str]:
        """What stands beneath the thumbnails that are seen."""
        return [cell.find_element(By.CSS_SELECTOR, '.moment').text
                for cell in self.browser.find_elements(By.CSS_SELECTOR, '#reference-list li')
                if cell.find_element(By.CSS_SELECTOR, 'img').get_property('naturalWidth')]

    def test_references(self):
        """Dropped on the page: the colours are those of the reference, in the preview and in the film that is made."""
        gray = cv2.resize(GRAY, (160, 208), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        other = cv2.cvtColor(cv2.merge([gray] * 3), cv2.COLOR_BGR2Lab)
        hue = np.tanh((other[..., 0] - 45) / 15)  # violet and green, which no network guesses
        other[..., 1], other[..., 2] = 25 * hue, -20 * hue
        other = np.rint(255 * cv2.cvtColor(other, cv2.COLOR_Lab2BGR)).clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(self.folder / 'other.png'), other)
        cv2.imwrite(str(self.folder / 'gray.png'), cv2.cvtColor(other, cv2.COLOR_BGR2GRAY))
        launch('filesrc location=gray.png ! pngdec ! imagefreeze num-buffers=20 ! video/x-raw,framerate=10/1 '
               '! videoconvert ! jpegenc quality=95 ! matroskamux ! filesink location=referred.mkv', self.folder)
        shutil.copy(self.folder / 'referred.mkv', self.films)
        self.show('referred.mkv')
        self.keys('b', 'b')  # all in colour
        wait_for(lambda: self.chroma_in(0, 0, 1, 1) > 5)

        def distance(picture: np.ndarray) -> float:
            """Mean distance of a*b* from the reference."""
            return float(np.linalg.norm(ab(picture) - ab(cv2.resize(other, picture.shape[1::-1])), axis=2).mean())
        free = self.picture()
        self.drop('letter.png', b'Dear reader', '#references')
        wait_for(lambda: 'letter.png' in self.text('#trouble'))
        self.assertEqual(self.references(), [])
        self.browser.get_log('browser')  # has the answer that says no
        for selector, ending in ('#references', '.webp'), ('#drop-choice [data-takes]', '.png'):
            flags = [cv2.IMWRITE_WEBP_QUALITY, 101] if ending == '.webp' else []
            self.drop(f'other{ending}', cv2.imencode(ending, other, flags)[1].tobytes(), selector)
            wait_for(lambda: self.references() == ['Whole film'])
            wait_for(lambda: distance(self.picture()) < 0.5 * distance(free))
            print(f'distance from the reference ({ending}), without it:', distance(self.picture()), distance(free))
            if ending == '.png':
                break
            self.click('#reference-list [title="Remove"]')
            wait_for(lambda: is_like(self.picture(), free))
            self.assertEqual(self.references(), [])
        self.keys('g')
        green = lambda: np.subtract(*self.picture().reshape(-1, 3).mean(0)[1:])
        wait_for(lambda: green() > 10)
        self.click('#show-guess')
        wait_for(lambda: green() < 5)
        self.browser.refresh()
        self.wait_for_picture()
        wait_for(lambda: self.references() == ['Whole film'])
        made = self.made('referred.mkv')
        self.assertIn('with 1 reference', self.newest().text)
        self.run_command('referred.mkv', '-o', 'wanted.mkv', '--reference', 'other.png')
        for one, wanted in zip(read_frames(made), read_frames(self.folder / 'wanted.mkv'), strict=True):
            np.testing.assert_array_equal(one.rgb, wanted.rgb)
            self.assertLess(distance(one.rgb[..., ::-1]), 0.5 * distance(free))
        kept = self.home / 'state'
        self.assertEqual(len(list(kept.glob('jobs/*/references/*.png'))), 1)
        self.press(self.newest(), 'Remove')
        wait_for(lambda: not list(kept.glob('jobs/*/references')))
        self.slide('#time', 0.5)
        wait_for(lambda: abs(self.time_shown() - 0.5) < 0.05)
        self.click('#reference-list .moment')
        wait_for(lambda: self.references() == ['At 0:00.5 ×'])
        self.assertEqual([path.name for path in kept.glob('reference/*/*')], ['0.500s-0001-other.png'])
        self.find('#reference-pick').send_keys(str(self.folder / 'other.png'))
        wait_for(lambda: sorted(self.references()) == ['At 0:00.5 ×', 'Whole film'])
        for left in 1, 0:
            self.click('#reference-list [title="Remove"]')
            wait_for(lambda: len(self.references()) == left)
        self.assertEqual(list(kept.glob('reference/*')), [])

    def test_palettes(self):
        """A text that can be wrong, and leads the colours."""
        self.show(HOSTILE)
        self.keys('b', 'b')  # all in colour
        wait_for(lambda: self.chroma_in(0, 0, 1, 1) > 5)
        free = self.picture()
        self.browser.execute_script('for (const d of document.querySelectorAll("details")) d.open = true')
        self.choose('input[name="palette"]', '#2040d0*1')
        wait_for(lambda: self.red(0.5, 0.5) < -10)
        self.choose('input[name="palette"]', 'kodakchrome')
        wait_for(lambda: 'kodakchrome' in self.text('#trouble'))
        self.assertEqual(self.find('input[name="palette"]').get_attribute('value'), '#2040d0*1')
        self.click('#reset')
        wait_for(lambda: is_like(self.picture(), free))


if __name__ == '__main__':
    unittest.main()
