// SPDX-License-Identifier: LGPL-2.1-or-later
// Hints: what a person says of the colour of places in the film or photograph that is shown. They are lines of JSON, as
// --hints has them, and kept as such: what is saved is what was loaded.
import { move_divider } from './divider.js';
import { by_id, complain, make, on_click, say, set, trying } from './elements.js';
import { ask } from './server.js';
import { news, set_property, shown } from './stage.js';
import { play_or_pause, seek } from './timeline.js';
import { clock, count, number } from './words.js';
import { hex_of_rgb, prepare_wheel } from './wheel.js';

const picture = by_id('picture'), canvas = by_id('canvas'), aim = by_id('aim'), precise = by_id('hint-precise');
const sentences = {
  colour: 'Click on a thing in the picture. Its colour spreads to the next edge, and goes along with the thing.',
  gray: 'Click on a thing that had no colour, such as a wall or a suit.',
  neutral: 'Click on something that was white or gray. What colour it has is the cast of the scene, and goes from all of it.',
};
const at_once = 0.05;  // seconds: a hint is drawn in its own picture alone, since later it goes along with its thing

let lines = [], selected = -1, source = null;
let past = [], future = [], last_change = null;
let kind = 'colour', colour = '#6b5b3a', is_dropper = false, divider_before = null;
const aimed = { x: 0.5, y: 0.5 };

const hints = () => lines.map((line) => JSON.parse(line));
const radius = () => by_id('hint-radius').valueAsNumber / 100;
const is_on = () => 'says' in picture.dataset;
const can_be = () => source?.path !== undefined && ['film', 'still'].includes(shown.kind);

// --- Kept, sent, changed --------------------------------------------------------------------------------------------

const address_of = ({ folder, path }) => `/api/hints?${new URLSearchParams({ folder, path })}`;
const text_of = () => lines.join('\n');
/// How long changes wait for the next one before they are kept, milliseconds.
const patience = 500;
let keep_timer = 0;

/// As a property, for the viewer of what is shown.
export const shown_values = () => lines.length ? { hints: text_of() } : {};

/// As a property, for a job of this file.
export async function values(file) {
  if (file.path === source?.path && file.folder === source.folder) return shown_values();
  const text = await kept(file);
  return text ? { hints: text } : {};
}

const kept = async (file) => (await ask(address_of(file))).hints;

function keep() {
  if (!keep_timer) return;
  clearTimeout(keep_timer);
  keep_timer = 0;
  ask(address_of(source), { method: 'PUT', text: text_of() }).catch((error) => complain(error.message));
}
window.addEventListener('pagehide', keep);

function take(now) {
  lines = now;
  selected = Math.min(selected, lines.length - 1);
  set_property('hints', text_of());
  clearTimeout(keep_timer);
  keep_timer = setTimeout(keep, patience);
  show();
}

async function open(file) {
  keep();
  source = file;
  lines = [];
  past = [];
  future = [];
  selected = -1;
  end_change();
  if (source?.path === undefined) return;
  const text = await trying(() => kept(file));
  if (source !== file || lines.length || !text) return;
  lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  set_property('hints', text_of());
  show();
}

/// What belongs to the change before it, by the same name, is undone with it.
function change(now, name = null) {
  if (name === null || name !== last_change) past.push(lines);
  last_change = name;
  future = [];
  take(now);
}

const end_change = () => { last_change = null; };

function go_to_state(from, to, word) {
  if (!from.length) return;
  to.push(lines);
  last_change = null;
  take(from.pop());
  say(`${word}: ${count(lines.length, 'hint', 'hints')}`);
}

export const undo = () => go_to_state(past, future, 'Undone');
const redo = () => go_to_state(future, past, 'Done again');

// --- A hint ---------------------------------------------------------------------------------------------------------

const percent = (share) => `${number(100 * share)}%`;
const share_of = (length, side) => typeof length === 'string' ? parseFloat(length) / 100 : length / side;
const kind_of = (hint) => hint.kind === 'neutral' ? 'neutral' : hint.colour === 'gray' ? 'gray' : 'colour';
const seen_as = (hint) => kind_of(hint) === 'colour' ? hint.colour : '#808080';

/// The line of a hint, with what is chosen now.
function line_of({ time, x, y }) {
  const hint = { ...(time === undefined ? {} : { time }), x, y, radius: percent(radius()) };
  return JSON.stringify(kind === 'neutral' ? { ...hint, kind } : { ...hint, colour: kind === 'gray' ? 'gray' : colour });
}

function put_hint({ x, y }) {
  const own = marked_places().find((mark) => mark.is_here && Math.hypot((mark.x - x) * shown.width,
    (mark.y - y) * shown.height) < Math.max(mark.radius, 0.012) * shown.width);
  if (own) {
    select(own.place);
    return;
  }
  // Not later than the picture, whose time may have more digits.
  const time = shown.kind === 'film' ? Math.floor(shown.time * 1000 + 1e-6) / 1000 : undefined;
  if (shown.playing) {
    play_or_pause();
    seek(time);
  }
  selected = lines.length;
  change([...lines, line_of({ time, x: percent(x), y: percent(y) })]);
  say(count(lines.length, 'hint', 'hints'));
}

/// The selected one becomes what is chosen now.
function change_selected(name) {
  show_tools();
  if (selected < 0) return;
  change(lines.map((line, place) => place === selected ? line_of(JSON.parse(line)) : line), `${name} ${selected}`);
}

function select(place) {
  end_change();
  selected = place;
  const hint = hints()[place];
  kind = kind_of(hint);
  if (kind === 'colour') colour = hint.colour;
  if (hint.radius !== undefined) by_id('hint-radius').value = 100 * share_of(hint.radius, shown.width);
  show_tools();
  show();
}

function go_to(place) {
  select(place);
  const { time } = hints()[place];
  if (time === undefined || shown.kind !== 'film') return;
  if (shown.playing) play_or_pause();
  seek(time);
}

// --- The picture ----------------------------------------------------------------------------------------------------

const marked_places = () => hints().map((hint, place) => ({
  place,
  x: share_of(hint.x, shown.width),
  y: share_of(hint.y, shown.height),
  radius: share_of(hint.radius ?? 0, shown.width),
  colour: seen_as(hint),
  is_here: shown.kind === 'still' || (hint.time !== undefined && Math.abs(hint.time - shown.time) < at_once),
}));

function place_of(event) {
  const box = canvas.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

function use_place({ x, y }) {
  if (!is_dropper) {
    put_hint({ x, y });
    return;
  }
  // As it is seen: before or in colour, as the divider has it; the mean of some pixels, for grain.
  const corner = (share, side) => Math.min(side - 5, Math.max(0, Math.round(share * side) - 2));
  const { data } = canvas.getContext('2d')
    .getImageData(corner(x, canvas.width), corner(y, canvas.height), 5, 5);
  const mean = (channel) => {
    let sum = 0;
    for (let i = channel; i < data.length; i += 4) sum += data[i];
    return Math.round(sum / (data.length / 4));
  };
  colour = hex_of_rgb([mean(0), mean(1), mean(2)]);
  kind = 'colour';
  is_dropper = false;
  end_change();
  change_selected('colour');
  say(`Taken: ${colour}`);
}

let pressed = null;
picture.addEventListener('pointerdown', (event) => {
  pressed = by_id('divider').contains(event.target) ? null : { x: event.clientX, y: event.clientY };
});
picture.addEventListener('click', (event) => {
  const is_place = pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < 8;
  if (is_on() && is_place) use_place(place_of(event));
});
picture.addEventListener('pointermove', (event) => {
  if (!is_on()) return;
  Object.assign(aimed, place_of(event));
  show_aim();
});
picture.addEventListener('wheel', (event) => {
  if (!is_on()) return;
  event.preventDefault();
  const input = by_id('hint-radius');
  input.value = input.valueAsNumber * (event.deltaY < 0 ? 1.15 : 1 / 1.15);
  change_selected('radius');
}, { passive: false });

aim.addEventListener('keydown', (event) => {
  const step = event.shiftKey ? 0.05 : 0.01;
  const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
  if (!move && event.key !== 'Enter' && event.key !== ' ') return;
  event.preventDefault();
  if (!move) {
    use_place(aimed);
    return;
  }
  aimed.x = Math.min(1, Math.max(0, aimed.x + move[0]));
  aimed.y = Math.min(1, Math.max(0, aimed.y + move[1]));
  show_aim();
});

function show_aim() {
  aim.style.setProperty('--x', percent(aimed.x));
  aim.style.setProperty('--y', percent(aimed.y));
  aim.style.setProperty('--size', percent(2 * radius()));
  aim.setAttribute('aria-description',
    `${Math.round(100 * aimed.x)} percent across, ${Math.round(100 * aimed.y)} percent down`);
}

// --- What is seen of them -------------------------------------------------------------------------------------------

function show_tools() {
  for (const input of document.getElementsByName('hint-kind')) input.checked = input.value === kind;
  set(by_id('hint-words'), { textContent: sentences[kind] });
  by_id('hint-colour').hidden = kind !== 'colour';
  set(precise, { value: colour });
  put_on_wheel(colour);
  show_aim();
  set(by_id('hint-radius-value'), { textContent: `${number(Math.round(1000 * radius()) / 10)} %` });
  by_id('dropper').setAttribute('aria-pressed', is_dropper);
}

function show() {
  by_id('hints').hidden = !can_be();
  set(by_id('hint-undo'), { disabled: !past.length });
  set(by_id('hint-redo'), { disabled: !future.length });
  set(by_id('hint-save'), { disabled: !lines.length });
  by_id('hint-list').hidden = !lines.length;
  by_id('hint-file').hidden = !is_on() && !lines.length && !past.length && !future.length;
  const all = hints().map((hint, place) => ({ hint, place })).sort((a, b) => (a.hint.time ?? -1) - (b.hint.time ?? -1));
  const held = document.activeElement.dataset.hint;  // a button that is made anew
  by_id('hint-list').replaceChildren(...all.map(hint_row));
  if (held) by_id('hint-list').querySelector(`[data-hint="${held}"]`)?.focus();
  by_id('ticks').replaceChildren(...all.filter(({ hint }) => hint.time !== undefined && shown.duration > 0)
    .map(({ hint, place }) => {
      const tick = make('i');
      tick.style.setProperty('--at', Math.min(1, hint.time / shown.duration));
      tick.style.setProperty('--colour', seen_as(hint));
      tick.addEventListener('click', () => go_to(place));
      return tick;
    }));
  show_marks();
}

const words_of_kind = { gray: 'gray', neutral: 'was gray' };

function hint_row({ hint, place }) {
  const when = hint.time === undefined ? shown.kind === 'film' ? 'each shot' : '' : clock(hint.time, true);
  const words = [when, words_of_kind[kind_of(hint)] ?? hint.colour].filter(Boolean).join(' · ');
  const swatch = make('i');
  swatch.style.setProperty('--colour', seen_as(hint));
  const go = make('button', { className: 'name figures' }, swatch, words);
  go.setAttribute('aria-current', place === selected);
  go.dataset.hint = place;
  go.addEventListener('click', () => go_to(place));
  const remove = make('button', { 'aria-label': `Remove the hint ${words}`, title: 'Remove' }, '×');
  remove.addEventListener('click', () => {
    selected = -1;
    change(lines.filter((_, other) => other !== place));
    (by_id('hint-list').querySelector('button') ?? by_id('hint-undo')).focus();
  });
  return make('li', {}, go, remove);
}

let marks_shown = '';
function show_marks() {
  const marks = can_be() ? marked_places().filter((mark) => mark.is_here) : [];
  const text = JSON.stringify([marks, selected]);
  if (text === marks_shown) return;
  marks_shown = text;
  by_id('marks').replaceChildren(...marks.map((mark) => {
    const ring = make('i', { className: mark.place === selected ? 'selected' : '' });
    for (const [name, value] of [['--x', percent(mark.x)], ['--y', percent(mark.y)],
      ['--size', percent(2 * mark.radius)], ['--colour', mark.colour]]) ring.style.setProperty(name, value);
    return ring;
  }));
}

news.addEventListener('picture', show_marks);
news.addEventListener('changed', () => {
  if (source !== shown.source) open(shown.source);
  if (!can_be() && is_on()) switch_mode();
  show();
});

/// Clicks in the picture say colours, or no more. All of it is in colour meanwhile.
export function switch_mode() {
  const on = !is_on() && can_be();
  if (on) picture.dataset.says = '';
  else delete picture.dataset.says;
  by_id('hint-tools').hidden = aim.hidden = !on;
  by_id('hint-mode').setAttribute('aria-pressed', on);
  if (on) {
    divider_before = shown.divider;
    move_divider(0);
    show_tools();
  } else if (divider_before !== null) {
    is_dropper = false;
    if (shown.divider === 0) move_divider(divider_before);
    divider_before = null;
  }
  show();
}

// --- Files ----------------------------------------------------------------------------------------------------------

function save() {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${text_of()}\n`], { type: 'application/x-ndjson' }));
  link.download = `${source.name.replace(/\.[^.]*$/, '')}.hints.jsonl`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  say(`Saved as ${link.download}`);
}

/// Judged by the server, which reads them as the element does.
async function load(file) {
  if (file.size > 1e6) throw new Error(`${file.name} is too large for a file of hints.`);
  const text = await file.text();
  await ask('/api/hints', { method: 'POST', text })
    .catch((error) => { throw new Error(`${file.name}: ${error.message}`); });
  const loaded = text.split('\n').map((line) => line.trim()).filter(Boolean);
  try {
    loaded.forEach((line) => JSON.parse(line));
  } catch {
    throw new Error(`${file.name}: not every line is strict JSON.`);
  }
  selected = -1;
  change(loaded);
  say(`${count(lines.length, 'hint', 'hints')} from ${file.name}`);
}

// --- The beginning --------------------------------------------------------------------------------------------------

const put_on_wheel = prepare_wheel((chosen) => {
  colour = chosen;
  change_selected('colour');
}, end_change);
precise.addEventListener('input', () => {
  colour = precise.value;
  change_selected('colour');
});
by_id('hint-radius').addEventListener('input', () => change_selected('radius'));
for (const input of [precise, by_id('hint-radius')]) input.addEventListener('change', end_change);
for (const input of document.getElementsByName('hint-kind')) {
  input.addEventListener('change', () => {
    kind = input.value;
    end_change();
    change_selected('kind');
  });
}
on_click('hint-mode', switch_mode);
on_click('dropper', () => {
  is_dropper = !is_dropper;
  show_tools();
});
on_click('hint-undo', undo);
on_click('hint-redo', redo);
on_click('hint-save', save);
on_click('hint-load', () => by_id('hint-pick').click());
by_id('hint-pick').addEventListener('change', (event) => {
  const [file] = event.target.files;
  event.target.value = '';
  if (file) trying(() => load(file));
});
document.addEventListener('keydown', (event) => {
  const pressed_key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || !['z', 'y'].includes(pressed_key) || !can_be()) return;
  if (event.target.matches('input[type=text], input[type=number], textarea')) return;
  event.preventDefault();
  if (pressed_key === 'y' || event.shiftKey) redo();
  else undo();
});
