"""The same networks in torch: factory, the papers' own modules, initial weights, capture. Every lesson uses it."""

from cnnlessons.modules.built import About, about, remember
from cnnlessons.modules.factory import build, module
from cnnlessons.modules.faster import LocalResponseNorm
from cnnlessons.modules.initialise import INITIALISERS
from cnnlessons.modules.papers import (
    RBF,
    CeilConv2d,
    GroupedLocalResponseNorm,
    Local2d,
    ScaledTanh,
    Subsample,
    TableConv2d,
    WithinMapLRN,
)
from cnnlessons.modules.reading import Model
from cnnlessons.modules.recorder import Maps, capture
from cnnlessons.networks import described

__all__ = [
    "INITIALISERS",
    "RBF",
    "About",
    "CeilConv2d",
    "GroupedLocalResponseNorm",
    "Local2d",
    "LocalResponseNorm",
    "Maps",
    "Model",
    "ScaledTanh",
    "Subsample",
    "TableConv2d",
    "WithinMapLRN",
    "about",
    "build",
    "capture",
    "described",
    "module",
    "remember",
]
