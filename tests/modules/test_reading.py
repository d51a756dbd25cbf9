"""`trace` of modules against `trace` of descriptions, PyTorch's counter, torchinfo, and gradients."""

import random
import subprocess
import sys
import time
from collections import OrderedDict

import matplotlib.pyplot as plt
import pytest
import torch
import torch.nn.functional as F
import torchinfo
import torchvision
from matplotlib.text import Text
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnlessons import CATALOGUE, ShapeError, build, draw, trace
from cnnlessons.modules import about, described
from cnnlessons.networks.layers import Conv, MaxPool
from cnnlessons.widgets import Shapes

NUMBERS = ("shape_in", "shape_out", "params", "connections", "macs", "receptive_field", "jump")


@pytest.mark.parametrize("id", CATALOGUE)
def test_what_build_made_is_read_as_it_was_described(id):
    arch = CATALOGUE[id]
    with torch.device("meta"):
        model = build(arch)
    described, read = trace(arch), trace(model)
    assert [row.layer.name for row in read] == [layer.name for layer in arch.layers]
    for name in NUMBERS:
        assert [getattr(row, name) for row in read] == [getattr(row, name) for row in described], name
    assert [type(row.layer) for row in read] == [type(row.layer) for row in described]
    assert (read.params, read.connections, read.macs) == (described.params, described.connections, described.macs)


def test_a_built_network_on_another_input():
    arch = CATALOGUE["lenet-gap"]
    model = build(arch, (1, 32, 48))
    for given in ((1, 32, 48), (1, 64, 36)):
        want = trace(arch, given)
        got = trace(model) if given == about(model).input else trace(model, given)
        assert [tuple(getattr(row, n) for n in NUMBERS) for row in got] == [
            tuple(getattr(row, n) for n in NUMBERS) for row in want
        ]


def foreign(name: str) -> nn.Module:
    """A network of torchvision without its numbers."""
    more = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    with torch.device("meta"):
        return getattr(torchvision.models, name)(**more)


TORCHVISION = [
    "alexnet",
    "vgg11",
    "vgg16_bn",
    "resnet18",
    "resnet50",
    "googlenet",
    "inception_v3",
    "densenet121",
    "mobilenet_v2",
    "squeezenet1_1",
    "shufflenet_v2_x1_0",
    "efficientnet_b0",
]


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision_agrees_with_the_flop_counter_and_with_torchinfo(name):
    model, size = foreign(name), 299 if name == "inception_v3" else 224
    rows = trace(model, input=(3, size, size))
    x = torch.empty(1, 3, size, size, device="meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.eval()(x)
    assert 2 * rows.macs == counter.get_total_flops()
    assert rows.params == sum(p.numel() for p in model.parameters())

    order = {layer: name for name, layer in model.named_modules()}
    listed = torchinfo.summary(model, input_data=x, verbose=0, mode="eval").summary_list
    leaves = [info for info in listed if info.is_leaf_layer and info.executed]
    mine = [row for row in rows if row.layer.name in set(order.values())]
    assert [row.layer.name for row in mine] == [order[info.module] for info in leaves]
    assert [row.shape_out for row in mine] == [tuple(info.output_size[1:]) for info in leaves]
    assert [row.params for row in mine] == [info.num_params for info in leaves]


def seen(model: nn.Module, shape, unit) -> tuple[int, int]:
    """Height and width of the part of the input on which the unit at place `unit` of the last map depends."""
    x = torch.rand(1, *shape, dtype=torch.float64, requires_grad=True)
    out = model.double().eval()(x)
    out = out.sum(1) if out.dim() == 4 else out
    out[(0, *unit)].backward()
    rows, columns = (x.grad[0].abs().sum(0) > 0).nonzero(as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


def pair(value) -> tuple:
    return value if isinstance(value, tuple) else (value, value)


def chain(dice: random.Random) -> list[nn.Module]:
    """Three to five layers with windows of any kind that the module knows, and others between them."""
    layers, channels = [], 2
    for _ in range(dice.randint(3, 5)):
        k, s, p, d = ((dice.randint(1, 3), dice.randint(1, 3)), *[(dice.randint(1, 2), dice.randint(1, 2))] * 3)
        p = tuple(min(n // 2, m) for n, m in zip(k, p, strict=True))
        layers += dice.choice(
            [
                [nn.Conv2d(channels, channels, k, s, p, d, bias=dice.random() < 0.5)],
                [nn.Conv2d(channels, channels, dice.choice([1, 3, (3, 1)]), 1, "same"), nn.LeakyReLU()],
                [nn.AvgPool2d(k, s, p, count_include_pad=dice.random() < 0.5), nn.BatchNorm2d(channels)],
                [nn.ZeroPad2d((1, 2, 0, 1)), nn.Conv2d(channels, channels, 2)],
                [nn.PReLU(), nn.Conv2d(channels, channels, k, dilation=d)],
            ]
        )
    return layers


@pytest.mark.parametrize("seed", range(40))
def test_the_field_and_the_jump_are_those_of_the_gradient(seed):
    """Of a unit in the middle, which does not reach the padding."""
    dice = random.Random(seed)
    torch.manual_seed(seed)
    model, shape = nn.Sequential(*chain(dice)), (2, 121, 97)
    for one in model:
        if isinstance(one, nn.Conv2d):
            nn.init.uniform_(one.weight, 0.5, 1)
    last = trace(model, shape)[-1]
    middle = tuple(n // 2 for n in last.shape_out[1:])
    assert seen(model, shape, middle) == pair(last.receptive_field)


class Functional(nn.Module):
    """The LeNet that most people write, with functions between the layers."""

    def __init__(self, flatten="flatten"):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
        self.flatten = flatten

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = torch.max_pool2d(self.conv2(x).relu(), (2, 2), stride=(2, 2))
        x = {
            "flatten": lambda: torch.flatten(x, 1),
            "view": lambda: x.view(x.size(0), -1),
            "rows": lambda: x.view(-1, 16 * 5 * 5),
            "reshape": lambda: x.reshape(-1, self.fc1.in_features),
        }[self.flatten]()
        return F.log_softmax(self.fc3(F.relu(self.fc2(F.relu(self.fc1(x))))), dim=1)


@pytest.mark.parametrize("flatten", ["flatten", "view", "rows", "reshape"])
def test_functions_between_the_layers_are_seen(flatten):
    rows = trace(Functional(flatten), input=(1, 32, 32))
    assert [row.layer.name for row in rows if row.params] == ["conv1", "conv2", "fc1", "fc2", "fc3"]
    assert [rows[name].receptive_field for name in ("conv1", "conv2", "fc1", "fc3")] == [5, 14, 32, 32]
    assert [rows[name].jump for name in ("conv1", "conv2", "fc1")] == [1, 2, 4]
    assert rows["conv2"].shape_in == (6, 14, 14)
    assert rows["max_pool2d"].receptive_field == 6 and rows["max_pool2d_2"].receptive_field == 16
    assert rows.params == 61_706
    assert rows.macs == 117_600 + 240_000 + 48_000 + 10_080 + 840


def test_own_parameters_and_functional_weights_are_counted_once():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.scale = nn.Parameter(torch.rand(4, 1, 3, 3)), nn.Parameter(torch.rand(4, 1, 1))
            self.conv = nn.Conv2d(4, 4, 3)

        def forward(self, x):
            x = F.conv2d(x, 2 * self.weight, stride=2) * self.scale
            return self.conv(self.conv(x))

    model = Own()
    rows = trace(model, input=(1, 31, 41))
    assert [row.layer.name for row in rows] == ["conv2d", "mul", "conv", "conv"]
    assert [row.params for row in rows] == [36, 4, 148, 0]
    assert rows.params == sum(p.numel() for p in model.parameters())
    assert [row.macs for row in rows] == [36 * 15 * 20, 0, 144 * 13 * 18, 144 * 11 * 16]
    assert [row.receptive_field for row in rows] == [3, 3, 7, 11]


def test_behind_a_branch_there_is_a_dash_and_a_reason():
    rows = trace(foreign("resnet18"), input=(3, 224, 224))
    first = next(i for i, row in enumerate(rows) if row.receptive_field is None)
    assert rows[first - 1].layer.name == "layer1.0.bn2" and rows[first - 1].receptive_field == 27
    assert rows[first].reason == "two paths meet (add) in layer1.0" and rows[first].jump is None
    assert all(row.reason == rows[first].reason for row in rows[first:])
    line = next(line for line in repr(rows).splitlines() if line.startswith("fc "))
    assert line.split() == ["fc", "Linear", "1000", "513,000", "513,000", "512,000", "–", "–"]
    assert repr(rows).endswith("\n–: two paths meet (add) in layer1.0")
    assert rows._repr_html_().count("–: two paths meet (add) in layer1.0") == 1


def test_two_paths_that_saw_the_same_keep_what_they_saw():
    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b, self.c = nn.Conv2d(1, 4, 3), nn.Conv2d(1, 4, 3), nn.Conv2d(8, 2, 3)

        def forward(self, x):
            a, b = self.a(x), torch.sigmoid(self.b(x))
            return self.c(torch.cat([a * b, a], 1))

    rows = trace(Gated(), input=(1, 9, 9))
    assert rows["c"].receptive_field == 5 and rows["c"].shape_in == (8, 7, 7)


@pytest.mark.parametrize(
    ("forward", "why"),
    [
        (lambda conv, x: conv(x.flip(-1)), "flip: not known what it does to places in Own"),
        (lambda conv, x: conv(x.transpose(2, 3)), "transpose: it exchanges axes in Own"),
        (lambda conv, x: conv(x[..., 2:]), "slice: it cuts places out in Own"),
        (
            lambda conv, x: conv(F.interpolate(x, scale_factor=2)),
            "upsample_nearest2d: not known what it does to places",
        ),
        (lambda conv, x: conv(x.view(1, 1, 6, 24)), "view: it gives the numbers a new shape in Own"),
        (lambda conv, x: conv(x - x.mean((2, 3), keepdim=True)), "two paths meet (sub) in Own"),
        (lambda conv, x: conv(F.pad(x, (1, 1, 1, 1)) + conv(F.pad(x, (2, 2, 2, 2)))), "two paths meet (add) in Own"),
    ],
)
def test_what_has_no_rule_is_a_dash_and_no_number(forward, why):
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 3)

        def forward(self, x):
            return forward(self.conv, x)

    last = trace(Own(), input=(1, 12, 12))[-1]
    assert (last.receptive_field, last.jump) == (None, None)
    assert last.reason.startswith(why)


def test_norms_over_places_are_a_dash_and_over_the_batch_are_none():
    known = trace(nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.LocalResponseNorm(5)), input=(1, 9, 9))
    assert [row.receptive_field for row in known] == [3, 3, 3]
    unknown = trace(nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4)), input=(1, 9, 9))
    assert [row.receptive_field for row in unknown] == [3, None]


def state(model: nn.Module) -> tuple:
    """Everything of a model that a look at it might change."""
    tensors = {
        name: (t.clone(), t.device, t.requires_grad, t.grad) for name, t in model.state_dict(keep_vars=True).items()
    }
    modes = [
        (name, m.training, dict(m._forward_hooks), dict(m._forward_pre_hooks)) for name, m in model.named_modules()
    ]
    return tensors, modes, torch.get_rng_state(), set(vars(model))


@pytest.mark.parametrize("size", [32, 31])
def test_the_model_is_left_as_it_was(size):
    """Also after an error, in training mode, with hooks, batch norm, dropout and an in-place layer."""
    called = []
    model = nn.Sequential(
        nn.Conv2d(1, 4, 5), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Flatten(), nn.Dropout(), nn.Linear(3136, 3)
    )
    model[2].eval()
    model[0].weight.requires_grad_(False)
    model[0].register_forward_hook(lambda *_: called.append(1))
    before = state(model)
    if size == 32:
        assert trace(model, input=(1, size, size)).params == 104 + 8 + 3136 * 3 + 3
    else:
        with pytest.raises(ShapeError, match=r"^5: reads a vector of 3136, but 2916 comes in \(input 1×31×31\); give"):
            trace(model, input=(1, size, size))
    after = state(model)
    assert called == [] and before[1] == after[1] and before[3] == after[3]
    assert torch.equal(before[2], after[2])
    for name, (tensor, *rest) in before[0].items():
        assert torch.equal(tensor, after[0][name][0]) and rest == list(after[0][name][1:])


class Decides(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)

    def forward(self, x):
        x = self.conv(x)
        return x if x.mean() > 0 else -x


class ReturnsDict(nn.Module):
    def forward(self, x):
        return {"out": x}


class Typo(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)

    def forward(self, x):
        return self.cnov(x)


SMALL = nn.Sequential(nn.Conv2d(1, 4, 5), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3))


@pytest.mark.parametrize(
    ("model", "shape", "sentence"),
    [
        (Functional(), None, r"Functional does not say what it reads; give input=\(channels, height, width\)"),
        (Functional(), (1, 28, 28), r"fc1: reads a vector of 400, but 256 comes in \(input 1×28×28\); give the input"),
        (
            Functional(),
            (3, 32, 32),
            r"conv1: reads 1 channels, but 3×32×32 comes in .*; give input=\(1, height, width\)",
        ),
        (Functional(), (1, 4, 9), r"conv1: a 5×5 window does not fit a 4×9 map \(input 1×4×9\); give a larger input"),
        (SMALL, (1, 20, 20), r"2: reads 6 channels, but 4×8×8 comes in \(input 1×20×20\); give it 4 in_channels"),
        (nn.Sequential(nn.Linear(64, 3)), (1, 8, 8), r"0: reads a vector of 64, but 1×8×8 comes in .*put nn.Flatten"),
        (Decides(), (1, 9, 9), r"Decides, after conv, asks for the value of a number"),
        (nn.Sequential(ReturnsDict(), nn.ReLU()), (1, 9, 9), r"0 \(ReturnsDict\) returns a dict, not a tensor"),
        (Typo(), (1, 9, 9), r"Typo stops with a AttributeError .*'cnov'"),
        (nn.Sequential(), (1, 9, 9), r"Sequential has no layers to trace"),
        (nn.Sequential(nn.LazyConv2d(3, 3)), (1, 9, 9), r"0: its weight has no shape yet; call the model once"),
        (Functional(), (1, 0, 9), r"an input shape is \(channels, height, width\)"),
    ],
)
def test_errors_are_a_sentence(model, shape, sentence):
    with pytest.raises(ValueError, match="^" + sentence) as found:
        trace(model, input=shape)
    assert "\n" not in str(found.value) and len(str(found.value)) < 260


def test_a_dictionary_at_the_very_end_does_no_harm():
    class Named(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3)

        def forward(self, x):
            return {"out": self.conv(x)}

    assert trace(Named(), input=(1, 9, 9))["conv"].shape_out == (4, 7, 7)


FIRST = {
    "torch": "import torch, torchvision\nfrom cnnlessons import trace",
    "cnnlessons": "from cnnlessons import trace\nimport torch, torchvision",
}


@pytest.mark.parametrize("first", FIRST)
def test_trace_takes_a_module_whatever_was_imported_first(first):
    code = FIRST[first] + (
        "\nwith torch.device('meta'): model = torchvision.models.alexnet()"
        "\nassert trace(model, input=(3, 224, 224)).macs == 714_188_480"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_trace_is_a_trace():
    rows = trace(foreign("alexnet"), input=(3, 224, 224))
    assert rows.input == (3, 224, 224) and rows.params == 61_100_840
    assert repr(rows).startswith("AlexNet, input 3×224×224\nlayer ")
    assert "<caption>AlexNet, input 3×224×224</caption>" in rows._repr_html_()
    assert rows["features.0"].type == "Conv2d" and type(rows["features.0"].layer) is Conv
    assert rows["features.0"].as_dict()["type"] == "Conv2d"
    assert [row.layer.name for row in rows[:2]] == ["features.0", "features.1"]
    assert type(rows[:2]) is type(rows)


def test_what_stands_on_the_meta_device_takes_no_time_and_no_memory():
    with torch.device("meta"):
        model = nn.Sequential(nn.Conv2d(3, 4096, 3), nn.Flatten(), nn.Linear(4096 * 998**2, 4096))
    begun = time.process_time()
    assert trace(model, input=(3, 1000, 1000))["2"].params == (4096 * 998**2 + 1) * 4096
    assert time.process_time() - begun < 5


def test_a_module_of_known_layers_can_be_described_and_built_again():
    model = foreign("alexnet")
    arch = described(model, input=(3, 224, 224))
    assert trace(arch).params == 61_100_840 and trace(arch).macs == 714_188_480
    assert [layer.name for layer in arch.layers if layer.name not in dict(model.named_modules())] == ["flatten"]
    theirs = CATALOGUE["alexnet-torchvision"]
    assert [layer for layer in arch.layers if layer.name != "flatten"] == [
        layer for layer in theirs.layers if layer.kind != "reshape"
    ]
    assert described(theirs) is theirs


@pytest.mark.parametrize("id", [id for id in CATALOGUE if trace(CATALOGUE[id]).params < 1e6])
def test_what_was_built_is_described_as_it_was(id):
    assert described(build(CATALOGUE[id])).layers == CATALOGUE[id].layers


def test_the_explorer_takes_a_sequential_and_leaves_its_weights():
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.Tanh(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Linear(1176, 10),
        nn.Softmax(1),
    )
    before = model[0].weight.clone()
    explorer = Shapes(model, input=(1, 32, 32))
    types = ["Conv", "Tanh", "MaxPool", "Flatten", "Dropout", "Linear", "Softmax"]
    assert [row["type"] for row in explorer.rows] == types
    assert explorer.total["params"] == sum(p.numel() for p in model.parameters()) and explorer.error == ""
    assert torch.equal(before, model[0].weight)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (nn.Sequential(nn.Conv2d(1, 4, 3, bias=False)), "0: no layer of this package says what a Conv2d does"),
        (nn.Sequential(nn.Conv2d(1, 4, 3), nn.PReLU()), "1: no layer of this package says what a PReLU does"),
        (Functional(), "max_pool2d: no layer of this package says what a max_pool2d does"),
        (type("Twice", (nn.Sequential,), {"forward": lambda self, x: self[0](x) + x})(nn.ReLU()), "Twice is no row"),
        (
            type("Dead", (nn.Sequential,), {"forward": lambda self, x: (self[0](x), self[1](x))[1]})(
                nn.ReLU(), nn.Tanh()
            ),
            "Dead is no row of modules: 1 does not read what 0 returns",
        ),
    ],
)
def test_what_cannot_be_described_is_named(model, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        described(model, input=(1, 32, 32))
    with pytest.raises(ValueError, match=f"^{sentence}"):
        Shapes(model, input=(1, 32, 32))


@pytest.mark.parametrize("wrong", [None, 3, nn.ReLU, [nn.ReLU()]])
def test_what_is_neither_is_refused(wrong):
    with pytest.raises(TypeError, match=r"an Arch.*or an nn\.Module"):
        trace(wrong)
    with pytest.raises(TypeError, match=r"an Arch or an nn\.Module"):
        described(wrong)


def test_a_module_is_drawn_as_its_description_is():
    arch = CATALOGUE["lenet5-1998"]
    mine, theirs = (draw.diagram(one).figure for one in (trace(build(arch)), trace(arch)))
    texts = [[text.get_text() for text in figure.findobj(Text)] for figure in (mine, theirs)]
    assert texts[0] == texts[1]
    plt.close("all")


def test_functions_and_foreign_layers_are_drawn_too():
    rows = trace(Functional(), input=(1, 32, 32))
    words = {text.get_text() for text in draw.diagram(rows).figure.findobj(Text)}
    assert {"conv1", "max_pool2d_2", "fc3", "16@5×5"} <= words
    boxes = draw.receptive(rows, layer="max_pool2d_2")
    assert any("16×16" in text.get_text() for text in boxes.findobj(Text))
    plt.close("all")


def test_only_one_path_is_drawn():
    rows = trace(foreign("resnet18"), input=(3, 224, 224))
    sentence = r"^layer1\.0\.relu: only one path can be drawn, but two paths meet \(add\) in layer1\.0; .* trace\[:9\]$"
    for drawing in (draw.diagram, draw.receptive):
        with pytest.raises(ValueError, match=sentence):
            drawing(rows)
    assert draw.receptive(rows, layer="layer1.0.conv2") and draw.diagram(rows[:9])
    plt.close("all")


def test_listings_that_people_write_are_listed():
    """Two public AlexNets, re-expressed: LRN behind the pool and groups; the pool before ReLU."""
    grouped = nn.Sequential(
        *(nn.Conv2d(3, 96, 11, 4), nn.ReLU(), nn.MaxPool2d(3, 2), nn.LocalResponseNorm(5)),
        *(nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2), nn.LocalResponseNorm(5)),
        *(nn.Flatten(), nn.Linear(256 * 12 * 12, 10)),
    )
    rows = trace(grouped, input=(3, 224, 224))
    assert [rows[name].receptive_field for name in ("0", "2", "3", "4", "6", "7")] == [11, 19, 19, 51, 67, 67]
    assert rows["4"].params == 48 * 256 * 25 + 256 and rows["9"].shape_in == (36_864,)
    early = nn.Sequential(nn.Conv2d(3, 32, 5, padding=2), nn.MaxPool2d(3, 2), nn.ReLU(), nn.AvgPool2d(3, 2))
    assert [row.shape_out[1] for row in trace(early, input=(3, 32, 32))] == [32, 15, 15, 7]


def test_what_no_layer_can_say_is_counted_all_the_same():
    """A binary LeNet re-expressed: no biases, and batch normalisation of vectors."""
    model = nn.Sequential(
        *(nn.Conv2d(1, 20, 5, bias=False), nn.BatchNorm2d(20, affine=False), nn.MaxPool2d(2), nn.Flatten()),
        *(nn.Linear(2880, 50, bias=False), nn.BatchNorm1d(50), nn.Linear(50, 10)),
    )
    rows = trace(model, input=(1, 28, 28))
    assert [row.params for row in rows] == [500, 0, 0, 0, 144_000, 100, 510]
    assert rows.macs == 500 * 24 * 24 + 144_000 + 500 and rows["0"].connections == 500 * 24 * 24
    assert [row.receptive_field for row in rows] == [5, 5, 6, 6, 28, 28, 28]


def test_a_linear_layer_of_another_size_is_found_at_once():
    """A public listing whose `Linear(2560, ...)` gets 30,976 numbers."""
    body = nn.Sequential(nn.Conv2d(3, 64, 11, 4, 2), nn.MaxPool2d(3, 2), nn.Conv2d(64, 256, 7), nn.MaxPool2d(3, 2, 1))
    with pytest.raises(ShapeError, match=r"^fc: reads a vector of 2560, but 30976 comes in \(input 3×224×224\)"):
        trace(nn.Sequential(OrderedDict(body=body, flat=nn.Flatten(), fc=nn.Linear(2560, 10))), input=(3, 224, 224))


def test_rectangular_windows_are_described_and_others_counted():
    model = nn.Sequential(nn.Conv2d(1, 4, (3, 5), (2, 1), (1, 0)), nn.MaxPool2d((2, 1)), nn.AvgPool2d(3, 1, 1))
    arch = described(model, input=(1, 20, 30))
    assert arch.layers[:2] == (Conv("0", 4, (3, 5), (2, 1), (1, 0)), MaxPool("1", (2, 1)))
    rows = trace(model, input=(1, 20, 30))
    assert [row.receptive_field for row in rows] == [row.receptive_field for row in trace(arch)]
    assert rows[-1].receptive_field == (13, 7) and rows[-1].jump == (4, 1)
