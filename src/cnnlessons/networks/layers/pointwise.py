"""Layers that leave the shape alone: activations, softmax, dropout, normalisations."""

from dataclasses import dataclass, field
from math import prod
from typing import ClassVar

from cnnlessons.networks.layers.arguments import number, odd, whole
from cnnlessons.networks.layers.base import Layer, Shape, Window


class Elementwise(Layer):
    """A layer that treats every number by itself and has no weights; subclasses name the module."""


class ReLU(Elementwise):
    """max(0, a)."""

    word: ClassVar[str] = "ReLU"


class Tanh(Elementwise):
    """tanh a."""

    word: ClassVar[str] = "tanh"


class Sigmoid(Elementwise):
    """1 / (1 + e⁻ᵃ), the logistic function."""

    word: ClassVar[str] = "sigmoid"


class ScaledTanh(Elementwise):
    """1.7159 tanh(2a/3), so that f(±1) = ±1 (LeCun et al. 1998, App. A)."""

    word: ClassVar[str] = "tanh"


class Softmax(Layer):
    """eᶻ normalised over the classes."""

    kind: ClassVar[str] = "output"
    word: ClassVar[str] = "softmax"
    reads_all: ClassVar[bool] = True


@dataclass(frozen=True)
class Dropout(Layer):
    """In training each number is zeroed with probability `p` and the rest scaled by 1/(1 − p)."""

    p: float = field(default=0.5, metadata=number(0, below=1))
    kind: ClassVar[str] = "dropout"
    word: ClassVar[str] = "dropout"


@dataclass(frozen=True)
class LRN(Layer):
    """Local response normalisation over `n` neighbouring maps, with the paper's α (Krizhevsky et al. 2012, §3.3).

    x / (k + α Σ x²)^β: `alpha` multiplies the plain sum, as in the paper's formula; the released program, PyTorch and
    Caffe divide theirs by n.
    """

    n: int = field(default=5, metadata=whole(1, 1000))
    k: float = field(default=2.0, metadata=number())
    alpha: float = field(default=1e-4, metadata=number())
    beta: float = field(default=0.75, metadata=number())
    kind: ClassVar[str] = "norm"
    word: ClassVar[str] = "LRN"

    def out(self, shape: Shape) -> Shape:
        """Unchanged; a map is needed."""
        return self.need_map(shape)


@dataclass(frozen=True)
class GroupedLRN(LRN):
    """Local response normalisation in which each of `groups` equal parts of the maps keeps to itself."""

    groups: int = field(default=2, metadata=whole())
    word: ClassVar[str] = "LRN"

    def out(self, shape: Shape) -> Shape:
        """Unchanged; the groups must divide the maps."""
        if self.need_map(shape)[0] % self.groups:
            raise self.problem(f"{self.groups} groups must divide {shape[0]} maps")
        return shape


@dataclass(frozen=True)
class WithinMapLRN(Layer):
    """Local response normalisation inside each map, over the window of `n`×`n` around a number, n odd.

    x / (k + α Σ x²)^β, zeros outside the map; `alpha` multiplies the plain sum. The released program of AlexNet has
    one, with its α of 0.001 divided by the 25 numbers of the window; so does Caffe ("WITHIN_CHANNEL").
    """

    n: int = field(default=5, metadata=odd(999))
    k: float = field(default=1.0, metadata=number())
    alpha: float = field(default=4e-5, metadata=number())
    beta: float = field(default=0.75, metadata=number())
    kind: ClassVar[str] = "norm"
    word: ClassVar[str] = "LRN in map"

    def out(self, shape: Shape) -> Shape:
        """Unchanged; a map is needed."""
        return self.need_map(shape)

    def window(self, shape: Shape) -> Window:
        """The window whose squares are summed: a unit sees that of every number in it."""
        return Window((self.n, self.n), (1, 1), (self.n // 2, self.n // 2))


class BatchNorm(Layer):
    """Batch normalisation with a trained scale and shift per map."""

    kind: ClassVar[str] = "norm"
    word: ClassVar[str] = "batch norm"

    def out(self, shape: Shape) -> Shape:
        """Unchanged; a map is needed."""
        return self.need_map(shape)

    def params(self, shape: Shape) -> int:
        """Scale and shift; the moving statistics are buffers."""
        return 2 * shape[0]

    def connections(self, shape: Shape) -> int:
        """The value itself and its shift, for every unit."""
        return 2 * prod(shape)
