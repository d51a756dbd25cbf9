"""How runs are spread: the same rows from a process per core and from ranks; what stops one, and what is told first."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from multiprocessing import active_children

import pytest
import tiny_experiment
from tiny_experiment import ENDLESS, TINY, as_rank, kept, recorded

from cnnlessons.experiments import disk
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.records import Record, RecordError
from cnnlessons.experiments.rows import CURVES, lines, outcome
from cnnlessons.experiments.runners import by_ranks, clean_start, make

HERE = os.path.dirname(tiny_experiment.__file__)
CHANGING = set(CURVES) - {"seconds"}
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def same(a, b):
    return all(a[name] == pytest.approx(b[name], abs=0, rel=0) for name in CHANGING)


def until(condition):
    """Wait for something that must come; the limit is for a test that would hang."""
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "waited for 120 seconds"
        time.sleep(0.02)


def holds_a_row(path):
    return path.exists() and path.read_bytes().endswith(b"\n")


@contextmanager
def two_ranks(folder, seconds=0.0):
    """Two processes that find each other as those of torchrun do."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    context = clean_start()
    ranks = [context.Process(target=as_rank, args=(str(folder), rank, port, seconds)) for rank in (0, 1)]
    for rank in ranks:
        rank.start()
    try:
        yield ranks
    finally:
        for rank in ranks:
            rank.kill()
            rank.join()


def test_two_ranks_make_the_rows_that_processes_make(tmp_path):
    with two_ranks(tmp_path / "ranks") as ranks:
        for rank in ranks:
            rank.join(120)
        assert [rank.exitcode for rank in ranks] == [0, 0]
    by_ranks = Record(tmp_path / "ranks" / "tiny.json").data["rows"]
    assert [path.name for path in (tmp_path / "ranks").iterdir()] == ["tiny.json"]
    list(make(Plan(TINY, tmp_path / "processes"), processes=1))
    by_processes = Record(tmp_path / "processes" / "tiny.json").data["rows"]
    assert all(same(a, b) for a, b in zip(by_processes, by_ranks, strict=True))


@posix
def test_a_dead_rank_loses_only_its_own_unfinished_row(tmp_path):
    own = [tmp_path / "tiny.rows.jsonl", tmp_path / "tiny.rows.1.jsonl"]
    with two_ranks(tmp_path, seconds=2.0) as ranks:  # two runs per rank, each two seconds longer
        until(lambda: all(map(holds_a_row, own)))
        ranks[1].kill()
        ranks[0].terminate()  # as torchrun tells the others
        for rank in ranks:
            rank.join(120)
        assert ranks[0].exitcode == 1
    left = [line.row for path in own for line in lines(path)]
    assert len(lines(own[1])) == 1  # its second row died with it; rank 0 ends the row it is at
    assert len(list(make(Plan(TINY, tmp_path), processes=1))) == len(Plan(TINY, tmp_path).jobs) - len(left)
    assert all(row in Record(tmp_path / "tiny.json").data["rows"] for row in left)


def test_ranks_leave_the_signals_as_they_were(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    plan = recorded(tmp_path)
    with pytest.raises(ValueError, match="process group"):  # no rank here: the last agreement fails
        list(by_ranks(plan, 0, 2, "cpu"))
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.weekly
def test_torchrun_itself_makes_a_record(tmp_path):
    words = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", f"{HERE}/tiny_experiment.py"]
    run = subprocess.run(
        [sys.executable, *words, "run", "tiny", "--folder", str(tmp_path)],
        cwd=HERE,
        text=True,
        capture_output=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert run.returncode == 0, run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.json"] and run.stdout.startswith("tiny: Does it run?")


def test_breaking_off_ends_the_workers_at_once_and_keeps_what_is_finished(tmp_path):
    plan = Plan(ENDLESS, tmp_path)
    before = set(active_children())
    run = make(plan, processes=2)
    first = next(run)
    assert set(active_children()) > before
    run.close()
    until(lambda: set(active_children()) == before)
    assert Plan(ENDLESS, tmp_path).rows == {("a", 0, "mnist-5k"): first}
    assert [path.name for path in tmp_path.iterdir()] == ["endless.rows.jsonl"]


def command(folder, name="endless"):
    """The command line in a session of its own, as a terminal has it."""
    return subprocess.Popen(
        [sys.executable, f"{HERE}/tiny_experiment.py", "run", name, "--folder", str(folder), "--processes", "2"],
        cwd=HERE,
        text=True,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"TQDM_DISABLE": "1"},
    )


@posix
@pytest.mark.parametrize("tell", [lambda pid: os.killpg(pid, signal.SIGINT), lambda pid: os.kill(pid, signal.SIGTERM)])
def test_ctrl_c_and_sigterm_end_it_in_one_sentence(tmp_path, tell):
    run = command(tmp_path)
    until(lambda: holds_a_row(tmp_path / "endless.rows.jsonl"))
    tell(run.pid)
    said, told = run.communicate(timeout=60)
    assert (run.returncode, said) == (130, "")
    assert told == "cnnlessons: stopped; the finished runs are kept, run again to go on\n"
    assert len(Plan(ENDLESS, tmp_path).rows) >= 1
    with pytest.raises(ProcessLookupError):  # its workers are gone too
        until(lambda: os.killpg(run.pid, 0))


@posix
def test_kill_9_loses_only_unfinished_rows_and_leaves_no_worker(tmp_path):
    run = command(tmp_path)
    until(lambda: holds_a_row(tmp_path / "endless.rows.jsonl"))
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    before = Plan(ENDLESS, tmp_path).rows
    assert before and all(name == "a" for name, _, _ in before)
    with pytest.raises(ProcessLookupError):  # the workers of its session leave with it
        until(lambda: os.killpg(run.pid, 0))
    plan = Plan(ENDLESS, tmp_path)
    with closing(make(plan, processes=2)) as again:  # its lock went with it
        if len(before) == 1:
            assert next(again)["variant"] == "a"
    assert before.items() <= Plan(ENDLESS, tmp_path).rows.items()


def test_a_second_run_is_told_who_runs(tmp_path):
    with closing(make(Plan(ENDLESS, tmp_path), processes=1)) as first:
        next(first)
        with pytest.raises(RecordError, match=rf"endless is being run in .* \(process {os.getpid()} on .*, since "):
            next(make(Plan(ENDLESS, tmp_path)))
    assert not list(tmp_path.glob(".*"))


def test_what_another_run_has_finished_meanwhile_is_not_done_again(tmp_path):
    plan = Plan(TINY, tmp_path)
    recorded(tmp_path)
    assert not plan.finished and list(make(plan)) == [] and "before" not in Record(plan.target).data


def test_a_folder_that_cannot_be_written_is_told_before_training(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(RecordError, match=r"cannot hold a record .*name a folder that you can write to with --folder"):
        next(make(Plan(TINY, tmp_path / "file")))

    def refused(path, line):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(disk, "append", refused)
    with pytest.raises(RecordError, match=r"cannot hold a record \(Permission denied\)"):
        next(make(Plan(TINY, tmp_path / "new" / "folder")))
    assert not (tmp_path / "new").exists()  # nothing empty is left


def test_a_gpu_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(RecordError, match="--device cuda, but PyTorch sees no CUDA device here"):
        next(make(Plan(TINY, tmp_path / "new"), device="cuda"))
    assert not (tmp_path / "new").exists()


def test_a_row_of_another_rank_keeps_its_digests(tmp_path):
    plan, other = Plan(TINY, tmp_path / "a"), Plan(TINY, tmp_path / "b")
    (tmp_path / "b").mkdir()
    row = kept(other, other.jobs[0])
    plan.add(other.rows)
    assert plan.rows == {other.jobs[0].key: row} and outcome(row) != row
    with pytest.raises(RecordError, match="was trained on other images"):
        plan.add({other.jobs[1].key: row | {"source": "another", "variant": "b", "digest": other.jobs[1].digest}})
