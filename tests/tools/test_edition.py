"""The reader's edition: what is left out, what comes first, where links lead, and that a reader's own work stays."""

import json
import re

import pytest
from toc import lessons

from cnnlessons.claims import CLAIMS
from cnnlessons.claims.anchors import SELF
from cnnlessons.exercises import EXERCISES, check
from cnnlessons.exercises.text import of, solved, start

INSTALL = "try:\n    import cnnlessons"


@pytest.fixture(scope="module")
def edition():
    """tools/edition.py, which is a script and not part of the package."""
    import edition

    return edition


def notebook(*cells):
    """A notebook with one output, of (kind, source, tags) triples."""
    made = []
    for n, (kind, source, *tags) in enumerate(cells):
        code = {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}
        metadata = {"tags": tags, "claims": ["000-L001"], "mystnb": {"image": {"alt": "a"}}}
        cell = {"cell_type": kind, "id": f"c-{n}", "metadata": metadata, "source": source.splitlines(keepends=True)}
        made.append(cell | (code if kind == "code" else {}))
    return {"cells": made, "metadata": {"kernelspec": {"name": "python3"}, "x": 1}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def book(root, tmp_path):
    """A tiny book that lies where the real one does; book(part/name, *cells) adds a notebook and returns its path."""
    for name in ("_config.yml", "requirements.txt", ".binder", "src/cnnlessons/__init__.py"):
        place, source = tmp_path / name, root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            place.mkdir()
            for file in source.iterdir():
                (place / file.name).write_bytes(file.read_bytes())
        else:
            place.write_bytes(source.read_bytes())
    (tmp_path / "book/_static").mkdir(parents=True)
    (tmp_path / "book/_static/a.png").write_bytes(b"png")
    (tmp_path / "book/glossary.md").write_text("# Glossary\n", encoding="utf-8")

    def add(name, *cells):
        path = tmp_path / f"book/{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook(*cells)), encoding="utf-8")
        return path

    return add


LESSON = (
    ("markdown", "# A title\n\nSee [the other](../b/other.ipynb#heading-slug)."),
    ("code", INSTALL, "install", "remove-cell"),
    ("code", "shown = 1\nshown", "hide-input"),
    ("code", "assert shown", "check", "remove-cell"),
)


def test_an_edition_is_clean_and_begins_with_the_install_cell(edition, book, tmp_path):
    made = edition.edition(book("a/lesson", *LESSON), tmp_path)
    sources = ["".join(cell["source"]) for cell in made["cells"]]
    assert sources[0] == edition.INSTALL and sources[1] == INSTALL and sources[2].startswith("# A title")
    assert sources[3:] == ["shown = 1\nshown"]
    assert all(cell["metadata"] == {} for cell in made["cells"])
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in made["cells"][1::2])
    assert made["metadata"] == {"kernelspec": {"name": "python3"}}
    assert len({cell["id"] for cell in made["cells"]}) == 4


def test_links_lead_to_the_site_or_stay(edition, book, tmp_path):
    path = book("a/lesson", *LESSON)
    there = "https://cnnlessons.github.io/cnnlessons/book/b/other.html#heading-slug"
    for links, target in (("site", there), ("folder", "../b/other.ipynb#heading-slug")):
        assert f"[the other]({target})" in "".join(edition.edition(path, tmp_path, links)["cells"][2]["source"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[a](other.ipynb)", "[a](SITE/book/a/other.html)"),
        ("[a](../glossary.md#unit)", "[a](SITE/book/glossary.html#unit)"),
        ("![a](../_static/a.png)", "![a](SITE/_static/a.png)"),
        ('<img src="../_static/a.png">', '<img src="SITE/_static/a.png">'),
        ('<a href="../../slides/lenet5.html">a</a>', '<a href="SITE/slides/lenet5.html">a</a>'),
        ("[a](../../requirements.txt)", "[a](https://github.com/cnnlessons/cnnlessons/blob/main/requirements.txt)"),
        ("[`f(x)[0]`](b.ipynb) and [c](d.ipynb)", "[`f(x)[0]`](SITE/book/a/b.html) and [c](SITE/book/a/d.html)"),
        ("[a](#sources)", "[a](SITE/book/a/lesson.html#sources)"),
        # what is no relative link stays
        ("[a](https://doi.org/10.1109/5.726791)", "[a](https://doi.org/10.1109/5.726791)"),
        ("`[a](b.ipynb)`", "`[a](b.ipynb)`"),
        ("```python\nx[i](y.ipynb)\n```\n[a](b.ipynb)", "```python\nx[i](y.ipynb)\n```\n[a](SITE/book/a/b.html)"),
    ],
)
def test_forms_of_links(edition, book, tmp_path, before, after):
    path = book("a/lesson", *LESSON)
    site = "https://cnnlessons.github.io/cnnlessons"
    assert edition.with_links(before, path, tmp_path, "site") == after.replace("SITE", site)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[a](#a-title)", "[a](#A-title)"),
        ("[a](../b/other.ipynb#kill-a-unit-and-wait)", "[a](../b/other.ipynb#Kill-a-unit-and-wait)"),
        ("[a](../b/other.ipynb#not-there)", "[a](../b/other.ipynb#not-there)"),
        ("[a](../glossary.md#unit) [b](other.ipynb)", "[a](../glossary.md#unit) [b](other.ipynb)"),
    ],
)
def test_headings_have_jupyterlabs_names_in_the_folder(edition, book, tmp_path, before, after):
    path = book("a/lesson", *LESSON)
    book("b/other", ("markdown", "# Other\n\n```\n# Kill a unit, and wait\n```\n\n## Kill a `unit` and wait"))
    assert edition.with_links(before, path, tmp_path, "folder") == after


def test_a_notebook_that_the_reader_changed_stays(edition, book, tmp_path, capsys):
    source, lab = book("a/lesson", *LESSON), tmp_path / "lab"
    book("a/gone", *LESSON)
    edition.lab(tmp_path, lab)
    mine, gone = lab / "a/lesson.ipynb", lab / "a/gone.ipynb"
    assert mine.exists() and (lab / "glossary.md").exists() and (lab / "_static/a.png").exists()
    assert capsys.readouterr().out == ""

    book("a/lesson", *LESSON, ("markdown", "more"))
    (tmp_path / "book/a/gone.ipynb").unlink()
    edition.lab(tmp_path, lab)
    assert "more" in mine.read_text(encoding="utf-8")  # not changed by the reader: renewed, and removed
    assert not gone.exists() and capsys.readouterr().out == ""

    run = json.loads(mine.read_text(encoding="utf-8"))
    run["cells"][1] |= {"execution_count": 1, "outputs": [{"output_type": "stream", "name": "stdout", "text": "1"}]}
    run["metadata"]["language_info"] = {"name": "python"}
    mine.write_text(json.dumps(run), encoding="utf-8")
    edition.lab(tmp_path, lab)  # run, and nothing else: its outputs stay as long as the book's is the same
    assert json.loads(mine.read_text(encoding="utf-8")) == run and capsys.readouterr().out == ""
    book("a/lesson", *LESSON, ("markdown", "still more"))
    edition.lab(tmp_path, lab)
    assert "still more" in mine.read_text(encoding="utf-8") and capsys.readouterr().out == ""

    mine.write_text("my own", encoding="utf-8")
    for _ in range(2):  # said each time, also while the book stays the same
        edition.lab(tmp_path, lab)
        assert mine.read_text(encoding="utf-8") == "my own"
        said = capsys.readouterr().out
        assert "a/lesson.ipynb" in said and said.count("\n") == 1
    mine.unlink()
    edition.lab(tmp_path, lab)
    assert mine.read_bytes() == edition.as_bytes(edition.edition(source, tmp_path, "folder"))


def test_a_notebook_of_the_readers_own_name_stays(edition, book, tmp_path):
    book("a/lesson", *LESSON)
    mine = tmp_path / "lab/a/lesson.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text("was here before", encoding="utf-8")
    edition.lab(tmp_path, tmp_path / "lab")
    assert mine.read_text(encoding="utf-8") == "was here before"


def test_the_branch_has_what_binder_installs(edition, book, tmp_path):
    book("a/lesson", *LESSON)
    pages, solved, branch = tmp_path / "pages", tmp_path / "instructors", tmp_path / "branch"
    (pages / "stale").mkdir(parents=True)
    edition.published(tmp_path, pages, solved, branch)
    assert [path.relative_to(pages).as_posix() for path in pages.rglob("*.*")] == ["a/lesson.ipynb"]
    assert not (pages / "stale").exists()
    assert (branch / "a/lesson.ipynb").read_bytes() == (pages / "a/lesson.ipynb").read_bytes()
    assert (solved / "a/lesson.ipynb").exists()
    wanted = (branch / ".binder/requirements.txt").read_text(encoding="utf-8")
    assert "--constraint constraints.txt" in wanted and "--editable" not in wanted
    assert re.search(r"^cnnlessons @ https://\S+/cnnlessons-\S+\.whl$", wanted, re.MULTILINE)
    assert (branch / ".binder/constraints.txt").exists() and (branch / ".binder/start").stat().st_mode & 0o100


@pytest.mark.parametrize("name", lessons())
def test_every_lesson_has_an_edition(edition, root, name):
    source = root / f"{name}.ipynb"
    made = edition.edition(source, root)
    before = json.loads(source.read_text(encoding="utf-8"))["cells"]
    assert INSTALL in "".join(made["cells"][1]["source"])
    checks = sum("check" in cell["metadata"].get("tags", []) for cell in before)
    claims = {id for cell in before for id in cell["metadata"].get("claims", []) if id in CLAIMS}
    practice = 2 * len(of(name.removeprefix("book/")))  # each exercise a question and a cell to answer it
    assert len(made["cells"]) == len(before) + 1 - checks + bool(claims) + practice
    last = "".join(made["cells"][-1]["source"])
    ledger = f"https://cnnlessons.github.io/cnnlessons/{SELF}.html"
    assert set(re.findall(rf'href="{re.escape(ledger)}#claim-([\w-]+)"', last)) == claims
    prose = "".join("".join(cell["source"]) for cell in made["cells"] if cell["cell_type"] == "markdown")
    outside = "".join(part for part in re.split(r"```.*?```|`[^`]*`", prose, flags=re.DOTALL))
    assert [to for to in re.findall(r"\]\(([^)\s]+)\)", outside) if re.search(r"\.(ipynb|md)(#|$)", to)] == []


@pytest.mark.parametrize("name", lessons())
def test_an_instructors_edition_is_the_readers_with_solutions(edition, root, name):
    reader, instructor = (
        edition.edition(root / f"{name}.ipynb", root, instructor=who)["cells"] for who in (False, True)
    )
    added = [cell for cell in instructor if cell["id"].startswith(("solution-", "mistakes-"))]
    assert [cell for cell in instructor if cell not in added] == reader
    exercises = of(name.removeprefix("book/"))
    assert len(added) == 2 * len(exercises)
    text = "\n".join("".join(cell["source"]) for cell in reader if cell["id"].startswith(("ask-", "mine-")))
    solutions = "\n".join("".join(cell["source"]) for cell in added)
    for one in exercises:
        assert one.why in solutions and one.why not in text
        assert one.programs[0].strip() in solutions and one.programs[0].strip() not in text
        assert all(slip.hint in solutions and slip.hint not in text for slip in one.slips)


@pytest.mark.parametrize("id", EXERCISES)
def test_the_cells_of_an_exercise_run(id):
    """The reader's says that nothing is there yet, or what is wrong; the instructor's is right."""
    for code, right in ((start(EXERCISES[id]), False), (solved(EXERCISES[id]), True)):
        names = {}
        lines = code.rsplit("\n", 1)
        exec(f"{lines[0]}\nverdict = {lines[1]}", names)
        assert lines[1] == f'check("{id}", mine)'
        assert names["verdict"].right is right
        assert names["check"] is check
