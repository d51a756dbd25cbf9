"""What PyTorch lacks, LeNet-5's squashing, subsampling, C3 table and RBF output first, and what it has slower."""

from math import prod

import torch
import torch.nn.functional as F
from torch import nn


class ScaledTanh(nn.Module):
    """f(a) = 1.7159 tanh(2a/3): f(1) = 1, f(−1) = −1, steepest where |a| < 1 (LeCun et al. 1998, App. A)."""

    A, S = 1.7159, 2 / 3

    def forward(self, a):
        """Any shape in, the same shape out."""
        return self.A * torch.tanh(self.S * a)


class Subsample(nn.Module):
    """Sum of each k×k window, times a coefficient a map, plus a bias a map: (N, C, H, W) → (N, C, H', W')."""

    def __init__(self, maps: int, k: int = 2, s: int | None = None):
        super().__init__()
        self.k, self.s = k, s or k
        self.coefficient = nn.Parameter(torch.full((maps,), 1 / k**2))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, x):
        """The four inputs are added, not averaged (LeCun et al. 1998, Sect. II-B)."""
        total = F.avg_pool2d(x, self.k, self.s, divisor_override=1)
        return total * self.coefficient[:, None, None] + self.bias[:, None, None]

    def extra_repr(self):
        """Shown by print(model)."""
        return f"{len(self.bias)}, k={self.k}, s={self.s}"


class TableConv2d(nn.Module):
    """Convolution whose output map o reads only the input maps `table[o]`: (N, C, H, W) → (N, len(table), H', W').

    Only the connected kernels exist as parameters: LeNet-5's C3 has 60 of them, 60·25 + 16 = 1,516 numbers.
    """

    def __init__(self, table, k: int, s: int = 1, p: int = 0):
        super().__init__()
        self.table, self.s, self.p = tuple(map(tuple, table)), s, p
        pairs = [(o, i) for o, row in enumerate(self.table) for i in row]
        self.register_buffer("reader", torch.tensor([o for o, _ in pairs]), persistent=False)
        self.register_buffer("source", torch.tensor([i for _, i in pairs]), persistent=False)
        self.weight = nn.Parameter(torch.empty(len(pairs), k, k))
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

    def forward(self, x):
        """One dense convolution with the holes filled by zeros: faster than sixteen small ones."""
        return F.conv2d(x, self.dense(x.shape[1]), self.bias, self.s, self.p)

    def extra_repr(self):
        """Shown by print(model)."""
        return f"{len(self.weight)} kernels for {len(self.table)} maps, k={self.weight.shape[-1]}"


class RBF(nn.Module):
    """Penalties y_i = Σ_j (x_j − w_ij)² against fixed codes: (N, F) → (N, classes); the smallest wins."""

    def __init__(self, codes):
        super().__init__()
        self.register_buffer("codes", torch.tensor(codes, dtype=torch.get_default_dtype()))

    def forward(self, x):
        """|x|² − 2 x·w + |w|² would be faster, and loses digits just where the penalty is small."""
        return (x[:, None, :] - self.codes).square().sum(-1)

    def extra_repr(self):
        """Shown by print(model)."""
        return "{1}, {0} fixed codes".format(*self.codes.shape)


class Local2d(nn.Module):
    """A convolution that shares nothing: each place (y, x) has kernels of its own, (N, C, H, W) → (N, O, H', W')."""

    def __init__(self, channels: int, maps: int, size: tuple[int, int], k: int, p: int = 0):
        super().__init__()
        self.size, self.k, self.p, bound = tuple(size), k, p, (channels * k**2) ** -0.5  # as nn.Conv2d does
        self.weight = nn.Parameter(torch.empty(prod(size), channels * k**2, maps).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(maps, *size).uniform_(-bound, bound))

    def forward(self, x):
        """One matrix product a place."""
        patches = F.unfold(x, self.k, padding=self.p).permute(2, 0, 1)  # (H'·W', N, C·k²)
        return torch.bmm(patches, self.weight).permute(1, 2, 0).unflatten(2, self.size) + self.bias

    def extra_repr(self):
        """Shown by print(model)."""
        places, inputs, maps = self.weight.shape
        return f"{inputs // self.k**2}, {maps}, k={self.k}, p={self.p}, {places} places"


class MaxPool2d(nn.MaxPool2d):
    """`nn.MaxPool2d`; on the CPU several times as fast where it pools 2×2 with stride 2 (tests/benchmarks/pool.py).

    PyTorch's looks at one number after the other. Maxima of whole slices are the same numbers, bit for bit.
    """

    def forward(self, x):
        """(N, C, H, W) → (N, C, H', W')."""
        pairs = (self.kernel_size, self.stride, self.padding, self.dilation, self.return_indices) == (2, 2, 0, 1, False)
        even = x.shape[-2] % 2 == x.shape[-1] % 2 == 0
        if pairs and even and x.device.type == "cpu" and x.dtype in (torch.float32, torch.float64):
            return PairMax.apply(x)[0]
        return super().forward(x)


class PairMax(torch.autograd.Function):
    """The maximum of each 2×2 block: first of the pairs in a row, then of pairs of rows."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        """(…, 2H, 2W) → (…, H, W), and the maxima of the pairs in a row, (…, 2H, W), for the way back."""
        rows = torch.maximum(x[..., ::2], x[..., 1::2])
        return torch.maximum(rows[..., ::2, :], rows[..., 1::2, :]), rows

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Keep what the way back needs."""
        ctx.mark_non_differentiable(output[1])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*inputs, output[1])

    @staticmethod
    def backward(ctx, grad, _):
        """The gradient goes where the maximum came from; among equals to the first one, as PyTorch's does."""
        x, rows = ctx.saved_tensors
        low = where_positive(grad, rows[..., 1::2, :] - rows[..., ::2, :])
        by_row = torch.empty_like(rows)
        by_row[..., ::2, :], by_row[..., 1::2, :] = grad - low, low
        right = where_positive(by_row, x[..., 1::2] - x[..., ::2])
        return torch.view_as_real(torch.complex(by_row - right, right)).flatten(-2)  # left, right, left, right …


def where_positive(values, a):
    """`values` where a > 0, else 0: the way back through a ReLU, several times as fast as `torch.where`."""
    return torch.ops.aten.threshold_backward(values, a, 0)


class LocalResponseNorm(nn.LocalResponseNorm):
    """`nn.LocalResponseNorm`; on the CPU several times as fast (tests/benchmarks/lrn.py).

    PyTorch's pads and pools in three dimensions. Sums of n shifted slices, and a gradient by hand, are the same
    numbers up to rounding.
    """

    def forward(self, x):
        """(N, C, …) → the same shape."""
        if x.device.type == "cpu" and x.dim() >= 3:
            return DividedByNeighbours.apply(x, self.size, self.alpha / self.size, self.beta, self.k)[0]
        return super().forward(x)


class DividedByNeighbours(torch.autograd.Function):
    """x / (k + α Σ x²)^β, the sum over `n` neighbouring maps: from i − ⌊n/2⌋ to i + ⌊(n − 1)/2⌋."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x, n, alpha, beta, k):
        """(N, C, …) → the same shape; for the way back also k + α Σ x² and its power −β."""
        base = neighbours(x * x, n // 2, (n - 1) // 2).mul_(alpha).add_(k)
        scale = base.pow(-beta) if beta != 0.75 else base.rsqrt().mul_(base.rsqrt().sqrt_())  # a power is slow
        return x * scale, base, scale

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Keep what the way back needs."""
        x, ctx.n, ctx.alpha, ctx.beta, _ = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, *output[1:])

    @staticmethod
    def backward(ctx, grad, *_):
        """Each number gets its own gradient, scaled, and a share from every neighbour whose sum it is in."""
        x, base, scale = ctx.saved_tensors
        own = grad * scale
        shares = neighbours((own * x).div_(base), (ctx.n - 1) // 2, ctx.n // 2)
        return own.sub_(shares.mul_(x), alpha=2 * ctx.alpha * ctx.beta), None, None, None, None


def neighbours(x, before: int, after: int):
    """For each map the sum of the maps from `before` places before it to `after` places behind it."""
    total = x.clone()
    for d in range(1, before + 1):
        total[:, d:] += x[:, :-d]
    for d in range(1, after + 1):
        total[:, :-d] += x[:, d:]
    return total


class ByGroup(nn.Module):
    """Applies `norm` to each of `groups` parts of the maps, as if they were pictures of their own."""

    def __init__(self, groups: int, norm: nn.Module):
        super().__init__()
        self.groups, self.norm = groups, norm

    def forward(self, x):
        """(N, C, H, W) → (N, C, H, W)."""
        return self.norm(x.reshape(len(x) * self.groups, -1, *x.shape[2:])).reshape(x.shape)
