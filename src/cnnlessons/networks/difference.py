"""diff(a, b): what one network has and another has not, layer by layer and field by field (the program of 2012)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from html import escape
from typing import Any, Literal

from cnnlessons.networks.arch import Arch, described
from cnnlessons.networks.catalogue import CATALOGUE
from cnnlessons.networks.layers import Layer, MaxPool, shape_text
from cnnlessons.networks.palette import PALETTE

What = Literal["added", "removed", "moved", "changed"]
WHATS: tuple[What, ...] = ("added", "removed", "moved", "changed")
START = "input"  # what the first layer comes after

# Which layer of two that changed places is said to have moved: of two equally short accounts, the one in which layers
# with weights stay, then pools, then normalisations, then activations.
STAYS = {"conv": 16, "dense": 16, "output": 16, "pool": 8, "norm": 4, "activation": 2}


class Absent:
    """What stands for a value that is not there."""

    def __repr__(self) -> str:
        return "–"


ABSENT = Absent()


@dataclass(frozen=True)
class Change:
    """One difference. `before` and `after` are values of a field, or the whole `Layer` where that is what differs."""

    what: What
    layer: str  # its name; "" for what belongs to the network: input, init, recipe
    field: str  # "layer" if added or removed, "place" if moved, "type" if the layer is of another type
    before: Any  # ABSENT if added
    after: Any  # ABSENT if removed
    follows: str = ""  # of an added or a removed layer: the layer it comes after, or "input"
    kind: str = "input"  # of the layer: the colour it has

    @property
    def subject(self) -> str:
        """What it is about: conv1 ceil, relu1, input."""
        return " ".join(filter(None, (self.layer, "" if self.field in ("layer", "place") else self.field)))

    @property
    def texts(self) -> tuple[str, str]:
        """Before and after, as a table shows them."""
        before, after = self.before, self.after
        if self.what == "moved":
            return f"after {before}", f"after {after}"
        if self.field == "type":
            return layer_text(before, other=after), layer_text(after, other=before)
        place = f", after {self.follows}" if self.follows else ""
        first, second = (
            layer_text(value) + place if isinstance(value, Layer) else value_text(self.field, value)
            for value in (before, after)
        )
        return first, second

    def as_dict(self) -> dict[str, Any]:
        """Plain types only; None for what is not there."""
        found = {"what": self.what, "layer": self.layer, "field": self.field, "follows": self.follows}
        return found | {"before": plain(self.before), "after": plain(self.after)}


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Layer):
        return {"type": type(value).__name__, **asdict(value)}
    return None if value is ABSENT else value


def value_text(field: str, value: object) -> str:
    """A value in a few characters: a shape as 3×224×224, a table by its size."""
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return f"{len(value)} rows"
        return shape_text(value) if field == "input" else repr(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def layer_text(layer: Layer, other: Layer | None = None) -> str:
    """MaxPool(k=3, s=2, p=0): type and fields, without those that are None or False, or that `other` has too."""
    shared = {field.name for field in fields(other)} if other else {"name"}
    given = {field.name: getattr(layer, field.name) for field in fields(layer) if field.name not in shared}
    said = [f"{name}={value_text(name, x)}" for name, x in given.items() if x is not None and x is not False]
    return f"{type(layer).__name__}({', '.join(said)})" if said else type(layer).__name__


class Difference(list[Change]):
    """The rows of `diff`; shows itself as a table in Jupyter and as text elsewhere. Empty for equal networks."""

    def __init__(self, rows: Iterable[Change], a: Arch, b: Arch):
        super().__init__(rows)
        self.a, self.b = a, b

    @property
    def counts(self) -> dict[What, int]:
        """How many rows there are of each kind."""
        found = Counter(row.what for row in self)
        return {what: found[what] for what in WHATS}

    @property
    def caption(self) -> str:
        """What the table compares, and how many rows of which kind it has."""
        said = ", ".join(f"{n} {what}" for what, n in self.counts.items() if n) or "no difference"
        return f"From {self.a.title} to {self.b.title}: {said}"

    @property
    def head(self) -> tuple[str, str, str, str]:
        """The names of the columns."""
        return "layer", "difference", self.a.id, self.b.id

    def __repr__(self) -> str:
        rows = [self.head, *((row.subject, row.what, *row.texts) for row in self)]
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([self.caption, *(lines if self else [])])

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        head = "".join(f'<th scope="col" {left}>{escape(name)}</th>' for name in self.head)
        body = "".join(
            f'<tr><th scope="row" style="text-align:left;border-left:0.4em solid {PALETTE[row.kind]}">'
            f"{escape(row.subject)}</th>"
            + "".join(
                f'<td style="text-align:left;white-space:normal">{escape(cell)}</td>' for cell in (row.what, *row.texts)
            )
            + "</tr>"
            for row in self
        )
        table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>" if self else ""
        return f'<table class="trace"><caption>{escape(self.caption)}</caption>{table}</table>'


def network(given: object) -> Arch:
    """An `Arch`, by its id, or of a module. Raises `TypeError` for what is none."""
    return CATALOGUE[given] if isinstance(given, str) else described(given)


def diff(a: Arch | str | Any, b: Arch | str | Any) -> Difference:
    """What has to be done to `a` to make it `b`: layers added, removed and moved, fields changed, in the order of `b`.

    Layers are the same if they bear the same name. Compared are input, layers, init and recipe (a dash for what it
    leaves at its default), and not id, title and source. Each may be an `Arch`, an id in the catalogue, or a module
    that `build` made. Raises `UnknownName` for another id, `TypeError` for what is no network.
    """
    one, other = network(a), network(b)
    rows = (*ends("input", one.input, other.input), *of_layers(one, other), *of_start(one, other))
    return Difference(rows, one, other)


def ends(field: str, before: object, after: object) -> Iterator[Change]:
    """A row about the network itself, if the two differ."""
    if before != after:
        yield Change("changed", "", field, before, after)


def of_start(a: Arch, b: Arch) -> Iterator[Change]:
    """How its weights start and how it is trained; a setting that only one recipe has is absent from the other."""
    yield from ends("init", a.init, b.init)
    for name in dict.fromkeys((*a.recipe, *b.recipe)):
        yield from ends(f"recipe {name}", a.recipe.get(name, ABSENT), b.recipe.get(name, ABSENT))


def of_layers(a: Arch, b: Arch) -> Iterator[Change]:
    """Rows layer by layer, in the order of `b`; a layer that is removed stands where it was."""
    ours, theirs = ({layer.name: layer for layer in arch.layers} for arch in (a, b))
    stay = staying([(layer, theirs[layer.name]) for layer in a.layers if layer.name in theirs], list(theirs))
    before, after = predecessors(ours), predecessors(theirs)
    for name in merged(list(ours), list(theirs)):
        if name not in theirs:
            yield Change("removed", name, "layer", ours[name], ABSENT, before[name], ours[name].kind)
        elif name not in ours:
            yield Change("added", name, "layer", ABSENT, theirs[name], after[name], theirs[name].kind)
        else:
            kind = theirs[name].kind
            if name not in stay:
                yield Change("moved", name, "place", before[name], after[name], kind=kind)
            yield from of_fields(ours[name], theirs[name])


def of_fields(one: Layer, other: Layer) -> Iterator[Change]:
    """A row if the types differ, and one for each field of both types that has another value.

    The stride of a pool is the number that it stands for: windows of 2 at stride 2 are the same with s=2 and s=None.
    """
    if type(one) is not type(other):
        yield Change("changed", one.name, "type", one, other, kind=other.kind)
    names = {field.name for field in fields(other)}
    for field in fields(one):
        if field.name not in names or getattr(one, field.name) == getattr(other, field.name):
            continue
        before, after = (
            layer.step if field.name == "s" and isinstance(layer, MaxPool) else getattr(layer, field.name)
            for layer in (one, other)
        )
        if before != after:
            yield Change("changed", one.name, field.name, before, after, kind=other.kind)


def predecessors(names: Iterable[str]) -> dict[str, str]:
    """For each layer the one before it."""
    names = list(names)
    return dict(zip(names, [START, *names], strict=False))


def merged(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """All names in the order of `theirs`, and those that only `ours` has after the layer they came after."""
    found, before = list(theirs), predecessors(ours)
    for name in ours:
        if name not in theirs:
            found.insert(found.index(before[name]) + 1 if before[name] != START else 0, name)
    return found


def staying(shared: Sequence[tuple[Layer, Layer]], theirs: Sequence[str]) -> set[str]:
    """The names of as many layers as possible that are in the same order in both networks: the others have moved.

    `shared` has each layer of both, in the order of one; `theirs` the other's names. Where several choices are as
    large, the layers stay that STAYS says.
    """
    place = {name: i for i, name in enumerate(theirs)}
    best: list[tuple[int, int, tuple[str, ...]]] = []  # how many, how heavy, which: of a chain that ends with each
    for one, other in shared:
        longest = max(
            (chain for chain in best if place[chain[2][-1]] < place[one.name]), key=lambda c: c[:2], default=(0, 0, ())
        )
        weight = STAYS.get(one.kind, 1) + STAYS.get(other.kind, 1)
        best.append((longest[0] + 1, longest[1] + weight, (*longest[2], one.name)))
    return set(max(best, key=lambda chain: chain[:2])[2]) if best else set()
