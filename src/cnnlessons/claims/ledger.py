"""A claim: what a study note says of these networks, whether that is so, and what shows it."""

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnlessons.claims.checking import CHECKS, Check
from cnnlessons.errors import unknown

KINDS = ("arithmetic", "experiment", "explanation", "paper figure")
VERDICTS = ("right", "imprecise", "wrong", "not checkable")
EVIDENCE = ("computed", "recorded", "quoted", "untestable here")
CAUSES = {  # why a statement missed: at least one of these for every imprecise or wrong one
    "slip": "A slip of the pen, or a loose word",
    "missing condition": "True in some cases; the condition, or the second half, was left out",
    "other network": "A later network under the old name",
    "said too strongly": "A tendency told as a law",
    "another reason": "The fact is there, with another reason than the authors gave",
    "lost label": "A number that lost its label: error or accuracy, which test set, how many networks",
    "who was first": "The famous paper gets the credit of the ones it builds on",
    "handed on": "Copied from one text to the next, with nothing to check it against",
    "tool": "The framework does something else than its name suggests",
    "one run": "A conclusion from a single run",
}


@dataclass(frozen=True)
class Claim:
    """One statement of one study note, its verdict, the right statement and its evidence."""

    id: str  # note, line, and a letter where a line makes several claims: "002-L015e"
    said: str
    kind: str
    verdict: str
    right: str
    cause: str = ""
    quoted: str = ""  # paper, section, table
    untestable: str = ""  # why no cell, record or paper can settle it
    see: str = ""  # an experiment that looks at the same thing in a small network: "E06"

    @property
    def note(self) -> str:
        """The study note, 000 … 004."""
        return self.id[:3]

    @property
    def line(self) -> int:
        """The line of that note."""
        return int(self.id[5:8])

    @property
    def check(self) -> Check | None:
        """Its `Check`, or None."""
        import cnnlessons.claims.checks  # noqa: F401  # which registers them, and needs torch

        return CHECKS.get(self.id)

    @property
    def evidence(self) -> str | None:
        """The strongest kind of evidence it has, a name of EVIDENCE, or None."""
        if self.check:
            return self.check.evidence
        return "quoted" if self.quoted else "untestable here" if self.untestable else None


def read(path: Path) -> list[Claim]:
    """The claims of one note's file. Raises `ValueError` where a word is not one of KINDS, VERDICTS or CAUSES."""
    claims = []
    for id, row in tomllib.loads(path.read_text(encoding="utf-8")).items():
        for what, known in (("kind", KINDS), ("verdict", VERDICTS), ("cause", ("", *CAUSES))):
            if row.get(what, "") not in known:
                raise unknown(f"{what} (claim {id})", row.get(what, ""), known)
        claims.append(Claim(id, **row))
    return claims


class Ledger(dict[str, Claim]):
    """The claims by id; an unknown id suggests the nearest."""

    def __missing__(self, id: str) -> Claim:
        raise unknown("claim", id, self)

    def where(self, **wanted: str) -> list[Claim]:
        """Those with, for instance, `note="002", verdict="wrong"`, in the order of the notes."""
        return [claim for claim in self.values() if all(getattr(claim, k) == v for k, v in wanted.items())]

    def count(self, *names: str) -> dict[Any, int]:
        """How many there are of each value of an attribute, or of each combination of several."""
        values = (
            tuple(getattr(claim, n) for n in names) if len(names) > 1 else getattr(claim, names[0])
            for claim in self.values()
        )
        return dict(Counter(values).most_common())


CLAIMS = Ledger(
    (claim.id, claim) for path in sorted((Path(__file__).parent / "notes").glob("*.toml")) for claim in read(path)
)
