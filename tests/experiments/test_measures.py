"""Measures against cases whose answer is known, and that they leave the network as it was."""

import copy

import pytest
import torch

from cnnlessons import CATALOGUE, Recipe, build, evaluate, load
from cnnlessons.experiments import EXPERIMENTS, Variant
from cnnlessons.experiments.job import CURVES, Job
from cnnlessons.experiments.measures import MASKS, MEASURES

RELU, DROPOUT = CATALOGUE["lenet-002-relu"].change(softmax=None), CATALOGUE["lenet-002-dropout"]
DATA = load("mnist-5k")


def look(name, model):
    return MEASURES[name](model, DATA.train.take(1000), DATA.test.take(200), Recipe())


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("training", [True, False])
def test_a_measure_changes_nothing(name, training):
    model = build(DROPOUT).train(training)
    modes = [module.training for module in model.modules()]
    before, state = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    first, again = look(name, model), look(name, model)
    assert first == again and all(isinstance(number, float) for number in first.values())
    assert all(torch.equal(a, b) for a, b in zip(before.values(), model.state_dict().values(), strict=True))
    assert modes == [m.training for m in model.modules()] and torch.equal(state, torch.get_rng_state())
    assert all(p.grad is None for p in model.parameters())


def test_a_killed_layer_is_counted_as_dead():
    model = build(RELU)
    torch.nn.init.constant_(model.F6.bias, -1e6)
    found = look("dead units", model)
    assert found["dead F6_act"] == 1.0 and found["dead C5_act"] < 0.5
    units = {"C1_act": 6 * 24 * 24, "C3_act": 16 * 8 * 8, "C5_act": 120, "F6_act": 84}
    mean = sum(found[f"dead {name}"] * n for name, n in units.items()) / sum(units.values())
    assert found["dead"] == pytest.approx(mean, abs=1e-6)


def test_no_gradient_passes_a_dead_layer():
    model = build(RELU)
    torch.nn.init.constant_(model.F6.bias, -1e6)
    found = look("weight gradients", model)
    assert found["gradient C1"] == found["gradient F6"] == 0.0 and list(found)[-1] == "gradient output"


def test_weight_gradients_are_those_of_backward():
    model = build(RELU)
    found = look("weight gradients", model)
    torch.nn.functional.cross_entropy(model(DATA.train.x[:1000] / 255), DATA.train.y[:1000]).backward()
    assert found["gradient C3"] == pytest.approx(model.C3.weight.grad.pow(2).mean().sqrt().item(), rel=1e-3)


def test_eval_mode_is_what_evaluate_says():
    model = build(DROPOUT)
    assert tuple(look("train in eval mode", model).values()) == evaluate(model, DATA.train.take(1000))


def test_an_ensemble_without_dropout_is_the_network_itself():
    none = DROPOUT.change(drop1=type(DROPOUT["drop1"])("drop1", 0.0), drop2=type(DROPOUT["drop2"])("drop2", 0.0))
    assert len(set(look("dropout ensemble", build(none)).values())) == 1
    found = look("dropout ensemble", build(DROPOUT))
    assert list(found) == ["weight scaling", *(f"ensemble of {n}" for n in MASKS)]


def test_a_row_has_its_measures_before_training_and_after_each_epoch():
    row = Job(Variant("v", RELU, Recipe(epochs=2)), 0, "mnist-5k", limit=300, measures=("dead units",)).run()
    assert len(row["dead"]) == 3 and all(len(row[name]) == 2 for name in CURVES)


def test_an_unknown_measure_is_refused():
    experiment = EXPERIMENTS["lenet5-1998"]
    with pytest.raises(ValueError, match="did you mean 'dead units'"):
        type(experiment)("x", "?", "mnist", experiment.variants, measures=("dead unit",))
