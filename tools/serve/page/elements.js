// SPDX-License-Identifier: LGPL-2.1-or-later
// Elements of the page, found and made. Text is text everywhere: names of files are never read as HTML.

export const by_id = (id) => document.getElementById(id);

/// An element with properties or attributes ("aria-label", "data-x"), and children, which are elements or text.
export function make(tag, given = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/// Sets what differs only, so that nothing is drawn or read aloud anew that is as it was.
export function set(element, values) {
  for (const [name, value] of Object.entries(values)) if (element[name] !== value) element[name] = value;
}

export function on_click(id, action) {
  by_id(id).addEventListener('click', action);
}

/// A short word of what has happened, for the eye and the screen reader; the next takes its place.
export function say(text) {
  by_id('status').textContent = text;
}

/// What went wrong, until it is closed or the next thing goes right.
export function complain(text) {
  const box = by_id('trouble');
  box.firstElementChild.textContent = text;
  box.hidden = !text;
}

/// Runs what may fail in words, and shows these.
export async function trying(action) {
  try {
    complain('');
    return await action();
  } catch (error) {
    complain(error.message);
    return undefined;
  }
}
