"""What a network says of images, and how good that is."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from cnnlessons.modules import about
from cnnlessons.training.augment import CUTS, SIDES, test_view
from cnnlessons.training.device import devices
from cnnlessons.training.inputs import images, split_of
from cnnlessons.training.look import Look, check_model, look, mode, read, same_channels, size_of
from cnnlessons.training.losses import Loss, loss_of
from cnnlessons.training.recipe import Recipe
from cnnlessons.training.threads import SMALL, Threads


def checked_recipe(model: nn.Module, recipe: Recipe | None) -> Recipe:
    """`recipe`; without one that of the network's last training, else its architecture's own, else `Recipe()`.

    Raises `TypeError` for what is no recipe.
    """
    if recipe is None:
        known = about(model)
        own: Mapping[str, Any] = getattr(known.arch, "recipe", None) or {}
        return known.recipe or Recipe(**own)
    if not isinstance(recipe, Recipe):
        way = "Recipe(**recipe) makes one of a dict" if isinstance(recipe, dict) else "such as Recipe(epochs=3)"
        raise TypeError(f"recipe must be a Recipe, not a {type(recipe).__name__}: {way}")
    return recipe


def tested_recipe(model: nn.Module, recipe: Recipe | None) -> Recipe:
    """The recipe to test by. Raises `ValueError` for one that shows images otherwise than in training."""
    wanted, trained = checked_recipe(model, recipe), about(model).recipe
    if trained and view_of(trained) != view_of(wanted):
        raise ValueError(
            f"this network was trained with {said(trained)}, and the recipe says {said(wanted)}: leave the recipe "
            "out, or give the one that it was trained with"
        )
    return wanted


def view_of(recipe: Recipe) -> tuple[object, ...]:
    """What decides how an image is shown to a network that is tested."""
    cuts = {name for name in recipe.augment if name in CUTS}
    return recipe.pixels, bool(cuts), {SIDES[name] for name in cuts if name in SIDES}


def said(recipe: Recipe) -> str:
    """What `view_of` looks at, in words."""
    cuts = tuple(name for name in recipe.augment if name in CUTS)
    return f"pixels={recipe.pixels!r}, augment={cuts!r}"


def outputs(model: nn.Module, x: torch.Tensor, recipe: Recipe | None = None, batch: int = 1000) -> torch.Tensor:
    """The network's outputs (N, classes) in eval mode for images uint8 (N, C, H, W), on the model's device.

    Images may also be a NumPy array, a photo (H, W, 3) or a list of photos; floats are taken as 0 … 1 or 0 … 255.
    They are shown as in the network's last training, or by `recipe`. Raises `ValueError` for a recipe that
    contradicts that training, and for images that the network cannot read.
    """
    check_model(model, "outputs")
    recipe = tested_recipe(model, recipe)
    x = images(x)
    same_channels(model, x)
    return shown(model, x, recipe, Threads(False, devices(model)[0]), batch)


@torch.no_grad()
def shown(model: nn.Module, x: torch.Tensor, recipe: Recipe, threads: Threads, batch: int = 500) -> torch.Tensor:
    """What `outputs` returns, of what has been checked."""
    device, parts = devices(model)[0], []
    with mode(model, train=False), threads.step():
        for part in x.split(batch):
            with threads.forward(len(part)):
                parts.append(read(model, test_view(part.to(device), recipe, size_of(model))))
    return torch.cat(parts)


def evaluate(model: nn.Module, split: Any, recipe: Recipe | None = None) -> tuple[float, float]:
    """Mean loss and accuracy of the network in eval mode over a `Split`, or what `split_of` makes one.

    The images are shown as in the network's last training, or by `recipe`; raises as `outputs` does, and `ValueError`
    for labels that the network has no output for.
    """
    check_model(model, "evaluate")
    recipe, split = tested_recipe(model, recipe), split_of(split, "test")
    first = look(model, split.x, recipe)
    check_labels(split.y, first, "test")
    return judged(model, split, recipe, loss_of(recipe.loss, first), Threads(first.macs < SMALL, devices(model)[0]))


def check_labels(y: torch.Tensor, look: Look, name: str) -> None:
    """Raise `ValueError` for labels without an output."""
    low, high = int(y.min()), int(y.max())
    if low < 0 or high >= look.classes:
        way = "subtract 1 from them" if (low, high) == (1, look.classes) else "number the classes from 0"
        raise ValueError(
            f"{name}'s labels go from {low} to {high}, but this network has {look.classes} "
            f"output{'s' * (look.classes > 1)}, for labels 0 … {look.classes - 1}: {way}, or build more outputs"
        )


def judged(model: nn.Module, split: Any, recipe: Recipe, loss: Loss, threads: Threads) -> tuple[float, float]:
    """What `evaluate` returns, of what has been checked."""
    out = shown(model, split.x, recipe, threads)
    y = split.y.to(out.device)
    return loss.value(out.float(), y).item(), (loss.decide(out) == y).float().mean().item()
