"""What an experiment is: named changes of an Arch, a Recipe or the data, and one question."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from cnnlessons.errors import unknown
from cnnlessons.experiments.measures import MEASURES
from cnnlessons.networks import Arch
from cnnlessons.training import Recipe


@dataclass(frozen=True)
class Variant:
    """One network trained one way on so many images.

    With a `start` the weights of its layers `kept` are those with which a run of that variant ends, same seed and
    same images (Simonyan & Zisserman 2014, §3.1); the others start as the network says.
    """

    name: str
    arch: Arch
    recipe: Recipe
    images: int | None = None  # the first so many training images, or all
    until: float | None = None  # a run ends after the epoch in which its training accuracy reaches this
    start: "Variant | None" = None
    kept: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Its definition, as a record keeps it."""
        start = {"start": self.start.as_dict(), "kept": list(self.kept)} if self.start else {}
        return {
            "arch": self.arch.as_dict(),
            "recipe": asdict(self.recipe),
            "pictures": self.images,  # the key in the records
            "until": self.until,
            **start,
        }


@dataclass(frozen=True)
class Experiment:
    """Variants × seeds on one data set. Raises `ValueError` if two variants are the same run under two names.

    With `validation` no test image is looked at: step sizes, lengths and the like are chosen by such an experiment, and
    the one that is reported then uses what was chosen.
    """

    id: str
    question: str
    data: str  # a name for data.load
    variants: tuple[Variant, ...]
    seeds: int = 5
    rehearsal: str | None = "mnist-5k"  # an embedded set on which anyone can re-run a short version, or None
    rehearsed: int | None = None  # so many of the variants, from the first, or all
    also: tuple[str, ...] = ()  # further data sets, each with a record of its own, ID.DATA.json
    measures: tuple[str, ...] = ()  # looked at besides the curves: names in measures.MEASURES
    validation: int = 0  # a choice: the last so many training images are held back and take the test images' place

    def __post_init__(self) -> None:
        for name in self.measures:
            if name not in MEASURES:
                raise unknown("measure", name, MEASURES)
        seen: dict[object, str] = {}
        for variant in self.variants:
            key = (
                variant.arch.layers,
                variant.arch.input,
                variant.arch.init,
                variant.recipe,
                variant.images,
                variant.until,
                variant.start,
                variant.kept,
            )
            if key in seen:
                raise ValueError(f"{self.id}: {variant.name!r} changes nothing: it is the same run as {seen[key]!r}")
            seen[key] = variant.name

    def __getitem__(self, name: str) -> Variant:
        """The variant of that name."""
        for variant in self.variants:
            if variant.name == name:
                return variant
        raise unknown(f"variant of {self.id}", name, [variant.name for variant in self.variants])


def choice(
    of: str,
    data: str,
    networks: Mapping[str, tuple[Arch, Recipe, Iterable[float]]],
    *,
    images: int,
    seeds: int = 1,
    validation: int = 5000,
) -> Experiment:
    """The experiment that chooses the step sizes of the experiment `of`: each network at each of its rates."""
    return Experiment(
        of.partition("-")[0] + "-choice",
        f"Which step size does each network of {of} want?",
        data,
        tuple(
            Variant(f"{name}, lr {lr:g}", arch, replace(recipe, lr=lr), images)
            for name, (arch, recipe, rates) in networks.items()
            for lr in rates
        ),
        seeds=seeds,
        rehearsal=None,
        validation=validation,
    )
