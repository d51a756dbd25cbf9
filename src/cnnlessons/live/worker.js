// A Web Worker that trains, so that the page never waits.
//
// In:  { task: "start", wasm, digits: { images, labels }, run: { arch, recipe, images, seed, weights, gain }, digit, passes }
//      { task: "pause" }, { task: "go" }, { task: "digit", digit }, { task: "weights" }
// Out: { kind: "look", seen, steps, stepped, test, train, rate, inside }: about eight times a pass, the first before any step
//      { kind: "weights", weights }, { kind: "done" }, { kind: "error", message, diverged }

import { trainer } from "./training.js";

const LOOKS = 8; // a pass

let [now, running, stop, digit, wanted] = [null, false, Infinity, 0, []];

function look(rate) {
  postMessage({ kind: "look", rate, ...now.look(), inside: now.inside(digit) });
}

// Trains for a while, tells, and lets messages in.
function go(images, every) {
  if (!running || !now) return;
  try {
    const [start, from] = [performance.now(), now.seen];
    while (now.seen - from < every) now.step();
    look(((now.seen - from) / (performance.now() - start)) * 1000);
  } catch (error) {
    running = false;
    postMessage({ kind: "error", message: error.message, diverged: error.name === "DivergedError" });
    return;
  }
  if (now.seen >= stop) {
    running = false;
    postMessage({ kind: "done" });
    return;
  }
  setTimeout(() => go(images, every));
}

onmessage = async ({ data }) => {
  try {
    if (data.task === "start") {
      running = true;
      digit = data.digit ?? 0;
      now = await trainer(data.wasm, data.digits, data.run);
      stop = (data.passes ?? Infinity) * data.run.images;
      wanted = [data.run.images, data.run.images / LOOKS];
      look(0);
      go(...wanted);
    } else if (data.task === "pause") running = false;
    else if (data.task === "go" && !running) {
      running = true;
      stop = Math.max(stop, now.seen + (data.passes ?? 0) * wanted[0]);
      go(...wanted);
    } else if (data.task === "digit") {
      digit = data.digit;
      if (now) postMessage({ kind: "inside", inside: now.inside(digit) });
    } else if (data.task === "weights") postMessage({ kind: "weights", weights: now.net.get() });
  } catch (error) {
    postMessage({ kind: "error", message: error.message, diverged: false });
  }
};
