// The table of layers, and the editor that opens below one of them.

import { pair, sum, times } from "../arithmetic.js";
import { button, h, number } from "../ui.js";
import { cells, dropped, shares, summary } from "./words.js";

export const HEAD = ["layer", "type", "output", "parameters", "connections", "MACs", "receptive field", "jump"];
const BARS = { 2: "units", 3: "params", 4: "connections", 5: "macs" }; // columns with a share of their sum
const OF = { units: "activations", params: "parameters", connections: "connections", macs: "MACs" };
const TOTALS = ["params", "connections", "macs"];

// A labelled box for a whole number; `empty` is what an empty box stands for, if it may be empty.
export function whole(text, key, value, least, set, complain, empty) {
  const box = h("input", { type: "number", "data-key": key, min: least, max: 9999, step: 1, value: value ?? "",
    placeholder: empty ?? null, inputmode: "numeric", oninput: () => {
      const n = box.valueAsNumber;
      const blank = empty !== undefined && box.value === "" && !box.validity.badInput;
      const good = blank || (Number.isInteger(n) && n >= least && n <= 9999);
      box.setAttribute("aria-invalid", String(!good));
      if (good) set(blank ? null : n);
      else complain(`${text}: a whole number from ${least} to 9,999, please.`);
    } });
  return h("label", {}, text, box);
}

// A choice of a type and a button that adds a layer of it: `add` is called with the type.
export function adder(text, key, kinds, add) {
  const types = Object.keys(kinds).map((type) => h("option", { value: type }, type));
  const choice = h("select", { "data-key": `${key}-type` }, ...types);
  return [h("label", {}, "new layer", choice), button(text, () => add(choice.value), { "data-key": key })];
}

// The row with the settings of layer `index`. `act` has set(name, value, key), move(by), remove(), dense(), add(type)
// and complain(sentence); `count` is the number of layers.
export function editor(layer, index, count, kinds, act) {
  const fields = kinds[layer.type].settings.flatMap(([name, label, sort]) => {
    const key = `${index}-${name}`;
    const set = (value) => act.set(name, value, key);
    if (sort === "switch") {
      const box = h("input", { type: "checkbox", "data-key": key, checked: layer[name], onchange: () => set(box.checked) });
      return h("label", { class: "switch" }, box, label);
    }
    const least = name === "p" ? 0 : 1;
    if (Array.isArray(layer[name])) // a box for each axis
      return ["height", "width"].map((side, axis) => whole(`${label} ${side}`, `${key}-${axis}`, layer[name][axis], least,
        (n) => set(pair(act.get(name)).map((old, i) => (i === axis ? n : old))), act.complain));
    return whole(label, key, layer[name], least, set, act.complain, sort === "optional" ? "kernel" : undefined);
  });
  if (layer.table) fields.push(button("Drop its table", act.dense, { "data-key": "dense" }));
  const cell = h("td", { role: "cell", colspan: HEAD.length },
    h("fieldset", { class: "bar" }, h("legend", {}, `${layer.name} (${layer.type})`), ...fields,
      button("Move up", () => act.move(-1), { "data-key": "up", "aria-disabled": index === 0 && "true" }),
      button("Move down", () => act.move(1), { "data-key": "down", "aria-disabled": index === count - 1 && "true" }),
      button("Remove", act.remove, { "data-key": "remove" })),
    h("div", { class: "bar" }, ...adder(`Add below ${layer.name}`, "below", kinds, act.add)));
  return h("tr", { role: "row", class: "editor" }, cell);
}

export function tableView(kinds, pick) {
  const body = h("tbody", { role: "rowgroup" });
  const foot = h("tr", { role: "row" });
  const head = h("tr", { role: "row" }, ...HEAD.map((name, i) =>
    h("th", { scope: "col", role: "columnheader", class: i > 2 ? "number" : "" }, name)));
  const node = h("table", { role: "table", "aria-label": "layers of the stack" },
    h("thead", { role: "rowgroup" }, head), body, h("tfoot", { role: "rowgroup" }, foot));
  const marks = h("p", { class: "marks" });

  // Lines for these layers, the one that is selected with its editor `opened(layer, index)`.
  function build(layers, selected, opened) {
    body.replaceChildren();
    layers.forEach((layer, index) => {
      const chosen = index === selected;
      const name = button(layer.name, () => pick(index), { "data-key": `pick-${index}`, "aria-expanded": String(chosen),
        title: "change, move or remove this layer" });
      body.append(h("tr", { role: "row", class: chosen ? "layer chosen" : "layer" },
        h("th", { scope: "row", role: "rowheader", style: `border-left-color:${kinds[layer.type].colour}` }, name),
        h("td", { role: "cell", "data-head": "type" }),
        ...HEAD.slice(2).map((text, i) => h("td", { role: "cell", "data-head": text, class: i ? "number" : "" }))));
      if (chosen) body.append(opened(layer, index));
    });
  }

  // What the cell held in the other network, if that is not the same.
  function mark(cell, now, other, tell) {
    const differs = other !== undefined && other !== now;
    cell.classList.toggle("changed", differs);
    if (differs && tell) cell.dataset.was = other;
    else delete cell.dataset.was;
    if (differs) cell.title = `before: ${other}`;
    return differs;
  }

  // Numbers that follow from the layers; `other` is { title, rows } of the network they are held against.
  function fill(layers, rows, error, other) {
    const settings = new Map(other.layers.map((layer) => [layer.name, `${layer.type} ${summary(layer)}`]));
    const before = new Map(other.rows.map((row) => [row.name, row]));
    const parts = Object.fromEntries(Object.values(BARS).map((name) => [name, shares(rows, name)]));
    let differing = false;
    const added = [];
    [...body.querySelectorAll("tr.layer")].forEach((line, i) => {
      const words = [summary(layers[i]), rows[i] && dropped(layers[i], rows[i])].filter(Boolean).join(", ");
      line.children[1].replaceChildren(layers[i].type, " ", h("small", {}, words));
      const filled = rows[i] ? cells(rows[i]) : [error && i === rows.length ? "does not fit" : "–", ...Array(5).fill("–")];
      const was = before.get(layers[i].name);
      const [old, set] = [settings.get(layers[i].name), `${layers[i].type} ${summary(layers[i])}`];
      line.children[1].removeAttribute("title");
      if (mark(line.children[1], set, old, false)) differing = true;
      if (!was) added.push(layers[i].name);
      filled.forEach((text, c) => {
        const cell = line.children[c + 2];
        cell.textContent = text;
        cell.classList.toggle("none", text === "–");
        cell.removeAttribute("title");
        const name = BARS[c + 2];
        const share = rows[i] && name ? parts[name][i] : 0;
        cell.style.setProperty("--share", `${100 * share}%`);
        if (share) cell.title = `${(100 * share).toPrecision(3)} % of the ${OF[name]}`;
        if (mark(cell, text, rows[i] && was && cells(was)[c], c < 2)) differing = true;
      });
      line.classList.toggle("wrong", Boolean(error) && i === rows.length);
      line.classList.toggle("beyond", i > rows.length);
    });
    const totals = TOTALS.map((name) => number(sum(rows.map((row) => row[name]))));
    const failed = error ? layers[rows.length]?.name : undefined;
    const entries = [failed ? `total before ${failed}` : "total", "", "", ...totals, "", ""];
    foot.replaceChildren(...entries.map((text, i) => h(i ? "td" : "th", { role: i ? "cell" : "rowheader",
      scope: i ? null : "row", "data-head": HEAD[i], class: i > 2 ? "number" : "" }, text)));
    if (!error) TOTALS.forEach((name, i) => mark(foot.children[i + 3], totals[i], number(sum(other.rows.map((row) => row[name]))), true));
    const here = new Set(layers.map(({ name }) => name));
    const gone = other.rows.filter(({ name }) => !here.has(name)).map(({ name }) => name);
    const changes = [differing && "what differs is marked", added.length && `new: ${added.join(", ")}`,
      gone.length && `gone: ${gone.join(", ")}`].filter(Boolean);
    marks.replaceChildren(h("span", { class: "bars" }), " bars: a layer's share of all activations, parameters, connections, MACs. ",
      changes.length && layers.length ? h("b", {}, `Against ${other.title}: ${changes.join("; ")}.`) : "");
    return { totals, failed };
  }
  return { node, marks, build, fill, body };
}
