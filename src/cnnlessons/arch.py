"""An architecture as data, and the plain `nn.Sequential` made from it."""

from collections import Counter, OrderedDict
from dataclasses import asdict, dataclass, replace

import torch
from torch import nn

from cnnlessons.errors import unknown
from cnnlessons.initialise import INITIALISERS
from cnnlessons.layers import Layer, Shape
from cnnlessons.trace import trace


@dataclass(frozen=True)
class Arch:
    """A network written once: everything else (module, trace, diagram, table, widget) is derived from it."""

    id: str
    title: str
    input: Shape  # (C, H, W)
    layers: tuple[Layer, ...]
    source: str  # where it is described
    init: str = "torch"  # how its weights start; a name in initialise.INITIALISERS

    def __post_init__(self):
        twice = [name for name, n in Counter(layer.name for layer in self.layers).items() if n > 1]
        if twice:
            raise ValueError(f"{self.id}: two layers are named {twice[0]!r}; every layer needs a name of its own")
        if self.init not in INITIALISERS:
            raise unknown("initialisation", self.init, INITIALISERS)

    def __getitem__(self, name: str) -> Layer:
        """The layer of that name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise unknown(f"layer in {self.id}", name, [layer.name for layer in self.layers])

    def change(self, id: str | None = None, **layers: Layer | None) -> "Arch":
        """A copy in which the named layers are replaced, or taken out where the new one is None.

        `arch.change(S2=MaxPool("S2", 2), drop6=None)`; names that are not there raise `UnknownName`.
        """
        for name in layers:
            self[name]
        kept = [layers.get(layer.name, layer) for layer in self.layers]
        return replace(self, id=id or self.id, layers=tuple(layer for layer in kept if layer))

    def map(self, change, id: str | None = None) -> "Arch":
        """A copy with `change(layer)` in place of every layer."""
        return replace(self, id=id or self.id, layers=tuple(map(change, self.layers)))

    def follow(self, change, id: str | None = None) -> "Arch":
        """A copy in which every layer is followed by those that `change(layer)` gives for it, if it gives any."""
        layers = (one for layer in self.layers for one in (layer, *(change(layer) or ())))
        return replace(self, id=id or self.id, layers=tuple(layers))

    def json(self) -> dict:
        """Plain types only, enough to rebuild it: goes into every record."""
        layers = [{"type": type(layer).__name__, **asdict(layer)} for layer in self.layers]
        return {"id": self.id, "title": self.title, "input": list(self.input), "init": self.init, "layers": layers}

    def _repr_html_(self):
        return trace(self)._repr_html_()


def nest(modules: dict[str, nn.Module]) -> nn.Sequential:
    """A Sequential of named modules; `features.0` goes into a Sequential of its own, as in torchvision's networks."""
    here: OrderedDict = OrderedDict()
    for name, module in modules.items():
        head, _, tail = name.partition(".")
        if tail:
            here.setdefault(head, {})[tail] = module
        else:
            here[head] = module
    return nn.Sequential(OrderedDict((k, nest(m) if isinstance(m, dict) else m) for k, m in here.items()))


def build(arch: Arch, input: Shape | None = None, *, seed: int = 0) -> nn.Sequential:
    """The network as a plain `nn.Sequential` whose children bear the layers' names; the same seed, the same weights.

    The global random state is left as it was. The result carries `arch` and `input`, so that `fit` can pad pictures
    to the size the network takes. Raises `ShapeError` as `trace` does.
    """
    rows = trace(arch, input)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = nest({row.layer.name: row.layer.module(row.shape_in) for row in rows})
        INITIALISERS[arch.init](model)
    model.arch, model.input = arch, rows.input
    return model
