"""How weights start: the signal that each recipe promises to keep."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from cnnlessons import CATALOGUE, build
from cnnlessons.modules.initialise import INITIALISERS, fan_ins


@pytest.mark.parametrize(("init", "kept"), [("he", 1), ("glorot", 2**-10), ("normal-0.01", (0.01**2 * 512 / 2) ** 10)])
def test_mean_square_of_a_signal_after_ten_layers_behind_relus(init, kept):
    torch.manual_seed(0)
    model = nn.Sequential(*(layer for _ in range(10) for layer in (nn.ReLU(), nn.Linear(512, 512))))
    INITIALISERS[init](model)
    with torch.no_grad():
        x = torch.randn(256, 512)
        assert 0.5 < (model(x).square().mean() / x.square().mean() / kept).item() < 2


def test_the_fan_ins_are_those_of_the_papers_networks():
    alexnet, vgg = fan_ins("krizhevsky2012"), fan_ins("simonyan2014")
    assert list(alexnet.values()) == [363, 1200, 2304, 1728, 1728, 9216, 4096, 4096]
    assert (len(vgg), vgg["conv1_1"], vgg["conv4_1"], vgg["conv5_4"], vgg["fc6"]) == (19, 27, 2304, 4608, 25088)


@pytest.mark.parametrize(
    ("init", "ones"),
    [("krizhevsky2012-scaled", {"conv2", "conv4", "conv5", "fc6", "fc7"}), ("krizhevsky2012-scaled-zeros", set())],
)
def test_the_scaled_start_keeps_the_factor_by_which_each_layer_scales_its_signal(init, ones):
    model = build(replace(CATALOGUE["mini-alexnet"], init=init))
    for name, n in fan_ins("krizhevsky2012").items():
        weight = model.get_submodule(name).weight
        assert (weight.std() * weight[0].numel() ** 0.5).item() == pytest.approx(0.01 * n**0.5, rel=0.1), name
    assert {name for name, p in model.named_parameters() if p.eq(1).all()} == {f"{name}.bias" for name in ones}


def test_the_scaled_start_refuses_a_layer_that_alexnet_has_not():
    with pytest.raises(ValueError, match="of krizhevsky2012 has no layer 'C1' to scale this start by"):
        build(replace(CATALOGUE["lenet-002-relu"], init="krizhevsky2012-scaled"))
