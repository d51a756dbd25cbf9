// Shows widgets on a page without a kernel: each gets its state from the JSON beside it and a model that only remembers.
// A classic script that imports the modules from memory: browsers refuse module files on a page opened as file://.
(() => {
  class Model {
    constructor(state) {
      this.state = state;
      this.listeners = [];
    }
    get(name) {
      return this.state[name];
    }
    set(name, value) {
      this.state[name] = value;
      for (const [event, listener] of [...this.listeners]) if (event === `change:${name}`) listener();
    }
    save_changes() {}
    send() {} // nobody listens without a kernel
    on(event, listener) {
      this.listeners.push([event, listener]);
    }
    off(event, listener) {
      // without a listener all of that event go, without an event all there are
      this.listeners = this.listeners.filter(([e, l]) => (event && e !== event) || (listener && l !== listener));
    }
  }

  async function show(place) {
    const { module, style, constants } = window.cnnlessonsWidgets[place.dataset.widget];
    const state = { ...constants, ...JSON.parse(place.querySelector("script").textContent) };
    const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
    const widget = await import(url);
    URL.revokeObjectURL(url);
    const el = document.createElement("div");
    const css = document.createElement("style");
    css.textContent = style;
    place.append(css, el);
    place.querySelector(".fallback").hidden = true; // before render, which measures the room it has
    try {
      widget.default.render({ model: new Model(state), el });
    } catch (error) {
      place.querySelector(".fallback").hidden = false;
      throw error;
    }
  }

  const showAll = () => document.querySelectorAll(".cnnlessons-widget").forEach(show);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", showAll);
  else showAll();
})();
