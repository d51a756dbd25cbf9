// A box that scrolls sideways can be reached and moved by keyboard, and says what it is.
const boxes = "div.cell_output .output, div.math, .pst-scrollable-table-container, figure, pre";

function markScrollable() {
  for (const box of document.querySelectorAll(boxes)) {
    const scrolls = box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX !== "visible";
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  markScrollable();
});
addEventListener("resize", markScrollable);
