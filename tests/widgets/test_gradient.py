"""Gradient's Python side."""

import json
import re

import pytest

from cnnlessons import trace
from cnnlessons.errors import UnknownName
from cnnlessons.experiments import EXPERIMENTS
from cnnlessons.widgets import Gradient


def test_its_networks_are_those_of_the_records():
    stack = EXPERIMENTS["E20-gradients"]
    sigmoid = next(one for one in stack.variants if one.name == "sigmoid, 10 layers")
    assert Gradient().arch.layers == sigmoid.arch.layers and Gradient().arch.init == sigmoid.arch.init
    for letter in "ABD":
        ours = trace(Gradient(network=f"vgg-{letter}", activation="relu").arch)
        theirs = trace(EXPERIMENTS["E13-stall"][letter].arch)
        assert [(r.shape_out, r.params) for r in ours if r.params] == [
            (r.shape_out, r.params) for r in theirs if r.params
        ]


@pytest.mark.parametrize(
    ("settings", "error", "sentence"),
    [
        ({"activation": "rulu"}, UnknownName, "did you mean 'relu'"),
        ({"layers": 3}, UnknownName, "'layers'"),
        ({"depth": 1}, ValueError, "depth=1: a whole number from 2 to 20 is needed"),
        ({"gain": 0}, ValueError, "gain=0: a number from 0.01 to 100 is needed"),
        ({"init": "simonyan2014-scaled"}, ValueError, "scales the start of VGG's layers"),
    ],
)
def test_what_cannot_be_is_told(settings, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        Gradient(**settings)


def test_the_page_says_only_what_differs():
    widget = Gradient(activation="tanh", gain=2)
    state = json.loads(re.search(r"<script[^>]*>(.*?)</script>", widget.page())[1])
    assert state == {"settings": {"activation": "tanh", "gain": 2.0}}
    assert repr(widget) == "Gradient(activation='tanh', gain=2.0)"
    assert widget.page() == Gradient(activation="tanh", gain=2).page()
