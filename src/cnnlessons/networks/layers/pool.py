"""Pooling: largest, mean, LeNet-5's trainable subsampling, and to a fixed size."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from cnnlessons.networks.layers.base import Layer, Shape, Window


@dataclass(frozen=True)
class MaxPool(Layer):
    """The largest of each `k`×`k` window; `s` defaults to `k`; s < k overlaps (Krizhevsky et al. 2012, §3.4)."""

    k: int
    s: int | None = None
    p: int = 0
    ceil: bool = False
    kind: ClassVar[str] = "pool"
    word: ClassVar[str] = "max pool"

    @property
    def step(self) -> int:
        """The stride: `s`, or the window's own side."""
        return self.k if self.s is None else self.s

    def out(self, shape: Shape) -> Shape:
        """(C, H', W')."""
        if 2 * self.p > self.k:
            raise self.problem(f"padding {self.p} is more than half of the {self.k}×{self.k} window")
        return self.need_map(shape)[0], *self.after_sliding(shape, self.k, self.step, self.p, self.ceil)

    def connections(self, shape: Shape) -> int:
        """k² inputs a unit."""
        return self.k**2 * prod(self.out(shape))

    def window(self, shape: Shape) -> Window:
        """The window, its stride and padding."""
        return Window((self.k, self.k), (self.step, self.step), (self.p, self.p))


@dataclass(frozen=True)
class AvgPool(MaxPool):
    """The mean of each `k`×`k` window."""

    word: ClassVar[str] = "mean pool"


@dataclass(frozen=True)
class Subsample(MaxPool):
    """LeNet-5's S layers: the sum of each window, times a trainable coefficient a map, plus a trainable bias a map.

    LeCun et al. 1998, Sect. II-B; the squashing that follows is a layer of its own here.
    """

    k: int = 2
    word: ClassVar[str] = "subsample"

    def out(self, shape: Shape) -> Shape:
        """(C, H', W')."""
        if self.p or self.ceil:
            raise self.problem("subsampling neither pads nor rounds up; use AvgPool for that")
        return super().out(shape)

    def params(self, shape: Shape) -> int:
        """A coefficient and a bias a map."""
        return 2 * shape[0]

    def connections(self, shape: Shape) -> int:
        """k² inputs and a bias a unit."""
        return (self.k**2 + 1) * prod(self.out(shape))


@dataclass(frozen=True)
class AdaptiveAvgPool(Layer):
    """The mean over windows chosen so that `n`×`n` come out, whatever goes in; n = 1 is global average pooling."""

    n: int = 1
    kind: ClassVar[str] = "pool"
    word: ClassVar[str] = "mean pool"

    def out(self, shape: Shape) -> Shape:
        """(C, n, n)."""
        if self.n < 1:
            raise self.problem(f"must return at least 1×1, not {self.n}×{self.n}")
        return self.need_map(shape)[0], self.n, self.n

    def window(self, shape: Shape) -> Window:
        """The largest of its windows, and the mean step between them."""
        k = [max(-(-(i + 1) * n // self.n) - i * n // self.n for i in range(self.n)) for n in shape[1:]]
        s = [1 if self.n == 1 else n / self.n for n in shape[1:]]
        return Window((k[0], k[1]), (s[0], s[1]))
