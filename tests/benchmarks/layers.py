"""The layers of modules/faster.py against PyTorch's own on the CPU, in one run: forward, backward, and both.

`make bench` runs it. The fastest of many counts.
"""

import argparse
import timeit

import torch
from torch import nn

from cnnlessons.modules import faster

SIDES = {name: (getattr(nn, name), getattr(faster, name)) for name in ("MaxPool2d", "LocalResponseNorm")}
PAPER = {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0}  # LRN; PyTorch's alpha is n times the paper's
# what, the class's name, its arguments, the shape (N, C, H, W) that comes in
CASES = [
    ("LeNet C1, 2/2", "MaxPool2d", (2, 2), (256, 6, 28, 28)),
    ("LeNet C3, 2/2", "MaxPool2d", (2, 2), (256, 16, 10, 10)),
    ("VGG block 1", "MaxPool2d", (2, 2), (4, 64, 224, 224)),
    ("AlexNet norm1", "LocalResponseNorm", PAPER, (4, 96, 55, 55)),
    ("AlexNet norm2", "LocalResponseNorm", PAPER, (4, 256, 27, 27)),
    ("after pool1", "LocalResponseNorm", PAPER, (4, 96, 27, 27)),
    ("small, 32 maps", "LocalResponseNorm", PAPER, (64, 32, 16, 16)),
]


def fastest(step, repeat: int, number: int = 3) -> float:
    """Milliseconds of the fastest of `repeat` rounds of `number` calls."""
    return 1e3 * min(timeit.repeat(step, repeat=repeat, number=number)) / number


def times(module, shape, repeat: int) -> tuple[float, float, float]:
    """Milliseconds that a layer takes forward, backward, and both, on numbers as a ReLU leaves them."""
    torch.manual_seed(0)
    x = torch.randn(shape).relu().requires_grad_()
    out = module(x)
    grad = torch.randn(out.shape)
    with torch.no_grad():
        ahead = fastest(lambda: module(x), repeat)
    back = fastest(lambda: out.backward(grad, retain_graph=True), repeat)
    return ahead, back, fastest(lambda: module(x).backward(grad), repeat)


def main(argv: list[str] | None = None) -> None:
    """A line for each case."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--cases", type=int, default=len(CASES), help="so many of the last ones")
    args = parser.parse_args(argv)
    print(
        f"layers, {torch.get_num_threads()} threads, torch {torch.__version__}: ms of PyTorch's, of ours, and how "
        "many times as fast"
    )
    print(f"{'':51}{'forward':>21}{'backward':>22}{'both':>22}")
    for what, name, options, shape in CASES[-args.cases :]:
        keywords, places = (options, ()) if isinstance(options, dict) else ({}, options)
        sides = [times(side(*places, **keywords), shape, args.repeat) for side in SIDES[name]]
        print(
            f"{name:17} {what:14} {shape!s:18}",
            *(f"{theirs:7.2f} {ours:6.2f} {theirs / ours:4.1f}×" for theirs, ours in zip(*sides, strict=True)),
        )


if __name__ == "__main__":
    main()
