// The ledger's filters. Without this file the whole table stands on the page; with it, its rows can be chosen.
// An address without a choice opens on what is wrong.
const names = { note: "Study note", verdict: "Verdict", kind: "Kind", evidence: "Evidence" };
const order = ["right", "imprecise", "wrong", "not checkable", "computed", "recorded", "quoted", "untestable here"];

function place(value) {
  const at = order.indexOf(value);
  return at < 0 ? value : `~${at}`; // named ones in their own order, after the rest
}

function labelled(text, control) {
  const label = document.createElement("label");
  label.append(text, control);
  return label;
}

function select(name, rows) {
  const box = document.createElement("select");
  const counts = new Map();
  for (const row of rows) counts.set(row.dataset[name], (counts.get(row.dataset[name]) ?? 0) + 1);
  box.name = name;
  box.append(new Option("all", ""));
  for (const value of [...counts.keys()].sort((a, b) => (place(a) < place(b) ? -1 : 1))) {
    box.append(new Option(`${value} (${counts.get(value)})`, value));
  }
  return box;
}

// The lessons that show a claim, by the links at the end of its row.
const lessonsOf = (row) => [...row.querySelectorAll(".shown a")].map((link) => link.dataset.lesson);

function lessonSelect(rows) {
  const box = document.createElement("select");
  const titles = new Map();
  for (const link of document.querySelectorAll("nav.bd-links a.internal, .bd-links a[href]")) {
    titles.set(link.getAttribute("href").split("/").pop().replace(/\.html.*$/, ""), link.textContent.trim());
  }
  const counts = new Map();
  for (const row of rows) for (const lesson of lessonsOf(row)) counts.set(lesson, (counts.get(lesson) ?? 0) + 1);
  box.name = "lesson";
  box.append(new Option("all", ""));
  const inOrder = [...new Set([...titles.keys(), ...counts.keys()])].filter((lesson) => counts.has(lesson));
  for (const lesson of inOrder) box.append(new Option(`${titles.get(lesson) ?? lesson} (${counts.get(lesson)})`, lesson));
  return box;
}

function filters(table) {
  const rows = [...table.tBodies[0].rows];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const form = document.createElement("form");
  const words = document.createElement("input");
  const reset = document.createElement("button");
  const status = document.createElement("p");
  form.className = "ledger-filters";
  form.setAttribute("role", "search");
  form.setAttribute("aria-label", "Claims of the ledger");
  words.type = "search";
  words.name = "words";
  reset.type = "reset";
  reset.textContent = "Show all";
  status.setAttribute("role", "status");
  form.append(labelled("Lesson", lessonSelect(rows)));
  for (const name of Object.keys(names)) form.append(labelled(names[name], select(name, rows)));
  form.append(labelled("Words", words), reset, status);

  const controls = [...form.querySelectorAll("select, input")];
  function apply() {
    const wanted = controls.filter((control) => control.value.trim());
    const sought = words.value.trim().toLowerCase();
    let shown = 0;
    rows.forEach((row, i) => {
      const fits = wanted.every((control) => control === words
        || (control.name === "lesson" ? lessonsOf(row).includes(control.value) : row.dataset[control.name] === control.value));
      row.hidden = !(fits && texts[i].includes(sought));
      shown += !row.hidden;
    });
    status.textContent = `${shown} of ${rows.length} claims`;
    const query = new URLSearchParams(wanted.map((control) => [control.name, control.value])).toString();
    history.replaceState(null, "", location.pathname + (query ? `?${query}` : "") + location.hash);
  }
  function reveal() { // a link to a row that is filtered away shows all rows again
    const target = rows.find((row) => `#${row.id}` === location.hash);
    if (target?.hidden) form.reset();
    target?.scrollIntoView();
  }

  const asked = new URLSearchParams(location.search || (location.hash ? "" : "verdict=wrong"));
  for (const control of controls) {
    const value = asked.get(control.name) ?? "";
    if (control === words || [...control.options].some((option) => option.value === value)) control.value = value;
  }
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(apply)); // the controls are empty only after the event
  addEventListener("hashchange", reveal);
  table.before(form);
  apply();
  if (location.hash) reveal();
}

document.querySelectorAll("table.ledger.claims").forEach(filters);
