"""Grade an answer: right, a slip known by what it does, or something else; a sentence, never a traceback."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from cnnlessons.errors import unknown
from cnnlessons.exercises.exercise import Exercise
from cnnlessons.exercises.kinds import Choice, Number
from cnnlessons.exercises.lessons import EXERCISES
from cnnlessons.exercises.running import Wrong, bounded, run
from cnnlessons.predictions import Answer, answer


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and what to say to it."""

    right: bool
    text: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return f"{'Right.' if self.right else 'Not yet.'} {self.text}"

    def _repr_markdown_(self) -> str:
        return f"**{'Right.' if self.right else 'Not yet.'}** {self.text}"


def check(id: str, mine: Any = ...) -> Verdict:
    """Grade `mine` as an answer to the exercise `id`; offline, in at most ten seconds.

    Never raises: what cannot be graded gets a sentence that says why.
    """
    exercise = EXERCISES.get(id) if isinstance(id, str) else None
    if exercise is None:
        return Verdict(False, f"check wants the name of an exercise first: {unknown('exercise', id, EXERCISES)}.")
    if mine is ...:
        return Verdict(False, "Nothing is there to check yet: put your answer in place of the dots.")
    kind = exercise.kind
    solution = seen_of(exercise.id, exercise.programs[0])
    try:
        seen = bounded(lambda: kind.see(mine, exercise.given))
    except Wrong as wrong:
        return Verdict(False, str(wrong))
    if kind.right(seen, solution):
        return Verdict(True, exercise.why)
    for slip in exercise.slips:
        if kind.same(seen, seen_of(exercise.id, exercise.wrong(slip))):
            return Verdict(False, slip.hint)
    return Verdict(False, kind.differ(seen, solution))


@cache
def seen_of(id: str, program: str) -> Any:
    """What the kind of an exercise sees in a program of ours."""
    exercise = EXERCISES[id]
    return exercise.kind.see(run(program, exercise.given)["mine"], exercise.given)


def solution(id: str) -> str:
    """The right answer to an exercise and why, as text. Raises `UnknownName` for a name that is none."""
    if id not in EXERCISES:
        raise unknown("exercise", id, EXERCISES)
    exercise = EXERCISES[id]
    return f"{exercise.right[0].strip()}\n\n{exercise.why}"


def expected(exercise: Exercise) -> Answer | None:
    """What the page needs to grade an answer without a kernel: of numbers and choices, None for the others."""
    kind = exercise.kind
    if not isinstance(kind, Number | Choice):
        return None
    values = [seen_of(exercise.id, program) for program in (exercise.programs[0], *map(exercise.wrong, exercise.slips))]
    slips = {value: slip.hint for value, slip in zip(values[1:], exercise.slips, strict=True)}
    if isinstance(kind, Choice):
        return answer(values[0], slips=slips, choices=kind.choices)
    return answer(values[0], slips=slips, within=kind.within, unit=kind.unit)
