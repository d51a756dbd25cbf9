"""What looks at a claim: a function, the parts of the statement it found, and the verdict that follows from them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Found:
    """What a check found: each part of a statement with whether it holds, and the numbers in one line.

    A part is None where nothing here can tell. The verdict follows from the parts, and from nothing else.
    """

    parts: dict[str, bool | None]
    numbers: str

    @property
    def verdict(self) -> str:
        """ "right" if all parts hold, "wrong" if none does, "imprecise" if some do; a None is "not checkable"."""
        holds = list(self.parts.values())
        if None in holds:
            return "not checkable"
        return "right" if all(holds) else "imprecise" if any(holds) else "wrong"


@dataclass(frozen=True)
class Check:
    """A function that looks, and the record it reads, if it does."""

    look: Callable[[], Found]
    record: str | None = None

    def found(self) -> Found:
        """What there is to see. Raises `RecordError` where the record has not been made yet."""
        return seen(self.look)


@cache  # several claims are settled by one look
def seen(look: Callable[[], Found]) -> Found:
    """What `look` returns."""
    return look()


CHECKS: dict[str, Check] = {}  # by claim


def check(*ids: str, record: str | None = None):
    """Decorator: this function settles those claims, from the record of that name if there is one."""

    def keep(look):
        for id in ids:
            if id in CHECKS:
                raise ValueError(f"claim {id} has two checks: {CHECKS[id].look.__name__} and {look.__name__}")
            CHECKS[id] = Check(look, record)
        return look

    return keep
