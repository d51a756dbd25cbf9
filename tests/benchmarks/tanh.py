"""Our Tanh against PyTorch's on the CPU, in one run: the time forward, and forward and back, for a batch.

`make bench` runs it. The fastest of many counts.
"""

import torch
from clock import both
from torch import nn

from cnnlessons.allocator import keep_freed_memory
from cnnlessons.faster import Tanh

SHAPES = {"LeNet C1": (256, 6, 28, 28), "LeNet C3": (256, 16, 10, 10), "LeNet C5": (256, 120)}


def main() -> None:
    """A line a shape."""
    keep_freed_memory()
    print(f"tanh, {torch.get_num_threads()} threads, torch {torch.__version__}: PyTorch's, ours")
    for name, shape in SHAPES.items():
        (theirs, their_both), (ours, our_both) = (both(tanh(), shape) for tanh in (nn.Tanh, Tanh))
        print(f"{name:10} {shape!s:18} forward {theirs:6.2f} {ours:6.2f} ms ({theirs / ours:.1f}×)   "
              f"and back {their_both:6.2f} {our_both:6.2f} ms ({their_both / our_both:.1f}×)")


if __name__ == "__main__":
    main()
