"""The layers of cnnlessons.faster against PyTorch's own on the CPU, in one run: forward, the way back, and both.

`make bench` runs it. The fastest of many counts.
"""

import timeit

import torch
from torch import nn

from cnnlessons.modules import faster
from cnnlessons.modules.papers import ScaledTanh
from cnnlessons.training.malloc import keep_freed_memory


class PlainScaledTanh(nn.Module):
    """LeNet-5's activation out of PyTorch's operations, which lacks it as a layer."""

    def forward(self, a):
        """Any shape in, the same shape out."""
        return ScaledTanh.A * torch.tanh(ScaledTanh.S * a)


SIDES = {"ScaledTanh": (PlainScaledTanh, ScaledTanh)} | {  # the class's name → PyTorch's and ours
    name: (getattr(nn, name), getattr(faster, name)) for name in ("Conv2d", "Tanh", "MaxPool2d", "LocalResponseNorm")
}
PAPER = {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0}  # LRN; PyTorch's alpha is n times the paper's
# what, the class's name, its arguments, the shape (N, C, H, W) that comes in
CASES = [
    ("LeNet C1, 5×5", "Conv2d", (1, 6, 5), (256, 1, 32, 32)),
    ("LeNet C3, 5×5", "Conv2d", (6, 16, 5), (256, 6, 14, 14)),
    ("the same, 64", "Conv2d", (6, 16, 5), (64, 6, 14, 14)),
    ("the same, two", "Conv2d", (6, 16, 5), (2, 6, 14, 14)),
    ("8 maps, 5×5", "Conv2d", (8, 32, 5), (64, 8, 28, 28)),
    ("9 maps, 5×5", "Conv2d", (9, 16, 5), (64, 9, 14, 14)),
    ("20 maps, 5×5", "Conv2d", (20, 50, 5), (64, 20, 12, 12)),
    ("LeNet C1", "Tanh", (), (256, 6, 28, 28)),
    ("LeNet C3", "Tanh", (), (256, 16, 10, 10)),
    ("LeNet C5", "Tanh", (), (256, 120)),
    ("LeNet C1", "ScaledTanh", (), (256, 6, 28, 28)),
    ("LeNet C3", "ScaledTanh", (), (256, 16, 10, 10)),
    ("LeNet C1, 2/2", "MaxPool2d", (2, 2), (256, 6, 28, 28)),
    ("LeNet C3, 2/2", "MaxPool2d", (2, 2), (256, 16, 10, 10)),
    ("VGG block 1", "MaxPool2d", (2, 2), (4, 64, 224, 224)),
    ("AlexNet norm1", "LocalResponseNorm", PAPER, (4, 96, 55, 55)),
    ("AlexNet norm2", "LocalResponseNorm", PAPER, (4, 256, 27, 27)),
    ("after pool1", "LocalResponseNorm", PAPER, (4, 96, 27, 27)),
    ("small, 32 maps", "LocalResponseNorm", PAPER, (64, 32, 16, 16)),
]


def fastest(step, repeat: int = 15, number: int = 3) -> float:
    """Milliseconds of the fastest of `repeat` rounds of `number` calls."""
    return 1e3 * min(timeit.repeat(step, repeat=repeat, number=number)) / number


def times(module, shape) -> tuple[float, float, float]:
    """Milliseconds that a layer takes forward, back, and both, on numbers as a ReLU leaves them.

    One map is a picture, which needs no gradient: there the way back is to the weights alone.
    """
    torch.manual_seed(0)
    x = torch.randn(shape).relu().requires_grad_(shape[1] > 1)
    out = module(x)
    grad = torch.randn(out.shape)
    with torch.no_grad():
        ahead = fastest(lambda: module(x))
    back = fastest(lambda: out.backward(grad, retain_graph=True))
    return ahead, back, fastest(lambda: module(x).backward(grad))


def main() -> None:
    """A line a case."""
    keep_freed_memory()
    print(
        f"layers, {torch.get_num_threads()} threads, torch {torch.__version__}: ms of PyTorch's, of ours, and how "
        "many times as fast"
    )
    print(f"{'':51}{'forward':>21}{'back':>22}{'both':>22}")
    for what, name, options, shape in CASES:
        keywords, places = (options, ()) if isinstance(options, dict) else ({}, options)
        sides = [times(side(*places, **keywords), shape) for side in SIDES[name]]
        print(
            f"{name:17} {what:14} {shape!s:18}",
            *(f"{theirs:7.2f} {ours:6.2f} {theirs / ours:4.1f}×" for theirs, ours in zip(*sides, strict=True)),
        )


if __name__ == "__main__":
    main()
