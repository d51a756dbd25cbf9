"""diff(a, b): by hand, on every pair of the catalogue, and enough to make one network from the other."""

import json
import random
from collections import Counter
from dataclasses import fields, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlessons import CATALOGUE, Arch, build
from cnnlessons.errors import UnknownName
from cnnlessons.networks import PROGRAM_ABLATIONS, diff
from cnnlessons.networks.difference import ABSENT
from cnnlessons.networks.layers import LRN, AvgPool, Conv, Flatten, Linear, MaxPool, ReLU, Tanh

ALEXNET, PROGRAM = CATALOGUE["alexnet-2012"], CATALOGUE["alexnet-2012-program"]
ALL = [*CATALOGUE.values(), *PROGRAM_ABLATIONS.values()]


def said(a, b):
    """Subject, word, and both texts of every row."""
    return [(row.subject, row.what, *row.texts) for row in diff(a, b)]


def test_the_paper_against_the_program():
    assert said("alexnet-2012", "alexnet-2012-program") == [
        ("input", "changed", "3×227×227", "3×224×224"),
        ("conv1 ceil", "changed", "False", "True"),
        ("norm1 type", "changed", "LRN", "GroupedLRN(groups=2)"),
        ("norm1 alpha", "changed", "0.0001", "2e-05"),
        ("pool1 ceil", "changed", "False", "True"),
        ("relu1", "moved", "after conv1", "after pool1"),
        ("norm2 type", "changed", "LRN", "GroupedLRN(groups=2)"),
        ("norm2 alpha", "changed", "0.0001", "2e-05"),
        ("norm2_map", "added", "–", "WithinMapLRN(n=5, k=1, alpha=4e-05, beta=0.75), after norm2"),
        ("pool2 ceil", "changed", "False", "True"),
        ("pool5 ceil", "changed", "False", "True"),
        ("relu5", "moved", "after conv5", "after pool5"),
        ("init", "changed", "krizhevsky2012", "krizhevsky2012-program"),
    ]


def test_the_programs_own_comparisons():
    rows = {number: said(PROGRAM, arch) for number, arch in PROGRAM_ABLATIONS.items()}
    assert rows["147"] == [  # not the pools alone
        ("pool1 k", "changed", "3", "2"),
        ("conv2 p", "changed", "2", "1"),
        ("pool2 k", "changed", "3", "2"),
        ("conv5 p", "changed", "1", "0"),
        ("pool5 k", "changed", "3", "2"),
    ]
    assert [row[:2] for row in rows["148"]] == [(name, "removed") for name in ("norm1", "norm2", "norm2_map")]
    assert [row[:2] for row in rows["167"]] == [(name, "removed") for name in ("norm2", "norm2_map")]
    halved = {subject: (before, after) for subject, _, before, after in rows["145-half"] if subject.endswith("maps")}
    assert halved == {"conv1 maps": ("96", "48"), "conv2 maps": ("256", "128")} | {
        f"conv{n} maps": ("384", "192") for n in (3, 4)
    }


def test_which_of_two_layers_has_moved():
    assert said("alexnet-2012", "caffenet-order") == [
        ("norm1", "moved", "after relu1", "after pool1"),  # and not the pools
        ("norm2", "moved", "after relu2", "after pool2"),
    ]
    to_front = replace(ALEXNET, layers=(ALEXNET["fc8"], *ALEXNET.layers[:-1]))
    assert said(ALEXNET, to_front) == [("fc8", "moved", "after drop7", "after input")]  # one layer, however heavy


def test_other_types_and_recipes():
    assert said("lenet5-1998", "lenet-003-corrected")[-3:] == [
        ("recipe lr", "changed", "0.01", "–"),
        ("recipe clip", "changed", "5", "–"),
        ("recipe pixels", "changed", "lecun1998", "–"),
    ]
    pool = CATALOGUE["lenet-003-corrected"].change(S2=MaxPool("S2", 2), C1_act=ReLU("C1_act"))
    assert said("lenet-003-corrected", pool) == [
        ("C1_act type", "changed", "Tanh", "ReLU"),
        ("S2 type", "changed", "AvgPool", "MaxPool"),
    ]


def test_it_shows_itself_as_a_table():
    found = diff(ALEXNET, PROGRAM)
    lines = repr(found).splitlines()
    assert lines[0] == (
        "From AlexNet as in Krizhevsky et al. 2012 to AlexNet as the released program builds it: "
        "1 added, 2 moved, 10 changed"
    )
    assert lines[1].split() == ["layer", "difference", "alexnet-2012", "alexnet-2012-program"]
    assert lines[7].split("  ")[0] == "relu1" and len(lines) == 2 + len(found)
    html = found._repr_html_()
    assert html.count("<tr>") == 1 + len(found) and html.count('scope="row"') == len(found)
    assert (
        '#8a3d8f">relu1</th><td style="text-align:left;white-space:normal">moved</td>' in html
    )  # an activation's colour
    named = replace(ALEXNET, title="<b>")
    assert "<b>" not in diff(named, PROGRAM)._repr_html_() and "&lt;b&gt;" in diff(named, PROGRAM)._repr_html_()
    assert repr(diff(ALEXNET, ALEXNET)).endswith("no difference") and "<tr>" not in diff(ALEXNET, ALEXNET)._repr_html_()


def test_what_may_be_compared():
    lenet = CATALOGUE["lenet-003-corrected"]
    assert not [row for row in diff(build(lenet), lenet) if row.field != "init"]  # a module of layers, as built
    with pytest.raises(UnknownName, match="did you mean 'alexnet-2012'"):
        diff("alexnet-2021", ALEXNET)
    with pytest.raises(TypeError, match="can be described, not 5"):
        diff(ALEXNET, 5)


@pytest.mark.parametrize("arch", ALL, ids=lambda arch: arch.id)
def test_a_network_does_not_differ_from_itself_under_another_name(arch):
    assert diff(arch, replace(arch, id="other", title="other", source="other")) == []


def settled(layers):
    """Pools with the stride that they stand for: a difference of writing is none."""
    return tuple(replace(layer, s=layer.step) if isinstance(layer, MaxPool) else layer for layer in layers)


def patched(a, rows):
    """`a` with the rows of a difference carried out one after the other, and nothing else."""
    layers = {layer.name: layer for layer in settled(a.layers)}
    gone = {row.layer for row in rows if row.what in ("removed", "moved")}
    order, given, recipe = [name for name in layers if name not in gone], {}, dict(a.recipe)
    for row in rows:
        if row.what in ("added", "moved"):
            before = row.follows if row.what == "added" else row.after
            order.insert(order.index(before) + 1 if before != "input" else 0, row.layer)
        if row.what == "added":
            layers[row.layer] = row.after
        elif row.what == "changed" and row.field == "type":
            old, new = layers[row.layer], row.after
            kept = {f.name for f in fields(new)} & {f.name for f in fields(old)}
            layers[row.layer] = replace(new, **{name: getattr(old, name) for name in kept})
        elif row.what == "changed" and row.layer:
            layers[row.layer] = replace(layers[row.layer], **{row.field: row.after})
        elif row.what == "changed" and row.field.startswith("recipe "):
            recipe[row.field[7:]] = row.after
        elif row.what == "changed":
            given[row.field] = row.after
    recipe = {name: value for name, value in recipe.items() if value is not ABSENT}
    return replace(a, layers=settled(layers[name] for name in order), recipe=recipe, **given)


def same(one, other):
    """Whether two networks differ in nothing but their names."""
    parts = [(a.input, settled(a.layers), a.init, dict(a.recipe)) for a in (one, other)]
    return parts[0] == parts[1]


@pytest.mark.parametrize("a", ALL, ids=lambda arch: arch.id)
def test_the_rows_make_any_network_of_any_other_and_the_way_back_is_as_long(a):
    for b in ALL:
        there, back = diff(a, b), diff(b, a)
        assert same(patched(a, there), b), b.id
        assert len(json.loads(json.dumps([row.as_dict() for row in there]))) == len(there)
        assert len(repr(there).splitlines()) == there._repr_html_().count("<tr>") + 1
        counts = there.counts
        assert counts | {"added": counts["removed"], "removed": counts["added"]} == back.counts, b.id
        words = (Counter((row.subject, row.what) for row in rows if row.what == "changed") for rows in (there, back))
        assert next(words) == next(words)
        assert len({(row.layer, row.field) for row in there}) == len(there)


CHANGES = {
    "conv2 maps": ("changed", ALEXNET.change(conv2=Conv("conv2", 128, 5, p=2, groups=2))),
    "conv2 ceil": ("changed", ALEXNET.change(conv2=Conv("conv2", 256, 5, p=2, groups=2, ceil=True))),
    "norm1 beta": ("changed", ALEXNET.change(norm1=LRN("norm1", beta=0.5))),
    "pool1 s": ("changed", ALEXNET.change(pool1=MaxPool("pool1", 3))),
    "pool1 type": ("changed", ALEXNET.change(pool1=AvgPool("pool1", 3, s=2))),
    "fc8 units": ("changed", ALEXNET.change(fc8=Linear("fc8", 10))),
    "relu1 type": ("changed", ALEXNET.change(relu1=Tanh("relu1"))),
    "drop6": ("removed", ALEXNET.change(drop6=None)),
    "again": ("added", ALEXNET.follow(lambda layer: layer.name == "conv3" and (ReLU("again"),))),
    "input": ("changed", replace(ALEXNET, input=(1, 227, 227))),
    "init": ("changed", replace(ALEXNET, init="he")),
    "recipe lr": ("changed", replace(ALEXNET, recipe={**ALEXNET.recipe, "lr": 0.1})),
    "recipe clip": ("changed", replace(ALEXNET, recipe={**ALEXNET.recipe, "clip": 5})),
}


@pytest.mark.parametrize("subject", CHANGES)
def test_one_change_is_one_row(subject):
    what, changed = CHANGES[subject]
    assert [(row.subject, row.what) for row in diff(ALEXNET, changed)] == [(subject, what)]


def test_the_other_way_to_write_a_stride_is_no_difference():
    one, other = (Arch("x", "x", (1, 8, 8), (MaxPool("p", 2, s=s),), "x") for s in (2, None))
    assert one != other and diff(one, other) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(0, 2**32))
def test_as_few_layers_as_possible_are_said_to_have_moved(n, seed):
    """Against the shortest account that a search through all choices finds, on layers of one kind."""
    rng, names = random.Random(seed), [f"l{i}" for i in range(n)]
    after = rng.sample(names, n)
    one, other = (Arch("x", "x", (1, 8, 8), tuple(map(ReLU, order)), "x") for order in (names, after))
    place = {name: i for i, name in enumerate(after)}
    chosen = ([name for i, name in enumerate(names) if bits >> i & 1] for bits in range(2**n))
    ordered = (len(some) for some in chosen if all(place[x] < place[y] for x, y in pairwise(some)))
    assert diff(one, other).counts["moved"] == n - max(ordered)


def test_a_layer_stands_in_the_table_where_it_stood_or_stands():
    a, b = (
        Arch("x", "x", (1, 8, 8), (*map(ReLU, names), Flatten("flat")), "x") for names in (("a", "b", "c"), ("c", "d"))
    )
    assert [(row.subject, row.what) for row in diff(a, b)] == [("a", "removed"), ("b", "removed"), ("d", "added")]
