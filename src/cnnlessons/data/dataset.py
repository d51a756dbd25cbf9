"""What `load` returns: two splits of images and labels, the class names, and where they came from."""

from dataclasses import dataclass
from typing import Literal

import torch


@dataclass(frozen=True)
class Source:
    """Where a set was read from; it names no folder of this machine, so a record may keep it."""

    kind: Literal["embedded", "folder", "cache", "download"]
    path: str  # inside the package, CNNLESSONS_DATA or the cache; of a download, its address
    digest: str  # sha256, as 64 hex digits, of what was read
    note: str = ""  # what a figure made from it must say, e.g. "CIFAR-10 (JPEG copy)"

    def __str__(self):
        place = {
            "embedded": f"{self.path}, embedded in a dependency",
            "folder": f"{self.path} under CNNLESSONS_DATA",
            "cache": f"{self.path} in the cache",
            "download": f"downloaded from {self.path}",
        }[self.kind]
        return f"{self.note + ': ' if self.note else ''}{place} (sha256 {self.digest[:12]}…)"


@dataclass(frozen=True, eq=False)
class Split:
    """Images and their labels, in memory.

    `x` is uint8 of shape (N, C, H, W), values 0 … 255; `y` is int64 of shape (N,), label of each image.
    """

    x: torch.Tensor
    y: torch.Tensor

    def __post_init__(self):
        if self.x.dtype != torch.uint8 or self.x.dim() != 4:
            raise ValueError(f"x must be uint8 of shape (N, C, H, W), not {self.x.dtype} {tuple(self.x.shape)}")
        if self.y.dtype != torch.int64 or self.y.shape != self.x.shape[:1]:
            raise ValueError(f"y must be int64 of shape ({len(self.x)},), not {self.y.dtype} {tuple(self.y.shape)}")

    def __len__(self):
        return len(self.y)

    def take(self, n):
        """The first `n` images and labels, as a Split of shapes (n, C, H, W) and (n,), sharing memory with this one.

        Every set is in mixed order, so these are of all classes. Raises ValueError if there are not `n`.
        """
        if not 0 <= n <= len(self):
            raise ValueError(f"take({n}): this split has {len(self):,} images")
        return Split(self.x[:n], self.y[:n])

    def __repr__(self):
        return f"Split({len(self):,} images of {'×'.join(map(str, self.x.shape[1:]))})"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A named image set.

    `train` and `test` are Splits with `x` uint8 (N, C, H, W) and `y` int64 (N,); label i means `classes[i]`.
    """

    name: str
    train: Split
    test: Split
    classes: tuple[str, ...]
    source: Source

    def __repr__(self):
        shape = "×".join(map(str, self.train.x.shape[1:]))
        return (
            f"{self.name}: {len(self.train):,} training and {len(self.test):,} test images of {shape}, "
            f"{len(self.classes)} classes\n{self.source}"
        )
