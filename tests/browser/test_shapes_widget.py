"""Shapes in a real browser: its arithmetic against `trace`, and the view on a page without a kernel."""

import random

import nbformat
import pytest
from built_site import AXE, alone, small_site

from cnnlessons import CATALOGUE
from cnnlessons.networks.arch import Arch
from cnnlessons.networks.layers import AdaptiveAvgPool, Conv, Flatten, Linear, MaxPool
from cnnlessons.networks.table import cells, sums
from cnnlessons.networks.tracing import trace
from cnnlessons.widgets import Shapes, layer_json
from cnnlessons.widgets.base import HERE
from cnnlessons.widgets.bundle import bundle
from cnnlessons.widgets.shapes import attempt

pytestmark = pytest.mark.browser

MODULE = bundle(HERE / "arithmetic.js")
KINDS = layer_json.vocabulary()
SHOWN = ("lenet5-1998", "alexnet-torchvision")
LENET, ALEXNET = range(2)


# ------------------------------------------------------------------ the arithmetic


def random_layer(rng: random.Random, name: str, here: tuple[int, ...]):
    """Any layer type for an input of the shape `here`, with settings that often work."""
    kind = rng.choice([*["Conv"] * 6, *["MaxPool", "AvgPool", "Subsample"] * 2, *layer_json.SETTINGS])
    if here == (84,) and rng.random() < 0.8:
        kind = "RBF"
    data = {**KINDS[kind]["new"], "name": name}
    if kind == "Conv":
        groups = rng.choice([1, 1, 1, 2, 3])
        data |= {
            "maps": groups * rng.randint(1, 9),
            "k": rng.randint(1, 7),
            "s": rng.randint(1, 3),
            "p": rng.randint(0, 3),
            "d": rng.choice([1, 1, 2, 3]),
            "groups": groups,
            "ceil": rng.random() < 0.3,
        }
        if rng.random() < 0.25:
            known = min(here[0], 40) + rng.choice([0, 0, 2])
            reads = [sorted(rng.sample(range(known), rng.randint(1, known))) for _ in range(data["maps"])]
            data |= {"table": reads, "groups": 1, "d": 1}
    elif kind in ("MaxPool", "AvgPool", "Subsample"):
        data |= {
            "k": rng.randint(1, 5),
            "s": rng.choice([None, 1, 2, 3]),
            "p": rng.choice([0, 0, 1, 2]),
            "ceil": rng.random() < 0.5,
        }
    elif kind == "AdaptiveAvgPool":
        data |= {"n": rng.randint(1, 9)}
    elif kind == "Linear":
        data |= {"units": rng.choice([10, 84, 84, 84])}
    for key in ("k", "s", "p", "d", "n"):  # now and then another number per axis
        if type(data.get(key)) is int and "LRN" not in kind and rng.random() < 0.15:
            data |= {key: (data[key], data[key] + rng.randint(0, 2))}
    return layer_json.from_dict(data)


def random_stack(seed: int) -> Arch:
    """A stack of up to ten layers on an input that is rarely square, and now and then empty."""
    rng = random.Random(seed)
    height = rng.randint(6, 70)
    shape = (rng.randint(1, 6), height, rng.choice([height, rng.randint(6, 70)]))
    layers, here = [], shape
    for i in range(rng.randint(1, 10)):
        layer = random_layer(rng, f"L{i}", here)
        if layers and attempt(Arch("", "", shape, (*layers, layer), ""))[1] and rng.random() < 0.7:
            continue  # most that do not fit are left out, so that stacks grow deep
        layers.append(layer)
        rows, _ = attempt(Arch("", "", shape, tuple(layers), ""))
        here = rows[-1].shape_out if rows else shape
    if rng.random() < 0.02:
        shape = (shape[0], 0, shape[2])
    return Arch(f"random-{seed}", "", shape, tuple(layers), "")


@pytest.fixture
def imported(chromium):
    """imported(source) gives a blank page that has imported that module."""
    pages = []

    def blank_page(source):
        page = chromium.new_page()
        pages.append(page)
        page.evaluate(
            """async (source) => {
            window.module = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
        }""",
            source,
        )
        return page

    yield blank_page
    for page in pages:
        page.close()


def compare(page, archs):
    """JavaScript's rows and sentence against Python's, for every one of `archs`."""
    sent = [{"layers": list(map(layer_json.to_dict, arch.layers)), "input": list(arch.input)} for arch in archs]
    theirs = page.evaluate(
        """([stacks, kinds]) =>
        stacks.map(({ layers, input }) => window.module.trace(layers, input, kinds))""",
        [sent, KINDS],
    )
    for arch, found in zip(archs, theirs, strict=True):
        rows, error = attempt(arch)
        assert found["error"] == error, arch
        assert found["rows"] == [row.as_dict() for row in rows], arch


def test_arithmetic_equals_trace_on_200_random_stacks(imported):
    archs = [random_stack(seed) for seed in range(200)]
    refused = [error for _, error in map(attempt, archs) if error]
    assert 60 <= len(refused) <= 140  # both kinds are well represented
    for words in (
        "window does not fit",
        "groups must divide",
        "its table is for",
        "needs a vector",
        "needs a map",
        "more than half",
        "its codes have",
        "smallest input for this network is",
        "no input size fits",
        "an input shape is",
    ):
        assert any(words in error for error in refused), words
    accepted = [row for arch in archs for row in attempt(arch)[0]]
    assert {type(row.layer).__name__ for row in accepted} == set(layer_json.SETTINGS)
    assert any(isinstance(row.jump, float) for row in accepted)
    assert any(isinstance(row.receptive_field, tuple) for row in accepted)
    compare(imported(MODULE), archs)


def test_arithmetic_equals_trace_on_the_catalogue(imported):
    compare(imported(MODULE), list(CATALOGUE.values()))


@pytest.mark.parametrize(("right", "wrong"), [("window does not fit", "window fits"), ("+ l.maps,", "+ 1,")])
def test_the_comparison_can_fail(imported, right, wrong):
    """A module with another sentence or another sum is noticed."""
    layers = [{"type": "Conv", "name": "a", "k": 3}, {"type": "Conv", "name": "b", "k": 5}]
    arch = Arch("a", "", (1, 6, 6), tuple(map(layer_json.from_dict, layers)), "")
    compare(imported(MODULE), [arch])
    with pytest.raises(AssertionError):
        compare(imported(MODULE.replace(right, wrong)), [arch])


# ------------------------------------------------------------------ the page without a kernel


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """The address of a page built from a notebook with two stored widgets, opened as a file."""
    folder = tmp_path_factory.mktemp("lesson")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Explore")])
    for id in SHOWN:
        data, _ = Shapes(id)._repr_mimebundle_()
        cell = nbformat.v4.new_code_cell("Shapes()", execution_count=1)
        cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
        notebook.cells.append(cell)
    return small_site(folder, notebook, ["cnnlessons.widgets.sphinx_ext"])


@pytest.fixture
def open_lesson(chromium, lesson):
    """open_lesson(**context options) gives the page, once its widgets are there."""
    with alone(chromium, lesson) as open_page:

        def open_widgets(**options):
            page = open_page(**{"reduced_motion": "reduce", **options})
            if options.get("java_script_enabled", True):
                for place in page.locator(".cnnlessons-widget").all():
                    place.scroll_into_view_if_needed()
                page.wait_for_function(f"document.querySelectorAll('.shape-explorer').length === {len(SHOWN)}")
            return page

        yield open_widgets


@pytest.fixture
def lenet(open_lesson):
    """The first widget of a page 1280 pixels wide."""
    return open_lesson().locator(".shape-explorer").nth(LENET)


def setting(widget, label):
    return widget.locator("tr.editor").get_by_label(label, exact=True)


def row(widget, name):
    """The texts of a layer's row after its type."""
    line = widget.locator("tr.layer").filter(has=widget.page.get_by_role("button", name=name, exact=True))
    return line.locator("td").all_inner_texts()[1:]


def status(widget):
    return widget.get_by_role("status").inner_text()


def names(widget):
    return widget.locator("tr.layer th").all_inner_texts()


def test_the_table_is_that_of_python_for_every_network(lenet):
    assert lenet.locator("thead th").count() == 8
    for id, arch in CATALOGUE.items():
        lenet.get_by_label("network").select_option(id)
        lines = lenet.locator("tr.layer").evaluate_all(
            "lines => lines.map(line => [...line.children].map(cell => cell.textContent))"
        )
        rows = trace(arch)
        for line, expected in zip(lines, map(cells, rows), strict=True):
            assert (line[0], line[1].split()[0], *line[2:]) == expected
        foot = lenet.locator("tfoot tr").evaluate("line => [...line.children].map(cell => cell.textContent)")
        assert tuple(foot) == sums(rows)
        assert f"{rows.params:,} parameters" in status(lenet)


def test_a_changed_kernel_changes_what_follows(lenet):
    lenet.get_by_role("button", name="C1", exact=True).click()
    setting(lenet, "kernel").fill("3")
    assert row(lenet, "C1")[:2] == ["6×30×30", "60"]
    assert row(lenet, "C3")[0] == "16×11×11"
    assert row(lenet, "C5")[4] == "30×30"
    assert lenet.get_by_label("network").input_value() == ""
    assert lenet.locator(":focus").get_attribute("data-key") == "0-k"  # typing goes on


def test_an_impossible_layer_is_told_in_the_sentence_of_python(lenet):
    lenet.get_by_label("square").uncheck()
    lenet.get_by_label("height").fill("28")
    explorer = Shapes("lenet5-1998", input=(1, 28, 32))
    assert explorer.error
    assert status(lenet) == explorer.error
    assert row(lenet, "S4")[0] == "16×4×5"
    assert row(lenet, "C5")[0] == "does not fit"
    assert row(lenet, "F6")[0] == "–"
    assert "total before C5" in lenet.locator("tfoot").inner_text()
    assert "C5 does not fit" in lenet.locator(".drawing svg").get_attribute("aria-label")
    lenet.get_by_role("button", name="Reset").click()
    assert "60,000 parameters" in status(lenet)


@pytest.mark.parametrize("typed", ["", "2.5", "1e9", "0", "-3"])
def test_a_number_that_is_none_is_told_and_changes_nothing(lenet, typed):
    lenet.get_by_label("channels").fill(typed)
    assert lenet.get_by_label("channels").get_attribute("aria-invalid") == "true"
    assert "whole number" in status(lenet)
    assert row(lenet, "C1")[0] == "6×28×28"


def test_a_window_that_is_not_square_has_a_box_per_axis(shown):
    """On a blank page, with the state that a notebook's kernel would send."""
    layers = (Conv("c", 4, (7, 3), s=(2, 1), p=(3, 0)), AdaptiveAvgPool("gap", (1, 2)), Flatten("f"), Linear("l", 3))
    explorer = Shapes(Arch("own", "", (1, 28, 40), layers, ""))
    widget = shown(explorer).locator(".shape-explorer")
    lines = widget.locator("tr.layer").evaluate_all(
        "lines => lines.map(line => [...line.children].map(cell => cell.textContent))"
    )
    for line, expected in zip(lines, map(cells, trace(explorer.arch)), strict=True):
        assert (line[0], line[1].split()[0], *line[2:]) == expected
    assert "7×3, stride 2×1, padding 3×0" in lines[0][1]
    widget.get_by_role("button", name="c", exact=True).click()
    setting(widget, "kernel width").fill("5")
    assert row(widget, "c")[0] == "4×14×36"
    setting(widget, "kernel height").fill("5")
    assert row(widget, "c")[:2] == ["4×15×36", "104"]


@pytest.fixture
def blank(shown):
    """blank(explorer) puts an explorer on a page of its own."""
    return lambda explorer: shown(explorer).locator(".shape-explorer")


def test_it_says_that_a_built_network_refuses_another_input(blank):
    widget = blank(Shapes("lenet-003-corrected"))
    assert "refuses" not in status(widget)
    for side in ("height", "width"):
        widget.get_by_label(side).fill("28")
    assert status(widget).endswith(
        "C5 needs 30,840 parameters here, not 48,120: a network built for its own input refuses this one."
    )
    for side in ("height", "width"):
        widget.get_by_label(side).fill("35")
    assert "refuses" not in status(widget)  # and so it does: 32 to 35 pixels give C5 its 400 numbers


def test_it_says_where_the_floor_drops_a_row_and_a_column(blank):
    def dropping(widget):
        lines = widget.locator("tr.layer").all()
        said = {line.locator("th").inner_text(): line.locator("small").inner_text() for line in lines}
        return {name: words.split("drops ")[1] for name, words in said.items() if "drops" in words}

    small = CATALOGUE["lenet-003-corrected"]
    assert dropping(blank(Shapes(small))) == {}
    three = small.change(C1=Conv("C1", 6, 3), C3=Conv("C3", 16, 3))
    assert dropping(blank(Shapes(three))) == {"S4": "the last row and column"}
    wide = Arch("wide", "", (3, 224, 226), (Conv("c", 4, 11, s=4, p=2), MaxPool("up", 3, 2, ceil=True)), "")
    assert dropping(blank(Shapes(wide))) == {"c": "the last column"}  # the row that is left over is padding


def test_an_empty_stride_is_the_kernel(lenet):
    lenet.get_by_role("button", name="S2", exact=True).click()
    setting(lenet, "stride").fill("1")
    assert row(lenet, "S2")[0] == "6×27×27"
    setting(lenet, "stride").fill("")
    assert row(lenet, "S2")[0] == "6×14×14"
    assert lenet.get_by_label("network").input_value() == ""


def test_c3_without_its_table(lenet):
    lenet.get_by_role("button", name="C3", exact=True).click()
    lenet.get_by_role("button", name="Drop its table").click()
    assert row(lenet, "C3")[1] == "2,416"
    assert lenet.get_by_role("button", name="Drop its table").count() == 0


def test_a_stack_of_ones_own_with_the_keyboard_alone(lenet):
    page = lenet.page
    lenet.get_by_role("button", name="Empty stack").focus()
    page.keyboard.press("Enter")
    assert status(lenet) == "All layers removed. No layers yet: add one below."
    for kind in ("Conv", "MaxPool", "Flatten", "Linear"):
        lenet.get_by_label("new layer").last.focus()
        page.keyboard.type(kind)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.locator(":focus").inner_text() == "Add at the end"
    assert names(lenet) == ["conv1", "maxpool1", "flatten1", "linear1"]
    assert "output 10; 36,170 parameters" in status(lenet)
    lenet.get_by_role("button", name="maxpool1", exact=True).focus()
    page.keyboard.press("Enter")
    assert lenet.get_by_role("button", name="maxpool1", exact=True).get_attribute("aria-expanded") == "true"
    lenet.get_by_role("button", name="Move up").focus()
    page.keyboard.press("Space")
    assert names(lenet) == ["maxpool1", "conv1", "flatten1", "linear1"]
    assert status(lenet).startswith("maxpool1 is now layer 1 of 4. ")
    assert page.locator(":focus").inner_text() == "Move up"
    page.keyboard.press("Space")  # at the top already
    assert names(lenet)[0] == "maxpool1"
    lenet.get_by_role("button", name="Remove").focus()
    page.keyboard.press("Enter")
    assert names(lenet) == ["conv1", "flatten1", "linear1"]
    assert page.locator(":focus").inner_text() == "conv1"


def test_a_layer_can_go_between_two(lenet):
    lenet.get_by_role("button", name="S2", exact=True).click()
    lenet.locator("tr.editor").get_by_label("new layer").select_option("BatchNorm")
    lenet.get_by_role("button", name="Add below S2").click()
    assert names(lenet)[2:5] == ["S2", "batchnorm1", "S2_act"]
    assert row(lenet, "batchnorm1")[1] == "12"


def test_two_widgets_of_a_page_are_two(open_lesson):
    page = open_lesson()
    widgets = page.locator(".shape-explorer")
    widgets.nth(ALEXNET).get_by_label("square").uncheck()
    widgets.nth(ALEXNET).get_by_label("height").fill("300")
    assert "60,000 parameters" in status(widgets.nth(LENET))
    assert "3×300×224" in status(widgets.nth(ALEXNET))


def test_without_javascript_the_table_stands_in(open_lesson):
    page = open_lesson(java_script_enabled=False)
    assert page.locator("table.trace").count() == len(SHOWN)
    assert page.locator("table.trace").first.is_visible()
    assert "340,908" in page.locator("table.trace").first.inner_text()


def test_with_javascript_the_table_makes_room(open_lesson):
    page = open_lesson()
    assert not page.locator("table.trace").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_readable_and_accessible(open_lesson, width, scheme):
    page = open_lesson(viewport={"width": width, "height": 844}, color_scheme=scheme)
    lenet, alexnet = page.locator(".shape-explorer").all()
    lenet.get_by_label("width").fill("20")  # an error is shown
    alexnet.get_by_role("button", name="features.3", exact=True).click()  # an editor is open
    wide = page.evaluate("""() => [...document.querySelectorAll('.shape-explorer *')].filter((e) =>
        !e.closest('.drawing') && !e.closest('thead') && e.getBoundingClientRect().right > innerWidth + 1)
        .map((e) => e.outerHTML.slice(0, 99))""")
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(AXE)
    found = page.evaluate("axe.run('.cnnlessons-widget', { resultTypes: ['violations'] })")["violations"]
    assert [(rule["id"], node["html"], node["failureSummary"]) for rule in found for node in rule["nodes"]] == []


def test_dark_is_dark(open_lesson):
    page = open_lesson(color_scheme="dark")
    behind = page.evaluate("""() => {
        for (let e = document.querySelector('.shape-explorer'); e; e = e.parentElement) {
            const c = getComputedStyle(e).backgroundColor;
            if (!c.endsWith(', 0)')) return c;
        }
    }""")
    assert sum(map(int, behind.removeprefix("rgb(").removesuffix(")").split(","))) < 150
