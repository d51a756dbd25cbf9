"""What PyTorch lacks: LeNet-5's squashing, subsampling, C3 table and RBF output, layers that share nothing."""

from collections.abc import Iterable
from math import prod

import torch
import torch.nn.functional as F
from torch import nn

from cnnlessons.networks.layers import Pair, Sides, area, pair, shape_text


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


class TableConv2d(nn.Module):
    """Convolution whose output map o reads only the input maps `table[o]`: (N, C, H, W) → (N, len(table), H', W').

    Only the connected kernels exist as parameters: LeNet-5's C3 has 60 of them, 60·25 + 16 = 1,516 numbers.
    """

    reader: torch.Tensor  # the output map of each kernel
    source: torch.Tensor  # and the input map

    def __init__(self, table: Iterable[Iterable[int]], k: Sides, s: Sides = 1, p: Sides = 0, d: Sides = 1):
        super().__init__()
        self.table = tuple(map(tuple, table))
        self.s, self.p = s, p
        self.d = d
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


class ByGroup(nn.Module):
    """Applies `norm` to each of `groups` parts of the maps, as if they were images of their own."""

    def __init__(self, groups: int, norm: nn.Module):
        super().__init__()
        self.groups, self.norm = groups, norm

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) → (N, C, H, W)."""
        return self.norm(x.reshape(len(x) * self.groups, -1, *x.shape[2:])).reshape(x.shape)
