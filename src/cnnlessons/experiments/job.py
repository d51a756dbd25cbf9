"""A job: one run of an experiment, and the row that it leaves."""

import hashlib
import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isfinite
from typing import Any

from torch import nn

from cnnlessons.data import Dataset, Split, load
from cnnlessons.experiments.experiment import Variant
from cnnlessons.experiments.measures import MEASURES
from cnnlessons.experiments.rows import CURVES, Key, Row
from cnnlessons.modules import build
from cnnlessons.training import DivergedError, Epoch, NotLearningWarning, Recipe, fit

# fields that came after some records, with the value that changes nothing
LATER: dict[str, Any] = {"augment": [], "precision": "auto", "max_norm": None, "pictures": None, "until": None}
LATER_IN_LAYERS: dict[str, dict[str, Any]] = {"Conv": {"ceil": False}}  # and these, by the type of the layer


def definition(variant: dict[str, Any]) -> dict[str, Any]:
    """What a record says of a variant, less the fields that it might lack because they came later."""
    parts = json.loads(json.dumps(variant))
    for layer in parts.get("arch", {}).get("layers", []):
        for name, value in LATER_IN_LAYERS.get(layer["type"], {}).items():
            if layer.get(name) == value:
                del layer[name]
    for name in ("recipe", "start"):
        if isinstance(parts.get(name), dict):
            parts[name] = definition(parts[name])
    return {k: v for k, v in parts.items() if k not in LATER or v != LATER[k]}


Look = dict[str, float]  # what the measures say at one moment


@dataclass(frozen=True)
class Job:
    """One row to be: a variant, a seed and a data set; `epochs` and `limit` make it a short version."""

    variant: Variant
    seed: int
    data: str
    epochs: int | None = None  # instead of the recipe's
    limit: int | None = None  # training images instead of all
    measures: tuple[str, ...] = ()  # names in measures.MEASURES
    validation: int = 0  # of the training images, held back in place of the test images

    @property
    def key(self) -> Key:
        """What tells it from the other rows of its plan."""
        return self.variant.name, self.seed, self.data

    @property
    def recipe(self) -> Recipe:
        """The variant's, with this seed."""
        return replace(self.variant.recipe, seed=self.seed, epochs=self.epochs or self.variant.recipe.epochs)

    @property
    def digest(self) -> str:
        """Of everything that decides what comes out: a row of another definition has another one."""
        made = definition(replace(self.variant, recipe=self.recipe).as_dict())
        what = [made["arch"], made["recipe"], self.variant.until, self.data, self.images, self.measures]
        if self.variant.start:
            what.append(made["start"] | {"kept": self.variant.kept})
        if self.validation:
            what.append({"validation": self.validation})
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:12]

    @property
    def images(self) -> int | None:
        """How many training images it reads, or None for all."""
        return min((n for n in (self.variant.images, self.limit) if n), default=None)

    def splits(self) -> tuple[Split, Split]:
        """Its training and test images, or validation images. A network for colour sees grey alike in all channels."""
        data, channels = in_memory(self.data), self.variant.arch.input[0]
        train, test = data.train, data.test
        if self.validation:
            at = len(train) - self.validation
            train, test = Split(train.x[:at], train.y[:at]), Split(train.x[at:], train.y[at:])
        train = train.take(min(self.images, len(train))) if self.images else train

        def coloured(split: Split) -> Split:
            return Split(split.x.expand(-1, channels, -1, -1), split.y) if split.x.shape[1] == 1 else split

        return coloured(train), coloured(test)

    def row(self, epochs: Sequence[Epoch] = (), looks: Sequence[Look] = (), error: Exception | None = None) -> Row:
        """What goes on disk: a number per epoch for each curve, one more (before training) for each measure.

        From the first number that is none on the run counts as diverged, and the row ends before it.
        """
        if (sound := _sound(epochs, looks)) < len(epochs):
            error = error or ArithmeticError(f"after epoch {sound + 1} not every number was finite")
            epochs, looks = epochs[:sound], looks[: sound + 1]
        variant, seed, data = self.key
        row: Row = {"variant": variant, "seed": seed, "data": data, "status": "diverged" if error else "done"}
        row |= {name: [short(getattr(epoch, name)) for epoch in epochs] for name in CURVES}
        row |= {name: [short(look[name]) for look in looks] for name in (looks[0] if looks else ())}
        row |= {"error": str(error)} if error else {}
        return row | {"source": source_digest(data)}

    def model(self, device: str = "cpu") -> nn.Sequential:
        """The network before its first step. Raises `DivergedError` if the run that it starts from does."""
        model, before = build(self.variant.arch, seed=self.seed).to(device), self.variant.start
        if before:
            job = replace(self, variant=before, measures=())
            earlier = job.model(device)
            train, test = job.splits()
            for _ in fit(earlier, train, test, job.recipe, device=device):
                pass
            for name in self.variant.kept:
                model.get_submodule(name).load_state_dict(earlier.get_submodule(name).state_dict())
        return model

    def run(self, device: str = "cpu") -> Row:
        """Train it. A run that diverged is a row that says so; of one that explodes the curves tell."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotLearningWarning)
            return self._trained(device)

    def _trained(self, device: str) -> Row:
        """What `run` returns."""
        train, test = self.splits()
        epochs: list[Epoch] = []
        try:
            model = self.model(device)
        except DivergedError as error:
            return self.row(error=error)

        def look() -> Look:
            return {k: v for name in self.measures for k, v in MEASURES[name](model, train, test, self.recipe).items()}

        looks = [look()] if self.measures else []
        try:
            for epoch in fit(model, train, test, self.recipe, device=device):
                epochs.append(epoch)
                looks += [look()] if self.measures else []
                if self.variant.until and epoch.train_accuracy >= self.variant.until:
                    break
        except DivergedError as error:
            return self.row(epochs, looks, error)
        return self.row(epochs, looks)


@lru_cache(maxsize=2)
def in_memory(name: str) -> Dataset:
    """`load`, kept for the next row: a worker reads a set once."""
    return load(name)


def source_digest(name: str) -> str:
    """Of the images of a set as they are on this machine: twelve hex digits."""
    return in_memory(name).source.digest[:12]


def _finite(numbers: Mapping[str, float]) -> bool:
    return all(map(isfinite, numbers.values()))


def _sound(epochs: Sequence[Epoch], looks: Sequence[Look]) -> int:
    """How many epochs, from the first, have finite numbers only, in their curves and in the look after them."""
    for n, epoch in enumerate(epochs):
        if not _finite({name: getattr(epoch, name) for name in CURVES} | (dict(looks[n + 1]) if looks else {})):
            return n
    return len(epochs)


def short(number: float) -> float:
    """Six digits: more than a curve needs, and no number becomes another."""
    return float(f"{number:.6g}")
