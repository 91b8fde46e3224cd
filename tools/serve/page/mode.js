// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pointer does in the picture: it says the colour of a place ('hint'), draws a region ('region'), or moves the
// divider (''). While it does not move the divider, all of the picture is in colour.
import { can_be, news as annotations_news } from './annotations.js';
import { move_divider } from './divider.js';
import { by_id, on_click } from './elements.js';
import { shown } from './stage.js';

const picture = by_id('picture'), aim = by_id('aim');
const step = 0.01, large_step = 0.05;  // of the picture's sides, by keys
let divider_before = null;

/// Tells of 'changed'.
export const news = new EventTarget();
export const mode = () => picture.dataset.mode ?? '';

/// Changes to `wanted`, or back.
export function switch_mode(wanted) {
  const before = mode(), now = wanted !== before && can_be() ? wanted : '';
  if (now === before) return;
  if (now) picture.dataset.mode = now;
  else delete picture.dataset.mode;
  aim.hidden = !now;
  for (const name of ['hint', 'region']) {
    by_id(`${name}-mode`).setAttribute('aria-pressed', now === name);
    by_id(`${name}-tools`).hidden = now !== name;
  }
  if (!before) divider_before = shown.divider;
  if (now) move_divider(0);
  else if (shown.divider === 0) move_divider(divider_before);
  annotations_news.dispatchEvent(new Event('changed'));  // their buttons are there now
  news.dispatchEvent(new Event('changed'));
}

annotations_news.addEventListener('changed', () => {
  if (!can_be()) switch_mode('');
});
for (const name of ['hint', 'region']) on_click(`${name}-mode`, () => switch_mode(name));

// --- Places in the picture ------------------------------------------------------------------------------------------

/// Where the pointer, or the arrow keys, are: shares of the picture's sides.
export const aimed = { x: 0.5, y: 0.5 };

const within = (share) => Math.min(1, Math.max(0, share));
export function place_of(event) {
  const box = by_id('canvas').getBoundingClientRect();
  return { x: within((event.clientX - box.left) / box.width), y: within((event.clientY - box.top) / box.height) };
}

export function aim_at(place) {
  Object.assign(aimed, place);
  aim.style.setProperty('--x', `${100 * aimed.x}%`);
  aim.style.setProperty('--y', `${100 * aimed.y}%`);
  aim.setAttribute('aria-description',
    `${Math.round(100 * aimed.x)} percent across, ${Math.round(100 * aimed.y)} percent down`);
  news.dispatchEvent(new Event('aimed'));
}

/// `action` is called with the place that is used by keys, in the mode `of`.
export const when_used = (of, action) => aim.addEventListener('used', () => mode() === of && action({ ...aimed }));

picture.addEventListener('pointermove', (event) => {
  if (mode()) aim_at(place_of(event));
});
aim.addEventListener('keydown', (event) => {
  const far = event.shiftKey ? large_step : step;
  const move = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, -far], ArrowDown: [0, far] }[event.key];
  if (!move && event.key !== 'Enter' && event.key !== ' ') return;
  event.preventDefault();
  if (move) aim_at({ x: within(aimed.x + move[0]), y: within(aimed.y + move[1]) });
  else aim.dispatchEvent(new Event('used'));
});
