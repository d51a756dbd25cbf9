"""From stored pixels, 0 … 255, to the numbers a network is fed."""

import torch
import torch.nn.functional as F

from cnnlessons.errors import unknown

# name → (factor, offset): factor·pixel + offset
SCALES = {
    "raw": (1.0, 0.0),  # 0 … 255, as stored
    "unit": (1 / 255, 0.0),  # 0 … 1
    "centred": (1.0, -128.0),  # 0 … 255 about 0: a number for the mean picture of Krizhevsky et al. 2012
    "lecun1998": (1.275 / 255, -0.1),  # background −0.1, ink 1.175 (LeCun et al. 1998, Sect. II-B)
}


def check_scale(name: str) -> str:
    """`name`, if it is in SCALES; raises `UnknownName` otherwise."""
    if name not in SCALES:
        raise unknown("pixel scale", name, SCALES)
    return name


def pad(x: torch.Tensor, size) -> torch.Tensor:
    """Pictures (N, C, H, W) centred on a background of 0 of height and width `size`; 28 → 32 adds 2 on each side.

    Raises `ValueError` for pictures larger than `size`.
    """
    (height, width), (h, w) = size, x.shape[-2:]
    if (h, w) == (height, width):
        return x
    if h > height or w > width:
        raise ValueError(
            f"pictures of {h}×{w} do not fit a network for {height}×{width}: resize them, "
            f"or build the network for {h}×{w} with build(arch, input=({x.shape[1]}, {h}, {w}))"
        )
    top, left = (height - h) // 2, (width - w) // 2
    return F.pad(x, (left, width - w - left, top, height - h - top))


def pixels(x: torch.Tensor, scale: str = "unit", size: int | tuple[int, int] | None = None) -> torch.Tensor:
    """Pictures uint8 (N, C, H, W) as float32 on `scale` (a name in SCALES), padded to `size` if one is given."""
    factor, offset = SCALES[check_scale(scale)]
    if size is not None:
        x = pad(x, (size, size) if isinstance(size, int) else size)
    return x.float().mul_(factor).add_(offset)
