"""What a diagram shows of a trace: one stage for each layer with weights or a window, the rest folded into it."""

from dataclasses import dataclass, field
from typing import Any

from cnnlessons.networks import Arch, Row, Trace
from cnnlessons.networks import trace as trace_of
from cnnlessons.networks.layers import RBF, Shape, Softmax, Window, pair, shape_text


@dataclass
class Stage:
    """One stack of planes, bar, or column of units."""

    name: str
    kind: str
    shape: Shape
    words: list[str]  # the operation that leads here, a line each
    window: Window | None = None  # None for a full connection
    shown: list[str] = field(default_factory=list)  # the layers whose maps may stand on it, the last one first
    smallest_wins: bool = False
    is_answer: bool = False

    @property
    def is_map(self) -> bool:
        """Whether it is drawn as planes."""
        return len(self.shape) == 3 and self.shape[1:] != (1, 1)

    @property
    def planes(self) -> int:
        """How many planes are drawn: all up to 16, and 12 for more."""
        return self.shape[0] if self.shape[0] <= 16 else 12

    @property
    def size(self) -> str:
        """The shape as LeCun et al. write it: 6@28×28."""
        return f"{self.shape[0]}@{shape_text(self.shape[1:])}" if len(self.shape) == 3 else str(self.shape[0])


def traced(network: Trace | Arch) -> Trace:
    """The rows of a network, traced here at its own input size if it is not yet."""
    return network if isinstance(network, Trace) else trace_of(network)


def one_path(rows: Trace) -> Trace:
    """`rows`, if all of them lie on one path from the input. Raises `ValueError` at the first that does not.

    Only an nn.Module can have such rows: behind a branch, or an operation that is not known here.
    """
    for i, row in enumerate(rows):
        if row.receptive_field is None:
            way_out = f"draw the rows before it, trace[:{i}]" if i else "there is nothing before it to draw"
            raise ValueError(f"{row.layer.name}: only one path can be drawn, but {row.reason}; {way_out}")
    return rows


def reads(window: Window, axis: int, unit: int, n: int) -> tuple[int, int]:
    """First and last of `n` rows (axis 0) or columns (1) that output `unit` reads; there is no padding to be read."""
    reach, step, padding = window.along(axis)
    start = int(unit * step) - padding
    return min(max(start, 0), n - 1), min(max(start + reach, 1), n) - 1


def _text(x: Any, always: bool = False) -> str:
    """2 where both axes agree, and 2×1 where they differ, or `always`."""
    down, across = pair(x)
    return f"{down}×{across}" if always or down != across else f"{down}"


def operation(row: Row) -> list[str]:
    """What a layer does, in a few short lines."""
    layer = row.layer
    words = [layer.word]
    k = getattr(layer, "k", None)
    if k and layer.kind in ("conv", "pool"):
        words.append(_text(k, always=True))
        s = layer.window(row.shape_in).step
        if s != ((1, 1) if layer.kind == "conv" else pair(k)):
            words.append(f"stride {_text(s)}")
    if (d := getattr(layer, "d", 1)) not in (1, (1, 1)):
        words.append(f"dilation {_text(d)}")
    if getattr(layer, "ceil", False):
        words.append("round up")
    if (groups := getattr(layer, "groups", 1)) > 1:
        words.append(f"{groups} groups")
    if getattr(layer, "table", None):
        words.append("by table")
    return words


def stages(trace: Trace) -> list[Stage]:
    """The input, and a stage for each layer that convolves, pools or connects; the others are folded into those.

    Raises `ValueError` where paths meet: only one can be drawn.
    """
    found = [Stage("input", "input", trace.input, [])]
    for row in one_path(trace):
        layer, now = row.layer, found[-1]
        if layer.kind in ("conv", "pool", "dense") or isinstance(layer, RBF):
            stage = Stage(layer.name, layer.kind, row.shape_out, operation(row), shown=[layer.name])
            stage.window = layer.window(row.shape_in) if len(row.shape_in) == 3 else None
            stage.smallest_wins = isinstance(layer, RBF)
            found.append(stage)
        else:
            if layer.word and layer.word not in now.words:
                now.words.append(layer.word)
            if row.shape_out == now.shape and not isinstance(layer, Softmax):
                now.shown.insert(0, layer.name)
    last = found[-1]
    last.is_answer = len(last.shape) == 1 and last.shape[0] <= 20
    return found
