// Train: the controls, the runs and their curves. The work is done in workers; see live/worker.js.

import { bytes, button, h, inflate, number, save, select, slider } from "../ui.js";
import { packed, unpacked } from "../../live/safetensors.js";
import { COLOURS, WORDS, charts, label, percent, together } from "./curves.js";
import { portrait } from "./inside.js";
import { lines, network, recipe, shapes, split } from "./network.js";

const PASSES = 5;
const FILE = "lenet.safetensors";

function render({ model, el }) {
  const networks = model.get("networks");
  const presets = model.get("presets");
  const defaults = model.get("defaults");
  const full = (some) => ({ ...defaults, ...some });
  let settings = full({ ...presets[model.get("preset")][2], ...model.get("settings") });
  let own = model.get("own")?.layers ? model.get("own") : null; // a network put in from Python
  let runs = []; // { label, settings, looks, colour, worker, state, seeds }
  let digit = 0;
  let digits = null;
  let dirty = true; // the settings are not those of the last run
  const pinned = () => runs.filter((run) => run.pinned);
  const current = () => runs.find((run) => !run.pinned);

  const status = h("p", { class: "status", role: "status", "aria-live": "polite" });
  const task = h("p", { class: "task" });
  const boxes = {};
  const choose = (name, text, values) => {
    const box = select(text, values.map((v) => [String(v), WORDS[v] ?? number(v)]), String(settings[name]),
      (v) => set(name, typeof defaults[name] === "number" ? Number(v) : v));
    boxes[name] = () => (box.box.value = String(settings[name]));
    return box.node;
  };
  const slide = (name, text, min, max, step, of, back, show) => {
    const one = slider(text, { min, max, step, value: back(settings[name]), set: (v) => set(name, of(v)), show: (v) => show(of(v)) });
    boxes[name] = () => one.put(back(settings[name]));
    return one.node;
  };
  const round = (n) => Number(n.toPrecision(2));
  const log = [(v) => round(10 ** v), (n) => Math.log10(Math.max(n, 1e-9))];
  const preset = select("start from", Object.entries(presets).map(([name, [words]]) => [name, words]), model.get("preset"), (name) => {
    model.set("preset", name);
    settings = full(presets[name][2]);
    changed();
  });
  const controls = h("fieldset", { class: "controls" }, h("legend", {}, "network and recipe"),
    choose("network", "network", Object.keys(networks)),
    choose("activation", "activation", ["as it is", "relu", "tanh", "scaled tanh", "sigmoid"]),
    choose("pool", "pooling", ["as it is", "max", "mean", "trainable", "overlapping"]),
    choose("norm", "normalisation", ["none", "batch norm", "lrn"]),
    choose("init", "first weights", ["torch", "he", "glorot", "lecun1998", "normal-0.01"]),
    choose("pixels", "pixels", ["unit", "raw", "lecun1998", "centred"]),
    slide("lr", "step size", -4, 0.5, 0.05, ...log, (n) => String(n)),
    slide("momentum", "momentum", 0, 0.99, 0.01, Number, Number, (n) => n.toFixed(2)),
    slide("gain", "weights ×", -1, 1, 0.05, ...log, (n) => String(n)),
    slide("dropout", "dropout", 0, 0.9, 0.05, Number, Number, (n) => n.toFixed(2)),
    choose("batch", "batch", [16, 64, 256]),
    choose("images", "training digits", [250, 500, 1000, 2000, 4000]));
  const more = h("details", { class: "more" }, h("summary", {}, "Network and recipe"), controls);
  more.open = true;

  const train = button("Train", () => (current()?.state === "running" ? stop(current()) : go()), { class: "main" });
  const actions = h("div", { class: "bar" }, preset.node, train, button("Start anew", reset), button("Pin this run", pin),
    button("5 seeds", seeds), button("Another digit", another));
  const home = h("div", { class: "bar" }, button("Download the weights", download), button("Copy the lines for PyTorch", copy));
  const accuracy = h("div", { class: "chart" });
  const losses = h("div", { class: "chart" });
  const inside = h("div", { class: "inside" });
  const root = h("div", { class: "cnnlessons train-widget" },
    task, actions, h("div", { class: "row" }, more, h("div", { class: "charts" }, accuracy, losses)), status, inside, home);

  function set(name, value) {
    settings = { ...settings, [name]: value };
    changed();
  }

  function changed() {
    dirty = Boolean(current()?.looks.length);
    own = null;
    for (const put of Object.values(boxes)) put();
    preset.box.value = model.get("preset");
    model.set("settings", settings);
    model.set("own", {});
    model.save_changes();
    stop(current());
    say(dirty ? "The settings are new: Train starts anew with them. Pin the run first, to race the two." : "");
    draw();
  }

  const arch = () => own ?? network(settings, networks);

  async function begin(run, seed, tell) {
    digits ??= split(await inflate(bytes(model.get("digits"))));
    const url = URL.createObjectURL(new Blob([model.get("worker")], { type: "text/javascript" }));
    const worker = new Worker(url);
    URL.revokeObjectURL(url);
    worker.onmessage = ({ data }) => tell(data, worker);
    worker.onerror = (event) => tell({ kind: "error", message: event.message || "the worker could not start" }, worker);
    const start = bytes(model.get("start") ?? new DataView(new ArrayBuffer(0)));
    worker.postMessage({ task: "start", wasm: bytes(model.get("engine")).slice(), digits, digit, passes: PASSES,
      run: { arch: run.arch, recipe: recipe(run.settings), images: run.settings.images, seed, gain: run.settings.gain,
        weights: own && start.length ? unpacked(start) : null } });
    return worker;
  }

  function go() {
    const run = current();
    if (run && !dirty && run.worker) {
      run.worker.postMessage({ task: "go", passes: PASSES });
      run.state = "running";
      return draw();
    }
    let made;
    try {
      made = { settings: { ...settings }, arch: arch(), looks: [], state: "running", colour: COLOURS[pinned().length % 5] };
    } catch (error) {
      return say(error.message, true);
    }
    drop(run);
    made.label = label(made, pinned()[0], defaults);
    runs = [...pinned(), made];
    dirty = false;
    say("Training begins.");
    begin(made, 0, (data) => heard(made, data)).then((worker) => (runs.includes(made) ? (made.worker = worker) : worker.terminate()));
    draw();
  }

  function heard(run, data) {
    if (data.kind === "look") {
      run.looks.push(data);
      run.rate = data.rate || run.rate;
      tell(run);
      if (!run.pinned) portraits(data.inside, run);
      if (!run.pinned) model.set("curves", run.looks.map(({ seen, stepped, test, train: known }) => ({ seen, stepped, test, train: known })));
    } else if (data.kind === "inside") portraits(data.inside, run);
    else if (data.kind === "done") {
      run.state = "paused";
      model.save_changes();
      tell(run, " Train goes on for five passes more.");
    } else if (data.kind === "error") {
      run.state = "stopped";
      say(data.diverged ? `After ${number(run.looks.at(-1)?.seen ?? 0)} digits ${data.message}.` : data.message, true);
    } else if (data.kind === "weights") run.took?.(data.weights);
    draw();
  }

  function tell(run, end = "") {
    const { seen, test, train: known } = run.looks.at(-1);
    if (!seen) return;
    say(`After ${(seen / run.settings.images).toFixed(1)} passes: ${percent(test.accuracy)} of 1,000 held-out digits, ` +
      `${percent(known.accuracy)} of training digits. Training loss ${known.loss.toPrecision(3)}.` +
      (run.rate ? ` ${number(Math.round(run.rate / 100) * 100)} digits a second.` : "") + end);
  }

  const say = (words, wrong = false) => {
    status.textContent = words || "Press Train: nothing leaves this page.";
    status.classList.toggle("error", wrong);
  };
  const stop = (run) => {
    if (run?.state === "running") {
      run.worker?.postMessage({ task: "pause" });
      run.state = "paused";
      draw();
    }
  };
  const drop = (run) => [run?.worker, ...(run?.workers ?? [])].forEach((worker) => worker?.terminate());

  function reset() {
    runs.forEach(drop);
    runs = [];
    dirty = true;
    inside.replaceChildren();
    say("");
    draw();
  }
  function pin() {
    const run = current();
    if (!run?.looks.length) return say("Nothing to pin yet: press Train first.");
    stop(run);
    run.pinned = true;
    if (pinned().length > 4) drop(runs.shift());
    dirty = true;
    say(`Pinned: ${run.label}. Change something and press Train; both run over the same digits.`);
    draw();
  }

  // Five runs that differ in their seed, as many at a time as there are cores: mean and range.
  function seeds() {
    drop(current());
    const run = { settings: { ...settings }, arch: arch(), looks: [], all: [], state: "running", workers: [], colour: COLOURS[pinned().length % 5] };
    run.label = `${label(run, pinned()[0], defaults)}, 5 seeds`;
    runs = [...pinned(), run];
    dirty = true;
    let next = 0;
    const one = () => {
      if (next === 5 || !runs.includes(run)) return;
      const seed = next++;
      run.all[seed] = [];
      begin(run, seed, (data, worker) => {
        if (!runs.includes(run)) return worker.terminate();
        if (data.kind === "look") run.all[seed].push(data);
        if (data.kind === "done" || data.kind === "error") {
          worker.terminate();
          one();
        }
        gather(run);
        draw();
      }).then((worker) => run.workers.push(worker));
    };
    const cores = Math.max(1, Math.min(5, (navigator.hardwareConcurrency ?? 2) - 1));
    for (let i = 0; i < cores; i++) one();
    say(`Five networks, ${cores} at a time: only the first weights and the order of the digits differ.`);
    draw();
  }

  // What the five have seen so far, in a sentence.
  function gather(run) {
    run.looks = together(run.all);
    const ends = run.all.map((looks) => looks.at(-1)).filter((look) => look?.seen >= PASSES * run.settings.images);
    if (ends.length) {
      const rights = ends.map((look) => look.test.accuracy);
      say(`${ends.length} of 5 seeds done: ${rights.map(percent).join(", ")} of 1,000 held-out digits.`);
      if (ends.length === 5) run.state = "paused";
    }
  }

  function another() {
    digit = (digit + 1) % 1000;
    current()?.worker?.postMessage({ task: "digit", digit });
  }

  function weights(then) {
    const run = current() ?? pinned().at(-1);
    if (!run?.worker || !run.looks.length) return say("There are no trained weights yet: press Train first.");
    run.took = (found) => {
      const file = packed(found, shapes(run.arch, found), { network: run.settings.network });
      model.set("weights", new DataView(file.buffer));
      model.save_changes();
      then(file, run);
    };
    run.worker.postMessage({ task: "weights" });
  }
  function download() {
    weights((file) => {
      save(file, FILE);
      say(`The file ${FILE} has the weights; the lines for PyTorch load it.`);
    });
  }
  function copy() {
    code.textContent = lines((current() ?? pinned().at(-1))?.settings ?? settings, defaults, FILE);
    code.hidden = false;
    navigator.clipboard?.writeText(code.textContent).then(() => say("Copied."), () => {}); // refused: they can be read
  }
  const code = h("pre", { class: "lines", tabindex: 0, "aria-label": "lines for PyTorch" });
  code.hidden = true;
  root.append(code);

  function draw() {
    const run = current();
    train.textContent = run?.state === "running" ? "Pause" : run && !dirty && run.looks.length ? "Train on" : "Train";
    task.textContent = presets[model.get("preset")][1];
    const width = Math.max(260, Math.min(760, accuracy.clientWidth || 420));
    const [rights, falls] = charts(runs, run, width);
    accuracy.replaceChildren(rights);
    losses.replaceChildren(falls);
  }

  function portraits(found, run) {
    const dark = getComputedStyle(root).colorScheme.includes("dark");
    const first = run.arch.layers.find(({ type }) => type === "Conv") ?? { name: "first", k: 1, maps: 0 };
    inside.replaceChildren(...portrait(found, first, run.arch.layers.at(-1).type === "RBF", dark).filter(Boolean));
  }

  const outside = () => {
    const sent = full(model.get("settings"));
    own = model.get("own")?.layers ? model.get("own") : null;
    if (Object.entries(sent).every(([name, value]) => settings[name] === value)) return;
    settings = sent;
    for (const put of Object.values(boxes)) put();
    preset.box.value = model.get("preset");
    dirty = true;
    draw();
  };
  model.on("change:settings", outside);
  const resized = new ResizeObserver(draw);
  el.append(root);
  if (root.clientWidth < 600) more.open = false;
  say("");
  draw();
  resized.observe(root);
  return () => {
    resized.disconnect();
    model.off("change:settings", outside);
    runs.forEach(drop);
  };
}

export default { render };
