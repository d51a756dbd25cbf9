"""What the notes' listings do when they run, each bug in as few lines as show it."""

import torch
from torch import nn
from torch.nn import functional as F
from torchinfo import summary

from cnnlessons.claims.checking import Found, check
from cnnlessons.modules import build
from cnnlessons.networks import CATALOGUE, Arch, trace
from cnnlessons.networks.layers import Conv, Shape

RGB = CATALOGUE["lenet-000-code-rgb-relu"]
KERAS = trace(CATALOGUE["lenet-002-keras"])
CODE_003 = trace(CATALOGUE["lenet-003-code"])

WITHOUT_INDENTATION = """
class Net(Module):
def forward(self, x):
output = self.layer(x)
"""
WITH_IT = """
class Net(Module):
    def __init__(self):
        super().__init__()
        self.layer = Linear(4, 2)
    def forward(self, x):
        output = self.layer(x)
"""


def body(arch: Arch, flat: str) -> nn.Module:
    """The built network up to its flattening."""
    names = [layer.name for layer in arch.layers]
    return build(arch)[: names.index(flat)]


@check("000-L021")
def listing_is_the_text() -> Found:
    """Study note 000's listing and its text."""
    text, code = trace(CATALOGUE["lenet-000-prose-gray"]), trace(RGB)
    channels = [row.layer.maps for row in code if isinstance(row.layer, Conv)]
    return Found(
        {
            "6 and 16 maps": channels[:2] == [6, 16],
            "grey input": code.input[0] == 1,
            "as many parameters": code.params == text.params,
        },
        f"{channels} maps, {code.params:,} parameters; the text's network has {text.params:,}",
    )


@check("000-L034")
def shapes_in_comments() -> Found:
    """The shapes of the comments, from the modules themselves."""
    model, x, shapes = build(RGB), torch.zeros(1, *RGB.input), []
    for layer in model:
        x = layer(x)
        if not isinstance(layer, nn.ReLU):
            shapes.append(tuple(x.shape[1:]))
    said = [(16, 28, 28), (16, 14, 14), (32, 10, 10), (32, 5, 5), (800,), (120,), (84,), (10,)]
    return Found({"all of them": shapes == said}, " → ".join("×".join(map(str, shape)) for shape in shapes))


@check("000-L039")
def view_rebuilds() -> Found:
    """`view` shares memory, and refuses what is not laid out in one piece."""
    x = torch.arange(6).view(2, 3)
    y = x.view(3, 2)
    try:
        x.T.view(6)
        refused = False
    except RuntimeError:
        refused = True
    return Found(
        {"new dimensions for the same numbers": y.data_ptr() == x.data_ptr() and y.shape == (3, 2)},
        "no copy; refused after a transpose" if refused else "no copy",
    )


@check("000-L040")
def view_by_batch() -> Found:
    """`view(len(x), -1)` at 32 and 64 pixels."""
    convs = body(RGB, "view")
    rows = [tuple(out.view(len(out), -1).shape) for out in (convs(torch.zeros(50, 3, n, n)) for n in (32, 64))]
    weights = sum(p.numel() for p in nn.Flatten().parameters())
    return Found(
        {
            "[50, 800], a row per image": rows[0] == (50, 800) and rows[1][0] == 50,
            "the 800 numbers are parameters": weights == 800,
        },
        f"{rows[0]} at 32 px, {rows[1]} at 64 px; features, not parameters",
    )


@check("000-L041")
def view_by_length() -> Found:
    """`view(-1, 800)` at 32 and 64 pixels."""
    convs = body(RGB, "view")
    rows = [convs(torch.zeros(50, 3, n, n)).view(-1, 800).shape[0] for n in (32, 64)]
    return Found(
        {"a row per image at 32 px": rows[0] == 50, "and at 64 px": rows[1] == 50},
        f"50 images become {rows[0]} rows at 32 px and {rows[1]} at 64 px",
    )


@check("000-L050")
def fifty_images() -> Found:
    """A random batch through the listing."""
    shape = tuple(build(RGB)(torch.rand(50, 3, 32, 32)).shape)
    return Found({"it goes through": shape == (50, 10)}, f"{shape}")


@check("001-L077")
def view_keeps_the_batch() -> Found:
    """Flattened by image, a wrong size is an error."""
    arch = CATALOGUE["alexnet-001-fmnist"]
    row = trace(arch, (1, 227, 227))["flatten"]
    try:
        F.linear(torch.zeros(2, row.units, device="meta"), torch.empty(4096, 6400, device="meta"))
        refused = False
    except RuntimeError:
        refused = True
    return Found(
        {
            "a row per image at 224 px": trace(arch)["flatten"].shape_out == (6400,),
            "an error, not another batch, at 227 px": refused,
        },
        f"{row.units:,} numbers at 227 px, 6,400 wanted",
    )


@check("002-L043")
def keras_lenet_is_lenet() -> Found:
    """The Keras listing beside the text it stands under."""
    text = trace(CATALOGUE["lenet-002-prose"])
    sides = [row.shape_out[1] for row in KERAS if len(row.shape_out) == 3 and row.layer.kind in ("conv", "pool")]
    return Found(
        {
            "maps of 28, 14, 10, 5": sides == [28, 14, 10, 5],
            "48,120 parameters in C5": KERAS["C5"].params == 48120,
            "as many in all": KERAS.params == text.params,
        },
        f"maps of {', '.join(map(str, sides))}; C5 {KERAS['C5'].params:,}; in all {KERAS.params:,}, "
        f"not {text.params:,}",
    )


@check("002-L045")
def keras_second_input() -> Found:
    """What the second convolution of the Keras listing receives from a 28×28 image."""
    height, width = KERAS["C3"].shape_in[1:]
    return Found({"(14, 14, 6)": (height, width) == (14, 14)}, f"({height}, {width}, 6)")


@check("003-L009")
def listings_run() -> Found:
    """Code that lost its indentation, and a `forward` that assigns and returns nothing."""
    try:
        compile(WITHOUT_INDENTATION, "listing", "exec")
        compiles = True
    except IndentationError:
        compiles = False
    names = {"Module": nn.Module, "Linear": nn.Linear}
    exec(WITH_IT, names)
    returned = names["Net"]()(torch.zeros(1, 4))
    return Found(
        {"they compile": compiles, "repaired, they return something": returned is not None},
        f"IndentationError; repaired: {returned}",
    )


@check("003-L020")
def four_hundred() -> Found:
    """What enters the first linear layer of study note 003's LeNet."""
    return Found({"5·5·16 = 400": CODE_003["view"].units == 400}, f"{CODE_003['view'].units} at 32 px")


@check("003-L021")
def last_layer() -> Found:
    """The last layer of study note 003's LeNet."""
    right = trace(CATALOGUE["lenet-003-corrected"])
    return Found(
        {"the last layer has a unit a class": CODE_003[-1].shape_out == (10,)},
        f"{CODE_003[-1].shape_out[0]} outputs for 10 classes; {CODE_003.params:,} parameters, not {right.params:,}",
    )


@check("003-L028")
def view_400() -> Found:
    """`view(-1, 400)` at 32 and 52 pixels."""
    convs = body(CATALOGUE["lenet-003-code"], "view")
    rows = [convs(torch.zeros(2, 1, n, n)).view(-1, 400).shape[0] for n in (32, 52)]
    return Found(
        {"a row per image at 32 px": rows[0] == 2, "and at 52 px": rows[1] == 2},
        f"2 images become {rows[0]} rows at 32 px and {rows[1]} at 52 px",
    )


@check("003-L098")
def view_9216() -> Found:
    """How many rows of 9,216 a image of 227 and of 419 pixels fills."""
    arch = CATALOGUE["alexnet-003-code"]
    rows = [trace(arch, (3, n, n))["view"].units / 9216 for n in (227, 419)]
    return Found(
        {"a row per image at 227 px": rows[0] == 1, "and at 419 px": rows[1] == 1},
        f"one image becomes {rows[0]:g} row at 227 px and {rows[1]:g} at 419 px",
    )


def summed(id: str, size: Shape) -> tuple[int, int]:
    """torchinfo's parameters and multiply-adds of a network, without computing a number of it."""
    with torch.device("meta"):
        model = build(CATALOGUE[id])
    info = summary(model, input_size=size, device="meta", verbose=0)
    return info.total_params, info.total_mult_adds


@check("003-L032")
def torchinfo_lenet() -> Found:
    """torchinfo of study note 003's LeNet."""
    params, macs = summed("lenet-003-code", (10, 1, 32, 32))
    return Found(
        {"it shows the network": params == CODE_003.params == 60856},
        f"{params:,} parameters, {macs / 1e6:.2f} M mult-adds",
    )


@check("003-L108")
def torchinfo_alexnet() -> Found:
    """torchinfo of study note 003's AlexNet."""
    params, macs = summed("alexnet-003-code", (10, 3, 227, 227))
    return Found(
        {"it runs on 10 images of 227 px": params == 62378344}, f"{params:,} parameters, {macs / 1e9:.2f} G mult-adds"
    )
