// From the chosen settings to the network and its recipe: what settings.py does, for the engine; and the lines of PyTorch.

import { trace } from "../arithmetic.js";

const ACTIVATIONS = { relu: "ReLU", tanh: "Tanh", "scaled tanh": "ScaledTanh", sigmoid: "Sigmoid" };
const POOLS = {
  max: { type: "MaxPool", k: 2, s: null, p: 0, ceil: false },
  mean: { type: "AvgPool", k: 2, s: null, p: 0, ceil: false },
  trainable: { type: "Subsample", k: 2, s: null, p: 0, ceil: false },
  overlapping: { type: "MaxPool", k: 3, s: 2, p: 0, ceil: true },
};
const NORMS = { "batch norm": { type: "BatchNorm" }, lrn: { type: "LRN", n: 5, k: 2, alpha: 1e-4, beta: 0.75 } };

export function network(settings, networks) {
  const { kinds, ...base } = networks[settings.network];
  const layers = base.layers.flatMap((layer, i) => {
    const { name } = layer;
    let here = layer;
    if (kinds[i] === "activation" && settings.activation !== "as it is") here = { type: ACTIVATIONS[settings.activation], name };
    if (kinds[i] === "pool" && settings.pool !== "as it is") here = { name, ...POOLS[settings.pool] };
    const norm = layer.type === "Conv" && name !== "C5" && NORMS[settings.norm];
    const drop = settings.dropout && ["C5_act", "F6_act"].includes(name);
    return [here, ...(norm ? [{ ...norm, name: `${name}_norm` }] : []),
      ...(drop ? [{ type: "Dropout", name: `${name}_drop`, p: settings.dropout }] : [])];
  });
  return { ...base, id: "own", init: settings.init, layers };
}

export const recipe = ({ batch, lr, momentum, weight_decay, clip, pixels }) => ({ batch, lr, momentum, weight_decay, clip, pixels });

// The shape of each weight, for a file: as PyTorch has it.
export function shapes(arch, weights) {
  const { rows } = trace(arch.layers, arch.input, Object.fromEntries(arch.layers.map(({ type }) => [type, {}])));
  const found = {};
  arch.layers.forEach((layer, i) => {
    const channels = rows[i].shape_in[0];
    const { name, type } = layer;
    const k = [layer.k, layer.k].flat().slice(0, 2);
    if (type === "Conv") found[`${name}.weight`] = [...(layer.table ? [layer.table.flat().length] : [layer.maps, channels / layer.groups]), ...k];
    if (type === "Linear") found[`${name}.weight`] = [layer.units, channels];
    if (type === "RBF") found[`${name}.codes`] = [layer.codes.length, layer.codes[0].length];
  });
  return Object.fromEntries(Object.entries(weights).map(([name, values]) =>
    [name, found[name] ?? (name.endsWith("num_batches_tracked") ? [] : [values.length])]));
}

const quoted = (value) => (typeof value === "string" ? JSON.stringify(value) : value === null ? "None" : String(value));

// The lines that load the file in PyTorch, where this package is installed.
export function lines(run, defaults, file) {
  const changed = Object.entries(run.settings).filter(([name, value]) => value !== defaults[name]);
  const chosen = run.own ? "model" : changed.map(([name, value]) => `${name}=${quoted(value)}`).join(", ");
  return [
    "from safetensors.torch import load_file",
    "from cnnlessons import build, evaluate, load",
    "from cnnlessons.widgets import Train",
    "",
    `chosen = Train(${chosen})${run.own ? "  # your own network" : ""}`,
    "model = build(chosen.arch)",
    `model.load_state_dict(load_file("${file}"), strict=False)`,
    "digits = load(\"mnist-5k\")",
    "print(evaluate(model, digits.test, chosen.recipe))",
  ].join("\n");
}

// The 5,000 digits as they are sent: all images, then all labels.
export const split = (all) => ({ images: all.slice(0, all.length - 5000), labels: all.slice(-5000) });
