"""Quizzes: ten questions a session, generated, so that another seed is another quiz with its own key."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from cnnlessons.errors import unknown
from cnnlessons.exercises import quizzes


@dataclass(frozen=True)
class Item:
    """One question with four answers, in Markdown with `$math$`.

    `wrong` maps each of three wrong answers to the mistake that leads there; `why` says how the right one comes about.
    """

    text: str
    right: str
    wrong: Mapping[str, str]
    why: str

    def __post_init__(self) -> None:
        if len(self.wrong) != 3 or self.right in self.wrong:
            raise ValueError(f"wrong: {self.text!r} needs three wrong answers, none of them {self.right!r}")


Question = Callable[[Random], Item]


@dataclass(frozen=True)
class Posed:
    """An item as a student gets it: its answers in an order, and where the right one stands."""

    item: Item
    answers: tuple[str, ...]

    @property
    def letter(self) -> str:
        """Of the right answer."""
        return "ABCD"[self.answers.index(self.item.right)]


def names() -> list[str]:
    """The sessions that have a quiz; each is named like its deck of slides."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(quizzes.__path__))


def quiz(session: str, seed: int = 1) -> list[Posed]:
    """The ten questions of a session, their numbers and the order of their answers by the seed.

    Raises `UnknownName` for a session that has no quiz.
    """
    if session not in names():
        raise unknown("quiz", session, names())
    module = importlib.import_module(f"{quizzes.__name__}.{session.replace('-', '_')}")
    questions: tuple[Question, ...] = module.QUESTIONS
    posed = []
    for n, question in enumerate(questions):
        random = Random(f"{session} {seed} {n}")
        item = question(random)
        answers = [item.right, *item.wrong]
        random.shuffle(answers)
        posed.append(Posed(item, tuple(answers)))
    return posed


def paper(session: str, seed: int = 1, *, key: bool = False) -> str:
    """A quiz as Markdown; with `key` the letters, why the right answer is right and what each wrong one shows."""
    lines = []
    for n, posed in enumerate(quiz(session, seed), 1):
        lines.append(f"**{n}.** {posed.item.text}\n")
        for letter, answer in zip("ABCD", posed.answers, strict=True):
            right = answer == posed.item.right
            word = "" if not key else f" – **right.** {posed.item.why}" if right else f" – {posed.item.wrong[answer]}"
            lines.append(f"- **{letter}** {answer}{word}")
        lines.append("")
    return "\n".join(lines)
