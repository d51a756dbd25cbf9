"""The original CIFAR-10: pickled batches, in a folder or in the tar they come in."""

import os
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnnlessons.data import digest
from cnnlessons.data.dataset import Split
from cnnlessons.data.faults import Fault
from cnnlessons.data.files import content, contents, members
from cnnlessons.data.readers.contents import Contents, checked_split

if TYPE_CHECKING:
    from cnnlessons.data.sets import Known

TRAIN = tuple(f"data_batch_{n}" for n in range(1, 6))
TEST = ("test_batch",)


def _files(path: Path) -> dict[str, bytes]:
    """{name: bytes} of the batches in a folder or tar."""
    if path.is_dir():
        return {name: content(path / name) for name in TRAIN + TEST if os.path.lexists(path / name)}
    found = {name: m for m in members(path) if (name := m.name.rpartition("/")[2]) in TRAIN + TEST}
    return dict(zip(found, contents(path, found.values()), strict=True))


def _split(
    path: Path, names: Sequence[str], files: Mapping[str, bytes], counts: tuple[int, ...], known: "Known"
) -> Split:
    """The Split of the named batches, in their order.

    A batch that has not the known digest is never unpickled: a pickle can run code.
    """
    images, labels = [], []
    for name in names:
        if name not in files:
            raise Fault(path, f"{name} is missing")
        digest.check(path / name, files[name], known.digests[name])
        batch = pickle.loads(files[name], encoding="latin1")
        images.append(batch["data"])
        labels.append(batch["labels"])
    return checked_split(np.concatenate(images), np.concatenate(labels), counts, known, path)


def read(path: Path, known: "Known", size: int | None = None) -> Contents:
    """Contents of `cifar-10-batches-py` or `cifar-10-python.tar.gz`: exact, checked by digest and count."""
    packed = not path.is_dir()
    if packed:
        digest.check_file(path, known.digests, known.largest)
    files = _files(path)
    found = digest.of_file(path) if packed else digest.of_all({n: digest.of(b) for n, b in files.items()})
    train = _split(path, TRAIN, files, known.train, known)
    test = _split(path, TEST, files, known.test, known)
    return Contents(train, test, found)
