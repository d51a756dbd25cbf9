// What the three drawings share: scales, ticks, a handle, and drawing anew when the room changes.

import { svg } from "../ui.js";

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

// Round numbers between `low` and `high`, about `count` of them; on a log scale 1, 2 and 5 times powers of ten.
export function ticks(low, high, count, log = false) {
  const found = [];
  if (log && high / low > 3) {
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
      for (const digit of high / low > 300 ? [1] : high / low > 40 ? [1, 3] : [1, 2, 5])
        if (digit * 10 ** power >= low * 0.999 && digit * 10 ** power <= high * 1.001) found.push(digit * 10 ** power);
    return found;
  }
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw * 0.999);
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

// A function from values to pixels, and back by `.back`.
export function scale(low, high, from, to, log = false) {
  const f = log ? Math.log : (v) => v;
  const place = (v) => from + ((f(v) - f(low)) / (f(high) - f(low) || 1)) * (to - from);
  place.back = (pixel) => {
    const v = f(low) + ((pixel - from) / (to - from)) * (f(high) - f(low));
    return log ? Math.exp(v) : v;
  };
  return place;
}

export const plain = (value) => String(Number(value.toPrecision(4)));
export const text = (x, y, words, attributes = {}) => svg("text", { x, y, ...attributes }, words);
export const line = (x1, y1, x2, y2, name) => svg("line", { x1, y1, x2, y2, class: name });

// Where a pointer is in the pixels of an svg, however much larger a slide shows it.
export function pointer_in(node, event) {
  const box = node.getBoundingClientRect();
  const pixel = box.width / node.width.baseVal.value;
  return [(event.clientX - box.left) / pixel, (event.clientY - box.top) / pixel];
}

// Follow a pointer that is pressed on `node`; `move` gets its place in the node's pixels.
export function follow(node, move) {
  const place = (event) => move(...pointer_in(node, event));
  node.addEventListener("pointerdown", (event) => {
    if (!event.target.closest(".grip")) return;
    event.preventDefault();
    node.setPointerCapture(event.pointerId);
    node.querySelector("[role=slider]")?.focus({ preventScroll: true });
    place(event);
  });
  node.addEventListener("pointermove", (event) => node.hasPointerCapture(event.pointerId) && place(event));
}

// Call `draw` with the width whenever it changes; gives a function that ends that.
export function on_width(node, draw) {
  let before = 0;
  const seen = new ResizeObserver(() => {
    if (node.clientWidth && node.clientWidth !== before) draw((before = node.clientWidth));
  });
  seen.observe(node);
  return () => seen.disconnect();
}

// `save` is called once the reader pauses.
export function later(save) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(save, 150);
  };
}
