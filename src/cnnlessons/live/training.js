// Training in the page: the loop of training/loop.py on the engine, and what one may watch. Used by worker.js and by tests.

import { load } from "./engine.js";
import { shuffled, uniform } from "./random.js";

export const SCALES = { raw: [1, 0], unit: [1 / 255, 0], centred: [1, -128], lecun1998: [1.275 / 255, -0.1] };
export const HELD = 1000; // test digits, the last of the data
const KNOWN = 500; // training digits that are asked once more at each look
const SIDE = 28;

/** Images 28×28 (bytes, one after the other) on a scale, with background around them up to the network's input. */
export function scaled(images, scale, [channels, height, width]) {
  const [factor, offset] = SCALES[scale].map(Math.fround);
  const n = images.length / SIDE ** 2;
  const x = new Float32Array(n * channels * height * width).fill(offset);
  const [top, left] = [(height - SIDE) >> 1, (width - SIDE) >> 1];
  for (let i = 0; i < n; i++)
    for (let c = 0; c < channels; c++)
      for (let row = 0; row < SIDE; row++)
        for (let column = 0; column < SIDE; column++)
          x[((i * channels + c) * height + row + top) * width + column + left] =
            images[(i * SIDE + row) * SIDE + column] * factor + offset;
  return x;
}

/** Numbers below n in a mixed order; the same seed and epoch, the same order. */
export const order = (n, seed, epoch) => shuffled(n, uniform((seed * 2654435761 + epoch * 40503 + 1) >>> 0));

const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;

/** A network, its digits and its recipe. `digits` is { images, labels }: bytes, the last HELD of them for testing. */
export async function trainer(wasm, digits, { arch, recipe, images, seed = 0, weights = null, gain = 1 }) {
  const engine = await load(wasm);
  const net = engine.network(arch, { batch: recipe.batch, seed });
  if (weights) net.set(weights);
  else if (gain !== 1) {
    const scaling = arch.layers.filter(({ type }) => ["Conv", "Linear"].includes(type)).map(({ name }) => `${name}.weight`);
    net.set(Object.fromEntries(Object.entries(net.get()).map(([name, w]) => [name, scaling.includes(name) ? w.map((v) => v * gain) : w])));
  }
  const units = arch.input.reduce((a, b) => a * b);
  const all = digits.labels.length;
  const part = (from, to) => ({ x: scaled(digits.images.subarray(from * SIDE ** 2, to * SIDE ** 2), recipe.pixels, arch.input),
    y: digits.labels.slice(from, to) });
  const train = part(0, images);
  const test = part(all - HELD, all);
  const first = { x: train.x.subarray(0, KNOWN * units), y: train.y.subarray(0, KNOWN) };
  const x = new Float32Array(recipe.batch * units);
  const y = new Uint8Array(recipe.batch);
  let [epoch, at, seen, steps] = [0, 0, 0, 0];
  let mixed = order(images, seed, 0);
  let losses = []; // since the last look

  // The next batch of the order, where a step reads it; returns its size.
  function fill() {
    const n = Math.min(recipe.batch, images - at);
    for (let i = 0; i < n; i++) {
      x.set(train.x.subarray(mixed[at + i] * units, (mixed[at + i] + 1) * units), i * units);
      y[i] = train.y[mixed[at + i]];
    }
    return n;
  }

  // The gradients of the first batch, before any step: the network stays as it is.
  function before() {
    const weights = net.get();
    const n = fill();
    const slopes = net.gradients(x.subarray(0, n * units), y.subarray(0, n));
    net.set(weights); // batch norm has looked at the batch
    return slopes;
  }

  return {
    net,
    get seen() {
      return seen;
    },
    /** One step; its loss, as it was before. */
    step() {
      if (at >= images) [epoch, at, mixed] = [epoch + 1, 0, order(images, seed, epoch + 1)];
      const n = fill();
      const { lr, momentum, weight_decay, clip } = recipe;
      const loss = net.step(x.subarray(0, n * units), y.subarray(0, n), { lr, momentum, weight_decay, clip });
      [at, seen, steps] = [at + n, seen + n, steps + 1];
      losses.push(loss);
      return loss;
    },
    /** Loss and accuracy on the held-out digits, on the first training digits, and of the steps since the last look. */
    look() {
      const stepped = losses.length ? mean(losses) : null;
      losses = [];
      return { seen, steps, stepped, test: net.evaluate(test.x, test.y), train: net.evaluate(first.x, first.y) };
    },
    /** What the network looks like now: first kernels, maps of a digit, dead units and the gradient of each layer. */
    inside(digit) {
      const slopes = seen ? net.slopes() : before();
      const layers = arch.layers.filter(({ name }) => slopes[`${name}.weight`]).map(({ name }) => {
        const g = slopes[`${name}.weight`];
        return { name, gradient: Math.sqrt(g.reduce((a, b) => a + b * b, 0) / g.length) };
      });
      net.forward(test.x.subarray(0, 200 * units));
      const dead = net.rows.filter(({ type }) => type === "ReLU").map(({ name, shape_out }) => {
        const size = shape_out.reduce((a, b) => a * b);
        const values = net.maps(name);
        const alive = new Uint8Array(size);
        values.forEach((value, i) => (alive[i % size] |= value > 0));
        return { name, dead: 1 - alive.reduce((a, b) => a + b) / size };
      });
      const outputs = net.forward(test.x.subarray(digit * units, (digit + 1) * units));
      const maps = net.rows.filter(({ type }) => ["Conv", "MaxPool", "AvgPool", "Subsample"].includes(type))
        .slice(0, 4).map(({ name, shape_out }) => ({ name, shape: shape_out, values: net.maps(name) }));
      const kernels = Object.entries(net.get())[0][1];
      return { layers, dead, maps, kernels, outputs, input: net.maps("input"), label: test.y[digit] };
    },
  };
}
