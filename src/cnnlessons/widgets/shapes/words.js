// What the table and the sentences say of a layer.

import { pair, rule, sum, times } from "../arithmetic.js";
import { number, or_dash } from "../ui.js";

// What a layer is set to, in words.
export function summary(layer) {
  const usual = layer.type === "Conv" ? 1 : layer.k; // a stride worth no words
  const text = (sides) => [sides].flat().join("×");
  const padded = layer.type !== "Dropout" && Math.max(...pair(layer.p ?? 0)) > 0;
  return [
    "maps" in layer && `${number(layer.maps)} maps`,
    "units" in layer && `${number(layer.units)} units`,
    "k" in layer && "p" in layer && times(pair(layer.k)),
    "s" in layer && text(layer.s ?? usual) !== text(usual) && `stride ${text(layer.s)}`,
    padded && `padding ${text(layer.p)}`,
    text(layer.d ?? 1) !== "1" && `dilation ${text(layer.d)}`,
    layer.groups > 1 && `${layer.groups} groups`,
    layer.ceil && "rounded up",
    layer.table && "by table",
    layer.codes && `${layer.codes.length} codes`,
    layer.type === "AdaptiveAvgPool" && `to ${times(pair(layer.n))}`,
    layer.type === "Dropout" && `p = ${layer.p}`,
  ].filter(Boolean).join(", ");
}

// How many of the last rows and columns of its input no window of the layer reaches.
export function left(layer, { shape_in }) {
  if (!("k" in layer && "p" in layer) || layer.ceil) return [0, 0];
  const [k, s] = rule(layer).window(layer, shape_in);
  return pair(layer.p).map((p, axis) => Math.max(0, (shape_in[axis + 1] + 2 * p - k[axis]) % s[axis] - p));
}

// The same in words.
export function dropped(layer, row) {
  const lost = left(layer, row);
  const words = ["row", "column"].map((name, axis) => (lost[axis] > 1 ? `${lost[axis]} ${name}s` : lost[axis] && name));
  return words.some(Boolean) ? `drops the last ${words.filter(Boolean).join(" and ")}` : "";
}

// The layers that need other numbers of parameters than at the network's own input, in a sentence.
export function outgrown(rows, own) {
  const other = rows.filter((row, i) => row.params !== own[i].params).map((row) => {
    const before = own.find(({ name }) => name === row.name).params;
    return `${row.name} needs ${number(row.params)} parameters here, not ${number(before)}`;
  });
  return other.length ? ` ${other.join("; ")}: a network built for its own input refuses this one.` : "";
}

export function cells(row) {
  const field = [row.receptive_field, row.receptive_field].flat().slice(-2).map(number).join("×");
  return [times(row.shape_out), or_dash(row.params), or_dash(row.connections), or_dash(row.macs), field,
    [row.jump].flat().map((n) => String(Number(n.toPrecision(6)))).join("×")];
}

// The largest share of a sum, for the bars of a column.
export const shares = (rows, name) => {
  const all = sum(rows.map((row) => row[name]));
  return rows.map((row) => (all ? row[name] / all : 0));
};
