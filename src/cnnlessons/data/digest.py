"""Digests; an expected one is written "algorithm:hex"."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from cnnlessons.data.faults import Fault
from cnnlessons.data.files import content, regular


def of(data: bytes, algorithm: str = "sha256") -> str:
    """The digest of some bytes, in hex."""
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def of_file(path: Path, algorithm: str = "sha256") -> str:
    """The digest of a file, in hex, read in blocks. A Fault if it cannot be read."""
    try:
        with open(regular(path), "rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.new(algorithm, usedforsecurity=False)).hexdigest()
    except OSError as error:
        raise Fault(path, f"cannot be read ({error})") from error


def of_all(digests: Mapping[str, str]) -> str:
    """One sha256 for files given as {name: sha256}: that of the lines `sha256sum` prints for them, sorted by name."""
    return of("".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode())


def check(path: str | Path, data: bytes, expected: str) -> None:
    """Raise a Fault naming `path` unless `data` has the `expected` digest."""
    algorithm = expected.partition(":")[0]
    _compare(path, f"{algorithm}:{of(data, algorithm)}", expected)


def check_file(path: Path, digests: Mapping[str, str], largest: int) -> bool:
    """Check a file against {name: digest}: under its own name, or, for NAME.gz, its content against that of NAME.

    Returns whether a digest is known; a Fault if it differs, or if a .gz unpacks to more than `largest` bytes.
    """
    if path.suffix == ".gz" and path.stem in digests:
        check(path, content(path, largest, unpack=True), digests[path.stem])
    elif path.name in digests:
        algorithm = digests[path.name].partition(":")[0]
        _compare(path, f"{algorithm}:{of_file(path, algorithm)}", digests[path.name])
    else:
        return False
    return True


def _compare(path: str | Path, found: str, expected: str) -> None:
    if found != expected:
        algorithm, _, digest = expected.partition(":")
        raise Fault(path, f"its {algorithm} is {found.partition(':')[2][:12]}… and not {digest[:12]}…")
