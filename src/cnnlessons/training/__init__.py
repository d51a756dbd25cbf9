"""fit, what it trains with and how a network is judged. Every lesson that trains uses it."""

from cnnlessons.training.augment import SIDES, Augment, Draw, enlarge, middle, principal, seen, ten_crops, windows
from cnnlessons.training.device import chosen_device
from cnnlessons.training.evaluation import evaluate, outputs, size_of
from cnnlessons.training.loop import Epoch, fit
from cnnlessons.training.losses import LOSSES, loss_for
from cnnlessons.training.recipe import SCHEDULES, DivergedError, Recipe
from cnnlessons.training.scaling import SCALES, pad, pixels

__all__ = [
    "LOSSES",
    "SCALES",
    "SCHEDULES",
    "SIDES",
    "Augment",
    "DivergedError",
    "Draw",
    "Epoch",
    "Recipe",
    "chosen_device",
    "enlarge",
    "evaluate",
    "fit",
    "loss_for",
    "middle",
    "outputs",
    "pad",
    "pixels",
    "principal",
    "seen",
    "size_of",
    "ten_crops",
    "windows",
]
