// SPDX-License-Identifier: LGPL-2.1-or-later
// How files come: dropped or picked, which sends them to the server, or chosen in the folders that the server has.
import { ask, send_file } from './server.js';
import { by_id, complain, make, on_click, say, set, trying } from './elements.js';
import { add_references } from './references.js';
import { count, size } from './words.js';

let use = () => {}, make_all = () => {};

/// `chosen` is called with the files to work on, [{folder, path, name}], and `make_folder` with a folder of which all
/// is to be made.
export function prepare_files(folders, chosen, make_folder) {
  use = chosen;
  make_all = make_folder;
  make_places(folders);
}

// --- Dropped and picked ---------------------------------------------------------------------------------------------

/// The files in what was dropped, folders and all.
async function files_of(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.());
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files];
  const found = [];
  const walk = async (entry) => {
    if (entry.isFile) {
      found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
      return;
    }
    const reader = entry.createReader();
    for (;;) {  // a part of the folder at a time
      const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!part.length) return;
      for (const inner of part) if (!inner.name.startsWith('.')) await walk(inner);
    }
  };
  for (const entry of entries) if (entry) await walk(entry);
  return found.sort((a, b) => a.name.localeCompare(b.name));
}

async function upload(files) {
  if (!files.length) return;
  complain('');
  const stop = new AbortController();
  by_id('upload-stop').onclick = () => stop.abort();
  by_id('upload').hidden = false;
  const all = files.reduce((sum, file) => sum + file.size, 0) || 1;
  const taken = [], refused = [];
  let before = 0;
  for (const file of files) {
    const place = files.length > 1 ? ` (${taken.length + refused.length + 1} of ${files.length})` : '';
    set(by_id('upload-name'), { textContent: `Taking ${file.name}${place}` });
    const show = (share) => {
      by_id('upload-bar').value = (before + share * file.size) / all;
      set(by_id('upload-words'), { textContent: `${size(before + share * file.size)} of ${size(all)}` });
    };
    show(0);
    try {
      const path = `/api/upload?name=${encodeURIComponent(file.name)}`;
      taken.push({ name: file.name, ...await send_file(path, file, show, stop.signal) });
    } catch (error) {
      if (error.name === 'AbortError') break;
      refused.push(error.message);
    }
    before += file.size;
  }
  by_id('upload').hidden = true;
  if (stop.signal.aborted) {
    say('Stopped');
    return;
  }
  if (taken.length) use(taken);
  if (refused.length > 3) refused.splice(3, refused.length, `And ${refused.length - 3} more.`);
  if (refused.length) complain(refused.join(' '));
}

const pick = by_id('pick');
pick.addEventListener('change', () => {
  upload([...pick.files]);
  pick.value = '';
});
for (const id of ['open-files', 'welcome-files']) on_click(id, () => pick.click());

const carries_files = (event) => event.dataTransfer?.types.includes('Files');
let over = 0;  // enter comes before leave, from one element to the next
document.addEventListener('dragenter', (event) => {
  if (carries_files(event)) document.body.classList.toggle('dropping', ++over > 0);
});
document.addEventListener('dragleave', (event) => {
  if (carries_files(event)) document.body.classList.toggle('dropping', --over > 0);
});
document.addEventListener('dragover', (event) => {
  if (carries_files(event)) event.preventDefault();
});
document.addEventListener('drop', (event) => {
  if (!carries_files(event)) return;
  event.preventDefault();
  over = 0;
  document.body.classList.remove('dropping');
  const take = event.target.closest('[data-takes="references"]') ? add_references : upload;
  trying(async () => take(await files_of(event.dataTransfer)));
});

// --- Chosen in folders ----------------------------------------------------------------------------------------------

const here = { folder: 0, way: [] };  // way: [{name, path}], the outermost first

function make_places(folders) {
  const buttons = folders.map(({ name, number }) => {
    const button = make('button', {}, name);
    button.addEventListener('click', () => go(number, [{ name, path: '' }]));
    button.dataset.folder = number;
    return button;
  });
  by_id('places').replaceChildren(...buttons);
  by_id('places').hidden = folders.length < 2;
  for (const id of ['open-folders', 'welcome-folders']) {
    by_id(id).hidden = !folders.length;
    on_click(id, () => {
      by_id('folders').showModal();
      if (here.way.length) go(here.folder, here.way);
      else go(folders[0].number, [{ name: folders[0].name, path: '' }]);
    });
  }
}

const words_of_kind = { folder: 'folder', film: 'film', still: 'photograph' };

async function go(folder, way) {
  Object.assign(here, { folder, way });
  const { path } = way.at(-1);
  const answer = await trying(() => ask(`/api/folder?${new URLSearchParams({ folder, path })}`));
  if (here.way !== way) return;  // gone on meanwhile
  for (const button of by_id('places').children)
    button.setAttribute('aria-current', String(button.dataset.folder === String(folder)));
  by_id('trail').replaceChildren(...way.map(({ name }, depth) => {
    const button = make('button', { disabled: depth === way.length - 1 }, name);
    button.addEventListener('click', () => go(folder, way.slice(0, depth + 1)));
    return button;
  }));
  const entries = (answer?.entries ?? []).filter((entry) => entry.kind !== 'other');
  by_id('entries').replaceChildren(...entries.map(entry_row));
  if (!entries.length)
    by_id('entries').append(make('li', { className: 'small' }, 'There is no film and no photograph here.'));
  by_id('choose-all').checked = false;
  by_id('choose-all').disabled = !entries.some((entry) => entry.kind !== 'folder');
  count_chosen();
}

function entry_row(entry) {
  const { folder, way } = here;
  const path = entry.path ?? [way.at(-1).path, entry.name].filter(Boolean).join('/');
  const name = make('button', { className: 'name' }, entry.name);
  const kind = make('span', { className: 'small' }, words_of_kind[entry.kind]);
  if (entry.kind === 'folder') {
    name.addEventListener('click', () => go(folder, [...way, { name: entry.name, path }]));
    return make('li', {}, make('span'), name, kind, make('span'));
  }
  const box = make('input', { type: 'checkbox', 'aria-label': `Choose ${entry.name}` });
  box.file = { folder, path, name: entry.name };
  box.addEventListener('change', count_chosen);
  name.addEventListener('click', () => leave_with([box.file]));
  return make('li', {}, box, name, kind, make('span', { className: 'small figures' }, size(entry.size)));
}

const boxes = () => [...by_id('entries').querySelectorAll('input')];
const chosen = () => boxes().filter((box) => box.checked).map((box) => box.file);

function count_chosen() {
  const number = chosen().length;
  set(by_id('use-chosen'), {
    disabled: !number, textContent: number ? `Open ${count(number, 'file', 'files')}` : 'Open the chosen ones',
  });
}

function leave_with(files) {
  by_id('folders').close();
  use(files);
}

by_id('choose-all').addEventListener('change', (event) => {
  for (const box of boxes()) box.checked = event.target.checked;
  count_chosen();
});
on_click('use-chosen', () => leave_with(chosen()));
on_click('make-folder', () => {
  by_id('folders').close();
  make_all({ folder: here.folder, ...here.way.at(-1) });
});
