"""Train in a browser: its networks and steps are Python's, and it does what it says."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load

from cnnlessons import Recipe, build, evaluate, fit
from cnnlessons import load as load_images
from cnnlessons.training.losses import LOSSES, own_loss
from cnnlessons.training.scaling import pixels
from cnnlessons.widgets import Train
from cnnlessons.widgets.assets import asset
from cnnlessons.widgets.base import HERE, plain
from cnnlessons.widgets.bundle import bundle
from cnnlessons.widgets.train import settings as choices

pytestmark = pytest.mark.browser


def imported(page, **modules):
    """Put modules of the package into the page, by name."""
    for name, path in modules.items():
        page.evaluate(
            """async ([name, source]) => {
                window[name] = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
            }""",
            [name, bundle(path)],
        )


def said(page):
    return page.locator("p.status").inner_text()


def trained(page, until="passes more"):
    page.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(f"document.querySelector('p.status').textContent.includes({until!r})", timeout=90_000)
    return said(page)


def right(page):
    """Held-out digits that the last sentence says are read, in per cent."""
    return float(said(page).split(" %")[0].split()[-1])


def test_networks_and_files_are_those_of_python(shown):
    page = shown(Train(), alive=False)
    imported(page, made=HERE / "train/network.js")
    other = {"activation": "scaled tanh", "pool": "trainable", "norm": "batch norm", "dropout": 0.3}
    for changes in (*(one[2] for one in choices.PRESETS.values()), other):
        full = choices.checked(changes)
        arch = choices.network(full)
        found = page.evaluate(
            "([settings, networks]) => [made.network(settings, networks), made.recipe(settings)]",
            [full, Train().networks],
        )
        theirs = {key: found[0][key] for key in ("input", "init", "layers")}
        ours = {key: arch.as_dict()[key] for key in theirs}
        assert [
            {k: v for k, v in layer.items() if v is not None or k in ("s", "table")} for layer in theirs["layers"]
        ] == [
            {k: list(map(list, v)) if isinstance(v, tuple) else v for k, v in layer.items()} for layer in ours["layers"]
        ]
        assert (theirs["input"], theirs["init"]) == (ours["input"], ours["init"])
        assert found[1] == choices.recipe(full)


@pytest.mark.parametrize("preset", ["lenet", "lenet5-1998", "raw-pixels"])
def test_twenty_steps_are_pytorchs(shown, preset):
    page = shown(Train(), alive=False)
    imported(page, training=HERE.parent / "live/training.js")
    digits = load_images("mnist-5k")
    train = Train(preset, images=320)
    arch, recipe = train.arch, train.recipe
    model = build(arch, seed=5)
    images = torch.cat([digits.train.x[:320], digits.test.x]).numpy().tobytes()
    labels = torch.cat([digits.train.y[:320], digits.test.y]).byte().tolist()
    state = {name: value.flatten().tolist() for name, value in model.state_dict().items()}
    losses, mixed, look = page.evaluate(
        """async ([wasm, images, labels, arch, recipe, state]) => {
            const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt());
            const pairs = Object.entries(state).map(([name, list]) => [name, Float32Array.from(list)]);
            const weights = Object.fromEntries(pairs);
            const one = await training.trainer(bytes(wasm), { images: bytes(images), labels: Uint8Array.from(labels) },
                { arch, recipe, images: 320, seed: 7, weights });
            const losses = Array.from({ length: 20 }, () => one.step());
            const mixed = [0, 1, 2, 3, 4].flatMap((epoch) => [...training.order(320, 7, epoch)]);
            return [losses, mixed, one.look()];
        }""",
        [
            encoded(HERE.parent / "live/engine.wasm"),
            encoded(images),
            labels,
            arch.as_dict(),
            choices.recipe(train.settings),
            state,
        ],
    )
    assert sorted(mixed[:320]) == list(range(320)) and mixed[:320] != mixed[320:640]
    sgd = torch.optim.SGD(model.parameters(), recipe.lr, recipe.momentum)
    loss = LOSSES[own_loss(model)]
    x, y = pixels(digits.train.x, recipe.pixels, arch.input[1:]), digits.train.y
    at, size = 0, recipe.batch
    for found in losses:
        index = torch.tensor(mixed[at : at + min(size, 320 - at % 320)])
        at += len(index)
        sgd.zero_grad()
        value = loss.value(model(x[index]), y[index])
        value.backward()
        if recipe.clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        sgd.step()
        assert found == pytest.approx(value.item(), rel=1e-3, abs=1e-3)
    with torch.no_grad():
        outputs = model.eval()(pixels(digits.test.x, recipe.pixels, arch.input[1:]))
    assert look["test"]["loss"] == pytest.approx(loss.value(outputs, digits.test.y).item(), rel=3e-3)
    assert look["test"]["accuracy"] == pytest.approx(
        (loss.decide(outputs) == digits.test.y).float().mean().item(), abs=2e-3
    )


def encoded(data):
    import base64

    return base64.b64encode(data if isinstance(data, bytes) else data.read_bytes()).decode()


def test_it_learns_is_pinned_raced_and_taken_home(shown):
    page = shown(Train(images=500, batch=16), accept_downloads=True)
    page.wait_for_function("document.querySelector('p.status').textContent.includes('Before training')")
    assert 5 < right(page) < 20 and page.locator(".measures rect").count() > 10  # shown before anything is pressed
    trained(page)
    assert right(page) > 60
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download the weights").click()
    model = build(Train().arch)
    model.load_state_dict(load(downloading.value.path().read_bytes()))
    digits = load_images("mnist-5k")
    _, accuracy = evaluate(model, digits.test, Train().recipe)
    page.get_by_role("button", name="Pin this run").click()
    assert "Pinned: " in said(page)
    sentence = page.locator("svg.plot").first.get_attribute("aria-label")
    assert f"{100 * accuracy:.1f} %" in sentence  # PyTorch reads as many, to the digit
    page.get_by_label("activation").select_option("sigmoid")
    trained(page)
    assert right(page) < 60
    labels = page.locator("svg.plot").first.locator("text.label").all_text_contents()
    assert set(labels) == {"batch 16, digits 500", "sigmoid", "training"}
    page.get_by_role("button", name="Copy the lines").click()
    lines = page.locator("pre.lines").inner_text()
    assert 'activation="sigmoid"' in lines and len(lines.splitlines()) <= 10
    compile(lines, "lines", "exec")


# preset, changes, passes, what its sentence says of the last look (look) and the network then (inside)
SAID = [
    ("lenet", {}, 2, "look.test.accuracy > 0.85"),
    ("lenet5-1998", {"images": 2000}, 2, "look.test.accuracy > 0.7"),
    (
        "sigmoid",
        {},
        1,
        "look.train.loss > 2.25 && look.train.loss < 2.4 && inside.layers[0].gradient < inside.layers[4].gradient / 20",
    ),
    ("sigmoid", {"gain": 3}, 5, "look.test.accuracy > 0.4"),
    ("dying", {}, 1, "inside.dead.every(({ dead }) => dead > 0.2) && look.test.accuracy < 0.2"),
    ("raw-pixels", {"images": 2000, "pixels": "unit"}, 2, "look.test.accuracy > 0.8"),
    ("dropout", {}, 5, "look.stepped > 1.2 * look.train.loss && look.train.loss < 2"),
    ("momentum", {}, 2, "look.test.accuracy < 0.2"),
    ("momentum", {"momentum": 0.9}, 3, "look.test.accuracy > 0.7"),
]


@pytest.mark.parametrize(("preset", "changes", "passes", "claim"), SAID)
def test_presets_do_what_they_say(engine_page, preset, changes, passes, claim):
    settings = choices.checked({**choices.PRESETS[preset][2], **changes})
    found = engine_page.evaluate(
        """async ([arch, recipe, images, gain, passes, claim]) => {
            const one = await training.trainer(wasm, digits, { arch, recipe, images, gain, seed: 0 });
            while (one.seen < (passes - 0.125) * images) one.step();
            one.look();
            while (one.seen < passes * images) one.step();
            const [look, inside] = [one.look(), one.inside(0)];
            return [eval(claim), JSON.stringify([look, inside.layers, inside.dead])];
        }""",
        [
            choices.network(settings).as_dict(),
            choices.recipe(settings),
            settings["images"],
            settings["gain"],
            passes,
            claim,
        ],
    )
    assert found[0], found[1]


@pytest.fixture
def engine_page(shown):
    """A page with the trainer, the engine and all digits."""
    page = shown(Train(), alive=False)
    imported(page, training=HERE.parent / "live/training.js")
    page.evaluate(
        """async ([wasm, packed]) => {
            const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt());
            window.wasm = bytes(wasm);
            const stream = new Blob([bytes(packed)]).stream().pipeThrough(new DecompressionStream("deflate"));
            const all = new Uint8Array(await new Response(stream).arrayBuffer());
            window.digits = { images: all.slice(0, -5000), labels: all.slice(-5000) };
        }""",
        [encoded(asset("engine")), encoded(asset("digits"))],
    )
    return page


def test_a_first_look_changes_nothing(engine_page):
    """Before training the gradients of a batch are shown; the steps are the same without."""
    settings = choices.checked({"norm": "batch norm", "batch": 16, "images": 320})
    runs = engine_page.evaluate(
        """async ([arch, recipe]) => {
            const losses = [];
            for (const looking of [false, true]) {
                const one = await training.trainer(wasm, digits, { arch, recipe, images: 320, seed: 1 });
                if (looking) one.inside(0);
                losses.push(Array.from({ length: 8 }, () => one.step()));
            }
            return losses;
        }""",
        [choices.network(settings).as_dict(), choices.recipe(settings)],
    )
    assert runs[0] == runs[1]


def test_weights_are_scaled_and_nothing_else(engine_page):
    settings = choices.checked({"norm": "batch norm", "images": 100, "gain": 3})
    ratios = engine_page.evaluate(
        """async ([arch, recipe]) => {
            const start = (gain) => training.trainer(wasm, digits, { arch, recipe, images: 100, gain });
            const [plain, scaled] = [(await start(1)).net.get(), (await start(3)).net.get()];
            return Object.fromEntries(Object.keys(plain).map((name) => [name, scaled[name][0] / plain[name][0]]));
        }""",
        [choices.network(settings).as_dict(), choices.recipe(settings)],
    )
    trebled = {name for name, ratio in ratios.items() if ratio == pytest.approx(3)}
    assert trebled == {f"{name}.weight" for name in ("C1", "C3", "C5", "F6", "output")}


def test_curves_are_read_by_pointer_and_keyboard(shown):
    page = shown(Train(images=250))
    trained(page)
    curves = page.get_by_role("slider", name="curves")
    assert f"{100 - right(page):.1f} % of the held-out digits wrong" in curves.get_attribute("aria-valuetext")
    curves.focus()
    page.keyboard.press("Home")
    assert ", 0 digits: " in curves.get_attribute("aria-valuetext")
    first = page.locator("svg.plot").first.locator("text.label").all_text_contents()
    assert len(first) == 2 and all(text.endswith(" %") for text in first)
    page.keyboard.press("ArrowRight")
    assert ", 0 digits: " not in curves.get_attribute("aria-valuetext")
    box = page.locator("svg.plot").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] - 9, box["y"] + 90)
    assert ", 1,250 digits: " in curves.get_attribute("aria-valuetext")


def test_a_network_of_ones_own_is_trained_further(shown):
    """Its own pixels, its own weights; a change of the step keeps it."""
    model = build("lenet-003-corrected", seed=1)
    digits = load_images("mnist-5k")
    recipe = Recipe(epochs=1, lr=0.1, batch=32, pixels="lecun1998")
    epoch = list(fit(model, digits.train, digits.test, recipe))[-1]
    train = Train(model)
    assert train.recipe == replace(recipe, epochs=10)
    page = shown(WithOwn(model))
    page.wait_for_function("document.querySelector('p.status').textContent.includes('Before training')")
    assert right(page) == pytest.approx(100 * epoch.test_accuracy, abs=0.11)
    assert page.locator("p.task").inner_text().startswith("Your own network")
    step = page.get_by_label("step size")
    step.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(400)
    assert right(page) == pytest.approx(100 * epoch.test_accuracy, abs=0.11)
    page.get_by_label("activation").select_option("sigmoid")
    page.wait_for_function("parseFloat(document.querySelector('p.status').textContent.split('training ')[1]) < 25")
    assert not page.locator("p.task").inner_text().startswith("Your own network")


class WithOwn(Train):
    """On a bare page as in a notebook: the network from Python comes with it."""

    on_page = (*Train.on_page, "own", "start")

    def state(self):
        """All of it."""
        return {name: plain(getattr(self, name)) for name in self.on_page}


def test_raw_pixels_stick_and_the_sentence_has_the_loss(shown):
    page = shown(Train("raw-pixels", images=500))
    trained(page)
    assert right(page) < 20
    assert "Training loss 14" in said(page) or "Training loss 2.3" in said(page)


def test_a_diverging_run_says_so(shown):
    page = shown(Train(lr=3.0, images=500, pixels="raw"))
    trained(page, "no longer a number")
    assert "try a smaller lr" in said(page)


def test_five_seeds_have_a_band(shown):
    page = shown(Train(images=250))
    page.get_by_role("button", name="5 seeds").click()
    page.wait_for_function(
        "document.querySelector('p.status').textContent.includes('5 of 5 seeds done')", timeout=90_000
    )
    assert page.locator("svg.plot .band").count() == 1
    assert said(page).count("%") == 5


def test_by_keyboard_on_a_phone(shown):
    page = shown(Train("sigmoid", images=250), width=390, has_touch=True)
    page.get_by_text("Network and recipe").first.focus()
    page.keyboard.press("Enter")
    step = page.get_by_label("step size")
    step.focus()
    before = float(step.input_value())
    page.keyboard.press("ArrowRight")
    assert float(step.input_value()) > before
    page.get_by_role("button", name="Train", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('p.status').textContent.includes('passes:')", timeout=60_000)
    page.get_by_role("button", name="Pause").tap()
    assert page.get_by_role("button", name="Train on").is_visible()
    assert page.locator("canvas").count() > 20


def test_the_page_does_not_stall_while_it_trains(shown, chromium):
    """In time of the processor, which a busy machine does not change."""
    page = shown(Train(images=1000))
    page.wait_for_function("document.querySelector('p.status').textContent.includes('Before training')")
    chromium.start_tracing(page=page, categories=["toplevel", "disabled-by-default-devtools.timeline"])
    trained(page)
    events = json.loads(chromium.stop_tracing())["traceEvents"]
    threads = [event for event in events if event.get("name") == "thread_name"]
    main = {(event["pid"], event["tid"]) for event in threads if event["args"]["name"] == "CrRendererMain"}
    tasks = [event["tdur"] / 1000 for event in events if "tdur" in event and (event["pid"], event["tid"]) in main]
    assert len(tasks) > 100
    assert max(tasks) < 50  # ms


def test_what_is_trained_is_the_same_every_time(shown):
    first, second = (trained(shown(Train(images=250))) for _ in range(2))
    assert first.split(" digits a second")[0].rsplit(".", 1)[0] == second.split(" digits a second")[0].rsplit(".", 1)[0]
