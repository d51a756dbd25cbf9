"""The sessions of the course: a deck of slides each, in `book/slides/NAME.md`, whose front matter says what belongs to it.

The one place that reads it, for extensions, tools and tests.
"""

import functools
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import excerpt
import yaml
from lessons import Lesson

SLIDES = Path(__file__).parents[1] / "slides"
MINUTES = 45  # of every session
NAMES = (
    "shapes",
    "lenet5",
    "lenet-bugs",
    "training",
    "losses",
    "activations",
    "dropout",
    "alexnet",
    "tricks",
    "two-gpus",
    "vgg",
    "size-and-cost",
)
# what is made of each, beside its page
PAPERS = {
    "slides": ".pdf",
    "slides with notes": "-notes.pdf",
    "worksheet": "-worksheet.pdf",
    "quiz": "-quiz.pdf",
    "key": "-quiz-key.pdf",
}
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
NOTES = re.compile(r"^:{3,}\{notes\} (\d+)$", re.MULTILINE)


class SessionError(ValueError):
    """A deck whose front matter cannot be used; the message names the deck and what is wrong."""


@dataclass(frozen=True)
class Live:
    """A cell to run before the class."""

    lesson: str
    piece: str  # of its source
    why: str


@dataclass(frozen=True)
class Session:
    """A deck, and what its front matter says."""

    name: str
    title: str
    lessons: tuple[str, ...]  # such as basics/shapes
    cells: tuple[Live, ...]
    prepare: str
    skip: str
    exercises: tuple[str, ...]  # ids
    minutes: int
    slides: int

    @property
    def number(self) -> int:
        """Its place in the course."""
        return NAMES.index(self.name) + 1

    @property
    def reading(self) -> int:
        """Minutes that its lessons take to read."""
        return sum(Lesson(excerpt.notebook(lesson)).minutes for lesson in self.lessons)


def title(lesson: str) -> str:
    """Of a lesson such as basics/shapes."""
    return Lesson(excerpt.notebook(lesson)).title


def exercises() -> dict[str, Any]:
    """The exercises of the package, by id."""
    try:
        from cnnlessons.exercises import EXERCISES
    except ImportError:
        return {}
    return dict(EXERCISES)


def front(name: str, text: str) -> dict[str, Any]:
    """The keys of a deck's front matter, each there and of its type."""
    found = FRONT.match(text)
    keys = yaml.safe_load(found[1]) if found else None
    wanted = {"lessons": list, "cells": list, "prepare": str, "skip": str, "exercises": list}
    if not isinstance(keys, dict):
        raise SessionError(f"book/slides/{name}.md does not begin with front matter: {', '.join(wanted)}")
    if wrong := sorted(keys.keys() ^ wanted.keys()):
        raise SessionError(f"the front matter of book/slides/{name}.md lacks or does not know {', '.join(wrong)}")
    for key, kind in wanted.items():
        if not isinstance(keys[key], kind) or (kind is list and not all(isinstance(one, str) for one in keys[key])):
            raise SessionError(f"book/slides/{name}.md: {key} is no {'text' if kind is str else 'list of texts'}")
    if not keys["lessons"] or not keys["prepare"].strip():
        raise SessionError(f"book/slides/{name}.md names no lesson, or nothing to prepare")
    return keys


def live(name: str, line: str) -> Live:
    """One of a deck's `cells`; the book has it."""
    words = [word.strip() for word in line.split(" :: ")]
    if len(words) != len(fields(Live)):
        raise SessionError(f"book/slides/{name}.md: {line!r} is not LESSON :: PIECE OF A CELL :: WHY")
    excerpt.cell(words[0], words[1])
    return Live(*words)


def read(name: str, folder: Path = SLIDES) -> Session:
    """The session of a deck. Raises `SessionError` for what is missing and what the book does not have."""
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    keys = front(name, text)
    heading = re.search(r"^# (.+)$", text, re.MULTILINE)
    if not heading:
        raise SessionError(f"book/slides/{name}.md has no title")
    try:
        for lesson in keys["lessons"]:
            excerpt.notebook(lesson)
        cells = tuple(live(name, line) for line in keys["cells"])
    except excerpt.ExcerptError as error:
        raise SessionError(f"book/slides/{name}.md: {error}") from None
    known = exercises()
    if known and (unknown := [id for id in keys["exercises"] if id not in known]):
        raise SessionError(f"book/slides/{name}.md: there is no exercise {', '.join(unknown)}")
    times = [int(minutes) for minutes in NOTES.findall(text)]
    return Session(
        name,
        heading[1].strip(),
        tuple(keys["lessons"]),
        cells,
        keys["prepare"].strip(),
        keys["skip"].strip(),
        tuple(keys["exercises"]),
        sum(times),
        len(times),
    )


def written(folder: Path = SLIDES) -> list[str]:
    """The names of the decks that there are, in the order of the course; one that is not in the course is an error."""
    there = {path.stem for path in folder.glob("*.md")} - {"index"}
    if strangers := there - set(NAMES):
        raise SessionError(f"not in the course (book/_ext/sessions.py): {', '.join(sorted(strangers))}")
    return [name for name in NAMES if name in there]


@functools.cache
def course() -> dict[str, Session]:
    """All sessions in order, by name."""
    return {name: read(name) for name in written()}
