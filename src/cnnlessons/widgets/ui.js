// What the views of all widgets are made of.

const SVG = "http://www.w3.org/2000/svg";
export const number = (n) => n.toLocaleString("en-US");
// An exponent: −3 as ⁻³.
export const raised = (n) => String(n).replace(/[-\d]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
export const or_dash = (n) => (n ? number(n) : "–");

// An element with its attributes and children; `on…` attributes are listeners, false ones are left out.
function element(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}
export const h = (tag, attributes, ...children) => element(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => element(document.createElementNS(SVG, tag), attributes, children);

// A button; aria-disabled, not disabled: one that vanished under the finger would lose the keyboard's place.
export function button(text, onclick, attributes = {}) {
  const node = h("button", { type: "button", onclick: () => node.getAttribute("aria-disabled") === "true" || onclick(),
    ...attributes }, text);
  return node;
}

// A slider under its name and value: `show` turns its number into words, `set` is called with it as it moves.
export function slider(text, { min, max, step, value, set, show = number }) {
  const said = h("span", { class: "value" }, show(value)); // an output would be read aloud at every move
  const box = h("input", { type: "range", min, max, step, value, "aria-valuetext": show(value), oninput: () => put(box.valueAsNumber, true) });
  function put(n, tell) {
    if (!tell) box.value = n;
    said.textContent = show(n);
    box.setAttribute("aria-valuetext", show(n));
    if (tell) set(n);
  }
  const node = h("label", { class: "slider" }, h("span", {}, text, " ", said), box);
  return { node, box, put: (n) => put(n, false) };
}

// A choice among `options`, [value, words] each.
export function select(text, options, value, set) {
  const box = h("select", { onchange: () => set(box.value) },
    ...options.map(([v, words]) => h("option", { value: v, selected: v === value }, words)));
  return { node: h("label", {}, text, box), box };
}

// A switch that is on or off.
export function toggle(text, on, set) {
  const box = h("input", { type: "checkbox", checked: on, onchange: () => set(box.checked) });
  return { node: h("label", { class: "switch" }, box, text), box };
}

// The bytes of a trait: a DataView on a page and in Jupyter.
export const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

// What zlib has deflated, whole again.
export async function inflate(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Grey levels as a picture: `values` 0 … 1, row by row, dark ink where they are large; `ink` maps a value to [r, g, b].
export function paint(canvas, values, height, width, ink) {
  canvas.width = width;
  canvas.height = height;
  const picture = new ImageData(width, height);
  values.forEach((value, i) => picture.data.set([...ink(value), 255], 4 * i));
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

// Hands the reader a file with these bytes (or this text).
export function save(content, name, type = "application/octet-stream") {
  const url = URL.createObjectURL(new Blob([content], { type }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
