"""LeNet-5's shapes, parameters and outputs, and what the study notes say of them."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from cnnlessons.claims.checking import Found, check
from cnnlessons.data import load
from cnnlessons.modules import build, module
from cnnlessons.networks import CATALOGUE, Trace, trace
from cnnlessons.networks.layers import (
    RBF,
    AvgPool,
    Conv,
    Dropout,
    Layer,
    MaxPool,
    ScaledTanh,
    Shape,
    Subsample,
    Window,
    shape_text,
)

PAPER = trace(CATALOGUE["lenet5-1998"])  # as in LeCun et al. 1998
PROSE = trace(CATALOGUE["lenet-000-prose-gray"])  # with a dense C3, as the notes tell it


def kinds(rows: Trace, *types: type[Layer]) -> list[Any]:
    """The layers of those types."""
    return [row.layer for row in rows if isinstance(row.layer, types)]


@check("000-L003c")
def all_kernels_are_5() -> Found:
    """Kernel sizes of C1, C3 and C5."""
    sizes = [conv.k for conv in kinds(PAPER, Conv)]
    return Found({"every kernel is 5×5": set(sizes) == {5}}, f"kernels of {sizes}")


@check("000-L009a")
def input_is_grey() -> Found:
    """The input of LeNet-5."""
    return Found({"1×32×32": PAPER.input == (1, 32, 32)}, f"input {shape_text(PAPER.input)}")


@check("000-L009b")
def takes_colour() -> Found:
    """LeNet-5 before three channels, and the variant built for them."""
    try:
        build(CATALOGUE["lenet5-1998"])(torch.rand(1, 3, 32, 32))
        taken = True
    except RuntimeError:
        taken = False
    colour = trace(CATALOGUE["lenet-000-prose-rgb"])
    return Found(
        {
            "a network of this plan can be built for three channels": colour.input == (3, 32, 32),
            "LeNet-5 accepts them": taken,
        },
        f"C1 {colour['C1'].params} parameters instead of {PROSE['C1'].params}, "
        f"the network {colour.params:,} instead of {PROSE.params:,}",
    )


def shape_of(name: str, layer: tuple[int, int], shape: Shape) -> Found:
    """Whether a layer of both LeNets returns that shape, and the shape."""
    row = PAPER[name]
    window = row.layer.window(row.shape_in)
    agree = row.shape_out == PROSE[name].shape_out == shape and window.along(0)[:2] == window.along(1)[:2] == layer
    return Found({f"{name} returns {shape_text(shape)}": agree}, f"{shape_text(row.shape_in)} → {shape_text(shape)}")


@check("000-L009c")
def c1_shape() -> Found:
    """C1."""
    return shape_of("C1", (5, 1), (6, 28, 28))


@check("000-L010")
def s2_shape() -> Found:
    """S2."""
    return shape_of("S2", (2, 2), (6, 14, 14))


@check("000-L011")
def c3_shape() -> Found:
    """C3."""
    return shape_of("C3", (5, 1), (16, 10, 10))


@check("000-L012")
def s4_shape() -> Found:
    """S4."""
    return shape_of("S4", (2, 2), (16, 5, 5))


@check("000-L013")
def c5_is_a_convolution() -> Found:
    """C5 as a convolution and as a linear layer with the same weights."""
    conv, dense = nn.Conv2d(16, 120, 5), nn.Linear(400, 120)
    dense.load_state_dict({"weight": conv.weight.flatten(1), "bias": conv.bias})
    x = torch.rand(4, 16, 5, 5, generator=torch.Generator().manual_seed(0))
    same = torch.allclose(conv(x).flatten(1), dense(x.flatten(1)), atol=1e-5)
    return Found(
        {
            "120 kernels of 5×5 give 120×1×1": PAPER["C5"].shape_out == (120, 1, 1),
            "a linear layer of 400 inputs returns the same numbers": same,
        },
        "on one 5×5 map; on a larger one C5 would give more",
    )


@check("000-L014")
def f6_units() -> Found:
    """F6."""
    row = PAPER["F6"]
    return Found({"120 in": row.shape_in == (120,), "84 out": row.shape_out == (84,)}, "84 = 7·12 cells of a bitmap")


@check("000-L015")
def ten_outputs() -> Found:
    """The output layer."""
    row = PAPER[-1]
    return Found({"84 in": row.shape_in == (84,), "10 out": row.shape_out == (10,)}, "84 → 10")


@check("002-L015a")
def c1_kernels() -> Found:
    """C1's kernels, padding and stride."""
    c1 = PAPER["C1"].layer
    return Found(
        {"6 of 5×5, no padding, stride 1": (c1.maps, c1.k, c1.p, c1.s) == (6, 5, 0, 1)},
        f"{c1.maps} kernels of {c1.k}×{c1.k}, padding {c1.p}, stride {c1.s}",
    )


@check("002-L015d")
def c1_units() -> Found:
    """C1's units."""
    return Found({"4704 units": PAPER["C1"].units == 4704}, f"28·28·6 = {PAPER['C1'].units}")


@check("002-L015e")
def c1_params() -> Found:
    """C1's parameters, from the trace and from PyTorch."""
    n = sum(p.numel() for p in nn.Conv2d(1, 6, 5).parameters())
    return Found({"146 parameters": n == 146}, f"(5·5 + 1)·6 = {n}")


@check("002-L023a")
def s2_is_max_pooling() -> Found:
    """What S2 is."""
    s2 = PAPER["S2"]
    return Found({"max pooling": type(s2.layer) is MaxPool}, f"{type(s2.layer).__name__}, {s2.params} parameters")


@check("002-L023b")
def s2_units() -> Found:
    """S2's units."""
    return Found(
        {"14×14": PAPER["S2"].shape_out[1:] == (14, 14), "1176 units": PAPER["S2"].units == 1176},
        f"14·14·6 = {PAPER['S2'].units}",
    )


@check("002-L025a")
def c3_depth() -> Found:
    """How many S2 maps a C3 map reads."""
    c3 = PAPER["C3"].layer
    depths = [len(row) for row in c3.table]
    return Found(
        {
            "16 kernels, pad 0, stride 1": (c3.maps, c3.k, c3.p, c3.s) == (16, 5, 0, 1),
            "each reads all 6 maps": set(depths) == {6},
        },
        f"maps read: {', '.join(f'{depths.count(d)} read {d}' for d in sorted(set(depths)))}",
    )


@check("002-L025b")
def c3_units() -> Found:
    """C3's units."""
    return Found(
        {"10×10": PAPER["C3"].shape_out[1:] == (10, 10), "1600 units": PAPER["C3"].units == 1600},
        f"10·10·16 = {PAPER['C3'].units}",
    )


@check("002-L025c")
def c3_params() -> Found:
    """C3's parameters, dense and with the paper's table."""
    dense, paper = PROSE["C3"].params, PAPER["C3"].params
    return Found(
        {"2416 where every map reads all 6": dense == 2416, "2416 in LeNet-5": paper == 2416},
        f"dense {dense:,}, LeNet-5 {paper:,}",
    )


@check("002-L027a")
def s4_is_max_pooling() -> Found:
    """S4."""
    s4 = PAPER["S4"]
    return Found(
        {"5×5 maps, 400 units": s4.units == 400, "max pooling": type(s4.layer) is MaxPool},
        f"{type(s4.layer).__name__}, {s4.params} parameters",
    )


@check("002-L027b")
def pooling_has_no_params() -> Found:
    """Parameters of today's pooling and of LeNet-5's."""
    today = sum(layer.params((6, 28, 28)) for layer in (MaxPool("p", 2), AvgPool("p", 2)))
    theirs = [PAPER[name].params for name in ("S2", "S4")]
    return Found(
        {"none in max and average pooling": today == 0, "none in LeNet-5": sum(theirs) == 0},
        f"S2 and S4 have {theirs[0]} and {theirs[1]}",
    )


@check("002-L027c")
def total_score() -> Found:
    """Four answers of 0, 0, 0 and 8 against four of 2: the sum cannot tell them apart, the maximum can."""
    x = torch.tensor([[0.0, 0, 0, 8], [2, 2, 2, 2]]).view(2, 1, 2, 2)
    mean, largest = F.avg_pool2d(x, 2).flatten(), F.max_pool2d(x, 2).flatten()
    return Found(
        {
            "average pooling judges by the total": bool(mean[0] == mean[1]),
            "and so does the note's own max pooling": bool(largest[0] == largest[1]),
        },
        f"means {mean.tolist()}, maxima {largest.tolist()}",
    )


@check("002-L027d")
def average_is_nearer() -> Found:
    """LeNet-5's subsampling with a coefficient of ¼ and no bias, beside average pooling."""
    x = torch.rand(2, 6, 28, 28, generator=torch.Generator().manual_seed(0))
    layer = module(Subsample("S2"), (6, 28, 28))
    return Found(
        {"average pooling is a case of LeNet-5's subsampling": torch.allclose(layer(x), F.avg_pool2d(x, 2))},
        "coefficient ¼, bias 0",
    )


@check("002-L029")
def c5_params() -> Found:
    """C5's parameters."""
    return Found({"48,120": PAPER["C5"].params == PROSE["C5"].params == 48120}, f"401·120 = {PAPER['C5'].params:,}")


@check("002-L031")
def f6_params() -> Found:
    """F6's parameters."""
    return Found({"10,164": PAPER["F6"].params == 10164}, f"121·84 = {PAPER['F6'].params:,}")


@check("002-L033a")
def output_is_softmax() -> Found:
    """The output layer of 1998."""
    last = PAPER[-1].layer
    return Found(
        {"a softmax": not isinstance(last, RBF)}, f"{type(last).__name__}: ten fixed codes of 84, smallest wins"
    )


@check("002-L033b")
def output_params() -> Found:
    """A linear output, and LeNet-5's."""
    dense, paper = PROSE["output"].params, PAPER[-1].params
    return Found(
        {"850 of a linear layer": dense == 850, "850 in LeNet-5": paper == 850},
        f"linear {dense}, LeNet-5 {paper} trained and {PAPER[-1].connections} fixed",
    )


@check("002-L013")
def images_are_black_and_white() -> Found:
    """Grey values and sizes of the digits."""
    digits = load("mnist-5k").train
    greys, classes = len(digits.x.unique()), len(digits.y.unique())
    return Found(
        {
            "ten classes": classes == 10,
            "28×28, which fit into 32×32": digits.x.shape[-1] + 4 == 32,
            "black and white only": greys == 2,
        },
        f"{greys} grey values",
    )


@check("001-L018a")
def lenet_used_sigmoid() -> Found:
    """The activations of LeNet-5 and AlexNet."""
    alexnet = {type(layer).__name__ for layer in CATALOGUE["alexnet-2012"].layers if layer.kind == "activation"}
    lenet = {type(layer).__name__ for layer in CATALOGUE["lenet5-1998"].layers if layer.kind == "activation"}
    return Found(
        {"AlexNet's is the ReLU": alexnet == {"ReLU"}, "LeNet's was the (logistic) sigmoid": lenet == {"Sigmoid"}},
        f"LeNet-5: {', '.join(lenet)}",
    )


@check("000-L068a", "004-L024a")
def lenet_uses_tanh() -> Found:
    """LeNet-5's activation, at 1 and −1."""
    acts = kinds(PAPER, ScaledTanh)
    ends = module(acts[0], (1,))(torch.tensor([-1.0, 1.0]))
    return Found(
        {
            "a tanh after every layer": len(acts) == 6,
            "scaled so that ±1 stay ±1": torch.allclose(ends, torch.tensor([-1.0, 1.0]), atol=1e-4),
        },
        f"1.7159 tanh(2/3) = {ends[1]:.4f}",
    )


@check("003-L024")
def plain_tanh() -> Found:
    """Plain tanh beside LeNet-5's, at 1."""
    one = torch.tensor(1.0)
    plain, scaled = torch.tanh(one), module(ScaledTanh("f"), (1,))(one)
    return Found(
        {"LeNet-5's activation is a tanh": len(kinds(PAPER, ScaledTanh)) == 6, "the plain one": bool(plain == scaled)},
        f"at 1: {plain:.3f} and {scaled:.3f}",
    )


@check("003-L017")
def average_pooling() -> Found:
    """Average pooling and LeNet-5's subsampling."""
    s2 = PAPER["S2"]
    return Found(
        {
            "windows of 2×2 at stride 2": s2.layer.window(s2.shape_in) == Window((2, 2), (2, 2)),
            "without weights of its own": s2.params == 0,
        },
        f"S2 has {s2.params} parameters, S4 {PAPER['S4'].params}",
    )


@check("004-L017a")
def lenet_is_small() -> Found:
    """LeNet-5 beside the networks that came after it."""
    others = [trace(CATALOGUE[id]).params for id in ("alexnet-2012", "vgg-D")]
    return Found(
        {"a small network": PAPER.params * 100 < min(others)},
        f"{PAPER.params:,} parameters; AlexNet has {others[0] / PAPER.params:,.0f} times as many",
    )


@check("004-L022b")
def convolution_saves_parameters() -> Found:
    """C1 and a dense layer between the same numbers of units."""
    c1 = PAPER["C1"]
    dense = (1024 + 1) * c1.units
    return Found(
        {"local connections": c1.connections < dense, "shared weights": c1.params < c1.connections},
        f"dense {dense:,}; C1 {c1.connections:,} connections, {c1.params} parameters",
    )


@check("001-L027")
def lenet_has_no_dropout() -> Found:
    """Dropout in both networks."""
    alexnet = [layer.name for layer in CATALOGUE["alexnet-2012"].layers if isinstance(layer, Dropout)]
    return Found(
        {
            "AlexNet drops in its fully connected layers": alexnet == ["drop6", "drop7"],
            "LeNet-5 does not": not kinds(PAPER, Dropout),
        },
        "after fc6 and fc7",
    )
