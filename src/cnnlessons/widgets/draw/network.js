// From a drawing to what the network is fed, and from a unit back to what it sees of it.

import { pair, times } from "../arithmetic.js";
import { DIGIT } from "./ink.js";

/** The tensors of a safetensors file as Float32Arrays, from half or single precision; whole numbers are left out. */
export function tensors(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, start)));
  const read = { F16: [2, half], F32: [4, (at) => view.getFloat32(at, true)] };
  return Object.fromEntries(Object.entries(header).flatMap(([name, { dtype, data_offsets: ends }]) => {
    if (!read[dtype]) return [];
    const [size, get] = read[dtype];
    return [[name, Float32Array.from({ length: (ends[1] - ends[0]) / size }, (_, i) => get(start + ends[0] + size * i))]];
  }));

  function half(at) {
    const bits = view.getUint16(at, true);
    const [exponent, part] = [(bits >> 10) & 31, bits & 1023];
    return (bits >> 15 ? -1 : 1) * (exponent ? 2 ** (exponent - 15) * (1 + part / 1024) : (2 ** -14 * part) / 1024);
  }
}

/** Rows and columns that are added above and to the left of a digit. */
export const margin = ([, height, width]) => [height, width].map((n) => Math.floor((n - DIGIT) / 2));

/** A digit of 28×28 bytes as the network's input: in the middle of background, `factor`·pixel + `offset`. */
export function fed(digit, input, [factor, offset]) {
  const [, height, width] = input;
  const [top, left] = margin(input);
  const x = new Float32Array(height * width).fill(offset);
  digit.forEach((level, i) => (x[(top + Math.floor(i / DIGIT)) * width + left + (i % DIGIT)] = factor * level + offset));
  return x;
}

// The cells, first and last on each axis, that a layer reads for those of its output.
function read(layer, shape, ends) {
  if (layer.type === "AdaptiveAvgPool")
    return ends.map(([lo, hi], axis) => {
      const [n, m] = [shape[axis + 1], pair(layer.n)[axis]];
      return [Math.floor((lo * n) / m), Math.ceil(((hi + 1) * n) / m) - 1];
    });
  if (!["Conv", "Local", "MaxPool", "AvgPool", "Subsample", "WithinMapLRN"].includes(layer.type)) return ends;
  const usual = layer.type === "Conv" || layer.type === "Local" ? 1 : layer.k; // a pool's stride, if it says none
  const window = layer.type === "WithinMapLRN" ? [layer.n, 1, Math.floor(layer.n / 2), 1]
    : [layer.k, layer.s ?? usual, layer.p ?? 0, layer.d ?? 1];
  const [k, s, p, d] = window.map(pair);
  return ends.map(([lo, hi], axis) => 
    [lo * s[axis] - p[axis], hi * s[axis] - p[axis] + d[axis] * (k[axis] - 1)]);
}

/**
 * The rows and columns of the input, [[first, last], [first, last]], that can change the unit at `place`, [map, row,
 * column] or [unit], of row `index` of the trace; they may lie outside of it, in the padding.
 */
export function field(layers, rows, index, place) {
  let ends = place.length === 3 ? place.slice(1).map((n) => [n, n]) : null;
  let flat = place.length === 1 ? place[0] : null; // the one unit of a vector, as long as it is one
  for (let i = index; i >= 0; i--) {
    const [layer, shape] = [layers[i], rows[i].shape_in];
    const whole = () => shape.slice(1).map((n) => [0, n - 1]);
    if (["Linear", "RBF", "Softmax"].includes(layer.type) && shape.length === 1) flat = null;
    else if (layer.type === "Flatten" && shape.length === 3) {
      const width = shape[2];
      const cell = flat === null ? null : flat % (shape[1] * width);
      ends = cell === null ? whole() : [Math.floor(cell / width), cell % width].map((n) => [n, n]);
    } else if (ends) ends = read(layer, shape, ends);
  }
  return ends ?? rows[0].shape_in.slice(1).map((n) => [0, n - 1]);
}

/**
 * What is shown: the layers with pictures, each as the indices of a layer and of the activation after it, and the index
 * of the one with the scores or penalties.
 */
export function stages(layers, rows) {
  const answer = layers.at(-1).type === "Softmax" && layers.length > 1 ? layers.length - 2 : layers.length - 1;
  const found = [];
  for (let i = 0; i < answer; i++) {
    if (["Flatten", "Dropout"].includes(layers[i].type)) continue;
    if (rows[i].kind === "activation" && found.length && found.at(-1).at(-1) === i - 1) found.at(-1).push(i);
    else found.push([i]);
  }
  return { found, answer };
}

/** What a layer has, in words. */
export const told = ({ shape_out }) => (shape_out.length === 3
  ? `${shape_out[0]} maps of ${times(shape_out.slice(1))}` : `${shape_out[0]} units`);
