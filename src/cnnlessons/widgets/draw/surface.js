// The sheet one draws on: by pointer and by keyboard, with its tools, an undo and marks on top of it.

import { button, h, svg } from "../ui.js";
import { FINE, SIDE, enlarged, inverted, line, mirrored, moved, thickened } from "./ink.js";

const RADIUS = 4.5; // of the pen, in cells: strokes about as wide as MNIST's
const KEPT = 40; // steps that can be undone
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HELP = "Drawing. Arrow keys move the pen, space sets it down and lifts it, E rubs out, Z takes the last step back, Delete clears.";

export class Surface {
  /** `changed(done)` is called whenever the ink is another, `done` at the end of a stroke; `say` tells a sentence. */
  constructor(tools, changed, say, example) {
    this.changed = changed;
    this.say = say;
    this.ink = new Uint8Array(SIDE * SIDE);
    this.past = [];
    this.mode = "draw";
    this.pen = { x: SIDE / 2, y: SIDE / 2, down: false }; // of the keyboard
    this.canvas = h("canvas", { width: SIDE, height: SIDE, tabindex: 0, role: "application", "aria-label": HELP,
      "aria-roledescription": "drawing" });
    this.field = svg("rect", { class: "field" });
    this.cursor = svg("circle", { class: "cursor", r: RADIUS });
    this.marks = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" }, this.field, this.cursor);
    this.hint = h("p", { class: "hint", "aria-hidden": "true" }, "arrows move the pen, space sets it down, E erases, Z undoes");
    this.reads = h("p", { class: "reads" });
    this.sheet = h("div", { class: "sheet" }, this.canvas, this.marks, this.hint, this.reads);
    this.node = h("div", { class: "surface" }, this.sheet, ...this.bars(tools, example));
    this.listen();
  }

  bars(tools, example) {
    const modes = [["draw", "Draw"], ["erase", "Erase"], ...(tools.includes("move") ? [["move", "Move"]] : [])];
    this.modes = modes.map(([mode, words]) => button(words, () => this.choose(mode), { "aria-pressed": String(mode === this.mode) }));
    const change = (name, words, make, said) => tools.includes(name) && button(words, () => this.put(make(this.ink), said));
    this.back = tools.includes("undo") && button("Undo", () => this.undo(), { "aria-disabled": "true" });
    const actions = [
      change("thicken", "Thicker", (ink) => thickened(ink), "Thicker."),
      change("thin", "Thinner", (ink) => thickened(ink, true), "Thinner."),
      change("mirror", "Mirror", mirrored, "Mirrored."),
      change("invert", "Invert", inverted, "Ink and paper exchanged."),
      this.back,
      change("clear", "Clear", (ink) => new Uint8Array(ink.length), "The sheet is empty."),
      tools.includes("example") && button("Another digit", example, { class: "main" }),
    ].filter(Boolean);
    const group = (name, nodes) => h("fieldset", {}, h("legend", {}, name), ...nodes);
    return [h("div", { class: "bar" }, group("what the pointer does", this.modes), ...(actions.length ? [group("what to do with the drawing", actions)] : []))];
  }

  choose(mode) {
    this.mode = mode;
    this.modes.forEach((node, i) => node.setAttribute("aria-pressed", String(["draw", "erase", "move"][i] === mode)));
    this.canvas.dataset.mode = mode;
    this.pen.down = false;
    this.aim();
    this.say({ draw: "The pen draws.", erase: "The pen rubs out.", move: "Drag, or arrow keys, to move the drawing." }[mode]);
  }

  /** Keeps the ink as it is, to come back to. */
  keep() {
    this.past.push(this.ink.slice());
    if (this.past.length > KEPT) this.past.shift();
    this.back?.setAttribute?.("aria-disabled", "false");
  }

  put(ink, said) {
    this.keep();
    this.ink = ink;
    this.changed(true);
    if (said) this.say(said);
  }

  /** Another drawing, of bytes 112×112 or 28×28; no step of the reader's. */
  load(bytes) {
    this.ink = bytes.length === SIDE * SIDE ? bytes.slice() : enlarged(bytes);
  }

  undo() {
    if (!this.past.length) return;
    this.ink = this.past.pop();
    this.back?.setAttribute?.("aria-disabled", String(!this.past.length));
    this.changed(true);
    this.say("One step back.");
  }

  listen() {
    const { canvas } = this;
    let last = null; // where the pointer was, in cells
    let from = null; // the ink before it was moved
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (last || (event.pointerType === "mouse" && event.button)) return;
      canvas.setPointerCapture(event.pointerId);
      this.keep();
      last = at(event);
      from = { ink: this.ink, at: last, id: event.pointerId };
      if (this.mode !== "move") this.stroke(...last, ...last);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last || event.pointerId !== from.id) return;
      const trail = event.getCoalescedEvents?.() ?? [];
      for (const one of trail.length ? trail : [event]) {
        const next = at(one);
        if (this.mode === "move") {
          this.ink = moved(from.ink, Math.round(next[0] - from.at[0]), Math.round(next[1] - from.at[1]));
          this.changed(false);
        } else this.stroke(...last, ...next);
        last = next;
      }
    });
    const end = (event) => {
      if (!last || event.pointerId !== from.id) return;
      last = null;
      this.changed(true);
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focus", () => this.aim());
    canvas.addEventListener("blur", () => {
      this.pen.down = false;
      this.aim();
    });
  }

  stroke(x0, y0, x1, y1) {
    line(this.ink, x0, y0, x1, y1, RADIUS, this.mode === "erase");
    this.changed(false);
  }

  key(event) {
    const { pen } = this;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === "z") this.undo();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (ARROWS[key]) {
      const [dx, dy] = ARROWS[key].map((n) => n * FINE);
      if (this.mode === "move") this.put(moved(this.ink, dx, dy));
      else {
        const [x, y] = [pen.x + dx, pen.y + dy].map((n) => Math.max(0, Math.min(SIDE, n)));
        if (pen.down) this.stroke(pen.x, pen.y, x, y);
        Object.assign(pen, { x, y });
        if (pen.down) this.changed(true);
      }
    } else if (key === " " && this.mode !== "move") {
      pen.down = !pen.down;
      if (pen.down) {
        this.keep();
        this.stroke(pen.x, pen.y, pen.x, pen.y);
        this.changed(true);
      }
      this.say(pen.down ? "The pen is down." : "The pen is up.");
    } else if (key === "e") this.choose(this.mode === "erase" ? "draw" : "erase");
    else if (key === "Delete" || key === "Backspace") this.put(new Uint8Array(this.ink.length), "The sheet is empty.");
    else return;
    event.preventDefault();
    this.aim();
  }

  /** Shows where the keyboard's pen is, while the sheet has the focus. */
  aim() {
    const focused = this.canvas.matches(":focus-visible") && this.mode !== "move";
    this.cursor.style.display = focused ? "" : "none";
    this.cursor.setAttribute("cx", this.pen.x);
    this.cursor.setAttribute("cy", this.pen.y);
    this.cursor.classList.toggle("down", this.pen.down);
  }

  /** Outlines the cells from (left, top) to (right, bottom), as far as they are on the sheet; null for none. */
  outline(box) {
    this.field.style.display = box ? "" : "none";
    if (!box) return;
    const clip = (n) => Math.max(0.75, Math.min(SIDE - 0.75, n));
    const [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom].map(clip);
    for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) this.field.setAttribute(name, value);
  }

  /** What the network reads, in a corner of the sheet. */
  badge(node) {
    this.reads.replaceChildren("it reads ", node);
  }

  paint(colours) {
    const picture = new ImageData(SIDE, SIDE);
    this.ink.forEach((level, i) => picture.data.set([...colours[255 + level], 255], 4 * i));
    this.canvas.getContext("2d").putImageData(picture, 0, 0);
  }
}
