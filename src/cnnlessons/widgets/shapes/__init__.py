"""Shapes: change a network and see at once what that does to shapes, weights and cost."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any

from traitlets import Bunch, Dict, List, Unicode, observe, validate

from cnnlessons.errors import ShapeError, unknown
from cnnlessons.networks import CATALOGUE, Arch, Trace, described, html, trace, walk
from cnnlessons.widgets import layer_json
from cnnlessons.widgets.assets import Asset
from cnnlessons.widgets.base import Widget

COUNTS = ("params", "connections", "macs", "receptive_field")  # the last of the last map, in pixels
GOALS = tuple(name + bound for name in COUNTS for bound in ("", "_at_most", "_at_least"))
WORDS = {"params": "parameters", "macs": "MACs", "receptive_field": "receptive field"}


def attempt(arch: Arch) -> tuple[Trace, str]:
    """The rows up to the first layer that does not fit, and the sentence about that one, or ''."""
    try:
        return trace(arch), ""
    except ShapeError as error:
        sentence = str(error)
    rows = Trace([], arch)
    if min(arch.input) > 0:
        with suppress(ShapeError):
            for row in walk(arch.layers, arch.input):
                rows.append(row)
    return rows, sentence


class Shapes(Widget):
    """Pick a network, change its layers or its input, and read the rows of its trace.

    `Shapes("lenet5-1998", input=(1, 28, 28))`; an `Arch` of your own will do as well, and so will an
    nn.Module of layers in a row that this package knows, as `nn.Sequential`: see `described`. Set `network`, `input`
    or `layers` (a list of dictionaries, as `Arch.as_dict()["layers"]`); read `rows` (as `Row.as_dict()`), `total` and
    `error`, the sentence of the `ShapeError` if a layer does not fit: then `rows` are those before it.

    `beside`, another network as the first argument takes it, is a switch away, and numbers that differ are marked.
    `goal` is a number of parameters to reach, or a dictionary with keys in `GOALS`:
    `{"receptive_field": 7, "params_at_most": 5000}`.

    `rows`, `total` and `error` are `trace`'s. The view works the same things out by itself, so that it needs no
    kernel, but never writes them: should the two ever differ, Python is right.
    """

    folder = "shapes"
    on_page = ("network", "input", "layers", "goal", "beside")

    network = Unicode(help="id in CATALOGUE; '' once the layers are others").tag(sync=True)
    # quoted, because traitlets 5.7 of Colab takes no subscript
    input: "List[int]" = List(help="(channels, height, width)").tag(sync=True)
    layers = List(Dict(), help="the stack, a dictionary a layer").tag(sync=True)
    rows = List(Dict(), read_only=True, help="what every layer does, up to the first that does not fit")
    total = Dict(read_only=True, help="params, connections and macs of `rows`")
    error = Unicode(read_only=True, help="why the next layer does not fit, or ''")

    goal = Dict(help="what to reach, by a name in GOALS; {} for nothing").tag(sync=True)
    beside = Dict(help="another network: network, title, input and layers; {} for none").tag(sync=True)
    networks = Asset("networks")  # catalogue, vocabulary, palette and a digit

    def __init__(
        self,
        network: object = "lenet5-1998",
        input: Sequence[int] | None = None,
        *,
        beside: object = None,
        goal: int | dict[str, int] | None = None,
        **traits: Any,
    ):
        arch = taken(network, input)
        known = arch.id if CATALOGUE.get(arch.id) == arch else ""
        super().__init__(
            network=known, input=list(arch.input), layers=list(map(layer_json.to_dict, arch.layers)), **traits
        )
        if input is not None:
            self.input = list(input)
        if goal is not None:
            self.goal = goal if isinstance(goal, dict) else {"params": goal}
        if beside is not None:
            self.beside = self.other(taken(beside, None))

    @staticmethod
    def other(arch: Arch) -> dict[str, Any]:
        """A network to compare with, for the view: of one in the catalogue the id is enough."""
        if CATALOGUE.get(arch.id) == arch:
            return {"network": arch.id, "title": arch.title}
        layers = list(map(layer_json.to_dict, arch.layers))
        return {"network": "", "title": arch.title, "input": list(arch.input), "layers": layers}

    @property
    def arch(self) -> Arch:
        """The stack as an `Arch`: `build(widget.arch)` is the network."""
        if self.network:
            return replace(CATALOGUE[self.network], input=tuple(self.input))
        layers = tuple(map(layer_json.from_dict, self.layers))
        return Arch("own", "A stack of your own", tuple(self.input), layers, "the shape explorer")

    def found(self) -> tuple[Trace, str]:
        """`attempt` of the stack; an empty one has no rows and no error."""
        return attempt(self.arch) if self.layers else (Trace([], None), "")

    @validate("network")
    def known_network(self, proposal: Bunch) -> str:
        """An unknown id suggests the nearest."""
        return proposal["value"] and CATALOGUE[proposal["value"]].id

    @validate("input")
    def three_sizes(self, proposal: Bunch) -> list[int]:
        """Three whole numbers; that they are at least 1 is `trace`'s to say."""
        sizes = proposal["value"]
        if len(sizes) != 3 or any(type(n) is not int for n in sizes):
            raise ValueError(f"input must be (channels, height, width) in whole numbers, not {tuple(sizes)}")
        return sizes

    @validate("goal")
    def possible_goal(self, proposal: Bunch) -> dict[str, int]:
        """Names in GOALS, whole numbers from 1."""
        for name, target in proposal["value"].items():
            if name not in GOALS:
                raise unknown("goal", str(name), GOALS)
            if type(target) is not int or target < 1:
                raise ValueError(f"goal: {name} must be a whole number from 1, not {target!r}")
        return dict(proposal["value"])

    @validate("layers")
    def whole_layers(self, proposal: Bunch) -> list[dict[str, Any]]:
        """Every layer written out in full, with a name of its own."""
        made = tuple(map(layer_json.from_dict, proposal["value"]))
        if made:
            Arch("the stack", "", (1, 1, 1), made, "")  # which refuses two layers of one name
        return list(map(layer_json.to_dict, made))

    @observe("network")
    def load(self, change: Bunch) -> None:
        """A network brings its own input and layers."""
        if self.network:
            self.input, self.layers = list(CATALOGUE[self.network].input), self.of_network()

    def of_network(self) -> list[dict[str, Any]]:
        """The layers of the chosen network as they are in the catalogue."""
        return list(map(layer_json.to_dict, CATALOGUE[self.network].layers))

    @observe("layers")
    def rename(self, change: Bunch) -> None:
        """Changed layers are no longer the network they came from."""
        if self.network and self.layers != self.of_network():
            self.network = ""

    @observe("input", "layers")
    def work_out(self, change: Bunch | None = None) -> None:
        """Rows, totals and the error, from `trace`."""
        rows, error = self.found()
        self.set_trait("rows", [row.as_dict() for row in rows])
        self.set_trait("total", {"params": rows.params, "connections": rows.connections, "macs": rows.macs})
        self.set_trait("error", error)

    def __repr__(self) -> str:
        """The same words every time: no address, so that a stored output can be compared."""
        stack = repr(self.network) if self.network else f"a stack of {len(self.layers)} layers"
        return f"Shapes({stack}, input={tuple(self.input)})"

    def state(self) -> dict[str, object]:
        """Of a network in the catalogue the page has the layers; what is not asked for is left out."""
        state = super().state()
        if self.network:
            del state["layers"]
        return {name: value for name, value in state.items() if value or name not in ("goal", "beside")}

    def still(self) -> str:
        """The table, and the sentences about a layer that does not fit, a goal and the other network."""
        rows, error = self.found()
        said = [error] if error else []
        if self.goal:
            said.append(f"Goal: {', '.join(goal_text(*one) for one in self.goal.items())}.")
        if self.beside:
            other = CATALOGUE[self.beside["network"]] if self.beside["network"] else None
            layers = self.beside.get("layers") or [layer_json.to_dict(layer) for layer in other.layers]  # type: ignore[union-attr]
            size = tuple(self.beside.get("input") or other.input)  # type: ignore[union-attr]
            theirs = trace(Arch("beside", "", size, tuple(map(layer_json.from_dict, layers)), ""))
            said.append(f"Beside it: {self.beside['title']}, {theirs.params:,} parameters, {theirs.macs:,} MACs.")
        return (html(rows) if rows else "") + "".join(f"<p>{escape(sentence)}</p>" for sentence in said)


def taken(network: object, input: Sequence[int] | None) -> Arch:
    """The `Arch` of an id, an `Arch` or an nn.Module, at its own input where it has one."""
    if isinstance(network, str):
        return CATALOGUE[network]
    return described(network, None if input is None else tuple(input))


def goal_text(name: str, target: int) -> str:
    """A condition in words."""
    count = name.removesuffix("_at_most").removesuffix("_at_least")
    bound = "at most " if name.endswith("_at_most") else "at least " if name.endswith("_at_least") else ""
    words = WORDS.get(count, count)
    return f"{words} of the last map {bound}{target:,}" if count == "receptive_field" else f"{bound}{target:,} {words}"
