// SPDX-License-Identifier: LGPL-2.1-or-later
// The list of jobs: how far each has come, its pictures as they are made, what was remarked, and what can be done.
import { ask } from './server.js';
import { by_id, make, on_click, say, set, trying } from './elements.js';
import { about_time, clock, count, is_photograph, length_of_time, number } from './words.js';

/// Rows at first, and more each time that they are asked for: a list of hundreds costs nothing until it is looked at.
const at_a_time = 20;
/// Pictures of pieces beside a film's bar, the newest.
const pictures_in_strip = 8;

const jobs = new Map();  // by id
const rows = new Map();  // by id, of those that are in the list
let limit = at_a_time, look = () => {};

/// `show(job, number of the file)` shows a result.
export function prepare_jobs(show) {
  look = show;
}

/// What the server tells: jobs that are new or have changed, ids of those that are gone; `all`: there are no others.
export function hear({ all = false, jobs: told = [], gone = [] }) {
  if (all) {
    for (const id of jobs.keys()) if (!told.some((job) => job.id === id)) gone.push(id);
  }
  for (const job of told) {
    if (!all) announce(jobs.get(job.id), job);
    jobs.set(job.id, job);
    rows.get(job.id)?.update(job);
  }
  for (const id of gone) jobs.delete(id);
  if (gone.length || told.some((job) => !rows.has(job.id))) show_list();
}

function announce(before, job) {
  if (!before || before.state === job.state) return;
  if (job.state === 'done') say(`${title_of(job)} is done`);
  if (job.state === 'failed') say(`${title_of(job)} has failed`);
}

/// Newest first; ids are by time.
const in_order = () => [...jobs.values()].sort((a, b) => (a.id < b.id ? 1 : -1));

function show_list() {
  const list = by_id('job-list'), wanted = in_order().slice(0, limit);
  for (const [id, row] of rows) {
    if (jobs.has(id) && wanted.some((job) => job.id === id)) continue;
    row.element.remove();
    rows.delete(id);
  }
  wanted.forEach((job, place) => {
    if (!rows.has(job.id)) rows.set(job.id, make_row(job));
    const { element, update } = rows.get(job.id);
    const there = list.children[place] ?? null;
    if (there !== element) list.insertBefore(element, there);
    update(job);
  });
  const more = jobs.size - wanted.length;
  set(by_id('older-jobs'), { hidden: more <= 0, textContent: `Show older ones (${more})` });
  by_id('no-jobs').hidden = jobs.size > 0;
}

on_click('older-jobs', () => {
  limit += at_a_time;
  show_list();
});

// --- Words ----------------------------------------------------------------------------------------------------------

const names_of = (job) => job.names ?? job.files.map((file) => file.name);

function title_of(job) {
  const names = names_of(job);
  return names.length === 1 ? names[0] : `${names[0]} and ${names.length - 1} more`;
}

function what_was_said({ options = {}, references = 0 }) {
  const regions = Number(options.region ?? 0) + Number(options.exclude ?? 0), hints = Number(options.hints ?? 0);
  const words = [[hints, 'hint', 'hints'], [regions, 'region', 'regions'], [references, 'reference', 'references']]
    .filter(([number]) => number > 0).map((all) => count(...all));
  return words.length ? `, with ${words.join(', ')}` : '';
}

function task_of(job) {
  const { start, duration } = job.options ?? {};
  if (job.task === 'sheet') return 'contact sheet';
  if (job.task === 'evaluate') return 'evaluation';
  const said = what_was_said(job);
  if (start === undefined) return `in colour${said}`;
  return `a part from ${clock(Number(start), true)} to ${clock(Number(start) + Number(duration), true)}${said}`;
}

const words_of_state = {
  waiting: 'Waits for its turn', running: 'Is being made', done: 'Done', failed: 'Failed', cancelled: 'Cancelled',
  interrupted: 'Interrupted', kept: 'Was there already', 'left-alone': 'Left alone',
};

function progress_of(job) {
  if (job.state === 'done' && job.seconds) return `Done in ${length_of_time(job.seconds)}`;
  const made = job.files.filter((file) => file.state === 'done').length;
  if (job.state === 'failed' && made) return `${made} of ${job.files.length} are made`;
  if (job.state !== 'running' || !tells_how_far(job)) return words_of_state[job.state] ?? job.state;
  const words = [`${Math.floor(job.position * 100)} %`];
  const files = job.count ?? job.files.length;
  if (files > 1) words.push(`${job.files.filter(is_over).length} of ${files} files`);
  if (job.remaining !== null && job.remaining !== undefined) words.push(`${about_time(job.remaining)} left`);
  if (job.fps) words.push(`${number(Math.round(job.fps * 10) / 10)} frames a second`);
  return words.join(' · ');
}

function what_failed(job, many) {
  const failed = job.files.filter((file) => file.state === 'failed');
  if (job.state !== 'failed' && !failed.length) return '';
  if (many && failed.length) return `${count(failed.length, 'file', 'files')} could not be made`;
  return job.files[0]?.text || job.text || 'It could not be made';
}

const tells_how_far = (job) => job.task !== 'evaluate';
const is_over = (file) => !['waiting', 'running'].includes(file.state);
const has_many = (job) => Math.max(job.count ?? 0, job.files.length, names_of(job).length) > 1;

// --- A row ----------------------------------------------------------------------------------------------------------

function make_row(first) {
  const path = `/api/jobs/${encodeURIComponent(first.id)}`;
  let job = first;
  const name = make('h3');
  const task = make('span', { className: 'small' });
  const bar = make('progress', { max: 1, 'aria-label': `How far ${title_of(first)} has come` });
  const progress = make('p', { className: 'state' });
  const trouble = make('p', { className: 'trouble', hidden: true });
  const strip = make('div', { className: 'strip', hidden: true });
  const remarks = make('ul', { className: 'remarks', hidden: true });
  const sheet = make('ol', { className: 'sheet' });
  const files = make('details', { hidden: true }, make('summary'), sheet);
  const act = (words, action, kind = '') => {
    const button = make('button', { className: kind }, words);
    button.addEventListener('click', action);
    return button;
  };
  const post = (what) => trying(() => ask(`${path}/${what}`, { method: 'POST' }));
  const link = (words) => make('a', { className: 'button' }, words);
  const buttons = {
    see: act('Look at it', () => look(job, job.files.findIndex((file) => file.result)), 'chief'),
    report: link('Open the report'),
    download: link('Download'),
    cancel: act('Cancel', () => post('cancel')),
    again: act('Go on', () => post('again')),
    remove: act('Remove', () => trying(() => ask(path, { method: 'DELETE' }))),
  };
  buttons.report.href = `${path}/report/`;
  buttons.report.target = '_blank';
  const element = make('li', { className: 'job', tabIndex: -1 },
    make('div', { className: 'title' }, name, task), bar, progress, trouble, strip, remarks,
    make('div', { className: 'row' }, ...Object.values(buttons)), files);
  files.addEventListener('toggle', () => fill_sheet(sheet, job, files.open, look));

  const update = (now) => {
    job = now;
    const held = element.contains(document.activeElement) ? document.activeElement : null;
    const many = has_many(job), runs = job.state === 'running';
    const result = job.files.findIndex((file) => file.result);
    element.dataset.state = job.state;
    set(name, { textContent: title_of(job) });
    set(task, { textContent: task_of(job) });
    bar.hidden = !runs;
    if (tells_how_far(job)) set(bar, { value: job.position });
    else bar.removeAttribute('value');
    set(progress, { textContent: progress_of(job) });
    const words = what_failed(job, many);
    set(trouble, { hidden: !words, textContent: words });
    fill_strip(strip, job, many);
    fill_remarks(remarks, many ? [] : job.files[0]?.remarks ?? []);
    set(buttons.see, { hidden: result < 0 || many || job.task === 'evaluate' });
    set(buttons.report, { hidden: job.task !== 'evaluate' || job.state !== 'done' });
    set(buttons.download, { hidden: result < 0 || many || job.task === 'evaluate' });
    if (result >= 0) set(buttons.download, { href: new URL(`${path}/result/${result}?download`, location).href });
    set(buttons.cancel, { hidden: !['running', 'waiting'].includes(job.state) });
    set(buttons.again, { hidden: !['failed', 'cancelled', 'interrupted'].includes(job.state) });
    set(buttons.remove, { hidden: ['running', 'waiting'].includes(job.state) });
    set(files, { hidden: !many });
    set(files.firstElementChild, { textContent: `All ${job.count ?? names_of(job).length} files` });
    if (files.open) fill_sheet(sheet, job, true, look);
    if (held?.hidden) element.focus();  // the button that was pressed is gone
  };
  if (has_many(first)) files.open = first.state === 'running' || first.state === 'waiting';
  return { element, update };
}

const picture_address = (job, picture) => `/api/jobs/${encodeURIComponent(job.id)}/picture/${picture}.jpg`;
const pictures_of = (file) => Array.isArray(file.pictures) ? file.pictures : [...Array(file.pictures ?? 0).keys()];

/// A small picture; one that cannot be had is left out.
function small_picture(job, picture) {
  const image = make('img', { loading: 'lazy', alt: '', src: picture_address(job, picture) });
  image.addEventListener('error', () => { image.hidden = true; });
  return image;
}

function fill_strip(strip, job, many) {
  const pictures = many ? [] : job.files.flatMap(pictures_of).slice(-pictures_in_strip);
  const text = pictures.join();
  if (strip.dataset.pictures === text) return;
  strip.dataset.pictures = text;
  strip.hidden = !pictures.length;
  const there = new Map([...strip.children].map((image) => [image.dataset.picture, image]));
  strip.replaceChildren(...pictures.map((picture) => {
    const image = there.get(String(picture)) ?? small_picture(job, picture);
    image.dataset.picture = picture;
    return image;
  }));
}

function fill_remarks(list, remarks) {
  while (list.children.length > remarks.length) list.lastElementChild.remove();
  remarks.forEach(({ text }, place) => {
    if (!list.children[place]) list.append(make('li'));
    set(list.children[place], { textContent: text });
  });
  list.hidden = !remarks.length;
}

/// The contact sheet of a job of several files; its cells are made once, and changed where their file has.
function fill_sheet(sheet, job, is_open, look) {
  if (!is_open) return;
  const names = names_of(job);
  const length = Math.max(job.files.length, names.length, job.count ?? 0);
  while (sheet.children.length > length) sheet.lastElementChild.remove();
  for (let place = 0; place < length; ++place) {
    const file = job.files[place] ?? { name: names[place] ?? '', state: 'waiting' };
    const was = JSON.stringify(file);
    const cell = sheet.children[place];
    if (cell?.was === was) continue;
    const fresh = make_cell(job, file, place, look);
    fresh.was = was;
    if (cell) cell.replaceWith(fresh);
    else sheet.append(fresh);
  }
}

function make_cell(job, file, place, look) {
  const [picture] = pictures_of(file);
  const frame = make('button', { className: 'frame', disabled: !file.result, 'aria-label': `Look at ${file.name}` });
  frame.addEventListener('click', () => look(job, place));
  if (picture !== undefined) frame.append(small_picture(job, picture));
  const name = make('span', { className: 'name', title: file.name }, file.name);
  const words = file.state === 'done' ? '' : words_of_state[file.state] ?? file.state;
  const state = make('span', { className: 'small' }, words);
  const cell = make('li', {}, frame, name, state);
  cell.dataset.state = file.state;
  if (file.text) cell.append(make('p', { className: file.state === 'failed' ? 'trouble' : 'small' }, file.text));
  for (const { text } of file.remarks ?? []) cell.append(make('p', { className: 'small' }, text));
  if (file.result) {
    const address = `/api/jobs/${encodeURIComponent(job.id)}/result/${place}?download`;
    cell.append(make('a', { className: 'button', href: address, 'aria-label': `Download ${file.result}` }, 'Download'));
  }
  return cell;
}

/// Address and kind of a result.
export function result_of(job, place) {
  const file = job.files[place];
  const [picture] = pictures_of(file);
  return {
    address: `/api/jobs/${encodeURIComponent(job.id)}/result/${place}`,
    name: file.result.split('/').pop(),
    is_picture: is_photograph(file.result),
    source: { job: job.id, file: place, name: file.name },
    small: picture === undefined ? null : picture_address(job, picture),
  };
}
