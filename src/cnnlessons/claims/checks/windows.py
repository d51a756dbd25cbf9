"""Sliding windows: how many fit, what they see, and what a shift of the image does to them."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F
from torchvision import models

from cnnlessons.claims.checking import Found, check
from cnnlessons.modules import build
from cnnlessons.networks import CATALOGUE, trace
from cnnlessons.networks.layers import Conv, MaxPool, count_windows, pair, shape_text

GRID = [(n, k, s, p) for n in range(5, 40) for k in (1, 2, 3, 5) for s in (1, 2, 3, 4) for p in (0, 1, 2) if 2 * p <= k]


def meta(module: nn.Module, n: int) -> int:
    """What a module makes of a line of `n`, without computing it."""
    return module.to("meta")(torch.empty(1, 1, n, n, device="meta")).shape[-1]


def agree(formula: Callable[[int, int, int, int], float]) -> tuple[int, int]:
    """In how many cases of a grid a formula gives PyTorch's size."""
    cases = [(n, k, s, p) for n, k, s, p in GRID[::7]]
    return sum(formula(n, k, s, p) == meta(nn.Conv2d(1, 1, k, s, p), n) for n, k, s, p in cases), len(cases)


@check("002-L015c")
def size_without_rounding() -> Found:
    """(W − K + 1)/S as it stands, and rounded up."""
    value = (32 - 5 + 1) / 1 == 28
    conv1 = (227 - 11 + 1) / 4
    upwards = all(-(-(n - k + 1) // s) == count_windows(n, k, s) for n, k, s, _ in GRID)
    return Found(
        {
            "28 for C1": value,
            "it is the rule when rounded up": upwards,
            "it gives AlexNet's 55 as it stands": conv1 == 55,
        },
        f"AlexNet's conv1: {conv1}",
    )


@check("003-L016", "004-L032")
def size_without_floor() -> Found:
    """(n + 2p − k)/s + 1 without rounding, and with it, beside `nn.Conv2d` over a grid."""
    (plain, cases), (floored, _) = agree(lambda n, k, s, p: (n + 2 * p - k) / s + 1), agree(count_windows)
    return Found(
        {"right with the division rounded down": floored == cases, "right as it stands": plain == cases},
        f"of {cases} cases {floored} with rounding, {plain} without",
    )


@check("004-L034")
def pooling_size() -> Found:
    """A pool's size, rounded down and up, and with padding."""
    n, k, s = 6, 3, 2
    down, up = meta(nn.MaxPool2d(k, s), n), meta(nn.MaxPool2d(k, s, ceil_mode=True), n)
    return Found(
        {
            "right where the windows come out even": meta(nn.MaxPool2d(k, s), 7) == (7 - k) / s + 1,
            "right as it stands elsewhere": down == (n - k) / s + 1,
        },
        f"6 px, window 3, stride 2: {down} rounded down, {up} rounded up",
    )


@check("003-L075", "001-L048")
def padding_keeps_the_size() -> Found:
    """Padding of (k − 1)/2."""
    row = trace(CATALOGUE["alexnet-001-fmnist"])["conv2"]
    kept = all(count_windows(n, 5, 1, 2) == count_windows(n, 3, 1, 1) == n for n in range(5, 60))
    return Found(
        {
            "5 with padding 2, 3 with padding 1 keep the size": kept,
            "26 → 26, 96 → 256 maps": (row.shape_in, row.shape_out) == ((96, 26, 26), (256, 26, 26)),
        },
        f"conv2: {shape_text(row.shape_in)} → {shape_text(row.shape_out)}",
    )


@check("004-L030")
def windows_are_square() -> Found:
    """Every kernel and pool of torchvision's AlexNet and VGGs, as PyTorch stores them."""
    with torch.device("meta"):
        nets = [make() for make in (models.alexnet, models.vgg11, models.vgg16, models.vgg19)]
    sizes = [m.kernel_size for net in nets for m in net.modules() if isinstance(m, nn.Conv2d | nn.MaxPool2d)]
    square = all(isinstance(size, int) or size[0] == size[1] for size in sizes)
    return Found({"all square": square}, f"{len(sizes)} windows in four networks")


@check("000-L007b")
def own_patch() -> Found:
    """Correlate a image with one of its own patches, all patches brought to one norm."""
    x = torch.randn(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    patches = F.normalize(F.unfold(x, 5)[0], dim=0)  # (25, 784)
    answers = patches.T @ patches[:, 300]
    return Found(
        {"the response is largest where the image looks like the kernel": int(answers.argmax()) == 300},
        f"{answers.max():.2f} there, {answers.sort().values[-2]:.2f} at the next best place",
    )


@check("000-L007c", "002-L011b")
def pooling_and_shifts() -> Found:
    """Max pooling of a image shifted by one and by two pixels."""
    x = torch.rand(1, 1, 16, 16, generator=torch.Generator().manual_seed(0))
    pooled = F.max_pool2d(x, 2)
    one, two = (F.max_pool2d(x.roll(d, -1), 2) for d in (1, 2))
    return Found(
        {
            "a shift by two pixels moves the map by one": torch.equal(two, pooled.roll(1, -1)),
            "a shift by one leaves the map alone": torch.equal(one, pooled),
        },
        f"a shift by one changes {(one != pooled).float().mean():.0%} of the map",
    )


@check("004-L028b")
def flattening_fixes_the_size() -> Found:
    """The sizes whose flattened map has the length the first linear layer was made for."""
    found = {}
    for id, channels, flat, units, upto in (
        ("lenet-003-corrected", 1, "flatten", 400, 80),
        ("alexnet-003-code", 3, "view", 9216, 300),
    ):
        arch = CATALOGUE[id]
        fit = [n for n in range(arch.input[1] - 10, upto) if trace(arch, (channels, n, n))[flat].units == units]
        found[id] = (fit[0], fit[-1])
    lenet, alexnet = found.values()
    return Found(
        {"a narrow range of sizes, and no other": lenet == (32, 35) and alexnet == (227, 258)},
        f"LeNet {lenet[0]} to {lenet[1]} px, AlexNet {alexnet[0]} to {alexnet[1]} px",
    )


@check("004-L028c")
def averaging_frees_the_size() -> Found:
    """LeNet with global average pooling, one set of weights, at several sizes."""
    model = build(CATALOGUE["lenet-gap"])
    shapes = [tuple(model(torch.zeros(2, 1, n, n)).shape) for n in (16, 28, 32, 57, 100)]
    rows = [trace(CATALOGUE[id]).params for id in ("lenet-gap", "alexnet-gap")]
    return Found(
        {"one network takes every size": set(shapes) == {(2, 10)}},
        f"16 to 100 px; {rows[0]:,} parameters, AlexNet's body with it {rows[1]:,}",
    )


@check("004-L028d")
def fully_convolutional() -> Found:
    """LeNet with its linear layers as convolutions, the same numbers in them."""
    arch = CATALOGUE["lenet-000-prose-gray"]
    plain, wide = build(arch), build(CATALOGUE["lenet-fcn"])
    state = {name: value.reshape(wide.state_dict()[name].shape) for name, value in plain.state_dict().items()}
    wide.load_state_dict(state)
    x = torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    same = torch.allclose(wide(x).flatten(1), plain(x), atol=1e-5)
    shape = tuple(wide(torch.zeros(1, 1, 64, 64)).shape)
    return Found(
        {"the same answers on 32×32": same, "and a map of them on a larger image": shape == (1, 10, 9, 9)},
        f"64×64 → {shape[2]}×{shape[3]} answers",
    )


@check("000-L007a")
def still_the_mainstream() -> Found:
    """The heads and pools of the old networks and of torchvision's ResNet-18."""
    old = [CATALOGUE[id] for id in ("lenet-003-corrected", "alexnet-2012", "vgg-D")]
    dense = [sum(layer.kind == "dense" for layer in arch.layers) for arch in old]
    with torch.device("meta"):
        resnet = list(models.resnet18().modules())
    linear, pools = (sum(isinstance(m, kind) for m in resnet) for kind in (nn.Linear, nn.MaxPool2d))
    return Found(
        {"AlexNet and VGG follow LeNet's plan": dense == [3, 3, 3], "so do later networks": linear == 3 and pools > 1},
        f"dense layers {dense}; ResNet-18 has {linear}, and {pools} max pool",
    )


@check("001-L093a", "002-L167a", "003-L067")
def overlapping() -> Found:
    """AlexNet's pools."""
    pools = [layer for layer in CATALOGUE["alexnet-2012"].layers if isinstance(layer, MaxPool)]
    return Found(
        {"each window is larger than the stride": all(min(pair(pool.k)) > max(pair(pool.step)) for pool in pools)},
        f"{len(pools)} pools, windows of {pools[0].k} at stride {pools[0].step}",
    )


@check("001-L093b")
def overlap_and_averages() -> Found:
    """One strong unit among zeros, in overlapping and plain windows of both kinds."""
    x = torch.zeros(1, 1, 7, 7)
    x[..., 3, 3] = 9
    largest = [F.max_pool2d(x, k, 2).max().item() for k in (3, 2)]
    means = [F.avg_pool2d(x, k, 2).max().item() for k in (3, 2)]
    return Found(
        {"a maximum does not average": largest == [9, 9], "because windows overlap": means[0] == 9},
        f"maxima {largest}, means {means} for windows of 3 and 2",
    )


@check("001-L016d")
def wide_view() -> Found:
    """What one unit sees: AlexNet's last convolution, and VGG's, whose windows are all 3×3."""
    alexnet, vgg = trace(CATALOGUE["alexnet-2012"])["conv5"], trace(CATALOGUE["vgg-D"])["conv5_3"]
    small = {row.layer.k for row in trace(CATALOGUE["vgg-D"]) if isinstance(row.layer, Conv)}
    return Found(
        {
            "AlexNet's windows give its units a wide view": alexnet.receptive_field > 100,
            "it takes large windows": not (small == {3} and vgg.receptive_field > alexnet.receptive_field),
        },
        f"conv5 of AlexNet sees {alexnet.receptive_field} px, VGG-16's last convolution {vgg.receptive_field}",
    )
