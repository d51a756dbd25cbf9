// A box that scrolls sideways can be reached and moved by keyboard, and says what it is.
const boxes = "div.cell_output .output, div.math, .pst-scrollable-table-container, figure, pre";

function markScrollable() {
  for (const box of document.querySelectorAll(boxes)) {
    const scrolls = box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX !== "visible";
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// A page opened from a folder may not read its neighbours: there the search lists titles without their text.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// A browser would show a notebook as text.
for (const link of document.querySelectorAll("a.btn-download-source-button[href*='/notebooks/']")) link.download = "";

addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  markScrollable();
});
addEventListener("resize", markScrollable);
