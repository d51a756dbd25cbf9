// What one unit of a layer sees: its window on the layer's input, and its receptive field on a picture.

import { pair, rule, times } from "../arithmetic.js";
import { h, svg } from "../ui.js";
import { left } from "./words.js";

// The first and last cell that unit `i` of a layer reads along an axis of its input; outside of it is padding.
function reads(layer, row, axis, first, last) {
  const n = row.shape_in.length === 3 ? row.shape_in[axis + 1] : 1;
  if (row.shape_out.length === 1) return [0, n - 1]; // a vector: everything
  if (layer.type === "AdaptiveAvgPool") {
    const m = pair(layer.n)[axis];
    return [Math.floor((first * n) / m), Math.ceil(((last + 1) * n) / m) - 1];
  }
  const [k, s] = rule(layer).window(layer, row.shape_in).map((sides) => sides[axis]);
  const p = layer.type === "WithinMapLRN" ? (layer.n - 1) / 2 : "k" in layer && "p" in layer ? pair(layer.p)[axis] : 0;
  return [first * s - p, last * s - p + k - 1];
}

// The same without padding: the first and last cell that is there.
function there(layer, row, axis, ends) {
  let [first, last] = reads(layer, row, axis, ...ends);
  const n = row.shape_in.length === 3 ? row.shape_in[axis + 1] : 1;
  const step = "d" in layer ? pair(layer.d)[axis] : 1;
  while (first < 0) first += step;
  while (last >= n) last -= step;
  return [first, last];
}

// The first and last pixel that unit `i` of layer `index` sees along an axis of the input; with `padded` also those
// that are not there.
export function sees(layers, rows, index, axis, i, padded = false) {
  let ends = [i, i];
  for (let at = index; at >= 0; at--)
    ends = padded ? reads(layers[at], rows[at], axis, ...ends) : there(layers[at], rows[at], axis, ends);
  return ends;
}

const sidesOf = (row) => (row.shape_out.length === 3 ? row.shape_out.slice(1) : [1, 1]);
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const range = ([first, last]) => (first === last ? String(first + 1) : `${first + 1}–${last + 1}`);

// Grey bytes (28×28) as the address of a picture.
function pictureOf(digit) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [28, 28];
  const image = new ImageData(28, 28);
  digit.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas.toDataURL();
}

let patterns = 0; // an id of its own for each widget's hatching

export function fieldView(digit, moved) {
  const picture = pictureOf(digit);
  const hatch = `cnnlessons-hatch-${patterns++}`;
  const seen = h("p", { "aria-live": "polite" });
  const under = h("p", {});
  const views = [h("div", { class: "picture" }), h("div", { class: "picture" })];
  const heading = h("p", { class: "name" });
  const node = h("div", { role: "group", class: "field", "aria-label": "what one unit sees" }, heading,
    h("div", { class: "abreast" }, h("figure", {}, views[0], seen), h("figure", {}, views[1], under)));
  let now; // { layers, rows, index, unit }

  function put(unit) {
    const sides = sidesOf(now.rows[now.index]);
    const next = unit.map((i, axis) => Math.min(sides[axis] - 1, Math.max(0, i)));
    if (String(next) === String(now.unit)) return;
    now.unit = next;
    draw();
    moved(next);
  }

  // A picture that is dragged over or moved over with the arrow keys; `near(axis, at)` is the unit at a place of it.
  function surface(place, near) {
    const graphic = () => place.firstElementChild;
    const point = (event) => {
      const at = graphic().createSVGPoint();
      [at.x, at.y] = [event.clientX, event.clientY];
      const { x, y } = at.matrixTransform(graphic().getScreenCTM().inverse());
      put([near(0, y), near(1, x)]);
    };
    place.addEventListener("pointerdown", (event) => {
      place.setPointerCapture(event.pointerId);
      point(event);
    });
    place.addEventListener("pointermove", (event) => event.buttons && point(event));
    place.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      put(now.unit.map((i, axis) => i + step[axis]));
    });
    place.tabIndex = 0;
    place.setAttribute("role", "application");
  }
  const nearest = (ends) => (axis, at) => {
    const n = sidesOf(now.rows[now.index])[axis];
    const far = (i) => Math.abs((ends(axis, i)[0] + ends(axis, i)[1] + 1) / 2 - at);
    let best = 0;
    for (let i = 1; i < n; i++) if (far(i) < far(best)) best = i;
    return best;
  };
  const onInput = (axis, i) => sees(now.layers, now.rows, now.index, axis, i, true);
  const onMap = (axis, i) => reads(now.layers[now.index], now.rows[now.index], axis, i, i);
  surface(views[0], nearest(onInput));
  surface(views[1], nearest(onMap));

  const rect = (rows, columns, name) => svg("rect", { x: columns[0], y: rows[0], class: name,
    width: Math.max(0, columns[1] - columns[0] + 1), height: Math.max(0, rows[1] - rows[0] + 1) });
  const frame = (height, width, rim, label, ...children) => svg("svg", { viewBox: [-rim, -rim, width + 2 * rim, height + 2 * rim].join(" "),
    "aria-hidden": "true", "data-label": label }, ...children);

  function draw() {
    const { layers, rows, index, unit } = now;
    const [layer, row] = [layers[index], rows[index]];
    const [height, width] = rows[0].shape_in.slice(1);
    const ends = [0, 1].map((axis) => onInput(axis, unit[axis]));
    const inside = [0, 1].map((axis) => sees(layers, rows, index, axis, unit[axis]));
    const rim = Math.max(height, width) * 0.1;
    const side = (28 / 32) * Math.min(height, width);
    views[0].replaceChildren(frame(height, width, rim, "input",
      svg("rect", { width, height, class: "black" }),
      svg("image", { href: picture, x: (width - side) / 2, y: (height - side) / 2, width: side, height: side }),
      rect(...ends, "beyond"), rect(...inside, "seen")));
    const sides = sidesOf(row);
    const place = row.shape_out.length === 3 ? `row ${unit[0] + 1}, column ${unit[1] + 1} of ${times(sides)}` : "any of them";
    heading.textContent = `What a unit of ${layer.name} sees: drag over a picture, or use the arrow keys`;
    const size = inside.map(([first, last]) => last - first + 1);
    const whole = ends.map(([first, last]) => last - first + 1);
    const padded = String(size) === String(whole) ? "" : `, the rest of its ${times(whole)} is padding`;
    seen.textContent = `On the input ${times([height, width])}, the unit (${place}) sees rows ${range(inside[0])} and columns ${range(inside[1])}: ${times(size)} pixels${padded}.`;

    const map = row.shape_in.length === 3 && row.shape_out.length === 3 ? row.shape_in.slice(1) : null;
    views[1].parentNode.hidden = !map;
    views.forEach((view, i) => view.setAttribute("aria-label", i ? `windows of ${layer.name}` : `receptive field of ${layer.name} on the input`));
    if (!map) return;
    const window = [0, 1].map((axis) => onMap(axis, unit[axis]));
    const lost = left(layer, row);
    const pads = pair("k" in layer && "p" in layer ? layer.p : 0);
    const grid = Math.max(...map) <= 64 ? `M${Array.from({ length: map[1] + 1 }, (_, x) => `${x} 0V${map[0]}`).join("M")}M${Array.from({ length: map[0] + 1 }, (_, y) => `0 ${y}H${map[1]}`).join("M")}` : "";
    const cell = Math.max(...map) / 36;
    views[1].replaceChildren(frame(...map, Math.max(...pads, ...map.map((n) => n * 0.04), ...window.map(([a]) => -a)), "map",
      svg("defs", {}, svg("pattern", { id: hatch, width: cell, height: cell, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        svg("rect", { width: cell / 2, height: cell, class: "stripe" }))),
      Math.max(...pads) ? rect([-pads[0], map[0] + pads[0] - 1], [-pads[1], map[1] + pads[1] - 1], "padding") : "",
      rect([0, map[0] - 1], [0, map[1] - 1], "map"),
      svg("path", { d: grid || "M0 0", class: "cells" }),
      ...[[[map[0] - lost[0], map[0] - 1], [0, map[1] - 1], lost[0]], [[0, map[0] - lost[0] - 1], [map[1] - lost[1], map[1] - 1], lost[1]]]
        .filter(([, , n]) => n).map(([a, b]) => {
          const strip = rect(a, b, "lost");
          strip.setAttribute("fill", `url(#${hatch})`);
          return strip;
        }),
      rect(...window, "window")));
    const source = index ? `${rows[index - 1].name}'s maps` : "the input";
    const names = ["row", "column"].map((word, axis) => lost[axis] && `the last ${plural(lost[axis], word)}`).filter(Boolean);
    const none = names.length ? ` No window reaches ${names.join(" and ")} (hatched).` : "";
    under.textContent = `Over ${source} (${times(map)}): its window is ${times(window.map(([a, b]) => b - a + 1))}, ${plural(sides[0] * sides[1], "position")}.${none}`;
  }

  // Shows layer `index`, at `unit` (row, column) or in the middle.
  function show(layers, rows, index, unit) {
    node.hidden = index < 0;
    if (index < 0) return;
    const sides = sidesOf(rows[index]);
    const middle = sides.map((n) => Math.floor((n - 1) / 2));
    now = { layers, rows, index, unit: (unit ?? middle).map((i, axis) => Math.min(i, sides[axis] - 1)) };
    draw();
  }
  return { node, show };
}
