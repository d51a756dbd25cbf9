"""Which part of the input a unit of a tensor sees, carried through the operations that PyTorch carries out.

`follow` takes what is known of an operation's arguments and returns what is known of its result. An operation that
mixes places in a way it has no rule for gives an unknown, with the reason; so does one in which two paths meet that
saw different parts of the input. No wrong number is made up.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import torch

from cnnlessons.networks.layers import Pair, Window

Sides = tuple[float, float]
aten = torch.ops.aten


@dataclass(frozen=True)
class View:
    """What one unit sees of the input, per axis (height, width)."""

    field: Sides = (1, 1)  # side of the window, in input pixels
    jump: Sides = (1, 1)  # pixels between the windows of neighbouring units
    start: Sides = (0, 0)  # first pixel of the first unit's window; padding makes it negative
    sides: Pair | None = None  # height and width of the map; None once every unit has read all of it
    flat: bool = False  # whether the map lies in one row, as after `flatten`
    reason: str = ""  # why nothing of this is known; then the numbers mean nothing

    @property
    def known(self) -> bool:
        """Whether the numbers hold."""
        return not self.reason

    def unknown(self, reason: str) -> "View":
        """The same tensor, of which no more is known."""
        return replace(self, reason=self.reason or reason)

    def slide(self, window: Window) -> "View":
        """After `window` slid over the map."""
        (height, width), (down, right), (top, left) = window.reach, window.step, window.padding
        (tall, wide), (far, across), (y, x) = self.field, self.jump, self.start
        return replace(
            self,
            field=(tall + (height - 1) * far, wide + (width - 1) * across),
            jump=(far * down, across * right),
            start=(y - top * far, x - left * across),
        )

    def whole(self) -> "View":
        """After an operation in which every unit reads all places."""
        return replace(self.slide(Window(self.sides or (1, 1))), sides=None, flat=True)


def pair(value: Any) -> Pair:
    """A number for both axes, or one each."""
    values = tuple(value) if isinstance(value, list | tuple | torch.Size) else (value,)
    height, width = values if len(values) == 2 else values * 2
    return height, width


def dilated(kernel: Any, dilation: Any) -> Pair:
    """From the first to the last row and column that a kernel reads: d(k − 1) + 1."""
    (height, width), (down, right) = pair(kernel), pair(dilation)
    return down * (height - 1) + 1, right * (width - 1) + 1


def arguments(func: Any, args: tuple, kwargs: dict) -> dict[str, Any]:
    """The arguments of an operator by name, with its defaults."""
    declared = func._schema.arguments
    given = dict(zip((one.name for one in declared), args, strict=False)) | kwargs
    return {one.name: given.get(one.name, one.default_value) for one in declared}


def convolved(view: View, shape: torch.Size, a: dict[str, Any]) -> View:
    """After a convolution: the dilated kernel slides."""
    if a["transposed"] or len(shape) != 4 or view.flat:
        return view.unknown("it is transposed" if a["transposed"] else "it does not read a map (C, H, W)")
    window = Window(dilated(a["weight"].shape[2:], a["dilation"]), pair(a["stride"]), pair(a["padding"]))
    return view.slide(window)


def pooled(view: View, shape: torch.Size, a: dict[str, Any]) -> View:
    """After a pool: its window slides."""
    if view.flat:
        return view.unknown("it does not read a map (C, H, W)")
    k = a["kernel_size"]
    return view.slide(Window(dilated(k, a.get("dilation", 1)), pair(a["stride"] or k), pair(a["padding"])))


def adapted(view: View, shape: torch.Size, a: dict[str, Any]) -> View:
    """After an adaptive pool: the largest of its windows, and the mean step between them."""
    if view.flat:
        return view.unknown("it does not read a map (C, H, W)")
    (height, down), (width, right) = map(adaptive, shape[-2:], pair(a["output_size"]))
    return view.slide(Window((height, width), (down, right)))


def adaptive(n: int, m: int) -> tuple[int, float]:
    """Largest window and mean step where `m` windows share a line of `n`; a single one does not step."""
    few, many = n // gcd(n, m), m // gcd(n, m)
    return (few + 2 * many - 2) // many, 1 if m == 1 else n / m  # one that starts in the last part of a number


def reduced(view: View, shape: torch.Size, a: dict[str, Any]) -> View:
    """After a mean, a sum or a maximum: over all places every unit sees everything; over channels nothing changes."""
    given = a.get("dim")  # none: over everything
    dims = given if isinstance(given, list | tuple) else [given]
    axes = {dim % len(shape) for dim in dims if dim is not None}
    last = {len(shape) - 2, len(shape) - 1}
    if not view.flat and len(shape) == 4 and axes == last:
        seen = view.slide(Window(pair(shape[-2:])))
        return replace(seen, sides=(1, 1), flat=not a.get("keepdim", False))
    if not view.flat and len(shape) == 4 and axes == {1} and a.get("keepdim"):
        return view
    return view.unknown("it adds up over some of the axes")


def softened(view: View, shape: torch.Size, a: dict[str, Any]) -> View:
    """After a softmax, which may run over the channels or over a vector."""
    if a["dim"] % len(shape) == 1 and not view.flat:
        return view
    return (
        view.whole() if view.flat and a["dim"] % len(shape) == len(shape) - 1 else view.unknown("a softmax of places")
    )


def padded(view: View, shape: torch.Size, a: dict[str, Any]) -> View:
    """After zeros at the edges: the first window starts further out."""
    if view.flat:
        return view
    left, top = a["pad"][0], a["pad"][2] if len(a["pad"]) > 2 else 0
    return view.slide(Window(padding=(top, left)))


def cut(view: View, shape: torch.Size, a: dict[str, Any]) -> View:
    """After a cut: through the channels nothing changes."""
    if not view.flat and a.get("dim", 0) % len(shape) == 1:
        return view
    return view.unknown("it cuts places out")


def swapped(view: View, shape: torch.Size, a: dict[str, Any]) -> View:
    """After an exchange of axes, which must leave the last two of a map where they are."""
    n = len(shape)
    if "dims" in a:
        order = [dim % n for dim in a["dims"]]
    else:
        order, (i, j) = list(range(n)), (a.get("dim0", 0) % n, a.get("dim1", 1) % n)
        order[i], order[j] = j, i
    stays = not view.flat and order[-2:] == [n - 2, n - 1] and order[0] == 0
    return view if stays or order == list(range(n)) else view.unknown("it exchanges axes")


def reshaped(view: View, before: torch.Size, after: torch.Size) -> View:
    """After a new shape: a map that stays one, a map in one row, or a place of its own for every number of a vector."""
    if before == after:
        return view
    sides = view.sides or (1, 1)
    if not view.flat and after[-2:] == before[-2:] and (len(after) < 3 or after[0] == before[0]) and len(after) > 2:
        return view
    if len(after) == 1 or (len(after) == 2 and after[0] == before[0]):
        return replace(view, flat=True)
    if view.flat and sides == (1, 1) and len(after) == 4 and after[-2:] == (1, 1):
        return replace(view, flat=False, sides=(1, 1))
    return view.unknown("it gives the numbers a new shape")


SLIDE: dict[Any, Callable[[View, torch.Size, dict[str, Any]], View]] = {
    aten.convolution: convolved,
    aten.max_pool2d_with_indices: pooled,
    aten.max_pool2d: pooled,
    aten.avg_pool2d: pooled,
    aten._adaptive_avg_pool2d: adapted,
    aten.adaptive_max_pool2d: adapted,
    aten.mean: reduced,
    aten.sum: reduced,
    aten.amax: reduced,
    aten._softmax: softened,
    aten._log_softmax: softened,
    aten.constant_pad_nd: padded,
    aten.slice: cut,
    aten.split: cut,
    aten.split_with_sizes: cut,
    aten.t: swapped,
    aten.transpose: swapped,
    aten.permute: swapped,
}
RESHAPE = {aten.view, aten._unsafe_view, aten.reshape, aten.squeeze, aten.unsqueeze, aten.flatten, aten.unflatten}
SAME = {  # each number stays at its place
    aten.native_batch_norm,
    aten._native_batch_norm_legit_no_training,
    aten._native_batch_norm_legit,
    aten.native_dropout,
    aten.hardswish,  # from here on: number by number, but PyTorch does not tag them so
    aten.hardswish_,
    aten._prelu_kernel,
    aten.log_sigmoid_forward,
    aten.masked_fill,
    aten.detach,
    aten.alias,
    aten.clone,
    aten._to_copy,
    aten.copy_,
}
CALLED = {
    "max_pool2d_with_indices": "max_pool2d",
    "convolution": "conv2d",
    "addmm": "linear",
    "mm": "matmul",
    "constant_pad_nd": "pad",
}
DENSE = {aten.mm, aten.addmm, aten.linear}  # weighted sums of a whole vector


def follow(func: Any, seen: list[tuple[torch.Tensor, View]], a: dict[str, Any], out: torch.Size) -> View:
    """What a unit of an operator's result sees. `seen` are its arguments that depend on the input, `a` all by name."""
    name, op = plain_name(func), func.overloadpacket
    (first, view), views = seen[0], {view for _, view in seen}
    for other in views:
        if not other.known:
            return other
    if len(views) > 1:
        return view.unknown(f"two paths meet ({name})")
    if torch.Tag.pointwise in func.tags or op in SAME:
        return view
    if op is aten.cat and not view.flat and a["dim"] % len(out) == 1:
        return view
    if len(seen) > 1:
        return view.unknown(f"two paths meet ({name})")
    if op in RESHAPE:
        found = reshaped(view, first.shape, out)
    elif op in DENSE and view.flat:
        found = view.whole()
    elif op in SLIDE:
        found = SLIDE[op](view, first.shape, a)
    else:
        found = view.unknown("not known what it does to places")
    if not found.known:
        return view.unknown(f"{name}: {found.reason}")
    return found if found.flat else replace(found, sides=pair(out[-2:]))


def plain_name(func: Any) -> str:
    """The name of an operator as one calls it: `max_pool2d` for aten's max_pool2d_with_indices."""
    name = func._schema.name.split("::")[-1].strip("_")
    return CALLED.get(name, name)
