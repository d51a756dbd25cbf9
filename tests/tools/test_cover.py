"""The figures of the first page are those of the book and the catalogue as they are now."""

import io
import json

import matplotlib
import numpy as np
import pytest
from PIL import Image

AGAIN = "python tools/cover.py draws it anew"  # pytest would explain a difference of bytes for minutes
LETTERS = 12  # mean difference of 0 to 255: letters with other hinting reach 10, other bars 20 and more


@pytest.fixture
def cover():
    """tools/cover.py."""
    import cover

    matplotlib.use("agg")
    return cover


def of_these_numbers(cover):
    """Whether the stored line was drawn from the numbers of today."""
    with Image.open(cover.STATIC / "line.png") as image:
        return json.loads(image.text["Description"]) == cover.growth()


def looks_the_same(cover):
    """Whether the stored line looks as it would if it were drawn today."""
    from execute import alike

    return alike((cover.STATIC / "line.png").read_bytes(), cover.png(), tolerance=LETTERS)


def test_the_cover_is_the_figure_of_chapter_2(cover):
    from execute import alike

    figure, _ = cover.excerpt.figure(*cover.SOURCE)
    assert alike((cover.STATIC / "lenet5.png").read_bytes(), figure), AGAIN


def test_the_line_has_the_numbers_of_the_papers(cover):
    layers, parameters, macs, fields = cover.growth().values()
    assert (layers, parameters) == ([5, 8, 16], [60_000, 60_965_224, 138_357_544])
    assert (macs, fields) == ([325_680, 724_406_816, 15_470_264_320], [32, 195, 212])
    assert [cover.short(n) for n in (5, 60_000, 138_357_544)] == ["5", "60 thousand", "138 million"]


def test_the_line_is_drawn_from_these_numbers(cover):
    assert of_these_numbers(cover) and looks_the_same(cover), AGAIN


def test_a_changed_number_would_be_seen(cover, monkeypatch):
    grown = cover.growth()
    grown["parameters"] = [61_000, *grown["parameters"][1:]]
    monkeypatch.setattr(cover, "growth", lambda: grown)
    assert not of_these_numbers(cover)


def test_another_figure_would_be_seen(cover, monkeypatch):
    longer = {what: [3 * n for n in numbers[::-1]] for what, numbers in cover.growth().items()}
    monkeypatch.setattr(cover, "growth", lambda: longer)
    assert not looks_the_same(cover)


@pytest.mark.parametrize("hinting", ["none", "force_autohint"])
def test_letters_of_another_version_are_forgiven(cover, monkeypatch, hinting):
    monkeypatch.setitem(cover.style.RC, "text.hinting", hinting)
    assert looks_the_same(cover)


@pytest.mark.parametrize(("size", "same"), [((100, 100), True), ((101, 100), True), ((90, 100), False)])
def test_what_is_alike(size, same):
    from execute import alike

    def png(size, grey):
        file = io.BytesIO()
        Image.fromarray(np.full(size[::-1], grey, dtype=np.uint8)).save(file, "png")
        return file.getvalue()

    assert alike(png((100, 100), 200), png(size, 200), tolerance=3) == same
    assert not alike(png((100, 100), 200), png(size, 180), tolerance=3)
    assert alike(png((100, 100), 200), png(size, 200)) == (size == (100, 100))
