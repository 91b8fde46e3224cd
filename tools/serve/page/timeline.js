// SPDX-License-Identifier: LGPL-2.1-or-later
// A film's time: played, sought, stepped; and the part of it that is made.
import { by_id, on_click, say, set } from './elements.js';
import { news, seek_to, send, shown } from './stage.js';
import { clock } from './words.js';

const slider = by_id('time');
let is_held = false;  // by a hand that pictures must not pull it from
let source = null;    // which the marks are of

/// Ends of the part that is made, in seconds; null: the film's own.
export const marks = { start: null, end: null };
const is_film = () => shown.kind === 'film';

news.addEventListener('picture', show);
news.addEventListener('changed', () => {
  if (source !== shown.source) Object.assign(marks, { start: null, end: null });
  source = shown.source;
  slider.max = shown.duration || 1;
  slider.disabled = !shown.seekable;
  show();
  show_marks();
});

function show() {
  set(by_id('play'), { textContent: shown.playing ? 'Pause' : 'Play' });
  const time = clock(shown.time, true), end = clock(shown.duration);
  set(by_id('clock'), { textContent: shown.duration ? `${time} / ${end}` : time });
  slider.setAttribute('aria-valuetext', `${time} of ${end}`);
  if (!is_held) slider.value = shown.time;
}

// --- Playing and seeking --------------------------------------------------------------------------------------------

export function play_or_pause() {
  if (!is_film()) return;
  if (shown.ended) send({ do: 'seek', time: 0 });
  send({ do: shown.playing ? 'pause' : 'play' });
  Object.assign(shown, { playing: !shown.playing, ended: false, late: 0 });
  show();
}

export function seek(time) {
  if (!shown.seekable) return;
  seek_to(Math.min(Math.max(0, time), shown.duration));
  show();
}

export const seek_by = (seconds) => seek(shown.time + seconds);

export function step(frames) {
  if (!is_film()) return;
  Object.assign(shown, { playing: false, ended: false, sought: null });
  show();
  send({ do: 'step', frames });
}

slider.addEventListener('input', () => seek(Number(slider.value)));
slider.addEventListener('pointerdown', () => { is_held = true; });
for (const end of ['pointerup', 'pointercancel']) slider.addEventListener(end, () => { is_held = false; });
on_click('play', play_or_pause);
on_click('back', () => step(-1));
on_click('forth', () => step(1));

// A film that nobody looks at needs no processor.
document.addEventListener('visibilitychange', () => {
  if (document.hidden && shown.playing) play_or_pause();
});

// --- The part that is made ------------------------------------------------------------------------------------------

export const is_marked = () => is_film() && (marks.start !== null || marks.end !== null);
/// Its ends in seconds.
export const marked = () => ({ start: marks.start ?? 0, end: marks.end ?? shown.duration });

/// Marks the time that is shown as 'start' or 'end'; null: takes the marks away.
export function mark(which) {
  if (!is_film()) return;
  if (which === null) Object.assign(marks, { start: null, end: null });
  else marks[which] = shown.time;
  // What is marked last counts.
  if (which && marked().end <= marked().start) marks[which === 'start' ? 'end' : 'start'] = null;
  const { start, end } = marked();
  say(is_marked() ? `From ${clock(start, true)} to ${clock(end, true)}` : 'The whole film');
  news.dispatchEvent(new Event('changed'));
}

function show_marks() {
  const { start, end } = marked(), bar = by_id('range');
  bar.hidden = by_id('mark-none').hidden = !is_marked();
  bar.style.setProperty('--from', start / shown.duration);
  bar.style.setProperty('--to', end / shown.duration);
}

on_click('mark-start', () => mark('start'));
on_click('mark-end', () => mark('end'));
on_click('mark-none', () => mark(null));
