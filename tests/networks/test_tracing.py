"""Shape arithmetic: by hand, against PyTorch, and on random chains that both must accept or both refuse."""

import json
import random
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from cnnlessons import CATALOGUE, Arch, build, trace
from cnnlessons.errors import ShapeError, UnknownName
from cnnlessons.networks import table
from cnnlessons.networks.layers import (
    LRN,
    RBF,
    AdaptiveAvgPool,
    AvgPool,
    BatchNorm,
    Conv,
    Dropout,
    Flatten,
    GroupedLRN,
    Linear,
    Local,
    MaxPool,
    ReLU,
    Softmax,
    Subsample,
    count_windows,
)
from cnnlessons.networks.layers.pool import largest


def test_slide_by_hand():
    assert count_windows(5, k=3) == 3 and count_windows(28, k=2, s=2) == 14
    assert (
        count_windows(224, k=11, s=4) == 54
        and count_windows(227, k=11, s=4) == 55
        and count_windows(224, k=11, s=4, p=2) == 55
    )
    assert (
        count_windows(5, k=2, s=2) == 2 and count_windows(5, k=2, s=2, ceil=True) == 3
    )  # PyTorch's default, Caffe's pooling


@given(st.integers(1, 40), st.integers(1, 12), st.integers(1, 6), st.integers(0, 5))
def test_slide_counts_the_windows_that_fit(n, k, s, p):
    assert max(0, count_windows(n, k, s, p)) == len(range(0, n + 2 * p - k + 1, s))


@pytest.mark.parametrize("ceil", [False, True])
def test_slide_equals_pytorch_pooling_on_a_grid(ceil):
    for n in range(1, 20):
        for k in range(1, 6):
            for s in range(1, 5):
                for p in range(k // 2 + 1):
                    if count_windows(n, k, s, p, ceil) < 1:
                        continue
                    out = nn.MaxPool2d(k, s, p, ceil_mode=ceil)(torch.empty(1, 1, n, n, device="meta"))
                    assert out.shape[-1] == count_windows(n, k, s, p, ceil), (n, k, s, p)


def test_the_message_names_layer_sizes_and_way_out():
    with pytest.raises(ShapeError) as caught:
        trace(CATALOGUE["lenet-003-corrected"], (1, 12, 12))
    assert str(caught.value) == (
        "C3: a 5×5 window does not fit a 4×4 map (input 12×12); the smallest input for this network is 16×16"
    )
    trace(CATALOGUE["lenet-003-corrected"], (1, 16, 16))
    with pytest.raises(ShapeError):
        trace(CATALOGUE["lenet-003-corrected"], (1, 15, 15))


@pytest.mark.parametrize("shape", [(), (1, 0, 28), (1, 28.0, 28), (-1, 28, 28)])
def test_an_input_that_is_no_shape_is_refused(shape):
    with pytest.raises(ShapeError, match="channels, height, width"):
        trace(CATALOGUE["lenet5-1998"], shape)


@pytest.mark.parametrize(("layers", "why"), [
    ((Conv("c", 8, 3, groups=3),), "3 groups must divide"),
    ((Conv("c", 8, (3, 9), p=(1, 0)),), "a 3×9 window does not fit a 8×8 map with 1×0 of padding"),
    ((Conv("c", 2, 3, groups=2, table=((0,), (1,))),), "leave groups at 1"),
    ((Conv("c", 2, 3, table=((0, 9), (1,))),), "table"),
    ((MaxPool("m", 2, p=2),), "more than half"),
    ((MaxPool("m", (4, 2), p=(2, 2)),), "padding 2 is more than half of the 4×2 window"),
    ((Subsample("s", p=1),), "neither pads nor rounds up"),
    ((Linear("l", 10),), "put Flatten before it"),
    ((Flatten("f"), Conv("c", 8, 3)), "needs a map"),
])  # fmt: skip
def test_impossible_layers_say_why(layers, why):
    with pytest.raises(ShapeError, match=why):
        trace(Arch("x", "x", (4, 8, 8), layers, "test"))


def test_receptive_field_equals_what_the_gradient_reaches():
    """An independent count: which input pixels move one unit in the middle of the map."""
    rows = trace(CATALOGUE["lenet-003-corrected"], (1, 60, 60))
    model = build(CATALOGUE["lenet-003-corrected"], (1, 60, 60)).double()
    for name in ("C1", "S2", "C3", "S4"):
        x = torch.rand(1, 1, 60, 60, dtype=torch.double, requires_grad=True)
        out = model[: list(dict(model.named_children())).index(name) + 1](x)
        out[0, 0, out.shape[2] // 2, out.shape[3] // 2].backward()
        assert (x.grad[0, 0].abs().sum(0) > 0).sum() == rows[name].receptive_field
    assert rows["S4"].jump == 4


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ((AdaptiveAvgPool("gap"),), (28, 56)),
        ((Flatten("flatten"), Linear("fc", 3)), (28, 56)),
        ((Flatten("flatten"), Softmax("softmax")), (28, 56)),  # each share depends on every number
        ((Softmax("softmax"),), 3),  # over the channels of one place
        ((AvgPool("pool", 2), AdaptiveAvgPool("gap", 3)), (4 + 2 * 4, 4 + 2 * 8)),
    ],
)
def test_the_field_of_an_image_that_is_not_square_is_what_the_gradient_reaches(head, field):
    arch = Arch("x", "x", (1, 28, 56), (Conv("c", 4, 3), *head), "test")
    row = trace(arch)[-1]
    assert row.receptive_field == field and row.as_dict()["receptive_field"] == (
        list(field) if isinstance(field, tuple) else field
    )
    x = torch.rand(1, 1, 28, 56, dtype=torch.double, requires_grad=True)
    out = build(arch).double()(x)
    unit = [0, 0] + [n // 2 for n in out.shape[2:]]
    out[tuple(unit)].backward()
    reached = x.grad[0, 0].abs() > 0
    assert (reached.any(1).sum(), reached.any(0).sum()) == (field if isinstance(field, tuple) else (field, field))


def test_the_table_shows_height_by_width_and_a_dash_for_the_unknown():
    rows = trace(Arch("x", "x", (1, 28, 56), (Conv("c", 4, 3), AdaptiveAvgPool("gap", 2)), "test"))
    assert table.cells(rows[-1])[-2:] == ("15×29", "13×27")
    unknown = replace(rows[0], receptive_field=None, jump=None, reason="two paths meet here")
    assert table.cells(unknown)[-2:] == ("–", "–")


def test_a_linear_layer_sees_the_whole_map():
    rows = trace(CATALOGUE["lenet-003-corrected"])
    assert [rows[n].receptive_field for n in ("C1", "S2", "C3", "S4", "C5", "F6")] == [5, 6, 14, 16, 32, 32]


def test_trace_renders_and_round_trips():
    rows = trace(CATALOGUE["lenet5-1998"])
    data = json.loads(json.dumps(rows[4].as_dict()))
    assert data["shape_out"] == [16, 10, 10] and data["params"] == 1516
    assert "340,908" in repr(rows) and "16×10×10" in repr(rows)
    assert rows._repr_html_().count("<tr>") == len(rows) + 2 and "<caption>" in rows._repr_html_()
    assert rows["C3"] is rows[4] and len(rows[:4]) == 4
    with pytest.raises(UnknownName, match="did you mean 'C3'"):
        rows["C33"]


def test_change_replaces_drops_and_refuses_what_is_not_there():
    arch = CATALOGUE["lenet-003-corrected"]
    changed = arch.change(S2=MaxPool("S2", 2), C1_act=None)
    assert isinstance(changed["S2"], MaxPool) and len(changed.layers) == len(arch.layers) - 1
    with pytest.raises(UnknownName):
        arch.change(S3=None)
    with pytest.raises(ValueError, match="two layers are named"):
        arch.change(S2=MaxPool("S4", 2))


def random_layer(rng, i, axes=1):
    """With one number for both axes, or with `axes` = 2 one for each."""

    def sides(least, most):
        return tuple(rng.randint(least, most) for _ in range(2)) if axes == 2 else rng.randint(least, most)

    k, s, p = sides(1, 5), sides(1, 3), sides(0, 3)
    maps = rng.choice([2, 4, 6])
    if axes == 2:
        return rng.choice([
            Conv(f"l{i}", maps, k, s, p, rng.choice([1, 2]), d=sides(1, 2)),
            Conv(f"l{i}", maps, k, s, p, rng.choice([1, 2]), d=sides(1, 2)),
            MaxPool(f"l{i}", k, s, p, rng.random() < 0.5), AvgPool(f"l{i}", k, s, p, rng.random() < 0.5),
            AdaptiveAvgPool(f"l{i}", sides(1, 7)), ReLU(f"l{i}"), BatchNorm(f"l{i}"),
        ])  # fmt: skip
    return rng.choice([
        (Conv(f"l{i}", maps, k, s, p, rng.choice([1, 1, 2, 3]), d=rng.choice([1, 1, 2])), None),
        (MaxPool(f"l{i}", k, s, p, rng.random() < 0.5), None),
        (AvgPool(f"l{i}", k, s, p, rng.random() < 0.5), None),
        (AdaptiveAvgPool(f"l{i}", rng.randint(1, 7)), None), (BatchNorm(f"l{i}"), None), (LRN(f"l{i}"), None),
        (ReLU(f"l{i}"), None), (Dropout(f"l{i}"), None), (Softmax(f"l{i}"), None),
        (Flatten(f"l{i}"), None), (Linear(f"l{i}", maps), None),
    ])[0]  # fmt: skip


def pytorch_module(layer, shape):
    """PyTorch's own constructor with the same arguments, whatever the shape: it must do the refusing."""
    channels, numel = shape[0], torch.Size(shape).numel()
    match layer:
        case Conv():
            return nn.Conv2d(channels, layer.maps, layer.k, layer.s, layer.p, layer.d, layer.groups)
        case AvgPool():
            return nn.AvgPool2d(layer.k, layer.s, layer.p, ceil_mode=layer.ceil)
        case MaxPool():
            return nn.MaxPool2d(layer.k, layer.s, layer.p, ceil_mode=layer.ceil)
        case AdaptiveAvgPool():
            return nn.AdaptiveAvgPool2d(layer.n)
        case BatchNorm():
            return nn.BatchNorm2d(channels)
        case LRN():
            return nn.LocalResponseNorm(layer.n)
        case Flatten():
            return nn.Flatten()
        case Linear():
            return nn.Linear(numel, layer.units)
        case ReLU() | Dropout() | Softmax():
            return nn.Identity()


@torch.no_grad()
def pytorch_walk(layers, shape):
    """Shapes and parameter counts as PyTorch finds them, up to and without the first layer it refuses."""
    found = []
    x = torch.zeros(2, *shape)  # not on meta: its kernels check less
    for layer in layers:
        try:
            module = pytorch_module(layer, tuple(x.shape[1:]))
            x = module(x)
        except (RuntimeError, ValueError, IndexError):  # IndexError is how pooling refuses a vector
            return found, True
        mixed = len(x) != 2  # global pooling of a vector averages over the batch
        along_one_axis = isinstance(layer, Linear) and x.dim() != 2  # what nn.Linear does to a map
        if 0 in x.shape or mixed or along_one_axis:
            return found, True
        found.append((tuple(x.shape[1:]), sum(p.numel() for p in module.parameters())))
    return found, False


def our_walk(layers, shape):
    found = []
    for layer in layers:
        try:
            after, params = layer.out(shape), layer.params(shape)
        except ShapeError:
            return found, True
        found.append((after, params))
        shape = after
    return found, False


@pytest.mark.parametrize("axes", [1, 2])
def test_a_thousand_random_chains_agree_with_pytorch_or_are_refused_by_both(axes):
    rng, refused = random.Random(1998), 0
    for case in range(1000):
        shape = (rng.choice([1, 2, 3, 4]), rng.randint(2, 24), rng.randint(2, 24))
        layers = [random_layer(rng, i, axes) for i in range(rng.randint(1, 6))]
        ours, theirs = our_walk(layers, shape), pytorch_walk(layers, shape)
        assert ours == theirs, (case, shape, layers)
        refused += ours[1]
    assert 200 < refused < 800  # the chains try both answers


def test_fields_of_random_windows_per_axis_are_what_gradients_reach():
    """Kernel, stride, padding and dilation differ by axis; the middle unit's field is inside the image."""
    rng, checked = random.Random(7), 0
    while checked < 25:
        layers = tuple(random_layer(rng, i, 2) for i in range(rng.randint(1, 3)))
        layers = tuple(layer for layer in layers if isinstance(layer, Conv | AvgPool))
        try:
            rows = trace(Arch("x", "x", (2, 60, 90), layers, "test")) if layers else []
        except ShapeError:
            continue
        if not rows or min(rows[-1].shape_out[1:]) < 3 or max(table.both(rows[-1].receptive_field)) > 25:
            continue
        model = build(rows.arch).double()
        for module in model:  # no weight is nought
            if isinstance(module, nn.Conv2d):
                nn.init.constant_(module.weight, 1)
        x = torch.ones(1, 2, 60, 90, dtype=torch.double, requires_grad=True)
        out = model(x)
        middle = out.shape[2] // 2, out.shape[3] // 2
        out[0, 0, middle[0], middle[1]].backward()
        reached = x.grad[0].abs().sum(0) > 0
        seen = [reached.any(1).nonzero().flatten(), reached.any(0).nonzero().flatten()]
        spans = tuple((one[-1] - one[0] + 1).item() for one in seen)
        assert spans == table.both(rows[-1].receptive_field), layers
        checked += 1


def test_weights_per_axis_are_pytorchs():
    arch = Arch("x", "x", (2, 9, 12), (
        Conv("c", 4, (3, 2), s=(1, 2), p=(2, 0), d=(2, 1)), Conv("t", 2, (2, 3), table=((0, 1), (3,)), d=(1, 2)),
        Local("l", 3, (2, 1), p=(0, 1)), Subsample("s", (2, 1), (1, 2)), AdaptiveAvgPool("a", (2, 3)),
    ), "test")  # fmt: skip
    rows, model = trace(arch), build(arch)
    assert model(torch.zeros(1, 2, 9, 12)).shape[1:] == rows[-1].shape_out == (3, 2, 3)
    counts = {name: sum(p.numel() for p in part.parameters()) for name, part in model.named_children()}
    assert counts == {row.layer.name: row.params for row in rows}
    assert rows["c"].macs == 2 * 4 * 6 * 9 * 6 and rows["l"].connections == rows["l"].params


def test_a_pair_of_equal_numbers_is_one_number_and_words_are_numbers():
    assert Conv("c", 6, (5, 5), p="valid") == Conv("c", 6, np.int64(5)) == Conv("c", 6, [5, 5])
    assert Conv("c", 6, (7, 3), p="same").p == (3, 1) and Conv("c", 6, 3, d=2, p="same").p == 2
    assert MaxPool("m", 3, p="valid") == MaxPool("m", 3)
    shape = build(Arch("x", "x", (1, 9, 9), (Conv("c", 6, (7, 3), d=(1, 2), p="same"),), "x"))(
        torch.zeros(1, 1, 9, 9)
    ).shape
    assert shape[2:] == (9, 9)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int32, np.int64])
def test_numbers_of_numpy_do_not_overflow(dtype):
    arch = Arch("x", "x", (1, 28, 28), (Conv("a", dtype(100), dtype(5)), Conv("b", dtype(100), dtype(5))), "x")
    assert trace(arch)["b"].params == 250_100
    assert json.loads(json.dumps(arch.as_dict()))["layers"][0]["maps"] == 100


WRONG = {
    "c: k must be a whole number from 1, or a pair (height, width) of them, not 5.0": lambda: Conv("c", 6, 5.0),
    "c: k must be a whole number from 1, or a pair (height, width) of them, not '5'": lambda: Conv("c", 6, "5"),
    "c: k must be a whole number from 1, or a pair (height, width) of them, not (3, 3, 3)":
        lambda: Conv("c", 6, (3, 3, 3)),
    "c: k must be a whole number from 1, or a pair (height, width) of them, not (3, 0)": lambda: Conv("c", 6, (3, 0)),
    "c: maps must be a whole number from 1, not True": lambda: Conv("c", True, 5),
    "c: maps must be a whole number from 1, not 0": lambda: Conv("c", 0, 5),
    "c: groups must be a whole number from 1, not -1": lambda: Conv("c", 6, 5, groups=-1),
    "c: d must be": lambda: Conv("c", 6, 5, d=0),
    "c: p must be a whole number from 0, or a pair (height, width) of them, or 'same' or 'valid', not 'full'":
        lambda: Conv("c", 6, 5, p="full"),
    "c: p must be a whole number from 0": lambda: Conv("c", 6, 5, p=-1),
    "c: p='same' needs an odd window at stride 1, not 4×4 at stride 1; give the zeros per side, such as p=2":
        lambda: Conv("c", 6, 4, p="same"),
    "c: p='same' needs an odd window at stride 1, not 3×3 at stride 2×1": lambda: Conv("c", 6, 3, s=(2, 1), p="same"),
    "c: table must be a row per output map of the input maps it reads, each once": lambda: Conv("c", 1, 3, table=((),)),
    "c: table must be a row per output map of the input maps": lambda: Conv("c", 1, 3, table=((-1,),)),
    "c: table must be a row per output map of the input": lambda: Conv("c", 1, 3, table=((0, 0),)),
    "c: table must be a row per output map of the": lambda: Conv("c", 1, 3, table=()),
    "l: maps must be": lambda: Local("l", 1.5, 3),
    "m: s must be a whole number from 1, or a pair (height, width) of them, or None for the window itself, not 0":
        lambda: MaxPool("m", 2, 0),
    "m: ceil must be True or False, not 1": lambda: MaxPool("m", 2, ceil=1),
    "a: n must be": lambda: AdaptiveAvgPool("a", 0),
    "u: units must be a whole number from 1, not nan": lambda: Linear("u", float("nan")),
    "d: p must be a number from 0 and below 1, not 1.5": lambda: Dropout("d", 1.5),
    "d: p must be a number from 0 and below 1, not nan": lambda: Dropout("d", float("nan")),
    "d: p must be a number from 0 and below 1, not 1": lambda: Dropout("d", 1),
    "n: n must be a whole number from 1 to 1,000, not 0": lambda: LRN("n", 0),
    "n: n must be a whole number from 1 to 1,000, not 1000000000": lambda: LRN("n", 10**9),
    "n: beta must be a finite number, not inf": lambda: LRN("n", beta=float("inf")),
    "g: groups must be a whole number from 1, not 0": lambda: GroupedLRN("g", groups=0),
    "r: codes must be a row per class of cells that are 1 or −1, not ()": lambda: RBF("r", ()),
    "r: codes must be rows of one length, not of 1 and 2 cells": lambda: RBF("r", ((1, -1), (1,))),
}  # fmt: skip


@pytest.mark.parametrize("sentence", WRONG)
def test_a_wrong_argument_is_refused_where_the_layer_is_made(sentence):
    with pytest.raises(ValueError, match="^" + re.escape(sentence)):
        WRONG[sentence]()


@pytest.mark.parametrize("n", range(1, 25))
def test_the_largest_window_of_a_pool_to_a_fixed_size(n):
    for m in range(1, 30):
        rows = [(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]
        assert largest(n, m) == (max(end - start for start, end in rows), 1 if m == 1 else n / m)


def test_a_pool_to_a_huge_size_is_traced_at_once():
    rows = trace(Arch("x", "x", (1, 28, 28), (AdaptiveAvgPool("g", 10**12),), "x"))
    assert rows[0].receptive_field == 2 and rows[0].units == 10**24


def test_trace_agrees_with_build_on_random_sizes():
    rng = random.Random(5)
    for _ in range(40):
        arch = CATALOGUE[rng.choice(["lenet-003-corrected", "lenet-gap", "lenet-fcn", "lenet5-1998"])]
        shape = (1, rng.randint(8, 70), rng.randint(8, 70))
        try:
            rows = trace(arch, shape)
        except ShapeError:
            continue
        with torch.device("meta"):
            model = build(arch, shape)
            out = model(torch.empty(1, *shape))
        assert tuple(out.shape[1:]) == rows[-1].shape_out
        assert sum(p.numel() for p in model.parameters()) == rows.params
