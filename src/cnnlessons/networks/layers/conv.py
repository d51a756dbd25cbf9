"""Convolution, dense, grouped, dilated or after a table of connections; and its relative that shares no weights."""

from dataclasses import dataclass, field
from math import prod
from typing import ClassVar

from cnnlessons.networks.layers.arguments import Pair, Sides, area, pair, rows, sides, switch, whole
from cnnlessons.networks.layers.base import Layer, Shape, Window, missing

PADDING = ("same", "valid")


@dataclass(frozen=True)
class Conv(Layer):
    """Convolution: `maps` maps from kernels of `k`, stride `s`, padding `p`, dilation `d`, in `groups`.

    k, s, p and d are one number for both axes or (height, width); p also "valid", which is 0, or "same" for an odd
    window at stride 1. With a `table` each output map reads only the input maps listed for it (LeCun et al. 1998,
    Table I). `ceil` rounds the number of windows up: zeros at the right and at the bottom, and nowhere else, complete
    the last one (the released program of AlexNet, 2012).
    """

    maps: int = field(metadata=whole())
    k: Sides = field(metadata=sides())
    s: Sides = field(default=1, metadata=sides())
    p: Sides = field(default=0, metadata=sides(0, words=PADDING))
    groups: int = field(default=1, metadata=whole())
    table: tuple[tuple[int, ...], ...] | None = field(
        default=None,
        metadata=rows(
            "a row per output map of the input maps it reads, each once, from 0",
            lambda row: bool(row) and min(row) >= 0 and len(set(row)) == len(row),
            optional=True,
        ),
    )
    d: Sides = field(default=1, metadata=sides())
    ceil: bool = field(default=False, metadata=switch())
    kind: ClassVar[str] = "conv"
    word: ClassVar[str] = "conv"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.p, str):
            object.__setattr__(self, "p", self.padding_same(self.reach, self.s) if self.p == "same" else 0)

    @property
    def reach(self) -> Pair:
        """Height and width that a dilated kernel spans: d(k − 1) + 1."""
        height, width = (d * (k - 1) + 1 for k, d in zip(pair(self.k), pair(self.d), strict=True))
        return height, width

    def out(self, shape: Shape) -> Shape:
        """(maps, H', W'). Raises `ShapeError` if groups or table do not suit the maps, or the window does not fit."""
        channels = self.need_map(shape)[0]
        if channels % self.groups or self.maps % self.groups:
            raise self.problem(f"{self.groups} groups must divide both {channels} input and {self.maps} output maps")
        if self.table and self.groups > 1:
            raise self.problem("a table says already who reads what: leave groups at 1, or take the table out")
        if self.table and (len(self.table) != self.maps or max(map(max, self.table)) >= channels):
            raise self.problem(
                f"its table is for {len(self.table)} output maps reading up to input map "
                f"{max(map(max, self.table)) + 1}, not {self.maps} maps from {channels}"
            )
        return self.maps, *self.after_sliding(shape, self.ceil)

    def trailing(self, shape: Shape) -> Pair:
        """Rows below and columns to the right of an input of `shape` that hold zeros only because of `ceil`."""
        if not self.ceil:
            return 0, 0
        window, counts = self.window(shape), self.out(shape)[1:]
        down, across = (
            missing(n, windows, *map(int, window.along(axis)))
            for axis, (n, windows) in enumerate(zip(shape[1:], counts, strict=True))
        )
        return down, across

    def kernels(self, shape: Shape) -> int:
        """How many kernels there are: pairs of an input map and an output map that reads it."""
        return sum(map(len, self.table)) if self.table else shape[0] // self.groups * self.maps

    def params(self, shape: Shape) -> int:
        """One number per kernel cell, and one bias per map."""
        return area(self.k) * self.kernels(shape) + self.maps

    def connections(self, shape: Shape) -> int:
        """Every parameter once for each position of the window."""
        return self.params(shape) * prod(self.out(shape)[1:])

    def macs(self, shape: Shape) -> int:
        """Every kernel cell once for each position of the window."""
        return area(self.k) * self.kernels(shape) * prod(self.out(shape)[1:])

    def window(self, shape: Shape) -> Window:
        """The (dilated) kernel, its stride and padding."""
        return Window(self.reach, pair(self.s), pair(self.p))


@dataclass(frozen=True)
class Local(Layer):
    """A locally connected layer: windows of `k` at stride 1 with padding `p`, and no weight used twice.

    k and p are one number for both axes or (height, width); p as `Conv` takes it.
    """

    maps: int = field(metadata=whole())
    k: Sides = field(metadata=sides())
    p: Sides = field(default=0, metadata=sides(0, words=PADDING))
    kind: ClassVar[str] = "conv"
    word: ClassVar[str] = "local"

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.p, str):
            object.__setattr__(self, "p", self.padding_same(self.k, 1) if self.p == "same" else 0)

    def out(self, shape: Shape) -> Shape:
        """(maps, H', W'). Raises `ShapeError` if the window does not fit."""
        return self.maps, *self.after_sliding(shape)

    def params(self, shape: Shape) -> int:
        """A weight per input of the window in every channel and a bias, for every unit."""
        return (shape[0] * area(self.k) + 1) * prod(self.out(shape))

    def connections(self, shape: Shape) -> int:
        """As many as parameters."""
        return self.params(shape)

    def macs(self, shape: Shape) -> int:
        """A multiplication per weight."""
        return shape[0] * area(self.k) * prod(self.out(shape))

    def window(self, shape: Shape) -> Window:
        """The window; its step is 1."""
        return Window(pair(self.k), (1, 1), pair(self.p))
