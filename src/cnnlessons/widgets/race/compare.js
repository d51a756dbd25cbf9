// A record that was stopped after some epoch, and its comparisons in the words of `cnnlessons.intervals`.

import { fisher, seen, t_above, t_edge } from "./stats.js";

const ALPHA = 0.05;
const TELLING = 5;
const LESS = ["loss", "error", "dead", "seconds"];
const RATIO = [...LESS, "gradient"];
const MORE = ["accuracy", "view", "ensemble", "weight scaling"];
const has = (words, measure) => words.some((word) => measure.includes(word));
// Added in NumPy's order, so that the last digit is Python's too.
function sum(values) {
  if (values.length < 8) return values.reduce((a, b) => a + b, 0);
  const whole = values.length - (values.length % 8);
  const r = values.slice(0, 8);
  for (let i = 8; i < whole; i++) r[i % 8] += values[i];
  return values.slice(whole).reduce((a, b) => a + b, r[0] + r[1] + (r[2] + r[3]) + (r[4] + r[5] + (r[6] + r[7])));
}
export const mean = (values) => sum(values) / values.length;
const variance = (values) => {
  const m = mean(values);
  return values.reduce((all, v) => all + (v - m) ** 2, 0) / (values.length - 1);
};
export const lower_is_better = (measure) => has(LESS, measure);

// Curves of one measure, a list a run, read once; what was measured before training is left out.
const read = new WeakMap();
export function curves(variant, measure) {
  if (!read.has(variant)) read.set(variant, {});
  return (read.get(variant)[measure] ??= variant.runs[measure].map((text, i) => {
    const numbers = text.split(" ").map(Number);
    return numbers.slice(numbers.length - variant.stuck[i].length);
  }));
}

// Whether a run had not learned when it was stopped.
const is_stuck = (flags, stop) => flags[Math.min(stop, flags.length) - 1] === "1";
export const stuck = (variant, stop) => variant.diverged + variant.stuck.filter((flags) => is_stuck(flags, stop)).length;

// How many epochs a run that was stopped so is read at: one of an annealed run, else the last quarter.
export function last_epochs(variant, stop) {
  const epochs = Math.min(stop, Math.max(...variant.stuck.map((flags) => flags.length)));
  return variant.constant ? Math.min(epochs, Math.max(2, Math.ceil(epochs / 4))) : 1;
}

// What each run that learned comes to, by seed.
export function by_seed(variant, measure, stop) {
  const last = last_epochs(variant, stop);
  const found = new Map();
  curves(variant, measure).forEach((curve, i) => {
    if (!is_stuck(variant.stuck[i], stop)) found.set(variant.seeds[i], mean(curve.slice(0, stop).slice(-last)));
  });
  return found;
}

// Python's format(value, ".3g").
export function three(value) {
  if (value === 0) return "0";
  const power = Number(value.toExponential(2).split("e")[1]);
  if (power >= -4 && power < 3) return String(Number(value.toPrecision(3)));
  const [digits, exponent] = value.toExponential(2).split("e");
  const sign = exponent[0] === "-" ? "-" : "+";
  return `${Number(digits)}e${sign}${exponent.slice(1).padStart(2, "0")}`;
}
const signed = (text) => (text[0] === "-" ? text : `+${text}`);

// Variant `a` against variant `b`, not yet corrected for its table.
function pair(a, b, measure, stop) {
  let [left, right] = [a, b].map((variant) => by_seed(variant, measure, stop));
  const paired = a.plan === b.plan;
  if (paired) {
    const shared = [...left.keys()].filter((seed) => right.has(seed));
    [left, right] = [left, right].map((runs) => new Map(shared.map((seed) => [seed, runs.get(seed)])));
  }
  const all = [...left.values(), ...right.values()];
  const ratio = has(RATIO, measure) && all.every((value) => value > 0);
  const scale = ratio ? Math.log : (value) => value;
  const row = { a: a.name, b: b.name, measure, ratio, points: has(MORE, measure), paired, left, right,
    stuck: [stuck(a, stop), stuck(b, stop)] };
  row.differences = [...left.keys()].filter((seed) => right.has(seed)).sort((x, y) => x - y)
    .map((seed) => scale(left.get(seed)) - scale(right.get(seed)));
  row.up = row.differences.filter((d) => d > 0).length;
  row.down = row.differences.filter((d) => d < 0).length;
  [row.mean, row.error, row.freedom] = [NaN, NaN, NaN];
  const [x, y] = [left, right].map((runs) => [...runs.values()].map(scale));
  if (Math.min(x.length, y.length) > 1) {
    if (paired) {
      const d = row.differences;
      [row.mean, row.error, row.freedom] = [mean(d), Math.sqrt(variance(d) / d.length), d.length - 1];
    } else {
      const [u, v] = [variance(x) / x.length, variance(y) / y.length];
      row.mean = mean(x) - mean(y);
      row.error = Math.sqrt(u + v);
      row.freedom = u + v ? (u + v) ** 2 / (u ** 2 / (x.length - 1) + v ** 2 / (y.length - 1)) : x.length + y.length - 2;
    }
    const half = t_edge(0.025, row.freedom) * row.error;
    [row.low, row.high] = [row.mean - half, row.mean + half];
  }
  const equal = row.error < 1e-9;
  if (Number.isNaN(row.mean) || (equal && Math.abs(row.mean) > 1e-9)) row.p = NaN;
  else row.p = equal ? 1 : 2 * t_above(Math.abs(row.mean) / row.error, row.freedom);
  row.p_stuck = Math.max(...row.stuck) ? fisher(row.stuck[0], left.size, row.stuck[1], right.size) : 1;
  return row;
}

// Holm's correction: each p as it counts among all of them; NaN stays, and counts as a test.
function holm(p) {
  const order = p.map((_, i) => i).sort((i, j) => Number.isNaN(p[i]) - Number.isNaN(p[j]) || p[i] - p[j]);
  const found = [];
  let least = 0;
  order.forEach((i, rank) => {
    if (Number.isNaN(p[i])) found[i] = NaN;
    else found[i] = least = Math.max(least, Math.min(1, (p.length - rank) * p[i]));
  });
  return found;
}

function verdict(row) {
  const share = (side) => row.stuck[side] / (row.stuck[side] + [row.left, row.right][side].size);
  if (row.adjusted[1] <= ALPHA) return share(0) > share(1) ? "stuck more often" : "stuck less often";
  if (Number.isNaN(row.p)) return "cannot be told";
  if (row.adjusted[0] <= ALPHA) {
    const above = row.mean > 0;
    if (has(LESS, row.measure)) return above ? "worse" : "better";
    if (has(MORE, row.measure)) return above ? "better" : "worse";
    return above ? "higher" : "lower";
  }
  const most = Math.max(row.up, row.down);
  const one_sign = most === row.differences.length && most >= TELLING;
  return row.p <= ALPHA || one_sign ? "not settled" : "no effect seen";
}

// A difference as it is said: a factor, points of accuracy, or a number.
export function amount(row, value, sign = true) {
  if (row.ratio) return three(Math.exp(value));
  const text = row.points ? (100 * value).toFixed(2) : three(value);
  return (sign ? signed(text) : text).replace("-", "−");
}
export const size = (row, value, sign = true) =>
  (row.ratio ? "× " : "") + amount(row, value, sign) + (row.points ? " points" : "");

// The verdict with what it rests on: `Comparison.said`.
function said(row) {
  let text = row.verdict;
  if (!Number.isNaN(row.mean)) {
    text += `, ${size(row, row.mean)} (${amount(row, row.low)} to ${amount(row, row.high)})`;
    if (row.differences.length) text += `, ${row.up} of ${row.differences.length} seeds up`;
    if (row.verdict === "no effect seen")
      text += `; ${size(row, row.detectable, false)} would have been seen in 80 of 100 cases`;
  }
  if (Math.max(...row.stuck))
    text += `; stuck: ${row.stuck[0]} of ${row.stuck[0] + row.left.size} against ${row.stuck[1]} of ${row.stuck[1] + row.right.size}`;
  return text;
}

// Every one of `variants` against `other`, in one table, had all runs been stopped after epoch `stop`.
export function table(variants, other, measure, stop) {
  const rows = variants.filter((one) => one !== other).map((one) => pair(one, other, measure, stop));
  const tests = [...rows.map((row, i) => [i, 0, row.p]),
    ...rows.flatMap((row, i) => (Math.max(...row.stuck) ? [[i, 1, row.p_stuck]] : []))];
  rows.forEach((row) => (row.adjusted = [1, 1]));
  holm(tests.map(([, , p]) => p)).forEach((p, i) => (rows[tests[i][0]].adjusted[tests[i][1]] = p));
  for (const row of rows) {
    row.detectable = Number.isNaN(row.mean) ? NaN : seen(row.freedom, ALPHA / tests.length) * row.error;
    row.verdict = verdict(row);
    row.said = said(row);
  }
  return rows;
}

// `Convergence.of(curves).verdict`, or "" for fewer than two runs, fewer than six epochs, or runs of unequal length.
export function convergence(variant, measure, stop) {
  const runs = curves(variant, measure).map((curve) => curve.slice(0, stop));
  const length = runs[0]?.length ?? 0;
  if (runs.length < 2 || length < 6 || runs.some((run) => run.length !== length)) return "";
  const epochs = Math.floor(length / 3);
  const middle = (epochs - 1) / 2;
  const spread = Array.from({ length: epochs }, (_, i) => (i - middle) ** 2).reduce((a, b) => a + b, 0);
  const last = runs.map((run) => run.slice(-epochs));
  const falls = last.map((run) => (-run.reduce((all, v, i) => all + (i - middle) * v, 0) / spread) * (epochs - 1));
  const level = mean(last.flat());
  const half = t_edge(0.025, falls.length - 1) * Math.sqrt(variance(falls) / falls.length);
  const [low, high] = [mean(falls) - half, mean(falls) + half];
  if (low > 1e-9 * Math.abs(level)) return "still falling";
  if (high < -1e-9 * Math.abs(level)) return "still rising";
  const matters = 0.1 * Math.abs(level);
  let since = 1;
  for (let i = 0; i < length; i++) if (Math.abs(mean(runs.map((run) => run[i])) - level) > matters) since = i + 2;
  const small = Math.max(high, -low) < matters;
  return small && epochs >= 3 && since <= length - epochs + 1 ? "converged" : "cannot say";
}
