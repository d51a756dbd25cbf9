"""A training as an object: it says how to run it, remembers what it was, and leaves the model as it came."""

import gc
import math
import pickle

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnlessons import CATALOGUE, Recipe, build, evaluate, fit, load, outputs
from cnnlessons.data import Split
from cnnlessons.modules import about
from cnnlessons.modules.papers import RBF
from cnnlessons.training import Run
from cnnlessons.training.look import look
from cnnlessons.training.losses import LOSSES, loss_of
from cnnlessons.training.recipe import DivergedError, NotLearningWarning
from cnnlessons.training.threads import Threads

LENET = CATALOGUE["lenet-003-corrected"]
ONE = Recipe(epochs=1)


def data(n=64):
    g = torch.Generator().manual_seed(0)
    return Split(torch.randint(256, (n, 1, 28, 28), generator=g, dtype=torch.uint8), torch.arange(n) % 10)


DATA = data()


def test_a_training_that_has_not_begun_says_how_to_run_it():
    run = fit(build(LENET), DATA, DATA, ONE)
    assert isinstance(run, Run) and "for epoch in fit(...)" in repr(run) and "list(fit(...))" in repr(run)
    next(run)
    assert "not begun" not in repr(run)
    run.close()
    with pytest.raises(StopIteration):
        next(run)


def test_a_training_that_nobody_runs_is_warned_of():
    with pytest.warns(UserWarning, match=r"trained nothing.*list\(fit\(\.\.\.\)\)"):
        fit(build(LENET), DATA, DATA, ONE)
        gc.collect()
    fit(build(LENET), DATA, DATA, ONE).close()  # that was on purpose


@pytest.mark.parametrize("training", [True, False])
def test_the_model_keeps_its_mode_between_epochs_and_afterwards(training):
    model = build(CATALOGUE["lenet-002-dropout"]).train(training)
    model.C1.train(not training)
    for _ in fit(model, DATA, DATA, Recipe(epochs=2)):
        assert model.training == training and model.C1.training != training
    assert model.training == training and model.C1.training != training


def test_an_error_on_the_way_leaves_the_mode_as_it_was():
    model = build(LENET)
    with pytest.raises(ValueError, match="do not fit"):
        outputs(model, torch.zeros(1, 1, 40, 40, dtype=torch.uint8))
    assert all(module.training for module in model.modules())


@pytest.mark.parametrize("leave", ["break", "close", "collect"])
def test_a_training_left_early_leaves_a_usable_model(leave):
    model = build(LENET)
    run = fit(model, DATA, DATA, Recipe(epochs=3))
    assert next(run).n == 1
    if leave == "close":
        run.close()
    del run
    assert model.training and evaluate(model, DATA)[0] > 0


def test_the_last_step_counts_too():
    """The loss before the last step is finite; the weights after it are not."""
    with pytest.raises(DivergedError, match=r"step 1 of epoch 1") as caught:
        list(fit(Own(lambda net, z: z), DATA, DATA, Recipe(epochs=1, lr=3e38, momentum=0, batch=64)))
    assert pickle.loads(pickle.dumps(caught.value)).step == 1


@pytest.mark.parametrize(
    ("recipe", "there", "absent"),
    [
        (Recipe(lr=5, pixels="raw"), ["lr=0.5", "clip=5", ", or pixels='unit'"], ["inf"]),
        (Recipe(lr=5, clip=1), ["try Recipe(lr=0.5)"], ["clip", "try pixels", "or "]),
        (Recipe(lr=0, clip=1), ["other weights"], ["lr=0)", "clip"]),
    ],
)
def test_advice_names_nothing_that_is_in_force(recipe, there, absent):
    text = str(DivergedError(1, 1, recipe)).partition(";")[2]
    assert all(part in text for part in there) and not any(part in text for part in absent)


def test_a_loss_that_explodes_and_ends_at_a_guess_is_warned_of():
    with pytest.warns(NotLearningWarning, match=r"the loss rose from .* no better than a guess .*Recipe\(lr=5\)"):
        list(fit(build(LENET), DATA, DATA, Recipe(epochs=2, lr=50, batch=8)))


def test_it_remembers_how_it_was_trained():
    model, centred = build(LENET), Recipe(epochs=1, pixels="centred")
    list(fit(model, DATA, DATA, centred))
    assert about(model).recipe == centred
    assert torch.equal(outputs(model, DATA.x), outputs(model, DATA.x, centred))
    assert evaluate(model, DATA) == evaluate(model, DATA, centred)
    for recipe in (Recipe(), Recipe(pixels="centred", augment=("centre",))):
        for judge, what in ((evaluate, DATA), (outputs, DATA.x)):
            with pytest.raises(ValueError, match=r"trained with pixels='centred'.*the recipe says pixels="):
                judge(model, what, recipe)
    evaluate(model, DATA, Recipe(pixels="centred", augment=("mirror", "shift"), seed=7))  # the same view
    list(fit(model, DATA, DATA))  # goes on as it was
    assert about(model).recipe == centred


def test_the_readme_s_first_network_learns():
    """The paper's LeNet-5 with the package's own defaults: it stayed at 10 % without the recipe that comes with it."""
    digits = load("mnist-5k")
    *_, last = zip(range(3), fit(build(CATALOGUE["lenet5-1998"]), digits.train, digits.test), strict=False)
    assert last[1].n == 3 and last[1].test_accuracy > 0.9


class Own(nn.Module):
    """A network in which a softmax, and a layer of RBFs, are registered last and need not be used."""

    def __init__(self, end):
        super().__init__()
        self.end, self.body = end, nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
        self.softmax, self.rbf = nn.Softmax(1), RBF(torch.eye(10).tolist())

    def forward(self, x):
        return self.end(self, self.body(x))


@pytest.mark.parametrize(
    ("end", "own"),
    [
        (lambda net, z: z, "cross_entropy"),
        (lambda net, z: net.softmax(z), "probabilities"),
        (lambda net, z: F.softmax(z, 1), "probabilities"),
        (lambda net, z: net.rbf(z), "map"),
        (lambda net, z: F.log_softmax(z, 1), "cross_entropy"),
        (lambda net, z: z.sigmoid(), "cross_entropy"),
    ],
)
def test_the_loss_follows_what_comes_out(end, own):
    model = Own(end)
    seen = look(model, DATA.x, Recipe())
    assert loss_of("own", seen) is LOSSES[own]
    *_, last = fit(model, DATA, DATA, Recipe(epochs=1))
    out = outputs(model, DATA.x)
    assert last.test_loss == pytest.approx(LOSSES[own].value(out, DATA.y).item(), rel=1e-5)
    loss, accuracy = evaluate(model, DATA)  # the same numbers, but MKL's sums depend on where a tensor lies in memory
    assert (loss, accuracy) == (pytest.approx(last.test_loss, rel=1e-6), last.test_accuracy)


def test_logits_are_not_read_as_probabilities():
    with pytest.raises(ValueError, match="rows are logits"):
        fit(build(LENET), DATA, DATA, Recipe(loss="probabilities"))
    fit(Own(lambda net, z: net.softmax(z)), DATA, DATA, Recipe(loss="cross_entropy")).close()  # a lesson's subject


@pytest.mark.parametrize("field", ["lr", "momentum", "weight_decay", "clip", "max_norm"])
@pytest.mark.parametrize("value", ["0.1", math.nan, math.inf, True, [1], 1j])
def test_a_number_of_another_kind_is_refused(field, value):
    with pytest.raises(ValueError, match=rf"Recipe\({field}=.*finite"):
        Recipe(**{field: value})


@pytest.mark.parametrize("field", ["epochs", "batch", "seed"])
@pytest.mark.parametrize("value", ["1", 1.5, True, None, -1, 10**30])
def test_a_whole_number_of_another_kind_is_refused(field, value):
    with pytest.raises(ValueError, match=rf"Recipe\({field}=.*whole number from"):
        Recipe(**{field: value})


@pytest.mark.parametrize("field", ["pixels", "loss", "schedule", "precision", "augment"])
@pytest.mark.parametrize("value", [5, None, {}])
def test_a_name_of_another_kind_is_refused(field, value):
    with pytest.raises(ValueError, match=r"named|tuple of names"):
        Recipe(**{field: value})


def test_numpy_s_numbers_are_numbers():
    recipe = Recipe(epochs=np.int64(2), lr=np.float32(0.5), seed=np.uint8(3))
    assert recipe == Recipe(epochs=2, lr=0.5, seed=3) and type(recipe.epochs) is type(recipe.seed) is int
    assert type(recipe.lr) is float and type(Recipe(lr=1).lr) is int  # as it stands in records


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("id", ["lenet5-1998", "lenet-002-dropout", "lenet-003-corrected", "lenet-gap"])
def test_a_small_network_s_curve_does_not_depend_on_the_threads(id, threads):
    found = []
    for n in (1, 2, 4):
        torch.set_num_threads(n)
        model = build(CATALOGUE[id])
        curve = [(e.train_loss, e.test_loss) for e in fit(model, DATA, DATA, Recipe(epochs=1, batch=16, lr=0.01))]
        assert torch.get_num_threads() == n
        found.append((curve, [p.detach().clone() for p in model.parameters()]))
    for curve, weights in found[1:]:
        assert curve == found[0][0] and all(map(torch.equal, weights, found[0][1]))


@pytest.mark.parametrize(("set_to", "small"), [(1, True), (2, False)])
def test_one_thread_by_choice_and_large_networks_are_left_alone(set_to, small, threads):
    torch.set_num_threads(set_to)
    chooser, seen = Threads(small, torch.device("cpu")), set()
    with chooser.step():
        for _ in range(5):
            with chooser.forward(10):
                seen.add(torch.get_num_threads())
            seen.add(torch.get_num_threads())
    assert seen == {set_to}


@pytest.mark.parametrize("slow", [1, 2])
def test_the_quicker_number_of_threads_wins_and_a_dear_look_is_rare(slow, threads, monkeypatch):
    """With a clock of our own: one number takes ten times as long as the other."""
    now = [0.0]
    monkeypatch.setattr("cnnlessons.training.threads.perf_counter", lambda: now[0])
    torch.set_num_threads(2)
    chooser, chosen = Threads(True, torch.device("cpu")), []
    with chooser.step():
        for _ in range(1000):
            with chooser.forward(1):
                chosen.append(torch.get_num_threads())
                now[0] += 10.0 if chosen[-1] == slow else 1.0
    assert 2 <= chosen.count(slow) <= 8 and torch.get_num_threads() == 2
