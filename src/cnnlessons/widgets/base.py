"""Widget: state in Python, one ES module for the view; in Jupyter, on a page without Python, and on a slide."""

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import anywidget

from cnnlessons.widgets.bundle import bundle

HERE = Path(__file__).parent
SHOWN = "export default { render };\n"  # how a view ends
# JupyterLab would take the arrow keys of sliders, lists and drawings for its own, to go from cell to cell; it asks the
# element that has the keyboard, and no other.
KEEPING_KEYS = """export default { render(context) {
  context.el.addEventListener("focusin", ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", ""));
  return render(context);
} };
"""


@cache
def module(name: str) -> str:
    """The view of the widget in the folder `name`, as one ES module without imports. Raises `ValueError`."""
    text = bundle(HERE / name / "view.js")
    if not text.endswith(SHOWN):
        raise ValueError(f"{name}/view.js must end with {SHOWN.strip()}")
    return text.removesuffix(SHOWN) + KEEPING_KEYS


@cache
def style(name: str) -> str:
    """A style sheet, `NAME/style.css` or for "" the one that all widgets share, without comments and indentation."""
    text = (HERE / name / "style.css" if name else HERE / "widget.css").read_text(encoding="utf-8")
    return re.sub(r"\s*([{};,])\s*", r"\1", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()


def plain(value: object) -> object:
    """A trait's value as JSON has it: bytes as {"base64": …}."""
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


class Widget(anywidget.AnyWidget):
    """What all widgets of this package have in common.

    A subclass lives in a folder of its own, `NAME/__init__.py`, with `NAME/view.js` (exports default `{ render }`) and
    `NAME/style.css`, says `folder = "NAME"`, and has synchronised traits:

    - state, which a page writes for each widget; `on_page` names them;
    - constants, the same for every widget of the class and never changed: read-only, tagged `constant=True`;
    - assets, `Asset("digits")`: bytes from a file of their own.

    `still()` is what a reader without JavaScript sees.
    """

    folder: ClassVar[str] = ""
    on_page: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any):
        if "folder" in vars(cls):  # traitlets makes subclasses of its own
            cls._esm = module(cls.folder)
            cls._css = f"{style('')}\n{style(cls.folder)}"
        super().__init_subclass__(**options)

    @classmethod
    def constants(cls) -> dict[str, object]:
        """The values that are the same for every widget of this class."""
        return {name: plain(trait.default()) for name, trait in cls.class_traits(constant=True).items()}

    @classmethod
    def assets(cls) -> dict[str, str]:
        """The name of the asset in each trait that holds one."""
        found = cls.class_traits(asset=lambda name: name is not None)
        return {trait: one.metadata["asset"] for trait, one in found.items()}

    def state(self) -> dict[str, object]:
        """What a page has to know of this widget."""
        return {name: plain(getattr(self, name)) for name in self.on_page}

    def still(self) -> str:
        """HTML for readers without JavaScript."""
        raise NotImplementedError

    def page(self) -> str:
        """HTML for a page without a kernel: the state for the script there, and `still()` until it is alive."""
        data = json.dumps(self.state(), ensure_ascii=False).replace("<", "\\u003c")
        return (
            f'<div class="cnnlessons-widget" data-widget="{self.folder}"><script type="application/json">{data}'
            f'</script><div class="fallback">{self.still()}</div></div>'
        )

    @staticmethod
    def _trait_from_json(value: Any, widget: Any) -> Any:
        """Bytes come from the view as a memoryview, which a trait of bytes would refuse."""
        return bytes(value) if isinstance(value, memoryview) else value

    _ipython_display_ = None  # ipywidgets 7 would show the live view alone, by a method of that name

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The live view where there is a kernel; `page()` where there is none."""
        bundle, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        return {**bundle, "text/html": self.page()}, metadata
