"""Random networks for the page engine: every layer type, odd shapes, several losses."""

import random

from cnnlessons.errors import ShapeError
from cnnlessons.networks import Arch, trace
from cnnlessons.networks.layers import (
    LRN,
    RBF,
    AdaptiveAvgPool,
    AvgPool,
    BatchNorm,
    Conv,
    Dropout,
    Flatten,
    GroupedLRN,
    Linear,
    Local,
    MaxPool,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Softmax,
    Subsample,
    Tanh,
    WithinMapLRN,
)


def side(rng, least, most):
    """One number for both axes, or now and then one for each."""
    return rng.randint(least, most) if rng.random() < 0.7 else (rng.randint(least, most), rng.randint(least, most))


def of_maps(rng, name, shape):
    """A layer for maps of this shape, that may not fit."""
    channels = shape[0]
    kind = rng.choice(
        ["conv"] * 5 + ["table", "local", "max", "max", "avg", "sub", "act", "act", "lrn", "glrn", "wlrn", "bn", "bn"]
    )
    match kind:
        case "conv":
            groups = rng.choice([g for g in (1, 1, 2, 3) if channels % g == 0])
            return Conv(
                name,
                groups * rng.randint(1, 5),
                side(rng, 1, 6),
                side(rng, 1, 2),
                side(rng, 0, 2),
                groups,
                None,
                rng.choice([1, 1, 1, 2]),
                rng.random() < 0.3,
            )
        case "table":
            maps = rng.randint(1, 6)
            rows = tuple(tuple(rng.sample(range(channels), rng.randint(1, channels))) for _ in range(maps))
            return Conv(
                name, maps, side(rng, 1, 5), side(rng, 1, 2), side(rng, 0, 2), table=rows, ceil=rng.random() < 0.3
            )
        case "local":
            return Local(name, rng.randint(1, 4), side(rng, 1, 4), side(rng, 0, 1))
        case "max" | "avg":
            make = MaxPool if kind == "max" else AvgPool
            return make(name, side(rng, 1, 4), side(rng, 1, 3), rng.choice([0, 0, 1]), rng.random() < 0.4)
        case "sub":
            return Subsample(name, side(rng, 1, 3), side(rng, 1, 3))
        case "act":
            return rng.choice([ReLU, Tanh, ScaledTanh, Sigmoid])(name)
        case "lrn":
            return LRN(
                name,
                rng.randint(1, 6),
                rng.choice([1.0, 2.0]),
                rng.choice([1e-4, 0.1, 1.0]),
                rng.choice([0.75, 0.5, 1.3]),
            )
        case "glrn":
            return GroupedLRN(
                name, rng.randint(1, 5), 1.0, 0.2, 0.75, rng.choice([g for g in (1, 2, 3) if channels % g == 0])
            )
        case "wlrn":
            return WithinMapLRN(name, rng.choice([1, 3, 5]), 1.0, rng.choice([0.05, 0.5]), 0.75)
    return BatchNorm(name)


def chain(seed):
    """(network, images in a batch)."""
    rng = random.Random(seed)
    input = (rng.randint(1, 4), rng.randint(4, 14), rng.randint(4, 14))
    layers, shape = [], input
    for n in range(rng.randint(1, 6)):
        layer = of_maps(rng, f"m{n}", shape)
        if isinstance(layer, BatchNorm) and layers and isinstance(layers[-1], BatchNorm):
            continue  # the first one's scale would have no effect and no gradient
        try:
            shape = trace(Arch("a", "", input, (*layers, layer), ""))[-1].shape_out
        except (ShapeError, ValueError):
            continue
        layers.append(layer)
    if rng.random() < 0.3:
        layers.append(AdaptiveAvgPool("gap", side(rng, 1, 3)))
    layers.append(Flatten("flatten"))
    for n in range(rng.randint(0, 2)):
        layers += [Linear(f"fc{n}", rng.randint(2, 20)), rng.choice([ReLU, Tanh, Sigmoid, ScaledTanh])(f"fa{n}")]
        if rng.random() < 0.3:
            layers.append(Dropout(f"drop{n}", 0.0))
    classes = rng.randint(2, 7)
    if rng.random() < 0.25:
        units = rng.randint(3, 12)
        codes = tuple(tuple(rng.choice((-1, 1)) for _ in range(units)) for _ in range(classes))
        layers += [Linear("f6", units), ScaledTanh("squash"), RBF("output", codes)]
    else:
        layers.append(Linear("output", classes))
        if rng.random() < 0.3:
            layers.append(Softmax("softmax"))
    init = rng.choice(["torch", "he", "glorot", "lecun1998"])
    # one image alone can be a batch of one number a map, which batch norm refuses
    normed = any(isinstance(layer, BatchNorm) for layer in layers)
    return Arch(f"chain-{seed}", "", input, tuple(layers), "", init), rng.choice(
        [4 if normed else 1, 5, 16, 17, 20, 33]
    )
