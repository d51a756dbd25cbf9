"""Activations and their derivatives."""

import itertools
import math
from collections.abc import Callable

import torch
from torch import nn

from cnnlessons.claims.checking import Found, check
from cnnlessons.modules import module
from cnnlessons.networks import CATALOGUE


def slope(f: Callable[[torch.Tensor], torch.Tensor], *at: float) -> list[float]:
    """The derivative of `f` at some places."""
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(f(x).sum(), x)[0].tolist()


def gradient_of(tensor: torch.Tensor) -> torch.Tensor:
    """What the backward pass left there."""
    assert tensor.grad is not None
    return tensor.grad


def passed_on(spread: float, depth: int = 10) -> float:
    """How much of a gradient at its end arrives at the start of a stack of ReLU layers of 64 units."""
    generator = torch.Generator().manual_seed(0)
    start = y = torch.rand(100, 64, generator=generator).requires_grad_()
    for _ in range(depth):
        y = torch.relu(y @ (torch.randn(64, 64, generator=generator) * spread))
    return (torch.autograd.grad(y.sum(), start)[0].norm() / torch.ones_like(y).norm()).item()


@check("000-L068b", "002-L123b")
def tanh_saturates() -> Found:
    """The slope of tanh and of the logistic sigmoid far from 0."""
    (tanh,), (sigmoid,) = slope(torch.tanh, 3.0), slope(torch.sigmoid, 6.0)
    return Found(
        {"tanh's slope is near 0 where |x| is large": tanh < 0.01, "the sigmoid's as well": sigmoid < 0.01},
        f"{tanh:.4f} at 3; the sigmoid's {sigmoid:.4f} at 6",
    )


@check("000-L068d", "003-L051", "002-L131")
def relu() -> Found:
    """AlexNet's activation."""
    acts = [layer for layer in CATALOGUE["alexnet-2012"].layers if layer.kind == "activation"]
    y = module(acts[0], (3,))(torch.tensor([-2.0, 0.0, 3.0])).tolist()
    return Found(
        {"max(0, x)": y == [0, 0, 3], "all through AlexNet": {type(act).__name__ for act in acts} == {"ReLU"}},
        f"{len(acts)} ReLUs",
    )


@check("000-L068e", "002-L141a")
def relu_slope_everywhere() -> Found:
    """The derivative of the ReLU at −1, 0 and 1."""
    found = slope(torch.relu, -1.0, 0.0, 1.0)
    return Found({"1 whatever x is": found == [1, 1, 1]}, f"{[int(s) for s in found]} at −1, 0, 1")


@check("000-L068f", "001-L021b")
def relu_cannot_vanish() -> Found:
    """The ReLU's own slope, and a deep stack of ReLUs that starts with small weights."""
    small, he = passed_on(0.05), passed_on((2 / 64) ** 0.5)
    return Found(
        {
            "the slope on the active side is 1": slope(torch.relu, 0.5, 7.0) == [1, 1],
            "so no gradient shrinks on its way": small > 0.1,
        },
        f"ten layers pass on {small:.0e} of a gradient from small weights, {he:.1f} from He's",
    )


@check("000-L068g")
def relu_never_saturates() -> Found:
    """The ReLU's slope on both sides."""
    left, right = slope(torch.relu, -5.0, 5.0)
    return Found({"none for x > 0": right == 1, "none for x < 0": left == 1}, f"slopes {left:g} and {right:g}")


@check("000-L068h", "000-L068i")
def dead_unit() -> Found:
    """One unit before and after a step that throws its bias far below zero."""
    unit = nn.Linear(8, 1)
    x = torch.rand(100, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        unit.weight.fill_(0.1)
        unit.bias.fill_(-100)  # one large update
    out = torch.relu(unit(x))
    out.sum().backward()
    silent, gradient = bool((out == 0).all()), float(gradient_of(unit.weight).abs().sum())
    return Found(
        {"it is silent for every image": silent, "and gets no gradient that could wake it": gradient == 0},
        f"gradient {gradient:g} over 100 images",
    )


@check("001-L018b", "001-L021c")
def relu_is_a_comparison() -> Found:
    """The ReLU and its derivative without a single exponential."""
    x = torch.randn(1000, generator=torch.Generator().manual_seed(0), requires_grad=True)
    mask = x > 0
    y = torch.relu(x)
    y.sum().backward()
    return Found(
        {
            "a comparison gives the value": torch.equal(y, x * mask),
            "and is the derivative": torch.equal(gradient_of(x), mask.float()),
        },
        "equal for 1,000 numbers",
    )


@check("001-L018d")
def sigmoid_ends() -> Found:
    """The logistic sigmoid and its slope near 0 and 1."""
    ends = slope(torch.sigmoid, -6.0, 6.0)
    return Found({"almost no gradient near 0 and 1": max(ends) < 0.003}, f"{ends[1]:.4f} at ±6")


@check("001-L018e")
def relu_positive_side() -> Found:
    """The ReLU's slope at several positive numbers."""
    return Found({"always 1 for x > 0": set(slope(torch.relu, 0.001, 1.0, 100.0)) == {1.0}}, "1 at 0.001, 1 and 100")


@check("001-L018f")
def sigmoid_stuck() -> Found:
    """The slopes of a layer of sigmoids that starts with weights a hundred times too large."""
    generator = torch.Generator().manual_seed(0)
    y = torch.rand(1000, 64, generator=generator) @ torch.randn(64, 64, generator=generator)
    flat = [(torch.sigmoid(y * s) * torch.sigmoid(-y * s) < 0.001).float().mean().item() for s in (0.1, 10.0)]
    return Found(
        {"bad weights leave it without a gradient": flat[1] > 0.8, "good ones do not": flat[0] < 0.1},
        f"slope under 0.001 in {flat[1]:.0%} of the units with large weights, in {flat[0]:.0%} with small ones",
    )


@check("001-L021a")
def sigmoid_slope() -> Found:
    """Where the logistic sigmoid is steep."""
    places = torch.linspace(-8, 8, 161).tolist()
    slopes = slope(torch.sigmoid, *places)
    top = places[slopes.index(max(slopes))]
    return Found(
        {"steepest at 0": abs(top) < 1e-6, "flat on both sides": max(slopes[0], slopes[-1]) < 0.001},
        f"at most {max(slopes):.2f}",
    )


@check("001-L021d")
def zeros_and_dead_units() -> Found:
    """A layer of 64 fresh ReLUs on 1,000 examples: zeros, and units that are zero for all."""
    generator = torch.Generator().manual_seed(0)
    out = torch.relu(torch.randn(1000, 64, generator=generator) @ torch.randn(64, 64, generator=generator))
    zeros, silent = (out == 0).float().mean().item(), int((out == 0).all(0).sum())
    return Found(
        {
            "a unit is out for an example where it is negative": 0.4 < zeros < 0.6,
            "it takes no part in training": silent > 0,
        },
        f"{zeros:.0%} of the activations are 0; of 64 units {silent} are 0 for every example",
    )


@check("002-L143")
def sparse_relu() -> Found:
    """The share of zeros after a fresh ReLU; what that does to overfitting cannot be read from it."""
    x = torch.randn(1000, 64, generator=torch.Generator().manual_seed(0))
    zeros = (torch.relu(x) == 0).float().mean().item()
    return Found({"many activations are 0": zeros > 0.4, "which relieves overfitting": None}, f"{zeros:.0%} zeros")


@check("002-L015b", "002-L117", "002-L119")
def arc_tangent() -> Found:
    """tanh and the arc tangent at 1."""
    return Found(
        {"tanh is the arc tangent": math.isclose(math.tanh(1), math.atan(1))},
        f"tanh 1 = {math.tanh(1):.3f}, arctan 1 = {math.atan(1):.3f}",
    )


@check("002-L019")
def tanh_formula() -> Found:
    """tanh from exponentials."""
    x = torch.linspace(-5, 5, 101, dtype=torch.float64)
    formula = (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())
    return Found({"the formula is tanh": torch.allclose(formula, x.tanh())}, "equal at 101 places")


@check("002-L123a")
def chain_rule() -> Found:
    """A gradient through tanh, by autograd and as a product."""
    x = torch.tensor([0.3, -1.2], dtype=torch.float64, requires_grad=True)
    y = torch.tanh(x)
    loss = (y**2).sum()
    by_autograd = torch.autograd.grad(loss, x)[0]
    return Found(
        {"local slope times the gradient from above": torch.allclose(by_autograd, (1 - y**2) * 2 * y)},
        "equal to autograd's",
    )


@check("001-L090")
def relu_everywhere() -> Found:
    """What follows each of AlexNet's convolutions."""
    layers = CATALOGUE["alexnet-2012"].layers
    after = [type(b).__name__ for a, b in itertools.pairwise(layers) if a.kind == "conv"]
    return Found({"a ReLU after every convolution": after == ["ReLU"] * 5}, f"{len(after)} of 5")
