// From an nn.Sequential, as source or as print shows it, to the layers of this widget.

import { pair, trace } from "../arithmetic.js";
import { Unread, read } from "./python.js";

const POOL = ["kernel_size", "stride", "padding"];
const CONV = ["out_channels", "kernel_size", "stride", "padding", "dilation", "groups", "bias", "padding_mode", "device", "dtype"];
const whole = (n, least) => Number.isInteger(n) && n >= least;
const sides = (value, least) => whole(value, least) || (Array.isArray(value) && value.length === 2 && value.every((n) => whole(n, least)));
const one = (value) => (Array.isArray(value) && value[0] === value[1] ? value[0] : value);
const alike = (a, b) => JSON.stringify(one(a)) === JSON.stringify(one(b));

// name in torch.nn → what it is called with, and the layer that does the same; `usual` are values it may be left at.
const plain = (type, ...names) => ({ names, make: () => ({ type }) });
const MODULES = {
  Conv2d: { names: ["in_channels", ...CONV], needs: 3, make: conv },
  LazyConv2d: { names: CONV, needs: 2, make: conv },
  Linear: { names: ["in_features", "out_features", "bias", "device", "dtype"], needs: 2, make: linear },
  LazyLinear: { names: ["out_features", "bias", "device", "dtype"], needs: 1, make: linear },
  MaxPool2d: { names: [...POOL, "dilation", "return_indices", "ceil_mode"], needs: 1,
    usual: { dilation: 1, return_indices: false }, make: (a) => ({ type: "MaxPool", ...pool(a) }) },
  AvgPool2d: { names: [...POOL, "ceil_mode", "count_include_pad", "divisor_override"], needs: 1, make(a, fail) {
    if (a.count_include_pad === false && Math.max(...pair(a.padding ?? 0)) > 0) fail("count_include_pad=False leaves the padding out of the mean, and no layer here does");
    if (a.divisor_override != null) fail("divisor_override divides by another number, and no layer here does");
    return { type: "AvgPool", ...pool(a) };
  } },
  AdaptiveAvgPool2d: { names: ["output_size"], needs: 1, make: (a) => ({ type: "AdaptiveAvgPool", n: one(a.output_size) }) },
  Flatten: { names: ["start_dim", "end_dim"], usual: { start_dim: 1, end_dim: -1 }, make: () => ({ type: "Flatten" }) },
  ReLU: plain("ReLU", "inplace"),
  Tanh: plain("Tanh"),
  Sigmoid: plain("Sigmoid"),
  ScaledTanh: plain("ScaledTanh"),
  Softmax: { names: ["dim"], make(a, fail) {
    if (![1, -1].includes(a.dim)) fail(`dim=${a.dim === undefined || a.dim === null ? "None" : a.dim} is not over the classes; dim=1 is`);
    return { type: "Softmax" };
  } },
  Dropout: { names: ["p", "inplace"], make(a, fail) {
    const { p = 0.5 } = a;
    if (!(typeof p === "number" && p >= 0 && p < 1)) fail(`p=${p} is no probability from 0, below 1`);
    return { type: "Dropout", p };
  } },
  BatchNorm2d: { names: ["num_features", "eps", "momentum", "affine", "track_running_stats", "device", "dtype", "bias"], needs: 1,
    usual: { affine: true, bias: true }, make: (a) => ({ type: "BatchNorm", reads: a.num_features }) },
  LazyBatchNorm2d: { names: ["eps", "momentum", "affine", "track_running_stats", "device", "dtype", "bias"],
    usual: { affine: true, bias: true }, make: () => ({ type: "BatchNorm" }) },
  LocalResponseNorm: { names: ["size", "alpha", "beta", "k"], needs: 1,
    make: ({ size, alpha = 1e-4, beta = 0.75, k = 1 }) => ({ type: "LRN", n: size, k, alpha: alpha / size, beta }) },
};

function conv(a, fail) {
  if (a.bias === false) fail("bias=False is a layer without biases, and each here has them");
  if ((a.padding_mode ?? "zeros") !== "zeros") fail(`padding_mode='${a.padding_mode}' pads with something else than zeros, and no layer here does`);
  const [k, s, d] = [a.kernel_size, a.stride ?? 1, a.dilation ?? 1];
  let p = a.padding ?? 0;
  if (p === "valid") p = 0;
  if (p === "same") {
    if (!alike(s, 1)) fail("padding='same' needs a stride of 1");
    p = pair(k).map((n, axis) => (pair(d)[axis] * (n - 1)) / 2);
    if (p.some((n) => !Number.isInteger(n))) fail("padding='same' of an even kernel adds unequal zeros on two sides, and no layer here does");
  }
  const layer = { type: "Conv", maps: a.out_channels, k: one(k), s: one(s), p: one(p), d: one(d), groups: a.groups ?? 1 };
  return { ...layer, reads: a.in_channels };
}
function linear(a, fail) {
  if (a.bias === false) fail("bias=False is a layer without biases, and each here has them");
  return { type: "Linear", units: a.out_features, reads: a.in_features };
}
function pool({ kernel_size: k, stride, padding, ceil_mode = false }) {
  const s = stride === undefined || stride === null || alike(stride, k) ? null : one(stride);
  return { k: one(k), s, p: one(padding ?? 0), ceil: ceil_mode };
}

const LEAST = { maps: 1, units: 1, k: 1, s: 1, d: 1, groups: 1, n: 1, p: 0 };
function module(node, name, kinds) {
  const known = MODULES[node.call];
  const fail = (why) => {
    throw new Unread(`${name} (${node.call}): ${why}.`);
  };
  if (!known) {
    const own = /^[a-z]/.test(node.call);
    fail(own ? "a function of your own; paste what print(model) shows instead" : "no layer of this widget does the same");
  }
  const given = { ...node.named };
  if (node.args.length > known.names.length) fail(`takes ${known.names.length} arguments, not ${node.args.length}`);
  node.args.forEach((value, i) => {
    if (known.names[i] in given) fail(`${known.names[i]} is given twice`);
    given[known.names[i]] = value;
  });
  for (const key of Object.keys(given)) if (!known.names.includes(key)) fail(`there is no argument ${key}`);
  for (const key of known.names.slice(0, known.needs ?? 0)) if (!(key in given)) fail(`${key} is missing`);
  for (const [key, value] of Object.entries(known.usual ?? {}))
    if (key in given && !alike(given[key], value)) fail(`${key}=${words(given[key])} is not ${words(value)}, and no layer here does that`);
  const { reads, ...made } = known.make(given, fail);
  for (const [key, least] of Object.entries(LEAST)) {
    const value = made[key];
    const single = ["maps", "units", "groups"].includes(key);
    const loose = made.type === "Dropout" || made.type === "LRN" || value === undefined || (key === "s" && value === null);
    if (!loose && !(single ? whole(value, least) : sides(value, least))) fail(`${words(value)} is no whole number from ${least}${single ? "" : ", nor two of them"}`);
  }
  if (made.type === "LRN" && !(whole(made.n, 1) && [made.k, made.alpha, made.beta].every(Number.isFinite))) fail("its settings must be numbers");
  return { layer: { ...kinds[made.type].new, ...made, name }, reads };
}
const words = (value) => ({ true: "True", false: "False", null: "None" }[String(value)] ?? (Array.isArray(value) ? `(${value.join(", ")})` : String(value)));

// [name, expression] of everything that a Sequential, or a printed class with parts, holds.
function parts(node) {
  if (node.parts.length) return node.parts;
  const [only] = node.args;
  if (node.call === "Sequential" && node.args.length === 1 && only?.call === "OrderedDict") {
    const [inner] = only.args;
    return inner?.pairs ?? (inner ?? Object.entries(only.named));
  }
  return node.args.map((part, i) => [String(i), part]);
}

function flat(node, path, kinds, found) {
  if (typeof node !== "object" || node === null || !node.call)
    throw new Unread(`${path || "The text"} is no layer: paste nn.Sequential(…), or what print(model) shows.`);
  if (node.call !== "Sequential" && !node.parts.length) return void found.push(module(node, path || "0", kinds));
  for (const entry of parts(node)) {
    const [name, part] = Array.isArray(entry) ? entry : [];
    if (typeof name !== "string") throw new Unread("OrderedDict: pairs (name, layer) are needed.");
    if (!/^[^._][^.]*$/.test(name)) throw new Unread(`${name} cannot be the name of a layer.`);
    flat(part, path ? `${path}.${name}` : name, kinds, found);
  }
}

// Where the network starts: past imports, prompts and what it is assigned to.
function start(text) {
  const lines = text.replace(/^[ \t]*(?:>>>|\.\.\.|In \[\d+\]:|Out\[\d+\]:)/gm, "").split("\n");
  const kept = lines.filter((line) => !/^\s*(import|from)\s|^\s*print\s*\(|^\s*#/.test(line)).join("\n");
  if (/^\s*(class|def)\s/m.test(kept)) throw new Unread("A class or a function is no row of layers: paste nn.Sequential(…), or what print(model) shows.");
  const first = /[A-Za-z_][\w.]*\s*\(/.exec(kept);
  if (!first) throw new Unread("There is no network in the text: paste nn.Sequential(…), or what print(model) shows.");
  return kept.slice(first.index);
}

const SIDES = [224, 227, 32, 28, 64, 96, 384, 299];

// { layers, input, news } of the network in `text`. Throws Unread, with a sentence for the reader.
// `input` is what is shown now: its height and width stay if the network takes them.
export function paste(text, input, kinds) {
  const tree = read(start(text));
  const found = [];
  flat(tree, "", kinds, found);
  if (!found.length) throw new Unread("The network in the text has no layers.");
  let news = "";
  const vector = found.findIndex(({ layer }) => ["Linear", "Flatten"].includes(layer.type));
  if (tree.call !== "Sequential" && found[vector]?.layer.type === "Linear") {
    const after = found[vector].layer.name;
    found.splice(vector, 0, { layer: { ...kinds.Flatten.new, name: "flatten" } });
    news = ` A Flatten stands before ${after}: print does not show what forward does.`;
  }
  const layers = found.map(({ layer }) => layer);
  const channels = found.find(({ reads }) => reads !== undefined && true)?.reads;
  const first = found.find(({ reads }) => reads !== undefined);
  const depth = first && first.layer.type !== "Linear" ? channels : input[0];
  const wrong = (shape) => { // the first layer that was made for something else
    const { rows, error } = trace(layers, shape, kinds);
    const i = rows.findIndex((row, j) => found[j].reads !== undefined && found[j].reads !== row.shape_in[0]);
    return { rows, error, i };
  };
  const tried = [input.slice(1), ...SIDES.map((n) => [n, n])];
  const fits = (side) => {
    const { error, i } = wrong([depth, ...side]);
    return !error && i < 0;
  };
  let size = tried.find(fits);
  for (let n = 1; !size && n <= 512; n++) if (fits([n, n])) size = [n, n];
  size ??= tried.find((side) => !wrong([depth, ...side]).error) ?? input.slice(1);
  const shape = [depth, ...size];
  const { rows, i } = wrong(shape);
  if (i >= 0) {
    const { layer, reads } = found[i];
    const linear = layer.type === "Linear";
    throw new Unread(`${layer.name} was made for ${reads} ${linear ? "numbers" : "maps"}, but ` +
      `${rows[i].shape_in[0]} come in${linear ? `, and no square picture up to 512 pixels gives it ${reads}` : ""}: PyTorch would refuse it too.`);
  }
  return { layers, input: shape, news };
}
