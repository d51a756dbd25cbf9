"""Reading files that may be anything: only regular files, and never more of one than was expected.

A set's files come from a folder, a cache or a server that nobody vouches for, and all of it ends in memory.
"""

import gzip
import lzma
import os
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from cnnlessons.data.faults import Fault, plain

LARGEST = 64 << 20  # bytes: of one image, one batch of CIFAR-10 (31 MB), one header of a tar
DAMAGED = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, OSError, ValueError, IndexError)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what Python's readers raise for a cut or damaged file into a Fault that names it."""
    try:
        yield
    except DAMAGED as error:
        raise Fault(path, f"cannot be read to its end ({plain(error)})") from error


def regular(path: Path) -> Path:
    """`path`, if a file is there; a Fault for a folder, a FIFO or a device, whose reading may never end."""
    with _reading(path):
        if not os.path.lexists(path):
            raise Fault(path, "is missing")
        if not path.is_file():
            raise Fault(path, "is no regular file")
    return path


def content(path: Path, limit: int = LARGEST, unpack: bool = False) -> bytes:
    """The bytes of a regular file, decompressed if `unpack`; a Fault if it is damaged or holds more than `limit`."""
    regular(path)
    with _reading(path), gzip.open(path) if unpack else open(path, "rb") as file:
        found = file.read(limit + 1)
    if len(found) > limit:
        raise Fault(path, f"holds more than the {limit:,} bytes expected")
    return found


class _Member(tarfile.TarInfo):
    """A member of a tar that announces a sensible size; tarfile reads what a header announces into memory."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """A header. Raises ReadError if what follows it is too large."""
        member = super().frombuf(buf, encoding, errors)
        if member.size > LARGEST:
            raise tarfile.ReadError(f"{member.name} announces {member.size:,} bytes, where {LARGEST:,} are the most")
        return member


def members(path: Path) -> list[tarfile.TarInfo]:
    """The headers of the files in a tar, compressed or not, in their order."""
    with _reading(regular(path)), tarfile.open(path, tarinfo=_Member) as tar:
        return [member for member in tar if member.isfile()]


def contents(path: Path, chosen: Iterable[tarfile.TarInfo]) -> Iterator[bytes]:
    """The bytes of the `chosen` members of a tar, one at a time: they know their offsets, no header is read again."""
    with _reading(path), tarfile.open(path, tarinfo=_Member) as tar:
        for member in chosen:
            if member.size > LARGEST:  # of a sparse file, whose header announces what is stored
                raise Fault(f"{path}/{member.name}", f"holds {member.size:,} bytes, where {LARGEST:,} are the most")
            file = tar.extractfile(member)
            yield file.read() if file else b""


def named_by(variable: str) -> Path | None:
    """The folder that an environment variable names, there or not; None if it is unset. A Fault if it cannot be one."""
    value = os.environ.get(variable)
    if not value:
        return None
    try:
        path = Path(value).expanduser()
        path.exists()
    except (RuntimeError, OSError, ValueError) as error:  # no such user; a name too long or not allowed
        raise Fault(f"{variable}={value}", f"names no folder ({plain(error)})", f"correct {variable}") from error
    return path
