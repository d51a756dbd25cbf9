// Kernels: those to start with, and the table in which one types.

import { h } from "../ui.js";
import { grid } from "./grid.js";

const short = (v) => Number(v.toPrecision(4)) || 0;

// The kernels to start with: upright edges for one map, for several as many kernels as maps; as Window.usual_kernel.
export function usual_kernel(maps, size, groups) {
  const row = Array.from({ length: size }, (_, i) => (size > 1 ? Math.sign(i - (size - 1) / 2) : 1));
  const sheet = Array.from({ length: size }, () => row);
  if (maps === 1) return [[sheet]];
  const upright = sheet[0].map((_, j) => sheet.map((line) => line[j]));
  const minus = (rows) => rows.map((line) => line.map((v) => -v));
  const turned = [sheet, upright, minus(sheet), minus(upright)];
  return Array.from({ length: maps }, (_, o) => Array.from({ length: maps / groups }, (_, i) => turned[(o + i) % 4]));
}
// A sheet cut or filled with zeros to k×k, around its middle.
export function resized(rows, k) {
  const off = Math.floor((rows.length - k) / 2);
  return Array.from({ length: k }, (_, i) => Array.from({ length: k }, (_, j) => rows[i + off]?.[j + off] ?? 0));
}

// A table of boxes for the sheet of a kernel; `change(rows)` is called with the sheet as it is after a number was typed.
export function kernel_editor(change) {
  const node = h("div", { class: "editor" });
  let rows = null;
  const box = (i, j) => h("input", { type: "number", step: "any", value: short(rows[i][j]), "aria-label": `kernel, row ${i}, column ${j}`, oninput: (event) => {
    const value = event.target.valueAsNumber;
    event.target.setAttribute("aria-invalid", String(!Number.isFinite(value)));
    if (Number.isFinite(value)) change(rows.map((row, a) => row.map((v, b) => (a === i && b === j ? value : v))));
  } });
  // Shows a sheet, or nothing for null; the box that has the focus is left alone.
  function put(sheet) {
    rows = sheet;
    if (!rows) return node.replaceChildren();
    const size = rows.length;
    const boxes = [...node.querySelectorAll("input")];
    if (size > 5) {
      const picture = grid(`kernel, ${size}×${size} weights`);
      node.replaceChildren(h("p", { class: "caption" }, "kernel"), picture.node);
      const v = Float64Array.from(rows.flat());
      picture.draw({ x: { h: size, w: size, v }, room: Math.min(220, node.clientWidth || 220), limit: Math.max(...v.map(Math.abs)) || 1, signed: true });
    } else if (boxes.length === size ** 2) {
      boxes.forEach((one, n) => {
        const typed = one === document.activeElement && one.valueAsNumber === rows.flat()[n]; // "1." is to stay "1."
        if (!typed) one.value = short(rows.flat()[n]);
      });
    } else node.replaceChildren(h("p", { class: "caption" }, "kernel: type other numbers"),
      h("table", {}, ...rows.map((row, i) => h("tr", {}, ...row.map((_, j) => h("td", {}, box(i, j)))))));
  }
  return { node, put };
}
