"""How weights start: the signal that each recipe promises to keep."""

import pytest
import torch
from torch import nn

from cnnlessons.initialise import INITIALISERS


@pytest.mark.parametrize(("init", "kept"), [("he", 1), ("glorot", 2**-10), ("normal-0.01", (0.01**2 * 512 / 2) ** 10)])
def test_mean_square_of_a_signal_after_ten_layers_behind_relus(init, kept):
    torch.manual_seed(0)
    model = nn.Sequential(*(layer for _ in range(10) for layer in (nn.ReLU(), nn.Linear(512, 512))))
    INITIALISERS[init](model)
    with torch.no_grad():
        x = torch.randn(256, 512)
        assert 0.5 < (model(x).square().mean() / x.square().mean() / kept).item() < 2
