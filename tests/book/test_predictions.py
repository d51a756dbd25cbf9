"""What a Predict box expects: numbers with their slips, choices, and what is refused."""

import json

import pytest
import torch

from cnnlessons.predictions import MIME, answer


def test_a_number_with_its_slips_as_the_page_reads_it():
    bundle = answer(torch.tensor(156), slips={6 * 25: "no bias"})._repr_mimebundle_()
    assert json.loads(json.dumps(bundle[MIME])) == {
        "value": 156,
        "shown": "156",
        "within": 0.0,
        "unit": "",
        "choices": [],
        "slips": [[150, "no bias"]],
    }
    assert bundle["text/plain"] == "the answer: 156"


@pytest.mark.parametrize(
    ("value", "unit", "said"), [(60_000, "", "60,000"), (0.9249, "%", "0.9249 %"), (61.0, "MB", "61 MB")]
)
def test_numbers_as_prose_writes_them(value, unit, said):
    assert answer(value, unit=unit).as_dict()["shown"] == said


def test_a_choice():
    kept = answer(0.03, choices=(0.01, 0.03), slips={0.01: "as the paper"}).as_dict()
    assert (kept["value"], kept["choices"], kept["slips"]) == ("0.03", ["0.01", "0.03"], [["0.01", "as the paper"]])


@pytest.mark.parametrize(
    ("value", "options", "said"),
    [
        ("ReLU", {}, "value: 'ReLU' is no number"),
        ("ReLU", {"choices": ("tanh", "sigmoid")}, "none of the choices: tanh, sigmoid"),
        (3, {"within": -1}, "within: -1 is below 0"),
        (3, {"slips": {3: "x"}}, "3 is the right answer"),
        (3.0, {"slips": {3.4: "x"}, "within": 0.5}, "3.4 is the right answer"),
        (3, {"slips": {"four": "x"}}, "'four' is no number"),
        ("a", {"choices": "ab", "slips": {"c": "x"}}, "slips: 'c' is none of the choices: a, b"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(value, options, said):
    with pytest.raises(ValueError, match=said):
        answer(value, **options)
