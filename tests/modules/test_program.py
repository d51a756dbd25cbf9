"""The network of the released program of 2012: its integers, its layers by hand, and its first two stages in full."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from cnnlessons import CATALOGUE, Arch, build, trace
from cnnlessons.errors import ShapeError
from cnnlessons.modules import CeilConv2d, TableConv2d, WithinMapLRN, capture, described
from cnnlessons.networks import PROGRAM_ABLATIONS, input_sizes
from cnnlessons.networks.layers import Conv, GroupedLRN, MaxPool
from cnnlessons.networks.layers import WithinMapLRN as WithinMap
from cnnlessons.two_devices.halves import half

PROGRAM = CATALOGUE["alexnet-2012-program"]
DOUBLE = {"dtype": torch.double}

# ------------------------------------------------------------------ integers

PARAMS = {  # two columns each
    "conv1": 2 * (3 * 11 * 11 * 48 + 48),
    "conv2": 2 * (48 * 25 * 128 + 128),
    "conv3": 2 * (256 * 9 * 192 + 192),
    "conv4": 2 * (192 * 9 * 192 + 192),
    "conv5": 2 * (192 * 9 * 128 + 128),
    "fc6": 2 * (9216 * 2048 + 2048),
    "fc7": 2 * (4096 * 2048 + 2048),
    "fc8": 4096 * 1000 + 1000,
}


def test_sizes_counts_and_shares_are_those_of_network_145():
    rows = trace(PROGRAM)
    assert rows.input == (3, 224, 224) and rows["conv1"].shape_out == (96, 55, 55)
    assert [rows[name].shape_out[1:] for name in ("pool1", "pool2", "pool5")] == [(27, 27), (13, 13), (6, 6)]
    assert {row.layer.name: row.params for row in rows if row.params} == PARAMS
    assert list(PARAMS.values()) == [34_944, 307_456, 885_120, 663_936, 442_624, 37_752_832, 16_781_312, 4_097_000]
    assert rows.params == 60_965_224
    units = {name: rows[name].units for name in PARAMS}
    assert list(units.values()) == [290_400, 186_624, 64_896, 64_896, 43_264, 4_096, 4_096, 1_000]
    assert sum(units.values()) == 659_272
    shares = {name: round(100 * n / rows.params, 2) for name, n in PARAMS.items()}
    assert (shares["conv3"], shares["conv4"]) == (1.45, 1.09)  # "each containing no more than 1%", says the paper
    assert max(shares[name] for name in ("conv1", "conv2", "conv5")) < 1


def test_its_layers_stand_where_the_program_has_them():
    names = [layer.name for layer in PROGRAM.layers]
    assert names[:4] == ["conv1", "norm1", "pool1", "relu1"]
    assert names[4:9] == ["conv2", "relu2", "norm2", "norm2_map", "pool2"]
    assert names[9:16] == ["conv3", "relu3", "conv4", "relu4", "conv5", "pool5", "relu5"]
    printed = CATALOGUE["alexnet-2012"]
    assert {*names} - {layer.name for layer in printed.layers} == {"norm2_map"}
    assert dict(PROGRAM.recipe) == dict(printed.recipe)
    assert 5 * PROGRAM["norm1"].alpha == pytest.approx(1e-4) and 25 * PROGRAM["norm2_map"].alpha == pytest.approx(1e-3)


SIZES = {
    "147": ("28 26 13 13 13 11 6", 60_965_224),
    "148": ("27 27 13 13 13 13 6", 60_965_224),
    "145-half": ("27 27 13 13 13 13 6", 59_798_312),
    "167": ("27 27 13 13 13 13 6", 60_965_224),
}


@pytest.mark.parametrize("number", SIZES)
def test_the_networks_it_was_compared_with(number):
    arch, (sides, params) = PROGRAM_ABLATIONS[number], SIZES[number]
    rows = trace(arch)
    found = [rows[name].shape_out[1] for name in ("pool1", "conv2", "pool2", "conv3", "conv4", "conv5", "pool5")]
    assert (" ".join(map(str, found)), rows.params, rows[-1].shape_out) == (sides, params, (1000,))
    assert arch.init == PROGRAM.init and dict(arch.recipe) == dict(PROGRAM.recipe) and number in arch.source
    assert rows["conv5"].shape_out[0] == 256 and rows["fc6"].shape_in == (9216,)
    with torch.device("meta"):
        model = build(arch)
        assert model(torch.empty(2, 3, 224, 224)).shape == (2, 1000)
    assert sum(p.numel() for p in model.parameters()) == params


def test_there_is_one_of_each_comparison():
    assert list(PROGRAM_ABLATIONS) == list(SIZES)
    columns = [layer.groups for layer in PROGRAM_ABLATIONS["145-half"].layers if isinstance(layer, Conv | GroupedLRN)]
    assert columns == [1] * 5
    column = trace(PROGRAM_ABLATIONS["145-half"])
    assert [column[f"conv{n}"].shape_out[0] for n in (1, 2, 3, 4, 5)] == [48, 128, 192, 192, 256]
    norms = {
        number: " ".join(layer.name for layer in arch.layers if layer.kind == "norm")
        for number, arch in PROGRAM_ABLATIONS.items()
    }
    every = "norm1 norm2 norm2_map"
    assert norms == {"147": every, "148": "", "145-half": every, "167": "norm1"}


def test_without_rounding_up_147_would_have_no_28():
    arch = PROGRAM_ABLATIONS["147"].change(pool1=MaxPool("pool1", 2, s=2))
    assert trace(arch)["pool1"].shape_out == (96, 27, 27)


# ------------------------------------------------------------------ rounding up


def test_224_with_three_zeros_at_the_right_and_bottom_is_227():
    torch.manual_seed(0)
    layer, x = CeilConv2d(3, 8, 11, 4).double(), torch.randn(2, 3, 224, 224, **DOUBLE)
    out = layer(x)
    assert out.shape == (2, 8, 55, 55)
    assert torch.equal(out, F.conv2d(F.pad(x, (0, 3, 0, 3)), layer.weight, layer.bias, 4))
    both = F.conv2d(F.pad(x, (1, 2, 1, 2)), layer.weight, layer.bias, 4)  # as many zeros, some of them elsewhere
    assert both.shape == out.shape and not torch.allclose(both, out)
    assert torch.equal(layer(F.pad(x, (0, 3, 0, 3))), out)  # where the windows fit, nothing is added
    assert Conv("c", 8, 11, s=4, ceil=True).trailing((3, 224, 227)) == (3, 0)
    assert Conv("c", 8, 11, s=4).trailing((3, 224, 224)) == (0, 0)
    assert str(layer) == "CeilConv2d(3, 8, kernel_size=(11, 11), stride=(4, 4), ceil_mode=True)"


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_convolution_that_rounds_up_reads_zeros_beyond_the_end_and_nothing_else(data):
    """Against windows laid on a line that goes on in zeros: all that fit, and one more that begins inside."""
    n, k = data.draw(st.tuples(st.integers(1, 14), st.integers(1, 5)))
    s, p, d = data.draw(st.tuples(st.integers(1, 5), st.integers(0, 2), st.integers(1, 2)))
    reach = d * (k - 1) + 1
    layer = Conv("c", 2, (1, k), s=(1, s), p=(0, p), d=(1, d), ceil=True)
    arch, x = Arch("t", "t", (1, 2, n), (layer,), "test"), torch.randn(1, 1, 2, n, **DOUBLE)
    starts = list(range(0, n + 2 * p - reach + 1, s))  # of the windows that fit
    more = starts[-1] + s if starts else 0
    if starts and starts[-1] + reach < n + 2 * p and more < n + p:
        starts.append(more)
    elif not starts and reach - n - 2 * p < s:
        starts.append(0)  # the line is too short by less than a step
    if not starts:
        with pytest.raises(ShapeError, match="does not fit"):
            trace(arch)
        return
    model = build(arch).double()
    line = F.pad(x, (p, p + n + reach + s))
    taps = torch.stack([line[..., at : at + reach : d] for at in starts], -2)  # (1, 1, 2, windows, k)
    expected = (taps * model.c.weight.reshape(2, 1, 1, k)).sum(-1) + model.c.bias.reshape(2, 1, 1)
    assert trace(arch)["c"].shape_out == (2, 2, len(starts))
    assert torch.allclose(model(x), expected, atol=1e-12)
    assert described(model).layers == arch.layers


def test_rounding_up_leaves_no_border_unread():
    assert input_sizes.outcomes(PROGRAM, range(190, 234)) == [
        (input_sizes.REFUSED, range(190, 196)),
        (input_sizes.ONE, range(196, 228)),
        (input_sizes.REFUSED, range(228, 234)),
    ]
    body = Arch("t", "t", (3, 197, 197), PROGRAM.layers[:9], "test", init="he")
    x = torch.rand(2, 3, 197, 197, generator=torch.Generator().manual_seed(0), requires_grad=True)
    build(body)(x).square().sum().backward()
    assert (x.grad != 0).any(0).any(0).any(1).all() and input_sizes.unread(trace(body)) == 0
    down = body.map(lambda layer: replace(layer, ceil=False) if hasattr(layer, "ceil") else layer)
    assert input_sizes.unread(trace(down)) == 2  # 47 windows of conv1 end at pixel 194 of 0 … 196


def test_a_table_of_connections_rounds_up_too():
    torch.manual_seed(0)
    table = ((0, 1), (2,), (0, 2))
    layer, x = TableConv2d(table, 3, 2, 0, 1, ceil=True).double(), torch.randn(1, 3, 8, 8, **DOUBLE)
    assert torch.allclose(layer(x), F.conv2d(F.pad(x, (0, 1, 0, 1)), layer.dense(3), layer.bias, 2), atol=1e-12)
    arch = Arch("t", "t", (3, 8, 9), (Conv("c", 3, (3, 2), s=2, d=(1, 2), table=table, ceil=True),), "test")
    assert trace(arch)[0].shape_out == tuple(build(arch)(torch.rand(1, 3, 8, 9)).shape[1:]) == (3, 4, 4)
    assert described(build(arch)).layers == arch.layers


def test_a_window_that_fits_nowhere_is_refused_all_the_same():
    with pytest.raises(ShapeError, match="c: a 11×11 window does not fit a 7×7 map"):
        trace(Arch("t", "t", (1, 7, 7), (Conv("c", 2, 11, s=4, ceil=True),), "test"))


# ------------------------------------------------------------------ normalisation


def test_normalisation_inside_a_map_is_the_sum_over_its_window_place_by_place():
    torch.manual_seed(0)
    x = 200 * torch.randn(2, 3, 7, 6, **DOUBLE)
    out = WithinMapLRN(5, alpha=4e-5, beta=0.75, k=1)(x)
    for y in range(7):
        for z in range(6):
            window = x[:, :, max(0, y - 2) : y + 3, max(0, z - 2) : z + 3]
            expected = x[:, :, y, z] / (1 + 0.001 / 25 * window.square().sum((2, 3))) ** 0.75  # 25 at the edge too
            assert torch.allclose(out[:, :, y, z], expected, rtol=1e-12)
    mean = x / (1 + 0.001 * F.avg_pool2d(x.square(), 5, 1, 2, count_include_pad=False)) ** 0.75
    assert not torch.allclose(out[..., 0, 0], mean[..., 0, 0], rtol=1e-2)  # and not the part inside the map
    assert torch.allclose(out[..., 3, 3], mean[..., 3, 3])


def test_normalisation_by_group_keeps_to_its_group():
    torch.manual_seed(0)
    arch = Arch("t", "t", (6, 4, 4), (GroupedLRN("norm", alpha=0.01), Conv("c", 1, 1)), "test")
    model, x = build(arch).double(), 20 * torch.randn(2, 6, 4, 4, **DOUBLE)
    with torch.no_grad(), capture(model) as maps:
        model(x)
    expected = []
    for part in (x[:, :3], x[:, 3:]):
        for i in range(3):
            sums = part[:, max(0, i - 2) : i + 3].square().sum(1)
            expected.append(part[:, i] / (2 + 0.01 * sums) ** 0.75)
    assert maps["norm"].shape == (2, 6, 4, 4)  # one layer, with the network's own batch
    assert torch.allclose(maps["norm"], torch.stack(expected, 1), rtol=1e-12)
    assert [row.layer.name for row in trace(model)] == ["norm", "c"]
    assert described(model).layers == arch.layers


@pytest.mark.parametrize(
    "layer", [CeilConv2d(2, 3, 3, 2), CeilConv2d(2, 2, (2, 3), (3, 2), 1, groups=2), WithinMapLRN(3, 0.8, 0.75, 1.5)]
)
def test_gradients_are_those_of_finite_differences(layer):
    torch.manual_seed(0)
    x = torch.randn(2, 2, 6, 5, **DOUBLE, requires_grad=True)
    assert torch.autograd.gradcheck(layer.double(), x) and torch.autograd.gradgradcheck(layer, x)


@pytest.mark.parametrize("n", [0, 2, 4, 2.0, True])
def test_a_window_inside_a_map_has_a_middle(n):
    with pytest.raises(ValueError, match="m: n must be an odd whole number from 1 to 999, not"):
        WithinMap("m", n)


def test_what_a_unit_sees_grows_by_the_window_inside_the_map():
    arch = Arch("t", "t", (1, 40, 40), (Conv("a", 1, 3, s=2), WithinMap("m", 5), Conv("b", 1, 3)), "test")
    rows, x = trace(arch), torch.rand(1, 1, 40, 40, **DOUBLE, requires_grad=True)
    model = build(arch).double()
    model(x)[0, 0, 8, 8].backward()
    read = (x.grad[0, 0] != 0).nonzero()
    assert (read[:, 0].max() - read[:, 0].min()).item() + 1 == rows["b"].receptive_field == 3 + 4 * 2 + 2 * 2
    assert rows["m"].receptive_field == 11 and trace(model)["b"].receptive_field == 15


# ------------------------------------------------------------------ the first two stages


def across(x, alpha, beta=0.75, k=2, n=5):
    """Normalisation over neighbouring maps, map by map, after the printed formula."""
    sums = [x[:, max(0, i - n // 2) : i + n // 2 + 1].square().sum(1) for i in range(x.shape[1])]
    return x / (k + alpha * torch.stack(sums, 1)) ** beta


def inside(x, alpha, n=5):
    """Normalisation over the window around each number, zeros outside."""
    squares = F.pad(x.square(), [n // 2] * 4)
    return x / (1 + alpha * squares.unfold(2, n, 1).unfold(3, n, 1).sum((-1, -2))) ** 0.75


def largest(x):
    """The largest of each 3×3 at stride 2."""
    return x.unfold(2, 3, 2).unfold(3, 3, 2).amax((-1, -2))


def stages(x, weights, alpha=2e-5, alpha_map=4e-5, parts=2):
    """Layers 1 and 2 in plain operations, the two columns one after the other."""
    x = F.conv2d(F.pad(x, (0, 3, 0, 3)), weights["conv1.weight"], weights["conv1.bias"], 4)
    x = torch.cat([across(part, alpha) for part in x.chunk(parts, 1)], 1)
    x = largest(x).clamp(min=0)
    kernels = zip(x.chunk(2, 1), weights["conv2.weight"].chunk(2), weights["conv2.bias"].chunk(2), strict=True)
    x = torch.cat([F.conv2d(F.pad(part, (2, 2, 2, 2)), *each) for part, *each in kernels], 1).clamp(min=0)
    x = torch.cat([across(part, alpha) for part in x.chunk(parts, 1)], 1)
    return largest(inside(x, alpha_map))


def test_two_stages_are_what_the_program_does_step_by_step():
    torch.manual_seed(0)
    model = build(Arch("t", "t", PROGRAM.input, PROGRAM.layers[:9], "test", init=PROGRAM.init)).double()
    weights = {name: 20 * p.detach() for name, p in model.named_parameters()}  # as large as training makes responses
    model.load_state_dict(weights)
    x = 255 * torch.rand(1, 3, 224, 224, **DOUBLE) - 120
    with torch.no_grad():
        out = model(x)
        assert out.shape == (1, 256, 13, 13)
        assert torch.allclose(out, stages(x, weights), rtol=1e-10, atol=1e-10)
        for wrong in ({"alpha": 1e-4}, {"alpha_map": 0.001}, {"alpha_map": 0}, {"parts": 1}):
            assert not torch.allclose(out, stages(x, weights, **wrong), rtol=1e-3), wrong


def test_relu_before_or_after_the_pool_is_the_same_in_layer_5_and_not_around_the_normalisation_of_layer_1():
    torch.manual_seed(0)
    x = 300 * torch.randn(1, 8, 9, 9, **DOUBLE)
    assert torch.equal(largest(x).relu(), largest(x.relu()))
    assert not torch.allclose(across(x, 2e-5).relu(), across(x.relu(), 2e-5), rtol=1e-2)


def test_it_is_cut_in_two_where_the_program_crosses_between_its_gpus():
    parts = trace(half(PROGRAM))
    names = [row.layer.name for row in parts if row.layer.name.startswith("to ")]
    assert names == ["to conv3", "to fc6", "to fc7", "to fc8", "to loss"]
    assert 2 * parts.params == trace(PROGRAM).params and parts["norm1"].shape_out == (48, 55, 55)


def test_it_starts_three_times_wider_in_conv3_to_conv5():
    small = PROGRAM.change(fc6=None, fc6_act=None, drop6=None, fc7=None, fc7_act=None, drop7=None, fc8=None)
    model = build(small)
    spread = {name: m.weight.std().item() for name, m in model.named_children() if isinstance(m, nn.Conv2d)}
    assert spread == pytest.approx({f"conv{n}": 0.03 if n > 2 else 0.01 for n in range(1, 6)}, rel=0.02)
    assert {name: m.bias.unique().item() for name, m in model.named_children() if isinstance(m, nn.Conv2d)} == {
        "conv1": 0, "conv2": 1, "conv3": 0, "conv4": 1, "conv5": 1}  # fmt: skip
    he = {"conv3": (2 / 2304) ** 0.5, "conv4": (2 / 1728) ** 0.5}
    assert all(abs(0.03 / std - 1) < 0.12 for std in he.values())  # close to what He et al. choose in 2015
