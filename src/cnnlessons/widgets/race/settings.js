// What the modes of Race share: settings that both sides may change, sliders for them, and drawing anew.

import { slider } from "../ui.js";
import { clamp, later, on_width } from "./chart.js";

// Calls `refresh(width)` now, when one of the traits changes from outside, and when the room on `node` does; ends by what
// it returns. `ours()` is whether the change comes from here.
export function keep_drawn(model, traits, node, refresh, ours) {
  let width = node.clientWidth || 640;
  const outside = () => ours() || refresh(width);
  const events = traits.map((name) => `change:${name}`);
  events.forEach((event) => model.on(event, outside));
  refresh(width);
  const unwatch = on_width(node, (room) => refresh((width = room)));
  return () => {
    unwatch();
    events.forEach((event) => model.off(event, outside));
  };
}

/**
 * The trait `settings`, numbers with `limits`: `set(changes)` clamps and tells, `bar` makes a slider on a log scale, in which
 * `turn` rounds a number, `step` is what an arrow key adds to one and `show` says it; `put` moves the sliders.
 */
export function numbers(model, limits, changed) {
  const saved = later(() => model.save_changes());
  const bars = {};
  let ours = false;
  const now = () => model.get("settings");
  const set = (changes) => {
    const inside = Object.entries(changes).map(([name, value]) => [name, clamp(value, ...limits[name])]);
    ours = true;
    model.set("settings", { ...now(), ...Object.fromEntries(inside) });
    ours = false;
    saved();
    changed();
  };
  const bar = (name, words, { show, turn, step }) => {
    const [min, max] = limits[name].map(Math.log);
    const of = (v) => clamp(turn(Math.exp(v)), ...limits[name]);
    const one = slider(words, { min, max, step: "any", value: Math.log(now()[name]), show: (v) => show(of(v)), set: (v) => set({ [name]: of(v) }) });
    one.box.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      set({ [name]: Number((now()[name] + by * step(now()[name])).toFixed(2)) });
    });
    bars[name] = one;
    return one.node;
  };
  const put = () => Object.entries(bars).forEach(([name, one]) => one.put(Math.log(now()[name])));
  return { now, set, bar, put, ours: () => ours };
}
