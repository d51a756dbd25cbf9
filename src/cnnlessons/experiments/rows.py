"""Rows: what a finished run says, when it can be believed, and where rows wait until they are a record."""

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnlessons.experiments import disk

Row = dict[str, Any]
Key = tuple[str, int, str]

CURVES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds")
STATUSES = ("done", "diverged")
WORDS = ("variant", "data", "status")
# of whole rows, since 0.2: of the definition, of the images that were trained on, of the row itself
PROOF = ("digest", "source", "check")
NOT_CURVES = {*WORDS, "seed", "error", *PROOF}


@dataclass(frozen=True)
class Line:
    """A row as it stands in a file; with a `fault` it cannot be used. `where` is e.g. "x.rows.jsonl, line 3"."""

    path: Path
    where: str
    raw: str
    row: Row
    fault: str = ""


def key_of(row: Row) -> Key:
    """What tells a row from the others of its record: its variant, seed and data set."""
    return row["variant"], row["seed"], row["data"]


def outcome(row: Row) -> Row:
    """What the run did, without the digests."""
    return {name: value for name, value in row.items() if name not in PROOF}


def checksum(row: Row) -> str:
    """Eight hex digits that change if anything else in the row does."""
    content = {name: value for name, value in row.items() if name != "check"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]


def sealed(row: Row) -> Row:
    """The row with its checksum."""
    return row | {"check": checksum(row)}


def parse(text: bytes | str) -> Any:
    """JSON, in UTF-8 and by the standard. Raises `ValueError` with a short reason."""
    try:
        return json.loads(text.decode("utf-8") if isinstance(text, bytes) else text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no number in JSON")


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and abs(value) <= sys.float_info.max  # type: ignore[arg-type]  # no bool, NaN, ∞


def fault(row: Any, proof: bool = False) -> str:
    """What is wrong with a row, in words, or "". With `proof` it must have its digests too."""
    if not isinstance(row, dict):
        return "is not a row: a JSON object is needed"
    for name in WORDS:
        if not isinstance(row.get(name), str):
            return f"needs a text as {name!r}" if name in row else f"lacks {name!r}"
    if type(row.get("seed")) is not int or row["seed"] < 0:
        return "needs a whole number from 0 as 'seed'"
    if row["status"] not in STATUSES:
        return f"has the unknown status {row['status'][:20]!r}"
    for name in (*CURVES, *(PROOF if proof else ())):
        if name not in row:
            return f"lacks {name!r}"
    for name in ("error", *PROOF):
        if not isinstance(row.get(name, ""), str):
            return f"needs a text as {name!r}"
    curves = {name: value for name, value in row.items() if name not in NOT_CURVES}
    if wrong := _curve_fault(curves, row["status"]):
        return wrong
    if "check" in row and row["check"] != checksum(row):
        return "was changed after it was written: its checksum differs"
    return ""


def _curve_fault(curves: Row, status: str) -> str:
    for name, numbers in curves.items():
        if not isinstance(numbers, list) or not all(map(_is_number, numbers)):
            return f"needs a list of finite numbers as {name!r}"
        if "accuracy" in name and not all(0 <= number <= 1 for number in numbers):
            return f"has a {name!r} outside 0 … 1"
    epochs = len(curves["train_loss"])
    if status == "done" and not epochs:
        return "is done without an epoch"
    for name, numbers in curves.items():
        if len(numbers) != epochs + (name not in CURVES):  # what is measured is measured before training too
            return f"has {len(numbers)} entries in {name!r} for {epochs} epoch(s)"
    return ""


def lines(path: Path) -> list[Line]:
    """The rows of an interrupted run. A last line without its end was never a row."""
    found = []
    for number, raw in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            row = parse(raw)
            wrong = fault(row, proof=True)
        except ValueError as error:
            row, wrong = {}, f"is not JSON ({error})"
        found.append(Line(path, f"{path}, line {number}", raw.decode("utf-8", "backslashreplace"), row, wrong))
    return found


def append(path: Path, row: Row) -> None:
    """Put a row on disk, whole and at once. Raises `OSError`."""
    disk.append(path, json.dumps(row, allow_nan=False).encode() + b"\n")
