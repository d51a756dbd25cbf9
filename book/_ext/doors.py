"""A Sphinx extension: the buttons of a lesson that open its reader's edition, which tools/edition.py writes.

Colab, Kaggle and Binder open it from the branch `notebooks`, the download button from beside the pages.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

BRANCH = "notebooks"  # which .github/workflows/tests.yml pushes


def launchers(repository: str, name: str) -> list[dict[str, str]]:
    """The theme's buttons for a notebook PART/NAME.ipynb of a repository OWNER/REPO on GitHub."""
    colab = f"https://colab.research.google.com/github/{repository}/blob/{BRANCH}/{name}"
    raw = f"https://raw.githubusercontent.com/{repository}/{BRANCH}/{name}"
    binder = f"https://mybinder.org/v2/gh/{repository}/{BRANCH}?urlpath=lab/tree/{name}"
    doors = (
        ("Colab", colab, "_static/images/logo_colab.png"),
        ("Kaggle", f"https://kaggle.com/kernels/welcome?src={raw}", "fab fa-kaggle"),
        ("Binder", binder, "_static/images/logo_binder.svg"),
    )
    return [
        {"type": "link", "text": text, "tooltip": f"Run this lesson on {text}", "icon": icon, "url": url}
        for text, url, icon in doors
    ]


def open_doors(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Put the launchers first among the header's buttons, and the edition behind the download button."""
    if not Path(app.srcdir, f"{pagename}.ipynb").exists():
        return
    name = f"{pagename.removeprefix('book/')}.ipynb"
    buttons = context["header_buttons"]
    for button in (button for group in buttons for button in group.get("buttons", ())):
        if button.get("label") == "download-source-button":
            button |= {"url": context["pathto"](f"notebooks/{name}", 1), "tooltip": "Download this lesson's notebook"}
    repository = app.config.html_theme_options["repository_url"].removeprefix("https://github.com/")
    buttons.insert(
        0,
        {
            "type": "group",
            "tooltip": "Run this lesson",
            "icon": "fas fa-rocket",
            "buttons": launchers(repository, name),
            "label": "launch-buttons",
        },
    )


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("html-page-context", open_doors, priority=900)  # after the theme has put its own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
