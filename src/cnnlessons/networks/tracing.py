"""trace(arch): what every layer does to the shape, and what that costs."""

from dataclasses import dataclass
from functools import singledispatch
from math import ceil, prod

import cnnlessons
from cnnlessons.errors import ShapeError, unknown
from cnnlessons.networks.layers import Layer, Pair, Shape, shape_text


@dataclass(frozen=True)
class Row:
    """One layer at work on one input shape."""

    layer: Layer
    shape_in: Shape
    shape_out: Shape
    params: int  # trainable numbers
    connections: int  # with a bias as one, as LeCun et al. 1998 count
    macs: int  # multiplications of convolutions and linear layers, for one picture
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

    def as_dict(self) -> dict:
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


def plain(sides):
    """A pair as a list."""
    return list(sides) if isinstance(sides, tuple) else sides


class Trace(list):
    """The rows of `trace`, with their sums; shows itself as a table in Jupyter and as text elsewhere."""

    def __init__(self, rows, arch):
        super().__init__(rows)
        self.arch = arch

    def __getitem__(self, key):
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

    def __repr__(self):
        from cnnlessons.networks.table import text

        return text(self)

    def _repr_html_(self):
        from cnnlessons.networks.table import html

        return html(self)


def one_or_both(height: float, width: float) -> float | tuple[float, float]:
    """One number where the two agree, else both; whole numbers as int."""
    sides = tuple(int(n) if n == int(n) else n for n in (height, width))
    return sides[0] if sides[0] == sides[1] else sides


def walk(layers, shape: Shape):
    """Yield a `Row` per layer for an input of `shape`. Raises `ShapeError` at the first layer that does not fit."""
    field, jump = [1, 1], [1, 1]  # (height, width)
    sides = shape[1:]  # of the last map, for the first layer that reads a vector made of it
    for layer in layers:
        after = layer.out(shape)
        window = layer.window(shape)
        reach = window.reach
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


def fits(layers, shape: Shape) -> bool:
    """Whether every layer can take what the layers before it make of `shape`."""
    try:
        for layer in layers:
            shape = layer.out(shape)
    except ShapeError:
        return False
    return True


def smallest_input(arch, up_to: int = 1024) -> int | None:
    """Side of the smallest square input the network takes, or None if there is none up to `up_to` pixels."""
    channels = arch.input[0]
    return next((n for n in range(1, up_to + 1) if fits(arch.layers, (channels, n, n))), None)


def input_shape(input) -> Shape:
    """`input` as a shape. Raises `ShapeError` unless it is whole numbers from 1."""
    shape = tuple(input)
    if not shape or any(not isinstance(n, int) or n < 1 for n in shape):
        raise ShapeError(f"an input shape is (channels, height, width) of whole numbers from 1, not {shape}")
    return shape


@singledispatch
def trace(arch, input: Shape | None = None) -> Trace:
    """A `Row` for every layer of `arch`, for its own input shape or for `input` = (C, H, W).

    Linear layers take the size that the layers before them give. Raises `ShapeError`, which names the layer, the
    sizes and the way out.

    `arch` may be any `nn.Module` too, as `trace(torchvision.models.alexnet(), input=(3, 224, 224))`: rows are then its
    modules without children in the order of the calls, and what functions between them add (modules/reading.py).
    """
    from cnnlessons.networks.arch import Arch  # which has a trace for its table

    if not isinstance(arch, Arch):
        cnnlessons.open_modules()
        rule = trace.dispatch(type(arch))
        if rule is trace.dispatch(object):
            raise TypeError(f"trace takes an Arch or an nn.Module, not {arch!r}; CATALOGUE has some by their names")
        return rule(arch, input)
    shape = input_shape(arch.input if input is None else input)
    try:
        return Trace(walk(arch.layers, shape), arch)
    except ShapeError as error:
        size = shape_text(shape[1:]) if len(shape) == 3 else shape_text(shape)
        n = smallest_input(arch)
        way_out = f"the smallest input for this network is {n}×{n}" if n else "no input size fits: change this layer"
        raise ShapeError(f"{error} (input {size}); {way_out}") from None
