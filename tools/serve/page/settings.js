// SPDX-License-Identifier: LGPL-2.1-or-later
// Controls for what the server says that there is to choose: properties of the element, options of the command.
import { make } from './elements.js';
import { number, title } from './words.js';

let controls = 0;

/// A control with its label and its sentence. `changed(value as text, or null where it is as at first)`.
/// Returns {element, put(value or null)}.
function control(spec, changed) {
  const id = `control-${++controls}`;
  const words = make('p', { className: 'small', id: `${id}-words` }, spec.words ?? '');
  const label = make('label', { htmlFor: id }, title(spec.name));
  const rows = [];
  let input, put;
  const is_slider = spec.kind === 'number' && Number.isFinite(spec.least) && Number.isFinite(spec.most);
  if (is_slider) {
    const value = make('output', { htmlFor: id, className: 'figures' });
    const step = spec.whole ? 1 : spec.most - spec.least > 20 ? 1 : 0.01;
    input = make('input', { type: 'range', min: spec.least, max: spec.most, step });
    const show = () => { value.textContent = number(input.valueAsNumber); };
    put = (given) => {
      input.value = given ?? spec.value;
      show();
    };
    input.addEventListener('input', () => {
      show();
      changed(input.valueAsNumber === spec.value ? null : number(input.valueAsNumber));
    });
    rows.push(make('div', { className: 'title' }, label, value), input);
  } else if (spec.kind === 'switch') {
    const at_first = Boolean(spec.value);
    input = make('input', { type: 'checkbox' });
    put = (given) => { input.checked = given === null ? at_first : given === 'true'; };
    input.addEventListener('change', () => changed(input.checked === at_first ? null : String(input.checked)));
    label.prepend(input, ' ');
    rows.push(label);
  } else if (spec.kind === 'choice') {
    input = make('select');
    const has_value = spec.value !== undefined && spec.value !== null;
    if (!has_value) input.append(make('option', { value: '' }, 'as is best'));
    const at_first = has_value ? String(spec.value) : '';
    const sentences = new Map();
    for (const choice of spec.choices ?? []) {
      const { value, words: sentence } = typeof choice === 'object' ? choice : { value: choice };
      input.append(make('option', { value }, value));
      if (sentence !== value) sentences.set(value, sentence);
    }
    put = (given) => { input.value = given ?? at_first; };
    input.addEventListener('change', () => {
      words.textContent = sentences.get(input.value) ?? spec.words ?? '';
      changed(input.value === at_first ? null : input.value);
    });
    rows.push(label, input);
  } else {
    input = make('input', { type: spec.kind === 'number' ? 'number' : 'text', autocomplete: 'off' });
    put = (given) => { input.value = given ?? spec.value ?? ''; };
    input.addEventListener('change', () => changed(input.value === '' ? null : input.value));
    rows.push(label, input);
    if (spec.choices?.length) {  // what it can be, among others
      const list = make('datalist', { id: `${id}-list` }, ...spec.choices.map((value) => make('option', { value })));
      input.setAttribute('list', list.id);
      rows.push(list);
    }
  }
  input.id = id;
  input.name = spec.name;
  input.setAttribute('aria-describedby', words.id);
  put(null);
  return { element: make('div', { className: 'control' }, ...rows, words), put };
}

/// Controls for all of `specs`, in `place`. `changed(name, value)` with the value that then holds, as text.
/// Returns {values(), reset(), undo(name)}; values: those only that are not as at first.
export function make_controls(place, specs, changed = () => {}) {
  const values = new Map(), last = new Map(), made = new Map();
  const hold = (name, value) => value === null ? values.delete(name) : values.set(name, value);
  const text_of = (spec, value) => value ?? String(spec.value);
  for (const spec of specs) {
    const one = control(spec, (value) => {
      last.set(spec.name, values.get(spec.name) ?? null);
      hold(spec.name, value);
      changed(spec.name, text_of(spec, value));
    });
    made.set(spec.name, one);
    place.append(one.element);
  }
  return {
    values: () => Object.fromEntries(values),
    reset() {
      for (const spec of specs) {
        made.get(spec.name).put(null);
        if (values.delete(spec.name)) changed(spec.name, text_of(spec, null));
      }
    },
    /// The value before the last one, where that is refused.
    undo(name) {
      if (!last.has(name)) return;
      hold(name, last.get(name));
      made.get(name).put(last.get(name));
    },
  };
}
