// Train: the runs and what is said of them. The work is done in workers; see live/worker.js.

import { button, h, number, save, select } from "../ui.js";
import { packed } from "../../live/safetensors.js";
import { panel } from "./controls.js";
import { COLOURS, charts, cursor, label, percent, reading, together } from "./curves.js";
import { portrait } from "./inside.js";
import { lines, network, shapes } from "./network.js";
import { starter } from "./workers.js";

const PASSES = 5;
const SEEDS = 5;
const MOST = 4; // pinned runs
const WAIT = 200; // ms without a change before the untrained network is shown
const FILE = "lenet.safetensors";
const OF_NETWORK = ["network", "activation", "pool", "norm", "init", "gain", "dropout"]; // settings; the others are of the recipe

function render({ model, el }) {
  const networks = model.get("networks");
  const presets = model.get("presets");
  const defaults = model.get("defaults");
  const full = (some) => ({ ...defaults, ...some });
  const put_in = () => (model.get("own")?.layers ? model.get("own") : null); // a network from Python
  let settings = full({ ...presets[model.get("preset")][2], ...model.get("settings") });
  let own = put_in();
  let runs = []; // { label, settings, arch, own, looks, colour, state, pinned, worker }, of seeds: { all, workers }
  let digit = 0;
  let at = null; // thousand digits where a reader points at the curves
  let dirty = true; // the settings are not those of the current run
  const strips = {}; // of pictures inside the network
  let [waiting, telling] = [null, false]; // a timer; whether Python hears it from here
  const begin = starter(model);
  const pinned = () => runs.filter((run) => run.pinned);
  const current = () => runs.find((run) => !run.pinned);
  const begun = (run) => run?.looks.some(({ seen }) => seen);

  const [task, status] = [h("p", { class: "task" }), h("p", { class: "status", role: "status", "aria-live": "polite" })];
  const preset = select("start from", Object.entries(presets).map(([name, [words]]) => [name, words]), model.get("preset"), (name) => {
    model.set("preset", name);
    settings = full(presets[name][2]);
    changed(true);
  });
  const choices = panel(settings, networks, defaults, (name, value) => {
    settings = { ...settings, [name]: value };
    changed(OF_NETWORK.includes(name));
  });
  const train = button("Train", () => (current()?.state === "running" ? stop(current()) : go()), { class: "main" });
  const actions = h("div", { class: "bar" }, preset.node, train, button("Start anew", reset), button("Pin this run", pin),
    button("5 seeds", seeds), button("Another digit", another));
  const home = h("div", { class: "bar" }, button("Download the weights", download), button("Copy the lines for PyTorch", copy));
  const [errors, losses] = [h("div", { class: "chart" }), h("div", { class: "chart" })];
  const plots = cursor([errors, losses], () => (current() ?? pinned().at(-1))?.looks.map((look) => look.seen / 1000) ?? [], (to) => {
    at = to;
    draw();
  });
  const inside = h("div", { class: "inside" });
  const code = h("pre", { class: "lines", tabindex: 0, "aria-label": "lines for PyTorch", hidden: true });
  const root = h("div", { class: "cnnlessons train-widget" },
    task, actions, h("div", { class: "abreast" }, choices.node, plots), status, inside, home, code);

  // After a change of settings; one of the network's puts the reader's own aside.
  function changed(network_too) {
    dirty = true;
    if (network_too) own = null;
    telling = true;
    if (!own) model.set("own", {});
    model.set("settings", settings);
    model.save_changes();
    telling = false;
    choices.put(settings);
    preset.box.value = model.get("preset");
    stop(current());
    if (begun(current())) say("The settings are new: Train starts anew with them. Pin the run first, to race the two.");
    else preview();
    draw();
  }

  // ------------------------------------------------------------ runs
  const make = (more) => ({ settings: { ...settings }, arch: own ?? network(settings, networks), own: Boolean(own), looks: [],
    state: "new", colour: COLOURS[pinned().length % COLOURS.length], ...more });

  // Puts a run beside the pinned ones, in place of the current one.
  function place(run) {
    drop(current());
    run.label = label(run, pinned()[0], defaults) + (run.all ? `, ${SEEDS} seeds` : "");
    runs = [...pinned(), run];
  }

  // The current run in a worker of its own: `passes` of 0 shows the network before training.
  function launch(passes) {
    const run = make({ state: passes ? "running" : "new" });
    place(run);
    dirty = false;
    begin(run, 0, passes, digit, (data) => heard(run, data)).then((worker) => {
      if (!runs.includes(run)) return worker.terminate();
      run.worker = worker;
      if (run.state === "paused") worker.postMessage({ task: "pause" }); // pressed before there was a worker
      if (run.state === "running" && !passes) worker.postMessage({ task: "go", passes: PASSES });
    });
  }
  function preview() {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (!begun(current()) && current()?.state !== "running") launch(0); }, WAIT);
  }

  function go() {
    clearTimeout(waiting);
    const run = current();
    if (run && !dirty && !run.all) {
      run.state = "running";
      run.worker?.postMessage({ task: "go", passes: PASSES });
    } else launch(PASSES);
    say("Training begins.");
    draw();
  }

  function heard(run, data) {
    if (data.kind === "look") {
      run.looks.push(data);
      tell(run);
      if (!run.pinned) {
        portraits(data.inside, run);
        model.set("curves", run.looks.map(({ seen, stepped, test, train: known }) => ({ seen, stepped, test, train: known })));
      }
    } else if (data.kind === "inside") portraits(data.inside, run);
    else if (data.kind === "done") {
      run.state = "paused";
      tell(run, " Train goes on for five passes more.");
      weights(() => {});
    } else if (data.kind === "error") {
      run.state = "stopped";
      dirty = true;
      say(data.diverged ? `After ${number(run.looks.at(-1)?.seen ?? 0)} digits ${data.message}.` : data.message, true);
    } else if (data.kind === "weights") run.took?.(data.weights);
    draw();
  }

  function tell(run, end = "") {
    const { seen, test, train: known, rate } = run.looks.at(-1);
    if (!seen) return say(`Before training ${percent(test.accuracy)} of 1,000 held-out digits are read. Press Train: nothing leaves this page.`);
    const there = run.looks[0].test.accuracy < 0.95 && run.looks.find((look) => look.test.accuracy >= 0.95);
    say(`After ${(seen / run.settings.images).toFixed(1)} passes: ${percent(test.accuracy)} of 1,000 held-out digits, ` +
      `${percent(known.accuracy)} of training digits. Training loss ${known.loss.toPrecision(3)}.` +
      (there ? ` 95 % were reached after ${number(there.seen)} digits, ${there.seconds.toFixed(1)} s of training.` : "") +
      (rate ? ` ${number(Math.round(rate / 100) * 100)} digits a second.` : "") + end);
  }

  function say(words, wrong = false) {
    status.textContent = words;
    status.classList.toggle("error", wrong);
  }
  function stop(run) {
    if (run?.state !== "running") return;
    run.worker?.postMessage({ task: "pause" });
    run.state = "paused";
    if (run.all) drop(run);
    else if (begun(run)) weights(() => {});
    draw();
  }
  const drop = (run) => [run?.worker, ...(run?.workers ?? [])].forEach((worker) => worker?.terminate());

  function reset() {
    runs.forEach(drop);
    runs = [];
    at = null;
    inside.replaceChildren();
    launch(0);
    draw();
  }
  function pin() {
    const run = current();
    if (!begun(run)) return say("Nothing to pin yet: press Train first.");
    stop(run);
    run.pinned = true;
    if (pinned().length > MOST) drop(runs.shift());
    dirty = true;
    say(`Pinned: ${run.label}. Change something and press Train; both run over the same digits.`);
    draw();
  }

  // Five runs that differ in their seed, as many at a time as there are cores: mean and range.
  function seeds() {
    clearTimeout(waiting);
    const run = make({ all: [], workers: [], state: "running" });
    place(run);
    dirty = true;
    let next = 0;
    const one = () => {
      if (next === SEEDS || !runs.includes(run)) return;
      const seed = next++;
      run.all[seed] = [];
      begin(run, seed, PASSES, digit, (data, worker) => {
        if (!runs.includes(run) || run.state !== "running") return worker.terminate();
        if (data.kind === "look") run.all[seed].push(data);
        if (data.kind === "look" && !run.pinned && seed === run.all.length - 1) portraits(data.inside, run);
        if (data.kind === "done" || data.kind === "error") {
          run.all[seed].ended = true;
          worker.terminate();
          one();
        }
        gather(run);
        draw();
      }).then((worker) => run.workers.push(worker));
    };
    const cores = Math.max(1, Math.min(SEEDS, (navigator.hardwareConcurrency ?? 2) - 1));
    for (let i = 0; i < cores; i++) one();
    say(`Five networks, ${cores} at a time: only the first weights and the order of the digits differ.`);
    draw();
  }

  // What the five have seen so far, in a sentence.
  function gather(run) {
    const ended = run.all.filter((looks) => looks.ended && looks.length);
    run.looks = together(ended.length ? ended : run.all);
    if (!ended.length) return;
    const rights = ended.map((looks) => looks.at(-1).test.accuracy);
    say(`${ended.length} of ${SEEDS} seeds done: ${rights.map(percent).join(", ")} of 1,000 held-out digits.`);
    if (ended.length === SEEDS) run.state = "paused";
  }

  function another() {
    digit = (digit + 1) % 1000;
    (current() ?? pinned().at(-1))?.worker?.postMessage({ task: "digit", digit });
  }

  // ------------------------------------------------------------ taking it home
  function weights(then) {
    const run = current() ?? pinned().at(-1);
    if (!run?.worker || !begun(run)) return say("There are no trained weights of one network yet: press Train first.");
    run.took = (found) => {
      const file = packed(found, shapes(run.arch, found), { network: run.own ? "own" : run.settings.network });
      model.set("weights", new DataView(file.buffer));
      model.save_changes();
      then(file);
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
    const run = current() ?? pinned().at(-1) ?? make();
    code.textContent = lines(run, defaults, FILE);
    code.hidden = false;
    navigator.clipboard?.writeText(code.textContent).then(() => say("Copied."), () => {}); // refused: they can be read
  }

  // ------------------------------------------------------------ drawing
  function draw() {
    const run = current();
    train.textContent = run?.state === "running" ? (run.all ? "Stop" : "Pause") : !dirty && begun(run) ? "Train on" : "Train";
    task.textContent = own ? `Your own network, ${own.title || own.id}: train it further, or watch what it has learnt.` : presets[model.get("preset")][1];
    const width = Math.max(260, Math.min(760, errors.clientWidth || 420));
    const [up, down] = charts(runs, run, width, at);
    errors.replaceChildren(up);
    losses.replaceChildren(down);
    const read = run ?? pinned().at(-1);
    const last = (read?.looks.at(-1)?.seen ?? 0) / 1000;
    for (const [name, value] of Object.entries({ valuemin: 0, valuemax: last, valuenow: Math.min(at ?? last, last), valuetext: reading(read, at) }))
      plots.setAttribute(`aria-${name}`, value);
  }

  function portraits(found, run) {
    const dark = getComputedStyle(root).colorScheme.includes("dark");
    const first = run.arch.layers.find(({ type }) => type === "Conv") ?? { name: "first", k: 1, maps: 0 };
    portrait(inside, strips, found, first, run.arch.layers.at(-1).type === "RBF", dark);
  }

  // ------------------------------------------------------------ from outside
  const outside = () => {
    if (telling) return;
    const sent = full(model.get("settings"));
    const before = own;
    own = put_in();
    if (own === before && Object.entries(sent).every(([name, value]) => settings[name] === value)) return;
    settings = sent;
    changed(false);
  };
  model.on("change:settings", outside);
  model.on("change:own", outside);
  const resized = new ResizeObserver(draw);
  el.append(root);
  choices.put(settings);
  if (root.clientWidth < 600) choices.node.open = false;
  launch(0);
  draw();
  resized.observe(root);
  return () => {
    clearTimeout(waiting);
    resized.disconnect();
    model.off("change:settings", outside);
    model.off("change:own", outside);
    runs.forEach(drop);
  };
}

export default { render };
