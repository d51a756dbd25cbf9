"""Shapes in Python: a goal, another network beside it, and its former name."""

import json
import re

import pytest

from cnnlessons import widgets
from cnnlessons.errors import UnknownName
from cnnlessons.widgets import Shapes


def state(widget):
    return json.loads(re.search(r"<script[^>]*>(.*?)</script>", widget.page())[1])


def test_a_goal_is_on_the_page_and_in_the_still():
    widget = Shapes("alexnet-2012", goal=58_322_314)
    assert state(widget)["goal"] == {"params": 58_322_314}
    assert "Goal: 58,322,314 parameters." in widget.still()
    two = Shapes(goal={"receptive_field": 7, "params_at_most": 5000})
    assert "Goal: receptive field of the last map 7, at most 5,000 parameters." in two.still()


@pytest.mark.parametrize(
    ("goal", "error", "sentence"),
    [
        ({"parms": 3}, UnknownName, "did you mean 'params'"),
        ({"params": 2.5}, ValueError, "goal: params must be a whole number from 1, not 2.5"),
        (0, ValueError, "goal: params must be a whole number from 1, not 0"),
    ],
)
def test_a_goal_that_cannot_be_is_refused(goal, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        Shapes(goal=goal)


def test_another_network_beside_it():
    widget = Shapes("alexnet-2012", beside="alexnet-2012-program")
    assert state(widget)["beside"]["network"] == "alexnet-2012-program"
    assert "layers" not in state(widget)["beside"]
    assert "Beside it: AlexNet as the released program builds it, 60,965,224 parameters" in widget.still()
    own = Shapes(beside=widget.arch.change(drop6=None))
    assert len(state(own)["beside"]["layers"]) == len(widget.layers) - 1
    with pytest.raises(UnknownName, match="did you mean 'vgg-"):
        Shapes(beside="vgg-Z")


def test_a_page_says_only_what_is_asked_for():
    assert set(state(Shapes())) == {"network", "input"}
    assert len(Shapes("vgg-E", beside="alexnet-2012", goal=3).page()) < 30_000
    assert Shapes("vgg-E").page() == Shapes("vgg-E").page()


def test_its_former_name_still_works():
    with pytest.warns(DeprecationWarning, match="ShapeExplorer is now Shapes"):
        assert widgets.ShapeExplorer is Shapes
