"""What an experiment can look at besides the curves, before training and after each epoch.

Each measure takes (model, train, test, recipe) and returns numbers by name; the model is left as it was.
"""

import torch
from torch import nn

from cnnlessons.data import Split
from cnnlessons.modules import capture
from cnnlessons.training import (
    Recipe,
    evaluate,
    loss_for,
    mode,
    outputs,
    pixels,
    size_of,
    ten_crops,
    test_view,
)

LOOKED_AT = 1000  # images
MASKS = (1, 2, 5, 10, 20, 50)  # dropout networks averaged
TEN_CROPPED = 2000  # test images, each of which costs ten passes
VIEWS = {"one view": [4], "two views": [4, 9], "five views": [0, 1, 2, 3, 4], "ten views": [*range(10)]}


def train_in_eval_mode(model: nn.Module, train: Split, test: Split, recipe: Recipe) -> dict[str, float]:
    """Loss and accuracy over all training images with the weights standing still and dropout off."""
    loss, accuracy = evaluate(model, train, recipe)
    return {"train_loss_eval": loss, "train_accuracy_eval": accuracy}


def dead_units(model: nn.Module, train: Split, test: Split, recipe: Recipe) -> dict[str, float]:
    """Share of a ReLU layer's units that are 0 for every one of 1,000 training images: "dead C1_act" … and "dead"."""
    relus = [name for name, module in model.named_modules() if isinstance(module, nn.ReLU)]
    with capture(model) as maps:
        outputs(model, train.x[:LOOKED_AT], recipe, batch=LOOKED_AT)
    never = {name: (maps[name] == 0).all(0).flatten() for name in relus}
    shares = {f"dead {name}": silent.float().mean().item() for name, silent in never.items()}
    return shares | {"dead": torch.cat(list(never.values())).float().mean().item()}


def weight_gradients(model: nn.Module, train: Split, test: Split, recipe: Recipe) -> dict[str, float]:
    """Root mean square of the loss's gradient by the weights of each layer, over 1,000 training images."""
    device = next(model.parameters()).device
    x = test_view(train.x[:LOOKED_AT].to(device), recipe, size_of(model))
    layers = {name: m.weight for name, m in model.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)}
    with mode(model, train=False):
        value = loss_for(recipe.loss, model).value(model(x), train.y[:LOOKED_AT].to(device))
        gradients = torch.autograd.grad(value, list(layers.values()))
    return {f"gradient {name}": g.square().mean().sqrt().item() for name, g in zip(layers, gradients, strict=True)}


@torch.no_grad()
def dropout_ensemble(model: nn.Module, train: Split, test: Split, recipe: Recipe) -> dict[str, float]:
    """Test accuracy of the mean probability of so many networks thinned by dropout: "ensemble of 1" … and of 50.

    Beside it the "weight scaling" network, which drops nothing: what `model.eval()` gives.
    """
    y = test.y.to(next(model.parameters()).device)
    total = torch.zeros((), device=y.device)
    found = {"weight scaling": evaluate(model, test, recipe)[1]}
    with torch.random.fork_rng():
        torch.manual_seed(recipe.seed)
        for n in range(1, max(MASKS) + 1):
            total = total + thinned(model, test.x, recipe)
            if n in MASKS:
                found[f"ensemble of {n}"] = (total.argmax(1) == y).float().mean().item()
    return found


def thinned(model: nn.Module, x: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    """Probabilities (N, classes) with the dropout layers switched on, everything else in eval mode."""
    device, parts = next(model.parameters()).device, []
    with mode(model, train=False):
        for module in model.modules():
            module.training = isinstance(module, nn.Dropout)
        for part in x.split(1000):
            out = model(test_view(part.to(device), recipe, size_of(model)))
            parts.append(out if isinstance(list(model.children())[-1], nn.Softmax) else out.softmax(1))
    return torch.cat(parts)


@torch.no_grad()
def ten_crop_test(model: nn.Module, train: Split, test: Split, recipe: Recipe) -> dict[str, float]:
    """Accuracy on 2,000 test images of the mean softmax over "one view", "two views", "five views" and "ten views".

    One is the middle; two, the middle and its mirror image; five, the corners and the middle; ten, all of these.
    """
    p, y = ten_views(model, test.x[:TEN_CROPPED], recipe), test.y[:TEN_CROPPED]
    return {name: (p[:, views].mean(1).argmax(1) == y).float().mean().item() for name, views in VIEWS.items()}


def ten_views(model: nn.Module, x: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    """Probabilities (images, 10, classes) for ten crops of each of the images `x`.

    Raises `ValueError` for a model that `build` did not make: its window is not known.
    """
    window = size_of(model)
    if window is None:
        raise ValueError("ten crops need a model that build made, which knows the size of its input")
    device, parts = next(model.parameters()).device, []
    with mode(model, train=False):
        for part in x.split(200):
            part = part.to(device)
            views = ten_crops(part, window)
            out = model(pixels(views.flatten(0, 1), recipe.pixels)).float().softmax(1)
            parts.append(out.unflatten(0, views.shape[:2]).cpu())
    return torch.cat(parts)


@torch.no_grad()
def colour_of_the_halves(model: nn.Module, train: Split, test: Split, recipe: Recipe) -> dict[str, float]:
    """Of the first convolution's kernels: the share of colour in their energy, on average ("colour"), and how far the
    more colourful half is ahead of the other ("colour ahead"). Which of the halves that is differs from run to run.

    The share of a grey kernel is 0: all its channels are alike.
    """
    weight = next(m for m in model.modules() if isinstance(m, nn.Conv2d)).weight
    grey = weight.mean(1, keepdim=True)
    share = (weight - grey).square().sum((1, 2, 3)) / weight.square().sum((1, 2, 3))
    first, second = (half.mean().item() for half in share.chunk(2))
    return {"colour": share.mean().item(), "colour ahead": abs(first - second)}


MEASURES = {
    "train in eval mode": train_in_eval_mode,
    "dead units": dead_units,
    "weight gradients": weight_gradients,
    "dropout ensemble": dropout_ensemble,
    "ten crops": ten_crop_test,
    "colour of the halves": colour_of_the_halves,
}
