"""Every chapter of _toc.yml: complete, in the lesson's frame, with sizes a reader can take in."""

import json
import re
import statistics

import pytest
import yaml
from bs4 import BeautifulSoup
from toc import chapters

FRAME = ("You will", "You will be able to", "You need", "What changed", "Try it", "Fine print", "Sources")
# An absolute path of some machine: two names, behind the start, a space, a quote or an opening bracket.
MACHINE_PATH = re.compile(r"""(?:^|[\s'"(=\[])((?:/[A-Za-z][\w.-]*){2,}|[A-Z]:\\\w+)""", re.MULTILINE)


def pytest_generate_tests(metafunc):
    if "chapter" in metafunc.fixturenames:
        metafunc.parametrize("chapter", chapters(metafunc.config.rootpath), indirect=True)


class Chapter:
    """A notebook as its author wrote it, and the page it became."""

    def __init__(self, root, name):
        self.name, self.root = name, root
        path = root / f"{name}.ipynb"
        if not path.is_file():
            pytest.fail(f"_toc.yml lists {name}, but there is no {name}.ipynb")
        self.cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in self.cells:
            cell["source"] = "".join(cell["source"])
        self.code = [cell for cell in self.cells if cell["cell_type"] == "code"]
        self.lesson = [cell for cell in self.code if "install" not in cell["metadata"].get("tags", [])]
        self.prose = "\n\n".join(cell["source"] for cell in self.cells if cell["cell_type"] == "markdown")

    def outputs(self):
        """(cell, output) for each output of the chapter."""
        return [(cell, output) for cell in self.code for output in cell["outputs"]]

    def page(self):
        """The built page."""
        path = self.root / f"_build/html/{self.name}.html"
        if not path.is_file():
            pytest.fail(f"{path.relative_to(self.root)} is not built: run make book first")
        return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture
def chapter(request, root):
    return Chapter(root, request.param)


@pytest.fixture(scope="module")
def url(root):
    return yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]


def lines(cell):
    return [line for line in cell["source"].splitlines() if line.strip()]


def texts(output):
    """The text a reader meets in an output."""
    parts = [output.get("text", ""), output.get("evalue", ""), output.get("traceback", "")]
    parts += [value for kind, value in output.get("data", {}).items() if kind.startswith("text/")]
    return ["".join(part) for part in parts]


# ------------------------------------------------------------------ the notebook


def test_every_code_cell_ran_once_in_order(chapter):
    assert all(cell["source"].strip() for cell in chapter.code)
    assert [cell["execution_count"] for cell in chapter.code] == list(range(1, len(chapter.code) + 1))


def test_second_cell_installs(chapter, install):
    """One cell for all; tests/package/test_install_cell.py runs it."""
    second = chapter.cells[1]
    assert second["source"] == install
    assert second["metadata"]["tags"] == ["install", "remove-cell"]
    assert second["outputs"] == []


def test_frame_of_a_lesson(chapter):
    if "## Tell a friend" in chapter.prose:
        return  # tests/book/test_lessons.py holds its form
    assert re.match(r"# \w+", chapter.cells[0]["source"]), "the first cell begins with the title"
    assert len(re.findall(r"^# ", chapter.prose, re.MULTILINE)) == 1
    places = []
    for part in FRAME:
        # **You will** opens a paragraph, ## What changed is a heading; either will do
        found = re.search(rf"^(?:\*\*|#+ ){part}[*:.]*(?:\s|$)(?!be able)", chapter.prose, re.MULTILINE)
        assert found, f"no {part!r}"
        places.append(found.start())
    assert places == sorted(places)


def test_size_of_cells(chapter):
    if "## Tell a friend" in chapter.prose:
        return  # tests/book/test_lessons.py holds its form
    sizes = [len(lines(cell)) for cell in chapter.lesson]
    assert 15 <= len(sizes) <= 40
    assert statistics.median(sizes) <= 5
    assert max(sizes) <= 20
    assert sum(line.lstrip().startswith("def ") for cell in chapter.lesson for line in lines(cell)) <= 5


def test_prose_carries_the_code(chapter):
    if "## Tell a friend" in chapter.prose:
        return  # tests/book/test_lessons.py holds its form
    code = sum(len(lines(cell)) for cell in chapter.lesson)
    assert len(chapter.prose.split()) >= 8 * code


def test_never_a_code_cell_after_a_code_cell(chapter):
    if "## Tell a friend" in chapter.prose:
        return  # tests/book/test_lessons.py holds its form
    kinds = [cell["cell_type"] for cell in chapter.cells]
    assert [n for n in range(1, len(kinds)) if kinds[n - 1] == kinds[n] == "code"] == []


def test_outputs_hold_no_error_and_no_warning(chapter):
    for cell, output in chapter.outputs():
        wanted = "raises-exception" in cell["metadata"].get("tags", [])
        assert wanted or output["output_type"] != "error", cell["source"]
        assert output.get("name") != "stderr", cell["source"]


def test_outputs_name_no_place_on_a_machine(chapter):
    assert [
        found for _, output in chapter.outputs() for text in texts(output) for found in MACHINE_PATH.findall(text)
    ] == []


@pytest.mark.parametrize("text", ["/home/ada/x.py", "in '/opt/lib/x'", "path=/tmp/a/b", "(/Users/ada)", r"C:\Users"])
def test_a_place_on_a_machine_is_recognised(text):
    assert MACHINE_PATH.search(text)


@pytest.mark.parametrize("text", ["16/32", "a/b/c", "https://a.org/b/c", "<td>1</td></tr>", "5 images/s", "and/or"])
def test_what_is_no_place_is_not(text):
    assert not MACHINE_PATH.search(text)


def test_pictures_have_alternative_text(chapter):
    silent = []
    for cell, output in chapter.outputs():
        if any(kind.startswith("image/") for kind in output.get("data", {})):
            alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
            if len(alt.split()) < 4:
                silent.append(cell["source"])
    assert silent == [], "say what there is to see in the cell's metadata, mystnb.image.alt"
    assert re.findall(r"!\[\s*\]\([^)]*\)", chapter.prose) == []


# ------------------------------------------------------------------ the page


@pytest.mark.book
def test_images_of_the_page_have_alternative_text(chapter):
    for image in chapter.page().select("article img"):
        alt = image.get("alt", "")
        assert alt.strip(), image
        assert not alt.endswith((".png", ".svg", ".jpg")), f"a file name is no description: {image}"


@pytest.mark.book
def test_no_cell_of_the_page_is_the_install_cell(chapter):
    assert "GIT_TERMINAL_PROMPT" not in chapter.page().select_one("article").get_text()


@pytest.mark.book
def test_the_page_says_how_long_it_runs(chapter):
    seconds = json.loads((chapter.root / "book/times.json").read_text(encoding="utf-8"))["seconds"][chapter.name]
    said = chapter.page().select("h1 + p.run-time")
    assert len(said) == 1 and f"Runs in {seconds} s on" in said[0].text


@pytest.mark.book
def test_launch_buttons_lead_to_this_chapter(chapter, url):
    links = {link["href"] for link in chapter.page().select("a[href]")}
    slug = url.removeprefix("https://github.com/")
    edition = f"{chapter.name.removeprefix('book/')}.ipynb"
    raw = f"https://raw.githubusercontent.com/{slug}/notebooks/{edition}"
    assert f"https://colab.research.google.com/github/{slug}/blob/notebooks/{edition}" in links
    assert f"https://kaggle.com/kernels/welcome?src={raw}" in links
    assert f"https://mybinder.org/v2/gh/{slug}/notebooks?urlpath=lab/tree/{edition}" in links
    assert f"{url}/edit/main/{chapter.name}.ipynb" in links
    assert f"../../notebooks/{edition}" in links


@pytest.mark.book
def test_the_download_is_the_readers_edition(chapter, root):
    name = f"{chapter.name.removeprefix('book/')}.ipynb"
    beside, branch = (
        json.loads((root / "_build" / folder / name).read_text()) for folder in ("html/notebooks", "notebooks")
    )
    assert beside == branch
    assert not any(cell.get("outputs") for cell in beside["cells"])


def test_no_sentence_is_taken_for_a_list(chapter):
    """A paragraph that starts with "156. The" is the 156th point of a list to Markdown."""
    found = [cell["source"] for cell in chapter.cells if cell["cell_type"] == "markdown"]
    assert not [text for source in found for text in re.findall(r"(?:^|\n\n)(\d{2,}\. .{0,40})", source)]
