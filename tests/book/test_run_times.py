"""book/_ext/run_times.py: what a run of the notebooks leaves behind, and that every chapter keeps to its minute."""

import json
from types import SimpleNamespace

import pytest


@pytest.fixture(scope="module")
def times(root):
    import run_times

    return run_times


def run(times, file, status=0, wanted=("book/a", "book/b")):
    plugin = times.Times(file, wanted)
    for name, cell, duration in (("a", 0, 1.2), ("a", 1, 2.5), ("b", 0, 0.6), ("a", 1, 0.5)):
        plugin.pytest_runtest_logreport(SimpleNamespace(nodeid=f"book/{name}.ipynb::Cell {cell}", duration=duration))
    plugin.pytest_sessionfinish(None, status)


def test_seconds_of_cells_add_up(times, tmp_path):
    run(times, tmp_path / "times.json")
    assert json.loads((tmp_path / "times.json").read_text())["seconds"] == {"book/a": 4, "book/b": 1}


@pytest.mark.parametrize("how", [{"status": 1}, {"wanted": ("book/a", "book/c")}])
def test_a_run_that_failed_or_left_a_chapter_out_writes_nothing(times, tmp_path, how):
    run(times, tmp_path / "times.json", **how)
    assert not (tmp_path / "times.json").exists()


def test_every_chapter_was_timed_and_keeps_to_its_minute(times):
    told = json.loads(times.FILE.read_text())
    assert sorted(told["seconds"]) == sorted(times.chapters())
    assert max(told["seconds"].values()) <= 60
    assert sum(told["seconds"].values()) <= 12 * 60


def test_only_pages_that_run_say_so(times):
    told = {"date": "2026-01-31", "cores": 2, "seconds": {"book/a": 41}}
    assert "Runs in 41 s on 2 CPU cores" in times.sentence(told, "book/a")
    assert times.sentence(told, "book/glossary") == ""
