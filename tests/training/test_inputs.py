"""What people hand over: it works as the right thing does, or one sentence says so before any training."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from cnnlessons import CATALOGUE, Recipe, build, evaluate, fit, load, outputs
from cnnlessons.data import Split
from cnnlessons.modules import remember
from cnnlessons.training import inputs
from cnnlessons.training.device import device_named
from cnnlessons.training.inputs import images, split_of
from cnnlessons.training.scaling import pixels, stored_range

LENET = CATALOGUE["lenet-003-corrected"]


def data(n=64, channels=1, side=28):
    g = torch.Generator().manual_seed(0)
    x = torch.randint(256, (n, channels, side, side), generator=g, dtype=torch.uint8)
    return Split(x, torch.arange(n) % 10)


GOOD = data()


class Photos(torch.utils.data.Dataset):
    """As torchvision's sets: a PIL image and a label for each index."""

    def __len__(self):
        return len(GOOD)

    def __getitem__(self, i):
        return Image.fromarray(GOOD.x[i, 0].numpy()), int(GOOD.y[i])


class Endless(IterableDataset):
    def __iter__(self):
        while True:
            yield torch.zeros(1, 28, 28), 0


@pytest.mark.parametrize(
    "handed",
    [
        (GOOD.x, GOOD.y),
        [GOOD.x.numpy(), GOOD.y.numpy()],
        (GOOD.x.squeeze(1).numpy(), GOOD.y.int()),
        (GOOD.x.float() / 255, GOOD.y),
        (GOOD.x.float(), GOOD.y.byte()),
        (GOOD.x.long(), GOOD.y.tolist()),
        TensorDataset(GOOD.x, GOOD.y),
        TensorDataset(GOOD.x / 255, GOOD.y),
        DataLoader(TensorDataset(GOOD.x / 255, GOOD.y), batch_size=10),
        Photos(),
    ],
)
def test_what_holds_the_same_images_is_the_same_split(handed):
    made = split_of(handed)
    assert torch.equal(made.x, GOOD.x) and torch.equal(made.y, GOOD.y)


def test_the_whole_set_is_taken_apart_and_said():
    digits = load("mnist-5k")
    with pytest.warns(UserWarning, match=r"train is the whole set mnist-5k: its \.train is used"):
        assert split_of(digits, "train") is digits.train
    with pytest.warns(UserWarning, match=r"its \.test is used"):
        assert split_of(digits, "test") is digits.test


@pytest.mark.parametrize(
    ("handed", "why"),
    [
        (None, "pair"),
        (GOOD.x, "pair"),
        ((GOOD.x, GOOD.y[1:]), "train: y must be"),
        ((GOOD.x, GOOD.y[:, None]), r"y\.squeeze\(1\)"),
        ((GOOD.x, nn.functional.one_hot(GOOD.y)), r"y\.argmax\(1\)"),
        ((GOOD.x, GOOD.y.float()), r"y\.long\(\)"),
        ((GOOD.x, GOOD.y - 1), r"y - y\.min\(\)"),
        ((GOOD.x.permute(0, 2, 3, 1), GOOD.y), r"permute\(0, 3, 1, 2\)"),
        ((GOOD.x.flatten(1), GOOD.y), "reshape"),
        ((GOOD.x.float() / 255 - 0.5, GOOD.y), "0 … 255 or 0 … 1, not -0.5"),
        ((GOOD.x[:0], GOOD.y[:0]), "empty"),
        (GOOD.take(0), "empty"),
        (DataLoader(TensorDataset(GOOD.x)), "pairs"),
        ((["a"], [0]), "not list"),
    ],
)
def test_what_needs_a_guess_is_refused_with_the_way_out(handed, why):
    with pytest.raises((TypeError, ValueError), match=why):
        split_of(handed)


def test_a_loader_that_never_ends_is_left(monkeypatch):
    monkeypatch.setattr(inputs, "MOST", 10**6)
    with pytest.raises(ValueError, match="fit in memory"):
        split_of(DataLoader(Endless(), batch_size=32))


def test_a_shuffling_loader_leaves_the_random_state_alone():
    before = torch.random.get_rng_state()
    split_of(DataLoader(TensorDataset(GOOD.x, GOOD.y), shuffle=True))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_floats_are_not_divided_by_255_twice():
    model, unit = build(LENET), GOOD.x.float() / 255
    right = outputs(model, GOOD.x)
    assert torch.equal(outputs(model, unit), right) and torch.equal(outputs(model, GOOD.x.float()), right)
    assert torch.equal(pixels(unit), pixels(GOOD.x)) and torch.equal(pixels(unit, "centred"), pixels(GOOD.x, "centred"))
    assert evaluate(model, (unit, GOOD.y)) == evaluate(model, GOOD)
    assert stored_range(torch.tensor([[True, False]])).tolist() == [[255, 0]]
    for wrong in (unit - 0.1, 2 * GOOD.x.float(), unit / 0):
        with pytest.raises(ValueError, match="0 … 255 or 0 … 1"):
            outputs(model, wrong)


def test_photos_are_images():
    photo = np.random.default_rng(0).integers(256, size=(32, 40, 3), dtype=np.uint8)
    right = torch.from_numpy(photo).permute(2, 0, 1)[None]
    for handed in (photo, Image.fromarray(photo), right, right[0], right.numpy()):
        assert torch.equal(images(handed), right)
    assert torch.equal(images([photo, Image.fromarray(photo)]), right.expand(2, -1, -1, -1))
    assert images(GOOD.x[0]).shape == images(GOOD.x[0, 0]).shape == (1, 1, 28, 28)
    model = build(CATALOGUE["lenet-000-code-rgb-relu"])
    assert outputs(model, photo[:, :32]).shape == (1, 10)


@pytest.mark.parametrize(
    ("x", "why"),
    [
        (GOOD, r"\.x of \.train"),
        ("three.png", "not str"),
        (GOOD.x[:0], "no images"),
        (GOOD.x.permute(0, 2, 3, 1), "permute"),
        (GOOD.x.expand(-1, 3, -1, -1), "mean"),
        (torch.zeros(2, 3, 4, 5, 6), "shape"),
    ],
)
def test_images_that_cannot_be_read_are_refused(x, why):
    with pytest.raises((TypeError, ValueError), match=why):
        outputs(build(LENET), x)


class Two(nn.Sequential):
    def forward(self, x):
        out = super().forward(x)
        return out, out.softmax(1)


def small(*more):
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10), *more)


def frozen():
    return small().requires_grad_(False)


def made_in_inference_mode():
    with torch.inference_mode():
        return small()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: LENET, r"build\(CATALOGUE\['lenet-003-corrected'\]\)"),
        (lambda: "lenet5-1998", r"build\(CATALOGUE\['lenet5-1998'\]\)"),
        (lambda: nn.ReLU, "ReLU itself"),
        (lambda: nn.Sequential(nn.Flatten()), "no weights"),
        (frozen, "frozen"),
        (made_in_inference_mode, "inference_mode"),
        (lambda: small().double(), r"float32, not torch.float64.*model\.float\(\)"),
        (lambda: small().half(), r"model\.float\(\)"),
        (lambda: small().to("meta"), "meta"),
        (lambda: Two(*small()), "one tensor"),
        (lambda: nn.Conv2d(1, 10, 28), r"Flatten"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(1024, 10)), r"images of 1×28×28 .*remember\(model, input="),
        (lambda: nn.Sequential(nn.Conv2d(3, 9, 28), nn.Flatten()), "images of 1×28×28"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 1)), "1 output, for labels"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 9)), "go from 0 to 9, but this network has 9 outputs"),
        (lambda: build(CATALOGUE["lenet-000-code-rgb-relu"]), r"expand\(-1, 3, -1, -1\)"),
        (lambda: build(LENET, (1, 24, 24)), "28×28 do not fit a network for 24×24"),
    ],
)
def test_a_network_that_cannot_be_trained_is_said_at_the_call(make, why):
    with pytest.raises((TypeError, ValueError), match=why):
        fit(make(), GOOD, GOOD)


@pytest.mark.parametrize("where", [0, 1])
@pytest.mark.parametrize(("y", "why"), [(GOOD.y + 1, "subtract 1"), (GOOD.y - 1, "number the classes from 0")])
def test_labels_without_an_output_are_said_at_the_call(where, y, why):
    splits = [GOOD, GOOD]
    splits[where] = Split(GOOD.x, y)
    with pytest.raises(ValueError, match=f"{('train', 'test')[where]}'s labels go from .*{why}"):
        fit(build(LENET), *splits)


def test_other_things_said_at_the_call():
    model = small()
    with pytest.raises(ValueError, match="images of 1×24×24"):
        fit(model, GOOD, data(side=24))
    for context in (torch.no_grad(), torch.inference_mode()):
        with context, pytest.raises(ValueError, match="outside"):
            fit(model, GOOD, GOOD)
    with pytest.raises(TypeError, match=r"Recipe\(\*\*recipe\)"):
        fit(model, GOOD, GOOD, {"lr": 0.1})
    with pytest.raises(ValueError, match="remember"):
        fit(model, GOOD, GOOD, Recipe(augment=("crop",)))


def test_a_network_of_ones_own_is_padded_when_it_says_its_input():
    model = nn.Sequential(nn.Flatten(), nn.Linear(1024, 10))
    remember(model, input=(1, 32, 32))
    assert len(list(fit(model, GOOD, GOOD, Recipe(epochs=1)))) == 1


def test_batch_normalisation_of_a_single_number_is_said():
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.BatchNorm1d(10))
    for n, batch in ((33, 32), (64, 1)):
        with pytest.raises(ValueError, match=f"single image.*'2'.*other than {batch}"):
            fit(model, GOOD.take(n), GOOD, Recipe(batch=batch))
    assert len(list(fit(model, GOOD, GOOD, Recipe(epochs=1, batch=32)))) == 1
    maps = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2 * 26 * 26, 10))
    assert len(list(fit(maps, GOOD.take(33), GOOD, Recipe(epochs=1, batch=32)))) == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [("gpu", "is 'cuda'"), ("", "no device"), ("cuda", "sees no CUDA"), ("mps", "no MPS"), ("cuda:x", "no device")],
)
def test_a_device_that_is_not_there_is_said(name, why, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(ValueError, match=why):
        fit(build(LENET), GOOD, GOOD, device=name)
    assert device_named("cpu").type == "cpu"
