"""ShapeExplorer: change a network and see at once what that does to shapes, weights and cost."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from html import escape
from typing import Any

from traitlets import Bunch, Dict, List, Unicode, observe, validate

from cnnlessons.errors import ShapeError
from cnnlessons.networks import CATALOGUE, PALETTE, Arch, Trace, described, html, trace, walk
from cnnlessons.widgets import layer_json
from cnnlessons.widgets.base import Widget


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


class ShapeExplorer(Widget):
    """Pick a network, change its layers or its input, and read the rows of its trace.

    `ShapeExplorer("lenet5-1998", input=(1, 28, 28))`; an `Arch` of your own will do as well, and so will an
    nn.Module of layers in a row that this package knows, as `nn.Sequential`: see `described`. Set `network`, `input`
    or `layers` (a list of dictionaries, as `Arch.as_dict()["layers"]`); read `rows` (as `Row.as_dict()`), `total` and
    `error`, the sentence of the `ShapeError` if a layer does not fit: then `rows` are those before it.

    `rows`, `total` and `error` are `trace`'s. The view works the same things out by itself, so that it needs no
    kernel, but never writes them: should the two ever differ, Python is right.
    """

    folder = "shapes"
    on_page = ("network", "input", "layers")

    network = Unicode(help="id in CATALOGUE; '' once the layers are others").tag(sync=True)
    # quoted, because traitlets 5.7 of Colab takes no subscript
    input: "List[int]" = List(help="(channels, height, width)").tag(sync=True)
    layers = List(Dict(), help="the stack, a dictionary a layer").tag(sync=True)
    rows = List(Dict(), read_only=True, help="what every layer does, up to the first that does not fit")
    total = Dict(read_only=True, help="params, connections and macs of `rows`")
    error = Unicode(read_only=True, help="why the next layer does not fit, or ''")

    # what the view needs and nobody changes
    catalogue = Dict(layer_json.catalogue(), read_only=True).tag(sync=True, constant=True)
    vocabulary = Dict(layer_json.vocabulary(), read_only=True).tag(sync=True, constant=True)
    palette = Dict(PALETTE, read_only=True).tag(sync=True, constant=True)

    def __init__(self, network: object = "lenet5-1998", input: Sequence[int] | None = None, **traits: Any):
        arch = (
            CATALOGUE[network]
            if isinstance(network, str)
            else described(network, None if input is None else tuple(input))
        )
        known = arch.id if CATALOGUE.get(arch.id) == arch else ""
        super().__init__(
            network=known, input=list(arch.input), layers=list(map(layer_json.to_dict, arch.layers)), **traits
        )
        if input is not None:
            self.input = list(input)

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
        return f"ShapeExplorer({stack}, input={tuple(self.input)})"

    def state(self) -> dict[str, object]:
        """Of a network in the catalogue the page has the layers."""
        state = super().state()
        if self.network:
            del state["layers"]
        return state

    def still(self) -> str:
        """The table, and the sentence about a layer that does not fit."""
        rows, error = self.found()
        return (html(rows) if rows else "") + (f"<p>{escape(error)}</p>" if error else "")
