"""What _toc.yml lists: the one place that reads it for extensions, tools and tests."""

from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def pages(root: Path = ROOT) -> list[str]:
    """The pages of all parts in order, as book/lenet/five-lenets."""
    listed = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [entry["file"] for part in listed["parts"] for entry in part["chapters"]]


def chapters(root: Path = ROOT) -> list[str]:
    """The notebooks among them."""
    return [page for page in pages(root) if not (root / f"{page}.md").exists()]
