"""From a module of PyTorch back to the layer that says the same, where this package has a word for it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from cnnlessons.modules import faster, papers
from cnnlessons.modules.places import pair
from cnnlessons.networks import layers as described
from cnnlessons.networks.layers import Layer, Pair, Shape, Window

KINDS = {  # torch.nn.modules.X → the kind, and so the colour, of a module this package has no word for
    "activation": "activation",
    "batchnorm": "norm",
    "conv": "conv",
    "dropout": "dropout",
    "flatten": "reshape",
    "fold": "reshape",
    "instancenorm": "norm",
    "linear": "dense",
    "normalization": "norm",
    "padding": "reshape",
    "pixelshuffle": "reshape",
    "pooling": "pool",
    "upsampling": "reshape",
}


@dataclass(frozen=True)
class Foreign(Layer):
    """A module or a function that no layer of this package describes: known by what it did to one input."""

    kind: str = "activation"  # type: ignore[misc]  # here each one's own, elsewhere the class's
    word: str = ""  # type: ignore[misc]  # the name of its class or function
    moves: Window = field(default_factory=Window)

    @property
    def k(self) -> int | Pair:
        """The kernel's side or sides, for a diagram."""
        return one(self.moves.reach)

    def window(self, shape: Shape) -> Window:
        """What one output read of the input it was traced with."""
        return self.moves


def kind_of(module: nn.Module) -> str:
    """Which colour a module has that no layer describes: from the part of torch.nn it comes from."""
    for base in type(module).__mro__:
        part = base.__module__.removeprefix("torch.nn.modules.")
        if part in KINDS:
            return KINDS[part]
    return "reshape" if isinstance(module, nn.Identity) else "activation"


def one(value: Any) -> Any:
    """A pair of equal numbers as the number."""
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value


def stride(k: Any, s: Any) -> Any:
    """A pool's stride as layers write it: None for the window's own side."""
    return None if one(s) == one(k) else one(s)


def conv(m: Any, name: str, shape: Shape) -> Layer | None:
    """A convolution with a bias and zeros around it."""
    if m.bias is None or m.padding_mode != "zeros" or isinstance(m.padding, str):
        return None
    k, s, p, d = map(one, (m.kernel_size, m.stride, m.padding, m.dilation))
    return described.Conv(name, m.out_channels, k, s, p, m.groups, d=d, ceil=isinstance(m, papers.CeilConv2d))


def max_pool(m: Any, name: str, shape: Shape) -> Layer | None:
    """The largest of each window."""
    plain = pair(m.dilation) == (1, 1) and not m.return_indices
    return (
        described.MaxPool(name, one(m.kernel_size), stride(m.kernel_size, m.stride), one(m.padding), m.ceil_mode)
        if plain
        else None
    )


def mean_pool(m: Any, name: str, shape: Shape) -> Layer | None:
    """The mean of each window, zeros at the edge included."""
    plain = (m.count_include_pad or pair(m.padding) == (0, 0)) and m.divisor_override is None
    return (
        described.AvgPool(name, one(m.kernel_size), stride(m.kernel_size, m.stride), one(m.padding), m.ceil_mode)
        if plain
        else None
    )


def adaptive(m: Any, name: str, shape: Shape) -> Layer | None:
    """Means of as many windows as shall come out."""
    sizes = pair(m.output_size)
    return None if None in sizes else described.AdaptiveAvgPool(name, one(sizes))


def lrn(m: Any, name: str, shape: Shape) -> Layer | None:
    """PyTorch's layer divides its alpha by n, the paper does not."""
    return described.LRN(name, m.size, m.k, m.alpha / m.size, m.beta)


def grouped(m: Any, name: str, shape: Shape) -> Layer | None:
    """LRN that keeps to its group."""
    return described.GroupedLRN(name, m.size, m.k, m.alpha / m.size, m.beta, m.groups)


def batch_norm(m: Any, name: str, shape: Shape) -> Layer | None:
    """With scale and shift."""
    return described.BatchNorm(name) if m.affine else None


def softmax(m: Any, name: str, shape: Shape) -> Layer | None:
    """Over the channels, or over the numbers of a vector."""
    return described.Softmax(name) if m.dim == 1 or (m.dim == -1 and len(shape) == 1) else None


def codes(m: Any, name: str, shape: Shape) -> Layer | None:
    """Distances to fixed codes; on the meta device they have no numbers, and ones stand for them."""
    numbers = torch.ones(m.codes.shape) if m.codes.is_meta else m.codes
    return described.RBF(name, tuple(tuple(map(int, row)) for row in numbers.tolist()))


WORDS: dict[type[nn.Module], Callable[[Any, str, Shape], Layer | None]] = {
    nn.Conv2d: conv,
    papers.CeilConv2d: conv,
    nn.MaxPool2d: max_pool,
    faster.MaxPool2d: max_pool,
    nn.AvgPool2d: mean_pool,
    nn.AdaptiveAvgPool2d: adaptive,
    nn.BatchNorm2d: batch_norm,
    nn.LocalResponseNorm: lrn,
    faster.LocalResponseNorm: lrn,
    nn.Softmax: softmax,
    nn.Linear: lambda m, name, shape: None if m.bias is None else described.Linear(name, m.out_features),
    nn.Flatten: lambda m, name, shape: described.Flatten(name) if (m.start_dim, m.end_dim) == (1, -1) else None,
    nn.Dropout: lambda m, name, shape: described.Dropout(name, m.p),
    nn.ReLU: lambda m, name, shape: described.ReLU(name),
    nn.Tanh: lambda m, name, shape: described.Tanh(name),
    nn.Sigmoid: lambda m, name, shape: described.Sigmoid(name),
    papers.ScaledTanh: lambda m, name, shape: described.ScaledTanh(name),
    papers.Subsample: lambda m, name, shape: described.Subsample(name, m.k, stride(m.k, m.s)),
    papers.TableConv2d: lambda m, name, shape: described.Conv(
        name, len(m.table), one(tuple(m.weight.shape[1:])), one(m.s), one(m.p), table=m.table, d=one(m.d), ceil=m.ceil
    ),
    papers.Local2d: lambda m, name, shape: described.Local(name, m.bias.shape[0], m.k, m.p),
    papers.GroupedLocalResponseNorm: grouped,
    papers.WithinMapLRN: lambda m, name, shape: described.WithinMapLRN(name, m.n, m.k, m.alpha, m.beta),
    papers.RBF: codes,
}


def word(module: nn.Module, name: str, shape: Shape) -> Layer | None:
    """The layer that says what `module` does to an input of `shape`, or None where this package has no word for it.

    Only for the classes in WORDS themselves: a class made from one of them may do something else.
    """
    rule = WORDS.get(type(module))
    return rule(module, name, shape) if rule else None
