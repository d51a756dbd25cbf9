"""What a run shows and remembers while it trains: a bar, the losses, and whether they are still numbers."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import isfinite
from types import TracebackType

import torch
from torch import nn
from tqdm.auto import tqdm

from cnnlessons.training.losses import Loss
from cnnlessons.training.recipe import DivergedError, NotLearningWarning, Recipe, advice

CHECK_EVERY = 64  # steps between looks at the loss: on a GPU a look waits for the queue
EXPLODED = 10  # times the first loss


class Progress:
    """The bar over all steps of a run, and the losses and outputs of the epoch's steps so far.

    The environment variable TQDM_DISABLE, set to anything, leaves the bar out.
    """

    def __init__(self, recipe: Recipe, loss: Loss, steps: int):
        quiet = bool(os.environ.get("TQDM_DISABLE"))  # said here, for tqdm's notebook bar does not look at it
        self.bar = tqdm(total=recipe.epochs * steps, unit="step", leave=False, disable=quiet)
        self.recipe, self.loss, self.steps = recipe, loss, steps
        self.first: float | None = None  # the run's first loss, and its highest
        self.highest = 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.bar.close()

    @contextmanager
    def epoch(self, n: int) -> Iterator[None]:
        """Around the steps of epoch `n`, from 1."""
        self.n, self.checked = n, 0
        self.values: list[torch.Tensor] = []
        self.outs: list[torch.Tensor] = []
        yield

    def note(self, value: torch.Tensor, out: torch.Tensor) -> None:
        """A step is done, with this loss and these outputs. Raises `DivergedError` for the first loss not finite."""
        self.values.append(value.detach())
        self.outs.append(out.detach())
        done = len(self.values)
        if done % CHECK_EVERY == 0 or done == self.steps:
            finite = torch.stack(self.values[self.checked :]).isfinite()
            if not finite.all():
                raise DivergedError(self.n, self.checked + int((~finite).nonzero()[0]) + 1, self.recipe)
            self.bar.update(done - self.checked)
            self.checked = done

    def means(self, y: torch.Tensor) -> tuple[float, float]:
        """Mean loss and accuracy of the epoch's steps; `y` are the labels in the order of training."""
        sizes = torch.tensor([len(out) for out in self.outs], device=y.device)
        values = torch.stack(self.values)
        self.first = values[0].item() if self.first is None else self.first
        self.highest = max(self.highest, values.max().item())
        return (values * sizes).sum().item() / len(y), (
            (self.loss.decide(torch.cat(self.outs)) == y).float().mean().item()
        )

    def check(self, model: nn.Module, test_loss: float) -> None:
        """Raise `DivergedError` if the epoch's last step left weights or a test loss that are not finite."""
        if not (isfinite(test_loss) and all(p.isfinite().all() for p in model.parameters())):
            raise DivergedError(self.n, self.steps, self.recipe)

    def end(self, accuracy: float, y: torch.Tensor) -> None:
        """The run is over: warn if the loss exploded and the network knows no more than the most frequent class.

        A loss that never rose is no warning: a network may be stuck for other reasons, and lessons show some.
        """
        guess = y.bincount().max().item() / len(y)
        if self.first is not None and self.highest > EXPLODED * max(self.first, 1.0) and accuracy < guess + 0.02:
            warnings.warn(
                f"the loss rose from {self.first:.3g} to {self.highest:.3g}, and in the end the network is no better "
                f"than a guess ({accuracy:.1%}); try {advice(self.recipe)}",
                NotLearningWarning,
                stacklevel=4,
            )
