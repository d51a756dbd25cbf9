"""Losses by hand, against PyTorch, and the pairs of output and loss that do not go together."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnlessons import CATALOGUE, build
from cnnlessons.training.losses import LOSSES, J, loss_for, own_loss


def test_map_by_hand():
    d, y = torch.tensor([[1.0, 3.0]]), torch.tensor([0])
    by_hand = 1 + math.log(math.exp(-J) + math.exp(-1) + math.exp(-3))
    assert LOSSES["map"].value(d, y).item() == pytest.approx(by_hand)


def test_map_without_its_rubbish_class_is_cross_entropy_of_minus_the_penalties():
    from cnnlessons.training.losses import posterior

    d, y = 5 * torch.rand(20, 10), torch.arange(20) % 10
    assert posterior(d, y, j=1e9).item() == pytest.approx(F.cross_entropy(-d, y).item(), rel=1e-5)


def test_ml_is_the_right_classes_penalty():
    assert LOSSES["ml"].value(torch.tensor([[1.0, 3.0], [5.0, 7.0]]), torch.tensor([1, 0])).item() == 4


def test_clipped_probabilities_stop_at_keras_floor():
    p = torch.tensor([[1.0, 0.0]])
    assert LOSSES["probabilities"].value(p, torch.tensor([1])).item() == pytest.approx(-math.log(1e-7), rel=1e-4)


def test_decisions():
    out = torch.tensor([[1.0, 3.0, 2.0]])
    assert LOSSES["cross_entropy"].decide(out).item() == 1 and LOSSES["map"].decide(out).item() == 0


@pytest.mark.parametrize(
    ("id", "own"),
    [
        ("lenet5-1998", "map"),
        ("lenet-002-keras", "probabilities"),
        ("lenet-003-corrected", "cross_entropy"),
        ("lenet-fcn", "cross_entropy"),
    ],
)
def test_own_loss_follows_the_last_layer(id, own):
    assert own_loss(build(CATALOGUE[id])) == own


def test_penalties_are_not_read_as_scores_nor_scores_as_penalties():
    with pytest.raises(ValueError, match="smallest wins; use loss='own'"):
        loss_for("cross_entropy", build(CATALOGUE["lenet5-1998"]))
    with pytest.raises(ValueError, match="largest wins; use loss='own'"):
        loss_for("map", nn.Linear(3, 3))
