"""Every lesson of _toc.yml: its form, its questions, its stored outputs, and the page it became."""

import ast
import json
import re

import pytest
import yaml
from bs4 import BeautifulSoup
from lessons import DETAILS, LINK, PREDICT, RAW, Lesson, kept, tags
from toc import lessons

from cnnlessons.claims import CLAIMS
from cnnlessons.claims.anchors import slug
from cnnlessons.exercises import Choice, Number
from cnnlessons.exercises.text import PLACE, of, try_it

# In this order; **You need** opens a paragraph, ## Try it is a heading.
FRAME = ("You will be able to", "You need", "Tell a friend", "Try it", "Fine print", "Sources")
# An absolute path of some machine: two names, behind the start, a space, a quote or an opening bracket.
MACHINE_PATH = re.compile(r"""(?:^|[\s'"(=\[])((?:/[A-Za-z][\w.-]*){2,}|[A-Z]:\\\w+)""", re.MULTILINE)


@pytest.fixture(params=lessons())
def lesson(request, root):
    path = root / f"{request.param}.ipynb"
    if not path.is_file():
        pytest.fail(f"_toc.yml lists {request.param}, but there is no {request.param}.ipynb")
    return Lesson(path)


@pytest.fixture(scope="module")
def url(root):
    return yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]


def code_cells(lesson):
    """All of them, on the page or not."""
    return [cell for cell in lesson.cells if cell["cell_type"] == "code"]


def printed(cell):
    """Text that a page shows under a cell."""
    for output in cell["outputs"]:
        yield "".join(output.get("text", ""))
        if not any(kind.startswith(("image/", "text/html")) for kind in output.get("data", {})):
            yield "".join(output.get("data", {}).get("text/plain", ""))
        yield "\n".join(output.get("traceback", []))


def html(output):
    """What an output shows on a page."""
    return "".join(output.get("data", {}).get("text/html", ""))


def test_it_is_plain_markdown(lesson):
    assert RAW.findall(re.sub(r"^```.*?^```", "", lesson.prose, flags=re.M | re.S)) == []
    assert "```{" not in lesson.prose


def test_frame_of_a_lesson(lesson):
    assert re.match(r"# \w", lesson.cells[0]["source"]), "the first cell begins with the title"
    assert len(re.findall(r"^# ", re.sub(r"^```.*?^```", "", lesson.prose, flags=re.M | re.S), re.M)) == 1
    places = []
    for part in FRAME:
        found = re.search(rf"^(?:\*\*{part}[.:]?\*\*|## {part}$)", lesson.prose, re.MULTILINE)
        assert found, f"no {part!r}"
        places.append(found.start())
    assert places == sorted(places)


def test_something_to_see_comes_first(lesson):
    """The first cell that a page shows draws, prints or shows something."""
    assert lesson.code[0]["outputs"]


def test_there_is_something_to_operate(lesson):
    """A widget, or the ledger with its filters."""
    shown = [html(output) for cell in lesson.code for output in cell["outputs"]]
    assert any('class="cnnlessons-widget"' in one or 'class="ledger claims' in one for one in shown)


def test_no_widget_waits_behind_a_question_about_something_else(lesson):
    """The page folds what stands between a question and its answer. A race shown at once is an answer's own figure."""
    asked, hidden = False, []
    for cell in lesson.cells:
        if cell["cell_type"] == "markdown":
            asked = asked or bool(PREDICT.search(cell["source"]))
        elif any(kept(cell)):
            asked = False
        elif asked and any('class="cnnlessons-widget"' in html(out) for out in cell["outputs"]):
            hidden += [cell["source"]] if "ask=False" not in cell["source"] else []
    assert hidden == []


def test_a_lesson_takes_half_an_hour(lesson):
    assert lesson.words <= 3000
    assert len(lesson.code) <= 22
    assert lesson.minutes <= 30


def test_no_figure_has_text_too_small_for_a_phone(lesson):
    """Below 9 pt on a figure of the book's width; drawings of the package are tests/draw/test_legible.py's."""
    sizes = [float(n) for cell in lesson.code for n in re.findall(r"(?:font|label|title)size=([\d.]+)", cell["source"])]
    assert [size for size in sizes if size < 9] == []


def test_cells_fit_the_column(lesson):
    for cell in lesson.code:
        lines = cell["source"].splitlines()
        assert len(lines) <= 12, cell["source"]
        assert [line for line in lines if len(line) > 76] == []
    fences = re.findall(r"^```\w*\n(.*?)^```", lesson.prose, re.MULTILINE | re.DOTALL)
    assert [line for text in fences for line in text.splitlines() if len(line) > 76] == []


def test_no_cell_ends_with_a_value_that_only_a_semicolon_hides(lesson):
    """nbval's runs see it; `draw.maps(x);` is an exception that style.apply() makes."""
    found = []
    for cell in lesson.code:
        source = cell["source"].rstrip()
        if source.endswith(";") and not re.match(r"draw\.\w+\(", source.splitlines()[last_statement(source)]):
            found.append(source.splitlines()[-1])
    assert found == []


def last_statement(source):
    """The index of the line where it begins."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE)).body[-1].lineno - 1


def test_outputs_fit_the_column(lesson):
    wide = [line for cell in lesson.code for text in printed(cell) for line in text.splitlines() if len(line) > 76]
    assert wide == []


def test_predictions_have_answers(lesson):
    assert 5 <= len(lesson.predictions) <= 8
    assert [one.question for one in lesson.predictions if one.answer is None] == [], (
        "end the box's check cell: answer(…)"
    )


def spellings(answer):
    """How a number might stand in a text; a number of one or two digits stands everywhere and gives nothing away."""
    value = answer["value"]
    if isinstance(value, str) or len(re.sub(r"\D", "", str(value)).strip("0")) < 3:
        return []
    return [rf"(?<![\d.,]){re.escape(text)}(?![\d]|[.,]\d)" for text in {str(value), f"{value:,}"}]


def test_nothing_above_a_question_answers_it(lesson):
    for one in lesson.predictions:
        above = "\n".join(cell["source"] for cell in lesson.cells[: one.cell] if "install" not in tags(cell))
        above += lesson.cells[one.cell]["source"][: one.place]
        above += "\n".join(text for cell in lesson.cells[: one.cell] if cell in lesson.code for text in printed(cell))
        below = lesson.cells[one.cell + 1]
        if below["cell_type"] == "code":
            above += "\n" + below["source"]  # nor does the code that the reader is about to run
        for text in spellings(one.answer or {"value": ""}):
            assert not re.search(text, above), f"{one.question!r}: {text} stands above it or in its code"


def test_check_cells_are_on_no_page(lesson):
    checks = [cell for cell in lesson.cells if "check" in tags(cell)]
    assert all("remove-cell" in tags(cell) for cell in checks)
    shown = "\n".join(cell["source"] for cell in lesson.code)
    assert "cnnlessons.predictions" not in shown
    for cell in checks:  # what a reader's notebook lacks, it must not need
        names = re.findall(r"^(\w+) = ", cell["source"], re.MULTILINE)
        assert [name for name in names if re.search(rf"\b{name}\b", shown)] == []


def test_exercises_are_those_of_the_package(lesson):
    """`python tools/exercises.py` writes them; 4 to 8, from a warm-up on, some to build, some for the page to grade."""
    name = lesson.name.removeprefix("book/")
    exercises = of(name)
    assert 4 <= len(exercises) <= 8
    assert [cell["source"] for cell in lesson.cells if cell["id"] == PLACE] == [try_it(name)]
    assert lesson.prose.count("## Try it") == 1
    levels = {one.level for one in exercises}
    assert {"warm-up", "core"} <= levels
    kinds = [expected_kind(one) for one in exercises]
    assert kinds.count("page") >= 2 and kinds.count("build") >= 1
    assert lesson.prose.count("<details") == lesson.prose.count("</details>") == len(DETAILS.findall(lesson.prose))


def expected_kind(exercise):
    """Whether the page grades it."""
    return "page" if isinstance(exercise.kind, Number | Choice) else "build"


def test_links_lead_somewhere(lesson):
    for to in LINK.findall(lesson.prose):
        if re.match(r"https?://", to):
            continue
        file, _, anchor = to.partition("#")
        target = (lesson.path.parent / file).resolve() if file else lesson.path
        assert target.exists(), to
        if anchor and target.suffix == ".md":
            assert anchor in {slug(text) for text in re.findall(r"^#+ (.+)", target.read_text("utf-8"), re.M)}, to
        if anchor and target.suffix == ".ipynb":
            assert anchor in Lesson(target).slugs(), to


def test_every_source_has_an_address(lesson):
    sources = lesson.prose.split("\n## Sources")[1]
    entries = re.findall(r"^- (.*)", sources, re.MULTILINE)
    assert entries
    assert [entry for entry in entries if not LINK.search(entry) and "study note" not in entry.lower()] == []


def test_numbers_of_lessons_are_not_typed(lesson):
    """They are the contents' business; a lesson is named by its title."""
    assert re.findall(r"\b[Cc]hapters? \d+|\b[Ll]essons? \d+\b", lesson.prose) == []


def test_no_sentence_is_taken_for_a_list(lesson):
    """A paragraph that starts with "156. The" is the 156th point of a list to Markdown."""
    found = [cell["source"] for cell in lesson.cells if cell["cell_type"] == "markdown"]
    assert not [text for source in found for text in re.findall(r"(?:^|\n\n)(\d{2,}\. .{0,40})", source)]


# ------------------------------------------------------------------ what is stored


def texts(output):
    """The text a reader meets in an output."""
    parts = [output.get("text", ""), output.get("evalue", ""), output.get("traceback", "")]
    parts += [value for kind, value in output.get("data", {}).items() if kind.startswith("text/")]
    return ["".join(part) for part in parts]


def stored(lesson):
    """(cell, output) for each output of the lesson."""
    return [(cell, output) for cell in code_cells(lesson) for output in cell["outputs"]]


def test_every_code_cell_ran_once_in_order(lesson):
    cells = code_cells(lesson)
    assert all(cell["source"].strip() for cell in cells)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))


def test_second_cell_installs(lesson, install):
    """One cell for all; tests/package/test_install_cell.py runs it."""
    second = lesson.cells[1]
    assert second["source"] == install
    assert second["metadata"]["tags"] == ["install", "remove-cell"]
    assert second["outputs"] == []


def test_outputs_hold_no_error_and_no_warning(lesson):
    for cell, output in stored(lesson):
        wanted = "raises-exception" in cell["metadata"].get("tags", [])
        assert wanted or output["output_type"] != "error", cell["source"]
        assert output.get("name") != "stderr", cell["source"]


def test_outputs_name_no_place_on_a_machine(lesson):
    assert [
        found for _, output in stored(lesson) for text in texts(output) for found in MACHINE_PATH.findall(text)
    ] == []


@pytest.mark.parametrize("text", ["/home/ada/x.py", "in '/opt/lib/x'", "path=/tmp/a/b", "(/Users/ada)", r"C:\Users"])
def test_a_place_on_a_machine_is_recognised(text):
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("text", ["16/32", "a/b/c", "https://a.org/b/c", "<td>1</td></tr>", "5 images/s", "and/or"])
def test_what_is_no_place_is_not(text):
    assert not MACHINE_PATH.search(text)


def test_images_have_alternative_text(lesson):
    silent = []
    for cell, output in stored(lesson):
        if any(kind.startswith("image/") for kind in output.get("data", {})):
            alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
            if len(alt.split()) < 4:
                silent.append(cell["source"])
    assert silent == [], "say what there is to see in the cell's metadata, mystnb.image.alt"
    assert re.findall(r"!\[\s*\]\([^)]*\)", lesson.prose) == []


# ------------------------------------------------------------------ the page


@pytest.fixture(scope="module")
def page(root):
    """page(name) is a built page."""

    def built(name):
        path = root / f"_build/html/{name}.html"
        if not path.is_file():
            pytest.fail(f"{path.relative_to(root)} is not built: run make book first")
        return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")

    return built


@pytest.mark.book
def test_every_prediction_is_a_box_with_its_answer(lesson, page, root):
    found = page(lesson.name).select("div.predict")
    assert [json.loads(box["data-answer"]) for box in found] == [one.answer for one in lesson.predictions]
    assert all(box.find_next_sibling("div", class_="predict-answer") for box in found)
    assert all("Predict." in box.get_text() for box in found)


@pytest.mark.book
def test_a_lesson_ends_with_what_the_notes_say(lesson, page, root):
    ids = {id for cell in lesson.cells for id in cell["metadata"].get("claims", []) if id in CLAIMS}
    boxes = page(lesson.name).select("details.statements")
    links = [a["href"].partition("#claim-")[2] for box in boxes for a in box.select("li a")]
    assert sorted(links) == sorted(ids)


@pytest.mark.book
def test_the_contents_page_lists_every_lesson(page, root):
    rows = [row for row in page("book/index").select(".lessons table tbody tr")]
    listed = {
        row.a["href"].removesuffix(".html"): [cell.get_text().strip() for cell in row.select("td")] for row in rows
    }
    assert [f"book/{name}" for name in listed] == lessons(root)
    for n, (name, cells) in enumerate(listed.items(), 1):
        one = Lesson(root / f"book/{name}.ipynb")
        assert [cell.replace("’", "'") for cell in cells[:3]] == [str(n), one.title.replace("`", ""), str(one.minutes)]
        assert all(int(number) < n for number in re.findall(r"\d+", cells[3])), f"{name} builds on what comes later"


@pytest.mark.book
def test_images_of_the_page_have_alternative_text(lesson, page):
    for image in page(lesson.name).select("article img"):
        alt = image.get("alt", "")
        assert alt.strip(), image
        assert not alt.endswith((".png", ".svg", ".jpg")), f"a file name is no description: {image}"


@pytest.mark.book
def test_no_cell_of_the_page_is_the_install_cell(lesson, page):
    assert "GIT_TERMINAL_PROMPT" not in page(lesson.name).select_one("article").get_text()


@pytest.mark.book
def test_the_page_says_how_long_it_runs(lesson, page, root):
    seconds = json.loads((root / "book/times.json").read_text(encoding="utf-8"))["seconds"][lesson.name]
    said = page(lesson.name).select("h1 + p.run-time")
    assert len(said) == 1 and f"Runs in {seconds} s on" in said[0].text


@pytest.mark.book
def test_launch_buttons_lead_to_this_lesson(lesson, page, url):
    links = {link["href"] for link in page(lesson.name).select("a[href]")}
    slug = url.removeprefix("https://github.com/")
    edition = f"{lesson.name.removeprefix('book/')}.ipynb"
    raw = f"https://raw.githubusercontent.com/{slug}/notebooks/{edition}"
    assert f"https://colab.research.google.com/github/{slug}/blob/notebooks/{edition}" in links
    assert f"https://kaggle.com/kernels/welcome?src={raw}" in links
    assert f"https://mybinder.org/v2/gh/{slug}/notebooks?urlpath=lab/tree/{edition}" in links
    assert f"{url}/edit/main/{lesson.name}.ipynb" in links
    assert f"../../notebooks/{edition}" in links


@pytest.mark.book
def test_the_download_is_the_readers_edition(lesson, root):
    name = f"{lesson.name.removeprefix('book/')}.ipynb"
    beside, branch = (
        json.loads((root / "_build" / folder / name).read_text()) for folder in ("html/notebooks", "notebooks")
    )
    assert beside == branch
    assert not any(cell.get("outputs") for cell in beside["cells"])


# ------------------------------------------------------------------ the patterns


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("C1: six kernels of 5×5", "c1-six-kernels-of-55"),
        ("224 or 227?", "224-or-227"),
        ("`view` is not `reshape`", "view-is-not-reshape"),
        ("One α, two meanings", "one-α-two-meanings"),
    ],
)
def test_anchors_are_githubs(heading, anchor):
    assert slug(heading) == anchor


@pytest.mark.parametrize("text", [":::{note}", "(c9-size)=", "see {cite:t}`LeCun1998`", "```{code-cell}\n```"])
def test_raw_myst_is_recognised(text):
    assert RAW.search(text)
