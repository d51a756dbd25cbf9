// The stack as the PyTorch code that makes it, and the layers for which torch.nn has no counterpart.

const CLASSES = { Subsample: "Subsample", ScaledTanh: "ScaledTanh", RBF: "RBF", GroupedLRN: "GroupedLocalResponseNorm",
  WithinMapLRN: "WithinMapLRN", Local: "Local2d" };
const text = (value) => {
  if (Array.isArray(value)) return `(${value.map(text).join(", ")}${value.length === 1 ? "," : ""})`;
  return { true: "True", false: "False", null: "None" }[String(value)] ?? String(value);
};
const usual = (value, other) => [value].flat().every((n) => n === other);

function called(name, given, named = []) {
  const extra = named.filter(([, value, other]) => !usual(value, other)).map(([key, value]) => `${key}=${text(value)}`);
  return `${name}(${[...given.map(text), ...extra].join(", ")})`;
}

// [code, class of cnnlessons or ""] of a layer whose row of the trace is `row`.
function module(l, { shape_in, shape_out }) {
  const own = CLASSES[l.type] ?? (l.table ? "TableConv2d" : l.type === "Conv" && l.ceil ? "CeilConv2d" : "");
  const step = l.s ?? l.k;
  const numbers = () => [["alpha", l.n * l.alpha], ["beta", l.beta], ["k", l.k]];
  const pooled = () => [["stride", usual(step, l.k) ? null : step, null], ["padding", l.p, 0], ["ceil_mode", l.ceil, false]];
  const made = {
    Conv: () => l.table ? called("TableConv2d", [l.table, l.k, l.s, l.p, l.d, l.ceil])
      : called(own || "nn.Conv2d", [shape_in[0], l.maps, l.k], [["stride", l.s, 1], ["padding", l.p, 0], ["dilation", l.d, 1], ["groups", l.groups, 1]]),
    Local: () => called(own, [shape_in[0], l.maps, shape_out.slice(1), l.k, l.p]),
    MaxPool: () => called("nn.MaxPool2d", [l.k], pooled()),
    AvgPool: () => called("nn.AvgPool2d", [l.k], pooled()),
    Subsample: () => called(own, [shape_in[0], l.k, step]),
    AdaptiveAvgPool: () => called("nn.AdaptiveAvgPool2d", [l.n]),
    Flatten: () => "nn.Flatten()",
    Linear: () => called("nn.Linear", [shape_in[0], l.units]),
    Softmax: () => "nn.Softmax(dim=1)",
    Dropout: () => called("nn.Dropout", [l.p]),
    LRN: () => called("nn.LocalResponseNorm", [l.n], numbers()),
    GroupedLRN: () => called(own, [l.groups, l.n], numbers()),
    WithinMapLRN: () => called(own, [l.n], [["alpha", l.alpha], ["beta", l.beta], ["k", l.k]]),
    BatchNorm: () => called("nn.BatchNorm2d", [shape_in[0]]),
    RBF: () => called(own, [l.codes]),
  }[l.type];
  return [made ? made() : own ? `${own}()` : `nn.${l.type}()`, own];
}

// Nested names as Sequentials of their own, as torchvision has them.
function nested(entries, indent) {
  const lines = [];
  for (let i = 0; i < entries.length;) {
    const [name, code] = entries[i];
    const head = name.split(".")[0];
    if (head === name) {
      lines.push(`${indent}(${JSON.stringify(name)}, ${code}),`);
      i++;
      continue;
    }
    const inner = [];
    for (; i < entries.length && entries[i][0].startsWith(`${head}.`); i++) inner.push([entries[i][0].slice(head.length + 1), entries[i][1]]);
    lines.push(`${indent}(${JSON.stringify(head)}, nn.Sequential(OrderedDict([`, ...nested(inner, `${indent}    `), `${indent}]))),`);
  }
  return lines;
}

// { code, foreign }: code that defines `model`, and a sentence about the layers that torch.nn has not, or "".
export function source(layers, rows, title) {
  const modules = rows.map((row, i) => module(layers[i], row));
  const classes = [...new Set(modules.map(([, own]) => own).filter(Boolean))].sort();
  const lacking = layers.filter((_, i) => modules[i]?.[1]).map((layer, i) => layer.name);
  const foreign = lacking.length
    ? `torch.nn has no counterpart of ${lacking.join(", ")}: ${classes.join(", ")} of cnnlessons ${classes.length > 1 ? "stand" : "stands"} in.` : "";
  const shape = rows.length ? rows[0].shape_in : [];
  const code = [
    `# ${title}; input (N, ${shape.join(", ")})`,
    ...(foreign ? [`# ${foreign}`] : []),
    "from collections import OrderedDict",
    "",
    "from torch import nn",
    ...(classes.length ? ["", `from cnnlessons.modules import ${classes.join(", ")}`] : []),
    "",
    "model = nn.Sequential(OrderedDict([",
    ...nested(layers.slice(0, rows.length).map((layer, i) => [layer.name, modules[i][0]]), "    "),
    "]))",
    "",
  ].join("\n");
  return { code, foreign };
}
