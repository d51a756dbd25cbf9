"""Race: a record of the book as a race one bets on, stops and judges; what seeds and images can tell, by sliders."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Bunch, Dict, Int, List, Unicode, validate

from cnnlessons.errors import unknown
from cnnlessons.widgets.base import Widget
from cnnlessons.widgets.race import facts, still

if TYPE_CHECKING:
    from cnnlessons.experiments import Record
    from cnnlessons.intervals import Comparison

SEEDS = {"effect": (0.05, 3.0), "spread": (0.05, 3.0), "seeds": (2, 200)}  # points, points, runs of each network
RATES = {"first": (0.05, 99.95), "second": (0.05, 99.95), "images": (100, 1_000_000)}  # per cent, per cent, images
LARGEST = 30_000  # bytes of a stored output


def within(values: dict[str, Any], limits: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Numbers by name, each of them inside its limits. Raises `ValueError` naming the one that is not."""
    for name, value in values.items():
        if name not in limits:
            raise unknown("slider of Race", name, limits)
        low, high = limits[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise ValueError(f"{name} must be a number from {low:g} to {high:,g}, not {value!r}")
        if name in ("seeds", "images") and value != int(value):
            raise ValueError(f"{name} must be a whole number, not {value!r}")
    return values


class Race(Widget):
    """Bet on a variant of one of the book's records, see the curves run, stop them, and read what may be concluded.

    `Race("E06-overlap", variants=("max 3/2", "max 2/2"))` shows these two; `against` names the one that the others are
    compared with (default: the last), `measure` the curve, and `measures` those that can be chosen. `racing` are the
    variants that run, `stop` is the epoch after which all runs are stopped (0: the end), `guess` the reader's bet.
    With `ask=False` the curves are there from the beginning. `comparisons` is what the page says, from `Record.table`.

    `Race.seeds(effect=0.3, spread=0.5, seeds=5)` shows what so many seeds can see, and `Race.rates(first=0.95,
    second=0.8, images=10_000)` how sure two error rates are. Raises `UnknownName` or `ValueError` for what cannot be.
    """

    folder = "race"
    on_page = ("mode", "facts", "racing", "against", "measure", "stop", "guess", "ask", "settings")

    mode = Unicode("race", read_only=True, help='"race", "seeds" or "rates"').tag(sync=True)
    facts = Dict(read_only=True, help="what the view draws").tag(sync=True)
    # quoted, because traitlets 5.7 of Colab takes no subscript
    racing: "List[str]" = List(Unicode(), help="the variants that run").tag(sync=True)
    against = Unicode(help="the variant that the others are compared with").tag(sync=True)
    measure = Unicode(help="the curve that is shown").tag(sync=True)
    stop = Int(help="the epoch after which all runs are stopped; 0 for the end").tag(sync=True)
    guess = Unicode(help="the variant that the reader bet on, or ''").tag(sync=True)
    ask = Bool(True, help="whether curves stay hidden until there is a bet").tag(sync=True)
    settings = Dict(help="the sliders of the other modes, by name").tag(sync=True)

    def __init__(
        self,
        experiment: str = "E06-overlap",
        variants: Sequence[str] | None = None,
        *,
        racing: Sequence[str] | None = None,
        against: str | None = None,
        measure: str = "test_accuracy",
        measures: Sequence[str] = (),
        question: str | None = None,
        **traits: Any,
    ):
        if mode := traits.pop("mode", None):  # from seeds() and rates()
            self.set_trait("mode", mode)
            self.set_trait("facts", traits.pop("facts"))
            super().__init__(**traits)
            return
        if isinstance(variants, str):
            raise ValueError(f"variants must be a sequence of names such as ({variants!r}, …), not a text")
        from cnnlessons.experiments import records

        self.record = records.find(experiment)
        names = list(self.record.variants if variants is None else variants)
        shown = list(dict.fromkeys((measure, *measures)))
        self.set_trait("facts", facts.race(self.record, names, shown, question))
        super().__init__(
            racing=list(names if racing is None else racing),
            against=names[-1] if against is None else against,
            measure=measure,
            **traits,
        )
        if (size := len(self.page().encode())) > LARGEST:
            raise ValueError(
                f"a page would hold {size:,} bytes, more than {LARGEST:,}: name fewer variants or measures"
            )

    @classmethod
    def seeds(
        cls, *, effect: float = 0.3, spread: float = 0.5, seeds: int = 5, studies: Iterable[str] | None = None
    ) -> "Race":
        """What `seeds` runs of each of two networks can see of a true `effect`, if runs spread by `spread` (points).

        `studies` are ids of comparisons of the book that are marked: default all of them, () for none.
        """
        chosen = within({"effect": effect, "spread": spread, "seeds": seeds}, SEEDS)
        return cls(mode="seeds", facts={"limits": SEEDS, "studies": facts.studies(studies)}, settings=chosen)

    @classmethod
    def rates(
        cls,
        *,
        first: float = 0.95,
        second: float = 0.8,
        images: int = 10_000,
        examples: Sequence[tuple[str, float, float, int]] = (),
    ) -> "Race":
        """How sure two error rates (%) are that were measured on two sets of so many `images`.

        `examples` are buttons: a name, both rates and the number of images.
        """
        chosen = within({"first": first, "second": second, "images": images}, RATES)
        for _, a, b, n in examples:
            within({"first": a, "second": b, "images": n}, RATES)
        return cls(mode="rates", facts={"limits": RATES, "examples": [list(one) for one in examples]}, settings=chosen)

    def _names(self) -> list[str]:
        return [one["name"] for one in self.facts.get("variants", ())]

    @validate("racing")
    def known_variants(self, proposal: Bunch) -> list[str]:
        """Names of the widget's variants, in their order."""
        names = self._names()
        for name in proposal["value"]:
            if name not in names:
                raise unknown("variant of this race", name, names)
        return [name for name in names if name in proposal["value"]]

    @validate("against", "guess")
    def known_variant(self, proposal: Bunch) -> str:
        """One of the widget's variants, or nothing."""
        if proposal["value"] and proposal["value"] not in self._names():
            raise unknown("variant of this race", proposal["value"], self._names())
        return str(proposal["value"])

    @validate("measure")
    def known_measure(self, proposal: Bunch) -> str:
        """One of the widget's measures."""
        if proposal["value"] not in self.facts.get("measures", {}):
            raise unknown("measure of this race", proposal["value"], self.facts.get("measures", {}))
        return str(proposal["value"])

    @validate("stop")
    def possible_stop(self, proposal: Bunch) -> int:
        """0, or an epoch that bears a verdict."""
        least, most = self.facts.get("least", 0), self.facts.get("epochs", 0)
        if proposal["value"] and not least <= proposal["value"] <= most:
            raise ValueError(f"stop must be an epoch from {least} to {most}, or 0 for the end, not {proposal['value']}")
        return int(proposal["value"])

    @validate("settings")
    def possible_settings(self, proposal: Bunch) -> dict[str, float]:
        """Each number inside its limits."""
        limits = {"seeds": SEEDS, "rates": RATES}.get(self.mode, {})
        return {**proposal["owner"].settings, **within(proposal["value"], limits)}

    @property
    def comparisons(self) -> "list[Comparison]":
        """Every racing variant against `against`, or the last if that one does not run, had all been stopped at `stop`.

        They are one table, corrected for its length, and what the page says.
        """
        if self.mode != "race":
            raise ValueError("comparisons: only a race has them; Race.seeds and Race.rates have settings")
        record: Record = self.record.stopped_after(self.stop or self.facts["epochs"])
        other = self.against if self.against in self.racing else (self.racing or [""])[-1]
        return record.table([(name, other) for name in self.racing if name != other], self.measure)

    def __repr__(self) -> str:
        """The same words every time: no address, so that a stored output can be compared."""
        if self.mode != "race":
            return f"Race.{self.mode}({', '.join(f'{name}={value!r}' for name, value in self.settings.items())})"
        return f"Race({self.facts['experiment']!r}, variants={tuple(self._names())}, measure={self.measure!r})"

    def still(self) -> str:
        """The curves and the comparisons, in a closed box where there is a question; or what the sliders say."""
        if self.mode != "race":
            return still.numbers(self.mode, self.settings)
        said = "".join(f"<li>{escape(str(one))}</li>" for one in self.comparisons)
        picture = f"{still.curves(self.facts, self.measure, self.racing)}<ul>{said}</ul>"
        question = f"<p>{escape(self.facts['question'])} Who ends ahead: {escape(', '.join(self.racing))}?</p>"
        return f"{question}<details><summary>The race</summary>{picture}</details>" if self.ask else question + picture
