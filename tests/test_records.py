"""Experiments and their records: resumed, refused when damaged, summarised right, and still true."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from cnnlessons import CATALOGUE, Recipe, __main__, records
from cnnlessons.ablations import EXPERIMENTS, Experiment, Variant
from cnnlessons.records import Interval, Record, RecordError, one_row

RESULTS = Path(__file__).parents[1] / "book" / "results"
LENET = CATALOGUE["lenet-003-corrected"]
TINY = Experiment("tiny", "Does it run?", "mnist-5k", (Variant("a", LENET, Recipe(epochs=1, batch=500)),), 2, None)


def row(variant, seed, **curves):
    curves = {"test_accuracy": [0.9 + 0.01 * seed], **curves}
    return {"variant": variant, "seed": seed, "data": "mnist-5k", "status": "done",
            **{name: curves.get(name, [1.0]) for name in records.CURVES}}


def test_an_interrupted_run_repeats_nothing_and_ends_as_one_whole_record(tmp_path):
    kept = row("a", 0, train_loss=[123.0])
    (tmp_path / "tiny.rows.jsonl").write_text(json.dumps(kept) + "\n")
    steps = list(records.run(TINY, tmp_path, processes=1))
    assert [(done, total) for done, total, _ in steps] == [(2, 2)] and steps[0][2]["seed"] == 1
    record = Record(tmp_path / "tiny.json")
    assert record.curve("a", "train_loss")[0, 0] == 123.0 and record.curve("a", "train_loss")[1, 0] < 3
    assert record.json["data"]["digest"] and record.json["variants"]["a"]["recipe"]["batch"] == 500
    assert not (tmp_path / "tiny.rows.jsonl").exists()
    assert list(records.run(TINY, tmp_path)) == []  # finished: not repeated
    with pytest.raises(RecordError, match="fewer than 3 seeds"):
        list(records.run(TINY, tmp_path, seeds=3))


def test_a_damaged_list_of_rows_is_named_and_left_alone(tmp_path):
    half = tmp_path / "tiny.rows.jsonl"
    half.write_text('{"variant": "a", "se')
    with pytest.raises(RecordError, match=r"tiny\.rows\.jsonl is not a list of finished rows"):
        list(records.run(TINY, tmp_path))
    assert half.read_text() == '{"variant": "a", "se'


@pytest.mark.parametrize(("text", "why"), [("{", "is damaged"), ("{}", "is damaged"), (None, "no record at")])
def test_a_record_that_cannot_be_read_says_so(tmp_path, text, why):
    if text is not None:
        (tmp_path / "x.json").write_text(text)
    with pytest.raises(RecordError, match=why):
        records.read(tmp_path / "x.json")


def test_a_diverged_run_is_a_row():
    wild = replace(TINY, variants=(Variant("wild", LENET, Recipe(epochs=1, lr=1e39, batch=500)),))
    found = one_row(wild, "wild", 0, "mnist-5k", None, "cpu")
    assert found["status"] == "diverged" and "no longer a number" in found["error"]


def test_a_change_that_changes_nothing_is_an_error():
    with pytest.raises(ValueError, match="'b' changes nothing: it is the same run as 'a'"):
        replace(TINY, variants=(*TINY.variants, Variant("b", LENET, Recipe(epochs=1, batch=500))))


def test_interval_is_students():
    values = [1.0, 2.0, 4.0]
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert Interval.of(values) == Interval(pytest.approx(7 / 3), pytest.approx(low), pytest.approx(high), 3)


def test_pairs_are_by_seed(tmp_path):
    rows = [row("a", s, test_accuracy=[0.5 + s]) for s in (0, 1, 2)]
    rows += [row("b", s, test_accuracy=[0.4 + s + 0.01 * s]) for s in (2, 0, 1)]
    record = {"experiment": "t", "question": "?", "data": {"name": "mnist-5k", "note": ""}, "device": "CPU",
              "variants": {"a": {}, "b": {}}, "rows": rows}
    (tmp_path / "t.json").write_text(json.dumps(record))
    difference = Record(tmp_path / "t.json").paired("a", "b", "test_accuracy")
    assert difference.mean == pytest.approx(0.09) and difference.half < 0.03  # the seeds' own spread is gone


@pytest.mark.parametrize("arguments", [["run", "E1"], ["show", "lenet5-1998", "--folder", "nowhere"]])
def test_a_users_mistake_is_one_line(arguments, capsys):
    assert __main__.main(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith("cnnlessons: ") and said.count("\n") == 1


def test_list_names_every_experiment(capsys):
    assert __main__.main(["list"]) == 0
    said = capsys.readouterr().out
    assert all(id in said for id in EXPERIMENTS)


@pytest.mark.parametrize("id", EXPERIMENTS)
def test_the_books_record_is_complete_and_small(id):
    record, experiment = records.find(id), EXPERIMENTS[id]
    assert (RESULTS / f"{id}.json").stat().st_size <= 200_000
    for variant in experiment.variants:
        made = record.json["variants"][variant.name]
        assert made["arch"] == json.loads(json.dumps(variant.arch.json()))  # still the network of today's catalogue
        assert made["recipe"] == {**vars(variant.recipe)}
        seeds = {row["seed"] for row in record.json["rows"] if row["variant"] == variant.name}
        assert len(seeds) >= experiment.seeds
        for row in record.rows(variant.name):
            assert len(row["test_accuracy"]) == variant.recipe.epochs
    assert record.json["data"]["digest"] and record.json["versions"]["torch"]


BANDS = [(id, v.name) for id, e in EXPERIMENTS.items() if e.rehearsal for v in e.variants]


@pytest.mark.parametrize(("id", "variant"), BANDS)
def test_one_seed_run_again_lands_in_the_recorded_band(id, variant):
    """The band: where 99.9 % of new seeds would fall, were they spread as the recorded ones."""
    experiment = EXPERIMENTS[id]
    recorded = np.array([r["test_loss"][-1] for r in records.find(id).rows(variant, experiment.rehearsal)])
    new = one_row(experiment, variant, 0, experiment.rehearsal, records.REHEARSAL_EPOCHS, "cpu")
    n = len(recorded)
    half = stats.t.ppf(0.9995, n - 1) * recorded.std(ddof=1) * (1 + 1 / n) ** 0.5
    assert abs(new["test_loss"][-1] - recorded.mean()) <= half
