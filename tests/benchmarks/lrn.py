"""Our LocalResponseNorm against PyTorch's on the CPU, in one run: the time forward, and forward and back, for a batch.

`make bench` runs it. The fastest of many counts.
"""

import torch
from clock import both
from torch import nn

from cnnlessons.allocator import keep_freed_memory
from cnnlessons.faster import LocalResponseNorm

SHAPES = {"AlexNet norm1": (4, 96, 55, 55), "AlexNet norm2": (4, 256, 27, 27), "after pool1": (4, 96, 27, 27),
          "small, 32 maps": (64, 32, 16, 16)}
PAPER = {"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2.0}  # PyTorch's alpha is n times the paper's


def main() -> None:
    """A line a shape."""
    keep_freed_memory()
    print(f"LRN over 5 maps, {torch.get_num_threads()} threads, torch {torch.__version__}: PyTorch's, ours")
    for name, shape in SHAPES.items():
        (theirs, their_both), (ours, our_both) = (
            both(norm(**PAPER), shape) for norm in (nn.LocalResponseNorm, LocalResponseNorm))
        print(f"{name:14} {shape!s:18} forward {theirs:6.1f} {ours:6.2f} ms ({theirs / ours:.1f}×)   "
              f"and back {their_both:6.1f} {our_both:6.2f} ms ({their_both / our_both:.1f}×)")


if __name__ == "__main__":
    main()
