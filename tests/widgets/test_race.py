"""Race, with Python alone; tests/browser/test_race_widget.py looks at its view."""

import re

import numpy as np
import pytest

from cnnlessons.errors import UnknownName
from cnnlessons.experiments import RecordError, records
from cnnlessons.widgets import Race
from cnnlessons.widgets.race.facts import STUDIES


def test_what_it_says_is_what_the_record_says():
    race = Race(
        "E11-recipe", against="the paper's recipe", racing=("biases 0", "without dropout", "the paper's recipe")
    )
    found = records.find("E11-recipe")
    pairs = [("without dropout", race.against), ("biases 0", race.against)]  # in the record's order
    assert list(map(str, race.comparisons)) == list(map(str, found.table(pairs)))


def test_a_stopped_race_is_read_as_a_shorter_record():
    race = Race("E02-activations", ("ReLU, lr 0.01", "tanh, lr 0.01"), measure="train_loss")
    race.stop = 4
    (row,) = race.comparisons
    curve = race.record.curve("ReLU, lr 0.01", "train_loss")
    assert np.allclose(
        list(row.left.values()), curve[:, 2:4].mean(1)
    )  # a constant step: the last quarter, two at least
    race.stop = 0
    assert np.allclose(list(race.comparisons[0].left.values()), curve[:, 7:].mean(1))


def test_an_annealed_record_stopped_early_is_read_where_it_stopped():
    found = records.find("E06-overlap")
    curve = found.curve("max 3/2", "test_accuracy")
    assert (found.stopped_after(6).ends("max 3/2", "test_accuracy") == curve[:, 5]).all()
    assert (found.stopped_after(99).ends("max 3/2", "test_accuracy") == curve[:, -1]).all()
    seen = found.stopped_after(6).curve("max 3/2", "train_loss_eval")
    assert seen.shape == (10, 7)  # measured before training, too
    with pytest.raises(ValueError, match="epoch must be a whole number from 1, not 0"):
        found.stopped_after(0)


def test_stuck_runs_are_marked_epoch_by_epoch():
    race = Race("E02-activations", ("ReLU, lr 0.1", "tanh, lr 0.1"), measure="train_loss")
    relu = race.facts["variants"][0]
    for epoch in (2, 5, 10):
        stuck = sum(flags[epoch - 1] == "1" for flags in relu["stuck"])
        assert stuck == race.record.stopped_after(epoch).stuck("ReLU, lr 0.1")
    assert sum(flags[-1] == "1" for flags in relu["stuck"]) == 2


def test_curves_are_sent_as_they_are_recorded():
    race = Race()
    sent = [[float(word) for word in text.split()] for text in race.facts["variants"][0]["runs"]["test_accuracy"]]
    assert (np.array(sent) == race.record.curve("max 3/2", "test_accuracy")).all()
    assert race.page() == Race().page()
    assert len(race.page()) < 6000
    largest = Race("E03-small", against="without dropout", measures=("test_loss",), ask=False)
    assert len(largest.page().encode()) <= 30_000  # what a lesson shows


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda: Race("E06-overlop"), RecordError, "did you mean 'E06-overlap'"),
        (lambda: Race(variants=("max 3/2", "max 2")), UnknownName, "did you mean 'max 3/2'"),
        (lambda: Race(variants="max 3/2"), ValueError, "variants must be a sequence of names"),
        (lambda: Race(variants=("max 3/2",)), ValueError, "variants must be two different ones"),
        (lambda: Race(against="max 4/2"), UnknownName, "variant of this race"),
        (lambda: Race(measure="test_los"), UnknownName, "did you mean 'test_loss'"),
        (lambda: Race(stop=16), ValueError, "stop must be an epoch from 1 to 15, or 0 for the end, not 16"),
        (lambda: Race("E20-gradients"), ValueError, "runs of one epoch are no race"),
        (
            lambda: Race("E03-small", measures=("test_loss", "train_loss", "train_accuracy")),
            ValueError,
            "name fewer variants or measures",
        ),
        (lambda: Race.seeds(seeds=1), ValueError, "seeds must be a number from 2 to 200, not 1"),
        (lambda: Race.seeds(seeds=2.5), ValueError, "seeds must be a whole number, not 2.5"),
        (lambda: Race.seeds(studies=("LRM",)), UnknownName, "study of the book"),
        (lambda: Race.rates(first=0), ValueError, "first must be a number from 0.05 to 99.95, not 0"),
        (lambda: Race.rates().comparisons, ValueError, "only a race has them"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(make, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        make()


def test_the_still_keeps_the_end_in_a_closed_box_while_there_is_a_bet():
    asked, open_ = Race().still(), Race(ask=False).still()
    assert asked.index("<details>") < asked.index("better, +2.24") < asked.index("</details>")
    assert "<details>" not in open_ and "<svg" in open_
    assert "1.01 points in 80 of 100" in Race.seeds().still()
    assert "± 0.19 points" in Race.rates().still()


def test_settings_are_checked_and_keep_the_others():
    race = Race.seeds()
    race.settings = {"seeds": 20}
    assert race.settings == {"effect": 0.3, "spread": 0.5, "seeds": 20}
    with pytest.raises(ValueError, match="spread must be a number"):
        race.settings = {"spread": 0}
    assert repr(race) == "Race.seeds(effect=0.3, spread=0.5, seeds=20)"
    assert [one["name"] for one in race.facts["studies"]] == list(STUDIES)
