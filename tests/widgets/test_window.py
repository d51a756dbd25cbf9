"""Window with Python alone: what it computes is PyTorch's; tests/browser/test_window.py looks at its view."""

import json
import re

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cnnlessons.errors import UnknownName
from cnnlessons.modules import Subsample
from cnnlessons.widgets import Window
from cnnlessons.widgets.window import arithmetic, pictures


def batch(x):
    return torch.tensor(x, dtype=torch.float64, requires_grad=True)


def close(ours, theirs):
    np.testing.assert_allclose(np.array(ours), theirs.detach().numpy(), rtol=1e-9, atol=1e-12)


def random_image(seed, maps=4):
    return np.random.default_rng(seed).integers(-3, 10, (maps, 9, 11)).astype(float)


def test_one_window_by_hand():
    """The pencil example: three rows of 0 0 1 under −1 0 1."""
    window = Window(image="edge", kernel="upright edges")
    assert window.output == [[[3, 3, 0], [3, 3, 0]]]
    assert Window("max", image=[[9, 1], [1, 1]]).output == [[[9]]]
    assert Window("mean", image=[[9, 1], [1, 1]]).output == [[[3]]]


@pytest.mark.parametrize("backward", ["this", "all"])
@pytest.mark.parametrize("seed", range(12))
def test_convolution_and_its_gradient_are_pytorchs(seed, backward):
    draw = np.random.default_rng(seed)
    groups, size = int(draw.choice([1, 2, 4])), int(draw.integers(1, 4))
    options = {"stride": draw.integers(1, 4), "padding": draw.integers(0, 3), "dilation": draw.integers(1, 3)}
    options = {name: int(value) for name, value in options.items()}
    kernel = draw.integers(-4, 5, (4, 4 // groups, size, size)).astype(float)
    flip = bool(seed % 2)
    window = Window(
        image=random_image(seed), kernel=kernel, groups=groups, bias=0.5, flip=flip, backward=backward, **options
    )
    x = batch(random_image(seed))
    weights = torch.tensor(kernel).flip(2, 3) if flip else torch.tensor(kernel)
    out = F.conv2d(x[None], weights, torch.full((4,), 0.5, dtype=torch.float64), groups=groups, **options)[0]
    close(window.output, out)
    (out.sum() if backward == "all" else out[(0, *window.place)]).backward()
    close(window.gradient, x.grad)


@pytest.mark.parametrize("squash", [False, True])
@pytest.mark.parametrize(
    ("size", "stride", "padding", "dilation"), [(2, 2, 0, 1), (3, 2, 1, 1), (3, 1, 0, 2), (2, 3, 1, 1), (4, 3, 2, 1)]
)
def test_pools_and_their_gradients_are_pytorchs(size, stride, padding, dilation, squash):
    image = random_image(size + stride)
    layers = {"max": lambda x: F.max_pool2d(x, size, stride, padding, dilation)}
    if dilation == 1:
        layers["mean"] = lambda x: F.avg_pool2d(x, size, stride, padding)
        sub = Subsample(4, size, stride).double()
        torch.nn.init.constant_(sub.coefficient, 0.05)
        torch.nn.init.constant_(sub.bias, -0.3)
        after = torch.tanh if squash else (lambda x: x)
        layers["trainable"] = lambda x: after(sub(F.pad(x, (padding,) * 4)))
    for kind, layer in layers.items():
        trained = {"coefficient": 0.05, "bias": -0.3, "squash": squash} if kind == "trainable" else {}
        at = {"size": size, "stride": stride, "padding": padding, "dilation": dilation}
        window = Window(kind, image=image, backward="all", shift=2, **at, **trained)
        x = batch(np.roll(image, 2, -1))
        out = layer(x[None])[0]
        close(window.output, out)
        out.sum().backward()
        close(window.gradient, x.grad)


@pytest.mark.parametrize(("n", "groups"), [(1, 1), (3, 2), (5, 1), (5, 4), (9, 1)])
def test_lrn_is_pytorchs_with_n_times_alpha(n, groups):
    image, order = np.abs(random_image(n, 8)), [3, 1, 0, 2, 7, 6, 5, 4]
    window = Window("lrn", image=image, n=n, groups=groups, alpha=0.01, beta=0.6, k=1.5, scale=0.5, order=order)
    parts = (0.5 * torch.tensor(image)[order])[None].chunk(groups, 1)
    theirs = torch.cat([F.local_response_norm(part, n, alpha=0.01 * n, beta=0.6, k=1.5) for part in parts], 1)[0]
    close(window.output, theirs)


def test_dropout_scales_once_and_its_mean_comes_near():
    x = np.arange(1.0, 85).reshape(7, 12)
    mask = arithmetic.keeps(3, 84, 0.2).reshape(7, 12)
    assert 50 < mask.sum() < 80
    assert arithmetic.keeps(0, 100_000, 0.2).mean() == pytest.approx(0.8, abs=0.005)
    made = {"image": x, "p": 0.2, "seed": 3}
    np.testing.assert_allclose(Window("dropout", **made).output[0], x * mask / 0.8)
    np.testing.assert_allclose(Window("dropout", scaling="test", **made).output[0], x * mask)
    np.testing.assert_allclose(Window("dropout", scaling="test", train=False, **made).output[0], 0.8 * x)
    np.testing.assert_allclose(Window("dropout", train=False, **made).output[0], x)
    far = [np.abs(np.array(Window("dropout", masks=m, **made).output[0]) - x).mean() for m in (1, 50)]
    assert far[1] < far[0] / 4


def test_a_dot_is_seen_once_twice_or_four_times():
    dots = [3, 3], [3, 4], [4, 4]
    seen = [np.count_nonzero(Window("max", image="dot", dot=dot, size=3, stride=2).output) for dot in dots]
    assert seen == [1, 2, 4]


def test_or_and_blur_of_all_sixteen_windows():
    sums = np.array(Window("trainable", coefficient=1.0).output)
    assert sorted(sums.ravel()) == sorted(bin(i).count("1") for i in range(16))
    either = np.array(Window("trainable", coefficient=4.0, bias=-2.0, squash=True).output)
    both = np.array(Window("trainable", coefficient=4.0, bias=-14.0, squash=True).output)
    assert ((either > 0.9) == (sums >= 1)).all() and ((both > 0.9) == (sums == 4)).all()


def test_digits_of_the_data_set_go_in_as_they_are():
    digit = torch.arange(28 * 28, dtype=torch.uint8).view(1, 28, 28) % 200
    window = Window("max", image=digit)
    close(window.output, F.max_pool2d(digit.double(), 2))
    assert window.picture == "" and len(window.page()) < 30_000


def test_traits_take_each_other_along():
    window = Window(image="three")
    window.image = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert window.picture == "" and window.output == [[[6]]]
    window.kernel = [[[[0, 0, 0], [0, 2, 0], [0, 0, 0]]]]
    assert window.output == [[[10]]]
    window.picture = "square"
    assert window.image == pictures.IMAGES["square"]
    window.padding, window.size = 1, 5  # the kernel has not followed yet
    assert window.output == [] and "kernel is 3×3" in window.error
    assert window.gradient == [] and "kernel is 3×3" in window.still()


@pytest.mark.parametrize("kind", pictures.OF_KIND)
def test_every_image_suits_its_kind_and_pages_are_alike_and_small(kind):
    for name in pictures.OF_KIND[kind]:
        window = Window(kind, image=name)
        assert np.isfinite(window.output).all()
        assert window.page() == Window(kind, image=name).page()
        assert len(window.page()) < 30_000 and len(window.still()) < 20_000
        state = json.loads(re.search(r"<script[^>]*>(.*?)</script>", window.page())[1])
        assert state["picture"] == name and "image" not in state
        assert ("kernel" in state) == (kind == "conv")
    assert repr(Window(kind)) == f"Window({kind!r}, image={pictures.OF_KIND[kind][0]!r})"


@pytest.mark.parametrize(
    ("kind", "settings", "error", "sentence"),
    [
        ("maxx", {}, UnknownName, "did you mean 'max'"),
        ("max", {"image": "dots"}, UnknownName, "did you mean 'dot'"),
        ("conv", {"kernel": "sobel"}, UnknownName, "did you mean 'Sobel'"),
        ("max", {"strides": 1}, UnknownName, "did you mean 'stride'"),
        ("max", {"image": [[1, 2], [3]]}, ValueError, "image must hold numbers in rows of equal length"),
        ("max", {"image": [1, 2]}, ValueError, "image must have 2 to 3 axes"),
        ("max", {"image": [[1, float("nan")]]}, ValueError, "image must hold finite numbers; it has 1"),
        ("max", {"image": np.zeros((65, 64))}, ValueError, "image has 4,160 numbers; at most 4,096"),
        ("max", {"size": 9}, ValueError, "size: a window of 9×9 cells does not fit the image of 7×7"),
        ("max", {"padding": 2}, ValueError, "padding of a pool is at most half of its size"),
        ("mean", {"dilation": 2}, ValueError, "dilation is for convolutions and max pooling"),
        ("conv", {"stride": 0}, ValueError, "stride must be a whole number from 1, not 0"),
        ("conv", {"image": "four maps", "groups": 3}, ValueError, "groups must divide the 4 maps of the image"),
        (
            "conv",
            {"image": "four maps", "kernel": "blur"},
            ValueError,
            "a sheet for each map that it reads, 4 of 4; it has 1",
        ),
        ("conv", {"dot": [20, 0]}, ValueError, "dot lies outside the image of 12×12 cells"),
        ("lrn", {"n": 4}, ValueError, "n must be an odd number from 1, not 4"),
        ("lrn", {"order": [0, 0]}, ValueError, "order must name each of the 16 maps once"),
        ("dropout", {"p": 1.0}, ValueError, "p must lie between 0 and 0.95"),
        ("dropout", {"scaling": "both"}, UnknownName, "scaling of Window"),
        ("dropout", {"masks": 0}, ValueError, "masks must lie between 1 and 50"),
        ("max", {"place": [1]}, ValueError, "place must be [row, column]"),
    ],
)
def test_what_cannot_be_is_told(kind, settings, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        Window(kind, **settings)
