"""Exercises in Markdown, as notebooks for nbgrader, and on the command line; what is made of them is up to date."""

import json
import re

import nbformat
import pytest

from cnnlessons.__main__ import main
from cnnlessons.exercises import EXERCISES
from cnnlessons.exercises.text import ask, nbgrader, of, try_it

LESSONS = list(dict.fromkeys(exercise.lesson for exercise in EXERCISES.values()))


def test_what_the_page_grades_by_is_up_to_date(root):
    """`python tools/exercises.py` writes it."""
    import exercises

    assert exercises.ANSWERS.read_text(encoding="utf-8") == exercises.answers()
    for answer in json.loads(exercises.answers()).values():
        assert not any(re.search(r"[`*$]", text) for _, text in answer["slips"])
        assert len(answer["slips"]) >= 3


@pytest.mark.parametrize("lesson", LESSONS)
def test_writing_the_section_again_changes_nothing(root, lesson):
    import exercises

    cells = json.loads((root / f"book/{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    assert exercises.renewed(cells, lesson) == cells


def test_the_section_is_put_between_what_stands_around_it():
    import exercises

    lesson = LESSONS[0]
    cell = {
        "cell_type": "markdown",
        "id": "x-1",
        "metadata": {"claims": ["a"]},
        "source": "before\n\n## Try it\n\nold\n\n## Fine print\n\nafter",
    }
    first, second, third = exercises.renewed([cell], lesson)
    assert (first["id"], first["metadata"], first["source"]) == ("x-1", {"claims": ["a"]}, ["before"])
    assert "".join(second["source"]) == try_it(lesson)
    assert third["source"] == ["## Fine print\n", "\n", "after"]


@pytest.mark.parametrize("lesson", LESSONS)
def test_nbgrader_gets_a_valid_notebook(lesson):
    notebook = nbformat.from_dict(nbgrader(lesson))
    nbformat.validate(notebook)
    kept = [cell.metadata.nbgrader for cell in notebook.cells]
    assert len({one.grade_id for one in kept}) == len(kept) == 3 * len(of(lesson))
    assert all(re.fullmatch(r"[\w-]+", one.grade_id) and one.schema_version == 3 for one in kept)
    for asked, answered, tested in zip(*[iter(notebook.cells)] * 3, strict=True):
        assert asked.metadata.nbgrader.locked and not asked.metadata.nbgrader.grade
        assert answered.metadata.nbgrader.solution and "### BEGIN SOLUTION" in answered.source
        assert tested.metadata.nbgrader.grade and tested.metadata.nbgrader.points in (1, 2, 3)
        names = {}
        exec(f"{answered.source}\n{tested.source}", names)  # the solution passes its test
        with pytest.raises(AssertionError, match="in place of the dots"):
            exec(f"mine = ...\n{tested.source}", {})


def test_an_exercise_in_markdown():
    text = ask(3, EXERCISES["fill-the-holes"])
    assert text.startswith("**3. ")
    assert '`check("fill-the-holes", mine)`' in text
    assert text.count("<details") == text.count("</details>") == len(EXERCISES["fill-the-holes"].hints)
    assert EXERCISES["fill-the-holes"].why not in text


def test_the_command_lists_and_exports(tmp_path, capsys):
    assert main(["exercises", LESSONS[0]]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(of(LESSONS[0]))
    assert main(["exercises", "--nbgrader", str(tmp_path)]) == 0
    assert str(len(LESSONS)) in capsys.readouterr().out
    made = sorted(tmp_path.glob("source/*/*.ipynb"))
    assert len(made) == len(LESSONS)
    assert main(["exercises", "--nbgrader", str(tmp_path)]) == 0  # the same again
    made[0].write_text("my own", encoding="utf-8")
    capsys.readouterr()
    assert main(["exercises", "--nbgrader", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "is there already and differs" in said and said.count("\n") == 1
    assert made[0].read_text(encoding="utf-8") == "my own"
    assert main(["exercises", "lenet/lenet5"]) == 2
    assert "did you mean 'lenet/lenet5-1998'" in capsys.readouterr().err
