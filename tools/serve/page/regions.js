// SPDX-License-Identifier: LGPL-2.1-or-later
// Regions: rectangles and polygons that are drawn over the picture, where colour goes alone, or does not go.
import { change, end_change, news, regions, shown_file, time_shown, undo } from './annotations.js';
import { by_id, make, on_click, say, set } from './elements.js';
import { aimed, mode, news as mode_news, place_of, switch_mode, when_used } from './mode.js';
import { news as stage_news, shown } from './stage.js';
import { is_marked, marked, play_or_pause, seek } from './timeline.js';
import { clock, number, percent } from './words.js';

const picture = by_id('picture'), drawing = by_id('regions-seen'), soft = by_id('region-soft');
const sentences = {
  rectangle: 'Draw a rectangle over the picture: from corner to corner, or a click on each of two.',
  polygon: 'Click on each corner; on the first or the last one again, and it is closed. Escape begins anew.',
  selected: 'Drag a corner of this region to where it belongs; Escape lets go of it, and you draw another one.',
};
const words_of_name = { region: 'only here', exclude: 'not here' };
/// How near to a corner is on it, and how far a hand moves when it draws, pixels of the page.
const near = 12, far = 8;
const at_once = 0.05;  // seconds

let name = 'region', shape = 'rectangle', when = 'always';
let selected = -1, source = null;
let corners = [];  // of what is being drawn
let taken = null;  // the corner that is being moved: its region's place in the list and line, its number, its opposite

const is_on = () => mode() === 'region';
const choices = { name: 'region-name', shape: 'region-shape' };

// --- Drawn ----------------------------------------------------------------------------------------------------------

function distance(one, other) {
  const box = picture.getBoundingClientRect();
  return Math.hypot((one.x - other.x) * box.width, (one.y - other.y) * box.height);
}

const rectangle_of = (one, other) => [Math.min(one.x, other.x), Math.min(one.y, other.y), Math.abs(one.x - other.x),
  Math.abs(one.y - other.y)];

function pause() {
  if (!shown.playing) return;
  play_or_pause();
  seek(time_shown());
}

function put_corner(place) {
  const last = corners.at(-1);
  if (shape === 'rectangle' && last) {
    if (distance(last, place) >= far) finish({ rectangle: rectangle_of(last, place).map(percent) });
  } else if (corners.length > 2 && [corners[0], last].some((corner) => distance(corner, place) < near)) {
    close_polygon();
  } else if (!last || distance(last, place) >= 1) {
    pause();
    corners = [...corners, place];
    say(`${corners.length === 1 ? 'The first corner' : `Corner ${corners.length}`} is there`);
  }
  show_drawing();
}

function close_polygon() {
  finish({ polygon: corners.map(({ x, y }) => [percent(x), percent(y)]) });
}

/// When it holds, as keys of a line.
function time_keys() {
  const { start, end } = marked(), time = Number(number(start));
  if (shown.kind !== 'film' || when === 'always') return {};
  return when === 'moves' ? { time: time_shown(), moves: true } : { time, end: Number(number(end)) };
}

function finish(outline) {
  corners = [];
  selected = regions().length;
  const line = JSON.stringify({ ...outline, soft: percent(soft.valueAsNumber / 100), ...time_keys() });
  change({ regions: [...regions(), { name, line }] });
  say(`A region, ${words_of_name[name]}`);
}

/// Of what was begun last: the corner that is moved, what is being drawn, what is selected.
function let_go() {
  if (taken) {
    const is_moved = taken.is_moved;
    taken = null;
    if (is_moved) undo();
  } else if (corners.length) {
    corners = [];
  } else {
    selected = -1;
    show();
  }
  show_drawing();
}

// --- Corners that are moved -----------------------------------------------------------------------------------------

const moving = 'corner';  // all of one way is undone at once

/// Takes the corner of the selected region that lies there. Returns whether one does.
function take_corner(place) {
  if (corners.length || selected < 0 || !is_here(regions()[selected].line)) return false;
  const { line } = regions()[selected];
  const outline = outline_of(line).map(([x, y]) => ({ x: x / 100, y: y / 100 }));
  const far_away = outline.map((corner) => distance(corner, place));
  const number = far_away.indexOf(Math.min(...far_away));
  if (!(far_away[number] < near)) return false;
  pause();
  end_change();
  taken = { place: selected, number, opposite: outline[(number + 2) % outline.length], line, is_moved: false };
  say(`Corner ${number + 1} is taken`);
  show_drawing();
  return true;
}

function move_corner(to) {
  const { place, number, opposite, line } = taken;
  const said = JSON.parse(line);
  if (said.rectangle && distance(opposite, to) < far) return;
  const outline = said.rectangle ? { rectangle: rectangle_of(opposite, to).map(percent) }
    : { polygon: said.polygon.map((corner, other) => other === number ? [percent(to.x), percent(to.y)] : corner) };
  Object.assign(taken, { line: JSON.stringify({ ...said, ...outline }), is_moved: true });
  change({ regions: regions().map((region, other) => other === place ? { ...region, line: taken.line } : region) }, moving);
}

function put_down() {
  say(`Corner ${taken.number + 1} is there`);
  taken = null;
  end_change();
  show_drawing();
}

let pressed = null;
picture.addEventListener('pointerdown', (event) => {
  if (!is_on() || event.button !== 0 || by_id('divider').contains(event.target)) return;
  event.preventDefault();
  picture.setPointerCapture(event.pointerId);
  pressed = corners.length ? null : place_of(event);
  if (taken || take_corner(place_of(event))) pressed = null;
  else put_corner(place_of(event));
});
picture.addEventListener('pointerup', (event) => {
  if (taken) {
    put_down();
    return;
  }
  // A hand that was drawn along, not a click.
  const is_drawn = pressed && distance(pressed, place_of(event)) >= far;
  if (is_on() && is_drawn && shape === 'rectangle') put_corner(place_of(event));
  pressed = null;
});
when_used('region', (place) => {
  if (taken) put_down();
  else if (!take_corner(place)) put_corner(place);
});
mode_news.addEventListener('aimed', () => {
  if (taken) move_corner(aimed);
  if (corners.length) show_drawing();
});

// --- Changed --------------------------------------------------------------------------------------------------------

/// The selected one becomes what is chosen now: where colour goes, its edge, and when.
function change_selected(what) {
  show_tools();
  if (selected < 0) return;
  const now = regions().map((region, place) => {
    if (place !== selected) return region;
    const { time, end, moves, ...rest } = JSON.parse(region.line);
    const times = what === 'when' ? time_keys() : { time, end, moves };
    return { name, line: JSON.stringify({ ...rest, soft: percent(soft.valueAsNumber / 100), ...times }) };
  });
  change({ regions: now }, `${what} of region ${selected}`);
}

function select(place) {
  end_change();
  selected = place;
  const region = regions()[place], said = JSON.parse(region.line);
  name = region.name;
  when = said.moves ? 'moves' : said.time !== undefined || said.end !== undefined ? 'part' : 'always';
  soft.value = parseFloat(said.soft ?? 0);
  if (!is_on()) switch_mode('region');
  show_tools();
  show();
}

// --- What is seen of them -------------------------------------------------------------------------------------------

function show_tools() {
  for (const input of document.getElementsByName(choices.name)) input.checked = input.value === name;
  for (const input of document.getElementsByName(choices.shape)) input.checked = input.value === shape;
  by_id('region-when').value = when;
  by_id('region-when').closest('.control').hidden = shown.kind !== 'film';
  set(by_id('region-soft-value'), { textContent: `${number(soft.valueAsNumber)} %` });
}

/// Places of a line's outline, in percent of the picture's sides.
function outline_of(line) {
  const { rectangle, polygon } = JSON.parse(line);
  if (!rectangle) return (polygon ?? []).map((corner) => corner.map(parseFloat));
  const [x, y, width, height] = rectangle.map(parseFloat);
  return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]];
}

/// Whether it lies where it was drawn in the picture that is shown: one that moves does so in its own picture alone.
function is_here(line) {
  const { time = -Infinity, end = Infinity, moves } = JSON.parse(line);
  const late = shown.time - time;
  if (shown.kind !== 'film') return true;
  return late > -at_once && shown.time < end && (!moves || late < at_once || late === Infinity);
}

/// A line with a dark one under it, to be seen on any ground.
function outline(kind, places, classes) {
  return ['under', classes].map((names) => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', kind);
    element.setAttribute('points', places.map((place) => place.join()).join(' '));
    element.setAttribute('class', names);
    return element;
  });
}

/// While they are drawn: all of them, and the one in the making up to where the pointer is.
function show_drawing() {
  set(by_id('region-words'), { textContent: sentences[selected < 0 || corners.length ? shape : 'selected'] });
  by_id('region-close').hidden = shape !== 'polygon';
  set(by_id('region-close'), { disabled: shape !== 'polygon' || corners.length < 3 });
  const seen = is_on() ? regions().flatMap(({ name: of, line }, place) =>
    is_here(line) ? outline('polygon', outline_of(line), `${of} ${place === selected ? 'selected' : ''}`) : []) : [];
  if (is_on() && selected >= 0 && !corners.length && is_here(regions()[selected].line))
    outline_of(regions()[selected].line).forEach((corner, number) =>  // lines without length, whose ends are round
      seen.push(...outline('polyline', [corner, corner], `corner ${taken?.number === number ? 'taken' : ''}`)));
  if (is_on() && corners.length) {
    const [x, y, width, height] = rectangle_of(corners[0], aimed);
    const places = shape === 'polygon' ? [...corners, aimed].map((at) => [at.x, at.y])
      : [[x, y], [x + width, y], [x + width, y + height], [x, y + height], [x, y]];
    seen.push(...outline('polyline', places.map((place) => place.map((share) => 100 * share)), name));
  }
  drawing.replaceChildren(...seen);
}

function words_of({ name: of, line }) {
  const { rectangle, polygon, time, end, moves } = JSON.parse(line);
  const words = [words_of_name[of], rectangle ? 'rectangle' : polygon ? 'polygon' : 'what a detector finds'];
  if (time !== undefined) words.push(`from ${clock(time, true)}`);
  if (end !== undefined) words.push(`to ${clock(end, true)}`);
  if (moves) words.push('moves');
  return words.join(' · ');
}

function row(region, place) {
  const words = words_of(region);
  const go = make('button', { className: 'name figures' }, make('i', { className: region.name }), words);
  go.setAttribute('aria-current', place === selected);
  go.dataset.region = place;
  go.addEventListener('click', () => select(place));
  const remove = make('button', { 'aria-label': `Remove the region ${words}`, title: 'Remove' }, '×');
  remove.addEventListener('click', () => {
    selected = -1;
    change({ regions: regions().filter((_, other) => other !== place) });
    (by_id('region-list').querySelector('button') ?? by_id('undo')).focus();
  });
  return make('li', {}, go, remove);
}

function show() {
  if (source !== shown_file()) corners = [];
  if (taken && regions()[taken.place]?.line !== taken.line) taken = null;  // undone
  selected = source === shown_file() ? Math.min(selected, regions().length - 1) : -1;
  source = shown_file();
  by_id('region-list').hidden = !regions().length;
  const held = document.activeElement.dataset.region;  // a button that is made anew
  by_id('region-list').replaceChildren(...regions().map(row));
  if (held) by_id('region-list').querySelector(`[data-region="${held}"]`)?.focus();
  const part = by_id('region-when').querySelector('[value="part"]');
  part.disabled = !is_marked();
  show_drawing();
}

news.addEventListener('changed', show);
stage_news.addEventListener('picture', () => {
  if (is_on()) show_drawing();
});
mode_news.addEventListener('changed', () => {
  corners = [];
  taken = null;
  if (is_on()) {
    by_id('aim').style.setProperty('--size', '0%');
    show_tools();
  }
  show_drawing();
});

// --- The beginning --------------------------------------------------------------------------------------------------

for (const input of document.getElementsByName(choices.name)) {
  input.addEventListener('change', () => {
    name = input.value;
    end_change();
    change_selected('name');
  });
}
for (const input of document.getElementsByName(choices.shape)) {
  input.addEventListener('change', () => {
    shape = input.value;
    corners = [];
    show_tools();
    show_drawing();
  });
}
soft.addEventListener('input', () => change_selected('edge'));
soft.addEventListener('change', end_change);
by_id('region-when').addEventListener('change', (event) => {
  when = event.target.value;
  end_change();
  change_selected('when');
});
on_click('region-close', () => {
  close_polygon();
  by_id('aim').focus();
});
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && is_on()) let_go();
});
