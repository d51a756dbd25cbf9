// The shape explorer's controls and table. `render` is what anywidget and host.js call.

import { pair, rule, sum, times, trace } from "../arithmetic.js";
import { h, number, or_dash } from "../ui.js";
import { SAME, draw } from "./drawing.js";

const HEAD = ["layer", "type", "output", "parameters", "connections", "MACs", "receptive field", "jump"];

// What a layer is set to, in words.
function summary(layer) {
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

// The last rows and columns of its input that no window of the layer reaches, in words.
function dropped(layer, { shape_in }) {
  if (!("k" in layer) || layer.ceil) return "";
  const [k, s] = rule(layer).window(layer, shape_in);
  const left = pair(layer.p ?? 0).map((p, axis) => Math.max(0, (shape_in[axis + 1] + 2 * p - k[axis]) % s[axis] - p));
  const words = ["row", "column"].map((name, axis) => (left[axis] > 1 ? `${left[axis]} ${name}s` : left[axis] && name));
  return words.some(Boolean) ? `drops the last ${words.filter(Boolean).join(" and ")}` : "";
}

// The layers that need other numbers of parameters than at the network's own input, in a sentence.
function outgrown(rows, own) {
  const other = rows.filter((row, i) => row.params !== own[i].params).map((row) => {
    const before = own.find(({ name }) => name === row.name).params;
    return `${row.name} needs ${number(row.params)} parameters here, not ${number(before)}`;
  });
  return other.length ? ` ${other.join("; ")}: a network built for its own input refuses this one.` : "";
}

function cells(row) {
  const field = [row.receptive_field, row.receptive_field].flat().slice(-2).map(number).join("×");
  return [times(row.shape_out), or_dash(row.params), or_dash(row.connections), or_dash(row.macs), field,
    [row.jump].flat().map((n) => String(Number(n.toPrecision(6)))).join("×")];
}

function render({ model, el }) {
  const [catalogue, kinds, palette] = ["catalogue", "vocabulary", "palette"].map((name) => model.get(name));
  if (!model.get("layers")) model.set("layers", catalogue[model.get("network")].layers); // a page leaves them out
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
  const root = h("div", { class: "cnnlessons shape-explorer" },
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
        const good = blank || (Number.isInteger(n) && n >= least && n <= 9999);
        box.setAttribute("aria-invalid", String(!good));
        if (good) set(blank ? null : n);
        else status.textContent = `${text}: a whole number from ${least} to 9,999, please.`;
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
    const fields = kinds[layer.type].settings.flatMap(([name, label, sort]) => {
      const key = `${index}-${name}`;
      if (sort === "switch") {
        const box = h("input", { type: "checkbox", "data-key": key, checked: layer[name],
          onchange: () => set(name)(box.checked) });
        return h("label", { class: "switch" }, box, label);
      }
      const least = name === "p" ? 0 : 1;
      if (Array.isArray(layer[name])) // a box for each axis
        return ["height", "width"].map((side, axis) => whole(`${label} ${side}`, `${key}-${axis}`, layer[name][axis], least,
          (n) => set(name)(pair(model.get("layers")[index][name]).map((old, i) => (i === axis ? n : old)))));
      return whole(label, key, layer[name], least, set(name), sort === "optional" ? "kernel" : undefined);
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
      const words = [summary(layers[i]), rows[i] && dropped(layers[i], rows[i])].filter(Boolean).join(", ");
      const settings = h("small", {}, words);
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
    const network = catalogue[model.get("network")];
    const other = network && !error ? outgrown(rows, trace(network.layers, network.input, kinds).rows) : "";
    status.classList.toggle("error", Boolean(error));
    status.textContent = news + (error || (layers.length
      ? `${title()}, input ${times(input)}: output ${output}; ${params} parameters, ${connections} connections, ${macs} MACs.${other}`
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
