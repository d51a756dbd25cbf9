"""Records: refused when damaged, summarised right, complete, and still true."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from cnnlessons.errors import UnknownName
from cnnlessons.experiments import records
from cnnlessons.experiments.declared import EXPERIMENTS
from cnnlessons.experiments.job import CURVES
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.records import Record, RecordError, summarise

RESULTS = Path(__file__).parents[2] / "book" / "results"


def row(variant, seed, **curves):
    curves = {"test_accuracy": [0.9 + 0.01 * seed], **curves}
    return {
        "variant": variant,
        "seed": seed,
        "data": "mnist-5k",
        "status": "done",
        **{name: curves.get(name, [1.0]) for name in CURVES},
    }


@pytest.mark.parametrize(("text", "why"), [("{", "is damaged"), ("{}", "is damaged"), (None, "no record at")])
def test_a_record_that_cannot_be_read_says_so(tmp_path, text, why):
    if text is not None:
        (tmp_path / "x.json").write_text(text)
    with pytest.raises(RecordError, match=why):
        records.read(tmp_path / "x.json")


def test_pairs_are_by_seed(tmp_path):
    rows = [row("a", s, test_accuracy=[0.5 + 0.1 * s]) for s in (0, 1, 2)]
    rows += [row("b", s, test_accuracy=[0.4 + 0.11 * s]) for s in (2, 0, 1)]
    record = {
        "experiment": "t",
        "question": "?",
        "data": {"name": "mnist-5k", "note": ""},
        "device": "CPU",
        "variants": {"a": {}, "b": {}},
        "rows": rows,
    }
    (tmp_path / "t.json").write_text(json.dumps(record))
    difference = Record(tmp_path / "t.json").paired("a", "b", "test_accuracy")
    assert difference.mean == pytest.approx(0.09) and difference.half < 0.03  # the seeds' own spread is gone


def made(tmp_path, rows, variants):
    record = {
        "experiment": "t",
        "question": "?",
        "data": {"name": "mnist-5k", "note": ""},
        "device": "CPU",
        "variants": {v: {} for v in variants},
        "rows": rows,
    }
    (tmp_path / "t.json").write_text(json.dumps(record))
    return Record(tmp_path / "t.json")


def test_a_summary_counts_what_diverged_and_compares_what_finished(tmp_path):
    rows = [row("a", s, test_accuracy=[0.90 + 0.01 * (s % 2)]) for s in range(5)]
    rows += [row("b", s, test_accuracy=[0.96 + 0.01 * (s % 3)]) for s in range(4)]
    rows += [row("b", 4) | {"status": "diverged"}, row("c", 0) | {"status": "diverged"}]
    said = summarise(made(tmp_path, rows, "abc")).splitlines()
    assert said[1].split() == ["a", "0.9040", "±", "0.0068", "(95", "%,", "n=5)"]
    assert said[2].endswith("n=4), 1 diverged") and said[3].endswith(" 0 finished run(s), 1 diverged")
    assert said[4].startswith("b, test accuracy against a: better, +0.0625") and len(said) == 5


def test_the_best_step_size_is_chosen_by_the_training_loss_among_runs_that_all_finished(tmp_path):
    losses = {"a, lr 1": 0.3, "a, lr 2": 0.2, "a, lr 4": 0.1, "ab, lr 1": 0.05}
    rows = [row(name, s, train_loss=[loss + 0.01 * s]) for name, loss in losses.items() for s in (0, 1)]
    rows.append(row("a, lr 4", 2) | {"status": "diverged"})
    record = {
        "experiment": "t",
        "question": "?",
        "data": {"name": "mnist-5k", "note": ""},
        "device": "CPU",
        "variants": {name: {} for name in losses},
        "rows": rows,
    }
    (tmp_path / "t.json").write_text(json.dumps(record))
    assert Record(tmp_path / "t.json").best("a") == "a, lr 2"
    with pytest.raises(UnknownName, match="did you mean 'ab'"):
        Record(tmp_path / "t.json").best("abc")


def test_a_comparison_without_two_shared_seeds_says_so(tmp_path):
    record = made(tmp_path, [row("a", 0), row("a", 1), row("b", 1), row("b", 2)], "ab")
    with pytest.raises(RecordError, match=r"'a' and 'b' share 1 finished seed"):
        record.compare("a", "b")
    with pytest.raises(ValueError, match="no variant of t named 'x'"):
        record.rows("x")


# ID, or ID.DATA for a further data set; a short version (ID.LIMIT) is nobody's record.
RECORDED = sorted(path.stem for path in RESULTS.glob("*.json") if not re.search(r"\.\d+$", path.stem))


@pytest.mark.parametrize("stem", RECORDED)
def test_the_books_record_is_complete_and_small(stem):
    id, _, data = stem.partition(".")
    experiment = EXPERIMENTS[id]
    assert not data or data in experiment.also
    plan = Plan(experiment, RESULTS, data=data or None)  # refuses a record of other networks or recipes than today's
    record = Record(plan.target)
    assert plan.finished and plan.target.stat().st_size <= 200_000
    assert [(row["variant"], row["seed"], row["data"]) for row in record.data["rows"]] == [job.key for job in plan.jobs]
    assert record.data["data"]["digest"] and record.data["versions"]["torch"]
    for variant in experiment.variants:
        for row in record.rows(variant.name):
            early = variant.until and row["train_accuracy"][-1] >= variant.until
            assert early or len(row["test_accuracy"]) == variant.recipe.epochs


BANDS = [
    (id, v.name) for id, e in EXPERIMENTS.items() if id in RECORDED and e.rehearsal for v in e.variants[: e.rehearsed]
]
QUICK = [("E22-softmax", "logits"), ("E03-dropout", "with dropout, scaled pixels"), ("E13-stall", "A")]
FALSE_ALARM = 0.01  # of the whole family: all bands hold for 99 of 100 machines on which nothing is wrong


@pytest.mark.parametrize(
    ("id", "variant"),
    [pytest.param(*band, marks=[] if band in QUICK else pytest.mark.weekly) for band in BANDS],
)
def test_one_seed_run_again_lands_in_the_recorded_band(id, variant):
    """The band: where a new seed falls, were it spread as the recorded ones; wider, because there are many bands."""
    rehearsal = EXPERIMENTS[id].rehearsal
    recorded = np.array([r["test_loss"][-1] for r in records.find(id).rows(variant, rehearsal)])
    new = next(job for job in Plan(EXPERIMENTS[id], RESULTS).jobs if job.key == (variant, 0, rehearsal)).run()
    n = len(recorded)
    edge = stats.t.ppf(1 - FALSE_ALARM / len(BANDS) / 2, n - 1)
    assert abs(new["test_loss"][-1] - recorded.mean()) <= edge * recorded.std(ddof=1) * (1 + 1 / n) ** 0.5


def test_the_quick_bands_are_some_of_all():
    assert set(QUICK) < set(BANDS)
