"""What a network is punished for, and how its outputs are read: a `Loss` for each criterion (lesson on losses)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import nn

from cnnlessons.errors import unknown
from cnnlessons.modules import RBF

if TYPE_CHECKING:
    from cnnlessons.training.look import Look

J = 1.0  # the MAP criterion's "rubbish" penalty; the paper says only that it is positive


@dataclass(frozen=True)
class Loss:
    """`value(outputs, y)`: mean over outputs (N, classes) and labels (N,); `decide(outputs)`: the classes (N,)."""

    value: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    decide: Callable[[torch.Tensor], torch.Tensor]


def largest(outputs: torch.Tensor) -> torch.Tensor:
    """The class (N,) with the largest of the outputs (N, classes)."""
    return outputs.argmax(1)


def smallest(outputs: torch.Tensor) -> torch.Tensor:
    """The class (N,) with the smallest of the penalties (N, classes)."""
    return outputs.argmin(1)


def of_clipped(p: torch.Tensor, y: torch.Tensor, eps: float = 1e-7) -> torch.Tensor:
    """Mean −log p of the right class, p (N, classes) clipped to [1e-7, 1 − 1e-7]: Keras's categorical cross-entropy."""
    return F.nll_loss(p.clamp(eps, 1 - eps).log(), y)


def penalty(d: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The right class's distance of d (N, classes) alone: the maximum-likelihood criterion (LeCun et al., eq. 8)."""
    return d.gather(1, y[:, None]).mean()


def posterior(d: torch.Tensor, y: torch.Tensor, j: float = J) -> torch.Tensor:
    """Distance of the right class + log(e⁻ʲ + Σ e⁻ᵈ), d (N, classes): wrong classes are pushed away too
    (LeCun et al. 1998, eq. 9)."""
    rubbish = d.new_full((len(d), 1), -j)
    return penalty(d, y) + torch.cat([rubbish, -d], 1).logsumexp(1).mean()


LOSSES = {
    "cross_entropy": Loss(F.cross_entropy, largest),  # on logits
    "probabilities": Loss(of_clipped, largest),  # on what a softmax returns
    "ml": Loss(penalty, smallest),  # on RBF penalties
    "map": Loss(posterior, smallest),  # on RBF penalties
}


def own_loss(model: nn.Module) -> str:
    """The name of the loss that goes with a network's last layer, in the order in which its layers were registered."""
    last = [m for m in model.modules() if not list(m.children())][-1]
    return "map" if isinstance(last, RBF) else "probabilities" if isinstance(last, nn.Softmax) else "cross_entropy"


def loss_for(name: str, model: nn.Module) -> Loss:
    """The `Loss` of that name, "own" for the one of the network's last registered layer; `fit` looks closer.

    Raises `UnknownName`, and `ValueError` where distances would be read as scores or scores as distances.
    """
    return agreed(name, own_loss(model))


def loss_of(name: str, look: "Look") -> Loss:
    """The `Loss` of that name, "own" for the one that goes with what the network returned.

    Penalties if the layer called last was an `RBF`, probabilities if the rows are such, else logits.
    Raises as `loss_for` does, and `ValueError` where logits would be read as probabilities.
    """
    own = "map" if isinstance(look.last, RBF) else "probabilities" if look.probabilities else "cross_entropy"
    if name == "probabilities" and own == "cross_entropy":
        raise ValueError(
            "loss 'probabilities' does not go with this network: its rows are logits, for they do not sum to 1 or hold "
            "negative numbers; use loss='own'"
        )
    return agreed(name, own)


def agreed(name: str, own: str) -> Loss:
    """The loss `name`, if it goes with a network whose own one is `own`."""
    name = own if name == "own" else name
    if name not in LOSSES:
        raise unknown("loss", name, ["own", *LOSSES])
    if (own == "map") != (name in ("ml", "map")):
        kind = "penalties, where the smallest wins" if own == "map" else "scores, where the largest wins"
        raise ValueError(f"loss {name!r} does not go with this network: it returns {kind}; use loss='own'")
    return LOSSES[name]
