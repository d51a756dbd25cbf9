"""A plan: every run of an experiment, which of them are on disk already, and the record they become."""

import hashlib
import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from cnnlessons.ablations import Experiment, Variant
from cnnlessons.arch import build
from cnnlessons.data import Dataset, Split, load
from cnnlessons.measures import MEASURES
from cnnlessons.records import RecordError, read
from cnnlessons.training import DivergedError, Recipe, fit

RUN = ("device", "versions", "commit", "wall_seconds")  # what a record says of how its rows were made
CURVES = ("train_loss", "train_accuracy", "test_loss", "test_accuracy", "seconds")
REHEARSAL_EPOCHS = 2
LATER = {"augment": [], "precision": "auto", "pictures": None, "until": None}  # came after some records


def definition(variant: dict) -> dict:
    """What a record says of a variant, less the fields that it might lack because they came later."""
    parts = {k: definition(v) if k in ("recipe", "start") else v for k, v in json.loads(json.dumps(variant)).items()}
    return {k: v for k, v in parts.items() if k not in LATER or v != LATER[k]}


@dataclass(frozen=True)
class Job:
    """One row to be: a variant, a seed and a data set; `epochs` and `limit` make it a short version."""

    variant: Variant
    seed: int
    data: str
    epochs: int | None = None  # instead of the recipe's
    limit: int | None = None  # training pictures instead of all
    measures: tuple[str, ...] = ()  # names in measures.MEASURES

    @property
    def key(self) -> tuple[str, int, str]:
        """What tells it from the other rows of its plan."""
        return self.variant.name, self.seed, self.data

    @property
    def recipe(self) -> Recipe:
        """The variant's, with this seed."""
        return replace(self.variant.recipe, seed=self.seed, epochs=self.epochs or self.variant.recipe.epochs)

    @property
    def digest(self) -> str:
        """Of everything that decides what comes out: a row of another definition has another one."""
        made = definition(replace(self.variant, recipe=self.recipe).json())
        what = [made["arch"], made["recipe"], self.variant.until, self.data, self.pictures, self.measures]
        if self.variant.start:
            what.append(made["start"] | {"kept": self.variant.kept})
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:12]

    @property
    def pictures(self) -> int | None:
        """How many training pictures it reads, or None for all."""
        return min((n for n in (self.variant.pictures, self.limit) if n), default=None)

    def splits(self):
        """Its training and test pictures. A network for colour sees grey pictures alike in all its channels."""
        data, channels = in_memory(self.data), self.variant.arch.input[0]
        train = data.train.take(min(self.pictures, len(data.train))) if self.pictures else data.train
        return [Split(one.x.expand(-1, channels, -1, -1), one.y) if one.x.shape[1] == 1 else one
                for one in (train, data.test)]

    def row(self, epochs=(), looks=(), error: DivergedError | None = None) -> dict:
        """What goes on disk: a number an epoch for each curve, one more (before training) for each measure."""
        variant, seed, data = self.key
        row = {"variant": variant, "seed": seed, "data": data, "status": "diverged" if error else "done"}
        row |= {name: [short(getattr(epoch, name)) for epoch in epochs] for name in CURVES}
        row |= {name: [short(look[name]) for look in looks] for name in (looks[0] if looks else ())}
        return row | {"error": str(error)} if error else row

    def model(self, device: str = "cpu") -> nn.Sequential:
        """The network before its first step. Raises `DivergedError` if the run that it starts from does."""
        model, before = build(self.variant.arch, seed=self.seed).to(device), self.variant.start
        if before:
            job = replace(self, variant=before, measures=())
            earlier = job.model(device)
            for _ in fit(earlier, *job.splits(), job.recipe, device=device):
                pass
            for name in self.variant.kept:
                model.get_submodule(name).load_state_dict(earlier.get_submodule(name).state_dict())
        return model

    def run(self, device: str = "cpu") -> dict:
        """Train it, the plain way. A run that diverged is a row that says so."""
        (train, test), epochs = self.splits(), []
        try:
            model = self.model(device)
        except DivergedError as error:
            return self.row(error=error)

        def look():
            return {k: v for name in self.measures for k, v in MEASURES[name](model, train, test, self.recipe).items()}

        looks = [look()] if self.measures else []
        try:
            for epoch in fit(model, train, test, self.recipe, device=device):
                epochs.append(epoch)
                looks += [look()] if self.measures else []
                if self.variant.until and epoch.train_accuracy >= self.variant.until:
                    break
        except DivergedError as error:
            return self.row(epochs, looks, error)
        return self.row(epochs, looks)


@lru_cache(maxsize=2)
def in_memory(name: str) -> Dataset:
    """`load`, kept for the next row: a worker reads a set once."""
    return load(name)


def short(number: float) -> float:
    """Six digits: more than a curve needs, and no number becomes another."""
    return float(f"{number:.6g}")


def commit() -> str | None:
    """The checkout's commit, with a + if code differs from it; None outside a checkout."""
    def git(*words):
        return subprocess.run(["git", "-C", str(Path(__file__).parent), *words], capture_output=True, text=True)

    head = git("rev-parse", "HEAD")
    if head.returncode:
        return None
    return head.stdout.strip() + ("+" if git("status", "--porcelain", "--", "*.py").stdout.strip() else "")


class Plan:
    """Variants × seeds in full, then as a rehearsal on an embedded set that anyone can repeat in seconds.

    `data` and `limit` (training pictures) make a short version, whose record has a name of its own. Finished rows lie
    in `STEM.rows.jsonl`, one file a rank under torchrun, until the record `STEM.json` is written from them. A record
    that lacks variants or seeds is extended: its rows stay, the missing ones are run.

    Raises `RecordError` if the folder holds something of that name that cannot be used.
    """

    def __init__(self, experiment: Experiment, folder: Path, *, seeds: int | None = None, data: str | None = None,
                 limit: int | None = None):
        self.experiment, self.folder = experiment, Path(folder)
        self.seeds = experiment.seeds if seeds is None else seeds
        if self.seeds < 1 or (limit is not None and limit < 1):
            raise RecordError(f"seeds={self.seeds}, limit={limit}: whole numbers from 1 are needed")
        self.data = data or experiment.data
        elsewhere = self.data if self.data != experiment.data else None
        self.stem = ".".join(map(str, filter(None, (experiment.id, elsewhere, limit))))
        self.target = self.folder / f"{self.stem}.json"
        every = [(seed, variant) for seed in range(self.seeds) for variant in experiment.variants]
        self.jobs = [Job(variant, seed, self.data, None, limit, experiment.measures) for seed, variant in every]
        if experiment.rehearsal and not (elsewhere or limit):
            self.jobs += [Job(variant, seed, experiment.rehearsal, min(REHEARSAL_EPOCHS, variant.recipe.epochs))
                          for seed, variant in every if variant in experiment.variants[: experiment.rehearsed]]
        self.rows = self.recorded_rows()
        self.finished = self.target.exists() and not self.todo
        if not self.finished:
            self.rows |= self.read_rows()

    @property
    def todo(self) -> list[Job]:
        """The jobs without a row."""
        return [job for job in self.jobs if job.key not in self.rows]

    def recorded_rows(self) -> dict[tuple, dict]:
        """The rows of the record, if there is one and it is of today's definitions."""
        if not self.target.exists():
            return {}
        record, today = read(self.target), {v.name: v.json() for v in self.experiment.variants}
        for name, made in record["variants"].items():
            if name not in today or definition(today[name]) != definition(made):
                raise RecordError(f"{self.target} holds {name!r} as it was defined before; move it away to start anew")
        if record.get("measures", []) != list(self.experiment.measures):
            raise RecordError(f"{self.target} was measured in another way; move it away to start anew")
        return {(row["variant"], row["seed"], row["data"]): row for row in record["rows"]}

    def rows_path(self, rank: int = 0) -> Path:
        """Where a rank keeps its finished rows."""
        return self.folder / f"{self.stem}.rows{f'.{rank}' if rank else ''}.jsonl"

    def read_rows(self) -> dict[tuple, dict]:
        """The rows of an interrupted run, of all ranks. A last line without its end was never a row."""
        digests, rows = {job.key: job.digest for job in self.jobs}, {}
        for path in sorted(self.folder.glob(f"{self.stem}.rows*.jsonl")):
            whole, _, _ = path.read_bytes().rpartition(b"\n")
            try:
                found = [json.loads(line) for line in whole.splitlines()]
                keys = [(row["variant"], row["seed"], row["data"]) for row in found]
                made = [row["digest"] for row in found]
            except (ValueError, KeyError, TypeError) as error:
                raise RecordError(f"{path} is damaged ({error!r}); move it away to start anew") from error
            for key, digest, row in zip(keys, made, found, strict=True):
                if digests.get(key, digest) != digest:
                    raise RecordError(f"{path} holds {key[0]!r} as it was defined before; move it away to start anew")
                if key in digests:  # else of a seed or a variant that this plan does not have
                    rows[key] = row
        return rows

    def cut_torn(self, rank: int = 0) -> None:
        """Take a last line without its end off the rank's file, before rows are added to it."""
        path = self.rows_path(rank)
        if path.exists() and not (content := path.read_bytes()).endswith(b"\n"):
            os.truncate(path, content.rfind(b"\n") + 1)

    def keep(self, job: Job, row: dict, rank: int = 0) -> dict:
        """Put a row on disk, whole and at once: one write, flushed down to the device."""
        row = row | {"digest": job.digest}
        with self.rows_path(rank).open("ab", buffering=0) as out:
            out.write(json.dumps(row).encode() + b"\n")
            os.fsync(out.fileno())
        self.rows[job.key] = row
        return row

    def finish(self, device: str, wall: float) -> None:
        """Write the record whole, or not at all; then the rows' files are not needed any more."""
        rows = [{k: v for k, v in self.rows[job.key].items() if k != "digest"} for job in self.jobs]
        before = read(self.target) if self.target.exists() else {}
        record = {
            "experiment": self.experiment.id, "question": self.experiment.question,
            "data": {"name": self.data, "limit": self.jobs[0].limit, **asdict(load(self.data).source)},
            "device": torch.cuda.get_device_name() if device.startswith("cuda") else f"CPU, {os.cpu_count()} cores",
            "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
            "commit": commit(), "wall_seconds": round(wall, 1), "measures": self.experiment.measures,
            "variants": {v.name: v.json() for v in self.experiment.variants},
        }
        if before:  # extended: how the rows were made that it held already
            made = {name: before[name] for name in RUN} | {"rows": len(before["rows"])}
            record["before"] = [*before.get("before", []), made]
        head = json.dumps(record, ensure_ascii=False, indent=1)
        lines = ",\n".join(json.dumps(row) for row in rows)  # a line a row: diffs stay readable
        draft = self.target.with_suffix(".tmp")
        draft.write_text(f'{head[:-2]},\n "rows": [\n{lines}\n]}}\n')
        os.replace(draft, self.target)
        for path in self.folder.glob(f"{self.stem}.rows*.jsonl"):
            path.unlink()
        self.finished = True
