// The answer: a bar for each class, and, of a network with codes, the picture that it compares with them.

import { h } from "../ui.js";

const [TALL, WIDE] = [12, 7]; // of a code's picture

export const softmax = (scores, temperature) => {
  const top = Math.max(...scores);
  const raised = Array.from(scores, (s) => Math.exp((s - top) / temperature));
  const sum = raised.reduce((a, b) => a + b, 0);
  return raised.map((one) => one / sum);
};

/** Values −1 … 1 as a picture of 7×12 in `colours`. */
function glyph(canvas, values, colours) {
  const picture = new ImageData(WIDE, TALL);
  values.forEach((value, i) => {
    const [r, g, b] = colours[255 + Math.round(Math.max(-255, Math.min(255, 255 * value)))];
    picture.data.set([r, g, b, 255], 4 * i);
  });
  canvas.getContext("2d").putImageData(picture, 0, 0);
}
const small = (attributes) => h("canvas", { width: WIDE, height: TALL, "aria-hidden": "true", ...attributes });

export class Answer {
  /** For `classes` outputs; `codes` if they are penalties; which parts to show. */
  constructor(classes, codes, { pictures, table }) {
    this.codes = codes;
    const drawn = codes && pictures && codes[0].length === TALL * WIDE;
    this.read = h("strong", {});
    this.bars = Array.from({ length: classes }, (_, i) => ({
      glyph: drawn ? small({}) : null, bar: h("span", { class: "fill" }), value: h("td", { class: "number" }), share: h("td", { class: "number share" }), i }));
    const heads = codes ? ["class", ...(drawn ? ["code"] : []), "penalty", ""] : ["class", "score", "share", ""];
    const body = this.bars.map((one) => {
      one.row = h("tr", {}, h("th", { scope: "row" }, String(one.i)), ...(one.glyph ? [h("td", {}, one.glyph)] : []),
        one.value, ...(codes ? [] : [one.share]), h("td", { class: "track" }, one.bar));
      return one.row;
    });
    this.table = h("table", { class: "answer" },
      h("caption", {}, codes ? "Penalties: the smallest wins" : "Scores, and the shares that softmax makes of them"),
      h("thead", {}, h("tr", {}, ...heads.map((name) => name ? h("th", { scope: "col" }, name) : h("td", {})))),
      h("tbody", {}, ...body));
    this.f6 = drawn ? small({ class: "large" }) : null;
    this.code = drawn ? small({ class: "large" }) : null;
    this.caption = h("span", {});
    this.pictures = drawn ? h("div", { class: "codes" }, h("div", {}, this.f6, h("span", {}, "F6 draws")),
      h("div", {}, this.code, this.caption)) : null;
    this.node = h("div", { class: "answers" }, ...(this.pictures ? [this.pictures] : []), ...(table ? [this.table] : []));
    this.most = 1;
  }

  /** Shows outputs; `drawn` are the numbers that codes are compared with. Returns the class it reads. */
  show(outputs, temperature, drawn, colours) {
    const list = Array.from(outputs);
    const best = list.indexOf(this.codes ? Math.min(...list) : Math.max(...list));
    const shares = this.codes ? null : softmax(list, temperature);
    this.bars.forEach(({ row, bar, value, share }, i) => {
      value.textContent = list[i].toFixed(this.codes ? 1 : 2).replace("-", "−");
      if (shares) share.textContent = `${(100 * shares[i]).toFixed(1)} %`;
      bar.style.width = `${Math.min(100, shares ? 100 * shares[i] : (100 * list[i]) / this.most)}%`;
      row.classList.toggle("best", i === best);
    });
    this.read.textContent = String(best);
    if (this.f6) {
      glyph(this.f6, drawn, colours);
      glyph(this.code, this.codes[best], colours);
      this.caption.textContent = `the code of ${best}`;
    }
    return best;
  }

  /** Draws the codes anew, in the colours of the theme. */
  paint(colours) {
    for (const { glyph: canvas, i } of this.bars) if (canvas) glyph(canvas, this.codes[i], colours);
  }

  /** The answer as a sentence. */
  sentence(outputs, temperature) {
    const list = Array.from(outputs);
    const order = list.map((_, i) => i).sort((a, b) => (this.codes ? list[a] - list[b] : list[b] - list[a]));
    const shares = this.codes ? null : softmax(list, temperature);
    const word = (i) => (shares ? `${(100 * shares[i]).toFixed(1)} %` : `penalty ${list[i].toFixed(1)}`);
    const second = order.length > 1 ? `; next is ${order[1]}, ${word(order[1])}` : "";
    return `Reads ${order[0]}, ${word(order[0])}${second}.`;
  }
}
