// SPDX-License-Identifier: LGPL-2.1-or-later
// What is a guess: the preview, and it alone, shows where references and hints say the colour and where the network
// guesses it, so that a person sees where another one is needed.
import { hint_lines, news } from './annotations.js';
import { by_id, on_click } from './elements.js';
import { are_there, changes } from './references.js';
import { set_property } from './stage.js';

const button = by_id('show-guess');
const is_on = () => button.getAttribute('aria-pressed') === 'true';

/// As a property, for the viewer.
export const shown_values = () => is_on() ? { show: 'confidence' } : {};

export function switch_guess(on = !is_on() && !button.hidden) {
  if (on === is_on()) return;
  button.setAttribute('aria-pressed', on);
  set_property('show', on ? 'confidence' : 'colour');
}

/// Where nothing was said, all of it is a guess.
function show() {
  button.hidden = !hint_lines().length && !are_there();
  if (button.hidden) switch_guess(false);
}

on_click('show-guess', () => switch_guess());
for (const source of [news, changes]) source.addEventListener('changed', show);
