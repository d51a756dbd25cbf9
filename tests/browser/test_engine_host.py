"""The page engine's host in Chromium: PyTorch's numbers, and a sentence for what cannot be."""

import base64
from importlib.resources import files

import numpy as np
import pytest
import torch
from chains import chain

from cnnlessons import CATALOGUE, build, trace
from cnnlessons.networks.layers import ReLU, Tanh
from cnnlessons.training.losses import LOSSES, own_loss
from cnnlessons.widgets.base import HERE
from cnnlessons.widgets.bundle import bundle

pytestmark = pytest.mark.browser

LIVE = HERE.parent / "live"


@pytest.fixture(scope="module")
def page(chromium):
    """A blank page with `engine`, and `floats` that makes a Float32Array of a list."""
    page = chromium.new_page()
    wasm = base64.b64encode(files("cnnlessons.live").joinpath("engine.wasm").read_bytes()).decode()
    page.evaluate(
        """async ([source, wasm]) => {
            const module = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
            window.engine = await module.load(Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt()));
            window.floats = (list) => Float32Array.from(list);
            const pairs = (found) => Object.entries(found).map(([name, list]) => [name, [...list]]);
            window.plain = (found) => Object.fromEntries(pairs(found));
            window.told = (work) => { try { work(); return ''; } catch (error) { return error.message; } };
        }""",
        [bundle(LIVE / "engine.js"), wasm],
    )
    yield page
    page.close()


def sent(arch, model, x, y):
    state = {name: value.flatten().tolist() for name, value in model.state_dict().items()}
    return [arch.as_dict(), state, x.ravel().tolist(), y.tolist()]


def apart(a, b):
    a, b = np.asarray(a, np.float64).ravel(), np.asarray(b, np.float64).ravel()
    return np.abs(a - b).max() / max(np.abs(b).max(), 1e-3)


def test_sixty_random_chains_are_pytorchs(page):
    for seed in range(60):
        arch, n = chain(seed)
        random = np.random.default_rng(seed)
        x = random.normal(size=(n, *arch.input)).astype(np.float32)
        y = random.integers(trace(arch)[-1].units, size=n)
        model = build(arch, seed=seed)
        found = page.evaluate(
            """([arch, state, x, y]) => {
                const net = engine.network(arch, { batch: 16, seed: 1 });
                net.set(Object.fromEntries(Object.entries(state).map(([name, list]) => [name, floats(list)])));
                const outputs = [...net.forward(floats(x))];
                const gradients = net.gradients(floats(x), Uint8Array.from(y));
                return { outputs, gradients: plain(gradients), loss: gradients.loss, names: Object.keys(net.get()) };
            }""",
            sent(arch, model, x, y),
        )
        with torch.no_grad():
            assert apart(found["outputs"], model.eval()(torch.from_numpy(x))) < 1e-4, seed
        value = LOSSES[own_loss(model)].value(model.train()(torch.from_numpy(x)), torch.from_numpy(y))
        value.backward()
        assert found["loss"] == pytest.approx(value.item(), rel=1e-4, abs=1e-5)
        assert found["names"] == list(model.state_dict())
        scale = max(parameter.grad.abs().max().item() for parameter in model.parameters())
        for name, parameter in model.named_parameters():
            off = np.abs(np.asarray(found["gradients"][name]) - parameter.grad.numpy().ravel()).max()
            assert off < 1e-3 * max(parameter.grad.abs().max().item(), 0.1 * scale), (seed, name)


def test_ten_steps_and_an_evaluation(page):
    arch = CATALOGUE["lenet5-1998"]
    random = np.random.default_rng(0)
    x, y = random.normal(size=(40, 1, 32, 32)).astype(np.float32), random.integers(10, size=40)
    model = build(arch, seed=1)
    found = page.evaluate(
        """([arch, state, x, y]) => {
            const net = engine.network(arch);
            net.set(Object.fromEntries(Object.entries(state).map(([name, list]) => [name, floats(list)])));
            const losses = Array.from({ length: 10 }, () =>
                net.step(floats(x), Uint8Array.from(y), { lr: 0.005, momentum: 0.5, weight_decay: 0.001, clip: 5 }));
            return [losses, net.evaluate(floats(x), Uint8Array.from(y)), net.maps('C1').length];
        }""",
        sent(arch, model, x, y),
    )
    sgd = torch.optim.SGD(model.parameters(), 0.005, 0.5, weight_decay=0.001)
    for loss in found[0]:
        sgd.zero_grad()
        value = LOSSES["map"].value(model(torch.from_numpy(x)), torch.from_numpy(y))
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        sgd.step()
        assert loss == pytest.approx(value.item(), rel=1e-3)
    with torch.no_grad():
        outputs = model(torch.from_numpy(x))
    assert found[1]["loss"] == pytest.approx(LOSSES["map"].value(outputs, torch.from_numpy(y)).item(), rel=1e-3)
    assert found[1]["accuracy"] == pytest.approx((outputs.argmin(1) == torch.from_numpy(y)).float().mean().item())
    assert found[2] == 40 * 6 * 28 * 28


WRONG = {
    "engine.network({ ...arch, input: [1, 28, 28] })": "C5: a 5×5 window does not fit a 4×4 map (input 28×28); "
    "the smallest input for this network is 32×32",
    "engine.network({ ...arch, layers: [{ type: 'New', name: 'a' }] })": "a: the page engine has no New; it has",
    "engine.network({ ...arch, layers: [{ type: 'Linear', name: 'a', units: 2.5 }] })": "a: units must be a whole",
    "engine.network('lenet')": "arch: an object with `input` and `layers` is needed",
    "net.forward(floats([1, 2, 3]))": "x: 3 numbers are no whole images of 1×32×32; give 1024 for each",
    "net.forward([1])": "x: a Float32Array",
    "net.forward(floats(Array(1024).fill(NaN)))": "x: a number is infinite or undefined",
    "net.step(one, Uint8Array.of(10), { lr: 0.1 })": "y: the label 10 is none of the 10 classes, 0 to 9",
    "net.step(one, Uint8Array.of(1, 2), { lr: 0.1 })": "y: 1 images need 1 labels, not 2",
    "net.step(one, Uint8Array.of(1), {})": "lr: a finite number from 0 is needed, not undefined",
    "net.step(one, Uint8Array.of(1), { lr: -1 })": "lr: a finite number from 0 is needed, not -1",
    "net.step(one, Uint8Array.of(1), { lr: 1, clip: 0 })": "clip: a finite number from 0 is needed, not 0",
    "net.step(one, Uint8Array.of(1), { lr: 1, loss: 'cross_entropy' })": "loss 'cross_entropy' does not go with this",
    "net.gradients(one, Uint8Array.of(1), { loss: 'mse' })": "loss: no mse; it is own or one of cross_entropy,",
    "net.set({})": "weights: C1.weight is missing",
    "net.set({ ...net.get(), extra: one })": "weights: this network has no extra",
    "net.set({ ...net.get(), 'C1.bias': floats([1]) })": "weights: C1.bias has 1 numbers, not the 6",
    "net.set({ ...net.get(), 'C1.bias': floats(Array(6).fill(Infinity)) })": "weights: a number of C1.bias is infinite",
    "net.maps('C9')": "C9: no such layer; there are input, C1",
    "engine.network(arch).maps('C1')": "C1: nothing has gone through the network yet; call forward first",
    "net.signals('C1')": "C1: no gradient has come back since the last forward pass",
    "engine.network({ ...arch, init: 'krizhevsky2012-scaled' })": "C1: the start krizhevsky2012-scaled is for layers",
    "engine.network({ ...arch, input: [1, 60000, 60000] }, { batch: 64 }).forward(one)": "the page has no memory",
}


@pytest.mark.parametrize("code", WRONG)
def test_what_cannot_be_gets_a_sentence_and_changes_nothing(page, code):
    said, same = page.evaluate(
        """([arch, code]) => {
            window.arch = arch;
            window.one = new Float32Array(1024).fill(0.5);
            window.net = engine.network(arch);
            const before = [...net.forward(one)];
            const said = told(() => eval(code));
            return [said, JSON.stringify(before) === JSON.stringify([...net.forward(one)])];
        }""",
        [CATALOGUE["lenet5-1998"].as_dict(), code],
    )
    assert said.startswith(WRONG[code]) or WRONG[code] in said
    assert same


def test_a_diverged_step_leaves_the_weights(page):
    said, same = page.evaluate(
        """([arch]) => {
            const net = engine.network(arch);
            const x = new Float32Array(16 * 1024).map((_, i) => 3e38 * Math.sin(i)), y = new Uint8Array(16);
            const before = JSON.stringify(plain(net.get()));
            const said = told(() => net.step(x, y, { lr: 0.1, loss: 'cross_entropy' }));
            return [said, before === JSON.stringify(plain(net.get()))];
        }""",
        [CATALOGUE["lenet-gap"].map(lambda one: ReLU(one.name) if isinstance(one, Tanh) else one).as_dict()],
    )
    assert same
    assert said == "the loss is no longer a number (lr=0.1): try a smaller lr or clip: 5"
