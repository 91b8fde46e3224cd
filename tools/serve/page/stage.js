// SPDX-License-Identifier: LGPL-2.1-or-later
// The picture: before and in colour under a divider that is dragged, its time and its keys; and in the same place films
// and sheets that are made.
import { by_id, complain, on_click, say, set } from './elements.js';
import { open_viewer } from './viewer.js';
import { clock, count, number } from './words.js';

/// Larger pictures are not asked for: two of them are drawn at a time, many times a second.
const widest = 1280, highest = 720;
/// How long a change waits for the picture that answers the last one, milliseconds; some are answered by none.
const patience = 400;

const canvas = by_id('canvas'), divider = by_id('divider'), slider = by_id('time');
const drawing = canvas.getContext('2d', { alpha: false });

/// What is shown. `source` is a file in a folder, an address or a device; null: nothing.
const shown = {
  source: null, kind: '', duration: 0, fps: 0, size: '', time: 0, playing: false, start: null, end: null,
  viewer: null, before: null, after: null, made: null, divider: 0.5, late: 0, seekable: false, ended: false,
};
let properties = { values: () => ({}), undo() {} }, tell = () => {};

/// `controls` are those of the element's properties; `changed` is told when what is shown, or the part that is marked,
/// is another.
export function prepare_stage(controls, changed) {
  properties = controls;
  tell = () => changed(shown);
}

export const what_is_shown = () => shown;

// --- The wire -------------------------------------------------------------------------------------------------------

/// Changes not yet sent, by what they are of: the newest of each is worth sending, after the last one was answered.
const changes = new Map();
let waits_until = 0, timer = 0;

function send_soon(key, message) {
  changes.set(key, message);
  flush();
}

function flush() {
  clearTimeout(timer);
  if (!changes.size || !shown.viewer) return;
  const wait = waits_until - performance.now();
  if (wait > 0) {
    timer = setTimeout(flush, wait);
    return;
  }
  for (const message of changes.values()) shown.viewer.send(message);
  changes.clear();
  waits_until = performance.now() + patience;
}

const was_answered = () => {
  waits_until = 0;
  flush();
};

export const set_property = (name, value) => send_soon(name, { do: 'set', name, value });
const send = (message) => shown.viewer?.send(message);

// --- Opening and closing --------------------------------------------------------------------------------------------

/// `made`, where it is given, is the picture of a result, and takes the place of the one that the viewer makes.
export function open(source, { time = 0, made = null } = {}) {
  close();
  Object.assign(shown, { source, made, time: 0, late: 0, ended: false, start: null, end: null, kind: '', size: '' });
  show_as('viewer');
  set(by_id('name'), { textContent: source.name });
  set(by_id('facts'), { textContent: '' });
  by_id('waiting').hidden = false;
  by_id('save-frame').disabled = true;
  remark('');
  show_marks();
  connect(time);
  tell();
}

/// After it has ended, or the connection was lost: the same at the same time.
export function reopen() {
  remark('');
  if (shown.source && !shown.viewer) connect(shown.time);
}

function connect(time) {
  let failed = false;
  shown.viewer = open_viewer(shown.source, {
    event(message) {
      if (message.event === 'opened') opened(message, time);
      if (message.event === 'ended') {
        shown.ended = true;
        playing(false);
      }
      if (message.event === 'remark') remark(message.text);
      if (message.event === 'set' && message.error) {
        complain(message.error);
        properties.undo(message.name);
        was_answered();
      }
      if (message.event === 'error') {
        failed = true;
        const { name } = shown.source;
        if (!shown.before) leave();
        complain(`${name}: ${message.text}`);
      }
    },
    picture,
    frame: save_blob,
    closed() {
      shown.viewer = null;
      playing(false);
      if (!failed) remark('The preview has ended.', true);
    },
  });
}

function opened(message, time) {
  const { kind, duration = 0, width, height, fps = 0, seekable = false } = message;
  Object.assign(shown, { kind, duration: duration ?? 0, fps, seekable, size: `${width} × ${height}` });
  by_id('picture').style.setProperty('--ratio', width / height);
  by_id('view').dataset.kind = kind;
  slider.max = shown.duration || 1;
  slider.disabled = !seekable;
  by_id('save-frame').disabled = false;
  const facts = [shown.size];
  if (kind === 'film') facts.push(`${number(fps)} frames a second`, clock(shown.duration));
  set(by_id('facts'), { textContent: facts.join(' · ') });
  tell_size();
  for (const [name, value] of Object.entries(properties.values())) set_property(name, value);
  if (time > 0 && seekable) send({ do: 'seek', time });
  if (kind === 'live') playing(true);
  say(`${shown.source.name} is open`);
  remark('');
  tell();
}

export function close() {
  shown.viewer?.close();
  changes.clear();
  waits_until = 0;
  shown.before?.close();
  shown.after?.close();
  Object.assign(shown, { viewer: null, source: null, before: null, after: null, made: null, kind: '' });
  by_id('player').removeAttribute('src');
  by_id('player').load();
  by_id('sheet').removeAttribute('src');
  playing(false);
  show_as('nothing');
}

function leave() {
  close();
  tell();
  by_id('open-files').focus();
}

/// viewer, player, sheet, or nothing.
function show_as(what) {
  by_id('welcome').hidden = what !== 'nothing';
  by_id('view').hidden = what === 'nothing';
  by_id('view').dataset.kind = '';
  by_id('view').dataset.as = what;
  for (const [id, which] of [['picture', 'viewer'], ['player', 'player'], ['sheet', 'sheet']])
    by_id(id).hidden = what !== which;
}

/// A film that is made, with its sound, or a picture by itself.
export function show_result(address, name, is_picture) {
  close();
  show_as(is_picture ? 'sheet' : 'player');
  set(by_id('name'), { textContent: name });
  set(by_id('facts'), { textContent: 'as it was made' });
  remark('');
  by_id(is_picture ? 'sheet' : 'player').src = address;
  tell();
}

by_id('player').addEventListener('error', () => {
  if (by_id('player').getAttribute('src'))
    remark('This browser does not play this kind of film. Download it, and open it with a player.');
});
by_id('sheet').addEventListener('error', () => {
  if (by_id('sheet').getAttribute('src')) remark('This browser does not show this kind of picture. Download it.');
});

function remark(text, can_reopen = false) {
  const box = by_id('remark');
  box.hidden = !text;
  set(box.firstElementChild, { textContent: text });
  by_id('reopen').hidden = !can_reopen;
}

// --- The picture ----------------------------------------------------------------------------------------------------

function picture(head, before, after) {
  shown.before?.close();
  shown.after?.close();
  Object.assign(shown, { before, after, time: head.time });
  by_id('waiting').hidden = true;
  canvas.width = before.width;
  canvas.height = before.height;
  draw();
  playing(head.playing);
  if (!is_held) slider.value = head.time;
  show_clock();
  shown.late += head.late ?? 0;
  const words = [];
  if (shown.kind === 'live' && head.delay !== null && head.delay !== undefined)
    words.push(`${Math.round(head.delay * 1000)} ms behind the world`);
  if (head.late) words.push(`${count(shown.late, 'picture', 'pictures')} left out: this machine is slower than the film`);
  if (words.length || !head.playing) set(by_id('late'), { textContent: words.join(' · ') });
  was_answered();
}

function draw() {
  if (!shown.before) return;
  const { width, height } = canvas, x = Math.round(shown.divider * width);
  const half = (image, from, to) => {
    drawing.save();
    drawing.beginPath();
    drawing.rect(from, 0, to - from, height);
    drawing.clip();
    drawing.drawImage(image, 0, 0, width, height);
    drawing.restore();
  };
  if (x > 0) half(shown.before, 0, x);
  if (x < width) half(shown.made ?? shown.after, x, width);
}

function show_clock() {
  const all = shown.duration ? ` / ${clock(shown.duration)}` : '';
  set(by_id('clock'), { textContent: clock(shown.time, true) + all });
  slider.setAttribute('aria-valuetext', `${clock(shown.time, true)} of ${clock(shown.duration)}`);
}

function tell_size() {
  const box = by_id('picture').getBoundingClientRect(), dots = window.devicePixelRatio || 1;
  const width = Math.min(widest, Math.round(box.width * dots)), height = Math.min(highest, Math.round(box.height * dots));
  if (width > 0 && height > 0) send_soon('size', { do: 'size', width, height });
}

let resize_timer = 0;
new ResizeObserver(() => {
  clearTimeout(resize_timer);
  resize_timer = setTimeout(tell_size, 300);
}).observe(by_id('picture'));

// --- The divider ----------------------------------------------------------------------------------------------------

export function move_divider(share) {
  shown.divider = Math.min(1, Math.max(0, share));
  const percent = Math.round(shown.divider * 100);
  by_id('picture').style.setProperty('--divider', `${shown.divider * 100}%`);
  divider.setAttribute('aria-valuenow', percent);
  divider.setAttribute('aria-valuetext', `${percent} % before, ${100 - percent} % in colour`);
  draw();
}

by_id('picture').addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  by_id('picture').setPointerCapture(event.pointerId);
  follow(event);
});
by_id('picture').addEventListener('pointermove', (event) => {
  if (by_id('picture').hasPointerCapture(event.pointerId)) follow(event);
});

function follow(event) {
  const box = by_id('picture').getBoundingClientRect();
  move_divider((event.clientX - box.left) / box.width);
}

divider.addEventListener('keydown', (event) => {
  const step = event.shiftKey ? 0.1 : 0.02;
  const to = {
    ArrowLeft: shown.divider - step, ArrowRight: shown.divider + step, ArrowDown: shown.divider - step,
    ArrowUp: shown.divider + step, PageDown: shown.divider - 0.1, PageUp: shown.divider + 0.1, Home: 0, End: 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  move_divider(to);
});

// --- Time -----------------------------------------------------------------------------------------------------------

let is_held = false;  // the slider, by a hand that pictures must not pull it from

function playing(is) {
  shown.playing = is;
  set(by_id('play'), { textContent: is ? 'Pause' : 'Play' });
}

export function play_or_pause() {
  if (shown.kind !== 'film' || !shown.viewer) return;
  shown.late = 0;
  if (shown.ended) send({ do: 'seek', time: 0 });
  shown.ended = false;
  send({ do: shown.playing ? 'pause' : 'play' });
  playing(!shown.playing);
}

export function seek(time) {
  if (!shown.seekable) return;
  shown.time = Math.min(Math.max(0, time), shown.duration);
  shown.ended = false;
  slider.value = shown.time;
  show_clock();
  send_soon('seek', { do: 'seek', time: shown.time });
}

export const seek_by = (seconds) => seek(shown.time + seconds);

export function step(frames) {
  if (shown.kind !== 'film') return;
  playing(false);
  shown.ended = false;
  send({ do: 'step', frames });
}

slider.addEventListener('input', () => seek(Number(slider.value)));
slider.addEventListener('pointerdown', () => { is_held = true; });
for (const end of ['pointerup', 'pointercancel']) slider.addEventListener(end, () => { is_held = false; });
on_click('reopen', reopen);
on_click('play', play_or_pause);
on_click('back', () => step(-1));
on_click('forth', () => step(1));
on_click('close-view', leave);

// A film that nobody looks at needs no processor.
document.addEventListener('visibilitychange', () => {
  if (document.hidden && shown.playing && shown.kind === 'film') play_or_pause();
});

// --- The part that is made ------------------------------------------------------------------------------------------

/// Marks the time that is shown as a beginning or an end; null for both takes the marks away.
export function mark(which) {
  if (shown.kind !== 'film') return;
  if (which === null) {
    Object.assign(shown, { start: null, end: null });
  } else {
    shown[which] = shown.time;
    if (shown.start !== null && shown.end !== null && shown.end <= shown.start)
      shown[which === 'start' ? 'end' : 'start'] = null;
  }
  const { start, end } = show_marks();
  say(start > 0 || end < shown.duration ? `From ${clock(start, true)} to ${clock(end, true)}` : 'The whole film');
  tell();
}

function show_marks() {
  const start = shown.start ?? 0, end = shown.end ?? shown.duration;
  const is_marked = shown.start !== null || shown.end !== null;
  const bar = by_id('range');
  bar.hidden = by_id('mark-none').hidden = !is_marked;
  bar.style.setProperty('--from', start / shown.duration);
  bar.style.setProperty('--to', end / shown.duration);
  return { start, end };
}

on_click('mark-start', () => mark('start'));
on_click('mark-end', () => mark('end'));
on_click('mark-none', () => mark(null));

// --- The picture as a file ------------------------------------------------------------------------------------------

export function save_frame() {
  if (shown.viewer && shown.before) send({ do: 'frame' });
}

on_click('save-frame', save_frame);

function save_blob(blob) {
  const link = document.createElement('a');
  const stem = (shown.source?.name ?? 'picture').replace(/\.[^.]*$/, '');
  link.href = URL.createObjectURL(blob);
  link.download = shown.kind === 'still' ? `${stem}.colour.png`
    : `${stem}.${clock(shown.time, true).replace(/[:.]/g, '-')}.colour.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Saved as ${link.download}`);
}
