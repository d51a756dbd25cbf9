"""Pages strewn with digits, to slide a network over."""

import numpy as np
import torch

from cnnlessons.data.dataset import Split

FIELD = 36  # pixels a side; a digit has 28
REACH = 10  # pixels to each side of its middle: MNIST's digits fill 20×20 of their 28×28


def strew_digits(
    rng: np.random.Generator, split: Split, rows: int, cols: int, share: float = 0.7
) -> tuple[torch.Tensor, torch.Tensor]:
    """A page and what is where on it, both (36·rows, 36·cols).

    `share` of the fields hold an image of `split` (uint8, 1×28×28), at a random place inside. The page is float, 0 … 1;
    the second tensor (int64) has the image's class at the 20×20 pixels that MNIST's digits fill, and the number of
    classes elsewhere. Raises ValueError for images that are not square and grey, or do not fit a field, and for a
    share outside 0 … 1. The lesson "Read a page with one LeNet" uses it.
    """
    side = split.x.shape[-1]
    if split.x.shape[1:] != (1, side, side) or not 2 * REACH <= side <= FIELD or not len(split):
        raise ValueError(f"split must hold square grey images of {2 * REACH} to {FIELD} pixels a side, not {split!r}")
    if not 0 <= share <= 1:
        raise ValueError(f"share={share!r}: the share of the fields that hold a digit must be 0 … 1")
    page = torch.zeros(rows * FIELD, cols * FIELD)
    truth = torch.full(page.shape, int(split.y.max()) + 1)
    for field in rng.permutation(rows * cols)[: round(share * rows * cols)]:
        top, left = (FIELD * place + int(rng.integers(FIELD - side + 1)) for place in divmod(int(field), cols))
        i = int(rng.integers(len(split)))
        page[top : top + side, left : left + side] = split.x[i, 0] / 255
        y, x = (start + side // 2 - REACH for start in (top, left))
        truth[y : y + 2 * REACH, x : x + 2 * REACH] = split.y[i]
    return page, truth
