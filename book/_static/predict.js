// Predict boxes: a guess, a reply, then the answer; exercises: answers until one is right. The page is whole without this
// script; nothing is sent anywhere.
// @ts-check
const SWITCH = "cnnlessons-answers"; // "shown" where the reader wants every answer open, on every page
const GUESSES = `cnnlessons-guesses:${location.pathname}`;

/** Local storage, where the browser gives any. */
const kept = {
  /** @param {string} key */
  get(key) { try { return localStorage.getItem(key); } catch { return null; } },
  /** @param {string} key @param {string} value */
  set(key, value) { try { localStorage.setItem(key, value); } catch { /* a private window forgets */ } },
};

/** @typedef {{value: number | string, shown: string, within: number, unit: string, choices: string[],
 *   slips: [number | string, string][]}} Answer */

/** A number as people type it: 60,000 · 60 000 · 0,92 · 1/4 · 60k · 61 million · 7.3 %; NaN for what is none.
 * @param {string} text */
function parse(text) {
  let plain = text.trim().toLowerCase().replace(/[\s\u00a0\u202f_']/g, "").replace(/[−–]/g, "-");
  plain = plain.replace(/^(about|ca\.?|~|≈|=|\+)/, "");
  const found = plain.match(/^(-?[\d.,]+(?:e[+-]?\d+)?)(?:\/([\d.]+))?(k|thousand|m|mio|million|bn|billion)?[^\d]*$/);
  if (!found) return NaN;
  let digits = found[1];
  if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(digits) && !/^-?0,/.test(digits)) digits = digits.replace(/,/g, "");
  else digits = digits.replace(",", ".");
  const times = { k: 1e3, thousand: 1e3, m: 1e6, mio: 1e6, million: 1e6, bn: 1e9, billion: 1e9 }[found[3]] ?? 1;
  return (Number(digits) / Number(found[2] ?? 1)) * times;
}

/** How far a right guess may lie from the answer.
 * @param {Answer} answer */
function reach(answer) {
  const value = Number(answer.value);
  return answer.within || (Number.isInteger(value) ? 0 : Math.abs(value) * 0.005) + 1e-9;
}

/** What the page says to a guess, and whether it was right.
 * @param {Answer} answer @param {string | number} guess @returns {{right: boolean, text: string}} */
function reply(answer, guess) {
  if (answer.choices.length) {
    if (guess === answer.value) return { right: true, text: `Yes: ${answer.shown}.` };
    const slip = answer.slips.find(([value]) => value === guess);
    return { right: false, text: `${slip ? slip[1] + " " : ""}It is ${answer.shown}.` };
  }
  const number = Number(guess);
  const value = Number(answer.value);
  const near = reach(answer);
  if (Math.abs(number - value) <= near) {
    return { right: true, text: `Yes${number === value ? "" : ", near enough"}: ${answer.shown}.` };
  }
  const slip = answer.slips.find(([wrong]) => Math.abs(number - Number(wrong)) <= Math.min(near, Math.abs(value - Number(wrong)) / 2) + 1e-9);
  const meaning = slip ? slip[1] : `${number < value ? "Too low" : "Too high"}.`;
  return { right: false, text: `${meaning} It is ${answer.shown}.` };
}

/** What the page says to an answer to an exercise, which may be tried again: never what is right.
 * @param {Answer} answer @param {string | number} guess @returns {{right: boolean, text: string}} */
function graded(answer, guess) {
  const { right, text } = reply(answer, guess);
  if (right) return { right, text: `Right: ${answer.shown}.` };
  return { right, text: text.replace(/ ?It is [^]*$/, "") || "That is not it." };
}

/** @param {string} tag @param {object} [properties] @param {(Node | string)[]} children */
function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** @type {Map<string, {right: boolean | null}>} */
const results = new Map();

/** @param {HTMLElement} box */
function dress(box) {
  const fold = /** @type {HTMLElement} */ (document.getElementById(box.id.replace("predict", "answer")));
  const answer = /** @type {Answer | null} */ (box.dataset.answer ? JSON.parse(box.dataset.answer) : null);
  const said = make("p", { className: "predict-reply" });
  said.setAttribute("role", "status");
  const show = make("button", { type: "button", className: "predict-show", textContent: "Show the answer" });
  const form = /** @type {HTMLFormElement} */ (make("form", { className: "predict-form" }));
  results.set(box.id, { right: null });

  /** @param {boolean | null} right @param {string} text @param {string} guess */
  function settle(right, text, guess) {
    results.set(box.id, { right });
    box.classList.add("settled");
    box.classList.toggle("right", right === true);
    for (const part of form.querySelectorAll("button")) {
      if (part.dataset.choice === guess && guess) part.setAttribute("aria-pressed", "true");
      if (!part.dataset.choice) part.hidden = true;
      else part.disabled = true;
    }
    const field = form.querySelector("input");
    if (field) { field.readOnly = true; field.value = guess; field.parentElement.hidden = !guess; }
    said.textContent = text;
    open();
    score();
  }
  function open() {
    fold.removeAttribute("hidden");
    window.dispatchEvent(new Event("resize")); // what was hidden had no width: page.js looks again
  }
  /** @param {string} guess */
  function judge(guess) {
    if (!answer) return;
    const number = answer.choices.length ? guess : parse(guess);
    if (typeof number === "number" && !Number.isFinite(number)) {
      said.textContent = "Type a number, such as 156, 0.5 or 60,000.";
      return;
    }
    const { right, text } = reply(answer, number);
    settle(right, text, guess);
    remember(box.id, guess);
  }

  if (answer?.choices.length) {
    const group = make("div", { className: "predict-choices" });
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Your guess");
    for (const choice of answer.choices) {
      const button = make("button", { type: "button", textContent: choice });
      button.dataset.choice = choice;
      button.addEventListener("click", () => judge(choice));
      group.append(button);
    }
    form.append(group, show);
  } else if (answer) {
    const field = make("input", { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false });
    form.append(make("label", {}, "Your guess ", field, answer.unit ? ` ${answer.unit}` : ""), make("button", { type: "submit", textContent: "Check" }), show);
  } else form.append(show);
  form.addEventListener("submit", (event) => { event.preventDefault(); judge(form.querySelector("input")?.value ?? ""); });
  show.addEventListener("click", () => { settle(null, answer ? `It is ${answer.shown}.` : "", ""); remember(box.id, ""); });
  fold.addEventListener("beforematch", () => settle(null, answer ? `It is ${answer.shown}.` : "", ""));
  box.append(form, said);
  fold.setAttribute("hidden", "until-found");

  const old = guesses()[box.id];
  if (old === "") settle(null, answer ? `It is ${answer.shown}.` : "", "");
  else if (old !== undefined) judge(old);
  addEventListener("cnnlessons-answers", () => {
    if (shownAlways() || box.classList.contains("settled")) open();
    else fold.setAttribute("hidden", "until-found");
  });
}

/** A field or buttons below an exercise that a number or a choice answers.
 * @param {HTMLElement} box */
function exercise(box) {
  const answer = /** @type {Answer} */ (JSON.parse(box.dataset.answer ?? ""));
  const said = make("p", { className: "predict-reply" });
  said.setAttribute("role", "status");
  const form = make("form", { className: "predict-form" });
  /** @param {string} guess */
  function judge(guess) {
    const value = answer.choices.length ? guess : parse(guess);
    const typed = typeof value === "string" || Number.isFinite(value);
    const { right, text } = typed ? graded(answer, value) : { right: false, text: "Type a number, such as 156, 0.5 or 60,000." };
    said.textContent = text;
    box.classList.toggle("right", right);
    for (const part of form.querySelectorAll("button")) {
      if (part.dataset.choice) part.setAttribute("aria-pressed", String(part.dataset.choice === guess));
    }
    if (typed) remember(box.id, guess);
  }
  const field = make("input", { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false });
  if (answer.choices.length) {
    const group = make("div", { className: "predict-choices" });
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Your answer");
    for (const choice of answer.choices) {
      const button = make("button", { type: "button", textContent: choice });
      button.dataset.choice = choice;
      button.addEventListener("click", () => judge(choice));
      group.append(button);
    }
    form.append(group);
  } else {
    form.append(make("label", {}, "Your answer ", field, answer.unit ? ` ${answer.unit}` : ""), make("button", { type: "submit", textContent: "Check" }));
    form.addEventListener("submit", (event) => { event.preventDefault(); judge(field.value); });
  }
  box.querySelector("p")?.after(form, said);
  const old = guesses()[box.id];
  if (old !== undefined) { field.value = old; judge(old); }
}

/** @returns {Record<string, string>} */
function guesses() { try { return JSON.parse(kept.get(GUESSES) ?? "{}"); } catch { return {}; } }
/** @param {string} id @param {string} guess */
function remember(id, guess) { kept.set(GUESSES, JSON.stringify({ ...guesses(), [id]: guess })); }
const shownAlways = () => kept.get(SWITCH) === "shown";

const line = make("p", { className: "predict-score" });
line.setAttribute("role", "status");
function score() {
  const all = [...results.values()];
  const right = all.filter((one) => one.right).length;
  const open = all.filter((one) => one.right === null).length;
  const guessed = all.length - open;
  line.textContent = guessed
    ? `You predicted ${right} of ${all.length}${open ? `; ${open} without a guess` : ""}.`
    : `${all.length} predictions in this lesson wait for your guess.`;
}

function begin() {
  const boxes = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("div.predict")]);
  const box = make("input", { type: "checkbox", checked: shownAlways() });
  box.setAttribute("role", "switch");
  const control = make("p", { className: "predict-switch" }, make("label", {}, box, " Show all answers"));
  box.addEventListener("change", () => {
    kept.set(SWITCH, box.checked ? "shown" : "asked");
    dispatchEvent(new Event("cnnlessons-answers"));
  });
  const title = document.querySelector("article h1");
  const under = title?.nextElementSibling?.classList.contains("run-time") ? title.nextElementSibling : title;
  under?.after(control);
  for (const one of boxes) dress(one);
  for (const one of document.querySelectorAll("div.exercise[data-answer]")) exercise(/** @type {HTMLElement} */ (one));
  document.querySelector("#tell-a-friend > h2")?.after(line);
  score();
  dispatchEvent(new Event("cnnlessons-answers"));
  document.documentElement.classList.remove("predicting");
}

if (typeof document !== "undefined") begin();
