"""What a diagram shows of a trace: one stage for each layer with weights or a window, the rest folded into it."""

from dataclasses import dataclass, field

from cnnlessons.networks.layers import RBF, Shape, Softmax, Window, shape_text


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


def operation(row) -> list[str]:
    """What a layer does, in a few short lines."""
    layer, words = row.layer, [row.layer.word]
    k = getattr(layer, "k", None)
    if k:
        words.append(f"{k}×{k}")
        s = layer.window(row.shape_in).step[0]
        if s != (1 if layer.kind == "conv" else k):
            words.append(f"stride {s}")
    if getattr(layer, "groups", 1) > 1:
        words.append(f"{layer.groups} groups")
    if getattr(layer, "table", None):
        words.append("by table")
    return words


def stages(trace) -> list[Stage]:
    """The input, and a stage for each layer that convolves, pools or connects; the others are folded into those."""
    found = [Stage("input", "input", trace.input, [])]
    for row in trace:
        layer, now = row.layer, found[-1]
        if layer.kind in ("conv", "pool", "dense") or isinstance(layer, RBF):
            window = layer.window(row.shape_in) if len(row.shape_in) == 3 else None
            found.append(
                Stage(
                    layer.name, layer.kind, row.shape_out, operation(row), window, [layer.name], isinstance(layer, RBF)
                )
            )
        else:
            word = layer.word
            if word and word not in now.words:
                now.words.append(word)
            if row.shape_out == now.shape and not isinstance(layer, Softmax):
                now.shown.insert(0, layer.name)
    last = found[-1]
    last.is_answer = len(last.shape) == 1 and last.shape[0] <= 20
    return found
