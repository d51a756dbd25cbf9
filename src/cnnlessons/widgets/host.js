// Shows widgets on a page without a kernel: each gets its state from the JSON beside it and a model that only remembers.
// A classic script that loads classic scripts and imports modules from memory: browsers refuse module files and fetch on
// a page opened as file://. A widget, and the bytes it needs, are loaded when it comes near the window.
(() => {
  const { widgets, assets, sums, style: shared } = window.cnnlessonsWidgets;
  const here = document.currentScript.src.replace(/[^/]*$/, "");

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

  window.cnnlessonsWidgets.Model = Model;

  const loading = {};
  // One of the files beside this script, once.
  const script = (name) => (loading[name] ??= new Promise((resolve, reject) => {
    const tag = document.createElement("script");
    tag.src = `${here}cnnlessons-widgets/${name}.js?v=${sums[`cnnlessons-widgets/${name}.js`]}`;
    tag.onload = resolve;
    tag.onerror = () => reject(new Error(`${name}.js could not be loaded`));
    document.head.append(tag);
  }));

  const view = (base64) => new DataView(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt()).buffer);

  // Keys and swipes in a widget are the widget's: a deck of slides would turn the page. Those that leave it go through.
  function keep(place) {
    place.setAttribute("data-prevent-swipe", "");
    place.addEventListener("keydown", (event) => {
      const leaves = event.ctrlKey || event.metaKey || event.altKey || ["Escape", "PageUp", "PageDown"].includes(event.key);
      if (!leaves) event.stopPropagation();
    });
  }

  async function show(place) {
    const name = place.dataset.widget;
    await script(name);
    const { module, style, constants, assets: needed } = widgets[name];
    const state = { ...constants };
    for (const [trait, file] of Object.entries(needed)) {
      await script(`asset-${file}`);
      state[trait] = view(assets[file]);
    }
    for (const [trait, value] of Object.entries(JSON.parse(place.querySelector("script").textContent)))
      state[trait] = value?.base64 === undefined ? value : view(value.base64);
    const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
    const widget = await import(url);
    URL.revokeObjectURL(url);
    const el = document.createElement("div");
    const css = document.createElement("style");
    css.textContent = shared + style;
    place.append(css, el);
    keep(place);
    place.querySelector(".fallback").hidden = true; // before render, which measures the room it has
    try {
      await widget.default.render({ model: new Model(state), el });
      place.dataset.alive = "";
    } catch (error) {
      place.querySelector(".fallback").hidden = false;
      throw error;
    }
  }

  function watch() {
    const near = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        show(target);
      }
    }, { rootMargin: "400px" });
    document.querySelectorAll(".cnnlessons-widget").forEach((place) => near.observe(place));
    // on paper there is no scrolling: what is not alive yet prints its still
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", watch);
  else watch();
})();
