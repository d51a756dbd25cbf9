"""Records: what an experiment's runs did, one JSON each, found, read and summarised."""

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np

from cnnlessons.errors import unknown
from cnnlessons.experiments import disk
from cnnlessons.experiments.declared import EXPERIMENTS
from cnnlessons.experiments.rows import NOT_CURVES, Key, Line, Row, fault, key_of, parse
from cnnlessons.intervals import Comparison, Interval


class RecordError(RuntimeError):
    """A record that cannot be read, made or used; the message names the file, the reason and the way out."""


HEAD = {"experiment": str, "question": str, "device": str, "data": dict, "variants": dict, "rows": list}


def load_head(path: Path) -> dict[str, Any]:
    """A record whose rows have not been looked at. Raises `RecordError` if there is none or it is damaged."""
    path = Path(path)
    try:
        record = parse(path.read_bytes())
    except FileNotFoundError:
        raise RecordError(f"no record at {path}; make it with {command(path)}") from None
    except ValueError as error:
        raise _damaged(path, f"is not JSON: {error}") from None
    if not isinstance(record, dict):
        raise _damaged(path, "a JSON object is needed")
    for name, kind in HEAD.items():
        if not isinstance(record.get(name), kind):
            raise _damaged(path, f"{name!r} is not there or of another type")
    if not (isinstance(record["data"].get("name"), str) and isinstance(record["data"].get("note"), str)):
        raise _damaged(path, "'data' needs a name and a note")
    if not record["variants"] or not all(isinstance(made, dict) for made in record["variants"].values()):
        raise _damaged(path, "'variants' needs a definition for each name")
    return record


def _damaged(path: Path, why: str) -> RecordError:
    return RecordError(f"{path} is damaged ({why}); restore it, or move it away and run it again")


def lines(path: Path, record: dict[str, Any]) -> list[Line]:
    """The rows of a record, each with what is wrong with it, by itself or beside the others."""
    found: list[Line] = []
    keys: set[Key] = set()
    for number, row in enumerate(record["rows"], start=1):
        wrong = fault(row)  # the older records have no digests in their rows
        if not wrong and row["variant"] not in record["variants"]:
            wrong = f"is of {row['variant']!r}, which the record does not define"
        if not wrong and key_of(row) in keys:
            wrong = f"is a second row of {row['variant']!r}, seed {row['seed']}, on {row['data']}"
        if not wrong:
            keys.add(key_of(row))
        found.append(Line(path, f"{path}, row {number}", json.dumps(row), row, wrong))
    return found


def read(path: Path) -> dict[str, Any]:
    """A record as it was written. Raises `RecordError` if there is none, or if it or one of its rows is damaged."""
    record = load_head(path)
    if bad := [line for line in lines(Path(path), record) if line.fault]:
        raise bad_rows(bad, command(Path(path)))
    return record


def bad_rows(bad: list[Line], how: str) -> RecordError:
    """The error for rows that cannot be used; `how` is the command that makes the record."""
    more = f" (and {len(bad) - 1} more row(s))" if len(bad) > 1 else ""
    return RecordError(
        f"{bad[0].where}: this row {bad[0].fault}{more}; mend or restore the file, or run "
        f"{how} --set-aside, which puts aside what cannot be used and keeps the other rows"
    )


def write(path: Path, record: dict[str, Any]) -> None:
    """Put a record in place, whole or not at all: a line per row, so that diffs stay readable. Raises `OSError`."""
    head = json.dumps({name: value for name, value in record.items() if name != "rows"}, ensure_ascii=False, indent=1)
    body = ",\n".join(json.dumps(row, allow_nan=False) for row in record["rows"])
    disk.write_whole(path, f'{head[:-2]},\n "rows": [\n{body}\n]}}\n')


def command(path: Path) -> str:
    """The command that makes the record at `path`: its name is ID, ID.DATA, ID.LIMIT or ID.DATA.LIMIT."""
    id, *rest = Path(path).name.removesuffix(".json").split(".")
    words = [f"--limit {word}" if word.isdecimal() else f"--data {word}" for word in rest]
    if Path(path).parent.absolute() != folder().absolute():
        words.append(f"--folder {shlex.quote(str(Path(path).parent))}")
    return " ".join(("python -m cnnlessons run", id, *words))


def folder() -> Path:
    """Where the book's own records lie: beside the installed package, or in the checkout."""
    package = Path(__file__).parents[1]
    installed = package / "results"
    return installed if installed.exists() else package.parents[1] / "book/results"


def find(id: str) -> "Record":
    """The book's own record of that name. Raises `RecordError`."""
    path = folder() / f"{id}.json"
    if not path.exists() and id.partition(".")[0] not in EXPERIMENTS:
        raise RecordError(str(unknown("record", id, sorted(made.stem for made in folder().glob("*.json")))))
    return Record(path)


class Record:
    """A record with its questions answered: `curve(variant, name)`, `last(variant, name)`, `compare(a, b, name)`."""

    def __init__(self, path: Path) -> None:
        self.data = read(path)
        self.question, self.variants = self.data["question"], list(self.data["variants"])

    def rows(self, variant: str, data: str | None = None, status: str = "done") -> list[Row]:
        """The runs of a variant that ended so ("done", "diverged") on `data` (default: its own), by seed.

        Raises `UnknownName` for a variant that the record does not have.
        """
        if variant not in self.variants:
            raise unknown(f"variant of {self.data['experiment']}", variant, self.variants)
        data = data or self.data["data"]["name"]
        wanted = (variant, data, status)
        found = [row for row in self.data["rows"] if (row["variant"], row["data"], row["status"]) == wanted]
        return sorted(found, key=lambda row: row["seed"])

    def curve(self, variant: str, name: str, data: str | None = None) -> np.ndarray:
        """Seeds × epochs of "train_loss", "test_accuracy" … Raises `UnknownName`."""
        return np.array([_curve(row, name) for row in self.rows(variant, data)])

    def last(self, variant: str, name: str, data: str | None = None) -> Interval:
        """Mean and interval after the last epoch."""
        return Interval.of([_curve(row, name)[-1] for row in self.rows(variant, data)])

    def best(self, name: str) -> str:
        """Of the variants "name, lr …" whose runs all finished, the one with the lowest training loss at the end.

        The training loss, so that the test images have no say in the step size. Raises `UnknownName`.
        """
        tried = [v for v in self.variants if v.startswith(f"{name}, lr ") and not self.rows(v, status="diverged")]
        if not tried:
            raise unknown("network tried at several step sizes", name, {v.partition(", lr ")[0] for v in self.variants})
        return min(tried, key=lambda variant: self.last(variant, "train_loss").mean)

    def compare(self, a: str, b: str, name: str = "test_accuracy") -> Comparison:
        """The differences a − b after the last epoch, over the seeds that both finished.

        Raises `UnknownName` for a variant that the record does not have, `RecordError` for fewer than two such seeds.
        """
        left, right = ({row["seed"]: _curve(row, name)[-1] for row in self.rows(v)} for v in (a, b))
        both = sorted(left.keys() & right.keys())
        if len(both) < 2:
            raise RecordError(
                f"{self.data['experiment']}: {a!r} and {b!r} share {len(both)} finished seed(s); a comparison needs two"
            )
        return Comparison.of(a, b, name, [left[seed] - right[seed] for seed in both])

    def paired(self, a: str, b: str, name: str) -> Interval:
        """Mean and interval of a − b after the last epoch, paired by seed."""
        return self.compare(a, b, name).difference

    def __repr__(self) -> str:
        seeds = len({row["seed"] for row in self.data["rows"]})
        return (
            f"{self.data['experiment']}: {self.question} ({len(self.variants)} variant(s), {seeds} seeds, "
            f"{self.data['data']['note'] or self.data['data']['name']}, {self.data['device']})"
        )


def _curve(row: Row, name: str) -> list[float]:
    if name not in row or name in NOT_CURVES:
        raise unknown("curve", name, [known for known in row if known not in NOT_CURVES])
    return row[name]


def summarise(record: Record, name: str = "test_accuracy", against: str | None = None) -> str:
    """A line per variant: its mean with its 95 % interval, then each compared with `against` (default: the first).

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
