// The curves of the runs, and the words for what was chosen.

import { plot } from "../plot.js";

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
  const base = before ? before.settings : defaults;
  const differs = Object.entries(run.settings).filter(([name, value]) => value !== base[name]).map(([name, value]) =>
    WORDS[value] ?? `${{ lr: "step", gain: "weights ×" }[name] ?? name} ${value}`);
  return differs.slice(0, 2).join(", ") || (before ? "the same" : "LeNet");
}

// The looks of several seeds as mean and range.
export function together(all) {
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  return Array.from({ length: Math.max(...all.map((looks) => looks.length)) }, (_, i) => {
    const there = all.filter((looks) => looks[i]).map((looks) => looks[i]);
    const of = (read) => mean(there.map(read));
    const right = there.map((look) => look.test.accuracy);
    return { seen: there[0].seen, stepped: there[0].stepped === null ? null : of((look) => look.stepped),
      range: [Math.min(...right), Math.max(...right)],
      test: { accuracy: of((look) => look.test.accuracy), loss: of((look) => look.test.loss) },
      train: { accuracy: of((look) => look.train.accuracy), loss: of((look) => look.train.loss) } };
  });
}

// Two plots: held-out digits read, and losses.
export function charts(runs, current, width) {
  const curve = (run, read) => run.looks.map((look) => [look.seen / 1000, read(look)]);
  const most = Math.max(2, ...runs.flatMap((run) => run.looks.map(({ seen }) => seen / 1000)));
  const x = { label: "digits seen, thousands", min: 0, max: most };
  const rights = runs.map((run) => ({ label: run.label, colour: run.colour, points: curve(run, (look) => 100 * look.test.accuracy),
    band: run.looks.filter((look) => look.range).map((look) => [look.seen / 1000, 100 * look.range[0], 100 * look.range[1]]) }));
  const ends = rights.map(({ label: name, points }) => `${name} ${points.at(-1)?.[1].toFixed(1) ?? 0} %`).join(", ");
  const falls = runs.flatMap((run) => {
    const words = (text) => (run === current ? text : "");
    return [
      { label: words("training"), colour: run.colour, points: curve(run, (look) => look.train.loss) },
      { label: words("held out"), colour: run.colour, dash: "6 3", points: curve(run, (look) => look.test.loss) },
      ...(run.settings.dropout ? [{ label: words("of the steps"), colour: run.colour, thin: true,
        points: curve(run, (look) => look.stepped ?? NaN) }] : []),
    ];
  });
  const last = current?.looks.at(-1);
  const lost = last ? `training ${last.train.loss.toPrecision(3)}, held out ${last.test.loss.toPrecision(3)}` : "no run yet";
  return [
    plot({ series: rights, x, y: { label: "held-out digits read, %", min: 0, max: 100 }, width, height: 220,
      said: `Held-out digits read: ${ends || "no run yet"}` }),
    plot({ series: falls, x, y: { label: "loss", log: true }, width, height: 220, said: `Loss, ${lost}` }),
  ];
}
