"""What every layer knows, and the arithmetic of sliding windows."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import ClassVar

from cnnlessons.errors import ShapeError
from cnnlessons.networks.layers.arguments import Pair, Sides, pair

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """What one output reads of a map; each field is (height, width)."""

    reach: Pair = (1, 1)  # rows and columns from the first to the last that are read: d(k − 1) + 1 when dilated
    step: tuple[float, float] = (1, 1)  # from one window to the next; a mean where the windows differ
    padding: Pair = (0, 0)  # zeros put around the map on each side

    def along(self, axis: int) -> tuple[int, float, int]:
        """(reach, step, padding) along axis 0, the height, or 1, the width."""
        return self.reach[axis], self.step[axis], self.padding[axis]

    @property
    def text(self) -> str:
        """5×5."""
        return shape_text(self.reach)

    @property
    def size(self) -> int:
        """Rows times columns: 1 for a layer that treats every number by itself."""
        return self.reach[0] * self.reach[1]


def count_windows(n: int, k: int, s: int = 1, p: int = 0, ceil: bool = False) -> int:
    """How many windows of `k` fit a line of `n` at stride `s`, with `p` zeros at each end: ⌊(n + 2p − k)/s⌋ + 1.

    `ceil` rounds up as the program of AlexNet and Caffe's pooling do, except that a window more must start inside the
    line or its left padding.
    """
    whole = (n + 2 * p - k) // s + 1
    steps = -((k - n - 2 * p) // s) + 1
    return steps if ceil and (steps - 1) * s < n + p else whole


def missing(n: int, windows: int, k: int, s: int, p: int) -> int:
    """Cells by which the last of `windows` reaches past a line of `n` with `p` zeros at each end; 0 if it ends before.

    Arguments as `count_windows` has them: with 55 windows, 11 wide at stride 4, a line of 224 lacks 3.
    """
    return max((windows - 1) * s + k - (n + 2 * p), 0)


def shape_text(shape: Iterable[int]) -> str:
    """`(6, 28, 28)` as 6×28×28."""
    return "×".join(map(str, shape))


@dataclass(frozen=True)
class Layer:
    """One named step of a network; this base passes its input on unchanged and has no weights.

    A field with a rule (`layers.arguments`) is checked when the layer is made: `ValueError` names layer, argument and
    value, and says what would do.
    """

    name: str
    kind: ClassVar[str] = "activation"  # the colour it has in every table, diagram and widget
    word: ClassVar[str] = ""  # what a diagram calls it
    reads_all: ClassVar[bool] = False  # whether each number of a vector depends on all that come in

    def __init_subclass__(cls, **options: object) -> None:
        """A new layer type without a `word` of its own is called by its class name."""
        super().__init_subclass__(**options)
        if "word" not in cls.__dict__:
            cls.word = cls.__name__

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if "rule" in field.metadata:
                try:
                    kept = field.metadata["rule"](value)
                except ValueError as wanted:
                    raise self.wrong(field.name, value, str(wanted)) from None
                object.__setattr__(self, field.name, kept)

    def wrong(self, argument: str, value: object, wanted: str) -> ValueError:
        """The error for an argument that must be something else."""
        shown = repr(value)
        return ValueError(
            f"{self.name}: {argument} must be {wanted}, not {shown if len(shown) < 60 else shown[:56] + ' …'}"
        )

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
        """Multiplications of a convolution or linear layer for one image; 0 for all others."""
        return 0

    def window(self, shape: Shape) -> Window:
        """What one output reads of an input of `shape`."""
        return Window()

    def padding_same(self, reach: Sides, step: Sides) -> Sides:
        """The padding that "same" stands for. Raises `ValueError` where no padding keeps the size on both sides."""
        height, width = pair(reach)
        if pair(step) != (1, 1) or height % 2 == 0 or width % 2 == 0:
            at = shape_text(pair(step)) if isinstance(step, tuple) else step
            raise ValueError(
                f"{self.name}: p='same' needs an odd window at stride 1, not {height}×{width} at stride {at}; "
                f"give the zeros per side, such as p={height // 2}"
            )
        down, across = height // 2, width // 2
        return down if down == across else (down, across)

    def problem(self, why: str) -> ShapeError:
        """A `ShapeError` that names this layer."""
        return ShapeError(f"{self.name}: {why}")

    def need_map(self, shape: Shape) -> Shape:
        """`shape`, if it is a map."""
        if len(shape) != 3:
            raise self.problem(f"needs a map (C, H, W), not a vector of {shape_text(shape)}; move it before Flatten")
        return shape

    def after_sliding(self, shape: Shape, ceil: bool = False) -> Pair:
        """Height and width after sliding this layer's window over the map `shape`."""
        _, *sides = self.need_map(shape)
        window = self.window(shape)
        height, width = (
            count_windows(n, k, s, p, ceil)
            for n, k, s, p in zip(sides, window.reach, map(int, window.step), window.padding, strict=True)
        )
        if min(height, width) < 1:
            padding = window.padding
            p = padding[0] if padding[0] == padding[1] else shape_text(padding)
            padded = f" with {p} of padding" if p else ""
            raise self.problem(f"a {window.text} window does not fit a {shape_text(sides)} map{padded}")
        return height, width
