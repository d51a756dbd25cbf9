// What is printed over something else, or cut off: looked for in every table, code box and output of the page.
// Returns {overflows, scrollers}: texts that leave their box, and the boxes that scroll sideways.
() => {
  const SLACK = 1.5; // px that glyphs and rounding may take
  const shown = (e) => e.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true });
  const say = (what, e, text) => `${what}: ${e.tagName.toLowerCase()}.${e.className} ${JSON.stringify(text.trim().slice(0, 60))}`;

  // The rectangles of what is written in an element, without what is only read aloud.
  function rects(element) {
    const found = [], walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.data.trim() || node.parentElement.closest("mjx-assistive-mml, .visually-hidden, script, style")) continue;
      if (!shown(node.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const r of range.getClientRects()) if (r.width > SLACK && r.height > SLACK) found.push({ r, text: node.data });
    }
    return found;
  }

  // The nearest box around an element that does not let its contents hang out, sideways.
  function frame(element) {
    let e = element;
    while (e && e !== document.body && getComputedStyle(e).overflowX === "visible") e = e.parentElement;
    return e && e !== document.body && e !== document.documentElement ? e : null;
  }
  const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);

  const overflows = [], scrollers = [];
  const outside = (r, box) =>
    r.left < box.left - SLACK || r.right > box.right + SLACK || r.top < box.top - SLACK || r.bottom > box.bottom + SLACK;

  for (const table of document.querySelectorAll("main table")) {
    if (!shown(table)) continue;
    const all = [];
    for (const cell of table.querySelectorAll("th, td")) {
      if (!shown(cell)) continue;
      if (getComputedStyle(cell.closest("thead") ?? cell).clipPath !== "none") continue; // only read aloud
      const box = cell.getBoundingClientRect();
      for (const { r, text } of rects(cell)) {
        if (outside(r, box)) overflows.push(say("leaves its cell", cell, text));
        all.push({ r, text, cell });
      }
    }
    all.sort((a, b) => a.r.top - b.r.top);
    for (let i = 0; i < all.length; i++) {
      for (let j = i + 1; j < all.length && all[j].r.top < all[i].r.bottom - SLACK; j++) {
        const a = all[i], b = all[j];
        const across = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left);
        const down = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
        if (a.cell !== b.cell && across > SLACK && down > SLACK) overflows.push(say("is printed over", b.cell, `${a.text} ${b.text}`));
      }
    }
    // Every cell can be brought into sight: its frame shows it, or scrolls to it.
    const around = frame(table.parentElement), box = table.getBoundingClientRect();
    if (around && !scrolls(around) && outside({ ...box.toJSON(), top: 0, bottom: 0 }, { ...around.getBoundingClientRect().toJSON(), top: 0, bottom: 0 }))
      overflows.push(say("is cut off", table, table.innerText));
  }

  const boxes = "main pre, main .cell_output .output, main .pst-scrollable-table-container, main div.math, main figure";
  for (const box of document.querySelectorAll(boxes)) {
    if (!shown(box)) continue;
    const style = getComputedStyle(box);
    if (box.scrollHeight > box.clientHeight + SLACK && style.overflowY !== "visible" && box.matches("pre, .output"))
      overflows.push(say("is cut off below", box, box.innerText));
    if (box.scrollWidth <= box.clientWidth) continue;
    const around = frame(box);
    if (!around || !scrolls(around)) overflows.push(say("hangs out", box, box.innerText));
    else if (around === box) {
      const kind = box.matches("pre") ? (box.closest(".cell_input") ? "code" : "text") : box.querySelector("table") ? "table" : "other";
      scrollers.push({ kind, reachable: box.tabIndex === 0, over: box.scrollWidth - box.clientWidth, what: say(kind, box, box.innerText) });
    }
  }
  return { overflows, scrollers };
}
