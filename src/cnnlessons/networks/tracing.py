"""trace(arch): what every layer does to the shape, and what that costs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from math import ceil, prod
from typing import Any

import cnnlessons
from cnnlessons.errors import ShapeError, unknown
from cnnlessons.networks.layers import Layer, Pair, Shape, shape_text
from cnnlessons.networks.layers.arguments import as_whole


@dataclass(frozen=True)
class Row:
    """One layer at work on one input shape."""

    layer: Layer
    shape_in: Shape
    shape_out: Shape
    params: int  # trainable numbers
    connections: int  # with a bias as one, as LeCun et al. 1998 count
    macs: int  # multiplications of convolutions and linear layers, for one image
    # In input pixels, one number where height and width agree, else (height, width); None where it is unknown.
    receptive_field: int | Pair | None  # the part of the input that one unit sees
    jump: float | tuple[float, float] | None  # from there to what the neighbouring unit sees
    reason: str = ""  # why the field is unknown
    module: str = ""  # the class or function it was read from, for a row of an nn.Module

    @property
    def type(self) -> str:
        """What the table calls it: a module by its own class, a described layer by its type."""
        return self.module or type(self.layer).__name__

    @property
    def units(self) -> int:
        """Numbers that come out."""
        return prod(self.shape_out)

    def as_dict(self) -> dict[str, Any]:
        """Plain types only."""
        names = ("params", "connections", "macs", "units")
        return {
            "name": self.layer.name,
            "type": self.type,
            "kind": self.layer.kind,
            "shape_in": list(self.shape_in),
            "shape_out": list(self.shape_out),
            **{name: getattr(self, name) for name in names},
            **{name: plain(getattr(self, name)) for name in ("receptive_field", "jump")},
        }


def plain(sides: object) -> object:
    """A pair as a list."""
    return list(sides) if isinstance(sides, tuple) else sides


class Trace(list[Row]):
    """The rows of `trace`, with their sums; shows itself as a table in Jupyter and as text elsewhere."""

    def __init__(self, rows: Iterable[Row], arch: Any):
        super().__init__(rows)
        self.arch = arch

    def __getitem__(self, key: Any) -> Any:
        """`t[3]`, `t["C3"]`, or a slice, which is a Trace too."""
        if isinstance(key, str):
            for row in self:
                if row.layer.name == key:
                    return row
            raise unknown("layer", key, [row.layer.name for row in self])
        found = super().__getitem__(key)
        return Trace(found, self.arch) if isinstance(key, slice) else found

    @property
    def input(self) -> Shape:
        """The shape that went in."""
        return self[0].shape_in

    params = property(lambda self: sum(row.params for row in self), doc="Trainable numbers in all.")
    connections = property(lambda self: sum(row.connections for row in self), doc="Connections in all.")
    macs = property(lambda self: sum(row.macs for row in self), doc="Multiplications in all.")

    def __repr__(self) -> str:
        from cnnlessons.networks.table import text

        return text(self)

    def _repr_html_(self) -> str:
        from cnnlessons.networks.table import html

        return html(self)


def one_or_both(height: float, width: float) -> Any:
    """One number where the two agree, else both; whole numbers as int."""
    sides = tuple(int(n) if n == int(n) else n for n in (height, width))
    return sides[0] if sides[0] == sides[1] else sides


def walk(layers: Iterable[Layer], shape: Shape) -> Iterator[Row]:
    """Yield a `Row` per layer for an input of `shape`. Raises `ShapeError` at the first layer that does not fit."""
    field: list[float] = [1, 1]  # (height, width)
    jump: list[float] = [1, 1]
    sides = shape[1:]  # of the last map, for the first layer that reads a vector made of it
    for layer in layers:
        after = layer.out(shape)
        window = layer.window(shape)
        reach: Shape = window.reach
        if layer.reads_all and len(shape) == 1 and sides:  # as a convolution as large as the map
            reach, sides = sides, ()
        elif len(shape) == 3:
            sides = after[1:] if len(after) == 3 else shape[1:]
        for axis in range(2):
            field[axis] += (reach[axis] - 1) * jump[axis]
            jump[axis] *= window.step[axis]
        yield Row(
            layer,
            shape,
            after,
            layer.params(shape),
            layer.connections(shape),
            layer.macs(shape),
            one_or_both(*map(ceil, field)),
            one_or_both(*jump),
        )
        shape = after


def fits(layers: Iterable[Layer], shape: Shape) -> bool:
    """Whether every layer can take what the layers before it make of `shape`."""
    try:
        for layer in layers:
            shape = layer.out(shape)
    except ShapeError:
        return False
    return True


def smallest_input(arch: Any, up_to: int = 1024) -> int | None:
    """Side of the smallest square input the network takes, or None if there is none up to `up_to` pixels."""
    channels = arch.input[0]
    return next((n for n in range(1, up_to + 1) if fits(arch.layers, (channels, n, n))), None)


def input_shape(input: object) -> Shape:
    """`input` as a shape of Python's own integers. Raises `ShapeError` unless it is whole numbers from 1."""
    given = tuple(input) if isinstance(input, Iterable) and not isinstance(input, str) else None
    shape = [as_whole(n, 1, None) for n in given or ()]
    whole = [n for n in shape if n is not None]
    if not given or len(whole) < len(shape):
        side = as_whole(input, 1, None)
        hint = f"; for a grey image of {side}×{side} it is (1, {side}, {side})" if side else ""
        shown = input if given is None else given
        raise ShapeError(f"an input shape is (channels, height, width) of whole numbers from 1, not {shown}{hint}")
    return tuple(whole)


def image_shape(input: object) -> Shape:
    """`input_shape` of an image or a vector. Raises `ShapeError` for two axes and four, and says what is likely."""
    shape = input_shape(input)
    if len(shape) in (1, 3):
        return shape
    hint = ""
    if len(shape) == 2:
        hint = f"; for a grey image it is {(1, *shape)}"
    elif len(shape) == 4:
        hint = f"; leave the batch out: {shape[1:]}"
    raise ShapeError(f"an input shape is (channels, height, width), not {shape}{hint}")


@singledispatch
def trace(arch: Any, input: Shape | None = None) -> Trace:
    """A `Row` for every layer of `arch`, for its own input shape or for `input` = (C, H, W).

    `arch` may be an id in the catalogue. Linear layers take the size that the layers before them give. Raises
    `ShapeError`, which names the layer, the sizes and the way out, and `TypeError` for what is no network.

    `arch` may be any `nn.Module` too, as `trace(torchvision.models.alexnet(), input=(3, 224, 224))`: rows are then its
    modules without children in the order of the calls, and what functions between them add (modules/reading.py).
    """
    from cnnlessons.networks.arch import Arch  # which has a trace for its table

    if not isinstance(arch, Arch):
        cnnlessons.open_modules()
        rule = trace.dispatch(type(arch))
        if rule is trace.dispatch(object):
            raise TypeError(f"trace takes an Arch, an id such as 'lenet5-1998', or an nn.Module, not {arch!r}")
        return rule(arch, input)
    shape = image_shape(arch.input if input is None else input)
    try:
        return Trace(walk(arch.layers, shape), arch)
    except ShapeError as error:
        size = shape_text(shape[1:]) if len(shape) == 3 else shape_text(shape)
        n = smallest_input(arch)
        way_out = f"the smallest input for this network is {n}×{n}" if n else "no input size fits: change this layer"
        if input is not None and len(shape) == 3 and shape[2] in (1, 3) and shape[0] > 4:
            way_out = f"channels come first: for an image of {shape[0]}×{shape[1]} it is {(shape[2], *shape[:2])}"
        raise ShapeError(f"{error} (input {size}); {way_out}") from None
