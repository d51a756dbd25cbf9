"""Local response normalisation."""

import torch
from torch import nn

from cnnlessons.claims.checking import Found, check
from cnnlessons.modules import module
from cnnlessons.networks import CATALOGUE, Arch, trace
from cnnlessons.networks.layers import LRN, Conv, ReLU

ALEXNET = trace(CATALOGUE["alexnet-2012"])


def formula(a: torch.Tensor, n: int = 5, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75) -> torch.Tensor:
    """Krizhevsky et al. 2012, Sect. 3.3, map by map, n/2 rounded down."""
    N = a.shape[1]
    b = torch.empty_like(a)
    for i in range(N):
        near = a[:, max(0, i - n // 2) : min(N - 1, i + n // 2) + 1]
        b[:, i] = a[:, i] / (k + alpha * near.square().sum(1)) ** beta
    return b


def activations() -> torch.Tensor:
    """Numbers between 0 and 20, (2, 96, 8, 8)."""
    return 20 * torch.rand(2, 96, 8, 8, generator=torch.Generator().manual_seed(0))


@check("001-L092a", "002-L153d")
def same_position() -> Found:
    """What LRN does at one place when another place, or another map, changes."""
    a = activations()
    other_place, other_map, far_map = a.clone(), a.clone(), a.clone()
    other_place[:, :, 5, 5] += 100
    other_map[:, 12] += 100
    far_map[:, 40] += 100
    here = [formula(x)[:, 10, 2, 2] for x in (a, other_place, other_map, far_map)]
    return Found(
        {
            "neighbouring maps at the same place": not torch.equal(here[0], here[2]),
            "no other place": torch.equal(here[0], here[1]),
            "no map farther than two away": torch.equal(here[0], here[3]),
        },
        "map 10 answers to map 12, not to map 40",
    )


@check("001-L092b")
def before_relu() -> Found:
    """Whether a ReLU follows LRN before the next convolution, in the paper's AlexNet and in its program's."""
    found = {id: relu_follows(CATALOGUE[id]) for id in ("alexnet-2012", "alexnet-2012-program")}
    paper, program = found.values()
    return Found(
        {
            "in layer 1 of the released program": program["norm1"],
            "in its layer 2": program["norm2"],
            "in the paper": paper["norm1"] or paper["norm2"],
        },
        "before a ReLU: "
        + ", ".join(f"{name} of {id}" for id, norms in found.items() for name in norms if norms[name]),
    )


def relu_follows(arch: Arch) -> dict[str, bool]:
    """For each LRN of a network, by its name: is there a ReLU between it and the next convolution?"""
    found, open_norms = {}, []
    for layer in arch.layers:
        if isinstance(layer, LRN):
            open_norms.append(layer.name)
            found[layer.name] = False
        elif isinstance(layer, Conv):
            open_norms = []
        elif isinstance(layer, ReLU):
            found |= dict.fromkeys(open_norms, True)
    return found


@check("002-L153c")
def batch_norm_is_another() -> Found:
    """Batch norm and LRN of the same numbers, after another image in the batch changed."""
    a = activations()
    b = a.clone()
    b[1] += 50
    layer = nn.BatchNorm2d(96)
    moved = not torch.allclose(layer(a)[0], layer(b)[0])
    return Found(
        {"another operation in the same role": moved and torch.equal(formula(a)[0], formula(b)[0])},
        "batch norm answers to the other images, LRN does not",
    )


@check("002-L157")
def printed_formula() -> Found:
    """The formula with n/2 rounded down against the layer, and as printed, with n/2 = 2.5."""
    a = activations()
    layer = module(LRN("norm"), (96, 8, 8))
    return Found(
        {
            "with n/2 as 2 it is the layer": torch.allclose(layer(a), formula(a), atol=1e-5),
            "as printed its limits are whole numbers": (LRN("norm").n / 2).is_integer(),
        },
        f"n/2 = {LRN('norm').n / 2}",
    )


@check("002-L161a")
def constants() -> Found:
    """The constants of the catalogue's LRN."""
    norm = ALEXNET["norm1"].layer
    return Found(
        {
            "n = 5, k = 2, β = 0.75": (norm.n, norm.k, norm.beta) == (5, 2, 0.75),
            "N is the number of maps": ALEXNET["norm1"].shape_in[0] == 96,
        },
        f"n = {norm.n}, k = {norm.k:g}, α = {norm.alpha:g}, β = {norm.beta}; N = 96 for conv1",
    )


@check("002-L161b")
def alpha() -> Found:
    """The layer with the paper's α and with 0.5; PyTorch's alpha for the paper's formula and for the program."""
    paper, program = (trace(CATALOGUE[id])["norm1"].layer.alpha for id in ("alexnet-2012", "alexnet-2012-program"))
    means = [formula(activations(), alpha=value).mean().item() for value in (paper, 0.5)]
    agree = [
        torch.allclose(
            nn.LocalResponseNorm(5, 5 * value, 0.75, 2.0)(activations()), formula(activations(), alpha=value)
        )
        for value in (paper, program)
    ]
    return Found(
        {"α = 0.5": 0.5 in (paper, program)},
        f"α = {paper:g}; means of 0 … 20: {means[0]:.1f}, with 0.5 {means[1]:.2f}; PyTorch's alpha={5 * paper:g} "
        f"{'agrees' if agree[0] else 'differs'}, and its {5 * program:g} with the program's {program:g}"
        + ("" if agree[1] else ", which differs"),
    )


@check("002-L163")
def order() -> Found:
    """Numbers that LRN handles before and after pooling."""
    before = sum(ALEXNET[name].units for name in ("norm1", "norm2"))
    caffenet = trace(CATALOGUE["caffenet-order"])
    after = sum(caffenet[name].units for name in ("norm1", "norm2"))
    return Found(
        {
            "AlexNet normalises before it pools": ALEXNET["norm1"].shape_out == ALEXNET["pool1"].shape_in,
            "the other order is cheaper": after < before,
        },
        f"{before:,} numbers per image before pooling, {after:,} after it",
    )


@check("004-L058b")
def hyperparameters() -> Found:
    """How many constants LRN has; whether that is too many is for the reader."""
    norm = ALEXNET["norm1"].layer
    constants = [norm.n, norm.k, norm.alpha, norm.beta]
    return Found(
        {"it has constants that must be chosen": len(constants) == 4, "too many, and it generalises badly": None},
        f"{len(constants)}: n, k, α, β",
    )
