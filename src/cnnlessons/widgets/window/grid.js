// A map as cells on a canvas: numbers where they are readable, hatched and padded cells, marks, pointer and arrow keys.

import { h } from "../ui.js";

export const words = (n) => (n === -Infinity ? "−∞" : String(Number(n.toPrecision(4)) || 0).replace("-", "−"));
const brief = (n) => String(Number(n.toPrecision(Math.abs(n) >= 100 ? 3 : 2)) || 0).replace("-", "−").replace(/^(−?)0\./, "$1.");
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// The colours of the theme as [r, g, b]: a canvas knows no variables.
function colours(node) {
  const style = getComputedStyle(node);
  const parts = (name) => {
    const hex = style.getPropertyValue(name).trim().slice(1);
    const full = hex.length === 3 ? [...hex].map((c) => c + c).join("") : hex;
    return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16));
  };
  return Object.fromEntries(["ink", "field", "line", "quiet", "tint", "focus", "c1", "c2", "c3"].map((name) => [name, parts(`--${name}`)]));
}
const css = (rgb) => `rgb(${rgb.join(",")})`;
const mix = (a, b, t) => a.map((v, i) => Math.round(v + (b[i] - v) * t));
const light = ([r, g, b]) => (0.299 * r + 0.587 * g + 0.114 * b) / 255;

/**
 * `label` names the canvas for a screen reader. `onpick(row, column, phase)` is told where the pointer is, with phase
 * "down" or "move"; `onarrow([rows, columns], shift)` which arrow key was pressed. Without them it is only a picture.
 */
export function grid(label, { onpick, onarrow } = {}) {
  const interactive = Boolean(onarrow);
  const canvas = h("canvas", interactive ? { tabindex: 0, role: "application", "aria-label": label, class: "active" }
    : { role: "img", "aria-label": label });
  const readout = h("p", { class: "readout" }, " ");
  const node = h("div", { class: "grid" }, canvas, readout);
  let last = null; // what was drawn
  let cached = null; // its cells, without marks
  let down = false;

  const cell_at = (event) => {
    const box = canvas.getBoundingClientRect();
    const side = (last.side * box.width) / canvas.offsetWidth; // on the screen: a slide enlarges what is on it
    const find = (n, most) => Math.max(0, Math.min(most - 1, Math.floor(n / side)));
    return [find(event.clientY - box.top, last.x.h + 2 * last.pad) - last.pad, find(event.clientX - box.left, last.x.w + 2 * last.pad) - last.pad];
  };
  const tell = ([i, j]) => {
    const { x, shown } = last;
    const there = i >= 0 && j >= 0 && i < x.h && j < x.w;
    readout.textContent = there ? `row ${i}, column ${j}: ${shown(i, j) ? words(x.v[i * x.w + j]) : "not yet"}` : "padding";
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (!last) return;
    tell(cell_at(event));
    if (!onpick) return;
    down = true;
    canvas.setPointerCapture(event.pointerId);
    onpick(...cell_at(event), "down");
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!last) return;
    tell(cell_at(event));
    if (down) onpick(...cell_at(event), "move");
  });
  const up = () => (down = false);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("pointerleave", () => (readout.textContent = " "));
  if (onarrow) canvas.addEventListener("keydown", (event) => {
    const way = ARROWS[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    onarrow(way, event.shiftKey);
  });

  /**
   * `x` is one map { h, w, v }, `room` the pixels in a row, `limit` what is darkest, `signed` two colours instead of ink,
   * `shown(i, j)` whether the number is known yet, `hatched(i, j)`, `crossed(i, j)`, `marks` [{ cells, colour, width }],
   * and `frame` one rectangle [row, column, rows, columns]. `keep`: the cells are those of the last time.
   */
  function draw({ x, pad = 0, room, largest = 34, limit, signed, shown = () => true, hatched, crossed, marks = [], frame, keep }) {
    const c = keep && cached ? cached.c : colours(node);
    const [rows, columns] = [x.h + 2 * pad, x.w + 2 * pad];
    const side = Math.max(3, Math.min(largest, Math.floor((room - 2) / columns)));
    last = { x, pad, side, shown };
    const scale = window.devicePixelRatio || 1;
    const pen = canvas.getContext("2d");
    const outside_of = (i, j) => i < 0 || j < 0 || i >= x.h || j >= x.w;
    if (keep && cached) {
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(cached.picture, 0, 0);
      pen.setTransform(scale, 0, 0, scale, scale, scale);
    } else paint_cells();
    pen.fillStyle = css(c.tint);
    pen.strokeStyle = css(c.line);
    pen.lineWidth = side > 9 ? 0.7 : 0.3;
    for (let i = 0; i < x.h; i++) for (let j = 0; j < x.w; j++) if (!shown(i, j)) {
      pen.fillRect((j + pad) * side, (i + pad) * side, side, side);
      pen.strokeRect((j + pad) * side, (i + pad) * side, side, side);
    }
    for (const { cells, colour, width = 2 } of marks) {
      pen.strokeStyle = css(c[colour]);
      pen.lineWidth = width;
      const inset = width / 2;
      for (const [i, j] of cells)
        pen.strokeRect((j + pad) * side + inset, (i + pad) * side + inset, side - 2 * inset, side - 2 * inset);
    }
    if (frame) {
      pen.strokeStyle = css(c.c3);
      pen.lineWidth = 3;
      pen.strokeRect((frame[1] + pad) * side, (frame[0] + pad) * side, frame[3] * side, frame[2] * side);
    }

    function paint_cells() {
      canvas.width = (columns * side + 2) * scale;
      canvas.height = (rows * side + 2) * scale;
      canvas.style.width = `${columns * side + 2}px`;
      canvas.style.height = `${rows * side + 2}px`;
      pen.scale(scale, scale);
      pen.translate(1, 1);
      pen.font = `${Math.max(8, Math.min(14, Math.round(side * 0.46)))}px sans-serif`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      let numbers = side >= 16;
      if (numbers) numbers = Array.from(x.v, (v) => pen.measureText(brief(v)).width).every((width) => width <= side - 2);
      const hatch = (left, top) => {
        pen.save();
        pen.beginPath();
        pen.rect(left, top, side, side);
        pen.clip();
        pen.strokeStyle = css(c.quiet);
        pen.lineWidth = 1;
        pen.beginPath();
        for (let d = -side; d < side; d += 6) {
          pen.moveTo(left + d, top + side);
          pen.lineTo(left + d + side, top);
        }
        pen.stroke();
        pen.restore();
      };
      for (let i = -pad; i < x.h + pad; i++) for (let j = -pad; j < x.w + pad; j++) {
        const [left, top] = [(j + pad) * side, (i + pad) * side];
        const outside = outside_of(i, j);
        const value = outside ? 0 : x.v[i * x.w + j];
        const share = limit ? Math.min(1, Math.abs(value) / limit) : 0;
        const gone = !outside && crossed?.(i, j);
        const fill = outside || gone ? c.tint : mix(c.field, signed ? (value < 0 ? c.c1 : c.c2) : c.ink, share);
        pen.fillStyle = css(fill);
        pen.fillRect(left, top, side, side);
        pen.strokeStyle = css(outside ? c.quiet : c.line);
        pen.lineWidth = side > 9 ? 0.7 : 0.3;
        pen.setLineDash(outside ? [2, 3] : []);
        pen.strokeRect(left, top, side, side);
        pen.setLineDash([]);
        if (hatched?.(i, j)) hatch(left, top);
        if (!outside && numbers && !gone) {
          pen.fillStyle = value === 0 ? css(c.quiet) : css(Math.abs(light(fill) - light(c.ink)) > 0.45 ? c.ink : c.field);
          pen.fillText(brief(value), left + side / 2, top + side / 2 + 1);
        }
        if (gone) {
          pen.strokeStyle = css(c.quiet);
          pen.lineWidth = 1.5;
          pen.beginPath();
          pen.moveTo(left + side * 0.25, top + side * 0.25);
          pen.lineTo(left + side * 0.75, top + side * 0.75);
          pen.moveTo(left + side * 0.75, top + side * 0.25);
          pen.lineTo(left + side * 0.25, top + side * 0.75);
          pen.stroke();
        }
      }
      const picture = new OffscreenCanvas(canvas.width, canvas.height);
      picture.getContext("2d").drawImage(canvas, 0, 0);
      cached = { picture, c };
    }
  }
  return { node, canvas, draw, cell_at };
}
