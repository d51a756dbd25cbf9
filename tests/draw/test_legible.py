"""Every main figure of the book on a phone: its smallest text, and labels that lie on each other."""

from itertools import combinations

import figures
import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text

from cnnlessons import CATALOGUE, draw, trace
from cnnlessons.claims.page import bars
from cnnlessons.draw import style
from cnnlessons.experiments import records
from cnnlessons.networks import input_sizes

PHONE = 350  # CSS px that a phone of 390 px leaves for a figure of the book's width
CSS_PX = 96  # of a CSS inch


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def written(figure):
    """The visible texts with their boxes, without tick labels outside the axis."""
    figure.draw_without_rendering()
    outside = {
        label
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        for label in (tick.label1, tick.label2)
    }
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    hidden = {label for ax in figure.axes if not ax.axison for label in ax.findobj(Text)} - {
        text for ax in figure.axes for text in ax.texts
    }
    return [(text, Text.get_window_extent(text)) for text in texts if text not in outside | hidden]


def points_on_a_phone(ax):
    """The size of the smallest text of a figure, when the saved image is fitted to a phone's column."""
    figure = ax.figure
    texts = written(figure)
    saved = figure.get_tightbbox().width + 2 * style.RC["savefig.pad_inches"]
    return min((text.get_fontsize() for text, _ in texts), default=np.inf) * PHONE / CSS_PX / max(saved, style.WIDTH)


def overlaps(ax):
    """Pairs of texts that lie on each other."""
    return [
        (a.get_text(), b.get_text())
        for (a, one), (b, other) in combinations(written(ax.figure), 2)
        if one.x0 < other.x1 - 1 and other.x0 < one.x1 - 1 and one.y0 < other.y1 - 1 and other.y0 < one.y1 - 1
    ]


def compared(id, measure="test_accuracy"):
    """All variants of a record against its first."""
    record = records.find(id)
    first, *others = list(record.variants)[:8]
    return draw.comparisons([record.compare(other, first, measure) for other in others])


def learned(id, measure):
    record = records.find(id)
    lines = {name: record.curve(name, measure) for name in list(record.variants)[:6]}
    return draw.curves({name: values for name, values in lines.items() if values.size}, ylabel=measure)


CIFAR = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
COUNTS = np.random.default_rng(0).integers(0, 12, (10, 10)) + np.diag([980, 1135] * 5)
STEP = 2**28 * np.array([2, 4, 8, 8, 4, 4, 4, 8, 9, 9, 4, 4])
MARKS = [(2 * n, name) for n, name in enumerate(2 * ["forward", "backward", "update"])]
PARTS = {name: np.full(12, 2**27) for name in ("weights", "gradients", "momentum", "images")}
FIGURES = {
    "a window": lambda: draw.window(7, 3, s=2),
    "a window over 13": lambda: draw.window(13, 3, s=2),
    "a window over many": lambda: draw.window(60, 11, s=4, p=2),
    "two windows": lambda: _two_windows(),
    "Table I": lambda: draw.table(CATALOGUE["lenet5-1998"]["C3"].table),
    "confusion of digits": lambda: draw.confusion(COUNTS),
    "confusion of photos": lambda: draw.confusion(COUNTS, CIFAR),
    "codes": draw.codes,
    "inheritance": lambda: draw.inheritance(*(_learned(f"vgg-{net}") for net in "AD"), {"conv1_1", "fc8"}),
    "digits": lambda: draw.images(np.zeros((20, 28, 28)), labels=["4→9"] * 20),
    "photos": lambda: draw.images(np.zeros((8, 32, 32, 3)), labels=[f"{c} 0.97" for c in CIFAR[:8]]),
    "maps": lambda: draw.maps(np.ones((96, 5, 5)), labels=True, bar=True),
    "kernels": lambda: draw.kernels(np.ones((16, 6, 5, 5)), bar=True),
    "shares of a network": lambda: draw.shares(trace(CATALOGUE["alexnet-2012"]), columns=("params", "macs")),
    "memory of a step": lambda: draw.memory_curve(STEP, MARKS, limit=3 * 2**30),
    "parts of a step": lambda: draw.memory_curve(STEP, MARKS, PARTS, limit=3 * 2**30),
    "input sizes": lambda: draw.islands(
        {id: input_sizes.outcomes(arch, range(1, 600)) for id, arch in CATALOGUE.items()},
        {id: arch.input[1] for id, arch in CATALOGUE.items()},
    ),
    "claims by note": lambda: bars("note"),
    "claims by kind": lambda: bars("kind"),
    "claims by evidence": lambda: bars("evidence"),
}
RECORDS = [
    "E01-convergence",
    "E02-activations",
    "E03-dropout",
    "E04-lrn",
    "E06-overlap",
    "E08-colour",
    "E11-recipe",
    "E22-softmax",
]
FIGURES |= {f"diagram of {id}": lambda id=id: draw.diagram(CATALOGUE[id]) for id in CATALOGUE}
FIGURES |= {f"receptive fields of {id}": lambda id=id: draw.receptive(CATALOGUE[id]) for id in CATALOGUE}
FIGURES |= {f"differences of {id}": lambda id=id: compared(id) for id in RECORDS}
FIGURES |= {f"losses of {id}": lambda id=id: learned(id, "test_loss") for id in RECORDS}


def _learned(id):
    return [row.layer.name for row in trace(CATALOGUE[id]) if row.params]


def _two_windows():
    _, axes = style.figure(2, 1, height=0.75)
    draw.window(13, k=3, s=2, ax=axes[0])
    return draw.window(13, k=2, s=2, ax=axes[1])


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_read_on_a_phone(name):
    ax = FIGURES[name]()
    assert points_on_a_phone(ax) >= 8 - 0.01
    assert not overlaps(ax)


def test_small_or_crowded_text_would_be_found():
    ax = draw.window(7, 3)
    ax.texts[0].set_fontsize(7)
    assert points_on_a_phone(ax) < 8
    ax.texts[0].set_position(ax.texts[1].get_position())
    assert overlaps(ax)


def test_a_page_shows_figures_at_the_scale_they_are_drawn_for():
    """book/_ext/figures.py, which needs no Matplotlib, knows how wide a full figure is."""
    assert pytest.approx(style.WIDTH * style.RC["savefig.dpi"]) == figures.FULL
    assert style.RC["savefig.dpi"] == 2 * style.RC["figure.dpi"]  # notebooks draw twice the pixels
