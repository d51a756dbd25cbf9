// What a network looks like while it learns: first kernels, maps of one digit, dead units, gradients.

import { h, paint, svg } from "../ui.js";

// Blue below zero, orange above, the page's ground at zero.
export function ink(scale, dark) {
  const ground = dark ? [31, 31, 31] : [255, 255, 255];
  const [cold, warm] = dark ? [[120, 180, 255], [255, 160, 90]] : [[20, 80, 160], [180, 70, 10]];
  return (value) => {
    const t = Math.max(-1, Math.min(1, value / (scale || 1)));
    const end = t < 0 ? cold : warm;
    return ground.map((c, i) => Math.round(c + (end[i] - c) * Math.abs(t)));
  };
}

const largest = (values) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

function pictures(label, values, count, height, width, size, dark) {
  const area = height * width;
  const scale = largest(values);
  const canvases = Array.from({ length: Math.min(count, 16) }, (_, i) => {
    const one = values.subarray(i * area, (i + 1) * area);
    const ends = [one.reduce((a, b) => Math.min(a, b)), one.reduce((a, b) => Math.max(a, b))].map((n) => Number(n.toPrecision(3)));
    const canvas = h("canvas", { style: `width:${size}px;height:${Math.round((size * height) / width)}px`, "aria-hidden": "true",
      title: `${label}${count > 1 ? ` ${i + 1}` : ""}: ${ends.join(" to ").replaceAll("-", "−")}` });
    paint(canvas, one, height, width, ink(scale, dark));
    return canvas;
  });
  return h("div", { class: "strip", role: "img", "aria-label": `${label}, ${count} of ${height}×${width}` },
    h("span", { class: "of" }, label), h("div", {}, ...canvases));
}

// A bar a layer; `text` says its value.
function bars(title, rows, colour) {
  const lines = rows.map(({ name, share, text }) =>
    h("li", {}, h("span", { class: "of" }, name),
      svg("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { width: 100, height: 8, class: "ground" }), svg("rect", { width: Math.max(0, Math.min(100, 100 * share)), height: 8, fill: colour })),
      h("span", { class: "value" }, text)));
  return h("div", { class: "bars" }, h("p", { class: "name" }, title), h("ul", {}, ...lines));
}

const short = (n) => (n ? n.toExponential(1).replace("e", "·10^").replace(/\^\+?(-?\d+)/, (_, e) => [...e].map((d) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(d)]).join("")) : "0");

/** Elements for what a worker calls `inside`. */
export function portrait({ layers, dead, maps, kernels, input, outputs, label }, first, distances, dark) {
  const most = Math.max(...layers.map(({ gradient }) => gradient), 1e-30);
  const [k] = [first.k].flat();
  const best = outputs.reduce((at, value, i) => ((distances ? value < outputs[at] : value > outputs[at]) ? i : at), 0);
  const side = Math.round(Math.sqrt(input.length));
  return [
    h("div", { class: "pictures" },
      h("p", { class: "verdict" }, `This ${label} is read as ${best}${best === label ? "." : ", which is wrong."}`),
      pictures("digit", input.map((v) => v - Math.min(...input)), 1, side, side, 84, dark),
      pictures(`${first.name} kernels`, kernels, first.maps, k, k, 34, dark),
      ...maps.map(({ name, shape, values }) => pictures(name, values, shape[0], shape[1], shape[2], shape[0] > 8 ? 34 : 44, dark))),
    h("div", { class: "measures" },
      layers.length ? bars("gradient of a weight, by layer", layers.map(({ name, gradient }) => ({ name,
        share: 1 + Math.log10(Math.max(gradient, 1e-30) / most) / 6, text: short(gradient) })), "var(--c1)") : "",
      dead.length ? bars("units that are zero for 200 digits", dead.map(({ name, dead: share }) => ({ name: name.replace("_act", ""), share,
        text: `${(100 * share).toFixed(0)} %` })), "var(--c5)") : ""),
  ];
}
