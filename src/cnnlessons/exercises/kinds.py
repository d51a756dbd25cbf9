"""What kinds of answers there are: how each is looked at, and when two are the same.

A kind's `see` turns an answer into what can be compared, or raises `Wrong` with a sentence. A wrong answer is known by
what it does: it is a slip if the slip looks the same.
"""

import copy
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnlessons.errors import ShapeError
from cnnlessons.exercises.running import TooLong, Wrong, run, said, still
from cnnlessons.networks import Arch, trace

CLOSE = 1e-4  # relative, for numbers that were computed


@dataclass(frozen=True)
class Kind:
    """An answer of some kind."""

    def program(self, answer: str) -> str:
        """A short answer as a program."""
        whole = re.search(r"^(mine\b.*=|(def|class) mine\b)", answer, re.MULTILINE)
        return answer if whole else f"mine = {answer}"

    def see(self, mine: Any, given: str = "") -> Any:
        """What of an answer counts."""
        raise NotImplementedError

    def same(self, one: Any, other: Any) -> bool:
        """Whether two answers that were seen are the same."""
        return bool(one == other)

    def right(self, seen: Any, solution: Any) -> bool:
        """Whether an answer that was seen is right."""
        return self.same(seen, solution)

    def differ(self, seen: Any, solution: Any) -> str:
        """A sentence on an answer that is wrong in a way nobody has foreseen."""
        return "That is not it."


def numeric(mine: Any) -> float:
    """One number, from any library's scalar."""
    if isinstance(mine, bool | str | bytes) or callable(mine):
        raise Wrong(f"A number is wanted, not {kind_of(mine)}.")
    try:
        number = float(mine)
    except Exception:  # arrays of several numbers, lists, objects: each library has its own error
        raise Wrong(f"One number is wanted, not {kind_of(mine)}.") from None
    if not math.isfinite(number):
        raise Wrong(f"A number is wanted, and {number} is none.")
    return number


def kind_of(value: Any) -> str:
    """In words."""
    if value is None:
        return "None (does a function lack its return?)"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    shape = getattr(value, "shape", None)
    return f"a {type(value).__name__}" + (f" of shape {tuple(shape)}" if isinstance(shape, tuple) else "")


@dataclass(frozen=True)
class Number(Kind):
    """A number; `within` says how far from the solution is right (whole numbers: exactly, others: half a per cent)."""

    unit: str = ""
    within: float = 0.0

    def see(self, mine: Any, given: str = "") -> float:
        """The number."""
        return numeric(mine)

    def same(self, one: float, other: float) -> bool:
        """Near enough."""
        return abs(one - other) <= (self.within or (0 if float(other).is_integer() else abs(other) * 0.005) + 1e-9)

    def differ(self, seen: float, solution: float) -> str:
        """Which way it is off; of what is nearly right, that more digits are wanted."""
        if not float(solution).is_integer() and abs(seen - solution) <= 0.04 * abs(solution):
            return f"{seen:,.6g} is nearly right: give it more exactly."
        return f"{seen:,.6g} is too {'low' if seen < solution else 'high'}."


def typed(words: str) -> str:
    """Words as a keyboard has them: one case, no → × or −."""
    for sign, keys in (("→", "->"), ("×", "x"), ("−", "-"), ("–", "-"), ("’", "'")):
        words = words.replace(sign, keys)
    return " ".join(words.split()).lower().rstrip(".")


@dataclass(frozen=True)
class Choice(Kind):
    """One of some words."""

    choices: tuple[str, ...]

    def program(self, answer: str) -> str:
        """The choice is the answer."""
        return f"mine = {answer!r}"

    def see(self, mine: Any, given: str = "") -> str:
        """The choice, whatever its case."""
        if isinstance(mine, str):
            for choice in self.choices:
                if typed(mine) == typed(choice):
                    return choice
        raise Wrong(f"Answer with one of: {', '.join(map(repr, self.choices))}.")


@dataclass(frozen=True)
class Names(Kind):
    """Some of the words in `among`, in any order: a set, list or tuple of them."""

    among: tuple[str, ...]

    def see(self, mine: Any, given: str = "") -> frozenset[str]:
        """The words, whatever their case."""
        if isinstance(mine, str):
            mine = [mine]
        if not isinstance(mine, list | tuple | set | frozenset) or not all(isinstance(one, str) for one in mine):
            raise Wrong(f"Answer with a list of some of: {', '.join(map(repr, self.among))}.")
        known = {name.lower(): name for name in self.among}
        for one in sorted(mine):
            if one.strip().lower() not in known:
                raise Wrong(f"{one!r} is none of: {', '.join(map(repr, self.among))}.")
        return frozenset(known[one.strip().lower()] for one in mine)

    def differ(self, seen: frozenset[str], solution: frozenset[str]) -> str:
        """How many are right, not which."""
        return f"{len(seen & solution)} of your {len(seen)} belong there; missing: {len(solution - seen)}."


@dataclass(frozen=True)
class Values(Kind):
    """Several numbers: a list, tuple or array of any shape; with `names` also a dictionary with these keys."""

    names: tuple[str, ...] = ()
    within: float = 0.0  # absolute; without it to four digits
    ordered: bool = True  # or in any order, also as a set

    def see(self, mine: Any, given: str = "") -> Any:
        """An array."""
        if isinstance(mine, Mapping) and self.names:
            if set(mine) != set(self.names):
                keys = ", ".join(map(str, mine))
                raise Wrong(f"The dictionary has the keys {keys}; wanted: {', '.join(self.names)}.")
            mine = [mine[name] for name in self.names]
        found = array(list(mine) if isinstance(mine, set | frozenset) and not self.ordered else mine)
        if found is not None and not self.ordered:
            found.sort()
        if found is None:
            wanted = f" for {', '.join(self.names)}" if self.names else ""
            raise Wrong(f"A list of numbers is wanted{wanted}, not {kind_of(mine)}.")
        return found

    def same(self, one: Any, other: Any) -> bool:
        """All of them."""
        return alike(one, other, self.within)

    def differ(self, seen: Any, solution: Any) -> str:
        """Shape, or the first entry that is off."""
        if seen.shape != solution.shape:
            return f"Your answer has {counted(seen)}, the solution {counted(solution)}."
        for n, (one, other) in enumerate(zip(seen.flat, solution.flat, strict=True)):
            if not alike(one, other, self.within):
                return f"{self.names[n] if self.names else f'Entry {n}, counted from 0,'} is not {one:,.6g}."
        return "That is not it."


def counted(found: Any) -> str:
    """How many numbers, or which shape."""
    return f"{found.size} numbers" if found.ndim == 1 else f"the shape {found.shape}"


def array(value: Any) -> Any:
    """Numbers of any library as an array of floats, or None."""
    import numpy as np

    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if isinstance(value, list | tuple) and value and all(hasattr(one, "detach") for one in value):
        value = [one.detach().cpu().numpy() for one in value]
    try:
        found = np.asarray(value)
        return found.astype(float) if found.dtype.kind in "iufb" and found.size else None
    except Exception:  # ragged lists, objects: each version of numpy has its own error
        return None


def alike(one: Any, other: Any, within: float = 0.0) -> bool:
    """The same shape and, to four digits, the same numbers; equality for what is none."""
    import numpy as np

    if isinstance(one, Raised) or isinstance(other, Raised) or isinstance(one, str) or isinstance(other, str):
        return bool(type(one) is type(other) and one == other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key], within) for key in one)
    a, b = array(one), array(other)
    if a is not None and b is not None:
        near = {"rtol": 0, "atol": within} if within else {"rtol": CLOSE, "atol": 1e-6}
        return a.shape == b.shape and np.allclose(a, b, equal_nan=True, **near)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(alike(x, y, within) for x, y in zip(one, other, strict=True))
    try:
        return type(one) is type(other) and bool(one == other)
    except Exception:  # arrays without any number, which are neither true nor false
        return False


@dataclass(frozen=True)
class Raised:
    """A case in which a function raised."""

    error: str


@dataclass(frozen=True)
class Function(Kind):
    """A function, called with each of the `cases`: an expression, after what is given, with a list of tuples."""

    cases: str
    within: float = 0.0

    def arguments(self, given: str) -> list[tuple[Any, ...]]:
        """Of all cases, made anew."""
        return list(run(f"cases = {self.cases}", given)["cases"])

    def see(self, mine: Any, given: str = "") -> list[tuple[tuple[Any, ...], Any]]:
        """What it returns for each case."""
        if isinstance(mine, type) or not callable(mine):
            raise Wrong(f"A function is wanted, not {kind_of(mine)}.")
        results = []
        for case in self.arguments(given):
            still()
            try:
                results.append((case, mine(*copy.deepcopy(case))))
            except TooLong:
                raise
            except BaseException as error:
                results.append((case, Raised(said(error))))
        return results

    def same(self, one: Any, other: Any) -> bool:
        """In every case."""
        return all(
            (isinstance(a, Raised) and isinstance(b, Raised)) or alike(a, b, self.within)
            for (_, a), (_, b) in zip(one, other, strict=True)
        )

    def differ(self, seen: Any, solution: Any) -> str:
        """The first case that is wrong."""
        for (case, mine), (_, wanted) in zip(seen, solution, strict=True):
            if not alike(mine, wanted, self.within):
                return different(call(case), mine, wanted)
        return "That is not it."


def different(where: str, mine: Any, wanted: Any) -> str:
    """What a function returns in a case, and what it should."""
    if isinstance(mine, Raised):
        return f"{where} raises {mine.error}."
    if mine is None:
        return f"{where} returns None; does the function lack its return?"
    listed = isinstance(mine, list | tuple) and isinstance(wanted, list | tuple) and len(mine) == len(wanted)
    a, b = array(mine), array(wanted)
    if listed and b is None:
        n = next(n for n, (one, other) in enumerate(zip(mine, wanted, strict=True)) if not alike(one, other))
        return different(f"{where}, entry {n} of the list,", mine[n], wanted[n])
    if a is None or b is None or isinstance(wanted, bool):
        return f"{where} returns {short(mine)}, and should return {short(wanted)}."
    if a.shape != b.shape:
        return f"{where} returns {counted(a)}, and should return {counted(b)}."
    if a.size == 1:
        return f"{where} returns {a.item():,.6g}, and should return {b.item():,.6g}."
    if a.size <= 4:
        return f"{where} returns {short(mine)}, and should return {short(wanted)}."
    off = sum(not alike(x, y) for x, y in zip(a.flat, b.flat, strict=True))
    return f"{where} has the right shape, and {off} of {a.size} numbers {'is' if off == 1 else 'are'} wrong."


def short(value: Any) -> str:
    """A value on a line; a small tensor as a list."""
    if hasattr(value, "tolist") and getattr(value, "size", None) is not None:
        value = rounded(value.tolist())
    text = re.sub(r"\s+", " ", repr(value))
    return text if len(text) <= 60 else kind_of(value)


def rounded(value: Any) -> Any:
    """Numbers of nested lists to four digits."""
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def call(case: tuple[Any, ...]) -> str:
    """A case as a call."""
    return f"mine({', '.join(short(one) for one in case)})"


@dataclass(frozen=True)
class Network(Kind):
    """An `Arch` or an `nn.Module`, the same as the solution layer by layer; `input` is (C, H, W)."""

    input: tuple[int, ...]

    def see(self, mine: Any, given: str = "") -> list[tuple[Any, ...]]:
        """The rows of its trace, without names."""
        rows = traced(mine, self.input)
        named = [(named_layer(row.layer), row.shape_out, row.params) for row in rows]
        return [one for one in named if one[0] != "Flatten"]

    def differ(self, seen: list[tuple[Any, ...]], solution: list[tuple[Any, ...]]) -> str:
        """The first layer that is another."""
        for n, (one, other) in enumerate(zip(seen, solution, strict=False), 1):
            if one != other:
                word, shape, params = one
                what = f"Your layer {n} is a {word} that returns {'×'.join(map(str, shape))} with {params:,} parameters"
                same = [a == b for a, b in zip(one, other, strict=True)]
                part = "kind" if not same[0] else "shape" if not same[1] else "number of parameters"
                return f"{what}; another {part} is wanted there."
        return f"Your network has {len(seen)} layers, not counting flattening; {len(solution)} are wanted."


def named_layer(layer: Any) -> str:
    """The kind of a layer: of the package's its class, of another module what its class is called there."""
    name = type(layer).__name__
    return str(layer.word).removesuffix("2d") if name == "Foreign" else name


def traced(mine: Any, input: tuple[int, ...]) -> Any:
    """The trace of a network; raises `Wrong` for what is none or does not fit."""
    if isinstance(mine, type) or not (isinstance(mine, Arch) or hasattr(mine, "state_dict")):
        hint = "; make one, with brackets" if isinstance(mine, type) else ""
        raise Wrong(f"A network is wanted, an Arch or an nn.Module, not {kind_of(mine)}{hint}.")
    if any(type(weights).__name__.startswith("Uninitialized") for weights in getattr(mine, "parameters", list)()):
        raise Wrong("A lazy layer has no size yet: give it its number of inputs, which is part of the question.")
    try:
        return trace(mine, input)
    except ShapeError as error:
        raise Wrong(f"The network cannot read an input of {'×'.join(map(str, input))}: {said(error)}.") from None


@dataclass(frozen=True)
class Meets(Kind):
    """Anything that meets conditions.

    `measure` maps names to expressions of `mine`, evaluated after what is given; `conditions` maps expressions of those
    names to what is said where one is false, with the names in braces.
    """

    measure: Mapping[str, str]
    conditions: Mapping[str, str]

    def see(self, mine: Any, given: str = "") -> dict[str, Any]:
        """What was measured."""
        names = {**run("", given), "mine": mine, "traced": traced}
        found: dict[str, Any] = {}
        for name, expression in self.measure.items():
            still()
            try:
                found[name] = eval(expression, {**names, **found})
            except (Wrong, TooLong):
                raise
            except BaseException as error:
                raise Wrong(f"From {kind_of(mine)} the {name} cannot be read ({said(error)}).") from None
        return found

    def same(self, one: Any, other: Any) -> bool:
        """The same measures."""
        return alike(one, other)

    def failed(self, seen: dict[str, Any]) -> str | None:
        """What is said to the first condition that is false."""
        for condition, sentence in self.conditions.items():
            if not eval(condition, dict(seen)):
                return sentence.format(**seen)
        return None

    def right(self, seen: dict[str, Any], solution: Any) -> bool:
        """All conditions are met."""
        return self.failed(seen) is None

    def differ(self, seen: dict[str, Any], solution: Any) -> str:
        """The first that is not."""
        return self.failed(seen) or "That is not it."
