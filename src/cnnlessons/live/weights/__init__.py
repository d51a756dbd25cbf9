"""Weights of networks that were trained once, for the page; the lessons with something to draw on use them.

Safetensors in half precision, made by tools/draw_weights.py.
"""

import json
from functools import cache
from pathlib import Path


def path(id: str) -> Path:
    """The file with the weights of the network of that id in the catalogue."""
    return Path(__file__).parent / f"{id}.safetensors"


@cache
def facts(id: str) -> dict[str, str]:
    """What the file says of its weights: arch, data, recipe, pixels, epochs, seed, test_accuracy."""
    with path(id).open("rb") as file:  # by hand, because the pages are built without safetensors
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    found: dict[str, str] = header["__metadata__"]
    return found
