"""A Sphinx extension: pages that hold a widget get one script with the widgets' modules, styles and data."""

import json
from pathlib import Path
from typing import Any

from cnnlessons.networks import PALETTE
from cnnlessons.widgets import layer_json
from cnnlessons.widgets.shape_explorer import module

SCRIPT = "cnnlessons-widgets.js"
VIEW = "application/vnd.jupyter.widget-view+json"
HERE = Path(__file__).parent


def script() -> str:
    """What a page loads: every widget's module (the file Jupyter gets, unchanged), then the host that shows them."""

    def read(name: str) -> str:
        return (HERE / name).read_text(encoding="utf-8")

    explorer = {
        "module": module(),
        "style": read("shape_explorer.css"),
        "constants": {"catalogue": layer_json.catalogue(), "vocabulary": layer_json.vocabulary(), "palette": PALETTE},
    }
    return f"window.cnnlessonsWidgets = {json.dumps({'shape_explorer': explorer})};\n{read('host.js')}"


def take_html(app: Any, config: Any) -> None:
    """A widget view needs a kernel or saved state; the page takes the HTML beside it."""
    config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, ("*", VIEW, None)]


def write(app: Any) -> None:
    """Put the script among the static files before the pages name it, so that its address carries its checksum."""
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        (static / SCRIPT).write_text(script(), encoding="utf-8")


def load(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Only pages with a widget load it."""
    if 'class="cnnlessons-widget"' in context.get("body", ""):
        app.add_js_file(SCRIPT, loading_method="defer")


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("config-inited", take_html, priority=100)  # before myst-nb reads its own
    app.connect("builder-inited", write)
    app.connect("html-page-context", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
