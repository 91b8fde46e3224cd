// SPDX-License-Identifier: LGPL-2.1-or-later
// Hints: what a person says of the colour of places in the film or photograph that is shown.
import { can_be, change, end_change, hint_lines, news, shown_file, time_shown } from './annotations.js';
import { by_id, make, on_click, say, set } from './elements.js';
import { mode, news as mode_news, place_of, when_used } from './mode.js';
import { news as stage_news, shown } from './stage.js';
import { play_or_pause, seek } from './timeline.js';
import { clock, count, number, percent } from './words.js';
import { hex_of_rgb, prepare_wheel } from './wheel.js';

const picture = by_id('picture'), canvas = by_id('canvas'), precise = by_id('hint-precise');
const warmth = by_id('hint-warmth'), tint = by_id('hint-tint');
const sentences = {
  colour: 'Click on a thing in the picture. Its colour spreads to the next edge, and goes along with the thing.',
  gray: 'Click on a thing that had no colour, such as a wall or a suit.',
  neutral: 'Click on something that was white or gray. What colour it has is the cast of the scene, and goes from all of it.',
  scene: 'Warmer or cooler, from here to the next cut; in the film that is made, from the scene\'s beginning.',
};
const at_once = 0.05;  // seconds: a hint is drawn in its own picture alone, since later it goes along with its thing

let selected = -1, source = null;
let kind = 'colour', colour = '#6b5b3a', is_dropper = false;

const hints = () => hint_lines().map((line) => JSON.parse(line));
const radius = () => by_id('hint-radius').valueAsNumber / 100;
const is_on = () => mode() === 'hint';
const change_to = (lines, name = null) => change({ hints: lines }, name);

// --- A hint ---------------------------------------------------------------------------------------------------------

const share_of = (length, side) => typeof length === 'string' ? parseFloat(length) / 100 : length / side;
const is_of_scene = (hint) => hint.x === undefined;
const kind_of = (hint) => is_of_scene(hint) ? 'scene' : hint.kind === 'neutral' ? 'neutral'
  : hint.colour === 'gray' ? 'gray' : 'colour';
const seen_as = (hint) => kind_of(hint) === 'colour' ? hint.colour : '#808080';

/// The line of a hint, with what is chosen now.
function line_of({ time, x, y }) {
  const when = time === undefined ? {} : { time };
  if (kind === 'scene') return JSON.stringify({ ...when, warmth: warmth.valueAsNumber, tint: tint.valueAsNumber });
  const hint = { ...when, x, y, radius: percent(radius()) };
  return JSON.stringify(kind === 'neutral' ? { ...hint, kind } : { ...hint, colour: kind === 'gray' ? 'gray' : colour });
}

function put_hint({ x, y }) {
  if (kind === 'scene') return;
  const own = marked_places().find((mark) => mark.is_here && Math.hypot((mark.x - x) * shown.width,
    (mark.y - y) * shown.height) < Math.max(mark.radius, 0.012) * shown.width);
  if (own) {
    select(own.place);
    return;
  }
  const time = time_shown();
  if (shown.playing) {
    play_or_pause();
    seek(time);
  }
  selected = hint_lines().length;
  change_to([...hint_lines(), line_of({ time, x: percent(x), y: percent(y) })]);
  say(count(hint_lines().length, 'hint', 'hints'));
}

/// The selected one becomes what is chosen now.
function change_selected(name) {
  show_tools();
  if (selected < 0) return;
  const now = hint_lines().map((line, place) => place === selected ? line_of(JSON.parse(line)) : line);
  change_to(now, `${name} ${selected}`);
}

/// The selected scene's, or else that of the scene which is shown.
function change_scene(name) {
  if (selected < 0) {
    selected = hint_lines().length;
    change_to([...hint_lines(), line_of({ time: time_shown() })], `${name} ${selected}`);
  }
  change_selected(name);
}

function select(place) {
  end_change();
  is_dropper = false;
  selected = place;
  const hint = hints()[place];
  kind = kind_of(hint);
  if (kind === 'colour' && /^#[0-9a-f]{6}$/i.test(hint.colour)) colour = hint.colour;  // or "source"
  if (kind === 'scene') {
    warmth.value = hint.warmth ?? 0;
    tint.value = hint.tint ?? 0;
  }
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
  is_here: !is_of_scene(hint) && (shown.kind === 'still' || (hint.time !== undefined && Math.abs(hint.time - shown.time) < at_once)),
}));

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
picture.addEventListener('wheel', (event) => {
  if (!is_on()) return;
  event.preventDefault();
  const input = by_id('hint-radius');
  input.value = input.valueAsNumber * (event.deltaY < 0 ? 1.15 : 1 / 1.15);
  change_selected('radius');
}, { passive: false });

when_used('hint', use_place);

// --- What is seen of them -------------------------------------------------------------------------------------------

function show_tools() {
  for (const input of document.getElementsByName('hint-kind')) input.checked = input.value === kind;
  set(by_id('hint-words'), { textContent: sentences[kind] });
  by_id('hint-colour').hidden = kind !== 'colour';
  by_id('hint-scene').hidden = kind !== 'scene';
  by_id('hint-size').hidden = kind === 'scene';
  for (const input of [warmth, tint]) set(by_id(`${input.id}-value`), { textContent: number(input.valueAsNumber) });
  set(precise, { value: colour });
  put_on_wheel(colour);
  by_id('aim').style.setProperty('--size', percent(2 * radius()));
  set(by_id('hint-radius-value'), { textContent: `${number(Math.round(1000 * radius()) / 10)} %` });
  by_id('dropper').setAttribute('aria-pressed', is_dropper);
}

function show() {
  const is_there = source === shown_file() && selected < hint_lines().length;
  // The one has a place, the other none: after an undo another one stands there.
  if (!is_there || (selected >= 0 && is_of_scene(hints()[selected]) !== (kind === 'scene'))) selected = -1;
  source = shown_file();
  by_id('hint-list').hidden = !hint_lines().length;
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

const words_of = (hint) => ({
  colour: hint.colour,
  gray: 'gray',
  neutral: 'was gray',
  scene: `warmth ${number(hint.warmth ?? 0)}, tint ${number(hint.tint ?? 0)}`,
})[kind_of(hint)];

function hint_row({ hint, place }) {
  const when = hint.time === undefined ? shown.kind === 'film' ? 'each shot' : '' : clock(hint.time, true);
  const words = [when, words_of(hint)].filter(Boolean).join(' · ');
  const swatch = make('i');
  swatch.style.setProperty('--colour', seen_as(hint));
  const go = make('button', { className: 'name figures' }, swatch, words);
  go.setAttribute('aria-current', place === selected);
  go.dataset.hint = place;
  go.addEventListener('click', () => go_to(place));
  const remove = make('button', { 'aria-label': `Remove the hint ${words}`, title: 'Remove' }, '×');
  remove.addEventListener('click', () => {
    selected = -1;
    change_to(hint_lines().filter((_, other) => other !== place));
    (by_id('hint-list').querySelector('button') ?? by_id('undo')).focus();
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

stage_news.addEventListener('picture', show_marks);
news.addEventListener('changed', show);
mode_news.addEventListener('changed', () => {
  if (!is_on()) is_dropper = false;
  else show_tools();
});

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
for (const input of [warmth, tint]) input.addEventListener('input', () => change_scene(input.id));
for (const input of [precise, by_id('hint-radius'), warmth, tint]) input.addEventListener('change', end_change);
for (const input of document.getElementsByName('hint-kind')) {
  input.addEventListener('change', () => {
    if (kind === 'scene' || input.value === 'scene') selected = -1;  // the one has a place, the other none
    kind = input.value;
    end_change();
    change_selected('kind');
  });
}
on_click('dropper', () => {
  is_dropper = !is_dropper;
  show_tools();
});
