"""A Sphinx extension: a number and its unit stay on one line, without a word of it in the notebooks."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

# "95 %" and "± 0.2", but not code, where a percent sign is an operator.
BREAK = re.compile(r"(?<=\d)\s(?=%)|(?<=±)\s(?=\d)")
AS_WRITTEN = (nodes.literal, nodes.FixedTextElement, nodes.math, nodes.raw)


def together(text: str) -> str:
    """The text with no-break spaces where a line must not end."""
    return BREAK.sub("\N{NO-BREAK SPACE}", text)


class Together(SphinxPostTransform):
    """Joins numbers and units in the prose of a page."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Called by Sphinx for each page."""
        for text in list(self.document.findall(nodes.Text)):
            if BREAK.search(text) and not isinstance(text.parent, AS_WRITTEN):
                text.parent.replace(text, nodes.Text(together(text)))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_post_transform(Together)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
