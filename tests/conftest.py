"""What all tests share: deterministic examples, and where the repository is."""

import json
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every machine and every run, and no file written for them.
settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")


@pytest.fixture(scope="session")
def root():
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def install(root):
    """The install cell, which is the second of every chapter."""
    cells = json.loads((root / "book/basics/convolution.ipynb").read_text(encoding="utf-8"))["cells"]
    return "".join(cells[1]["source"])
