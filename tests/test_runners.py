"""How runs are spread: the same rows from a process a core, from ranks, and stacked."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import tiny_experiment
import torch
from tiny_experiment import LENET, TINY

from cnnlessons import CATALOGUE, Recipe, __main__
from cnnlessons.ablations import EXPERIMENTS, Variant
from cnnlessons.plans import CURVES, Job, Plan
from cnnlessons.runners import by_stacks, make
from cnnlessons.stacked import can_stack, run_stacked

HERE = os.path.dirname(tiny_experiment.__file__)
CHANGING = set(CURVES) - {"seconds"}


def same(a, b, within=0.0):
    return all(a[name] == pytest.approx(b[name], abs=within, rel=within) for name in CHANGING)


def torchrun(folder, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2",
         f"{HERE}/tiny_experiment.py", str(folder), *words],
        cwd=HERE, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
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


@pytest.mark.parametrize("variant", [
    Variant("plain", LENET, Recipe(epochs=2, batch=100, lr=0.05, weight_decay=1e-3, schedule="cosine")),
    Variant("clipped", LENET, Recipe(epochs=1, batch=128, clip=0.1)),
    EXPERIMENTS["lenet5-1998"].variants[0],
], ids=lambda variant: variant.name)
def test_stacked_runs_are_the_plain_loops(variant):
    variant = replace(variant, pictures=600, recipe=replace(variant.recipe, epochs=min(variant.recipe.epochs, 2)))
    jobs = [Job(variant, seed, "mnist-5k") for seed in (0, 1, 2)]
    for job, row in zip(jobs, run_stacked(jobs, "cpu"), strict=True):
        assert same(row, job.run(), within=2e-3)


def test_a_run_that_diverges_leaves_the_rest_of_its_stack_alone(monkeypatch):
    variant = Variant("wild", LENET, Recipe(epochs=2, batch=100), pictures=300)
    jobs = [Job(variant, seed, "mnist-5k") for seed in (0, 1)]
    from cnnlessons import stacked

    def build(arch, *, seed):
        model = CATALOGUE[arch.id] and original(arch, seed=seed)
        if seed == 1:
            torch.nn.init.constant_(model.output.bias, float("inf"))
        return model

    original = stacked.build
    monkeypatch.setattr(stacked, "build", build)
    good, bad = run_stacked(jobs, "cpu")
    assert bad["status"] == "diverged" and "step 1 of epoch 1" in bad["error"]
    assert same(good, jobs[0].run(), within=2e-3)


def test_stacks_are_for_gpus_and_networks_without_dropout_or_batch_norm():
    plain, dropout, norm = (Job(Variant("v", CATALOGUE[id], Recipe()), 0, "mnist") for id in
                            ("lenet-002-relu", "lenet-002-dropout", "alexnet-002-keras-bn"))
    assert can_stack(plain, "cuda:0") and not can_stack(plain, "cpu")
    assert not can_stack(dropout, "cuda") and not can_stack(norm, "cuda")
    assert not can_stack(replace(norm, variant=replace(norm.variant, arch=norm.variant.arch.change(
        drop6=None, drop7=None))), "cuda")
    halved = replace(plain.variant, recipe=Recipe(precision="bfloat16"))
    assert not can_stack(replace(plain, variant=halved), "cuda")


def test_stacks_return_every_job_once(monkeypatch):
    from cnnlessons import runners

    monkeypatch.setattr(runners, "run_stacked", lambda jobs, device: [job.key for job in jobs])
    monkeypatch.setattr(runners, "can_stack", lambda job, device: True)
    jobs = Plan(replace(TINY, seeds=23), "nowhere").jobs
    found = list(by_stacks(jobs, "cuda"))
    assert all(job.key == key for job, key in found) and {job.key for job, _ in found} == {job.key for job in jobs}


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
