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
    epochs = max(len(values) for name, values in curves.items() if name in CURVES)
    return {
        "variant": variant,
        "seed": seed,
        "data": "mnist-5k",
        "status": "done",
        **{name: [1.0] * epochs for name in CURVES},
        **{name: values * (epochs if len(values) == 1 else 1) for name, values in curves.items()},
    }


@pytest.mark.parametrize(("text", "why"), [("{", "is damaged"), ("{}", "is damaged"), (None, "no record at")])
def test_a_record_that_cannot_be_read_says_so(tmp_path, text, why):
    if text is not None:
        (tmp_path / "x.json").write_text(text)
    with pytest.raises(RecordError, match=why):
        records.read(tmp_path / "x.json")


def made(tmp_path, rows, variants, schedule="constant"):
    """A record of these rows, of networks with ten outputs."""
    variant = {"arch": {"layers": [{"type": "Linear", "units": 10}]}, "recipe": {"schedule": schedule}}
    record = {
        "experiment": "t",
        "question": "?",
        "data": {"name": "mnist-5k", "note": ""},
        "device": "CPU",
        "variants": {v: variant | {"name": v} for v in variants},
        "rows": rows,
    }
    (tmp_path / "t.json").write_text(json.dumps(record))
    return Record(tmp_path / "t.json")


def test_a_run_is_read_at_the_mean_of_its_last_quarter_unless_its_step_size_is_annealed(tmp_path):
    curve = [0.5, 0.6, 0.7, 0.8, 0.9, 0.8, 0.92, 0.82]
    rows = [row("a", s, test_accuracy=curve, train_loss=[1.0] * 8, dead=[0.0, *curve]) for s in (0, 1)]
    constant = made(tmp_path, rows, "a")
    assert constant.last_epochs("a") == 2 and constant.ends("a", "test_accuracy") == pytest.approx([0.87, 0.87])
    assert constant.ends("a", "dead") == pytest.approx([0.87, 0.87])  # a measure has one number more, before training
    annealed = made(tmp_path, rows, "a", "cosine")
    assert annealed.last_epochs("a") == 1 and annealed.ends("a", "test_accuracy") == pytest.approx([0.82, 0.82])
    long = [row("a", 0, train_loss=[1.0] * 30), row("a", 1, train_loss=[1.0] * 30)]
    assert made(tmp_path, long, "a").last_epochs("a") == 8


def test_one_epoch_at_a_constant_step_size_bears_no_verdict(tmp_path):
    rows = [row(v, s, test_accuracy=[0.9 + 0.01 * s]) for v in "ab" for s in range(3)]
    with pytest.raises(RecordError, match="'a' was trained for one epoch at a constant step size"):
        made(tmp_path, rows, "ab").compare("a", "b")
    assert "no verdict: t: 'b' was trained" in summarise(made(tmp_path, rows, "ab"))
    assert made(tmp_path, rows, "ab", "cosine").compare("a", "b").verdict == "no effect seen"


def test_runs_that_did_not_learn_are_stuck_and_counted_apart(tmp_path):
    rows = [row("a", s, test_accuracy=[0.90 + 0.01 * (s % 2)]) for s in range(5)]
    rows += [row("b", s, test_accuracy=[0.96 + 0.01 * (s % 3)]) for s in range(3)]
    rows += [row("b", 3) | {"status": "diverged"}, row("b", 4, train_accuracy=[0.14])]
    rows += [row("c", 0) | {"status": "diverged"}]
    record = made(tmp_path, rows, "abc", "cosine")
    assert [record.stuck(v) for v in "abc"] == [0, 2, 1] and len(record.curve("b", "test_accuracy")) == 4
    said = summarise(record).splitlines()
    assert said[1].split() == ["a", "0.9040", "±", "0.0068", "(95", "%,", "n=5)"]
    assert said[2].endswith("n=3), 2 stuck") and said[3].endswith(" no run learned, 1 stuck")
    assert said[4].startswith("b against a, test accuracy: better, +6.60 points") and "2 of 5 against 0 of 5" in said[4]
    assert len(said) == 5  # c has nothing to compare
    assert len(record.ends("b", "test_accuracy", with_stuck=True)) == 4
    assert record.compare("b", "a", with_stuck=True).stuck == (0, 0)
    with pytest.raises(RecordError, match=r"0 run\(s\) of 'c' learned, 1 are stuck"):
        record.end("c", "test_accuracy")


def test_the_best_step_size_is_chosen_by_the_training_loss_among_networks_without_a_stuck_run(tmp_path):
    losses = {"a, lr 1": 0.3, "a, lr 2": 0.2, "a, lr 4": 0.1, "ab, lr 1": 0.05, "ab, lr 2": 0.06}
    rows = [row(name, s, train_loss=[loss + 0.01 * s]) for name, loss in losses.items() for s in (0, 1)]
    rows.append(row("a, lr 4", 2) | {"status": "diverged"})
    record = made(tmp_path, rows, losses, "cosine")
    assert record.best("a") == "a, lr 2"
    with pytest.raises(UnknownName, match="did you mean 'ab'"):
        record.best("abc")
    said = summarise(record).splitlines()
    assert len(said) == 7 and said[6].startswith("ab, lr 1 against a, lr 2")  # each at its best, and nothing else


def test_the_best_step_size_on_validation_images_is_that_of_the_highest_accuracy(tmp_path):
    rows = [row(f"a, lr {lr}", 0, test_accuracy=[acc], train_loss=[lr]) for lr, acc in ((1, 0.8), (2, 0.9), (4, 0.7))]
    record = made(tmp_path, rows, [r["variant"] for r in rows])
    assert record.best("a", by="test_accuracy") == "a, lr 2"
    record.data["validation"] = 5000
    said = summarise(record).splitlines()
    assert "judged on 5,000 held-back training images" in said[0]
    assert said[2].endswith("0.9000 (one run)") and said[4:] == ["best: a, lr 2"]


def test_what_differs_in_augmentation_only_is_compared_in_pairs(tmp_path):
    rows = [row(v, s, test_accuracy=[0.8 + 0.02 * s + shift]) for v, shift in (("a", 0), ("b", 0.01)) for s in range(5)]
    rows[0]["test_accuracy"] = [0.801]
    record = made(tmp_path, rows, "ab", "cosine")
    record.data["variants"]["a"] = record.data["variants"]["b"] | {
        "recipe": {"schedule": "cosine", "augment": ["crop"]}
    }
    pairs = record.compare("b", "a")
    assert pairs.paired and pairs.verdict == "better" and pairs.correlation > 0.99
    record.data["variants"]["a"]["recipe"]["lr"] = 0.1
    assert not record.compare("b", "a").paired and record.compare("b", "a").verdict == "not settled"


def test_a_variant_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="no variant of t named 'x'"):
        made(tmp_path, [row("a", 0)], "ab").rows("x")


def test_a_table_is_corrected_for_its_size(tmp_path):
    rows = [
        row(v, s, test_accuracy=[0.8 + shift + 0.01 * s])
        for v, shift in zip("abc", (0, 0.03, 0.1), strict=True)
        for s in range(5)
    ]
    record = made(tmp_path, rows, "abc", "cosine")
    assert record.compare("b", "a").verdict == "better"
    assert [one.table for one in record.table([("b", "a"), ("c", "a")])] == [2, 2]


CHOICES = {
    "E03-choice": ("E03-small", "test_accuracy"),
    "E04-choice": ("E04-lrn", "test_accuracy"),
    "E06-choice": ("E06-overlap", "test_accuracy"),
}


@pytest.mark.parametrize("choice", [id for id in CHOICES if (RESULTS / f"{id}.json").exists()])
def test_step_sizes_are_the_best_on_validation_images_and_inside_their_grid(choice):
    id, by = CHOICES[choice]
    record = records.find(choice)
    assert record.data["validation"] >= 5000
    for variant in EXPERIMENTS[id].variants:
        tried = sorted(v.recipe.lr for v in EXPERIMENTS[choice].variants if v.name.startswith(f"{variant.name}, lr "))
        assert record.best(variant.name, by) == f"{variant.name}, lr {variant.recipe.lr:g}"
        assert tried[0] < variant.recipe.lr < tried[-1]
        tried_as = EXPERIMENTS[choice][f"{variant.name}, lr {variant.recipe.lr:g}"]
        assert (tried_as.arch.layers, tried_as.recipe) == (variant.arch.layers, variant.recipe)


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


def test_the_networks_without_colour_are_those_of_the_crops():
    """E08's baseline is E07's "both", run again with the same seeds: five numbers, not ten."""
    crops, colour = (Record(RESULTS / f"{id}.json") for id in ("E07-crops", "E08-colour"))
    for name in CURVES:
        if name != "seconds":
            np.testing.assert_array_equal(colour.curve("no colour", name), crops.curve("both", name))
    assert crops.curve("both", "test_accuracy").shape == (5, 20)
    assert (crops.curve("both", "test_loss") != crops.curve("crops", "test_loss")).any()
