"""Exercises that grade themselves, and quizzes: questions, right answers, slips, hints. All lessons use it.

>>> from cnnlessons.exercises import EXERCISES, check
>>> check("fill-the-holes", 60_000)
Not yet. …
"""

from cnnlessons.exercises.exercise import Exercise, Slip, edit, instead
from cnnlessons.exercises.grading import Verdict, check, expected, solution
from cnnlessons.exercises.kinds import Choice, Function, Meets, Names, Network, Number, Values
from cnnlessons.exercises.lessons import EXERCISES

__all__ = [
    "EXERCISES",
    "Choice",
    "Exercise",
    "Function",
    "Meets",
    "Names",
    "Network",
    "Number",
    "Slip",
    "Values",
    "Verdict",
    "check",
    "edit",
    "expected",
    "instead",
    "solution",
]
