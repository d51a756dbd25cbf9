"""The ledger: every claim has evidence that stands, and a place in the book that shows it."""

import json
import re

import pytest
import toc
from bs4 import BeautifulSoup

from cnnlessons.claims import CAUSES, CLAIMS, MISTAKES, Found
from cnnlessons.claims.anchors import SELF, anchors, in_lesson
from cnnlessons.claims.checking import CHECKS, check
from cnnlessons.claims.ledger import read
from cnnlessons.claims.page import mistakes, proof, prose, table
from cnnlessons.experiments import records

LIVE = {"E16"}  # an experiment that a lesson's cells make


@pytest.fixture(scope="module")
def pages(root):
    return toc.pages(root)


@pytest.fixture(scope="module")
def shown(root, pages):
    return anchors(pages, root)


# ------------------------------------------------------------------ the rows


def test_all_claims_are_there():
    assert len(CLAIMS) == 278
    assert CLAIMS.count("note") == {"002": 88, "004": 62, "000": 49, "001": 46, "003": 33}


def test_a_claim_says_where_it_stands():
    claim = CLAIMS["002-L015e"]
    assert (claim.note, claim.line, claim.verdict) == ("002", 15, "wrong")
    assert all(re.fullmatch(r"00[0-4]-L\d{3}[a-i]?", id) for id in CLAIMS)
    with pytest.raises(ValueError, match="did you mean '002-L015e'"):
        CLAIMS["002-L15e"]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=list(CLAIMS))
def test_every_claim_has_evidence(claim):
    assert claim.evidence, "neither a check, nor a quotation, nor a reason why there is none"
    assert claim.said and claim.right
    assert bool(claim.cause) == (claim.verdict in ("wrong", "imprecise")), "a cause, for what is not right"
    assert not (claim.untestable and (claim.quoted or claim.check)), "it says that it is untestable, and tests it"
    if claim.untestable:
        assert claim.verdict == "not checkable"


def test_figures_typed_from_a_paper_are_quoted_not_computed():
    """published.py compares numbers of tables with each other: nothing there is computed."""
    quoted = {id for id, one in CHECKS.items() if one.quoted}
    assert quoted == {id for id, one in CHECKS.items() if one.look.__module__.endswith(".published")}
    assert len(quoted) == 17 and {CLAIMS[id].evidence for id in quoted} == {"quoted"}
    assert "Quoted figures: 26.2 − 15.3 = 10.9" in proof(CLAIMS["000-L056c"])


def test_arithmetic_and_experiments_are_looked_at():
    assert [
        claim.id
        for claim in CLAIMS.values()
        if claim.kind in ("arithmetic", "experiment") and claim.evidence not in ("computed", "recorded")
    ] == []


def test_every_cause_has_a_claim_and_every_check_too():
    assert {claim.cause for claim in CLAIMS.values()} - {""} == set(CAUSES)
    assert CHECKS.keys() - CLAIMS.keys() == set()


def test_a_word_that_is_none_is_refused(tmp_path):
    path = tmp_path / "note009.toml"
    path.write_text('["009-L001"]\nsaid = "a"\nkind = "arithmetic"\nverdict = "wrnog"\nright = "b"\n')
    with pytest.raises(ValueError, match=r"verdict .*009-L001.*did you mean 'wrong'"):
        read(path)


# ------------------------------------------------------------------ the verdicts


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ({"a": True, "b": True}, "right"),
        ({"a": False}, "wrong"),
        ({"a": True, "b": False}, "imprecise"),
        ({"a": True, "b": None}, "not checkable"),
    ],
)
def test_the_verdict_follows_from_the_parts(parts, verdict):
    assert Found(parts, "").verdict == verdict


def recorded(experiment):
    """Whether there is a record of this experiment, whatever its name goes on with."""
    return any(records.folder().glob(f"{experiment}-*.json"))


@pytest.mark.parametrize("id", list(CHECKS))
def test_the_computed_verdict_is_the_ledgers(id):
    found = CHECKS[id].found()
    assert found.verdict == CLAIMS[id].verdict, found
    assert found.numbers


def test_what_a_claim_points_to_is_recorded_or_live():
    named = {claim.see for claim in CLAIMS.values()} | {(c.record or "").split("-")[0] for c in CHECKS.values()}
    assert {name for name in named - LIVE - {""} if not recorded(name)} == set()


def test_two_checks_of_one_claim_are_an_error():
    with pytest.raises(ValueError, match="two checks"):
        check("002-L015e")(lambda: Found({}, ""))


@pytest.mark.parametrize("one", MISTAKES.values(), ids=list(MISTAKES))
def test_a_mistake_is_one(one):
    found = one.look()
    assert found.verdict in ("wrong", "imprecise")
    assert found.numbers and one.where and one.right


def test_there_are_mistakes_outside_the_notes():
    assert len(MISTAKES) >= 10


# ------------------------------------------------------------------ the anchors


def cells(*pairs):
    return [{"cell_type": kind, "source": source, "metadata": {"claims": claims}} for kind, source, claims in pairs]


def test_a_claim_is_shown_where_code_settles_few():
    found = in_lesson(
        "book/x",
        cells(
            ("markdown", "# Title", ["002-L015d", "002-L033b"]),  # under the title
            ("markdown", "## The `first` one", ["002-L015e"]),
            ("code", "1", ["002-L015e", "002-L015d", "002-L019"]),
            (
                "markdown",
                "so much.\n\n### Second: 5×5\n\n```python\n## no heading\n```",
                ["002-L023b"],
            ),  # begins in the first section
            ("code", "2", ["002-L015e"]),
        ),
    )
    assert {id: anchor.label for id, anchor in found.items()} == {
        "002-L015e": "second-55",
        "002-L015d": "the-first-one",
        "002-L019": "the-first-one",
        "002-L023b": "the-first-one",
        "002-L033b": "",
    }
    assert (found["002-L015d"].title, found["002-L015d"].heading) == ("Title", "The first one")


def test_cells_name_claims_that_exist(root, pages):
    named = {
        id
        for page in pages
        if (path := root / f"{page}.ipynb").exists()
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for id in cell["metadata"].get("claims", [])
    }
    assert {id for id in named - CLAIMS.keys() if not re.fullmatch(r"00[0-4]-F\d", id)} == set()  # F: a figure


def test_every_claim_is_shown_in_a_chapter(shown):
    assert CLAIMS.keys() == shown.keys()


@pytest.mark.book
def test_every_anchor_is_alive(root, shown):
    """The labels stand in the built pages, and the ledger's rows lead to them."""
    html = root / "_build/html"
    soups = {}

    def soup(page):
        if page not in soups:
            soups[page] = BeautifulSoup((html / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
        return soups[page]

    for several in shown.values():
        for anchor in several:
            assert not anchor.label or soup(anchor.page).find(id=anchor.label), anchor
    ledger = soup(SELF)
    for id, several in shown.items():
        links = [a["href"].split("/")[-1] for a in ledger.select(f"table.claims #claim-{id} .shown a")]
        assert links == [
            f"{anchor.page.split('/')[-1]}.html" + f"#{anchor.label}" * bool(anchor.label) for anchor in several
        ]


# ------------------------------------------------------------------ the table


def test_the_table_has_a_row_a_claim():
    rows = BeautifulSoup(table().html, "html.parser").select("tbody tr")
    assert [row["id"] for row in rows] == [f"claim-{id}" for id in CLAIMS]
    assert all(len(row.select("[role=cell], [role=rowheader]")) == 5 for row in rows)


def test_the_table_takes_conditions():
    wrong = table(note="002", verdict="wrong")
    assert wrong.rows == len(CLAIMS.where(note="002", verdict="wrong")) == 20
    assert "002-L015e" in wrong.html and "000-L003b" not in wrong.html


def test_text_of_the_rows_is_escaped():
    assert prose("a < b, `x.view(-1)` & -1") == "a &lt; b, <code>x.view(-1)</code> &amp; −1"


def test_sentences_are_aligned_left_in_jupyter_too():
    """JupyterLab aligns cells to the right, and the site's style sheet does not reach it."""
    for html in (table(note="004")._repr_html_(), mistakes()._repr_html_()):
        cells = re.findall(r"<t[hd] [^>]*>", html)
        assert cells and all('style="text-align: left"' in cell for cell in cells)
