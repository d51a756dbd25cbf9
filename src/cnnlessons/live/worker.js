// A Web Worker that trains, so that the page never waits.
//
// In:  { task: "start", wasm, digits: { images, labels }, run: { arch, recipe, images, seed, weights, gain }, digit, passes }
//      { task: "pause" }, { task: "go", passes }: that many more; { task: "digit", digit }, { task: "weights" }
// Out: { kind: "look", seen, steps, stepped, test, train, rate, seconds, inside }: about eight times a pass, the first
//        before any step; `seconds` is what the steps took, without the looks
//      { kind: "inside", inside }, { kind: "weights", weights }, { kind: "done" }, { kind: "error", message, diverged }

import { trainer } from "./training.js";

const LOOKS = 8; // a pass
const FEWEST = 100; // digits between two looks
const SLICE = 50; // ms of work before messages are let in

let [now, running, queued, digit, passing] = [null, false, false, 0, 0];
let [stop, next, seconds, told] = [Infinity, 0, 0, { seen: 0, seconds: 0 }];
const turn = new MessageChannel(); // without the 4 ms that timeouts in a row wait
turn.port1.onmessage = go;

function look() {
  const done = now.look();
  const rate = seconds > told.seconds ? (done.seen - told.seen) / (seconds - told.seconds) : 0;
  told = { seen: done.seen, seconds };
  next = done.seen + Math.max(FEWEST, passing / LOOKS);
  postMessage({ kind: "look", ...done, rate, seconds, inside: now.inside(digit) });
}

function later() {
  if (running && !queued) turn.port2.postMessage(0);
  queued = running || queued;
}

// Trains for a slice, and tells when it is time to.
function go() {
  queued = false;
  if (!running) return;
  try {
    const start = performance.now();
    const until = Math.min(next, stop);
    do now.step(); while (now.seen < until && performance.now() - start < SLICE);
    seconds += (performance.now() - start) / 1000;
    if (now.seen >= until) look();
  } catch (error) {
    running = false;
    postMessage({ kind: "error", message: error.message, diverged: error.name === "DivergedError" });
  }
  if (running && now.seen >= stop) {
    running = false;
    postMessage({ kind: "done" });
  }
  later();
}

onmessage = async ({ data }) => {
  try {
    if (data.task === "start") {
      digit = data.digit ?? 0;
      passing = data.run.images;
      now = await trainer(data.wasm, data.digits, data.run);
      stop = (data.passes ?? Infinity) * passing;
      running = stop > 0;
      look();
    } else if (data.task === "pause") running = false;
    else if (data.task === "go" && now) {
      running = true;
      stop = Math.max(stop, now.seen + data.passes * passing);
    } else if (data.task === "digit") {
      digit = data.digit;
      if (now) postMessage({ kind: "inside", inside: now.inside(digit) });
    } else if (data.task === "weights" && now) postMessage({ kind: "weights", weights: now.net.get() });
    later();
  } catch (error) {
    postMessage({ kind: "error", message: error.message, diverged: false });
  }
};
