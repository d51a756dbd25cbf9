"""Our Conv2d against PyTorch's on the CPU, in one run: the time forward, and forward and back, for a batch.

`make bench` runs it. The fastest of many counts.
"""

import torch
from clock import both
from torch import nn

from cnnlessons.allocator import keep_freed_memory
from cnnlessons.faster import Conv2d

LAYERS = {"LeNet C3": ((256, 6, 14, 14), 16), "batch of 64": ((64, 6, 14, 14), 16), "20 maps": ((64, 20, 12, 12), 50)}


def main() -> None:
    """A line a shape."""
    keep_freed_memory()
    print(f"convolution 5×5, {torch.get_num_threads()} threads, torch {torch.__version__}: PyTorch's, ours")
    for name, (shape, maps) in LAYERS.items():
        (theirs, their_both), (ours, our_both) = (both(conv(shape[1], maps, 5), shape) for conv in (nn.Conv2d, Conv2d))
        print(f"{name:11} {shape!s:18} forward {theirs:6.2f} {ours:6.2f} ms ({theirs / ours:.1f}×)   "
              f"and back {their_both:6.2f} {our_both:6.2f} ms ({their_both / our_both:.1f}×)")


if __name__ == "__main__":
    main()
