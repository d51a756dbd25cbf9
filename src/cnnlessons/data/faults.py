"""What can be wrong with data, said so that a reader knows what to do."""

ALWAYS = 'use load("mnist-5k"), which needs no file and no network'


class DataError(RuntimeError):
    """A set cannot be loaded; the message names the file, the reason and three ways out."""


class Fault(Exception):
    """What a reader, a download or the cache found wrong with one file; `way` is a way out that only it knows."""

    def __init__(self, file, reason, way=None):
        super().__init__(f"{file}: {reason}")
        self.file, self.reason, self.way = file, reason, way


def data_error(name, fault, first, second):
    """The DataError for a `fault` met while loading the set `name`: two ways out, and the third that always holds."""
    ways = "; ".join((fault.way or first, second))
    return DataError(f"{name}: {fault.file}: {fault.reason}. Ways out: {ways}; or {ALWAYS}.")
