"""What people hand over as images and splits, made into tensors; what cannot be is refused in one sentence."""

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data import Dataset as TorchDataset

from cnnlessons.data import Dataset, Split
from cnnlessons.training.scaling import stored_range

MOST = 2**33  # bytes of a loader's images: one that yields more might never end


def images(data: Any) -> torch.Tensor:
    """Images (N, C, H, W), with pixels of 0 … 255, of a tensor, a NumPy array, a photo (H, W, 3) or a list of photos.

    A single image becomes a batch of one. Raises `TypeError` for what holds no images, `ValueError` for another shape
    or range, with the way out.
    """
    x = pixels_of(data)
    shape = tuple(x.shape)
    if x.dim() == 2:
        x = x[None, None]
    elif x.dim() == 3:  # a photo (H, W, 3), an image (C, H, W), or many grey ones
        x = x.permute(2, 0, 1)[None] if shape[2] == 3 != shape[0] else x[None] if shape[0] in (1, 3) else x[:, None]
    if x.dim() != 4:
        raise ValueError(f"x must be images of shape (N, C, H, W), not {shape}")
    if shape[-1] in (1, 3) and x.shape[1] > 4:
        raise ValueError(f"x has its channels last, {shape}: x.permute(0, 3, 1, 2) puts them first")
    if not len(x):
        raise ValueError("x has no images")
    return stored_range(x)


def pixels_of(data: Any) -> torch.Tensor:
    """The numbers of a tensor, an array, a PIL image or a list of these. Raises `TypeError` for anything else."""
    if isinstance(data, torch.Tensor):
        return data
    if hasattr(data, "getbands"):  # a PIL image
        return torch.from_numpy(np.array(data.convert("L" if len(data.getbands()) == 1 else "RGB")))
    if isinstance(data, list | tuple) and data:
        return torch.cat([images(one) for one in data])
    if not isinstance(data, np.ndarray) or data.dtype.kind not in "buif":
        way = ": hand over its images, .x of .train or .test" if isinstance(data, Split | Dataset) else ""
        raise TypeError(f"x must be a tensor, a NumPy array or a photo, not {type(data).__name__}{way}")
    return torch.from_numpy(data.copy())


def split_of(data: Any, name: str = "train") -> Split:
    """A `Split` of what stands for one: a pair (x, y), a `DataLoader`, a dataset of PyTorch's.

    A loader is run through once, in its order. Floats of 0 … 1, as `ToTensor` makes them, become uint8 again. Of the
    whole `Dataset` that `load` returns it is the part called `name`, with a warning that says so.
    Raises `TypeError` or `ValueError` with the way out.
    """
    if isinstance(data, Dataset):
        warnings.warn(f"{name} is the whole set {data.name}: its .{name} is used", stacklevel=4)
        return split_of(data.train if name == "train" else data.test, name)
    if isinstance(data, Split):
        x, y = data.x, data.y
        if len(x):
            return data
    elif isinstance(data, TensorDataset):
        x, y = data.tensors[:2]
    elif isinstance(data, DataLoader | TorchDataset):
        x, y = collected(data, name)
    elif isinstance(data, tuple | list) and len(data) == 2:
        x, y = data
    else:
        raise TypeError(
            f"{name} must be a Split, such as load('mnist-5k').train, or a pair (x, y) of images and labels, "
            f"not {type(data).__name__}"
        )
    try:
        x = x if isinstance(x, list | tuple) else pixels_of(x)
        floats = isinstance(x, torch.Tensor) and x.is_floating_point()
        return Split.of(stored_range(x).round().byte() if floats else x, y)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


def collected(source: Any, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Images and labels of all batches of a `DataLoader`, or of all items of a dataset of PyTorch's."""
    batches = isinstance(source, DataLoader)
    xs: list[torch.Tensor] = []
    ys: list[torch.Tensor] = []
    with torch.random.fork_rng(devices=[]):  # a loader that shuffles draws from the global random state
        for item in source if batches else items(source):
            if not isinstance(item, tuple | list) or len(item) < 2:
                raise TypeError(f"{name} must yield pairs (image, label), not {type(item).__name__}")
            x, y = item[0] if batches else images(item[0]), torch.as_tensor(item[1])
            xs.append(pixels_of(x))
            ys.append(y if batches else y.reshape(1))
            if sum(x.nbytes for x in xs[-1:]) * len(xs) > MOST:
                raise ValueError(f"{name} yields more images than fit in memory; hand over a part of them")
    if not xs:
        raise ValueError(f"{name} has no images")
    return torch.cat(xs), torch.cat(ys)


def items(source: Any) -> Iterator[Any]:
    """The items of a dataset, whether it is an iterable or only knows its length."""
    if hasattr(source, "__iter__"):
        yield from source
    else:
        yield from (source[i] for i in range(len(source)))
