"""The ledger: every statement of five study notes with its verdict, the right statement, and what shows it.

`CLAIMS["002-L015e"]` is a row; `CLAIMS[id].check.found()` looks again. The rows are TOML, a file per note, because they
are prose with a few labels: edited by hand, read by the standard library, one line of a diff each. What can be looked
at is a function of `checks`, registered under the ids it settles; `checks` and `MISTAKES` need torch and are imported
when asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

from cnnlessons.claims.checking import Found
from cnnlessons.claims.ledger import CAUSES, CLAIMS, EVIDENCE, KINDS, VERDICTS, Claim

if TYPE_CHECKING:
    from cnnlessons.claims import checks
    from cnnlessons.claims.mistakes import MISTAKES, Mistake

__all__ = ["CAUSES", "CLAIMS", "EVIDENCE", "KINDS", "MISTAKES", "VERDICTS", "Claim", "Found", "Mistake", "checks"]


def __getattr__(name: str) -> Any:
    """`checks`, `MISTAKES` and `Mistake`, imported now. Raises `AttributeError` for any other name."""
    if name in ("MISTAKES", "Mistake"):
        return getattr(importlib.import_module("cnnlessons.claims.mistakes"), name)
    if name == "checks":
        return importlib.import_module("cnnlessons.claims.checks")
    raise AttributeError(f"module 'cnnlessons.claims' has no attribute {name!r}")
