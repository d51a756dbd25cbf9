"""VGG's configurations."""

from collections.abc import Iterable, Sequence

import torch
from torch import nn
from torchvision import models

from cnnlessons.claims.checking import Found, check
from cnnlessons.networks import CATALOGUE, trace
from cnnlessons.networks.layers import Conv, MaxPool, Shape

NETS = {name: trace(CATALOGUE[f"vgg-{name}"]) for name in "ABCDE"}
MIB = 4 / 2**20  # of a number in float32


def convs(name: str) -> list[Conv]:
    """The convolutions of a configuration."""
    return [row.layer for row in NETS[name] if isinstance(row.layer, Conv)]


def blocks(name: str) -> list[int]:
    """How many convolutions stand before each pool."""
    counts = [0]
    for row in NETS[name]:
        counts[-1] += isinstance(row.layer, Conv)
        counts += [0] if isinstance(row.layer, MaxPool) else []
    return counts[:-1]


def depth(name: str) -> int:
    """Layers with weights."""
    return sum(row.layer.kind in ("conv", "dense") for row in NETS[name])


def torchvisions() -> dict[int, nn.Module]:
    """torchvision's VGGs on the meta device, by depth."""
    with torch.device("meta"):
        return {n: getattr(models, f"vgg{n}")() for n in (11, 13, 16, 19)}


@check("004-L074", "004-L084a")
def five_blocks() -> Found:
    """Blocks and fully connected layers of all five configurations."""
    dense = {sum(row.layer.kind == "dense" for row in net) for net in NETS.values()}
    sizes = {layer.k for net in NETS.values() for layer in (row.layer for row in net) if isinstance(layer, MaxPool)}
    return Found(
        {
            "five blocks closed by a pool": all(len(blocks(name)) == 5 for name in NETS),
            "three fully connected layers": dense == {3},
        },
        f"windows of the pools: {sizes.pop()}",
    )


@check("004-L076a")
def depths() -> Found:
    """Weight layers of A to E."""
    found = {name: depth(name) for name in NETS}
    return Found(
        {"11, 13, 16 and 19 layers": set(found.values()) == {11, 13, 16, 19}},
        ", ".join(f"{name} {n}" for name, n in found.items()),
    )


@check("004-L076c")
def nineteen() -> Found:
    """The deepest configuration."""
    return Found({"VGG reaches 19": max(map(depth, NETS)) == 19}, "E; GoogLeNet's 22 by the paper's word")


@check("004-L084b")
def several_convolutions() -> Found:
    """Convolutions in each block."""
    found = {name: blocks(name) for name in NETS}
    return Found(
        {
            "several in each block of B to E": all(min(found[name]) > 1 for name in "BCDE"),
            "and of A, VGG-11": min(found["A"]) > 1,
        },
        f"A {found['A']}, D {found['D']}",
    )


@check("004-L086a")
def small_kernels() -> Found:
    """Kernel sizes."""
    sizes = sorted({conv.k for name in NETS for conv in convs(name)})
    return Found({"no 5×5, no 7×7": max(sizes) == 3}, f"kernels of {sizes}; the 1s are configuration C's")


def weights(k: int, n: int, channels: int = 64) -> int:
    """Of n convolutions of k×k between so many maps, without biases."""
    return n * nn.Conv2d(channels, channels, k, bias=False).weight.numel()


@check("004-L086b")
def fewer_parameters() -> Found:
    """Stacks of 3×3 against one large kernel."""
    three, seven, two, five = weights(3, 3), weights(7, 1), weights(3, 2), weights(5, 1)
    return Found(
        {"three 3×3 need fewer than a 7×7": three < seven, "two need fewer than a 5×5": two < five},
        f"a 7×7 has {seven / three - 1:.0%} more weights than three 3×3, a 5×5 {five / two - 1:.0%} more than two",
    )


@check("004-L086c")
def small_replace_large() -> Found:
    """What two and three 3×3 layers see."""
    first = NETS["B"]["conv1_2"].receptive_field, 1 + 3 * 2
    relus = sum(type(row.layer).__name__ == "ReLU" for row in NETS["B"][:4])
    return Found(
        {"two see 5×5, three 7×7": first == (5, 7), "with a ReLU after each": relus == 2},
        f"{first[0]} and {first[1]} px",
    )


@check("004-L088a")
def one_by_one() -> Found:
    """1×1 convolutions in D and E, and in torchvision's vgg16 and vgg19."""
    counts = {name: sum(conv.k == 1 for conv in convs(name)) for name in NETS}
    theirs = [
        sum(m.kernel_size == (1, 1) for m in net.modules() if isinstance(m, nn.Conv2d))
        for n, net in torchvisions().items()
        if n >= 16
    ]
    return Found(
        {"VGG-16 has them": counts["D"] + theirs[0] > 0, "VGG-19 has them": counts["E"] + theirs[1] > 0},
        ", ".join(f"{name} {n}" for name, n in counts.items()),
    )


@check("004-L088c")
def one_by_one_keeps_the_size() -> Found:
    """Configuration C's 1×1 layers."""
    rows = [row for row in NETS["C"] if isinstance(row.layer, Conv) and row.layer.k == 1]
    after = [type(b.layer).__name__ for a, b in zip(NETS["C"], NETS["C"][1:], strict=False) if a in rows]
    return Found(
        {
            "a nonlinearity each": after == ["ReLU"] * 3,
            "the same map size": all(r.shape_in[1:] == r.shape_out[1:] for r in rows),
        },
        f"{len(rows)} layers",
    )


def pools(input: Shape | None) -> list[Shape]:
    """Maps after the five pools."""
    return [row.shape_out for row in trace(CATALOGUE["vgg-D"], input) if isinstance(row.layer, MaxPool)]


@check("004-L090a")
def input_244() -> Found:
    """The maps of a 224×244 image, and those that the note goes on with."""
    first = pools((3, 224, 244))[0]
    return Found({"224×244 gives the maps that follow": first[1:] == (112, 112)}, f"{first[1]}×{first[2]}, not 112×112")


@check("004-L090b")
def five_maps() -> Found:
    """The maps of a 224×224 image."""
    found = pools((3, 224, 224))
    said = [(64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (512, 7, 7)]
    return Found({"all five": found == said}, ", ".join("×".join(map(str, shape)) for shape in found))


@check("004-L090c")
def first_dense_layer() -> Found:
    """The first fully connected layer's share."""
    rows = {name: NETS[name]["fc6"] for name in "AD"}
    shares = {name: row.params / NETS[name].params for name, row in rows.items()}
    return Found(
        {
            "(25088, 4096)": rows["D"].shape_in == (25088,) and rows["D"].shape_out == (4096,),
            "most of the network": min(shares.values()) > 0.5,
        },
        f"{rows['D'].params:,} parameters, {shares['D']:.0%} of VGG-16, {shares['A']:.0%} of VGG-11",
    )


@check("004-L098a")
def torchvision_has_them() -> Found:
    """Parameters of torchvision's VGGs and ours, plain and with batch norm."""
    ours = {depth(name): NETS[name].params for name in "ABDE"}
    theirs = {n: sum(p.numel() for p in net.parameters()) for n, net in torchvisions().items()}
    with torch.device("meta"):
        normalised = [sum(p.numel() for p in getattr(models, f"vgg{n}_bn")().parameters()) for n in theirs]
    return Found(
        {
            "11, 13, 16, 19": ours == theirs,
            "and with batch normalisation": normalised
            == [trace(CATALOGUE[f"vgg-{name}-bn"]).params for name in "ABDE"],
        },
        " / ".join(f"{n:,}" for n in theirs.values()),
    )


def loaded(said: Sequence[float], params: Iterable[int]) -> Found:
    """What can be known of a note's MiB: the weights are in it. The rest depends on a machine that is not given."""
    sizes = [n * MIB for n in params]
    rest = [a - b for a, b in zip(said, sizes, strict=True)]
    return Found(
        {"the weights fit into it": min(rest) > 0, "the rest is what that machine took": None},
        f"weights {' / '.join(f'{s:.1f}' for s in sizes)} MiB; {' / '.join(f'{r:.0f}' for r in rest)} MiB are left",
    )


@check("004-L098b")
def vgg_in_memory() -> Found:
    """1467, 1477, 1501 and 1527 MiB."""
    return loaded((1467, 1477, 1501, 1527), [NETS[name].params for name in "ABDE"])


@check("004-L064b")
def alexnet_in_memory() -> Found:
    """1191 MiB."""
    return loaded((1191,), [trace(CATALOGUE["alexnet-torchvision"]).params])
