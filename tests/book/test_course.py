"""The page for instructors, and what it hands out: plans of sessions, links that lead somewhere, figures."""

import json
import zipfile
from urllib.parse import urlsplit

import pytest
import sessions
from bs4 import BeautifulSoup
from figure_files import captions, figures, pack
from lessons import Lesson

PLANS = {
    12: sessions.NAMES,
    6: ("shapes", "lenet5", "training", "alexnet", "tricks", "vgg"),
    3: ("lenet5", "alexnet", "vgg"),
}


@pytest.fixture(scope="module")
def site(root):
    return root / "_build/html"


@pytest.fixture(scope="module")
def page(site):
    return BeautifulSoup((site / "book/instructors.html").read_text(encoding="utf-8"), "html.parser")


@pytest.mark.book
def test_the_plans_name_their_sessions_in_order(page):
    tables = page.select("article div.plan table")
    assert [len(table.select("tbody tr")) for table in tables] == [12, 6, 3]
    for table, names in zip(tables, PLANS.values(), strict=True):
        rows = table.select("tbody tr")
        assert [row.select_one("a")["href"] for row in rows] == [f"#session-{name}" for name in names]
        assert {row.select("td")[3].get_text() for row in rows} == {"45\xa0min"}


@pytest.mark.book
def test_every_session_says_what_to_read_to_prepare_and_to_skip(page):
    for name, session in sessions.course().items():
        about = page.find(id=f"session-{name}").find_next("dl")
        assert {"Slides and paper", "Lessons", "Prepare", "Can be skipped"} <= {
            dt.get_text() for dt in about.select("dt")
        }
        text = about.get_text()
        assert all(about.select(f'a[href="{lesson}.html"]') for lesson in session.lessons)
        assert all(id in text for id in session.exercises)
        assert len(about.select('a[href*="colab.research.google.com"]')) == len(session.lessons)


@pytest.mark.book
def test_its_links_lead_to_what_is_made(page, site):
    """Pages, figures, notebooks on Colab, and what `make slides` makes."""
    missing = []
    for a in page.select("article a[href]"):
        to = urlsplit(a["href"])
        if to.netloc == "colab.research.google.com":
            edition = site / "notebooks" / to.path.split("/blob/notebooks/")[1]
            missing += [] if edition.is_file() else [a["href"]]
        elif not to.scheme:
            target = (site / "book" / to.path).resolve() if to.path else site / "book/instructors.html"
            missing += [] if target.is_file() else [a["href"]]
            if to.fragment and target.suffix == ".html" and target.is_file():
                there = BeautifulSoup(target.read_text(encoding="utf-8"), "html.parser")
                missing += [] if there.find(id=to.fragment) else [a["href"]]
    assert missing == []


@pytest.mark.book
def test_figures_of_a_lesson_come_with_captions_and_licence(site, root):
    with zipfile.ZipFile(site / "figures/lenet-lenet5-1998.zip") as packed:
        names = packed.namelist()
        text = packed.read("CAPTIONS.md").decode()
        assert packed.read("LICENSE-docs").decode() == (root / "LICENSE-docs").read_text(encoding="utf-8")
    pictures = [name for name in names if name.endswith(".png")]
    assert len(pictures) == len(list(figures(Lesson(root / "book/lenet/lenet5-1998.ipynb")))) >= 4
    assert all(f"## {name}\n\n" in text for name in pictures)


def test_a_figure_is_named_after_its_heading_and_keeps_its_caption(tmp_path):
    picture = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo="}, "metadata": {}}
    alt = {"mystnb": {"image": {"alt": "Two bars."}}}
    cells = [
        {"cell_type": "markdown", "source": ["# One"], "metadata": {}},
        {"cell_type": "markdown", "source": ["## A *bar* chart"], "metadata": {}},
        {"cell_type": "code", "source": ["draw()"], "metadata": alt, "outputs": [picture]},
    ]
    path = tmp_path / "book/part/one.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"cells": cells}))
    found = list(figures(Lesson(path)))
    assert found == [("01-a-bar-chart.png", b"\x89PNG\r\n\x1a\n", "Two bars.")]
    text = captions(Lesson(path), "https://a.github.io/b", found)
    assert "https://a.github.io/b/book/part/one.html" in text and "## 01-a-bar-chart.png\n\nTwo bars." in text


def test_equal_figures_make_equal_files(tmp_path):
    for name in ("a.zip", "b.zip"):
        pack(tmp_path / name, {"1.png": b"p", "CAPTIONS.md": b"c"})
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
