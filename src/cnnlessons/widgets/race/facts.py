"""What the view of `Race` has to know of a record, small and exact."""

import json
from collections.abc import Iterable
from math import sqrt
from typing import TYPE_CHECKING, Any

from cnnlessons.errors import unknown

if TYPE_CHECKING:
    from cnnlessons.experiments import Record

LABELS = {
    "test_accuracy": "test accuracy, %",
    "train_accuracy": "training accuracy, %",
    "test_loss": "test loss",
    "train_loss": "training loss",
    "train_loss_eval": "training loss in eval mode",
    "train_accuracy_eval": "training accuracy in eval mode, %",
}

# Comparisons of two groups of runs that the lessons show: record, two variants
STUDIES = {
    "overlapping pools": ("E06-overlap", "max 3/2", "max 2/2"),
    "LRN": ("E04-lrn", "LRN", "without"),
    "two groups": ("E10-groups", "two groups", "one column"),
    "weight decay": ("E11-recipe", "without weight decay", "the paper's recipe"),
    "dropout, 60,000 digits": ("E03-dropout", "with dropout, scaled pixels", "without dropout, scaled pixels"),
    "dropout, 2,000 digits": ("E03-small", "dropout, same width", "without dropout"),
    "ReLU and tanh": ("E02-activations", "ReLU, lr 0.03", "tanh, lr 0.1"),
}


def number(value: float) -> str:
    """As the record has it, without the leading zero of a share."""
    return repr(value).removeprefix("0") if 0 < value < 1 and "e" not in repr(value) else repr(value)


def race(record: "Record", names: list[str], measures: list[str], question: str | None) -> dict[str, Any]:
    """Variants with their curves, a text a run, and in which epochs it had not learned (a digit an epoch).

    Raises `UnknownName` for a variant or measure that the record does not have, `ValueError` for fewer than two
    variants or for runs too short to be read.
    """
    from cnnlessons.experiments.rows import NOT_CURVES

    if len(set(names)) < 2:
        raise ValueError(f"variants must be two different ones at least, of {', '.join(map(repr, record.variants))}")
    rows = {name: record.rows(name) for name in names}
    epochs = max(len(row["train_loss"]) for name in names for row in rows[name])
    plans = [json.dumps(record._but_for_augmentation(name), sort_keys=True) for name in names]
    constant = [record.data["variants"][name]["recipe"]["schedule"] == "constant" for name in names]
    least = 2 if any(constant) else 1
    if epochs < 2:
        raise ValueError(f"{record.data['experiment']}: runs of one epoch are no race")
    for measure in measures:
        for name in names:
            for row in rows[name]:
                if measure not in row or measure in NOT_CURVES:
                    raise unknown("curve", measure, [known for known in row if known not in NOT_CURVES])
    variants = [
        {
            "name": name,
            "plan": plans.index(plan),
            "constant": same,
            "seeds": [row["seed"] for row in rows[name]],
            "diverged": len(record.rows(name, status="diverged")),
            "stuck": [_stuck(record, row) for row in rows[name]],
            "runs": {measure: [" ".join(map(number, row[measure])) for row in rows[name]] for measure in measures},
        }
        for name, plan, same in zip(names, plans, constant, strict=True)
    ]
    note = record.data["data"]["note"] or record.data["data"]["name"]
    return {
        "experiment": record.data["experiment"],
        "question": record.question if question is None else question,
        "note": f"{max(len(one['seeds']) + one['diverged'] for one in variants)} seeds of each; {note}",
        "epochs": epochs,
        "least": least,
        "measures": {name: LABELS.get(name, name) for name in measures},
        "variants": variants,
    }


def _stuck(record: "Record", row: dict[str, Any]) -> str:
    """For each epoch 1 if a run that ended there would count as stuck."""
    cut = (record._learned({**row, "train_accuracy": [share]}) for share in row["train_accuracy"])
    return "".join("01"[not learned] for learned in cut)


def studies(ids: Iterable[str] | None) -> list[dict[str, Any]]:
    """Of each of STUDIES its number of seeds and the spread of its runs in points of test accuracy."""
    from cnnlessons.experiments import records

    found = []
    for id in STUDIES if ids is None else ids:
        if id not in STUDIES:
            raise unknown("study of the book", id, STUDIES)
        experiment, a, b = STUDIES[id]
        row = records.find(experiment).compare(a, b)
        n = min(len(row.left), len(row.right))
        found.append({"name": id, "seeds": n, "spread": round(100 * row._errors[1] * sqrt(n / 2), 4)})
    return found
