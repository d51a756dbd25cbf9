"""The faster layers against PyTorch's: the same answers, the same gradients, and everything else left to PyTorch."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from cnnlessons.modules.faster import (
    Conv2d,
    Convolution,
    DividedByNeighbours,
    LocalResponseNorm,
    MaxPool2d,
    OneDnnScaledTanh,
    OneDnnTanh,
    PairMax,
    conv2d,
    scaled_tanh,
    tanh,
)

one_dnn = pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="this PyTorch comes without oneDNN")


def gradients(conv, x, weight, bias):
    """Output, the three gradients, and the gradients of their squares."""
    leaves = [t.clone().requires_grad_() for t in (x, weight, bias)]
    out = conv(*leaves)
    first = torch.autograd.grad(out.square().mean(), leaves, create_graph=True)
    return out, *first, *torch.autograd.grad(sum(g.square().sum() for g in first), leaves)


@one_dnn
@pytest.mark.parametrize(
    "maps, height, options",
    [
        (6, 12, (1, 0)),
        (6, 12, (2, 2, 1)),
        (4, 12, ((1, 2), (0, 1), 2)),
        (12, 12, (1, 1)),  # maps last, and 6 by two rows
        (1, 12, (1, 0)),
        (3, 12, (1, (4, 2))),
        (8, 10, (1, (2, 1))),
        (1, 13, (1, 0)),
        (6, 13, (1, 2)),  # 1 … 8 by two rows
    ],
)
def test_convolution_and_its_gradients_are_those_of_double_precision(maps, height, options):
    torch.manual_seed(0)
    x, weight, bias = torch.randn(32, maps, height, 11), torch.randn(7, maps, 5, 3) / 5, torch.randn(7)
    found = gradients(lambda *leaves: conv2d(*leaves, *options), x, weight, bias)
    exact = gradients(lambda *leaves: F.conv2d(*leaves, *options), *(t.double() for t in (x, weight, bias)))
    assert isinstance(found[0].grad_fn, Convolution._backward_cls)
    assert torch.equal(found[0], F.conv2d(x, weight, bias, *options))
    for ours, right in zip(found, exact, strict=True):
        assert (ours - right).abs().max() < 5e-6 * right.abs().max()


@one_dnn
@pytest.mark.parametrize("maps, size", [(6, 9), (1, 10)])
@pytest.mark.parametrize("wanted", [(True, False, False), (False, True, False), (False, False, True)])
def test_convolution_with_some_gradients_only(wanted, maps, size):
    torch.manual_seed(0)
    tensors = torch.randn(32, maps, size, size), torch.randn(3, maps, 5, 5), torch.randn(3)
    leaves = [t.requires_grad_(w) for t, w in zip(tensors, wanted, strict=True)]
    found = []
    for conv in (conv2d, F.conv2d):
        conv(*leaves, 1, 0).square().sum().backward()
        found.append([t.grad for t in leaves if t.grad is not None])
        for leaf in leaves:
            leaf.grad = None
    ((ours,), (theirs,)) = found
    assert torch.allclose(ours, theirs, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    "make",
    [
        lambda: (nn.Conv2d(3, 8, 3), torch.randn(32, 3, 9, 9)),
        lambda: (nn.Conv2d(20, 8, 5), torch.randn(32, 20, 9, 9)),
        lambda: (nn.Conv2d(3, 8, 5, stride=2), torch.randn(32, 3, 9, 9)),
        lambda: (nn.Conv2d(3, 8, 5, dilation=2), torch.randn(32, 3, 9, 9)),
        lambda: (nn.Conv2d(3, 8, 5, padding=5), torch.randn(32, 3, 9, 9)),
        lambda: (nn.Conv2d(6, 8, 5, groups=2), torch.randn(32, 6, 9, 9)),
        lambda: (nn.Conv2d(6, 8, 5, padding="same"), torch.randn(32, 6, 9, 9)),
        lambda: (nn.Conv2d(6, 8, 5, padding=2, padding_mode="circular"), torch.randn(32, 6, 9, 9)),
        lambda: (nn.Conv2d(6, 8, 5, bias=False), torch.randn(32, 6, 9, 9)),
        lambda: (nn.Conv2d(6, 8, 5), torch.randn(6, 9, 9)),
        lambda: (nn.Conv2d(6, 8, 5), torch.randn(31, 6, 9, 9)),
        lambda: (nn.Conv2d(6, 8, 5).double(), torch.randn(32, 6, 9, 9).double()),
        lambda: (nn.Conv2d(6, 8, 5), torch.randn(32, 6, 9, 9).to(memory_format=torch.channels_last)),
        lambda: (nn.Conv2d(6, 8, 5, device="meta"), torch.randn(32, 6, 9, 9, device="meta")),
    ],
)
def test_other_convolutions_are_left_to_pytorch(make, monkeypatch):
    monkeypatch.setattr(Convolution, "apply", None)
    theirs, x = make()
    ours = make()[0]
    ours.__class__ = Conv2d
    ours.load_state_dict(theirs.state_dict())
    assert ours(x).shape == theirs(x).shape
    assert x.is_meta or torch.equal(ours(x), theirs(x))


def test_convolution_follows_autocast(monkeypatch):
    monkeypatch.setattr(Convolution, "apply", None)
    with torch.autocast("cpu", torch.bfloat16):
        assert Conv2d(6, 16, 5)(torch.randn(32, 6, 9, 9)).dtype == torch.bfloat16


@pytest.mark.parametrize("maps, size", [(6, 9), (6, 10), (1, 10)])
def test_convolutions_with_weights_of_their_own_under_vmap(maps, size):
    torch.manual_seed(0)
    x, weight, bias = torch.randn(3, 32, maps, size, size), torch.randn(3, 4, maps, 5, 5), torch.randn(3, 4)
    of = torch.func.grad(lambda w, b, x: conv2d(x, w, b, 1, 0).square().mean(), argnums=(0, 1, 2))
    for i, (w, b, p) in enumerate(zip(weight, bias, x, strict=True)):
        right = gradients(lambda *leaves: F.conv2d(*leaves), p.double(), w.double(), b.double())[1:4]
        ours = [g[i] for g in torch.vmap(of)(weight, bias, x)]
        for a, c in zip(ours, (right[1], right[2], right[0]), strict=True):
            assert torch.allclose(a.double(), c, rtol=1e-4, atol=1e-5)


@one_dnn
@pytest.mark.parametrize("height, slope", [(1, 1), (1.7159, 2 / 3)])
def test_tanh_is_within_two_units_of_the_last_place(height, slope):
    x = torch.cat([torch.linspace(-12, 12, 200_001), torch.logspace(-30, 0, 10_001), -torch.logspace(-30, 0, 10_001)])
    x.requires_grad_()
    plain, scaled = tanh(x), scaled_tanh(x, height, slope)
    assert isinstance(plain.grad_fn, OneDnnTanh._backward_cls)
    assert isinstance(scaled.grad_fn, OneDnnScaledTanh._backward_cls)
    allowed = 2 if slope == 1 else 3.5  # each factor is rounded too, to half a unit
    for ours, right, units in ((plain, x.double().tanh(), 2), (scaled, height * (slope * x.double()).tanh(), allowed)):
        unit = torch.nextafter(right.float().abs(), torch.tensor(2.0)) - right.float().abs()
        assert ((ours - right).abs() / unit).max() < units


@pytest.mark.parametrize("f", [tanh, lambda a: scaled_tanh(a, 1.0, 1.0)])
def test_tanh_of_odd_inputs(f):
    inf, nan = float("inf"), float("nan")
    assert f(torch.tensor([inf, -inf, 0.0])).tolist() == [1, -1, 0] and f(torch.tensor(nan)).isnan()
    assert f(torch.zeros(3, 0)).shape == (3, 0)
    x = torch.randn(2, 3, 4, 5)
    before = x.clone()
    for view in (x, x.mT, x.to(memory_format=torch.channels_last), x.double(), x.bfloat16()):
        assert torch.allclose(f(view), view.tanh(), atol=1e-6) and f(view).dtype == view.dtype
    assert torch.equal(x, before)


@pytest.mark.parametrize(
    "ours, right",
    [
        (tanh, torch.tanh),
        (lambda a: scaled_tanh(a, 1.7159, 2 / 3), lambda a: 1.7159 * torch.tanh(2 / 3 * a)),
    ],
)
def test_gradients_of_tanh(ours, right):
    torch.manual_seed(0)
    x, found = torch.randn(40), []
    for f, dtype in ((ours, torch.float), (right, torch.double)):
        leaf = x.to(dtype).requires_grad_()
        (first,) = torch.autograd.grad(f(leaf).square().sum(), leaf, create_graph=True)
        found.append((first, *torch.autograd.grad(first.sum(), leaf)))
    for a, b in zip(*found, strict=True):
        assert torch.allclose(a.double(), b, atol=2e-6)
    slopes = torch.vmap(torch.func.grad(lambda x: ours(x).square().sum()), in_dims=1, out_dims=1)(x.view(5, 8))
    assert torch.allclose(slopes.flatten().double(), found[1][0], atol=2e-6)


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


def test_max_pooling_under_vmap():
    x = torch.randn(4, 2, 3, 6, 6)
    grads = torch.vmap(torch.func.grad(lambda x: MaxPool2d(2, 2)(x).square().sum()))(x)
    leaf = x.flatten(0, 1).requires_grad_()
    F.max_pool2d(leaf, 2).square().sum().backward()
    assert torch.equal(grads.flatten(0, 1), leaf.grad)


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


def test_local_response_normalisation_under_vmap():
    x, norm = torch.randn(4, 2, 8, 3, 3), LocalResponseNorm(5, 2.5, 0.75, 2.0)
    grads = torch.vmap(torch.func.grad(lambda x: norm(x).square().sum()))(x)
    leaf = x.flatten(0, 1).requires_grad_()
    nn.LocalResponseNorm(5, 2.5, 0.75, 2.0)(leaf).square().sum().backward()
    assert torch.allclose(grads.flatten(0, 1), leaf.grad, atol=1e-6)


def test_local_response_normalisation_refuses_what_pytorch_refuses(monkeypatch):
    monkeypatch.setattr(DividedByNeighbours, "apply", None)
    with pytest.raises(ValueError):
        LocalResponseNorm(5)(torch.rand(4, 4))
