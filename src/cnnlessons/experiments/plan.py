"""A plan: every run of an experiment, which of them are on disk already, and the record they become."""

import json
import os
import platform
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from cnnlessons.data import load
from cnnlessons.experiments.experiment import Experiment
from cnnlessons.experiments.job import Job, definition
from cnnlessons.experiments.records import RecordError, read

RUN = ("device", "versions", "commit", "wall_seconds")  # what a record says of how its rows were made
REHEARSAL_EPOCHS = 2


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

    def __init__(
        self,
        experiment: Experiment,
        folder: Path,
        *,
        seeds: int | None = None,
        data: str | None = None,
        limit: int | None = None,
    ):
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
            self.jobs += [
                Job(variant, seed, experiment.rehearsal, min(REHEARSAL_EPOCHS, variant.recipe.epochs))
                for seed, variant in every
                if variant in experiment.variants[: experiment.rehearsed]
            ]
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
        record, today = read(self.target), {v.name: v.as_dict() for v in self.experiment.variants}
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
            "experiment": self.experiment.id,
            "question": self.experiment.question,
            "data": {"name": self.data, "limit": self.jobs[0].limit, **asdict(load(self.data).source)},
            "device": torch.cuda.get_device_name() if device.startswith("cuda") else f"CPU, {os.cpu_count()} cores",
            "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
            "commit": commit(),
            "wall_seconds": round(wall, 1),
            "measures": self.experiment.measures,
            "variants": {v.name: v.as_dict() for v in self.experiment.variants},
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
