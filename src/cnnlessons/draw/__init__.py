"""Drawings: axes in, axes out. Data first, then `ax`; without one, a new figure of the right size is made.

Every lesson draws with it: networks (`diagram`), kernels, maps and images, curves, windows and receptive fields. To
save a drawing as svg, pdf, eps or png: `draw.diagram(…).figure.savefig("lenet.svg")`.
"""

from cnnlessons.draw.bars import shares
from cnnlessons.draw.differences import comparisons
from cnnlessons.draw.halves import two_columns
from cnnlessons.draw.inherited import inheritance
from cnnlessons.draw.input_sizes import heat, islands
from cnnlessons.draw.matrix import confusion, scores, table
from cnnlessons.draw.network import diagram
from cnnlessons.draw.patches import block, search
from cnnlessons.draw.receptive_field import receptive
from cnnlessons.draw.series import Curve, curves, interval
from cnnlessons.draw.tiles import codes, images, kernels, limit, maps
from cnnlessons.draw.training_step import memory_curve
from cnnlessons.draw.windows import window

__all__ = [
    "Curve",
    "block",
    "codes",
    "comparisons",
    "confusion",
    "curves",
    "diagram",
    "heat",
    "images",
    "inheritance",
    "interval",
    "islands",
    "kernels",
    "limit",
    "maps",
    "memory_curve",
    "receptive",
    "scores",
    "search",
    "shares",
    "table",
    "two_columns",
    "window",
]
