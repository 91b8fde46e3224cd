#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The page of `gst-colorize serve` as people use it."""
import signal
import unittest

from page import HOSTILE, ActionChains, By, Keys, PageCase, np, wait_for
from films import FRAMES, read_frames, read_sounds


class Page(PageCase):
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
        self.drop('letter.txt', b'Dear reader')
        wait_for(lambda: self.find('#trouble').is_displayed())
        self.assertIn('letter.txt', self.text('#trouble'))
        self.assertTrue(self.find('#welcome').is_displayed())
        self.drop('dropped.jpg', (self.films / 'photographs/0.jpg').read_bytes())
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
