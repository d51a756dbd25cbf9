"""What a training step of a network needs in memory, derived from its trace; PyTorch is the referee (test_memory.py).

Counted is what must be there: weights, gradients, momentum, pictures, and what PyTorch's layers keep for the way back.
Not counted is what depends on the machine: working space inside an operation, the blocks of an allocator, the
libraries. On the CPU this package's faster 2×2 pooling and LRN (modules/faster.py) keep something else.
"""

from dataclasses import dataclass
from functools import singledispatch
from math import prod

from cnnlessons.networks import Row, Trace, layers, trace

FLOAT, INDEX = 4, 8  # bytes of a float32 and of a place in a pooling window, an int64
MIB = 2**20


@dataclass(frozen=True)
class Keep:
    """What one layer asks PyTorch to keep for the way back."""

    input: bool = False  # what came in
    output: bool = False  # what it returned
    each: int = 0  # further bytes a picture
    once: int = 0  # further bytes, however many pictures


@singledispatch
def keeps(layer: layers.Layer, row: Row) -> Keep:
    """What `layer` keeps while training. Raises `TypeError` for a layer that has no rule here."""
    raise TypeError(f"{layer.name}: no rule for what {type(layer).__name__} keeps; register one with keeps.register")


@keeps.register(layers.Conv)
@keeps.register(layers.Linear)
def _(layer, row):
    table = getattr(layer, "table", None)  # its kernels are spread out with zeros between them, once a step
    return Keep(input=True, once=FLOAT * layer.maps * row.shape_in[0] * layer.k**2 if table else 0)


@keeps.register(layers.ReLU)
@keeps.register(layers.Tanh)
@keeps.register(layers.Sigmoid)
@keeps.register(layers.Softmax)
def _(layer, row):
    return Keep(output=True)  # their slope can be told from what they return


@keeps.register(layers.ScaledTanh)
def _(layer, row):
    return Keep(each=FLOAT * row.units)  # the tanh inside, before it is scaled


@keeps.register(layers.MaxPool)
def _(layer, row):
    return Keep(input=True, each=INDEX * row.units)  # where each maximum stood


@keeps.register(layers.AvgPool)
def _(layer, row):
    return Keep(input=True)


@keeps.register(layers.Subsample)
def _(layer, row):
    return Keep(input=True, each=FLOAT * row.units)  # the sums, before coefficient and bias


@keeps.register(layers.AdaptiveAvgPool)
def _(layer, row):
    return Keep(input=layer.n > 1)  # a plain mean needs nothing but the shape


@keeps.register(layers.Dropout)
def _(layer, row):
    return Keep(each=FLOAT * row.units)  # the mask


@keeps.register(layers.BatchNorm)
def _(layer, row):
    return Keep(input=True, once=2 * FLOAT * row.shape_in[0])  # mean and spread of each map


@keeps.register(layers.LRN)
def _(layer, row):
    maps, *sides = row.shape_in
    padded = (maps + getattr(layer, "groups", 1) * (layer.n - 1)) * prod(sides)
    return Keep(input=True, each=FLOAT * (padded + 2 * row.units))  # squares with their padding, sums, and powers


@keeps.register(layers.RBF)
def _(layer, row):
    return Keep(each=FLOAT * len(layer.codes) * row.shape_in[0])  # every difference


@keeps.register(layers.Local)
def _(layer, row):
    _, height, width = row.shape_out
    return Keep(each=FLOAT * row.shape_in[0] * layer.k**2 * height * width)  # a copy of every window


@keeps.register(layers.Flatten)
def _(layer, row):
    return Keep()


def kept(rows: Trace, batch: int = 1) -> dict[str, int]:
    """Bytes kept for the way back by the layer that made them: its output, if it or the next layer needs it, and more.

    A flattened map is the map itself. The pictures and the weights are there anyway and do not count.
    """
    asked = [keeps(row.layer, row) for row in rows]
    found, shown = {}, -1  # `shown` is the layer that made the tensor at hand
    for i, (row, ask) in enumerate(zip(rows, asked, strict=True)):
        if ask.input and shown >= 0:
            found[rows[shown].layer.name][0] = FLOAT * batch * rows[shown].units
        found[row.layer.name] = [FLOAT * batch * row.units if ask.output else 0, batch * ask.each + ask.once]
        if not isinstance(row.layer, layers.Flatten):
            shown = i
    return {name: sum(parts) for name, parts in found.items()}


@dataclass(frozen=True)
class Memory:
    """Bytes that a training step needs, by what they are for."""

    weights: int
    gradients: int
    momentum: int
    pictures: int
    kept: int

    @property
    def training(self) -> int:
        """All five together: near the peak of a step, in which gradients come while what was kept goes."""
        return self.weights + self.gradients + self.momentum + self.pictures + self.kept


def memory(arch, batch: int = 1, input: layers.Shape | None = None) -> Memory:
    """What one step of SGD with momentum on `batch` pictures holds, in float32. Raises `ShapeError` as `trace` does."""
    rows = trace(arch, input)
    weights = FLOAT * rows.params
    return Memory(weights, weights, weights, FLOAT * batch * prod(rows.input), sum(kept(rows, batch).values()))
