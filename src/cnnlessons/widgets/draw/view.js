// Draw a digit and see every map and the answer follow. `render` is what anywidget and host.js call.

import { load } from "../../live/engine.js";
import { bytes, h, inflate, number, paint, select, slider, toggle } from "../ui.js";
import { Answer } from "./answer.js";
import { DIGIT, FINE, centred, reduced } from "./ink.js";
import { Strip, ramp, rgb } from "./maps.js";
import { fed, field, margin, stages, tensors } from "./network.js";
import { Surface } from "./surface.js";

const SAVED_AFTER = 150; // ms without a change, then Python hears of it
const SPOKEN_AFTER = 500;

async function render({ model, el }) {
  const [stored, palette, facts, kinds] = ["stored", "palette", "facts", "kinds"].map((name) => model.get(name));
  const engine = await load(bytes(model.get("engine")));
  const examples = await inflate(bytes(model.get("examples")));
  const count = examples.length / (DIGIT * DIGIT + 1);
  const label = (i) => examples[count * DIGIT * DIGIT + i];
  const has = (part) => model.get("show").includes(part);

  let [net, rows, ends, strips, colours] = [null, [], null, [], {}];
  let answer = null;
  let chosen = null; // { strip, unit }
  let over = null; // the same, under the pointer
  let example = -1;
  let [before, cut] = [null, null]; // the digit as drawn, and where it was cut out
  let [frame, saving, speaking] = [0, 0, 0];
  let [ours, outputs, temperature] = [false, [], 1];

  const say = (text) => (status.textContent = text);
  const status = h("p", { class: "status", role: "status", "aria-live": "polite" });
  const readout = h("p", { class: "readout" });
  const tools = model.get("tools");
  const surface = new Surface(tools, changed, say, () => another(example + 1));
  const thumbs = ["as drawn", "as fed"].map((words) => {
    const canvas = h("canvas", { width: DIGIT, height: DIGIT, role: "img", "aria-label": words });
    return { canvas, node: h("div", {}, canvas, h("span", {}, words)) };
  });
  const centre = toggle("centre it, as in MNIST", model.get("centre"), (on) => set({ centre: on }));
  const networks = select("network", Object.entries(stored).map(([id, { title }]) => [id, title]), model.get("network"),
    (id) => set({ network: id }));
  const when = toggle("before the activation", false, (on) => {
    for (const strip of strips) {
      strip.after = !on;
      strip.title();
    }
    again();
  });
  const heat = slider("temperature", { min: -1, max: 2, step: 0.05, value: 0, show: (n) => (10 ** n).toFixed(2),
    set: (n) => {
      temperature = 10 ** n;
      again();
    } });
  const maps = h("div", { class: "maps", role: "group", "aria-label": "maps of every layer" });
  const side = h("div", { class: "side" });
  const about = h("p", { class: "about" });
  const step = h("div", { class: "step" },
    h("div", { class: "thumbs" }, thumbs[0].node, h("span", { "aria-hidden": "true" }, "→"), thumbs[1].node), centre.node);
  const own = !model.get("network");
  const followers = has("maps") ? "every map and the answer" : has("codes") && !has("answer") ? "F6’s drawing and the answer" : "the answer and all outputs";
  const root = h("div", { class: "cnnlessons drawn" },
    h("p", { class: "task" }, `Draw a digit with finger, mouse or arrow keys: ${followers} follow.`),
    h("div", { class: "columns" },
      h("div", { class: "left" }, surface.node, ...(has("step") ? [step] : [])),
      h("div", { class: "right" },
        h("div", { class: "bar" }, ...(own || !has("networks") ? [] : [networks.node]), ...(has("maps") ? [when.node] : [])),
        ...(has("maps") ? [maps] : []), ...(has("field") ? [readout] : []),
        ...(has("maps") ? [h("p", { class: "key" }, "Colour: above 0, grey: below 0; the stronger, the larger, on one scale for all drawings.")] : [])),
      side),
    status, about);

  // Takes a network: the stored one of that id, or the reader's own.
  function take() {
    const id = model.get("network");
    const arch = id ? stored[id].arch : model.get("own_arch");
    net = engine.network(arch, { batch: 1 });
    rows = net.rows.map((row) => ({ ...row, kind: kinds[row.type] }));
    net.set(tensors(bytes(id ? model.get(stored[id].trait) : model.get("own_weights"))));
    ends = stages(arch.layers, rows);
    const codes = arch.layers.at(-1).codes ?? null;
    strips = has("maps") ? ends.found.map(([i, act]) => new Strip(rows[i], act === undefined ? null : rows[act],
      palette[rows[i].kind], pick, look)) : [];
    for (const strip of strips) {
      strip.after = !when.box.checked;
      strip.title();
      strip.canvas.addEventListener("keydown", key);
    }
    maps.replaceChildren(...strips.map((strip) => strip.node));
    answer = new Answer(rows.at(-1).shape_out[0], codes, { pictures: has("codes"), table: has("answer") });
    surface.badge(answer.read);
    side.replaceChildren(answer.node, ...(model.get("temperature") && !codes ? [heat.node] : []));
    about.textContent = id ? facts[id] : "";
    networks.box.value = id;
    ranges();
    paints();
    fits();
    const strip = strips.find((one, i) => i && !one.vector && one.rows[0].kind === "conv") ?? strips[0];
    chosen = strip && has("field") ? { strip, unit: strongest(strip) } : null; // something to look at from the start
    over = null;
    show();
  }

  const feed = (digit) => fed(digit, net.arch.input, model.get("network") ? stored[model.get("network")].scale : model.get("own_scale"));

  // The largest number of each layer over all examples: so colours mean the same from one drawing to the next.
  function ranges() {
    const most = (values) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const all = new Float32Array(count * net.arch.input[1] * net.arch.input[2]);
    for (let i = 0; i < count; i++)
      all.set(feed(examples.subarray(i * DIGIT * DIGIT, (i + 1) * DIGIT * DIGIT)), (i * all.length) / count);
    net.forward(all);
    for (const strip of strips) strip.range = strip.rows.map((row) => most(net.maps(row.name))).slice(-2);
    for (const strip of strips) if (strip.range.length === 1) strip.range.push(strip.range[0]);
    answer.most = most(net.maps(rows[ends.answer].name));
  }

  function strongest(strip) {
    net.forward(feed(surfaceDigit()));
    const values = net.maps(strip.row.name);
    return values.indexOf(values.reduce((a, b) => Math.max(a, b), -Infinity));
  }

  const surfaceDigit = () => (model.get("centre") ? centred(surface.ink).digit : reduced(surface.ink));

  // The colours of the theme as it is now.
  function paints() {
    const css = getComputedStyle(root);
    const [paper, ink, quiet] = ["--field", "--ink", "--quiet"].map((name) => rgb(css.getPropertyValue(name).trim()));
    const dark = paper[0] < 128;
    const middle = paper.map((n, i) => Math.round((n + ink[i]) / 2));
    colours = { ink: ramp(paper, ink, paper), code: ramp(middle, ink, paper) };
    for (const [kind, colour] of Object.entries(palette))
      colours[kind] = ramp(paper, rgb(colour).map((n) => (dark ? Math.round(n + (255 - n) * 0.5) : n)), quiet);
    answer?.paint(colours.code);
  }

  function fits() {
    root.classList.toggle("narrow", root.clientWidth < 620);
    root.classList.toggle("wide", root.clientWidth >= 980);
    for (const strip of strips) strip.fit(Math.max(120, maps.clientWidth || 300));
  }

  // One picture of everything, at most once a frame.
  function again() {
    root.dataset.busy = ""; // until the model has heard of it
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      show();
    });
  }

  function show() {
    before = reduced(surface.ink);
    const made = model.get("centre") ? centred(surface.ink) : { digit: before, box: null };
    cut = made.box;
    net.forward(feed(made.digit));
    outputs = net.maps(rows[ends.answer].name);
    surface.paint(colours.ink);
    [before, made.digit].forEach((digit, i) => paint(thumbs[i].canvas, digit, DIGIT, DIGIT, (level) => colours.ink[255 + level]));
    for (const strip of strips) {
      strip.draw(net.maps(strip.row.name), colours[strip.rows[0].kind]);
      strip.outline(chosen?.strip === strip ? chosen.unit : -1);
    }
    const drawn = answer.f6 ? net.maps(rows[ends.answer - 1].name) : null;
    answer.show(outputs, temperature, drawn, colours.code);
    told();
    save(made.digit);
  }

  // The unit that is looked at: its field on the drawing and its number.
  function told() {
    const { strip, unit } = over ?? chosen ?? {};
    if (!strip || !has("field")) return surface.outline(null);
    const index = rows.findIndex(({ name }) => name === strip.row.name);
    const place = strip.row.shape_out.length === 3 ? strip.place(unit) : [unit];
    const seen = field(net.arch.layers, rows, index, place);
    const [top, left] = margin(net.arch.input);
    const edge = ([lo, hi], pad, axis) => [lo - pad, hi + 1 - pad].map((n) => (cut
      ? [cut.top, cut.left][axis] + ((n - [cut.y0, cut.x0][axis]) * [cut.height, cut.width][axis]) / [cut.h, cut.w][axis] : n * FINE));
    const [[y0, y1], [x0, x1]] = [edge(seen[0], top, 0), edge(seen[1], left, 1)];
    surface.outline({ left: x0, top: y0, right: x1, bottom: y1 });
    const inside = seen.map(([lo, hi], axis) => [Math.max(0, lo), Math.min(net.arch.input[axis + 1] - 1, hi)]);
    const [down, across] = inside.map(([lo, hi]) => (lo === hi ? number(lo + 1) : `${lo + 1}–${hi + 1}`));
    readout.textContent = `${strip.word(unit)}: ${strip.values[unit].toFixed(4).replace("-", "−")}. It sees rows ${down}, columns ${across} of the ${net.arch.input[1]}×${net.arch.input[2]} input.`;
  }

  function pick(strip, unit) {
    chosen = { strip, unit };
    for (const one of strips) one.outline(one === strip ? unit : -1);
    told();
    say(readout.textContent);
  }

  function look(strip, unit) {
    over = unit < 0 ? null : { strip, unit };
    told();
  }

  function key(event) {
    if (!chosen) return;
    const { strip, unit } = chosen;
    const turn = { PageUp: -1, PageDown: 1 }[event.key];
    if (event.key.startsWith("Arrow")) pick(strip, strip.step(unit, event.key));
    else if (turn) {
      const next = strips[strips.indexOf(strip) + turn];
      if (next) {
        pick(next, 0);
        next.canvas.focus();
      }
    } else if (event.key === "Enter") pick(strip, unit);
    else return;
    over = null;
    event.preventDefault();
  }

  // The ink is another.
  function changed(done) {
    again();
    clearTimeout(speaking);
    if (done) speaking = setTimeout(() => say(answer.sentence(outputs, temperature)), SPOKEN_AFTER);
  }

  function save(digit) {
    clearTimeout(saving);
    saving = setTimeout(() => {
      const [drawing, fed] = [surface.ink, digit].map((levels) => new DataView(levels.slice().buffer));
      set({ drawing, fed, outputs: Array.from(outputs) }, true);
      delete root.dataset.busy;
    }, SAVED_AFTER);
  }

  // Tells the model; what changes the view comes back from it as a change.
  function set(values, quiet = false) {
    ours = quiet;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
    ours = false;
  }

  function another(i) {
    example = i % count;
    surface.keep();
    surface.load(examples.subarray(example * DIGIT * DIGIT, (example + 1) * DIGIT * DIGIT));
    changed(true);
  }

  const wanted = () => Array.from({ length: count }, (_, i) => i).find((i) => label(i) === (model.get("digit") ?? 3));

  function begin() {
    const given = model.get("drawing");
    if (given?.byteLength) return surface.load(bytes(given));
    example = wanted();
    surface.load(examples.subarray(example * DIGIT * DIGIT, (example + 1) * DIGIT * DIGIT));
  }

  const watched = {
    network: take,
    digit: () => another(wanted()),
    centre: () => {
      centre.box.checked = model.get("centre");
      changed(true);
    },
    drawing: () => {
      const given = bytes(model.get("drawing"));
      if (given.length && given.every((level, i) => level === surface.ink[i])) return; // of another view of this model, or an echo
      begin();
      changed(true);
    },
  };
  const heard = Object.entries(watched).map(([name, act]) => [`change:${name}`, () => ours || act()]);
  heard.forEach(([event, act]) => model.on(event, act));
  const themes = new MutationObserver(() => {
    paints();
    again();
  });
  for (const node of [document.documentElement, document.body]) themes.observe(node, { attributes: true, attributeFilter: ["data-theme", "class", "theme", "data-jp-theme-light"] });
  let width = 0;
  const resized = new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    fits();
    again();
  });
  el.append(root);
  begin();
  take();
  surface.aim();
  say(answer.sentence(outputs, temperature));
  resized.observe(root);
  return () => {
    cancelAnimationFrame(frame);
    [saving, speaking].forEach(clearTimeout);
    [themes, resized].forEach((one) => one.disconnect());
    heard.forEach(([event, act]) => model.off(event, act));
  };
}

export default { render };
