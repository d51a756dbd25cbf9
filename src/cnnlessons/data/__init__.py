"""The five image sets as tensors in memory, each with a record of where it came from.

`load(name)` is the way in. Nothing is downloaded for "mnist-5k"; the other sets are looked for under
`CNNLESSONS_DATA`, then in the user's cache, and are downloaded last.
"""

from cnnlessons.data.dataset import Dataset, Source, Split
from cnnlessons.data.faults import DataError
from cnnlessons.data.lookup import load

__all__ = ["DataError", "Dataset", "Source", "Split", "load"]
