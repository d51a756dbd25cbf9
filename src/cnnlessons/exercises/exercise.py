"""An exercise: a question, right programs, and slips, which are edits of the right program that people make."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cnnlessons.exercises.kinds import Kind

LEVELS = ("warm-up", "core", "challenge")


@dataclass(frozen=True)
class Slip:
    """A plausible wrong answer and what to say to whoever gives it: `old` in the right answer became `new`.

    Without `old`, `new` stands in place of the whole answer.
    """

    old: str
    new: str
    hint: str


def edit(old: str, new: str, hint: str) -> Slip:
    """The right answer with `old`, which stands in it once, replaced."""
    return Slip(old, new, hint)


def instead(answer: str, hint: str) -> Slip:
    """Another answer altogether: an expression, a choice, or a program that leaves `mine`."""
    return Slip("", answer, hint)


@dataclass(frozen=True, eq=False)
class Exercise:
    """One exercise of a lesson.

    `right` has right answers, the first of which is shown as the solution. An answer is an expression, for a `Choice`
    the choice itself, or a program that leaves `mine`; it stands alone, after what is `given` to the reader too.
    `why` says how the answer comes about; a reader sees it after a right answer. `start` is what a reader's notebook
    has in place of `mine = ...`. `same` lists mutants of the first right answer that are right too, a line of each
    with the reason.
    """

    id: str
    title: str
    level: str  # warm-up, core or challenge
    minutes: int
    question: str  # Markdown with $math$
    kind: Kind
    right: tuple[str, ...]
    slips: tuple[Slip, ...]
    why: str
    hints: tuple[str, ...] = ()
    given: str = ""
    start: str = ""
    same: Mapping[str, str] = field(default_factory=dict)
    lesson: str = ""  # PART/NAME, from the module that holds it

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"level: {self.level!r} of {self.id} is none of {', '.join(LEVELS)}")
        if len(self.hints) > 2:
            raise ValueError(f"hints: {self.id} has {len(self.hints)}; two are enough")
        for slip in self.slips:
            times = self.right[0].count(slip.old) if slip.old else 1
            if times != 1:
                raise ValueError(f"slips: {slip.old!r} stands {times} times in {self.id}, not once")

    def program(self, answer: str) -> str:
        """An answer as a program that leaves `mine`."""
        return self.kind.program(answer)

    @property
    def programs(self) -> tuple[str, ...]:
        """The right ones."""
        return tuple(map(self.program, self.right))

    def wrong(self, slip: Slip) -> str:
        """The program of a slip."""
        return self.program(self.right[0].replace(slip.old, slip.new) if slip.old else slip.new)
