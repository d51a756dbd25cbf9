"""Train's Python side: settings, presets, the network and recipe that follow."""

import json
import re

import pytest
import torch

from cnnlessons import CATALOGUE, Recipe, build, trace
from cnnlessons.errors import UnknownName
from cnnlessons.widgets import Train
from cnnlessons.widgets.train import settings as choices


@pytest.mark.parametrize("name", choices.PRESETS)
def test_every_preset_is_a_network_and_a_recipe(name):
    train = Train(name)
    assert trace(train.arch)[-1].units == 10
    assert isinstance(train.recipe, Recipe)
    assert train.preset == name and set(train.settings) == set(choices.DEFAULTS)


def test_settings_change_the_network():
    arch = Train(activation="tanh", pool="overlapping", norm="lrn", dropout=0.5, init="he").arch
    kinds = {layer.name: type(layer).__name__ for layer in arch.layers}
    assert kinds["C1_act"] == "Tanh" and kinds["C3_norm"] == "LRN" and kinds["F6_act_drop"] == "Dropout"
    assert {row.layer.name: row.shape_out for row in trace(arch)}["S4"] == (16, 5, 5)
    assert arch.init == "he"
    assert Train("lenet5-1998").arch.layers == CATALOGUE["lenet5-1998"].layers


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"step": 0.1}, UnknownName, "'step'"),
        ({"activation": "rleu"}, UnknownName, "did you mean 'relu'"),
        ({"lr": -1}, ValueError, "lr=-1: a number from 0 to 10 is needed"),
        ({"lr": True}, ValueError, "lr=True"),
        ({"images": 50}, ValueError, "images=50: a whole number from 100 to 4000 is needed"),
        ({"batch": 2.5}, ValueError, "batch=2.5"),
        ({"clip": 0}, ValueError, "clip=0"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(settings, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        Train(**settings)
    train = Train()
    with pytest.raises(error):
        train.settings = {**train.settings, **settings}
    assert train.settings == choices.DEFAULTS


def test_an_unknown_preset_suggests_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'sigmoid'"):
        Train("sigmoide")


def test_a_preset_brings_its_settings():
    train = Train()
    train.preset = "sigmoid"
    assert train.settings["activation"] == "sigmoid"


def test_the_page_says_only_what_differs():
    page = Train("sigmoid", lr=0.5).page()
    state = json.loads(re.search(r"<script[^>]*>(.*?)</script>", page)[1])
    assert state == {"preset": "sigmoid", "settings": {"lr": 0.5}}
    assert "<table" in page and len(page) < 20_000
    assert Train("sigmoid", lr=0.5).page() == page


def test_a_network_of_ones_own_goes_in_and_comes_back():
    model = build(CATALOGUE["lenet-003-corrected"], seed=3)
    train = Train(model)
    assert train.own["layers"][0]["name"] == "C1" and len(train.start) > 61_706 * 4
    train = Train(activation="as it is", pool="as it is")
    train.weights = Train(model).start
    back = train.model()
    assert all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), back.state_dict().values(), strict=True))


def test_it_comes_with_its_recipe():
    model = build("lenet5-1998")
    train = Train(model, lr=0.02)
    assert train.arch.layers == CATALOGUE["lenet5-1998"].layers
    assert (train.recipe.pixels, train.recipe.clip, train.recipe.lr) == ("lecun1998", 5.0, 0.02)
    assert torch.equal(train.model().C1.weight, model.C1.weight)


def test_first_weights_are_scaled_in_python_too():
    plain, larger = Train().model(), Train(gain=2.0).model()
    assert torch.equal(larger.F6.weight, 2 * plain.F6.weight) and torch.equal(larger.F6.bias, plain.F6.bias)


def test_weights_of_another_network_are_forgotten():
    train = Train()
    train.weights = Train(train.model()).start
    train.settings = {**train.settings, "lr": 0.01}
    assert train.weights
    train.settings = {**train.settings, "activation": "tanh"}
    assert train.weights == b""


def test_a_network_for_colours_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match=r"one channel, 28×28 or padded to more; this network takes 3×32×32"):
        Train(build("mini-alexnet"))
