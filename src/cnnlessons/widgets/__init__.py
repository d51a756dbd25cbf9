"""Widgets: state in Python, the view in small ES modules without dependencies; they also work on a page without Python.

A widget is a folder: `__init__.py` (a subclass of `base.Widget`), `view.js`, `style.css`. `bundle.py` joins a view with
the modules it imports (`ui.js`, `arithmetic.js`, the page engine in `live/`), `host.js` and `sphinx_ext.py` bring it to
life on a page. Every lesson has one.
"""

import warnings
from typing import Any

from cnnlessons.widgets.draw import Draw
from cnnlessons.widgets.gradient import Gradient
from cnnlessons.widgets.race import Race
from cnnlessons.widgets.shapes import Shapes
from cnnlessons.widgets.train import Train
from cnnlessons.widgets.window import Window

__all__ = ["Draw", "Gradient", "Race", "Shapes", "Train", "Window"]


def __getattr__(name: str) -> Any:
    """The name that `Shapes` had until 0.2. Raises `AttributeError` for any other."""
    if name == "ShapeExplorer":
        warnings.warn("ShapeExplorer is now Shapes", DeprecationWarning, stacklevel=2)
        return Shapes
    raise AttributeError(f"module 'cnnlessons.widgets' has no attribute {name!r}")
