"""Draw's state, its stored weights and a reader's own network, in Python; tests/browser/test_drawing.py draws."""

import json
import re
import zlib

import numpy as np
import pytest
import torch
from torch import nn

from cnnlessons import CATALOGUE, Recipe, build, evaluate, load, outputs
from cnnlessons.errors import UnknownName
from cnnlessons.live import weights
from cnnlessons.modules import remember
from cnnlessons.training import SCALES
from cnnlessons.widgets import Draw, draw
from cnnlessons.widgets.assets import asset

STORED = ("lenet5-1998", "lenet-002-relu")


@pytest.fixture(scope="module")
def digits():
    return load("mnist-5k").test


@pytest.mark.parametrize("id", STORED)
def test_the_stored_accuracy_is_that_of_digits_the_network_has_not_seen(id, digits):
    """The test digits of mnist-5k were left out of the training; binomial, 1,000 digits: four deviations are 1.4 %."""
    told = float(weights.facts(id)["test_accuracy"])
    assert 0.985 < told < 0.996
    accuracy = evaluate(Draw(id).model(), digits)[1]
    assert abs(accuracy - told) < 0.014
    assert accuracy > 0.98


@pytest.mark.parametrize("id", STORED)
def test_half_precision_costs_nothing_visible(id, digits):
    """Rounding eight times as coarse changes next to no answer, to a single bit many."""
    model, recipe = Draw(id).model(), Recipe(pixels=weights.facts(id)["pixels"])
    before = outputs(model, digits.x, recipe)
    best = before.argmin(1) if id == "lenet5-1998" else before.argmax(1)

    def changed(bits):
        rounded = Draw(id).model()
        with torch.no_grad():
            for p in rounded.parameters():
                mantissa, exponent = torch.frexp(p)
                p.copy_(torch.ldexp((mantissa * 2**bits).round() / 2**bits, exponent))
        after = outputs(rounded, digits.x, recipe)
        return int(((after.argmin(1) if id == "lenet5-1998" else after.argmax(1)) != best).sum())

    assert changed(11) == 0  # half precision has 11 bits: nothing is lost a second time
    assert changed(8) <= 1
    assert changed(1) > 3


@pytest.mark.parametrize("id", STORED)
def test_the_file_says_what_it_is(id):
    facts = weights.facts(id)
    assert facts["arch"] == id and facts["seed"] == "0"
    assert Recipe(**json.loads(facts["recipe"])).pixels == facts["pixels"]
    assert "59,000" in facts["data"]
    size = weights.path(id).stat().st_size
    held = sum(value.numel() for value in build(CATALOGUE[id]).state_dict().values())
    assert 2 * held < size < 2 * held + 3000


def test_pixels_are_scaled_as_in_training():
    assert draw.SCALES == SCALES


def test_twenty_examples_two_of_each_class(digits):
    packed = zlib.decompress(asset("examples"))
    labels = list(packed[20 * 784 :])
    assert len(packed) == 20 * 785 and labels == [*range(10), *range(10)]
    held = {image.numpy().tobytes(): int(label) for image, label in zip(digits.x, digits.y, strict=True)}
    assert [held[packed[784 * i : 784 * (i + 1)]] for i in range(20)] == labels


def test_the_page_is_small_and_the_same_every_time():
    page = Draw(digit=7, centre=False, tools=("move", "undo")).page()
    assert page == Draw(digit=7, centre=False, tools=("move", "undo")).page()
    state = json.loads(re.search(r"<script[^>]*>(.*?)</script>", page)[1])
    assert state == {
        "network": "lenet5-1998",
        "digit": 7,
        "centre": False,
        "show": list(draw.SHOW),
        "tools": ["move", "undo"],
        "temperature": False,
    }
    assert len(page) < 4000
    assert "C1 6×28×28 → S2 6×14×14" in page and "data:image/png;base64," in page
    assert page != Draw(digit=8, centre=False, tools=("move", "undo")).page()


def test_put_draws_from_python():
    widget = Draw()
    image = np.zeros((28, 28), "u1")
    image[3, 5] = 200
    widget.put(torch.from_numpy(image))
    sheet = np.frombuffer(widget.drawing, "u1").reshape(112, 112)
    assert (sheet[12:16, 20:24] == 200).all() and sheet.astype(int).sum() == 16 * 200
    assert len(widget.page()) < 20_000 and "drawing" in widget.state() and "drawing" not in Draw().state()
    for wrong, sentence in [
        (np.zeros((3, 3)), "28×28 or 112×112 grey levels are needed, not (3, 3)"),
        (image / 255, "of pixels 0 … 1 give (255 * x).round()"),
        (image - 300.0, "whole grey levels of 0 … 255"),
    ]:
        with pytest.raises(ValueError, match=re.escape(sentence)):
            widget.put(wrong)


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"model": "lenet-1998"}, UnknownName, "did you mean 'lenet5-1998'"),
        ({"model": "lenet-gap"}, ValueError, "no weights are stored for it, only for 'lenet5-1998' and"),
        ({"model": CATALOGUE["lenet5-1998"]}, TypeError, "is a description without weights"),
        ({"model": 3}, TypeError, "an Arch or an nn.Module can be described, not 3"),
        ({"digit": 10}, ValueError, "digit must be 0 to 9, or None for any, not 10"),
        ({"show": "maps"}, ValueError, "show: a tuple of names is needed, as ('maps',)"),
        ({"show": ("map",)}, UnknownName, "did you mean 'maps'"),
        ({"tools": ("rotate",)}, UnknownName, "no tools named 'rotate'"),
        ({"input": (1, 32, 32)}, ValueError, "a stored network has an input of its own"),
        ({"model": build("lenet-000-prose-rgb")}, ValueError, "one grey image of at least 28×28 is needed, not for (3"),
        ({"model": build("lenet-fcn")}, ValueError, "end in a vector of classes, not in maps of (10,"),
        ({"model": nn.Sequential(nn.Conv2d(1, 2, 3)), "input": (1, 8, 8)}, ValueError, "at least 28×28"),
    ],
)
def test_what_cannot_be_drawn_for_is_told(options, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        Draw(**options)


def test_a_drawing_has_the_size_of_the_sheet():
    widget = Draw()
    with pytest.raises(ValueError, match="drawing must be 112×112 bytes, not 3"):
        widget.drawing = b"abc"
    assert widget.drawing == b""


class TestOwn:
    def test_weights_and_scale_go_along(self):
        model = build("lenet5-1998", seed=3)
        widget = Draw(model)
        assert widget.network == "" and widget.model() is model
        assert widget.own_arch["init"] == "lecun1998" and widget.own_scale == list(SCALES["lecun1998"])
        from safetensors.torch import load as tensors

        sent = tensors(widget.own_weights)
        assert {name: value.shape for name, value in sent.items()} == {
            name: value.shape for name, value in model.state_dict().items()
        }
        assert torch.equal(sent["C3.weight"], model.state_dict()["C3.weight"])

    def test_the_recipe_of_its_last_training_counts(self):
        model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        assert Draw(model, input=(1, 28, 28)).own_scale == list(SCALES["unit"])
        remember(model, recipe=Recipe(pixels="raw"))
        widget = Draw(model, input=(1, 28, 28))
        assert widget.own_scale == [1.0, 0.0]
        assert repr(widget) == "Draw('Sequential')"
        state = widget.state()
        assert {"own_arch", "own_weights", "own_scale"} <= set(state)
        assert "Sequential" in widget.still()
