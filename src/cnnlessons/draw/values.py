"""What people hand to a drawing, as arrays; and the sentence they get when it has another shape."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlessons.errors import ShapeError

Floats = NDArray[np.floating[Any]]


def array(x: Any, name: str, dtype: type[np.floating[Any]] = np.float32) -> Floats:
    """A tensor on any device, an image of PIL, or anything that NumPy takes, as an array of `dtype`.

    Raises `TypeError`, naming the argument, for what holds no numbers, or rows of different lengths.
    """
    if hasattr(x, "detach"):
        x = x.detach().cpu().double()  # NumPy has no bfloat16
    try:
        return np.asarray(x, dtype=dtype)
    except (TypeError, ValueError):
        hint = "; give its .weight" if hasattr(x, "weight") else ""
        raise TypeError(f"{name} must be a tensor or an array of numbers, not {type(x).__name__}{hint}") from None


def wrong_shape(name: str, wanted: str, shape: Sequence[int], hint: str = "") -> ShapeError:
    """The error for an argument of another shape than `wanted`, with the way out."""
    return ShapeError(f"{name} must be {wanted}, not {tuple(shape)}{hint and '; '}{hint}")


def is_uint8(x: Any) -> bool:
    """Whether it holds bytes: pixels from 0 to 255."""
    return str(getattr(x, "dtype", "")).removeprefix("torch.") == "uint8"


def as_images(x: Any, name: str) -> tuple[Floats, bool]:
    """Images as (N, H, W) or (N, H, W, 3), and whether they are bytes from 0 to 255.

    Taken are one image, as PIL's, (H, W), (H, W, 1) or (H, W, 3); many, as (N, H, W), (N, 1, H, W), (N, 3, H, W),
    (N, H, W, 1) or (N, H, W, 3); and a list of images of one size. Raises `ShapeError` for anything else.
    """
    if hasattr(x, "convert"):  # PIL's: palettes and transparency go
        x = np.asarray(x.convert("L" if x.mode in ("1", "L", "LA") else "RGB"))
    if isinstance(x, list | tuple) and x and all(hasattr(one, "shape") or hasattr(one, "convert") for one in x):
        x = _stacked(x, name)
    values = array(x, name)
    shape = values.shape
    if values.ndim == 3 and shape[2] == 4 and min(shape[:2]) > 16:
        raise wrong_shape(name, "grey or RGB", shape, "drop the transparency: x[..., :3]")
    if values.ndim == 2 or (values.ndim == 3 and shape[2] in (1, 3)):
        values = values[None]
    elif values.ndim == 4 and shape[1] in (1, 3):
        values = values.transpose(0, 2, 3, 1)
    elif values.ndim != 3 and not (values.ndim == 4 and shape[3] in (1, 3)):
        wanted = "(N, H, W), (N, 1, H, W), (N, 3, H, W) or (N, H, W, 3), or one image (H, W) or (H, W, 3)"
        raise wrong_shape(name, wanted, shape)
    if not values.size:
        raise wrong_shape(name, "at least one image", shape)
    return values[..., 0] if values.ndim == 4 and values.shape[3] == 1 else values, is_uint8(x)


def _stacked(images: Sequence[Any], name: str) -> NDArray[Any]:
    """A list of images as one array. Raises `ShapeError` where they differ in size."""
    bytes_all = all(is_uint8(one) or hasattr(one, "convert") for one in images)
    arrays = [np.asarray(one.convert("RGB")) if hasattr(one, "convert") else array(one, name) for one in images]
    if len(shapes := {one.shape for one in arrays}) > 1:
        raise ShapeError(f"{name} must be of one shape, not {sorted(shapes)}; resize or crop them")
    return np.stack(arrays).astype(np.uint8 if bytes_all else np.float32)
