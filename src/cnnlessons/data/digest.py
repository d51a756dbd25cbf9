"""Digests; an expected one is written "algorithm:hex"."""

import gzip
import hashlib
import zlib
from pathlib import Path

from cnnlessons.data.faults import Fault


def of(content, algorithm="sha256"):
    """The digest of some bytes, in hex."""
    return hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()


def of_file(path, algorithm="sha256"):
    """The digest of a file, in hex, read in blocks."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()


def of_all(digests):
    """One sha256 for files given as {name: sha256}: that of the lines `sha256sum` prints for them, sorted by name."""
    return of("".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode())


def unpacked(path):
    """The content of a file, decompressed if it ends in .gz; a cut or damaged one is a Fault."""
    try:
        content = Path(path).read_bytes()
        return gzip.decompress(content) if Path(path).suffix == ".gz" else content
    except (EOFError, zlib.error, OSError) as error:
        raise Fault(path, f"cannot be read to its end ({error})") from error


def check(path, content, expected):
    """Raise a Fault naming `path` unless `content` (bytes) has the `expected` digest."""
    algorithm = expected.partition(":")[0]
    _compare(path, f"{algorithm}:{of(content, algorithm)}", expected)


def check_file(path, digests):
    """Check a file against {name: digest}: under its own name, or, for NAME.gz, its content against that of NAME."""
    path = Path(path)
    if path.suffix == ".gz" and path.stem in digests:
        check(path, unpacked(path), digests[path.stem])
    elif path.name in digests:
        algorithm = digests[path.name].partition(":")[0]
        _compare(path, f"{algorithm}:{of_file(path, algorithm)}", digests[path.name])


def _compare(path, found, expected):
    if found != expected:
        algorithm, _, digest = expected.partition(":")
        raise Fault(path, f"its {algorithm} is {found.partition(':')[2][:12]}… and not {digest[:12]}…")
