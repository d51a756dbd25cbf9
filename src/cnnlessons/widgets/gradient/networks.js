// The deep networks of Gradient, as networks.py makes them, for the engine.

const ACTIVATIONS = { sigmoid: "Sigmoid", tanh: "Tanh", "scaled tanh": "ScaledTanh", relu: "ReLU" };
const BLOCKS = { "vgg-A": [1, 1, 2, 2, 2], "vgg-B": [2, 2, 2, 2, 2], "vgg-D": [2, 2, 3, 3, 3] };
const WIDTHS = [8, 16, 32, 64, 64];

export function network({ network: kind, depth, activation, init, norm }) {
  const layers = [];
  const act = (name) => ACTIVATIONS[activation] && layers.push({ type: ACTIVATIONS[activation], name });
  const add = (name, maps) => {
    layers.push({ type: "Conv", name: `conv${name}`, maps, k: 3, s: 1, p: 1, groups: 1, table: null, d: 1, ceil: false });
    if (norm) layers.push({ type: "BatchNorm", name: `bn${name}` });
    act(`act${name}`);
  };
  const pool = (name) => layers.push({ type: "MaxPool", name, k: 2, s: null, p: 0, ceil: false });
  if (kind === "stack") {
    for (let i = 1; i <= depth; i++) {
      add(String(i), 16);
      if (i === 3 || i === 6) pool(`pool${i}`);
    }
    layers.push({ type: "Flatten", name: "flatten" }, { type: "Linear", name: "output", units: 10 });
    return { input: [1, 28, 28], init, layers };
  }
  BLOCKS[kind].forEach((n, block) => {
    for (let i = 1; i <= n; i++) add(`${block + 1}_${i}`, WIDTHS[block]);
    pool(`pool${block + 1}`);
  });
  layers.push({ type: "Flatten", name: "flatten" });
  for (const name of ["6", "7"]) {
    layers.push({ type: "Linear", name: `fc${name}`, units: 128 });
    act(`fa${name}`);
  }
  layers.push({ type: "Linear", name: "fc8", units: 10 });
  return { input: [1, 32, 32], init, layers };
}

export const FUNCTIONS = {
  sigmoid: [(a) => 1 / (1 + Math.exp(-a)), (a) => Math.exp(-Math.abs(a)) / (1 + Math.exp(-Math.abs(a))) ** 2],
  tanh: [Math.tanh, (a) => 1 - Math.tanh(a) ** 2],
  "scaled tanh": [(a) => 1.7159 * Math.tanh((2 / 3) * a), (a) => 1.7159 * (2 / 3) * (1 - Math.tanh((2 / 3) * a) ** 2)],
  relu: [(a) => Math.max(0, a), (a) => (a > 0 ? 1 : 0)],
  none: [(a) => a, () => 1],
};

const spread = (values, about = 0) => Math.sqrt(values.reduce((sum, v) => sum + (v - about) ** 2, 0) / values.length);
const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;

// For each layer with weights: its outputs' spread, the gradient that reaches them, and its weights' relative pull.
export function measure(net, arch, x, y) {
  net.gradients(x, y);
  const [weights, slopes] = [net.get(), net.slopes()];
  return arch.layers.filter(({ type }) => type === "Conv" || type === "Linear").map(({ name }) => {
    const [w, g, out] = [weights[`${name}.weight`], slopes[`${name}.weight`], net.maps(name)];
    return { name, signal: spread(out, mean(out)), gradient: spread(net.signals(name)), pull: spread(g) / spread(w) };
  });
}
