"""Draw by pointer, finger and keyboard; what the view says is what PyTorch says of the same digit."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from cnnlessons import CATALOGUE, trace
from cnnlessons.modules import about
from cnnlessons.training import pixels
from cnnlessons.widgets import Draw, draw

pytestmark = pytest.mark.browser

WATCH = """() => {
    cnnlessonsWidgets.Model.prototype.save_changes = function () {
        window.model = this;
    };
}"""
READ = """(name) => {
    const value = window.model.get(name);
    return value?.buffer ? [...new Uint8Array(value.buffer)] : value;
}"""


@pytest.fixture
def drawn(shown):
    """drawn(widget, …): its page, in which `said(page, trait)` reads what the view last told."""

    def open_page(widget, **options):
        page = shown(widget, **options)
        page.evaluate(WATCH)
        return page

    return open_page


def said(page, name):
    """A trait, once the view has told Python of its last change."""
    page.wait_for_selector(".drawn:not([data-busy])")
    return page.evaluate(READ, name)


def sheet(page):
    return page.locator(".sheet canvas")


def stroke(page, *points):
    """A line through points, in shares of the sheet."""
    sheet(page).scroll_into_view_if_needed()
    box = sheet(page).bounding_box()
    for i, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=1 if i == 0 else 6)
        if i == 0:
            page.mouse.down()
    page.mouse.up()


def press(page, words):
    page.get_by_role("button", name=words, exact=True).click()


def numbers(page):
    """The values in the table of the answer."""
    return [
        float(text.replace("−", "-")) for text in page.locator(".answer tbody td.number:not(.share)").all_inner_texts()
    ]


def scores(widget, digit):
    """What PyTorch says of 28×28 bytes: penalties, or scores before softmax; and the modules by name."""
    model = widget.model().eval()
    size = tuple(about(model).input[1:])
    x = pixels(torch.tensor(digit, dtype=torch.uint8).reshape(1, 1, 28, 28), about(model).recipe.pixels, size)
    kept, found = {}, x
    with torch.no_grad():
        for name, module in model.named_children():
            found = kept[name] = module(found)
    softmax = isinstance(list(model)[-1], nn.Softmax)
    return list(kept.values())[-2 if softmax else -1][0], kept


DRAWINGS = {
    "a seven": [[(0.25, 0.2), (0.75, 0.2), (0.4, 0.85)]],
    "a one off centre": [[(0.15, 0.1), (0.12, 0.6)]],
    "a four": [[(0.6, 0.1), (0.2, 0.6), (0.8, 0.6)], [(0.62, 0.35), (0.6, 0.9)]],
}


@pytest.mark.parametrize("id", ["lenet5-1998", "lenet-002-relu"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_answer_and_the_maps_are_pytorchs(drawn, id, width):
    widget = Draw(id)
    page = drawn(widget, width=width)
    for centred, lines in zip((True, False, True), DRAWINGS.values(), strict=True):
        if page.locator(".step input").is_checked() != centred:
            page.locator(".step input").click()
        press(page, "Clear")
        for points in lines:
            stroke(page, *points)
        page.mouse.move(0, 0)  # off the maps
        fed = said(page, "fed")
        assert 20 < sum(level > 127 for level in fed) < 300
        outputs, kept = scores(widget, fed)
        assert torch.allclose(torch.tensor(said(page, "outputs")), outputs, rtol=1e-4, atol=1e-4)
        decimals = 1 if id == "lenet5-1998" else 2
        assert np.abs(np.array(numbers(page)) - outputs.numpy()).max() <= 0.51 * 10**-decimals
        best = outputs.argmin() if id == "lenet5-1998" else outputs.argmax()
        assert page.locator(".reads strong").inner_text() == str(int(best))
        name, map_, row, column, value = re.match(
            r"(\w+), map (\d+), row (\d+), column (\d+): (−?[\d.]+)\.", page.locator(".readout").inner_text()
        ).groups()
        unit = kept[name][0, int(map_) - 1, int(row) - 1, int(column) - 1]
        assert abs(float(value.replace("−", "-")) - float(unit)) < 1e-4
        if id != "lenet5-1998":
            shares = [
                float(text[:-2]) for text in page.locator(".answer .share:not(th)").all_inner_texts() if text[-1] == "%"
            ]
            assert np.abs(np.array(shares) - 100 * kept["softmax"][0].numpy()).max() <= 0.06


def resized(sheet):
    """The drawing as MNIST's digits were made: cut out, the longer side 20 pixels, centre of mass in pixel 14."""
    ys, xs = np.nonzero(sheet)
    part = sheet[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1].astype(float)
    tall, wide = part.shape
    h, w = (int(20 * n / max(tall, wide) + 0.5) for n in (tall, wide))
    part = part.repeat(h, 0).reshape(h, tall, wide).mean(1).repeat(w, 1).reshape(h, w, wide).mean(2)
    rows, columns = np.mgrid[:h, :w] + 0.5
    y0, x0 = (int(np.ceil(14 - (part * at).sum() / part.sum())) for at in (rows, columns))
    digit = np.zeros((28, 28))
    digit[y0 : y0 + h, x0 : x0 + w] = part
    return digit


def test_centring_is_mnists(drawn):
    """Against NumPy's means; a moved drawing gives the same digit."""
    page = drawn(Draw())
    press(page, "Clear")
    for points in DRAWINGS["a four"]:
        stroke(page, *((0.1 + 0.5 * x, 0.05 + 0.6 * y) for x, y in points))
    first = np.array(said(page, "fed")).reshape(28, 28)
    ink = np.array(said(page, "drawing"), "u1").reshape(112, 112)
    assert np.abs(first - resized(ink)).max() <= 0.501
    press(page, "Move")
    stroke(page, (0.4, 0.4), (0.55, 0.52))
    moved = np.array(said(page, "drawing"), "u1").reshape(112, 112)
    assert (moved != ink).any() and moved.sum() == ink.sum()
    assert np.array_equal(np.array(said(page, "fed")).reshape(28, 28), first)
    page.locator(".step input").click()
    assert not np.array_equal(np.array(said(page, "fed")).reshape(28, 28), first)
    means = moved.reshape(28, 4, 28, 4).mean((1, 3))
    assert np.abs(np.array(said(page, "fed")).reshape(28, 28) - means).max() <= 0.5
    assert said(page, "centre") is False


def test_an_example_of_mnist_stays_as_it_is(drawn):
    """The digits come out of MNIST's own program, so once more through it changes no pixel."""
    page = drawn(Draw())
    for _ in range(10):
        press(page, "Another digit")
        ink = np.array(said(page, "drawing"), "u1").reshape(112, 112)[::4, ::4]
        assert np.array_equal(np.array(said(page, "fed")).reshape(28, 28), ink)


def test_every_tool_does_its_work_and_undo_takes_it_back(drawn):
    page = drawn(Draw(centre=False))
    press(page, "Clear")
    stroke(page, (0.2, 0.2), (0.2, 0.7), (0.5, 0.7))

    def ink():
        return np.array(said(page, "drawing"), "u1").reshape(112, 112).astype(int)

    start = ink()
    for words, holds in {
        "Thicker": lambda now: (now >= start).all() and now.sum() > 1.2 * start.sum(),
        "Thinner": lambda now: (now <= start).all() and now.sum() < 0.8 * start.sum(),
        "Mirror": lambda now: np.array_equal(now, start[:, ::-1]),
        "Invert": lambda now: np.array_equal(now, 255 - start),
        "Clear": lambda now: not now.any(),
    }.items():
        press(page, words)
        assert holds(ink()), words
        press(page, "Undo")
        assert np.array_equal(ink(), start), words
    press(page, "Erase")
    stroke(page, (0.2, 0.2), (0.2, 0.7))
    assert 0 < ink().sum() < 0.7 * start.sum()


def test_by_keyboard_alone(drawn):
    page = drawn(Draw(centre=False), width=390)
    sheet(page).focus()
    page.keyboard.press("Delete")
    for key in ["ArrowUp"] * 8 + [" "] + ["ArrowDown"] * 16 + [" "] + ["ArrowRight"] * 3:
        page.keyboard.press(key)
    ink = np.array(said(page, "drawing"), "u1").reshape(112, 112)
    rows, columns = np.nonzero(ink)
    assert abs(columns.mean() - 55.5) < 1 and 60 < np.ptp(rows) < 80
    assert page.locator(".reads strong").inner_text() == "1"
    page.wait_for_timeout(400)
    assert page.get_by_role("status").inner_text().startswith("Reads 1, penalty")
    page.keyboard.press("z")
    assert not any(said(page, "drawing"))


def test_a_finger_draws(drawn):
    page = drawn(Draw(centre=False), width=390, has_touch=True, is_mobile=True)
    press(page, "Clear")
    box = sheet(page).bounding_box()
    touch = page.context.new_cdp_session(page)
    for i in range(6):
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] * (0.2 + 0.1 * i)}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if i else "touchStart", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    ink = np.array(said(page, "drawing"), "u1").reshape(112, 112)
    assert 55 < np.ptp(np.nonzero(ink)[0]) < 75
    assert page.evaluate("scrollY") == 0 or page.locator(".sheet").is_visible()


@pytest.mark.parametrize("id", ["lenet5-1998", "lenet-002-relu"])
def test_the_field_of_a_unit_is_traces(drawn, id):
    """Clicked in the middle of each layer: a field within the input has the size and place that trace gives."""
    page = drawn(Draw(id, centre=False))
    margin = 2 if id == "lenet5-1998" else 0
    found = 0
    for row in trace(CATALOGUE[id]):
        strip = page.locator(f".strip:has(p span:text-is('{row.layer.name}')) canvas")
        if not strip.count() or len(row.shape_out) == 1 or row.shape_out[1] == 1:
            continue
        strip.click(position={"x": 3, "y": 3})  # map 1, near its corner
        text = page.locator(".readout").inner_text()
        r, c = map(int, re.search(r"map 1, row (\d+), column (\d+)", text).groups())
        y0, y1, x0, x1 = map(int, re.search(r"rows (\d+)–(\d+), columns (\d+)–(\d+)", text).groups())
        assert (y0, x0) == (1 + (r - 1) * row.jump, 1 + (c - 1) * row.jump)
        assert (y1 - y0 + 1, x1 - x0 + 1) == (row.receptive_field, row.receptive_field)
        box = {name: float(page.locator(".field").get_attribute(name)) for name in ("x", "y", "width", "height")}
        left, right = (min(111.25, max(0.75, 4 * (n - margin))) for n in (x0 - 1, x1))
        assert abs(box["x"] - left) < 0.01 and abs(box["width"] - (right - left)) < 0.01
        found += 1
    assert found == 4


def test_the_field_changes_its_unit_and_nothing_outside_does(drawn):
    """Ink outside of the outlined square leaves the number as it is; ink inside changes it."""
    page = drawn(Draw(centre=False))
    press(page, "Clear")
    page.locator(".strip:has(p span:text-is('S2_act')) canvas").click(position={"x": 6, "y": 6})
    value = page.locator(".readout").inner_text()
    stroke(page, (0.6, 0.6), (0.8, 0.8))
    said(page, "fed")
    assert page.locator(".readout").inner_text() == value
    stroke(page, (0.02, 0.02), (0.2, 0.2))
    said(page, "fed")
    assert page.locator(".readout").inner_text() != value


def test_maps_by_keyboard_and_before_the_activation(drawn):
    page = drawn(Draw("lenet-002-relu"))
    page.locator(".maps canvas[tabindex='0']").focus()
    before = page.locator(".readout").inner_text()
    page.keyboard.press("ArrowRight")
    after = page.locator(".readout").inner_text()
    assert after != before and after.startswith("C3_act, map")
    page.keyboard.press("PageUp")
    assert page.locator(".readout").inner_text().startswith("S2, map 1, row 1, column 1")
    assert page.get_by_role("status").inner_text().startswith("S2, map 1, row 1")
    page.keyboard.press("PageUp")
    at_rest = page.locator(".readout").inner_text()
    page.get_by_label("before the activation").click()
    page.wait_for_timeout(100)
    assert page.locator(".readout").inner_text().startswith("C1, map 1") and at_rest.startswith("C1_act, map 1")


def test_temperature_flattens_the_shares(drawn):
    page = drawn(Draw("lenet-002-relu", temperature=True))
    best = page.locator(".answer tr.best .share")
    sure = float(best.inner_text()[:-2])
    page.get_by_role("slider").fill("1")
    page.wait_for_timeout(100)
    scores_ = np.array(numbers(page)) / 10
    wanted = 100 * np.exp(scores_).max() / np.exp(scores_).sum()
    assert abs(float(best.inner_text()[:-2]) - wanted) < 0.2 and wanted < sure
    assert drawn(Draw(temperature=True)).get_by_role("slider").count() == 0  # penalties have none


def test_another_network_reads_the_same_drawing(drawn):
    page = drawn(Draw())
    assert page.locator(".codes").is_visible()
    page.get_by_role("combobox").select_option("lenet-002-relu")
    assert said(page, "network") == "lenet-002-relu"
    assert not page.locator(".codes").count()
    outputs, _ = scores(Draw("lenet-002-relu"), said(page, "fed"))
    assert torch.allclose(torch.tensor(said(page, "outputs")), outputs, rtol=1e-4, atol=1e-4)


def test_a_readers_own_network_and_python_draws(drawn):
    model = nn.Sequential(
        nn.Conv2d(1, 3, 5, stride=2, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(48, 3)
    )
    widget = Draw(model, input=(1, 30, 30), centre=False, show=("networks", "maps", "answer"), tools=())
    page = drawn(widget)
    assert page.get_by_role("combobox").count() == 0 and page.locator(".readout").count() == 0
    press(page, "Erase")
    stroke(page, (0.3, 0.3), (0.6, 0.6))
    digit = torch.tensor(said(page, "fed"), dtype=torch.float32).reshape(1, 1, 28, 28) / 255
    with torch.no_grad():
        wanted = model(nn.functional.pad(digit, (1, 1, 1, 1)))[0]
    assert torch.allclose(torch.tensor(said(page, "outputs")), wanted, atol=1e-5)
    page.evaluate("model.set('drawing', new DataView(new Uint8Array(112 * 112).fill(255).buffer))")
    assert set(said(page, "fed")) == {255}
    page.evaluate("model.set('digit', 8)")
    assert bytes(said(page, "fed")) == draw.example(8)


def test_parts_can_be_left_out(drawn):
    page = drawn(Draw(show=("codes",), tools=("clear",)))
    assert page.locator(".strip").count() == 0 and page.locator(".step").count() == 0
    assert page.get_by_role("button").all_inner_texts() == ["Draw", "Erase", "Clear"]
    assert page.locator(".codes").is_visible() and page.locator(".answer").count() == 0


def test_it_keeps_up_with_the_pen(drawn):
    """One picture of everything in well under a frame: counted, not timed; a stroke makes at most one a frame."""
    page = drawn(Draw())
    page.evaluate("""() => {
        window.pictures = 0;
        window.frames = 0;
        const put = CanvasRenderingContext2D.prototype.putImageData;
        const sheet = document.querySelector('.sheet canvas').getContext('2d');
        CanvasRenderingContext2D.prototype.putImageData = function (...given) {
            if (this === sheet) window.pictures++;
            return put.apply(this, given);
        };
        const count = () => { window.frames++; requestAnimationFrame(count); };
        requestAnimationFrame(count);
    }""")
    stroke(page, *((0.1 + 0.08 * i, 0.5) for i in range(11)))
    page.wait_for_timeout(100)
    assert 3 < page.evaluate("pictures") <= page.evaluate("frames")
