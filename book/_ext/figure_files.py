"""A Sphinx extension: the figures of each lesson as a zip file, with captions and the licence, for an instructor's slides.

`figures/PART-NAME.zip` beside the pages. The captions are the alternative texts; equal figures make equal files.
"""

import base64
import zipfile
from collections.abc import Iterator
from pathlib import Path

import toc
from lessons import Lesson
from sphinx.application import Sphinx

from cnnlessons.claims.anchors import sections

LICENCE = "LICENSE-docs"


def figures(lesson: Lesson) -> Iterator[tuple[str, bytes, str]]:
    """(name, png, caption) of each picture that a cell drew, in order; the name has the heading above it."""
    n = 0
    for cell, anchor, _ in sections(lesson.cells):
        for output in cell.get("outputs", []):
            if png := output.get("data", {}).get("image/png"):
                n += 1
                caption = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
                yield f"{n:02}-{anchor or lesson.path.stem}.png", base64.b64decode("".join(png)), caption


def captions(lesson: Lesson, address: str, found: list[tuple[str, bytes, str]]) -> str:
    """What stands under each figure, and what to say of where it is from."""
    lines = [
        f"# Figures of “{lesson.title}”",
        f"From CNN Lessons, {address}/{lesson.name}.html, by the cnnlessons authors, under CC BY 4.0 ({LICENCE}).",
        "Name the authors, link to the page and to the licence, and say what you changed.",
    ]
    return "\n\n".join([*lines, *(f"## {name}\n\n{caption}" for name, _, caption in found)]) + "\n"


def pack(path: Path, files: dict[str, bytes]) -> None:
    """A zip file without dates."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in files.items():
            kind = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            packed.writestr(zipfile.ZipInfo(name), data, compress_type=kind)


def write(app: Sphinx, exception: Exception | None) -> None:
    """One file for each lesson that has figures."""
    if exception is not None or app.builder.format != "html":
        return
    root = Path(app.srcdir)
    owner, repository = app.config.html_theme_options["repository_url"].rstrip("/").split("/")[-2:]
    folder = Path(app.outdir, "figures")
    folder.mkdir(exist_ok=True)
    for name in toc.lessons(root):
        lesson = Lesson(root / f"{name}.ipynb")
        if found := list(figures(lesson)):
            texts = {
                "CAPTIONS.md": captions(lesson, f"https://{owner}.github.io/{repository}", found),
                LICENCE: (root / LICENCE).read_text(encoding="utf-8"),
            }
            files = {file: png for file, png, _ in found} | {file: text.encode() for file, text in texts.items()}
            pack(folder / f"{name.removeprefix('book/').replace('/', '-')}.zip", files)


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
