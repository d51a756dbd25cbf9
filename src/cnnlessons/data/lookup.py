"""`load`: from a name to a Dataset, by the first source that has it."""

import difflib
import logging
import os
from pathlib import Path

from cnnlessons.data import cache, download, embedded
from cnnlessons.data.dataset import Dataset, Source
from cnnlessons.data.faults import Fault, data_error
from cnnlessons.data.sets import KNOWN

log = logging.getLogger("cnnlessons")


def load(name, *, size=None):
    """The image set `name` as a Dataset: `train.x`, `test.x` uint8 (N, C, H, W); `train.y`, `test.y` int64 (N,).

    | name | training, test images | shape |
    | --- | --- | --- |
    | mnist-5k | 4,000 + 1,000 | 1×28×28 |
    | mnist, fashion-mnist | 60,000 + 10,000 | 1×28×28 |
    | cifar10 | 50,000 + 10,000 | 3×32×32 |
    | imagenette | 9,469 + 3,925 | 3×224×224 (2 GB), or 3×size×size |

    "mnist-5k" lies inside a dependency. The others are looked for under the folder CNNLESSONS_DATA, then in the cache
    (CNNLESSONS_CACHE moves it), and are downloaded last; `source` says which it was and what must be said of a copy
    that is not the original. Each call returns tensors of its own.

    Raises ValueError for an unknown name or a size that does not fit, and DataError, naming the file, the reason and
    three ways out, if the set cannot be had whole. One set never stands in for another.
    """
    names = ("mnist-5k", *KNOWN)
    if name not in names:
        near = difflib.get_close_matches(str(name).lower(), names, 1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}."
        raise ValueError(f"no image set is called {name!r}; {hint}")
    if size is not None and not (name in KNOWN and KNOWN[name].resizable):
        raise ValueError(f"size={size!r}: only imagenette is resized while it is read; leave it out for {name!r}")
    if size is not None and (not isinstance(size, int) or size < 1):
        raise ValueError(f"size={size!r}: the side of the images must be a whole number of pixels, such as 64")
    if name not in KNOWN:
        return embedded.load()
    dataset = _from_folder(name, size) or _from_cache(name, size) or _from_download(name, size)
    log.info("%s: %s", name, dataset.source)
    return dataset


def _dataset(name, contents, kind, path):
    source = Source(kind, path, contents.digest, contents.note)
    return Dataset(name, contents.train, contents.test, KNOWN[name].classes, source)


def _from_folder(name, size):
    """The Dataset from CNNLESSONS_DATA; None if it is not there, DataError if it is there and not right."""
    if not os.environ.get("CNNLESSONS_DATA"):
        return None
    root = Path(os.environ["CNNLESSONS_DATA"]).expanduser()
    ways = "put the original files there", "unset CNNLESSONS_DATA, so that they are downloaded"
    if not root.is_dir():
        fault = Fault(root, "CNNLESSONS_DATA names it, and it is no folder", "correct CNNLESSONS_DATA")
        raise data_error(name, fault, *ways)
    for pattern, read in KNOWN[name].places:
        for path in sorted(root.glob(pattern), reverse=True):
            try:
                return _dataset(name, read(path, KNOWN[name], size), "folder", path.relative_to(root).as_posix())
            except Fault as fault:
                raise data_error(name, fault, *ways) from fault
    return None


def _from_cache(name, size, tell=False):
    """The Dataset from the cache, or None: the download will replace what is there and damaged, and may `tell` so."""
    if not cache.has(name):
        return None
    what, read = KNOWN[name].downloaded
    path = cache.root() / name / what
    try:
        return _dataset(name, read(path, KNOWN[name], size), "cache", f"{name}/{what}".removesuffix("/."))
    except Fault as fault:
        if tell:
            log.warning("%s: the cached copy is damaged and will be downloaded again (%s)", name, fault)
        return None


def _read_download(path, known, size):
    """Contents of fresh files; a Fault names them without the temporary folder, which is gone when it is read."""
    try:
        return known.downloaded[1](path, known, size)
    except Fault as fault:
        raise Fault(f"the downloaded {Path(fault.file).name}", fault.reason) from fault


def _from_download(name, size):
    """The Dataset, downloaded, read and then moved into the cache: what cannot be read never gets there."""
    known = KNOWN[name]
    try:
        with cache.room(name) as folder:
            if dataset := _from_cache(name, size, tell=True):  # another process was quicker
                return dataset
            urls = [download.fetch(remote, folder, known.digests) for remote in known.remote()]
            contents = _read_download(folder / known.downloaded[0], known, size)
            cache.keep(folder, name)
    except Fault as fault:
        raise data_error(
            name,
            fault,
            "try again, with a network",
            f"put its files into a folder {name} and name the folder around it in CNNLESSONS_DATA",
        ) from fault
    return _dataset(name, contents, "download", urls[0] if len(urls) == 1 else urls[0].rpartition("/")[0] + "/")
