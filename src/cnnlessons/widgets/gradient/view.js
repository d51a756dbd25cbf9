// Gradient: sliders, and two plots that follow them. The engine runs in the page itself: 16 digits take a few milliseconds.

import { load } from "../../live/engine.js";
import { scaled } from "../../live/training.js";
import { plot } from "../plot.js";
import { button, bytes, h, raised, select, slider, toggle } from "../ui.js";
import { FUNCTIONS, measure, network } from "./networks.js";

const WORDS = { stack: "convolutions in a row", "vgg-A": "small VGG A, 11 layers", "vgg-B": "small VGG B, 13 layers",
  "vgg-D": "small VGG D, 16 layers", sigmoid: "sigmoid", tanh: "tanh", "scaled tanh": "1.7159 tanh(2a/3)", relu: "ReLU", none: "none",
  glorot: "Glorot's", he: "He's", torch: "PyTorch's", "normal-0.01": "N(0, 0.01²)", "simonyan2014-scaled": "the paper's, scaled",
  unit: "0 to 1", raw: "0 to 255", centred: "−128 to 127", lecun1998: "−0.1 to 1.175" };
const N = 16;

// A number in words: 0.24, or 6·10⁻⁷.
function words(n) {
  if (n === 0) return "0";
  if (n >= 0.01 && n < 1000) return String(Number(n.toPrecision(2)));
  const e = Math.floor(Math.log10(n));
  return `${(n / 10 ** e).toFixed(0)}·10${raised(e)}`;
}

async function render({ model, el }) {
  const defaults = model.get("defaults");
  let settings = { ...defaults, ...model.get("settings") };
  let pinned = null;
  let chosen = 0; // the layer whose units are shown
  let wanted = false;
  let net = null;
  let arch = null;
  let found = [];
  let first = null; // weights before the gain, so that the slider only stretches them
  const engine = await load(bytes(model.get("engine")));
  const few = bytes(model.get("digits"));
  const [images, labels] = [few.slice(0, N * 784), few.slice(N * 784)];

  const round = (n) => Number(n.toPrecision(2));
  const pick = (name, text, values) => {
    const one = select(text, values.map((v) => [v, WORDS[v]]), settings[name], (v) => set(name, v));
    return { node: one.node, put: () => (one.box.value = settings[name]) };
  };
  const parts = {
    network: pick("network", "network", ["stack", "vgg-A", "vgg-B", "vgg-D"]),
    activation: pick("activation", "activation", ["sigmoid", "tanh", "scaled tanh", "relu", "none"]),
    init: pick("init", "first weights", ["glorot", "he", "torch", "normal-0.01", "simonyan2014-scaled"]),
    pixels: pick("pixels", "pixels", ["unit", "raw", "centred", "lecun1998"]),
  };
  const gain = slider("weights ×", { min: -1, max: 1, step: 0.05, value: Math.log10(settings.gain),
    set: (v) => set("gain", round(10 ** v)), show: (v) => String(round(10 ** v)) });
  const depth = slider("layers", { min: 2, max: 20, step: 1, value: settings.depth, set: (v) => set("depth", v), show: String });
  const norm = toggle("batch norm", settings.norm, (on) => set("norm", on));
  const layer = slider("units of layer", { min: 1, max: 10, step: 1, value: 1, set: (v) => show(v - 1), show: (v) => found[v - 1]?.name ?? "" });
  parts.gain = { put: () => gain.put(Math.log10(settings.gain)) };
  parts.depth = { put() {
    depth.put(settings.depth);
    depth.node.hidden = settings.network !== "stack"; // a VGG has its own depth
  } };
  parts.norm = { put: () => (norm.box.checked = settings.norm) };
  const status = h("p", { class: "status", role: "status", "aria-live": "polite" });
  const up = h("div", { class: "chart" });
  const down = h("div", { class: "chart" });
  const units = h("div", { class: "chart" });
  const root = h("div", { class: "cnnlessons gradient-widget" },
    h("p", { class: "task" }, "Drag “weights ×” until the signal neither fades nor grows. Does the gradient then reach the first layer?"),
    h("div", { class: "bar" }, ...["network", "activation", "init", "pixels"].map((name) => parts[name].node), gain.node, depth.node, norm.node,
      button("Pin these curves", pin), button("Unpin", () => { pinned = null; draw(); })),
    h("div", { class: "abreast" }, up, down), status,
    h("div", { class: "abreast lower" }, units, h("div", {}, layer.node)));

  function make() {
    if (settings.init === "simonyan2014-scaled" && settings.network === "stack") settings = { ...settings, init: "normal-0.01" };
    arch = network(settings);
    net = engine.network(arch, { batch: N, seed: 1 });
    first = net.get();
    chosen = Math.min(chosen, arch.layers.filter(({ type }) => type === "Conv").length - 1);
  }

  function set(name, value) {
    settings = { ...settings, [name]: value };
    model.set("settings", settings);
    if (name !== "gain" && name !== "pixels") net = null;
    if (!wanted) requestAnimationFrame(work);
    wanted = true;
  }

  // Computes and draws, once a frame however many moves there were.
  function work() {
    wanted = false;
    if (!net) make();
    for (const one of Object.values(parts)) one.put();
    net.set(Object.fromEntries(Object.entries(first).map(([name, w]) =>
      [name, name.endsWith(".weight") && !name.startsWith("bn") ? w.map((v) => v * settings.gain) : w])));
    found = measure(net, arch, scaled(images, settings.pixels, arch.input), labels);
    model.set("layers", found);
    model.save_changes();
    layer.box.max = found.length;
    layer.put(chosen + 1);
    draw();
  }

  function pin() {
    pinned = { found, label: `pinned: ${WORDS[settings.activation]}, ${WORDS[settings.init]}${settings.gain === 1 ? "" : ` × ${settings.gain}`}` };
    draw();
  }

  function draw() {
    const width = Math.max(260, Math.min(560, up.clientWidth || 400));
    const curve = (list, read) => list.map((one, i) => [i + 1, read(one)]).filter(([, v]) => v > 0);
    const x = { label: "layer", min: 1, max: Math.max(found.length, pinned?.found.length ?? 0) };
    const series = (read, label) => [
      ...(pinned ? [{ label: pinned.label, colour: "var(--quiet)", points: curve(pinned.found, read) }] : []),
      { label, colour: "var(--c1)", points: curve(found, read) }];
    const text = (list, read) => list.map((one) => `${one.name} ${words(read(one))}`).join(", ");
    up.replaceChildren(plot({ series: series((one) => one.signal, "signal"), x, width, height: 230, marks: [{ y: 1 }],
      y: { label: "signal: spread of a layer's outputs", log: true, ...range(found.concat(pinned?.found ?? []), ["signal"], 1) },
      said: `Signal: ${text(found, (one) => one.signal)}` }));
    down.replaceChildren(plot({ series: [...series((one) => one.gradient, "of the outputs"),
      { label: "of the weights ÷ weights", colour: "var(--c2)", dash: "6 3", points: curve(found, (one) => one.pull) }], x, width, height: 230,
      y: { label: "gradient, root mean square", log: true, ...range(found.concat(pinned?.found ?? []), ["gradient", "pull"]) },
      said: `Gradient: ${text(found, (one) => one.gradient)}` }));
    const [bottom, top] = [found[0].gradient, found.at(-1).gradient];
    const each = (bottom / top) ** (1 / (found.length - 1));
    status.textContent = bottom === 0 ? "No gradient reaches the first layer: it is smaller than a float can hold."
      : `Of the gradient at the top ${words(bottom / top)} arrives at the first layer: each layer passes on ${words(each)}. ` +
        `Of the signal of the first layer ${words(found.at(-1).signal / found[0].signal)} arrives at the top.`;
    show(chosen, false);
  }

  function range(list, names, also) {
    const values = list.flatMap((one) => names.map((name) => one[name])).filter((v) => v > 0).concat(also ?? []);
    return { min: Math.min(...values) / 1.5, max: Math.max(...values) * 1.5 };
  }

  // The units of a layer before their activation, and the slope each of them uses.
  function show(index, moved = true) {
    chosen = Math.min(index, found.length - 1);
    const { name } = found[chosen];
    const at = arch.layers.findIndex((one) => one.name === name);
    const after = arch.layers[at + 1]?.type === "BatchNorm" ? arch.layers[at + 1].name : name;
    const values = net.maps(after);
    const isLast = chosen === found.length - 1;
    const [f, slope] = FUNCTIONS[isLast ? "none" : settings.activation];
    const sorted = Float32Array.from(values).sort();
    const edge = Math.max(1e-30, ...[sorted[Math.floor(0.002 * sorted.length)], sorted[Math.floor(0.998 * sorted.length)]].map(Math.abs));
    const bins = new Array(41).fill(0);
    for (const v of values) bins[Math.max(0, Math.min(40, Math.round(20 + (20 * v) / edge)))]++;
    const most = Math.max(...bins);
    const points = bins.map((n, i) => [((i - 20) / 20) * edge, n / most]);
    const line = (g) => Array.from({ length: 81 }, (_, i) => ((i - 40) / 40) * edge).map((a) => [a, g(a)]);
    const flat = values.reduce((n, a) => n + (slope(a) < 0.01), 0) / values.length;
    const curve = line(f);
    const tall = Math.max(...curve.map(([, v]) => Math.abs(v)), 1e-30);
    units.replaceChildren(plot({ width: Math.max(260, Math.min(560, units.clientWidth || 400)), height: 200,
      series: [{ label: "units", colour: "var(--c3)", points, band: points.map(([a, b]) => [a, 0, b]) },
        ...(isLast ? [] : [{ label: "activation", colour: "var(--c4)", thin: true, points: curve.map(([a, v]) => [a, v / tall]) },
          { label: "slope", colour: "var(--c5)", dash: "3 3", points: line(slope) }])],
      x: { label: `${name}, before its activation`, min: -edge, max: edge }, y: { label: "share, scaled", min: !isLast && curve[0][1] < 0 ? -1.1 : 0, max: 1.1 },
      said: `Units of ${name}: ${(100 * flat).toFixed(0)} % where the slope is below 0.01` }));
    if (moved) status.textContent = `${name}: ${(100 * flat).toFixed(0)} % of its units lie where the slope is below 0.01.`;
    layer.put(chosen + 1);
  }

  const outside = () => {
    const sent = { ...defaults, ...model.get("settings") };
    if (Object.entries(sent).every(([name, value]) => settings[name] === value)) return;
    settings = sent;
    net = null;
    work();
  };
  model.on("change:settings", outside);
  el.append(root);
  work();
  const resized = new ResizeObserver(() => draw());
  resized.observe(root);
  return () => {
    resized.disconnect();
    model.off("change:settings", outside);
  };
}

export default { render };
