"""Images as tensors in memory: five sets, each with a record of where it came from, and one's own photos.

`load(name)` is the way in. Nothing is downloaded for "mnist-5k"; the other sets are looked for under
`CNNLESSONS_DATA`, then in the user's cache, and are downloaded last. `Split.of(x, y)` takes one's own images and
labels, `image(photo, size)` a file. Every lesson that trains loads its images here; `strewn` is for "Read a page with
one LeNet", `patches` for "Divide by the neighbours".
"""

from cnnlessons.data.dataset import Dataset, Source, Split
from cnnlessons.data.faults import DataError
from cnnlessons.data.lookup import load
from cnnlessons.data.photo import image

__all__ = ["DataError", "Dataset", "Source", "Split", "image", "load"]
