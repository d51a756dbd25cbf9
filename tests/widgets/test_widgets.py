"""The shape explorer's state, with Python alone; tests/browser/test_shapes.py looks at its view."""

import json
import re
from types import SimpleNamespace

import pytest

from cnnlessons import CATALOGUE, build, trace
from cnnlessons.errors import ShapeError, UnknownName
from cnnlessons.widgets import Shapes, Train, base, layer_json, sphinx_ext
from cnnlessons.widgets.base import HERE
from cnnlessons.widgets.bundle import bundle


def changed(explorer, index, **settings):
    """Its layers with one of them changed."""
    layers = list(explorer.layers)
    layers[index] = {**layers[index], **settings}
    return layers


def test_it_starts_as_the_network_of_1998():
    explorer = Shapes()
    assert explorer.network == "lenet5-1998"
    assert explorer.total["params"] == 60_000
    assert explorer.total["connections"] == 340_908
    assert explorer.error == ""


@pytest.mark.parametrize("id", CATALOGUE)
def test_rows_are_those_of_trace(id):
    explorer = Shapes(id)
    assert explorer.rows == [row.as_dict() for row in trace(CATALOGUE[id])]
    assert explorer.arch == CATALOGUE[id]


@pytest.mark.parametrize("id", CATALOGUE)
def test_layers_survive_the_way_to_json_and_back(id):
    sent = json.loads(json.dumps([layer_json.to_dict(layer) for layer in CATALOGUE[id].layers]))
    assert tuple(map(layer_json.from_dict, sent)) == CATALOGUE[id].layers
    assert sent == json.loads(json.dumps(CATALOGUE[id].as_dict()["layers"]))


def test_an_impossible_layer_is_told_not_thrown():
    explorer = Shapes("lenet5-1998", input=(1, 28, 28))
    with pytest.raises(ShapeError) as raised:
        trace(CATALOGUE["lenet5-1998"], (1, 28, 28))
    assert explorer.error == str(raised.value)
    assert [row["name"] for row in explorer.rows][-2:] == ["S4", "S4_act"]
    assert explorer.total["params"] == 156 + 12 + 1516 + 32


def test_an_input_of_nothing_is_told_too():
    explorer = Shapes(input=(1, 0, 32))
    assert explorer.error.endswith("whole numbers from 1, not (1, 0, 32)")
    assert explorer.rows == []


def test_a_network_brings_its_input_and_layers():
    explorer = Shapes(input=(1, 64, 64))
    explorer.network = "vgg-A"
    assert explorer.input == [3, 224, 224]
    assert explorer.total["params"] == 132_863_336


def test_a_changed_stack_is_no_longer_that_network():
    explorer = Shapes()
    explorer.layers = changed(explorer, 0, maps=8)
    assert explorer.network == ""
    assert explorer.rows[0]["shape_out"] == [8, 28, 28]
    assert build(explorer.arch)[0].out_channels == 8
    explorer.network = "lenet5-1998"
    assert explorer.total["params"] == 60_000


def test_another_input_is_still_that_network():
    explorer = Shapes("lenet-fcn", input=(1, 96, 96))
    assert explorer.network == "lenet-fcn"
    assert explorer.arch.init == CATALOGUE["lenet-fcn"].init


def test_it_takes_a_network_of_ones_own():
    arch = CATALOGUE["lenet5-1998"].change(S2_act=None)
    explorer = Shapes(arch)
    assert explorer.network == ""
    assert explorer.rows == [row.as_dict() for row in trace(arch)]


def test_left_out_settings_are_filled_in():
    explorer = Shapes()
    explorer.layers = [{"type": "Conv", "name": "a", "maps": 6, "k": 5}, {"type": "MaxPool", "name": "b"}]
    assert explorer.rows[-1]["shape_out"] == [6, 14, 14]
    assert explorer.layers[0]["groups"] == 1


def test_an_empty_stack_is_nothing_to_complain_about():
    explorer = Shapes()
    explorer.layers = []
    assert (explorer.rows, explorer.error, explorer.total["macs"]) == ([], "", 0)
    assert explorer.page()


@pytest.mark.parametrize(
    ("layers", "error", "sentence"),
    [
        ([{"type": "Convv", "name": "a"}], UnknownName, "did you mean 'Conv'"),
        ([{"type": "Conv", "name": "a", "kk": 3}], UnknownName, "did you mean 'k'"),
        (
            [{"type": "Conv", "name": "a", "k": "3"}],
            ValueError,
            "a: k must be a whole number from 1, or a pair (height, width) of them, not",
        ),
        (
            [{"type": "Conv", "name": "a", "k": 2.5}],
            ValueError,
            "a: k must be a whole number from 1, or a pair",
        ),
        ([{"type": "Conv", "name": "a", "k": 0}], ValueError, "a: k must be a whole number from 1"),
        ([{"type": "ReLU"}], ValueError, "a ReLU layer has no name"),
        ([{"type": "ReLU", "name": "a"}, {"type": "Tanh", "name": "a"}], ValueError, "two layers are named 'a'"),
    ],
)
def test_wrong_layers_are_refused_and_change_nothing(layers, error, sentence):
    explorer = Shapes()
    with pytest.raises(error, match=re.escape(sentence)):
        explorer.layers = layers
    assert explorer.network == "lenet5-1998"
    assert explorer.total["params"] == 60_000


def test_wrong_networks_and_inputs_are_refused():
    explorer = Shapes()
    with pytest.raises(UnknownName, match="did you mean 'vgg-"):
        explorer.network = "vgg-Z"
    with pytest.raises(ValueError, match=re.escape("whole numbers, not (28, 28)")):
        explorer.input = (28, 28)
    assert explorer.total["params"] == 60_000


def test_what_is_shown_has_no_address_in_it():
    """A stored output must equal the next run's."""
    first, second = ({**Shapes("vgg-B")._repr_mimebundle_()[0]} for _ in range(2))
    view = "application/vnd.jupyter.widget-view+json"
    assert first.pop(view) != second.pop(view)  # random, and skipped by nbval
    assert first == second
    assert first["text/plain"] == "Shapes('vgg-B', input=(3, 224, 224))"


def test_the_page_has_the_table_and_the_state():
    page = Shapes("lenet5-1998", input=(1, 28, 28)).page()
    state = json.loads(re.search(r"<script[^>]*>(.*?)</script>", page)[1])
    assert state == {"network": "lenet5-1998", "input": [1, 28, 28]}
    assert "<td" in page
    assert "a 5×5 window does not fit a 4×4 map" in page


def test_a_layer_name_cannot_leave_the_page_open():
    explorer = Shapes()
    explorer.layers = [{"type": "ReLU", "name": "</script><b>"}]
    page = explorer.page()
    assert page.count("</script>") == 1
    assert "<b>" not in page


def test_the_view_knows_every_layer_type_of_the_package():
    from cnnlessons.networks import layers

    types = {name: one for name, one in vars(layers).items() if name in layers.__all__ and isinstance(one, type)}
    made = {name for name, one in types.items() if issubclass(one, layers.Layer)}
    assert set(layer_json.vocabulary()) == made - {"Layer", "Elementwise"}


def test_only_pages_with_a_widget_load_its_script():
    loaded = []
    app = SimpleNamespace(add_js_file=lambda name, **options: loaded.append(name))
    sphinx_ext.load(app, "plain", "page.html", {"body": "<p>cnnlessons-widget</p>"}, None)
    sphinx_ext.load(app, "search", "search.html", {}, None)
    assert loaded == []
    sphinx_ext.load(app, "lesson", "page.html", {"body": Shapes().page()}, None)
    assert loaded == [sphinx_ext.HOST]


def test_ipywidgets_7_shows_the_same_bundle(monkeypatch):
    """Its widgets show themselves by a method, which IPython would prefer: simulated with one on the base class."""
    import anywidget
    from IPython.core.interactiveshell import InteractiveShell

    shown = []
    monkeypatch.setattr(anywidget.AnyWidget, "_ipython_display_", lambda self: shown.append(self), raising=False)
    formatter = InteractiveShell.instance().display_formatter
    data, _ = formatter.format(Shapes("vgg-B"))
    assert shown == [] and "<table" in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data
    formatter.format(anywidget.AnyWidget())
    assert len(shown) == 1  # without the mending the method wins


def test_sizes_of_the_style_follow_the_host_and_dark_includes_high_contrast():
    for path in HERE.rglob("*.css"):
        assert "rem" not in path.read_text(encoding="utf-8").replace("remove", "")
    shared = (HERE / "widget.css").read_text(encoding="utf-8")
    assert "body.vscode-high-contrast:not(.vscode-high-contrast-light) .cnnlessons" in shared


def test_no_part_of_a_view_is_long_and_the_host_knows_no_widget():
    scripts = {path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8") for path in HERE.rglob("*.js")}
    assert {"arithmetic.js", "ui.js", "host.js", "shapes/view.js"} <= set(scripts)
    assert {name: text.count("\n") for name, text in scripts.items() if text.count("\n") > 300} == {}
    assert not re.search("layers|catalogue|explorer|digits", scripts["host.js"])


@pytest.mark.parametrize("name", sphinx_ext.classes())
def test_a_widget_is_light_and_needs_nobody(name):
    one = sphinx_ext.classes()[name]
    source = str(one._esm)
    assert not re.search(r"^\s*import\b|\bimport\(|\bfetch\(|https?://(?!www\.w3\.org/2000/svg)", source, re.MULTILINE)
    assert len(source.encode()) <= 60_000


class TestBundle:
    @pytest.fixture
    def write(self, tmp_path):
        def written(**texts):
            for name, text in texts.items():
                (tmp_path / f"{name}.js").write_text(text)
            return tmp_path / "main.js"

        return written

    def test_modules_keep_their_scopes_and_come_once(self, write):
        joined = bundle(
            write(
                main='import { f } from "./a.js";\nimport { g } from "./b.js";\nexport const own = f + g;\n',
                a='import { g } from "./b.js";\nconst same = 1;\nexport const f = same + g;\n',
                b="const same = 2;\nexport function g() {}\n",
            )
        )
        assert joined.count("const same = 2") == 1
        assert joined.count("export") == 1 and "import" not in joined
        assert "return { g };" in joined and "const { f } = module1;" in joined

    def test_comments_stay_at_home(self, write):
        text = '// about\nconst a = "// no"; // why\n  // inner\n/** Two\n * lines. */\nconst b = 2 /* two */ * 3;\n'
        assert bundle(write(main=text)) == 'const a = "// no"; // why\nconst b = 2 /* two */ * 3;\n'

    @pytest.mark.parametrize(
        ("main", "a", "sentence"),
        [
            ('import { f } from "./b.js";\n', "", "main.js: there is no ./b.js"),
            ('import { f } from "./a.js";\n', "export const g = 1;\n", "a.js exports no f, only g"),
            ('import * as a from "./a.js";\n', "", "main.js: write `import { a, b }"),
            ('import { f } from "./a.js";\n', 'import { m } from "./main.js";\nexport const f = m;\n', "in a circle"),
        ],
    )
    def test_what_cannot_be_joined_is_told(self, write, main, a, sentence):
        with pytest.raises(ValueError, match=re.escape(sentence)):
            bundle(write(main=main, a=a))


def test_a_view_keeps_its_keys_from_jupyterlab(tmp_path, monkeypatch):
    assert all("data-lm-suppress-shortcuts" in base.module(name) for name in sphinx_ext.classes())
    (tmp_path / "other").mkdir()
    (tmp_path / "other/view.js").write_text("export default { render }\n")
    monkeypatch.setattr(base, "HERE", tmp_path)
    with pytest.raises(ValueError, match=r"other/view\.js must end with"):
        base.module("other")


def test_bytes_come_from_the_view():
    train = Train()
    train.set_state({"weights": memoryview(b"abc")})  # as ipywidgets hands them on
    assert train.weights == b"abc"
