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


Look = Callable[[], Found]


@dataclass(frozen=True)
class Check:
    """A function that looks, and what it looks at: a record, figures typed from a paper, or what it computes itself."""

    look: Look
    record: str | None = None  # the name of the record it reads
    quoted: bool = False  # it compares figures that were typed from a paper, and computes nothing of its own

    @property
    def evidence(self) -> str:
        """A name of `ledger.EVIDENCE`."""
        return "recorded" if self.record else "quoted" if self.quoted else "computed"

    def found(self) -> Found:
        """What there is to see. Raises `RecordError` where the record has not been made yet."""
        return result(self.look)


@cache  # several claims are settled by one look
def result(look: Look) -> Found:
    """What `look` returns."""
    return look()


CHECKS: dict[str, Check] = {}  # by claim


def check(*ids: str, record: str | None = None, quoted: bool = False) -> Callable[[Look], Look]:
    """Decorator: this function settles those claims, from a record or from figures quoted from a paper if it says so.

    Raises `ValueError` for a claim that has a check already.
    """

    def register(look: Look) -> Look:
        for id in ids:
            if id in CHECKS:
                raise ValueError(f"claim {id} has two checks: {CHECKS[id].look.__name__} and {look.__name__}")
            CHECKS[id] = Check(look, record, quoted)
        return look

    return register
