// SPDX-License-Identifier: LGPL-2.1-or-later
// Keys for all of the page, and the list of them.
import { by_id, make } from './elements.js';

const names = { ' ': 'Space', ArrowLeft: '←', ArrowRight: '→' };
/// Where a key has a meaning of its own, it keeps it.
const has_own = (element, key) => {
  if (element.closest('dialog')) return true;
  if (element.matches('input[type=text], input[type=number], select, textarea, video')) return true;
  if (element.matches('input[type=range], [role=slider]')) return key.startsWith('Arrow');
  return key === ' ' && element.matches('button, summary, input, a');
};

/// keys: [{key, words, action}].
export function prepare_keys(keys) {
  const on = by_id('keys-on');
  on.checked = localStorage.getItem('keys') !== 'off';
  on.addEventListener('change', () => localStorage.setItem('keys', on.checked ? 'on' : 'off'));
  by_id('key-list').append(...keys.map(({ key, words }) =>
    make('div', {}, make('dt', {}, make('kbd', {}, names[key] ?? key.toUpperCase())), make('dd', {}, words))));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !on.checked || event.defaultPrevented) return;
    const wanted = keys.find(({ key }) => key.toLowerCase() === event.key.toLowerCase());
    if (!wanted || has_own(event.target, event.key)) return;
    event.preventDefault();
    wanted.action();
  });
}
