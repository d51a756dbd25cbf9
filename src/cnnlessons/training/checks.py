"""What `fit` makes sure of before the first step; what is wrong is said in one sentence."""

from typing import Any

import torch
from torch import nn

from cnnlessons.data import Split
from cnnlessons.training.evaluation import check_labels
from cnnlessons.training.inputs import split_of
from cnnlessons.training.look import Look, look
from cnnlessons.training.recipe import Recipe


def ready(model: nn.Module, train: Any, test: Any, recipe: Recipe) -> tuple[Split, Split, Look]:
    """Both sets as `Split`s, and what the network makes of the first images.

    Raises `TypeError` or `ValueError` for what cannot be trained.
    """
    check_weights(model)
    train, test = split_of(train, "train"), split_of(test, "test")
    first = look(model, train.x, recipe)
    if test.x.shape[1:] != train.x.shape[1:]:
        look(model, test.x, recipe)
    check_labels(train.y, first, "train")
    check_labels(test.y, first, "test")
    if first.single and (len(train) % recipe.batch == 1 or recipe.batch == 1):
        raise ValueError(
            f"the last batch would be a single image, and of that {first.single[0]!r} gets one value a channel, which "
            f"batch normalisation cannot scale: choose a batch other than {recipe.batch}, or leave an image out"
        )
    return train, test, first


def check_weights(model: nn.Module) -> None:
    """Raise `ValueError` for a network without weights that can be trained, here and now."""
    weights = list(model.parameters())
    if not weights:
        raise ValueError("the network has no weights to train: no layer in it has parameters")
    if not any(p.requires_grad for p in weights):
        raise ValueError("all weights of the network are frozen: set requires_grad = True for those to be trained")
    if torch.is_inference_mode_enabled() or not torch.is_grad_enabled():
        raise ValueError("fit cannot train inside torch.no_grad() or torch.inference_mode(): call it outside")
    if any(p.is_inference() for p in weights):
        raise ValueError("the network was made inside torch.inference_mode(), so it cannot be trained: make it outside")
