// SPDX-License-Identifier: LGPL-2.1-or-later
// Controls for what the server says that there is to choose: properties of the element, options of the command.
import { make } from './elements.js';
import { number, title } from './words.js';

let controls = 0;

/// A control with its label and its sentence. `changed(value as text, or null where it is as at first)`.
function control(spec, changed) {
  const id = `control-${++controls}`;
  const words = make('p', { className: 'small', id: `${id}-words` }, spec.words ?? '');
  const label = make('label', { htmlFor: id }, title(spec.name));
  const rows = [];
  let input, reset;
  const is_slider = spec.kind === 'number' && Number.isFinite(spec.least) && Number.isFinite(spec.most);
  if (is_slider) {
    const value = make('output', { htmlFor: id, className: 'figures' });
    const step = spec.whole ? 1 : spec.most - spec.least > 20 ? 1 : 0.01;
    input = make('input', { type: 'range', min: spec.least, max: spec.most, step });
    const show = () => { value.textContent = number(input.valueAsNumber); };
    reset = () => { input.value = spec.value; show(); };
    input.addEventListener('input', () => {
      show();
      changed(input.valueAsNumber === spec.value ? null : number(input.valueAsNumber));
    });
    rows.push(make('div', { className: 'title' }, label, value), input);
  } else if (spec.kind === 'switch') {
    const at_first = Boolean(spec.value);
    input = make('input', { type: 'checkbox' });
    reset = () => { input.checked = at_first; };
    input.addEventListener('change', () => changed(input.checked === at_first ? null : String(input.checked)));
    label.prepend(input, ' ');
    rows.push(label);
  } else if (spec.kind === 'choice') {
    input = make('select');
    const has_value = spec.value !== undefined && spec.value !== null;
    if (!has_value) input.append(make('option', { value: '' }, 'as is best'));
    const at_first = has_value ? String(spec.value) : '';
    let sentences = new Map();
    for (const choice of spec.choices ?? []) {
      const { value, words: sentence } = typeof choice === 'object' ? choice : { value: choice };
      input.append(make('option', { value }, value));
      sentences.set(value, sentence);
    }
    reset = () => { input.value = at_first; };
    input.addEventListener('change', () => {
      words.textContent = sentences.get(input.value) || (spec.words ?? '');
      changed(input.value === at_first ? null : input.value);
    });
    rows.push(label, input);
  } else {
    input = make('input', { type: spec.kind === 'number' ? 'number' : 'text', autocomplete: 'off' });
    reset = () => { input.value = spec.value ?? ''; };
    input.addEventListener('change', () => changed(input.value === '' ? null : input.value));
    rows.push(label, input);
  }
  input.id = id;
  input.name = spec.name;
  input.setAttribute('aria-describedby', words.id);
  reset();
  return { element: make('div', { className: 'control' }, ...rows, words), reset };
}

/// Controls for all of `specs`, in `place`. `changed(name, value)` with the value that then holds, as text.
/// Returns {values(), reset()}; values: those only that are not as at first.
export function make_controls(place, specs, changed = () => {}) {
  const values = new Map();
  const made = specs.map((spec) => control(spec, (value) => {
    if (value === null) values.delete(spec.name);
    else values.set(spec.name, value);
    changed(spec.name, value ?? String(spec.value));
  }));
  place.append(...made.map(({ element }) => element));
  return {
    values: () => Object.fromEntries(values),
    reset() {
      const names = [...values.keys()];
      values.clear();
      for (const one of made) one.reset();
      for (const name of names) changed(name, String(specs.find((spec) => spec.name === name).value));
    },
  };
}
