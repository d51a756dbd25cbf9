"""The page engine from Python: a thin host like engine.js, for comparing it with PyTorch."""

import json
from functools import cache
from importlib.resources import files

import numpy as np
import wasmtime

ROLES = ("weight", "bias", "coefficient", "running_mean", "running_var", "num_batches_tracked", "codes")
LOSSES = {"cross_entropy": 0, "probabilities": 1, "ml": 2, "map": 3}


@cache
def compiled():
    engine = wasmtime.Engine()
    return engine, wasmtime.Module(engine, files("cnnlessons.live").joinpath("engine.wasm").read_bytes())


class Net:
    """One network in one instance of the engine."""

    def __init__(self, arch, seed=0, batch=16):
        engine, module = compiled()
        self.store = wasmtime.Store(engine)
        self.exports = wasmtime.Instance(self.store, module, []).exports(self.store)
        self.memory = self.exports["memory"]
        text = json.dumps(arch.as_dict(), ensure_ascii=False).encode()
        self.write(self.call("text", len(text)), text)
        self.made = self.call("make", seed)
        self.names = [layer.name for layer in arch.layers]
        self.call("reserve", batch)
        self.tensors = {
            f"{self.names[self.call('tensor_layer', t)]}.{ROLES[self.call('tensor_role', t)]}": t
            for t in range(self.call("tensors"))
        }
        self.n = 0

    def call(self, name, *arguments):
        return self.exports[name](self.store, *arguments)

    def write(self, place, data):
        self.memory.write(self.store, bytes(data), place)

    def read(self, place, n):
        return np.frombuffer(self.memory.read(self.store, place, place + 4 * n), np.float32).copy()

    def get(self):
        return {
            name: self.read(self.call("tensor_value", t), self.call("tensor_size", t))
            for name, t in self.tensors.items()
        }

    def set(self, state):
        assert set(state) == set(self.tensors)
        for name, t in self.tensors.items():
            value = state[name].detach().numpy().astype(np.float32)
            assert value.size == self.call("tensor_size", t), name
            self.write(self.call("tensor_value", t), np.ascontiguousarray(value).tobytes())
        self.call("weights_set")

    def forward(self, x, train=False):
        self.n = len(x)
        assert self.call("reserve", self.n) > 0
        self.write(self.call("given"), np.ascontiguousarray(x, np.float32).tobytes())
        self.call("run", self.n, int(train))
        return self.maps(len(self.names) - 1)

    def maps(self, layer, gradient=0):
        units = self.call("units", layer)
        return self.read(self.call("gather", layer, gradient), self.n * units).reshape(self.n, units)

    def gradients(self, x, y, loss):
        self.forward(x, train=True)
        self.write(self.call("labels"), np.asarray(y, np.uint8).tobytes())
        self.loss = self.call("loss", LOSSES[loss])
        self.length = self.call("back")
        places = {name: self.call("tensor_grad", t) for name, t in self.tensors.items()}
        return {name: self.read(at, self.call("tensor_size", self.tensors[name])) for name, at in places.items() if at}

    def step(self, x, y, loss, lr, momentum=0.0, weight_decay=0.0, clip=None):
        self.gradients(x, y, loss)
        self.call("step", lr, momentum, weight_decay, 1.0 if clip is None else min(1.0, clip / (self.length + 1e-6)))
        return self.loss
