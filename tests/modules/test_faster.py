"""The faster layers against PyTorch's: the same answers, the same gradients, and everything else left to PyTorch."""

import pytest
import torch
from torch import nn

from cnnlessons.modules.faster import DividedByNeighbours, LocalResponseNorm, MaxPool2d, PairMax


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_max_pooling_and_its_gradient_are_pytorch_s_bit_for_bit(ties, layout):
    torch.manual_seed(0)
    x = torch.randn(3, 5, 12, 8)
    x = (x.round() if ties else x).to(memory_format=layout)  # rounded: nearly every window has equal maxima
    grad, found = torch.randn(3, 5, 6, 4), []
    for pool in (nn.MaxPool2d(2, 2), MaxPool2d(2, 2)):
        leaf = x.clone().requires_grad_()
        out = pool(leaf)
        out.backward(grad)
        found.append((out.detach(), leaf.grad))
    (out, back), (ours, our_back) = found
    assert torch.equal(out, ours) and torch.equal(back, our_back)


def test_max_pooling_passes_what_is_not_a_number_on():
    x = torch.zeros(1, 1, 4, 4)
    x[0, 0, 1, 2] = float("nan")
    assert MaxPool2d(2, 2)(x).isnan().tolist() == [[[[False, True], [False, False]]]]


@pytest.mark.parametrize("pool, size", [((2, 2), 7), ((3, 2), 8), ((2, 2, 1), 8), ((2, 1), 8)])
def test_other_windows_are_left_to_pytorch(pool, size, monkeypatch):
    monkeypatch.setattr(PairMax, "apply", None)
    x = torch.randn(1, 2, size, size)
    assert torch.equal(MaxPool2d(*pool)(x), nn.MaxPool2d(*pool)(x))


NORMS = [(5, 5e-4, 0.75, 2.0), (5, 2.5, 0.75, 2.0), (4, 0.3, 0.5, 1.0), (9, 1.0, 1.0, 1.0), (1, 1.0, 0.75, 1.0)]


@pytest.mark.parametrize("numbers", NORMS)
@pytest.mark.parametrize("maps", [1, 3, 16])
def test_local_response_normalisation_and_its_gradient_are_pytorch_s(numbers, maps):
    torch.manual_seed(0)
    x, grad, found = 20 * torch.randn(2, maps, 5, 7, dtype=torch.double), torch.randn(2, maps, 5, 7), []
    for norm in (nn.LocalResponseNorm(*numbers), LocalResponseNorm(*numbers)):
        leaf = x.clone().requires_grad_()
        out = norm(leaf)
        out.backward(grad)
        found.append((out.detach(), leaf.grad))
    for theirs, ours in zip(*found, strict=True):
        assert torch.allclose(theirs, ours, rtol=1e-12, atol=1e-12)


def test_local_response_normalisation_by_the_sum_of_the_paper():
    (n, k, alpha, beta), a = (5, 2.0, 1e-4, 0.75), torch.rand(96, dtype=torch.double) * 200
    sums = torch.stack([a[max(0, i - n // 2) : min(95, i + n // 2) + 1].square().sum() for i in range(96)])
    ours = LocalResponseNorm(n, n * alpha, beta, k)(a.reshape(1, 96, 1, 1)).flatten()
    assert torch.allclose(ours, a / (k + alpha * sums) ** beta)
    assert not torch.allclose(LocalResponseNorm(n, alpha, beta, k)(a.reshape(1, 96, 1, 1)).flatten(), ours)


@pytest.mark.parametrize("n", [4, 5])
def test_gradient_of_local_response_normalisation(n):
    torch.manual_seed(0)
    x = torch.randn(2, 7, 2, 2, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(LocalResponseNorm(n, 0.8, 0.75, 1.5), x, check_undefined_grad=False)
    assert torch.autograd.gradcheck(LocalResponseNorm(n, 0.8, 0.6, 1.5), x, check_undefined_grad=False)
    assert torch.autograd.gradgradcheck(LocalResponseNorm(n, 0.8, 0.75, 1.5), x, check_undefined_grad=False)


def test_local_response_normalisation_refuses_what_pytorch_refuses(monkeypatch):
    monkeypatch.setattr(DividedByNeighbours, "apply", None)
    with pytest.raises(ValueError):
        LocalResponseNorm(5)(torch.rand(4, 4))
