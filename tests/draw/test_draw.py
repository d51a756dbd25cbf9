import warnings
from itertools import combinations, pairwise
from types import SimpleNamespace
from unittest.mock import MagicMock

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.text import Text
from PIL import Image
from scipy import stats

from cnnlessons import CATALOGUE, build, capture, draw, trace
from cnnlessons.draw import style
from cnnlessons.draw.halves import crossing
from cnnlessons.draw.receptive_field import chain, fields
from cnnlessons.draw.series import spread
from cnnlessons.draw.stages import stages
from cnnlessons.errors import ShapeError, UnknownName
from cnnlessons.intervals import Comparison, together
from cnnlessons.networks import Arch
from cnnlessons.networks.layers import AvgPool, Conv, Flatten, Linear, MaxPool, ReLU
from cnnlessons.training import Epoch

LENET = CATALOGUE["lenet5-1998"]


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def maps():
    model = build(LENET)
    x = torch.linspace(0, 1, 2 * 32 * 32).reshape(2, 1, 32, 32)
    with torch.no_grad(), capture(model) as maps:
        model(x)
    return maps


def patches(ax, gid):
    return [patch for patch in ax.patches if patch.get_gid() == gid]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def scales(ax):
    return {(image.norm.vmin, image.norm.vmax) for image in ax.images}


def luminance(colour):
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    return np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


# style


@pytest.mark.parametrize("colour", [*style.PALETTE.values(), *style.LINES.by_key()["color"]])
def test_every_colour_is_legible_on_white(colour):
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_lines_differ_in_more_than_colour():
    looks = style.LINES.by_key()
    assert len(set(map(str, looks["linestyle"]))) == len(set(looks["marker"])) == len(looks["color"])


def test_zero_is_white_on_both_scales():
    assert to_hex(style.DIVERGING(0.5)) == to_hex(matplotlib.colormaps[style.SEQUENTIAL](0.0)) == "#ffffff"
    assert to_hex(style.tint("conv")(1.0)) == style.PALETTE["conv"]
    assert to_hex(style.tint("conv", signed=True)(0.5)) == "#ffffff"


def test_use_sets_the_look_and_context_only_inside():
    with matplotlib.rc_context():
        with style.context():
            assert plt.rcParams["font.size"] == style.RC["font.size"]
        plt.rcParams["font.size"] = 20
        style.apply()
        assert plt.rcParams["font.size"] == style.RC["font.size"]


def test_a_figure_has_the_width_of_the_book():
    fig, axs = style.figure(2, 3)
    assert axs.shape == (2, 3) and fig.get_figwidth() == style.WIDTH
    assert style.axes(2, width=99).figure.get_figwidth() == style.WIDTH


# grids


def test_kernels_share_one_symmetric_scale():
    weight = torch.tensor([[[[0.5]]], [[[-2.0]]]])
    ax = draw.kernels(weight)
    assert len(ax.images) == 2 and scales(ax) == {(-2, 2)}
    assert len({id(image.norm) for image in ax.images}) == 1


def test_a_row_holds_the_kernels_that_read_one_map():
    weight = torch.arange(6.0).reshape(3, 2, 1, 1)  # output map, input map
    images = draw.kernels(weight).images
    places = {int(image.get_array()[0, 0]): (image.get_extent()[3], image.get_extent()[0]) for image in images}
    assert places[0][0] == places[2][0] == places[4][0] < places[1][0]
    assert places[0][1] == places[1][1] < places[2][1]


def test_maps_are_signed_where_a_value_is_negative():
    x = torch.tensor([0.0, 3.0]).reshape(2, 1, 1)
    assert scales(draw.maps(x)) == {(0, 3)}
    assert scales(draw.maps(-x)) == {(-3, 3)}
    assert scales(draw.maps(x, signed=True)) == {(-3, 3)}


def test_both_sides_of_a_comparison_share_a_scale():
    _, (left, right) = style.figure(1, 2)
    a, b = torch.ones(3, 2, 2), torch.full((1, 2, 2), -4.0)
    draw.maps(a, left, signed=True, limit=draw.limit(a, b))
    draw.maps(b, right, limit=draw.limit(a, b))
    assert scales(left) == scales(right) == {(-4, 4)}


def test_labels_stand_under_their_pictures():
    ax = draw.images(torch.zeros(3, 1, 4, 4, dtype=torch.uint8), labels=["4→9", "1→7", "0→6"])
    assert texts(ax) == ["4→9", "1→7", "0→6"]
    for image, text in zip(ax.images, ax.texts, strict=True):
        left, right, bottom, _ = image.get_extent()
        assert left < text.get_position()[0] < right and text.get_position()[1] > bottom
    assert texts(draw.maps(torch.ones(3, 2, 2), labels=True)) == ["0", "1", "2"]
    with pytest.raises(ValueError, match="one per tile: 3, not 2"):
        draw.images(torch.zeros(3, 4, 4), labels=["a", "b"])


def test_colour_pictures_keep_their_colours():
    x = torch.zeros(1, 3, 2, 2)
    x[:, 0] = 255
    assert draw.images(x).images[0].get_array()[0, 0].tolist() == [1, 0, 0]


def test_a_blank_picture_and_a_zero_kernel_are_drawn():
    assert scales(draw.images(torch.zeros(1, 2, 2))) == {(0, 1)}
    assert scales(draw.kernels(torch.zeros(1, 1, 2, 2))) == {(-1, 1)}


PHOTO = np.random.default_rng(0).integers(0, 200, (427, 640, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("x", "shape", "count"),
    [
        (PHOTO, (427, 640, 3), 1),
        (Image.fromarray(PHOTO), (427, 640, 3), 1),
        (Image.fromarray(PHOTO).convert("RGBA"), (427, 640, 3), 1),
        (Image.fromarray(PHOTO).convert("L"), (427, 640), 1),
        (PHOTO[:, :, 0], (427, 640), 1),
        (PHOTO[:, :, :1], (427, 640), 1),
        (PHOTO[None], (427, 640, 3), 1),
        (torch.from_numpy(PHOTO).permute(2, 0, 1)[None], (427, 640, 3), 1),
        ([Image.fromarray(PHOTO)] * 2, (427, 640, 3), 2),
        ([torch.zeros(3, 8, 9)] * 2, (8, 9, 3), 2),
        ([torch.zeros(1, 8, 9)] * 2, (8, 9), 2),
        (torch.zeros(3, 8, 9), (8, 9), 3),
        (torch.zeros(4, 8, 9, 3), (8, 9, 3), 4),
        ([[0, 1], [1, 0]], (2, 2), 1),
        (torch.zeros(2, 1, 4, 5, dtype=torch.bfloat16), (4, 5), 2),
    ],
)
def test_a_photo_is_one_image_and_a_batch_is_many(x, shape, count):
    shown = [image.get_array() for image in draw.images(x).images]
    assert len(shown) == count and {image.shape for image in shown} == {shape}


def test_bytes_keep_their_scale_and_floats_reach_theirs():
    dark = np.full((4, 5, 3), 51, dtype=np.uint8)
    for x in (dark, Image.fromarray(dark), [dark, dark], torch.from_numpy(dark)):
        assert np.allclose(draw.images(x).images[0].get_array(), 0.2)
    assert np.allclose(draw.images(dark / 255).images[0].get_array(), 1)
    assert scales(draw.images(torch.full((1, 2, 2), 7, dtype=torch.uint8))) == {(0, 255)}


LAYER = torch.nn.Conv2d(1, 2, 3)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: draw.maps(torch.zeros(2, 3, 4, 4)), r"tensor must be .*\(C, H, W\).*, not \(2, 3, 4, 4\); pick one"),
        (lambda: draw.maps(torch.zeros(0, 4, 4)), r"tensor must be .*, not \(0, 4, 4\)"),
        (lambda: draw.maps("digits"), "tensor must be a tensor or an array of numbers, not str"),
        (lambda: draw.maps(torch.zeros(2, 4, 4), cols=0), "cols must be a whole number from 1, not 0"),
        (lambda: draw.maps(torch.zeros(2, 4, 4), labels="a"), "labels must be one per tile: 2, not 1"),
        (lambda: draw.kernels(torch.zeros(4)), r"weight must be kernels \(O, I, h, w\).*, not \(4,\)"),
        (lambda: draw.kernels(LAYER), "weight must be .*, not Conv2d; give its .weight"),
        (lambda: draw.images(torch.zeros(2, 7, 4, 4)), r"x must be \(N, H, W\).*, not \(2, 7, 4, 4\)"),
        (lambda: draw.images(np.zeros((427, 640, 4))), r"grey or RGB, not \(427, 640, 4\); drop the transparency"),
        (
            lambda: draw.images([torch.zeros(4, 4), torch.zeros(4, 5)]),
            r"x must be of one shape, not \[\(4, 4\), \(4, 5\)",
        ),
        (lambda: draw.images(np.zeros((0, 28, 28))), "x must be at least one image"),
        (lambda: draw.codes(np.zeros((10, 80))), r"codes must be \(N, 84\).*, not \(10, 80\)"),
        (lambda: draw.limit(), "at least one tensor"),
        (lambda: draw.confusion([[1, 2]]), r"matrix must be square.*, not \(1, 2\)"),
        (lambda: draw.confusion([[0.5, 0.5], [0, 1]]), "matrix must hold counts"),
        (lambda: draw.confusion(np.eye(2), ["cat"]), "classes must be one name per class: 2, not 1"),
        (lambda: draw.table(None), "table must list the input maps"),
        (lambda: draw.table(((0, 1), ())), "input maps 0 to 1"),
        (lambda: draw.table(((0, 3),), maps=2), "input maps 0 to 1"),
        (lambda: draw.curves([1.0, 2.0]), "series must be a dict"),
        (lambda: draw.curves({"a": np.zeros((2, 3, 4))}), r"series\['a'\] must be .*, not \(2, 3, 4\)"),
        (lambda: draw.curves({"a": [1.0, 2.0]}, x=[1]), r"x must be as long as series\['a'\]: 2, not \(1,\)"),
        (lambda: draw.interval([]), r"values must be \(runs, …\)"),
        (lambda: draw.islands({}), "found must map names"),
        (lambda: draw.heat(torch.zeros(1, 4, 4)), r"page must be \(H, W\).*, not \(1, 4, 4\)"),
        (lambda: draw.heat(torch.zeros(4, 4), [0.5]), r"values must be \(h, w\).*, not \(1,\)"),
        (lambda: draw.window(5.0, 3), "n must be a whole number from 1, not 5.0"),
        (lambda: draw.window(5, 3, s=0), "s must be a whole number from 1, not 0"),
        (lambda: draw.window(10**9, 3), "at most 200 cells"),
        (lambda: draw.receptive(trace(LENET), image=PHOTO), "as high and wide as the input, 32×32, not .*; crop"),
        (lambda: draw.diagram(trace(LENET), image=PHOTO), "as high and wide as the input, 32×32, not .*; crop"),
        (lambda: draw.receptive(trace(LENET), image=torch.zeros(2, 1, 32, 32)), "image must be one image .*; pick one"),
        (lambda: draw.diagram(LENET, {"C1": torch.zeros(1, 6, 24, 24)}), r"maps\['C1'\] must be \(N, 6, 28, 28\)"),
        (lambda: draw.diagram(LENET, {"C1": torch.zeros(1, 6, 28, 28)}, n=1), "n must be .* 0 to 0, not 1"),
        (lambda: draw.diagram(LENET, {"conv1": torch.zeros(1, 6, 28, 28)}), "no layer named 'conv1'"),
    ],
)
def test_a_wrong_argument_is_named_with_what_it_must_be(call, said):
    with pytest.raises((ValueError, TypeError), match=said):
        call()
    assert not plt.get_fignums()  # said before anything is drawn


def test_the_colour_bar_is_optional():
    assert len(draw.maps(torch.ones(2, 2, 2)).figure.axes) == 1
    assert len(draw.maps(torch.ones(2, 2, 2), bar=True).figure.axes) == 2


def test_the_ten_codes():
    ax = draw.codes()
    assert len(ax.images) == 10 and {image.get_array().shape for image in ax.images} == {(12, 7)}
    assert texts(ax) == list("0123456789")


# matrices


def test_the_table_has_sixty_dots_where_lecun_has_crosses():
    table = LENET["C3"].table
    ax = draw.table(table)
    dots = ax.collections[0].get_offsets().data.tolist()
    assert len(dots) == 60
    assert {(int(o), int(i)) for o, i in dots} == {(o, i) for o, row in enumerate(table) for i in row}
    assert texts(ax)[:16] == [str(len(row)) for row in table]


def test_confusion_writes_counts_and_colours_only_errors():
    ax = draw.confusion([[1000, 3], [0, 7]], ["cat", "dog"])
    assert texts(ax) == ["1000", "3", "·", "7"]
    assert ax.images[0].get_array().tolist() == [[0, 3], [0, 0]]
    assert (ax.images[0].norm.vmin, ax.images[0].norm.vmax) == (0, 3)
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["cat", "dog"]
    assert len(ax.patches) == 2


# curves


def test_the_interval_is_students():
    runs = np.random.default_rng(0).normal(size=(5, 3))
    mean, half = draw.interval(runs)
    low, high = stats.t.interval(0.95, 4, loc=runs.mean(0), scale=stats.sem(runs))
    assert np.allclose(mean - half, low) and np.allclose(mean + half, high)
    assert draw.interval([[3.0, 4.0]])[1].tolist() == [0, 0]


def test_a_curve_is_the_mean_in_its_interval():
    runs = np.array([[3.0, 1.0], [5.0, 2.0], [4.0, 3.0]])
    ax = draw.curves({"a": runs})
    assert ax.lines[0].get_xdata().tolist() == [1, 2] and ax.lines[0].get_ydata().tolist() == [4, 2]
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert np.isclose(band.max(), 4 + draw.interval(runs)[1][0])


def test_a_single_run_has_no_band_and_runs_have_thin_lines():
    assert not draw.curves({"a": [1.0, 2.0]}).collections
    lines = draw.curves({"a": np.eye(3)}, runs=True).lines
    assert len(lines) == 4 and all(line.get_linewidth() < lines[0].get_linewidth() for line in lines[1:])


def test_names_stand_at_the_line_ends_apart_and_in_order():
    ax = draw.curves({"low": [1.0, 0.0], "high": [1.0, 10.0], "lower": [1.0, -0.001]})
    height = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert height["lower"] < height["low"] < height["high"]
    assert height["low"] - height["lower"] > 0.03
    for line, text in zip(ax.lines, ["low", "high", "lower"], strict=True):
        assert next(t for t in ax.texts if t.get_text() == text).get_color() == line.get_color()
    assert len({(line.get_color(), line.get_marker()) for line in ax.lines}) == 3


def test_a_logarithmic_scale_is_labelled_in_plain_numbers():
    ax = draw.curves({"a": [0.5, 0.01]}, log=True)
    ax.figure.canvas.draw()
    assert {"0.1", "0.01"} <= {tick.get_text() for tick in ax.get_yticklabels()}


def test_a_logarithmic_scale_places_the_names_too():
    ax = draw.curves({"a": [1.0, 1e-3], "b": [1.0, 1.0]}, log=True)
    assert ax.get_yscale() == "log"
    low, high = (text.get_position()[1] for text in ax.texts)
    assert low < 0.2 and high > 0.8


def test_spread_moves_only_what_is_crowded():
    assert spread([0, 5, 9], 1) == [0, 5, 9]
    assert spread([0, 0, 9], 2) == [-1, 1, 9]
    assert np.diff(spread([1, 1.1, 1.2, 1.9, 5], 1)).min() >= 1 - 1e-9


def test_curve_collects_epochs():
    curve = draw.Curve()
    with pytest.raises(ValueError, match=r"curve\.add"):
        curve.draw()
    for n in (1, 2, 3):
        curve.add(Epoch(n, 0.1, 1 / n, 0.5, 2 / n, 0.9, 100))
    ax = curve.draw()
    assert curve["test_loss"] == [2, 1, 2 / 3]
    assert sorted(texts(ax)) == ["test loss", "training loss"] and ax.get_ylabel() == "loss"
    assert ax.lines[0].get_ydata().tolist() == curve["train_loss"]


# windows and receptive fields


@pytest.mark.parametrize(
    ("n", "k", "s", "p", "ceil", "windows", "unreached"),
    [
        (5, 3, 1, 0, False, 3, 0),
        (6, 3, 2, 0, False, 2, 1),  # the border that floor drops
        (6, 3, 2, 0, True, 3, 0),
        (5, 3, 1, 1, False, 5, 0),
        (5, 1, 2, 0, False, 3, 2),
    ],
)
def test_windows_are_those_of_the_formula(n, k, s, p, ceil, windows, unreached):
    ax = draw.window(n, k, s, p, ceil=ceil)
    assert len(patches(ax, "window")) == windows
    assert len(patches(ax, "cell")) == n
    assert sum(patch.get_hatch() is not None for patch in patches(ax, "cell")) == unreached
    assert ax.get_xlabel().endswith(f"= {windows}")


def test_padding_is_drawn_on_both_sides():
    assert [int(patch.get_x()) for patch in patches(draw.window(4, 3, p=1), "padding")] == [0, 5]


def test_a_window_that_does_not_fit_is_told():
    with pytest.raises(ShapeError, match="take k of at most 4"):
        draw.window(4, 5)


def test_receptive_fields_are_those_of_the_trace():
    rows = trace(LENET)
    ax = draw.receptive(rows, image=torch.zeros(1, 32, 32))
    for name in ("C1", "S2", "C3", "S4", "C5"):
        (box,) = patches(ax, name)
        assert box.get_width() == box.get_height() == rows[name].receptive_field
        assert to_hex(box.get_edgecolor()) == style.colour(rows[name].layer)
    assert "S4  16×16" in texts(ax) and not patches(ax, "F6")


def test_shares_fill_each_bar_and_name_what_is_large():
    ax = draw.shares(trace(LENET))
    for bar, column in enumerate(("params", "connections", "macs")):
        parts = [box for box in ax.patches if round(box.get_y() + box.get_height() / 2) == bar]
        assert sum(box.get_width() for box in parts) == pytest.approx(1)
        assert len(parts) == sum(bool(getattr(row, column)) for row in trace(LENET))
    assert {"C5\n80%", "F6\n17%", "C3\n46%"} <= set(texts(ax))
    largest = max(ax.patches, key=lambda box: box.get_width())
    assert to_hex(largest.get_facecolor()) == style.PALETTE["dense"]  # C5, which equals a dense layer
    with pytest.raises(UnknownName, match="did you mean 'params'"):
        draw.shares(trace(LENET), columns=("param",))


def test_inheritance_has_an_arrow_for_each_layer_that_is_copied():
    ax = draw.inheritance(["a", "b", "c"], ["a", "new", "b", "c"], {"a", "c"}, names=("A", "D"))
    arrows = [note for note in ax.texts if note.arrow_patch]
    assert sorted(note.xy[0] for note in arrows) == [0, 3]
    assert len(ax.lines) == 3 + 4
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "new", "b", "c"]
    with pytest.raises(UnknownName, match="'new'"):
        draw.inheritance(["a"], ["a", "new"], {"new"})


@pytest.mark.parametrize("id", ["lenet5-1998", "alexnet-2012", "vgg-A"])
def test_the_square_is_where_the_gradient_is(id):
    arch = CATALOGUE[id]
    rows = chain(trace(arch), None)
    names = [layer.name for layer in arch.layers]
    layers = arch.layers[: names.index(rows[-1].layer.name) + 1]
    with torch.no_grad():
        x = torch.zeros(1, 1, *arch.input[1:])
    x.requires_grad_()
    y = x
    for layer in layers:  # the same windows with equal weights: what has a gradient is seen
        window = layer.window(trace(arch)[layer.name].shape_in)
        if window.size > 1:
            y = torch.nn.functional.avg_pool2d(y, window.reach, window.step, window.padding)
    unit = (y.shape[-1] - 1) // 2
    y[0, 0, unit, unit].backward()
    seen = x.grad[0, 0].abs().sum(0).nonzero().flatten()
    first, side = fields(rows, 1)[-1]
    assert (seen.min().item(), seen.max().item()) == (max(first, 0), min(first + side, arch.input[2]) - 1)


def test_receptive_fields_are_nested():
    boxes = fields(chain(trace(CATALOGUE["vgg-D"]), None), 0)
    for (a, n), (b, m) in pairwise(boxes):
        assert b <= a and a + n <= b + m


def test_receptive_up_to_a_layer():
    assert not patches(draw.receptive(trace(LENET), layer="C3"), "S4")
    with pytest.raises(UnknownName, match="C3"):
        draw.receptive(trace(LENET), layer="c3")


# the network


def test_stages_fold_what_has_no_window_and_no_weights():
    assert [s.name for s in stages(trace(LENET))] == ["input", "C1", "S2", "C3", "S4", "C5", "F6", "output_rbf"]
    conv1 = stages(trace(CATALOGUE["alexnet-2012"]))[1]
    assert conv1.words == ["conv", "11×11", "stride 4", "ReLU", "LRN"] and conv1.shown == ["norm1", "relu1", "conv1"]
    assert conv1.size == "96@55×55"
    program = {stage.name: stage.words for stage in stages(trace(CATALOGUE["alexnet-2012-program"]))}
    assert program["conv1"] == ["conv", "11×11", "stride 4", "round up", "LRN"] and program["pool1"][-1] == "ReLU"
    assert program["conv2"] == ["conv", "5×5", "2 groups", "ReLU", "LRN", "LRN in map"]


def test_diagram_shows_every_map_of_lenet(maps):
    ax = draw.diagram(trace(LENET), maps)
    counts = {name: len(patches(ax, name)) for name in ("input", "C1", "S2", "C3", "S4", "C5", "F6", "output_rbf")}
    assert counts == {"input": 1, "C1": 6, "S2": 6, "C3": 16, "S4": 16, "C5": 1, "F6": 1, "output_rbf": 10}
    assert len(ax.images) == 1 + 6 + 6 + 16 + 16 + 1 + 1
    for row in trace(LENET):
        for patch in patches(ax, row.layer.name):
            assert to_hex(patch.get_edgecolor()) == style.colour(row.layer)
    assert {"6@28×28", "16@5×5", "120@1×1", "84", "1@32×32", "subsample", "RBF", "by table"} <= set(texts(ax))


def test_diagram_shows_the_maps_after_the_activation_of_the_chosen_picture(maps):
    ax = draw.diagram(trace(LENET), maps, n=1)
    shown = [image.get_array() for image in ax.images]
    assert any(np.array_equal(image, maps["C1_act"][1, 0]) for image in shown)
    assert not any(np.array_equal(image, maps["C1_act"][0, 0]) for image in shown)
    assert not any(np.array_equal(image, maps["C1"][1, 0]) for image in shown)
    assert np.array_equal(shown[0], maps.input[1, 0])


def test_a_layers_maps_share_one_scale(maps):
    ax = draw.diagram(trace(LENET), maps)
    assert len({id(image.norm) for image in ax.images if image.get_array().shape == (28, 28)}) == 1


def test_the_smallest_penalty_wins_and_the_largest_logit(maps):
    marked = [text for text in texts(draw.diagram(trace(LENET), maps)) if "◀" in text]
    assert marked == [f"{maps['output_rbf'][0].argmin()} ◀"]
    arch = CATALOGUE["lenet-003-corrected"]
    logits = torch.tensor([[0, 5, 1, 9, 2, 2, 2, 2, 2, 2.0]])
    assert "3 ◀" in texts(draw.diagram(trace(arch), {"output": logits}))


def test_diagram_without_maps_is_of_planes_alone():
    ax = draw.diagram(trace(LENET))
    assert not ax.images and len(patches(ax, "C3")) == 16
    assert not [text for text in texts(ax) if "◀" in text]


@pytest.mark.parametrize("id", ["lenet5-1998", "lenet-fcn", "alexnet-torchvision", "vgg-E"])
def test_every_label_is_on_the_page(id):
    ax = draw.diagram(trace(CATALOGUE[id]))
    left, right = ax.get_xlim()
    ax.figure.canvas.draw()
    for text in ax.texts:
        box = text.get_window_extent().transformed(ax.transData.inverted())
        assert left - 3 <= box.x0 and box.x1 <= right + 3, text.get_text()
    names = {text.get_text(): text for text in ax.texts}
    for stage in stages(trace(CATALOGUE[id])):
        assert stage.name in names


def overlaps(ax):
    """Pairs of texts that lie on each other."""
    ax.figure.canvas.draw()
    boxes = [(text.get_text(), Text.get_window_extent(text)) for text in ax.texts]  # without an annotation's line
    return [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if a.x0 < b.x1 - 1 and b.x0 < a.x1 - 1 and a.y0 < b.y1 - 1 and b.y0 < a.y1 - 1
    ]


LOW = Arch(
    "low",
    "a line of text",
    (1, 32, 100),
    (
        Conv("c1", 6, 5),
        ReLU("r1"),
        MaxPool("p1", 2),
        Conv("c2", 16, 3, d=3),
        MaxPool("p2", 3, 2, ceil=True),
        Conv("c3", 16, 3),
        Flatten("flat"),
        Linear("fc", 10),
    ),
    "this test",
)
HIGH = Arch("high", "a spectrogram", (3, 100, 32), LOW.change(c2=Conv("c2", 16, 3)).layers, "this test")
NETWORKS = {
    id: CATALOGUE[id] for id in ("lenet5-1998", "alexnet-2012", "alexnet-2012-program", "vgg-D", "vgg-E-bn")
} | {
    "low": LOW,
    "high": HIGH,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_labels_of_a_diagram_do_not_overlap(name):
    assert not overlaps(draw.diagram(NETWORKS[name]))


@pytest.mark.parametrize("name", NETWORKS)
def test_labels_of_receptive_fields_do_not_overlap_and_are_on_the_figure(name):
    ax = draw.receptive(NETWORKS[name])
    assert not overlaps(ax)
    width, height = ax.figure.bbox.size
    for text in ax.texts:
        box = Text.get_window_extent(text)
        assert box.x1 <= width + 1 and box.y0 >= -1 and box.y1 <= height + 1, text.get_text()


def test_labels_that_lie_on_each_other_would_be_found():
    ax = draw.diagram(LENET)
    ax.texts[0].set_position(ax.texts[1].get_position())
    assert overlaps(ax)


@pytest.mark.parametrize("arch", [LOW, HIGH])
def test_planes_have_the_ratio_of_their_maps(arch):
    x = torch.rand(1, *arch.input)
    with torch.no_grad(), capture(model := build(arch)) as maps:
        model(x)
    ax = draw.diagram(arch, maps)
    for name, shape in [("input", arch.input), *((row.layer.name, row.shape_out) for row in trace(arch))]:
        for plane in patches(ax, name) if len(shape) == 3 else ():
            assert plane.get_height() / plane.get_width() == pytest.approx(shape[1] / shape[2])
    for image in ax.images:
        left, right, bottom, top = image.get_extent()
        rows, cols = image.get_array().shape[:2]
        assert (bottom - top) / (right - left) == pytest.approx(rows / cols)


def test_a_link_starts_at_the_window_of_a_unit():
    ax = draw.diagram(LOW)
    (box,) = patches(ax, "c1 reads")
    (plane,) = patches(ax, "input")
    cell = plane.get_width() / 100
    assert (box.get_width(), box.get_height()) == (pytest.approx(5 * cell), pytest.approx(5 * cell))
    assert box.get_x() - plane.get_x() == pytest.approx(72 * cell)  # unit 72 of 96, three quarters across
    assert box.get_y() - plane.get_y() == pytest.approx(7 * cell)  # unit 7 of 28, a quarter down


def test_labels_say_dilation_and_rounding_up():
    words = {stage.name: stage.words for stage in stages(trace(LOW))}
    assert words["c2"] == ["conv", "3×3", "dilation 3"]
    assert words["p2"] == ["max pool", "3×3", "stride 2", "round up"]


TEXT_LINE = Arch(
    "text line",
    "t",
    (1, 32, 100),
    (
        Conv("c1", 6, (1, 7), p=(0, 3)),
        MaxPool("p1", (2, 4)),
        Conv("c2", 6, (3, 1), s=(2, 1), d=(2, 1)),
        AvgPool("p2", 2, (2, 1)),
        Flatten("flat"),
        Linear("fc", 10),
    ),
    "this test",
)


def test_windows_per_axis_are_drawn_and_named_per_axis():
    words = {stage.name: stage.words for stage in stages(trace(TEXT_LINE))}
    assert words["c1"] == ["conv", "1×7"]
    assert words["p1"] == ["max pool", "2×4"]
    assert words["c2"] == ["conv", "3×1", "stride 2×1", "dilation 2×1"]
    assert words["p2"] == ["mean pool", "2×2", "stride 2×1"]
    ax = draw.diagram(TEXT_LINE)
    (box,) = patches(ax, "c1 reads")
    assert box.get_width() / box.get_height() == pytest.approx(7)
    assert not overlaps(ax)
    ax = draw.receptive(TEXT_LINE)
    for row in trace(TEXT_LINE)[:4]:
        (box,) = patches(ax, row.layer.name)
        field = row.receptive_field
        assert (box.get_height(), box.get_width()) == (field if isinstance(field, tuple) else (field, field))
    assert {"c1  1×7", "p1  2×10", "c2  10×10"} <= set(texts(ax))


def test_a_long_thin_map_keeps_an_edge_to_be_seen():
    thin = Arch("thin", "t", (1, 1, 4000), (Conv("c", 2, 1), Flatten("f"), Linear("fc", 2)), "this test")
    (plane,) = patches(draw.diagram(thin), "input")
    assert plane.get_height() == 2 and 20 < plane.get_width() < 100


def test_a_hundred_layers_are_laid_out_in_a_moment():
    deep = Arch("deep", "t", (3, 64, 64), tuple(Conv(f"c{n}", 8, 3, p=1) for n in range(100)), "this test")
    names = set(texts(draw.diagram(deep)))
    assert {f"c{n}" for n in range(100)} <= names


@pytest.mark.parametrize("kind", ["svg", "pdf", "eps", "png"])
def test_a_drawing_can_be_saved(kind, tmp_path):
    path = tmp_path / f"lenet.{kind}"
    draw.diagram(LENET).figure.savefig(path)
    start = {"svg": b"<?xml", "pdf": b"%PDF", "eps": b"%!PS-Adobe", "png": b"\x89PNG"}
    assert path.read_bytes().startswith(start[kind])


@pytest.mark.parametrize(("kernel", "backend", "warned"), [(1, "agg", 1), (1, "svg", 0), (0, "agg", 0)])
def test_a_notebook_that_would_show_no_figure_says_so(monkeypatch, kernel, backend, warned):
    shell = SimpleNamespace(display_formatter=MagicMock(), **({"kernel": object()} if kernel else {}))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr("matplotlib_inline.backend_inline.set_matplotlib_formats", lambda *_, **__: None)
    monkeypatch.setattr(matplotlib, "get_backend", lambda: backend)
    with matplotlib.rc_context(), warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        style.apply()
    assert [str(one.message).startswith("figures will not show: MPLBACKEND=agg") for one in found] == [True] * warned


def test_a_drawing_goes_into_the_axes_it_is_given(maps):
    _, axs = style.figure(7, 1)
    calls = [
        lambda ax: draw.diagram(trace(LENET), maps, ax),
        lambda ax: draw.table(LENET["C3"].table, ax),
        lambda ax: draw.shares(trace(LENET), ax),
        lambda ax: draw.window(5, 3, ax=ax),
        lambda ax: draw.receptive(trace(LENET), ax),
        lambda ax: draw.codes(ax=ax),
        lambda ax: draw.confusion(np.eye(2, dtype=int), ax=ax),
    ]
    for call, ax in zip(calls, axs.flat, strict=True):
        assert call(ax) is ax
    assert len(plt.get_fignums()) == 1 and not any(ax.get_title() for ax in axs.flat)


def test_comparisons_show_each_seeds_difference_and_the_verdict_beside_it():
    good, plain = [0.95, 0.96, 0.955], [0.9, 0.91, 0.9]
    table = together(
        [
            Comparison.of("a", "c", "test_accuracy", good, plain),
            Comparison.of("b", "c", "test_accuracy", [0.91, 0.905, 0.897], plain),
            Comparison.of("d", "c", "test_accuracy", {}, plain, stuck=(3, 0)),
        ]
    )
    ax = draw.comparisons(table)
    words = [text.get_text() for text in ax.texts]
    assert words[:2] == ["a against c", f"better, {table[0].size(table[0].difference.mean)}"]
    assert words[3] == "no effect seen" and words[5] == "cannot be told\n(stuck: 3 against 0)"
    dots = [line.get_xdata() for line in ax.lines if line.get_marker() == "|"]
    assert [sorted(d) for d in dots] == [
        pytest.approx(sorted(100 * v for v in row.differences.values())) for row in table[:2]
    ]
    assert len(ax.collections) == 1 and ax.get_xlabel() == "difference in test accuracy, points"  # what would be seen


def test_a_long_label_does_not_run_into_the_verdict():
    long = "with dropout, raw pixels"
    row = Comparison.of(
        long, long.replace("with", "without"), "test_accuracy", [0.9, 0.91, 0.92, 0.9, 0.91], {}, stuck=(0, 5)
    )
    ax = draw.comparisons([row, row])
    ax.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert ax.texts[1].get_text() == "stuck less often:\n0 against 5"
    assert not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[:i])
    assert all(box.x0 >= 0 and box.x1 <= ax.figure.bbox.x1 for box in boxes)


def test_comparisons_of_losses_are_ratios_on_a_logarithmic_axis():
    row = Comparison.of("a", "b", "test_loss", [0.2, 0.25], [0.1, 0.11])
    ax = draw.comparisons([row], labels=["twice as large"])
    assert ax.get_xscale() == "log" and ax.texts[0].get_text() == "twice as large"
    assert [1, 1] in [list(line.get_xdata()) for line in ax.lines]


@pytest.mark.parametrize("by", [1.03, 1.5, 8, 90])
def test_an_axis_of_ratios_has_more_than_one_number(by):
    row = Comparison.of("a", "b", "test_loss", [0.1 * by, 0.101 * by, 0.102 * by], [0.1, 0.101, 0.102])
    ax = draw.comparisons([row])
    low, high = ax.get_xlim()
    labels = [label.get_text() for label in ax.get_xticklabels() if low <= label.get_position()[0] <= high]
    assert 3 <= len(labels) <= 9 and all(float(label) > 0 for label in labels)


@pytest.mark.parametrize(
    ("table", "how", "said"),
    [
        ([], {}, "at least one comparison"),
        (
            [Comparison.of("a", "b", m, [0.2, 0.3], [0.1, 0.2]) for m in ("test_loss", "test_accuracy")],
            {},
            "mixes scales",
        ),
        (
            [Comparison.of("a", "b", "test_loss", [0.2, 0.3], [0.1, 0.2])],
            {"labels": []},
            "as many as the rows: 0 for 1",
        ),
    ],
)
def test_comparisons_that_cannot_be_drawn_say_why(table, how, said):
    with pytest.raises(ValueError, match=said):
        draw.comparisons(table, **how)


# ------------------------------------------------------------------ a network cut in two


def test_what_crosses_is_what_a_half_lacks():
    """Half of AlexNet's maps and units wherever a layer reads all of them."""
    sent = crossing(trace(CATALOGUE["alexnet-2012"]))
    assert sent == {
        "conv1": 0,
        "conv2": 0,
        "conv3": 128 * 13 * 13,
        "conv4": 0,
        "conv5": 0,
        "fc6": 9216 // 2,
        "fc7": 2048,
        "fc8": 2048,
        "loss": 500,
    }


@pytest.mark.parametrize(("widths", "arrows"), [(False, 8), (True, 10)])
def test_arrows_cross_where_numbers_do(widths, arrows):
    ax = draw.two_columns(trace(CATALOGUE["alexnet-2012"]), widths=widths)
    crossings = [text for text in ax.texts if text.get_gid() == "crossing"]
    assert len(crossings) == arrows
    assert texts(ax).count("conv3  192×13×13") == 2
    assert ("21,632" in texts(ax)) == widths


def test_wider_arrows_send_more():
    ax = draw.two_columns(trace(CATALOGUE["alexnet-2012"]), widths=True)
    widths = [text.arrow_patch.get_linewidth() for text in ax.texts if text.get_gid() == "crossing"][::2]
    assert widths[0] > 4 * widths[1] > 8 * widths[2] == 8 * widths[3] > 8 * widths[4]


def test_odd_maps_have_no_half():
    odd = Arch("odd", "", (1, 8, 8), (Conv("C1", 3, k=3), Flatten("flatten"), Linear("F", 2)), "")
    with pytest.raises(ShapeError, match="C1: 3 maps"):
        draw.two_columns(trace(odd))


# ------------------------------------------------------------------ scores


def test_best_guesses_are_bold_and_the_truth_is_framed():
    ax = draw.scores([[50, 30, 20], [10, 70, 20]], [0, 2], ["cat", "dog", "fox"], guesses=2)
    cells = [text for text in ax.texts if text.get_text().isdigit()]
    assert [text.get_text() for text in cells if text.get_weight() == "bold"] == ["50", "30", "70", "20"]
    assert [text.get_text() for text in cells if text.get_bbox_patch() is not None] == ["50", "20"]


def test_scores_need_a_truth_for_each_image():
    with pytest.raises(ValueError, match="a truth per row"):
        draw.scores([[1, 2]], [0, 1], ["a", "b"])
    with pytest.raises(ShapeError):
        draw.scores([1, 2], [0], ["a", "b"])


# ------------------------------------------------------------------ search and block


def test_a_patch_that_is_found_elsewhere_is_dashed():
    image = torch.zeros(8, 8)
    image[1, 1], image[5, 4] = 1, 2
    ax = draw.search(image, (1, 1), 1, {"as it is": image, "at home": image == 1})
    squares = {(round(8 * p.get_x()), round(8 * p.get_y())): p.get_linestyle() for p in patches(ax, "patch")}
    assert squares.keys() == {(1, 1), (4, 5)}
    assert squares[1, 1] in ("-", "solid") != squares[4, 5]
    spots = [line.get_xydata()[0] * 8 for one in ax.figure.axes[1:] for line in one.lines]
    np.testing.assert_allclose(spots, [(4.5, 5.5), (1.5, 1.5)])
    assert [one.get_xlabel() for one in ax.figure.axes] == ["image", "as it is", "at home"]


def test_search_refuses_what_is_no_map():
    with pytest.raises(ShapeError, match="rows and columns"):
        draw.search(torch.zeros(1, 8, 8), (0, 0), 3, {})


def test_a_block_has_a_sheet_for_each_map():
    ax = draw.block(6, 5, 16)
    assert len(patches(ax, "weight")) == 25 and len(patches(ax, "map in")) == 6
    assert texts(ax)[:4] == ["", "6 maps in", "16 maps out", "5×5×6"]
    assert texts(draw.block(1, 3, 1))[1:4] == ["1 map in", "1 map out", "3×3×1"]
    with pytest.raises(ShapeError, match="not 96, 5, 256"):
        draw.block(96, 5, 256)
