// What a network looks like while it learns: first kernels, maps of one digit, dead units, gradients.

import { h, raised, svg } from "../ui.js";

const SHADES = 255; // on each side of zero

// Blue below zero, orange above, the page's ground at zero: red, green and blue of every shade.
function shades(dark) {
  const ground = dark ? [31, 31, 31] : [255, 255, 255];
  const [cold, warm] = dark ? [[120, 180, 255], [255, 160, 90]] : [[20, 80, 160], [180, 70, 10]];
  return Array.from({ length: 2 * SHADES + 1 }, (_, i) => {
    const t = i / SHADES - 1;
    return ground.map((c, channel) => Math.round(c + ((t < 0 ? cold : warm)[channel] - c) * Math.abs(t)));
  });
}
const INKS = { true: shades(true), false: shades(false) };

function stain(canvas, values, scale, ink) {
  const picture = new ImageData(canvas.width, canvas.height);
  values.forEach((value, i) => {
    const shade = ink[Math.round((Math.max(-1, Math.min(1, value / scale)) + 1) * SHADES)];
    for (let channel = 0; channel < 3; channel++) picture.data[4 * i + channel] = shade[channel];
    picture.data[4 * i + 3] = 255;
  });
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

// A row of pictures on one scale. Canvases stay from look to look: new ones would keep the page from scrolling.
function pictures(strips, label, values, count, height, width, size, dark) {
  const key = [label, count, height, width].join();
  const strip = (strips[key] ??= h("div", { class: "strip", role: "img", "aria-label": `${label}, ${count} of ${height}×${width}` },
    h("span", { class: "of" }, label), h("div", {}, ...Array.from({ length: Math.min(count, 16) }, () => h("canvas", { width, height,
      style: `width:${size}px;height:${Math.round((size * height) / width)}px`, "aria-hidden": "true" })))));
  const scale = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  strip.querySelectorAll("canvas").forEach((canvas, i) => {
    const one = values.subarray(i * height * width, (i + 1) * height * width);
    const ends = [Math.min(...one), Math.max(...one)].map((n) => Number(n.toPrecision(3)));
    canvas.title = `${label}${count > 1 ? ` ${i + 1}` : ""}: ${ends.join(" to ").replaceAll("-", "−")}`;
    stain(canvas, one, scale, INKS[dark]);
  });
  return strip;
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

const short = (n) => (n ? n.toExponential(1).replace(/e\+?(-?\d+)/, (_, e) => `·10${raised(e)}`) : "0");

/** Fills `node` with what a worker calls `inside`; `strips` are the rows of pictures that it has, by their shapes. */
export function portrait(node, strips, { layers, dead, maps, kernels, input, outputs, label }, first, distances, dark) {
  const most = Math.max(...layers.map(({ gradient }) => gradient), 1e-30);
  const [k] = [first.k].flat();
  const best = outputs.reduce((at, value, i) => ((distances ? value < outputs[at] : value > outputs[at]) ? i : at), 0);
  const side = Math.round(Math.sqrt(input.length));
  const ground = Math.min(...input);
  node.replaceChildren(
    h("div", { class: "pictures" },
      h("p", { class: "verdict" }, `This ${label} is read as ${best}${best === label ? "." : ", which is wrong."}`),
      pictures(strips, "digit", input.map((v) => v - ground), 1, side, side, 84, dark),
      pictures(strips, `${first.name} kernels`, kernels, first.maps, k, k, 34, dark),
      ...maps.map(({ name, shape: [count, height, width], values }) =>
        pictures(strips, name, values, count, height, width, count > 8 ? 34 : 44, dark))),
    h("div", { class: "measures" },
      layers.length ? bars("gradient of a weight, by layer", layers.map(({ name, gradient }) => ({ name,
        share: 1 + Math.log10(Math.max(gradient, 1e-30) / most) / 6, text: short(gradient) })), "var(--c1)") : "",
      dead.length ? bars("units that are zero for 200 digits", dead.map(({ name, dead: share }) => ({ name: name.replace("_act", ""), share,
        text: `${(100 * share).toFixed(0)} %` })), "var(--c5)") : ""));
}
