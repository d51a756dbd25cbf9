"""Gradient in a browser: its networks and its numbers are Python's, by slider and by keyboard."""

import numpy as np
import pytest
import torch
from test_train_widget import encoded, imported

from cnnlessons import build, load
from cnnlessons.training.scaling import pixels
from cnnlessons.widgets import Gradient
from cnnlessons.widgets.base import HERE
from cnnlessons.widgets.gradient import networks

pytestmark = pytest.mark.browser

CASES = (
    {},
    {"activation": "relu", "init": "he", "gain": 2.0, "depth": 5},
    {"network": "vgg-D", "activation": "relu", "init": "simonyan2014-scaled", "pixels": "centred"},
    {"activation": "none", "norm": True},
    {"network": "vgg-A", "activation": "scaled tanh", "init": "torch"},
)


@pytest.mark.parametrize("settings", CASES, ids=str)
def test_networks_and_numbers_are_pythons(shown, settings):
    page = shown(Gradient(), alive=False)
    imported(page, live=HERE.parent / "live/engine.js", gradient=HERE / "gradient/networks.js")
    full = networks.checked(settings)
    arch = networks.network(full)
    digits = load("mnist-5k").test
    x, y = pixels(digits.x[:16], full["pixels"], arch.input[1:]), digits.y[:16]
    model = build(arch, seed=1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(".weight") and not name.startswith("bn"):
                parameter.mul_(full["gain"])
    state = {name: value.flatten().tolist() for name, value in model.state_dict().items()}
    layers, found = page.evaluate(
        """async ([wasm, settings, state, x, y]) => {
            const bytes = Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt());
            const arch = gradient.network(settings);
            const net = (await live.load(bytes)).network(arch);
            const pairs = Object.entries(state).map(([name, list]) => [name, Float32Array.from(list)]);
            net.set(Object.fromEntries(pairs));
            return [arch.layers, gradient.measure(net, arch, Float32Array.from(x), Uint8Array.from(y))];
        }""",
        [encoded(HERE.parent / "live/engine.wasm"), full, state, x.flatten().tolist(), y.tolist()],
    )
    assert [(one["type"], one["name"]) for one in layers] == [(type(one).__name__, one.name) for one in arch.layers]
    kept = {}
    for name, layer in model.named_children():
        layer.register_forward_hook(lambda _, __, out, name=name: (out.retain_grad(), kept.__setitem__(name, out))[1])
    model.double().train()
    torch.nn.functional.cross_entropy(model(x.double()), y).backward()
    for one in found:
        weight, out = model.get_parameter(f"{one['name']}.weight"), kept[one["name"]]
        assert one["signal"] == pytest.approx(out.std(correction=0).item(), rel=1e-3)
        assert one["gradient"] == pytest.approx(out.grad.square().mean().sqrt().item(), rel=1e-3)
        pull = (weight.grad.square().mean().sqrt() / weight.square().mean().sqrt()).item()
        assert one["pull"] == pytest.approx(pull, rel=1e-3)


def passed_on(page):
    return page.locator("p.status").inner_text()


def test_the_sentence_follows_the_slider_and_the_keyboard(shown):
    page = shown(Gradient())
    before = passed_on(page)
    assert "each layer passes on 0." in before
    gain = page.get_by_label("weights ×")
    gain.focus()
    for step in range(1, 21):  # each press moves it, also where the value shown is rounded
        page.keyboard.press("ArrowRight")
        page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        assert gain.evaluate("box => Math.round(box.valueAsNumber / 0.05)") == step
    page.wait_for_function("old => document.querySelector('p.status').textContent !== old", arg=before)
    assert gain.get_attribute("aria-valuetext") == "10"
    for _ in range(18):
        page.keyboard.press("ArrowLeft")
    page.get_by_label("activation").select_option("relu")
    page.get_by_label("first weights").select_option("he")
    page.wait_for_function("document.querySelector('p.status').textContent.includes('passes on 0.')")
    page.get_by_role("button", name="Pin these curves").click()
    assert page.locator("svg.plot").first.locator("path.curve").count() == 2
    page.get_by_label("units of layer").fill("3")
    assert passed_on(page).startswith("conv3: ")


def test_on_a_phone_with_batch_norm(shown):
    page = shown(Gradient(), width=390, has_touch=True)
    before = passed_on(page)
    page.get_by_text("batch norm").tap()
    page.wait_for_function("old => document.querySelector('p.status').textContent !== old", arg=before)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    spread = page.locator("svg.plot").first.get_attribute("aria-label")
    assert np.isfinite(float(spread.split("conv1 ")[1].split(",")[0]))
