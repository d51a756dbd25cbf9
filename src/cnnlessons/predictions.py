"""What a Predict box of a lesson expects: the answer, and the slips people make, computed when the notebook runs.

The page reads them from the cell's output and replies to a reader's guess; nbval computes them again and compares.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MIME = "application/vnd.cnnlessons.answer+json"


@dataclass(frozen=True)
class Answer:
    """The answer to one prediction: a number, with how far a guess may lie from it, or one of several choices."""

    value: float | str
    within: float = 0.0  # guesses so near count as right, in the number's own unit
    unit: str = ""  # "%", "MB": said behind the number
    choices: tuple[str, ...] = ()
    slips: Mapping[float | str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """What the page reads; slips as pairs, for JSON has no numbers as keys."""
        return {
            "value": self.value,
            "shown": shown(self.value, self.unit),
            "within": self.within,
            "unit": self.unit,
            "choices": list(self.choices),
            "slips": [[value, meaning] for value, meaning in self.slips.items()],
        }

    def __repr__(self) -> str:
        return f"the answer: {shown(self.value, self.unit)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {MIME: self.as_dict(), "text/plain": repr(self)}


def answer(
    value: float | str,
    *,
    slips: Mapping[Any, str] | None = None,
    within: float = 0.0,
    unit: str = "",
    choices: Iterable[str] = (),
) -> Answer:
    """Keep the `value` that a Predict box asks for, as the last line of a cell tagged `check`.

    `value` is a number, taken from what the lesson computed, or one of the `choices` that the question names.
    A guess at most `within` away is right. `slips` says what a wrong guess reveals: {6 * 25: "Six kernels of 25 are
    150. Each has a bias too."}; a key is a number, computed, or a choice.

    Raises ValueError where a slip is right, or is no number and no choice.
    """
    choices = tuple(map(str, choices))
    value = taken("value", value, choices)
    if within < 0:
        raise ValueError(f"within: {within} is below 0; say how far a right guess may lie from the answer")
    kept = {taken("slips", slip, choices): meaning for slip, meaning in (slips or {}).items()}
    for slip in kept:
        if slip == value or (not choices and abs(float(slip) - float(value)) <= within):
            raise ValueError(f"slips: {slip} is the right answer, which is no slip")
    return Answer(value, within, unit, choices, kept)


def taken(name: str, value: Any, choices: tuple[str, ...]) -> float | str:
    """One of the choices, or a Python number where there are none."""
    if choices and str(value) not in choices:
        raise ValueError(f"{name}: {value!r} is none of the choices: {', '.join(choices)}")
    if choices:
        return str(value)
    if isinstance(value, str):
        raise ValueError(f"{name}: {value!r} is no number; name the choices=(…) of a question that asks for a word")
    return plain(value)


def plain(value: Any) -> float:
    """A Python number from any library's; a whole one as an int."""
    number = float(value)
    return int(number) if number.is_integer() else float(f"{number:.6g}")


def shown(value: float | str, unit: str = "") -> str:
    """As prose writes it: 60,000; 0.92; 61 %."""
    text = value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"
    return f"{text} {unit}".strip()
