"""Recipe: how a network is trained, everything that can change between two runs."""

from dataclasses import dataclass
from math import cos, pi

from cnnlessons.errors import unknown
from cnnlessons.training.augment import check_ways
from cnnlessons.training.losses import LOSSES
from cnnlessons.training.scaling import check_scale

SCHEDULES = {
    "constant": lambda done: 1.0,
    "cosine": lambda done: (1 + cos(pi * done)) / 2,  # from 1 to 0 over the whole run
    "steps": lambda done: 10.0 ** -sum(done >= at for at in (0.5, 0.75, 0.9)),  # three divisions by 10, as AlexNet's
}
PRECISIONS = ("auto", "float32", "bfloat16")


class DivergedError(RuntimeError):
    """The loss became infinite or undefined; `epoch` and `step` say when (both from 1)."""

    def __init__(self, epoch: int, step: int, recipe: "Recipe"):
        super().__init__(
            f"the loss is no longer a number at step {step} of epoch {epoch} (lr={recipe.lr:g}, "
            f"pixels={recipe.pixels!r}); try Recipe(lr={recipe.lr / 10:g}), Recipe(clip=5), or pixels='unit'"
        )
        self.epoch, self.step = epoch, step


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: SGD with momentum; everything that can change between two runs."""

    epochs: int = 10  # passes over the training pictures
    batch: int = 64  # pictures a step
    lr: float = 0.05  # SGD step size
    momentum: float = 0.9  # share of the last step carried on
    weight_decay: float = 0.0  # pull of every weight towards 0
    schedule: str = "constant"  # of the step size: a name in SCHEDULES
    clip: float | None = None  # largest length of the gradient, or None
    pixels: str = "unit"  # a name in pixels.SCALES
    loss: str = "own"  # a name in losses.LOSSES, or the one of the network's last layer
    seed: int = 0  # order of the pictures, dropout, and augmentation
    augment: tuple[str, ...] = ()  # what is done to training pictures: names in augment.WAYS
    precision: str = "auto"  # in which the layers compute: a name in PRECISIONS, see `in_bfloat16`

    def __post_init__(self):
        for name, least in (("epochs", 1), ("batch", 1)):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < least:
                raise ValueError(f"Recipe({name}={getattr(self, name)!r}): a whole number from {least} is needed")
        for name in ("lr", "momentum", "weight_decay"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"Recipe({name}={getattr(self, name)!r}): must not be negative")
        if self.clip is not None and not self.clip > 0:
            raise ValueError(f"Recipe(clip={self.clip!r}): must be above 0, or None for no clipping")
        check_scale(self.pixels)
        if isinstance(self.augment, str):
            raise ValueError(f"Recipe(augment={self.augment!r}): a tuple of names is needed, as ({self.augment!r},)")
        object.__setattr__(self, "augment", tuple(self.augment))
        check_ways(self.augment)
        if self.schedule not in SCHEDULES:
            raise unknown("schedule", self.schedule, SCHEDULES)
        if self.loss not in ("own", *LOSSES):
            raise unknown("loss", self.loss, ["own", *LOSSES])
        if self.precision not in PRECISIONS:
            raise unknown("precision", self.precision, PRECISIONS)
