// The race: a bet, the curves, a handle that stops them, and what may be concluded. The other modes have their own file.

import { button, h, select, svg } from "../ui.js";
import { clamp, follow, later, line, plain, pointer_in, scale, text, ticks } from "./chart.js";
import { keep_drawn } from "./settings.js";
import { by_seed, convergence, curves, last_epochs, lower_is_better, mean, size, table } from "./compare.js";
import { strip } from "./strip.js";
import { render_seeds } from "./seeds.js";
import { render_rates } from "./rates.js";

const DASHES = ["", "7 3", "9 3 2 3", "2 3", "8 2 2 2 2 2", "12 4", "4 2", "1 3 6 3"];
const HEIGHT = 300;
const SECONDS = 2.5; // of a race

function render_race({ model, el }) {
  const facts = model.get("facts");
  const all = facts.variants;
  const saved = later(() => model.save_changes());
  const put = (name, value) => {
    ours = true;
    model.set(name, value);
    ours = false;
    saved();
  };
  let ours = false;
  let picked = ""; // the bet before Play
  let shown = model.get("ask") && !model.get("guess") ? 1 : facts.epochs; // epochs that are drawn
  let open = shown > 1; // whether the curves may be seen
  let running = 0;
  let width = 640;

  const racing = () => all.filter((one) => model.get("racing").includes(one.name));
  const end = () => model.get("stop") || facts.epochs;
  const percent = (measure) => measure.includes("accuracy");
  const say = (measure, v) => (percent(measure) ? `${(100 * v).toFixed(2)} %` : plain(v));

  const bet = h("div", { class: "bet" });
  const chart = h("div", { class: "chart" });
  const switches = h("fieldset", { class: "variants" }, h("legend", {}, "who runs"));
  const choices = h("div", { class: "bar" });
  const result = h("p", { class: "status", role: "status", "aria-live": "polite" });
  const reading = h("ul", { class: "reading" });
  const dots = h("div", { class: "dots" });
  const verdicts = h("ul", { class: "verdicts" });
  const after = h("div", { class: "after" }, reading, h("p", { class: "head" }), dots, verdicts);
  const root = h("div", { class: "cnnlessons race-widget" },
    h("p", { class: "question" }, h("strong", {}, facts.question), h("small", {}, facts.note)),
    switches, bet, choices, chart, result, after);

  const boxes = all.map((one, i) => {
    const box = h("input", { type: "checkbox", onchange: () => {
      const names = all.map(({ name }) => name).filter((name) => name === one.name ? box.checked : model.get("racing").includes(name));
      put("racing", names);
      if (!names.includes(picked)) picked = "";
      refresh();
    } });
    switches.append(h("label", { class: "switch" }, box, svg("svg", { width: 30, height: 12, "aria-hidden": "true" },
      svg("path", { d: "M1 6H29", class: `line v${i % 8}`, "stroke-dasharray": DASHES[i % 8] })), one.name));
    return box;
  });
  const measure = select("curve", Object.entries(facts.measures), model.get("measure"), (name) => {
    put("measure", name);
    refresh();
  });
  const against = select("compared with", all.map(({ name }) => [name, name]), model.get("against"), (name) => {
    put("against", name);
    refresh();
  });
  const again = button("Play again", () => play());
  const whole = button("To the end", () => stop_at(facts.epochs, true));

  function lay_out() {
    boxes.forEach((box, i) => (box.checked = model.get("racing").includes(all[i].name)));
    measure.box.value = model.get("measure");
    against.box.value = model.get("against");
    const parts = [Object.keys(facts.measures).length > 1 && measure.node, open && all.length > 2 && against.node,
      open && again, open && whole].filter(Boolean);
    choices.replaceChildren(...parts);
    choices.hidden = !parts.length;
    bet.hidden = open;
    after.hidden = !open || running > 0;
    result.hidden = !open;
    if (open) return;
    const go = button("Play", () => play(), { class: "main", "aria-disabled": String(!picked) });
    bet.replaceChildren(h("p", {}, `Who ends ahead? Choose one, then press Play. (${lower_is_better(model.get("measure")) ? "Lower" : "Higher"} is ahead.)`),
      h("div", { class: "bar", role: "group", "aria-label": "your bet" },
        ...racing().map((one) => button(one.name, () => {
          picked = one.name;
          lay_out();
          [...bet.querySelectorAll("button")].find((node) => node.textContent === one.name)?.focus();
        }, { "aria-pressed": String(picked === one.name) })), go,
        button("Show it without a bet", () => reveal(""), { class: "quiet" })));
  }

  function reveal(name) {
    open = true;
    shown = facts.epochs;
    if (name) put("guess", name);
    refresh();
  }

  function play() {
    cancelAnimationFrame(running);
    if (picked && !open) put("guess", picked);
    open = true;
    put("stop", 0);
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return reveal("");
    const start = performance.now();
    const frame = (now) => {
      shown = Math.min(facts.epochs, 1 + ((now - start) / 1000 / SECONDS) * (facts.epochs - 1));
      running = shown < facts.epochs ? requestAnimationFrame(frame) : 0;
      if (running) draw();
      else refresh();
    };
    running = requestAnimationFrame(frame);
    lay_out();
    result.textContent = "The runs are under way.";
    if (!root.contains(document.activeElement)) again.focus({ preventScroll: true });
  }

  function stop_at(epoch, tell) {
    const to = clamp(Math.round(epoch), facts.least, facts.epochs);
    if (to === end() && !tell) return;
    put("stop", to === facts.epochs ? 0 : to);
    refresh();
  }

  const board = svg("svg", { role: "group", onclick: (event) => open && !running && stop_at(back(pointer_in(board, event)[0])) });
  const id = `race${Math.random().toString(36).slice(2)}`; // of the clipping shapes, for there may be two races on a page
  let back = (pixel) => pixel;
  follow(board, (px) => stop_at(back(px)));
  chart.append(board);

  function draw() {
    const name = model.get("measure");
    const list = racing();
    const log = !percent(name) && list.every((one) => curves(one, name).flat().every((v) => v > 0));
    const unit = percent(name) ? 100 : 1;
    const values = list.flatMap((one) => curves(one, name).flat()).map((v) => unit * v);
    let [least, most] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
    const tenth = [...values].sort((p, q) => p - q)[Math.floor(values.length / 10)];
    if (percent(name) && tenth - least > 0.6 * (most - least)) least = tenth; // else a long race would lie on its ceiling
    const room = (most - least || 1) * 0.04;
    const [left, right, top, bottom] = [46, width - 14, 44, HEIGHT - 36];
    const x = scale(1, facts.epochs, left + 8, right, false);
    const y = log ? scale(least / 1.05, most * 1.05, bottom, top, true) : scale(least - room, most + room, bottom, top);
    const reach = open ? shown : 1;
    const cut = open && !running ? Math.min(reach, end()) : reach;
    const drawing = () => list.flatMap((one) => {
      const look = all.indexOf(one) % 8;
      const runs = curves(one, name);
      const path = (run) => run.map((v, t) => `${t ? "L" : "M"}${x(t + 1).toFixed(1)} ${y(unit * v).toFixed(1)}`).join("");
      const longest = Math.max(0, ...runs.map((run) => run.length));
      const learned = runs.filter((_, i) => !one.stuck[i].endsWith("1")); // a stuck run would pull the mean to where no run is
      const middle = Array.from({ length: longest }, (_, t) => (learned.length ? learned : runs).filter((run) => run.length > t))
        .filter((some) => some.length).map((some, t) => mean(some.map((run) => run[t])));
      return [...runs.map((run) => svg("path", { d: path(run), class: `line run v${look}` })),
        svg("path", { d: path(middle), class: `line mean v${look}`, "stroke-dasharray": DASHES[look] })];
    });
    const clip = (part, from, to) => svg("clipPath", { id: `${id}${part}` }, svg("rect", { x: from, y: 0, width: Math.max(0, to - from), height: bottom }));
    const edge = x(cut);
    const every = Math.max(1, ticks(1, facts.epochs, width < 500 ? 5 : 10)[1] - ticks(1, facts.epochs, width < 500 ? 5 : 10)[0]);
    const epochs = Array.from({ length: facts.epochs }, (_, i) => i + 1).filter((n) => n === 1 || n % every === 0);
    const starts = () => list.map((one) => svg("circle", { cx: x(1), cy: Math.min(bottom, y(unit * mean(curves(one, name).map((run) => run[0])))), r: 5, class: `dot v${all.indexOf(one) % 8}` }));
    back = x.back;
    const had = board.contains(document.activeElement);
    board.setAttribute("width", width);
    board.setAttribute("height", HEIGHT);
    board.setAttribute("aria-label", `${facts.measures[name]} of ${list.length} variants by epoch`);
    board.replaceChildren(
      svg("defs", {}, clip("a", 0, edge + 0.5), clip("b", edge, running ? edge : width)),
      ...ticks(y.back(bottom), y.back(top), 4, log).flatMap((v) => [line(left, y(v), right, y(v), "grid"),
        text(left - 6, y(v) + 4, plain(v), { "text-anchor": "end" })]),
      ...epochs.map((n) => text(x(n), bottom + 17, String(n), { "text-anchor": "middle" })),
      text((left + right) / 2, HEIGHT - 4, "epoch", { "text-anchor": "middle" }),
      text(2, 14, facts.measures[name], { class: "name" }),
      ...(open ? [svg("g", { "clip-path": `url(#${id}b)`, class: "faint" }, ...drawing()), svg("g", { "clip-path": `url(#${id}a)` }, ...drawing())]
        : [...starts(), text((left + right) / 2, (top + bottom) / 2, "the start: place your bet", { "text-anchor": "middle", class: "name" })]));
    if (open && !running) board.append(...handle(x(end()), top, bottom));
    if (had) board.querySelector("[role=slider]")?.focus({ preventScroll: true });
  }

  // The handle that stops all runs: drag it, or use the arrow keys.
  function handle(at, top, bottom) {
    const words = end() === facts.epochs ? "stop here" : `stopped after epoch ${end()}`;
    const anchor = at > width - 90 ? "end" : at < 90 ? "start" : "middle";
    const grip = svg("g", { class: "grip", role: "slider", tabindex: 0, "aria-label": "stop all runs after epoch",
      "aria-valuemin": facts.least, "aria-valuemax": facts.epochs, "aria-valuenow": end(), onkeydown: keys },
      line(at, top, at, bottom, "cut"),
      svg("rect", { x: at - 22, y: top - 22, width: 44, height: bottom - top + 22, class: "touch" }),
      svg("path", { d: `M${at - 9} ${top - 15}h18v8l-9 9l-9 -9z`, class: "knob" }));
    return [text(anchor === "end" ? width - 8 : anchor === "start" ? Math.max(at - 10, 2) : at, top - 20, words, { "text-anchor": anchor, class: "name" }), grip];
  }

  function keys(event) {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5 }[event.key];
    const to = { Home: facts.least, End: facts.epochs }[event.key] ?? (step && end() + step);
    if (to === undefined) return;
    event.preventDefault();
    stop_at(to);
  }

  function conclude() {
    const name = model.get("measure");
    const list = racing();
    const other = list.find((one) => one.name === model.get("against")) ?? list.at(-1);
    const stop = end();
    const ends = list.map((one) => [one, [...by_seed(one, name, stop).values()]]).filter(([, runs]) => runs.length);
    const sorted = ends.map(([one, runs]) => [mean(runs), one.name]).sort(([a], [b]) => (lower_is_better(name) ? a - b : b - a));
    reading.replaceChildren(...list.map((one) => {
      const runs = [...by_seed(one, name, stop).values()];
      const last = last_epochs(one, stop);
      const moving = convergence(one, name, stop);
      const when = last > 1 ? `mean of the last ${last} epochs` : stop < facts.epochs && !one.constant ? "its step size not yet lowered to the end" : "at the end";
      const words = runs.length ? `${say(name, mean(runs))} (${when})` : "no run learned";
      return h("li", {}, h("span", { class: `chip v${all.indexOf(one) % 8}` }), h("b", {}, one.name), ` ${words}`,
        moving ? h("em", {}, `, ${moving}`) : "");
    }));
    if (list.length < 2) {
      result.textContent = "One alone is no race: let another run beside it.";
      dots.replaceChildren();
      verdicts.replaceChildren();
      after.querySelector(".head").textContent = "";
      return;
    }
    const rows = table(list, other, name, stop);
    const head = stop === facts.epochs ? "" : `Stopped after epoch ${stop} one would conclude: `;
    const bet_on = model.get("guess");
    const settled = rows.length === 1 && ["better", "worse"].includes(rows[0].verdict);
    const ahead = sorted.length ? `${sorted[0][1]} is ahead on average` : "no run learned";
    const luck = rows.length === 1 && !settled ? ", but that may be luck" : "";
    const yours = stop === facts.epochs && bet_on ? ` You bet on ${bet_on}.` : "";
    result.textContent = `${head}${ahead}${luck}.${yours}`;
    after.querySelector(".head").textContent = `Difference to ${other.name}: a dot for each seed, the mean with its 95 % interval`;
    dots.replaceChildren(strip(rows, width));
    verdicts.replaceChildren(...rows.map((row) =>
      h("li", {}, `${row.a} against ${row.b}, ${row.measure.replace(/_/g, " ")}: `, h("b", {}, row.verdict), row.said.slice(row.verdict.length))));
  }

  function refresh(room = width) {
    width = room;
    lay_out();
    draw();
    if (open && !running) conclude();
  }

  el.append(root);
  const done = keep_drawn(model, ["racing", "against", "measure", "stop", "guess"], chart, refresh, () => ours);
  return () => {
    cancelAnimationFrame(running);
    done();
  };
}

function render(context) {
  return { race: render_race, seeds: render_seeds, rates: render_rates }[context.model.get("mode")](context);
}

export default { render };
