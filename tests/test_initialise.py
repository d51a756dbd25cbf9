"""How weights start: the signal that each recipe promises to keep."""

import pytest
import torch
from torch import nn

from cnnlessons.initialise import INITIALISERS


@pytest.mark.parametrize(("init", "act", "kept"), [("he", nn.ReLU, 1), ("glorot", nn.ReLU, 2**-10),
                                                   ("normal-0.01", nn.ReLU, (0.01**2 * 512 / 2) ** 10)])
def test_mean_square_of_a_signal_after_ten_layers(init, act, kept):
    torch.manual_seed(0)
    layers = [layer for _ in range(10) for layer in (act(), nn.Linear(512, 512))]
    model = nn.Sequential(*layers)
    INITIALISERS[init](model)
    with torch.no_grad():
        x = torch.randn(256, 512)
        assert 0.5 < (model(x).square().mean() / x.square().mean() / kept).item() < 2
