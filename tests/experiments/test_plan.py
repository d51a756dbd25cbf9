"""Plans: interrupted, killed, torn, damaged, redefined; a row is never lost, repeated or overwritten."""

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

from cnnlessons import CATALOGUE, Recipe, build, fit, load
from cnnlessons.experiments import Experiment, Variant
from cnnlessons.experiments.job import Job
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.records import Record, RecordError
from cnnlessons.experiments.runners import make

HERE = os.path.dirname(tiny_experiment.__file__)


def rows_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def kept(plan, job, loss):
    """A finished row on disk that no training would give, to be known again."""
    return plan.keep(job, job.row() | {"train_loss": [loss], "test_accuracy": [0.5]})


def test_an_interrupted_run_repeats_nothing_and_ends_as_one_whole_record(tmp_path):
    first = Plan(TINY, tmp_path)
    kept(first, first.jobs[0], 123.0)
    plan = Plan(TINY, tmp_path)
    made = list(make(plan, processes=1))
    assert len(made) == len(plan.jobs) - 1 and first.jobs[0].key not in [(r["variant"], r["seed"]) for r in made]
    record = Record(tmp_path / "tiny.json")
    assert record.curve("a", "train_loss")[0, 0] == 123.0 and record.curve("a", "train_loss")[1, 0] < 3
    assert record.data["data"]["digest"] and record.data["variants"]["a"]["recipe"]["batch"] == 500
    assert list(tmp_path.iterdir()) == [tmp_path / "tiny.json"]
    assert list(make(Plan(TINY, tmp_path))) == []  # finished: not repeated


def test_kill_9_loses_only_unfinished_rows_and_leaves_no_worker(tmp_path):
    path = tmp_path / "tiny.rows.jsonl"
    run = subprocess.Popen(
        [sys.executable, f"{HERE}/tiny_experiment.py", str(tmp_path)], cwd=HERE, start_new_session=True
    )
    deadline = time.monotonic() + 120
    while not (path.exists() and path.read_bytes().endswith(b"\n")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    before = rows_of(path)
    assert 1 <= len(before) < len(Plan(TINY, tmp_path).jobs)
    with pytest.raises(ProcessLookupError):  # the workers of its session leave with it
        while time.monotonic() < deadline:
            os.killpg(run.pid, 0)
            time.sleep(0.02)
    made = list(make(Plan(TINY, tmp_path)))
    after = json.loads((tmp_path / "tiny.json").read_text())["rows"]
    keys = [(row["variant"], row["seed"]) for row in after]
    assert len(set(keys)) == len(keys) == len(Plan(TINY, tmp_path).jobs)
    assert len(made) == len(keys) - len(before)
    assert all({k: v for k, v in row.items() if k != "digest"} in after for row in before)


def test_a_last_line_cut_in_the_middle_is_run_again(tmp_path):
    plan = Plan(TINY, tmp_path)
    kept(plan, plan.jobs[0], 1.0)
    whole = plan.rows_path().read_bytes()
    plan.rows_path().write_bytes(whole + whole[:40])
    again = Plan(TINY, tmp_path)
    assert len(again.rows) == 1 and len(again.todo) == len(plan.jobs) - 1
    assert plan.rows_path().read_bytes() == whole + whole[:40]  # only looked at: left as it is
    again.cut_torn()
    assert plan.rows_path().read_bytes() == whole
    plan.rows_path().write_bytes(whole[:40])
    assert len(list(make(Plan(TINY, tmp_path), processes=1))) == len(plan.jobs)


def test_a_record_grows_by_a_variant_and_by_seeds_without_repeating_a_row(tmp_path):
    plan = Plan(TINY, tmp_path)
    for loss, job in enumerate(plan.jobs):
        kept(plan, job, float(loss))
    plan.finish("cpu", 5.0)
    larger = replace(TINY, variants=(*TINY.variants, Variant("c", LENET, Recipe(epochs=1, batch=500, lr=0.02))))
    grown = Plan(larger, tmp_path, seeds=3)
    assert not grown.finished and len(grown.todo) == 3 * 3 - 2 * 2
    kept(grown, grown.todo[0], 99.0)
    assert len(Plan(larger, tmp_path, seeds=3).todo) == 3 * 3 - 2 * 2 - 1  # the record, and what came since
    for job in Plan(larger, tmp_path, seeds=3).todo:
        kept(grown, job, 0.0)
    grown.finish("cpu", 7.0)
    record = Record(tmp_path / "tiny.json")
    assert record.curve("b", "train_loss")[:2, 0].tolist() == [1.0, 3.0] and len(record.rows("c")) == 3
    assert record.data["wall_seconds"] == 7 and [made["wall_seconds"] for made in record.data["before"]] == [5]
    assert record.data["before"][0]["rows"] == 4
    assert Plan(larger, tmp_path).finished  # fewer seeds than it has
    with pytest.raises(RecordError, match="holds 'c' as it was defined before"):
        Plan(TINY, tmp_path)


def test_a_record_measured_in_another_way_is_refused(tmp_path):
    plan = Plan(TINY, tmp_path)
    for job in plan.jobs:
        kept(plan, job, 0.0)
    plan.finish("cpu", 5.0)
    with pytest.raises(RecordError, match="measured in another way"):
        Plan(replace(TINY, measures=("dead units",)), tmp_path)


@pytest.mark.parametrize("damage", ['{"variant": "a", "se\n', "[]\n", '{"variant": "a", "seed": 0}\n'])
def test_a_damaged_list_of_rows_is_named_and_left_alone(tmp_path, damage):
    half = tmp_path / "tiny.rows.jsonl"
    half.write_text(damage)
    with pytest.raises(RecordError, match=r"tiny\.rows\.jsonl is damaged .*; move it away"):
        Plan(TINY, tmp_path)
    assert half.read_text() == damage


def test_rows_of_another_definition_are_refused(tmp_path):
    plan = Plan(TINY, tmp_path)
    kept(plan, plan.jobs[0], 1.0)
    other = replace(TINY, variants=(replace(TINY.variants[0], recipe=Recipe(epochs=2, batch=500)), TINY.variants[1]))
    with pytest.raises(RecordError, match="holds 'a' as it was defined before"):
        Plan(other, tmp_path)


def test_a_record_that_is_half_written_is_refused_not_overwritten(tmp_path):
    (tmp_path / "tiny.json").write_text('{"experiment": "tiny", "rows": [')
    with pytest.raises(RecordError, match=r"tiny\.json is damaged"):
        Plan(TINY, tmp_path)
    assert (tmp_path / "tiny.json").read_text() == '{"experiment": "tiny", "rows": ['


def test_a_diverged_run_is_a_row():
    found = Job(Variant("wild", LENET, Recipe(epochs=1, lr=1e39, batch=500)), 0, "mnist-5k").run()
    assert found["status"] == "diverged" and "no longer a number" in found["error"]


def test_a_change_that_changes_nothing_is_an_error():
    with pytest.raises(ValueError, match="'b' changes nothing: it is the same run as 'a'"):
        replace(TINY, variants=(TINY.variants[0], replace(TINY.variants[0], name="b")))


def test_fewer_pictures_are_a_change():
    few = replace(TINY.variants[0], name="few", pictures=500)
    assert replace(TINY, variants=(TINY.variants[0], few))["few"].pictures == 500
    assert len(Job(few, 0, "mnist-5k").splits()[0]) == 500
    assert len(Job(few, 0, "mnist-5k", limit=100).splits()[0]) == 100


def test_a_run_ends_at_its_goal():
    goal = Variant("goal", LENET, Recipe(epochs=9, batch=100, lr=0.1), until=0.5)
    row = Job(goal, 0, "mnist-5k", limit=1000).run()
    *before, last = row["train_accuracy"]
    assert last >= 0.5 and all(share < 0.5 for share in before) and 1 < len(row["train_accuracy"]) < 9
    assert Job(goal, 0, "mnist-5k").digest != Job(replace(goal, until=0.9), 0, "mnist-5k").digest


def test_a_short_version_has_a_record_of_its_own(tmp_path):
    plan = Plan(TINY, tmp_path, seeds=1, limit=200)
    assert plan.target.name == "tiny.200.json" and plan.rows_path().name == "tiny.200.rows.jsonl"
    list(make(plan, processes=1))
    assert Record(plan.target).data["data"]["limit"] == 200 and not Plan(TINY, tmp_path).finished
    assert Plan(TINY, tmp_path, data="mnist").target.name == "tiny.mnist.json"


@pytest.mark.parametrize("wrong", [{"seeds": 0}, {"limit": 0}])
def test_a_plan_of_nothing_is_refused(tmp_path, wrong):
    with pytest.raises(RecordError, match="whole numbers from 1"):
        Plan(TINY, tmp_path, **wrong)


def test_grey_digits_rehearse_a_network_for_colour(tmp_path):
    arch = CATALOGUE["mini-alexnet"]
    variants = (Variant("a", arch, Recipe(epochs=3)), Variant("b", arch, Recipe(epochs=3, lr=0.01)))
    jobs = Plan(Experiment("x", "?", "cifar10", variants, seeds=2, rehearsed=1), tmp_path).jobs
    assert [job.key for job in jobs[4:]] == [("a", 0, "mnist-5k"), ("a", 1, "mnist-5k")]
    (train, test), grey = jobs[4].splits(), load("mnist-5k")
    assert train.x.shape == (4000, 3, 28, 28) and (train.x == grey.train.x).all() and (test.y == grey.test.y).all()


def test_a_warm_start_takes_the_named_layers_of_a_trained_network():
    first = Variant("first", LENET, Recipe(epochs=1, lr=0.05), pictures=64)
    then = replace(first, name="then", start=first, kept=("C1",))
    warm, cold = (Job(variant, 3, "mnist-5k").model() for variant in (then, first))
    trained = build(LENET, seed=3)
    list(fit(trained, *Job(first, 3, "mnist-5k").splits(), replace(first.recipe, seed=3)))
    assert torch.equal(warm.C1.weight, trained.C1.weight) and not torch.equal(warm.C1.weight, cold.C1.weight)
    assert torch.equal(warm.output.weight, cold.output.weight)
    assert Job(then, 3, "mnist-5k").digest != Job(first, 3, "mnist-5k").digest
    assert then.as_dict()["start"] == first.as_dict() and "start" not in first.as_dict()
