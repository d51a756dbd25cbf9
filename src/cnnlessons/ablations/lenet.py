"""The LeNet part's experiments."""

from dataclasses import replace

from cnnlessons.ablations.experiment import Experiment, Variant
from cnnlessons.catalogue import CATALOGUE
from cnnlessons.layers import AvgPool, MaxPool
from cnnlessons.training import Recipe

CORRECTED = CATALOGUE["lenet-003-corrected"]
KERAS = CATALOGUE["lenet-002-keras"]
# Study note 002's linked notebooks: SGD 0.01 without momentum, batches of 128, pixels left at 0 … 255.
NOTEBOOK = Recipe(epochs=30, batch=128, lr=0.01, momentum=0.0, pixels="raw")

EXPERIMENTS = (
    Experiment(
        "lenet5-1998", "How well does the network of 1998 read MNIST, trained with today's optimiser?", "mnist",
        (Variant("LeNet-5 (1998)", CATALOGUE["lenet5-1998"],
                 Recipe(epochs=20, lr=0.003, schedule="cosine", clip=5, pixels="lecun1998")),),
    ),
    Experiment(
        "E01-convergence", "When has LeNet converged, and on which curve?", "mnist",
        (
            Variant("notebook, raw pixels", KERAS, NOTEBOOK),
            Variant("notebook, pixels 0 … 1", KERAS, replace(NOTEBOOK, pixels="unit")),
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
