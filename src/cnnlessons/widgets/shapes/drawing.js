// The shape explorer's drawing: every stack of maps as a box.

import { sum, times } from "../arithmetic.js";
import { svg } from "../ui.js";

export const SAME = new Set(["activation", "dropout", "norm"]); // kinds that leave the maps as they are

// Every stack of maps as a box: its side to scale, its thickness growing with the logarithm of the maps.
export function draw(width, input, rows, failed, palette, selected) {
  const boxes = [{ name: "input", kind: "input", shape: input }];
  rows.forEach((row, index) => {
    if (!SAME.has(row.kind) && row.type !== "Softmax")
      boxes.push({ name: row.name, kind: row.kind, shape: row.shape_out, index });
  });
  const largest = Math.max(...boxes.flatMap((box) => box.shape.slice(1)), 1);
  const measure = (scale) => {
    const side = Math.max(0.5, Math.sqrt(scale)); // where room is short, thickness goes first
    for (const box of boxes) {
      const [tall, wide] = box.shape.length === 3 ? box.shape.slice(1) : [1, 1];
      box.h = Math.max(3, (tall / largest) * 120 * side);
      box.dx = Math.max(1.5, (wide / largest) * 42 * side);
      box.t = (3 + 3.2 * Math.log2(box.shape[0])) * scale;
    }
  };
  const total = (least) => sum(boxes.map((box) => Math.max(least, box.t + box.dx + 5))) + (failed ? 72 : 0) + 12;
  measure(1);
  const upright = total(62) <= width; // room for labels under the boxes; otherwise they run down
  const least = upright ? 62 : 13;
  let scale = 1;
  while (total(least) > width && scale > 0.15) measure((scale *= 0.93));

  const top = Math.max(...boxes.map((box) => box.h / 2 + box.dx * 0.7)) + 6;
  const foot = Math.max(...boxes.map((box) => box.h / 2)) + top + 8;
  const parts = [];
  let x = 6;
  const label = (middle, name, shape, extra) => {
    if (upright) {
      parts.push(svg("text", { x: middle, y: foot + 10, "text-anchor": "middle", class: `name ${extra}` }, name));
      parts.push(svg("text", { x: middle, y: foot + 24, "text-anchor": "middle", class: extra }, shape));
      return;
    }
    parts.push(svg("text", { transform: `translate(${middle - 4} ${foot}) rotate(90)` }, svg("tspan", { class: `name ${extra}` }, name), svg("tspan", { dx: 5 }, shape)));
  };
  for (const box of boxes) {
    const column = Math.max(least, box.t + box.dx + 5);
    const [left, up, dy] = [x + (column - box.t - box.dx) / 2, top - box.h / 2, box.dx * 0.7];
    const [right, down] = [left + box.t, up + box.h];
    const face = (points, shade) =>
      svg("polygon", { points: points.map((p) => p.join(",")).join(" "), fill: palette[box.kind], class: shade });
    parts.push(svg("g", { class: box.index === selected ? "box chosen" : "box" },
      face([[left, up], [left + box.dx, up - dy], [right + box.dx, up - dy], [right, up]], "lid"),
      face([[right, up], [right + box.dx, up - dy], [right + box.dx, down - dy], [right, down]], "map"),
      face([[left, up], [right, up], [right, down], [left, down]], "side")));
    label(x + column / 2, box.name, times(box.shape), box.index === selected ? "chosen" : "");
    x += column;
  }
  if (failed) {
    parts.push(svg("rect", { x: x + 22, y: top - 14, width: 28, height: 28, class: "failed" }));
    parts.push(svg("path", { d: `M${x + 29} ${top - 7}l14 14m0 -14l-14 14`, class: "failed" }));
    label(x + 36, failed, "does not fit", "wrong");
    x += 66;
  }
  const letters = Math.max(`${failed ?? ""} does not fit`.length, ...boxes.map((box) => `${box.name} ${times(box.shape)}`.length));
  const height = foot + (upright ? 30 : 6.9 * letters + 6);
  const said = boxes.map((box) => `${box.name} ${times(box.shape)}`).join(", ") + (failed ? `; ${failed} does not fit` : "");
  return svg("svg", { role: "img", "aria-label": `The maps, their sides to scale: ${said}.`, width: Math.ceil(x + 6),
    height: Math.ceil(height), viewBox: `0 0 ${Math.ceil(x + 6)} ${Math.ceil(height)}` }, ...parts);
}
