"""A layer: its shape rule, its weights, its cost, its module.

Shapes are channels first without the batch axis: a map is `(C, H, W)`, a vector `(F,)`. Every layer is a frozen
dataclass that knows, for the shape it is given, the shape it returns (`out`), its trainable numbers (`params`), its
connections (counted as in LeCun et al. 1998: a bias is one connection), its multiplications (`macs`, convolutions
and linear layers only) and the `nn.Module` that does the work.
"""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from torch import nn

from cnnlessons import modules
from cnnlessons.errors import ShapeError

Shape = tuple[int, ...]


def slide(n: int, k: int, s: int = 1, p: int = 0, ceil: bool = False) -> int:
    """How many windows of `k` fit a line of `n` at stride `s`, with `p` zeros at each end: ⌊(n + 2p − k)/s⌋ + 1.

    `ceil` rounds up as Caffe's pooling does, except that a window must start inside the line or its left padding.
    """
    if not ceil:
        return (n + 2 * p - k) // s + 1
    steps = -((k - n - 2 * p) // s) + 1
    return steps - 1 if (steps - 1) * s >= n + p else steps


def times(shape) -> str:
    """`(6, 28, 28)` as 6×28×28."""
    return "×".join(map(str, shape))


@dataclass(frozen=True)
class Layer:
    """One named step of a network; this base passes its input on unchanged and has no weights."""

    name: str
    kind: ClassVar[str] = "activation"  # the colour it has in every table, diagram and widget

    def out(self, shape: Shape) -> Shape:
        """The shape returned for an input of `shape`. Raises `ShapeError` if it does not fit."""
        return shape

    def params(self, shape: Shape) -> int:
        """Trainable numbers for an input of `shape`."""
        return 0

    def connections(self, shape: Shape) -> int:
        """Connections into this layer's units, a bias counted as one (LeCun et al. 1998, Sect. II-B)."""
        return 0

    def macs(self, shape: Shape) -> int:
        """Multiplications of a convolution or linear layer for one picture; 0 for all others."""
        return 0

    def window(self, shape: Shape) -> tuple[int, float]:
        """Side of the square of inputs that one output reads, and the step between neighbouring outputs."""
        return 1, 1

    def module(self, shape: Shape) -> nn.Module:
        """A fresh `nn.Module` for an input of `shape`."""
        raise NotImplementedError

    def problem(self, why: str) -> ShapeError:
        """A `ShapeError` that names this layer."""
        return ShapeError(f"{self.name}: {why}")

    def need_map(self, shape: Shape) -> Shape:
        """`shape`, if it is a map."""
        if len(shape) != 3:
            raise self.problem(f"needs a map (C, H, W), not a vector of {times(shape)}; move it before Flatten")
        return shape

    def slide(self, shape: Shape, k: int, s: int, p: int, ceil: bool = False) -> tuple[int, int]:
        """Height and width after sliding a `k`×`k` window over the map `shape`."""
        _, *sides = self.need_map(shape)
        if k < 1 or s < 1 or p < 0:
            raise self.problem(f"kernel and stride must be 1 or more and padding 0 or more, not k={k}, s={s}, p={p}")
        after = [slide(n, k, s, p, ceil) for n in sides]
        if min(after) < 1:
            padded = f" with {p} of padding" if p else ""
            raise self.problem(f"a {k}×{k} window does not fit a {times(sides)} map{padded}")
        return tuple(after)


@dataclass(frozen=True)
class Conv(Layer):
    """Convolution: `out` maps from `k`×`k` kernels, stride `s`, padding `p`, dilation `d`, in `groups`.

    With a `table` each output map reads only the input maps listed for it (LeCun et al. 1998, Table I).
    """

    maps: int
    k: int
    s: int = 1
    p: int = 0
    groups: int = 1
    table: tuple[tuple[int, ...], ...] | None = None
    d: int = 1
    kind: ClassVar[str] = "conv"

    @property
    def reach(self) -> int:
        """Side of the window a dilated kernel spans: d(k − 1) + 1."""
        return self.d * (self.k - 1) + 1

    def out(self, shape: Shape) -> Shape:
        """(maps, H', W')."""
        channels = self.need_map(shape)[0]
        if self.maps < 1 or self.groups < 1 or self.d < 1 or self.k < 1:
            raise self.problem("maps, kernel, groups and dilation must be at least 1")
        if channels % self.groups or self.maps % self.groups:
            raise self.problem(f"{self.groups} groups must divide both {channels} input and {self.maps} output maps")
        if self.table and (len(self.table) != self.maps or max(map(max, self.table)) >= channels):
            raise self.problem(f"its table is for {len(self.table)} output maps reading up to input map "
                               f"{max(map(max, self.table)) + 1}, not {self.maps} maps from {channels}")
        return self.maps, *self.slide(shape, self.reach, self.s, self.p)

    def kernels(self, shape: Shape) -> int:
        """How many `k`×`k` kernels there are: pairs of an input map and an output map that reads it."""
        return sum(map(len, self.table)) if self.table else shape[0] // self.groups * self.maps

    def params(self, shape: Shape) -> int:
        """One number a kernel cell, and one bias a map."""
        return self.k**2 * self.kernels(shape) + self.maps

    def connections(self, shape: Shape) -> int:
        """Every parameter once for each position of the window."""
        return self.params(shape) * prod(self.out(shape)[1:])

    def macs(self, shape: Shape) -> int:
        """Every kernel cell once for each position of the window."""
        return self.k**2 * self.kernels(shape) * prod(self.out(shape)[1:])

    def window(self, shape: Shape) -> tuple[int, float]:
        """The (dilated) kernel and its stride."""
        return self.reach, self.s

    def module(self, shape: Shape) -> nn.Module:
        """`nn.Conv2d`, or `modules.TableConv2d` with a table."""
        if self.table:
            return modules.TableConv2d(self.table, self.k, self.s, self.p)
        return nn.Conv2d(shape[0], self.maps, self.k, self.s, self.p, self.d, self.groups)


@dataclass(frozen=True)
class MaxPool(Layer):
    """The largest of each `k`×`k` window; `s` defaults to `k`; s < k overlaps (Krizhevsky et al. 2012, §3.4)."""

    k: int
    s: int | None = None
    p: int = 0
    ceil: bool = False
    kind: ClassVar[str] = "pool"

    @property
    def step(self) -> int:
        """The stride: `s`, or the window's own side."""
        return self.k if self.s is None else self.s

    def out(self, shape: Shape) -> Shape:
        """(C, H', W')."""
        if 2 * self.p > self.k:
            raise self.problem(f"padding {self.p} is more than half of the {self.k}×{self.k} window")
        return self.need_map(shape)[0], *self.slide(shape, self.k, self.step, self.p, self.ceil)

    def connections(self, shape: Shape) -> int:
        """k² inputs a unit."""
        return self.k**2 * prod(self.out(shape))

    def window(self, shape: Shape) -> tuple[int, float]:
        """The window and its stride."""
        return self.k, self.step

    def module(self, shape: Shape) -> nn.Module:
        """`nn.MaxPool2d`."""
        return nn.MaxPool2d(self.k, self.step, self.p, ceil_mode=self.ceil)


@dataclass(frozen=True)
class AvgPool(MaxPool):
    """The mean of each `k`×`k` window."""

    def module(self, shape: Shape) -> nn.Module:
        """`nn.AvgPool2d`."""
        return nn.AvgPool2d(self.k, self.step, self.p, ceil_mode=self.ceil)


@dataclass(frozen=True)
class Subsample(MaxPool):
    """LeNet-5's S layers: the sum of each window, times a trainable coefficient a map, plus a trainable bias a map.

    LeCun et al. 1998, Sect. II-B; the squashing that follows is a layer of its own here.
    """

    k: int = 2

    def params(self, shape: Shape) -> int:
        """A coefficient and a bias a map."""
        return 2 * shape[0]

    def connections(self, shape: Shape) -> int:
        """k² inputs and a bias a unit."""
        return (self.k**2 + 1) * prod(self.out(shape))

    def module(self, shape: Shape) -> nn.Module:
        """`modules.Subsample`."""
        return modules.Subsample(shape[0], self.k, self.step)


@dataclass(frozen=True)
class AdaptiveAvgPool(Layer):
    """The mean over windows chosen so that `n`×`n` come out, whatever goes in; n = 1 is global average pooling."""

    n: int = 1
    kind: ClassVar[str] = "pool"

    def out(self, shape: Shape) -> Shape:
        """(C, n, n)."""
        if self.n < 1:
            raise self.problem(f"must return at least 1×1, not {self.n}×{self.n}")
        return self.need_map(shape)[0], self.n, self.n

    def window(self, shape: Shape) -> tuple[int, float]:
        """The largest of its windows, and the mean step between them."""
        n = max(shape[1:])
        k = max(-(-(i + 1) * n // self.n) - i * n // self.n for i in range(self.n))
        if self.n == 1:
            return k, 1
        return k, n // self.n if n % self.n == 0 else n / self.n

    def module(self, shape: Shape) -> nn.Module:
        """`nn.AdaptiveAvgPool2d`."""
        return nn.AdaptiveAvgPool2d(self.n)


@dataclass(frozen=True)
class Flatten(Layer):
    """A map (C, H, W) as a vector of C·H·W, per picture."""

    kind: ClassVar[str] = "reshape"

    def out(self, shape: Shape) -> Shape:
        """(C·H·W,)."""
        return (prod(shape),)

    def module(self, shape: Shape) -> nn.Module:
        """`nn.Flatten`, which keeps the batch axis whatever the size."""
        return nn.Flatten()


@dataclass(frozen=True)
class Linear(Layer):
    """`units` weighted sums of everything that comes in."""

    units: int
    kind: ClassVar[str] = "dense"

    def out(self, shape: Shape) -> Shape:
        """(units,)."""
        if len(shape) != 1:
            raise self.problem(f"needs a vector, not a {times(shape)} map; put Flatten before it")
        if self.units < 1:
            raise self.problem("needs at least 1 unit")
        return (self.units,)

    def params(self, shape: Shape) -> int:
        """A weight an input and a bias, for every unit."""
        return (shape[0] + 1) * self.units

    def connections(self, shape: Shape) -> int:
        """Nothing is shared: as many as parameters."""
        return self.params(shape)

    def macs(self, shape: Shape) -> int:
        """A multiplication a weight."""
        return shape[0] * self.units

    def module(self, shape: Shape) -> nn.Module:
        """`nn.Linear`."""
        return nn.Linear(shape[0], self.units)


@dataclass(frozen=True)
class RBF(Layer):
    """Squared distances to fixed `codes` of ±1, a penalty a class: the smallest wins (LeCun et al. 1998, eq. 7)."""

    codes: tuple[tuple[int, ...], ...]
    kind: ClassVar[str] = "output"

    def out(self, shape: Shape) -> Shape:
        """(classes,)."""
        if shape != (len(self.codes[0]),):
            raise self.problem(f"its codes have {len(self.codes[0])} cells, but {times(shape)} come in")
        return (len(self.codes),)

    def connections(self, shape: Shape) -> int:
        """One a cell of every code."""
        return len(self.codes) * shape[0]

    def module(self, shape: Shape) -> nn.Module:
        """`modules.RBF`."""
        return modules.RBF(self.codes)


class Elementwise(Layer):
    """A layer that treats every number by itself and has no weights; subclasses name the module."""

    make: ClassVar[type[nn.Module]]

    def module(self, shape: Shape) -> nn.Module:
        """The activation, never in place: an in-place one overwrites what a hook recorded."""
        return self.make()


class ReLU(Elementwise):
    """max(0, a)."""

    make = nn.ReLU


class Tanh(Elementwise):
    """tanh a."""

    make = nn.Tanh


class Sigmoid(Elementwise):
    """1 / (1 + e⁻ᵃ), the logistic function."""

    make = nn.Sigmoid


class ScaledTanh(Elementwise):
    """1.7159 tanh(2a/3), so that f(±1) = ±1 (LeCun et al. 1998, App. A)."""

    make = modules.ScaledTanh


class Softmax(Layer):
    """eᶻ normalised over the classes."""

    kind: ClassVar[str] = "output"

    def module(self, shape: Shape) -> nn.Module:
        """`nn.Softmax` over the channel or feature axis."""
        return nn.Softmax(dim=1)


@dataclass(frozen=True)
class Dropout(Layer):
    """In training each number is zeroed with probability `p` and the rest scaled by 1/(1 − p)."""

    p: float = 0.5
    kind: ClassVar[str] = "dropout"

    def module(self, shape: Shape) -> nn.Module:
        """`nn.Dropout`."""
        return nn.Dropout(self.p)


@dataclass(frozen=True)
class LRN(Layer):
    """Local response normalisation over `n` neighbouring maps, with the paper's α (Krizhevsky et al. 2012, §3.3)."""

    n: int = 5
    k: float = 2.0
    alpha: float = 1e-4
    beta: float = 0.75
    kind: ClassVar[str] = "norm"

    def out(self, shape: Shape) -> Shape:
        """Unchanged; a map is needed."""
        return self.need_map(shape)

    def module(self, shape: Shape) -> nn.Module:
        """`nn.LocalResponseNorm`, which divides its alpha by n: hence n·α."""
        return nn.LocalResponseNorm(self.n, alpha=self.n * self.alpha, beta=self.beta, k=self.k)


class BatchNorm(Layer):
    """Batch normalisation with a trained scale and shift a map."""

    kind: ClassVar[str] = "norm"

    def out(self, shape: Shape) -> Shape:
        """Unchanged; a map is needed."""
        return self.need_map(shape)

    def params(self, shape: Shape) -> int:
        """Scale and shift; the moving statistics are buffers."""
        return 2 * shape[0]

    def connections(self, shape: Shape) -> int:
        """The value itself and its shift, for every unit."""
        return 2 * prod(shape)

    def module(self, shape: Shape) -> nn.Module:
        """`nn.BatchNorm2d`."""
        return nn.BatchNorm2d(shape[0])
