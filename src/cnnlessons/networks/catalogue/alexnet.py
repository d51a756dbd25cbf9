"""AlexNet of 2012, on paper and as released, torchvision's one-column relative, and what the study notes made of it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cnnlessons.networks.arch import Arch
from cnnlessons.networks.layers import (
    LRN,
    AdaptiveAvgPool,
    BatchNorm,
    Conv,
    Dropout,
    Flatten,
    GroupedLRN,
    Layer,
    Linear,
    MaxPool,
    ReLU,
    Softmax,
    Tanh,
    WithinMapLRN,
)

ALEXNET = Arch(
    "alexnet-2012",
    "AlexNet as in Krizhevsky et al. 2012",
    (3, 227, 227),  # 55×55 maps where windows round down; the program rounds 224 up
    (
        Conv("conv1", 96, 11, s=4),
        ReLU("relu1"),
        LRN("norm1"),
        MaxPool("pool1", 3, s=2),
        Conv("conv2", 256, 5, p=2, groups=2),
        ReLU("relu2"),
        LRN("norm2"),
        MaxPool("pool2", 3, s=2),
        Conv("conv3", 384, 3, p=1),
        ReLU("relu3"),
        Conv("conv4", 384, 3, p=1, groups=2),
        ReLU("relu4"),
        Conv("conv5", 256, 3, p=1, groups=2),
        ReLU("relu5"),
        MaxPool("pool5", 3, s=2),
        Flatten("flatten"),
        Linear("fc6", 4096),
        ReLU("fc6_act"),
        Dropout("drop6"),
        Linear("fc7", 4096),
        ReLU("fc7_act"),
        Dropout("drop7"),
        Linear("fc8", 1000),
    ),
    "Krizhevsky et al. 2012, Sect. 3",
    init="krizhevsky2012",
    recipe={"batch": 128, "lr": 0.01, "weight_decay": 5e-4, "pixels": "centred"},  # Sect. 5; its relatives keep it
)

# What the released program was told to build as network 145, whose logged errors are the paper's. Its convolutions and
# pools round up, which at stride 1 says nothing. It divides its α of 1e-4 by the window's 5 maps, and 0.001 by the 25
# numbers of a window inside a map: 2e-5 and 4e-5 on the plain sums. The 1 in the second sum is from the program's
# public relatives, for the file that adds it is not among those released.
PROGRAM_SOURCE = "AlexNet source code, Computer History Museum and Google, 2025: network {}"
PROGRAM = Arch(
    "alexnet-2012-program",
    "AlexNet as the released program builds it",
    (3, 224, 224),
    (
        Conv("conv1", 96, 11, s=4, ceil=True),  # 55 windows: the last reads 3 zeros beyond pixel 223
        GroupedLRN("norm1", alpha=2e-5),
        MaxPool("pool1", 3, s=2, ceil=True),
        ReLU("relu1"),
        Conv("conv2", 256, 5, p=2, groups=2),
        ReLU("relu2"),
        GroupedLRN("norm2", alpha=2e-5),
        WithinMapLRN("norm2_map", 5, k=1, alpha=4e-5),
        MaxPool("pool2", 3, s=2, ceil=True),
        Conv("conv3", 384, 3, p=1),
        ReLU("relu3"),
        Conv("conv4", 384, 3, p=1, groups=2),
        ReLU("relu4"),
        Conv("conv5", 256, 3, p=1, groups=2),
        MaxPool("pool5", 3, s=2, ceil=True),
        ReLU("relu5"),
        *ALEXNET.layers[15:],  # flatten … fc8, as printed
    ),
    PROGRAM_SOURCE.format(145),
    init="krizhevsky2012-program",
    recipe=ALEXNET.recipe,
)

COLUMN = {  # half of every convolution, but all 256 maps of the last and all units of the dense part
    "conv1": Conv("conv1", 48, 11, s=4, ceil=True),
    "norm1": LRN("norm1", alpha=2e-5),
    "conv2": Conv("conv2", 128, 5, p=2),
    "norm2": LRN("norm2", alpha=2e-5),
    "conv3": Conv("conv3", 192, 3, p=1),
    "conv4": Conv("conv4", 192, 3, p=1),
    "conv5": Conv("conv5", 256, 3, p=1),
}
HALVES = {  # windows of 2 without overlap; both paddings keep the maps after them at 13×13 and 6×6
    "pool1": MaxPool("pool1", 2, s=2, ceil=True),
    "conv2": Conv("conv2", 256, 5, p=1, groups=2),
    "pool2": MaxPool("pool2", 2, s=2, ceil=True),
    "conv5": Conv("conv5", 256, 3, groups=2),
    "pool5": MaxPool("pool5", 2, s=2, ceil=True),
}

# The networks that 145 was compared with, by the program's own numbers: the first three stand behind numbers in the
# paper (§3.2 to §3.4), 167 is of January 2013.
PROGRAM_ABLATIONS = {
    number: replace(
        PROGRAM.change(f"alexnet-2012-program-{number}", **changes), title=title, source=PROGRAM_SOURCE.format(number)
    )
    for number, title, changes in (
        ("147", "The released program's AlexNet without overlapping pools", HALVES),
        (
            "148",
            "The released program's AlexNet without normalisation",
            {"norm1": None, "norm2": None, "norm2_map": None},
        ),
        ("145-half", "One column of the released program's AlexNet", COLUMN),
        (
            "167",
            "The released program's AlexNet with normalisation in layer 1 alone",
            {"norm2": None, "norm2_map": None},
        ),
    )
}

TORCHVISION = Arch(
    "alexnet-torchvision",
    "torchvision's AlexNet",
    (3, 224, 224),
    (
        Conv("features.0", 64, 11, s=4, p=2),
        ReLU("features.1"),
        MaxPool("features.2", 3, s=2),
        Conv("features.3", 192, 5, p=2),
        ReLU("features.4"),
        MaxPool("features.5", 3, s=2),
        Conv("features.6", 384, 3, p=1),
        ReLU("features.7"),
        Conv("features.8", 256, 3, p=1),
        ReLU("features.9"),
        Conv("features.10", 256, 3, p=1),
        ReLU("features.11"),
        MaxPool("features.12", 3, s=2),
        AdaptiveAvgPool("avgpool", 6),
        Flatten("flatten"),
        Dropout("classifier.0"),
        Linear("classifier.1", 4096),
        ReLU("classifier.2"),
        Dropout("classifier.3"),
        Linear("classifier.4", 4096),
        ReLU("classifier.5"),
        Linear("classifier.6", 1000),
    ),
    "torchvision.models.alexnet, after Krizhevsky 2014",
)


def ungrouped(layer: Layer) -> Layer:
    """A grouped convolution reads all maps instead."""
    return replace(layer, groups=1) if isinstance(layer, Conv) else layer


def norm_last(given: tuple[Layer, ...]) -> tuple[Layer, ...]:
    """Every normalisation changes places with the pooling that follows it."""
    layers = list(given)
    for i in (layers.index(layer) for layer in ALEXNET.layers if isinstance(layer, LRN)):
        layers[i : i + 2] = layers[i + 1], layers[i]
    return tuple(layers)


NO_GROUPS = replace(ALEXNET.map(ungrouped, "alexnet-2012-no-groups"), title="AlexNet of 2012 in one column")

CAFFENET = replace(
    ALEXNET,
    id="caffenet-order",
    title="AlexNet with normalisation after pooling",
    layers=norm_last(ALEXNET.layers),
    source="CaffeNet, as study note 002 orders the layers",
)

# Five plain convolutions, no normalisation, ten classes: the one network with the number that two notes give.
MYSTERY = replace(
    NO_GROUPS.change("alexnet-58322314", norm1=None, norm2=None, fc8=Linear("fc8", 10)),
    title="The network with 58,322,314 parameters",
    source="number in study notes 000 and 002",
)

FASHION = replace(
    MYSTERY,
    id="alexnet-001-fmnist",
    title="AlexNet for Fashion-MNIST listed in study note 001",
    input=(1, 224, 224),
    source="study note 001, listing",
    init="torch",
)


def keras(layer: Layer) -> Layer:
    """Study note 002's changes to a layer: tanh in the dense part, a last pool of 2×2."""
    if layer.name in ("fc6_act", "fc7_act"):
        return Tanh(layer.name)
    return MaxPool("pool5", 2) if layer.name == "pool5" else layer


def normalised(layers: Iterable[Layer]) -> Iterator[Layer]:
    """With batch normalisation after each ReLU that follows a convolution."""
    for layer in layers:
        yield layer
        if isinstance(layer, ReLU) and layer.name.startswith("relu"):
            yield BatchNorm(f"bn{layer.name[-1]}")


KERAS_BN = replace(
    MYSTERY,
    id="alexnet-002-keras-bn",
    title="AlexNet with batch normalisation of study note 002",
    layers=(*normalised(map(keras, MYSTERY.layers)), Softmax("softmax")),
    source="study note 002, listing",
    init="glorot",
)

NOTEBOOK = replace(
    KERAS_BN,
    id="alexnet-002-notebook",
    title="AlexNet in study note 002's linked notebook",
    input=(1, 224, 224),
    source="study note 002, linked notebook",
)

BODY = MYSTERY.layers[:13]  # conv1 … pool5

LISTED = Arch(
    "alexnet-003-code",
    "AlexNet listed in study note 003",
    (3, 227, 227),
    (
        *BODY[:-1],
        MaxPool("pool3", 3, s=2),
        Flatten("view"),
        Dropout("F_dropout_a"),
        Linear("fc1", 4096),
        Dropout("F_dropout_b"),
        ReLU("relu6"),
        Linear("fc2", 4096),
        ReLU("relu7"),
        Linear("fc3", 1000),
        Softmax("softmax"),
    ),
    "study note 003, listing; its F.dropout as the layer it means",
)

GAP = Arch(
    "alexnet-gap",
    "AlexNet with global average pooling",
    (3, 227, 227),
    (*BODY, AdaptiveAvgPool("gap", 1), Flatten("flatten"), Linear("fc", 1000)),
    "AlexNet 2012 with the head of Lin et al. 2014",
    init="krizhevsky2012",
)

FCN = Arch(
    "alexnet-fcn",
    "AlexNet as a fully convolutional network",
    (3, 384, 384),
    (
        *BODY,
        Conv("fc6", 4096, 6),
        ReLU("fc6_act"),
        Dropout("drop6"),
        Conv("fc7", 4096, 1),
        ReLU("fc7_act"),
        Dropout("drop7"),
        Conv("fc8", 1000, 1),
    ),
    "AlexNet 2012, its head as convolutions (Long et al. 2015)",
    init="krizhevsky2012",
)

NETWORKS = (ALEXNET, PROGRAM, NO_GROUPS, CAFFENET, MYSTERY, TORCHVISION, FASHION, KERAS_BN, NOTEBOOK, LISTED, GAP, FCN)
