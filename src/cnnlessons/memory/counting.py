"""What a training step of a network needs in memory, derived from its trace; PyTorch is the referee (test_memory.py).

Counted is what must be there: weights, gradients, momentum, images, and what PyTorch's layers save for the backward
pass. Not counted is what depends on the machine: working space inside an operation, the blocks of an allocator, the
libraries. On the CPU this package's faster 2×2 pooling and LRN (modules/faster.py) save something else.
"""

from dataclasses import dataclass
from functools import singledispatch
from math import prod

from cnnlessons.networks import Arch, Row, Trace, layers, trace
from cnnlessons.networks.layers import Flatten, Layer, Shape, area

FLOAT = 4  # bytes of a float32
INDEX = 8  # bytes of a place in a pooling window, an int64
MIB = 2**20


@dataclass(frozen=True)
class Saved:
    """What autograd saves of one layer for the backward pass."""

    input: bool = False  # what came in
    output: bool = False  # what it returned
    per_image: int = 0  # further bytes for each image
    per_step: int = 0  # further bytes, however large the batch


@singledispatch
def saved_for_backward(layer: Layer, row: Row) -> Saved:
    """What autograd saves of `layer` while training, for one input of `row.shape_in`.

    A new kind of layer gets its rule by `@saved_for_backward.register(Kind)`. Raises `TypeError` for one without.
    """
    kind = type(layer).__name__
    raise TypeError(
        f"{layer.name}: no rule for what autograd saves of {kind}; register one with saved_for_backward.register"
    )


@saved_for_backward.register
def _(layer: layers.Linear | layers.AvgPool, row: Row) -> Saved:
    return Saved(input=True)


@saved_for_backward.register
def _(layer: layers.Conv, row: Row) -> Saved:
    spread_out = FLOAT * layer.maps * row.shape_in[0] * area(layer.k)  # a table's kernels with zeros between them
    down, across = layer.trailing(row.shape_in)
    maps, height, width = row.shape_in
    completed = FLOAT * maps * (height + down) * (width + across) if down or across else 0  # a copy with more zeros
    return Saved(input=not completed, per_image=completed, per_step=spread_out if layer.table else 0)


@saved_for_backward.register
def _(layer: layers.ReLU | layers.Tanh | layers.Sigmoid | layers.Softmax, row: Row) -> Saved:
    return Saved(output=True)  # their slope can be told from what they return


@saved_for_backward.register
def _(layer: layers.ScaledTanh, row: Row) -> Saved:
    return Saved(per_image=FLOAT * row.units)  # the tanh inside, before it is scaled


@saved_for_backward.register
def _(layer: layers.MaxPool, row: Row) -> Saved:
    return Saved(input=True, per_image=INDEX * row.units)  # where each maximum stood


@saved_for_backward.register
def _(layer: layers.Subsample, row: Row) -> Saved:
    return Saved(input=True, per_image=FLOAT * row.units)  # the sums, before coefficient and bias


@saved_for_backward.register
def _(layer: layers.AdaptiveAvgPool, row: Row) -> Saved:
    return Saved(input=layer.n != 1)  # a plain mean needs nothing but the shape


@saved_for_backward.register
def _(layer: layers.Dropout, row: Row) -> Saved:
    return Saved(per_image=FLOAT * row.units)  # the mask


@saved_for_backward.register
def _(layer: layers.BatchNorm, row: Row) -> Saved:
    return Saved(input=True, per_step=2 * FLOAT * row.shape_in[0])  # mean and spread of each map


@saved_for_backward.register
def _(layer: layers.LRN, row: Row) -> Saved:
    maps, *sides = row.shape_in
    padded = (maps + getattr(layer, "groups", 1) * (layer.n - 1)) * prod(sides)
    return Saved(input=True, per_image=FLOAT * (padded + 2 * row.units))  # squares with their padding, sums, and powers


@saved_for_backward.register
def _(layer: layers.WithinMapLRN, row: Row) -> Saved:
    return Saved(input=True, per_image=3 * FLOAT * row.units)  # squares, their sums, and powers of those


@saved_for_backward.register
def _(layer: layers.RBF, row: Row) -> Saved:
    return Saved(per_image=FLOAT * len(layer.codes) * row.shape_in[0])  # every difference


@saved_for_backward.register
def _(layer: layers.Local, row: Row) -> Saved:
    _, height, width = row.shape_out
    return Saved(per_image=FLOAT * row.shape_in[0] * area(layer.k) * height * width)  # a copy of every window


@saved_for_backward.register
def _(layer: Flatten, row: Row) -> Saved:
    return Saved()


def saved_bytes(rows: Trace, batch: int = 1) -> dict[str, int]:
    """Bytes saved for the backward pass of `batch` images, by the name of the layer that made them.

    A layer's output counts if it or the next layer needs it; masks, indices and the like come on top. A flattened map
    is the map itself. The images and the weights are there anyway and do not count. Raises `TypeError` for a layer
    without a rule.
    """
    wanted = [saved_for_backward(row.layer, row) for row in rows]
    outputs = dict.fromkeys((row.layer.name for row in rows), 0)
    extras = dict(outputs)
    source = None  # the row that made the tensor at hand; None for the images
    for row, saved in zip(rows, wanted, strict=True):
        if saved.input and source:
            outputs[source.layer.name] = FLOAT * batch * source.units
        if saved.output:
            outputs[row.layer.name] = FLOAT * batch * row.units
        extras[row.layer.name] = batch * saved.per_image + saved.per_step
        if not isinstance(row.layer, Flatten):
            source = row
    return {name: outputs[name] + extras[name] for name in outputs}


@dataclass(frozen=True)
class Memory:
    """Bytes that a training step needs, by what they are for."""

    weights: int
    gradients: int
    momentum: int
    images: int
    saved: int  # for the backward pass

    @property
    def total(self) -> int:
        """All five together: near the peak of a step, in which gradients come while what was saved goes."""
        return self.weights + self.gradients + self.momentum + self.images + self.saved


def training_memory(arch: Arch, batch: int = 1, input: Shape | None = None) -> Memory:
    """Bytes that one step of SGD with momentum holds, in float32, on `batch` images of `input` = (C, H, W).

    Raises `ShapeError` as `trace` does, `ValueError` for a batch that is no whole number from 1.
    """
    if not isinstance(batch, int) or batch < 1:
        raise ValueError(f"batch must be a whole number of images from 1, not {batch!r}")
    rows = trace(arch, input)
    weights = FLOAT * rows.params
    return Memory(
        weights=weights,
        gradients=weights,
        momentum=weights,
        images=FLOAT * batch * prod(rows.input),
        saved=sum(saved_bytes(rows, batch).values()),
    )
