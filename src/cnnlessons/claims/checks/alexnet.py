"""AlexNet's shapes and parameters, and what became of them in the notes."""

import inspect
from typing import Any

import torch
from torch import nn
from torchvision import models

from cnnlessons.claims.checking import Found, check
from cnnlessons.networks import CATALOGUE, Row, Trace, trace
from cnnlessons.networks.layers import LRN, BatchNorm, Conv, MaxPool, Tanh, shape_text
from cnnlessons.training import ten_crops

PAPER = trace(CATALOGUE["alexnet-2012"])
PROGRAM = trace(CATALOGUE["alexnet-2012-program"])
KERAS = trace(CATALOGUE["alexnet-002-keras-bn"])
FASHION = trace(CATALOGUE["alexnet-001-fmnist"])
LENET = trace(CATALOGUE["lenet5-1998"])
MIB = 4 / 2**20  # of a number in float32


def learned(rows: Trace) -> list[Row]:
    """The rows with weights: convolutions and linear layers."""
    return [row for row in rows if row.layer.kind in ("conv", "dense")]


def convs(rows: Trace) -> list[Conv]:
    """The convolutions."""
    return [row.layer for row in rows if isinstance(row.layer, Conv)]


@check("001-L007b", "001-L016a")
def eight_layers() -> Found:
    """Learned layers."""
    kinds = [row.layer.kind for row in learned(PAPER)]
    return Found(
        {
            "five convolutions": kinds.count("conv") == 5,
            "two hidden dense layers and the output": kinds.count("dense") == 3,
        },
        f"{len(kinds)} learned layers",
    )


@check("001-L011")
def sixty_million() -> Found:
    """Parameters and units."""
    units = sum(row.units for row in learned(PAPER))
    return Found(
        {
            "60 million parameters": 60e6 < PAPER.params < 61.5e6,
            "650,000 units": abs(units / 650_000 - 1) < 0.02,
            "in the released program too": PROGRAM.params == PAPER.params
            and sum(row.units for row in learned(PROGRAM)) == units,
        },
        f"{PAPER.params:,} parameters, {units:,} units",
    )


@check("000-L060b", "002-L065f")
def mystery() -> Found:
    """Who has 58,322,314 parameters."""
    owner = trace(CATALOGUE["alexnet-58322314"])
    wide = trace(CATALOGUE["alexnet-2012-no-groups"])
    return Found(
        {"58,322,314 is AlexNet's number": PAPER.params == 58_322_314},
        f"AlexNet {PAPER.params:,}; {owner.params:,} without groups and norms, with 10 classes; "
        f"{wide.params:,} with 1000; study note 002's code {KERAS.params:,}",
    )


@check("000-L060d", "002-L113b")
def groups() -> Found:
    """Which layers see only one GPU's maps."""
    grouped, theirs = ([conv.name for conv in convs(rows) if conv.groups == 2] for rows in (PAPER, PROGRAM))
    return Found(
        {
            "conv2, conv4 and conv5, not conv3": grouped == ["conv2", "conv4", "conv5"],
            "in the released program too": theirs == grouped,
        },
        ", ".join(grouped),
    )


@check("000-L066")
def one_gpu() -> Found:
    """Bytes of weights, gradients and momentum, and of the activations of 128 images, against 8 GiB."""
    weights = PAPER.params * MIB
    acts = 128 * sum(row.units for row in PAPER) * MIB
    return Found(
        {"it fits into a GPU of today": 3 * weights + 2 * acts < 8192},
        f"weights {weights:.0f} MiB, with gradients and momentum {3 * weights / 1024:.1f} GiB, "
        f"activations of a batch of 128 {acts / 1024:.1f} GiB",
    )


@check("001-L016b", "001-L016e")
def windows() -> Found:
    """Kernel sizes."""
    sizes = [conv.k for conv in convs(PAPER)]
    return Found({"11, 5, then 3": sizes == [11, 5, 3, 3, 3]}, f"{sizes}")


@check("003-L050a")
def smaller_kernels() -> Found:
    """AlexNet's first two kernels beside LeNet's."""
    ours, theirs = ([conv.k for conv in convs(rows) if isinstance(conv.k, int)] for rows in (PAPER, LENET))
    return Found(
        {"the first is smaller": ours[0] < theirs[0], "the second is smaller": ours[1] < theirs[1]},
        f"AlexNet {ours}, LeNet-5 {theirs}",
    )


@check("001-L016f")
def three_pools() -> Found:
    """Pools, and the last convolution before each."""
    found: dict[str, tuple[Any, Any]] = {}
    last = ""
    for row in PAPER:
        last = row.layer.name if isinstance(row.layer, Conv) else last
        if isinstance(row.layer, MaxPool):
            found[last] = (row.layer.k, row.layer.step)
    want = dict.fromkeys(("conv1", "conv2", "conv5"), (3, 2))
    return Found({"3×3 at stride 2 after conv1, conv2, conv5": found == want}, ", ".join(found))


@check("001-L016g")
def dozens_of_channels() -> Found:
    """Maps of AlexNet's and LeNet's convolutions."""
    (a, b, c, *_), (d, e, *_) = ([conv.maps for conv in convs(rows)] for rows in (PAPER, LENET))
    ratios = [a // d, b // e, c // e]
    return Found(
        {"many times as many": min(ratios) > 10, "two dozen times or more throughout": min(ratios) >= 24},
        f"{min(ratios)} to {max(ratios)} times",
    )


@check("001-L045")
def five_arguments() -> Found:
    """What `Conv2d(1, 96, 11, 4)` hands over."""
    given = inspect.signature(nn.Conv2d).bind(1, 96, 11, 4).arguments
    side = FASHION["conv1"].shape_out[1]
    return Found(
        {
            "channels, kernel and stride": {"in_channels", "out_channels", "kernel_size", "stride"} <= given.keys(),
            "padding": "padding" in given,
        },
        f"{len(given)} arguments; {side}×{side} maps of 224 px, not 55×55",
    )


@check("001-L052")
def increased_further() -> Found:
    """Maps from pool2 to conv5 in study note 001's listing."""
    maps = [FASHION["pool2"].shape_out[0], *(FASHION[f"conv{i}"].shape_out[0] for i in (3, 4, 5))]
    return Found(
        {
            "three windows of 3×3": [FASHION[f"conv{i}"].layer.k for i in (3, 4, 5)] == [3, 3, 3],
            "the first has more maps": maps[1] > maps[0],
            "so has the second": maps[2] > maps[1],
        },
        " → ".join(map(str, maps)),
    )


@check("001-L053")
def no_pool() -> Found:
    """What stands between conv3, conv4 and conv5."""
    names = [row.layer.name for row in PAPER]
    between = names[names.index("conv3") : names.index("conv5") + 1]
    return Found({"no pooling": not any(name.startswith("pool") for name in between)}, " → ".join(between))


@check("001-L063")
def several_times() -> Found:
    """Outputs of the hidden dense layers."""
    ratios = [4096 / LENET[name].units for name in ("C5", "F6")]
    return Found(
        {"more outputs": min(ratios) > 1, "several times as many, say up to ten": max(ratios) <= 10},
        f"{ratios[0]:.0f} and {ratios[1]:.0f} times",
    )


@check("001-L065")
def flattened_6400() -> Found:
    """The flattened size of study note 001's listing at 224 and 227 pixels."""
    units = [trace(CATALOGUE["alexnet-001-fmnist"], (1, n, n))["flatten"].units for n in (224, 227)]
    return Found(
        {"256·5·5 at 224 px": units[0] == 6400, "256·5·5 at 227 px, or 224 rounded up": units[1] == 6400},
        f"{units[0]:,} and {units[1]:,}",
    )


@check("001-L071")
def fashion() -> Found:
    """The listing for Fashion-MNIST."""
    return Found(
        {"10 classes": FASHION[-1].shape_out == (10,), "instead of 1000": PAPER[-1].shape_out == (1000,)},
        f"{FASHION.input[0]} input channel, {FASHION.params:,} parameters",
    )


@check("001-L099a")
def resembles_lenet() -> Found:
    """Convolutions and parameters of both."""
    ours, theirs = len(convs(PAPER)), len(convs(LENET))
    return Found(
        {"more convolutions": ours > theirs, "more parameters": PAPER.params > LENET.params},
        f"{ours} against {theirs}; {PAPER.params:,} against {LENET.params:,}",
    )


@check("002-L067")
def wider_costs() -> Found:
    """C3 with twice as many maps in and out."""
    narrow, wide = (
        trace(arch)
        for arch in (
            CATALOGUE["mini-alexnet"],
            CATALOGUE["mini-alexnet"].map(
                lambda layer: Conv(layer.name, 2 * layer.maps, layer.k, p=layer.p) if isinstance(layer, Conv) else layer
            ),
        )
    )
    return Found(
        {"wider has more capacity": wide.params > narrow.params, "and costs more": wide.macs > 2 * narrow.macs},
        f"twice the maps: {wide.params / narrow.params:.1f} times the parameters, "
        f"{wide.macs / narrow.macs:.1f} times the work",
    )


@check("002-L083a")
def first_convolution() -> Found:
    """conv1 without groups or padding."""
    row = KERAS["conv1"]
    layer = row.layer
    given = row.shape_in, layer.s, layer.maps, layer.k, layer.p
    return Found(
        {"227, stride 4, 96 kernels of 11×11, no padding": given == ((3, 227, 227), 4, 96, 11, 0)},
        f"{shape_text(row.shape_out[1:])} maps, {row.params:,} parameters",
    )


@check("002-L083b")
def keras_is_alexnet() -> Found:
    """The Keras listing beside the paper's network."""
    norms = [row.layer for row in KERAS if isinstance(row.layer, BatchNorm)]
    listed, paper = ([(conv.k, conv.s, conv.maps) for conv in convs(rows)] for rows in (KERAS, PAPER))
    return Found(
        {
            "the same kernels and strides": listed == paper,
            "in groups": any(conv.groups == 2 for conv in convs(KERAS)),
            "with LRN": any(isinstance(row.layer, LRN) for row in KERAS),
            "for 1000 classes": KERAS["fc8"].shape_out == (1000,),
        },
        f"no groups, {len(norms)} batch norms, tanh in the dense part, {KERAS['fc8'].shape_out[0]} classes",
    )


@check("002-L095")
def last_pool() -> Found:
    """The last pool of the paper and of the Keras listing, on 13×13 maps."""
    paper, listed = PAPER["pool5"], KERAS["pool5"]
    return Found(
        {"2×2 in AlexNet": paper.layer.k == 2},
        f"{paper.layer.k}×{paper.layer.k}; both give {paper.shape_out[1]}×{listed.shape_out[2]} from 13×13",
    )


@check("002-L097")
def dense_tanh() -> Found:
    """The activations after fc6 and fc7."""
    acts = [type(PAPER[f"{name}_act"].layer).__name__ for name in ("fc6", "fc7")]
    return Found({"tanh in AlexNet's dense layers": Tanh.__name__ in acts}, f"{', '.join(acts)}; tanh in the listing")


@check("002-L105")
def keras_summary() -> Found:
    """Trainable parameters and moving statistics of the Keras listing."""
    moving = sum(2 * row.shape_in[0] for row in KERAS if isinstance(row.layer, BatchNorm))
    return Found(
        {"58,325,066 trainable": KERAS.params == 58_325_066, "2,752 others": moving == 2752},
        f"{KERAS.params:,} + {moving:,} = {KERAS.params + moving:,}",
    )


@check("002-L113c")
def groups_survive() -> Found:
    """Groups in torchvision's later networks."""
    with torch.device("meta"):
        counts = {
            make.__name__: max(m.groups for m in make().modules() if isinstance(m, nn.Conv2d))
            for make in (models.resnext50_32x4d, models.mobilenet_v2)
        }
    return Found(
        {
            "one GPU is enough for AlexNet": 3 * PAPER.params * MIB < 2048,
            "nobody needs groups any more": max(counts.values()) == 1,
        },
        ", ".join(f"{name} has up to {n} groups" for name, n in counts.items()),
    )


@check("003-L050b")
def deeper_and_wider() -> Found:
    """Learned layers and maps of both."""
    most = [max(conv.maps for conv in convs(rows)[:n]) for rows, n in ((PAPER, 5), (LENET, 2))]
    depths = [len(learned(rows)) for rows in (PAPER, LENET)]
    return Found(
        {"deeper": depths[0] > depths[1], "more channels": most[0] > most[1]},
        f"{depths[0]} learned layers, up to {most[0]} maps against {most[1]}",
    )


@check("003-L064")
def shrinks_quickly() -> Found:
    """Positions before and after conv1."""
    row = PAPER["conv1"]
    fewer = (row.shape_in[1] / row.shape_out[1]) ** 2
    return Found(
        {
            "an 11×11 kernel and a large stride": (row.layer.k, row.layer.s) == (11, 4),
            "reduce the map quickly": fewer > 10,
        },
        f"227 → 55: {fewer:.0f} times fewer positions",
    )


@check("003-L065")
def channels_make_up() -> Found:
    """Numbers in, after conv1 and after pool1; what makes up for what cannot be counted."""
    after = PAPER["conv1"].units, PAPER["pool1"].units
    before = 3 * 227 * 227
    return Found(
        {"conv1 returns more numbers than it gets": after[0] > before, "which makes up for what is lost": None},
        f"{before:,} → {after[0]:,} → {after[1]:,}",
    )


@check("003-L069")
def map_of_27() -> Found:
    """pool1 at 227 pixels."""
    side = trace(CATALOGUE["alexnet-003-code"])["pool1"].shape_out[1]
    return Found({"27×27": side == 27}, f"{side}×{side} for 227 px")


@check("003-L082")
def flattened_9216() -> Found:
    """The sizes at which 6·6·256 numbers reach the first linear layer."""
    arch = CATALOGUE["alexnet-003-code"]
    fit = [n for n in range(215, 280) if trace(arch, (3, n, n))["view"].units == 9216]
    return Found({"6·6·256 = all of them": trace(arch)["view"].units == 6 * 6 * 256}, f"{fit[0]} to {fit[-1]} px")


@check("004-L060a")
def crops() -> Found:
    """Windows of 224 in 256, with mirror images."""
    offsets = (256 - 224 + 1) ** 2
    return Found(
        {"random windows and mirror images": offsets * 2 > 2000},
        f"{offsets:,} places, {2 * offsets:,} with mirror images; the paper counts 32·32·2 = {32 * 32 * 2:,}",
    )


@check("004-L060b")
def ten_views() -> Found:
    """The corners and the middle of a image, and their mirror images."""
    views = ten_crops(torch.rand(1, 3, 256, 256), (224, 224))
    return Found({"ten views": views.shape[:2] == (1, 10)}, f"{views.shape[1]} of {views.shape[3]}×{views.shape[4]}")


@check("004-L064a")
def torchvisions() -> Found:
    """torchvision's AlexNet beside that of 2012."""
    with torch.device("meta"):
        model = models.alexnet()
    maps = [m.out_channels for m in model.modules() if isinstance(m, nn.Conv2d)]
    params = sum(p.numel() for p in model.parameters())
    return Found(
        {
            "torchvision has a trained AlexNet": models.AlexNet_Weights.IMAGENET1K_V1.meta["num_params"] == params,
            "it is the network of 2012": maps == [conv.maps for conv in convs(PAPER)],
        },
        f"{maps} maps, {params:,} parameters",
    )
