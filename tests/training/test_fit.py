"""The loop: seeded, padded, refusing what cannot work, and learning."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from cnnlessons import CATALOGUE, Epoch, Recipe, build, evaluate, fit, outputs
from cnnlessons.data import Split
from cnnlessons.errors import UnknownName
from cnnlessons.training.device import autocast, chosen_device, layout
from cnnlessons.training.recipe import SCHEDULES, DivergedError
from cnnlessons.training.scaling import pixels

LENET = CATALOGUE["lenet-003-corrected"]


def split(n=256, channels=1, seed=0):
    """Pictures whose class is the row of a bright bar: easy to learn."""
    g = torch.Generator().manual_seed(seed)
    y = torch.randint(10, (n,), generator=g)
    x = torch.randint(60, (n, channels, 28, 28), generator=g, dtype=torch.uint8)
    for i, row in enumerate(y):
        x[i, :, 4 + 2 * row : 6 + 2 * row, 4:24] = 250
    return Split(x, y)


def curve(model, recipe, data=None):
    data = data or split()
    return [(e.train_loss, e.test_loss, e.test_accuracy) for e in fit(model, data, data, recipe)]


def test_it_learns():
    data = split()
    *_, last = fit(build(LENET), data, data, Recipe(epochs=4, batch=16))
    assert isinstance(last, Epoch) and last.n == 4 and last.test_accuracy > 0.95 and last.images_per_second > 0


@pytest.mark.parametrize("id", ["lenet5-1998", "lenet-002-dropout", "lenet-gap"])
def test_the_same_seed_gives_the_same_curve_bit_for_bit(id):
    recipe = Recipe(epochs=2, lr=0.003, clip=5)
    first = curve(build(CATALOGUE[id]), recipe)
    torch.rand(7)  # what happens elsewhere must not matter
    assert curve(build(CATALOGUE[id]), recipe) == first
    assert curve(build(CATALOGUE[id]), replace(recipe, seed=1)) != first


def test_random_numbers_drawn_between_epochs_change_nothing():
    data, recipe = split(), Recipe(epochs=2)
    calm = curve(build(CATALOGUE["lenet-002-dropout"]), recipe)
    noisy = []
    for epoch in fit(build(CATALOGUE["lenet-002-dropout"]), data, data, recipe):
        torch.rand(100)
        noisy.append((epoch.train_loss, epoch.test_loss, epoch.test_accuracy))
    assert noisy == calm


def test_the_global_random_state_is_left_alone():
    before = torch.random.get_rng_state()
    curve(build(LENET), Recipe(epochs=1))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_one_step_equals_the_loop_everybody_writes():
    """No momentum, one batch: w − lr·gradient, computed apart from fit."""
    data, model, oracle = split(32), build(LENET), build(LENET)
    list(fit(model, data, data, Recipe(epochs=1, batch=32, lr=0.1, momentum=0.0)))
    loss = nn.functional.cross_entropy(oracle(nn.functional.pad(data.x, (2, 2, 2, 2)).float() / 255), data.y)
    loss.backward()
    for ours, theirs in zip(model.parameters(), oracle.parameters(), strict=True):
        assert torch.allclose(ours, theirs - 0.1 * theirs.grad, atol=1e-6)


def test_clip_bounds_the_step():
    data, model, before = split(32), build(LENET), build(LENET)
    list(fit(model, data, data, Recipe(epochs=1, batch=32, lr=1.0, momentum=0.0, clip=0.01)))
    moved = sum((a - b).square().sum() for a, b in zip(model.parameters(), before.parameters(), strict=True)).sqrt()
    assert moved.item() == pytest.approx(0.01, rel=1e-3)


def test_max_norm_shortens_each_units_weights_and_nothing_else():
    data, recipe = split(32), Recipe(epochs=1, batch=32, lr=0.5, momentum=0.0)
    free, bound = build(LENET), build(LENET)
    list(fit(free, data, data, recipe))
    longest = free.C3.weight.flatten(1).norm(dim=1).median().item()  # some kernels are longer, some are not
    list(fit(bound, data, data, replace(recipe, max_norm=longest)))
    for ours, theirs in zip(bound.parameters(), free.parameters(), strict=True):
        if theirs.dim() > 1:
            theirs = theirs * (longest / theirs.flatten(1).norm(dim=1)).clamp(max=1).view(-1, *[1] * (theirs.dim() - 1))
        assert torch.allclose(ours, theirs, atol=1e-6)


def test_cosine_goes_from_one_to_zero():
    cosine = SCHEDULES["cosine"]
    assert (cosine(0), cosine(1)) == (1, pytest.approx(0)) and cosine(0.5) == pytest.approx(0.5)


def test_divergence_says_when_and_what_to_try():
    with pytest.raises(DivergedError, match=r"step \d+ of epoch 1 .*try Recipe\(lr=10") as caught:
        curve(build(CATALOGUE["lenet-000-prose-gray"]).append(Blowup()), Recipe(epochs=1, batch=16, lr=100.0))
    assert caught.value.epoch == 1 and caught.value.step >= 1


class Blowup(nn.Module):
    """Squares its input time and again, so that a large step size must overflow."""

    def forward(self, x):
        return x * x.square().sum().exp()


def test_the_diverged_step_is_the_exact_one():
    class Fifth(nn.Module):
        calls = 0

        def forward(self, x):
            self.calls += self.training
            return x * (math.nan if self.calls == 5 else 1.0)

    with pytest.raises(DivergedError) as caught:
        curve(build(LENET).append(Fifth()), Recipe(epochs=1, batch=16))
    assert (caught.value.epoch, caught.value.step) == (1, 5)


def test_pictures_are_padded_to_the_network_and_only_up():
    data = split(8)
    assert outputs(build(LENET), data.x).shape == (8, 10)
    assert outputs(build(LENET, (1, 28, 28)), data.x).shape == (8, 10)
    with pytest.raises(ValueError, match="28×28 do not fit a network for 24×24"):
        outputs(build(LENET, (1, 24, 24)), data.x)
    with pytest.raises(ValueError, match="reads 3 channel"):
        next(fit(build(CATALOGUE["lenet-000-code-rgb-relu"]), data, data))


def test_pixels_by_hand():
    x = torch.tensor([[[[0, 255]]]], dtype=torch.uint8)
    assert pixels(x, "raw").flatten().tolist() == [0, 255]
    assert pixels(x).flatten().tolist() == pytest.approx([0, 1])
    assert pixels(x, "lecun1998").flatten().tolist() == pytest.approx([-0.1, 1.175])
    assert pixels(x, "lecun1998", size=4)[0, 0].sum().item() == pytest.approx(-0.1 * 15 + 1.175)


def test_evaluation_leaves_the_mode_as_it_was_and_uses_eval():
    model, data = build(CATALOGUE["lenet-002-dropout"]).train(), split(64)
    assert evaluate(model, data) == evaluate(model, data) and model.training


@pytest.mark.parametrize(("change", "why"), [
    ({"epochs": 0}, "whole number from 1"), ({"batch": 1.5}, "whole number from 1"), ({"lr": -1}, "negative"),
    ({"lr": math.nan}, "finite"), ({"clip": 0}, "above 0"), ({"max_norm": -1}, "above 0"),
    ({"pixels": "unti"}, "did you mean 'unit'"), ({"schedule": "cosin"}, "did you mean 'cosine'"),
    ({"loss": "crossentropy"}, "did you mean 'cross_entropy'"),
    ({"precision": "bf16"}, "did you mean 'bfloat16'"),
])  # fmt: skip
def test_a_recipe_that_cannot_work_is_refused(change, why):
    with pytest.raises(ValueError, match=why):
        Recipe(**change)


def test_unknown_names_are_one_kind_of_error():
    with pytest.raises(UnknownName):
        Recipe(pixels="x")


def test_an_absent_device_is_said(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setenv("CNNLESSONS_DEVICE", "cuda")
    with pytest.raises(ValueError, match="sees no CUDA device"):
        chosen_device()
    monkeypatch.delenv("CNNLESSONS_DEVICE")
    assert chosen_device().type == "cpu"


def test_bfloat16_is_for_the_layers_alone():
    model, seen = build(CATALOGUE["lenet-002-relu"].change(softmax=None)), []
    model.C3.register_forward_hook(lambda layer, maps, out: seen.append(out.dtype))
    found = curve(model, Recipe(epochs=3, batch=20, precision="bfloat16"), split(100))
    assert set(seen) == {torch.bfloat16, torch.float32}  # in training, in evaluation
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert found[-1][0] < found[0][0]


@pytest.mark.parametrize(("precision", "half"), [("auto", False), ("float32", False), ("bfloat16", True)])
def test_only_a_recipe_that_asks_for_it_is_in_bfloat16(precision, half):
    """Not the width of a network or the device: two networks of one comparison differ in nothing unsaid."""
    with autocast(Recipe(precision=precision).precision, torch.device("cpu")):
        assert torch.is_autocast_enabled("cpu") == half


@pytest.mark.parametrize(("id", "last"), [("lenet-002-relu", False), ("mini-alexnet", True), ("vgg-D", False)])
def test_maps_lie_channels_last_where_pooling_gains_by_it(id, last):
    with torch.device("meta"):
        model = build(CATALOGUE[id])
    assert layout(model, torch.device("cpu")) == (torch.channels_last if last else torch.contiguous_format)
    assert layout(model, torch.device("cuda")) == torch.channels_last


def test_the_layout_in_memory_does_not_decide_the_numbers(monkeypatch):
    losses = []
    for kind in (torch.channels_last, torch.contiguous_format):
        monkeypatch.setattr("cnnlessons.training.device.layout", lambda *_, kind=kind: kind)
        found = curve(build(CATALOGUE["mini-alexnet"]), Recipe(epochs=2, batch=32, lr=0.01), split(64, channels=3))
        losses.append([test_loss for _, test_loss, _ in found])  # four steps: more would multiply what rounding does
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
