"""The modules PyTorch lacks, by hand and against independent ways to compute the same."""

import torch
import torch.nn.functional as F

from cnnlessons import CATALOGUE, Arch, build, trace
from cnnlessons.modules.papers import RBF, ScaledTanh, Subsample, TableConv2d
from cnnlessons.networks.catalogue.codes import CODES
from cnnlessons.networks.catalogue.lenet import C3_TABLE
from cnnlessons.networks.layers import Conv, Local


def test_scaled_tanh_passes_through_plus_and_minus_one():
    out = ScaledTanh()(torch.tensor([-1.0, 0.0, 1.0], dtype=torch.double))
    assert torch.allclose(out, torch.tensor([-1.0, 0.0, 1.0], dtype=torch.double), atol=1e-4)


def test_subsample_by_hand():
    layer = Subsample(1)
    with torch.no_grad():
        layer.coefficient.fill_(2), layer.bias.fill_(5)
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 1, 2, 2)
    assert layer(x).item() == 2 * (1 + 2 + 3 + 4) + 5


def test_a_fresh_subsample_is_average_pooling():
    x = torch.rand(2, 6, 28, 28)
    assert torch.allclose(Subsample(6)(x), F.avg_pool2d(x, 2), atol=1e-6)


def test_table_convolution_equals_sixteen_small_ones():
    torch.manual_seed(0)
    layer, x = TableConv2d(C3_TABLE, 5).double(), torch.rand(2, 6, 14, 14, dtype=torch.double)
    each = [
        F.conv2d(x[:, list(row)], layer.weight[layer.rows(o)][None], layer.bias[o : o + 1])
        for o, row in enumerate(C3_TABLE)
    ]
    assert torch.allclose(layer(x), torch.cat(each, 1), atol=1e-12)
    assert sum(p.numel() for p in layer.parameters()) == 1_516


def test_table_convolution_reads_no_map_that_is_not_listed():
    layer, x = TableConv2d(C3_TABLE, 5), torch.rand(1, 6, 14, 14, requires_grad=True)
    layer(x)[0, 0].sum().backward()
    read = x.grad[0].abs().sum((1, 2)) > 0
    assert read.tolist() == [True, True, True, False, False, False]


def test_rbf_is_the_squared_distance_and_zero_on_a_code():
    codes = torch.tensor(CODES, dtype=torch.float)
    distances = RBF(CODES)(codes)
    assert torch.equal(distances.diag(), torch.zeros(10))
    assert torch.allclose(distances, torch.cdist(codes, codes) ** 2, atol=1e-3)
    assert distances[0, 1] == 4 * (codes[0] != codes[1]).sum()  # a differing cell costs (1 − −1)²


def test_initialisation_of_1998_stays_within_its_bounds_and_fills_them():
    model = build(CATALOGUE["lenet5-1998"])
    bounds = {"C1": 2.4 / 25, "C5": 2.4 / 400, "F6": 2.4 / 120}
    for name, bound in bounds.items():
        largest = getattr(model, name).weight.abs().max().item()
        assert 0.9 * bound < largest <= bound
    for o, row in enumerate(C3_TABLE):
        kernels = model.C3.weight[model.C3.rows(o)]
        assert 0.8 * 2.4 / (25 * len(row)) < kernels.abs().max() <= 2.4 / (25 * len(row))
    assert model.S2.coefficient.unique().item() == 0.25 and model.S4.bias.unique().item() == 0


def test_initialisation_of_2012_has_its_ones():
    with torch.device("meta"):
        names = [n for n, _ in build(CATALOGUE["alexnet-2012"]).named_parameters() if n.endswith("bias")]
    assert names == [f"{n}.bias" for n in ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")]
    from torch import nn

    from cnnlessons.modules.initialise import krizhevsky2012

    model = nn.Sequential()
    for name in ("conv1", "conv2", "conv3", "conv4", "fc7", "fc8"):
        model.add_module(name, nn.Linear(50, 50))
    krizhevsky2012(model)
    assert {name: m.bias.unique().item() for name, m in model.named_children()} == {
        "conv1": 0,
        "conv2": 1,
        "conv3": 0,
        "conv4": 1,
        "fc7": 1,
        "fc8": 0,
    }
    assert abs(model.fc7.weight.std() - 0.01) < 0.001


def test_a_local_layer_with_equal_kernels_everywhere_is_a_convolution():
    conv, local = (
        build(Arch("x", "x", (3, 6, 5), (layer,), "x"))[0] for layer in (Conv("c", 4, 3, p=1), Local("l", 4, 3, p=1))
    )
    local.load_state_dict(
        {"weight": conv.weight.flatten(1).T.expand(30, 27, 4), "bias": conv.bias[:, None, None].expand(4, 6, 5)}
    )
    x = torch.randn(2, 3, 6, 5)
    assert torch.allclose(local(x), conv(x), atol=1e-5)


def test_a_local_layer_shares_nothing():
    arch = Arch("x", "x", (2, 4, 4), (Local("l", 3, 3, p=1),), "x")
    assert trace(arch).params == sum(p.numel() for p in build(arch).parameters()) == (2 * 9 + 1) * 3 * 16
    model, x = build(arch), torch.ones(1, 2, 4, 4)
    with torch.no_grad():
        before = model(x)
        model.l.weight[5] += 1  # the place (1, 1)
        moved = (model(x) != before).nonzero()[:, 2:].unique(dim=0)
    assert moved.tolist() == [[1, 1]]
