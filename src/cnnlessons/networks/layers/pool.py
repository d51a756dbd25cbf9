"""Pooling: largest, mean, LeNet-5's trainable subsampling, and to a fixed size."""

from dataclasses import dataclass, field
from math import gcd, prod
from typing import ClassVar

from cnnlessons.networks.layers.arguments import Sides, area, pair, sides, switch
from cnnlessons.networks.layers.base import Layer, Shape, Window, shape_text


@dataclass(frozen=True)
class MaxPool(Layer):
    """The largest of each window of `k`; `s` defaults to `k`; s < k overlaps (Krizhevsky et al. 2012, §3.4).

    k, the stride s and the padding p are one number for both axes or (height, width). `ceil` rounds the number of
    windows up, as Caffe's pooling does.
    """

    k: Sides = field(metadata=sides())
    s: Sides | None = field(default=None, metadata=sides(optional="the window itself"))
    p: Sides = field(default=0, metadata=sides(0, words=("valid",)))
    ceil: bool = field(default=False, metadata=switch())
    kind: ClassVar[str] = "pool"
    word: ClassVar[str] = "max pool"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.p == "valid":
            object.__setattr__(self, "p", 0)

    @property
    def step(self) -> Sides:
        """The stride: `s`, or the window itself."""
        return self.k if self.s is None else self.s

    def out(self, shape: Shape) -> Shape:
        """(C, H', W'). Raises `ShapeError` if the window does not fit."""
        window = self.window(shape)
        if any(2 * p > k for p, k in zip(window.padding, window.reach, strict=True)):
            p = self.p if isinstance(self.p, int) else shape_text(self.p)
            raise self.problem(f"padding {p} is more than half of the {window.text} window")
        return self.need_map(shape)[0], *self.after_sliding(shape, self.ceil)

    def connections(self, shape: Shape) -> int:
        """The inputs of its window, for every unit."""
        return area(self.k) * prod(self.out(shape))

    def window(self, shape: Shape) -> Window:
        """The window, its stride and padding."""
        return Window(pair(self.k), pair(self.step), pair(self.p))


@dataclass(frozen=True)
class AvgPool(MaxPool):
    """The mean of each window of `k`; arguments as `MaxPool` has them, padding counted as zeros."""

    word: ClassVar[str] = "mean pool"


@dataclass(frozen=True)
class Subsample(MaxPool):
    """LeNet-5's S layers: the sum of each window, times a trainable coefficient per map, plus a bias per map.

    LeCun et al. 1998, Sect. II-B; the squashing that follows is a layer of its own here.
    """

    k: Sides = field(default=2, metadata=sides())
    word: ClassVar[str] = "subsample"

    def out(self, shape: Shape) -> Shape:
        """(C, H', W'). Raises `ShapeError` if the window does not fit, or for padding and rounding up."""
        if self.p or self.ceil:
            raise self.problem("subsampling neither pads nor rounds up; use AvgPool for that")
        return super().out(shape)

    def params(self, shape: Shape) -> int:
        """A coefficient and a bias per map."""
        return 2 * shape[0]

    def connections(self, shape: Shape) -> int:
        """The inputs of its window and a bias, for every unit."""
        return (area(self.k) + 1) * prod(self.out(shape))


@dataclass(frozen=True)
class AdaptiveAvgPool(Layer):
    """The mean over windows chosen so that `n`×`n` come out, or n = (height, width), whatever goes in.

    n = 1 is global average pooling.
    """

    n: Sides = field(default=1, metadata=sides())
    kind: ClassVar[str] = "pool"
    word: ClassVar[str] = "mean pool"

    def out(self, shape: Shape) -> Shape:
        """(C, n, n)."""
        return self.need_map(shape)[0], *pair(self.n)

    def window(self, shape: Shape) -> Window:
        """The largest of its windows, and the mean step between them."""
        (height, down), (width, across) = (largest(n, m) for n, m in zip(shape[1:], pair(self.n), strict=True))
        return Window((height, width), (down, across))


def largest(n: int, m: int) -> tuple[int, float]:
    """The longest of the `m` windows ⌊i·n/m⌋ … ⌈(i + 1)·n/m⌉ over `n` cells, and the mean step from one to the next.

    Window i starts i·n mod m of an m-th past a cell, a multiple of the common divisor, at most m minus it.
    """
    each, rest = divmod(n, m)
    ends = 0 if rest == 0 else 1 if rest == gcd(n, m) else 2  # cells that it touches beside the whole ones
    return each + ends, 1 if m == 1 else n / m
