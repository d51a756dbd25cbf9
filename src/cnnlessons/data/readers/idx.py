"""The idx format of MNIST: a magic number, the sizes, then one byte a value."""

import os

import numpy as np

from cnnlessons.data import digest
from cnnlessons.data.faults import Fault
from cnnlessons.data.readers.contents import Contents, split


def parse(content, path):
    """The uint8 array in the bytes of an idx file; a Fault unless its length is exactly what its header says.

    Source: "The idx file format", LeCun, Cortes and Burges, The MNIST database: bytes 0, 0, type (8: unsigned byte),
    number of dimensions, then each size and the data, big-endian.
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise Fault(path, "is not an idx file of unsigned bytes")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise Fault(path, f"is cut: {len(content)} bytes, where the header alone takes {start}")
    shape = tuple(int(n) for n in np.frombuffer(content, ">u4", content[3], offset=4))
    expected = start + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected:
        raise Fault(path, f"is cut or padded: {len(content):,} bytes, where its header announces {expected:,}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def read(folder, known, size=None):
    """Contents of a folder with the four files of MNIST or Fashion-MNIST, plain or .gz, checked by digest and count.

    The digests are those of the unpacked files, so packing them anew does no harm.
    """
    arrays, digests = {}, {}
    for name in (f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")):
        packed = folder / f"{name}.gz"
        path = next((path for path in (packed, folder / name) if os.path.exists(path)), None)
        if path is None:
            raise Fault(packed, "is missing")
        content = digest.unpacked(path)
        arrays[name] = parse(content, path)  # before the digest: "is cut" says more than "its sha256 differs"
        digest.check(path, content, known.digests[name])
        digests[name] = digest.of(content)
    train, test = (
        split(arrays[f"{part}-images-idx3-ubyte"], arrays[f"{part}-labels-idx1-ubyte"], counts, known, folder)
        for part, counts in (("train", known.train), ("t10k", known.test))
    )
    return Contents(train, test, digest.of_all(digests))
