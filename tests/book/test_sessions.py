"""Twelve sessions of 45 minutes: what is the same in every deck, held against its source."""

import re
from dataclasses import dataclass

import pytest
import sessions

from cnnlessons.exercises import quiz

NOTES = re.compile(r"^(:{3,})\{notes\} (\d+)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
WIDGET = re.compile(r"^:{3,}\{widget-from\}", re.MULTILINE)
QUESTION = re.compile(r"^:{3,}\{container\} question\b", re.MULTILINE)
GOOD = "---\nlessons: [basics/shapes]\ncells: []\nprepare: Open it.\nskip: Nothing.\nexercises: []\n---\n# One\n"


@dataclass(frozen=True)
class Slide:
    """One slide's source, and its notes."""

    title: str
    text: str

    @property
    def notes(self) -> str:
        return "\n".join(found[3] for found in NOTES.finditer(self.text))

    @property
    def asks(self) -> bool:
        return bool(QUESTION.search(self.text))


@pytest.fixture(params=sessions.written())
def name(request):
    return request.param


@pytest.fixture
def slides(name):
    text = sessions.FRONT.sub("", (sessions.SLIDES / f"{name}.md").read_text(encoding="utf-8"))
    parts = re.split(r"^##? (.+)$", text, flags=re.MULTILINE)
    return [Slide(title, body) for title, body in zip(parts[1::2], parts[2::2], strict=True)]


def test_every_session_has_a_deck_and_a_quiz():
    assert sessions.written() == list(sessions.NAMES)
    assert quiz.names() == sorted(sessions.NAMES)


def test_a_deck_is_45_minutes_long_and_18_to_24_slides(name, slides):
    session = sessions.read(name)
    assert session.minutes == sessions.MINUTES
    assert session.slides == len(slides)
    assert 18 <= len(slides) <= 24


def test_every_slide_has_notes(slides):
    assert [slide.title for slide in slides if len(slide.notes.split()) < 15] == []


def test_seven_questions_each_answered_on_the_next_slide(slides):
    """A question is never the last word, and is never followed by another."""
    asked = [slide.asks for slide in slides]
    assert sum(asked) >= 7
    assert not any(one and other for one, other in zip(asked, [*asked[1:], True], strict=True))


def test_something_moves(slides):
    assert sum(len(WIDGET.findall(slide.text)) for slide in slides) >= 1


@pytest.mark.parametrize(("label", "least"), [("Ask", 5), ("Mistake", 5), ("Board", 3)])
def test_notes_say_what_to_ask_what_goes_wrong_and_what_to_draw(slides, label, least):
    assert sum(slide.notes.count(f"**{label}.**") for slide in slides) >= least


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# One\n", "does not begin with front matter"),
        (GOOD.replace("skip: Nothing.\n", ""), "lacks or does not know skip"),
        (GOOD.replace("cells: []", "cells: []\nlesson: a"), "lacks or does not know lesson"),
        (GOOD.replace("prepare: Open it.", "prepare: 3"), "prepare is no text"),
        (GOOD.replace("[basics/shapes]", "[1998]"), "lessons is no list of texts"),
        (GOOD.replace("[basics/shapes]", "[]"), "names no lesson"),
        (GOOD.replace("basics/shapes", "basics/shape"), r"no lesson book/basics/shape\.ipynb"),
        (GOOD.replace("cells: []", 'cells: ["basics/shapes :: x"]'), "is not LESSON :: PIECE"),
        (GOOD.replace("cells: []", 'cells: ["basics/shapes :: no such line :: why"]'), "no code cell"),
        (GOOD.replace("# One\n", ""), "has no title"),
    ],
)
def test_front_matter_that_cannot_be_used_names_its_deck(tmp_path, text, complaint):
    (tmp_path / "one.md").write_text(text)
    with pytest.raises(sessions.SessionError, match=rf"book/slides/one\.md.*{complaint}"):
        sessions.read("one", tmp_path)


def test_homework_is_two_to_four_exercises(name):
    assert 2 <= len(sessions.read(name).exercises) <= 4


def test_front_matter_is_read(tmp_path):
    (tmp_path / "one.md").write_text(GOOD + ":::{notes} 2\n")
    session = sessions.read("one", tmp_path)
    assert (session.title, session.lessons, session.minutes) == ("One", ("basics/shapes",), 2)


def test_a_deck_outside_the_course_is_refused(tmp_path):
    (tmp_path / "one.md").write_text(GOOD)
    with pytest.raises(sessions.SessionError, match=r"not in the course.*one"):
        sessions.written(tmp_path)


def test_slides_that_can_be_skipped_are_there(name, slides):
    titles = " / ".join(re.sub(r"\{\w+\}`[^`]*`", "", slide.title) for slide in slides)
    named = re.findall(r"\*([^*]+)\*", sessions.read(name).skip)
    assert [title for title in named if title not in titles] == []
