"""What an Arch refuses, and what may be said instead of one: names everyone uses, ids, shapes of one image."""

import json
import re
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn

from cnnlessons import CATALOGUE, Arch, Recipe, build, fit, load, trace
from cnnlessons.errors import ShapeError, UnknownName
from cnnlessons.memory import saved_for_backward
from cnnlessons.modules import module
from cnnlessons.networks.arch import TAKEN
from cnnlessons.networks.catalogue import ALIASES, squeezed
from cnnlessons.networks.layers import Conv, Elementwise, Flatten, Linear, ReLU
from cnnlessons.widgets import Shapes

LENET = CATALOGUE["lenet5-1998"]


def arch(*layers):
    return Arch("x", "x", (4, 8, 8), layers, "test")


def called(*names):
    return lambda: arch(*map(ReLU, names))


REFUSED = {
    "x: ReLU() is no layer of cnnlessons.networks.layers": lambda: arch(Conv("c", 4, 3), nn.ReLU()),
    "x: <class 'cnnlessons.networks.layers.pointwise.ReLU'> is no layer": lambda: arch(ReLU),
    "x: a network needs at least one layer": arch,
    "x: '' is no name for a layer": called(""),
    "x: None is no name for a layer": called(None),
    "x: 'a..b' is no name for a layer": called("a..b"),
    "x: 'a.' is no name for a layer": called("a."),
    "x: 'a' is a layer and the group of 'a.0'": called("a.0", "a"),
    "x: 'a' is a layer and the group of 'a.b.c'": called("a", "a.b.c"),
    "x: 'features.1' comes back to the group 'features'": called("features.0", "act", "features.1"),
    "x: 'a.b.1' comes back to the group 'a.b'": called("a.b.0", "a.c", "a.b.1"),
    "x: no layer can be named 'train', because": called("train"),
    "x: no layer can be named 'a.forward', because a PyTorch module has a 'forward'": called("a.forward"),
    "x: no layer can be named '_modules'": called("_modules"),
    "change(S2=5): a layer is needed": lambda: LENET.change(S2=5),
    "change(S2=<class": lambda: LENET.change(S2=ReLU),
    "trace takes an Arch, an id such as 'lenet5-1998', or an nn.Module, not None": lambda: trace(None),
    "trace takes an Arch, an id such as 'lenet5-1998', or an nn.Module, not <class": lambda: trace(Arch),
    "build takes an Arch or an id such as 'lenet5-1998', not None": lambda: build(None),
    "build takes an Arch or an id, and this Sequential is a network already": lambda: build(build(LENET)),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_is_no_network_is_refused_in_one_sentence(sentence):
    with pytest.raises((TypeError, ValueError), match="^" + re.escape(sentence)):
        REFUSED[sentence]()


def test_groups_that_follow_each_other_are_built_in_order():
    one = arch(*map(ReLU, ("a.0", "a.1.x", "a.1.y", "b", "input", "arch")))
    built = [name for name, part in build(one).named_modules() if not list(part.children())]
    assert built == [row.layer.name for row in trace(one)] == [row.layer.name for row in trace(build(one))]


def test_the_names_that_are_taken_are_those_of_a_sequential():
    empty = nn.Sequential()
    assert {name for name in (*dir(empty), *vars(empty)) if not name.startswith("_")} <= TAKEN


SAME = {
    "vgg16": "vgg-D",
    "VGG-16": "vgg-D",
    "vgg_16": "vgg-D",
    "VGG11": "vgg-A",
    "vgg13": "vgg-B",
    "vgg-19": "vgg-E",
    "vgg16_bn": "vgg-D-bn",
    "vgg-d": "vgg-D",
    "AlexNet": "alexnet-2012",
    "LeNet": "lenet5-1998",
    "lenet-5": "lenet5-1998",
    "LeNet5": "lenet5-1998",
    "LENET5-1998": "lenet5-1998",
}


@pytest.mark.parametrize("name", SAME)
def test_the_names_that_everyone_uses(name):
    network = CATALOGUE[SAME[name]]
    assert CATALOGUE[name] is CATALOGUE.get(name) is network and name in CATALOGUE
    assert repr(trace(name)) == repr(trace(network))
    assert Shapes(name).network == network.id


def test_aliases_stand_beside_the_ids_and_not_over_them():
    assert len({squeezed(id) for id in CATALOGUE}) == len(CATALOGUE)
    assert not set(ALIASES) & {squeezed(id) for id in CATALOGUE} and set(ALIASES.values()) <= set(CATALOGUE)
    assert "vgg16" not in list(CATALOGUE) and "resnet18" not in CATALOGUE and CATALOGUE.get(None, 5) == 5


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("resnet18", "known: 'lenet5-1998', "),
        ("vgg8", "known: 'lenet5-1998', "),
        ("lenet5-98", "did you mean 'lenet5-1998'"),
        ("alexnett", "did you mean 'alexnet'"),
    ],
)
def test_an_unknown_network_is_never_taken_for_a_far_one(name, hint):
    with pytest.raises(UnknownName, match=f"no network named '{name}'; {hint}"):
        CATALOGUE[name]


def test_an_id_is_built_as_the_network_is():
    assert str(build("lenet-5")) == str(build(LENET))


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        (32, "not 32; for a grey image of 32×32 it is (1, 32, 32)"),
        ((32, 32), "not (32, 32); for a grey image it is (1, 32, 32)"),
        ((1, 3, 28, 28), "not (1, 3, 28, 28); leave the batch out: (3, 28, 28)"),
        ("32", "not 32"),
        ((1, True, 28), "not (1, True, 28)"),
    ],
)
def test_shapes_that_are_none_get_the_likely_one(shape, hint):
    with pytest.raises(ShapeError) as caught:
        trace(LENET, shape)
    assert str(caught.value).startswith("an input shape is (channels, height, width)")
    assert str(caught.value).endswith(hint)


def test_channels_at_the_end_are_told():
    with pytest.raises(ShapeError, match=re.escape("for an image of 227×227 it is (3, 227, 227)")):
        trace("alexnet", (227, 227, 3))


def test_sizes_of_numpy_are_sizes():
    shape = tuple(np.array([1, 32, 32]))
    assert repr(trace(LENET, shape)) == repr(trace(LENET))
    json.dumps([replace(LENET, input=shape).as_dict(), trace(LENET, shape)[0].as_dict()])


@dataclass(frozen=True)
class LeakyReLU(Elementwise):
    """a where a > 0, else `slope` times a: a layer of a reader's own."""

    slope: float = 0.01
    word: ClassVar[str] = "leaky ReLU"


def test_a_layer_of_ones_own():
    own = Arch("own", "x", (1, 28, 28), (Conv("c", 2, 5, s=3), LeakyReLU("r"), Flatten("f"), Linear("o", 10)), "test")
    assert trace(own)["r"].shape_out == (2, 8, 8)
    with pytest.raises(TypeError, match="r: no module for a LeakyReLU; register one"):
        build(own)
    module.register(LeakyReLU, lambda layer, shape: nn.LeakyReLU(layer.slope))
    digits = load("mnist-5k")
    epochs = list(fit(build(own), digits.train.take(200), digits.test.take(100), Recipe(epochs=1)))
    assert len(epochs) == 1 and torch.isfinite(torch.tensor(epochs[0].train_loss))
    with pytest.raises(ValueError, match="r: the shape explorer has no rule for a LeakyReLU; look at it with trace"):
        Shapes(own)
    with pytest.raises(TypeError, match="r: no rule for what autograd saves of LeakyReLU"):
        saved_for_backward(own["r"], trace(own)["r"])
