// SPDX-License-Identifier: LGPL-2.1-or-later
// Times, sizes and names as people read them.

const two = (number) => String(number).padStart(2, '0');

/// 80.48 -> "1:20.4"; with hours where there are any.
export function clock(seconds, fine = false) {
  const tenths = Math.max(0, Math.floor(seconds * 10 + 1e-6));
  const whole = Math.floor(tenths / 10);
  const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
  return (hours ? `${hours}:${two(minutes)}` : minutes) + `:${two(whole % 60)}` + (fine ? `.${tenths % 10}` : '');
}

/// 80.48 -> "about 2 minutes": what a guess is worth.
export function about_time(seconds) {
  if (seconds < 10) return 'a few seconds';
  if (seconds < 55) return `about ${Math.round(seconds / 10) * 10} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return minutes <= 1 ? 'about a minute' : `about ${minutes} minutes`;
  const hours = Math.floor(minutes / 60);
  return `about ${hours} h ${minutes % 60} min`;
}

/// 80.48 -> "1:20 minutes": of what is over.
export function length_of_time(seconds) {
  if (seconds < 60) return count(Math.max(1, Math.round(seconds)), 'second', 'seconds');
  return `${clock(seconds)} ${seconds < 3600 ? 'minutes' : 'hours'}`;
}

/// Bytes: 1234567 -> "1.2 MB".
export function size(bytes) {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  for (; bytes >= 1000 && unit < units.length - 1; ++unit) bytes /= 1000;
  return `${unit && bytes < 10 ? bytes.toFixed(1) : Math.round(bytes)} ${units[unit]}`;
}

/// 'hue-shift' -> "Hue shift".
export function title(name) {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
}

export function count(number, one, more) {
  return `${number} ${number === 1 ? one : more}`;
}

export const last_part = (path) => path.replace(/\/+$/, '').split('/').pop();

const photographs = /\.(jpe?g|png|tiff?|webp|hei[cf]|avif)$/i;
/// Whether a result is a picture by its name; the command makes no other kinds of them.
export const is_photograph = (name) => photographs.test(name);

/// A number of a slider, no longer than its step needs.
export function number(value) {
  return String(Math.round(value * 1000) / 1000);
}

/// A share as lines of hints and regions have it.
export const percent = (share) => `${number(100 * share)}%`;
