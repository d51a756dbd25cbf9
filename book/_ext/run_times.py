"""A Sphinx extension: a lesson's minutes, and how long it runs by `make times` (book/times.json), below its title."""

import json
from pathlib import Path
from typing import Any

from docutils import nodes
from lessons import Lesson
from sphinx.application import Sphinx

FILE = Path(__file__).parents[1] / "times.json"


def sentence(times: dict[str, Any], name: str, minutes: int) -> str:
    """What the page says, or nothing for a page that does not run."""
    if name not in times["seconds"]:
        return ""
    return (
        f'<p class="run-time">About {minutes} minutes to read. Runs in {times["seconds"][name]} s on {times["cores"]} CPU cores '
        f"(measured {times['date']}).</p>"
    )


def mend(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the sentence below the title, in the body of a page."""
    if "body" in context:
        path = Path(app.srcdir, f"{pagename}.ipynb")
        minutes = Lesson(path).minutes if path.exists() else 0
        said = sentence(json.loads(app.config.run_times), pagename, minutes)
        context["body"] = context["body"].replace("</h1>", f"</h1>\n{said}", 1)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx, which writes all pages anew when the value differs from the last build's."""
    app.add_config_value("run_times", FILE.read_text(encoding="utf-8"), "html")
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
