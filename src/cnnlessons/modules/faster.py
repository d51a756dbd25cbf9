"""What PyTorch has slower on the CPU: same layers, same answers (tests/benchmarks/layers.py times both sides)."""

import torch
import torch.nn.functional as F
from torch import nn


def plain(x: torch.Tensor) -> bool:
    """Whether oneDNN takes `x` as it is: float32 on the CPU, in the usual order, not about to be cast."""
    usual = x.device.type == "cpu" and x.dtype == torch.float32 and x.is_contiguous() and x.numel() > 0
    return usual and torch.backends.mkldnn.is_available() and not torch.is_autocast_enabled("cpu")


MAPS_LAST = (4, 5, 6, 7, 9, 10, 11, 12)  # maps that come in, of which the weights' gradient is faster with them last
LEAST = 32  # pictures: for fewer the gradients' preparations cost more than they save


class Conv2d(nn.Conv2d):
    """`nn.Conv2d`; on the CPU faster on the way back where few maps come in, as in a LeNet's C1 and C3."""

    def forward(self, x):
        """(N, C, H, W) → (N, O, H', W')."""
        if self.padding_mode == "zeros" and not isinstance(self.padding, str):
            return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
        return super().forward(x)


def conv2d(x, weight, bias, stride, padding, dilation=1, groups=1):
    """`F.conv2d`, with faster gradients where there are some: see `Convolution`."""
    steps = [n if isinstance(n, tuple) else (n, n) for n in (stride, padding, dilation)]
    few = by_two_rows(weight, *steps) or weight.shape[1] in MAPS_LAST
    if few and groups == 1 and bias is not None and x.dim() == 4 and len(x) >= LEAST and plain(x):
        return Convolution.apply(x, weight, bias, *steps)
    return F.conv2d(x, weight, bias, stride, padding, dilation, groups)


def by_two_rows(weight, stride, padding, dilation) -> bool:
    """Whether up to 8 maps come in, under kernels high enough for a row more to matter little."""
    maps, height, width = weight.shape[1:]
    within = padding[0] < height and padding[1] < width
    return maps <= 8 and height >= 5 and within and stride == dilation == (1, 1)


class Convolution(torch.autograd.Function):
    """A convolution with gradients of its own for few maps, which leave oneDNN's vectors of 8 or 16 half empty.

    Up to 8 maps become twice as many of half the height: an even row and the odd one below it count as one row of
    two, and a kernel for the two is one row higher and moves two at a time. Where a handful of maps come in, the
    weights' gradient is taken with the maps as the last axis. The sums are the same, added up in another order.
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
        """For the maps that came in, and for weights and bias: each the faster way."""
        x, weight = ctx.saved_tensors
        rows, (out, maps) = by_two_rows(weight, *ctx.steps), weight.shape[:2]
        to_maps, to_weights = None, (None, None)
        if ctx.needs_input_grad[0]:
            if rows and x.shape[-2] % 2 == 0:
                to_maps = maps_by_two_rows(grad, weight, ctx.steps[1])
            else:
                to_maps = back((grad, x, weight), ctx.steps, (True, False, False))[0]
        if any(ctx.needs_input_grad[1:3]):
            if rows and maps <= 3 and out <= 8 and grad.shape[-2] % 2 == 0:
                to_weights = weights_by_two_rows(grad, x, weight, ctx.steps[1])
            else:
                tensors = map(maps_last, (grad, x, weight)) if maps in MAPS_LAST else (grad, x, weight)
                to_weights = back(tensors, ctx.steps, (False, True, True))[1:]
        return to_maps, *to_weights, None, None, None


def back(tensors, steps, wanted):
    """PyTorch's way back through a convolution: for the maps that came in, the weights, the bias, what is `wanted`."""
    grad, x, weight = tensors
    sizes = [grad.shape[-3]], *steps, False, (0, 0), 1
    return torch.ops.aten.convolution_backward.default(grad, x, weight, *sizes, wanted)


def maps_by_two_rows(grad, weight, padding):
    """The gradient (N, C, H, W), for an even H: that of (N, 2C, H/2, W), put together."""
    turned = weight.flip(-1, -2).transpose(0, 1)
    two = torch.cat([F.pad(turned, (0, 0, 0, 1)), F.pad(turned, (0, 0, 1, 0))])
    rest = [k - 1 - p for k, p in zip(weight.shape[-2:], padding, strict=True)]
    maps = F.conv2d(grad, two, stride=(2, 1), padding=rest)
    return maps.unflatten(-3, (2, -1)).movedim(-4, -2).flatten(-3, -2)


def weights_by_two_rows(grad, x, weight, padding):
    """The gradients (O, C, h, w) and (O,), for an even H': those of 2O maps of H'/2 rows, added up."""
    out, maps, height, width = weight.shape
    grad = grad.unflatten(-2, (-1, 2)).movedim(-2, -4).flatten(-4, -3)
    two = weight.new_zeros(2 * out, maps, height + 1, width)
    _, to_two, to_bias = back((grad, x, two), ((2, 1), padding, (1, 1)), (False, True, True))
    return to_two[:out, :, :-1] + to_two[out:, :, 1:], to_bias[:out] + to_bias[out:]


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


def scaled_tanh(a, height: float, slope: float):
    """height · tanh(slope · a)."""
    return OneDnnScaledTanh.apply(a, height, slope) if plain(a) else height * torch.tanh(slope * a)


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


class OneDnnScaledTanh(torch.autograd.Function):
    """The same with its two factors: as layers of their own they would read and write everything twice more."""

    @staticmethod
    def forward(a, height, slope):
        """Any shape in, the same shape out."""
        return OneDnnTanh.forward(slope * a).mul_(height)

    @staticmethod
    def setup_context(ctx, inputs, output):
        """The way back needs the result and the factors."""
        _, *ctx.factors = inputs
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, grad):
        """height · slope · (1 − tanh²(slope · a)) times the gradient that arrives."""
        (out,), (height, slope) = ctx.saved_tensors, ctx.factors
        return torch.ops.aten.tanh_backward.default(grad, out / height).mul_(height * slope), None, None

    @staticmethod
    def vmap(info, dims, a, height, slope):
        """Number by number, so the batch may lie anywhere."""
        return OneDnnScaledTanh.apply(a, height, slope), dims[0]


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
        base, scale = divisor(x, n, alpha, beta, k)
        return x * scale, base, scale

    @staticmethod
    def setup_context(ctx, inputs, output):
        """Keep what the way back needs."""
        x, *ctx.numbers = inputs
        ctx.mark_non_differentiable(*output[1:])
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(x, *output[1:])

    @staticmethod
    def backward(ctx, grad, *_):
        """Each number gets its own gradient, scaled, and a share from every neighbour whose sum it is in."""
        (x, base, scale), (n, alpha, beta, _) = ctx.saved_tensors, ctx.numbers
        if torch.is_grad_enabled():  # a gradient of second order has to see them depend on x
            base, scale = divisor(x, *ctx.numbers)
        own = grad * scale
        shares = neighbours(own * x / base, (n - 1) // 2, n // 2)
        return own.sub(shares * x, alpha=2 * alpha * beta), None, None, None, None


def divisor(x, n, alpha, beta, k):
    """k + α Σ x² and its power −β, both (N, C, …)."""
    base = neighbours(x * x, n // 2, (n - 1) // 2).mul_(alpha).add_(k)
    return base, base.pow(-beta) if beta != 0.75 else base.rsqrt() * base.rsqrt().sqrt()  # a power is slow


def neighbours(x, before: int, after: int):
    """For each map the sum of the maps from `before` places before it to `after` places behind it."""
    total = x.clone()
    for d in range(1, before + 1):
        total[:, d:] += x[:, :-d]
    for d in range(1, after + 1):
        total[:, :-d] += x[:, d:]
    return total
