"""Records: what an experiment's runs did, one JSON each, made, resumed, loaded and summarised."""

import json
import os
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from scipy import stats

from cnnlessons.ablations import Experiment
from cnnlessons.arch import build
from cnnlessons.data import load
from cnnlessons.training import DivergedError, fit

CURVES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds")
REHEARSAL_EPOCHS = 2


class RecordError(RuntimeError):
    """A record that cannot be read or used; the message names the file, the reason and the way out."""


def one_row(experiment: Experiment, name: str, seed: int, data: str, epochs: int | None, device: str) -> dict:
    """Train one variant with one seed; `epochs` shortens it. A run that diverged is a row that says so."""
    variant, splits = experiment[name], load(data)
    recipe = replace(variant.recipe, seed=seed, epochs=epochs or variant.recipe.epochs)
    row = {"variant": name, "seed": seed, "data": data, "status": "done", **{curve: [] for curve in CURVES}}
    try:
        for epoch in fit(build(variant.arch, seed=seed), splits.train, splits.test, recipe, device=device):
            for curve in CURVES:
                row[curve].append(float(f"{getattr(epoch, curve):.6g}"))
    except DivergedError as error:
        row |= {"status": "diverged", "error": str(error)}
    return row


def single_thread() -> None:
    """Set up a worker: for many small runs one thread a process beats more threads on one run."""
    torch.set_num_threads(1)
    os.environ["TQDM_DISABLE"] = "1"  # the parent shows one bar for all


def work(job) -> dict:
    """`one_row` of a tuple, for a pool."""
    return one_row(*job)


def commit() -> str | None:
    """The checkout's commit, with a + if files differ from it; None outside a checkout."""
    def git(*words):
        return subprocess.run(["git", "-C", str(Path(__file__).parent), *words], capture_output=True, text=True)

    head = git("rev-parse", "HEAD")
    if head.returncode:
        return None
    return head.stdout.strip() + ("+" if git("status", "--porcelain", "--", "*.py").stdout.strip() else "")


def jobs(experiment: Experiment, seeds: int, device: str) -> list[tuple]:
    """Every row of a record: all variants × seeds in full, then as a rehearsal on an embedded set."""
    full = [(experiment, v.name, s, experiment.data, None, device) for s in range(seeds) for v in experiment.variants]
    if experiment.rehearsal is None:
        return full
    short = [(experiment, v.name, s, experiment.rehearsal, REHEARSAL_EPOCHS, device)
             for s in range(seeds) for v in experiment.variants]
    return full + short


def read_lines(path: Path) -> list[dict]:
    """The finished rows of an interrupted run. Raises `RecordError` for a file that is not that."""
    try:
        return [json.loads(line) for line in path.read_text().splitlines()]
    except (OSError, ValueError) as error:
        raise RecordError(f"{path} is not a list of finished rows ({error}); move it away to start anew") from error


def run(experiment: Experiment, folder: Path, *, seeds: int | None = None, device: str = "cpu",
        processes: int | None = None) -> Iterator[tuple[int, int, dict]]:
    """Make `folder/ID.json`, yielding (rows done, rows in all, newest row). Each row is on disk before it is yielded.

    Rows that an interrupted run left in `folder/ID.rows.jsonl` are not repeated. A finished record is left alone.
    """
    target, partial = folder / f"{experiment.id}.json", folder / f"{experiment.id}.rows.jsonl"
    seeds = experiment.seeds if seeds is None else seeds
    if target.exists():
        if len({row["seed"] for row in read(target)["rows"]}) >= seeds:
            return
        raise RecordError(f"{target} has fewer than {seeds} seeds; move it away to make a larger one")
    rows = read_lines(partial) if partial.exists() else []
    done = {(row["variant"], row["seed"], row["data"]) for row in rows}
    every = jobs(experiment, seeds, device)
    todo = [job for job in every if job[1:4] not in done]
    start = perf_counter()
    processes = processes or (os.cpu_count() if device == "cpu" else 1)
    with get_context("spawn").Pool(processes, single_thread) as pool, partial.open("a") as out:
        for row in pool.imap_unordered(work, todo):
            out.write(json.dumps(row) + "\n")
            out.flush()
            os.fsync(out.fileno())
            rows.append(row)
            yield len(rows), len(every), row
    order = [job[1:4] for job in every]
    rows.sort(key=lambda row: order.index((row["variant"], row["seed"], row["data"])))
    finish(experiment, rows, target, device, perf_counter() - start)
    partial.unlink()


def finish(experiment: Experiment, rows: list[dict], target: Path, device: str, wall: float) -> None:
    """Write the record whole, or not at all."""
    source = load(experiment.data).source
    record = {
        "experiment": experiment.id, "question": experiment.question,
        "data": {"name": experiment.data, **asdict(source)},
        "device": torch.cuda.get_device_name() if device.startswith("cuda") else f"CPU, {os.cpu_count()} cores",
        "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
        "commit": commit(), "wall_seconds": round(wall, 1),
        "variants": {v.name: {"arch": v.arch.json(), "recipe": asdict(v.recipe)} for v in experiment.variants},
        "rows": rows,
    }
    head = json.dumps({key: value for key, value in record.items() if key != "rows"}, ensure_ascii=False, indent=1)
    lines = ",\n".join(json.dumps(row) for row in rows)  # a line a row: diffs stay readable
    draft = target.with_suffix(".tmp")
    draft.write_text(f'{head[:-2]},\n "rows": [\n{lines}\n]}}\n')
    os.replace(draft, target)


def read(path: Path) -> dict:
    """A record as it was written. Raises `RecordError` if there is none or it is damaged."""
    try:
        record = json.loads(Path(path).read_text())
        record["rows"], record["variants"]
    except FileNotFoundError:
        raise RecordError(f"no record at {path}; make it with python -m cnnlessons run {Path(path).stem}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{path} is damaged ({error!r}); restore it, or move it away and run it again") from error
    return record


@dataclass(frozen=True)
class Interval:
    """A mean over `n` runs and its 95 % confidence interval (Student's t)."""

    mean: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values) -> "Interval":
        """Of a list of numbers, at least two."""
        values = np.asarray(values, float)
        half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
        return cls(values.mean(), values.mean() - half, values.mean() + half, len(values))

    @property
    def half(self) -> float:
        """Half its width."""
        return self.high - self.mean

    def __str__(self):
        return f"{self.mean:.4f} ± {self.half:.4f} (95 %, n={self.n})"


def find(id: str) -> "Record":
    """The book's own record of that name: beside the installed package, or in the checkout. Raises `RecordError`."""
    here = Path(__file__).parent
    installed = here / "results"
    folder = installed if installed.exists() else here.parents[1] / "book" / "results"
    return Record(folder / f"{id}.json")


class Record:
    """A record with its questions answered: `curve(variant, name)`, `last(variant, name)`, `paired(a, b, name)`."""

    def __init__(self, path: Path):
        self.json = read(path)
        self.question, self.variants = self.json["question"], list(self.json["variants"])

    def rows(self, variant: str, data: str | None = None) -> list[dict]:
        """The finished runs of a variant on `data` (default: the experiment's own set), by seed."""
        data = data or self.json["data"]["name"]
        rows = [row for row in self.json["rows"] if (row["variant"], row["data"]) == (variant, data)]
        return sorted((row for row in rows if row["status"] == "done"), key=lambda row: row["seed"])

    def curve(self, variant: str, name: str, data: str | None = None) -> np.ndarray:
        """Seeds × epochs of "train_loss", "test_accuracy" …"""
        return np.array([row[name] for row in self.rows(variant, data)])

    def last(self, variant: str, name: str, data: str | None = None) -> Interval:
        """Mean and interval after the last epoch."""
        return Interval.of(self.curve(variant, name, data)[:, -1])

    def paired(self, a: str, b: str, name: str) -> Interval:
        """Mean and interval of a − b after the last epoch, paired by seed."""
        left, right = ({row["seed"]: row[name][-1] for row in self.rows(v)} for v in (a, b))
        return Interval.of([left[seed] - right[seed] for seed in sorted(left.keys() & right.keys())])

    def __repr__(self):
        seeds = len({row["seed"] for row in self.json["rows"]})
        return (f"{self.json['experiment']}: {self.question} ({len(self.variants)} variant(s), {seeds} seeds, "
                f"{self.json['data']['note'] or self.json['data']['name']}, {self.json['device']})")
