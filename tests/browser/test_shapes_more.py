"""Shapes beyond its table: boxes, undo, marks, the unit's field, pasted and saved PyTorch, goals, two networks."""

from collections import OrderedDict
from dataclasses import replace
from itertools import product

import pytest
import torch
from torch import nn
from widget_page import held_against

from cnnlessons import CATALOGUE, Arch, build
from cnnlessons.networks import described
from cnnlessons.networks.layers import AvgPool, Conv, Flatten, Linear
from cnnlessons.networks.tracing import trace
from cnnlessons.widgets import Shapes, layer_json
from cnnlessons.widgets.base import HERE
from cnnlessons.widgets.bundle import bundle

pytestmark = pytest.mark.browser

PASTE = bundle(HERE / "shapes" / "paste.js")
SOURCE = bundle(HERE / "shapes" / "source.js")
FIELD = bundle(HERE / "shapes" / "field.js")
KINDS = layer_json.vocabulary()


@pytest.fixture
def blank(shown):
    """blank(widget, **options) puts it on a page of its own and gives its view."""
    return lambda widget, **options: shown(widget, **options).locator(".shape-explorer")


@pytest.fixture(scope="module")
def called(chromium):
    """called(module text, function name, lists of arguments) gives what the function returns for each of them."""
    page = chromium.new_page()

    def answers(source, name, calls):
        return page.evaluate(
            """async ([source, name, calls]) => {
            const module = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
            const one = (call) => { try { return module[name](...call); } catch (error) { return error.message; } };
            return calls.map(one);
        }""",
            [source, name, calls],
        )

    yield answers
    page.close()


def status(widget):
    return widget.get_by_role("status").inner_text()


# ------------------------------------------------------------------ pasted


def chains():
    """Modules in a row for an input of (3, 32, 32), with the ways in which people write them."""
    convs = [
        nn.Conv2d(3, 6, 5),
        nn.Conv2d(3, 8, (3, 5), stride=2, padding=1),
        nn.Conv2d(3, 9, kernel_size=3, groups=3, dilation=2),
        nn.Conv2d(3, 4, 3, padding=(1, 0)),
    ]
    acts = [nn.ReLU(inplace=True), nn.Tanh(), nn.Sigmoid(), nn.LocalResponseNorm(5, alpha=1e-3, k=2.0)]
    pools = [
        nn.MaxPool2d(2),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.AvgPool2d(2, stride=1),
        nn.AdaptiveAvgPool2d((3, 2)),
    ]
    for conv, act, pool in product(convs, acts, pools):
        body = nn.Sequential(conv, nn.BatchNorm2d(conv.out_channels), act, pool)
        units = body(torch.zeros(2, 3, 32, 32)).flatten(1).shape[1]
        yield nn.Sequential(*body, nn.Flatten(), nn.Dropout(0.3), nn.Linear(units, 10), nn.Softmax(dim=1))


def test_what_print_shows_is_read_as_python_reads_the_module(called):
    models = list(chains())
    models += [
        nn.Sequential(OrderedDict(a=nn.Sequential(*model[:5]), b=nn.Sequential(*model[5:]))) for model in models[:6]
    ]
    assert len(models) >= 60
    found = called(PASTE, "paste", [[str(model), [3, 32, 32], KINDS] for model in models])
    for model, one in zip(models, found, strict=True):
        arch = described(model, (3, 32, 32))
        assert one["layers"] == [layer_json.to_dict(layer) for layer in arch.layers], one
        assert one["input"] == [3, 32, 32]


@pytest.mark.parametrize(
    "text",
    [
        "nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(6 * 14 * 14, 10))",
        "import torch.nn as nn\n\nmodel = torch.nn.Sequential(  # mine\n    nn.Conv2d(1, 6, kernel_size=(5, 5)),\n"
        "    nn.ReLU(True),\n    nn.MaxPool2d(kernel_size=2, stride=2),\n"
        "    nn.Flatten(),\n    nn.Linear(1176, 10),\n)\n"
        "print(model)",
        "net = nn.Sequential(OrderedDict([('0', nn.Conv2d(1, 6, 5)), ('1', nn.ReLU()), ('2', nn.MaxPool2d(2)), "
        "('3', nn.Flatten()), ('4', nn.Linear(1176, out_features=10))]))",
        "nn.Sequential(OrderedDict({'0': nn.LazyConv2d(6, 5, padding='valid'), '1': nn.ReLU(), '2': nn.MaxPool2d(2), "
        "'3': nn.Flatten(), '4': nn.LazyLinear(10)}))",
        "nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1176, 10),",
    ],
)
def test_source_is_read_in_its_usual_forms(called, text):
    model = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1176, 10))
    (found,) = called(PASTE, "paste", [[text, [1, 32, 32], KINDS]])
    assert found["layers"] == [layer_json.to_dict(layer) for layer in described(model, (1, 32, 32)).layers]


def test_same_padding_and_an_input_that_fits(called):
    texts = [
        "nn.Sequential(nn.Conv2d(3, 4, (3, 5), padding='same', dilation=2))",
        "nn.Sequential(nn.Conv2d(1, 6, 5), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.AvgPool2d(2), nn.Flatten(), "
        "nn.Linear(256, 10))",
    ]
    same, small = called(PASTE, "paste", [[text, [3, 227, 227], KINDS] for text in texts])
    assert same["layers"][0]["p"] == [2, 4]
    assert small["input"] == [1, 28, 28]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is no network in the text"),
        ("class Net(nn.Module):\n  pass", "A class or a function is no row of layers"),
        ("nn.Sequential(nn.Conv2d(3, n, 3))", "n is a name whose value is not in the text"),
        ("nn.Sequential(nn.GELU())", "0 (GELU): no layer of this widget does the same"),
        ("nn.Sequential(vgg_block(2, 3))", "0 (vgg_block): a function of your own"),
        ("nn.Sequential(nn.Conv2d(3, 6, 5, bias=False))", "0 (Conv2d): bias=False is a layer without biases"),
        ("nn.Sequential(nn.Conv2d(3, 6))", "0 (Conv2d): kernel_size is missing"),
        ("nn.Sequential(nn.Conv2d(3, 6, 5, strides=2))", "0 (Conv2d): there is no argument strides"),
        ("nn.Sequential(nn.Conv2d(3, 6, 2.5))", "0 (Conv2d): 2.5 is no whole number from 1, nor two of them"),
        ("nn.Sequential(nn.MaxPool2d(2, dilation=2))", "0 (MaxPool2d): dilation=2 is not 1"),
        ("nn.Sequential(nn.ReLU(), nn.Conv2d(3, 6, 5)", "A , is missing before the end of the text"),
        ("nn.Sequential(nn.Conv2d(3, 6, 3), nn.Conv2d(5, 6, 3))", "1 was made for 5 maps, but 6 come in"),
        ("nn.Sequential(nn.Softmax())", "0 (Softmax): dim=None is not over the classes"),
        ("nn.Sequential(*layers)", "* unpacks a list that only Python can make"),
    ],
)
def test_what_is_not_understood_is_named(called, text, sentence):
    (found,) = called(PASTE, "paste", [[text, [3, 32, 32], KINDS]])
    assert isinstance(found, str) and found.startswith(sentence), found


# ------------------------------------------------------------------ saved


def test_the_code_makes_the_network_that_build_makes(called):
    archs = list(CATALOGUE.values())
    calls = []
    for arch in archs:
        rows = [row.as_dict() for row in trace(arch)]
        calls.append([[layer_json.to_dict(layer) for layer in arch.layers], rows, arch.title])
    foreign = {}
    for arch, made in zip(archs, called(SOURCE, "source", calls), strict=True):
        names: dict = {}
        with torch.device("meta"):  # 138 million weights are not needed to compare their shapes
            exec(made["code"], names)
        assert described(names["model"], arch.input).layers == arch.layers or "RBF" in made["foreign"], arch.id
        if arch.id.startswith(("lenet", "mini")):
            with torch.random.fork_rng():
                exec(made["code"], names)
                mine = build(replace(arch, init="torch"))
                names["model"].load_state_dict(mine.state_dict())
                x = torch.rand(2, *arch.input)
                assert torch.equal(names["model"].eval()(x), mine.eval()(x)), arch.id
        if made["foreign"]:
            foreign[arch.id] = made["foreign"]
        else:
            assert "cnnlessons" not in made["code"]
    assert set(foreign) == {"lenet5-1998", "alexnet-2012-program"}
    assert foreign["alexnet-2012-program"].endswith(
        "CeilConv2d, GroupedLocalResponseNorm, WithinMapLRN of cnnlessons stand in."
    )


def test_paste_show_and_save(blank):
    widget = blank(Shapes("lenet-003-corrected"))
    page = widget.page
    widget.get_by_text("See the PyTorch code").click()
    page.wait_for_function("document.querySelector('pre').textContent.includes('nn.Conv2d(1, 6, 5)')")
    widget.get_by_text("Paste a network").click()
    box = widget.get_by_label("an nn.Sequential")
    box.fill("nn.Sequential(nn.Conv2d(3, 4, 3), nn.GELU())")
    widget.get_by_role("button", name="Show it").click()
    page.wait_for_function("document.querySelector('.status').textContent.includes('GELU')")
    box.fill("nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())")
    widget.get_by_role("button", name="Show it").click()
    page.wait_for_function("document.querySelector('.status').textContent.startsWith('Read 2 layers')")
    assert "3×32×32: output 4×30×30; 112 parameters" in status(widget)
    page.wait_for_function("document.querySelector('pre').textContent.includes('nn.Conv2d(3, 4, 3)')")
    with page.expect_download() as saved:
        widget.get_by_role("button", name="Save the drawing").click()
    text = saved.value.path().read_text()
    assert saved.value.suggested_filename == "network.svg"
    assert text.startswith("<svg") and "4×30×30" in text and "var(" not in text
    with page.expect_download() as saved:
        widget.get_by_role("button", name="Save the PyTorch code").click()
    assert "nn.Conv2d(3, 4, 3)" in saved.value.path().read_text()


# ------------------------------------------------------------------ what a unit sees


def test_the_pixels_that_a_unit_sees_are_those_with_a_gradient(called):
    own = Arch(
        "own", "", (1, 40, 33), (Conv("a", 1, (3, 5), s=(2, 1), p=1), AvgPool("b", 3, 2), Conv("c", 1, 3, p=2, d=2)), ""
    )
    end = Arch("end", "", (1, 20, 20), (Conv("a", 1, 3), AvgPool("b", 2), Flatten("f"), Linear("l", 1)), "")
    for arch in (own, end):
        model = build(arch).double()
        for weight in model.parameters():
            nn.init.ones_(weight)
        rows = trace(arch)
        sent = [layer_json.to_dict(layer) for layer in arch.layers], [row.as_dict() for row in rows]
        x = torch.ones(1, *arch.input, dtype=torch.double, requires_grad=True)
        out = x
        for index, row in enumerate(rows):
            out = model[index](out)
            if len(row.shape_out) == 1 and row.layer.name == "f":
                continue  # a unit of it sees one cell, drawn as the layer that reads all would
            height, width = row.shape_out[1:] if len(row.shape_out) == 3 else (1, 1)
            for unit in {(0, 0), (height // 2, width // 3), (height - 1, width - 1)}:
                one = out[0, 0][unit] if out.dim() == 4 else out[0, 0]
                (gradient,) = torch.autograd.grad(one, x, retain_graph=True)
                seen = gradient[0, 0].nonzero()
                calls = [[*sent, index, axis, unit[axis]] for axis in range(2)]
                for axis, (first, last) in enumerate(called(FIELD, "sees", calls)):
                    ends = max(0, first), min(arch.input[axis + 1] - 1, last)
                    assert ends == (int(seen[:, axis].min()), int(seen[:, axis].max())), (row.layer.name, unit)


def test_the_unit_moves_by_pointer_and_keyboard_and_dropped_rows_are_hatched(blank):
    widget = blank(Shapes("lenet-003-corrected"), width=390, has_touch=True)
    field = widget.locator(".field")
    assert "S4" in field.inner_text()
    assert "row 3, column 3 of 5×5" in field.inner_text()
    place = widget.get_by_role("application", name="receptive field of S4 on the input")
    place.press("ArrowRight")
    place.press("ArrowUp")
    assert "row 2, column 4 of 5×5) sees rows 5–20 and columns 13–28: 16×16 pixels" in field.inner_text()
    place.locator("svg").tap(position={"x": 5, "y": 5})
    assert "row 1, column 1" in field.inner_text()
    assert widget.locator(".lost").count() == 0
    widget.get_by_role("button", name="C1", exact=True).click()
    widget.locator("tr.editor").get_by_label("kernel").fill("4")
    assert widget.locator(".drawing .lost").count() == 2
    widget.get_by_role("button", name="S2", exact=True).click()
    assert "No window reaches the last 1 row and the last 1 column (hatched)" in field.inner_text()
    assert field.locator(".lost").count() == 2


# ------------------------------------------------------------------ boxes, undo, marks


def test_boxes_open_editors_by_pointer_and_keyboard(blank):
    widget = blank(Shapes("lenet-003-corrected"))
    page = widget.page
    box = widget.get_by_role("button", name="C1 6×28×28: change this layer")
    box.click()
    assert widget.locator("tr.editor legend").inner_text() == "C1 (Conv)"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert widget.locator("tr.editor legend").inner_text() == "S2 (AvgPool)"
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("S2 ")
    page.keyboard.press("Enter")
    assert widget.locator("tr.editor").count() == 0
    widget.get_by_role("button", name="input 1×32×32: change the input").click()
    assert page.evaluate("document.activeElement.dataset.key") == "input-1"


def test_undo_redo_and_marks(blank):
    widget = blank(Shapes("lenet-003-corrected"))
    line = widget.locator("tr.layer").first
    assert widget.locator(".changed").count() == 0
    widget.get_by_role("button", name="C1", exact=True).click()
    kernel = widget.locator("tr.editor").get_by_label("kernel")
    kernel.fill("3")
    kernel.fill("7")
    assert line.locator("td").nth(2).get_attribute("data-was") == "156"
    assert line.locator("td").nth(2).inner_text() == "300"
    assert "Against Average-pooling tanh LeNet, corrected" in widget.locator(".marks").inner_text()
    widget.get_by_role("button", name="Undo").click()
    assert widget.locator(".changed").count() == 0  # two numbers typed in one box are one change
    assert widget.get_by_role("button", name="Undo").get_attribute("aria-disabled") == "true"
    widget.page.keyboard.press("Control+Shift+Z")
    assert line.locator("td").nth(2).inner_text() == "300"
    widget.page.keyboard.press("Control+z")
    assert widget.get_by_label("network").input_value() == "lenet-003-corrected"


def test_a_square_stays_square(blank):
    widget = blank(Shapes("vgg-A"))
    widget.get_by_label("height").fill("96")
    assert widget.get_by_label("width").input_value() == "96"
    assert "3×96×96" in status(widget)
    widget.get_by_label("square").uncheck()
    widget.get_by_label("width").fill("128")
    assert "3×96×128" in status(widget)


def test_bars_are_shares(blank):
    widget = blank(Shapes("alexnet-2012"))
    rows = trace(CATALOGUE["alexnet-2012"])
    line = widget.locator("tr.layer").filter(has=widget.page.get_by_role("button", name="fc6", exact=True))
    share = float(line.locator("td").nth(2).evaluate("cell => cell.style.getPropertyValue('--share').replace('%', '')"))
    assert share == pytest.approx(100 * rows["fc6"].params / rows.params)
    assert line.locator("td").nth(2).get_attribute("title") == "61.9 % of the parameters"


# ------------------------------------------------------------------ a goal, another network


def test_the_game_of_58_322_314(blank):
    arch = CATALOGUE["alexnet-2012"].change(conv2=Conv("conv2", 256, 5, p=2))
    widget = blank(Shapes(arch, goal=58_322_314))
    goal = widget.get_by_label("goal", exact=True)
    rows = trace(arch)
    assert f"there are {rows.params:,}, {rows.params - 58_322_314:,} too many" in goal.inner_text()
    widget.get_by_role("button", name="conv1", exact=True).click()
    widget.locator("tr.editor").get_by_label("maps").fill("192")
    assert "Colder." in goal.inner_text()
    widget.get_by_role("button", name="Undo").click()
    assert "Warmer." in goal.inner_text()
    widget.get_by_label("network").select_option("alexnet-58322314")
    assert "Reached: every number is right." in goal.inner_text()
    assert held_against(widget.page) == []


def test_a_goal_of_two_numbers(blank):
    layers = (Conv("a", 2, 3), Conv("b", 2, 3))
    widget = blank(Shapes(Arch("own", "", (1, 12, 12), layers, ""), goal={"receptive_field": 7, "params_at_most": 100}))
    goal = widget.get_by_label("goal", exact=True)
    assert "receptive field of the last map 7: it is 5, 2 too small" in goal.inner_text()
    widget.get_by_label("new layer").last.select_option("Conv")
    widget.get_by_role("button", name="Add at the end").click()
    widget.locator("tr.editor").get_by_label("maps").fill("1")
    assert "Reached" in goal.inner_text()


def test_two_networks_side_by_side(blank):
    widget = blank(Shapes("alexnet-2012", beside="alexnet-2012-program"))
    paper, program = widget.get_by_role("group", name="which network is shown").get_by_role("button").all()
    assert paper.get_attribute("aria-pressed") == "true"
    relu1 = widget.locator("tr.layer").filter(has=widget.page.get_by_role("button", name="relu1", exact=True))
    assert relu1.locator("td").nth(1).get_attribute("data-was") == "96×27×27"
    assert "gone: norm2_map" in widget.locator(".marks").inner_text()
    program.click()
    assert "input 3×224×224" in status(widget)
    assert relu1.locator("td").nth(1).get_attribute("data-was") == "96×55×55"
    assert "new: norm2_map" in widget.locator(".marks").inner_text()
    assert f"{trace(CATALOGUE['alexnet-2012-program']).params:,} parameters" in status(widget)


def test_the_file_of_the_widget_is_small():
    from cnnlessons.widgets import sphinx_ext

    assert len(sphinx_ext.files()["cnnlessons-widgets/shapes.js"].encode()) <= 60_000
    assert len(sphinx_ext.files()["cnnlessons-widgets/asset-networks.js"].encode()) <= 20_000
