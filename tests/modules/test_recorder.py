import pytest
import torch
from torch import nn

from cnnlessons import CATALOGUE, build, capture, trace
from cnnlessons.errors import UnknownName


def hooks(model):
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())


def test_every_layer_in_call_order_with_the_traced_shape():
    arch = CATALOGUE["lenet5-1998"]
    model = build(arch)
    with capture(model) as maps:
        model(torch.zeros(2, 1, 32, 32))
    assert list(maps) == [layer.name for layer in arch.layers]
    assert [tuple(maps[row.layer.name].shape[1:]) for row in trace(arch)] == [row.shape_out for row in trace(arch)]
    assert maps.input.shape == (2, 1, 32, 32)


def test_dotted_names_of_leaf_modules_only():
    model = build(CATALOGUE["alexnet-torchvision"]).eval()
    with capture(model) as maps:
        model(torch.zeros(1, 3, 224, 224))
    assert "features.0" in maps and "features" not in maps
    assert maps["features.0"].shape == (1, 64, 55, 55)


def test_the_numbers_are_the_layers_own():
    model = build(CATALOGUE["lenet5-1998"])
    x = torch.rand(1, 1, 32, 32)
    with capture(model) as maps:
        y = model(x)
    assert torch.equal(maps["C1"], model.C1(x))
    assert torch.equal(maps["output_rbf"], y)
    assert not maps["C1"].requires_grad and maps["C1"].device.type == "cpu"


def test_an_in_place_layer_does_not_overwrite_what_came_before():
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(inplace=True))
    x = torch.tensor([[1.0, -2.0, 3.0]])
    with torch.no_grad(), capture(model) as maps:
        model[0].weight.copy_(torch.eye(3))
        model[0].bias.zero_()
        model(x)
    assert torch.equal(maps["0"], x)
    assert torch.equal(maps["1"], x.relu())


def test_what_is_recorded_shares_no_memory():
    model = nn.Sequential(nn.Flatten(), nn.Identity())
    x = torch.ones(1, 2)
    with capture(model) as maps:
        model(x)
    x.zero_()
    assert maps["0"].sum() == maps["1"].sum() == maps.input.sum() == 2


def test_a_second_call_replaces_the_first_and_a_second_recording_is_its_own():
    model = nn.Sequential(nn.Identity())
    with capture(model) as first:
        model(torch.zeros(1))
        model(torch.ones(1))
    with capture(model) as second:
        model(torch.full((1,), 2.0))
    assert (first["0"], second["0"]) == (1, 2)


def test_a_layer_used_twice_stands_where_it_was_used_last():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.act, self.neg = nn.ReLU(), nn.Identity()

        def forward(self, x):
            return self.act(self.neg(self.act(x)) - 1)

    model = Twice()
    with capture(model) as maps:
        model(torch.tensor([3.0]))
    assert list(maps) == ["neg", "act"] and maps["act"] == 2


def test_hooks_are_removed_also_after_an_error():
    model = build(CATALOGUE["lenet5-1998"])
    with pytest.raises(RuntimeError), capture(model):
        model(torch.zeros(1, 7, 32, 32))
    assert hooks(model) == 0
    with capture(model):
        assert hooks(model) == len(list(model.children())) + 1
    assert hooks(model) == 0


def test_recording_does_not_change_the_result():
    model = build(CATALOGUE["lenet5-1998"])
    x = torch.rand(1, 1, 32, 32)
    before = model(x)
    with capture(model):
        during = model(x)
    assert torch.equal(before, during) and during.requires_grad


def test_a_layer_not_called_is_absent_and_the_error_names_what_there_is():
    class Skips(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.Identity(), nn.Identity()

        def forward(self, x):
            return self.used(x)

    model = Skips()
    with capture(model) as maps:
        with pytest.raises(UnknownName, match="call the model inside"):
            maps["used"]
        model(torch.zeros(1))
    assert "unused" not in maps and maps.get("unused") is None
    with pytest.raises(UnknownName, match="no called layer named 'unused'; did you mean 'used'"):
        maps["unused"]


def test_a_layer_that_returns_no_single_tensor_is_left_out():
    model = nn.Sequential(nn.Identity(), nn.LSTM(2, 2))
    with capture(model) as maps:
        model(torch.zeros(1, 1, 2))
    assert list(maps) == ["0"]
