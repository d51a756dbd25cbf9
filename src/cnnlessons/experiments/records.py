"""Records: what an experiment's runs did, one JSON each, found, read and summarised."""

import json
from pathlib import Path

import numpy as np

from cnnlessons.errors import unknown
from cnnlessons.intervals import Comparison, Interval


class RecordError(RuntimeError):
    """A record that cannot be read, made or used; the message names the file, the reason and the way out."""


def read(path: Path) -> dict:
    """A record as it was written. Raises `RecordError` if there is none or it is damaged."""
    try:
        record = json.loads(Path(path).read_text())
        record["rows"], record["variants"], record["data"]["name"]
    except FileNotFoundError:
        raise RecordError(f"no record at {path}; make it with python -m cnnlessons run {Path(path).stem}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{path} is damaged ({error!r}); restore it, or move it away and run it again") from error
    return record


def folder() -> Path:
    """Where the book's own records lie: beside the installed package, or in the checkout."""
    package = Path(__file__).parents[1]
    installed = package / "results"
    return installed if installed.exists() else package.parents[1] / "book/results"


def find(id: str) -> "Record":
    """The book's own record of that name. Raises `RecordError`."""
    return Record(folder() / f"{id}.json")


class Record:
    """A record with its questions answered: `curve(variant, name)`, `last(variant, name)`, `compare(a, b, name)`."""

    def __init__(self, path: Path):
        self.data = read(path)
        self.question, self.variants = self.data["question"], list(self.data["variants"])

    def rows(self, variant: str, data: str | None = None, status: str = "done") -> list[dict]:
        """The runs of a variant that ended so ("done", "diverged") on `data` (default: its own), by seed."""
        if variant not in self.variants:
            raise unknown(f"variant of {self.data['experiment']}", variant, self.variants)
        data = data or self.data["data"]["name"]
        rows = [r for r in self.data["rows"] if (r["variant"], r["data"], r["status"]) == (variant, data, status)]
        return sorted(rows, key=lambda row: row["seed"])

    def curve(self, variant: str, name: str, data: str | None = None) -> np.ndarray:
        """Seeds × epochs of "train_loss", "test_accuracy" …"""
        return np.array([row[name] for row in self.rows(variant, data)])

    def last(self, variant: str, name: str, data: str | None = None) -> Interval:
        """Mean and interval after the last epoch."""
        return Interval.of([row[name][-1] for row in self.rows(variant, data)])

    def best(self, name: str) -> str:
        """Of the variants "name, lr …" whose runs all finished, the one with the least training loss at the end.

        The training loss, so that the test pictures have no say in the step size. Raises `UnknownName`.
        """
        tried = [v for v in self.variants if v.startswith(f"{name}, lr ") and not self.rows(v, status="diverged")]
        if not tried:
            raise unknown("network tried at several step sizes", name, {v.partition(", lr ")[0] for v in self.variants})
        return min(tried, key=lambda variant: self.last(variant, "train_loss").mean)

    def compare(self, a: str, b: str, name: str = "test_accuracy") -> Comparison:
        """The differences a − b after the last epoch, over the seeds that both finished."""
        left, right = ({row["seed"]: row[name][-1] for row in self.rows(v)} for v in (a, b))
        both = sorted(left.keys() & right.keys())
        if len(both) < 2:
            raise RecordError(
                f"{self.data['experiment']}: {a!r} and {b!r} share {len(both)} finished seed(s); a comparison needs two"
            )
        return Comparison.of(a, b, name, [left[seed] - right[seed] for seed in both])

    def paired(self, a: str, b: str, name: str) -> Interval:
        """Mean and interval of a − b after the last epoch, paired by seed."""
        return self.compare(a, b, name).difference

    def __repr__(self):
        seeds = len({row["seed"] for row in self.data["rows"]})
        return (
            f"{self.data['experiment']}: {self.question} ({len(self.variants)} variant(s), {seeds} seeds, "
            f"{self.data['data']['note'] or self.data['data']['name']}, {self.data['device']})"
        )


def summarise(record: Record, name: str = "test_accuracy", against: str | None = None) -> str:
    """A line a variant: its mean with its 95 % interval, then each compared with `against` (default: the first).

    The words follow the numbers: better, worse, or no effect seen, with the size of effect that could have been seen.
    Runs that diverged are counted, not averaged.
    """
    against = record.variants[0] if against is None else against
    width, lines = max(map(len, record.variants)), [repr(record)]
    for variant in record.variants:
        done, wild = len(record.rows(variant)), len(record.rows(variant, status="diverged"))
        said = str(record.last(variant, name)) if done > 1 else f"{done} finished run(s)"
        lines.append(f"  {variant:{width}}  {said}" + (f", {wild} diverged" if wild else ""))
    enough = [variant for variant in record.variants if len(record.rows(variant)) > 1]
    pairs = [str(record.compare(variant, against, name)) for variant in enough if variant != against]
    return "\n".join(lines + (pairs if against in enough else []))
