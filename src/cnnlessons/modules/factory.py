"""From a description to `nn.Module`s: one rule per layer type, and `build`, which puts the modules in a row."""

from collections import OrderedDict
from functools import singledispatch

import torch
from torch import nn

from cnnlessons.modules import faster, papers
from cnnlessons.modules.built import remember
from cnnlessons.modules.initialise import INITIALISERS
from cnnlessons.networks import CATALOGUE, Arch, trace
from cnnlessons.networks import layers as described
from cnnlessons.networks.layers import Shape


@singledispatch
def module(layer: described.Layer, shape: Shape) -> nn.Module:
    """A fresh `nn.Module` that does what `layer` says to an input of `shape`, without the batch axis.

    Raises `TypeError` for a layer type without a rule; `@module.register` adds one.
    """
    raise TypeError(f"{layer.name}: no module for a {type(layer).__name__}; register one with module.register")


@module.register
def _(layer: described.Conv, shape: Shape) -> nn.Module:
    if layer.table:
        return papers.TableConv2d(layer.table, layer.k, layer.s, layer.p, layer.d, layer.ceil)
    conv = papers.CeilConv2d if layer.ceil else nn.Conv2d
    return conv(shape[0], layer.maps, layer.k, layer.s, layer.p, layer.d, layer.groups)


@module.register
def _(layer: described.Local, shape: Shape) -> nn.Module:
    return papers.Local2d(shape[0], layer.maps, layer.after_sliding(shape), layer.k, layer.p)


@module.register
def _(layer: described.Flatten, shape: Shape) -> nn.Module:
    return nn.Flatten()


@module.register
def _(layer: described.Linear, shape: Shape) -> nn.Module:
    return nn.Linear(shape[0], layer.units)


@module.register
def _(layer: described.RBF, shape: Shape) -> nn.Module:
    return papers.RBF(layer.codes)


@module.register
def _(layer: described.ReLU, shape: Shape) -> nn.Module:
    return nn.ReLU()  # never in place: that overwrites what a hook recorded


@module.register
def _(layer: described.Tanh, shape: Shape) -> nn.Module:
    return nn.Tanh()


@module.register
def _(layer: described.Sigmoid, shape: Shape) -> nn.Module:
    return nn.Sigmoid()


@module.register
def _(layer: described.ScaledTanh, shape: Shape) -> nn.Module:
    return papers.ScaledTanh()


@module.register
def _(layer: described.Softmax, shape: Shape) -> nn.Module:
    return nn.Softmax(dim=1)  # over the channel or feature axis


@module.register
def _(layer: described.Dropout, shape: Shape) -> nn.Module:
    return nn.Dropout(layer.p)


@module.register
def _(layer: described.LRN, shape: Shape) -> nn.Module:
    # PyTorch's layer divides its alpha by n, the paper does not: hence n·α
    return faster.LocalResponseNorm(layer.n, alpha=layer.n * layer.alpha, beta=layer.beta, k=layer.k)


@module.register
def _(layer: described.GroupedLRN, shape: Shape) -> nn.Module:
    numbers = {"alpha": layer.n * layer.alpha, "beta": layer.beta, "k": layer.k}
    return papers.GroupedLocalResponseNorm(layer.groups, layer.n, **numbers)


@module.register
def _(layer: described.WithinMapLRN, shape: Shape) -> nn.Module:
    return papers.WithinMapLRN(layer.n, layer.alpha, layer.beta, layer.k)


@module.register
def _(layer: described.BatchNorm, shape: Shape) -> nn.Module:
    return nn.BatchNorm2d(shape[0])


@module.register
def _(layer: described.MaxPool, shape: Shape) -> nn.Module:
    return faster.MaxPool2d(layer.k, layer.step, layer.p, ceil_mode=layer.ceil)


@module.register
def _(layer: described.AvgPool, shape: Shape) -> nn.Module:
    return nn.AvgPool2d(layer.k, layer.step, layer.p, ceil_mode=layer.ceil)


@module.register
def _(layer: described.Subsample, shape: Shape) -> nn.Module:
    return papers.Subsample(shape[0], layer.k, layer.step)


@module.register
def _(layer: described.AdaptiveAvgPool, shape: Shape) -> nn.Module:
    return nn.AdaptiveAvgPool2d(layer.n)


def nest(named: dict[str, nn.Module]) -> nn.Sequential:
    """A Sequential of named modules; `features.0` goes into a Sequential of its own, as in torchvision's networks."""
    here: OrderedDict = OrderedDict()
    for name, one in named.items():
        head, _, tail = name.partition(".")
        if tail:
            here.setdefault(head, {})[tail] = one
        else:
            here[head] = one
    return nn.Sequential(OrderedDict((k, nest(m) if isinstance(m, dict) else m) for k, m in here.items()))


def build(arch: Arch | str, input: Shape | None = None, *, seed: int = 0) -> nn.Sequential:
    """The network as a plain `nn.Sequential` whose children bear the layers' names; the same seed, the same weights.

    The global random state is left as it was. `about(model)` has `arch` and `input`, so that `fit` can pad images
    to the size the network takes. `arch` may be an id in the catalogue. Raises `ShapeError` as `trace` does, and
    `TypeError` for what is neither.
    """
    if isinstance(arch, str):
        arch = CATALOGUE[arch]
    if isinstance(arch, nn.Module):
        raise TypeError(
            f"build takes an Arch or an id, and this {type(arch).__name__} is a network already: use it as it is"
        )
    if not isinstance(arch, Arch):
        raise TypeError(f"build takes an Arch or an id such as 'lenet5-1998', not {arch!r}")
    rows = trace(arch, input)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nest({row.layer.name: module(row.layer, row.shape_in) for row in rows})
        INITIALISERS[arch.init](model)
    remember(model, arch=arch, input=rows.input)
    return model
