"""Plans: interrupted, torn, extended, redefined; a row is never lost, repeated or overwritten."""

import json
import subprocess
from dataclasses import replace

import pytest
import torch
from tiny_experiment import LENET, TINY, kept, recorded

from cnnlessons import CATALOGUE, Recipe, build, fit, load
from cnnlessons.experiments import Experiment, Variant
from cnnlessons.experiments import plan as plan_module
from cnnlessons.experiments.job import Job
from cnnlessons.experiments.plan import Plan, commit
from cnnlessons.experiments.records import Record, RecordError
from cnnlessons.experiments.runners import make

LARGER = replace(TINY, variants=(*TINY.variants, Variant("c", LENET, Recipe(epochs=1, batch=500, lr=0.02))))


def rows_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


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


def test_a_last_line_cut_in_the_middle_is_run_again(tmp_path):
    plan = Plan(TINY, tmp_path)
    kept(plan, plan.jobs[0], 1.0)
    whole = plan.rows_path().read_bytes()
    for end in range(len(whole)):
        plan.rows_path().write_bytes(whole + whole[:end])
        again = Plan(TINY, tmp_path)
        assert len(again.rows) == 1 and len(again.todo) == len(plan.jobs) - 1
    assert plan.rows_path().read_bytes() == whole + whole[:end]  # only looked at: left as it is
    kept(again, again.todo[0], 2.0)
    assert [row["train_loss"] for row in rows_of(plan.rows_path())] == [[1.0], [2.0]]


@pytest.mark.parametrize("more", [{"seeds": 20}, {"seeds": 1}])
def test_a_run_with_other_seeds_deletes_no_row(tmp_path, more):
    first = Plan(TINY, tmp_path, seeds=20)
    for loss, job in enumerate(first.jobs[:9]):
        kept(first, job, float(loss))
    plan = Plan(TINY, tmp_path, **more)
    for job in plan.todo:
        kept(plan, job)
    plan.finish("cpu", 1.0)
    assert first.rows.items() <= Plan(TINY, tmp_path).rows.items()
    assert len(Record(plan.target).data["rows"]) == max(9, len(plan.jobs))
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.json"]


def test_a_record_that_grows_by_a_variant_keeps_the_seeds_beyond_the_plan(tmp_path):
    recorded(tmp_path, seeds=5)
    grown = Plan(LARGER, tmp_path, seeds=2)
    for job in grown.todo:
        kept(grown, job)
    grown.finish("cpu", 1.0)
    record = Record(grown.target)
    assert [len(record.rows(name)) for name in "abc"] == [5, 5, 2] and record.data["before"][0]["rows"] == 10


def test_a_finished_record_leaves_rows_of_further_seeds_alone(tmp_path):
    recorded(tmp_path)
    further = Plan(TINY, tmp_path, seeds=3)
    kept(further, further.todo[0])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert list(make(Plan(TINY, tmp_path))) == []
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()} and len(before) == 2


def test_rows_that_a_death_left_beside_their_record_are_recognised(tmp_path):
    plan = Plan(TINY, tmp_path)
    for job in plan.jobs:
        kept(plan, job)
    left = plan.rows_path().read_bytes()
    plan.finish("cpu", 1.0)
    plan.rows_path().write_bytes(left)
    assert list(make(Plan(TINY, tmp_path))) == [] and [path.name for path in tmp_path.iterdir()] == ["tiny.json"]


def test_a_record_grows_by_a_variant_and_by_seeds_without_repeating_a_row(tmp_path):
    recorded(tmp_path)
    grown = Plan(LARGER, tmp_path, seeds=3)
    assert not grown.finished and len(grown.todo) == 3 * 3 - 2 * 2
    kept(grown, grown.todo[0], 99.0)
    assert len(Plan(LARGER, tmp_path, seeds=3).todo) == 3 * 3 - 2 * 2 - 1  # the record, and what came since
    for job in Plan(LARGER, tmp_path, seeds=3).todo:
        kept(grown, job, 0.0)
    grown.finish("cpu", 7.0)
    record = Record(tmp_path / "tiny.json")
    assert record.curve("b", "train_loss")[:2, 0].tolist() == [1.0, 3.0] and len(record.rows("c")) == 3
    assert record.data["wall_seconds"] == 7 and [made["wall_seconds"] for made in record.data["before"]] == [5]
    assert record.data["before"][0]["rows"] == 4
    assert Plan(LARGER, tmp_path).finished  # fewer seeds than it has
    with pytest.raises(RecordError, match="holds 'c' as it was defined before"):
        Plan(TINY, tmp_path)


def test_a_record_measured_in_another_way_is_refused(tmp_path):
    recorded(tmp_path)
    with pytest.raises(RecordError, match="measured in another way"):
        Plan(replace(TINY, measures=("dead units",)), tmp_path)


def test_a_record_that_is_half_written_is_refused_not_overwritten(tmp_path):
    (tmp_path / "tiny.json").write_text('{"experiment": "tiny", "rows": [')
    with pytest.raises(RecordError, match=r"tiny\.json is damaged"):
        Plan(TINY, tmp_path)
    assert (tmp_path / "tiny.json").read_text() == '{"experiment": "tiny", "rows": ['


def test_a_diverged_run_is_a_row():
    found = Job(Variant("wild", LENET, Recipe(epochs=1, lr=1e39, batch=500)), 0, "mnist-5k", limit=1000).run()
    assert found["status"] == "diverged" and "no longer a number" in found["error"]


def test_a_change_that_changes_nothing_is_an_error():
    with pytest.raises(ValueError, match="'b' changes nothing: it is the same run as 'a'"):
        replace(TINY, variants=(TINY.variants[0], replace(TINY.variants[0], name="b")))


def test_fewer_images_are_a_change():
    few = replace(TINY.variants[0], name="few", images=500)
    assert replace(TINY, variants=(TINY.variants[0], few))["few"].images == 500
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
    first = Variant("first", LENET, Recipe(epochs=1, lr=0.05), images=64)
    then = replace(first, name="then", start=first, kept=("C1",))
    warm, cold = (Job(variant, 3, "mnist-5k").model() for variant in (then, first))
    trained = build(LENET, seed=3)
    list(fit(trained, *Job(first, 3, "mnist-5k").splits(), replace(first.recipe, seed=3)))
    assert torch.equal(warm.C1.weight, trained.C1.weight) and not torch.equal(warm.C1.weight, cold.C1.weight)
    assert torch.equal(warm.output.weight, cold.output.weight)
    assert Job(then, 3, "mnist-5k").digest != Job(first, 3, "mnist-5k").digest
    assert then.as_dict()["start"] == first.as_dict() and "start" not in first.as_dict()


def test_the_commit_is_that_of_this_project_only(tmp_path, monkeypatch):
    assert len(commit().rstrip("+")) == 40
    package = tmp_path / ".venv" / "lib" / "cnnlessons" / "experiments"
    package.mkdir(parents=True)
    who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], [*who, "commit", "-q", "--allow-empty", "-m", "somebody's own"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    monkeypatch.setattr(plan_module, "__file__", str(package / "plan.py"))
    assert commit() is None


def test_without_git_a_record_has_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit() is None
    recorded(tmp_path)
    assert Record(tmp_path / "tiny.json").data["commit"] is None


def test_a_choice_sees_no_test_image_and_trains_on_none_that_it_is_judged_on():
    job = Job(TINY.variants[0], 0, "mnist-5k", validation=300)
    (train, judged), data = job.splits(), load("mnist-5k")
    assert len(judged) == 300 and len(train) == len(data.train) - 300
    assert torch.equal(torch.cat([train.x, judged.x]), data.train.x)
    assert torch.equal(torch.cat([train.y, judged.y]), data.train.y)
    assert job.digest != replace(job, validation=0).digest
    assert len(replace(job, limit=50).splits()[0]) == 50 and len(replace(job, limit=50).splits()[1]) == 300


def test_a_choice_that_would_hold_back_all_images_is_refused(tmp_path):
    most = len(load("mnist-5k").train)
    plan = Plan(replace(TINY, validation=most), tmp_path)
    with pytest.raises(RecordError, match=f"tiny holds back {most:,} training images, and mnist-5k has {most:,}"):
        plan.check_sources({"mnist-5k"})
    Plan(replace(TINY, validation=most - 1), tmp_path).check_sources({"mnist-5k"})


def test_a_record_judged_on_other_images_is_not_extended(tmp_path):
    recorded(tmp_path)
    with pytest.raises(RecordError, match="was judged on other images"):
        Plan(replace(TINY, validation=300), tmp_path)
