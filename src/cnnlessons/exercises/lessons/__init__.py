"""The exercises of the lessons: a module a lesson, with `LESSON` and `EXERCISES` in the order of the page."""

import importlib
import pkgutil
from dataclasses import replace

from cnnlessons.exercises.exercise import Exercise


def collected() -> dict[str, Exercise]:
    """All exercises by id. Raises ValueError for two of one id."""
    found: dict[str, Exercise] = {}
    for module in pkgutil.iter_modules(__path__):
        lesson = importlib.import_module(f"{__name__}.{module.name}")
        for exercise in lesson.EXERCISES:
            if exercise.id in found:
                raise ValueError(f"two exercises are named {exercise.id}")
            found[exercise.id] = replace(exercise, lesson=lesson.LESSON)
    return found


EXERCISES = collected()
