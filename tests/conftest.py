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
    """The install cell, which is the second of every lesson."""
    cells = json.loads((root / "book/basics/convolution.ipynb").read_text(encoding="utf-8"))["cells"]
    return "".join(cells[1]["source"])


def pytest_collection_modifyitems(config, items):
    """What is marked weekly runs only where it is asked for: pytest -m weekly."""
    if "weekly" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("weekly")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
