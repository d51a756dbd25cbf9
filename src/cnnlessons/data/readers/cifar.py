"""The original CIFAR-10: pickled batches, in a folder or in the tar they come in."""

import pickle
import tarfile
import zlib

import numpy as np

from cnnlessons.data import digest
from cnnlessons.data.faults import Fault
from cnnlessons.data.readers.contents import Contents, split

TRAIN = tuple(f"data_batch_{n}" for n in range(1, 6))
TEST = ("test_batch",)


def _files(path):
    """{name: bytes} of the batches in a folder or tar."""
    if path.is_dir():
        return {name: (path / name).read_bytes() for name in TRAIN + TEST if (path / name).is_file()}
    with tarfile.open(path) as tar:
        members = {m.name.rpartition("/")[2]: m for m in tar if m.isfile()}
        return {name: tar.extractfile(members[name]).read() for name in TRAIN + TEST if name in members}


def _arrays(path, names, files, known):
    """Images (N, 3072) and labels (N,) of the named batches.

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
    return np.concatenate(images), np.concatenate(labels)


def read(path, known, size=None):
    """Contents of `cifar-10-batches-py` or `cifar-10-python.tar.gz`: exact, checked by digest and count."""
    try:
        if path.is_file():
            digest.check_file(path, known.digests)
        files = _files(path)
        found = digest.of_file(path) if path.is_file() else digest.of_all({n: digest.of(b) for n, b in files.items()})
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise Fault(path, f"cannot be read to its end ({error})") from error
    train = split(*_arrays(path, TRAIN, files, known), known.train, known, path)
    test = split(*_arrays(path, TEST, files, known), known.test, known, path)
    return Contents(train, test, found)
