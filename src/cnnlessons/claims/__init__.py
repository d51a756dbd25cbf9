"""The ledger: every statement of five study notes with its verdict, the right statement, and what shows it.

`CLAIMS["002-L015e"]` is a row; `CLAIMS[id].check.found()` looks again. The rows are TOML, a file a note, because they
are prose with a few labels: they are edited by hand, read by the standard library, and a change of one is one line of a
diff. What can be looked at is a function of `checks`, registered under the ids it settles.
"""

from cnnlessons.claims import checks
from cnnlessons.claims.claim import CAUSES, CLAIMS, EVIDENCE, KINDS, VERDICTS, Claim, Found
from cnnlessons.claims.mistakes import MISTAKES, Mistake

__all__ = ["CAUSES", "CLAIMS", "EVIDENCE", "KINDS", "MISTAKES", "VERDICTS", "Claim", "Found", "Mistake", "checks"]
