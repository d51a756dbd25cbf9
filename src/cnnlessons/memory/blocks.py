"""How much of a GPU PyTorch's caching allocator takes for a list of tensors: its rules, without a GPU.

After c10/cuda/CUDACachingAllocator.cpp (github.com/pytorch/pytorch), with the rules since pull request 17120 of 2019.
"""

from collections.abc import Iterable

MIB = 2**20
ROUND = 512  # every request is a multiple of it
SMALL = MIB  # requests up to here share blocks of 2 MiB
PAGE = 2 * MIB  # blocks are multiples of it; also the page of NVIDIA's cards since Pascal
MIDDLE = 10 * MIB  # requests below it cut a block of 20 MiB
MIDDLE_BLOCK = 20 * MIB


def _up(size: int, step: int) -> int:
    """The next multiple of `step`, at least one."""
    return max(1, -(-size // step)) * step


def _block(size: int) -> int:
    """Bytes asked of the driver for a request of `size` that no free block can serve."""
    if size <= SMALL:
        return PAGE
    return MIDDLE_BLOCK if size < MIDDLE else _up(size, PAGE)


def reserved(sizes: Iterable[int]) -> int:
    """Bytes of all blocks after requests of `sizes` bytes in that order, none of them freed.

    Best fit: the smallest free rest that is large enough is cut. What a card shows as used is a multiple of its pages,
    so this is also what `nvidia-smi` adds for these tensors.
    """
    total = 0
    rests: dict[bool, list[int]] = {True: [], False: []}  # of small blocks and of others
    for size in (_up(n, ROUND) for n in sizes):
        small = size <= SMALL
        rest = min((r for r in rests[small] if r >= size), default=None)
        if rest is None:
            rest = _block(size)
            total += rest
        else:
            rests[small].remove(rest)
        if rest - size >= (ROUND if small else SMALL + 1):
            rests[small].append(rest - size)
    return total
