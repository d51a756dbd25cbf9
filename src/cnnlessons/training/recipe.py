"""Recipe: how a network is trained, everything that can change between two runs."""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, isfinite, pi
from operator import index
from typing import Any

import numpy as np

from cnnlessons.errors import unknown
from cnnlessons.training.augment import check_ways
from cnnlessons.training.losses import LOSSES
from cnnlessons.training.scaling import check_scale

# the share of the step size that is left, where `done` of the run, 0 … 1, is over
SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": lambda done: 1.0,
    "cosine": lambda done: (1 + cos(pi * done)) / 2,  # from 1 to 0 over the whole run
    "steps": lambda done: 10.0 ** -sum(done >= at for at in (0.5, 0.75, 0.9)),  # three divisions by 10, as AlexNet's
}
PRECISIONS = ("auto", "float32", "bfloat16")
LARGEST = 2**31  # of whole numbers in a recipe


def advice(recipe: "Recipe") -> str:
    """What to try when the loss explodes, of that which is not in force already."""
    ways = [f"Recipe(lr={recipe.lr / 10:g})"] if recipe.lr else []
    ways += ["Recipe(clip=5)"] if recipe.clip is None or recipe.clip > 5 else []
    ways += ["pixels='unit'"] if recipe.pixels in ("raw", "centred") else []
    *rest, last = ways or ["other weights to start from"]
    return f"{', '.join(rest)}{',' * (len(rest) > 1)} or {last}" if rest else last


class NotLearningWarning(UserWarning):
    """The loss exploded, stayed finite, and in the end the network is no better than a guess."""


class DivergedError(RuntimeError):
    """Loss or weights became infinite or undefined; `epoch` and `step` say when (both from 1)."""

    def __init__(self, epoch: int, step: int, recipe: "Recipe"):
        super().__init__(
            f"the loss is no longer a number at step {step} of epoch {epoch} (lr={recipe.lr:g}, "
            f"pixels={recipe.pixels!r}); try {advice(recipe)}"
        )
        self.epoch, self.step, self.recipe = epoch, step, recipe

    def __reduce__(self) -> tuple[Any, ...]:
        return DivergedError, (self.epoch, self.step, self.recipe)


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: SGD with momentum; everything that can change between two runs.

    Raises `ValueError` for a value that cannot work, `UnknownName` (one of these) for a name that is none.
    """

    epochs: int = 10  # passes over the training images
    batch: int = 64  # images a step
    lr: float = 0.05  # SGD step size
    momentum: float = 0.9  # share of the last step carried on
    weight_decay: float = 0.0  # pull of every weight towards 0
    schedule: str = "constant"  # of the step size: a name in SCHEDULES
    clip: float | None = None  # largest length of the gradient, or None
    max_norm: float | None = None  # largest length of the weights into a unit or kernel (Srivastava et al. 2014, §5.1)
    pixels: str = "unit"  # a name in scaling.SCALES
    loss: str = "own"  # a name in losses.LOSSES, or the one that goes with what the network returns
    seed: int = 0  # order of the images, dropout, and augmentation
    augment: tuple[str, ...] = ()  # what is done to training images: names in augment.WAYS
    precision: str = "auto"  # in which the layers compute: "float32", the same as "auto", or "bfloat16"

    def __post_init__(self) -> None:
        for name, least in (("epochs", 1), ("batch", 1), ("seed", 0)):
            self._set(name, self._whole(name, least))
        for name in ("lr", "momentum", "weight_decay"):
            if self._set(name, self._number(name)) < 0:
                raise ValueError(f"Recipe({name}={getattr(self, name)!r}): must not be negative")
        for name, without in (("clip", "no clipping"), ("max_norm", "no limit")):
            if getattr(self, name) is not None and not self._set(name, self._number(name)) > 0:
                raise ValueError(f"Recipe({name}={getattr(self, name)!r}): must be above 0, or None for {without}")
        check_scale(self.pixels)
        if isinstance(self.augment, str):
            raise ValueError(f"Recipe(augment={self.augment!r}): a tuple of names is needed, as ({self.augment!r},)")
        if not isinstance(self.augment, tuple | list):
            raise ValueError(f"Recipe(augment={self.augment!r}): a tuple of names is needed, () for none")
        self._set("augment", tuple(self.augment))
        check_ways(self.augment)
        for name, known in (("schedule", SCHEDULES), ("loss", ("own", *LOSSES)), ("precision", PRECISIONS)):
            value = getattr(self, name)
            if not isinstance(value, str) or value not in known:
                raise unknown(name, value, known)

    def _set(self, name: str, value: Any) -> Any:
        """Put a field of this frozen recipe into its plain form, and return it."""
        object.__setattr__(self, name, value)
        return value

    def _whole(self, name: str, least: int) -> int:
        """The field as an int, of any whole number but a truth value."""
        value = getattr(self, name)
        try:
            if isinstance(value, bool | np.bool) or not least <= index(value) <= LARGEST:
                raise TypeError
        except TypeError:
            raise ValueError(f"Recipe({name}={value!r}): a whole number from {least} is needed") from None
        return index(value)

    def _number(self, name: str) -> float:
        """The field as a number: of Python as it is, of NumPy or PyTorch as one of Python."""
        value = getattr(self, name)
        plain = value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value
        if isinstance(plain, bool) or not isinstance(plain, int | float) or not isfinite(plain):
            raise ValueError(f"Recipe({name}={value!r}): a finite number is needed")
        return plain
