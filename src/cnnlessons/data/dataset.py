"""What `load` returns: two splits of images and labels, the class names, and where they came from."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import ArrayLike

Kind = Literal["embedded", "folder", "cache", "download"]


@dataclass(frozen=True)
class Source:
    """Where a set was read from; it names no folder of this machine, so a record may keep it."""

    kind: Kind
    path: str  # inside the package, CNNLESSONS_DATA or the cache; of a download, its address
    digest: str  # sha256, as 64 hex digits, of what was read
    note: str = ""  # what a figure made from it must say: "CIFAR-10 (JPEG copy)", "…, unchecked (…)"

    def __str__(self) -> str:
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

    `x` is uint8 of shape (N, C, H, W), values 0 … 255; `y` is int64 of shape (N,), label of each image. Split.of(x, y)
    converts what can be converted without a guess. Raises TypeError for what is no tensor, ValueError for a tensor of
    another dtype or shape; both say how to convert it.
    """

    x: torch.Tensor
    y: torch.Tensor

    def __post_init__(self) -> None:
        for name, value in (("x", self.x), ("y", self.y)):
            if not isinstance(value, torch.Tensor):
                raise TypeError(
                    f"{name} must be a torch.Tensor, not {type(value).__name__}; Split.of(x, y) takes NumPy arrays"
                )
        if wrong := _wrong_images(self.x):
            raise ValueError(wrong)
        if wrong := _wrong_labels(self.y, len(self.x)):
            raise ValueError(wrong)

    @classmethod
    def of(cls, x: ArrayLike | torch.Tensor, y: ArrayLike | torch.Tensor) -> "Split":
        """The Split of images and labels given as tensors, NumPy arrays or lists of either.

        `x` holds whole numbers 0 … 255 of any integer dtype, (N, C, H, W), or (N, H, W) for grey images; `y` holds N
        whole numbers from 0, of any integer dtype. What would need a guess is refused with the expression that
        converts it: floats, channels last, one-hot labels. Raises TypeError for what is no array of numbers, and
        ValueError for one of another shape or range, or without images.
        """
        images, labels = _tensor("x", x), _tensor("y", y)
        if images.dim() == 3:
            images = images[:, None]
        if _whole(images) and images.dtype != torch.uint8:
            images = images.long()
            if images.numel() and not (images.min() >= 0 and images.max() <= 255):
                raise ValueError(f"x holds values {images.min()} … {images.max()}, where pixels are 0 … 255")
            images = images.byte()
        split = cls(images, labels.long() if _whole(labels) else labels)
        if not len(split):
            raise ValueError("x and y are empty: a split needs at least one image and its label")
        if split.y.min() < 0:
            raise ValueError(f"y holds the label {split.y.min()}; labels count from 0, so take y - y.min()")
        return split

    def __len__(self) -> int:
        return len(self.y)

    def take(self, n: int) -> "Split":
        """The first `n` images and labels, as a Split of shapes (n, C, H, W) and (n,), sharing memory with this one.

        Every set is in mixed order, so these are of all classes. Raises TypeError for an `n` that is no whole number,
        ValueError if there are not `n`.
        """
        if not hasattr(n, "__index__"):
            raise TypeError(f"take({n!r}): n must be a whole number of images, such as 100")
        if not 0 <= n <= len(self):
            raise ValueError(f"take({n}): this split has {len(self):,} images")
        return Split(self.x[:n], self.y[:n])

    def __repr__(self) -> str:
        return f"Split({len(self):,} images of {'×'.join(map(str, self.x.shape[1:]))})"


def _whole(x: torch.Tensor) -> bool:
    return not (x.is_floating_point() or x.is_complex() or x.dtype == torch.bool)


def _tensor(name: str, value: Any) -> torch.Tensor:
    """A tensor of the numbers in `value`; integers that torch lacks arithmetic for come as int64."""
    if isinstance(value, list | tuple) and value and all(isinstance(item, torch.Tensor) for item in value):
        if len({item.shape for item in value}) > 1:
            raise ValueError(f"{name} holds items of different shapes; bring all images to one size first")
        value = torch.stack(list(value))
    if isinstance(value, torch.Tensor):
        return value.detach()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} holds items of different shapes; bring all images to one size first") from error
    if array.dtype.kind not in "buif" or not array.ndim:
        raise TypeError(f"{name} must be a tensor or an array of numbers, not {type(value).__name__}")
    if array.dtype.kind != "b" and array.dtype != np.uint8:
        array = array.astype(np.float32 if array.dtype.kind == "f" else np.int64)
    return torch.from_numpy(np.require(array, requirements=["C", "W"]))


def _wrong_images(x: torch.Tensor) -> str:
    """What is wrong with `x` as images, and the way out; empty if nothing is."""
    wanted, found = "x must be uint8 of shape (N, C, H, W)", f"not {x.dtype} {tuple(x.shape)}"
    if x.dtype != torch.uint8:
        if x.is_floating_point():
            in_unit = x.numel() and x.min() >= 0 and x.max() <= 1
            way = "(255 * x).round().byte()" if in_unit else "pixels of 0 … 255, then x.round().byte()"
        else:
            way = "255 * x.byte()" if x.dtype == torch.bool else "Split.of(x, y), which converts whole numbers"
        return f"{wanted}, {found}; take {way}"
    if x.dim() != 4:
        ways = {2: "x.reshape(len(x), C, H, W)", 3: "x[:, None] for N grey images, x[None] for one image"}
        return f"{wanted}, {found}{'; take ' + ways[x.dim()] if x.dim() in ways else ''}"
    _, channels, high, wide = x.shape
    if wide in (1, 3, 4) and channels > 4 and high > 4:  # no image is that narrow with so many channels
        return f"{wanted}, {found}, where the channels come last; take x.permute(0, 3, 1, 2)"
    return ""


def _wrong_labels(y: torch.Tensor, images: int) -> str:
    """What is wrong with `y` as the labels of so many images, and the way out; empty if nothing is."""
    wanted, found = f"y must be int64 of shape ({images},)", f"not {y.dtype} {tuple(y.shape)}"
    if y.dim() == 2 and len(y) == images:
        return f"{wanted}, {found}; take {'y.squeeze(1)' if y.shape[1] == 1 else 'y.argmax(1), if it is one-hot'}"
    if y.dim() != 1 or len(y) != images:
        return f"{wanted}, {found}: one label for each image"
    return "" if y.dtype == torch.int64 else f"{wanted}, {found}; take y.long()"


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

    def __repr__(self) -> str:
        shape = "×".join(map(str, self.train.x.shape[1:]))
        return (
            f"{self.name}: {len(self.train):,} training and {len(self.test):,} test images of {shape}, "
            f"{len(self.classes)} classes\n{self.source}"
        )
