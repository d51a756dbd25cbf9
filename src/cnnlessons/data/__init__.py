"""Images as tensors in memory: five sets, each with a record of where it came from, and one's own photos.

`load(name)` is the way in. Nothing is downloaded for "mnist-5k"; the other sets are looked for under
`CNNLESSONS_DATA`, then in the user's cache, and are downloaded last. `Split.of(x, y)` takes one's own images and
labels, `image(photo, size)` a file. Every lesson that trains loads its images here; `strewn` is for "Read a page with
one LeNet", `patches` for "Divide by the neighbours".
"""

import importlib
from typing import TYPE_CHECKING, Any

from cnnlessons.data.faults import DataError

if TYPE_CHECKING:
    from cnnlessons.data.dataset import Dataset, Source, Split
    from cnnlessons.data.lookup import load
    from cnnlessons.data.photo import image

# what needs torch is imported when it is first asked for: the site takes the embedded digits without it
HOME = {"Dataset": "dataset", "Source": "dataset", "Split": "dataset", "image": "photo", "load": "lookup"}

__all__ = ["DataError", "Dataset", "Source", "Split", "image", "load"]


def __getattr__(name: str) -> Any:
    """A name of the face, from its file. Raises `AttributeError` for any other."""
    if name not in HOME:
        raise AttributeError(f"module 'cnnlessons.data' has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(f"cnnlessons.data.{HOME[name]}"), name)
    return found
