// SPDX-License-Identifier: LGPL-2.1-or-later
// A wheel of colours: hue around, chroma outward, by CIELAB's a* and b*, which are all that a hint says.
import { by_id } from './elements.js';

const wheel = by_id('wheel');
const most_chroma = 90;  // at the rim
const white = [0.95047, 1, 1.08883];  // D65

const to_linear = (share) => share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
const from_linear = (share) => share <= 0.0031308 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055;
const cube = (value) => value > 6 / 29 ? value ** 3 : (value - 4 / 29) * 3 * (6 / 29) ** 2;
const root = (value) => value > (6 / 29) ** 3 ? Math.cbrt(value) : value / (3 * (6 / 29) ** 2) + 4 / 29;

/// The a* and b* of '#rrggbb'.
export function ab_of(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => to_linear(parseInt(hex.slice(at, at + 2), 16) / 255));
  const [x, y, z] = [0.4124564 * r + 0.3575761 * g + 0.1804375 * b, 0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    0.0193339 * r + 0.119192 * g + 0.9503041 * b].map((value, i) => root(value / white[i]));
  return [500 * (x - y), 200 * (y - z)];
}

function linear_rgb(l, a, b) {
  const fy = (l + 16) / 116;
  const [x, y, z] = [fy + a / 500, fy, fy - b / 200].map((value, i) => cube(value) * white[i]);
  return [3.2404542 * x - 1.5371385 * y - 0.4985314 * z, -0.969266 * x + 1.8760108 * y + 0.041556 * z,
    0.0556434 * x - 0.2040259 * y + 1.0572252 * z];
}

const as_bytes = (rgb) => rgb.map((value) => Math.round(255 * from_linear(Math.min(1, Math.max(0, value)))));

/// R'G'B' of 0 to 255 of a* and b*, of a lightness that can show them; with less chroma where none can.
function rgb_of(a, b) {
  for (;; a *= 0.97, b *= 0.97) {
    for (const l of [62, 55, 70, 48, 78, 40, 86, 32, 94]) {
      const rgb = linear_rgb(l, a, b);
      if (rgb.every((value) => value > -1e-3 && value < 1.001)) return as_bytes(rgb);
    }
  }
}

export const hex_of_rgb = (rgb) => `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;

/// All of it of one lightness, so that nothing but hue and chroma is seen to change.
function draw_wheel(canvas) {
  const drawing = canvas.getContext('2d'), size = canvas.width, half = size / 2;
  const image = drawing.createImageData(size, size);
  for (let y = 0; y < size; ++y) {
    for (let x = 0; x < size; ++x) {
      const a = (x + 0.5 - half) / half, b = (half - y - 0.5) / half;
      if (Math.hypot(a, b) <= 1)
        image.data.set([...as_bytes(linear_rgb(66, a * most_chroma, b * most_chroma)), 255], 4 * (y * size + x));
    }
  }
  drawing.putImageData(image, 0, 0);
}

/// `changed(colour as '#rrggbb')` while a hand or a key moves it, `ended()` when the hand is gone.
/// Returns put(colour).
export function prepare_wheel(changed, ended) {
  draw_wheel(wheel.querySelector('canvas'));
  let hue = 0, chroma = 0;
  const show = () => {
    const share = Math.min(1, chroma / most_chroma) / 2, angle = hue * Math.PI / 180;
    wheel.style.setProperty('--x', `${50 + 100 * share * Math.cos(angle)}%`);
    wheel.style.setProperty('--y', `${50 - 100 * share * Math.sin(angle)}%`);
    wheel.setAttribute('aria-valuenow', Math.round(hue));
    wheel.setAttribute('aria-valuetext', `hue ${Math.round(hue)}°, chroma ${Math.round(chroma)}`);
  };
  const move = (to_hue, to_chroma) => {
    hue = (to_hue + 360) % 360;
    chroma = Math.min(most_chroma, Math.max(0, to_chroma));
    show();
    const angle = hue * Math.PI / 180;
    changed(hex_of_rgb(rgb_of(chroma * Math.cos(angle), chroma * Math.sin(angle))));
  };
  const follow = (event) => {
    const box = wheel.getBoundingClientRect();
    const a = 2 * (event.clientX - box.left) / box.width - 1, b = 1 - 2 * (event.clientY - box.top) / box.height;
    move(Math.atan2(b, a) * 180 / Math.PI, Math.hypot(a, b) * most_chroma);
  };
  wheel.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    wheel.setPointerCapture(event.pointerId);
    follow(event);
  });
  wheel.addEventListener('pointermove', (event) => {
    if (wheel.hasPointerCapture(event.pointerId)) follow(event);
  });
  wheel.addEventListener('lostpointercapture', ended);
  wheel.addEventListener('keydown', (event) => {
    const to = {
      ArrowLeft: [hue + 5, chroma], ArrowRight: [hue - 5, chroma], ArrowUp: [hue, chroma + 4],
      ArrowDown: [hue, chroma - 4],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    move(...to);
  });
  wheel.addEventListener('blur', ended);
  return (colour) => {
    const [a, b] = ab_of(colour);
    chroma = Math.hypot(a, b);
    if (chroma > 0.5) hue = (Math.atan2(b, a) * 180 / Math.PI + 360) % 360;
    show();
  };
}
