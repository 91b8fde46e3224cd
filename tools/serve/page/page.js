// SPDX-License-Identifier: LGPL-2.1-or-later
// The page as a whole: what is chosen, what is shown of it, what is made of it.
import * as annotations from './annotations.js';
import { move_divider, move_divider_by } from './divider.js';
import { by_id, complain, make, on_click, say, set, trying } from './elements.js';
import { prepare_files } from './files.js';
import * as guess from './guess.js';
import './hints.js';
import { hear, prepare_jobs, result_of } from './jobs.js';
import { prepare_keys } from './keys.js';
import { switch_mode } from './mode.js';
import * as references from './references.js';
import './regions.js';
import { ask, listen } from './server.js';
import { make_controls } from './settings.js';
import * as stage from './stage.js';
import { is_marked, mark, marked, play_or_pause, seek_by, step } from './timeline.js';
import { clock, last_part, number } from './words.js';

/// Those that change the picture most stand in front, in this order, where the element has them.
const in_front = ['saturation', 'warmth', 'tint', 'strength', 'model'];
/// And these, of colour too, before what is of the network.
const next = ['hue-shift', 'palette', 'skin-guard', 'stability', 'reference'];
const seconds_to_try = 10;

const { shown } = stage;
let chosen = [];  // files, [{folder, path, name}], of which one is shown
let properties = null, options = null;

// --- What is shown --------------------------------------------------------------------------------------------------

function use(files) {
  chosen = files;
  by_id('which').replaceChildren(...files.map((file, place) => make('option', { value: place }, file.name)));
  show(files[0]);
}

function show(source) {
  complain('');
  stage.open(source);
}

by_id('which').addEventListener('change', (event) => show(chosen[event.target.value]));

/// Another picture is shown, and the buttons say what they do with it.
stage.news.addEventListener('changed', () => {
  const { source } = shown;
  const is_file = source?.path !== undefined, is_film = shown.kind === 'film';
  if (!source) chosen = [];
  // What is shown is shown again when the page is loaded again.
  const { folder, path } = source ?? {};
  history.replaceState(null, '', is_file ? `/?${new URLSearchParams({ folder, path })}` : '/');
  document.title = source ? `${source.name} - colorize` : 'colorize';
  by_id('panel').hidden = !source;
  by_id('make').closest('section').hidden = !is_file;
  by_id('which').hidden = chosen.length < 2;
  by_id('name').hidden = chosen.length > 1;
  by_id('try').hidden = by_id('other').hidden = !is_film;
  const { start, end } = marked();
  const from_here = `Try ${seconds_to_try} seconds from here`;
  const part = is_marked() ? `Make ${clock(start, true)} to ${clock(end, true)}` : from_here;
  const whole = is_film ? 'Make the whole film' : 'Make the photograph';
  set(by_id('try'), { textContent: part });
  set(by_id('make'), { textContent: chosen.length > 1 ? `Make all ${chosen.length} files` : whole });
});

/// A result; a photograph's with what it was before.
async function look(job, place) {
  const { address, name, is_picture, source, small } = result_of(job, place);
  if (is_picture && job.task === 'colour') {
    const made = await trying(() => bitmap_of(address, small));
    if (!made) return;
    chosen = [];
    stage.open(source, made);
  } else {
    stage.show_result(address, name, is_picture);
  }
  by_id('stage').scrollIntoView({ block: 'start' });
  by_id('close-view').focus({ preventScroll: true });
}

/// A result's picture; of kinds that the browser does not know, the small one that the server has.
async function bitmap_of(...addresses) {
  for (const address of addresses.filter(Boolean)) {
    try {
      return await createImageBitmap(await (await fetch(address)).blob());
    } catch {
      // the next
    }
  }
  throw new Error('This browser does not show pictures of this kind. Download it, and open it with another program.');
}

// --- What is made ---------------------------------------------------------------------------------------------------

async function begin(task, files, more = {}, said = {}) {
  if (!files.length) return;
  const output = by_id('output').value;
  const job = await trying(() => ask('/api/jobs', {
    method: 'POST',
    json: {
      files: files.map(({ folder, path }) => ({ folder, path })),
      task,
      options: task === 'evaluate' ? {} : { ...options.values(), ...more },
      properties: { ...properties.values(), ...said },
      output: /^\d+$/.test(output) ? { folder: Number(output), path: '' } : output || null,
    },
  }));
  if (!job) return;
  hear({ jobs: [job] });
  say('It stands in the list, and is made in its turn');
}

const what_is_shown = () => (shown.source?.path === undefined ? [] : [shown.source]);

/// What was said of one file is of it alone, which then is a job by itself.
async function make_whole() {
  const said = await trying(() => Promise.all(chosen.map(async (file) =>
    ({ file, values: await annotations.values(file), references: await references.count_of(file) }))));
  if (!said) return;
  const is_alone = ({ values, references: pictures }) => pictures > 0 || Object.keys(values).length > 0;
  begin('colour', said.filter((one) => !is_alone(one)).map(({ file }) => file));
  for (const { file, values } of said.filter(is_alone)) begin('colour', [file], {}, values);
}

function make_part() {
  if (shown.kind !== 'film') return;
  const { start, end } = is_marked() ? marked() : { start: shown.time, end: shown.time + seconds_to_try };
  begin('colour', what_is_shown(), { start: number(start), duration: number(end - start) },
    annotations.shown_values());
}

function make_folder(folder) {
  begin('colour', [folder]);
  by_id('jobs').scrollIntoView({ block: 'start' });
}

on_click('try', make_part);
on_click('make', make_whole);
on_click('contact-sheet', () => begin('sheet', what_is_shown(), {}, annotations.shown_values()));
on_click('evaluate', () => begin('evaluate', what_is_shown()));

// --- Live -----------------------------------------------------------------------------------------------------------

function watch(source) {
  by_id('live').close();
  chosen = [];
  show(source);
}

function prepare_live(cameras) {
  by_id('cameras').replaceChildren(...cameras.map(({ name, device }) => {
    const button = make('button', {}, name);
    button.addEventListener('click', () => watch({ device, name }));
    return button;
  }));
  if (!cameras.length)
    by_id('cameras').append(make('p', { className: 'small' }, 'No camera is connected to this machine.'));
}

on_click('open-live', () => by_id('live').showModal());
by_id('address-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const address = by_id('address').value.trim();
  if (address) watch({ address, name: address });
});

// --- The beginning --------------------------------------------------------------------------------------------------

function make_settings(about) {
  const named = (names) => names.flatMap((name) => about.properties.filter((spec) => spec.name === name));
  const elsewhere = [...in_front, ...next, 'show'];  // which has a switch of its own
  const front = named(in_front);
  const rest = [...named(next), ...about.properties.filter(({ name }) => !elsewhere.includes(name))];
  const groups = [make_controls(by_id('properties'), front, stage.set_property),
    make_controls(by_id('more-properties'), rest, stage.set_property)];
  properties = {
    values: () => Object.assign({}, ...groups.map((group) => group.values())),
    reset: () => groups.forEach((group) => group.reset()),
    undo: (name) => groups.forEach((group) => group.undo(name)),
  };
  on_click('reset', () => properties.reset());
  stage.use_properties({
    values: () => Object.assign(references.shown_values(), properties.values(), annotations.shown_values(),
      guess.shown_values()),
    undo: (name) => annotations.names.includes(name) ? annotations.undo() : properties.undo(name),
  });
  references.prepare_references(() => properties.values().reference ?? 'own');
  options = make_controls(by_id('options'), about.options);
  for (const { name, number: folder } of about.folders)
    if (folder !== about.uploads) by_id('output').append(make('option', { value: folder }, `in ${name}`));
}

on_click('show-keys', () => by_id('keys').showModal());
for (const dialog of document.querySelectorAll('dialog'))
  dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
by_id('trouble').lastElementChild.addEventListener('click', () => complain(''));

const keys = [
  { key: ' ', words: 'Play or pause', action: play_or_pause },
  { key: ',', words: 'A frame back', action: () => step(-1) },
  { key: '.', words: 'A frame on', action: () => step(1) },
  { key: 'ArrowLeft', words: 'Five seconds back', action: () => seek_by(-5) },
  { key: 'ArrowRight', words: 'Five seconds on', action: () => seek_by(5) },
  { key: '[', words: 'Divider to the left', action: () => move_divider_by(-0.05) },
  { key: ']', words: 'Divider to the right', action: () => move_divider_by(0.05) },
  { key: 'b', words: 'All as before, or all in colour', action: () => move_divider(shown.divider < 1 ? 1 : 0) },
  { key: 'i', words: 'The part that is made begins here', action: () => mark('start') },
  { key: 'o', words: 'The part that is made ends here', action: () => mark('end') },
  { key: 'w', words: 'The whole film again', action: () => mark(null) },
  { key: 's', words: 'Save this picture', action: stage.save_frame },
  { key: 't', words: 'Try ten seconds from here, or make what is marked', action: make_part },
  { key: 'm', words: 'Make the whole', action: make_whole },
  { key: 'f', words: 'Folders', action: () => by_id('open-folders').click() },
  { key: 'd', words: 'To the divider', action: () => by_id('divider').focus() },
  { key: 'h', words: 'Say a colour, or no more', action: () => switch_mode('hint') },
  { key: 'r', words: 'Draw a region, or no more', action: () => switch_mode('region') },
  { key: 'g', words: 'What is a guess, or the colours again', action: () => guess.switch_guess() },
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
  const is_given = ({ number: folder }) => folder !== about.uploads;  // these first, where people look for their films
  prepare_files([...about.folders].sort((a, b) => is_given(b) - is_given(a)), use, make_folder);
  prepare_jobs(look);
  prepare_live(about.cameras ?? []);
  prepare_keys(keys);
  listen(hear, connection);
  const wanted = new URLSearchParams(location.search);
  const folder = wanted.get('folder'), path = wanted.get('path');
  if (folder && path) use([{ folder: Number(folder), path, name: decodeURIComponent(last_part(path)) }]);
});
