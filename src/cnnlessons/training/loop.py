"""fit: the one training loop of the book."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn
from tqdm.auto import tqdm

from cnnlessons.training.augment import Augment
from cnnlessons.training.device import chosen_device, devices, in_bfloat16, layout
from cnnlessons.training.evaluation import evaluate, same_channels, size_of
from cnnlessons.training.losses import loss_for
from cnnlessons.training.recipe import SCHEDULES, DivergedError, Recipe

CHECK_EVERY = 64  # steps between looks at the loss: on a GPU a look waits for the queue


@dataclass(frozen=True)
class Epoch:
    """What one pass did. Losses are means over pictures, accuracies shares of pictures."""

    n: int  # from 1
    seconds: float  # of training alone
    train_loss: float  # while training: in train mode, over weights that still change
    train_accuracy: float  # likewise
    test_loss: float  # after the pass, in eval mode
    test_accuracy: float  # likewise
    pictures_per_second: float  # of training alone

    def __str__(self):
        return (
            f"epoch {self.n:3d}  train loss {self.train_loss:.4f}  test loss {self.test_loss:.4f}  "
            f"test accuracy {self.test_accuracy:.2%}"
        )


def fit(model: nn.Module, train, test, recipe: Recipe | None = None, *, device=None) -> Iterator[Epoch]:
    """Train `model` in place and yield an `Epoch` after each pass over `train`.

    `train` and `test` are `Split`s: x uint8 (N, C, H, W), y int64 (N,). Pictures smaller than the network's input are
    padded with background; `recipe.augment` says what else is done to those of `train`. All pictures move to `device`
    (default: CNNLESSONS_DEVICE, else the CPU) once, and a batch is an index into them, so no step waits for a loader.
    The same seed gives the same curve, bit for bit on one CPU machine with the same number of threads; the global
    random state is left alone. Afterwards the model is back on the device it came from. One that lies on several (a
    `Pair`) stays where it is, unless a `device` is given; its pictures go to the first.

    Raises `DivergedError` when the loss stops being a number.
    """
    recipe = recipe or Recipe()
    same_channels(model, train.x)
    loss, places = loss_for(recipe.loss, model), devices(model)
    stays = device is None and len(places) > 1
    if device is None:
        device = places[0] if stays else chosen_device()
    device = torch.device(device)
    if not stays:
        model.to(device, memory_format=layout(model, device))
    optimiser = torch.optim.SGD(
        model.parameters(), recipe.lr, recipe.momentum, weight_decay=recipe.weight_decay, fused=True
    )
    x, y = train.x.to(device), train.y.to(device)
    augment = Augment(recipe.augment, recipe.pixels, train.x, size_of(model))
    shuffle = torch.Generator().manual_seed(recipe.seed)
    chance = torch.Generator().manual_seed(recipe.seed + 1_000_003)  # apart: augmented or not, the order is the same
    steps = -(-len(train) // recipe.batch)
    quiet = bool(os.environ.get("TQDM_DISABLE"))  # said here, for tqdm's notebook bar does not look at it
    try:
        with tqdm(total=recipe.epochs * steps, unit="step", leave=False, disable=quiet) as bar:
            for n in range(1, recipe.epochs + 1):
                start = time.perf_counter()
                order = torch.randperm(len(train), generator=shuffle).to(device)
                drawn = augment.draw(len(train), chance).to(device)  # at once: no step waits for random numbers
                with torch.random.fork_rng():
                    torch.manual_seed(recipe.seed * 10_007 + n)  # dropout, whatever happened between epochs
                    train_loss, train_accuracy = one_pass(
                        model, x, y, order, augment, drawn, n, recipe, loss, optimiser, bar
                    )
                seconds = time.perf_counter() - start
                test_loss, test_accuracy = evaluate(model, test, recipe)
                yield Epoch(n, seconds, train_loss, train_accuracy, test_loss, test_accuracy, len(train) / seconds)
    finally:
        if not stays:
            model.to(places[0])


def one_pass(model, x, y, order, augment, drawn, n, recipe, loss, optimiser, bar) -> tuple[float, float]:
    """Epoch `n`: a step for each batch of `order`, an index into `x` and `y`. Returns mean loss and accuracy."""
    model.train()
    batches = order.split(recipe.batch)
    precision = torch.autocast(x.device.type, torch.bfloat16, enabled=in_bfloat16(model, recipe, x.device))
    values, outs, checked = [], [], 0
    for step, index in enumerate(batches, 1):
        done = (n - 1 + (step - 1) / len(batches)) / recipe.epochs
        optimiser.param_groups[0]["lr"] = recipe.lr * SCHEDULES[recipe.schedule](done)
        part = slice((step - 1) * recipe.batch, step * recipe.batch)
        shown = augment.train(x.index_select(0, index), drawn.take(part))
        with precision:
            out = model(shown)
        value = loss.value(out.float(), y.index_select(0, index))
        optimiser.zero_grad()
        value.backward()
        if recipe.clip:
            nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimiser.step()
        values.append(value.detach())
        outs.append(out.detach())
        if step % CHECK_EVERY == 0 or step == len(batches):
            finite = torch.stack(values[checked:]).isfinite()
            if not finite.all():
                raise DivergedError(n, checked + int((~finite).nonzero()[0]) + 1, recipe)
            bar.update(step - checked)
            checked = step
    sizes = torch.tensor([len(index) for index in batches], device=x.device)
    mean = (torch.stack(values) * sizes).sum().item() / len(x)
    return mean, (loss.decide(torch.cat(outs)) == y[order]).float().mean().item()
