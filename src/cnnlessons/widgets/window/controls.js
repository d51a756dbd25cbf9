// The controls of each kind: what they are called, what they may be.

import { button, h, select, slider, toggle } from "../ui.js";
import { words } from "./grid.js";

export const TASKS = {
  conv: "Drag the window over the image. Change a number of the kernel and see what it looks for.",
  max: "Drag the window over the map: it keeps the largest number. Make windows overlap with a stride below the size.",
  mean: "Drag the window over the map: it keeps the mean. Make windows overlap with a stride below the size.",
  trainable: "Drag the window. Turn coefficient and bias until the layer blurs, until it says OR, until it says AND.",
  lrn: "Choose a map and turn it up: what becomes of its neighbours behind the layer?",
  dropout: "Press New mask a few times. Then take the mean over more masks, and compare it with test mode.",
};
// What LeNet-5's pooling can be, for pixels of 0 and 1 and windows of 2×2.
const GATES = { blur: { coefficient: 0.25, bias: 0, squash: false }, OR: { coefficient: 4, bias: -2, squash: true }, AND: { coefficient: 4, bias: -14, squash: true } };
const range = (a, b) => Array.from({ length: b - a + 1 }, (_, i) => a + i);
const divisors = (n) => range(1, n).filter((d) => n % d === 0);
const round = (n) => Number(n.toPrecision(2));

/**
 * `s` is the state, `offers` the names of images, `kernels` those of kernels; `set(changes)` is called with what the
 * reader chooses, `act` holds what the buttons do. Gives { main, more, put(s) }: two rows, and a way to show a state.
 */
export function controls(s, offers, kernels, set, act) {
  const puts = [];
  const whole = (name, text, values, show = String) => {
    const one = select(text, values(s).map((v) => [String(v), show(v)]), String(s[name]), (v) => set({ [name]: Number(v) }));
    puts.push((now) => {
      const offered = [...new Set([...values(now), now[name]])].sort((a, b) => a - b);
      one.box.replaceChildren(...offered.map((v) => h("option", { value: v }, show(v))));
      one.box.value = String(now[name]);
    });
    return one.node;
  };
  const named = (name, text, options) => {
    const one = select(text, options, s[name], (v) => set({ [name]: v }));
    puts.push((now) => (one.box.value = now[name]));
    return one.node;
  };
  const on = (name, text) => {
    const one = toggle(text, s[name], (v) => set({ [name]: v }));
    puts.push((now) => (one.box.checked = now[name]));
    return one.node;
  };
  const slide = (name, text, min, max, step, { of = Number, back = Number, show = words } = {}) => {
    const one = slider(text, { min, max, step, value: back(s[name]), set: (v) => set({ [name]: of(v) }), show: (v) => show(of(v)) });
    puts.push((now) => one.put(back(now[name])));
    return one.node;
  };
  const choose_gate = () => {
    const one = select("set to", [["", "as it is"], ...Object.keys(GATES).map((name) => [name, name])], "", (name) => name && set(GATES[name]));
    puts.push((now) => (one.box.value = Object.keys(GATES).find((name) => Object.entries(GATES[name]).every(([key, v]) => now[key] === v)) ?? ""));
    return one.node;
  };
  const log = { of: (v) => round(10 ** v), back: (n) => Math.log10(Math.max(n, 1e-9)), show: (n) => (n < 1e-3 ? n.toExponential().replace(/e-(\d)/, (_, d) => ` · 10⁻${"⁰¹²³⁴⁵⁶⁷⁸⁹"[d]}`) : words(n)) };
  const own = [["", "your own"]];
  const picture = select(s.kind === "lrn" ? "maps" : s.kind === "dropout" ? "units" : "image",
    [...(s.picture && offers.includes(s.picture) ? [] : s.picture ? [[s.picture, s.picture]] : own), ...offers.map((name) => [name, name])], s.picture,
    (name) => (name ? act.picture(name) : null));
  puts.push((now) => {
    if (!now.picture && !picture.box.querySelector("option[value='']")) picture.box.prepend(h("option", { value: "" }, "your own"));
    picture.box.value = now.picture;
  });
  const main = [picture.node];
  const more = [];
  if (s.kind === "conv") {
    const preset = select("kernel", [["", "as it is"], ...Object.keys(kernels).map((name) => [name, name])], "", (name) => name && act.kernel(name));
    puts.push(() => (preset.box.value = act.preset()));
    main.push(preset.node);
  }
  const sliding = ["conv", "max", "mean", "trainable"].includes(s.kind);
  if (sliding) {
    main.push(whole("size", "size", () => range(1, 7), (n) => `${n}×${n}`), whole("stride", "stride", () => range(1, 5)), button("Slide", act.slide, { class: "main" }), on("whole", "show all of the output"));
    if (s.kind === "trainable")
      main.push(choose_gate(), slide("coefficient", "coefficient", -1, 6, 0.05), slide("bias", "bias", -20, 20, 0.5), on("squash", "tanh behind it"));
    more.push(whole("padding", "padding", () => range(0, 3)));
    if (["conv", "max"].includes(s.kind)) more.push(whole("dilation", "dilation", () => range(1, 4)));
    if (s.kind === "conv") more.push(whole("groups", "groups", (now) => divisors(now.maps)), slide("bias", "bias", -10, 10, 0.1), on("flip", "flip the kernel (mathematics' convolution)"));
    more.push(named("backward", "gradient", [["no", "not shown"], ["this", "of this output"], ["all", "of all outputs"]]),
      h("div", { class: "bar" }, button("Move the image ←", () => act.shift(-1)), button("→", () => act.shift(1), { "aria-label": "Move the image to the right" })),
      button("Put a dot", act.dot));
  }
  if (s.kind === "lrn") {
    main.push(slide("map", "map", 0, s.maps - 1, 1), act.value_slider(), slide("alpha", "α", -6, 0, 0.05, log));
    more.push(whole("n", "neighbours n", () => [1, 3, 5, 7, 9, 15]), slide("beta", "β", 0, 1, 0.05), slide("k", "k", 0, 4, 0.1),
      slide("scale", "numbers ×", -3, 1, 0.05, log), whole("groups", "groups", (now) => divisors(now.maps)), button("Shuffle the maps", act.shuffle), button("Their own order", () => set({ order: [] })));
  }
  if (s.kind === "dropout") {
    main.push(button("New mask", act.mask, { class: "main" }), slide("p", "p, hidden with probability", 0, 0.95, 0.05), slide("masks", "mean over masks", 1, 50, 1), on("train", "training mode"));
    more.push(named("scaling", "scale", [["train", "1/(1 − p) in training"], ["test", "1 − p in test mode"], ["none", "nowhere"]]));
  }
  return { main, more, put: (now) => puts.forEach((one) => one(now)) };
}
