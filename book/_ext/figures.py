"""A Sphinx extension: figures of cells keep their scale, so that their labels have one size on a page.

A browser shows a png by its pixels: one of half the book's width would have letters of the same size as body text only
if it is also shown at half the width. Each stands in a box (`.drawn` in book.css) that is as wide as a full figure.
"""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

FULL = 4.1 * 240  # pixels of a figure of the book's width: WIDTH and savefig.dpi of cnnlessons.draw.style


def pixels_across(png: Path) -> int:
    """The width that the header of a png gives."""
    with png.open("rb") as file:
        return int.from_bytes(file.read(20)[16:])


class KeepScale(SphinxPostTransform):
    """Give each png below a cell its share of the width of a full figure."""

    default_priority = 400

    def run(self, **kwargs: Any) -> None:
        """Called by Sphinx for each page."""
        for cell in self.document.findall(nodes.container):
            if "cell_output" not in cell["classes"]:
                continue
            for image in list(cell.findall(nodes.image)):
                path = Path(self.app.srcdir, image["uri"])
                if path.suffix == ".png" and path.is_file() and "width" not in image:
                    image["classes"].append("no-scaled-link")
                    image["width"] = f"{min(100, round(100 * pixels_across(path) / FULL))}%"
                    image.parent.replace(image, nodes.container("", image, classes=["drawn"]))


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_post_transform(KeepScale)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
