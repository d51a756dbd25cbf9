"""What PyTorch has slower on the CPU: same layers, same answers (tests/benchmarks/layers.py times both sides)."""

import torch
import torch.nn.functional as F
from torch import nn


def plain(x: torch.Tensor) -> bool:
    """Whether oneDNN takes `x` as it is: float32 on the CPU, in the usual order, not about to be cast."""
    usual = x.device.type == "cpu" and x.dtype == torch.float32 and x.is_contiguous() and x.numel() > 0
    return usual and torch.backends.mkldnn.is_available() and not torch.is_autocast_enabled("cpu")


class Conv2d(nn.Conv2d):
    """`nn.Conv2d`; on the CPU faster on the way back where few maps come in, as in a LeNet's C3."""

    def forward(self, x):
        """(N, C, H, W) → (N, O, H', W')."""
        if self.padding_mode == "zeros" and not isinstance(self.padding, str):
            return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
        return super().forward(x)


def conv2d(x, weight, bias, stride, padding, dilation=1, groups=1):
    """`F.conv2d`, with the faster gradient where there is one: for 4 to 12 maps that come in, but not 8."""
    few = weight.shape[1] in (4, 5, 6, 7, 9, 10, 11, 12) and groups == 1 and bias is not None
    if few and x.dim() == 4 and plain(x):
        return Convolution.apply(x, weight, bias, *(n if isinstance(n, tuple) else (n, n)
                                                    for n in (stride, padding, dilation)))
    return F.conv2d(x, weight, bias, stride, padding, dilation, groups)


class Convolution(torch.autograd.Function):
    """A convolution whose weights' gradient is taken with the maps as the last axis.

    In PyTorch's order oneDNN is slow at it if the maps that come in are few and do not fill its vectors of 8 or 16. The
    sums are the same, added up in another order.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x, weight, bias, stride, padding, dilation):
        """As `F.conv2d` does."""
        return F.conv2d(x, weight, bias, stride, padding, dilation)

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Keep what the way back needs."""
        x, weight, _, *ctx.steps = inputs
        ctx.save_for_backward(x, weight)

    @staticmethod
    def backward(ctx, grad):
        """Two calls: for the maps that came in as PyTorch does it, for weights and bias with the maps last."""
        def back(tensors, wanted):
            sizes = [grad.shape[-3]], *ctx.steps, False, (0, 0), 1
            return torch.ops.aten.convolution_backward.default(*tensors, *sizes, wanted)

        tensors = grad, *ctx.saved_tensors
        to_maps = back(tensors, (True, False, False))[0] if ctx.needs_input_grad[0] else None
        to_weights = back(map(maps_last, tensors), (False, True, True))[1:]
        return to_maps, *to_weights, None, None, None


def maps_last(x):
    """(N, C, H, W) with C the axis whose numbers are neighbours in memory."""
    return x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)


class Tanh(nn.Tanh):
    """`nn.Tanh`; on the CPU several times as fast.

    The vectorised tanh of PyTorch is slow, that of oneDNN, which PyTorch brings along, is not. Both are within two
    units of the last place.
    """

    def forward(self, a):
        """Any shape in, the same shape out."""
        return tanh(a)


def tanh(a):
    """`torch.tanh`, by oneDNN where that is faster."""
    return OneDnnTanh.apply(a) if plain(a) else torch.tanh(a)


class OneDnnTanh(torch.autograd.Function):
    """tanh by oneDNN, whose own tensors have no gradient for it."""

    @staticmethod
    def forward(a):
        """Any shape in, the same shape out."""
        return a.flatten().to_mkldnn().tanh_().to_dense().view(a.shape)

    @staticmethod
    def setup_context(ctx, inputs, output):
        """The way back needs the result alone, as PyTorch's does."""
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad):
        """(1 − tanh² a) times the gradient that arrives."""
        return torch.ops.aten.tanh_backward.default(grad, *ctx.saved_tensors)

    @staticmethod
    def vmap(info, dims, a):
        """Number by number, so the batch may lie anywhere."""
        return OneDnnTanh.apply(a), dims[0]


class MaxPool2d(nn.MaxPool2d):
    """`nn.MaxPool2d`; on the CPU several times as fast where it pools 2×2 with stride 2.

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
    return torch.ops.aten.threshold_backward.default(values, a, 0)


class LocalResponseNorm(nn.LocalResponseNorm):
    """`nn.LocalResponseNorm`; on the CPU several times as fast.

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
