// Change a network and see what that does to shapes, weights and cost. `render` is what anywidget and host.js call.

import { times, trace } from "../arithmetic.js";
import { button, h, inflate, save } from "../ui.js";
import { Unanswered, asking } from "./ask.js";
import { SAME, draw, standalone } from "./drawing.js";
import { fieldView } from "./field.js";
import { goalView } from "./goal.js";
import { adder, editor, tableView, whole } from "./table.js";
import { outgrown } from "./words.js";

const TASK = "Click a box or a layer's name, change a number, and see what follows: sizes, weights, cost.";
let drawings = 0; // an id of its own for each drawing's pattern

async function render({ model, el }) {
  const packed = JSON.parse(new TextDecoder().decode(await inflate(model.get("networks"))));
  const { catalogue, vocabulary: kinds, palette } = packed;
  const torch = asking(packed.pytorch);
  const digit = Uint8Array.from(atob(packed.digit), (letter) => letter.charCodeAt());
  const whole_network = (one) => ({ network: one.network ?? "", title: one.title, input: one.input ?? catalogue[one.network].input,
    layers: one.layers ?? catalogue[one.network].layers });
  if (!model.get("layers")) model.set("layers", catalogue[model.get("network")].layers); // a page leaves them out
  const STATE = ["network", "input", "layers"];
  const state = () => Object.fromEntries(STATE.map((name) => [name, model.get(name)]));
  const title = () => catalogue[model.get("network")]?.title ?? "A stack of your own";
  const [goal, given] = [model.get("goal") ?? {}, model.get("beside") ?? {}];
  const beside = given.title && whole_network(given);
  let selected = -1; // the layer whose settings are open
  let unit; // of the inspected layer, once it was moved
  let ours = false; // true while we change the model ourselves
  let origin = { ...state(), title: title() }; // what Reset goes back to
  let against = beside || origin; // what the numbers are held against
  const [past, future] = [[], []];
  let typing = ""; // the box that the last change came from
  const hatch = `cnnlessons-drops-${drawings++}`;

  const drawing = h("div", { class: "drawing", role: "group", "aria-label": "drawing of the maps" });
  const legend = h("ul", { class: "legend", "aria-label": "colours of the drawing" });
  const status = h("p", { class: "status", role: "status", "aria-live": "polite" });
  const names = h("select", { "data-key": "network", onchange: (event) => choose(event.target.value) });
  const square = h("input", { type: "checkbox", "data-key": "square", checked: model.get("input")[1] === model.get("input")[2] });
  const sizes = ["channels", "height", "width"].map((name, axis) =>
    whole(name, `input-${axis}`, model.get("input")[axis], 1, (n) => {
      const input = [...model.get("input")];
      const both = axis && square.checked;
      if (both) sizes[3 - axis].querySelector("input").value = n;
      input[axis] = n;
      if (both) input[3 - axis] = n;
      change({ input }, undefined, "", `input-${axis}`);
    }, complain));
  const table = tableView(kinds, (index) => pick(index));
  const field = fieldView(digit, (next) => (unit = next));
  const game = Object.keys(goal).length ? goalView(goal) : null;
  const undo = button("Undo", () => back(past, future, "Undone. "), { "data-key": "undo" });
  const redo = button("Redo", () => back(future, past, "Done again. "), { "data-key": "redo" });
  const sides = beside ? [origin, beside] : [];
  const switches = sides.map((one, i) => button(one.title, () => {
    [origin, against] = [one, sides[1 - i]];
    change({ network: one.network, input: one.input, layers: one.layers }, -1, `Now ${one.title}. `);
  }));

  const text = h("textarea", { rows: 5, spellcheck: "false", placeholder: "nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), …)" });
  const code = h("pre", { tabindex: 0, "aria-label": "PyTorch code" });
  const out = h("details", { class: "code", ontoggle: () => write() }, h("summary", {}, "See the PyTorch code"), code);
  const file = (ending) => `${model.get("network") || "network"}.${ending}`;
  const root = h("div", { class: "cnnlessons shape-explorer", onkeydown: keys },
    h("p", { class: "task" }, TASK),
    game ? game.node : "",
    beside ? h("div", { class: "bar", role: "group", "aria-label": "which network is shown" }, ...switches) : "",
    h("div", { class: "bar" },
      h("label", {}, "network", names),
      h("fieldset", {}, h("legend", {}, "input"), ...sizes, h("label", { class: "switch" }, square, "square")),
      undo, redo,
      button("Reset", () => change({ network: origin.network, input: origin.input, layers: origin.layers }, -1), { "data-key": "reset" }),
      button("Empty stack", () => change({ network: "", layers: [] }, -1, "All layers removed. "), { "data-key": "empty" })),
    drawing, legend, status, field.node, table.node, table.marks,
    h("div", { class: "bar" }, ...adder("Add at the end", "end", kinds, (type) => add(type, model.get("layers").length))),
    h("details", {}, h("summary", {}, "Paste a network"),
      h("label", {}, "an nn.Sequential, as code or as print(model) shows it", text),
      h("div", { class: "bar" }, button("Show it", take, { "data-key": "paste" }))),
    out,
    h("div", { class: "bar" },
      button("Save the drawing (SVG)", () => save(standalone(drawing.querySelector("svg")), file("svg"), "image/svg+xml")),
      button("Save the PyTorch code", async () => save((await written()).code, file("py"), "text/x-python"))));

  function complain(sentence) {
    status.textContent = sentence;
  }
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const standard = (layers) => layers.map((l) => Object.entries(l).sort(([a], [b]) => (a < b ? -1 : 1)));

  function put(values) {
    ours = true;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
    ours = false;
  }

  // Write to the model; a changed stack is no longer the network it came from. `open` rebuilds with that layer open,
  // `key` is the box typed in: what is typed there in a row is undone at once.
  function change(values, open, news = "", key = "") {
    const network = model.get("network");
    if (values.layers && values.network === undefined && network)
      if (!same(standard(values.layers), standard(catalogue[network].layers))) values.network = "";
    if (!key || key !== typing) past.push(state());
    typing = key;
    future.length = 0;
    put(values);
    if (open === undefined) return refresh(news);
    selected = open;
    rebuild(news);
  }

  function back(from, to, news) {
    if (!from.length) return;
    to.push(state());
    typing = "";
    put(from.pop());
    rebuild(news);
  }

  function keys(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.matches("textarea")) return;
    const key = event.key.toLowerCase();
    const again = key === "y" || (key === "z" && event.shiftKey);
    if (!again && key !== "z") return;
    event.preventDefault();
    (again ? redo : undo).click();
  }

  function choose(network) {
    if (!network) return change({ network }, selected);
    const { input, layers } = catalogue[network];
    origin = { network, input, layers, title: catalogue[network].title };
    if (!beside) against = origin;
    change({ network, input, layers }, -1);
  }

  async function take() {
    try {
      const { layers, input, news } = await torch.ask({ text: text.value, input: model.get("input"), kinds });
      origin = { network: "", input, layers, title: "what was pasted" };
      if (!beside) against = origin;
      square.checked = input[1] === input[2];
      change({ network: "", input, layers }, -1, `Read ${layers.length} layers.${news} `);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      status.classList.add("error");
      complain(error.message);
    }
  }

  const written = () => torch.ask({ layers: model.get("layers"), input: model.get("input"), kinds, title: title() });
  async function write() {
    if (out.open) code.textContent = (await written()).code;
  }

  function pick(index) {
    if (index < 0) return sizes[1].querySelector("input").focus();
    selected = selected === index ? -1 : index;
    unit = undefined;
    rebuild("");
  }

  function add(type, position) {
    const layers = [...model.get("layers")];
    const stem = type.toLowerCase();
    let n = 1;
    while (layers.some((layer) => layer.name === stem + n)) n++;
    layers.splice(position, 0, { ...kinds[type].new, name: stem + n });
    change({ layers }, position, `Added ${stem + n}. `);
  }

  function opened(layer, index) {
    const set = (name, value, key = "") => {
      const layers = [...model.get("layers")];
      layers[index] = { ...layers[index], [name]: value };
      change({ layers }, undefined, "", key);
    };
    return editor(layer, index, model.get("layers").length, kinds, {
      set,
      get: (name) => model.get("layers")[index][name],
      complain,
      add: (type) => add(type, index + 1),
      dense() {
        set("table", null);
        rebuild("Every map now reads every map. ");
      },
      move(by) {
        const layers = [...model.get("layers")];
        layers.splice(index + by, 0, ...layers.splice(index, 1));
        change({ layers }, index + by, `${layer.name} is now layer ${index + by + 1} of ${layers.length}. `);
      },
      remove() {
        const layers = model.get("layers").filter((_, i) => i !== index);
        change({ layers }, Math.min(index, layers.length - 1), `Removed ${layer.name}. `);
        (table.body.querySelector(`[data-key="pick-${selected}"]`) ?? names).focus();
      },
    });
  }

  // What has the keyboard, to be found again after it was made anew.
  function keeping(work) {
    const active = el.getRootNode().activeElement;
    const place = el.contains(active) && active.dataset?.key;
    work();
    if (place && !el.contains(el.getRootNode().activeElement)) el.querySelector(`[data-key="${place}"]`)?.focus();
  }

  // Lay out controls and rows again (the stack itself changed), keeping the keyboard's place.
  function rebuild(news) {
    keeping(() => {
      const layers = model.get("layers");
      if (selected >= layers.length) selected = -1;
      names.replaceChildren(h("option", { value: "" }, "a stack of your own"),
        ...Object.entries(catalogue).map(([id, one]) => h("option", { value: id }, one.title)));
      sizes.forEach((label, axis) => {
        const box = label.querySelector("input");
        if (box.valueAsNumber !== model.get("input")[axis]) box.value = model.get("input")[axis];
      });
      if (model.get("input")[1] !== model.get("input")[2]) square.checked = false;
      table.build(layers, selected, opened);
      refresh(news);
    });
  }

  // Fill in what follows from the layers; the controls stay as they are.
  function refresh(news) {
    const [layers, input] = [model.get("layers"), model.get("input")];
    const { rows, error } = trace(layers, input, kinds);
    names.value = model.get("network");
    undo.setAttribute("aria-disabled", String(!past.length));
    redo.setAttribute("aria-disabled", String(!future.length));
    switches.forEach((one, i) => one.setAttribute("aria-pressed", String(origin === sides[i])));
    const other = { title: against.title, layers: against.layers, rows: trace(against.layers, against.input, kinds).rows };
    const { totals: [params, connections, macs], failed } = table.fill(layers, rows, error, other);
    const output = rows.length ? times(rows.at(-1).shape_out) : times(input);
    const network = catalogue[model.get("network")];
    const grown = network && !error ? outgrown(rows, trace(network.layers, network.input, kinds).rows) : "";
    status.classList.toggle("error", Boolean(error));
    complain(news + (error || (layers.length
      ? `${title()}, input ${times(input)}: output ${output}; ${params} parameters, ${connections} connections, ${macs} MACs.${grown}`
      : "No layers yet: add one below.")));
    root.classList.remove("cards"); // a card a layer where the table is too wide
    root.classList.toggle("cards", table.node.scrollWidth > root.clientWidth);
    keeping(() => {
      drawing.replaceChildren(draw(drawing.clientWidth || 640, input.map((n) => Math.max(1, n)), layers, rows, failed, palette, selected, pick, hatch));
      drawing.removeAttribute("tabindex");
      if (drawing.scrollWidth > drawing.clientWidth) drawing.tabIndex = 0; // so that the keyboard can scroll it
    });
    const shown = new Set(["input", ...rows.filter((row) => !SAME.has(row.kind)).map((row) => row.kind)]);
    legend.replaceChildren(...[...shown].map((kind) =>
      h("li", {}, h("span", { class: "swatch", style: `background:${palette[kind]}` }), kind)));
    const maps = rows.findLastIndex((row) => row.shape_out.length === 3 && row.kind !== "activation" && Math.max(...row.shape_out.slice(1)) > 1);
    field.show(layers, rows, selected >= 0 && selected < rows.length ? selected : maps, unit);
    game?.show(rows, error);
    write();
  }

  const outside = () => ours || rebuild("");
  const watched = STATE.map((name) => `change:${name}`);
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
    torch.stop();
    watched.forEach((name) => model.off(name, outside));
  };
}

export default { render };
