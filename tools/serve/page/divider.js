// SPDX-License-Identifier: LGPL-2.1-or-later
// The divider between before and in colour, moved by hand and by keys.
import { by_id } from './elements.js';
import { draw, shown } from './stage.js';

const divider = by_id('divider'), picture = by_id('picture');
let is_held = false;

/// To a share of the picture's width.
export function move_divider(to) {
  shown.divider = Math.min(1, Math.max(0, to));
  const percent = Math.round(shown.divider * 100);
  picture.style.setProperty('--divider', `${shown.divider * 100}%`);
  divider.setAttribute('aria-valuenow', percent);
  divider.setAttribute('aria-valuetext', `${percent} % before, ${100 - percent} % in colour`);
  draw();
}

export const move_divider_by = (share) => move_divider(shown.divider + share);

function follow(event) {
  const box = picture.getBoundingClientRect();
  move_divider((event.clientX - box.left) / box.width);
}

// A hand takes it wherever the picture is touched.
picture.addEventListener('pointerdown', (event) => {
  // Where a hand says colours or draws, only the divider itself is taken.
  if (event.button !== 0 || (picture.dataset.mode && !divider.contains(event.target))) return;
  picture.setPointerCapture(event.pointerId);
  is_held = true;
  follow(event);
});
picture.addEventListener('pointermove', (event) => {
  if (is_held) follow(event);
});
picture.addEventListener('lostpointercapture', () => { is_held = false; });

divider.addEventListener('keydown', (event) => {
  const step = event.shiftKey ? 0.1 : 0.02;
  const to = {
    ArrowLeft: shown.divider - step, ArrowDown: shown.divider - step, PageDown: shown.divider - 0.1, Home: 0,
    ArrowRight: shown.divider + step, ArrowUp: shown.divider + step, PageUp: shown.divider + 0.1, End: 1,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  move_divider(to);
});
