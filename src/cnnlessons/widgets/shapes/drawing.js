// The drawing: every stack of maps as a box that can be pressed, rows and columns that a layer drops hatched.

import { sum, times } from "../arithmetic.js";
import { svg } from "../ui.js";
import { left } from "./words.js";

export const SAME = new Set(["activation", "dropout", "norm"]); // kinds that leave the maps as they are

// Every stack of maps as a box: its side to scale, its thickness growing with the logarithm of the maps. `pick` is
// called with the index of a pressed box, -1 for the input; `hatch` is the id of this drawing's pattern.
export function draw(width, input, layers, rows, failed, palette, selected, pick, hatch) {
  const boxes = [{ name: "input", kind: "input", shape: input, index: -1, lost: [0, 0] }];
  rows.forEach((row, index) => {
    const lost = left(layers[index], row);
    if (Math.max(...lost)) boxes.at(-1).lost = lost.map((n, axis) => n / row.shape_in[axis + 1]);
    if (!SAME.has(row.kind) && row.type !== "Softmax")
      boxes.push({ name: row.name, kind: row.kind, shape: row.shape_out, index, lost: [0, 0] });
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
  const parts = [svg("defs", {}, svg("pattern", { id: hatch, width: 4, height: 4, patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)" }, svg("rect", { width: 2, height: 4, class: "stripe" })))];
  const reachable = boxes.some(({ index }) => index === selected) && selected >= 0 ? selected : -1; // by Tab; others by arrows
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
    const [near, up, dy] = [x + (column - box.t - box.dx) / 2, top - box.h / 2, box.dx * 0.7];
    const [right, down] = [near + box.t, up + box.h];
    const face = (points, shade) =>
      svg("polygon", { points: points.map((p) => p.join(",")).join(" "), fill: palette[box.kind], class: shade });
    const chosen = selected >= 0 && box.index === selected;
    // a place on the face of a map: u to the right, v down, both 0 … 1
    const at = (u, v) => [right + u * box.dx, up + v * (down - up) - u * dy];
    const [rows_lost, columns_lost] = box.lost;
    const strips = [rows_lost && [at(0, 1 - rows_lost), at(1, 1 - rows_lost), at(1, 1), at(0, 1)],
      columns_lost && [at(1 - columns_lost, 0), at(1, 0), at(1, 1), at(1 - columns_lost, 1)]].filter(Boolean);
    const press = () => pick(box.index);
    const open = box.index < 0 ? "change the input" : "change this layer";
    parts.push(svg("g", { class: chosen ? "box chosen" : "box", role: "button", tabindex: box.index === reachable ? 0 : -1,
      "data-key": `box-${box.index}`, "aria-label": `${box.name} ${times(box.shape)}: ${open}`, onclick: press, onkeydown: (event) => {
        if (["Enter", " "].includes(event.key)) {
          event.preventDefault();
          press();
        }
        const other = { ArrowLeft: "previousElementSibling", ArrowRight: "nextElementSibling" }[event.key];
        if (!other) return;
        event.preventDefault();
        let node = event.currentTarget[other];
        while (node && node.getAttribute("role") !== "button") node = node[other];
        node?.focus();
      } },
      svg("rect", { x, y: 0, width: column, height: foot + (upright ? 28 : 0), class: "area" }),
      face([[near, up], [near + box.dx, up - dy], [right + box.dx, up - dy], [right, up]], "lid"),
      face([[right, up], [right + box.dx, up - dy], [right + box.dx, down - dy], [right, down]], "map"),
      ...strips.map((points) => svg("polygon", { points: points.map((p) => p.join(",")).join(" "), class: "lost", fill: `url(#${hatch})` })),
      face([[near, up], [right, up], [right, down], [near, down]], "side")));
    label(x + column / 2, box.name, times(box.shape), chosen ? "chosen" : "");
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
  return svg("svg", { role: "group", "aria-label": `The maps, their sides to scale: ${said}.`, width: Math.ceil(x + 6),
    height: Math.ceil(height), viewBox: `0 0 ${Math.ceil(x + 6)} ${Math.ceil(height)}` }, ...parts);
}

// The drawing as an SVG file of its own: what the page's style says is written into it.
export function standalone(picture) {
  const copy = picture.cloneNode(true);
  const names = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "font", "font-weight"];
  const [from, to] = [picture, copy].map((one) => [...one.querySelectorAll("polygon, rect, path, text, tspan")]);
  from.forEach((node, i) => {
    const style = getComputedStyle(node);
    to[i].setAttribute("style", names.map((name) => `${name}: ${style.getPropertyValue(name)}`).join("; "));
  });
  copy.querySelectorAll("g").forEach((node) => ["role", "tabindex", "data-key", "aria-label"].forEach((name) => node.removeAttribute(name)));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("role", "img");
  return copy.outerHTML;
}
