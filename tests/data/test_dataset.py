"""`Split`: what it takes, what it converts, and the way out it names for the rest."""

import numpy as np
import pytest
import torch

from cnnlessons.data import Split

IMAGES = np.arange(2 * 3 * 6 * 5, dtype=np.uint8).reshape(2, 3, 6, 5)
LABELS = np.array([1, 0])


def test_take_gives_the_first():
    split = Split(torch.arange(12, dtype=torch.uint8).reshape(3, 1, 2, 2), torch.tensor([5, 6, 7]))
    assert split.take(2).y.tolist() == [5, 6]
    assert split.take(2).x.shape == (2, 1, 2, 2)
    assert len(split) == 3
    with pytest.raises(ValueError, match=r"take\(4\): this split has 3 images"):
        split.take(4)
    for n in (2.5, "2", None):
        with pytest.raises(TypeError, match=r"take\(.*\): n must be a whole number of images"):
            split.take(n)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (IMAGES, LABELS),
        (torch.tensor(IMAGES), torch.tensor(LABELS)),
        (IMAGES.astype(">i2"), LABELS.astype(np.uint16)),
        (torch.tensor(IMAGES).to(torch.uint16), torch.tensor(LABELS, dtype=torch.int8)),
        (list(IMAGES), [1, 0]),
        ([torch.tensor(x) for x in IMAGES], tuple(torch.tensor(LABELS))),
        (IMAGES[::-1][::-1], LABELS[::-1][::-1]),
        (np.asfortranarray(IMAGES), np.broadcast_to(LABELS, (2, 2))[0]),  # not writable
    ],
)
def test_of_takes_any_array_of_whole_numbers(x, y):
    split = Split.of(x, y)
    assert (split.x.dtype, split.y.dtype) == (torch.uint8, torch.int64)
    assert split.x.tolist() == IMAGES.tolist()
    assert split.y.tolist() == [1, 0]


def test_of_gives_grey_images_their_channel():
    assert Split.of(IMAGES[:, 0], LABELS).x.tolist() == IMAGES[:, :1].tolist()


def test_of_shares_the_memory_of_uint8_images():
    images = IMAGES.copy()
    split = Split.of(images, LABELS)
    images[0, 0, 0, 0] = 99
    assert split.x[0, 0, 0, 0] == 99


UINT8 = torch.zeros(2, 1, 8, 8, dtype=torch.uint8)
LONG = torch.zeros(2, dtype=torch.int64)


@pytest.mark.parametrize(
    ("x", "y", "way"),
    [
        (UINT8 / 255, LONG, r"(255 * x).round().byte()"),
        (UINT8 + 7.5, LONG, r"x.round().byte()"),
        (UINT8 - 0.5, LONG, r"pixels of 0 … 255, then"),
        (UINT8 > 0, LONG, r"255 * x.byte()"),
        (UINT8.reshape(2, 64), LONG, r"x.reshape(len(x), C, H, W)"),
        (UINT8.reshape(2, 8, 8, 1), LONG, r"x.permute(0, 3, 1, 2)"),
        (torch.zeros(2, 28, 28, 3, dtype=torch.uint8), LONG, r"x.permute(0, 3, 1, 2)"),
        (UINT8, torch.zeros(2), r"y.long()"),
        (UINT8, torch.eye(2).long(), r"y.argmax(1)"),
        (UINT8, LONG[:, None], r"y.squeeze(1)"),
        (UINT8, torch.zeros(3, dtype=torch.int64), r"one label for each image"),
    ],
)
def test_what_needs_a_guess_is_refused_with_the_way_out(x, y, way):
    for make in (Split, Split.of):
        with pytest.raises(ValueError, match=r"^[xy] must be (uint8|int64) of shape \(.*\), not torch\.") as caught:
            make(x, y)
        assert way in str(caught.value)


@pytest.mark.parametrize(
    ("x", "y", "way"),
    [
        (UINT8[:, 0], LONG, "x[:, None] for N grey images"),
        (UINT8.int(), LONG, "Split.of(x, y), which converts whole numbers"),
        (UINT8, LONG.int(), "y.long()"),
    ],
)
def test_the_constructor_itself_converts_nothing(x, y, way):
    with pytest.raises(ValueError) as caught:
        Split(x, y)
    assert way in str(caught.value)


def test_the_constructor_names_of_for_arrays():
    with pytest.raises(TypeError, match=r"x must be a torch.Tensor, not ndarray; Split\.of\(x, y\) takes NumPy"):
        Split(IMAGES, LABELS)


@pytest.mark.parametrize(
    ("x", "y", "error", "reason"),
    [
        (IMAGES.astype(int) - 1, LABELS, ValueError, "x holds values -1 … 178, where pixels are 0 … 255"),
        (IMAGES.astype(int) + 200, LABELS, ValueError, "x holds values 200 … 379"),
        (IMAGES, LABELS - 1, ValueError, r"y holds the label -1; labels count from 0"),
        (IMAGES[:0], LABELS[:0], ValueError, "x and y are empty"),
        ([IMAGES[0], IMAGES[1, :, 1:]], LABELS, ValueError, "x holds items of different shapes"),
        ([UINT8[0], UINT8[1, :, 1:]], LABELS, ValueError, "x holds items of different shapes"),
        (range, LABELS, TypeError, "x must be a tensor or an array of numbers, not type"),
        (IMAGES, ["cat", "dog"], TypeError, "y must be a tensor or an array of numbers, not list"),
        (IMAGES, 3, TypeError, "y must be a tensor or an array of numbers, not int"),
        (IMAGES, None, TypeError, "y must be a tensor or an array of numbers, not NoneType"),
    ],
)
def test_of_refuses_in_one_sentence(x, y, error, reason):
    with pytest.raises(error, match=reason):
        Split.of(x, y)


def test_an_image_of_three_columns_is_no_image_with_channels_last():
    assert Split(torch.zeros(2, 3, 9, 3, dtype=torch.uint8), LONG).x.shape == (2, 3, 9, 3)
