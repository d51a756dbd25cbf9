"""fit, what it trains with and how a network is judged. Every lesson that trains uses it."""

from cnnlessons.training.augment import (
    SIDES,
    Augment,
    Chances,
    enlarge,
    middle,
    principal,
    ten_crops,
    test_view,
    windows,
)
from cnnlessons.training.device import chosen_device
from cnnlessons.training.evaluation import evaluate, outputs
from cnnlessons.training.look import mode, size_of
from cnnlessons.training.loop import fit
from cnnlessons.training.losses import LOSSES, loss_for
from cnnlessons.training.recipe import SCHEDULES, DivergedError, NotLearningWarning, Recipe
from cnnlessons.training.run import Epoch, Run
from cnnlessons.training.scaling import SCALES, pad, pixels

__all__ = [
    "LOSSES",
    "SCALES",
    "SCHEDULES",
    "SIDES",
    "Augment",
    "Chances",
    "DivergedError",
    "Epoch",
    "NotLearningWarning",
    "Recipe",
    "Run",
    "chosen_device",
    "enlarge",
    "evaluate",
    "fit",
    "loss_for",
    "middle",
    "mode",
    "outputs",
    "pad",
    "pixels",
    "principal",
    "size_of",
    "ten_crops",
    "test_view",
    "windows",
]
