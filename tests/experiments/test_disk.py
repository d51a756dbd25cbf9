"""Nothing finished is lost: on a disk that fills up, and when the power goes at any moment."""

import itertools
import os
from pathlib import Path

import pytest
from tiny_experiment import TINY, kept

from cnnlessons.experiments import disk
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.records import read
from cnnlessons.experiments.rows import key_of, lines

resource = pytest.importorskip("resource", reason="only POSIX limits the size of files")


class full_at:
    """Inside, a file can hold so many bytes: a write that does not fit is a short one, the next an error."""

    def __init__(self, size):
        self.size = size

    def __enter__(self):
        self.usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.size, self.usual[1]))

    def __exit__(self, *error):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.usual)


def test_a_full_disk_takes_no_part_of_a_row(tmp_path):
    plan = Plan(TINY, tmp_path)
    kept(plan, plan.jobs[0], 1.0)
    before = plan.rows_path().read_bytes()
    with full_at(len(before) + 50), pytest.raises(OSError, match="finished rows are kept: make room, then run"):
        kept(plan, plan.jobs[1], 2.0)
    assert plan.rows_path().read_bytes() == before and len(Plan(TINY, tmp_path).rows) == 1
    kept(plan, plan.jobs[1], 3.0)  # there is room again
    assert [line.row["train_loss"] for line in lines(plan.rows_path())] == [[1.0], [3.0]]


def test_a_full_disk_leaves_the_record_and_the_rows_as_they_were(tmp_path):
    plan = Plan(TINY, tmp_path)
    for job in plan.jobs:
        kept(plan, job)
    with full_at(2000), pytest.raises(OSError, match="make room"):
        plan.finish("cpu", 1.0)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.rows.jsonl"]
    assert len(Plan(TINY, tmp_path).rows) == 4


def test_a_line_without_its_end_is_cut_off_before_the_next_is_added(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"whole\ntorn")
    disk.append(path, b"next\n")
    assert path.read_bytes() == b"whole\nnext\n"


class PowerCut:
    """What of a folder is on the device after each call: contents after fsync of a file, names after fsync of it.

    A name that was changed since may or may not have reached the device; a content that was not synced is empty.
    """

    def __init__(self, folder, monkeypatch):
        self.folder, self.contents, self.names, self.pending = folder, {}, {}, []
        self.cuts = []  # the possible folders, name → content, at every moment
        for name in ("fsync", "replace"):
            monkeypatch.setattr(disk.os, name, self.watched(getattr(os, name), getattr(self, name)))
        monkeypatch.setattr(Path, "unlink", self.watched(Path.unlink, self.unlink))

    def watched(self, real, note):
        def call(*words, **more):
            path = Path(os.readlink(f"/proc/self/fd/{words[0]}")) if isinstance(words[0], int) else Path(words[0])
            node = None if path == self.folder else path.stat().st_ino
            result = real(*words, **more)
            note(path, node, *words[1:])
            self.cuts += self.possible()
            return result

        return call

    def fsync(self, path, node):
        if path == self.folder:
            for change in self.pending:
                change(self.names)
            self.pending = []
        else:
            self.contents[node] = path.read_bytes()
            if node not in self.names.values():
                self.pending.append(lambda names: names.update({path.name: node}))

    def replace(self, path, node, target):
        self.pending.append(lambda names: (names.pop(path.name, None), names.update({Path(target).name: node})))

    def unlink(self, path, node, *_):
        self.pending.append(lambda names: names.pop(path.name, None))

    def possible(self):
        for size in range(len(self.pending) + 1):
            for some in itertools.combinations(self.pending, size):
                names = dict(self.names)
                for change in some:
                    change(names)
                yield {name: self.contents.get(node, b"") for name, node in names.items()}


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="the name of an open file: Linux only")
def test_the_power_may_go_at_any_moment(tmp_path, monkeypatch):
    cut = PowerCut(tmp_path, monkeypatch)
    plan = Plan(TINY, tmp_path)
    for job in plan.jobs:
        kept(plan, job)
    monkeypatch.setattr("cnnlessons.experiments.plan.commit", lambda: None)
    before = len(cut.cuts)
    plan.finish("cpu", 1.0)
    assert before >= len(plan.jobs) and len(cut.cuts) > before + 3
    after = tmp_path / "after"
    for found in cut.cuts[before:]:
        after.mkdir()
        for name, content in found.items():
            (after / name).write_bytes(content)
        record = read(after / "tiny.json")["rows"] if "tiny.json" in found else []
        waiting = [line.row for line in lines(after / "tiny.rows.jsonl")] if "tiny.rows.jsonl" in found else []
        assert {key_of(row) for row in record + waiting} == set(plan.rows)
        for name in found:
            os.unlink(after / name)
        after.rmdir()
