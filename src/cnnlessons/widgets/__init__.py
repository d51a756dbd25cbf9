"""Widgets: state in Python, the view in small ES modules without dependencies; they also work on a page without Python.

A widget is a folder: `__init__.py` (a subclass of `base.Widget`), `view.js`, `style.css`. `bundle.py` joins a view with
the modules it imports (`ui.js`, `arithmetic.js`, the page engine in `live/`), `host.js` and `sphinx_ext.py` bring it to
life on a page. Every lesson has one.
"""

from cnnlessons.widgets.draw import Draw
from cnnlessons.widgets.gradient import Gradient
from cnnlessons.widgets.race import Race
from cnnlessons.widgets.shapes import ShapeExplorer
from cnnlessons.widgets.train import Train
from cnnlessons.widgets.window import Window

__all__ = ["Draw", "Gradient", "Race", "ShapeExplorer", "Train", "Window"]
