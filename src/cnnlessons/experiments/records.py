"""Records: what an experiment's runs did, one JSON each, found, read and summarised."""

import json
import shlex
from collections.abc import Iterable
from copy import copy
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from cnnlessons.errors import unknown
from cnnlessons.experiments import disk
from cnnlessons.experiments.declared import EXPERIMENTS
from cnnlessons.experiments.rows import NOT_CURVES, Key, Line, Row, fault, key_of, parse
from cnnlessons.intervals import Comparison, Interval, together


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


STUCK = 1.5  # times the accuracy of a guess: a run that reads no more of its training images has not learned


class Record:
    """A record with its questions answered: `curve(variant, name)`, `end(variant, name)`, `compare(a, b, name)`."""

    def __init__(self, path: Path) -> None:
        self.data = read(path)
        self.question, self.variants = self.data["question"], list(self.data["variants"])

    def stopped_after(self, epoch: int) -> "Record":
        """What the record would be had every run been stopped after that epoch, whatever its step size was by then.

        Raises `ValueError` for an epoch before the first.
        """
        if epoch < 1:
            raise ValueError(f"epoch must be a whole number from 1, not {epoch!r}")

        def cut(row: Row) -> Row:
            epochs = len(row["train_loss"])  # what is measured before training too has one entry more
            return {
                name: value[: epoch + len(value) - epochs] if isinstance(value, list) else value
                for name, value in row.items()
            }

        made = copy(self)
        made.data = {**self.data, "rows": [cut(row) for row in self.data["rows"]]}
        return made

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
        """Seeds × epochs of "train_loss", "test_accuracy" …, of all runs that ended. Raises `UnknownName`."""
        return np.array([_curve(row, name) for row in self.rows(variant, data)])

    def stuck(self, variant: str, data: str | None = None) -> int:
        """How many runs diverged, or read no more of their training images in the end than 1.5 × a guess would."""
        done = self.rows(variant, data)
        return len(self.rows(variant, data, status="diverged")) + sum(not self._learned(row) for row in done)

    def _learned(self, row: Row) -> bool:
        layers = self.data["variants"][row["variant"]]["arch"]["layers"]
        classes = next(layer["units"] for layer in reversed(layers) if "units" in layer)
        return row["train_accuracy"][-1] > STUCK / classes

    def last_epochs(self, variant: str) -> int:
        """How many epochs a run is read at: the last one where the step size is annealed, else the last quarter.

        That is two at least, unless there is only one.
        """
        epochs = max((len(row["train_loss"]) for row in self.rows(variant)), default=1)
        constant = self.data["variants"][variant]["recipe"]["schedule"] == "constant"
        return min(epochs, max(2, ceil(epochs / 4))) if constant else 1

    def by_seed(
        self, variant: str, name: str, data: str | None = None, *, with_stuck: bool = False
    ) -> dict[int, float]:
        """What each run that learned comes to in the end: the mean over its `last_epochs`. Raises `UnknownName`.

        Also what the stuck ones come to, if asked for: where being stuck is the outcome, as with dead units.
        """
        rows = [row for row in self.rows(variant, data) if with_stuck or self._learned(row)]
        return {row["seed"]: float(np.mean(_curve(row, name)[-self.last_epochs(variant) :])) for row in rows}

    def ends(self, variant: str, name: str, data: str | None = None, *, with_stuck: bool = False) -> np.ndarray:
        """The same as an array, in the order of the seeds."""
        return np.array([*self.by_seed(variant, name, data, with_stuck=with_stuck).values()])

    def end(self, variant: str, name: str, data: str | None = None, *, with_stuck: bool = False) -> Interval:
        """Mean and interval over the runs that learned, each read at the mean of its last epochs.

        Raises `RecordError` if fewer than two did.
        """
        ends = self.ends(variant, name, data, with_stuck=with_stuck)
        if len(ends) < 2:
            raise RecordError(
                f"{self.data['experiment']}: {len(ends)} run(s) of {variant!r} learned, {self.stuck(variant, data)} "
                "are stuck; an interval needs two, and curve() has them all"
            )
        return Interval.of(ends)

    def best(self, name: str, by: str = "train_loss") -> str:
        """Of the variants "name, lr …" without a stuck run, the one with the lowest loss, or highest accuracy, `by`.

        By the training loss, so that no test image has a say in the step size; a record that was judged on validation
        images is asked by "test_accuracy" or "test_loss". Raises `UnknownName`.
        """
        tried = [v for v in self.variants if v.startswith(f"{name}, lr ") and not self.stuck(v)]
        if not tried:
            raise unknown("network tried at several step sizes", name, {v.partition(", lr ")[0] for v in self.variants})
        sign = -1 if by.endswith("accuracy") else 1
        return min(tried, key=lambda variant: sign * self.ends(variant, by).mean())

    def compare(self, a: str, b: str, name: str = "test_accuracy", *, with_stuck: bool = False) -> Comparison:
        """Variant `a` against variant `b`, at the end of their runs.

        Two that differ in augmentation only, so that partners start from the same weights and read the same images in
        the same order, are compared in pairs; such partners correlate. All others are compared as they are.

        Raises `UnknownName` for a variant or curve that the record does not have, `RecordError` for variants that were
        trained for a single epoch at a constant step size: that bears no verdict.
        """
        left, right = (self.by_seed(variant, name, with_stuck=with_stuck) for variant in (a, b))
        for variant in (a, b):
            if self.data["variants"][variant]["recipe"]["schedule"] == "constant" and self.last_epochs(variant) == 1:
                raise RecordError(
                    f"{self.data['experiment']}: {variant!r} was trained for one epoch at a constant step size, which "
                    "bears no verdict; train longer, or anneal the step size"
                )
        stuck = (0, 0) if with_stuck else (self.stuck(a), self.stuck(b))
        paired = self._but_for_augmentation(a) == self._but_for_augmentation(b)
        if paired:
            left, right = ({s: runs[s] for s in left.keys() & right.keys()} for runs in (left, right))
        return Comparison.of(a, b, name, left, right, paired=paired, stuck=stuck)

    def _but_for_augmentation(self, variant: str) -> dict[str, Any]:
        made = self.data["variants"][variant]
        return made | {"recipe": {name: value for name, value in made["recipe"].items() if name != "augment"}}

    def table(
        self, pairs: Iterable[tuple[str, str]], name: str = "test_accuracy", *, with_stuck: bool = False
    ) -> list[Comparison]:
        """Several comparisons as one table, corrected for their number (Holm)."""
        return together(self.compare(a, b, name, with_stuck=with_stuck) for a, b in pairs)

    def __repr__(self) -> str:
        seeds = len({row["seed"] for row in self.data["rows"]})
        many = f"{seeds} seed" + ("s" if seeds != 1 else "")
        held = f", judged on {self.data['validation']:,} held-back training images" if "validation" in self.data else ""
        return (
            f"{self.data['experiment']}: {self.question} ({len(self.variants)} variant(s), {many}, "
            f"{self.data['data']['note'] or self.data['data']['name']}{held}, {self.data['device']})"
        )


def _curve(row: Row, name: str) -> list[float]:
    if name not in row or name in NOT_CURVES:
        raise unknown("curve", name, [known for known in row if known not in NOT_CURVES])
    return row[name]


def summarise(record: Record, name: str = "test_accuracy", against: str | None = None) -> str:
    """A line per variant: its mean with its 95 % interval, then each compared with `against` (default: the first).

    Networks that were tried at several step sizes ("name, lr …") are compared at their best ones; of a choice, judged
    on held-back images, the best ones are all there is to say. The words follow the numbers, corrected for the number
    of comparisons. Stuck runs are counted, not averaged.
    """
    width, lines = max(map(len, record.variants)), [repr(record)]
    for variant in record.variants:
        ends, stuck = record.ends(variant, name), record.stuck(variant)
        said = (
            str(Interval.of(ends)) if len(ends) > 1 else f"{ends[0]:.4f} (one run)" if len(ends) else "no run learned"
        )
        lines.append(f"  {variant:{width}}  {said}" + (f", {stuck} stuck" if stuck else ""))
    tried = dict.fromkeys(variant.partition(", lr ")[0] for variant in record.variants if not record.stuck(variant))
    at_rates = all(", lr " in variant for variant in record.variants)
    if "validation" in record.data:
        return "\n".join([*lines, *(f"best: {record.best(each, by=name)}" for each in tried if at_rates)])
    rivals = [record.best(each) for each in tried] if at_rates and against is None else record.variants
    against = rivals[0] if against is None else against
    pairs = [(variant, against) for variant in rivals if variant != against and len(record.ends(variant, name)) > 1]
    try:
        return "\n".join([*lines, *map(str, record.table(pairs, name))])
    except RecordError as error:  # trained too shortly for a verdict
        return "\n".join([*lines, f"no verdict: {error}"])
