"""What PyTorch lacks: LeNet-5's squashing, subsampling, C3 table and RBF output, layers that share nothing.

And for the released program of AlexNet convolution that rounds up, and normalisation by group and inside each map.
"""

from collections.abc import Iterable
from math import prod
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from cnnlessons.modules.faster import LocalResponseNorm
from cnnlessons.networks.layers import Pair, Sides, area, count_windows, missing, pair, shape_text


class ScaledTanh(nn.Module):
    """f(a) = 1.7159 tanh(2a/3): f(1) = 1, f(−1) = −1, steepest where |a| < 1 (LeCun et al. 1998, App. A)."""

    A, S = 1.7159, 2 / 3

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        """Any shape in, the same shape out."""
        return self.A * torch.tanh(self.S * a)


class Subsample(nn.Module):
    """Sum of each window of `k`, times a coefficient per map, plus a bias per map: (N, C, H, W) → (N, C, H', W')."""

    def __init__(self, maps: int, k: Sides = 2, s: Sides | None = None):
        super().__init__()
        self.k, self.s = k, s or k
        self.coefficient = nn.Parameter(torch.full((maps,), 1 / area(k)))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The four inputs are added, not averaged (LeCun et al. 1998, Sect. II-B)."""
        total = F.avg_pool2d(x, self.k, self.s, divisor_override=1)
        return total * self.coefficient[:, None, None] + self.bias[:, None, None]

    def extra_repr(self) -> str:
        """Shown by print(model)."""
        return f"{len(self.bias)}, k={self.k}, s={self.s}"


def completed(x: torch.Tensor, k: Sides, s: Sides, p: Sides, d: Sides) -> torch.Tensor:
    """`x` (N, C, H, W) with zeros at the right and at the bottom that complete the last windows of a convolution.

    Their number is rounded up; the padding `p` of the convolution itself still comes around the result.
    """
    lacking = []
    for n, *each in zip(x.shape[-2:], *map(pair, (k, s, p, d)), strict=True):
        kernel, step, padding, dilation = each
        reach = dilation * (kernel - 1) + 1
        lacking.append(missing(n, count_windows(n, reach, step, padding, ceil=True), reach, step, padding))
    down, across = lacking
    return F.pad(x, (0, across, 0, down)) if down or across else x


class CeilConv2d(nn.Conv2d):
    """`nn.Conv2d` that rounds the number of windows up, as pooling can: (N, C, H, W) → (N, O, H', W').

    The released program of AlexNet counts like this: 224 pixels, 11 wide at stride 4, make 55 windows, and the last
    one reads 3 zeros beyond the image.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Zeros at the right and at the bottom, then PyTorch's convolution."""
        sides: Any = (self.kernel_size, self.stride, self.padding, self.dilation)
        return super().forward(completed(x, *sides))

    def extra_repr(self) -> str:
        """Shown by print(model)."""
        return f"{super().extra_repr()}, ceil_mode=True"


class TableConv2d(nn.Module):
    """Convolution whose output map o reads only the input maps `table[o]`: (N, C, H, W) → (N, len(table), H', W').

    Only the connected kernels exist as parameters: LeNet-5's C3 has 60 of them, 60·25 + 16 = 1,516 numbers.
    """

    reader: torch.Tensor  # the output map of each kernel
    source: torch.Tensor  # and the input map

    def __init__(
        self, table: Iterable[Iterable[int]], k: Sides, s: Sides = 1, p: Sides = 0, d: Sides = 1, ceil: bool = False
    ):
        super().__init__()
        self.table = tuple(map(tuple, table))
        self.s, self.p = s, p
        self.d, self.ceil = d, ceil
        pairs = [(o, i) for o, row in enumerate(self.table) for i in row]
        self.register_buffer("reader", torch.tensor([o for o, _ in pairs]), persistent=False)
        self.register_buffer("source", torch.tensor([i for _, i in pairs]), persistent=False)
        self.weight = nn.Parameter(torch.empty(len(pairs), *pair(k)))
        self.bias = nn.Parameter(torch.empty(len(self.table)))
        for o, fan_in in enumerate(self.fan_in()):
            bound = fan_in**-0.5  # as nn.Conv2d does
            nn.init.uniform_(self.weight[self.rows(o)], -bound, bound)
            nn.init.uniform_(self.bias[o : o + 1], -bound, bound)

    def rows(self, o: int) -> slice:
        """The kernels of output map `o` in `weight`."""
        start = sum(map(len, self.table[:o]))
        return slice(start, start + len(self.table[o]))

    def fan_in(self) -> list[int]:
        """Weights that end in one unit, for every output map."""
        return [len(row) * self.weight[0].numel() for row in self.table]

    def dense(self, maps: int) -> torch.Tensor:
        """The same weights as (out, `maps`, k, k), zero where the table has no entry."""
        full = self.weight.new_zeros(len(self.table), maps, *self.weight.shape[1:])
        return full.index_put((self.reader, self.source), self.weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One dense convolution with the holes filled by zeros: faster than sixteen small ones."""
        height, width = self.weight.shape[1:]
        x = completed(x, (height, width), self.s, self.p, self.d) if self.ceil else x
        return F.conv2d(x, self.dense(x.shape[1]), self.bias, self.s, self.p, self.d)

    def extra_repr(self) -> str:
        """Shown by print(model)."""
        return f"{len(self.weight)} kernels for {len(self.table)} maps, k={shape_text(self.weight.shape[1:])}"


class RBF(nn.Module):
    """Penalties y_i = Σ_j (x_j − w_ij)² against fixed codes: (N, F) → (N, classes); the smallest wins."""

    codes: torch.Tensor

    def __init__(self, codes: Iterable[Iterable[int]]):
        super().__init__()
        self.register_buffer("codes", torch.tensor(codes, dtype=torch.get_default_dtype()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """|x|² − 2 x·w + |w|² would be faster, and loses digits just where the penalty is small."""
        return (x[:, None, :] - self.codes).square().sum(-1)

    def extra_repr(self) -> str:
        """Shown by print(model)."""
        return "{1}, {0} fixed codes".format(*self.codes.shape)


class Local2d(nn.Module):
    """A convolution that shares nothing: each place (y, x) has kernels of its own, (N, C, H, W) → (N, O, H', W')."""

    def __init__(self, channels: int, maps: int, size: Pair, k: Sides, p: Sides = 0):
        super().__init__()
        self.size = tuple(size)
        self.k, self.p = k, p
        bound = (channels * area(k)) ** -0.5  # as nn.Conv2d does
        self.weight = nn.Parameter(torch.empty(prod(size), channels * area(k), maps).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(maps, *size).uniform_(-bound, bound))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One matrix product per place."""
        patches = F.unfold(x, self.k, padding=self.p).permute(2, 0, 1)  # (H'·W', N, C·k²)
        return torch.bmm(patches, self.weight).permute(1, 2, 0).unflatten(2, self.size) + self.bias

    def extra_repr(self) -> str:
        """Shown by print(model)."""
        places, inputs, maps = self.weight.shape
        return f"{inputs // area(self.k)}, {maps}, k={self.k}, p={self.p}, {places} places"


class GroupedLocalResponseNorm(LocalResponseNorm):
    """Local response normalisation of each of `groups` parts of the maps, as if they were images of their own."""

    def __init__(self, groups: int, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0):
        super().__init__(size, alpha, beta, k)
        self.groups = groups

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) → (N, C, H, W)."""
        return super().forward(x.reshape(len(x) * self.groups, -1, *x.shape[2:])).reshape(x.shape)

    def extra_repr(self) -> str:
        """Shown by print(model)."""
        return f"{super().extra_repr()}, groups={self.groups}"


class WithinMapLRN(nn.Module):
    """x / (k + α Σ x²)^β, the sum over the window of `n`×`n` around a number in its own map, zeros outside."""

    def __init__(self, n: int = 5, alpha: float = 4e-5, beta: float = 0.75, k: float = 1.0):
        super().__init__()
        self.n, self.alpha, self.beta, self.k = n, alpha, beta, k

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) → (N, C, H, W)."""
        sums = F.avg_pool2d(x.square(), self.n, 1, self.n // 2, divisor_override=1)
        return x * (self.k + self.alpha * sums).pow(-self.beta)

    def extra_repr(self) -> str:
        """Shown by print(model)."""
        return f"{self.n}, alpha={self.alpha:g}, beta={self.beta:g}, k={self.k:g}"
