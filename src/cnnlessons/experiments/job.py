"""A job: one run of an experiment, and the row that it leaves."""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import lru_cache

from torch import nn

from cnnlessons.data import Dataset, Split, load
from cnnlessons.experiments.experiment import Variant
from cnnlessons.experiments.measures import MEASURES
from cnnlessons.modules import build
from cnnlessons.training import DivergedError, Recipe, fit

CURVES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds")
LATER = {"augment": [], "precision": "auto", "pictures": None, "until": None}  # came after some records


def definition(variant: dict) -> dict:
    """What a record says of a variant, less the fields that it might lack because they came later."""
    parts = {k: definition(v) if k in ("recipe", "start") else v for k, v in json.loads(json.dumps(variant)).items()}
    return {k: v for k, v in parts.items() if k not in LATER or v != LATER[k]}


@dataclass(frozen=True)
class Job:
    """One row to be: a variant, a seed and a data set; `epochs` and `limit` make it a short version."""

    variant: Variant
    seed: int
    data: str
    epochs: int | None = None  # instead of the recipe's
    limit: int | None = None  # training pictures instead of all
    measures: tuple[str, ...] = ()  # names in measures.MEASURES

    @property
    def key(self) -> tuple[str, int, str]:
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
        what = [made["arch"], made["recipe"], self.variant.until, self.data, self.pictures, self.measures]
        if self.variant.start:
            what.append(made["start"] | {"kept": self.variant.kept})
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:12]

    @property
    def pictures(self) -> int | None:
        """How many training pictures it reads, or None for all."""
        return min((n for n in (self.variant.pictures, self.limit) if n), default=None)

    def splits(self):
        """Its training and test pictures. A network for colour sees grey pictures alike in all its channels."""
        data, channels = in_memory(self.data), self.variant.arch.input[0]
        train = data.train.take(min(self.pictures, len(data.train))) if self.pictures else data.train
        return [
            Split(one.x.expand(-1, channels, -1, -1), one.y) if one.x.shape[1] == 1 else one
            for one in (train, data.test)
        ]

    def row(self, epochs=(), looks=(), error: DivergedError | None = None) -> dict:
        """What goes on disk: a number an epoch for each curve, one more (before training) for each measure."""
        variant, seed, data = self.key
        row = {"variant": variant, "seed": seed, "data": data, "status": "diverged" if error else "done"}
        row |= {name: [short(getattr(epoch, name)) for epoch in epochs] for name in CURVES}
        row |= {name: [short(look[name]) for look in looks] for name in (looks[0] if looks else ())}
        return row | {"error": str(error)} if error else row

    def model(self, device: str = "cpu") -> nn.Sequential:
        """The network before its first step. Raises `DivergedError` if the run that it starts from does."""
        model, before = build(self.variant.arch, seed=self.seed).to(device), self.variant.start
        if before:
            job = replace(self, variant=before, measures=())
            earlier = job.model(device)
            for _ in fit(earlier, *job.splits(), job.recipe, device=device):
                pass
            for name in self.variant.kept:
                model.get_submodule(name).load_state_dict(earlier.get_submodule(name).state_dict())
        return model

    def run(self, device: str = "cpu") -> dict:
        """Train it, the plain way. A run that diverged is a row that says so."""
        (train, test), epochs = self.splits(), []
        try:
            model = self.model(device)
        except DivergedError as error:
            return self.row(error=error)

        def look():
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


def short(number: float) -> float:
    """Six digits: more than a curve needs, and no number becomes another."""
    return float(f"{number:.6g}")
