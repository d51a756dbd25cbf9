"""Slides show excerpts of the book: each is there, and what is not there is named."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).parents[2]
DECKS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "book/slides").glob("*.md"))}
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ROLE = re.compile(r"\{(number|said|recorded)\}`([^`]+)`")
# What is nobody's result: sizes of sets of digits, whole ranges, constants, and names.
GIVEN = {
    *("500", "1,000", "2,000", "4,000", "10,000", "60,000"),  # digits to test and to train on
    *("120", "400", "800"),  # what a linear layer of the listings reads or has
    *("100", "255"),  # of 100, pixels up to 255
    *("1.96", "2.78", "2.30"),  # of a normal, of Student's t with four degrees of freedom, ln 10
    *("145", "148", "167"),  # networks of AlexNet's program
    *("0.9826", "0.9841", "0.15"),  # accuracies that a published notebook reports, and their difference in points
    "0.95",  # the error that LeCun et al. (1998) report
}
DIRECTIVE = re.compile(r":{3,}\{(figure|output|code|table|widget)-from\} (\S+)\n((?::\w+: .*\n)*)")


@pytest.fixture(scope="module")
def excerpt():
    """book/_ext/excerpt.py, as the slides' extension imports it."""
    import excerpt

    return excerpt


@pytest.fixture
def lesson(excerpt, tmp_path, monkeypatch):
    """A small book with one lesson."""
    picture = new_output("display_data", data={"image/png": PNG, "text/plain": "<Figure>"})
    alt = {"mystnb": {"image": {"alt": "One black pixel."}}}
    changed = "## What changed\n\n| part | then | now |\n| - | - | - |\n| S2 | trained | **fixed** |\n\nEnd."
    cells = [
        new_markdown_cell(changed),
        new_code_cell("count = 12\nprint(count)\n# done", outputs=[new_output("stream", text="S2: 12 of 1,516\n")]),
        new_code_cell("draw(); show(1)", outputs=[picture], metadata=alt),
        new_code_cell("draw(); show(2)", outputs=[picture]),
        new_code_cell("draw(); show(3)"),
    ]
    monkeypatch.setattr(excerpt, "BOOK", tmp_path)
    nbformat.write(new_notebook(cells=cells), tmp_path / "one.ipynb")
    return "one"


@pytest.mark.parametrize("deck", DECKS)
def test_every_excerpt_of_a_deck_is_in_the_book(excerpt, deck):
    missing = []
    for kind, words in ROLE.findall(DECKS[deck]):
        try:
            getattr(excerpt, kind)(*words.split(" :: "))
        except excerpt.ExcerptError as error:
            missing.append(str(error))
    for kind, lesson, options in DIRECTIVE.findall(DECKS[deck]):
        options = dict(line[1:].split(": ", 1) for line in options.splitlines())
        extra = [options["until"]] if "until" in options else []
        try:
            getattr(excerpt, kind)(lesson, options["cell"], *extra)
        except excerpt.ExcerptError as error:
            missing.append(str(error))
    assert missing == []


@pytest.mark.parametrize("deck", DECKS)
def test_no_number_is_typed_on_a_slide(deck):
    """Numbers of more than two digits come from the book; years, and sizes such as 32×32, are words.

    A number of a paper stands in a paragraph that names its place: § or Table. A question may offer guesses.
    """
    apart = r"\A---\n.*?\n---\n|^(:{3,})\{(?:notes|container\} question)[^\n]*\n.*?\n\1\n"
    said = re.sub(apart, "", DECKS[deck], flags=re.DOTALL | re.MULTILINE)
    said = "\n\n".join(part for part in said.split("\n\n") if not re.search(r"§|Table", part))
    said = ROLE.sub("", said)
    said = re.sub(r"^(?::\w+:|:::|x = ).*$", "", said, flags=re.MULTILINE)
    typed = re.findall(r"(?<![\w.])\d[\d,.]*\d{2}(?![\w])", said)
    assert [number for number in typed if not re.fullmatch(r"19\d\d|20\d\d", number) and number not in GIVEN] == []


def test_a_figure_comes_with_its_alternative_text(excerpt, lesson):
    png, alt = excerpt.figure(lesson, "show(1)")
    assert png.startswith(b"\x89PNG") and alt == "One black pixel."


def test_text_code_and_tables(excerpt, lesson):
    assert excerpt.output(lesson, "count =") == "S2: 12 of 1,516"
    assert excerpt.said(lesson, "count =", r"of ([\d,]+)") == "1,516"
    assert excerpt.code(lesson, "count = 12", "print") == "count = 12\nprint(count)"
    assert excerpt.table(lesson, "part | then", [1, 3]) == [["part", "now"], ["S2", "**fixed**"]]


@pytest.mark.parametrize(
    ("take", "arguments", "complaint"),
    [
        ("figure", ("two", "x"), r"no lesson book/two\.ipynb"),
        ("figure", ("one", "count = 13"), r"no code cell .* nearest line is 'count = 12'"),
        ("figure", ("one", "draw()"), r"3 code cells .* longer piece"),
        ("figure", ("one", "show(2)"), "no alternative text"),
        ("figure", ("one", "show(3)"), r"0 pictures.* make execute NB=book/one\.ipynb"),
        ("output", ("one", "show(1)"), "no text output"),
        ("said", ("one", "count =", r"of (\d+) pixels"), r"not in its output 'S2: 12 of 1,516'"),
        ("code", ("one", "count =", "return"), "no line after it contains 'return'"),
        ("table", ("one", "What changed"), "no table begins"),
        ("table", ("one", "part | then", [4]), "no column 4"),
        ("number", ("lenet6 params",), "no network 'lenet6'"),
        ("number", ("lenet5-1998 C9 params",), "C9"),
        ("number", ("lenet5-1998 weights",), "weights"),
        ("recorded", ("E99", "a", "test_error"), "no record named .E99"),
    ],
)
def test_what_is_missing_is_named(excerpt, lesson, take, arguments, complaint):
    with pytest.raises(excerpt.ExcerptError, match=complaint):
        getattr(excerpt, take)(*arguments)


def test_numbers_of_the_catalogue(excerpt):
    assert excerpt.number("lenet5-1998 params") == "60,000"
    assert excerpt.number("lenet5-1998 connections") == "340,908"
    assert excerpt.number("lenet5-1998 C3 shape_out") == "16×10×10"
    assert excerpt.number("lenet5-1998 S2 params + lenet5-1998 S4 params") == "44"
    assert excerpt.number("lenet-003-corrected C3 params - lenet5-1998 C3 params") == "900"


def test_numbers_of_a_record(excerpt):
    assert re.fullmatch(r"\d\.\d\d ± \d\.\d\d %", excerpt.recorded("E22-softmax", "logits", "test_error"))
    with pytest.raises(excerpt.ExcerptError, match="no variant 'logit'"):
        excerpt.recorded("E22-softmax", "logit", "test_error")


def test_a_widget_comes_as_the_page_has_it(excerpt):
    html = excerpt.widget("basics/shapes", 'Shapes("lenet-003-corrected")')
    assert html.startswith('<div class="cnnlessons-widget" data-widget="shapes">')
    with pytest.raises(excerpt.ExcerptError, match="shows 0 widgets, not one"):
        excerpt.widget("basics/shapes", "import cnnlessons")
