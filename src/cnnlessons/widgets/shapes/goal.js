// A goal of so many parameters, or of other numbers: how far it is, and whether the last change came nearer.

import { pair, sum } from "../arithmetic.js";
import { h, number } from "../ui.js";

const NAMES = { params: "parameters", connections: "connections", macs: "MACs", receptive_field: "receptive field" };

function value(name, rows) {
  if (name !== "receptive_field") return sum(rows.map((row) => row[name]));
  const maps = rows.filter((row) => row.shape_out.length === 3); // of the last map
  return maps.length ? Math.max(...pair(maps.at(-1).receptive_field)) : 1;
}

// A line for each condition of `goal`, such as { params: 60000 } or { receptive_field: 7, params_at_most: 5000 }.
export function goalView(goal) {
  const conditions = Object.entries(goal).map(([key, target]) => {
    const [, name, bound = ""] = /^(.*?)(_at_most|_at_least)?$/.exec(key);
    return { name, bound, target };
  });
  const list = h("ul", {});
  const verdict = h("p", { class: "verdict", "aria-live": "polite" });
  let before; // how far it was
  function show(rows, error) {
    let far = 0;
    list.replaceChildren(...conditions.map(({ name, bound, target }) => {
      const n = value(name, rows);
      const off = n - target;
      const met = bound === "_at_most" ? off <= 0 : bound === "_at_least" ? off >= 0 : off === 0;
      if (!met) far += Math.abs(Math.log(Math.max(n, 1) / target));
      const wanted = `${{ "": "", _at_most: "at most ", _at_least: "at least " }[bound]}${number(target)}`;
      const text = name === "receptive_field" ? `${NAMES[name]} of the last map ${wanted}: it is ${number(n)}` : `${wanted} ${NAMES[name]}: there are ${number(n)}`;
      const gap = met ? (off && !bound ? "" : " ✓") : `, ${number(Math.abs(off))} too ${name === "receptive_field" ? (off > 0 ? "large" : "small") : (off > 0 ? "many" : "few")}`;
      return h("li", { class: met && !error ? "met" : "" }, text, gap);
    }));
    const all = !error && far === 0;
    const nearer = before === undefined || far === before ? "" : far < before ? "Warmer." : "Colder.";
    verdict.textContent = error ? "The stack must fit first." : all ? "Reached: every number is right." : nearer;
    verdict.classList.toggle("reached", all);
    verdict.classList.toggle("warm", nearer === "Warmer." && !all);
    node.classList.toggle("reached", all);
    if (!error) before = far;
  }
  const node = h("div", { role: "group", class: "goal", "aria-label": "goal" }, h("p", { class: "name" }, "Goal"), list, verdict);
  return { node, show };
}
