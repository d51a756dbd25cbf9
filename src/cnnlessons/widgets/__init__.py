"""Widgets: state in Python, the view in one dependency-free ES module each; they also work on a page without Python."""

from cnnlessons.widgets.shape_explorer import ShapeExplorer

__all__ = ["ShapeExplorer"]
