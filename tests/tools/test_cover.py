"""The pictures of the first page are those of the book and the catalogue as they are now."""

import matplotlib
import pytest

from cnnlessons.draw import style


@pytest.fixture(scope="module")
def cover():
    """tools/cover.py."""
    import cover

    return cover


def test_the_cover_is_the_picture_of_chapter_2(cover):
    picture, _ = cover.excerpt.figure(*cover.SOURCE)
    same = (cover.STATIC / "lenet5.png").read_bytes() == picture
    assert same, "python tools/cover.py draws it anew"  # pytest would explain a difference of bytes for minutes


def test_the_line_has_the_numbers_of_the_papers(cover):
    layers, parameters, macs, fields = cover.growth().values()
    assert (layers, parameters) == ([5, 8, 16], [60_000, 60_965_224, 138_357_544])
    assert (macs, fields) == ([325_680, 724_406_816, 15_470_264_320], [32, 195, 212])
    assert [cover.short(n) for n in (5, 60_000, 138_357_544)] == ["5", "60 thousand", "138 million"]


def test_the_line_is_drawn_from_these_numbers(cover, tmp_path):
    matplotlib.use("agg")
    with style.context():
        cover.line().savefig(tmp_path / "line.png", metadata={"Software": None})
    same = (cover.STATIC / "line.png").read_bytes() == (tmp_path / "line.png").read_bytes()
    assert same, "python tools/cover.py draws it anew"
