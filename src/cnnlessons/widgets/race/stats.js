// Student's t, plain and noncentral, and the normal distribution: what SciPy gives `cnnlessons.intervals`.

import { uniform } from "../../live/random.js";

const SERIES = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];

// Logarithm of the gamma function for x > 0 (Lanczos, g = 7).
function log_gamma(x) {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - log_gamma(1 - x);
  const t = x + 6.5;
  const total = SERIES.reduce((all, c, i) => (i ? all + c / (x - 1 + i) : c), 0);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(total);
}

// Regularised incomplete beta function, by its continued fraction (Lentz).
function beta(x, a, b) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a);
  const front = Math.exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const safe = (v) => (Math.abs(v) < 1e-300 ? 1e-300 : v);
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let f = d;
  for (let m = 1; m < 500; m++) {
    for (const top of [(m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))]) {
      d = 1 / safe(1 + top * d);
      c = safe(1 + top / c);
      f *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return front * f;
}

// How often Student's t lies above `t`.
export const t_above = (t, freedom) => {
  const tail = beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  return t >= 0 ? tail : 1 - tail;
};

// Where a falling function crosses `goal`, between 0 and `high`.
function crossing(f, goal, high) {
  let low = 0;
  for (let i = 0; i < 100 && high - low > 1e-12 * high; i++) {
    const middle = (low + high) / 2;
    if (f(middle) > goal) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

// The t that is exceeded with probability `tail` < 1/2.
export function t_edge(tail, freedom) {
  let high = 1;
  while (t_above(high, freedom) > tail) high *= 2;
  return crossing((t) => t_above(t, freedom), tail, high);
}

// The normal distribution up to x.
export function normal(x) {
  const z = Math.abs(x);
  if (z > 38) return x > 0 ? 1 : 0;
  let upper;
  if (z < 4) {
    let term = z;
    let total = z;
    for (let k = 3; term > 1e-17 * total; k += 2) total += term *= (z * z) / k;
    upper = 0.5 - (total * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  } else {
    let f = z;
    for (let k = 60; k > 0; k--) f = z + k / f;
    upper = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / f;
  }
  return x > 0 ? 1 - upper : upper;
}

// Noncentral t up to `t`: the normal distribution averaged over the spread that a sample shows, on a log scale.
function shifted_t(t, freedom, shift) {
  const density = (y) => freedom * (y + 0.5 - Math.exp(2 * y) / 2); // logarithm, but for a constant
  let [low, high] = [0, 0];
  // fine enough for the density and for the step of the normal distribution, which lies where t e^y = shift
  const step = Math.min(0.3 / Math.sqrt(2 * freedom + 1), Math.max(0.0005, 0.5 / Math.max(1, Math.abs(shift))));
  while (density(low) > -42) low -= step;
  while (density(high) > -42) high += step;
  let [total, weight] = [0, 0];
  for (let y = low; y < high; y += step) {
    const w = Math.exp(density(y));
    weight += w;
    total += w * normal(t * Math.exp(y) - shift);
  }
  return total / weight;
}

// How often a t test at level `alpha` sees a true difference of `shift` standard errors, on either side.
export function power(shift, freedom, alpha = 0.05) {
  const edge = t_edge(alpha / 2, freedom);
  return 1 - shifted_t(edge, freedom, shift) + shifted_t(-edge, freedom, shift);
}

// The true difference, in standard errors, that is seen in 80 of 100 cases; kept, for it is asked again while dragging.
const kept = new Map();
export function seen(freedom, alpha = 0.05) {
  const key = `${freedom} ${alpha}`;
  if (!kept.has(key)) {
    const edge = t_edge(alpha / 2, freedom);
    kept.set(key, crossing((shift) => shifted_t(edge, freedom, shift), 0.2, 2 * edge + 10));
  }
  return kept.get(key);
}

// The same for two groups of `n` runs with that spread.
export const detectable = (spread, n, alpha = 0.05) => seen(2 * n - 2, alpha) * spread * Math.sqrt(2 / n);

// Fisher's exact test, two-sided, of [[a, b], [c, d]].
export function fisher(a, b, c, d) {
  const choose = (n, k) => log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1);
  const chance = (k) => Math.exp(choose(a + b, k) + choose(c + d, a + c - k) - choose(a + b + c + d, a + c));
  let total = 0;
  for (let k = Math.max(0, a - d); k <= Math.min(a + b, a + c); k++)
    if (chance(k) <= chance(a) * (1 + 1e-7)) total += chance(k);
  return Math.min(1, total);
}

// Normal numbers, the same every time.
export function dice(seed) {
  const random = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
