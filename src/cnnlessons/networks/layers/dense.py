"""Layers of vectors: flatten, linear, and LeNet-5's radial basis functions."""

from dataclasses import dataclass, field
from math import prod
from typing import ClassVar

from cnnlessons.networks.layers.arguments import rows, whole
from cnnlessons.networks.layers.base import Layer, Shape, shape_text


@dataclass(frozen=True)
class Flatten(Layer):
    """A map (C, H, W) as a vector of C·H·W, per image."""

    kind: ClassVar[str] = "reshape"
    word: ClassVar[str] = ""  # the numbers stay what they are

    def out(self, shape: Shape) -> Shape:
        """(C·H·W,)."""
        return (prod(shape),)


@dataclass(frozen=True)
class Linear(Layer):
    """`units` weighted sums of everything that comes in."""

    units: int = field(metadata=whole())
    kind: ClassVar[str] = "dense"
    word: ClassVar[str] = "full"
    reads_all: ClassVar[bool] = True

    def out(self, shape: Shape) -> Shape:
        """(units,). Raises `ShapeError` for a map."""
        if len(shape) != 1:
            raise self.problem(f"needs a vector, not a {shape_text(shape)} map; put Flatten before it")
        return (self.units,)

    def params(self, shape: Shape) -> int:
        """A weight per input and a bias, for every unit."""
        return (shape[0] + 1) * self.units

    def connections(self, shape: Shape) -> int:
        """Nothing is shared: as many as parameters."""
        return self.params(shape)

    def macs(self, shape: Shape) -> int:
        """A multiplication per weight."""
        return shape[0] * self.units


@dataclass(frozen=True)
class RBF(Layer):
    """Squared distances to fixed `codes` of ±1, a penalty per class: the smallest wins (LeCun et al. 1998, eq. 7)."""

    codes: tuple[tuple[int, ...], ...] = field(
        metadata=rows("a row per class of cells that are 1 or −1", lambda row: bool(row) and {*row} <= {1, -1})
    )
    kind: ClassVar[str] = "output"
    word: ClassVar[str] = "RBF"
    reads_all: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        lengths = sorted({*map(len, self.codes)})
        if len(lengths) > 1:
            raise ValueError(
                f"{self.name}: codes must be rows of one length, not of {lengths[0]} and {lengths[-1]} cells"
            )

    def out(self, shape: Shape) -> Shape:
        """(classes,). Raises `ShapeError` if the codes have another length than `shape`."""
        if shape != (len(self.codes[0]),):
            raise self.problem(f"its codes have {len(self.codes[0])} cells, but {shape_text(shape)} come in")
        return (len(self.codes),)

    def connections(self, shape: Shape) -> int:
        """One per cell of every code."""
        return len(self.codes) * shape[0]
