"""The errors a user's own mistake raises; each message says what is wrong and the way out."""

from collections.abc import Iterable
from typing import Any


class ShapeError(ValueError):
    """A layer cannot take the shape it is given. Names the layer, the sizes and the way out."""


class UnknownName(ValueError):
    """A name that is not in a catalogue; the message suggests the nearest one."""


def unknown(what: str, name: object, known: Iterable[Any], cutoff: float = 0.6) -> UnknownName:
    """The error for `name`, which is not one of `known`; suggests the nearest, whatever its case."""
    from difflib import get_close_matches

    known = list(known)
    by_case = {str(one).lower(): one for one in known}
    near = get_close_matches(str(name).lower(), list(by_case), n=1, cutoff=cutoff)
    hint = f"did you mean {by_case[near[0]]!r}?" if near else "known: " + ", ".join(map(repr, known))
    return UnknownName(f"no {what} named {name!r}; {hint}")
