// Curves on two axes, as SVG: the plot of all widgets.

import { raised, svg } from "./ui.js";

const plain = (n) => Number(n.toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 6 });

// Round numbers from `low` to `high`: decades on a logarithmic axis, else steps of 1, 2 or 5.
function ticks(low, high, log, most) {
  if (log) {
    const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const every = Math.max(1, Math.ceil((to - from + 1) / most));
    const decades = Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((e) => e % every === 0).map((e) => 10 ** e);
    return decades.length > 1 ? decades : [low, high];
  }
  const rough = (high - low) / most || 1;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((n) => n * unit >= rough * 0.999);
  return Array.from({ length: Math.floor((high - low) / step + 1e-6) + 1 }, (_, i) => Math.ceil(low / step - 1e-6) * step + i * step)
    .filter((n) => n <= high + step * 1e-6);
}

const words = (n, log) => (log && (n >= 1e4 || n < 1e-3) ? `10${raised(Math.round(Math.log10(n)))}` : plain(n));

/**
 * A plot of `series`, { label, points: [[x, y] …], colour, dash, thin, dots, band: [[x, low, high] …] } each.
 * `x` and `y` are { label, min, max, log }; what is not given follows from the points. `said` is its text for a screen reader.
 * `at` is an x to read the curves at: the values of the nearest points stand beside them, as `show` writes them. The picture's
 * `where(clientX)` is the x below a pointer.
 */
export function plot({ series, x, y, width, height, said, marks = [], at = null, show = plain }) {
  const points = series.flatMap((one) => one.points.concat((one.band ?? []).flatMap(([at, a, b]) => [[at, a], [at, b]])));
  const of = (axis, i) => {
    const values = points.map((p) => p[i]).filter((n) => Number.isFinite(n) && (!axis.log || n > 0));
    let low = axis.min ?? Math.min(...values);
    let high = axis.max ?? Math.max(...values);
    if (!Number.isFinite(low) || !Number.isFinite(high)) [low, high] = [axis.min ?? (axis.log ? 0.1 : 0), axis.max ?? 1];
    if (low >= high) [low, high] = axis.log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
    const map = axis.log ? Math.log10 : (n) => n;
    return { low, high, at: (n) => (map(axis.log ? Math.max(n, low / 10) : n) - map(low)) / (map(high) - map(low)),
      of: (share) => (axis.log ? low * (high / low) ** share : low + share * (high - low)) };
  };
  const [across, up] = [of(x, 0), of(y, 1)];
  const left = 46, right = 8, top = 20, bottom = 34;
  const X = (n) => left + across.at(n) * (width - left - right);
  const Y = (n) => height - bottom - Math.min(1.02, Math.max(-0.02, up.at(n))) * (height - top - bottom);
  const parts = [];
  for (const n of ticks(up.low, up.high, y.log, Math.max(2, Math.floor(height / 45)))) {
    parts.push(svg("line", { x1: left, x2: width - right, y1: Y(n), y2: Y(n), class: "grid" }));
    parts.push(svg("text", { x: left - 5, y: Y(n) + 4, "text-anchor": "end" }, words(n, y.log)));
  }
  for (const n of ticks(across.low, across.high, x.log, Math.max(2, Math.floor(width / 80))))
    parts.push(svg("text", { x: X(n), y: height - bottom + 15, "text-anchor": "middle" }, words(n, x.log)));
  parts.push(svg("path", { d: `M${left} ${top}V${height - bottom}H${width - right}`, class: "axis" }));
  parts.push(svg("text", { x: 2, y: 11, class: "name" }, y.label));
  parts.push(svg("text", { x: width - right, y: height - 5, "text-anchor": "end", class: "name" }, x.label));
  for (const { x: at, y: level, label } of marks) {
    if (level !== undefined) parts.push(svg("line", { x1: left, x2: width - right, y1: Y(level), y2: Y(level), class: "mark" }));
    if (at !== undefined) parts.push(svg("line", { x1: X(at), x2: X(at), y1: top, y2: height - bottom, class: "mark" }));
    if (label) parts.push(svg("text", { x: at === undefined ? left + 6 : X(at) + 4, y: level === undefined ? top + 10 : Y(level) - 4 }, label));
  }
  const seen = ([a, b]) => Number.isFinite(a) && Number.isFinite(b) && (!x.log || a > 0);
  for (const { points: curve, colour, dash, thin, dots, band } of series) {
    if (band?.length) {
      const edge = [...band.map(([at, , b]) => [at, b]), ...[...band].reverse().map(([at, a]) => [at, a])];
      parts.push(svg("path", { d: `M${edge.map(([a, b]) => `${X(a)} ${Y(b)}`).join("L")}Z`, fill: colour, class: "band" }));
    }
    const shown = curve.filter(seen);
    const line = shown.map(([a, b]) => `${X(a).toFixed(1)} ${Y(b).toFixed(1)}`).join("L");
    if (shown.length > 1 && !dots)
      parts.push(svg("path", { d: `M${line}`, class: "curve", stroke: colour, "stroke-dasharray": dash ?? null, "stroke-width": thin ? 1 : 2.2 }));
    if (dots || shown.length === 1)
      for (const [a, b] of shown) parts.push(svg("circle", { cx: X(a), cy: Y(b), r: 3, fill: colour }));
  }
  // labels at the ends of the curves, or values where a reader points, moved apart
  const nearest = (curve) => curve.reduce((best, p) => (Math.abs(X(p[0]) - X(at)) < Math.abs(X(best[0]) - X(at)) ? p : best), curve[0]);
  const ends = series.map((one) => ({ ...one, points: one.points.filter(seen) })).filter(({ label, points: curve }) => label && curve.length)
    .map(({ label, colour, points: curve }) => {
      const end = at === null ? curve.at(-1) : nearest(curve);
      return { text: at === null ? label : `${label} ${show(end[1])}`, colour, x: X(end[0]), dot: Y(end[1]), y: Math.max(top + 4, Y(end[1]) - 5) };
    }).sort((a, b) => a.y - b.y);
  ends.forEach((one, i) => { if (i) one.y = Math.max(one.y, ends[i - 1].y + 13); });
  const over = (ends.at(-1)?.y ?? 0) - (height - bottom - 4);
  if (over > 0) ends.forEach((one) => (one.y -= over));
  if (at !== null && ends.length) {
    const line = ends[0].x;
    parts.push(svg("line", { x1: line, x2: line, y1: top, y2: height - bottom, class: "axis" }));
    for (const { colour, x: place, dot } of ends) parts.push(svg("circle", { cx: place, cy: dot, r: 3.5, fill: colour }));
  }
  for (const { text, colour, x: place, y: to } of ends) {
    const before = place > left + 90;
    parts.push(svg("text", { x: before ? Math.min(place, width - right) - 6 : Math.max(left, place) + 6, y: to,
      "text-anchor": before ? "end" : "start", class: "label", style: `fill:${colour}` }, text));
  }
  const picture = svg("svg", { role: "img", "aria-label": said, viewBox: `0 0 ${width} ${height}`, width, height, class: "plot" }, ...parts);
  picture.where = (clientX) => {
    const box = picture.getBoundingClientRect();
    return across.of((((clientX - box.left) / box.width) * width - left) / (width - left - right));
  };
  return picture;
}
