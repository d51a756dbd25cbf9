"""What a network says of images, and how good that is."""

import torch
from torch import nn

from cnnlessons.modules import about
from cnnlessons.training.augment import seen
from cnnlessons.training.losses import loss_for
from cnnlessons.training.recipe import Recipe


def size_of(model: nn.Module) -> tuple[int, int] | None:
    """Height and width the network was built for, or None for a model that `build` did not make."""
    shape = about(model).input
    return shape[1:] if shape else None


def same_channels(model: nn.Module, x: torch.Tensor) -> None:
    """Raise `ValueError` if pictures `x` have another number of channels than the network reads."""
    shape = about(model).input
    if shape and x.shape[1] != shape[0]:
        raise ValueError(f"this network reads {shape[0]} channel(s), but the pictures have {x.shape[1]}")


@torch.no_grad()
def outputs(model: nn.Module, x: torch.Tensor, recipe: Recipe | None = None, batch: int = 1000) -> torch.Tensor:
    """The network's outputs (N, classes) in eval mode for pictures uint8 (N, C, H, W), on the model's device."""
    recipe = recipe or Recipe()
    same_channels(model, x)
    device, was_training = next(model.parameters()).device, model.training
    model.eval()
    parts = [model(seen(part.to(device), recipe, size_of(model))) for part in x.split(batch)]
    model.train(was_training)
    return torch.cat(parts)


@torch.no_grad()
def evaluate(model: nn.Module, split, recipe: Recipe | None = None) -> tuple[float, float]:
    """Mean loss and accuracy of the network in eval mode over a `Split`."""
    recipe = recipe or Recipe()
    loss = loss_for(recipe.loss, model)
    out = outputs(model, split.x, recipe, batch=500)  # a LeNet's maps then fit the blocks that the allocator keeps
    y = split.y.to(out.device)
    return loss.value(out.float(), y).item(), (loss.decide(out) == y).float().mean().item()
