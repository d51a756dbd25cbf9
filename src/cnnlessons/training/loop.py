"""fit: the one training loop of the book, every lesson's. `passes` is to be read from top to bottom."""

from collections.abc import Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import ceil
from time import perf_counter
from typing import Any

import torch
from torch import nn

from cnnlessons.data import Split
from cnnlessons.modules import remember
from cnnlessons.training.augment import Augment
from cnnlessons.training.checks import ready
from cnnlessons.training.device import autocast, place, placed, seeded
from cnnlessons.training.evaluation import checked_recipe, judged
from cnnlessons.training.look import check_model, mode, size_of
from cnnlessons.training.losses import Loss, loss_of
from cnnlessons.training.progress import Progress
from cnnlessons.training.recipe import SCHEDULES, Recipe
from cnnlessons.training.run import Epoch, Run
from cnnlessons.training.threads import SMALL, Threads


def fit(
    model: nn.Module, train: Any, test: Any, recipe: Recipe | None = None, *, device: str | torch.device | None = None
) -> Run:
    """Train `model` in place and yield an `Epoch` after each pass over `train`.

    `train` and `test` are `Split`s: x uint8 (N, C, H, W), y int64 (N,); or what `split_of` makes one: a pair (x, y),
    a PyTorch dataset, a `DataLoader`. Images smaller than the network's input are padded with background;
    `recipe.augment` says what else is done to those of `train`. Without a `recipe` it is that of the network's last
    training, else its architecture's own, else `Recipe()`; the network remembers it for `evaluate` and `outputs`.

    All images move to `device` (default: CNNLESSONS_DEVICE, else the CPU) once, and a batch is an index into them, so
    no step waits for a loader. A model that lies on several devices (a `Pair`) stays where it is, unless a `device` is
    given. The same seed gives the same curve, bit for bit on one CPU machine with the same `torch.get_num_threads()`;
    of a small network with any number, see `Threads`. The global random state is left alone. Between epochs and
    afterwards the model is in the mode, train or eval, in which it came; afterwards it is back on its device.

    Everything is checked here and now: raises `TypeError` or `ValueError`, with the way out, for what cannot be
    trained. While it runs, raises `DivergedError` when the loss or the weights stop being numbers.
    """
    check_model(model, "fit")
    recipe = checked_recipe(model, recipe)
    where, stays = place(model, device)
    train, test, first = ready(model, train, test, recipe)
    augment = Augment(recipe.augment, recipe.pixels, train.x, size_of(model))
    at = placed(model, where, stays)
    parts = Parts(loss_of(recipe.loss, first), augment, Threads(first.macs < SMALL, where), at)
    return Run(passes(model, train, test, recipe, where, parts), recipe.epochs)


@dataclass(frozen=True)
class Parts:
    """What the loop uses and other files explain."""

    loss: Loss  # losses.py
    augment: Augment  # augment.py
    threads: Threads  # threads.py
    at: AbstractContextManager[None]  # device.py


def passes(
    model: nn.Module, train: Split, test: Split, recipe: Recipe, device: torch.device, parts: Parts
) -> Generator[Epoch, None, None]:
    """The loop: in every epoch, for every batch, a forward pass, the loss, a backward pass and a step."""
    remember(model, recipe=recipe)
    loss, augment, threads = parts.loss, parts.augment, parts.threads
    shuffle = torch.Generator().manual_seed(recipe.seed)
    chance = torch.Generator().manual_seed(recipe.seed + 1_000_003)  # apart: augmented or not, the order is the same
    steps = ceil(len(train) / recipe.batch)
    with parts.at, Progress(recipe, loss, steps) as progress:
        x, y = train.x.to(device), train.y.to(device)
        optimiser = torch.optim.SGD(
            model.parameters(), recipe.lr, recipe.momentum, weight_decay=recipe.weight_decay, fused=True
        )
        for n in range(1, recipe.epochs + 1):
            start = perf_counter()
            order = torch.randperm(len(train), generator=shuffle).to(device)
            chances = augment.roll(len(train), chance).to(device)  # at once: no step waits for random numbers
            with progress.epoch(n), mode(model, train=True), seeded(recipe.seed * 10_007 + n), threads.step():
                for step, index in enumerate(order.split(recipe.batch)):
                    done = (n - 1 + step / steps) / recipe.epochs
                    optimiser.param_groups[0]["lr"] = recipe.lr * SCHEDULES[recipe.schedule](done)
                    with threads.forward(len(index)):
                        drawn = chances.take(slice(step * recipe.batch, (step + 1) * recipe.batch))
                        images = augment.train(x.index_select(0, index), drawn)
                        with autocast(recipe.precision, device):
                            out = model(images)
                    value = loss.value(out.float(), y.index_select(0, index))
                    optimiser.zero_grad()
                    value.backward()
                    if recipe.clip:
                        nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
                    optimiser.step()
                    if recipe.max_norm:
                        shorten(model, recipe.max_norm)
                    progress.note(value, out)
            seconds = perf_counter() - start
            train_loss, train_accuracy = progress.means(y[order])
            test_loss, test_accuracy = judged(model, test, recipe, loss, threads)
            progress.check(model, test_loss)
            yield Epoch(n, seconds, train_loss, train_accuracy, test_loss, test_accuracy, len(train) / seconds)
        progress.end(test_accuracy, test.y)


@torch.no_grad()
def shorten(model: nn.Module, longest: float) -> None:
    """Scale the weights into each unit, or of each kernel, down to that length where they are longer."""
    for weights in model.parameters():
        if weights.dim() > 1:
            weights.copy_(torch.renorm(weights, 2, 0, longest))
