"""From one's own photo to what a network takes."""

import os
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from cnnlessons.data.decode import decode, middle_square, whole_side
from cnnlessons.data.faults import Fault, plain
from cnnlessons.data.files import DAMAGED, content

LARGEST_SIDE = 4096  # pixels


def image(
    photo: str | os.PathLike[str] | Image.Image | np.ndarray | torch.Tensor,
    size: int,
    *,
    grey: bool = False,
    invert: bool = False,
) -> torch.Tensor:
    """A batch of one image, uint8 (1, 3, size, size), or (1, 1, size, size) if `grey`, from a photo of any shape.

    `photo` is a JPEG or PNG file, a Pillow image, or a uint8 array or tensor of shape (H, W), (H, W, C) or (C, H, W).
    It is turned as the camera says, what is transparent becomes white, and its middle square is scaled to size×size
    pixels. `invert` makes dark light: MNIST's digits are white on black, ink on paper is not.

        outputs(model, image("seven.jpg", 28, grey=True, invert=True))

    Raises TypeError for what is no photo and ValueError for a file, an array or a size that cannot be used.
    """
    side = whole_side(size, LARGEST_SIDE)
    picture = ImageOps.exif_transpose(_opened(photo))
    if picture.mode[0] in "IF":
        raise ValueError(f"photo has pixels of more than 8 bits (mode {picture.mode}); save it with 8 bits a channel")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    square = middle_square(picture.convert("L" if grey else "RGB"), side)
    x = torch.from_numpy(np.array(square)).reshape(1, side, side, -1).permute(0, 3, 1, 2).contiguous()
    return 255 - x if invert else x


def _opened(photo: object) -> Image.Image:
    """`photo` as a Pillow image."""
    if isinstance(photo, Image.Image):
        try:
            photo.load()  # Pillow reads a file late
        except DAMAGED as error:
            raise ValueError(f"photo cannot be read to its end ({plain(error)})") from error
        return photo
    if isinstance(photo, str | os.PathLike):
        try:
            return decode(content(Path(photo)), os.fspath(photo))
        except Fault as fault:
            raise ValueError(f"photo {fault.file} {fault.reason}; name a JPEG or PNG file on this machine") from fault
    if not isinstance(photo, np.ndarray | torch.Tensor):
        raise TypeError(f"photo must be a file, a Pillow image, an array or a tensor, not {type(photo).__name__}")
    array = photo.detach().cpu().numpy() if isinstance(photo, torch.Tensor) else photo
    if array.dtype != np.uint8:
        raise ValueError(
            f"photo must be uint8, 0 … 255, not {array.dtype}; of floats 0 … 1 take 255 times their values"
        )
    if array.ndim == 3 and array.shape[2] not in (1, 3, 4) and array.shape[0] in (1, 3, 4):
        array = array.transpose(1, 2, 0)
    if array.ndim not in (2, 3) or not array.size or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise ValueError(f"photo must have the shape (H, W), (H, W, C) or (C, H, W), not {tuple(photo.shape)}")
    return Image.fromarray(np.ascontiguousarray(array[..., 0] if array.shape[2:] == (1,) else array))
