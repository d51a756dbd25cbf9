"""Convolution, dense, grouped, dilated or after a table of connections; and its relative that shares no weights."""

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from cnnlessons.networks.layers.base import Layer, Shape, Window


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
    word: ClassVar[str] = "conv"

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
            raise self.problem(
                f"its table is for {len(self.table)} output maps reading up to input map "
                f"{max(map(max, self.table)) + 1}, not {self.maps} maps from {channels}"
            )
        return self.maps, *self.after_sliding(shape, self.reach, self.s, self.p)

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

    def window(self, shape: Shape) -> Window:
        """The (dilated) kernel, its stride and padding."""
        return Window((self.reach, self.reach), (self.s, self.s), (self.p, self.p))


@dataclass(frozen=True)
class Local(Layer):
    """A locally connected layer: `k`×`k` windows at stride 1 with padding `p`, and no weight used twice."""

    maps: int
    k: int
    p: int = 0
    kind: ClassVar[str] = "conv"
    word: ClassVar[str] = "local"

    def out(self, shape: Shape) -> Shape:
        """(maps, H', W')."""
        if self.maps < 1:
            raise self.problem("needs at least 1 map")
        return self.maps, *self.after_sliding(shape, self.k, 1, self.p)

    def params(self, shape: Shape) -> int:
        """k² inputs a channel and a bias, for every unit."""
        return (shape[0] * self.k**2 + 1) * prod(self.out(shape))

    def connections(self, shape: Shape) -> int:
        """As many as parameters."""
        return self.params(shape)

    def macs(self, shape: Shape) -> int:
        """A multiplication a weight."""
        return shape[0] * self.k**2 * prod(self.out(shape))

    def window(self, shape: Shape) -> Window:
        """The window; its step is 1."""
        return Window((self.k, self.k), (1, 1), (self.p, self.p))
