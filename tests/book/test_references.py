"""The bibliography: whatever a page cites is in it, and every entry leads to its paper."""

import re

import pytest

ENTRY = re.compile(r"^@\w+\{(\w+),\n(.*?)^\}", re.MULTILINE | re.DOTALL)
CITED = re.compile(r"\{cite(?::\w)?\}`([^`]+)`")


@pytest.fixture
def entries(root):
    found = ENTRY.findall((root / "book/references.bib").read_text(encoding="utf-8"))
    assert len(found) == len(dict(found)), "a key twice"
    return dict(found)


def test_what_is_cited_is_there(root, entries):
    pages = [path for kind in ("*.md", "*.ipynb") for path in (root / "book").rglob(kind) if "_build" not in path.parts]
    keys = {key.strip() for page in pages for keys in CITED.findall(page.read_text("utf-8")) for key in keys.split(",")}
    assert keys <= set(entries)  # spelled as there: keys have capitals


def test_every_entry_has_an_address(entries):
    without = [key for key, fields in entries.items() if not re.search(r"^  (doi|eprint|url) ", fields, re.MULTILINE)]
    assert without == []
