"""The VGG part's experiments: VGGs with an eighth of the maps, for images of 32×32."""

from dataclasses import replace

from cnnlessons.experiments.experiment import Experiment, Variant
from cnnlessons.networks import CATALOGUE, Arch
from cnnlessons.networks.layers import Conv, Linear
from cnnlessons.training import Recipe


def small(id: str, init: str, channels: int = 1) -> Arch:
    """A VGG of the catalogue with an eighth of the maps, 128 units in fc6 and fc7, and ten classes."""
    arch = CATALOGUE[id].change(f"{id}-small", fc6=Linear("fc6", 128), fc7=Linear("fc7", 128), fc8=Linear("fc8", 10))
    arch = arch.map(lambda layer: replace(layer, maps=layer.maps // 8) if isinstance(layer, Conv) else layer)
    return replace(arch, title=f"{arch.title}, 1/8 of the maps", input=(channels, 32, 32), init=init)


# The paper's first four convolutions and its three fully connected layers, which the deeper nets took over from A.
FROM_A = ("conv1_1", "conv2_1", "conv3_1", "conv3_2", "fc6", "fc7", "fc8")
STALL = Recipe(epochs=10, batch=64, lr=0.01, weight_decay=5e-4, pixels="centred")
A, B, D = (Variant(name, small(f"vgg-{name}", "simonyan2014-scaled"), STALL, 10_000) for name in "ABD")
B_FROM_A = replace(B, name="B, warm start from A", start=A, kept=FROM_A)
FROM_B = tuple(layer.name for layer in B.arch.layers if isinstance(layer, Conv | Linear))

EXPERIMENTS = (
    Experiment(
        "E13-stall",
        "Which VGGs start to learn from N(0, 0.01²), and what helps those that do not?",
        "mnist",
        (
            A,
            B,
            D,
            B_FROM_A,
            replace(D, name="D, warm start from A", start=A, kept=FROM_A),
            replace(D, name="D, warm start from B", start=B_FROM_A, kept=FROM_B),
            replace(D, name="D, Glorot's weights", arch=replace(D.arch, init="glorot")),
            # He's weights keep a signal as large as it is; Glorot's, with ReLU, lose a factor of 256 over 16 layers
            replace(D, name="D, He's weights", arch=replace(D.arch, init="he"), recipe=replace(STALL, pixels="unit")),
        ),
        rehearsed=1,
    ),
)
