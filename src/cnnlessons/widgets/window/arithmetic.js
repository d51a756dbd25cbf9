// What a window computes; arithmetic.py does the same. A map block is { c, h, w, v: Float64Array }.

import { uniform } from "../../live/random.js";

const BRIGHT = 9; // of the dot, as in Python
export const block = (c, h, w, v = new Float64Array(c * h * w)) => ({ c, h, w, v });
const from_lists = (x) => block(x.length, x[0].length, x[0][0].length, Float64Array.from(x.flat(2)));
export const at = (x, c, i, j) => x.v[(c * x.h + i) * x.w + j];

// How many windows fit on a side of n cells.
export const places = (n, { size, stride, padding, dilation }) =>
  Math.floor((n + 2 * padding - dilation * (size - 1) - 1) / stride) + 1;

// The cells under the window at (row, column), as [row, column] of the image; some may lie in the padding.
export function under({ size, stride, padding, dilation }, row, column) {
  const cells = [];
  for (let a = 0; a < size; a++)
    for (let b = 0; b < size; b++) cells.push([row * stride + a * dilation - padding, column * stride + b * dilation - padding]);
  return cells;
}
export const inside = (x, [i, j]) => i >= 0 && j >= 0 && i < x.h && j < x.w;
const values = (x, c, cells, empty) => cells.map((cell) => (inside(x, cell) ? at(x, c, ...cell) : empty));

// The sheets of a kernel, one for each map that it reads, flat, as they lie on the window.
export function sheets(s, o) {
  return s.kernel[o].map((rows) => (s.flip ? rows.flat().reverse() : rows.flat()));
}
// The first map that output map `o` reads; it reads as many as the kernel has sheets.
export const first_map = (s, o) => (s.kind === "conv" ? Math.floor(o / (s.kernel.length / s.groups)) * s.kernel[0].length : o);
export const maps_read = (s) => (s.kind === "conv" ? s.kernel[0].length : 1);

// All about one output: the values under the window, map by map, what they are multiplied by, and the result.
export function one(x, s, o, row, column) {
  const cells = under(s, row, column);
  const from = first_map(s, o);
  const seen = Array.from({ length: maps_read(s) }, (_, i) => values(x, from + i, cells, s.kind === "max" ? -Infinity : 0));
  if (s.kind === "conv") {
    const weights = sheets(s, o);
    const sums = seen.map((part, i) => part.reduce((sum, v, j) => sum + v * weights[i][j], 0));
    return { cells, seen, weights, sums, result: sums.reduce((a, b) => a + b, 0) + s.bias };
  }
  const all = seen[0];
  if (s.kind === "max") {
    const winner = all.indexOf(Math.max(...all));
    return { cells, seen, winner, result: all[winner] };
  }
  const total = all.reduce((a, b) => a + b, 0);
  if (s.kind === "mean") return { cells, seen, total, result: total / all.length };
  const plain = total * s.coefficient + s.bias;
  return { cells, seen, total, plain, result: s.squash ? Math.tanh(plain) : plain };
}

export function slide(x, s) {
  const out = block(s.kind === "conv" ? s.kernel.length : x.c, places(x.h, s), places(x.w, s));
  let n = 0;
  for (let o = 0; o < out.c; o++)
    for (let i = 0; i < out.h; i++) for (let j = 0; j < out.w; j++) out.v[n++] = one(x, s, o, i, j).result;
  return out;
}

// How many windows read each cell, and the outputs whose window holds the dot.
export function readers(x, out, s, dot) {
  const reads = new Uint16Array(x.h * x.w);
  const seeing = [];
  for (let i = 0; i < out.h; i++) for (let j = 0; j < out.w; j++) for (const cell of under(s, i, j)) {
    if (!inside(x, cell)) continue;
    reads[cell[0] * x.w + cell[1]]++;
    if (dot && dot[0] === cell[0] && dot[1] === cell[1]) seeing.push([i, j]);
  }
  return { reads, seeing, none: reads.filter((n) => n === 0).length };
}

// The gradient at every cell of the image, of one output ([o, row, column]) or of the sum of all (null).
export function gradient(x, s, which) {
  const found = block(x.c, x.h, x.w);
  const out = slide(x, s);
  const wanted = (o, i, j) => !which || (which[0] === o && which[1] === i && which[2] === j);
  for (let o = 0; o < out.c; o++) for (let i = 0; i < out.h; i++) for (let j = 0; j < out.w; j++) {
    if (!wanted(o, i, j)) continue;
    const { cells, weights, winner, result } = one(x, s, o, i, j);
    const slope = s.kind === "trainable" && s.squash ? 1 - result ** 2 : 1;
    for (let m = 0; m < maps_read(s); m++) cells.forEach((cell, n) => {
      if (!inside(x, cell)) return;
      const factor = { conv: () => weights[m][n], max: () => Number(n === winner), mean: () => 1 / cells.length,
        trainable: () => s.coefficient }[s.kind]();
      found.v[((first_map(s, o) + m) * x.h + cell[0]) * x.w + cell[1]] += slope * factor;
    });
  }
  return found;
}

// The columns moved to the right, in a ring, as torch.roll does.
export function roll(x, shift) {
  const out = block(x.c, x.h, x.w);
  for (let n = 0; n < x.v.length; n++) {
    const column = n % x.w;
    out.v[n - column + ((((column + shift) % x.w) + x.w) % x.w)] = x.v[n];
  }
  return out;
}

// The maps that map `i` of `maps` is divided by: [first, last].
export function neighbours(i, maps, { n, groups }) {
  const each = maps / groups;
  const start = Math.floor(i / each) * each;
  return [Math.max(start, i - (n >> 1)), Math.min(start + each - 1, i + (n >> 1))];
}

// LRN of a column of numbers, with the sum of squares and the divisor of each.
export function lrn(column, s) {
  return column.map((value, i) => {
    const [first, last] = neighbours(i, column.length, s);
    let sum = 0;
    for (let j = first; j <= last; j++) sum += column[j] ** 2;
    const divisor = (s.k + s.alpha * sum) ** s.beta;
    return { value, first, last, sum, divisor, result: value / divisor };
  });
}

export function keeps(seed, count, p) {
  const random = uniform(seed);
  return Array.from({ length: count }, () => Number(random() >= p));
}

// What comes out of dropout: in train mode the mean over `masks` masks.
export function dropout(x, s, train = s.train) {
  const out = block(x.c, x.h, x.w);
  if (!train) {
    out.v = x.v.map((v) => (s.scaling === "test" ? v * (1 - s.p) : v));
    return out;
  }
  for (let m = 0; m < s.masks; m++) keeps(s.seed + m, x.v.length, s.p).forEach((keep, n) => (out.v[n] += keep));
  out.v = out.v.map((count, n) => (x.v[n] * count) / s.masks / (s.scaling === "train" ? 1 - s.p : 1));
  return out;
}

// The image as the window meets it, what comes out, what came out before the image moved, and why nothing does.
export function prepared(s) {
  const x = from_lists(s.image);
  if (s.kind === "lrn") {
    const order = s.order.length ? s.order : s.image.map((_, i) => i);
    return { x: from_lists(order.map((m) => s.image[m].map((row) => row.map((v) => v * s.scale)))), problem: "" };
  }
  if (s.kind === "dropout") return { x, out: dropout(x, s), problem: "" };
  if (s.dot.length) for (let c = 0; c < x.c; c++) x.v[(c * x.h + s.dot[0]) * x.w + s.dot[1]] = BRIGHT;
  const tall = s.dilation * (s.size - 1) + 1;
  if (tall > Math.min(x.h, x.w) + 2 * s.padding)
    return { x, problem: `A window of ${tall}×${tall} cells does not fit the image of ${x.h}×${x.w}. Make it smaller, or pad.` };
  if (s.kind !== "conv" && 2 * s.padding > s.size)
    return { x, problem: `The padding of a pool is at most half of its size: ${s.padding} is too much for ${s.size}.` };
  const moved = roll(x, s.shift);
  return { x: moved, out: slide(moved, s), plain: s.shift ? slide(x, s) : null, problem: "" };
}
