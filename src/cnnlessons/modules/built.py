"""What the package knows of a model: the architecture it was built from, and the recipe it was trained with."""

from dataclasses import dataclass, replace
from typing import Any

from torch import nn

from cnnlessons.networks import Arch
from cnnlessons.networks.layers import Shape

NAME = "_cnnlessons"  # the one attribute that is set on a model; copies and pickles keep it


@dataclass(frozen=True)
class About:
    """Facts about a model; None for what is not known of it, as of a reader's own module."""

    arch: Arch | None = None  # set by `build`
    input: Shape | None = None  # (C, H, W) it was built for; set by `build`
    recipe: Any = None  # the `Recipe` of its last training; set by `fit`


def about(model: nn.Module) -> About:
    """What is known of `model`: `about(model).arch`, `.input` and `.recipe`."""
    return getattr(model, NAME, About())


def remember(model: nn.Module, **facts: Any) -> None:
    """Keep facts about `model`, fields of `About`, beside those it has."""
    setattr(model, NAME, replace(about(model), **facts))
