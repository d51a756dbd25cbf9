"""Numbers and their units: joined in prose, left alone in code (book/_ext/units.py)."""

import importlib.util

import pytest

pytest.importorskip("sphinx")


@pytest.fixture(scope="module")
def together(root):
    """The function of the extension that joins a text."""
    spec = importlib.util.spec_from_file_location("units", root / "book/_ext/units.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.together


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a 95 % interval", "a 95\u00a0% interval"),
        ("of 95\n% of them", "of 95\u00a0% of them"),
        ("0.87 ± 0.09 %", "0.87 ±\u00a00.09\u00a0%"),
        ("about per cent % sign", "about per cent % sign"),
        ("5 of 6", "5 of 6"),
    ],
)
def test_unit_stays_with_its_number(together, written, shown):
    assert together(written) == shown


@pytest.mark.book
def test_code_keeps_its_spaces(root):
    from bs4 import BeautifulSoup

    joined = 0
    for path in (root / "_build/html/book").glob("*/*.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select_one("article")
        assert not any("\u00a0" in code.get_text() for code in page.select("div.cell_input pre")), path.name
        joined += sum("\u00a0%" in p.get_text() for p in page.select("p"))
    assert joined > 20
