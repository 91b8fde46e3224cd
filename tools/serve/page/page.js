// SPDX-License-Identifier: LGPL-2.1-or-later
// The page as a whole: what is chosen, what is shown of it, what is made of it.
import { ask, listen } from './server.js';
import { by_id, complain, make, on_click, say, set, trying } from './elements.js';
import { prepare_files } from './files.js';
import { hear, prepare_jobs, result_of } from './jobs.js';
import { prepare_keys } from './keys.js';
import { make_controls } from './settings.js';
import * as stage from './stage.js';
import { clock, last_part, number } from './words.js';

/// Those that change the picture most stand in front, in this order, where the element has them.
const in_front = ['saturation', 'hue-shift', 'strength', 'stability', 'model'];
/// Options that the page has ways of its own for.
const not_as_options = ['start', 'duration', 'frame', 'sheet', 'output', 'output-dir', 'progress', 'resume', 'jobs', 'memory'];
const seconds_to_try = 10;

let chosen = [];  // [{folder, path, name}]
let properties = null, options = null, output = () => null;

// --- What is shown --------------------------------------------------------------------------------------------------

function use(files) {
  chosen = files;
  const which = by_id('which');
  by_id('name').hidden = files.length > 1;
  which.hidden = files.length < 2;
  which.replaceChildren(...files.map((file, place) => make('option', { value: place }, file.name)));
  see(files[0]);
}

function see(source) {
  trying(() => stage.open(source));
  const address = source.path === undefined ? '/' : `/?${new URLSearchParams({ folder: source.folder, path: source.path })}`;
  history.replaceState(null, '', address);
}

by_id('which').addEventListener('change', (event) => see(chosen[event.target.value]));

/// The buttons say what they do with what is shown.
function show_what_can_be_made(shown) {
  const is_file = shown.source?.path !== undefined;
  const is_film = shown.kind === 'film', many = chosen.length > 1;
  const is_marked = is_film && (shown.start !== null || shown.end !== null);
  by_id('panel').hidden = !shown.source;
  by_id('make').closest('section').hidden = !is_file;
  if (!shown.source) {
    history.replaceState(null, '', '/');
    chosen = [];
  }
  if (chosen.length < 2) {
    by_id('which').hidden = true;
    by_id('name').hidden = false;
  }
  by_id('try').hidden = !is_film;
  by_id('other').hidden = !is_film;
  set(by_id('try'), {
    textContent: is_marked ? `Make ${clock(shown.start ?? 0, true)} to ${clock(shown.end ?? shown.duration, true)}`
      : `Try ${seconds_to_try} seconds from here`,
  });
  set(by_id('make'), {
    textContent: many ? `Make all ${chosen.length} files` : is_film ? 'Make the whole film' : 'Make the photograph',
  });
}

function look(job, place) {
  trying(async () => {
    const { address, name, is_picture, source, small } = result_of(job, place);
    by_id('which').hidden = true;
    by_id('name').hidden = false;
    if (job.task !== 'colour' || !is_picture || !source) {
      stage.show_result(address, name, is_picture);
    } else {
      chosen = [source];
      stage.open(source, { made: await bitmap_of(address, small) });
    }
    by_id('stage').scrollIntoView({ block: 'start' });
    by_id('close-view').focus({ preventScroll: true });
  });
}

/// A result's picture; of kinds that the browser does not know, the small one that the server has.
async function bitmap_of(address, small) {
  for (const from of [address, small]) {
    if (!from) continue;
    try {
      return await createImageBitmap(await (await fetch(from)).blob());
    } catch {
      // the next
    }
  }
  throw new Error('This browser does not show this kind of picture. Download it.');
}

// --- What is made ---------------------------------------------------------------------------------------------------

async function begin(task, more = {}, files = chosen) {
  if (!files.length) return;
    const job = await trying(() => ask('/api/jobs', {
    method: 'POST',
    json: {
      files: files.map(({ folder, path }) => ({ folder, path })),
      task,
      options: task === 'evaluate' ? {} : { ...options.values(), ...more },
      properties: properties.values(),
      output: output(),
    },
  }));
  if (!job) return;
  hear({ jobs: [job] });
  say('It stands in the list, and is made in its turn');
}

function make_folder(folder) {
  begin('colour', {}, [folder]);
  by_id('jobs').scrollIntoView({ block: 'start' });
}

const one = () => [stage.what_is_shown().source];

function make_part() {
  const { kind, start, end, time, duration } = stage.what_is_shown();
  if (kind !== 'film') return;
  const is_marked = start !== null || end !== null;
  const from = is_marked ? start ?? 0 : time, to = is_marked ? end ?? duration : time + seconds_to_try;
  begin('colour', { start: number(from), duration: number(to - from) }, one());
}

const make_whole = () => begin('colour');

on_click('try', make_part);
on_click('make', make_whole);
on_click('contact-sheet', () => begin('sheet', {}, one()));
on_click('evaluate', () => begin('evaluate', {}, one()));

/// Where results go: kept by the server for downloading, or into a folder that was given.
function make_places(about) {
  const select = make('select', { id: 'output' });
  select.append(make('option', { value: '' }, 'kept here, to be downloaded'));
  const folders = about.folders.filter(({ number: folder }) => folder !== about.uploads);
  if (folders.length) {
    select.append(make('option', { value: 'beside' }, 'beside the file'));
    for (const { name, number: folder } of folders) select.append(make('option', { value: folder }, `in ${name}`));
    by_id('options').prepend(make('div', { className: 'control' }, make('label', { htmlFor: 'output' }, 'Results are'), select));
  }
  return () => {
    if (select.value === '' || select.value === 'beside') return select.value || null;
    return { folder: Number(select.value), path: '' };
  };
}

// --- Live -----------------------------------------------------------------------------------------------------------

function prepare_live(cameras) {
  const watch = (source) => {
    by_id('live').close();
    chosen = [];
    see(source);
  };
  by_id('cameras').replaceChildren(...cameras.map(({ name, device }) => {
    const button = make('button', {}, name);
    button.addEventListener('click', () => watch({ device, name }));
    return button;
  }));
  if (!cameras.length) by_id('cameras').append(make('p', { className: 'small' }, 'No camera is connected to this machine.'));
  on_click('open-live', () => by_id('live').showModal());
  by_id('address-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const address = by_id('address').value.trim();
    if (address) watch({ address, name: address });
  });
}

// --- The beginning --------------------------------------------------------------------------------------------------

function make_settings(about) {
  const rank = ({ name }) => in_front.indexOf(name);
  const front = about.properties.filter((spec) => rank(spec) >= 0).sort((a, b) => rank(a) - rank(b));
  const rest = about.properties.filter((spec) => rank(spec) < 0);
  const first = make_controls(by_id('properties'), front, stage.set_property);
  const more = make_controls(by_id('more-properties'), rest, stage.set_property);
  const all = [first, more];
  properties = {
    values: () => Object.assign({}, ...all.map((one) => one.values())),
    reset: () => all.forEach((one) => one.reset()),
    undo: (name) => all.forEach((one) => one.undo(name)),
  };
  on_click('reset', () => properties.reset());
  options = make_controls(by_id('options'), about.options.filter(({ name }) => !not_as_options.includes(name)));
  output = make_places(about);
  stage.prepare_stage(properties, show_what_can_be_made);
}

on_click('show-keys', () => by_id('keys').showModal());
for (const dialog of document.querySelectorAll('dialog'))
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
by_id('trouble').lastElementChild.addEventListener('click', () => complain(''));

const nudge = (by) => stage.move_divider(stage.what_is_shown().divider + by);
const keys = [
  { key: ' ', words: 'Play or pause', action: stage.play_or_pause },
  { key: ',', words: 'A frame back', action: () => stage.step(-1) },
  { key: '.', words: 'A frame on', action: () => stage.step(1) },
  { key: 'ArrowLeft', words: 'Five seconds back', action: () => stage.seek_by(-5) },
  { key: 'ArrowRight', words: 'Five seconds on', action: () => stage.seek_by(5) },
  { key: '[', words: 'Divider to the left', action: () => nudge(-0.05) },
  { key: ']', words: 'Divider to the right', action: () => nudge(0.05) },
  { key: 'b', words: 'All as before, then all in colour', action: () => stage.move_divider(stage.what_is_shown().divider < 1 ? 1 : 0) },
  { key: 'i', words: 'The part that is made begins here', action: () => stage.mark('start') },
  { key: 'o', words: 'The part that is made ends here', action: () => stage.mark('end') },
  { key: 'w', words: 'The whole film again', action: () => stage.mark(null) },
  { key: 's', words: 'Save this picture', action: stage.save_frame },
  { key: 't', words: 'Try ten seconds from here, or make what is marked', action: make_part },
  { key: 'm', words: 'Make the whole', action: make_whole },
  { key: 'f', words: 'Folders', action: () => by_id('open-folders').click() },
  { key: 'd', words: 'To the divider', action: () => by_id('divider').focus() },
  { key: 'c', words: 'To the colour', action: () => by_id('properties').querySelector('input')?.focus() },
  { key: 'l', words: 'To the list of what is made', action: () => by_id('job-list').firstElementChild?.focus() },
  { key: '?', words: 'This list', action: () => by_id('keys').showModal() },
];

function connection(trouble, again) {
  set(by_id('lost'), { hidden: !trouble, textContent: trouble });
  if (trouble || !again) return;
  say('Connected again');
  stage.reopen();
}

trying(async () => {
  const about = await ask('/api/about');
  make_settings(about);
  prepare_files(about.folders, use, make_folder);
  prepare_jobs(look);
  prepare_live(about.cameras ?? []);
  prepare_keys(keys);
  listen(hear, connection);
  const wanted = new URLSearchParams(location.search);
  const folder = wanted.get('folder') ?? wanted.get('file'), path = wanted.get('path');
  if (folder !== null && path) use([{ folder: Number(folder), path, name: decodeURIComponent(last_part(path)) }]);
});
