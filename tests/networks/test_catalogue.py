"""Every network against the book's inventory of layers, PyTorch's own shapes, torchvision, and the papers' integers."""

import copy
import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torchvision
from torch import nn

from cnnlessons import CATALOGUE, Recipe, build, trace
from cnnlessons.errors import UnknownName
from cnnlessons.networks.catalogue import mini as small_ones

MODELS = json.loads((Path(__file__).parent / "models.json").read_text())  # shapes and counts, verified by building all


def leaves(model):
    return {name: m for name, m in model.named_modules() if not list(m.children())}


@pytest.mark.parametrize("id", MODELS)
def test_layers_are_those_of_the_inventory(id):
    facts, rows = MODELS[id], trace(CATALOGUE[id])
    by_name = {row.layer.name: row for row in rows}
    for name, _, shape, params in facts["layers"]:
        assert (list(by_name[name].shape_out), by_name[name].params) == (shape, params), name
    assert list(rows.input) == facts["input"] and list(rows[-1].shape_out) == facts["output"]
    assert (rows.params, rows.macs) == (facts["params"], facts["macs"])
    assert {row.layer.name for row in rows} - {name for name, *_ in facts["layers"]} <= {"flatten"}


@pytest.mark.parametrize("id", CATALOGUE)
def test_pytorch_agrees_by_hooks_on_the_meta_device(id):
    """The referee: derived shapes and counts equal what PyTorch's modules do."""
    rows = {row.layer.name: row for row in trace(CATALOGUE[id])}
    with torch.device("meta"):
        model, seen = build(CATALOGUE[id]), {}
        for name, module in leaves(model).items():
            module.register_forward_hook(lambda m, _, out, name=name: seen.update({name: tuple(out.shape[1:])}))
        model(torch.empty(2, *CATALOGUE[id].input))
    assert seen == {name: row.shape_out for name, row in rows.items()}
    counts = {name: sum(p.numel() for p in m.parameters()) for name, m in leaves(model).items()}
    assert counts == {name: row.params for name, row in rows.items()}


def test_the_catalogue_is_the_whole_inventory():
    small = {arch.id for arch in small_ones.NETWORKS}  # the experiments' own, which nobody published
    assert set(MODELS) == set(CATALOGUE) - small and len(MODELS) == 38


def test_lenet5_has_the_integers_of_the_paper():
    rows = trace(CATALOGUE["lenet5-1998"])
    assert (rows.params, rows.connections) == (60_000, 340_908)
    connections = {name: rows[name].connections for name in ("C1", "S2", "C3", "S4", "C5", "F6", "output_rbf")}
    assert connections == {
        "C1": 122_304,
        "S2": 5_880,
        "C3": 151_600,
        "S4": 2_000,
        "C5": 48_120,
        "F6": 10_164,
        "output_rbf": 840,
    }
    assert [rows[name].params for name in ("C1", "S2", "C3", "S4", "C5", "F6")] == [156, 12, 1516, 32, 48120, 10164]


def test_c3_table_is_the_papers_table_1():
    from cnnlessons.networks.catalogue.lenet import C3_TABLE

    assert C3_TABLE == (
        (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (4, 5, 0), (5, 0, 1),
        (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (3, 4, 5, 0), (4, 5, 0, 1), (5, 0, 1, 2),
        (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5))  # fmt: skip
    assert sum(map(len, C3_TABLE)) == 60


def test_codes_are_ten_different_bitmaps_of_84_cells():
    from cnnlessons.networks.catalogue.codes import CODES

    assert [len(code) for code in CODES] == [84] * 10 and len(set(CODES)) == 10
    assert {cell for code in CODES for cell in code} == {-1, 1}
    one = [CODES[1][7 * row : 7 * row + 7] for row in range(12)]
    assert one[0] == (-1, -1, -1, 1, 1, -1, -1) and one[9] == (-1, 1, 1, 1, 1, 1, 1) and one[11] == (-1,) * 7


def test_alexnet_units_and_the_share_of_its_linear_layers():
    rows = trace(CATALOGUE["alexnet-2012"])
    weighted = [row for row in rows if row.params]
    assert sum(row.units for row in weighted) == 659_272  # "650,000 neurons"
    assert rows["conv1"].units == 290_400  # Fig. 2 prints 253,440
    assert sum(row.params for row in weighted if row.layer.kind == "dense") / rows.params > 0.96


@pytest.mark.parametrize(
    ("id", "theirs"),
    [
        ("alexnet-torchvision", "alexnet"),
        ("vgg-A", "vgg11"),
        ("vgg-B", "vgg13"),
        ("vgg-D", "vgg16"),
        ("vgg-E", "vgg19"),
        ("vgg-A-bn", "vgg11_bn"),
        ("vgg-B-bn", "vgg13_bn"),
        ("vgg-D-bn", "vgg16_bn"),
        ("vgg-E-bn", "vgg19_bn"),
    ],
)
def test_torchvision_has_the_same_weights(id, theirs):
    with torch.device("meta"):
        ours, oracle = build(CATALOGUE[id]), torchvision.models.get_model(theirs)
        ours_shapes = [tuple(p.shape) for p in ours.parameters()]
        assert ours_shapes == [tuple(p.shape) for p in oracle.parameters()]
        assert ours(torch.empty(1, 3, 224, 224)).shape == oracle(torch.empty(1, 3, 224, 224)).shape


def test_torchvision_alexnet_computes_the_same_from_the_same_state():
    ours, oracle = build(CATALOGUE["alexnet-torchvision"]).eval(), torchvision.models.alexnet().eval()
    ours.load_state_dict(oracle.state_dict())  # the names are torchvision's own
    x = torch.rand(1, 3, 224, 224)
    assert torch.equal(ours(x), oracle(x))


def test_build_returns_a_plain_sequential_that_the_seed_fixes():
    arch, before = CATALOGUE["lenet5-1998"], torch.random.get_rng_state()
    one, same, other = build(arch), build(arch), build(arch, seed=1)
    assert type(one) is nn.Sequential and torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(one.C1.weight, same.C1.weight) and not torch.equal(one.C1.weight, other.C1.weight)


def test_an_unknown_network_suggests_the_nearest():
    with pytest.raises(UnknownName, match="did you mean 'lenet5-1998'"):
        CATALOGUE["lenet5-98"]


def test_the_papers_recipes_come_with_their_networks():
    steps = {id: (arch.recipe.get("batch"), arch.recipe.get("lr")) for id, arch in CATALOGUE.items()}
    assert steps["lenet5-1998"] == (None, 0.01) and steps["lenet-003-corrected"] == (None, None)
    assert steps["alexnet-2012"] == steps["alexnet-2012-no-groups"] == (128, 0.01)  # Krizhevsky et al. 2012, Sect. 5
    assert steps["vgg-A"] == steps["vgg-E-bn"] == (256, 0.01)  # Simonyan & Zisserman 2014, Sect. 3.1


@pytest.mark.parametrize("id", [id for id, arch in CATALOGUE.items() if arch.recipe])
def test_a_recipe_that_suits_a_network_is_data_and_no_part_of_it(id):
    arch = CATALOGUE[id]
    assert all(getattr(Recipe(), name) != value for name, value in arch.recipe.items())
    assert Recipe(**arch.recipe) != Recipe()
    assert replace(arch, recipe={}) == arch and "recipe" not in arch.as_dict()
    assert dict(pickle.loads(pickle.dumps(arch)).recipe) == dict(copy.deepcopy(arch).recipe) == dict(arch.recipe)
    with pytest.raises(TypeError):
        arch.recipe["lr"] = 1
