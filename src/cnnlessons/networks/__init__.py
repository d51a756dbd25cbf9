"""A network as data, without torch: layers, arch, trace, table, diff, palette, catalogue. Every lesson uses it."""

from cnnlessons.networks.arch import INITS, Arch, described
from cnnlessons.networks.catalogue import CATALOGUE
from cnnlessons.networks.catalogue.alexnet import PROGRAM_ABLATIONS
from cnnlessons.networks.difference import Change, Difference, diff
from cnnlessons.networks.palette import PALETTE, colour
from cnnlessons.networks.table import html
from cnnlessons.networks.tracing import Row, Trace, fits, smallest_input, trace, walk

__all__ = [
    "CATALOGUE",
    "INITS",
    "PALETTE",
    "PROGRAM_ABLATIONS",
    "Arch",
    "Change",
    "Difference",
    "Row",
    "Trace",
    "colour",
    "described",
    "diff",
    "fits",
    "html",
    "smallest_input",
    "trace",
    "walk",
]
