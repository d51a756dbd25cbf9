"""What the arguments of a layer may be: `Layer` checks each where a layer is made, by the rule in its field."""

from collections.abc import Callable
from math import isfinite
from numbers import Real
from operator import index
from typing import Any

Pair = tuple[int, int]  # (height, width)
Sides = int | Pair  # one number for both axes, or (height, width)
Rule = Callable[
    [object], Any
]  # the value as the layer keeps it; raises `ValueError` with the words for what it must be


def pair(sides: Sides) -> Pair:
    """(height, width) of one number for both, or of a pair."""
    return sides if isinstance(sides, tuple) else (sides, sides)


def area(sides: Sides) -> int:
    """Height times width."""
    height, width = pair(sides)
    return height * width


def as_whole(value: object, least: int, most: int | None) -> int | None:
    """`value` as an int, also from NumPy's; None for what is no whole number in these bounds, such as True or 5.0."""
    if isinstance(value, bool):
        return None
    try:
        n = index(value)  # type: ignore[arg-type]
    except TypeError:
        return None
    return n if n >= least and (most is None or n <= most) else None


def whole(least: int = 1, most: int | None = None) -> dict[str, Rule]:
    """The metadata of a field that is a whole number from `least` (to `most`)."""

    def rule(value: object) -> int:
        n = as_whole(value, least, most)
        if n is None:
            raise ValueError(f"a whole number from {least}" + (f" to {most:,}" if most else ""))
        return n

    return {"rule": rule}


def odd(most: int) -> dict[str, Rule]:
    """The metadata of a field that is an odd whole number up to `most`: the side of a window that has a middle."""

    def rule(value: object) -> int:
        n = as_whole(value, 1, most)
        if n is None or n % 2 == 0:
            raise ValueError(f"an odd whole number from 1 to {most:,}")
        return n

    return {"rule": rule}


def sides(least: int = 1, *, optional: str = "", words: tuple[str, ...] = ()) -> dict[str, Rule]:
    """The metadata of a field that is a whole number, or a pair of them; two equal ones become one.

    It may be None where `optional` says what that stands for, and one of `words`.
    """

    def rule(value: object) -> Sides | str | None:
        if value is None and optional:
            return None
        if isinstance(value, str) and value in words:
            return value
        found: list[int | None]
        if isinstance(value, tuple | list) and len(value) == 2:
            found = [as_whole(n, least, None) for n in value]
        else:
            found = [as_whole(value, least, None)]
        numbers = [n for n in found if n is not None]
        if len(numbers) < len(found):
            others = [*map(repr, words), *([f"None for {optional}"] if optional else [])]
            wanted = f"a whole number from {least}, or a pair (height, width) of them"
            raise ValueError(f"{wanted}, or {' or '.join(others)}" if others else wanted)
        return numbers[0] if numbers[0] == numbers[-1] else (numbers[0], numbers[-1])

    return {"rule": rule}


def number(least: float | None = None, below: float | None = None) -> dict[str, Rule]:
    """The metadata of a field that is a finite number, from `least` and under `below` if they are given."""

    def rule(value: object) -> float:
        good = isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)
        if good and (least is None or value >= least) and (below is None or value < below):  # type: ignore[operator]
            return value if type(value) in (int, float) else float(value)  # type: ignore[return-value,arg-type]
        raise ValueError("a finite number" if below is None else f"a number from {least:g} and below {below:g}")

    return {"rule": rule}


def switch() -> dict[str, Rule]:
    """The metadata of a field that is True or False."""

    def rule(value: object) -> bool:
        if type(value).__name__ not in ("bool", "bool_"):  # Python's and NumPy's
            raise ValueError("True or False")
        return bool(value)

    return {"rule": rule}


def rows(wanted: str, cells: Callable[[tuple[int, ...]], bool], *, optional: bool = False) -> dict[str, Rule]:
    """The metadata of a field that is a table: rows of whole numbers, each row one that `cells` takes."""

    def rule(value: object) -> tuple[tuple[int, ...], ...] | None:
        if value is None and optional:
            return None
        try:
            table = tuple(tuple(index(n) for n in row) for row in value)  # type: ignore[attr-defined]
        except TypeError:
            table = ()
        if not table or not all(map(cells, table)):
            raise ValueError(wanted)
        return table

    return {"rule": rule}
