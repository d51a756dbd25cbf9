"""The check of the lesson on five LeNets: it refuses each bug, names it, and lets what is right pass."""

import json
from contextlib import suppress

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnlessons import CATALOGUE, build


@pytest.fixture(scope="module")
def lesson(root):
    """What the lesson's cells define: its listing, its variants and its check."""
    notebook = json.loads((root / "book/lenet/five-lenets.ipynb").read_text(encoding="utf-8"))
    names = {"torch": torch, "nn": nn, "F": F, "suppress": suppress}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        for start in ("class LeNet(nn.Module)", "def count(net)", "def lenet(flatten", "def check(model"):
            if cell["cell_type"] == "code" and source.startswith(start):
                exec(source, names)
    return names


@pytest.fixture(scope="module")
def check(lesson):
    return lesson["check"]


class NoReturn(nn.Sequential):
    def forward(self, x):
        super().forward(x)


def lenet(view=None, tail=()):
    model = build(CATALOGUE["lenet-003-corrected"])
    if view:
        model.flatten = view
    return nn.Sequential(*model, *tail)


MERGING = (nn.Flatten(0), nn.Unflatten(0, (-1, 400)))
BUGS = {
    "forward returns nothing": NoReturn(*lenet()),
    r"shape \(2, 84\)": lenet()[:-2],
    "a softmax": lenet(tail=[nn.Softmax(1)]),
    "8 answers for 2 images of 52×52": lenet(nn.Sequential(*MERGING)),
    "44,426 parameters, not 61,706": nn.Sequential(nn.ZeroPad2d(-2), *build(CATALOGUE["lenet-002-keras"])[:-1]),
}


@pytest.mark.parametrize("complaint", BUGS)
def test_check_names_the_bug(check, complaint):
    with pytest.raises(AssertionError, match=complaint):
        check(BUGS[complaint], (1, 32, 32), 10, 61_706)


def test_the_listing_has_four_faults_and_each_repair_uncovers_the_next(lesson):
    variant, output, view = lesson["lenet"], lesson["output"], nn.Sequential(*MERGING)
    steps = [
        (lesson["LeNet"](), "returns nothing"),
        (variant(view, nn.Softmax(1)), "84"),
        (variant(view, *output, nn.Softmax(1)), "softmax"),
        (variant(view, *output), "52×52"),
    ]
    for net, complaint in steps:
        with pytest.raises(AssertionError, match=complaint):
            lesson["check"](net, (1, 32, 32), 10, 61_706)
    lesson["check"](variant(nn.Flatten(), *output), (1, 32, 32), 10, 61_706)


@pytest.mark.parametrize("model", [lenet(), lenet(nn.Flatten(1)), lenet(tail=[nn.Dropout(0.5)])])
def test_check_accepts_what_is_right(check, model):
    check(model.train(), (1, 32, 32), 10, 61_706)


def padded(flatten, stages, units):
    """Convolutions that keep the size, pools that halve it, as in VGG: the maps double at twice the input."""
    layers = []
    for maps in [3] + [8] * (stages - 1):
        layers += [nn.Conv2d(maps, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, *flatten, nn.Linear(units, 10))


@pytest.mark.parametrize(("stages", "units"), [(2, 512), (5, 8)])
def test_check_looks_at_twice_the_input_where_padded_networks_betray_the_bug(check, stages, units):
    merging = padded([nn.Flatten(0), nn.Unflatten(0, (-1, units))], stages, units)
    params = sum(p.numel() for p in merging.parameters())
    with pytest.raises(AssertionError, match="8 answers for 2 images of 64×64"):
        check(merging, (3, 32, 32), 10, params)
    check(padded([nn.Flatten(1)], stages, units), (3, 32, 32), 10, params)


def test_solutions_in_numbers():
    maps = lenet()[:6]
    for batch, answers in ((25, 16), (50, 32), (100, 64)):
        assert len(nn.Sequential(maps, *MERGING)(torch.rand(batch, 1, 28, 28))) == answers
    assert [n for n in range(1, 65) if n * 256 % 400 == 0] == [25, 50]
    x = torch.rand(2, 32, 5, 5).to(memory_format=torch.channels_last)
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        x.view(2, -1)
    assert x.flatten(1).shape == (2, 800)
