// What the window does at one place, with its numbers.

import { button, h, svg } from "../ui.js";
import { words } from "./grid.js";
import { inside, neighbours } from "./arithmetic.js";

const bracket = (n) => (n < 0 ? `(${words(n)})` : words(n));
const rows_of = (flat, size) => Array.from({ length: size }, (_, i) => flat.slice(i * size, (i + 1) * size));
const table = (cells, size) => h("table", {}, ...rows_of(cells, size).map((row) => h("tr", {}, ...row)));
const total = (parts) => parts.join(" + ").replaceAll("+ −", "− ");

// The products of a convolution, or the numbers that a pool looks at. `m` is the map that is shown, among those read.
export function at_place(found, s, x, m) {
  const outside = (n) => (inside(x, found.cells[n]) ? null : "outside");
  if (s.kind === "conv") {
    const { seen, weights, sums, result } = found;
    const parts = [];
    if (m === null) parts.push(h("p", { class: "caption" }, "This output map does not read the input map shown."));
    else if (s.size <= 5)
      parts.push(h("p", { class: "caption" }, s.size <= 3 ? "number × weight = product" : "the products"), table(seen[m].map((v, n) => h("td", { class: outside(n) },
        ...(s.size <= 3 ? [h("small", {}, `${words(v)} × ${bracket(weights[m][n])}`)] : []), words(v * weights[m][n]))), s.size));
    else parts.push(h("p", { class: "caption" }, `${s.size ** 2} numbers times ${s.size ** 2} weights, added up`));
    const terms = sums.map((sum, i) => (sums.length > 1 ? `${words(sum)} (map ${s.first + i})` : words(sum)));
    const bias = s.bias ? ` ${s.bias < 0 ? "−" : "+"} ${words(Math.abs(s.bias))} (bias)` : "";
    const rows = sums.length === 1 && s.size <= 3 ? rows_of(seen[0].map((v, n) => v * weights[0][n]), s.size)
      .map((row) => words(row.reduce((a, b) => a + b, 0))) : null;
    const sum = rows ? `rows: ${total(rows)}` : total(terms);
    return [...parts, h("p", { class: "sum" }, `${sum}${bias} = `, h("b", {}, words(result)))];
  }
  const all = found.seen[0];
  const shown = s.size <= 7 ? [table(all.map((v, n) => h("td", { class: [outside(n), n === found.winner ? "winner" : ""].join(" ").trim() || null },
    words(v))), s.size)] : [];
  const sum = { max: () => [`largest of ${all.length} numbers = `], mean: () => [`${words(found.total)} / ${all.length} = `],
    trainable: () => [s.squash ? "tanh(" : "", `${words(found.total)} × ${bracket(s.coefficient)} ${s.bias < 0 ? "−" : "+"} ${words(Math.abs(s.bias))}`,
      s.squash ? `) = tanh(${words(found.plain)}) = ` : " = "] }[s.kind]();
  const before = s.kind === "max" ? [] : [`sum of ${all.length} numbers = ${words(found.total)}`];
  return [h("p", { class: "caption" }, "the numbers under the window"), ...shown,
    ...before.map((text) => h("p", { class: "sum" }, text)), h("p", { class: "sum" }, ...sum, h("b", {}, words(found.result)))];
}

// The divisor of LRN, written out.
export function divided(one, i, s, column) {
  const near = column.slice(one.first, one.last + 1);
  const squares = near.length > 5 ? `${near.length} squares` : near.map((v) => `${words(v)}²`).join(" + ");
  return [
    h("p", { class: "caption" }, `map ${i}, with maps ${one.first} to ${one.last}`),
    h("p", { class: "sum" }, `Σ = ${squares} = ${words(one.sum)}`),
    h("p", { class: "sum" }, `divisor = (k + α Σ)`, h("sup", {}, "β"), ` = (${words(s.k)} + ${words(s.alpha)} · ${words(one.sum)})`,
      h("sup", {}, words(s.beta)), ` = ${words(one.divisor)}`),
    h("p", { class: "sum" }, `${words(one.value)} / ${words(one.divisor)} = `, h("b", {}, words(one.result))),
    h("p", { class: "caption" }, s.k > 0 ? `Dashed: divided by k to the β alone, ${words(s.k ** s.beta)}, as if all were silent.` : ""),
  ];
}

// What dropout does to one unit.
export function dropped(value, keep, result, s, test) {
  const factor = s.scaling === "train" ? ` / (1 − ${words(s.p)})` : "";
  const rule = s.train ? (s.masks > 1 ? `mean over ${s.masks} masks` : `${words(value)} × ${keep}${factor}`)
    : s.scaling === "test" ? `${words(value)} × (1 − ${words(s.p)})` : "all units stay";
  return [h("p", { class: "sum" }, `${rule} = `, h("b", {}, words(result))),
    h("p", { class: "caption" }, `in test mode: ${words(test)}`)];
}

// Bars of a column of maps; `ghost` are dashed ones behind.
export function bars(label, values, ghost, chosen, s, onpick) {
  const [width, height] = [Math.max(220, values.length * 16), 170];
  const step = width / values.length;
  const most = Math.max(...values, ...(ghost ?? []).filter(Number.isFinite)) || 1;
  const [first, last] = neighbours(chosen, values.length, s);
  const tall = (v) => (Math.max(0, v) / most) * (height - 32);
  const bar = (v, i, kind) => svg("rect", { class: kind, x: i * step + step * 0.15, width: step * 0.7, y: height - 16 - tall(v), height: Math.max(tall(v), 0.5) });
  return svg("svg", { class: "bars", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${label}: ${values.map(words).join(", ")}`,
    onpointerdown: pick, onpointermove: (event) => event.buttons && pick(event) },
  svg("rect", { class: "near", x: first * step, width: (last - first + 1) * step, y: 0, height }),
  ...(ghost ?? []).map((v, i) => bar(v, i, "ghost")),
  ...values.map((v, i) => bar(v, i, i === chosen ? "bar on" : "bar")),
  svg("text", { x: Math.min(Math.max((chosen + 0.5) * step, 22), width - 22), y: Math.max(11, height - 20 - tall(values[chosen])) }, words(values[chosen])),
  ...values.map((_, i) => svg("text", { x: (i + 0.5) * step, y: height - 3 }, values.length > 24 && i % 4 ? "" : String(i))));
  function pick(event) {
    const box = event.currentTarget.getBoundingClientRect();
    onpick(Math.max(0, Math.min(values.length - 1, Math.floor(((event.clientX - box.left) / box.width) * values.length))));
  }
}

// Which maps a convolution's output maps read: lines from the inputs on the left to the outputs on the right.
export function wires(maps, outputs, groups, chosen) {
  const height = Math.max(maps, outputs) * 18 + 8;
  const y = (i, n) => ((i + 0.5) * height) / n;
  const reads = (o, i) => Math.floor(i / (maps / groups)) === Math.floor(o / (outputs / groups));
  const pairs = Array.from({ length: outputs }, (_, o) => Array.from({ length: maps }, (_, i) => [o, i])).flat().filter(([o, i]) => reads(o, i));
  return svg("svg", { class: "wires", viewBox: `0 0 200 ${height}`, role: "img",
    "aria-label": `Output map ${chosen} reads ${maps / groups} of ${maps} input maps.` },
  ...pairs.sort(([a], [b]) => (a === chosen) - (b === chosen)).map(([o, i]) => svg("line", { class: o === chosen ? "on" : null, x1: 12, y1: y(i, maps), x2: 188, y2: y(o, outputs) })),
  ...Array.from({ length: maps }, (_, i) => svg("circle", { class: reads(chosen, i) ? "on" : null, cx: 12, cy: y(i, maps), r: 6 })),
  ...Array.from({ length: outputs }, (_, o) => svg("circle", { class: o === chosen ? "on" : null, cx: 188, cy: y(o, outputs), r: 6 })));
}

// Buttons for `count` maps, the chosen one pressed; those that are `read` have a frame.
export function chips(node, text, count, chosen, pick, read = () => false) {
  node.hidden = count < 2;
  if (count < 2) return;
  const had = node.contains(document.activeElement);
  node.replaceChildren(h("legend", {}, text), ...Array.from({ length: count }, (_, i) =>
    button(String(i), () => pick(i), { "aria-pressed": String(i === chosen), class: read(i) ? "read" : null, "aria-label": `${text} ${i}` })));
  if (had) node.children[chosen + 1].focus();
}
