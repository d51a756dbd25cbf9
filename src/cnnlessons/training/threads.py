"""How many threads a small network computes with, on a machine that may have other work."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

import torch

SMALL = 5_000_000  # multiplications an image, forward: a LeNet is below, an AlexNet for 32×32 is above
PATIENCE = 32  # a look at the other number of threads may take one part in so many of the time


class Threads:
    """The number of threads for each part of a small network's step; all others are left to PyTorch.

    Two threads are up to twice as fast as one on an idle machine, and many times slower beside a busy process, for
    every small layer waits for a thread that is not running. So the forward pass takes whichever number was quicker
    lately, one or all. Its results do not depend on that. Those of the backward pass do, in the last digits: it runs
    on one thread, and a curve stays the same, bit for bit, whatever else the machine does. A user who has said
    `torch.set_num_threads(1)` gets one thread throughout.
    """

    def __init__(self, small: bool, device: torch.device):
        self.may_choose = small and device.type == "cpu"
        self.all = 1
        self.took: dict[int, deque[float]] = {}  # number → seconds an image, the last two times
        self.left = 0  # forward passes until the other number is tried

    @contextmanager
    def step(self) -> Iterator[None]:
        """Around the steps of an epoch: one thread, but for what `forward` says; afterwards as many as before."""
        before = torch.get_num_threads()
        self.all = before if self.may_choose else 1
        if self.all > 1:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)

    @contextmanager
    def forward(self, images: int) -> Iterator[None]:
        """Around a forward pass of so many images: one thread or all."""
        if self.all == 1:
            yield
            return
        for n in (self.all, 1):
            self.took.setdefault(n, deque([0.0], maxlen=2))
        quicker, slower = sorted((self.all, 1), key=lambda n: min(self.took[n]))
        n = slower if self.left <= 0 else quicker
        torch.set_num_threads(n)
        start = perf_counter()
        try:
            yield
        finally:
            torch.set_num_threads(1)
        self.took[n].append((perf_counter() - start) / images)
        self.left -= 1
        if n == slower and self.left < 0:  # the dearer the look, the later the next one
            ratio = self.took[n][-1] / max(min(self.took[quicker]), 1e-9)
            self.left = round(PATIENCE * min(max(ratio, 1.0), 100.0))
