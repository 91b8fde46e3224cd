// SPDX-License-Identifier: LGPL-2.1-or-later
// What a person says of the film or photograph that is shown: hints and regions. They are lines of JSON, as the options
// of the same names have them, and kept as such: what is saved is what was loaded.
import { by_id, complain, on_click, say, set, trying } from './elements.js';
import { ask } from './server.js';
import { news as stage_news, set_property, shown } from './stage.js';
import { count } from './words.js';

/// How long changes wait for the next one before they are kept, milliseconds.
const patience = 500;

/// `regions`: colour goes there alone (`region`), or does not (`exclude`).
const nothing = { hints: [], regions: [] };
let said = nothing, source = null, is_known = false;  // what the server has kept of it
let opening = 0;  // counts
let past = [], future = [], last_change = null, keep_timer = 0;

/// Tells of 'changed'.
export const news = new EventTarget();
const tell = () => news.dispatchEvent(new Event('changed'));

export const names = ['hints', 'region', 'exclude'];
export const hint_lines = () => said.hints;
/// [{name: region or exclude, line}]
export const regions = () => said.regions;
const lines_of = (name, of = said) =>
  name === 'hints' ? of.hints : of.regions.filter((region) => region.name === name).map(({ line }) => line);
const text_of = (name, of = said) => lines_of(name, of).join('\n');

/// Whether something can be said of what is shown.
export const can_be = () => source?.path !== undefined && ['film', 'still'].includes(shown.kind);
export const shown_file = () => source;
/// When what is said now is said, seconds of a film: not later than the picture, whose time may have more digits.
export const time_shown = () => shown.kind === 'film' ? Math.floor(shown.time * 1000 + 1e-6) / 1000 : undefined;
const is_shown = (file) => file.path === source?.path && file.folder === source.folder;

const with_text = (pairs) => Object.fromEntries(pairs.filter(([, text]) => text));
const address_of = (name, { folder, path }) => `/api/${name}?${new URLSearchParams({ folder, path })}`;
const kept = (file) => Promise.all(names.map(async (name) => [name, (await ask(address_of(name, file)))[name]]));

/// As properties, for the viewer of what is shown.
export const shown_values = () => with_text(names.map((name) => [name, text_of(name)]));
/// As properties, for a job of this file.
export const values = async (file) => is_shown(file) ? shown_values() : with_text(await kept(file));

// --- Kept, sent, changed --------------------------------------------------------------------------------------------

let unkept = new Set();

function keep() {
  clearTimeout(keep_timer);
  if (!is_known) return;
  for (const name of unkept)
    ask(address_of(name, source), { method: 'PUT', text: text_of(name) }).catch((error) => complain(error.message));
  unkept = new Set();
}
window.addEventListener('pagehide', keep);

function take(now) {
  const changed = names.filter((name) => text_of(name, now) !== text_of(name));
  said = now;
  for (const name of changed) {
    set_property(name, text_of(name));
    unkept.add(name);
  }
  clearTimeout(keep_timer);
  keep_timer = setTimeout(keep, patience);
  tell();
}

const read_lines = (text) => text.split('\n').map((line) => line.trim()).filter(Boolean);

async function open(file) {
  keep();
  unkept = new Set();
  source = file;
  is_known = false;
  said = nothing;
  past = [];
  future = [];
  end_change();
  if (source?.path === undefined) {
    ++opening;
    return;
  }
  const mine = ++opening;
  const found = await trying(() => kept(file));
  if (opening !== mine || !found) return;
  const texts = Object.fromEntries(found);
  is_known = true;
  const before = {
    hints: read_lines(texts.hints),
    regions: ['region', 'exclude'].flatMap((name) => read_lines(texts[name]).map((line) => ({ name, line }))),
  };
  if (said !== nothing) {  // a quick hand
    past = [before];
    take({ hints: [...before.hints, ...said.hints], regions: [...before.regions, ...said.regions] });
    return;
  }
  said = before;
  for (const [name, text] of Object.entries(shown_values())) set_property(name, text);
  tell();
}

/// `now`: new hints, new regions, or both. What belongs to the change before it, by the same name, is undone with it.
export function change(now, name = null) {
  if (name === null || name !== last_change) past.push(said);
  last_change = name;
  future = [];
  take({ ...said, ...now });
}

export const end_change = () => { last_change = null; };

function go_to_state(from, to, word) {
  if (!from.length) return;
  to.push(said);
  last_change = null;
  take(from.pop());
  say(`${word}: ${count(said.hints.length, 'hint', 'hints')}, ${count(said.regions.length, 'region', 'regions')}`);
}

export const undo = () => go_to_state(past, future, 'Undone');
const redo = () => go_to_state(future, past, 'Done again');

// --- Files ----------------------------------------------------------------------------------------------------------

/// A file for each option that has something; its name says which.
function save() {
  const stem = source.name.replace(/\.[^.]*$/, '');
  const saved = Object.entries(shown_values()).map(([name, text]) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: 'application/x-ndjson' }));
    link.download = `${stem}.${name}.jsonl`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    return link.download;
  });
  say(`Saved as ${saved.join(', ')}`);
}

/// Shares of the sides, in the place of pixels: a region's lines are drawn over a picture of any size.
function in_shares(region) {
  const share = (length, side) => typeof length === 'string' ? length : `${Math.min(100, 100 * length / side)}%`;
  const side = (place) => place % 2 ? shown.height : shown.width;
  const shares = { ...region };
  if (region.rectangle) shares.rectangle = region.rectangle.map((length, place) => share(length, side(place)));
  const place_of = (corner) => corner.map((length, place) => share(length, side(place)));
  if (region.polygon) shares.polygon = region.polygon.map(place_of);
  if (region.soft !== undefined) shares.soft = share(region.soft, shown.width);
  return JSON.stringify(shares);
}

/// Judged by the server, which reads them as the element does.
async function read_file(file) {
  if (file.size > 1e6) throw new Error(`${file.name} is too large for a file of hints or regions.`);
  const text = await file.text();
  const is_of_regions = /"(rectangle|polygon|mask|roi)"/.test(text);
  const name = !is_of_regions ? 'hints' : file.name.includes('exclude') ? 'exclude' : 'region';
  await ask(`/api/${name}`, { method: 'POST', text })
    .catch((error) => { throw new Error(`${file.name}: ${error.message}`); });
  const lines = read_lines(text);
  try {
    const parsed = lines.map((line) => JSON.parse(line));
    return { name, lines: is_of_regions ? parsed.map(in_shares) : lines };
  } catch {
    throw new Error(`${file.name}: not every line is strict JSON.`);
  }
}

async function load(files) {
  const read = await Promise.all(files.map(read_file));
  const now = {};
  for (const { name, lines } of read) {
    if (name === 'hints') now.hints = lines;
    else
      now.regions = [...(now.regions ?? said.regions).filter((region) => region.name !== name),
        ...lines.map((line) => ({ name, line }))];
  }
  change(now);
  say(`Loaded ${files.map((file) => file.name).join(', ')}`);
}

// --- The beginning --------------------------------------------------------------------------------------------------

function show() {
  by_id('word').hidden = !can_be();
  set(by_id('undo'), { disabled: !past.length });
  set(by_id('redo'), { disabled: !future.length });
  const is_empty = !said.hints.length && !said.regions.length;
  by_id('said-file').hidden = is_empty && !past.length && !future.length && !by_id('picture').dataset.mode;
  set(by_id('save-said'), { disabled: is_empty });
}

stage_news.addEventListener('changed', () => {
  if (source !== shown.source) open(shown.source);
  tell();
});
news.addEventListener('changed', show);
on_click('undo', undo);
on_click('redo', redo);
on_click('save-said', save);
on_click('load-said', () => by_id('pick-said').click());
by_id('pick-said').addEventListener('change', (event) => {
  const files = [...event.target.files];
  event.target.value = '';
  if (files.length) trying(() => load(files));
});
document.addEventListener('keydown', (event) => {
  const pressed_key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || !['z', 'y'].includes(pressed_key) || !can_be()) return;
  if (event.target.matches('input[type=text], input[type=number], textarea')) return;
  event.preventDefault();
  if (pressed_key === 'y' || event.shiftKey) redo();
  else undo();
});
