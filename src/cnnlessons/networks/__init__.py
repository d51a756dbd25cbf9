"""A network as data, without torch: layers, arch, tracing, table, palette, catalogue. Every lesson uses it."""

from cnnlessons.networks.arch import INITS, Arch, described
from cnnlessons.networks.catalogue import CATALOGUE
from cnnlessons.networks.palette import PALETTE, colour
from cnnlessons.networks.table import html
from cnnlessons.networks.tracing import Row, Trace, fits, smallest_input, trace, walk

__all__ = [
    "CATALOGUE",
    "INITS",
    "PALETTE",
    "Arch",
    "Row",
    "Trace",
    "colour",
    "described",
    "fits",
    "html",
    "smallest_input",
    "trace",
    "walk",
]
