"""The idx format of MNIST: a magic number, the sizes, then one byte a value."""

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cnnlessons.data import digest
from cnnlessons.data.dataset import Split
from cnnlessons.data.faults import Fault
from cnnlessons.data.files import content
from cnnlessons.data.readers.contents import Contents, checked_split

if TYPE_CHECKING:
    from cnnlessons.data.sets import Known


def parse(data: bytes, path: str | Path) -> np.ndarray:
    """The uint8 array in the bytes of an idx file; a Fault unless its length is exactly what its header says.

    Source: "The idx file format", LeCun, Cortes and Burges, The MNIST database: bytes 0, 0, type (8: unsigned byte),
    number of dimensions, then each size and the data, big-endian. Images have three dimensions, labels one.
    """
    if len(data) < 4 or data[:3] != b"\0\0\x08":
        raise Fault(path, "is not an idx file of unsigned bytes")
    if data[3] not in (1, 2, 3):
        raise Fault(path, f"announces {data[3]} dimensions, where images have 3 and labels 1")
    start = 4 + 4 * data[3]
    if len(data) < start:
        raise Fault(path, f"is cut: {len(data)} bytes, where the header alone takes {start}")
    shape = [int(n) for n in np.frombuffer(data, ">u4", data[3], offset=4)]
    expected = start + math.prod(shape)  # Python's integers do not overflow
    if len(data) != expected:
        raise Fault(path, f"is cut or padded: {len(data):,} bytes, where its header announces {expected:,}")
    if 0 in shape:
        raise Fault(path, f"is empty: its sizes are {'×'.join(map(str, shape))}")
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def read(folder: Path, known: "Known", size: int | None = None) -> Contents:
    """Contents of a folder with the four files of MNIST or Fashion-MNIST, plain or .gz, checked by digest and count.

    The digests are those of the unpacked files, so packing them anew does no harm.
    """
    digests = {}

    def array(name: str, length: int) -> np.ndarray:
        packed = folder / f"{name}.gz"
        path = folder / name if not os.path.lexists(packed) and os.path.lexists(folder / name) else packed
        data = content(path, length, unpack=path == packed)
        found = parse(data, path)  # before the digest: "is cut" says more than "its sha256 differs"
        digest.check(path, data, known.digests[name])
        digests[name] = digest.of(data)
        return found

    def split(part: str, counts: tuple[int, ...]) -> Split:
        n = sum(counts)
        images = array(f"{part}-images-idx3-ubyte", 16 + n * math.prod(known.shape))
        labels = array(f"{part}-labels-idx1-ubyte", 8 + n)
        return checked_split(images, labels, counts, known, folder)

    train, test = split("train", known.train), split("t10k", known.test)
    return Contents(train, test, digest.of_all(digests))
