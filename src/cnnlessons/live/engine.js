// The page engine's host: networks as PyTorch has them, in WebAssembly, in browsers, workers and Node.
//
//   const engine = await load(bytes);                       // of engine.wasm
//   const net = engine.network(arch, { batch: 16, seed: 0 });  // arch: what Arch.as_dict() gives
//   const outputs = net.forward(x);                         // x: Float32Array (N, C, H, W), outputs image by image
//   const loss = net.step(x, y, { lr: 0.05, momentum: 0.9 });  // y: Uint8Array (N)
//
// Whatever cannot be is an Error with one sentence; a network then is as it was before.

import { prod, times, trace } from "../widgets/arithmetic.js";

const ROLES = ["weight", "bias", "coefficient", "running_mean", "running_var", "num_batches_tracked", "codes"];
const TYPES = ["Conv", "Local", "MaxPool", "AvgPool", "Subsample", "AdaptiveAvgPool", "Flatten", "Linear", "ReLU", "Tanh",
  "ScaledTanh", "Sigmoid", "Softmax", "Dropout", "LRN", "GroupedLRN", "WithinMapLRN", "BatchNorm", "RBF"];
const KINDS = Object.fromEntries(TYPES.map((type) => [type, {}]));
const LOSSES = ["cross_entropy", "probabilities", "ml", "map"];
const CHUNK = 256; // images that evaluate takes at once

/** The engine in `bytes`, the content of engine.wasm. */
export async function load(bytes) {
  const module = await WebAssembly.compile(bytes);
  return { network: (arch, options) => network(module, arch, options) };
}

// Every layer of a type that the engine has, with its sizes in whole numbers.
function check(arch) {
  if (!Array.isArray(arch?.layers) || !arch.layers.length || !Array.isArray(arch.input))
    throw new Error("arch: an object with `input` and `layers` is needed, as Arch.as_dict() gives it");
  for (const layer of arch.layers) {
    if (!TYPES.includes(layer.type))
      throw new Error(`${layer.name}: the page engine has no ${layer.type}; it has ${TYPES.join(", ")}`);
    for (const [key, least] of [["maps", 1], ["units", 1], ["k", 1], ["s", 1], ["p", 0], ["d", 1], ["groups", 1], ["n", 1]]) {
      const real = layer.type === "Dropout" ? key === "p" : layer.type.endsWith("LRN") && key === "k";
      for (const n of real ? [] : [layer[key] ?? least].flat())
        if (!Number.isInteger(n) || n < least)
          throw new Error(`${layer.name}: ${key} must be a whole number from ${least}, not ${n}`);
    }
  }
  const { rows, error } = trace(arch.layers, arch.input, KINDS);
  if (error) throw new Error(error);
  return rows;
}

function network(module, arch, { batch = 16, seed = 0 } = {}) {
  const rows = check(arch);
  const c = new WebAssembly.Instance(module, {}).exports;
  const text = new TextEncoder().encode(JSON.stringify({ input: arch.input, init: arch.init ?? "torch", layers: arch.layers }));
  const place = c.text(text.length);
  if (!place) throw exhausted("the network");
  new Uint8Array(c.memory.buffer, place, text.length).set(text);
  const made = c.make(seed >>> 0);
  if (made === -1) throw exhausted("the network");
  if (made > 0)
    throw new Error(`${arch.layers[made - 1].name}: the start ${arch.init} is for layers with the names of the paper's; use "he"`);

  const floats = (at, n) => new Float32Array(c.memory.buffer, at, n);
  const units = prod(arch.input);
  const last = rows.at(-1);
  const tensors = Array.from({ length: c.tensors() }, (_, t) => ({
    name: `${arch.layers[c.tensor_layer(t)].name}.${ROLES[c.tensor_role(t)]}`, size: c.tensor_size(t), t }));
  const own = { RBF: "map", Softmax: "probabilities" }[last.type] ?? "cross_entropy";
  let images = 0; // of the last pass
  let signalled = false; // whether a backward pass has followed it

  function exhausted(what) {
    return new Error(`${what}: the page has no memory for that; take fewer images at a time, fewer maps or a smaller input`);
  }

  // Puts `x` (N images) where the engine reads it; returns N.
  function give(x, from = 0, to = Infinity) {
    if (!(x instanceof Float32Array)) throw new Error("x: a Float32Array (N, C, H, W) is needed");
    if (!x.length || x.length % units)
      throw new Error(`x: ${x.length} numbers are no whole images of ${times(arch.input)}; give ${units} for each`);
    const part = x.subarray(from * units, to * units);
    const n = part.length / units;
    if (c.reserve(n) < 0) {
      images = 0;
      throw exhausted(`x, ${n} images`);
    }
    floats(c.given(), part.length).set(part);
    return n;
  }

  function run(n, train) {
    images = n;
    if (!c.run(n, train)) return;
    images = 0;
    throw new Error("x: a number is infinite or undefined; look at how the pixels were scaled");
  }

  // Puts the labels of `n` images, of `total`, where the engine reads them.
  function label(y, n, from = 0, total = n) {
    if (!(y instanceof Uint8Array)) throw new Error("y: a Uint8Array with a label for each image is needed");
    if (y.length !== total) throw new Error(`y: ${total} images need ${total} labels, not ${y.length}`);
    if (last.shape_out.length !== 1)
      throw new Error(`${last.name}: a loss needs one vector an image, not ${times(last.shape_out)} maps; average or flatten them`);
    const part = y.subarray(from, from + n);
    const wrong = part.find((one) => one >= last.shape_out[0]);
    if (wrong !== undefined) throw new Error(`y: the label ${wrong} is none of the ${last.shape_out[0]} classes, 0 to ${last.shape_out[0] - 1}`);
    new Uint8Array(c.memory.buffer, c.labels(), n).set(part);
  }

  function kind(loss = "own") {
    const name = loss === "own" ? own : loss;
    if (!LOSSES.includes(name)) throw new Error(`loss: no ${loss}; it is own or one of ${LOSSES.join(", ")}`);
    if ((own === "map") !== ["ml", "map"].includes(name))
      throw new Error(`loss '${name}' does not go with this network: it returns ${own === "map"
        ? "penalties, where the smallest wins" : "scores, where the largest wins"}; use loss='own'`);
    return LOSSES.indexOf(name);
  }

  // Forward in training mode, the loss, and the gradients; returns the loss and the length of all gradients together.
  function backward(x, y, loss) {
    const which = kind(loss);
    const n = give(x);
    label(y, n);
    run(n, 1);
    const value = c.loss(which);
    const length = c.back();
    signalled = true;
    return [value, length];
  }

  const named = (read) => Object.fromEntries(tensors.flatMap(({ name, size, t }) => {
    const at = read(t);
    return at ? [[name, floats(at, size).slice()]] : [];
  }));

  function index(name) {
    const i = name === "input" ? -1 : arch.layers.findIndex((layer) => layer.name === name);
    if (i < 0 && name !== "input")
      throw new Error(`${name}: no such layer; there are input, ${arch.layers.map((layer) => layer.name).join(", ")}`);
    if (!images) throw new Error(`${name}: nothing has gone through the network yet; call forward first`);
    return i;
  }

  if (c.reserve(Math.max(1, batch)) < 0) throw exhausted(`batch ${batch}`);
  return {
    arch,
    rows, // of trace: name, shape_in, shape_out, params …

    /** Weights and buffers by the names of PyTorch's state_dict. */
    get: () => named(c.tensor_value),

    /** Takes all of them; momentum starts anew. */
    set(weights) {
      for (const { name, size } of tensors) {
        if (!weights[name]) throw new Error(`weights: ${name} is missing; give all of ${tensors.map((t) => t.name).join(", ")}`);
        if (weights[name].length !== size)
          throw new Error(`weights: ${name} has ${weights[name].length} numbers, not the ${size} of this network`);
        if (!Array.prototype.every.call(weights[name], Number.isFinite))
          throw new Error(`weights: a number of ${name} is infinite or undefined`);
      }
      const foreign = Object.keys(weights).find((name) => !tensors.some((t) => t.name === name));
      if (foreign) throw new Error(`weights: this network has no ${foreign}`);
      for (const { name, size, t } of tensors) {
        floats(c.tensor_value(t), size).set(weights[name]);
        if (c.tensor_speed(t)) floats(c.tensor_speed(t), size).fill(0);
      }
      c.weights_set();
    },

    /** Outputs, image by image: in evaluation mode, or as in training. */
    forward(x, { train = false } = {}) {
      const n = give(x);
      run(n, Number(train));
      signalled = false;
      return floats(c.gather(rows.length - 1, 0), n * prod(last.shape_out)).slice();
    },

    /** The outputs of a layer, or the "input", in the last pass, image by image. */
    maps(name) {
      const i = index(name);
      return floats(c.gather(i, 0), images * c.units(i)).slice();
    },

    /** The gradient of the mean loss with respect to a layer's outputs in the last step, image by image. */
    signals(name) {
      const i = index(name);
      if (!signalled) throw new Error(`${name}: no gradient has come back since the last forward pass; call gradients or step`);
      if (i < c.lowest()) throw new Error(`${name}: below the first weights no gradient is computed`);
      return floats(c.gather(i, 1), images * c.units(i)).slice();
    },

    /** The gradient of the mean loss with respect to every weight, in training mode; its `loss` is not enumerated. */
    gradients(x, y, { loss } = {}) {
      const [value] = backward(x, y, loss);
      return Object.defineProperty(named(c.tensor_grad), "loss", { value });
    },

    /** One step of SGD on the mean loss of all images of x, which is returned, as it was before. */
    step(x, y, { lr, momentum = 0, weight_decay = 0, clip = null, loss } = {}) {
      for (const [name, value] of Object.entries({ lr, momentum, weight_decay, clip: clip ?? 1 }))
        if (!(Number.isFinite(value) && value >= 0) || (name === "clip" && !value))
          throw new Error(`${name}: a finite number from 0 is needed, not ${value}`);
      const [value, length] = backward(x, y, loss);
      if (!Number.isFinite(value) || !Number.isFinite(length))
        throw Object.assign(new Error(`the loss is no longer a number (lr=${lr}): try a smaller lr or clip: 5`), { name: "DivergedError" });
      c.step(lr, momentum, weight_decay, clip === null ? 1 : Math.min(1, clip / (length + 1e-6)));
      return value;
    },

    /** The gradients of the last step, by the names of the weights. */
    slopes: () => named(c.tensor_grad),

    /** Mean loss and share of right answers, in evaluation mode. */
    evaluate(x, y, { loss } = {}) {
      const which = kind(loss);
      let [total, right, done] = [0, 0, 0];
      for (; done * units < x.length; done += images) {
        const n = give(x, done, done + CHUNK);
        label(y, n, done, x.length / units);
        run(n, 0);
        total += c.loss(which) * images;
        right += c.correct();
      }
      signalled = false;
      return { loss: total / done, accuracy: right / done };
    },
  };
}
