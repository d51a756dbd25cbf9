// The curves of the runs, and the words for what was chosen.

import { plot } from "../plot.js";
import { h } from "../ui.js";

export const WORDS = {
  "lenet-003-corrected": "LeNet of today", "lenet5-1998": "LeNet-5 of 1998", "lenet-002-keras": "LeNet with softmax, as in Keras",
  relu: "ReLU", tanh: "tanh", "scaled tanh": "1.7159 tanh(2a/3)", sigmoid: "sigmoid", max: "largest of 2×2", mean: "mean of 2×2",
  trainable: "trainable, as in 1998", overlapping: "largest of 3×3, step 2", none: "none", "batch norm": "batch norm", lrn: "LRN",
  torch: "PyTorch's", he: "He's", glorot: "Glorot's", lecun1998: "LeCun's, 1998", "normal-0.01": "N(0, 0.01²)",
  unit: "0 to 1", raw: "0 to 255", centred: "−128 to 127", "as it is": "the network's own",
};
export const COLOURS = ["var(--c1)", "var(--c2)", "var(--c3)", "var(--c4)", "var(--c5)"];
export const percent = (share) => `${(100 * share).toFixed(1)} %`;

// A run by what differs from the pinned one, or from the usual settings.
export function label(run, before, defaults) {
  if (run.own) return "your network";
  const base = before ? before.settings : defaults;
  const words = { lr: "step", gain: "weights ×", images: "digits", norm: "normalisation", pool: "pooling" };
  const differs = Object.entries(run.settings).filter(([name, value]) => value !== base[name]).map(([name, value]) =>
    (value === "none" || value === "as it is" ? `${words[name] ?? name}: ${WORDS[value]}` : WORDS[value] ?? `${words[name] ?? name} ${value}`));
  return differs.slice(0, 2).join(", ") || (before ? "the same" : "LeNet");
}

// The looks of several seeds as mean and range.
export function together(all) {
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  return Array.from({ length: Math.max(0, ...all.map((looks) => looks.length)) }, (_, i) => {
    const there = all.filter((looks) => looks[i]).map((looks) => looks[i]);
    const of = (read) => mean(there.map(read));
    const right = there.map((look) => look.test.accuracy);
    return { seen: there[0].seen, stepped: there[0].stepped === null ? null : of((look) => look.stepped),
      range: [Math.min(...right), Math.max(...right)],
      test: { accuracy: of((look) => look.test.accuracy), loss: of((look) => look.test.loss) },
      train: { accuracy: of((look) => look.train.accuracy), loss: of((look) => look.train.loss) } };
  });
}

const wrong = (accuracy) => 100 * (1 - accuracy);

/** What stands at `at` thousand digits of a run, or at its end, in a sentence. */
export function reading(run, at) {
  if (!run?.looks.length) return "no run yet";
  const look = at === null ? run.looks.at(-1)
    : run.looks.reduce((best, one) => (Math.abs(one.seen / 1000 - at) < Math.abs(best.seen / 1000 - at) ? one : best));
  return `${run.label}, ${look.seen.toLocaleString("en-US")} digits: ${wrong(look.test.accuracy).toFixed(1)} % of the held-out digits ` +
    `wrong, loss ${look.test.loss.toPrecision(3)}; training loss ${look.train.loss.toPrecision(3)}`;
}

/** Two plots on the digits seen: wrong answers and losses. Whole lines are held-out digits, broken ones those of training. */
export function charts(runs, current, width, at) {
  const curve = (run, read) => run.looks.map((look) => [look.seen / 1000, read(look)]);
  const x = { label: "digits seen, thousands", min: 0, max: Math.max(2, ...runs.flatMap((run) => run.looks.map(({ seen }) => seen / 1000))) };
  const several = runs.length > 1;
  const lines = (of, name) => runs.flatMap((run) => [
    { label: several ? (name && run.label) : run === current ? "held out" : run.label, colour: run.colour, points: curve(run, (look) => of(look.test)),
      band: name ? run.looks.filter((look) => look.range).map((look) => [look.seen / 1000, ...look.range.map(wrong)]) : [] },
    ...(run.all ?? []).map((looks) => ({ colour: run.colour, thin: true, points: curve({ looks }, (look) => of(look.test)) })),
    ...(run === current && !run.all ? [{ label: "training", colour: run.colour, dash: "6 3", points: curve(run, (look) => of(look.train)) }] : []),
  ]);
  const errors = lines((look) => wrong(look.accuracy), true);
  const falls = lines((look) => look.loss, false);
  if (current?.settings.dropout)
    falls.push({ label: "of the steps", colour: current.colour, thin: true, points: curve(current, (look) => look.stepped ?? NaN) });
  const least = Math.min(3, ...errors.flatMap(({ points }) => points.map(([, share]) => share).filter((share) => share > 0)));
  const lost = falls.flatMap(({ points }) => points.map(([, loss]) => loss)).filter((loss) => loss > 0);
  const ends = runs.map((run) => `${run.label} ${run.looks.length ? percent(run.looks.at(-1).test.accuracy) : "not begun"}`).join(", ");
  return [
    plot({ series: errors, x, y: { label: "wrong answers, %", min: 0.8 * least, max: 100, log: true }, width, height: 220, at,
      show: (n) => `${n.toFixed(1)} %`, said: `Held-out digits read: ${ends || "no run yet"}`, marks: [{ y: 5, label: "95 % read" }] }),
    plot({ series: falls, x, y: { label: "loss", min: Math.min(0.1, ...lost), max: Math.max(3, ...lost), log: true }, width, height: 220, at, show: (n) => n.toPrecision(3),
      said: `Loss: ${reading(current ?? runs.at(-1), null)}` }),
  ];
}

/**
 * The element around both plots, by which they are read: `boxes` hold them, `seen()` are the places where there is something
 * to read, `moved(at)` hears where a reader points, by pointer or arrow keys, or null.
 */
export function cursor(boxes, seen, moved) {
  let at = null;
  const point = (to) => { if (to !== at) moved((at = to)); };
  const node = h("div", { class: "charts", tabindex: 0, role: "slider", "aria-label": "curves, to be read with the arrow keys",
    onpointerleave: () => point(null), onblur: () => point(null), onkeydown: (event) => {
      const places = seen();
      const here = at === null ? places.length - 1 : places.findLastIndex((place) => place <= at + 1e-9);
      const to = { ArrowLeft: here - 1, ArrowDown: here - 1, ArrowRight: here + 1, ArrowUp: here + 1, Home: 0, End: places.length - 1 }[event.key];
      if (event.key === "Escape") point(null);
      if (to === undefined || !places.length) return;
      event.preventDefault();
      point(places[Math.max(0, Math.min(places.length - 1, to))]);
    } }, ...boxes);
  for (const box of boxes)
    for (const kind of ["pointermove", "pointerdown"])
      box.addEventListener(kind, (event) => point(Math.max(0, box.firstChild.where(event.clientX))));
  return node;
}
