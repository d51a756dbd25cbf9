"""Exercises as text: a lesson's section *Try it*, the cells of notebooks for readers, instructors and nbgrader."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnlessons.exercises.exercise import LEVELS, Exercise, Slip
from cnnlessons.exercises.kinds import Choice, Names
from cnnlessons.exercises.lessons import EXERCISES

HEADING = "## Try it"
HOW = (
    "In the notebook put your answer in place of the dots and run the cell: it says what is wrong, not only that it "
    'is. `print(solution("…"))` shows ours.'
)
PLACE = "try-it"  # the id of the cell that holds a lesson's exercises
HINTS = ("Hint", "Another hint")
Cell = dict[str, Any]


def of(lesson: str) -> list[Exercise]:
    """The exercises of a lesson, PART/NAME, in their order."""
    return [exercise for exercise in EXERCISES.values() if exercise.lesson == lesson]


def fenced(code: str) -> str:
    """Code in Markdown."""
    return f"```python\n{code.strip()}\n```"


def ask(number: int, exercise: Exercise) -> str:
    """One exercise in Markdown: what is asked, level and minutes, hints that open one by one."""
    words = ""
    if isinstance(exercise.kind, Choice):
        words = " Choose: " + " / ".join(f"*{choice}*" for choice in exercise.kind.choices) + "."
    elif isinstance(exercise.kind, Names):
        words = " Choose some of: " + ", ".join(f"`{name}`" for name in exercise.kind.among) + "."
    stop = "" if exercise.title.endswith(("?", "!")) else "."
    gap = "\n\n" if exercise.question.startswith("```") else " "
    parts = [f"**{number}. {exercise.title}{stop}**{gap}{exercise.question}{words}"]
    if exercise.given:
        parts.append(fenced(exercise.given))
    if exercise.start and not exercise.start.rstrip().endswith(":\n    ..."):  # a listing to mend
        parts.append(fenced(exercise.start))
    minutes = f"{exercise.minutes} minute" + "s" * (exercise.minutes > 1)
    parts.append(f'*{exercise.level} · {minutes}* · `check("{exercise.id}", mine)`')
    for name, hint in zip(HINTS, exercise.hints, strict=False):
        parts.append(f'<details class="hint"><summary>{name}</summary>\n\n{hint}\n\n</details>')
    return "\n\n".join(parts)


def try_it(lesson: str) -> str:
    """The section *Try it* of a lesson."""
    return "\n\n".join([HEADING, HOW, *(ask(n, one) for n, one in enumerate(of(lesson), 1))])


def start(exercise: Exercise) -> str:
    """The code a reader's notebook has below an exercise."""
    given = f"{exercise.given.strip()}\n\n\n" if exercise.given and exercise.start else ""
    given = f"{exercise.given.strip()}\n\n" if exercise.given and not exercise.start else given
    return (
        f"from cnnlessons.exercises import check, solution\n\n{given}{exercise.start or 'mine = ...'}\n\n"
        f'check("{exercise.id}", mine)'
    )


def solved(exercise: Exercise) -> str:
    """The code of the solution."""
    parts = [part.strip() for part in (exercise.given, exercise.programs[0]) if part.strip()]
    return "\n\n".join(["from cnnlessons.exercises import check", *parts, f'check("{exercise.id}", mine)'])


def mistakes(exercise: Exercise) -> str:
    """Why the answer is right, other right ones, and what each mistake shows, for an instructor."""
    lines = [f"**Solution.** {exercise.why}"]
    lines += [f"Right too:\n\n{fenced(program)}" for program in exercise.programs[1:]]
    slips = "\n".join(f"- {written(slip)}: {slip.hint}" for slip in exercise.slips)
    return "\n\n".join([*lines, f"What a wrong answer shows:\n\n{slips}"])


def written(slip: Slip) -> str:
    """A slip in a line."""
    old, new = (f"`{' '.join(text.split())}`" for text in (slip.old, slip.new))
    new = new if slip.new.strip() else "nothing"
    return f"{new} in place of {old}" if slip.old else new


def solutions(titles: Mapping[str, str]) -> str:
    """The solutions of some lessons, PART/NAME → title, a heading a lesson; each answers to the exercise's id."""
    lines = []
    for lesson, title in titles.items():
        lines.append(f"## [{title}]({lesson}.ipynb#try-it)")
        for exercise in of(lesson):
            answer = exercise.right[0]
            shown = f"*{answer}.*" if isinstance(exercise.kind, Choice) else fenced(answer)
            lines += [f"({exercise.id})=", f"**{exercise.title}** ({exercise.level})", shown, exercise.why]
    return "\n\n".join(lines)


# ------------------------------------------------------------------ cells


def markdown(id: str, source: str, **metadata: Any) -> Cell:
    """A cell of prose."""
    return {"cell_type": "markdown", "id": id, "metadata": metadata, "source": source}


def code(id: str, source: str, **metadata: Any) -> Cell:
    """A cell of code that has not run."""
    return {
        "cell_type": "code",
        "id": id,
        "metadata": metadata,
        "source": source,
        "execution_count": None,
        "outputs": [],
    }


def cells(lesson: str, *, instructor: bool = False) -> list[Cell]:
    """The section *Try it* as cells of a notebook, each exercise with a cell to answer it.

    For an instructor a solution and what mistakes show follow each.
    """
    made = [markdown(PLACE, f"{HEADING}\n\n{HOW}")]
    for number, exercise in enumerate(of(lesson), 1):
        made += [markdown(f"ask-{exercise.id}", ask(number, exercise)), code(f"mine-{exercise.id}", start(exercise))]
        if instructor:
            made += [
                code(f"solution-{exercise.id}", solved(exercise)),
                markdown(f"mistakes-{exercise.id}", mistakes(exercise)),
            ]
    return made


def nbgrader(lesson: str) -> dict[str, Any]:
    """An assignment of a lesson's exercises, as nbgrader's source notebook: points are 1, 2, 3 by level."""
    made = []
    for number, exercise in enumerate(of(lesson), 1):
        begin, end = "### BEGIN SOLUTION", "### END SOLUTION"
        given = f"{exercise.given.strip()}\n\n" if exercise.given else ""
        answer = f"{given}{begin}\n{exercise.programs[0].strip()}\n{end}"
        test = (
            f"from cnnlessons.exercises import check\n\n"
            f'verdict = check("{exercise.id}", mine)\nassert verdict, verdict.text\nverdict'
        )
        points = LEVELS.index(exercise.level) + 1
        made += [
            markdown(f"ask-{exercise.id}", ask(number, exercise), nbgrader=graded(f"ask-{exercise.id}", locked=True)),
            code(f"mine-{exercise.id}", answer, nbgrader=graded(f"mine-{exercise.id}", solution=True)),
            code(
                f"test-{exercise.id}",
                test,
                nbgrader=graded(f"test-{exercise.id}", grade=True, locked=True, points=points),
            ),
        ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def assignments(lessons: Sequence[str], folder: Path) -> list[Path]:
    """Write source/NAME/NAME.ipynb of each lesson into the folder, and return the paths.

    Raises FileExistsError, before anything is written, where a notebook that somebody has changed would be lost.
    """
    files = {}
    for lesson in lessons:
        name = lesson.split("/")[-1]
        text = json.dumps(nbgrader(lesson), indent=1, ensure_ascii=False) + "\n"
        files[folder / "source" / name / f"{name}.ipynb"] = text
    for path, text in files.items():
        if path.exists() and path.read_text(encoding="utf-8") != text:
            raise FileExistsError(f"{path} is there already and differs; move it away, or name another folder")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def graded(id: str, *, grade: bool = False, solution: bool = False, locked: bool = False, points: int = 0) -> Cell:
    """nbgrader's metadata of a cell, schema version 3."""
    kept = {"grade": grade, "grade_id": id, "locked": locked, "schema_version": 3, "solution": solution, "task": False}
    return kept | ({"points": points} if grade else {})
