"""What `fit` returns: a training that runs as its epochs are asked for."""

import warnings
from collections.abc import Generator, Iterator
from dataclasses import dataclass

HOW = "run it with `for epoch in fit(...): print(epoch)` or `list(fit(...))`"


@dataclass(frozen=True)
class Epoch:
    """What one pass did. Losses are means over images, accuracies shares of images."""

    n: int  # from 1
    seconds: float  # of training alone
    train_loss: float  # while training: in train mode, over weights that still change
    train_accuracy: float  # likewise
    test_loss: float  # after the pass, in eval mode
    test_accuracy: float  # likewise
    images_per_second: float  # of training alone

    def __str__(self) -> str:
        return (
            f"epoch {self.n:3d}  train loss {self.train_loss:.4f}  test loss {self.test_loss:.4f}  "
            f"test accuracy {self.test_accuracy:.2%}"
        )


class Run(Iterator[Epoch]):
    """A training: `for`, `list` and `next` run it, an `Epoch` each; `close` or leaving the loop ends it early."""

    def __init__(self, epochs: Generator[Epoch, None, None], planned: int):
        self._epochs, self._planned = epochs, planned
        self._begun = False

    def __next__(self) -> Epoch:
        self._begun = True
        return next(self._epochs)

    def close(self) -> None:
        """End the training here; the model is back on its device, as it is now."""
        self._begun = True
        self._epochs.close()

    def __repr__(self) -> str:
        if self._begun:
            return f"<a training of {self._planned} epochs, under way or done>"
        return f"<a training of {self._planned} epochs that has not begun: {HOW}>"

    def __del__(self) -> None:
        if not getattr(self, "_begun", True):
            warnings.warn(f"fit(...) trained nothing, for nobody asked for its epochs: {HOW}", stacklevel=2)
