"""Gradient: what a deep network makes of a signal on its way up, and of the gradient on its way down."""

from typing import Any

from traitlets import Bunch, Dict, List, validate

from cnnlessons.networks import Arch, html, trace
from cnnlessons.widgets.assets import Asset
from cnnlessons.widgets.base import Widget
from cnnlessons.widgets.gradient import networks


class Gradient(Widget):
    """A deep network with its first weights: the signal of every layer, and the gradient that comes back, live.

    `Gradient(activation="relu", init="he", gain=1.0)`; `network` is "stack" (`depth` convolutions of 16 maps in a row)
    or a small VGG, "vgg-A", "vgg-B" or "vgg-D"; `init` one of the package's starts, `norm=True` adds batch norm.
    `arch` is the network; `layers` holds what the page computed for 16 test digits: a dictionary a layer with weights,
    its name, `signal` (standard deviation of its outputs), `gradient` (root mean square of the loss's gradient with
    respect to them) and `pull` (that of its weights, relative to the weights').

    Raises `UnknownName` or `ValueError` for a setting that cannot be.
    """

    folder = "gradient"
    on_page = ("settings",)

    settings = Dict(help="every choice by its name").tag(sync=True)
    # quoted, because traitlets 5.7 of Colab takes no subscript
    layers: "List[dict]" = List(help="what the page computed, by layer").tag(sync=True)

    defaults = Dict(networks.DEFAULTS, read_only=True).tag(sync=True, constant=True)
    engine = Asset("engine")
    digits = Asset("sixteen")

    def __init__(self, **settings: Any):
        super().__init__(settings=networks.checked(settings))

    @property
    def arch(self) -> Arch:
        """The network that is chosen."""
        return networks.network(self.settings)

    @validate("settings")
    def full(self, proposal: Bunch) -> dict[str, Any]:
        """All of them, each possible."""
        return networks.checked(proposal["value"])

    def state(self) -> dict[str, object]:
        """Only what differs from the usual."""
        return {"settings": {k: v for k, v in self.settings.items() if v != networks.DEFAULTS[k]}}

    def still(self) -> str:
        """The network as a table."""
        return f"<p>Signal and gradient of this network need JavaScript:</p>{html(trace(self.arch))}"

    def __repr__(self) -> str:
        words = ", ".join(f"{k}={v!r}" for k, v in self.settings.items() if v != networks.DEFAULTS[k])
        return f"Gradient({words})"
