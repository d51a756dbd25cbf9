"""The check and the graded exercise of the chapter on five LeNets: they refuse each bug, and nothing else."""

import json
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnlessons import CATALOGUE, build


@pytest.fixture(scope="module")
def cells(root):
    notebook = json.loads((root / "book/lenet/five-lenets.ipynb").read_text(encoding="utf-8"))
    return {tag: "".join(cell["source"]) for cell in notebook["cells"] for tag in cell["metadata"].get("tags", [])}


@pytest.fixture(scope="module")
def check(cells):
    exec(cells["check"], names := {"torch": torch})
    return names["check"]


class NoReturn(nn.Sequential):
    def forward(self, x):
        super().forward(x)


class AlwaysDrops(nn.Sequential):
    def forward(self, x):
        return F.dropout(super().forward(x), 0.5)


def lenet(view=None, tail=()):
    model = build(CATALOGUE["lenet-003-corrected"])
    if view:
        model.flatten = view
    return nn.Sequential(*model, *tail)


MERGING = (nn.Flatten(0), nn.Unflatten(0, (-1, 400)))
BUGS = {
    "None": NoReturn(*lenet()),
    "(2, 84)": lenet()[:-2],
    "probabilities": lenet(tail=[nn.Softmax(1)]),
    "8 answers for 2 pictures of 52×52": lenet(nn.Sequential(*MERGING)),
    "two passes, two answers": AlwaysDrops(*lenet()),
    "does not take (1, 32, 32)": build(CATALOGUE["lenet-000-prose-rgb"]),
    "44,426 parameters, not 61,706": nn.Sequential(nn.ZeroPad2d(-2), *build(CATALOGUE["lenet-002-keras"])[:-1]),
}


@pytest.mark.parametrize("complaint", BUGS)
def test_check_names_the_bug(check, complaint):
    assert complaint in check(BUGS[complaint], (1, 32, 32), 10, 61_706)


@pytest.mark.parametrize("model", [lenet(), lenet(nn.Flatten(1)), lenet(tail=[nn.Dropout(0.5)])])
def test_check_accepts_what_is_right(check, model):
    assert check(model.train(), (1, 32, 32), 10, 61_706) == check(model, (1, 32, 32), 10) == "passes"


def padded(flatten, stages, units):
    """Convolutions that keep the size, pools that halve it, as in VGG: the maps double at twice the input."""
    layers = []
    for maps in [3] + [8] * (stages - 1):
        layers += [nn.Conv2d(maps, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, *flatten, nn.Linear(units, 10))


@pytest.mark.parametrize(("stages", "units"), [(2, 512), (5, 8)])
def test_check_looks_at_twice_the_input_where_padded_networks_betray_the_bug(check, stages, units):
    merging = padded([nn.Flatten(0), nn.Unflatten(0, (-1, units))], stages, units)
    assert check(merging, (3, 32, 32), 10) == "8 answers for 2 pictures of 64×64"
    assert check(padded([nn.Flatten(1)], stages, units), (3, 32, 32), 10) == "passes"


def test_missing_names(cells):
    exec(cells["check-missing"], names := {"indented": "class A(nn.Module):\n def f(self):\n  return F"})
    assert names["missing"]("import a\nb = 1\ndef f(c):\n  d = [a, b, c, len(d), e]\n  return lambda: g") == ["e", "g"]


GRADED = {
    "torch.equal(model.eval()(x), model(x))": "all four right",
    "True": "not yet: wrong about F.dropout",
    "False": "not yet: wrong about a plain layer",
    "torch.equal(model(x), model(x))": "not yet: wrong about nn.Dropout",
    "torch.is_tensor(model.eval()(x))": "not yet: wrong about F.dropout",
    "not any('Forgetful' in str(type(m)) for m in [model])": "not yet: wrong about F.dropout, then a layer",
}


@pytest.mark.parametrize("answer", GRADED)
def test_grader(cells, capsys, answer):
    first, rest = cells["grader"].split("\n", 1)
    assert first == "mine = lambda model, x: True  # yours"
    with torch.random.fork_rng():
        exec(f"mine = lambda model, x: {answer}\n{rest}", vars(SimpleNamespace(torch=torch, nn=nn, F=F)))
    assert capsys.readouterr().out.strip() == GRADED[answer]


def test_solutions_in_numbers(check):
    assert check(lenet().double(), (1, 32, 32), 10).startswith("does not take (1, 32, 32)")
    maps = lenet()[:6]
    for batch, answers in ((25, 16), (50, 32), (100, 64)):
        assert len(nn.Sequential(maps, *MERGING)(torch.rand(batch, 1, 28, 28))) == answers
    assert [n for n in range(1, 65) if n * 256 % 400 == 0] == [25, 50]
