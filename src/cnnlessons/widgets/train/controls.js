// The choices of network and recipe.

import { h, number, select, slider } from "../ui.js";
import { WORDS } from "./curves.js";

const round = (n) => Number(n.toPrecision(2));
const LOG = [(v) => round(10 ** v), (n) => Math.log10(Math.max(n, 1e-9))];
const PLAIN = [Number, Number];

/** `node`, a folded box with a control for each setting; `put(settings)` shows them; `set(name, value)` hears of a change. */
export function panel(settings, networks, defaults, set) {
  const boxes = {};
  const words = (v) => WORDS[v] ?? number(v);
  const choose = (name, text, values) => {
    const box = select(text, values.map((v) => [String(v), words(v)]), String(settings[name]),
      (v) => set(name, typeof defaults[name] === "number" ? Number(v) : v));
    boxes[name] = (value) => {
      if (!values.includes(value)) box.box.append(h("option", { value: String(value) }, words(value)));
      values = [...values, value];
      box.box.value = String(value);
    };
    return box.node;
  };
  const slide = (name, text, min, max, step, [of, back], show) => {
    const one = slider(text, { min, max, step, value: back(settings[name]), set: (v) => set(name, of(v)), show: (v) => show(of(v)) });
    boxes[name] = (value) => one.put(back(value));
    return one.node;
  };
  const controls = h("fieldset", { class: "controls" }, h("legend", {}, "network and recipe"),
    choose("network", "network", Object.keys(networks)),
    choose("activation", "activation", ["as it is", "relu", "tanh", "scaled tanh", "sigmoid"]),
    choose("pool", "pooling", ["as it is", "max", "mean", "trainable", "overlapping"]),
    choose("norm", "normalisation", ["none", "batch norm", "lrn"]),
    choose("init", "first weights", ["torch", "he", "glorot", "lecun1998", "normal-0.01"]),
    choose("pixels", "pixels", ["unit", "raw", "lecun1998", "centred"]),
    slide("lr", "step size", -4, 0.5, 0.05, LOG, String),
    slide("momentum", "momentum", 0, 0.99, 0.01, PLAIN, (n) => n.toFixed(2)),
    slide("gain", "first weights ×", -1, 1, 0.05, LOG, String),
    slide("dropout", "dropout", 0, 0.9, 0.05, PLAIN, (n) => n.toFixed(2)),
    choose("batch", "batch", [16, 64, 256]),
    choose("images", "training digits", [250, 500, 1000, 2000, 4000]));
  const node = h("details", { class: "more", open: true }, h("summary", {}, "Network and recipe"), controls);
  return { node, put: (now) => Object.entries(boxes).forEach(([name, put]) => put(now[name])) };
}
