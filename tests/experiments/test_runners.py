"""How runs are spread: the same rows from a process per core and from ranks."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import tiny_experiment
from tiny_experiment import TINY

from cnnlessons import __main__
from cnnlessons.experiments.job import CURVES
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.runners import make

HERE = os.path.dirname(tiny_experiment.__file__)
CHANGING = set(CURVES) - {"seconds"}


def same(a, b, within=0.0):
    return all(a[name] == pytest.approx(b[name], abs=within, rel=within) for name in CHANGING)


def torchrun(folder, *words):
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc-per-node=2",
            f"{HERE}/tiny_experiment.py",
            str(folder),
            *words,
        ],
        cwd=HERE,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"},
    )


def test_two_ranks_make_the_record_that_processes_make(tmp_path):
    list(make(Plan(TINY, tmp_path / "processes"), processes=2))
    (tmp_path / "ranks").mkdir()
    run = torchrun(tmp_path / "ranks")
    said, _ = run.communicate(timeout=300)
    assert run.returncode == 0, said
    records = [json.loads((tmp_path / way / "tiny.json").read_text()) for way in ("processes", "ranks")]
    assert all(same(a, b) for a, b in zip(records[0]["rows"], records[1]["rows"], strict=True))
    assert [path.name for path in (tmp_path / "ranks").iterdir()] == ["tiny.json"]


def test_a_dead_rank_loses_only_its_own_unfinished_row(tmp_path):
    run = torchrun(tmp_path, "2")  # two runs a rank, each two seconds longer
    own = {rank: tmp_path / f"tiny.rows{f'.{rank}' if rank else ''}.jsonl" for rank in (0, 1)}
    deadline = time.monotonic() + 120
    while not all(path.exists() for path in own.values()) and time.monotonic() < deadline:
        time.sleep(0.02)
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(run.pid)], capture_output=True, text=True).stdout
    ranks = {}
    for pid in map(int, children.split()):
        with open(f"/proc/{pid}/environ", "rb") as file:
            found = [word for word in file.read().split(b"\0") if word.startswith(b"RANK=")]
        ranks |= {int(word[5:]): pid for word in found}
    os.kill(ranks[1], signal.SIGKILL)
    run.communicate(timeout=120)
    lines = {rank: path.read_text().splitlines() for rank, path in own.items()}
    assert len(lines[1]) == 1  # its second row died with it
    assert len(lines[0]) == 2  # rank 0 ended its row before it stopped
    assert len(list(make(Plan(TINY, tmp_path), processes=1))) == 1
    rows = json.loads((tmp_path / "tiny.json").read_text())["rows"]
    before = [json.loads(line) for line in lines[0] + lines[1]]
    assert all({k: v for k, v in row.items() if k != "digest"} in rows for row in before)


def test_the_command_makes_and_shows_a_record(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(__main__.EXPERIMENTS, "tiny", TINY)
    words = ["tiny", "--folder", str(tmp_path), "--limit", "300"]
    assert __main__.main(["run", *words, "--processes", "1"]) == 0
    made = capsys.readouterr().out
    assert made.startswith("tiny: Does it run?") and "b, test accuracy against a: " in made
    assert __main__.main(["show", *words]) == 0 and capsys.readouterr().out == made
    assert __main__.main(["list", "--folder", str(tmp_path)]) == 0
    assert "[mnist-5k: to run]" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--seeds", "0"], ["--limit", "-3"], ["--device", "gpu"]])
def test_a_wrong_flag_is_refused(words, capsys):
    with pytest.raises(SystemExit):
        __main__.main(["run", "lenet5-1998", *words])
    assert words[0] in capsys.readouterr().err
