"""tests/test_augment.py: every batched function equals a loop, torchvision, or numpy; the recipe repeats itself."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torchvision.transforms import v2

from cnnlessons import Recipe, build, evaluate, fit, outputs
from cnnlessons.data import Split
from cnnlessons.errors import UnknownName
from cnnlessons.experiments.measures import MEASURES
from cnnlessons.networks.arch import Arch
from cnnlessons.networks.layers import Conv, Flatten, Linear, MaxPool, ReLU
from cnnlessons.training import augment
from cnnlessons.training.augment import (
    PLACES,
    WAYS,
    Augment,
    Chances,
    _enlarged_windows,
    enlarge,
    middle,
    principal,
    ten_crops,
    windows,
)
from cnnlessons.training.scaling import pixels

TINY = Arch(
    "tiny",
    "A tiny network for 8×8 colour pictures",
    (3, 8, 8),
    (Conv("conv1", 4, 3), ReLU("act1"), MaxPool("pool1", 2), Flatten("flatten"), Linear("output", 4)),
    "a test",
)


def pictures(n=12, height=10, width=10, seed=0):
    return torch.randint(256, (n, 3, height, width), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


def test_windows_equal_a_loop_of_slices():
    x, g = pictures(20, 10, 13), torch.Generator().manual_seed(1)
    at = torch.stack([torch.randint(4, (20,), generator=g), torch.randint(5, (20,), generator=g)], 1)
    flip = torch.rand(20, generator=g) < 0.5
    loop = [p[:, i : i + 7, j : j + 9] for p, (i, j) in zip(x, at.tolist(), strict=True)]
    assert torch.equal(windows(x, (7, 9), at), torch.stack(loop))
    turned = [p.flip(-1) if f else p for p, f in zip(loop, flip, strict=True)]
    assert torch.equal(windows(x, (7, 9), at, flip), torch.stack(turned))
    assert torch.equal(windows(x.float(), (7, 9), at, flip), torch.stack(turned).float())
    assert torch.equal(windows(x[5:], (7, 9), at[5:]), torch.stack(loop[5:]))  # not from the start of its memory
    assert torch.equal(windows(x.mT, (9, 7), at.flip(1)), torch.stack(loop).mT)  # not in one piece


@pytest.mark.parametrize("height, width", [(10, 10), (10, 20)])
def test_enlarged_windows_are_windows_of_enlarged_pictures(height, width):
    x = pictures(3, height, width)
    side, at, flip = torch.tensor([13, 20, 30]), torch.tensor([[0, 4], [9, 0], [7, 20]]), torch.tensor([0, 1, 0]).bool()
    for picture, s, (i, j), f, ours in zip(
        x, side.tolist(), at.tolist(), flip, _enlarged_windows(x, side, (6, 9), at, flip), strict=True
    ):
        theirs = enlarge(picture[None], s)[0, :, i : i + 6, j : j + 9]
        assert torch.allclose(ours, theirs.flip(-1) if f else theirs, atol=1e-3)


def test_scales_and_places_come_up_alike_and_stay_inside():
    way = Augment(("S 37 to 73",), "unit", pictures(2, 32, 36), (32, 32))
    drawn = way.roll(40_000, torch.Generator().manual_seed(0))
    counts = torch.bincount(drawn.side)
    assert counts[:37].sum() == 0 and len(counts) == 74 and (counts[37:] - 40_000 / 37).abs().max() < 150
    ends = torch.stack([drawn.side, 36 * drawn.side // 32], 1) - 32
    share = drawn.at / ends
    assert share.min() == 0 and share.max() == 1 and (share.mean(0) - 0.5).abs().max() < 0.01
    assert way.train(pictures(20, 32, 36), drawn.take(slice(20))).shape == (20, 3, 32, 32)
    assert Augment(("S 37",), "unit", pictures(2, 28, 28), (32, 32)).sides == (37, 37)  # smaller than the window


def test_a_range_of_scales_is_tested_at_its_middle():
    x = pictures(2, 32, 32)
    theirs = v2.functional.center_crop(v2.functional.resize(x.float(), [55, 55], antialias=False), [31, 31])
    shown = augment.test_view(x, Recipe(augment=("S 37 to 73", "mirror")), (31, 31))
    assert torch.allclose(shown, theirs / 255, atol=1e-5)


@pytest.mark.parametrize("height, width, size", [(40, 40, (32, 32)), (28, 28, (38, 32))])
def test_pictures_that_would_shrink_or_stay_too_small_are_refused(height, width, size):
    with pytest.raises(ValueError, match="enlarges"):
        Augment(("S 37",), "unit", pictures(2, height, width), size)


@pytest.mark.parametrize("at", [[4, 0], [0, 4], [-1, 0]])
def test_a_window_over_the_edge_is_refused(at):
    with pytest.raises(ValueError, match="does not fit"):
        windows(pictures(1), (7, 7), torch.tensor([at]))


@pytest.mark.parametrize("size", [(8, 8), (7, 8), (10, 10), (3, 9)])
def test_middle_and_ten_crops_are_those_of_torchvision(size):
    x = pictures(3, 10, 12)
    theirs = torch.stack(v2.functional.ten_crop(x, size), 1)  # mirrors first: its corner 0 is a mirrored corner 1
    theirs, ours = theirs[:, [0, 1, 2, 3, 4, 6, 5, 8, 7, 9]], ten_crops(x, size)
    odd = (10 - size[0]) % 2 or (12 - size[1]) % 2  # then torchvision rounds the middle half to even
    assert all(torch.equal(ours[:, i], theirs[:, i]) for i in range(10) if i not in (4, 9) or not odd)
    assert torch.equal(middle(x, size), ours[:, 4]) and torch.equal(ours[:, 9], ours[:, 4].flip(-1))


def test_ten_crops_refuse_a_window_that_is_too_large():
    with pytest.raises(ValueError, match="does not fit"):
        ten_crops(pictures(), (11, 4))


def test_principal_components_are_those_of_numpy():
    x = pictures(2500, 4, 4)
    x[:, 1] = x[:, 0] // 2 + x[:, 1] // 4  # two colours that go together
    values, vectors = principal(x)
    flat = x.movedim(1, 0).flatten(1).numpy() / 255
    theirs, _ = np.linalg.eigh(np.cov(flat, bias=True))
    assert np.allclose(values, theirs[::-1], rtol=1e-5)
    assert np.allclose(vectors.T @ vectors, np.eye(3), atol=1e-6) and (vectors.sum(0) > 0).all()
    assert np.allclose(np.cov(flat, bias=True) @ vectors.numpy(), vectors.numpy() * values.numpy(), atol=1e-6)
    assert all(torch.allclose(a, b) for a, b in zip(principal(x.flip(0)), (values, vectors), strict=True))


def test_colours_move_as_far_as_the_paper_says():
    x = pictures(500)
    way = Augment(("colour",), "unit", x, (10, 10))
    drawn = way.roll(40_000, torch.Generator().manual_seed(0))
    values, vectors = principal(x)
    along = drawn.shift @ vectors  # in the components' own coordinates
    assert torch.allclose(along.std(0), 0.1 * values, rtol=0.02) and torch.allclose(
        along.mean(0), torch.zeros(3), atol=3e-4
    )
    moved = way.train(x, drawn.take(slice(500))) - x.float() / 255
    assert torch.allclose(moved, drawn.shift[:500, :, None, None].expand_as(moved), atol=1e-6)


def test_all_offsets_come_up_alike_and_half_are_mirrored():
    way = Augment(("crop", "mirror"), "unit", pictures(), (8, 8))
    at, flip, shift, side = way.roll(90_000, torch.Generator().manual_seed(0))
    counts = torch.bincount(3 * at[:, 0] + at[:, 1], minlength=9)
    assert len(counts) == 9 and (counts - 10_000).abs().max() < 500 and shift is side is None
    assert (flip.float().mean() - 0.5).abs() < 0.01


def test_a_shift_moves_background_in():
    x = torch.full((1, 3, 8, 8), 255, dtype=torch.uint8)
    way = Augment(("shift",), "unit", x, (8, 8))
    moved = way.train(x, Chances(torch.tensor([[0, 8]]), None, None))
    assert moved.shape == (1, 3, 8, 8) and moved.sum() == 3 * 4 * 4 and (moved[..., 4:, :4] == 1).all()


def test_without_names_nothing_happens():
    x = pictures()
    way = Augment((), "unit", x, None)
    assert torch.equal(way.train(x, way.roll(12, torch.Generator())), pixels(x))


@pytest.mark.parametrize(
    "names, error",
    [(("crops",), UnknownName), (("crop", "shift"), ValueError), (("colour", "colour, by spread"), ValueError)],
)
def test_recipes_refuse_what_is_not_there_or_does_not_go_together(names, error):
    with pytest.raises(error, match=r"crop|colour"):
        Recipe(augment=names)


def test_recipes_refuse_a_bare_name_and_make_a_tuple_of_a_list():
    with pytest.raises(ValueError, match=r"tuple of names is needed, as \('crop',\)"):
        Recipe(augment="crop")
    assert hash(Recipe(augment=["crop"])) == hash(Recipe(augment=("crop",)))


def test_pictures_too_small_to_cut_are_refused():
    with pytest.raises(ValueError, match="too small"):
        Augment(("crop",), "unit", pictures(2, 7, 8), (8, 8))


def curve(recipe, seed=0):
    data = Split(pictures(64, seed=seed), torch.arange(64) % 4)
    return [(e.train_loss, e.test_loss) for e in fit(build(TINY), data, data, recipe)]


@pytest.mark.parametrize(
    "names", [("centre",), ("crop",), ("centre", "mirror"), ("crop", "mirror", "colour"), ("S 37 to 73", "mirror")]
)
def test_the_same_seed_gives_the_same_curve_bit_for_bit(names):
    recipe = Recipe(epochs=2, batch=20, augment=names)
    first = curve(recipe)
    torch.rand(7)
    assert curve(recipe) == first and curve(replace(recipe, seed=1)) != first
    assert names == ("centre",) or curve(replace(recipe, augment=("centre",))) != first


def test_every_pass_sees_other_windows():
    x, seen = pictures(64), []
    model = build(TINY)
    model.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]) if module.training else None)
    data = Split(x, torch.arange(64) % 4)
    list(fit(model, data, data, Recipe(epochs=2, batch=64, augment=("crop",))))
    first, second = (batch.flatten(1).sum(1).sort().values for batch in seen)
    assert not torch.allclose(first, second)


def test_testing_looks_at_the_middle():
    x, model = pictures(), build(TINY)
    recipe = Recipe(augment=("crop", "mirror", "colour"))
    assert torch.equal(outputs(model, x, recipe), outputs(model, x[..., 1:9, 1:9]))
    assert evaluate(model, Split(x, torch.arange(12) % 4), recipe) == evaluate(
        model, Split(x[..., 1:9, 1:9].contiguous(), torch.arange(12) % 4)
    )


def test_every_way_is_a_recipe():
    assert all(
        len(curve(Recipe(epochs=1, augment=(way,) if way in PLACES else ("centre", way))))
        for way in WAYS
        if way != "shift"
    )


def test_the_ten_crop_measure_is_the_mean_of_softmaxes():
    data, model = Split(pictures(40), torch.arange(40) % 4), build(TINY)
    found = MEASURES["ten crops"](model, None, data, Recipe(augment=("crop",)))
    p = torch.stack([outputs(model, view).softmax(1) for view in v2.functional.ten_crop(data.x, (8, 8))])
    for name, some in (("one view", [4]), ("two views", [4, 9]), ("five views", range(5)), ("ten views", range(10))):
        assert found[name] == pytest.approx((p[list(some)].mean(0).argmax(1) == data.y).float().mean().item()), name
