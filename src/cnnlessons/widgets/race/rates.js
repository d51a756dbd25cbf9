// How sure an error rate is: two rates measured on images, their intervals, and their difference.

import { button, h, number, svg } from "../ui.js";
import { line, plain, scale, text, ticks } from "./chart.js";
import { keep_drawn, numbers } from "./settings.js";
import { normal } from "./stats.js";

const HEIGHT = 130;
const half_width = (rate, n) => 1.96 * Math.sqrt((rate * (100 - rate)) / n); // points

export function render_rates({ model, el }) {
  const { limits, examples } = model.get("facts");
  const percent = (v) => `${plain(v)} %`;
  const settings = numbers(model, limits, () => refresh());
  const rate = { show: percent, turn: (v) => Number(v.toPrecision(3)), step: (v) => (v < 2 ? 0.01 : 0.1) };
  const tested = { show: number, turn: (v) => Number(v.toPrecision(2)), step: (v) => 10 ** Math.floor(Math.log10(v)) };
  const bars = [settings.bar("first", "error of the first", rate), settings.bar("second", "error of the second", rate),
    settings.bar("images", "images of each test", tested)];
  const chart = h("div", { class: "dots" });
  const status = h("p", { class: "status", role: "status", "aria-live": "polite" });
  const reading = h("ul", { class: "reading" });
  const buttons = examples.map(([name, first, second, images]) => button(name, () => settings.set({ first, second, images })));
  el.append(h("div", { class: "cnnlessons race-widget" },
    h("p", { class: "question" }, h("strong", {}, "How sure is an error rate?"),
      h("small", {}, "Move the two rates and the number of images: when do the networks come apart?")),
    h("div", { class: "bar sliders" }, ...bars),
    ...(buttons.length ? [h("div", { class: "bar", role: "group", "aria-label": "examples" }, ...buttons)] : []),
    chart, status, reading));

  let width = 640;
  function refresh(room = width) {
    width = room;
    const { first, second, images } = settings.now();
    settings.put();
    const [a, b] = [first, second].map((rate) => half_width(rate, images));
    const [gap, half] = [first - second, Math.hypot(a, b)];
    const chance = 2 * normal((-Math.abs(gap) / half) * 1.96);
    const seen = Math.abs(gap) > half;
    const low = Math.min(first - a, second - b);
    const high = Math.max(first + a, second + b);
    const margin = (high - low) * 0.15;
    const x = scale(low - margin, high + margin, 14, width - 14);
    const row = (y, name, rate, wide, look) => [text(4, y - 12, name, { class: "name" }),
      svg("line", { x1: x(rate - wide), x2: x(rate + wide), y1: y, y2: y, class: `interval ${look}` }),
      svg("circle", { cx: x(rate), cy: y, r: 6, class: `dot ${look}` }, svg("title", {}, percent(rate)))];
    chart.replaceChildren(svg("svg", { width, height: HEIGHT, role: "img", "aria-label": "two error rates with their 95 % intervals" },
      ...ticks(low - margin, high + margin, width < 500 ? 4 : 7).flatMap((v) => [line(x(v), 4, x(v), HEIGHT - 34, "grid"), text(x(v), HEIGHT - 20, plain(v), { "text-anchor": "middle" })]),
      ...row(30, `first: ${percent(first)}`, first, a, "v1"), ...row(78, `second: ${percent(second)}`, second, b, "v2"),
      text(width / 2, HEIGHT - 4, "error, %", { "text-anchor": "middle" })));
    const odds = chance < 0.001 ? "fewer than 1 of 1,000" : `${(100 * chance).toFixed(chance < 0.1 ? 1 : 0)} of 100`;
    status.textContent = seen ? `They differ: equal networks would lie so far apart in ${odds} such draws of images.`
      : `They cannot be told apart: equal networks would lie as far apart in ${odds} such draws of images.`;
    const share = (rate, wide) => `${percent(rate)} ± ${wide.toFixed(2)} points, ${((100 * wide) / rate).toFixed(0)} % of itself`;
    reading.replaceChildren(h("li", {}, `First: ${share(first, a)}.`), h("li", {}, `Second: ${share(second, b)}.`),
      h("li", {}, `Difference: ${gap.toFixed(2).replace("-", "−")} ± ${half.toFixed(2)} points, if each was tested on ${number(images)} images of its own.`));
  }

  return keep_drawn(model, ["settings"], chart, refresh, settings.ours);
}
