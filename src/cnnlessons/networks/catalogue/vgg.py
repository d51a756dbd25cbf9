"""VGG's configurations, generated from the columns of the paper's Table 1, and their relatives."""

from collections.abc import Sequence
from dataclasses import replace

from cnnlessons.networks.arch import Arch
from cnnlessons.networks.layers import LRN, AdaptiveAvgPool, BatchNorm, Conv, Dropout, Flatten, Linear, MaxPool, ReLU

# Side of each kernel, a list a block (Simonyan & Zisserman 2014, Table 1).
CONFIGURATIONS = {
    "A": ([3], [3], [3, 3], [3, 3], [3, 3]),
    "B": ([3, 3], [3, 3], [3, 3], [3, 3], [3, 3]),
    "C": ([3, 3], [3, 3], [3, 3, 1], [3, 3, 1], [3, 3, 1]),
    "D": ([3, 3], [3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]),
    "E": ([3, 3], [3, 3], [3, 3, 3, 3], [3, 3, 3, 3], [3, 3, 3, 3]),
}
WIDTHS = (64, 128, 256, 512, 512)

# (configuration, training scale S) → top-1, top-5 error in per cent on ImageNet's 50,000 validation images (Table 3).
TABLE_3 = {
    ("A", "256"): (29.6, 10.4),
    ("A-LRN", "256"): (29.7, 10.5),
    ("B", "256"): (28.7, 9.9),
    ("C", "256"): (28.1, 9.4),
    ("C", "384"): (28.1, 9.3),
    ("C", "256–512"): (27.3, 8.8),
    ("D", "256"): (27.0, 8.8),
    ("D", "384"): (26.8, 8.7),
    ("D", "256–512"): (25.6, 8.1),
    ("E", "256"): (27.3, 9.0),
    ("E", "384"): (26.9, 8.7),
    ("E", "256–512"): (25.5, 8.0),
}

HEAD = (
    Flatten("flatten"),
    Linear("fc6", 4096),
    ReLU("fc6_relu"),
    Dropout("drop6"),
    Linear("fc7", 4096),
    ReLU("fc7_relu"),
    Dropout("drop7"),
    Linear("fc8", 1000),
)


def vgg(name: str, blocks: Sequence[Sequence[int]]) -> Arch:
    """The network of one column: blocks of same-size convolutions with a 2×2 pool after each, then three layers."""
    layers = []
    for b, (maps, kernels) in enumerate(zip(WIDTHS, blocks, strict=True), 1):
        for c, k in enumerate(kernels, 1):
            layers += [Conv(f"conv{b}_{c}", maps, k, p=k // 2), ReLU(f"relu{b}_{c}")]
        layers.append(MaxPool(f"pool{b}", 2))
    depth = sum(map(len, blocks)) + 3
    return Arch(
        f"vgg-{name}",
        f"VGG-{depth} (configuration {name})",
        (3, 224, 224),
        (*layers, *HEAD),
        "Simonyan & Zisserman 2014, Table 1",
        init="normal-0.01",
        recipe={"batch": 256, "lr": 0.01, "weight_decay": 5e-4, "pixels": "centred"},  # Sect. 3.1
    )


def normalised(arch: Arch) -> Arch:
    """torchvision's version, a batch normalisation between each convolution and its ReLU, here from He's weights."""
    arch = arch.follow(
        lambda layer: isinstance(layer, Conv) and [BatchNorm(layer.name.replace("conv", "bn"))], f"{arch.id}-bn"
    )
    return replace(arch, title=f"{arch.title} with batch normalisation", source="torchvision.models", init="he")


COLUMNS = {name: vgg(name, blocks) for name, blocks in CONFIGURATIONS.items()}
A, B, D = COLUMNS["A"], COLUMNS["B"], COLUMNS["D"]

A_LRN = replace(
    A.follow(lambda layer: layer.name == "relu1_1" and [LRN("lrn")], "vgg-A-LRN"),
    title="VGG-11 with local response normalisation (configuration A-LRN)",
)

# Each pair of 3×3 convolutions as one 5×5 (Sect. 4.1): the same receptive fields, half as many ReLUs.
SHALLOW = Arch(
    "vgg-B-shallow5x5",
    "Configuration B with one 5×5 for each pair of 3×3",
    B.input,
    (
        *(
            layer
            for b, maps in enumerate(WIDTHS, 1)
            for layer in (Conv(f"conv{b}", maps, 5, p=2), ReLU(f"relu{b}"), MaxPool(f"pool{b}", 2))
        ),
        *HEAD,
    ),
    "Simonyan & Zisserman 2014, Sect. 4.1",
    init=B.init,
)

BODY = D.layers[: -len(HEAD)]  # conv1_1 … pool5

GAP = Arch(
    "vgg-D-gap",
    "VGG-16 with global average pooling",
    D.input,
    (*BODY, AdaptiveAvgPool("gap", 1), Flatten("flatten"), Linear("fc", 1000)),
    "configuration D with the head of Lin et al. 2014",
    init="he",
)

FCN = Arch(
    "vgg-D-fcn",
    "VGG-16 as a fully convolutional network",
    (3, 384, 384),
    (
        *BODY,
        Conv("fc6", 4096, 7),
        ReLU("fc6_relu"),
        Dropout("drop6"),
        Conv("fc7", 4096, 1),
        ReLU("fc7_relu"),
        Dropout("drop7"),
        Conv("fc8", 1000, 1),
    ),
    "Simonyan & Zisserman 2014, Sect. 3.2",
    init=D.init,
)

NETWORKS = (*COLUMNS.values(), A_LRN, *(normalised(COLUMNS[name]) for name in "ABDE"), SHALLOW, GAP, FCN)
