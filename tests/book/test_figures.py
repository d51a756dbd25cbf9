"""Figures of cells on a built page: each in its box, as wide as its share of a full figure."""

import pytest
from bs4 import BeautifulSoup

pytestmark = pytest.mark.book


def test_each_figure_keeps_its_scale(root):
    pages = [
        path
        for path in (root / "_build/html/book").glob("*/*.html")
        if "cell_output" in path.read_text(encoding="utf-8")
    ]
    assert pages, "run make book first"
    images = [
        image
        for page in pages
        for image in BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select(
            "div.cell_output img[src$='.png']"
        )
    ]
    assert len(images) > 20
    assert {" ".join(image.parent["class"]).split()[0] for image in images} == {"drawn"}
    assert all(image["style"].startswith("width: ") and image["style"].rstrip(";").endswith("%") for image in images)
