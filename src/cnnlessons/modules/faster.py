"""Max pooling and LRN, several times as fast on the CPU: same layers, same answers (lessons on pooling and LRN).

`build` uses them; tests/benchmarks/layers.py times them against PyTorch's own.
"""

from typing import Any

import torch
from torch import nn


class MaxPool2d(nn.MaxPool2d):
    """`nn.MaxPool2d`; on the CPU several times as fast where it pools 2×2 with stride 2.

    PyTorch's looks at one number after the other. Maxima of whole slices are the same numbers, bit for bit.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) → (N, C, H', W')."""
        pairs = (self.kernel_size, self.stride, self.padding, self.dilation, self.return_indices) == (2, 2, 0, 1, False)
        even = x.shape[-2] % 2 == x.shape[-1] % 2 == 0
        if pairs and even and x.device.type == "cpu" and x.dtype in (torch.float32, torch.float64):
            return PairMax.apply(x)[0]
        return super().forward(x)


class PairMax(torch.autograd.Function):
    """The maximum of each 2×2 block: first of the pairs in a row, then of pairs of rows."""

    @staticmethod
    def forward(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(…, 2H, 2W) → (…, H, W), and the maxima of the pairs in a row, (…, 2H, W), for the backward pass."""
        rows = torch.maximum(x[..., ::2], x[..., 1::2])
        return torch.maximum(rows[..., ::2, :], rows[..., 1::2, :]), rows

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep what the backward pass needs."""
        ctx.mark_non_differentiable(output[1])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*inputs, output[1])

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor, _: None) -> torch.Tensor:
        """The gradient goes where the maximum came from; among equals to the first one, as PyTorch's does."""
        x, rows = ctx.saved_tensors
        low = where_positive(grad, rows[..., 1::2, :] - rows[..., ::2, :])
        by_row = torch.empty_like(rows)
        by_row[..., ::2, :], by_row[..., 1::2, :] = grad - low, low
        right = where_positive(by_row, x[..., 1::2] - x[..., ::2])
        return torch.view_as_real(torch.complex(by_row - right, right)).flatten(-2)  # left, right, left, right …


def where_positive(values: torch.Tensor, a: torch.Tensor) -> torch.Tensor:
    """`values` where a > 0, else 0: the backward pass of a ReLU, several times as fast as `torch.where`."""
    return torch.ops.aten.threshold_backward.default(values, a, 0)


class LocalResponseNorm(nn.LocalResponseNorm):
    """`nn.LocalResponseNorm`; on the CPU several times as fast.

    PyTorch's pads and pools in three dimensions. Sums of n shifted slices, and a gradient by hand, are the same
    numbers up to rounding.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, …) → the same shape."""
        if x.device.type == "cpu" and x.dim() >= 3:
            return DividedByNeighbours.apply(x, self.size, self.alpha / self.size, self.beta, self.k)[0]
        return super().forward(x)


class DividedByNeighbours(torch.autograd.Function):
    """x / (k + α Σ x²)^β, the sum over `n` neighbouring maps: from i − ⌊n/2⌋ to i + ⌊(n − 1)/2⌋."""

    @staticmethod
    def forward(
        x: torch.Tensor, n: int, alpha: float, beta: float, k: float
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """(N, C, …) → the same shape; for the backward pass also k + α Σ x² and its power −β."""
        base, scale = divisor(x, n, alpha, beta, k)
        return x * scale, base, scale

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep what the backward pass needs."""
        x, *ctx.numbers = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, *output[1:])

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor, *_: None) -> tuple[torch.Tensor, None, None, None, None]:
        """Each number gets its own gradient, scaled, and a share from every neighbour whose sum it is in."""
        (x, base, scale), (n, alpha, beta, _) = ctx.saved_tensors, ctx.numbers
        if torch.is_grad_enabled():  # a gradient of second order has to see them depend on x
            base, scale = divisor(x, *ctx.numbers)
        own = grad * scale
        shares = neighbours(own * x / base, (n - 1) // 2, n // 2)
        return own.sub(shares * x, alpha=2 * alpha * beta), None, None, None, None


def divisor(x: torch.Tensor, n: int, alpha: float, beta: float, k: float) -> tuple[torch.Tensor, torch.Tensor]:
    """k + α Σ x² and its power −β, both (N, C, …)."""
    base = neighbours(x * x, n // 2, (n - 1) // 2).mul_(alpha).add_(k)
    return base, base.pow(-beta) if beta != 0.75 else base.rsqrt() * base.rsqrt().sqrt()  # a power is slow


def neighbours(x: torch.Tensor, before: int, after: int) -> torch.Tensor:
    """For each map the sum of the maps from `before` places before it to `after` places after it."""
    total = x.clone()
    for d in range(1, before + 1):
        total[:, d:] += x[:, :-d]
    for d in range(1, after + 1):
        total[:, :-d] += x[:, d:]
    return total
