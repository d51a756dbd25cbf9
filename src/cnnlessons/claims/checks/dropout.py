"""Dropout, softmax and the cross-entropy that goes with it."""

import itertools
import math

import torch
from torch import nn
from torch.nn import functional as F
from torchvision import models

from cnnlessons.claims.checking import Found, check
from cnnlessons.networks import CATALOGUE
from cnnlessons.networks.layers import Dropout

ONES = torch.ones(10_000)


def dropped(p: float = 0.5, seed: int = 0) -> torch.Tensor:
    """Ten thousand ones after `nn.Dropout` in training."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Dropout(p)(ONES)


@check("000-L069a", "003-L052")
def where_alexnet_drops() -> Found:
    """AlexNet's dropout layers."""
    layers = CATALOGUE["alexnet-2012"].layers
    before = [a.name for a, b in itertools.pairwise(layers) if isinstance(b, Dropout)]
    return Found({"in the fully connected layers": before == ["fc6_act", "fc7_act"]}, "after fc6 and fc7, p = 0.5")


@check("002-L171a")
def first_two_layers() -> Found:
    """Which of the eight learned layers are followed by dropout."""
    place, number = [], 0
    for layer in CATALOGUE["alexnet-2012"].layers:
        number += layer.kind in ("conv", "dense")
        place += [number] if isinstance(layer, Dropout) else []
    return Found(
        {"the first two layers": place == [1, 2]},
        f"layers {place[0]} and {place[1]}, the first two fully connected ones",
    )


@check("000-L069b", "002-L171b")
def a_proportion_is_zero() -> Found:
    """The share of zeros, and whether two passes drop the same units."""
    a, b = dropped(seed=0), dropped(seed=1)
    share = (a == 0).float().mean().item()
    return Found(
        {"a proportion p of the units": abs(share - 0.5) < 0.02, "other ones in every pass": not torch.equal(a, b)},
        f"p = 0.5: {share:.1%} of 10,000",
    )


@check("001-L094")
def selectively() -> Found:
    """Whether dropout's choice has anything to do with the unit: large and small activations."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        kept = F.dropout(torch.cat([ONES, 100 * ONES]), 0.5) != 0
    small, large = (part.float().mean().item() for part in kept.chunk(2))
    return Found(
        {"single units are left out in training": 0 < small < 1, "selected ones": abs(small - large) > 0.05},
        f"kept: {small:.0%} of the small ones, {large:.0%} of those 100 times as large",
    )


@check("000-L069d", "002-L171c")
def test_time() -> Found:
    """At test time: all units, and the factor that keeps the sums as they were in training."""
    layer = nn.Dropout(0.5).eval()
    unscaled = (dropped() != 0).float().mean().item()
    return Found(
        {"nothing is dropped": torch.equal(layer(ONES), ONES), "and that is all": abs(unscaled - 1) < 0.05},
        f"a unit is there in {unscaled:.0%} of the passes: halve it in testing, or double it in training",
    )


@check("000-L069f")
def still_used() -> Found:
    """Dropout layers in three of torchvision's networks."""
    with torch.device("meta"):
        counts = {
            make.__name__: sum(isinstance(m, nn.Dropout) for m in make().modules())
            for make in (models.alexnet, models.vgg16, models.resnet50)
        }
    return Found(
        {
            "in fully connected heads": counts["alexnet"] > 0 and counts["vgg16"] > 0,
            "in convolutional networks without one": counts["resnet50"] > 0,
        },
        ", ".join(f"{name} {n}" for name, n in counts.items()),
    )


class AsListed(nn.Module):
    """Dropout as study note 003 calls it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """In training and in testing alike."""
        return F.dropout(x, p=0.5)


@check("003-L100")
def functional_dropout() -> Found:
    """`F.dropout(x, p=0.5)` in a module that was told to evaluate."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        share = (AsListed().eval()(ONES) == 0).float().mean().item()
    return Found({"off in evaluation, as AlexNet's is": share == 0}, f"about {share:.0%} of the units still drop")


@check("003-L101")
def dropout_before_relu() -> Found:
    """A mask before and after the ReLU; and where the listing drops."""
    x = torch.randn(1000, generator=torch.Generator().manual_seed(0))
    mask = 2 * (torch.rand(1000, generator=torch.Generator().manual_seed(1)) > 0.5)
    layers = CATALOGUE["alexnet-003-code"].layers
    since_dense = [
        a.name
        for i, a in enumerate(layers)
        if a.kind == "dense" and any(isinstance(b, Dropout) for b in layers[i + 1 : i + 3])
    ]
    return Found(
        {
            "harmless: ReLU(m·x) = m·ReLU(x)": torch.equal(torch.relu(mask * x), mask * torch.relu(x)),
            "behind both hidden layers, as in the paper": len(since_dense) == 2,
        },
        f"dropped behind {', '.join(since_dense)}, not behind fc2",
    )


@check("002-L035")
def softmax_separates() -> Found:
    """A softmax and a sharper one, of the same outputs."""
    z = torch.tensor([2.0, 1.0, 0.0])
    plain, sharp = z.softmax(0), (3 * z).softmax(0)
    return Found(
        {"all values are positive": bool((plain > 0).all()), "none separates them more": bool(sharp[0] <= plain[0])},
        f"largest {plain[0]:.2f}; with the outputs tripled {sharp[0]:.2f}",
    )


@check("002-L036")
def softmax_is_probability() -> Found:
    """Two softmaxes that decide alike and claim different probabilities."""
    z = torch.tensor([2.0, 1.0, 0.0])
    p, q = z.softmax(0), (3 * z).softmax(0)
    alike = p.argmax() == q.argmax() == z.argmax()
    return Found(
        {
            "they sum to 1": bool((p.sum() - 1).abs() < 1e-6),
            "the largest is the answer": bool(alike),
            "one decision has one probability": bool((p[0] - q[0]).abs() < 0.01),
        },
        f"{p[0]:.2f} or {q[0]:.2f} for the same answer",
    )


def floor(classes: int) -> float:
    """The smallest cross-entropy that outputs which are already probabilities can reach."""
    return F.cross_entropy(torch.eye(classes)[:1], torch.tensor([0])).item()


@check("003-L030")
def softmax_then_loss() -> Found:
    """Cross-entropy of a softmax's output: its least value, and its gradient for a confident mistake."""
    wrong = torch.tensor([[8.0] + 9 * [0.0]], requires_grad=True)
    gradients = [
        torch.autograd.grad(F.cross_entropy(out, torch.tensor([1])), wrong)[0].norm().item()
        for out in (wrong, wrong.softmax(1))
    ]
    return Found(
        {
            "over the axis of the classes": bool((torch.rand(4, 84).softmax(1).sum(1) - 1).abs().max() < 1e-5),
            "goes with CrossEntropyLoss": floor(10) < 0.01,
        },
        f"the loss cannot fall below {floor(10):.3f}; gradient of a confident mistake "
        f"{gradients[1]:.1e} instead of {gradients[0]:.1f}",
    )


@check("003-L103")
def thousand_softmax() -> Found:
    """The same with 1000 classes."""
    units = CATALOGUE["alexnet-003-code"]["fc3"].units
    return Found(
        {"1000 classes": units == 1000, "goes with CrossEntropyLoss": floor(1000) < 0.01},
        f"the loss cannot fall below log(e + 999) − 1 = {math.log(math.e + 999) - 1:.3f}",
    )
