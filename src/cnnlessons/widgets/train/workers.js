// A worker for a run, with the engine and the digits of the widget.

import { bytes, inflate } from "../ui.js";
import { unpacked } from "../../live/safetensors.js";
import { recipe, split } from "./network.js";

/** begin(run, seed, passes, digit, tell): a worker that trains the run and tells; 0 passes show it before training. */
export function starter(model) {
  let digits = null;
  return async (run, seed, passes, digit, tell) => {
    digits ??= split(await inflate(bytes(model.get("digits"))));
    const url = URL.createObjectURL(new Blob([model.get("worker")], { type: "text/javascript" }));
    const worker = new Worker(url);
    URL.revokeObjectURL(url);
    worker.onmessage = ({ data }) => tell(data, worker);
    worker.onerror = (event) => tell({ kind: "error", message: event.message || "the worker could not start" }, worker);
    const start = bytes(model.get("start") ?? new DataView(new ArrayBuffer(0)));
    worker.postMessage({ task: "start", wasm: bytes(model.get("engine")).slice(), digits, digit, passes,
      run: { arch: run.arch, recipe: recipe(run.settings), images: run.settings.images, seed, gain: run.settings.gain,
        weights: run.own && start.length ? unpacked(start) : null } });
    return worker;
  };
}
