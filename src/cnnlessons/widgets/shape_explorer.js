// The shape explorer: a stack of layers, what each does to the shape, and what that costs.
// First the arithmetic, the same rules and sentences as cnnlessons.trace; then the drawing; then the view.

/* ------------------------------------------------------------------ arithmetic */

class ShapeError extends Error {}

const prod = (numbers) => numbers.reduce((a, b) => a * b, 1);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const times = (shape) => shape.join("×");
const problem = (layer, why) => new ShapeError(`${layer.name}: ${why}`);

// Windows of k on a line of n: ⌊(n + 2p − k)/s⌋ + 1; `ceil` rounds up, but a window must start inside.
function slide(n, k, s, p, ceil) {
  if (!ceil) return Math.floor((n + 2 * p - k) / s) + 1;
  const steps = -Math.floor((k - n - 2 * p) / s) + 1;
  return (steps - 1) * s >= n + p ? steps - 1 : steps;
}

function needMap(layer, shape) {
  if (shape.length !== 3)
    throw problem(layer, `needs a map (C, H, W), not a vector of ${times(shape)}; move it before Flatten`);
  return shape;
}

function slideMap(layer, shape, k, s, p, ceil = false) {
  const sides = needMap(layer, shape).slice(1);
  if (k < 1 || s < 1 || p < 0)
    throw problem(layer, `kernel and stride must be 1 or more and padding 0 or more, not k=${k}, s=${s}, p=${p}`);
  const after = sides.map((n) => slide(n, k, s, p, ceil));
  if (Math.min(...after) < 1)
    throw problem(layer, `a ${k}×${k} window does not fit a ${times(sides)} map${p ? ` with ${p} of padding` : ""}`);
  return after;
}

const KEEP = { out: (l, shape) => shape, params: () => 0, connections: () => 0, macs: () => 0, window: () => [[1, 1], [1, 1]] };

const square = (side) => [side, side];

const reach = (l) => l.d * (l.k - 1) + 1;
const kernels = (l, shape) =>
  l.table ? sum(l.table.map((row) => row.length)) : Math.floor(shape[0] / l.groups) * l.maps;
const positions = (l, shape) => prod(CONV.out(l, shape).slice(1));

const CONV = {
  out(l, shape) {
    const channels = needMap(l, shape)[0];
    if (l.maps < 1 || l.groups < 1 || l.d < 1 || l.k < 1)
      throw problem(l, "maps, kernel, groups and dilation must be at least 1");
    if (channels % l.groups || l.maps % l.groups)
      throw problem(l, `${l.groups} groups must divide both ${channels} input and ${l.maps} output maps`);
    const last = l.table && Math.max(...l.table.flat());
    if (l.table && (l.table.length !== l.maps || last >= channels))
      throw problem(l, `its table is for ${l.table.length} output maps reading up to input map ${last + 1}, ` +
        `not ${l.maps} maps from ${channels}`);
    return [l.maps, ...slideMap(l, shape, reach(l), l.s, l.p)];
  },
  params: (l, shape) => l.k ** 2 * kernels(l, shape) + l.maps,
  connections: (l, shape) => CONV.params(l, shape) * positions(l, shape),
  macs: (l, shape) => l.k ** 2 * kernels(l, shape) * positions(l, shape),
  window: (l) => [square(reach(l)), square(l.s)],
};

const LOCAL = {
  out(l, shape) {
    if (l.maps < 1) throw problem(l, "needs at least 1 map");
    return [l.maps, ...slideMap(l, shape, l.k, 1, l.p)];
  },
  params: (l, shape) => (shape[0] * l.k ** 2 + 1) * prod(LOCAL.out(l, shape)),
  connections: (l, shape) => LOCAL.params(l, shape),
  macs: (l, shape) => shape[0] * l.k ** 2 * prod(LOCAL.out(l, shape)),
  window: (l) => [square(l.k), [1, 1]],
};

const POOL = {
  ...KEEP,
  out(l, shape) {
    if (2 * l.p > l.k) throw problem(l, `padding ${l.p} is more than half of the ${l.k}×${l.k} window`);
    return [needMap(l, shape)[0], ...slideMap(l, shape, l.k, l.s ?? l.k, l.p, l.ceil)];
  },
  connections: (l, shape) => l.k ** 2 * prod(POOL.out(l, shape)),
  window: (l) => [square(l.k), square(l.s ?? l.k)],
};

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
    connections: (l, shape) => (l.k ** 2 + 1) * prod(POOL.out(l, shape)),
  },
  AdaptiveAvgPool: {
    ...KEEP,
    out(l, shape) {
      if (l.n < 1) throw problem(l, `must return at least 1×1, not ${l.n}×${l.n}`);
      return [needMap(l, shape)[0], l.n, l.n];
    },
    window(l, shape) {
      const reach = (side) => {
        let k = 0;
        for (let i = 0; i < l.n; i++)
          k = Math.max(k, Math.ceil(((i + 1) * side) / l.n) - Math.floor((i * side) / l.n));
        return k;
      };
      const sides = shape.slice(1);
      return [sides.map(reach), sides.map((side) => (l.n === 1 ? 1 : side / l.n))];
    },
  },
  Flatten: { ...KEEP, out: (l, shape) => [prod(shape)] },
  Linear: {
    ...KEEP,
    out(l, shape) {
      if (shape.length !== 1) throw problem(l, `needs a vector, not a ${times(shape)} map; put Flatten before it`);
      if (l.units < 1) throw problem(l, "needs at least 1 unit");
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
  GroupedLRN: {
    ...KEEP,
    out(l, shape) {
      if (l.groups < 1 || needMap(l, shape)[0] % l.groups)
        throw problem(l, `${l.groups} groups must divide ${shape[0]} maps`);
      return shape;
    },
  },
  BatchNorm: { ...KEEP, out: needMap, params: (l, shape) => 2 * shape[0], connections: (l, shape) => 2 * prod(shape) },
};
const rule = (layer) => RULES[layer.type] ?? KEEP;

function* walk(layers, shape, kinds) {
  let [field, jump, sides] = [[1, 1], [1, 1], shape.slice(1)];
  const oneOrBoth = (pair) => (pair[0] === pair[1] ? pair[0] : pair);
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

/* ------------------------------------------------------------------ small tools */

const SVG = "http://www.w3.org/2000/svg";
const number = (n) => n.toLocaleString("en-US");
const or_dash = (n) => (n ? number(n) : "–");

// An element with its attributes and children; `on…` attributes are listeners, false ones are left out.
function element(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}
const h = (tag, attributes, ...children) => element(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => element(document.createElementNS(SVG, tag), attributes, children);

/* ------------------------------------------------------------------ drawing */

const SAME = new Set(["activation", "dropout", "norm"]); // kinds that leave the maps as they are

// Every stack of maps as a box: its side to scale, its thickness growing with the logarithm of the maps.
function draw(width, input, rows, failed, palette, selected) {
  const boxes = [{ name: "input", kind: "input", shape: input }];
  rows.forEach((row, index) => {
    if (!SAME.has(row.kind) && row.type !== "Softmax")
      boxes.push({ name: row.name, kind: row.kind, shape: row.shape_out, index });
  });
  const largest = Math.max(...boxes.flatMap((box) => box.shape.slice(1)), 1);
  const measure = (scale) => {
    const side = Math.max(0.5, Math.sqrt(scale)); // where room is short, thickness goes first
    for (const box of boxes) {
      const [tall, wide] = box.shape.length === 3 ? box.shape.slice(1) : [1, 1];
      box.h = Math.max(3, (tall / largest) * 120 * side);
      box.dx = Math.max(1.5, (wide / largest) * 42 * side);
      box.t = (3 + 3.2 * Math.log2(box.shape[0])) * scale;
    }
  };
  const total = (least) => sum(boxes.map((box) => Math.max(least, box.t + box.dx + 5))) + (failed ? 72 : 0) + 12;
  measure(1);
  const upright = total(62) <= width; // room for labels under the boxes; otherwise they run down
  const least = upright ? 62 : 13;
  let scale = 1;
  while (total(least) > width && scale > 0.15) measure((scale *= 0.93));

  const top = Math.max(...boxes.map((box) => box.h / 2 + box.dx * 0.7)) + 6;
  const foot = Math.max(...boxes.map((box) => box.h / 2)) + top + 8;
  const parts = [];
  let x = 6;
  const label = (middle, name, shape, extra) => {
    if (upright) {
      parts.push(svg("text", { x: middle, y: foot + 10, "text-anchor": "middle", class: `name ${extra}` }, name));
      parts.push(svg("text", { x: middle, y: foot + 24, "text-anchor": "middle", class: extra }, shape));
      return;
    }
    parts.push(svg("text", { transform: `translate(${middle - 4} ${foot}) rotate(90)` }, svg("tspan", { class: `name ${extra}` }, name), svg("tspan", { dx: 5 }, shape)));
  };
  for (const box of boxes) {
    const column = Math.max(least, box.t + box.dx + 5);
    const [left, up, dy] = [x + (column - box.t - box.dx) / 2, top - box.h / 2, box.dx * 0.7];
    const [right, down] = [left + box.t, up + box.h];
    const face = (points, shade) =>
      svg("polygon", { points: points.map((p) => p.join(",")).join(" "), fill: palette[box.kind], class: shade });
    parts.push(svg("g", { class: box.index === selected ? "box chosen" : "box" },
      face([[left, up], [left + box.dx, up - dy], [right + box.dx, up - dy], [right, up]], "lid"),
      face([[right, up], [right + box.dx, up - dy], [right + box.dx, down - dy], [right, down]], "map"),
      face([[left, up], [right, up], [right, down], [left, down]], "side")));
    label(x + column / 2, box.name, times(box.shape), box.index === selected ? "chosen" : "");
    x += column;
  }
  if (failed) {
    parts.push(svg("rect", { x: x + 22, y: top - 14, width: 28, height: 28, class: "failed" }));
    parts.push(svg("path", { d: `M${x + 29} ${top - 7}l14 14m0 -14l-14 14`, class: "failed" }));
    label(x + 36, failed, "does not fit", "wrong");
    x += 66;
  }
  const letters = Math.max(`${failed ?? ""} does not fit`.length, ...boxes.map((box) => `${box.name} ${times(box.shape)}`.length));
  const height = foot + (upright ? 30 : 6.9 * letters + 6);
  const said = boxes.map((box) => `${box.name} ${times(box.shape)}`).join(", ") + (failed ? `; ${failed} does not fit` : "");
  return svg("svg", { role: "img", "aria-label": `The maps, their sides to scale: ${said}.`, width: Math.ceil(x + 6),
    height: Math.ceil(height), viewBox: `0 0 ${Math.ceil(x + 6)} ${Math.ceil(height)}` }, ...parts);
}

/* ------------------------------------------------------------------ view */

const HEAD = ["layer", "type", "output", "parameters", "connections", "MACs", "receptive field", "jump"];

// What a layer is set to, in words.
function summary(layer) {
  const usual = layer.type === "Conv" ? 1 : layer.k; // a stride worth no words
  return [
    "maps" in layer && `${number(layer.maps)} maps`,
    "units" in layer && `${number(layer.units)} units`,
    "k" in layer && "p" in layer && `${layer.k}×${layer.k}`,
    "s" in layer && (layer.s ?? usual) !== usual && `stride ${layer.s}`,
    layer.type !== "Dropout" && layer.p && `padding ${layer.p}`,
    layer.d > 1 && `dilation ${layer.d}`,
    layer.groups > 1 && `${layer.groups} groups`,
    layer.ceil && "rounded up",
    layer.table && "by table",
    layer.codes && `${layer.codes.length} codes`,
    layer.type === "AdaptiveAvgPool" && `to ${layer.n}×${layer.n}`,
    layer.type === "Dropout" && `p = ${layer.p}`,
  ].filter(Boolean).join(", ");
}

function cells(row) {
  const field = [row.receptive_field, row.receptive_field].flat().slice(-2).map(number).join("×");
  return [times(row.shape_out), or_dash(row.params), or_dash(row.connections), or_dash(row.macs), field,
    [row.jump].flat().map((n) => String(Number(n.toPrecision(6)))).join("×")];
}

function render({ model, el }) {
  const [catalogue, kinds, palette] = ["catalogue", "vocabulary", "palette"].map((name) => model.get(name));
  let selected = -1; // the layer whose settings are open
  let ours = false; // true while we change the model ourselves
  let from = model.get("network") || Object.keys(catalogue)[0]; // what Reset goes back to

  const drawing = h("div", { class: "drawing", role: "group", "aria-label": "drawing of the maps" });
  const legend = h("ul", { class: "legend", "aria-label": "colours of the drawing" });
  const status = h("p", { class: "status", role: "status", "aria-live": "polite" });
  const body = h("tbody", { role: "rowgroup" });
  const foot = h("tr", { role: "row" });
  const names = h("select", { "data-key": "network", onchange: (event) => choose(event.target.value) });
  const sizes = ["channels", "height", "width"].map((name, axis) =>
    whole(name, `input-${axis}`, model.get("input")[axis], 1, (n) => {
      const input = [...model.get("input")];
      input[axis] = n;
      change({ input });
    }));
  const head = h("tr", { role: "row" }, ...HEAD.map((name, i) =>
    h("th", { scope: "col", role: "columnheader", class: i > 2 ? "number" : "" }, name)));
  const table = h("table", { role: "table", "aria-label": "layers of the stack" },
    h("thead", { role: "rowgroup" }, head), body, h("tfoot", { role: "rowgroup" }, foot));
  const root = h("div", { class: "shape-explorer" },
    h("div", { class: "bar" },
      h("label", {}, "network", names),
      h("fieldset", {}, h("legend", {}, "input"), ...sizes),
      button("Reset", "reset", () => choose(from)),
      button("Empty stack", "empty", () => change({ network: "", layers: [] }, -1, "All layers removed. "))),
    drawing, legend, status,
    table,
    h("div", { class: "bar" }, ...adder("Add at the end", "end", () => model.get("layers").length)));

  function button(text, key, onclick, off = false) {
    // aria-disabled, not disabled: a button that vanished under the finger would lose the keyboard's place
    return h("button", { type: "button", "data-key": key, "aria-disabled": off && "true",
      onclick: () => off || onclick() }, text);
  }

  // A labelled box for a whole number; `empty` is what an empty box stands for, if it may be empty.
  function whole(text, key, value, least, set, empty) {
    const box = h("input", { type: "number", "data-key": key, min: least, max: 9999, step: 1, value: value ?? "",
      placeholder: empty ?? null, inputmode: "numeric", oninput: () => {
        const n = box.valueAsNumber;
        const blank = empty !== undefined && box.value === "" && !box.validity.badInput;
        const good = blank || (Number.isInteger(n) && Math.abs(n) <= 9999);
        box.setAttribute("aria-invalid", String(!good));
        if (good) set(blank ? null : n);
        else status.textContent = `${text}: a whole number up to 9,999, please.`;
      } });
    return h("label", {}, text, box);
  }

  function adder(text, key, position) {
    const types = Object.keys(kinds).map((type) => h("option", { value: type }, type));
    const choice = h("select", { "data-key": `${key}-type` }, ...types);
    const add = () => {
      const layers = [...model.get("layers")];
      const stem = choice.value.toLowerCase();
      let n = 1;
      while (layers.some((layer) => layer.name === stem + n)) n++;
      layers.splice(position(), 0, { ...kinds[choice.value].new, name: stem + n });
      change({ layers }, position(), `Added ${stem + n}. `);
    };
    return [h("label", {}, "new layer", choice), button(text, key, add)];
  }

  const title = () => catalogue[model.get("network")]?.title ?? "A stack of your own";
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const standard = (layers) => layers.map((l) => Object.entries(l).sort(([a], [b]) => (a < b ? -1 : 1)));

  // Write to the model; a changed stack is no longer the network it came from. `open` rebuilds with that layer open.
  function change(values, open, news = "") {
    const network = model.get("network");
    if (values.layers && values.network === undefined && network)
      if (!same(standard(values.layers), standard(catalogue[network].layers))) values.network = "";
    ours = true;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
    ours = false;
    if (open === undefined) return refresh(news);
    selected = open;
    rebuild(news);
  }

  function choose(network) {
    if (!network) return change({ network }, selected);
    from = network;
    const { input, layers } = catalogue[network];
    change({ network, input, layers }, -1);
  }

  function editor(layer, index) {
    const set = (name) => (value) => {
      const layers = [...model.get("layers")];
      layers[index] = { ...layers[index], [name]: value };
      change({ layers });
    };
    const fields = kinds[layer.type].settings.map(([name, label, sort]) => {
      const key = `${index}-${name}`;
      if (sort === "switch") {
        const box = h("input", { type: "checkbox", "data-key": key, checked: layer[name],
          onchange: () => set(name)(box.checked) });
        return h("label", { class: "switch" }, box, label);
      }
      return whole(label, key, layer[name], name === "p" ? 0 : 1, set(name), sort === "optional" ? "kernel" : undefined);
    });
    const dense = () => {
      set("table")(null);
      rebuild("Every map now reads every map. ");
    };
    if (layer.table) fields.push(button("Drop its table", "dense", dense));
    const move = (by) => () => {
      const layers = [...model.get("layers")];
      layers.splice(index + by, 0, ...layers.splice(index, 1));
      change({ layers }, index + by, `${layer.name} is now layer ${index + by + 1} of ${layers.length}. `);
    };
    const remove = () => {
      const layers = model.get("layers").filter((_, i) => i !== index);
      change({ layers }, Math.min(index, layers.length - 1), `Removed ${layer.name}. `);
      (body.querySelector(`[data-key="pick-${selected}"]`) ?? names).focus();
    };
    const cell = h("td", { role: "cell", colspan: HEAD.length },
      h("fieldset", { class: "bar" }, h("legend", {}, `${layer.name} (${layer.type})`), ...fields,
        button("Move up", "up", move(-1), index === 0),
        button("Move down", "down", move(1), index === model.get("layers").length - 1),
        button("Remove", "remove", remove)),
      h("div", { class: "bar" }, ...adder(`Add below ${layer.name}`, "below", () => index + 1)));
    return h("tr", { role: "row", class: "editor" }, cell);
  }

  // Lay out controls and rows again (the stack itself changed), keeping the keyboard's place.
  function rebuild(news) {
    const place = el.getRootNode().activeElement?.dataset?.key;
    const had = el.contains(el.getRootNode().activeElement);
    const layers = model.get("layers");
    if (selected >= layers.length) selected = -1;
    names.replaceChildren(h("option", { value: "" }, "a stack of your own"),
      ...Object.entries(catalogue).map(([id, { title }]) => h("option", { value: id }, title)));
    sizes.forEach((label, axis) => {
      const box = label.querySelector("input");
      if (box.valueAsNumber !== model.get("input")[axis]) box.value = model.get("input")[axis];
    });
    body.replaceChildren();
    layers.forEach((layer, index) => {
      const pick = button(layer.name, `pick-${index}`, () => {
        selected = selected === index ? -1 : index;
        rebuild("");
      });
      pick.setAttribute("aria-expanded", String(index === selected));
      pick.title = "change, move or remove this layer";
      const colour = kinds[layer.type].colour;
      body.append(h("tr", { role: "row", class: index === selected ? "layer chosen" : "layer" },
        h("th", { scope: "row", role: "rowheader", style: `border-left-color:${colour}` }, pick),
        h("td", { role: "cell", "data-head": "type" }),
        ...HEAD.slice(2).map((name, i) => h("td", { role: "cell", "data-head": name, class: i ? "number" : "" }))));
      if (index === selected) body.append(editor(layer, index));
    });
    refresh(news);
    if (had && place) el.querySelector(`[data-key="${place}"]`)?.focus();
  }

  // Fill in what follows from the layers; the controls stay as they are.
  function refresh(news) {
    const [layers, input] = [model.get("layers"), model.get("input")];
    const { rows, error } = trace(layers, input, kinds);
    names.value = model.get("network");
    [...body.querySelectorAll("tr.layer")].forEach((line, i) => {
      const settings = h("small", {}, summary(layers[i]));
      line.children[1].replaceChildren(layers[i].type, " ", settings);
      const filled = rows[i] ? cells(rows[i]) : [error && i === rows.length ? "does not fit" : "–", ...Array(5).fill("–")];
      filled.forEach((text, c) => {
        line.children[c + 2].textContent = text;
        line.children[c + 2].classList.toggle("none", text === "–");
      });
      line.classList.toggle("wrong", Boolean(error) && i === rows.length);
      line.classList.toggle("beyond", i > rows.length);
    });
    const totals = ["params", "connections", "macs"].map((name) => number(sum(rows.map((row) => row[name]))));
    const failed = error ? layers[rows.length]?.name : undefined;
    const entries = [failed ? `total before ${failed}` : "total", "", "", ...totals, "", ""];
    foot.replaceChildren(...entries.map((text, i) => h(i ? "td" : "th", { role: i ? "cell" : "rowheader",
      scope: i ? null : "row", "data-head": HEAD[i], class: i > 2 ? "number" : "" }, text)));
    const [params, connections, macs] = totals;
    const output = rows.length ? times(rows.at(-1).shape_out) : times(input);
    status.classList.toggle("error", Boolean(error));
    status.textContent = news + (error || (layers.length
      ? `${title()}, input ${times(input)}: output ${output}; ${params} parameters, ${connections} connections, ${macs} MACs.`
      : "No layers yet: add one below."));
    root.classList.remove("cards"); // a card a layer where the table is too wide
    root.classList.toggle("cards", table.scrollWidth > root.clientWidth);
    const width = drawing.clientWidth || 640;
    const picture = draw(width, input.map((n) => Math.max(1, n)), rows, failed, palette, selected);
    drawing.replaceChildren(picture);
    drawing.removeAttribute("tabindex");
    if (drawing.scrollWidth > drawing.clientWidth) drawing.tabIndex = 0; // so that the keyboard can scroll it
    const shown = new Set(["input", ...rows.filter((row) => !SAME.has(row.kind)).map((row) => row.kind)]);
    legend.replaceChildren(...[...shown].map((kind) =>
      h("li", {}, h("span", { class: "swatch", style: `background:${palette[kind]}` }), kind)));
  }

  const outside = () => ours || rebuild("");
  const watched = ["change:network", "change:input", "change:layers"];
  watched.forEach((name) => model.on(name, outside));
  let before = 0;
  const resized = new ResizeObserver(() => {
    if (drawing.clientWidth !== before) refresh("");
    before = drawing.clientWidth;
  });
  el.append(root);
  rebuild("");
  resized.observe(drawing);
  return () => {
    resized.disconnect();
    watched.forEach((name) => model.off(name, outside));
  };
}

export default { render };
