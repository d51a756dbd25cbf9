"""LeNet-5, AlexNet and VGG as data: trace them, build them, train them, draw them."""

import importlib
import sys
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnnlessons.data import DataError, Dataset, Split, load
    from cnnlessons.errors import ShapeError, UnknownName
    from cnnlessons.modules import build, capture
    from cnnlessons.networks import CATALOGUE, Arch, trace
    from cnnlessons.training import DivergedError, Epoch, Recipe, evaluate, fit, outputs

__version__ = "0.1.0"  # the package's, in its metadata, its wheel's name and the notebooks' install cells

# name → the room it comes from, which is imported when the name is first asked for: the site's build
# reads the catalogue without PyTorch, and nobody waits for what they do not use
ROOMS = {
    "networks": ("CATALOGUE", "Arch", "trace"),
    "modules": ("build", "capture"),
    "data": ("DataError", "Dataset", "Split", "load"),
    "training": ("DivergedError", "Epoch", "Recipe", "evaluate", "fit", "outputs"),
    "errors": ("ShapeError", "UnknownName"),
}
HOME = {name: room for room, names in ROOMS.items() for name in names}

__all__ = [
    "CATALOGUE",
    "Arch",
    "DataError",
    "Dataset",
    "DivergedError",
    "Epoch",
    "Recipe",
    "ShapeError",
    "Split",
    "UnknownName",
    "build",
    "capture",
    "evaluate",
    "fit",
    "load",
    "outputs",
    "trace",
]


def open_modules() -> None:
    """Enter the room of modules if torch is there, so that `trace` and `described` know what to do with an nn.Module.

    They stand on a lower floor, which may not import it; without torch nobody holds an nn.Module.
    """
    if "torch" in sys.modules:
        importlib.import_module("cnnlessons.modules")


def __getattr__(name: str) -> Any:
    """A name of the face, from its room. Raises `AttributeError` for any other."""
    if name == "record":  # until 0.2
        warnings.warn("cnnlessons.record is now cnnlessons.capture", DeprecationWarning, stacklevel=2)
        name = "capture"
    if name not in HOME:
        raise AttributeError(f"module 'cnnlessons' has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(f"cnnlessons.{HOME[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
