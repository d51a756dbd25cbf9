"""The AlexNet for review: its layers are the catalogue's, its faults are there."""

import torch
from torch import nn
from torch.nn import functional as F

from cnnlessons import CATALOGUE, trace
from cnnlessons.modules.reviewed import AlexNet


def test_its_layers_are_the_catalogues():
    with torch.device("meta"):
        net = AlexNet()
    found = [tuple(part.weight.shape) for part in net.modules() if isinstance(part, nn.Conv2d | nn.Linear)]
    rows = [row for row in trace(CATALOGUE["alexnet-003-code"]) if row.params]
    assert sum(p.numel() for p in net.parameters()) == sum(row.params for row in rows) == 62_378_344
    assert [shape[0] for shape in found] == [row.shape_out[0] for row in rows]


def test_its_faults_are_there(monkeypatch):
    with torch.device("meta"):
        net = AlexNet().eval()
    seen = []
    monkeypatch.setattr(F, "dropout", lambda x, p, training=True: seen.append(training) or x)
    monkeypatch.setattr(F, "softmax", lambda x, dim: seen.append(tuple(x.shape)))
    assert net(torch.empty(2, 3, 448, 448, device="meta")) is None
    assert seen == [True, True, (8, 1000)]  # dropout in eval mode, four rows an image, a softmax
