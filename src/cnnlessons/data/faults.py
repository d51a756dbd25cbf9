"""What can be wrong with data, said so that a reader knows what to do."""

ALWAYS = 'use load("mnist-5k"), which needs no file and no network'


class DataError(RuntimeError):
    """A set cannot be loaded; the message names the file, the reason and three ways out."""


class Fault(Exception):
    """What a reader or a download found wrong with one file, before anyone says what to do about it."""

    def __init__(self, file, reason):
        super().__init__(f"{file}: {reason}")
        self.file, self.reason = file, reason


def data_error(name, fault, *ways):
    """The DataError for a `fault` met while loading the set `name`; two `ways` out, the third always holds."""
    return DataError(f"{name}: {fault.file}: {fault.reason}. Ways out: {'; '.join(ways)}; or {ALWAYS}.")
