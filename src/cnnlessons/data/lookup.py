"""`load`: from a name to a Dataset, by the first source that has it."""

import logging
from pathlib import Path

from cnnlessons.data import cache, download, embedded
from cnnlessons.data.dataset import Dataset, Kind, Source
from cnnlessons.data.decode import whole_side
from cnnlessons.data.faults import Fault, data_error
from cnnlessons.data.files import named_by, regular
from cnnlessons.data.readers.contents import Contents
from cnnlessons.data.sets import KNOWN, Known
from cnnlessons.errors import unknown

log = logging.getLogger("cnnlessons")

LARGEST_SIDE = 512  # pixels; Imagenette takes 11 GB then


def load(name: str, *, size: int | None = None) -> Dataset:
    """The image set `name` as a Dataset: `train.x`, `test.x` uint8 (N, C, H, W); `train.y`, `test.y` int64 (N,).

    | name | training, test images | shape |
    | --- | --- | --- |
    | mnist-5k | 4,000 + 1,000 | 1×28×28 |
    | mnist, fashion-mnist | 60,000 + 10,000 | 1×28×28 |
    | cifar10 | 50,000 + 10,000 | 3×32×32 |
    | imagenette | 9,469 + 3,925 | 3×224×224 (2 GB), or 3×size×size |

    "mnist-5k" lies inside a dependency. The others are looked for under the folder CNNLESSONS_DATA, then in the cache
    (CNNLESSONS_CACHE moves it), and are downloaded last; `source` says which it was and what must be said of a copy
    that is not the original, or is unchecked. Each call returns tensors of its own.

    Raises UnknownName for an unknown name, ValueError for a size that does not fit, and DataError, naming the file,
    the reason and three ways out, if the set cannot be had whole. One set never stands in for another.
    """
    names = ("mnist-5k", *KNOWN)
    if name not in names:
        raise unknown("image set", name, names)
    if size is not None and not (name in KNOWN and KNOWN[name].resizable):
        raise ValueError(f"size={size!r}: only imagenette is resized while it is read; leave it out for {name!r}")
    side = None if size is None else whole_side(size, LARGEST_SIDE)
    if name not in KNOWN:
        return embedded.load()
    dataset = _from_folder(name, side) or _from_cache(name, side) or _from_download(name, side)
    log.info("%s: %s", name, dataset.source)
    return dataset


def _dataset(name: str, contents: Contents, kind: Kind, path: str) -> Dataset:
    source = Source(kind, path, contents.digest, contents.note)
    return Dataset(name, contents.train, contents.test, KNOWN[name].classes, source)


def _from_folder(name: str, size: int | None) -> Dataset | None:
    """The Dataset from CNNLESSONS_DATA; None if it is not there, DataError if it is there and not right.

    The set's own folder in CNNLESSONS_DATA does too, where the folder around it was asked for.
    """
    try:
        root = named_by("CNNLESSONS_DATA")
        if root is None:
            return None
        if not root.is_dir():
            raise Fault(root, "CNNLESSONS_DATA names it, and it is no folder", "correct CNNLESSONS_DATA")
        root = root.absolute()
        for around in (root, *root.parents[:2]):  # the longest pattern has two folders
            for pattern, read in KNOWN[name].places:
                for path in sorted(around.glob(pattern), reverse=True):
                    if path == root or root in path.parents:
                        found = read(path if pattern.endswith("/") else regular(path), KNOWN[name], size)
                        return _dataset(name, found, "folder", path.relative_to(around).as_posix())
    except Fault as fault:
        ways = "put the original files there", "unset CNNLESSONS_DATA, so that they are downloaded"
        raise data_error(name, fault, *ways) from fault
    return None


def _from_cache(name: str, size: int | None, tell: bool = False) -> Dataset | None:
    """The Dataset from the cache, or None: the download will replace what is there and damaged, and may `tell` so."""
    try:
        if not cache.has(name):
            return None
        what, read = KNOWN[name].downloaded
        path = cache.root() / name / what
        return _dataset(name, read(path, KNOWN[name], size), "cache", f"{name}/{what}".removesuffix("/."))
    except Fault as fault:
        if tell:
            log.warning("%s: the cached copy is damaged and will be downloaded again (%s)", name, fault)
        return None


def _read_download(path: Path, known: Known, size: int | None) -> Contents:
    """Contents of fresh files; a Fault names them without the temporary folder, which is gone when it is read."""
    try:
        return known.downloaded[1](path, known, size)
    except Fault as fault:
        raise Fault(f"the downloaded {Path(fault.file).name}", fault.reason) from fault


def _from_download(name: str, size: int | None) -> Dataset:
    """The Dataset, downloaded, read and then moved into the cache: what cannot be read never gets there."""
    known = KNOWN[name]
    places = " or ".join(pattern for pattern, _ in known.places)
    way = f"name a folder that holds {places} in CNNLESSONS_DATA"
    if root := named_by("CNNLESSONS_DATA"):
        log.warning("%s: %s, which CNNLESSONS_DATA names, does not hold %s; downloading it", name, root, places)
        way = f"put {places} into {root}, which CNNLESSONS_DATA names and which does not hold it"
    try:
        with cache.room(name) as folder:
            if dataset := _from_cache(name, size, tell=True):  # another process was quicker
                return dataset
            urls = [download.fetch(remote, folder, known.digests, known.largest) for remote in known.remote()]
            contents = _read_download(folder / known.downloaded[0], known, size)
            cache.move_in(folder, name)
    except Fault as fault:
        raise data_error(name, fault, "try again, with a network", way) from fault
    return _dataset(name, contents, "download", urls[0] if len(urls) == 1 else urls[0].rpartition("/")[0] + "/")
