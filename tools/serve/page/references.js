// SPDX-License-Identifier: LGPL-2.1-or-later
// References: pictures in colour whose colours the film or photograph that is shown takes, where it shows the same. The
// server keeps them, and gives them to viewer and jobs.
import { can_be, news, shown_file, time_shown } from './annotations.js';
import { by_id, complain, make, on_click, say, trying } from './elements.js';
import { ask, send_file } from './server.js';
import { set_property, shown } from './stage.js';
import { clock, count } from './words.js';

let pictures = [], source = null, word = () => 'own';

/// Tells of 'changed'.
export const changes = new EventTarget();
export const are_there = () => pictures.length > 0;

const address_of = (file, more = {}) =>
  `/api/reference?${new URLSearchParams({ folder: file.folder, path: file.path, ...more })}`;
const list_of = async ({ folder, path }) =>
  (await ask(`/api/references?${new URLSearchParams({ folder, path })}`)).references;

/// How many a file has.
export const count_of = async (file) => (await list_of(file)).length;

/// As a property for the viewer, which has the pictures added.
export const shown_values = () => pictures.length ? { reference: word() } : {};

/// `current_word`: whether the film's own counts as well, as the controls have it.
export function prepare_references(current_word) {
  word = current_word;
}

async function read(file) {
  const found = await list_of(file);
  if (source !== file) return;
  pictures = found;
  show();
}

/// What is there now is what is seen.
async function after_change() {
  const file = source;
  await read(file);
  if (source === file) set_property('reference', word());
}

// --- Added, moved, taken away ---------------------------------------------------------------------------------------

export async function add_references(files) {
  const file = source, refused = [];
  if (!can_be()) return;
  complain('');
  let taken = 0;
  for (const picture of files) {
    say(`Taking ${picture.name}`);
    try {
      await send_file(address_of(file, { name: picture.name }), picture);
      ++taken;
    } catch (error) {
      refused.push(error.message);
    }
  }
  if (taken && source === file) await trying(after_change);
  if (taken) say(count(pictures.length, 'reference', 'references'));
  if (refused.length) complain(refused.join(' '));
}

const remove = (picture) => trying(async () => {
  await ask(address_of(source, { name: picture.name }), { method: 'DELETE' });
  await after_change();
  (by_id('reference-list').querySelector('button') ?? by_id('reference-add')).focus();
});

/// `time`: of the film, in seconds; undefined: it is of no moment.
const move = (picture, time) => trying(async () => {
  const moment = time === undefined ? {} : { time };
  const { name } = await ask(address_of(source, { name: picture.name, ...moment }), { method: 'POST' });
  await after_change();
  by_id('reference-list').querySelector(`[data-reference="${CSS.escape(name)}"] .moment`)?.focus();
});

// --- What is seen of them -------------------------------------------------------------------------------------------

function cell(picture) {
  const { name, words, time } = picture;
  const button = (text, action, given = {}) => {
    const made = make('button', given, text);
    made.addEventListener('click', action);
    return made;
  };
  const is_timed = time !== null;
  const label = `Remove the reference ${words}`;
  const element = make('li', {},
    make('img', { src: address_of(source, { name }), alt: `The reference ${words}`, title: words }),
    button('×', () => remove(picture), { className: 'remove', 'aria-label': label, title: 'Remove' }));
  element.dataset.reference = name;
  if (shown.kind !== 'film') return element;
  const moment = is_timed
    ? button(`At ${clock(time, true)} ×`, () => move(picture), { title: 'Let it be of the whole film' })
    : button('Whole film', () => move(picture, time_shown()), { title: 'Let it be of the moment that is shown' });
  moment.classList.add('moment');
  element.append(moment);
  return element;
}

let cells_shown = '';
function show() {
  by_id('references').hidden = by_id('drop-choice').hidden = !can_be();
  const text = JSON.stringify([source, shown.kind, pictures]);
  if (text === cells_shown) return;  // the pictures would come anew
  cells_shown = text;
  by_id('reference-list').hidden = !pictures.length;
  by_id('reference-words').hidden = pictures.length > 0;
  by_id('reference-list').replaceChildren(...pictures.map(cell));
  changes.dispatchEvent(new Event('changed'));
}

news.addEventListener('changed', () => {
  if (source !== shown_file()) {
    source = shown_file();
    pictures = [];
    if (source?.path !== undefined) {
      trying(async () => {
        await read(source);
        if (pictures.length) set_property('reference', word());
      });
    }
  }
  show();
});

// --- The beginning --------------------------------------------------------------------------------------------------

on_click('reference-add', () => by_id('reference-pick').click());
by_id('reference-pick').addEventListener('change', (event) => {
  const files = [...event.target.files];
  event.target.value = '';
  add_references(files);
});
