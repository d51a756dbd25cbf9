// The differences of several comparisons: a dot for each seed, mean and interval, and what could not have been seen.

import { svg } from "../ui.js";
import { line, plain, scale, text, ticks } from "./chart.js";
import { amount } from "./compare.js";

const ROW = 46;

export function strip(rows, width) {
  const known = rows.filter((row) => !Number.isNaN(row.mean));
  const unit = rows[0].points ? 100 : 1;
  const ratio = rows.every((row) => row.ratio);
  const place = (v) => (ratio ? Math.exp(v) : unit * v);
  const values = [0, ...known.flatMap((row) => [row.low, row.high, ...row.differences])];
  const band = known.filter((row) => row.verdict === "no effect seen").flatMap((row) => [row.detectable, -row.detectable]);
  const [low, high] = [Math.min(...values, ...band), Math.max(...values, ...band)];
  const room = (high - low || 1) * 0.06;
  const x = scale(low - room, high + room, 16, width - 16);
  const height = ROW * rows.length + 40;
  const marks = ticks(place(low - room), place(high + room), width < 500 ? 4 : 7, ratio);
  const at = (v) => x(ratio ? Math.log(v) : v / unit);
  const picture = svg("svg", { width, height, role: "img", "aria-label": "differences by seed; the sentences below say the same" },
    ...marks.flatMap((v) => [line(at(v), 4, at(v), height - 34, "grid"),
      text(at(v), height - 20, ratio ? plain(v) : plain(v).replace("-", "−"), { "text-anchor": "middle" })]),
    text(width / 2, height - 4, ratio ? "times that of the other" : rows[0].points ? "difference, points" : "difference", { "text-anchor": "middle" }));
  rows.forEach((row, i) => {
    const y = ROW * i + 30;
    if (row.verdict === "no effect seen")
      picture.append(svg("rect", { x: x(-row.detectable), width: x(row.detectable) - x(-row.detectable), y: y - 8, height: 16, class: "unseen-effect" },
        svg("title", {}, "smaller than what would have been seen in 80 of 100 cases")));
    picture.append(text(4, y - 16, `${row.a}: ${row.verdict}`, { class: "name" }));
    if (Number.isNaN(row.mean)) return;
    picture.append(...row.differences.map((d) => svg("circle", { cx: x(d), cy: y, r: 4.5, class: "seed" }, svg("title", {}, amount(row, d)))),
      line(x(row.low), y + 9, x(row.high), y + 9, "interval"),
      svg("circle", { cx: x(row.mean), cy: y + 9, r: 4.5, class: "middle" }, svg("title", {}, amount(row, row.mean))));
  });
  picture.append(line(x(0), 4, x(0), height - 34, "zero"));
  return picture;
}
