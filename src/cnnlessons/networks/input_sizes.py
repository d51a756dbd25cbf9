"""What a network that was built for one size of image does with images of another."""

from collections.abc import Iterable

from cnnlessons.errors import ShapeError
from cnnlessons.networks.arch import Arch
from cnnlessons.networks.layers import AdaptiveAvgPool, pair
from cnnlessons.networks.tracing import Row, trace, walk

ONE = "one answer"
BORDER = "one answer, border unread"
MAP = "a map of answers"
REPEATED = "one answer, repeated numbers"
MERGED = "wrong number of answers"
REFUSED = "refused"


def rows_for(arch: Arch, n: int) -> list[Row]:
    """The rows of a trace for images of n×n; empty if some window does not fit."""
    try:
        return list(walk(arch.layers, (arch.input[0], n, n)))
    except ShapeError:
        return []


def needs(arch: Arch, n: int) -> list[int]:
    """The parameters that each layer would need for images of n×n; empty if some window does not fit."""
    return [row.params for row in rows_for(arch, n)]


def unread(rows: Iterable[Row]) -> int:
    """Rows at the lower edge of the image that no unit after the last map depends on.

    Walks back from the last map: the last window of a layer ends at (m − 1)·s − p + k − 1, for the m-th place being
    the last that is read.
    """
    maps = [row for row in rows if len(row.shape_in) == 3]
    last = (maps[-1].shape_out if len(maps[-1].shape_out) == 3 else maps[-1].shape_in)[1] - 1
    for row in reversed(maps):
        end = row.shape_in[1] - 1
        k, s, p = map(int, row.layer.window(row.shape_in).along(0))
        last = end if isinstance(row.layer, AdaptiveAvgPool) else min(last * s - p + k - 1, end)
    return maps[0].shape_in[1] - 1 - last


def outcome(arch: Arch, n: int, batch: int = 50) -> str:
    """What a batch of images of n×n gets from a network built for its own input: ONE, BORDER, MAP, …

    A layer named "view" is a listing's `x.view(-1, units)`: it cuts the numbers of all images into rows of the length
    it has at the network's own size, wherever they divide.
    """
    own, rows = trace(arch), rows_for(arch, n)
    if not rows:
        return REFUSED
    if [row.params for row in rows] != [row.params for row in own]:
        cut = [(row.units, mine.units) for row, mine in zip(rows, own, strict=True) if row.layer.name == "view"]
        return MERGED if any(batch * came % expected == 0 for came, expected in cut) else REFUSED
    if any(isinstance(row.layer, AdaptiveAvgPool) and row.shape_in[1] < pair(row.layer.n)[0] for row in rows):
        return REPEATED
    if any(side > 1 for side in rows[-1].shape_out[1:]):
        return MAP
    return BORDER if unread(rows) else ONE


def outcomes(arch: Arch, sizes: Iterable[int], batch: int = 50) -> list[tuple[str, range]]:
    """`outcome` of consecutive whole numbers `sizes`, as (outcome, range of sizes) pairs in order."""
    runs: list[tuple[str, range]] = []
    for n in sizes:
        what = outcome(arch, n, batch)
        if runs and runs[-1][0] == what:
            runs[-1] = what, range(runs[-1][1].start, n + 1)
        else:
            runs.append((what, range(n, n + 1)))
    return runs
