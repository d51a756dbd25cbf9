"""The page engine: a network forward, backward and trained in WebAssembly, in the reader's page; widgets run it.

- `engine.c`: the arithmetic; reads the JSON of an `Arch`, one network an instance.
- `engine.wasm`: what `python -m cnnlessons.live.build` (`make engine`) compiles of it; committed, a test compares.
- `engine.js`: the host, an ES module for browsers, workers and Node: `load(bytes)`, `engine.network(arch)`.
- `training.js`: the training loop on it, and what one may watch; `worker.js`: the same in a Web Worker.
- `safetensors.js`: weights as a file, and back.
"""
