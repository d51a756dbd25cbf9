"""A Sphinx extension: a page or slide that holds a widget gets the host; widgets and assets are files."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from cnnlessons import widgets
from cnnlessons.widgets.assets import ASSETS, asset
from cnnlessons.widgets.base import HERE, Widget, module, style

HOST = "cnnlessons-widgets.js"
FOLDER = "cnnlessons-widgets"  # beside the host: a file a widget, and one an asset
VIEW = "application/vnd.jupyter.widget-view+json"


def classes() -> dict[str, type[Widget]]:
    """Every widget by its folder."""
    shown = [getattr(widgets, name) for name in widgets.__all__]
    return {one.folder: one for one in shown if isinstance(one, type) and issubclass(one, Widget)}


def of_widget(one: type[Widget]) -> str:
    """A classic script that hands the host a widget: its module (the text Jupyter gets), style, constants, assets."""
    parts = {
        "module": module(one.folder),
        "style": style(one.folder),
        "constants": one.constants(),
        "assets": one.assets(),
    }
    return f"cnnlessonsWidgets.widgets[{json.dumps(one.folder)}] = {json.dumps(parts, ensure_ascii=False)};\n"


def of_asset(name: str) -> str:
    """A classic script that hands the host the bytes of an asset: a page opened as a file can fetch nothing."""
    return f"cnnlessonsWidgets.assets[{json.dumps(name)}] = {json.dumps(base64.b64encode(asset(name)).decode())};\n"


def files() -> dict[str, str]:
    """The text of every file by its name; each but the host's carries its checksum in its address."""
    made = {f"{FOLDER}/{name}.js": of_widget(one) for name, one in classes().items()}
    made |= {f"{FOLDER}/asset-{name}.js": of_asset(name) for name in ASSETS}
    sums = {name: hashlib.sha256(text.encode()).hexdigest()[:8] for name, text in made.items()}
    host = (HERE / "host.js").read_text(encoding="utf-8")
    given = {"widgets": {}, "assets": {}, "sums": sums, "style": style("")}
    return {**made, HOST: f"window.cnnlessonsWidgets = {json.dumps(given)};\n{host}"}


def take_html(app: Any, config: Any) -> None:
    """A widget view needs a kernel or saved state; the page takes the HTML beside it."""
    if hasattr(config, "nb_mime_priority_overrides"):
        config.nb_mime_priority_overrides = [*config.nb_mime_priority_overrides, ("*", VIEW, None)]


def write(app: Any) -> None:
    """Put the files among the static ones before the pages name the host, so that its address carries its checksum."""
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        (static / FOLDER).mkdir(parents=True, exist_ok=True)
        for name, text in files().items():
            (static / name).write_text(text, encoding="utf-8")


def load(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Only pages with a widget load the host."""
    if 'class="cnnlessons-widget"' in context.get("body", ""):
        app.add_js_file(HOST, loading_method="defer")


def setup(app: Any) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("config-inited", take_html, priority=100)  # before myst-nb reads its own
    app.connect("builder-inited", write)
    app.connect("html-page-context", load)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
