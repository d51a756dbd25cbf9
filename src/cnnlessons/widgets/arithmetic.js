// The arithmetic of layers: the same rules and sentences as cnnlessons.trace. `kinds` is the vocabulary of layer_json.

export class ShapeError extends Error {}

export const prod = (numbers) => numbers.reduce((a, b) => a * b, 1);
export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
export const times = (shape) => shape.join("×");
export const pair = (sides) => (Array.isArray(sides) ? sides : [sides, sides]); // (height, width)
export const area = (sides) => prod(pair(sides));
const oneOrBoth = (sides) => (sides[0] === sides[1] ? sides[0] : sides);
const problem = (layer, why) => new ShapeError(`${layer.name}: ${why}`);

// Windows of k on a line of n: ⌊(n + 2p − k)/s⌋ + 1; `ceil` rounds up, if the window more starts inside.
function slide(n, k, s, p, ceil) {
  const whole = Math.floor((n + 2 * p - k) / s) + 1;
  const steps = -Math.floor((k - n - 2 * p) / s) + 1;
  return ceil && (steps - 1) * s < n + p ? steps : whole;
}

function needMap(layer, shape) {
  if (shape.length !== 3)
    throw problem(layer, `needs a map (C, H, W), not a vector of ${times(shape)}; move it before Flatten`);
  return shape;
}

// Height and width after sliding a window of `k` over the map `shape`; k, s and p are pairs.
function slideMap(layer, shape, k, s, p, ceil = false) {
  const sides = needMap(layer, shape).slice(1);
  const after = sides.map((n, axis) => slide(n, k[axis], s[axis], p[axis], ceil));
  if (Math.min(...after) < 1) {
    const padded = Math.max(...p) ? ` with ${pair(oneOrBoth(p)) === p ? times(p) : p[0]} of padding` : "";
    throw problem(layer, `a ${times(k)} window does not fit a ${times(sides)} map${padded}`);
  }
  return after;
}

const KEEP = { out: (l, shape) => shape, params: () => 0, connections: () => 0, macs: () => 0, window: () => [[1, 1], [1, 1]] };

const reach = (l) => pair(l.k).map((k, axis) => pair(l.d)[axis] * (k - 1) + 1);
const kernels = (l, shape) =>
  l.table ? sum(l.table.map((row) => row.length)) : Math.floor(shape[0] / l.groups) * l.maps;
const positions = (l, shape) => prod(CONV.out(l, shape).slice(1));

const CONV = {
  out(l, shape) {
    const channels = needMap(l, shape)[0];
    if (channels % l.groups || l.maps % l.groups)
      throw problem(l, `${l.groups} groups must divide both ${channels} input and ${l.maps} output maps`);
    const last = l.table && Math.max(...l.table.flat());
    if (l.table && l.groups > 1)
      throw problem(l, "a table says already who reads what: leave groups at 1, or take the table out");
    if (l.table && (l.table.length !== l.maps || last >= channels))
      throw problem(l, `its table is for ${l.table.length} output maps reading up to input map ${last + 1}, ` +
        `not ${l.maps} maps from ${channels}`);
    return [l.maps, ...slideMap(l, shape, reach(l), pair(l.s), pair(l.p), l.ceil)];
  },
  params: (l, shape) => area(l.k) * kernels(l, shape) + l.maps,
  connections: (l, shape) => CONV.params(l, shape) * positions(l, shape),
  macs: (l, shape) => area(l.k) * kernels(l, shape) * positions(l, shape),
  window: (l) => [reach(l), pair(l.s)],
};

const LOCAL = {
  out(l, shape) {
    return [l.maps, ...slideMap(l, shape, pair(l.k), [1, 1], pair(l.p))];
  },
  params: (l, shape) => (shape[0] * area(l.k) + 1) * prod(LOCAL.out(l, shape)),
  connections: (l, shape) => LOCAL.params(l, shape),
  macs: (l, shape) => shape[0] * area(l.k) * prod(LOCAL.out(l, shape)),
  window: (l) => [pair(l.k), [1, 1]],
};

const POOL = {
  ...KEEP,
  out(l, shape) {
    const [k, s, p] = [l.k, l.s ?? l.k, l.p].map(pair);
    if (p.some((n, axis) => 2 * n > k[axis]))
      throw problem(l, `padding ${[l.p].flat().join("×")} is more than half of the ${times(k)} window`);
    return [needMap(l, shape)[0], ...slideMap(l, shape, k, s, p, l.ceil)];
  },
  connections: (l, shape) => area(l.k) * prod(POOL.out(l, shape)),
  window: (l) => [pair(l.k), pair(l.s ?? l.k)],
};

// The longest of the m windows that a pool to a fixed size lays over n cells, and the mean step between them.
function largest(n, m) {
  const gcd = (a, b) => (b ? gcd(b, a % b) : a);
  const rest = n % m;
  const ends = rest === 0 ? 0 : rest === gcd(n, m) ? 1 : 2; // cells that it touches beside the whole ones
  return [Math.floor(n / m) + ends, m === 1 ? 1 : n / m];
}

const RULES = {
  Conv: CONV,
  Local: LOCAL,
  MaxPool: POOL,
  AvgPool: POOL,
  Subsample: {
    ...POOL,
    out(l, shape) {
      if (l.p || l.ceil) throw problem(l, "subsampling neither pads nor rounds up; use AvgPool for that");
      return POOL.out(l, shape);
    },
    params: (l, shape) => 2 * shape[0],
    connections: (l, shape) => (area(l.k) + 1) * prod(POOL.out(l, shape)),
  },
  AdaptiveAvgPool: {
    ...KEEP,
    out: (l, shape) => [needMap(l, shape)[0], ...pair(l.n)],
    window(l, shape) {
      const found = pair(l.n).map((m, axis) => largest(shape[axis + 1], m));
      return [found.map(([side]) => side), found.map(([, step]) => step)];
    },
  },
  Flatten: { ...KEEP, out: (l, shape) => [prod(shape)] },
  Linear: {
    ...KEEP,
    out(l, shape) {
      if (shape.length !== 1) throw problem(l, `needs a vector, not a ${times(shape)} map; put Flatten before it`);
      return [l.units];
    },
    params: (l, shape) => (shape[0] + 1) * l.units,
    connections: (l, shape) => (shape[0] + 1) * l.units,
    macs: (l, shape) => shape[0] * l.units,
  },
  RBF: {
    ...KEEP,
    out(l, shape) {
      const cells = l.codes[0].length;
      if (shape.length !== 1 || shape[0] !== cells)
        throw problem(l, `its codes have ${cells} cells, but ${times(shape)} come in`);
      return [l.codes.length];
    },
    connections: (l, shape) => l.codes.length * shape[0],
  },
  LRN: { ...KEEP, out: needMap },
  WithinMapLRN: { ...KEEP, out: needMap, window: (l) => [[l.n, l.n], [1, 1]] },
  GroupedLRN: {
    ...KEEP,
    out(l, shape) {
      if (needMap(l, shape)[0] % l.groups)
        throw problem(l, `${l.groups} groups must divide ${shape[0]} maps`);
      return shape;
    },
  },
  BatchNorm: { ...KEEP, out: needMap, params: (l, shape) => 2 * shape[0], connections: (l, shape) => 2 * prod(shape) },
};
export const rule = (layer) => RULES[layer.type] ?? KEEP;

function* walk(layers, shape, kinds) {
  let [field, jump, sides] = [[1, 1], [1, 1], shape.slice(1)];
  for (const layer of layers) {
    const { out, params, connections, macs, window } = rule(layer);
    const [after, { kind, reads_all }] = [out(layer, shape), kinds[layer.type]];
    let [k, s] = window(layer, shape); // (height, width) each
    if (reads_all && shape.length === 1 && sides.length) [k, sides] = [sides, []]; // as large as the map
    else if (shape.length === 3) sides = (after.length === 3 ? after : shape).slice(1);
    field = field.map((n, axis) => n + (k[axis] - 1) * jump[axis]);
    jump = jump.map((n, axis) => n * s[axis]);
    yield {
      name: layer.name, type: layer.type, kind, shape_in: shape, shape_out: after,
      params: params(layer, shape), connections: connections(layer, shape), macs: macs(layer, shape),
      receptive_field: oneOrBoth(field.map(Math.ceil)), jump: oneOrBoth(jump), units: prod(after),
    };
    shape = after;
  }
}

function fits(layers, shape) {
  try {
    for (const layer of layers) shape = rule(layer).out(layer, shape);
    return true;
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
}

function smallestInput(layers, channels) {
  for (let n = 1; n <= 1024; n++) if (fits(layers, [channels, n, n])) return n;
  return null;
}

// The rows up to the first layer that does not fit, and the sentence about that one (or "").
export function trace(layers, input, kinds) {
  const rows = [];
  if (input.some((n) => !Number.isInteger(n) || n < 1)) {
    const shape = `(${input.join(", ")})`;
    return { rows, error: `an input shape is (channels, height, width) of whole numbers from 1, not ${shape}` };
  }
  try {
    for (const row of walk(layers, input, kinds)) rows.push(row);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const n = smallestInput(layers, input[0]);
    const wayOut = n ? `the smallest input for this network is ${n}×${n}` : "no input size fits: change this layer";
    return { rows, error: `${error.message} (input ${times(input.slice(1))}); ${wayOut}` };
  }
  return { rows, error: "" };
}
