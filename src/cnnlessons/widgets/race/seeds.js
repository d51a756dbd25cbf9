// How many seeds an effect takes: three sliders, a plane with a handle, and a hundred experiments as dots.

import { h, number, svg } from "../ui.js";
import { clamp, follow, line, plain, scale, text, ticks } from "./chart.js";
import { mean } from "./compare.js";
import { keep_drawn, numbers } from "./settings.js";
import { detectable, dice, normal, power, t_edge } from "./stats.js";

const PLAYED = 100;
const HEIGHT = 280;

// The differences that `PLAYED` experiments report, and which of them a t test sees; the same every time.
export function play(effect, spread, seeds) {
  const roll = dice(1);
  const edge = t_edge(0.025, 2 * seeds - 2);
  const group = (middle) => Array.from({ length: seeds }, () => middle + spread * roll());
  const squares = (runs, m) => runs.reduce((all, v) => all + (v - m) ** 2, 0);
  return Array.from({ length: PLAYED }, () => {
    const [a, b] = [group(effect), group(0)];
    const [m, n] = [mean(a), mean(b)];
    const error = Math.sqrt((squares(a, m) + squares(b, n)) / (2 * seeds - 2) * (2 / seeds));
    return { found: m - n, seen: Math.abs(m - n) > edge * error };
  });
}

// The least number of seeds of each network with which the effect is seen in 80 of 100 cases; none up to `most`: null.
export function needed(effect, spread, most = 10000) {
  let [low, high] = [1, 2];
  while (detectable(spread, high) > effect) {
    low = high;
    high *= 2;
    if (low > most) return null;
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (detectable(spread, middle) > effect) low = middle;
    else high = middle;
  }
  return high;
}

export function render_seeds({ model, el }) {
  const { limits, studies } = model.get("facts");
  let width = 640;
  const points = (v) => `${plain(v)} points`;
  const settings = numbers(model, limits, () => refresh());
  const size = { show: points, turn: (v) => Number(v.toPrecision(2)), step: (v) => (v >= 1 ? 0.1 : 0.01) };
  const bars = [settings.bar("effect", "true effect", size), settings.bar("spread", "spread of the runs", size),
    settings.bar("seeds", "seeds of each network", { show: number, turn: Math.round, step: () => 1 })];
  const plane = h("div", { class: "chart" });
  const games = h("div", { class: "dots" });
  const status = h("p", { class: "status", role: "status", "aria-live": "polite" });
  const facts = h("ul", { class: "reading" });
  const study = h("p", { class: "head" }, studies.length ? "Rings are studies of this book, each at the effect it would have seen: point at one." : "");
  el.append(h("div", { class: "cnnlessons race-widget" },
    h("p", { class: "question" }, h("strong", {}, "How many seeds does an effect take?"),
      h("small", {}, "Move the three sliders, or drag the dot: above the line an effect is seen in 80 of 100 experiments or more.")),
    h("div", { class: "bar sliders" }, ...bars),
    status, plane, h("p", { class: "head" }, `${PLAYED} such experiments, a dot each: filled ones were called "seen"`), games, facts, study));

  const board = svg("svg", { height: HEIGHT, role: "group", "aria-label": "true effect by number of seeds" });
  const id = `plane${Math.random().toString(36).slice(2)}`; // of the clipping shape
  let back = [];
  follow(board, (px, py) => settings.set({ seeds: Math.round(back[0](px)), effect: Number(back[1](py).toPrecision(2)) }));
  plane.append(board);

  function draw_plane() {
    const { effect, spread, seeds } = settings.now();
    const [left, right, top, bottom] = [48, width - 14, 26, HEIGHT - 36];
    const x = scale(...limits.seeds, left, right, true);
    const y = scale(...limits.effect, bottom, top, true);
    const path = [];
    for (let n = 2; n <= limits.seeds[1]; n = Math.ceil(n * 1.12)) path.push([x(n), y(detectable(spread, n))]);
    path.push([right, y(detectable(spread, limits.seeds[1]))]);
    const curve = path.map(([a, b], i) => `${i ? "L" : "M"}${a.toFixed(1)} ${b.toFixed(1)}`).join("");
    const [cx, cy] = [x(seeds), y(effect)];
    const marks = studies.map((one) => {
      const least = detectable(one.spread, one.seeds);
      const words = `${one.name}: ${one.seeds} seeds of each, runs spread by ${one.spread.toFixed(2)} points; an effect of ${least.toFixed(2)} points would have been seen.`;
      const tell = () => (study.textContent = words);
      return svg("g", { class: "study", tabindex: 0, role: "img", "aria-label": words, onfocus: tell, onpointerenter: tell, onclick: tell },
        svg("circle", { cx: x(one.seeds), cy: y(clamp(least, ...limits.effect)), r: 14, class: "touch" }),
        svg("circle", { cx: x(one.seeds), cy: y(clamp(least, ...limits.effect)), r: 5, class: "ring" }), svg("title", {}, words));
    });
    back = [x.back, y.back];
    const had = board.contains(document.activeElement) && document.activeElement.getAttribute("role") === "slider";
    board.setAttribute("width", width);
    board.replaceChildren(
      svg("clipPath", { id }, svg("rect", { x: left, y: top, width: right - left, height: bottom - top })),
      svg("path", { d: `${curve}L${right} ${top}L${left} ${top}Z`, class: "seen-area", "clip-path": `url(#${id})` }),
      ...ticks(...limits.effect, 4, true).flatMap((v) => [line(left, y(v), right, y(v), "grid"), text(left - 6, y(v) + 4, plain(v), { "text-anchor": "end" })]),
      ...[2, 5, 10, 20, 50, 100, 200].map((n) => text(x(n), bottom + 17, String(n), { "text-anchor": "middle" })),
      text((left + right) / 2, HEIGHT - 4, "seeds of each network", { "text-anchor": "middle" }), text(2, 14, "true effect, points", { class: "name" }),
      svg("path", { d: curve, class: "eighty", "clip-path": `url(#${id})` }),
      text(right - 6, top + 18, "mostly seen", { "text-anchor": "end", class: "name" }), text(left + 8, bottom - 10, "mostly missed", { class: "name" }), ...marks,
      svg("g", { class: "grip", role: "slider", tabindex: 0, "aria-label": "seeds and effect", "aria-valuemin": 2, "aria-valuemax": limits.seeds[1],
        "aria-valuenow": seeds, "aria-valuetext": `${seeds} seeds, effect ${plain(effect)} points`, onkeydown: keys },
        svg("circle", { cx, cy, r: 22, class: "touch" }), svg("circle", { cx, cy, r: 9, class: "knob" })));
    if (had) board.querySelector("[role=slider]").focus({ preventScroll: true });
  }

  function keys(event) {
    const { effect, seeds } = settings.now();
    const step = effect >= 1 ? 0.1 : 0.01;
    const to = { ArrowLeft: { seeds: seeds - 1 }, ArrowRight: { seeds: seeds + 1 }, ArrowUp: { effect: effect + step }, ArrowDown: { effect: effect - step } }[event.key];
    if (!to) return;
    event.preventDefault();
    const [[name, value]] = Object.entries(to);
    settings.set({ [name]: Number(value.toFixed(2)) });
  }

  function draw_games(played) {
    const { effect } = settings.now();
    const height = 110;
    const far = Math.max(effect * 1.2, ...played.map(({ found }) => Math.abs(found))) * 1.06;
    const x = scale(-far, far, 12, width - 12);
    const stacks = new Map();
    const column = ({ found }) => Math.round(x(found) / 9) * 9;
    const counts = played.map((one) => played.filter((other) => column(other) === column(one)).length);
    const step = Math.min(8, (height - 46) / Math.max(...counts));
    const dots = [...played].sort((a, b) => a.found - b.found).map(({ found, seen }) => {
      const place = column({ found });
      const level = stacks.get(place) ?? 0;
      stacks.set(place, level + 1);
      return svg("circle", { cx: place, cy: height - 38 - step * level, r: 3.8, class: seen ? "game seen" : "game" }, svg("title", {}, `${found.toFixed(2)} points`));
    });
    return svg("svg", { width, height, role: "img", "aria-label": "differences that the experiments report" },
      line(x(0), 4, x(0), height - 30, "zero"), line(x(effect), 4, x(effect), height - 30, "truth"), ...dots,
      text(clamp(x(effect) + 4, 0, width - 74), 12, "true effect"),
      ...ticks(-far, far, 6).map((v) => text(x(v), height - 16, plain(v).replace("-", "−"), { "text-anchor": "middle" })),
      text(width / 2, height - 2, "reported difference, points", { "text-anchor": "middle" }));
  }

  function refresh(room = width) {
    width = room;
    const { effect, spread, seeds } = settings.now();
    settings.put();
    const chance = power(effect / (spread * Math.sqrt(2 / seeds)), 2 * seeds - 2);
    const enough = needed(effect, spread);
    const played = play(effect, spread, seeds);
    const hits = played.filter(({ seen }) => seen);
    const exaggerated = hits.length ? `; those report ${mean(hits.map(({ found }) => found)).toFixed(2)} points on average` : "";
    status.textContent = `With ${seeds} seeds of each, an effect of ${points(effect)} is seen in ${(100 * chance).toFixed(0)} of 100 experiments.`
      + (enough === null ? " No number of seeds up to 10,000 would do." : ` For 80 it takes ${number(enough)} seeds of each.`);
    facts.replaceChildren(
      h("li", {}, `Seen in 80 of 100 with these seeds: an effect of ${detectable(spread, seeds).toFixed(2)} points.`),
      h("li", {}, `One run of each: the worse network is ahead in ${(100 * normal(-effect / (spread * Math.SQRT2))).toFixed(0)} of 100 pairs.`),
      h("li", {}, `Of the ${PLAYED} played here, ${hits.length} were seen${exaggerated}.`));
    draw_plane();
    games.replaceChildren(draw_games(played));
  }
  return keep_drawn(model, ["settings"], plane, refresh, settings.ours);
}
