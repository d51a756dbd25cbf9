"""What the experiments compare: networks and recipes that differ in the one thing named."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from cnnlessons import trace
from cnnlessons.experiments.declared import EXPERIMENTS
from cnnlessons.experiments.declared.alexnet import ONE_GPU_2012
from cnnlessons.experiments.measures import MEASURES
from cnnlessons.networks.layers import Conv

E10 = EXPERIMENTS["E10-groups"]


def maps(arch):
    """Maps and groups of the convolutions."""
    return [(layer.maps, layer.groups) for layer in arch.layers if isinstance(layer, Conv)]


def test_the_net_on_one_gpu_is_that_of_the_papers_second_footnote():
    assert maps(ONE_GPU_2012) == [(48, 1), (128, 1), (192, 1), (192, 1), (256, 1)]
    assert trace(ONE_GPU_2012)["fc6"].shape_out == (4096,)


def test_each_variant_changes_the_network_and_nothing_else():
    assert maps(E10["two groups"].arch) == [(16, 1), (32, 2), (48, 1), (48, 2), (32, 2)]
    assert maps(E10["one column"].arch) == [(16, 1), (32, 1), (48, 1), (48, 1), (32, 1)]
    assert maps(E10["two groups that never meet"].arch) == [(16, 1), (32, 2), (48, 2), (48, 2), (32, 2)]
    assert maps(E10["half the kernels"].arch) == [(8, 1), (16, 1), (24, 1), (24, 1), (32, 1)]
    assert len({variant.recipe for variant in E10.variants}) == 1


def test_colour_of_the_halves_tells_grey_from_colour():
    conv = nn.Conv2d(3, 4, 3)
    with torch.no_grad():
        conv.weight[:2] = torch.rand(2, 1, 3, 3)  # grey: all channels alike
        conv.weight[2:] = torch.tensor([1.0, -1.0, 0.0])[:, None, None]  # red against green, no grey in it
    found = MEASURES["colour of the halves"](nn.Sequential(conv), *[SimpleNamespace()] * 3)
    assert found == pytest.approx({"colour": 0.5, "colour ahead": 1.0}, abs=1e-6)
