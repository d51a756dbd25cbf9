"""Augmentation of whole batches, each image with random numbers of its own: crops, mirror images and colours
(Krizhevsky et al. 2012, §4.1), scales (Simonyan & Zisserman 2014, §3.1).

Every function takes images (N, C, H, W) on any device and its random numbers as tensors with an entry for each image:
what was drawn can be looked at, drawn again and tested.
"""

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as F

from cnnlessons.errors import unknown
from cnnlessons.training.scaling import SCALES, pad, scaled

if TYPE_CHECKING:
    from cnnlessons.training.recipe import Recipe

BORDER = 4  # pixels of background that "shift" puts around an image before it cuts
SIDES = {  # the training scale S: least and largest length of the shorter side before a window is cut
    "S 37": (37, 37),  # the paper's 256, 384 and [256, 512] for a window of 224, divided by 7 for one of 32
    "S 55": (55, 55),
    "S 37 to 73": (37, 73),
}
PLACES = ("centre", "crop", "shift", *SIDES)  # where the window of the network's size is cut; at most one of them
CUTS = ("centre", "crop", *SIDES)  # those after which a network is tested on the middle of an image
COLOURS = {  # name → standard deviation of the move along each principal component, from the eigenvalues λ
    "colour": lambda values: 0.1 * values,  # Krizhevsky et al. 2012, §4.1: α λ, α ~ N(0, 0.1²); pixels 0 … 1
    "colour, variance 0.1": lambda values: sqrt(0.1) * values,  # the 0.1 misread
    "colour, by spread": lambda values: 0.1 * values.sqrt(),  # as cuda-convnet2 does: α √λ
}
WAYS = (*PLACES, "mirror", *COLOURS)


def check_ways(names: tuple[str, ...]) -> None:
    """Raise `UnknownName` for a name not in WAYS, `ValueError` for two that exclude each other."""
    for name in names:
        if name not in WAYS:
            raise unknown("augmentation", name, WAYS)
    for group in (PLACES, COLOURS):
        if len(both := [name for name in names if name in group]) > 1:
            raise ValueError(f"augment={names!r}: {both[0]!r} and {both[1]!r} exclude each other; name one of them")


def windows(x: torch.Tensor, size: tuple[int, int], at: torch.Tensor, flip: torch.Tensor | None = None) -> torch.Tensor:
    """From each image of (N, C, H, W) the window of `size` (h, w) at its own (top, left), a row of `at` (N, 2).

    Windows of images for which `flip` (N,) is true are mirrored. Seen as one line of numbers, a window is rows that
    begin somewhere in it; one `index_select` copies all rows of all windows, each in one piece, which is several
    times as fast as an index for every pixel. Raises `ValueError` where a window would reach over an edge.
    """
    h, w = size
    n, channels, height, width = x.shape
    top, left = at.unbind(1)
    down, right = height - h, width - w
    if min(down, right) < 0 or (x.device.type == "cpu" and ((at < 0) | (at > torch.tensor([down, right]))).any()):
        raise ValueError(f"a {h}×{w} window does not fit a {height}×{width} image there")
    image = torch.arange(n, device=x.device)
    if flip is not None:  # a mirrored window is a window of the mirrored image
        x, image = torch.cat([x, x.flip(-1)]), image + n * flip
        left = torch.where(flip, right - left, left)
    planes = channels * image[:, None] + torch.arange(channels, device=x.device)
    rows = (height * planes + top[:, None])[:, :, None] + torch.arange(h, device=x.device)
    starts = width * rows + left[:, None, None]
    line = x.contiguous().view(-1)
    return line.as_strided((len(line) - w + 1, w), (1, 1)).index_select(0, starts.view(-1)).view(n, channels, h, w)


def enlarge(x: torch.Tensor, side: int) -> torch.Tensor:
    """Images (N, C, H, W) as float32 with a shorter side of `side`, bilinear, the ratio kept (but for rounding)."""
    least = min(x.shape[-2:])
    return F.interpolate(x.float(), [length * side // least for length in x.shape[-2:]], mode="bilinear")


def _enlarged_windows(
    x: torch.Tensor, side: torch.Tensor, size: tuple[int, int], at: torch.Tensor, flip: torch.Tensor | None = None
) -> torch.Tensor:
    """Windows like those of `windows`, but of images enlarged to a shorter side of their own: `side` (N,), float32.

    One `grid_sample` for the batch; no image is enlarged outside its window.
    """
    h, w = size
    n, _, height, width = x.shape
    factor = side.view(n, 1) / min(height, width)
    rows = (at[:, :1] + torch.arange(h, device=x.device) + 0.5) / (factor * height)
    columns = (at[:, 1:] + torch.arange(w, device=x.device) + 0.5) / (factor * width)
    if flip is not None:
        columns = torch.where(flip[:, None], columns.flip(1), columns)
    grid = torch.stack([columns[:, None].expand(n, h, w), rows[:, :, None].expand(n, h, w)], 3)
    return F.grid_sample(x.float(), 2 * grid - 1, padding_mode="border", align_corners=False)


def middle(x: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """The window of `size` in the middle of every image; of an odd rest the smaller part is above and left."""
    h, w = size
    top, left = (x.shape[-2] - h) // 2, (x.shape[-1] - w) // 2
    return x[..., top : top + h, left : left + w]


def ten_crops(x: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """The four corners and the middle of each image, then their mirror images: (N, 10, C, h, w)."""
    (h, w), (height, width) = size, x.shape[-2:]
    if h > height or w > width:
        raise ValueError(f"a {h}×{w} window does not fit a {height}×{width} image")
    corners = [x[..., top : top + h, left : left + w] for top in (0, height - h) for left in (0, width - w)]
    five = torch.stack([*corners, middle(x, size)], 1)
    return torch.cat([five, five.flip(-1)], 1)


def principal(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Eigenvalues (C,), largest first, and eigenvectors (C, C), a column each, of all pixels of uint8 (N, C, H, W).

    Of the covariance of pixels as 0 … 1. Summed in double precision, so the order of the images does not matter;
    each eigenvector points to brighter pixels, so that the signs do not depend on the library.
    """
    count = 0
    total = torch.zeros(x.shape[1], dtype=torch.float64)
    products = torch.zeros(x.shape[1], x.shape[1], dtype=torch.float64)
    for part in x.split(1000):
        flat = part.movedim(1, 0).flatten(1).double() / 255
        total += flat.sum(1).cpu()
        products += (flat @ flat.T).cpu()
        count += flat.shape[1]
    mean = total / count
    values, vectors = torch.linalg.eigh(products / count - mean[:, None] * mean)
    vectors = vectors * vectors.sum(0).sign()
    return values.flip(0).clamp(min=0).float(), vectors.flip(1).float()


def size_is_needed(names: tuple[str, ...]) -> ValueError:
    """The error for ways of augmenting that cut a network's input out of images, for a network of unknown size."""
    return ValueError(
        f"augment={names!r} cuts a network's input out of images, and how large that is is not known here: "
        "cnnlessons.modules.remember(model, input=(C, H, W)) tells"
    )


class Chances(NamedTuple):
    """The random numbers of N images; None for what the recipe leaves alone."""

    at: torch.Tensor | None  # (N, 2) int64: top and left of the window
    flip: torch.Tensor | None  # (N,) bool
    shift: torch.Tensor | None  # (N, C) float: added to every pixel, as 0 … 1
    side: torch.Tensor | None = None  # (N,) int64: the shorter side to which the image is enlarged

    def take(self, part: slice) -> "Chances":
        """The same for some of the images."""
        return Chances(*(None if field is None else field[part] for field in self))

    def to(self, device: torch.device) -> "Chances":
        """On a device."""
        return Chances(*(None if field is None else field.to(device) for field in self))


class Augment:
    """What a recipe's `augment` and `pixels` make of images, in training and in testing.

    `train` are the training images, whose colours "colour" looks at; `size` is (h, w) of the network's input, or
    None for a network of unknown size. Raises `ValueError` where the names do not fit the images.
    """

    def __init__(self, names: tuple[str, ...], scale: str, train: torch.Tensor, size: tuple[int, int] | None):
        self.names = tuple(names)
        self.scale, self.size = scale, size
        self.place = next((name for name in self.names if name in PLACES), None)
        self.shape = height, width = train.shape[-2], train.shape[-1]
        if size is None and self.place in CUTS:
            raise size_is_needed(self.names)
        if self.place in ("centre", "crop") and size and (size[0] > height or size[1] > width):
            raise ValueError(
                f"augment={self.names!r}: images of {height}×{width} are too small to cut a network's "
                f"{size} out of; 'shift' pads them first"
            )
        self.sides = SIDES.get(self.place or "")
        if self.sides and size and max(*size, min(height, width)) > self.sides[0]:
            raise ValueError(
                f"augment={self.names!r}: {self.place!r} enlarges images to a side of {self.sides[0]} "
                f"and cuts a network's input out of them; these are {height}×{width}, and the network's "
                f"input is {size}"
            )
        self.room = (0, 0)  # how far a window can move
        if self.place == "shift":
            self.room = (2 * BORDER, 2 * BORDER)
        if self.place == "crop" and size:
            self.room = (height - size[0], width - size[1])
        self.basis = None
        if colour := next((name for name in self.names if name in COLOURS), None):
            values, vectors = principal(train)
            self.basis = vectors * COLOURS[colour](values)  # (C, components)

    def roll(self, n: int, generator: torch.Generator) -> Chances:
        """Random numbers for `n` images, on the generator's device."""
        device = generator.device
        at: torch.Tensor | None = None
        flip: torch.Tensor | None = None
        shift: torch.Tensor | None = None
        side: torch.Tensor | None = None
        if self.sides:
            low, high = self.sides
            side = torch.randint(low, high + 1, (n,), generator=generator, device=device)
            lengths = torch.tensor(self.shape, device=device) * side[:, None] // min(self.shape)
            room = lengths - torch.tensor(self.size, device=device) + 1
            at = (torch.rand(n, 2, generator=generator, device=device) * room).long()
        elif any(self.room):
            at = torch.stack(
                [torch.randint(room + 1, (n,), generator=generator, device=device) for room in self.room], 1
            )
        if "mirror" in self.names:
            flip = torch.rand(n, generator=generator, device=device) < 0.5
        if self.basis is not None:
            alpha = torch.randn(n, self.basis.shape[1], generator=generator, device=device)
            shift = alpha @ self.basis.to(device).T
        return Chances(at, flip, shift, side)

    def train(self, x: torch.Tensor, chances: Chances) -> torch.Tensor:
        """Images uint8 (N, C, H, W) as a network in training gets them, float32."""
        network = self.size or self.shape
        if self.place == "shift":
            x = pad(x, (x.shape[-2] + 2 * BORDER, x.shape[-1] + 2 * BORDER))
        if chances.side is not None and chances.at is not None:
            x = _enlarged_windows(x, chances.side, network, chances.at, chances.flip)
        elif chances.at is not None:
            size = network if self.place == "crop" else (x.shape[-2] - 2 * BORDER, x.shape[-1] - 2 * BORDER)
            x = windows(x, size, chances.at, chances.flip)
        else:
            x = middle(x, network) if self.place == "centre" else x
            if chances.flip is not None:
                still = torch.zeros(len(x), 2, dtype=torch.int64, device=x.device)
                x = windows(x, (x.shape[-2], x.shape[-1]), still, chances.flip)
        x = scaled(x, self.scale, self.size)
        return x if chances.shift is None else x.add_(chances.shift[:, :, None, None] * (255 * SCALES[self.scale][0]))


def test_view(x: torch.Tensor, recipe: "Recipe", size: tuple[int, int] | None) -> torch.Tensor:
    """Images uint8 (N, C, H, W) as a network sees them when it is tested: uncut, or their middle.

    A network trained on a range of scales is tested at the middle of the range, as by Simonyan & Zisserman 2014, §4.1.
    """
    cut = any(name in CUTS for name in recipe.augment)
    if cut and size is None:
        raise size_is_needed(recipe.augment)
    if sides := next((SIDES[name] for name in recipe.augment if name in SIDES), None):
        x = enlarge(x, sum(sides) // 2)
    return scaled(middle(x, size) if cut and size else x, recipe.pixels, size)
