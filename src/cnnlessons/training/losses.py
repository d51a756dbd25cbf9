"""What a network is punished for, and how its outputs are read: a `Loss` a criterion."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from cnnlessons.errors import unknown
from cnnlessons.modules import RBF

J = 1.0  # the MAP criterion's "rubbish" penalty; the paper says only that it is positive


@dataclass(frozen=True)
class Loss:
    """`value(outputs, y)`: mean over outputs (N, classes) and labels (N,); `decide(outputs)`: the classes (N,)."""

    value: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    decide: Callable[[torch.Tensor], torch.Tensor]


def largest(outputs):
    """The class with the largest output."""
    return outputs.argmax(1)


def smallest(outputs):
    """The class with the smallest penalty."""
    return outputs.argmin(1)


def of_clipped(p, y, eps=1e-7):
    """−log p of the right class, p clipped to [1e-7, 1 − 1e-7]: Keras's categorical cross-entropy on probabilities."""
    return F.nll_loss(p.clamp(eps, 1 - eps).log(), y)


def penalty(d, y):
    """The right class's distance alone: the maximum-likelihood criterion (LeCun et al. 1998, eq. 8)."""
    return d.gather(1, y[:, None]).mean()


def posterior(d, y, j=J):
    """Distance of the right class + log(e⁻ʲ + Σ e⁻ᵈ): wrong classes are pushed away too (LeCun et al. 1998, eq. 9)."""
    rubbish = d.new_full((len(d), 1), -j)
    return penalty(d, y) + torch.cat([rubbish, -d], 1).logsumexp(1).mean()


LOSSES = {
    "cross_entropy": Loss(F.cross_entropy, largest),  # on logits
    "probabilities": Loss(of_clipped, largest),  # on what a softmax layer returns
    "ml": Loss(penalty, smallest),  # on RBF penalties
    "map": Loss(posterior, smallest),  # on RBF penalties
}


def own_loss(model: nn.Module) -> str:
    """The loss that goes with a network's last layer: logits, probabilities or penalties."""
    last = [m for m in model.modules() if not list(m.children())][-1]
    return "map" if isinstance(last, RBF) else "probabilities" if isinstance(last, nn.Softmax) else "cross_entropy"


def loss_for(name: str, model: nn.Module) -> Loss:
    """The `Loss` of that name, "own" for the one of the network's last layer.

    Raises `UnknownName`, and `ValueError` where distances would be read as scores or scores as distances.
    """
    own = own_loss(model)
    name = own if name == "own" else name
    if name not in LOSSES:
        raise unknown("loss", name, ["own", *LOSSES])
    if (own == "map") != (name in ("ml", "map")):
        kind = "penalties, where the smallest wins" if own == "map" else "scores, where the largest wins"
        raise ValueError(f"loss {name!r} does not go with this network: it returns {kind}; use loss='own'")
    return LOSSES[name]
