"""Window in a browser: its arithmetic is PyTorch's, and it does what pointer, finger and keys ask."""

import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from widget_page import held_against

from cnnlessons.widgets import Window
from cnnlessons.widgets.base import HERE
from cnnlessons.widgets.bundle import bundle

pytestmark = pytest.mark.browser
CHOSEN = [name for name in Window.on_page if name not in ("whole", "more")]


def said(page):
    return page.locator(".status").inner_text().replace("−", "-")


def choose(page, label, value):
    page.get_by_role("combobox", name=label, exact=True).select_option(value)


def values(page, *windows):
    """Outputs and gradients by the page's arithmetic, flat."""
    page.evaluate(
        """async (source) => {
            window.sums = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
        }""",
        bundle(HERE / "window/arithmetic.js"),
    )
    states = [{name: getattr(window, name) for name in CHOSEN} for window in windows]
    return page.evaluate(
        """(states) => states.map((s) => {
            const { x, out, problem } = sums.prepared(s);
            if (problem) return [problem];
            if (s.kind === 'lrn') {
                const cells = x.h * x.w;
                const found = new Array(x.v.length);
                for (let n = 0; n < cells; n++) sums.lrn(Array.from({ length: x.c }, (_, c) => x.v[c * cells + n]), s)
                    .forEach((one, c) => (found[c * cells + n] = one.result));
                return [found];
            }
            const which = { all: null, this: [s.map, ...s.place] }[s.backward];
            return [[...out.v], which === undefined ? [] : [...sums.gradient(x, s, which).v]];
        })""",
        states,
    )


def close(ours, theirs):
    np.testing.assert_allclose(np.ravel(ours), np.ravel(theirs), rtol=1e-9, atol=1e-12)


def test_every_kind_and_setting_computes_what_pytorch_and_python_do(shown):
    page = shown(Window(), alive=False)
    draw = np.random.default_rng(0)
    windows, expected = [], []
    for i in range(32):
        image = draw.integers(-3, 10, (4, 9, 11)).astype(float)
        x = torch.tensor(image, requires_grad=True)
        kind = ("conv", "max", "mean", "trainable")[i % 4]
        size, stride = int(draw.integers(1, 5)), int(draw.integers(1, 4))
        at = {"size": size, "stride": stride, "padding": int(draw.integers(0, size // 2 + 1))}
        settings = {**at, "backward": ("all", "this")[i % 3 == 0], "image": image}
        slide = {"stride": stride, "padding": at["padding"]}
        if kind == "conv":
            groups = int(draw.choice([1, 2, 4]))
            kernel = draw.integers(-4, 5, (8, 4 // groups, size, size)).astype(float)
            settings |= {"kernel": kernel, "groups": groups, "dilation": 1 + i % 2, "flip": i % 3 == 1, "bias": 0.25}
            weights = torch.tensor(kernel).flip(2, 3) if settings["flip"] else torch.tensor(kernel)
            bias = torch.full((8,), 0.25, dtype=torch.float64)
            out = F.conv2d(x[None], weights, bias, dilation=1 + i % 2, groups=groups, **slide)[0]
        elif kind == "max":
            settings |= {"dilation": 1 + i % 3 // 2}
            out = F.max_pool2d(x[None], size, dilation=settings["dilation"], **slide)[0]
        elif kind == "mean":
            out = F.avg_pool2d(x[None], size, **slide)[0]
        else:
            settings |= {"coefficient": 0.05, "bias": -0.5, "squash": i % 8 > 3}
            total = F.avg_pool2d(x[None], size, divisor_override=1, **slide)[0] * 0.05 - 0.5
            out = torch.tanh(total) if settings["squash"] else total
        windows.append(Window(kind, **settings))
        (out.sum() if settings["backward"] == "all" else out[(0, *windows[-1].place)]).backward()
        expected.append((out.detach().numpy(), x.grad.numpy()))
    for found, theirs in zip(values(page, *windows), expected, strict=True):
        close(found[0], theirs[0])
        close(found[1], theirs[1])
    loud = np.abs(draw.normal(0, 50, (8, 3, 4)))
    others = [
        Window("lrn", image=loud, n=n, groups=g, alpha=0.01, scale=0.5, order=[7, 1, 2, 0, 3, 4, 6, 5])
        for n, g in ((3, 1), (5, 2), (9, 4))
    ]
    for train, scaling in ((True, "train"), (True, "test"), (False, "test"), (True, "none"), (False, "none")):
        others.append(Window("dropout", p=0.3, seed=4, masks=3, train=train, scaling=scaling))
    others += [Window("max", image="dot", size=3, stride=2), Window(shift=-3), Window("mean", shift=15, padding=1)]
    for found, window in zip(values(page, *others), others, strict=True):
        close(found[0], window.output)


@pytest.mark.parametrize("width", [1280, 390])
def test_pointer_and_keys_move_the_window_and_the_numbers_are_pythons(shown, width):
    window = Window()
    page = shown(window, width=width)
    out = np.array(window.output[0])
    assert said(page) == f"Output 10×10; at row 5, column 5: {out[5, 5]:g}."
    canvas = page.locator("canvas.active").first
    canvas.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    assert said(page) == f"Output 10×10; at row 4, column 6: {out[4, 6]:g}."
    box = canvas.bounding_box()
    cell = (box["width"] - 2) / 12
    page.mouse.move(box["x"] + 1.5 * cell, box["y"] + 1.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 8.5 * cell, box["y"] + 3.5 * cell, steps=4)
    page.mouse.up()
    assert said(page) == f"Output 10×10; at row 2, column 7: {out[2, 7]:g}."
    assert page.locator(".sum b").inner_text().replace("−", "-") == f"{out[2, 7]:g}"
    assert page.locator(".readout").first.inner_text() == f"row 3, column 8: {window.image[0][3][8]:g}"


def test_a_typed_kernel_a_preset_and_a_larger_one(shown):
    page = shown(Window())
    box = page.get_by_label("kernel, row 1, column 1")
    box.fill("2.5")
    image, kernel = torch.tensor(Window().image), torch.tensor(Window().kernel)
    kernel[0, 0, 1, 1] = 2.5
    wanted = F.conv2d(image[None], kernel)[0, 0]
    assert said(page).endswith(f"row 5, column 5: {wanted[5, 5]:g}.")
    choose(page, "kernel", "Sobel")
    assert box.input_value() == "0" and page.get_by_label("kernel, row 1, column 2").input_value() == "2"
    choose(page, "size", "5")
    assert page.get_by_label("kernel, row 0, column 0").input_value() == "0"
    assert page.get_by_label("kernel, row 2, column 3").input_value() == "2"
    choose(page, "size", "7")
    choose(page, "kernel", "a piece of the digit")
    assert said(page).startswith("Output 6×6")
    assert page.get_by_label("kernel, 7×7 weights").is_visible()


@pytest.mark.parametrize("width", [700, 390])
@pytest.mark.parametrize("size", [3, 5])
def test_the_kernel_stays_in_its_column(shown, width, size):
    page = shown(Window(size=size), width=width)
    sides = "(node) => [node.getBoundingClientRect().right, node.closest('.part').getBoundingClientRect().right]"
    for table in page.locator(".part table").all():
        right, column = table.evaluate(sides)
        assert right <= column + 1


def test_groups_show_who_reads_whom(shown):
    page = shown(Window(image="four maps", groups=2, more=True))
    assert page.get_by_label("Output map 0 reads 2 of 4 input maps.").is_visible()
    page.get_by_label("output map 3").click()
    assert page.get_by_label("input map 2").get_attribute("aria-pressed") == "true"
    assert page.locator(".chips button.read").all_inner_texts() == ["2", "3"]
    choose(page, "groups", "4")
    assert page.get_by_label("Output map 3 reads 1 of 4 input maps.").is_visible()
    page.get_by_label("input map 0").click()
    assert "does not read" in page.locator(".formula").inner_text()


@pytest.mark.parametrize("zoom", [1, 1.5])
def test_a_dot_moves_and_is_counted(shown, zoom):
    page = shown(Window("max", image="dot", size=3, stride=2))
    page.add_style_tag(content=f".cnnlessons {{ zoom: {zoom} }}")  # as on a slide
    assert "seen by 4 outputs" in said(page)
    page.locator("canvas.active").first.focus()
    page.keyboard.press("Shift+ArrowRight")
    assert "seen by 2 outputs" in said(page)
    page.keyboard.press("Shift+ArrowDown")
    assert "seen by 1 output." in said(page)
    box = page.locator("canvas.active").first.bounding_box()
    cell = (box["width"] - 2) / 13
    page.mouse.move(box["x"] + 5.5 * cell, box["y"] + 5.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 6.5 * cell, box["y"] + 6.5 * cell)
    page.mouse.up()
    assert "seen by 4 outputs" in said(page)


def test_a_moved_image_changes_what_python_says(shown):
    page = shown(Window("max", image="three", more=True))
    page.get_by_label("Move the image to the right").click()
    before, after = (np.array(Window("max", image="three", shift=shift).output) for shift in (0, 1))
    gap = after - before
    share = round(100 * np.linalg.norm(gap) / np.linalg.norm(before))
    assert f"moved by 1: {np.count_nonzero(gap)} of 36 outputs differ" in said(page)
    assert f"difference is {share} % of" in said(page)
    choose(page, "gradient", "all")
    assert page.get_by_label("gradient at the input").is_visible()


def test_what_does_not_fit_is_told_and_mended(shown):
    page = shown(Window("max", more=True))
    choose(page, "dilation", "4")
    choose(page, "size", "3")
    assert said(page) == "A window of 9×9 cells does not fit the image of 7×7. Make it smaller, or pad."
    choose(page, "dilation", "1")
    assert said(page).startswith("Output 3×3")


def test_trainable_pooling_says_or_and_and(shown):
    page = shown(Window("trainable", place=[3, 3]))
    choose(page, "set to", "AND")
    assert said(page).endswith(f"row 3, column 3: {np.tanh(2):.4g}.")
    page.locator("canvas.active").first.focus()
    page.keyboard.press("ArrowLeft")
    assert said(page).endswith(f"row 3, column 2: {np.tanh(-2):.4g}.")


def test_lrn_writes_out_its_divisor(shown):
    window = Window("lrn", map=6)
    page = shown(window)
    column = [one[0][0] for one in window.output]
    assert said(page).startswith(f"Map 6: 250 becomes {column[6]:.4g}.")
    page.get_by_label(re.compile("^turn it up")).fill("100")
    turned = [[[100.0 if i == 6 else one[0][0]]] for i, one in enumerate(window.image)]
    assert said(page).startswith(f"Map 6: 100 becomes {Window('lrn', image=turned).output[6][0][0]:.4g}.")
    page.locator("svg.bars").first.click(position={"x": 3, "y": 100})
    assert said(page).startswith(f"Map 0: 30 becomes {column[0]:.4g}.")


def test_dropout_presses_masks_and_comes_near_the_test_answer(shown):
    page = shown(Window("dropout"))

    def far():
        return float(re.search(r"is ([\d.]+) a unit", said(page))[1])

    first, one = said(page), Window("dropout", seed=1)
    page.get_by_role("button", name="New mask").click()
    assert said(page) != first
    wanted = np.abs(np.array(one.output) - np.array(one.image)).mean()
    assert far() == pytest.approx(wanted, abs=0.0006)
    page.get_by_label(re.compile("^mean over masks")).fill("50")
    assert far() < wanted / 3
    page.get_by_label("training mode").click()
    assert said(page).startswith("Test mode")


@pytest.mark.parametrize("width", [1280, 390])
def test_all_kinds_fit_and_are_accessible(shown, width):
    page = shown(
        Window(image="four maps", groups=2, padding=1, more=True),
        Window("max", shift=1, backward="all", more=True),
        Window("trainable", more=True),
        Window("lrn", more=True),
        Window("dropout", more=True),
        width=width,
    )
    assert held_against(page) == []


def test_a_finger_drags_the_window(shown):
    window = Window("max")
    page = shown(window, width=390, has_touch=True)
    box = page.locator("canvas.active").first.bounding_box()
    page.touchscreen.tap(box["x"] + 5, box["y"] + 5)
    assert said(page).endswith(f"row 0, column 0: {window.output[0][0][0]:g}.")


def test_what_the_reader_does_comes_back_as_traits(shown):
    """Through the model, as a kernel would hear it; and the model changes the view."""
    page = shown(Window("max"), alive=False)
    page.evaluate("""() => {
        const set = cnnlessonsWidgets.Model.prototype.set;
        cnnlessonsWidgets.Model.prototype.set = function (name, value) {
            window.model = this;
            set.call(this, name, value);
        };
    }""")
    page.wait_for_selector(".window-widget")
    choose(page, "stride", "1")
    assert page.evaluate("model.get('stride')") == 1
    page.locator("canvas.active").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("model.get('place')") == [2, 1]
    page.evaluate("model.set('place', [0, 3])")
    assert said(page).startswith("Output 6×6; at row 0, column 3")
