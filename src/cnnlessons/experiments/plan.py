"""A plan: every run of an experiment, which of them are on disk already, and the record they become."""

import os
import platform
import re
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cnnlessons.experiments import disk, records, rows
from cnnlessons.experiments.experiment import Experiment
from cnnlessons.experiments.job import Job, definition, in_memory, source_digest
from cnnlessons.experiments.records import RecordError
from cnnlessons.experiments.rows import Key, Line, Row, key_of

# what a record says of how its rows were made
RUN = ("device", "versions", "commit", "wall_seconds", "data")
REHEARSAL_EPOCHS = 2


def commit() -> str | None:
    """The commit of this project's checkout, with a + if code differs from it; None elsewhere or without git."""
    package = Path(__file__).resolve().parents[1]

    def git(*words: str) -> str | None:
        try:
            said = subprocess.run(["git", "-C", str(package), *words], capture_output=True, text=True, encoding="utf-8")
        except OSError:  # no git on this machine
            return None
        return None if said.returncode else said.stdout.strip()

    top = git("rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() / "src" / "cnnlessons" != package:
        return None  # installed inside somebody's repository, perhaps
    head = git("rev-parse", "HEAD")
    return head and head + ("+" if git("status", "--porcelain", "--", "*.py") else "")


class Plan:
    """Variants × seeds in full, then as a rehearsal on an embedded set that anyone can repeat in seconds.

    `data` and `limit` (training images) make a short version, whose record has a name of its own. Finished rows lie
    in `STEM.rows.jsonl`, one file per rank under torchrun, until the record `STEM.json` is written from them. A record
    that lacks variants or seeds is extended: its rows stay, the missing ones are run. So do rows of further seeds.

    A row counts if it is of today's definition, whole, and trained on the same images as the others. Raises
    `RecordError`, naming file and line, for any other; with `set_aside` it is moved to `STEM.rows.bad` instead.
    """

    def __init__(
        self,
        experiment: Experiment,
        folder: Path,
        *,
        seeds: int | None = None,
        data: str | None = None,
        limit: int | None = None,
        set_aside: bool = False,
    ) -> None:
        self.experiment, self.folder, self.limit = experiment, Path(folder), limit
        self.seeds = experiment.seeds if seeds is None else seeds
        if self.seeds < 1 or (limit is not None and limit < 1):
            raise RecordError(f"seeds={self.seeds}, limit={limit}: whole numbers from 1 are needed")
        self.data = data or experiment.data
        elsewhere = self.data if self.data != experiment.data else None
        self.stem = ".".join(map(str, filter(None, (experiment.id, elsewhere, limit))))
        self.target = self.folder / f"{self.stem}.json"
        self.rehearsal = experiment.rehearsal if not (elsewhere or limit) else None
        rehearsed = experiment.variants[: experiment.rehearsed] if self.rehearsal else ()
        self.variants = {variant.name: variant for variant in experiment.variants}
        keys = [(name, seed, self.data) for seed in range(self.seeds) for name in self.variants]
        if self.rehearsal:
            keys += [(v.name, seed, self.rehearsal) for seed in range(self.seeds) for v in rehearsed]
        self.jobs = [self.job(key) for key in keys]
        self.look(set_aside)

    def job(self, key: Key) -> Job:
        """The job of that key, also of a seed that this plan does not have."""
        name, seed, data = key
        variant = self.variants[name]
        if data == self.data:
            return Job(variant, seed, data, None, self.limit, self.experiment.measures, self.experiment.validation)
        return Job(variant, seed, data, min(REHEARSAL_EPOCHS, variant.recipe.epochs))

    @property
    def todo(self) -> list[Job]:
        """The jobs without a row."""
        return [job for job in self.jobs if job.key not in self.rows]

    @property
    def done(self) -> int:
        """How many jobs have their row."""
        return len(self.jobs) - len(self.todo)

    def look(self, set_aside: bool = False) -> None:
        """Read what is on disk, anew. Raises `RecordError`, unless what cannot be used is to be `set_aside`."""
        self.rows: dict[Key, Row] = {}
        self.sources: dict[str, str] = {}  # data set → digest of the images that its rows were trained on
        head = records.load_head(self.target) if self.target.exists() else None
        recorded = self._recorded(head) if head else []
        waiting = [line for path in self.row_files() for line in rows.lines(path)]
        good, bad = [], []
        for line in recorded + waiting:
            wrong = line.fault or self._refused(line.row)
            if wrong:
                bad.append(Line(line.path, line.where, line.raw, line.row, wrong))
            else:
                good.append(line)
                self.rows[key_of(line.row)] = self.rows.get(key_of(line.row), line.row)
        if bad and not set_aside:
            raise records.bad_rows(bad, records.command(self.target))
        if bad:
            self._set_aside(head, good, bad)
        self.finished = head is not None and not self.todo

    def _recorded(self, record: dict[str, Any]) -> list[Line]:
        """The rows of the record."""
        if record.get("validation", 0) != self.experiment.validation:
            raise RecordError(f"{self.target} was judged on other images; move it away to start anew")
        if record.get("measures", []) != list(self.experiment.measures):
            raise RecordError(f"{self.target} was measured in another way; move it away to start anew")
        sources = record.get("sources", {record["data"]["name"]: record["data"]})
        self.sources |= {name: source["digest"][:12] for name, source in sources.items() if "digest" in source}
        today = {name: definition(variant.as_dict()) for name, variant in self.variants.items()}
        changed = {name for name, made in record["variants"].items() if today.get(name) != definition(made)}
        found = []
        for line in records.lines(self.target, record):
            fault = line.fault
            if not fault and line.row["variant"] in changed:
                fault = f"holds {line.row['variant']!r} as it was defined before"
            found.append(Line(line.path, line.where, line.raw, line.row, fault))
        return found

    def _refused(self, row: Row) -> str:
        """Why a row, whole in itself, is none of this plan's, or ""."""
        key = name, seed, data = key_of(row)
        if name not in self.variants or data not in (self.data, self.rehearsal):
            return f"holds {name!r} on {data}, which {self.experiment.id} does not have today"
        if "digest" in row and row["digest"] != self.job(key).digest:
            return f"holds {name!r} as it was defined before"
        if "source" in row and self.sources.setdefault(data, row["source"]) != row["source"]:
            return f"was trained on other images of {data} ({row['source']}) than the rest ({self.sources[data]})"
        if key in self.rows and rows.outcome(self.rows[key]) != rows.outcome(row):
            return f"is a second row of {name!r}, seed {seed}, on {data}, with other numbers"
        return ""

    def _set_aside(self, head: dict[str, Any] | None, good: list[Line], bad: list[Line]) -> None:
        """Move the bad rows to `STEM.rows.bad`; only when they are there, write their files anew without them."""
        away = self.folder / f"{self.stem}.rows.bad"
        disk.append(away, b"".join(line.raw.encode() + b"\n" for line in bad))
        for path in {line.path for line in bad}:
            left = [line for line in good if line.path == path]
            if path == self.target and head:
                records.write(path, head | {"rows": [line.row for line in left]})
            else:
                disk.write_whole(path, "".join(line.raw + "\n" for line in left))

    def rows_path(self, rank: int = 0) -> Path:
        """Where a rank keeps its finished rows."""
        return self.folder / f"{self.stem}.rows{f'.{rank}' if rank else ''}.jsonl"

    def row_files(self) -> list[Path]:
        """The files of finished rows that there are, of all ranks."""
        name = re.compile(re.escape(self.stem) + r"\.rows(\.\d+)?\.jsonl")
        return sorted(path for path in self.folder.glob("*.jsonl") if name.fullmatch(path.name))

    def check_sources(self, names: set[str]) -> None:
        """Read the data sets and compare them with what the rows were trained on. Raises `RecordError`.

        Also for a set that has no more images than the experiment holds back.
        """
        for name in sorted(names):
            here = source_digest(name)
            if (most := len(in_memory(name).train)) <= self.experiment.validation:
                raise RecordError(
                    f"{self.experiment.id} holds back {self.experiment.validation:,} training images, and {name} has "
                    f"{most:,}: choose a larger --data, such as {self.experiment.data}"
                )
            if self.sources.setdefault(name, here) != here:
                raise RecordError(
                    f"the rows of {self.stem} in {self.folder} were trained on other images of {name} (sha256 "
                    f"{self.sources[name]}…) than there are here: {in_memory(name).source}; use that copy, or begin "
                    "a record of these in another --folder"
                )

    def keep(self, job: Job, row: Row, rank: int = 0) -> Row:
        """Put a row on disk, whole and at once, down to the device. Raises `RecordError` for one of other images."""
        row = rows.sealed(row | {"digest": job.digest})
        if wrong := rows.fault(row, proof=True) or self._refused(row):
            raise RecordError(f"the new row of {job.variant.name!r}, seed {job.seed}: this row {wrong}")
        rows.append(self.rows_path(rank), row)
        self.rows[job.key] = row
        return row

    def add(self, found: dict[Key, Row]) -> None:
        """Take over rows that another rank has on disk. Raises `RecordError` for rows of other images."""
        for key, row in found.items():
            if wrong := self._refused(row):
                raise RecordError(f"a row of another rank {wrong}")
            self.rows.setdefault(key, row)

    def finish(self, device: str, wall: float) -> None:
        """Write every row there is into the record, whole or not at all; then the rows' files are not needed."""
        before = records.load_head(self.target) if self.target.exists() else {}
        sources = before.get("sources", {before["data"]["name"]: before["data"]} if before else {})
        new = {data for _, _, data in self.rows} - sources.keys()
        self.check_sources(new | {self.data})
        sources = {name: _where_from(source) for name, source in sources.items()}
        sources |= {name: asdict(in_memory(name).source) for name in sorted(new)}
        order = list(self.variants)
        record: dict[str, Any] = {
            "experiment": self.experiment.id,
            "question": self.experiment.question,
            "data": {"name": self.data, "limit": self.limit, **asdict(in_memory(self.data).source)},
            "sources": sources,
            "device": torch.cuda.get_device_name() if device.startswith("cuda") else f"CPU, {os.cpu_count()} cores",
            "versions": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__},
            "commit": commit(),
            "wall_seconds": round(wall, 1),
            "measures": list(self.experiment.measures),
            **({"validation": self.experiment.validation} if self.experiment.validation else {}),
            "variants": {name: variant.as_dict() for name, variant in self.variants.items()},
        }
        if before:  # extended: how the rows were made that it held already
            made = {name: before.get(name) for name in RUN} | {"rows": len(before["rows"])}
            record["before"] = [*before.get("before", []), made]
        record["rows"] = sorted(
            self.rows.values(), key=lambda row: (row["data"] != self.data, row["seed"], order.index(row["variant"]))
        )
        records.write(self.target, record)
        self.tidy()
        self.finished = True

    def tidy(self) -> None:
        """Remove the rows' files that hold nothing but what the record has; one that holds more stays."""
        if not (files := self.row_files()):
            return
        recorded = {key_of(row): rows.outcome(row) for row in records.read(self.target)["rows"]}
        for path in files:
            found = rows.lines(path)
            if all(not line.fault and recorded.get(key_of(line.row)) == rows.outcome(line.row) for line in found):
                path.unlink(missing_ok=True)


def _where_from(source: dict[str, Any]) -> dict[str, Any]:
    return {name: source[name] for name in ("kind", "path", "digest", "note") if name in source}
