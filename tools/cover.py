"""Write the figures of the book's first page: python tools/cover.py

LeNet-5's diagram is the one its lesson drew; the line from LeNet to VGG is computed from the catalogue, and its file
carries the numbers that it was drawn from.
"""

import io
import json
import sys
from pathlib import Path

import matplotlib

from cnnlessons import CATALOGUE, trace
from cnnlessons.draw import style
from cnnlessons.networks.layers import RBF

sys.path.insert(0, str(Path(__file__).parents[1] / "book/_ext"))

import excerpt

STATIC = Path(__file__).parents[1] / "book/_static"
SOURCE = "lenet/lenet5-1998", "draw.diagram(trace(lenet5), maps)"
NETWORKS = {"LeNet-5, 1998": "lenet5-1998", "AlexNet, 2012": "alexnet-2012", "VGG-16, 2014": "vgg-D"}


def short(n: float) -> str:
    """60000 as 60 thousand, 138357544 as 138 million."""
    for size, name in ((10**9, " billion"), (10**6, " million"), (10**3, " thousand")):
        if n >= size:
            return f"{n / size:.3g}{name}"
    return f"{n}"


def growth() -> dict[str, list[int]]:
    """What is compared, and the number of each network."""
    rows = [trace(CATALOGUE[id]) for id in NETWORKS.values()]
    maps = [[row for row in network if len(row.shape_out) == 3] for network in rows]
    return {
        "convolutions and full layers": [
            sum(row.layer.kind in ("conv", "dense") or isinstance(row.layer, RBF) for row in network)
            for network in rows
        ],
        "parameters": [network.params for network in rows],
        "multiplications per image": [network.macs for network in rows],
        "window of a unit of the last map, in pixels": [network[-1].receptive_field for network in maps],
    }


def line():
    """The figure: a panel for each comparison, a bar for each network, from its own zero or on a logarithmic scale."""
    fig, axes = style.figure(4, 1, height=0.42)
    for ax, (what, numbers) in zip(axes, growth().items(), strict=True):
        far = max(numbers) / min(numbers) > 100
        low = 10 ** (len(str(min(numbers))) - 2) if far else 0
        places = range(len(numbers))[::-1]
        ax.barh(places, [n - low for n in numbers], left=low, height=0.62, log=far, color=style.INK)
        for place, n in zip(places, numbers, strict=True):
            ax.annotate(short(n), (n, place), (4, 0), textcoords="offset points", va="center")
        ax.set(yticks=places, yticklabels=[*NETWORKS], xticks=[], xlim=(low or 0, max(numbers) * (40 if far else 1.25)))
        ax.minorticks_off()
        ax.set_title(what + (", each step ×10" if far else ""), loc="left", fontweight="bold")
        ax.spines["bottom"].set_visible(False)
        ax.tick_params(left=False, bottom=False)
        if far:
            ax.xaxis.grid(True, color="white", lw=0.8)
            ax.set_xticks([10**k for k in range(3, 12) if low < 10**k < max(numbers)], labels=[])
    return fig


def png() -> bytes:
    """The line as a png, with its numbers in it."""
    file = io.BytesIO()
    with style.context():
        line().savefig(file, format="png", metadata={"Software": None, "Description": json.dumps(growth())})
    return file.getvalue()


def main() -> None:
    """Take one from the notebook, so that book, README and lesson show one figure; draw the other."""
    matplotlib.use("agg")
    (STATIC / "lenet5.png").write_bytes(excerpt.figure(*SOURCE)[0])
    (STATIC / "line.png").write_bytes(png())


if __name__ == "__main__":
    main()
