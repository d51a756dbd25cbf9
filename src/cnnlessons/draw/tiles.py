"""Grids of small pictures on one scale: kernels, feature maps, digits, codes."""

import numpy as np
import torch
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from cnnlessons.draw import style
from cnnlessons.networks.catalogue.codes import CODES

GAP, LABEL = 0.12, 11  # between tiles, as a share of a tile; height of a line of text, in points
LARGEST = 1.0  # inches, of one tile


def array(x) -> np.ndarray:
    """A tensor of any kind, or anything numpy takes, as an array of floats."""
    if isinstance(x, torch.Tensor):
        x = x.detach().to("cpu", torch.float32)
    return np.asarray(x, dtype=np.float32)


def limit(*tensors) -> float:
    """The largest absolute value in any of them: the common `limit` that puts a comparison on one scale."""
    return max(float(np.abs(array(x)).max()) for x in tensors) or 1.0


def columns(n: int, most: int = 8) -> int:
    """How many columns of at most `most` fill the rows evenly."""
    return -(-n // -(-n // most))


def tiles(pictures, ax, cols, norm, cmap, labels=None):
    """Each of the (H, W) or (H, W, 3) pictures as a tile of its own, all with the same `norm`; labels stand below."""
    h, w = pictures[0].shape[:2]
    labels = [] if labels is None else list(map(str, labels))
    if labels and len(labels) != len(pictures):
        raise ValueError(f"{len(labels)} labels for {len(pictures)} pictures; give one a picture")
    rows, tall = -(-len(pictures) // cols), h / w
    inches = min(style.WIDTH, cols * LARGEST * (1 + GAP))
    text = LABEL / 72 * cols * (1 + GAP) / inches if labels else 0  # a line of text, in tiles
    width, height = cols * (1 + GAP) - GAP, rows * (tall + GAP + text) - GAP
    ax = ax or style.axes(width / height, inches)
    for i, picture in enumerate(pictures):
        x, y = i % cols * (1 + GAP), i // cols * (tall + GAP + text)
        ax.imshow(picture, norm=norm, cmap=cmap, extent=(x, x + 1, y + tall, y))
        ax.add_patch(frame(x, y, 1, tall))
        if labels:
            ax.text(x + 0.5, y + tall + 0.04, labels[i], ha="center", va="top", fontsize=8.5)
    edge = 0.02  # so that the frames at the border are not cut
    style.bare(ax, width, height).set(xlim=(-edge, width + edge), ylim=(height + edge, -edge))
    return ax


def frame(x, y, width, height):
    """A hairline around a tile, so that white stays visible on white."""
    return Rectangle((x, y), width, height, fill=False, edgecolor="#8c8c8c", linewidth=0.5)


def finish(ax, bar: bool):
    """The colour bar, where one is wanted."""
    if bar:
        ax.figure.colorbar(ax.images[0], ax=ax, shrink=0.8, aspect=18, pad=0.02).outline.set_visible(False)
    return ax


def kernels(weight, ax=None, *, cols=None, limit=None, bar=False, labels=None):
    """Every kernel of (O, I, k, k) or (K, k, k) on one scale from −limit over a white zero to limit.

    With several input maps a row holds the kernels that read one of them, a column those of one output map.
    """
    weight = array(weight)
    if weight.ndim not in (3, 4):
        raise ValueError(f"kernels are (O, I, k, k) or (K, k, k), not {weight.shape}")
    if weight.ndim == 4:
        cols = cols or (weight.shape[0] if weight.shape[1] > 1 else None)
        weight = np.concatenate(weight.swapaxes(0, 1))
    return maps(weight, ax, cols=cols, signed=True, limit=limit, bar=bar, labels=labels)


def maps(tensor, ax=None, *, cols=None, signed=None, limit=None, bar=False, labels=None):
    """The feature maps (C, H, W) or (1, C, H, W) on one scale; `labels=True` numbers them from 0.

    `signed`, the default where a value is negative, puts zero at white between two colours of equal reach; otherwise
    the scale runs from white = 0 to black. `limit` fixes the end of the scale: see `limit()`.
    """
    tensor = array(tensor)
    if tensor.ndim == 4 and len(tensor) == 1:
        tensor = tensor[0]
    if tensor.ndim != 3:
        raise ValueError(f"maps are (C, H, W) of one picture, not {tensor.shape}; pick one with [0]")
    signed = bool((tensor < 0).any()) if signed is None else signed
    end = limit or float(np.abs(tensor).max()) or 1.0
    norm = Normalize(-end if signed else 0, end)
    labels = range(len(tensor)) if labels is True else labels
    ax = tiles(tensor, ax, cols or columns(len(tensor)), norm, style.DIVERGING if signed else style.SEQUENTIAL, labels)
    return finish(ax, bar)


def pictures(x, ax=None, *, labels=None, cols=None):
    """Pictures (N, H, W), (N, 1, H, W) or (N, 3, H, W), such as digits labelled "4→9"; grey ones as ink on paper."""
    x = array(x)
    if x.ndim == 4 and x.shape[1] in (1, 3):
        x = x[:, 0] if x.shape[1] == 1 else x.transpose(0, 2, 3, 1)
    elif x.ndim != 3:
        raise ValueError(f"pictures are (N, H, W), (N, 1, H, W) or (N, 3, H, W), not {x.shape}")
    norm = Normalize(min(0.0, float(x.min())), float(x.max()) or 1.0)
    shown = [norm(picture).data for picture in x] if x.ndim == 4 else x
    return tiles(shown, ax, cols or columns(len(x), 10), norm, style.SEQUENTIAL, labels)


def codes(codes=CODES, ax=None, *, labels=None):
    """The 7×12 bitmaps of ±1 that LeNet-5's output units compare F6 with (LeCun et al. 1998, Fig. 3)."""
    bitmaps = array(codes).reshape(len(codes), 12, 7)
    labels = range(len(bitmaps)) if labels is None else labels
    return tiles(bitmaps, ax, columns(len(bitmaps), 10), Normalize(-1, 1), style.SEQUENTIAL, labels)
