"""What a window computes, with NumPy in float64; arithmetic.js does the same in a page."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]


def places(n: int, size: int, stride: int, padding: int, dilation: int) -> int:
    """How many windows fit on one side; 0 or less where none does."""
    return (n + 2 * padding - dilation * (size - 1) - 1) // stride + 1


def windows(x: Array, size: tuple[int, int], stride: int, padding: int, dilation: int, fill: float = 0.0) -> Array:
    """The cells under every window: (C, H, W) → (C, H', W', k, k), `fill` outside."""
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding)), constant_values=fill)
    tall, wide = (dilation * (k - 1) + 1 for k in size)
    seen = np.lib.stride_tricks.sliding_window_view(padded, (tall, wide), axis=(1, 2))
    return np.asarray(seen[:, ::stride, ::stride, ::dilation, ::dilation])


def convolve(
    x: Array,
    kernel: Array,
    *,
    bias: float = 0.0,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    groups: int = 1,
    flip: bool = False,
) -> Array:
    """(C, H, W) with kernels (O, C / groups, k, k) → (O, H', W'); `flip` turns cross-correlation into convolution."""
    weights = kernel[:, :, ::-1, ::-1] if flip else kernel
    seen = windows(x, (kernel.shape[2], kernel.shape[3]), stride, padding, dilation)
    parts = zip(np.split(weights, groups), np.split(seen, groups), strict=True)
    return np.concatenate([np.einsum("ocij,chwij->ohw", w, part) for w, part in parts]) + bias


def pool(
    x: Array,
    kind: str,
    size: int,
    *,
    stride: int,
    padding: int = 0,
    dilation: int = 1,
    coefficient: float = 1.0,
    bias: float = 0.0,
    squash: bool = False,
) -> Array:
    """(C, H, W) → (C, H', W'): "max", "mean" (padding counts as zeros) or "trainable", a sum times `coefficient` plus
    `bias`, through tanh with `squash` (LeCun et al. 1998, Sect. II-B)."""
    seen = windows(x, (size, size), stride, padding, dilation, -np.inf if kind == "max" else 0.0)
    if kind == "max":
        return np.asarray(seen.max((3, 4)))
    if kind == "mean":
        return np.asarray(seen.mean((3, 4)))
    made = seen.sum((3, 4)) * coefficient + bias
    return np.asarray(np.tanh(made) if squash else made)


def lrn(x: Array, *, n: int, k: float, alpha: float, beta: float, groups: int = 1) -> Array:
    """x / (k + α Σ x²)^β over `n` neighbouring maps, (C, H, W) → (C, H, W); maps of another group are not read.

    `alpha` multiplies the plain sum, as in Krizhevsky et al. (2012), §3.3; PyTorch divides its own by n.
    """
    made = []
    for part in np.split(x, groups):
        squares = np.pad(part**2, ((n // 2, n // 2), (0, 0), (0, 0)))
        total = np.lib.stride_tricks.sliding_window_view(squares, n, axis=0).sum(-1)
        made.append(part / (k + alpha * total) ** beta)
    return np.concatenate(made)


def uniform(seed: int, count: int) -> list[float]:
    """`count` numbers from 0 to 1, the same in Python and in a page (the generator mulberry32)."""
    word = 0xFFFFFFFF
    state, found = seed & word, []
    for _ in range(count):
        state = (state + 0x6D2B79F5) & word
        t = ((state ^ (state >> 15)) * (state | 1)) & word
        t ^= (t + (t ^ (t >> 7)) * (t | 61)) & word
        found.append((t ^ (t >> 14)) / 2**32)
    return found


def keeps(seed: int, count: int, p: float) -> Array:
    """A mask: 1 for a unit that stays, 0 for one that is hidden, each with probability `p`."""
    return np.array([float(u >= p) for u in uniform(seed, count)])


def dropout(x: Array, *, p: float, seed: int, train: bool, scaling: str, masks: int = 1) -> Array:
    """The mean over `masks` masks, those of `seed`, `seed` + 1 …, in train mode; at test the whole of `x`.

    `scaling` says where the factor is: "train" (1 / (1 − p) in training), "test" (1 − p at test) or "none".
    """
    if not train:
        return x * (1 - p) if scaling == "test" else x
    share = sum((keeps(seed + i, x.size, p) for i in range(masks)), np.zeros(x.size)).reshape(x.shape) / masks
    return x * share / (1 - p) if scaling == "train" else x * share


def gradient(
    x: Array, upstream: Array, kind: str, kernel: Array, *, stride: int, padding: int, dilation: int, groups: int = 1
) -> Array:
    """The gradient at every cell of `x` (C, H, W) for one at the outputs, `upstream` (O, H', W').

    `kernel` (O, C / groups, k, k) is what "conv" lays on the window, unflipped, and any other kind's factor for every
    cell, (1, 1, k, k); of "max" only the window's first largest cell gets something, as in PyTorch.
    """
    size = kernel.shape[2]
    padded = np.zeros((len(x), x.shape[1] + 2 * padding, x.shape[2] + 2 * padding))
    seen = windows(x, (size, size), stride, padding, dilation, -np.inf)
    each = len(x) // groups
    for o, i, j in zip(*np.nonzero(upstream), strict=True):
        rows, columns = (slice(at * stride, at * stride + dilation * (size - 1) + 1, dilation) for at in (i, j))
        if kind == "conv":
            first = o // (len(kernel) // groups) * each
            padded[first : first + each, rows, columns] += upstream[o, i, j] * kernel[o]
            continue
        part = kernel[0, 0]
        if kind == "max":
            part = np.zeros((size, size))
            part.flat[seen[o, i, j].argmax()] = 1.0
        padded[o, rows, columns] += upstream[o, i, j] * part
    return padded[:, padding : padded.shape[1] - padding, padding : padded.shape[2] - padding]
