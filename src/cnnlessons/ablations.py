"""The experiments: tables of named changes of an Arch, a Recipe or the data, a question each."""

from dataclasses import dataclass, replace

from cnnlessons.arch import Arch
from cnnlessons.catalogue import CATALOGUE
from cnnlessons.errors import unknown
from cnnlessons.layers import AvgPool, MaxPool
from cnnlessons.training import Recipe


@dataclass(frozen=True)
class Variant:
    """One network trained one way on so many pictures."""

    name: str
    arch: Arch
    recipe: Recipe
    pictures: int | None = None  # the first so many training pictures, or all


@dataclass(frozen=True)
class Experiment:
    """Variants × seeds on one data set. Raises `ValueError` if two variants are the same run under two names."""

    id: str
    question: str
    data: str  # a name for data.load
    variants: tuple[Variant, ...]
    seeds: int = 5
    rehearsal: str | None = "mnist-5k"  # an embedded set on which anyone can re-run a short version, or None

    def __post_init__(self):
        seen = {}
        for variant in self.variants:
            key = (variant.arch.layers, variant.arch.input, variant.arch.init, variant.recipe, variant.pictures)
            if key in seen:
                raise ValueError(f"{self.id}: {variant.name!r} changes nothing: it is the same run as {seen[key]!r}")
            seen[key] = variant.name

    def __getitem__(self, name: str) -> Variant:
        """The variant of that name."""
        for variant in self.variants:
            if variant.name == name:
                return variant
        raise unknown(f"variant of {self.id}", name, [variant.name for variant in self.variants])


# Study note 002's linked notebook: SGD 0.01 without momentum, batches of 128, pixels left at 0 … 255.
NOTEBOOK = Recipe(epochs=30, batch=128, lr=0.01, momentum=0.0, pixels="raw")
CORRECTED = CATALOGUE["lenet-003-corrected"]

EXPERIMENTS = {
    experiment.id: experiment
    for experiment in (
        Experiment(
            "lenet5-1998", "How well does the network of 1998 read MNIST, trained with today's optimiser?", "mnist",
            (Variant("LeNet-5 (1998)", CATALOGUE["lenet5-1998"],
                     Recipe(epochs=20, lr=0.003, schedule="cosine", clip=5, pixels="lecun1998")),),
        ),
        Experiment(
            "E01-convergence", "When has LeNet converged, and on which curve?", "mnist",
            (
                Variant("notebook, raw pixels", CATALOGUE["lenet-002-keras"], NOTEBOOK),
                Variant("notebook, pixels 0 … 1", CATALOGUE["lenet-002-keras"], replace(NOTEBOOK, pixels="unit")),
            ),
        ),
        Experiment(
            "E22-softmax", "What does a softmax before cross-entropy cost?", "mnist",
            (
                Variant("logits", CORRECTED, Recipe(epochs=3)),
                Variant("softmax, then cross-entropy", replace(CATALOGUE["lenet-002-prose"], init="torch").map(
                    lambda layer: AvgPool(layer.name, 2) if isinstance(layer, MaxPool) else layer
                ), Recipe(epochs=3, loss="cross_entropy")),
            ),
        ),
    )
}
