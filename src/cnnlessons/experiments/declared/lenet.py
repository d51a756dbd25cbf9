"""The LeNet part's experiments."""

from dataclasses import replace

from cnnlessons.experiments.experiment import Experiment, Variant, choice
from cnnlessons.networks import CATALOGUE, Arch
from cnnlessons.networks.layers import AvgPool, Conv, Dropout, Flatten, Linear, MaxPool, ReLU, ScaledTanh, Sigmoid, Tanh
from cnnlessons.training import Recipe

CORRECTED = CATALOGUE["lenet-003-corrected"]
KERAS, RELU, DROPOUT = (CATALOGUE[f"lenet-002-{name}"] for name in ("keras", "relu", "dropout"))
ACTIVATIONS = {"sigmoid": Sigmoid, "tanh": Tanh, "scaled tanh": ScaledTanh, "ReLU": ReLU}

# Study note 002's linked notebooks: SGD 0.01 without momentum, batches of 128, pixels left at 0 … 255.
NOTEBOOK = Recipe(epochs=30, batch=128, lr=0.01, momentum=0.0, pixels="raw")


def four_layers(name: str, init: str = "glorot") -> Arch:
    """Three convolutions and a fully connected layer: the kind of network with which Krizhevsky et al. 2012 race
    tanh and ReLU (Fig. 1; they do not give its sizes)."""
    act = ACTIVATIONS[name]
    return Arch(
        f"four-layers-{name}",
        f"Four-layer CNN, {name}",
        (3, 32, 32),
        (
            Conv("conv1", 32, 5, p=2),
            act("act1"),
            MaxPool("pool1", 2),
            Conv("conv2", 32, 5, p=2),
            act("act2"),
            MaxPool("pool2", 2),
            Conv("conv3", 64, 5, p=2),
            act("act3"),
            MaxPool("pool3", 2),
            Flatten("flatten"),
            Linear("output", 10),
        ),
        "this book",
        init=init,
    )


def with_activation(arch: Arch, name: str) -> Arch:
    """A copy whose hidden activations are all the one of that name."""
    kinds = tuple(ACTIVATIONS.values())
    return arch.map(lambda layer: ACTIVATIONS[name](layer.name) if isinstance(layer, kinds) else layer)


def stack(name: str, depth: int = 10, init: str = "glorot") -> Arch:
    """`depth` 3×3 convolutions of 16 maps in a row, each with that activation, pooled after the third and sixth."""
    layers = []
    for i in range(1, depth + 1):
        layers += [Conv(f"conv{i}", 16, 3, p=1), ACTIVATIONS[name](f"act{i}")]
        layers += [MaxPool(f"pool{i}", 2)] if i in (3, 6) else []
    return Arch(
        f"stack-{depth}",
        f"{depth} convolutions in a row",
        (1, 28, 28),
        (*layers, Flatten("flatten"), Linear("output", 10)),
        "this book",
        init=init,
    )


LOGITS = KERAS.change(softmax=None)
# Four step sizes an activation, for each is judged at its own best; a fifth where the largest one ends the learning.
RATES = {
    "sigmoid": (0.03, 0.1, 0.3, 0.5, 1),
    "tanh": (0.01, 0.03, 0.1, 0.3),
    "scaled tanh": (0.01, 0.03, 0.1, 0.17, 0.3),
    "ReLU": (0.003, 0.01, 0.03, 0.05, 0.1),
    "ReLU from He's weights": (0.01, 0.03, 0.05),
}
DROPPED = {"without dropout": RELU, "with dropout": DROPOUT}

READER = Recipe(epochs=20, lr=0.005, weight_decay=3e-3, schedule="cosine", clip=5, pixels="lecun1998")


def read_1998(epochs: int = 20, lr: float = 0.005, decay: float = 3e-3) -> Variant:
    """The network of 1998, trained so."""
    name = f"{epochs} passes, lr {lr:g}, decay {decay:g}"
    return Variant(name, CATALOGUE["lenet5-1998"], replace(READER, epochs=epochs, lr=lr, weight_decay=decay))


def dropping(width: int, p: float) -> Arch:
    """The ReLU LeNet with `width` times as many fully connected units, and dropout of a share `p` after them."""
    wide = {name: Linear(name, width * units) for name, units in (("C5", 120), ("F6", 84))}
    drops = {name: Dropout(name, p) if p else None for name in ("drop1", "drop2")}
    return DROPOUT.change(f"lenet-dropout-{p:g}-times-{width}", softmax=None, **wide, **drops)


# 2,000 digits and so many passes that the network learns them by heart: what dropout is against.
SMALL = Recipe(epochs=60, batch=32, schedule="cosine")
# Srivastava et al. 2014, App. A: n/p units, momentum of 0.95 to 0.99, and a limit of 3 to 4 on the weights' length.
ADVISED = replace(SMALL, momentum=0.95, max_norm=3.0)
OVERFITTING = {
    "without dropout": (dropping(1, 0), SMALL),
    "dropout, same width": (dropping(1, 0.5), SMALL),
    "dropout, twice the width": (dropping(2, 0.5), ADVISED),
}
CHOSEN = {"without dropout": 0.03, "dropout, same width": 0.03, "dropout, twice the width": 0.01}  # by E03-choice

EXPERIMENTS = (
    Experiment(
        "lenet5-1998",
        "How well does the network of 1998 read MNIST, trained with today's optimiser?",
        "mnist",
        (
            Variant(
                "LeNet-5 (1998)",
                CATALOGUE["lenet5-1998"],
                Recipe(epochs=40, lr=0.005, weight_decay=3e-3, schedule="cosine", clip=5, pixels="lecun1998"),
            ),
        ),
    ),
    Experiment(
        "lenet5-1998-choice",
        "How long, with which step size and which weight decay is the network of 1998 to be trained?",
        "mnist",
        (
            *(read_1998(lr=lr) for lr in (0.0025, 0.005, 0.01)),
            *(read_1998(decay=decay) for decay in (1e-3, 1e-2)),
            *(read_1998(epochs=epochs) for epochs in (10, 40)),
        ),
        seeds=1,
        rehearsal=None,
        validation=5000,
    ),
    Experiment(
        "E01-convergence",
        "When has LeNet converged, and on which curve?",
        "mnist",
        (
            Variant("notebook, raw pixels", KERAS, NOTEBOOK),
            Variant("notebook, pixels 0 … 1", KERAS, replace(NOTEBOOK, pixels="unit")),
            Variant("corrected, raw pixels", CORRECTED, NOTEBOOK),
            Variant("corrected, pixels 0 … 1", CORRECTED, replace(NOTEBOOK, pixels="unit")),
        ),
        also=("fashion-mnist",),
    ),
    Experiment(
        "E02-activations",
        "Which activation lets LeNet learn fastest, each at its own best step size?",
        "mnist",
        tuple(
            Variant(
                f"{title}, lr {lr:g}",
                replace(with_activation(LOGITS, name), init="he" if he else LOGITS.init),
                Recipe(epochs=10, batch=256, lr=lr),
            )
            for title, rates in RATES.items()
            for name, he, _ in [title.partition(" from He's weights")]
            for lr in rates
        ),
    ),
    Experiment(
        "E02-cifar",
        "How many epochs to 25 % training error, with tanh and with ReLU?",
        "cifar10",
        tuple(
            Variant(f"{title}, lr {lr:g}", four_layers(*net), Recipe(epochs=30, batch=64, lr=lr), 10_000, until=0.75)
            for title, net, rates in (
                ("tanh", ("tanh",), (0.01, 0.02, 0.04)),
                ("ReLU", ("ReLU",), (0.01, 0.02, 0.04)),
                ("ReLU from He's weights", ("ReLU", "he"), (0.005, 0.01, 0.02)),
            )
            for lr in rates
        ),
        rehearsed=1,
    ),
    Experiment(
        "E03-dropout",
        "Is LeNet better with dropout, or does it only look so?",
        "mnist",
        tuple(
            Variant(f"{name}, {pixels} pixels", arch, replace(NOTEBOOK, epochs=20, pixels=scale))
            for pixels, scale in (("raw", "raw"), ("scaled", "unit"))
            for name, arch in DROPPED.items()
        )
        + tuple(
            Variant(f"{name}, 2,000 pictures", arch, Recipe(epochs=20, batch=32, lr=0.01), images=2000)
            for name, arch in DROPPED.items()
        ),
        measures=("train in eval mode",),
        also=("fashion-mnist",),
    ),
    choice(
        "E03-small",
        "mnist",
        {name: (*how, (0.003, 0.01, 0.03, 0.06)) for name, how in OVERFITTING.items()},
        images=2000,
        seeds=2,
    ),
    Experiment(
        "E03-small",
        "What does dropout do for a network that learns its images by heart?",
        "mnist",
        tuple(
            Variant(name, arch, replace(recipe, lr=CHOSEN[name]), images=2000)
            for name, (arch, recipe) in OVERFITTING.items()
        ),
        seeds=10,
        rehearsed=1,
        measures=("train in eval mode",),
    ),
    Experiment(
        "E19-dying",
        "How many ReLUs die, and does a smaller step save them?",
        "mnist",
        tuple(
            Variant(f"lr {lr:g}", RELU.change(softmax=None), Recipe(epochs=3, lr=lr, momentum=0.0))
            for lr in (0.01, 0.03, 0.1, 0.3, 1)
        ),
        measures=("dead units",),
        also=("fashion-mnist",),
    ),
    Experiment(
        "E20-gradients",
        "Do gradients shrink on their way back from the loss?",
        "mnist",
        tuple(
            Variant(f"{name}, {title}", arch, Recipe(epochs=1, lr=0.01), images=10_000)
            for name, title, arch in (
                *((name, "LeNet", with_activation(LOGITS, name)) for name in ("sigmoid", "tanh", "ReLU")),
                *((name, "10 layers", stack(name)) for name in ("sigmoid", "tanh", "ReLU")),
                ("ReLU from He's weights", "LeNet", replace(with_activation(LOGITS, "ReLU"), init="he")),
                ("ReLU from He's weights", "10 layers", stack("ReLU", init="he")),
            )
        ),
        measures=("weight gradients",),
        also=("fashion-mnist",),
    ),
    Experiment(
        "E22-softmax",
        "What does a softmax before cross-entropy cost?",
        "mnist",
        (
            Variant("logits", CORRECTED, Recipe(epochs=3)),
            Variant(
                "softmax, then cross-entropy",
                replace(CATALOGUE["lenet-002-prose"], init="torch").map(
                    lambda layer: AvgPool(layer.name, 2) if isinstance(layer, MaxPool) else layer
                ),
                Recipe(epochs=3, loss="cross_entropy"),
            ),
        ),
    ),
    Experiment(
        "E23-ensemble",
        "Is a network trained with dropout an ensemble of thinned ones?",
        "mnist",
        (
            Variant("dropout 0.2", DROPOUT, Recipe(epochs=5)),
            Variant(
                "dropout 0.5",
                DROPOUT.change(drop1=replace(DROPOUT["drop1"], p=0.5), drop2=replace(DROPOUT["drop2"], p=0.5)),
                Recipe(epochs=5),
            ),
        ),
        measures=("dropout ensemble",),
        also=("fashion-mnist",),
    ),
    Experiment(
        "E24-colour",
        "How far does the RGB LeNet of study note 000 get on colour pictures?",
        "cifar10",
        (
            Variant(
                "RGB ReLU LeNet", CATALOGUE["lenet-000-code-rgb-relu"], Recipe(epochs=10, lr=0.01, weight_decay=5e-4)
            ),
        ),
        rehearsed=1,
    ),
)
