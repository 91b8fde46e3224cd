// SPDX-License-Identifier: LGPL-2.1-or-later
// What is shown: a file or a camera by a viewer, as two pictures on the canvas; or, in the same place, what was made.
import { by_id, complain, on_click, say, set } from './elements.js';
import { open_viewer } from './viewer.js';
import { clock, count, number } from './words.js';

/// Larger pictures are not asked for: two of them are drawn at a time, many times a second.
const widest = 1280, highest = 720;
/// How long a change waits for the picture that answers the last one, milliseconds; some are answered by none.
const patience = 400;

const canvas = by_id('canvas');
const drawing = canvas.getContext('2d', { alpha: false });
let viewer = null, before = null, after = null;
let properties = { values: () => ({}), undo() {} };

/// `source`: a file in a folder or of a job, an address or a device; null: no such thing is shown. `kind`: film, still
/// or live, once it is open. `made`: the picture of a result, in the place of the one that the viewer makes.
export const shown = {
  source: null, kind: '', made: null, duration: 0, seekable: false, time: 0, playing: false, ended: false, late: 0,
  sought: null, divider: 0.5, width: 0, height: 0,
};
/// How near to the time that was sought its picture is, and how long it is waited for: pictures that were on their way
/// before have other times, seconds.
const near = 0.1, sought_for = 1.5;
/// Tells of 'changed' when another thing is shown or it is known what it is, and of each 'picture'.
export const news = new EventTarget();
const tell = (what) => news.dispatchEvent(new Event(what));

/// The controls of the element's properties, which each viewer begins with.
export function use_properties(controls) {
  properties = controls;
}

// --- To the viewer --------------------------------------------------------------------------------------------------

/// Changes not yet sent, by what they are of: the newest of each is worth sending, after the last one was answered.
const changes = new Map();
let waits_until = 0, timer = 0;

export const send = (message) => viewer?.send(message);

function send_soon(key, message) {
  changes.set(key, message);
  flush();
}

export function seek_to(time) {
  Object.assign(shown, { time, ended: false, sought: { time, until: performance.now() + sought_for * 1000 } });
  send_soon('seek', { do: 'seek', time });
}

export const set_property = (name, value) => send_soon(name, { do: 'set', name, value });

function flush() {
  clearTimeout(timer);
  if (!changes.size || !viewer) return;
  const wait = waits_until - performance.now();
  if (wait > 0) {
    timer = setTimeout(flush, wait);
    return;
  }
  for (const message of changes.values()) send(message);
  changes.clear();
  waits_until = performance.now() + patience;
}

function was_answered() {
  waits_until = 0;
  flush();
}

// --- Opening and closing --------------------------------------------------------------------------------------------

export function open(source, made = null) {
  close();
  Object.assign(shown, { source, made, time: 0, late: 0, ended: false, sought: null });
  show_as('viewer');
  set(by_id('name'), { textContent: source.name });
  by_id('waiting').hidden = false;
  connect();
  tell('changed');
}

/// After it has ended, or the connection was lost: the same at the same time.
export function reopen() {
  if (shown.source && !viewer) connect();
}

function connect() {
  let failed = false;
  remark('');
  viewer = open_viewer(shown.source, {
    event(message) {
      if (message.event === 'opened') opened(message);
      if (message.event === 'ended') Object.assign(shown, { playing: false, ended: true });
      if (message.event === 'ended') tell('picture');
      if (message.event === 'remark') remark(message.text);
      if (message.event === 'follows') set(by_id('late'), { textContent: 'Goes from the hints to here …' });
      if (message.event === 'set' && message.error) {
        complain(message.error);
        properties.undo(message.name);
        was_answered();
      }
      if (message.event === 'error') {
        failed = true;
        const { name } = shown.source;
        if (!before) leave();
        complain(`${name}: ${message.text}`);
      }
    },
    picture,
    frame: save,
    closed() {
      viewer = null;
      shown.playing = false;
      tell('picture');
      if (!failed) remark('The preview has ended.', true);
    },
  });
}

function opened({ kind, duration, width, height, fps, seekable }) {
  const time = shown.time;  // of what is opened again
  Object.assign(shown, { kind, width, height, duration: duration ?? 0, seekable: Boolean(seekable), playing: kind === 'live' });
  by_id('picture').style.setProperty('--ratio', width / height);
  by_id('view').dataset.kind = kind;
  by_id('save-frame').disabled = false;
  const facts = [`${width} × ${height}`];
  if (kind === 'film') facts.push(`${number(fps)} frames a second`, clock(shown.duration));
  set(by_id('facts'), { textContent: facts.join(' · ') });
  tell_size();
  for (const [name, value] of Object.entries(properties.values())) set_property(name, value);
  if (time > 0 && seekable) seek_to(time);
  say(`${shown.source.name} is open`);
  tell('changed');
}

export function close() {
  viewer?.close();
  before?.close();
  after?.close();
  viewer = before = after = null;
  changes.clear();
  waits_until = 0;
  Object.assign(shown, { source: null, made: null, kind: '', playing: false });
  for (const id of ['player', 'sheet']) by_id(id).removeAttribute('src');
  by_id('player').load();  // or it goes on
  by_id('save-frame').disabled = true;
  set(by_id('facts'), { textContent: '' });
  set(by_id('late'), { textContent: '' });
  show_as('nothing');
}

function leave() {
  close();
  tell('changed');
  by_id('open-files').focus();
}

on_click('close-view', leave);
on_click('reopen', reopen);

/// viewer, player, sheet, or nothing.
function show_as(what) {
  by_id('welcome').hidden = what !== 'nothing';
  by_id('view').hidden = what === 'nothing';
  by_id('view').dataset.kind = '';
  by_id('view').dataset.as = what;
  for (const [id, which] of [['picture', 'viewer'], ['player', 'player'], ['sheet', 'sheet']])
    by_id(id).hidden = what !== which;
}

/// A film that was made, with its sound, or a picture by itself.
export function show_result(address, name, is_picture) {
  close();
  show_as(is_picture ? 'sheet' : 'player');
  set(by_id('name'), { textContent: name });
  remark('');
  by_id(is_picture ? 'sheet' : 'player').src = address;
  tell('changed');
}

for (const id of ['player', 'sheet']) {
  by_id(id).addEventListener('error', () => {
    if (!by_id(id).getAttribute('src')) return;
    remark('This browser does not show files of this kind. Download it, and open it with another program.');
  });
}

function remark(text, can_reopen = false) {
  const box = by_id('remark');
  box.hidden = !text;
  set(box.firstElementChild, { textContent: text });
  by_id('reopen').hidden = !can_reopen;
}

// --- The picture ----------------------------------------------------------------------------------------------------

function picture(head, left, right) {
  before?.close();
  after?.close();
  before = left;
  after = right;
  if (shown.sought && Math.abs(head.time - shown.sought.time) > near && performance.now() < shown.sought.until)
    head.time = shown.time;
  else shown.sought = null;
  Object.assign(shown, { time: head.time, playing: head.playing, late: shown.late + (head.late ?? 0) });
  by_id('waiting').hidden = true;
  canvas.width = before.width;
  canvas.height = before.height;
  draw();
  const words = [];
  if (typeof head.delay === 'number') words.push(`${Math.round(head.delay * 1000)} ms behind the world`);
  if (shown.late) words.push(`${count(shown.late, 'picture', 'pictures')} left out, since this machine is too slow`);
  if (head.hurries) words.push('while it plays, colours are predicted for every second picture');
  set(by_id('late'), { textContent: words.join(' · ') });
  tell('picture');
  was_answered();
}

/// Before to the left of the divider, in colour to its right.
export function draw() {
  if (!before) return;
  const { width, height } = canvas, x = Math.round(shown.divider * width);
  const half = (image, from, to) => {
    drawing.save();
    drawing.beginPath();
    drawing.rect(from, 0, to - from, height);
    drawing.clip();
    drawing.drawImage(image, 0, 0, width, height);
    drawing.restore();
  };
  half(before, 0, x);
  half(shown.made ?? after, x, width);
}

function tell_size() {
  const box = by_id('picture').getBoundingClientRect(), dots = window.devicePixelRatio || 1;
  const width = Math.min(widest, Math.round(box.width * dots));
  const height = Math.min(highest, Math.round(box.height * dots));
  if (width > 0 && height > 0) send({ do: 'size', width, height });
}

let resized = 0;
new ResizeObserver(() => {
  clearTimeout(resized);
  resized = setTimeout(tell_size, 300);
}).observe(by_id('picture'));

// --- The picture as a file ------------------------------------------------------------------------------------------

export function save_frame() {
  if (before) send({ do: 'frame' });
}

on_click('save-frame', save_frame);

function save(blob) {
  const link = document.createElement('a');
  const stem = shown.source.name.replace(/\.[^.]*$/, '');
  const time = shown.kind === 'film' ? `.${clock(shown.time, true).replace(/[:.]/g, '-')}` : '';
  link.href = URL.createObjectURL(blob);
  link.download = `${stem}${time}.colour.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Saved as ${link.download}`);
}
