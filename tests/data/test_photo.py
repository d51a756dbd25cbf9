"""`image`: from a photo to a batch of one."""

import numpy as np
import pytest
import tiny_sets
import torch
from PIL import Image
from torchvision.transforms import functional as TF

from cnnlessons import CATALOGUE, build, outputs
from cnnlessons.data import image

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (6, 6, 3)).astype(np.uint8)


def test_the_middle_square_by_hand():
    wide = np.array([[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]], np.uint8)
    assert image(wide, 2, grey=True).tolist() == [[[[2, 3], [7, 8]]]]
    assert image(wide.T.copy(), 2, grey=True).tolist() == [[[[2, 7], [3, 8]]]]
    assert image(wide, 2).tolist() == [[[[2, 3], [7, 8]]] * 3]
    assert image(wide, 2, grey=True, invert=True).tolist() == [[[[253, 252], [248, 247]]]]


@pytest.mark.parametrize("size", [3, 6, 13])
def test_scaling_agrees_with_torchvision(size):
    oracle = TF.pil_to_tensor(TF.resize(Image.fromarray(PIXELS), [size, size]))
    assert torch.equal(image(PIXELS, size)[0], oracle)


def test_every_way_to_hold_a_photo_gives_the_same(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "photo.png")
    x = torch.tensor(PIXELS)
    ways = [tmp_path / "photo.png", str(tmp_path / "photo.png"), Image.fromarray(PIXELS), x, x.permute(2, 0, 1)]
    found = [image(way, 4) for way in (PIXELS, *ways)]
    assert all(torch.equal(one, found[0]) for one in found)
    assert found[0].dtype == torch.uint8 and found[0].shape == (1, 3, 4, 4)


def test_what_is_transparent_is_white():
    clear = np.zeros((2, 2, 4), np.uint8)
    clear[0, 0] = 10, 20, 30, 255
    assert image(clear, 2)[0, :, 0].tolist() == [[10, 255], [20, 255], [30, 255]]


def test_a_photo_is_turned_as_the_camera_says(tmp_path):
    photo = Image.new("L", (2, 2))
    photo.putdata([1, 2, 3, 4])
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    photo.save(tmp_path / "turned.png", exif=exif)
    assert image(tmp_path / "turned.png", 2, grey=True).tolist() == [[[[3, 1], [4, 2]]]]


def test_a_cut_file_that_pillow_has_opened_is_told(tmp_path):
    (tmp_path / "cut.png").write_bytes(tiny_sets.picture(0, size=(64, 64))[:500])
    with Image.open(tmp_path / "cut.png") as photo, pytest.raises(ValueError, match="photo cannot be read to its end"):
        image(photo, 8)


def test_any_whole_number_is_a_size():
    assert image(PIXELS, np.int64(4)).shape == (1, 3, 4, 4)


def test_a_network_takes_it():
    assert outputs(build(CATALOGUE["lenet5-1998"]), image(PIXELS, 28, grey=True, invert=True)).shape == (1, 10)


@pytest.mark.parametrize(
    ("photo", "size", "error", "reason"),
    [
        ("no-such.jpg", 8, ValueError, "photo no-such.jpg is missing; name a JPEG or PNG file on this machine"),
        ("https://x.org/cat.jpg", 8, ValueError, "is missing; name a JPEG or PNG file on this machine"),
        (".", 8, ValueError, r"photo \. is no regular file"),
        (None, 8, TypeError, "photo must be a file, .*, not NoneType"),
        (PIXELS / 255, 8, ValueError, "photo must be uint8, 0 … 255, not float64; of floats 0 … 1 take 255 times"),
        (PIXELS[None], 8, ValueError, r"photo must have the shape .*, not \(1, 6, 6, 3\)"),
        (PIXELS[:0], 8, ValueError, r"photo must have the shape .*, not \(0, 6, 3\)"),
        (np.zeros((6, 6, 2), np.uint8), 8, ValueError, r"not \(6, 6, 2\)"),
        (Image.new("I;16", (6, 6)), 8, ValueError, "photo has pixels of more than 8 bits"),
        *((PIXELS, size, ValueError, f"size={size!r}: must be a whole number") for size in (0, True, 4097, 2.0, "8")),
    ],
)
def test_what_is_no_photo_is_told_in_one_sentence(photo, size, error, reason):
    with pytest.raises(error, match=reason):
        image(photo, size)


def test_a_file_that_is_neither_jpeg_nor_png_is_named(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(tiny_sets.picture(0, format="GIF"))
    with pytest.raises(ValueError, match=r"photo\.jpg is not a readable image: neither JPEG nor PNG; name a JPEG"):
        image(tmp_path / "photo.jpg", 8)
