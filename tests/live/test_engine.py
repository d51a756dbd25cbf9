"""The page engine against PyTorch: forward, every gradient, steps of SGD, first weights."""

from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
import torch
from chains import chain
from torch import nn
from wasm_host import Net

from cnnlessons import CATALOGUE, Arch, build, trace
from cnnlessons.live.build import compile_engine
from cnnlessons.networks.arch import INITS
from cnnlessons.networks.layers import Dropout, Flatten, Linear
from cnnlessons.training.losses import LOSSES, own_loss
from cnnlessons.widgets import layer_json

NEAR = 1e-4


def apart(a, b):
    """The largest difference, as a share of the largest number of the oracle."""
    a, b = np.asarray(a, np.float64).ravel(), np.asarray(b, np.float64).ravel()
    return np.abs(a - b).max() / max(np.abs(b).max(), 1e-6)


def of_torch(model, x, y, dtype):
    """Outputs in evaluation mode, loss and gradients in training mode, as PyTorch has them in that precision."""
    model = model.to(dtype)
    x, loss = torch.from_numpy(x).to(dtype), own_loss(model)
    with torch.no_grad():
        outputs = model.eval()(x).numpy()
    model.train().zero_grad()
    value = LOSSES[loss].value(model(x), torch.from_numpy(y))
    value.backward()
    return outputs, value.item(), {name: p.grad.numpy().ravel().copy() for name, p in model.named_parameters()}


def compare(seed):
    """How far the engine is from float64, for the outputs, the loss and each gradient of a random chain.

    A gradient is measured by its tensor's largest number, or a hundredth of the network's largest where its own are
    smaller; one that is zero but for rounding (a bias before batch norm) by ten times the network's largest. Where
    PyTorch's own float32 is as far from float64, within a factor of ten, the two count as equal.
    """
    arch, n = chain(seed)
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, *arch.input)).astype(np.float32)
    y = random.integers(trace(arch)[-1].units, size=n)
    net = Net(arch)
    net.set(build(arch, seed=seed).state_dict())
    outputs, value, oracle = of_torch(build(arch, seed=seed), x, y, torch.float64)
    found = {"forward": apart(net.forward(x), outputs)}
    gradients = net.gradients(x, y, own_loss(build(arch)))
    found["loss"] = abs(net.loss - value) / max(abs(value), 1e-3)
    scale = max(np.abs(gradient).max() for gradient in oracle.values())
    for name, gradient in oracle.items():
        size = np.abs(gradient).max()
        found[name] = np.abs(gradients[name] - gradient).max() / (
            max(size, 1e-2 * scale) if size > 1e-9 * scale else 10 * scale
        )
    if max(found.values()) > NEAR:
        again, _, single = of_torch(build(arch, seed=seed), x, y, torch.float32)
        found |= {"forward": 0.0} if found["forward"] < 10 * apart(again, outputs) else {}
        for name, gradient in oracle.items():
            own = np.abs(single[name] - gradient).max()
            if np.abs(gradients[name] - gradient).max() <= 10 * own:
                found[name] = 0.0
    return found


def test_a_thousand_random_chains_are_pytorchs():
    wrong = {}
    for seed in range(1000):
        found = compare(seed)
        worst = max(found, key=found.get)
        if not found[worst] <= NEAR:
            wrong[seed] = worst, found[worst]
    assert wrong == {}


def test_the_chains_have_every_layer_and_loss():
    archs = [chain(seed)[0] for seed in range(1000)]
    kinds = {type(layer).__name__ for arch in archs for layer in arch.layers}
    assert kinds == set(layer_json.SETTINGS)
    assert {own_loss(build(arch)) for arch in archs[:60]} == {"cross_entropy", "probabilities", "map"}


@pytest.mark.parametrize("name", ["C3.weight", "F6.bias"])
def test_the_comparison_can_fail(name):
    arch = CATALOGUE["lenet-003-corrected"]
    x = np.random.default_rng(0).normal(size=(3, *arch.input)).astype(np.float32)
    net, model = Net(arch), build(arch)
    state = dict(model.state_dict())
    net.set(state)
    right = model(torch.from_numpy(x)).detach()
    assert apart(net.forward(x), right) < 1e-5
    net.set({**state, name: state[name].flip(0)})
    assert apart(net.forward(x), right) > 1e-3


STEPS = {
    "lenet5-1998": {"lr": 0.005, "clip": 5.0},
    "lenet-003-corrected": {"lr": 0.05, "momentum": 0.9},
    "lenet-002-relu": {"lr": 0.02, "momentum": 0.9, "weight_decay": 1e-3},
    "lenet-gap": {"lr": 0.05, "momentum": 0.5},
    "mini-alexnet-28": {"lr": 0.01, "momentum": 0.9, "weight_decay": 5e-4},
}


@pytest.mark.parametrize("id", STEPS)
def test_fifty_steps_stay_with_pytorch(id):
    arch, settings = CATALOGUE[id], STEPS[id]
    # dropout's coins are the engine's own
    arch = arch.map(lambda layer: replace(layer, p=0.0) if isinstance(layer, Dropout) else layer)
    random = np.random.default_rng(1)
    model = build(arch, seed=2)
    net, loss = Net(arch), own_loss(model)
    net.set(model.state_dict())
    model.train()
    sgd = torch.optim.SGD(
        model.parameters(),
        settings["lr"],
        settings.get("momentum", 0.0),
        weight_decay=settings.get("weight_decay", 0.0),
    )
    n = 8 if "mini" in id else 16
    images = random.normal(size=(4, n, *arch.input)).astype(np.float32)
    labels = random.integers(10, size=(4, n))
    for step in range(50):
        x, y = images[step % 4], labels[step % 4]
        sgd.zero_grad()
        value = LOSSES[loss].value(model(torch.from_numpy(x)), torch.from_numpy(y))
        value.backward()
        if "clip" in settings:
            nn.utils.clip_grad_norm_(model.parameters(), settings["clip"])
        sgd.step()
        assert net.step(x, y, loss, **settings) == pytest.approx(value.item(), rel=1e-3, abs=1e-3)
    for name, weights in net.get().items():
        assert apart(weights, model.state_dict()[name].numpy()) < 1e-3, name


def test_other_losses_of_the_output_of_1998():
    arch = CATALOGUE["lenet5-1998"]
    model, net = build(arch), Net(arch)
    net.set(model.state_dict())
    x, y = np.random.default_rng(0).normal(size=(5, 1, 32, 32)).astype(np.float32), np.arange(5)
    for loss in ("ml", "map"):
        model.zero_grad()
        value = LOSSES[loss].value(model(torch.from_numpy(x)), torch.from_numpy(y))
        value.backward()
        gradients = net.gradients(x, y, loss)
        assert net.loss == pytest.approx(value.item(), rel=1e-5)
        assert apart(gradients["C3.weight"], model.C3.weight.grad) < NEAR


def test_every_layer_gives_its_outputs_and_their_gradients():
    arch = CATALOGUE["lenet-003-corrected"]
    model, net = build(arch), Net(arch)
    net.set(model.state_dict())
    x, y = np.random.default_rng(0).normal(size=(20, 1, 32, 32)).astype(np.float32), np.arange(20) % 10
    kept = {}
    for name, layer in model.named_children():
        layer.register_forward_hook(lambda _, __, out, name=name: (out.retain_grad(), kept.__setitem__(name, out))[1])
    LOSSES["cross_entropy"].value(model(torch.from_numpy(x)), torch.from_numpy(y)).backward()
    net.gradients(x, y, "cross_entropy")
    for i, layer in enumerate(arch.layers):
        assert apart(net.maps(i), kept[layer.name].detach()) < NEAR, layer.name
        assert apart(net.maps(i, gradient=1), kept[layer.name].grad) < NEAR, layer.name


def test_dropout_hides_its_share_scales_the_rest_and_lets_the_same_units_learn():
    arch = Arch("a", "", (1, 1, 500), (Flatten("flat"), Linear("one", 500), Dropout("drop", 0.3), Linear("out", 2)), "")
    net, model = Net(arch), build(arch)
    net.set(model.state_dict())
    x = np.random.default_rng(0).normal(size=(32, 1, 1, 500)).astype(np.float32)
    before, after = (net.forward(x, train=True), net.maps(1))[1], net.maps(2)
    kept = after != 0
    assert 0.68 < kept.mean() < 0.72
    assert np.allclose(after[kept], before[kept] / 0.7, rtol=1e-5)
    net.gradients(x, np.zeros(32, int), "cross_entropy")
    kept, into, out = net.maps(2) != 0, net.maps(1, gradient=1), net.maps(2, gradient=1)
    assert (into[~kept] == 0).all() and np.allclose(into[kept], out[kept] / 0.7, rtol=1e-5)
    net.forward(x)
    assert np.array_equal(net.maps(1), net.maps(2))


@pytest.mark.parametrize(
    "arch",
    [*[one for one in CATALOGUE.values() if sum(row.params for row in trace(one)) < 1e6],
     *[replace(CATALOGUE["mini-alexnet"], init=init) for init in INITS if "simonyan" not in init],
     replace(CATALOGUE["lenet5-1998"], init="he"), replace(CATALOGUE["lenet5-1998"], init="glorot")],
    ids=lambda arch: f"{arch.id}-{arch.init}",
)  # fmt: skip
def test_weights_start_as_pytorchs(arch):
    """Bounds and spread of each tensor, not its numbers: another generator draws them."""
    net, model = Net(arch, seed=3), build(arch, seed=3)
    assert net.made == 0
    for name, drawn in net.get().items():
        oracle = model.state_dict()[name].numpy().ravel().astype(np.float64)
        if np.ptp(oracle) == 0:
            assert np.array_equal(drawn, oracle.astype(np.float32)), name
            continue
        few = 5 / len(oracle) ** 0.5
        assert drawn.std() == pytest.approx(oracle.std(), rel=few + 0.02), name
        assert abs(drawn.mean()) < few * oracle.std() + 1e-9, name
        if np.abs(oracle).max() < 2 * oracle.std():  # uniform, within bounds
            assert np.abs(drawn).max() < np.abs(oracle).max() * (1 + few), name
    assert any((Net(arch, seed=4).get()[name] != drawn).any() for name, drawn in net.get().items())


def test_a_papers_start_wants_the_papers_names():
    arch = replace(CATALOGUE["lenet-003-corrected"], init="krizhevsky2012-scaled")
    assert Net(arch).made == 1  # C1


def test_the_committed_engine_is_what_the_compiler_makes(tmp_path):
    compile_engine(tmp_path / "engine.wasm")
    committed = files("cnnlessons.live").joinpath("engine.wasm").read_bytes()
    assert (tmp_path / "engine.wasm").read_bytes() == committed
    assert len(committed) <= 40_000
