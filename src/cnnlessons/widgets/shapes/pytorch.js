// What `paste` and `source` do, in a worker: started when a reader first asks for PyTorch.

import { trace } from "../arithmetic.js";
import { paste } from "./paste.js";
import { Unread } from "./python.js";
import { source } from "./source.js";

self.onmessage = ({ data: { id, text, layers, input, kinds, title } }) => {
  try {
    const answer = text === undefined ? source(layers, trace(layers, input, kinds).rows, title) : paste(text, input, kinds);
    self.postMessage({ id, answer });
  } catch (error) {
    self.postMessage({ id, unread: error instanceof Unread, why: error.message });
  }
};
