"""What _toc.yml lists: the one place that reads it for extensions, tools and tests."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def parts(root: Path = ROOT) -> list[tuple[str, list[str]]]:
    """(caption, pages) of each part in order, pages as book/lenet/five-lenets."""
    listed = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [(part["caption"], [entry["file"] for entry in part["chapters"]]) for part in listed["parts"]]


def pages(root: Path = ROOT) -> list[str]:
    """The pages of all parts in order."""
    return [page for _, pages in parts(root) for page in pages]


def lessons(root: Path = ROOT) -> list[str]:
    """The lessons among them."""
    return [page for page in pages(root) if not (root / f"{page}.md").exists()]
