"""Rows: what is damaged, changed, doubled or foreign is named with its file and line, and set aside without a loss."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tiny_experiment import LENET, TINY, kept, recorded

from cnnlessons import Recipe
from cnnlessons.experiments import Variant, job, rows
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.records import Record, RecordError, read
from cnnlessons.networks.layers import Conv

NOT_ROWS = [
    (b"", "is not JSON"),
    (b"\0\0\0", "is not JSON"),
    (b'{"variant": "a", "se', "is not JSON"),
    (b"\xff\xfe{\0", "is not JSON"),
    (b"[" * 100_000, "is not JSON"),
    (b"null", "is not a row"),
    (b"7", "is not a row"),
    (b"[]", "is not a row"),
    (b'{"variant": "a", "data": "x", "status": "done"}', "needs a whole number from 0 as 'seed'"),
]
CHANGES = [
    ({"variant": ["a"]}, "needs a text as 'variant'"),
    ({"seed": [0]}, "needs a whole number from 0 as 'seed'"),
    ({"seed": True}, "needs a whole number from 0 as 'seed'"),
    ({"seed": -1}, "needs a whole number from 0 as 'seed'"),
    ({"status": "don`"}, "has the unknown status 'don`'"),
    ({"test_accuracy": [17]}, "has a 'test_accuracy' outside 0 … 1"),
    ({"train_accuracy": [-0.1]}, "has a 'train_accuracy' outside 0 … 1"),
    ({"test_loss": [float("nan")]}, "NaN is no number"),
    ({"test_loss": [float("inf")]}, "Infinity is no number"),
    ({"test_loss": [10**400]}, "needs a list of finite numbers as 'test_loss'"),
    ({"test_loss": ["1.0"]}, "needs a list of finite numbers as 'test_loss'"),
    ({"test_loss": 1.0}, "needs a list of finite numbers as 'test_loss'"),
    ({"test_loss": []}, "has 0 entries in 'test_loss' for 1 epoch"),
    ({name: [] for name in rows.CURVES}, "is done without an epoch"),
    ({"dead": [0.5]}, "has 1 entries in 'dead' for 1 epoch"),
    ({"digest": 7}, "needs a text as 'digest'"),
    ({"test_accuracy": [0.51]}, "was changed after it was written"),
    ({"seed": 1}, "was changed after it was written"),
]


def with_line(plan, text):
    """Two good rows with that line between them."""
    kept(plan, plan.jobs[0], 1.0)
    kept(plan, plan.jobs[1], 2.0)
    first, second = plan.rows_path().read_bytes().splitlines(keepends=True)
    plan.rows_path().write_bytes(first + text + b"\n" + second)


@pytest.mark.parametrize(("text", "why"), NOT_ROWS)
def test_a_line_that_is_no_row_is_named_and_the_others_are_kept(tmp_path, text, why):
    plan = Plan(TINY, tmp_path)
    with_line(plan, text)
    before = plan.rows_path().read_bytes()
    with pytest.raises(RecordError, match=rf"tiny\.rows\.jsonl, line 2: this row {why}.* --set-aside") as error:
        Plan(TINY, tmp_path)
    assert len(str(error.value)) < 600 and plan.rows_path().read_bytes() == before
    assert Plan(TINY, tmp_path, set_aside=True).rows == plan.rows == Plan(TINY, tmp_path).rows
    assert (tmp_path / "tiny.rows.bad").read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize(("change", "why"), CHANGES)
@pytest.mark.parametrize("where", ["rows", "record"])
def test_a_row_that_was_tampered_with_is_named_and_the_others_are_kept(tmp_path, change, why, where):
    if where == "record":
        plan = recorded(tmp_path)
    else:
        plan = Plan(TINY, tmp_path)
        for one in plan.jobs[:3]:
            kept(plan, one)
    path = plan.target if where == "record" else plan.rows_path()
    row = plan.rows[plan.jobs[1].key]
    old, new = (json.dumps(it) for it in (row, row | change))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    is_json = "is no number" not in why
    if where == "record" and not is_json:  # then no row of it can be read
        with pytest.raises(RecordError, match=rf"tiny\.json is damaged \(is not JSON: {why}"):
            read(path)
        return
    with pytest.raises(RecordError, match=rf"{path.name}, (line|row) 2: this row .*{why}.* --set-aside"):
        read(path) if where == "record" else Plan(TINY, tmp_path)
    again = Plan(TINY, tmp_path, set_aside=True)
    assert len(again.rows) == len(plan.rows) - 1 and again.todo[0].key == plan.jobs[1].key
    assert new in (tmp_path / "tiny.rows.bad").read_text(encoding="utf-8")
    assert Plan(TINY, tmp_path).rows == again.rows


def test_a_flipped_letter_is_noticed_wherever_it_is(tmp_path):
    plan = Plan(TINY, tmp_path)
    kept(plan, plan.jobs[0])
    whole = plan.rows_path().read_bytes()
    for place in range(len(whole) - 1):
        flipped = bytes([whole[place] ^ 1])
        plan.rows_path().write_bytes(whole[:place] + flipped + whole[place + 1 :])
        found = rows.lines(plan.rows_path())
        assert all(line.fault for line in found) or [line.row for line in found] == [*plan.rows.values()]


def test_a_second_row_of_one_run_is_named_and_the_first_is_kept(tmp_path):
    plan = Plan(TINY, tmp_path)
    kept(plan, plan.jobs[0], 1.0)
    line = plan.rows_path().read_bytes()
    plan.rows_path().write_bytes(line + line)
    assert len(Plan(TINY, tmp_path).rows) == 1  # the same row twice loses nothing
    other = rows.sealed(plan.rows[plan.jobs[0].key] | {"train_loss": [2.0]})
    rows.append(plan.rows_path(1), other)
    with pytest.raises(RecordError, match=r"tiny\.rows\.jsonl, line 1: this row is a second row of 'a', seed 0"):
        Plan(TINY, tmp_path)
    assert len(Plan(TINY, tmp_path, set_aside=True).rows) == 1


def test_a_doubled_row_of_a_record_is_named(tmp_path):
    plan = recorded(tmp_path)
    text = plan.target.read_text(encoding="utf-8")
    row = json.dumps(plan.rows[plan.jobs[3].key])
    plan.target.write_text(text.replace(row, f"{row},\n{row}"), encoding="utf-8")
    with pytest.raises(RecordError, match=r"tiny\.json, row 5: this row is a second row of 'b', seed 1, on mnist-5k"):
        Record(plan.target)
    assert len(Plan(TINY, tmp_path, set_aside=True).rows) == 4 and len(Record(plan.target).rows("b")) == 2


def test_a_row_of_another_definition_is_named_and_the_other_variant_is_kept(tmp_path):
    plan = recorded(tmp_path)
    grown = Plan(TINY, tmp_path, seeds=3)
    for one in grown.todo:
        kept(grown, one)
    changed = replace(TINY, variants=(replace(TINY.variants[0], recipe=Recipe(epochs=2, batch=500)), TINY.variants[1]))
    with pytest.raises(RecordError, match=r"row 1: this row holds 'a' as it was defined before \(and 2 more"):
        Plan(changed, tmp_path)
    plan = Plan(changed, tmp_path, set_aside=True)
    assert {name for name, _, _ in plan.rows} == {"b"} and len(plan.rows) == 3
    fewer = replace(TINY, variants=TINY.variants[1:])
    assert len(Plan(fewer, tmp_path).rows) == 3


def test_a_field_that_layers_got_later_makes_no_other_definition_until_it_is_used():
    variant = Variant("a", LENET, Recipe(epochs=1))
    said = job.definition(variant.as_dict())["arch"]["layers"]
    assert "ceil" not in said[0] and said[2]["ceil"] is False  # a pool has had it from the first record on
    up = replace(variant, arch=variant.arch.change(C1=Conv("C1", 6, 5, ceil=True)))
    assert job.definition(up.as_dict())["arch"]["layers"][0]["ceil"] is True
    digests = {job.Job(one, 0, "mnist-5k").digest for one in (variant, up)}
    assert len(digests) == 2 and job.Job(variant, 0, "mnist-5k").digest == "1c6d4a6ed525"  # as before there was one


def test_a_row_of_a_variant_that_is_gone_is_named(tmp_path):
    plan = Plan(TINY, tmp_path)
    kept(plan, plan.jobs[0])
    with pytest.raises(RecordError, match="holds 'a' on mnist-5k, which tiny does not have today"):
        Plan(replace(TINY, variants=TINY.variants[1:]), tmp_path)


def test_rows_of_other_images_are_not_mixed(tmp_path, monkeypatch):
    plan = recorded(tmp_path)
    assert read(plan.target)["sources"]["mnist-5k"]["digest"].startswith(plan.rows[plan.jobs[0].key]["source"])
    monkeypatch.setattr(job, "source_digest", lambda name: "another")
    monkeypatch.setattr("cnnlessons.experiments.plan.source_digest", lambda name: "another")
    grown = Plan(TINY, tmp_path, seeds=3)
    with pytest.raises(RecordError, match=r"trained on other images of mnist-5k .* than there are here: .*--folder"):
        grown.check_sources({"mnist-5k"})
    with pytest.raises(RecordError, match=r"was trained on other images of mnist-5k \(another\) than the rest"):
        kept(grown, grown.todo[0])
    assert not grown.rows_path().exists()


def test_a_record_says_what_each_group_of_its_rows_was_trained_on(tmp_path):
    recorded(tmp_path)
    grown = Plan(TINY, tmp_path, seeds=3)
    for one in grown.todo:
        kept(grown, one)
    grown.finish("cpu", 1.0)
    record = read(grown.target)
    assert {row["source"] for row in record["rows"]} == {record["data"]["digest"][:12]}
    assert record["before"][0]["data"] == record["data"] and record["before"][0]["rows"] == 4


def test_an_older_record_without_digests_is_read_and_extended(tmp_path):
    plan = recorded(tmp_path)
    old = read(plan.target)
    del old["sources"]
    old["rows"] = [rows.outcome(row) for row in old["rows"]]
    plan.target.write_text(json.dumps(old), encoding="utf-8")
    assert Plan(TINY, tmp_path).finished
    grown = Plan(replace(TINY, variants=(*TINY.variants, replace(TINY.variants[0], name="c", images=64))), tmp_path)
    for one in grown.todo:
        kept(grown, one)
    grown.finish("cpu", 1.0)
    assert len(Record(plan.target).rows("a")) == len(Record(plan.target).rows("c")) == 2
    old["data"]["digest"] = "0" * 64
    plan.target.write_text(json.dumps(old), encoding="utf-8")
    with pytest.raises(RecordError, match="were trained on other images"):
        Plan(TINY, tmp_path, seeds=3).check_sources({"mnist-5k"})


def test_a_number_that_is_none_makes_the_row_a_diverged_one(tmp_path):
    fine = SimpleNamespace(**dict.fromkeys(rows.CURVES, 1.0))
    row = Plan(TINY, tmp_path).jobs[0].row([fine, SimpleNamespace(**(vars(fine) | {"test_loss": float("inf")}))])
    assert row["status"] == "diverged" and row["test_loss"] == [1.0] and "not every number was finite" in row["error"]
