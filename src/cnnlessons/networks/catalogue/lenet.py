"""LeNet-5 of 1998, and the twelve networks that were later called LeNet."""

from dataclasses import replace

from cnnlessons.networks.arch import Arch
from cnnlessons.networks.catalogue.codes import CODES
from cnnlessons.networks.layers import (
    RBF,
    AdaptiveAvgPool,
    AvgPool,
    Conv,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool,
    ReLU,
    ScaledTanh,
    Softmax,
    Subsample,
    Tanh,
)

# Which S2 maps each C3 map reads (LeCun et al. 1998, Table I): 6 × 3 neighbours, 6 × 4 neighbours,
# 3 × 4 that are not neighbours, and one map that reads all six: 60 connections.
C3_TABLE = (
    *[tuple((i + j) % 6 for j in range(3)) for i in range(6)],
    *[tuple((i + j) % 6 for j in range(4)) for i in range(6)],
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)

LENET5 = Arch(
    "lenet5-1998",
    "LeNet-5 as in LeCun et al. 1998",
    (1, 32, 32),
    (
        Conv("C1", 6, 5),
        ScaledTanh("C1_act"),
        Subsample("S2"),
        ScaledTanh("S2_act"),
        Conv("C3", 16, 5, table=C3_TABLE),
        ScaledTanh("C3_act"),
        Subsample("S4"),
        ScaledTanh("S4_act"),
        Conv("C5", 120, 5),
        ScaledTanh("C5_act"),
        Flatten("flatten"),
        Linear("F6", 84),
        ScaledTanh("F6_act"),
        RBF("output_rbf", CODES),
    ),
    "LeCun et al. 1998, Sect. II-B",
    init="lecun1998",
    recipe={"lr": 0.01, "clip": 5.0, "pixels": "lecun1998"},  # the default's lr of 0.05 leaves it at one in ten
)


def tanh_lenet(pool: type[MaxPool] = AvgPool, act: type[Layer] = Tanh) -> tuple[Layer, ...]:
    """The modern reading of LeNet-5: dense C3, pooling without weights, a linear output that returns logits."""
    return (
        Conv("C1", 6, 5),
        act("C1_act"),
        pool("S2", 2),
        Conv("C3", 16, 5),
        act("C3_act"),
        pool("S4", 2),
        Flatten("flatten"),
        Linear("C5", 120),
        act("C5_act"),
        Linear("F6", 84),
        act("F6_act"),
        Linear("output", 10),
    )


def conv_c5(arch: Arch) -> tuple[Layer, ...]:
    """Its layers with C5 as the 5×5 convolution it is in the paper: the same numbers, any input size."""
    c5 = (Conv("C5", 120, 5), arch["C5_act"], arch["flatten"])
    before = arch.layers[: arch.layers.index(arch["flatten"])]
    after = arch.layers[arch.layers.index(arch["F6"]) :]
    return before + c5 + after


CORRECTED = Arch(
    "lenet-003-corrected",
    "Average-pooling tanh LeNet, corrected",
    (1, 32, 32),
    tanh_lenet(),
    "study note 003, its output layer added",
)

PROSE_GRAY = replace(
    CORRECTED,
    id="lenet-000-prose-gray",
    title="LeNet as described in study note 000, grey input",
    layers=conv_c5(CORRECTED),
    source="study note 000, text",
)

PROSE_RGB = replace(
    PROSE_GRAY, id="lenet-000-prose-rgb", title="LeNet as described in study note 000, RGB input", input=(3, 32, 32)
)

CODE_RGB = Arch(
    "lenet-000-code-rgb-relu",
    "RGB ReLU LeNet listed in study note 000",
    (3, 32, 32),
    (
        Conv("conv1", 16, 5),
        ReLU("relu1"),
        MaxPool("pool1", 2),
        Conv("conv2", 32, 5),
        ReLU("relu2"),
        MaxPool("pool2", 2),
        Flatten("view"),
        Linear("fc1", 120),
        ReLU("relu3"),
        Linear("fc2", 84),
        ReLU("relu4"),
        Linear("fc3", 10),
    ),
    "study note 000, listing",
)

PROSE_002 = Arch(
    "lenet-002-prose",
    "LeNet as described in study note 002",
    (1, 32, 32),
    (*tanh_lenet(MaxPool), Softmax("softmax")),
    "study note 002, text",
    init="glorot",
)

KERAS = replace(
    PROSE_002,
    id="lenet-002-keras",
    title="Keras LeNet listed in study note 002",
    input=(1, 28, 28),
    source="study note 002, listing",
)

RELU = replace(
    KERAS,
    id="lenet-002-relu",
    title="ReLU LeNet of study note 002's comparison",
    layers=(*tanh_lenet(MaxPool, ReLU), Softmax("softmax")),
    source="study note 002, linked notebook",
)


def with_dropout(arch: Arch, id: str, title: str, p: float) -> Arch:
    """A copy with dropout after C5_act and F6_act."""
    drops = {"C5_act": Dropout("drop1", p), "F6_act": Dropout("drop2", p)}
    layers = [new for layer in arch.layers for new in (layer, drops.get(layer.name)) if new]
    return replace(arch, id=id, title=title, layers=tuple(layers))


DROPOUT = with_dropout(RELU, "lenet-002-dropout", "ReLU LeNet with dropout of study note 002", 0.2)

CODE_003 = Arch(
    "lenet-003-code",
    "Average-pooling tanh LeNet listed in study note 003",
    (1, 32, 32),
    (
        Conv("conv1", 6, 5),
        Tanh("tanh1"),
        AvgPool("pool1", 2),
        Conv("conv2", 16, 5),
        Tanh("tanh2"),
        AvgPool("pool2", 2),
        Flatten("view"),
        Linear("fc1", 120),
        Tanh("tanh3"),
        Linear("fc2", 84),
        Softmax("softmax"),
    ),
    "study note 003, listing",
)

GAP = replace(
    CORRECTED,
    id="lenet-gap",
    title="LeNet with global average pooling over S4",
    source="Lin et al. 2013, Sect. 3.2",
    layers=(*CORRECTED.layers[:6], AdaptiveAvgPool("gap"), *CORRECTED.layers[6:]),
)

CONV5_GAP = replace(
    PROSE_GRAY,
    id="lenet-conv5-gap",
    title="LeNet with convolutional C5 and global average pooling",
    source="Lin et al. 2013, Sect. 3.2",
    layers=(*PROSE_GRAY.layers[:8], AdaptiveAvgPool("gap"), *PROSE_GRAY.layers[8:]),
)

FCN = Arch(
    "lenet-fcn",
    "LeNet as a fully convolutional net",
    (1, 64, 64),
    (*PROSE_GRAY.layers[:8], Conv("F6", 84, 1), Tanh("F6_act"), Conv("output", 10, 1)),
    "Long et al. 2015, Sect. 3.1",
)

NETWORKS = (
    LENET5,
    PROSE_GRAY,
    PROSE_RGB,
    CODE_RGB,
    PROSE_002,
    KERAS,
    RELU,
    DROPOUT,
    CODE_003,
    CORRECTED,
    GAP,
    CONV5_GAP,
    FCN,
)
