"""From stored pixels, 0 … 255, to the numbers a network is fed."""

import torch
import torch.nn.functional as F

from cnnlessons.errors import unknown

# name → (factor, offset): factor·pixel + offset
SCALES = {
    "raw": (1.0, 0.0),  # 0 … 255, as stored
    "unit": (1 / 255, 0.0),  # 0 … 1
    "centred": (1.0, -128.0),  # 0 … 255 about 0: a number for the mean image of Krizhevsky et al. 2012
    "lecun1998": (1.275 / 255, -0.1),  # background −0.1, ink 1.175 (LeCun et al. 1998, Sect. II-B)
}


def check_scale(name: str) -> str:
    """`name`, if it is in SCALES; raises `UnknownName` otherwise."""
    if not isinstance(name, str) or name not in SCALES:
        raise unknown("pixel scale", name, SCALES)
    return name


def stored_range(x: torch.Tensor) -> torch.Tensor:
    """Images as pixels of 0 … 255: uint8 as they are; of floats 0 … 1 (as `ToTensor` makes them), 255 times as much.

    Other whole numbers become uint8, floats of 0 … 255 (as `enlarge` makes them) stay. So nothing is divided by 255
    twice. Raises `ValueError` for numbers outside 0 … 255, as images have that are normalised already.
    """
    if x.dtype == torch.uint8 or not x.numel():
        return x
    if x.dtype == torch.bool:
        return x.byte() * 255
    low, high = (end.item() for end in x.detach().aminmax())
    if not (low > -0.01 and high < 255.01):  # interpolation may overshoot by a rounding
        raise ValueError(
            f"images must hold pixels of 0 … 255 or 0 … 1, not {low:.4g} … {high:.4g}: hand them over as they are "
            "stored, uint8 (N, C, H, W); Recipe(pixels=…) scales them"
        )
    if not x.is_floating_point():
        return x.byte()
    return x.float() if high > 1 else (255 * x.float()).round()


def pad(x: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Images (N, C, H, W) centred on a background of 0 of height and width `size`; 28 → 32 adds 2 on each side.

    Raises `ValueError` for images larger than `size`.
    """
    (height, width), (h, w) = size, x.shape[-2:]
    if (h, w) == (height, width):
        return x
    if h > height or w > width:
        raise ValueError(
            f"images of {h}×{w} do not fit a network for {height}×{width}: resize them, "
            f"or build the network for {h}×{w} with build(arch, input=({x.shape[1]}, {h}, {w}))"
        )
    top, left = (height - h) // 2, (width - w) // 2
    return F.pad(x, (left, width - w - left, top, height - h - top))


def scaled(x: torch.Tensor, scale: str, size: tuple[int, int] | None = None) -> torch.Tensor:
    """What `pixels` returns, of images whose pixels are known to be 0 … 255."""
    factor, offset = SCALES[scale]
    return (x if size is None else pad(x, size)).float().mul_(factor).add_(offset)


def pixels(x: torch.Tensor, scale: str = "unit", size: int | tuple[int, int] | None = None) -> torch.Tensor:
    """Images (N, C, H, W) as float32 on `scale` (a name in SCALES), padded to `size` if one is given.

    Images are uint8, or floats as `stored_range` takes them. Raises `ValueError` for others, or larger ones.
    """
    return scaled(stored_range(x), check_scale(scale), (size, size) if isinstance(size, int) else size)
