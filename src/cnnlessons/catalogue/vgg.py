"""VGG's configurations, generated from the columns of the paper's Table 1."""

from cnnlessons.arch import Arch
from cnnlessons.layers import Conv, Dropout, Flatten, Linear, MaxPool, ReLU

# Side of each kernel, a list a block (Simonyan & Zisserman 2014, Table 1).
CONFIGURATIONS = {
    "A": ([3], [3], [3, 3], [3, 3], [3, 3]),
    "B": ([3, 3], [3, 3], [3, 3], [3, 3], [3, 3]),
    "C": ([3, 3], [3, 3], [3, 3, 1], [3, 3, 1], [3, 3, 1]),
    "D": ([3, 3], [3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]),
    "E": ([3, 3], [3, 3], [3, 3, 3, 3], [3, 3, 3, 3], [3, 3, 3, 3]),
}
WIDTHS = (64, 128, 256, 512, 512)


def vgg(name: str, blocks) -> Arch:
    """The network of one column: blocks of same-size convolutions with a 2×2 pool after each, then three layers."""
    layers = []
    for b, (maps, kernels) in enumerate(zip(WIDTHS, blocks, strict=True), 1):
        for c, k in enumerate(kernels, 1):
            layers += [Conv(f"conv{b}_{c}", maps, k, p=k // 2), ReLU(f"relu{b}_{c}")]
        layers.append(MaxPool(f"pool{b}", 2))
    layers += [
        Flatten("flatten"),
        Linear("fc6", 4096), ReLU("fc6_relu"), Dropout("drop6"),
        Linear("fc7", 4096), ReLU("fc7_relu"), Dropout("drop7"),
        Linear("fc8", 1000),
    ]
    depth = sum(map(len, blocks)) + 3
    return Arch(f"vgg-{name}", f"VGG-{depth} (configuration {name})", (3, 224, 224), tuple(layers),
                "Simonyan & Zisserman 2014, Table 1", init="normal-0.01")


NETWORKS = tuple(vgg(name, blocks) for name, blocks in CONFIGURATIONS.items())
