"""What can be wrong with data, said so that a reader knows what to do."""

import re
from pathlib import Path

ALWAYS = 'use load("mnist-5k"), which needs no file and no network'


class DataError(RuntimeError):
    """A set cannot be loaded; the message names the file, the reason and three ways out."""


class Fault(Exception):
    """What a reader, a download or the cache found wrong with one file; `way` is a way out that only it knows."""

    def __init__(self, file: str | Path, reason: str, way: str | None = None):
        name = str(file)
        self.file = name if len(name) < 300 else f"{name[:100]}…{name[-100:]}"
        self.reason = reason
        self.way = way
        super().__init__(f"{self.file}: {reason}")


def plain(error: Exception) -> str:
    """What `error` says, as one line without addresses in memory; its type's name if it says nothing."""
    said = " ".join(str(error)[:2_000].split())
    said = re.sub(r" ?<?\b[\w.]+ object at 0x[0-9a-fA-F]+>?", "", said)
    if len(said) > 300:
        return f"{said[:300]}…"
    return said or type(error).__name__


def data_error(name: str, fault: Fault, first: str, second: str) -> DataError:
    """The DataError for a `fault` met while loading the set `name`: two ways out, and the third that always holds."""
    ways = "; ".join((fault.way or first, second))
    return DataError(f"{name}: {fault.file}: {fault.reason}. Ways out: {ways}; or {ALWAYS}.")
