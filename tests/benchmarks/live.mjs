// The JavaScript sides of live.py, for Node and for a page. Each is { step(), forward(), evaluate() } on one network with
// the weights, digits and step size that `given` holds: the same for all, so that their losses can be compared.
//
// In Node: `node live.mjs SIDE GIVEN.json PLACE`; reads a JSON request a line, answers with a JSON line.

const floats = (list) => Float32Array.from(list);
const bytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt());
const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;

// The digits as every side takes them: scaled pixels, and labels.
function digits({ pixels, labels }) {
  const x = bytes(pixels);
  return { x: new Float32Array(x.length).map((_, i) => x[i] / 255), y: bytes(labels) };
}

// Batches in a row, round and round.
function batches({ x, y }, size) {
  const units = x.length / y.length;
  let at = 0;
  return () => {
    if (at + size > y.length) at = 0;
    const from = at;
    at += size;
    return { from, x: x.subarray(from * units, at * units), y: y.subarray(from, at) };
  };
}

// place: { load, wasm } of the page engine.
async function pageEngine(given, place) {
  const engine = await place.load(place.wasm);
  const net = engine.network(given.arch, { batch: given.batch, seed: 0 });
  net.set(Object.fromEntries(Object.entries(given.weights).map(([name, list]) => [name, floats(list)])));
  const train = digits(given.train);
  const test = digits(given.test);
  const next = batches(train, given.batch);
  const settings = { lr: given.lr, momentum: given.momentum };
  return {
    step: () => { const { x, y } = next(); return net.step(x, y, settings); },
    forward: () => net.forward(next().x),
    evaluate: () => net.evaluate(test.x, test.y).accuracy,
  };
}

// Images of a batch one by one, as it has no other way; height × width × channels, so filters and the first dense layer
// are turned round.
function convnetjs(given, place) {
  const { Net, Trainer, Vol } = place.lib;
  const net = new Net();
  const kinds = { Conv: (l) => ({ type: "conv", sx: l.k, filters: l.maps, stride: 1, pad: 0 }), ReLU: () => ({ type: "relu" }),
    MaxPool: (l) => ({ type: "pool", sx: l.k, stride: l.k }), Linear: (l) => ({ type: "fc", num_neurons: l.units }) };
  const [depth, height, width] = given.arch.input;
  const inner = given.arch.layers.filter((l) => l.type !== "Flatten");
  const last = inner.pop(); // ConvNetJS adds a dense layer to its softmax by itself
  net.makeLayers([{ type: "input", out_sx: width, out_sy: height, out_depth: depth },
    ...inner.map((l) => kinds[l.type](l)), { type: "softmax", num_classes: last.units }]);
  const named = [...inner, last].filter((l) => ["Conv", "Linear"].includes(l.type)).map((l) => l.name);
  const layers = net.layers.filter((l) => l.filters);
  let flat = null; // maps, height, width before the first dense layer
  layers.forEach((layer, i) => {
    const weight = given.weights[`${named[i]}.weight`];
    const dense = layer.layer_type === "fc";
    const [c, h, w] = dense ? (flat ?? [layer.num_inputs, 1, 1]) : [layer.in_depth, layer.sy, layer.sx];
    layer.filters.forEach((filter, o) => {
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) for (let d = 0; d < c; d++)
        filter.w[(w * y + x) * c + d] = weight[((o * c + d) * h + y) * w + x];
    });
    layer.biases.w.set(given.weights[`${named[i]}.bias`]);
    const after = net.layers.slice(net.layers.indexOf(layer) + 1).find((l) => ["pool", "fc"].includes(l.layer_type));
    flat = dense ? null : [after.out_depth, after.out_sy, after.out_sx];
  });
  const train = digits(given.train);
  const units = depth * height * width;
  const made = [];
  const vol = (from) => (made[from] ??= Object.assign(new Vol(width, height, depth, 0),
    { w: Float64Array.from(train.x.subarray(from * units, (from + 1) * units)) })); // one channel: no turning round
  const next = batches(train, given.batch);
  const trainer = new Trainer(net, { method: "sgd", learning_rate: given.lr, momentum: given.momentum, batch_size: given.batch, l2_decay: 0 });
  return {
    step: () => { const { from, y } = next(); return mean([...y].map((label, i) => trainer.train(vol(from + i), label).loss)); },
    forward: () => { const { from, y } = next(); y.forEach((_, i) => net.forward(vol(from + i), false)); },
  };
}

// Height × width × channels too. `place.backend` is cpu or wasm.
async function tfjs(given, place) {
  const { tf } = place;
  await tf.setBackend(place.backend);
  await tf.ready();
  if (tf.getBackend() !== place.backend) throw new Error(`TensorFlow.js runs on ${tf.getBackend()}, not on ${place.backend}`);
  const [depth, height, width] = given.arch.input;
  const model = tf.sequential();
  const kinds = { Conv: (l) => tf.layers.conv2d({ filters: l.maps, kernelSize: l.k, name: l.name }), ReLU: () => tf.layers.reLU(),
    MaxPool: (l) => tf.layers.maxPooling2d({ poolSize: l.k }), Flatten: () => tf.layers.flatten(), Linear: (l) => tf.layers.dense({ units: l.units, name: l.name }) };
  model.add(tf.layers.inputLayer({ inputShape: [height, width, depth] }));
  let flat = null;
  for (const l of given.arch.layers) {
    if (l.type === "Flatten") flat = model.layers.at(-1).outputShape.slice(1); // height, width, maps
    model.add(kinds[l.type](l));
    if (!["Conv", "Linear"].includes(l.type)) continue;
    const layer = model.layers.at(-1);
    const shape = layer.getWeights()[0].shape;
    const weight = tf.tensor(given.weights[`${l.name}.weight`]);
    const turned = l.type === "Conv" ? weight.reshape([l.maps, shape[2], l.k, l.k]).transpose([2, 3, 1, 0])
      : flat ? weight.reshape([l.units, flat[2], flat[0], flat[1]]).transpose([2, 3, 1, 0]).reshape(shape)
        : weight.reshape([l.units, shape[0]]).transpose();
    if (l.type === "Linear") flat = null;
    layer.setWeights([turned, tf.tensor(given.weights[`${l.name}.bias`])]);
  }
  model.compile({ optimizer: tf.train.momentum(given.lr, given.momentum), loss: (y, logits) => tf.losses.softmaxCrossEntropy(y, logits) });
  const next = batches(digits(given.train), given.batch);
  const images = (x, n) => tf.tensor4d(x, [n, height, width, depth]); // one channel
  return {
    async step() {
      const { x, y } = next();
      const [images_, labels] = [images(x, y.length), tf.tidy(() => tf.oneHot(tf.tensor1d(y, "int32"), 10).toFloat())];
      const loss = await model.trainOnBatch(images_, labels);
      tf.dispose([images_, labels]);
      return loss;
    },
    forward: async () => { const { x, y } = next(); await tf.tidy(() => model.predict(images(x, y.length))).data(); },
  };
}

export const SIDES = { engine: pageEngine, convnetjs, tfjs, "tfjs-wasm": tfjs };

/** What answers requests for a side: { do: "start" | "train" | "forward" | "goal", seconds, … }. */
export function answers(name, given, place) {
  let side;
  const now = () => performance.now() / 1000;
  async function timed(one, { seconds }) {
    const begin = now();
    const values = [];
    do values.push(await one()); while (now() - begin < seconds);
    return { seconds: now() - begin, steps: values.length };
  }
  return {
    // From nothing to the first step: load, compile, build, train on a batch.
    async start() {
      const begin = now();
      side = await SIDES[name](given, await place());
      const outcome = {};
      try {
        outcome.losses = [await side.step()];
      } catch (error) {
        return { cannot: error.message.split("\n")[0] };
      }
      outcome.seconds = now() - begin;
      while (outcome.losses.length < 3) outcome.losses.push(await side.step());
      return outcome;
    },
    train: (request) => timed(side.step, request),
    forward: (request) => timed(side.forward, request),
    // Seconds of training until the held-out digits reach the goal; looking costs nothing.
    async goal({ goal, every, most }) {
      let seconds = 0;
      for (let steps = 0; steps < most; steps += every) {
        const begin = now();
        for (let i = 0; i < every; i++) side.step();
        seconds += now() - begin;
        if (side.evaluate() >= goal) return { seconds, steps: steps + every };
      }
      return { seconds: null, steps: most };
    },
  };
}

// How a side is loaded in Node, from a folder with node_modules, or with engine.mjs and engine.wasm.
async function inNode(name, folder) {
  const [{ createRequire }, { readFileSync }, { pathToFileURL }] =
    await Promise.all(["node:module", "node:fs", "node:url"].map((one) => import(one)));
  if (name === "engine")
    return { load: (await import(pathToFileURL(`${folder}/engine.mjs`))).load, wasm: readFileSync(`${folder}/engine.wasm`) };
  const require = createRequire(`${folder}/`);
  if (name === "convnetjs") return { lib: require("convnetjs") };
  const tf = require("@tensorflow/tfjs");
  if (name === "tfjs") return { tf, backend: "cpu" };
  require("@tensorflow/tfjs-backend-wasm").setWasmPaths(`${folder}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
  return { tf, backend: "wasm" };
}

if (typeof process !== "undefined" && process.argv[1]?.endsWith("live.mjs")) {
  const [, , name, file, folder] = process.argv;
  const { readFileSync } = await import("node:fs");
  const { createInterface } = await import("node:readline");
  const ask = answers(name, JSON.parse(readFileSync(file, "utf8")), () => inNode(name, folder));
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    console.log(`= ${JSON.stringify(await ask[request.do](request))}`);
  }
}
