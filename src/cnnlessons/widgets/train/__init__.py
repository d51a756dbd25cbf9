"""Train: a LeNet that is trained in the page, with the ablations of the book one choice away."""

from typing import Any

from traitlets import Bunch, Bytes, Dict, List, Unicode, observe, validate

from cnnlessons.errors import unknown
from cnnlessons.networks import CATALOGUE, PALETTE, Arch, html, trace
from cnnlessons.networks.layers import Conv, Linear
from cnnlessons.widgets.assets import Asset
from cnnlessons.widgets.base import Widget
from cnnlessons.widgets.train import settings as choices


class Train(Widget):
    """Choose a network and a recipe, press Train, and watch it learn 4,000 digits in the page.

    `Train("sigmoid")` opens an ablation of the book, a name in `PRESETS`; `Train(lr=0.1, activation="tanh")` sets what
    it says. `settings` is what is chosen now; `arch` and `recipe` are the same network and training for `build` and
    `fit`. While it trains `curves` holds what the page has seen, and whenever it pauses `model()` is the network with
    its weights. A network of your own goes in by `Train(model)`, an nn.Module that `described` knows, for images of
    one channel, with the recipe it was trained by.

    Raises `UnknownName` or `ValueError` for a setting that cannot be.
    """

    folder = "train"
    on_page = ("preset", "settings")

    preset = Unicode("lenet", help="a name in PRESETS").tag(sync=True)
    settings = Dict(help="every choice by its name").tag(sync=True)
    own = Dict(help="an Arch as a dictionary, in place of the settings' network; {} for none").tag(sync=True)
    start = Bytes(b"", help="weights to start from, as a .safetensors file").tag(sync=True)
    weights = Bytes(b"", help="the trained weights, as a .safetensors file, whenever training pauses").tag(sync=True)
    # quoted, because traitlets 5.7 of Colab takes no subscript
    curves: "List[dict]" = List(help="what was seen: digits, losses and accuracies").tag(sync=True)

    networks = Dict(
        {
            id: {**CATALOGUE[id].as_dict(), "kinds": [layer.kind for layer in CATALOGUE[id].layers]}
            for id in choices.NETWORKS
        },
        read_only=True,
    ).tag(sync=True, constant=True)
    presets = Dict({name: list(one) for name, one in choices.PRESETS.items()}, read_only=True).tag(
        sync=True, constant=True
    )
    defaults = Dict(choices.DEFAULTS, read_only=True).tag(sync=True, constant=True)
    palette = Dict(PALETTE, read_only=True).tag(sync=True, constant=True)
    engine = Asset("engine")
    worker = Asset("worker")
    digits = Asset("digits")

    def __init__(self, preset: Any = "lenet", **settings: Any):
        traits = {name: settings.pop(name) for name in list(settings) if name in ("layout",)}
        model = None if isinstance(preset, str) else preset
        name = "lenet" if model is not None else preset
        if name not in choices.PRESETS:
            raise unknown("preset of Train", str(name), choices.PRESETS)
        trained = {} if model is None else choices.of(model)
        chosen = choices.checked({**choices.PRESETS[name][2], **trained, **settings})
        super().__init__(preset=name, settings=chosen, **traits)
        if model is not None:
            self.put(model)

    def put(self, model: Any) -> None:
        """Start from a network of your own and its weights: an nn.Module of layers in a row, for one channel."""
        from safetensors.torch import save

        from cnnlessons.networks import described

        arch = described(model)
        if arch.input[0] != 1 or min(arch.input[1:]) < 28:
            takes = "×".join(map(str, arch.input))
            raise ValueError(f"Train shows digits of one channel, 28×28 or padded to more; this network takes {takes}")
        self._arch = arch
        self.own = arch.as_dict()
        self.start = save({name: value.detach().float().contiguous() for name, value in model.state_dict().items()})

    @property
    def arch(self) -> Arch:
        """The network that is chosen, or your own."""
        return self._arch if self.own else choices.network(self.settings)

    @property
    def recipe(self) -> Any:
        """The `Recipe` that is chosen; `epochs` is left to you."""
        from cnnlessons import Recipe

        return Recipe(**choices.recipe(self.settings))

    def model(self) -> Any:
        """The network as an nn.Module, with the weights trained in the page or, without any, first weights."""
        import torch
        from safetensors.torch import load

        from cnnlessons import build

        model = build(self.arch)
        weights = self.weights or (self.start if self.own else b"")
        if weights:
            model.load_state_dict(load(bytes(weights)), strict=False)  # a file may lack buffers that only count
            return model
        with torch.no_grad():
            for layer in self.arch.layers:
                if isinstance(layer, Conv | Linear):
                    model.get_submodule(layer.name).weight *= self.settings["gain"]
        return model

    @validate("preset")
    def known_preset(self, proposal: Bunch) -> str:
        """One of PRESETS."""
        if proposal["value"] not in choices.PRESETS:
            raise unknown("preset of Train", proposal["value"], choices.PRESETS)
        return str(proposal["value"])

    @validate("settings")
    def full_settings(self, proposal: Bunch) -> dict[str, Any]:
        """All of them, each possible."""
        return choices.checked(proposal["value"])

    @observe("settings")
    def forget_weights(self, change: Bunch) -> None:
        """Weights of another network are none of this one's."""
        if self.weights and change["old"] and not self.own and choices.network(change["old"]) != self.arch:
            self.weights = b""

    @observe("preset")
    def take_preset(self, change: Bunch) -> None:
        """A preset brings its settings."""
        if change["old"] and change["old"] != change["new"]:
            self.settings = choices.PRESETS[self.preset][2]

    def state(self) -> dict[str, object]:
        """Only what the preset does not say."""
        usual = choices.checked(choices.PRESETS[self.preset][2])
        return {"preset": self.preset, "settings": {k: v for k, v in self.settings.items() if usual[k] != v}}

    def still(self) -> str:
        """The network as a table, and what could be watched."""
        words, watch, _ = choices.PRESETS[self.preset]
        return f"<p><b>{words}.</b> {watch} (This needs JavaScript; the network is:)</p>{html(trace(self.arch))}"

    def __repr__(self) -> str:
        return f"Train({self.preset!r})"
