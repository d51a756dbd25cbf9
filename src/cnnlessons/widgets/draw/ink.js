// A drawing: grey levels 0 … 255 on a grid four times as fine as MNIST's, and what one can do to it.

export const FINE = 4; // cells of the drawing on the side of one pixel of the digit
export const DIGIT = 28; // pixels on the side of a digit of MNIST
export const SIDE = FINE * DIGIT;
const BOX = 20; // the longer side of a digit in MNIST, before it is put into the middle

/** A digit of 28×28 bytes on the fine grid. */
export function enlarged(digit) {
  return Uint8Array.from({ length: SIDE * SIDE }, (_, i) =>
    digit[Math.floor(i / SIDE / FINE) * DIGIT + Math.floor((i % SIDE) / FINE)]);
}

/** Draws, or rubs out, a line from (x0, y0) to (x1, y1) in cells, `radius` on each side, its edge one cell soft. */
export function line(ink, x0, y0, x1, y1, radius, rub = false) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const long = dx * dx + dy * dy;
  const range = (a, b) => [Math.max(0, Math.floor(Math.min(a, b) - radius - 1)), Math.min(SIDE - 1, Math.ceil(Math.max(a, b) + radius + 1))];
  const [[left, right], [top, bottom]] = [range(x0, x1), range(y0, y1)];
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const t = long ? Math.min(1, Math.max(0, (px * dx + py * dy) / long)) : 0;
      const level = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(px - t * dx, py - t * dy))));
      const i = y * SIDE + x;
      ink[i] = rub ? Math.min(ink[i], 255 - level) : Math.max(ink[i], level);
    }
}

/** The drawing moved by whole cells; what leaves it is lost. */
export function moved(ink, dx, dy) {
  const after = new Uint8Array(ink.length);
  for (let y = Math.max(0, dy); y < Math.min(SIDE, SIDE + dy); y++)
    for (let x = Math.max(0, dx); x < Math.min(SIDE, SIDE + dx); x++) after[y * SIDE + x] = ink[(y - dy) * SIDE + x - dx];
  return after;
}

export const mirrored = (ink) => ink.map((_, i) => ink[i - (i % SIDE) + SIDE - 1 - (i % SIDE)]);
export const inverted = (ink) => ink.map((level) => 255 - level);

/** Every cell as dark as the darkest (or, thinner, the lightest) within half a pixel of the digit. */
export function thickened(ink, thinner = false) {
  const near = [];
  for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) if (dx * dx + dy * dy <= 5) near.push([dx, dy]);
  return ink.map((level, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    let best = level;
    for (const [dx, dy] of near) {
      const inside = x + dx >= 0 && x + dx < SIDE && y + dy >= 0 && y + dy < SIDE;
      const other = inside ? ink[i + dy * SIDE + dx] : 0;
      best = thinner ? Math.min(best, other) : Math.max(best, other);
    }
    return best;
  });
}

/** The mean of `ink` over the rectangle that starts at (left, top), for each of w×h equal parts of it; not rounded. */
function averaged(ink, left, top, width, height, w, h) {
  const out = new Float64Array(w * h);
  for (let r = 0; r < h; r++)
    for (let c = 0; c < w; c++) {
      const [y0, y1] = [top + (r * height) / h, top + ((r + 1) * height) / h];
      const [x0, x1] = [left + (c * width) / w, left + ((c + 1) * width) / w];
      let total = 0;
      for (let y = Math.floor(y0); y < Math.ceil(y1 - 1e-9); y++)
        for (let x = Math.floor(x0); x < Math.ceil(x1 - 1e-9); x++)
          total += ink[y * SIDE + x] * (Math.min(y + 1, y1) - Math.max(y, y0)) * (Math.min(x + 1, x1) - Math.max(x, x0));
      out[r * w + c] = total / ((y1 - y0) * (x1 - x0));
    }
  return out;
}

/** The drawing as a digit of 28×28 bytes, where it is: the mean of every 4×4 cells. */
export const reduced = (ink) => Uint8Array.from(averaged(ink, 0, 0, SIDE, SIDE, DIGIT, DIGIT), Math.round);

/**
 * The drawing as MNIST's digits were made: cut out, the longer side scaled to 20 pixels with grey edges, and the centre
 * of mass put into the middle of 28×28. `box`: where it was cut out, in cells; null if there is no ink.
 */
export function centred(ink) {
  let [left, right, top, bottom] = [SIDE, -1, SIDE, -1];
  ink.forEach((level, i) => {
    if (!level) return;
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  });
  const digit = new Uint8Array(DIGIT * DIGIT);
  if (right < 0) return { digit, box: null };
  const [width, height] = [right - left + 1, bottom - top + 1];
  const scale = BOX / Math.max(width, height);
  const [w, h] = [width, height].map((n) => Math.max(1, Math.round(n * scale)));
  const part = averaged(ink, left, top, width, height, w, h);
  let [mass, mx, my] = [0, 0, 0];
  part.forEach((level, i) => {
    mass += level;
    mx += level * ((i % w) + 0.5);
    my += level * (Math.floor(i / w) + 0.5);
  });
  // In MNIST it lies in the pixel that begins at the middle, 14 ≤ it < 15, in both directions (a test looks).
  const place = (sum, n) => Math.min(DIGIT - n, Math.max(0, Math.ceil(DIGIT / 2 - sum / mass)));
  const [x0, y0] = [place(mx, w), place(my, h)];
  part.forEach((level, i) => (digit[(y0 + Math.floor(i / w)) * DIGIT + x0 + (i % w)] = Math.round(level)));
  return { digit, box: { left, top, width, height, x0, y0, w, h } };
}
