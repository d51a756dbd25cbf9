"""Our MaxPool2d against PyTorch's on the CPU, in one run: the time forward, and forward and back, for a batch of maps.

`make bench` runs it. The fastest of many counts.
"""

import torch
from clock import both
from torch import nn

from cnnlessons.allocator import keep_freed_memory
from cnnlessons.faster import MaxPool2d

SHAPES = {"LeNet C1": (256, 6, 28, 28), "LeNet C3": (256, 16, 10, 10), "VGG block 1": (4, 64, 224, 224)}


def main() -> None:
    """A line a shape."""
    keep_freed_memory()
    print(f"max pooling 2×2, {torch.get_num_threads()} threads, torch {torch.__version__}: PyTorch's, ours")
    for name, shape in SHAPES.items():
        (theirs, their_both), (ours, our_both) = (both(pool, shape) for pool in (nn.MaxPool2d(2, 2), MaxPool2d(2, 2)))
        print(f"{name:12} {shape!s:20} forward {theirs:6.2f} {ours:6.2f} ms ({theirs / ours:.1f}×)   "
              f"and back {their_both:6.2f} {our_both:6.2f} ms ({their_both / our_both:.1f}×)")


if __name__ == "__main__":
    main()
