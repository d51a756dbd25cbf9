"""How long notebooks run: what `make times` leaves behind, what a page says, and that lessons keep to their minute."""

import json
from types import SimpleNamespace

import pytest
import record_times
import run_times
import toc


def run(file, status=0, wanted=("book/a", "book/b")):
    plugin = record_times.Times(file, wanted)
    for name, cell, duration in (("a", 0, 1.2), ("a", 1, 2.5), ("b", 0, 0.6), ("a", 1, 0.5)):
        plugin.pytest_runtest_logreport(SimpleNamespace(nodeid=f"book/{name}.ipynb::Cell {cell}", duration=duration))
    plugin.pytest_sessionfinish(None, status)


def test_seconds_of_cells_add_up(tmp_path):
    run(tmp_path / "times.json")
    assert json.loads((tmp_path / "times.json").read_text())["seconds"] == {"book/a": 4, "book/b": 1}


@pytest.mark.parametrize("how", [{"status": 1}, {"wanted": ("book/a", "book/c")}])
def test_a_run_that_failed_or_left_a_chapter_out_writes_nothing(tmp_path, how):
    run(tmp_path / "times.json", **how)
    assert not (tmp_path / "times.json").exists()


def test_one_file_is_written_and_read():
    assert record_times.FILE == run_times.FILE


def test_the_kept_times_are_of_every_chapter_and_within_its_minute():
    """Says nothing of today's times: a gate on what `make times` may leave behind."""
    times = json.loads(run_times.FILE.read_text())
    assert sorted(times["seconds"]) == sorted(toc.lessons())
    assert max(times["seconds"].values()) <= 60
    assert sum(times["seconds"].values()) <= 12 * 60


def test_only_pages_that_run_say_so():
    times = {"date": "2026-01-31", "cores": 2, "seconds": {"book/a": 41}}
    said = run_times.sentence(times, "book/a", 25)
    assert "About 25 minutes to read. Runs in 41 s on 2 CPU cores" in said
    assert run_times.sentence(times, "book/glossary", 0) == ""
