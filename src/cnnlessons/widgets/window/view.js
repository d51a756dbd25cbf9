// Window: input, what the window does, output; the state is Python's, the arithmetic is arithmetic.js.

import { h, slider } from "../ui.js";
import { block, dropout, first_map, gradient, keeps, lrn, maps_read, one, prepared, readers } from "./arithmetic.js";
import { shuffled } from "../../live/random.js";
import { TASKS, controls } from "./controls.js";
import { at_place, bars, chips, divided, dropped, wires } from "./formula.js";
import { grid, words } from "./grid.js";
import { kernel_editor, resized, usual_kernel } from "./kernel.js";

const NAMES = ["kind", "picture", "image", "kernel", "size", "stride", "padding", "dilation", "groups", "flip", "bias", "coefficient", "squash", "place",
  "map", "shift", "dot", "backward", "whole", "n", "alpha", "beta", "k", "scale", "order", "p", "train", "scaling", "seed", "masks"];

function render({ model, el }) {
  const pictures = model.get("images");
  const kernels = model.get("kernels");
  let s = {};
  for (const name of NAMES) s[name] = model.get(name);
  const sliding = ["conv", "max", "mean", "trainable"].includes(s.kind);
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let read, x, out, plain; // who reads what, what goes in, what comes out, what came out before the image moved
  let visited = new Set();
  let input = 0; // the input map that is shown
  let problem = "";
  let holds_dot = false;
  let timer, saving, ours = false;

  const status = h("p", { class: "status", role: "status", "aria-live": "polite" });
  const says = s.kind === "dropout" ? "units; arrow keys choose one" : "image; drag the window, or move it with the arrow keys; Shift and an arrow move the dot";
  const from = grid(says, { onpick: pick_input, onarrow: (way, shift) => (shift && s.dot?.length ? move_dot(way) : step(way)) });
  const to = grid("output; drag, or arrow keys, to move the window", { onpick: (i, j) => go([i, j]), onarrow: step });
  const below_in = grid("gradient at the input");
  const below_out = grid("what the move of the image changed");
  const formula = h("div", { class: "formula" });
  const editor = kernel_editor((rows) => {
    const here = kernel_shown();
    set({ kernel: s.kernel.map((sheets, o) => (o === s.map ? sheets.map((old, n) => (n === here ? rows : old)) : sheets)) });
  });
  const chips_in = h("fieldset", { class: "chips" });
  const chips_out = h("fieldset", { class: "chips" });
  const captions = [h("p", { class: "caption" }), h("p", { class: "caption" })];
  const column_in = h("div", {});
  const column_out = h("div", {});
  const heads = s.kind === "lrn" ? ["before", "what the layer does", "after"] : ["input", s.kind === "dropout" ? "what it does to one unit" : "what the window does", "output"];
  const part = (i, ...inner) => h("div", { class: "part" }, h("p", { class: "head" }, heads[i]), ...inner);
  const parts = s.kind === "lrn" ? [part(0, column_in), part(1, formula), part(2, column_out)]
    : [part(0, chips_in, from.node, captions[0], below_in.node), part(1, editor.node, formula), part(2, chips_out, to.node, captions[1], below_out.node)];
  const level = slider("turn it up to", { min: 0, max: 600, step: 1, value: 0, set: turn_up });
  refresh_sizes();
  const act = { picture: take_picture, kernel: take_kernel, preset: kernel_name, slide: play, shift: (n) => set({ shift: (((s.shift + n) % x.w) + x.w) % x.w }),
    dot: () => set({ dot: s.dot.length ? [] : [x.h >> 1, x.w >> 1] }), value_slider: () => level.node, mask: () => set({ seed: s.seed + 1 }),
    shuffle: () => set({ order: shuffled(s.maps, Math.random) }) };
  const bars_of = controls(s, model.get("offers")[s.kind], kernels, set, act);
  const more = h("details", { class: "more" }, h("summary", {}, "More settings"), h("div", { class: "bar" }, ...bars_of.more));
  more.open = Boolean(model.get("more"));
  const root = h("div", { class: "cnnlessons window-widget" }, h("p", { class: "task" }, TASKS[s.kind]), h("div", { class: "bar" }, ...bars_of.main),
    h("div", { class: "parts" }, ...parts), status, more);
  el.append(root);

  function refresh_sizes() {
    const image = s.picture ? pictures[s.picture] : s.image;
    s.image = image;
    s.maps = image.length;
    s.kernel ??= [[[[1]]]];
  }
  // New settings: the kernel is made to fit, Python hears of it, everything is drawn.
  function set(changes) {
    const before = s;
    s = { ...s, ...changes };
    refresh_sizes();
    if (s.kind === "conv") {
      const needed = s.maps / s.groups;
      if (!Number.isInteger(needed)) s.groups = 1;
      if (s.kernel[0].length !== s.maps / s.groups || s.kernel.length % s.groups) s.kernel = usual_kernel(s.maps, s.size, s.groups);
      if (s.kernel[0][0].length !== s.size) {
        s.kernel = kernel_name() === "upright edges" ? usual_kernel(s.maps, s.size, s.groups) : s.kernel.map((sheets) => sheets.map((rows) => resized(rows, s.size)));
      }
    }
    const only_place = Object.keys(changes).every((name) => name === "place");
    for (const name of NAMES) if (before[name] !== s[name] && !(name === "image" && s.picture)) tell(name);
    if (!only_place) work();
    draw(only_place);
  }
  function tell(name) {
    ours = true;
    model.set(name, s[name]);
    ours = false;
    clearTimeout(saving);
    saving = setTimeout(() => model.save_changes(), 120);
  }
  const heard = NAMES.map((name) => [`change:${name}`, () => {
    if (ours) return;
    s[name] = model.get(name);
    refresh_sizes();
    work();
    draw();
  }]);
  heard.forEach(([event, listener]) => model.on(event, listener));

  function work() {
    ({ x, out, plain, problem } = prepared(s));
    visited = new Set();
  }
  function step([rows, columns]) {
    go([s.place[0] + rows, s.place[1] + columns]);
  }
  function go([i, j]) {
    if (problem) return;
    const most = s.kind === "dropout" ? x : out;
    const place = [Math.max(0, Math.min(most.h - 1, i)), Math.max(0, Math.min(most.w - 1, j))];
    if (sliding) visited.add(place.join());
    set({ place });
  }
  const dot_now = () => (s.dot?.length && sliding ? [s.dot[0], (s.dot[1] + s.shift + x.w) % x.w] : null);
  function move_dot([rows, columns]) {
    set({ dot: [Math.max(0, Math.min(x.h - 1, s.dot[0] + rows)), Math.max(0, Math.min(x.w - 1, s.dot[1] + columns))] });
  }
  function pick_input(i, j, phase) {
    if (!sliding) return go([i, j]);
    if (problem) return;
    const dot = dot_now();
    if (phase === "down") holds_dot = Boolean(dot && dot[0] === i && dot[1] === j);
    if (holds_dot) return move_dot([i - dot[0], j - dot[1]]);
    const middle = (s.dilation * (s.size - 1)) / 2 - s.padding;
    go([Math.round((i - middle) / s.stride), Math.round((j - middle) / s.stride)]);
  }
  function take_picture(name) {
    const changes = { picture: name, dot: name === "dot" ? [4, 4] : [], shift: 0, map: 0, order: [] };
    if (pictures[name].length % s.groups) changes.groups = 1;
    input = 0;
    set(changes);
  }
  function take_kernel(name) {
    let rows = kernels[name];
    if (!rows.length) { // the piece of the image under the window
      const flat = one(x, { ...s, kernel: s.kernel, flip: false, bias: 0 }, s.map, ...s.place).seen[0];
      const mean = name.includes("minus") ? flat.reduce((a, b) => a + b, 0) / flat.length : 0;
      rows = Array.from({ length: s.size }, (_, i) => flat.slice(i * s.size, (i + 1) * s.size).map((v) => Number((v - mean).toPrecision(6))));
    }
    const kernel = s.kernel.map((sheets, o) => (o === s.map ? sheets.map(() => rows) : sheets.map((old) => resized(old, rows.length))));
    set({ kernel, size: rows.length });
  }
  // The name of the kernel that is shown, or "".
  function kernel_name() {
    const rows = String(s.kernel[s.map]?.[kernel_shown() ?? 0]);
    return Object.keys(kernels).find((name) => String(kernels[name]) === rows) ?? "";
  }
  function turn_up(value) {
    const original = s.order.length ? s.order[s.map] : s.map;
    set({ picture: "", image: s.image.map((rows, m) => (m === original ? rows.map((row) => row.map(() => value)) : rows)) });
  }
  function play() {
    if (problem) return;
    if (timer) return stop();
    if (still.matches) return set({ whole: true });
    set({ whole: false, place: [0, 0] });
    const wait = Math.max(40, Math.min(250, 6000 / (out.h * out.w)));
    timer = setInterval(() => {
      const next = s.place[0] * out.w + s.place[1] + 1;
      if (problem || next >= out.h * out.w) stop();
      else go([Math.floor(next / out.w), next % out.w]);
    }, wait);
  }
  function stop() {
    clearInterval(timer);
    timer = undefined;
  }

  // The sheet of the kernel that lies on the input map shown, or null.
  function kernel_shown() {
    const m = input - first_map(s, s.map);
    return m >= 0 && m < maps_read(s) ? m : null;
  }

  function draw(only_place) {
    if (!only_place) bars_of.put(s);
    status.classList.toggle("error", Boolean(problem));
    if (problem) return void (status.textContent = problem);
    if (s.kind === "lrn") return draw_lrn();
    const room = parts[0].clientWidth;
    const other = parts[2].clientWidth;
    return s.kind === "dropout" ? draw_dropout(room, other) : draw_sliding(room, other, only_place);
  }
  const one_map = (b, c) => ({ h: b.h, w: b.w, v: b.v.subarray(c * b.h * b.w, (c + 1) * b.h * b.w) });
  const limit_of = (v) => v.reduce((most, n) => Math.max(most, Math.abs(n)), 0);
  const signed = (v) => v.some((n) => n < 0);

  function draw_sliding(room, other, only_place) {
    s.map = Math.min(s.map, out.c - 1);
    s.place = [Math.min(s.place[0], out.h - 1), Math.min(s.place[1], out.w - 1)];
    if (s.kind !== "conv") input = s.map;
    input = Math.min(input, x.c - 1);
    const found = one(x, s, s.map, ...s.place);
    const m = kernel_shown();
    const first = first_map(s, s.map);
    chips(chips_in, "input map", x.c, input, (i) => {
      input = i;
      if (s.kind === "conv") draw();
      else set({ map: i });
    }, (i) => i >= first && i < first + maps_read(s));
    chips(chips_out, "output map", out.c, s.map, (i) => {
      if (first_map(s, i) > input || first_map(s, i) + maps_read(s) <= input) input = first_map(s, i);
      set({ map: i });
    });
    const dot = dot_now();
    if (!only_place) read = readers(x, out, s, dot);
    const { reads, seeing, none } = read;
    const shown = one_map(x, input);
    from.draw({ x: shown, keep: only_place, pad: s.padding, room, limit: limit_of(x.v), signed: signed(x.v), hatched: (i, j) => i >= 0 && j >= 0 && i < x.h && j < x.w && !reads[i * x.w + j],
      marks: [{ cells: s.dilation > 1 ? found.cells : [], colour: "c3" }, ...(dot ? [{ cells: [dot], colour: "focus", width: 4 }] : []),
        ...(s.kind === "max" ? [{ cells: [found.cells[found.winner]], colour: "c3", width: 3 }] : [])],
      frame: [...found.cells[0], s.dilation * (s.size - 1) + 1, s.dilation * (s.size - 1) + 1] });
    const answer = one_map(out, s.map);
    const known = (i, j) => s.whole || i * out.w + j <= s.place[0] * out.w + s.place[1] || visited.has(`${i},${j}`);
    to.draw({ x: answer, keep: only_place, room: other, limit: limit_of(out.v), signed: signed(out.v), shown: known,
      marks: dot ? [{ cells: seeing.filter(([i, j]) => known(i, j)), colour: "focus", width: 3 }] : [], frame: [...s.place, 1, 1] });
    captions[0].textContent = [dot ? "Blue: a dot; drag it, or press Shift and an arrow." : "", none ? "Hatched: no window reads it." : "", s.padding ? "Dashed: padding." : ""].join(" ");
    below_in.node.hidden = s.backward === "no";
    if (s.backward !== "no") {
      const back = gradient(x, s, s.backward === "this" ? [s.map, ...s.place] : null);
      captions[0].textContent += ` Below: the gradient of ${s.backward === "this" ? "this output" : "the sum of all outputs"} at each cell.`;
      below_in.draw({ x: one_map(back, input), room, largest: 30, limit: limit_of(back.v), signed: true });
    }
    below_out.node.hidden = !plain;
    captions[1].textContent = "";
    let changed = "";
    if (plain) {
      const gap = block(1, out.h, out.w, one_map(out, s.map).v.map((v, n) => v - one_map(plain, s.map).v[n]));
      const length = (v) => Math.sqrt(v.reduce((sum, n) => sum + n * n, 0));
      const many = gap.v.filter((v) => Math.abs(v) > 1e-12).length;
      const old = length(one_map(plain, s.map).v);
      captions[1].textContent = "Below: after the move minus before.";
      changed = ` The image moved by ${s.shift}: ${many} of ${gap.v.length} outputs differ${old ? `; the difference is ${words(Math.round((100 * length(gap.v)) / old))} % of the old map's length` : ""}.`;
      below_out.draw({ x: one_map(gap, 0), room: other, largest: 26, limit: limit_of(out.v), signed: true });
    }
    if (s.kind === "conv") editor.put(m === null ? null : s.kernel[s.map][m]);
    const inner = at_place(found, { ...s, first }, x, m);
    formula.replaceChildren(...inner, ...(s.kind === "conv" && (x.c > 1 || out.c > 1) ? [h("p", { class: "caption" }, "input maps (left) that each output map reads"), wires(x.c, out.c, s.groups, s.map)] : []));
    const sees = dot ? ` The dot is seen by ${seeing.length} output${seeing.length === 1 ? "" : "s"}.` : "";
    status.textContent = `Output ${out.h}×${out.w}; at row ${s.place[0]}, column ${s.place[1]}: ${words(found.result)}.${sees}${changed}`;
  }

  function draw_dropout(room, other) {
    const mask = s.train && s.masks === 1 ? keeps(s.seed, x.v.length, s.p) : null;
    const test = dropout(x, s, false);
    const [i, j] = (s.place = [Math.min(s.place[0], x.h - 1), Math.min(s.place[1], x.w - 1)]);
    const n = i * x.w + j;
    const layer = Math.min(s.map, x.c - 1);
    const at = layer * x.h * x.w + n;
    chips(chips_in, "map", x.c, layer, (map) => set({ map }));
    chips_out.hidden = true;
    const most = limit_of(x.v) * (s.scaling === "train" && s.train ? 1 / (1 - s.p) : 1);
    const hidden = mask && ((a, b) => !mask[layer * x.h * x.w + a * x.w + b]);
    from.draw({ x: one_map(x, layer), room, limit: limit_of(x.v), signed: signed(x.v), crossed: hidden, frame: [i, j, 1, 1] });
    to.draw({ x: one_map(out, layer), room: other, limit: Math.max(limit_of(out.v), s.masks > 1 ? limit_of(test.v) : most), signed: signed(x.v), frame: [i, j, 1, 1] });
    formula.replaceChildren(...dropped(x.v[at], mask ? mask[at] : 1, out.v[at], s, test.v[at]));
    const off = out.v.reduce((sum, v, k) => sum + Math.abs(v - test.v[k]), 0) / out.v.length;
    const count = mask ? `${mask.filter((keep) => !keep).length} of ${mask.length} units are hidden. ` : "";
    captions[0].textContent = mask ? "Crossed: hidden by this mask." : "";
    below_in.node.hidden = below_out.node.hidden = true;
    status.textContent = s.train ? `${count}${s.masks > 1 ? `The mean over ${s.masks} masks` : "The output"} is ${words(Number(off.toPrecision(3)))} a unit away from that of test mode.` : "Test mode: no unit is hidden, and the answer is the same each time.";
  }

  function draw_lrn() {
    s.map = Math.min(s.map, x.c - 1);
    const n = Math.min(s.place[0], x.h - 1) * x.w + Math.min(s.place[1], x.w - 1);
    const column = Array.from({ length: x.c }, (_, c) => x.v[c * x.h * x.w + n]);
    const all = lrn(column, s);
    const here = all[s.map];
    const pick = (map) => map !== s.map && set({ map });
    column_in.replaceChildren(bars("before", column, null, s.map, s, pick));
    column_out.replaceChildren(bars("after", all.map((each) => each.result), s.k > 0 ? column.map((v) => v / s.k ** s.beta) : null, s.map, s, pick));
    formula.replaceChildren(...divided(here, s.map, s, column));
    level.put(Math.round(here.value / s.scale));
    const alone = s.k > 0 ? here.value / s.k ** s.beta : here.value;
    const lost = alone ? Math.round(100 * (1 - here.result / alone)) : 0;
    status.textContent = `Map ${s.map}: ${words(here.value)} becomes ${words(here.result)}.${s.k > 0 ? ` Its neighbours and itself take ${lost} % of what k alone would leave.` : ""}`;
  }

  work();
  const watch = new ResizeObserver(() => draw());
  watch.observe(root);
  const theme = new MutationObserver(() => draw());
  for (const node of [document.documentElement, document.body])
    theme.observe(node, { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "class", "theme"] });
  draw();
  return () => {
    stop();
    clearTimeout(saving);
    watch.disconnect();
    theme.disconnect();
    heard.forEach(([event, listener]) => model.off(event, listener));
  };
}
export default { render };
