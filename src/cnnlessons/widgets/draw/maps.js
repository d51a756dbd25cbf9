// The maps of a layer as small pictures, and the one unit in all of them that is looked at.

import { h, number } from "../ui.js";
import { told } from "./network.js";

const BLOCK = 4; // of a vector, each unit is a square so large in the picture
const LARGEST = 60; // CSS pixels on the side of a map

/** Numbers as [r, g, b] of a colour such as "#1f5fa8" or "rgb(1, 2, 3)". */
export function rgb(colour) {
  if (colour.startsWith("#") && colour.length === 4) return [...colour.slice(1)].map((c) => parseInt(c + c, 16));
  if (colour.startsWith("#")) return [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return colour.match(/[\d.]+/g).slice(0, 3).map(Number);
}
const mixed = (a, b, t) => a.map((n, i) => Math.round(n + (b[i] - n) * t));

/** A colour for −1 … 1 in 255 steps each way: 0 is the background, above it the layer's colour, below it grey. */
export function ramp(zero, above, below) {
  return Array.from({ length: 511 }, (_, i) => mixed(zero, i < 255 ? below : above, Math.abs(i - 255) / 255));
}

export class Strip {
  /** Of a stage, for `pick(this, unit)` when a unit is chosen and `look(this, unit or −1)` when the pointer is over it. */
  constructor(row, act, colour, pick, look) {
    this.rows = act ? [row, act] : [row];
    [this.maps, this.height, this.width] = row.shape_out.length === 3 ? row.shape_out : [row.shape_out[0], 1, 1];
    this.vector = this.height * this.width === 1;
    this.q = this.vector ? BLOCK : 1;
    this.canvas = h("canvas", { role: "application", tabindex: -1, "aria-roledescription": "maps" });
    this.mark = h("span", { class: "mark", hidden: true });
    this.name = h("span", {});
    this.node = h("div", { class: "strip" },
      h("p", { style: `--kind:${colour}` }, this.name, " ", h("small", {}, told(row))),
      h("div", { class: "picture" }, this.canvas, this.mark));
    this.canvas.addEventListener("pointermove", (event) => look(this, this.at(event)));
    this.canvas.addEventListener("pointerleave", () => look(this, -1));
    this.canvas.addEventListener("click", (event) => this.at(event) >= 0 && pick(this, this.at(event)));
    this.after = true;
    this.range = [1, 1];
  }

  /** The row that is shown: after the activation, or before it. */
  get row() {
    return this.after ? this.rows.at(-1) : this.rows[0];
  }

  /** Lays the maps out in so many CSS pixels. */
  fit(room) {
    const [w, full] = [this.width * this.q + 1, this.maps];
    const lines = (s) => Math.ceil(full / Math.max(1, Math.floor(room / (w * s))));
    this.scale = this.vector ? 2 : 1;
    for (let s = this.scale + 1; s <= 4 && !this.vector; s++)
      if (this.width * s <= LARGEST && lines(s) <= Math.max(2, lines(1))) this.scale = s;
    const count = this.vector && full === 84 ? 4 : lines(this.scale);
    this.per = Math.ceil(full / count);
    this.canvas.width = this.per * w - 1;
    this.canvas.height = Math.ceil(full / this.per) * (this.height * this.q + 1) - 1;
    this.canvas.style.width = `${this.canvas.width * this.scale}px`;
    this.picture = new ImageData(this.canvas.width, this.canvas.height);
  }

  /** Shows the numbers of its layer, map by map. */
  draw(values, colours) {
    this.values = values;
    const { maps, height, width, q, per, picture, canvas } = this;
    const by = 255 / (this.range[this.after ? 1 : 0] || 1);
    const data = picture.data;
    for (let m = 0, i = 0; m < maps; m++) {
      const [x0, y0] = [(m % per) * (width * q + 1), Math.floor(m / per) * (height * q + 1)];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++, i++) {
          const [r, g, b] = colours[255 + Math.round(Math.max(-255, Math.min(255, values[i] * by)))];
          for (let dy = 0; dy < q; dy++)
            for (let dx = 0; dx < q; dx++) {
              const at = 4 * ((y0 + y * q + dy) * canvas.width + x0 + x * q + dx);
              data[at] = r; data[at + 1] = g; data[at + 2] = b; data[at + 3] = 255;
            }
        }
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }

  /** The unit under the pointer, or −1 between the maps. */
  at(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [((event.clientX - box.left) / box.width) * this.canvas.width, ((event.clientY - box.top) / box.height) * this.canvas.height];
    const [w, t] = [this.width * this.q + 1, this.height * this.q + 1];
    const map = Math.floor(y / t) * this.per + Math.floor(x / w);
    const [c, r] = [Math.floor((x % w) / this.q), Math.floor((y % t) / this.q)];
    const inside = x >= 0 && y >= 0 && Math.floor(x / w) < this.per && c < this.width && r < this.height && map < this.maps;
    return inside ? (map * this.height + r) * this.width + c : -1;
  }

  place(unit) {
    const area = this.height * this.width;
    const [map, cell] = [Math.floor(unit / area), unit % area];
    return [map, Math.floor(cell / this.width), cell % this.width];
  }

  /** Outlines a unit, or none for −1. */
  outline(unit) {
    this.mark.hidden = unit < 0;
    this.canvas.tabIndex = unit < 0 ? -1 : 0;
    if (unit < 0) return;
    const [map, r, c] = this.place(unit);
    const side = this.q * this.scale;
    const at = (n, k, i) => (n * (k * this.q + 1) + i * this.q) * this.scale;
    Object.assign(this.mark.style, { left: `${at(map % this.per, this.width, c)}px`, width: `${side}px`,
      top: `${at(Math.floor(map / this.per), this.height, r)}px`, height: `${side}px` });
  }

  /** The unit that an arrow key leads to from `unit`. */
  step(unit, key) {
    const [map, r, c] = this.place(unit);
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    let [x, y] = [(map % this.per) * this.width + c + dx, Math.floor(map / this.per) * this.height + r + dy];
    x = Math.max(0, Math.min(this.per * this.width - 1, x));
    y = Math.max(0, Math.min(Math.ceil(this.maps / this.per) * this.height - 1, y));
    const next = Math.floor(y / this.height) * this.per + Math.floor(x / this.width);
    return next < this.maps ? (next * this.height + (y % this.height)) * this.width + (x % this.width) : unit;
  }

  /** The unit's name. */
  word(unit) {
    const [map, r, c] = this.place(unit);
    if (this.row.shape_out.length === 1) return `${this.row.name}, unit ${number(unit + 1)}`;
    return this.vector ? `${this.row.name}, map ${map + 1}` : `${this.row.name}, map ${map + 1}, row ${r + 1}, column ${c + 1}`;
  }

  /** How it is called and how the keyboard works, for the screen reader. */
  title() {
    this.name.textContent = this.row.name;
    this.canvas.setAttribute("aria-label", `${this.row.name}: ${told(this.row)}. Arrow keys choose a unit, page up and page down a layer.`);
  }
}
