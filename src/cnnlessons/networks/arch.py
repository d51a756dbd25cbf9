"""An architecture as data."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import singledispatch

import cnnlessons
from cnnlessons.errors import unknown
from cnnlessons.networks.layers import Layer, Shape
from cnnlessons.networks.tracing import trace

# How weights may start; modules/initialise.py says what each name does.
INITS = (
    "torch",
    "lecun1998",
    "glorot",
    "he",
    "normal-0.01",
    "krizhevsky2012",
    "krizhevsky2012-scaled",
    "krizhevsky2012-scaled-zeros",
    "simonyan2014-scaled",
)


class Settings(Mapping[str, object]):
    """Named values that nobody changes; unlike `types.MappingProxyType` they can be copied and pickled."""

    def __init__(self, **values: object):
        self._values = values

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in self.items())})"


@dataclass(frozen=True)
class Arch:
    """A network written once: everything else (module, trace, diagram, table, widget) is derived from it."""

    id: str
    title: str
    input: Shape  # (C, H, W)
    layers: tuple[Layer, ...]
    source: str  # where it is described
    init: str = "torch"  # how its weights start; a name in INITS
    # The fields of `Recipe` in which training it differs from the default; no part of what the network is.
    recipe: Mapping[str, object] = field(default_factory=Settings, compare=False)

    def __post_init__(self):
        twice = [name for name, n in Counter(layer.name for layer in self.layers).items() if n > 1]
        if twice:
            raise ValueError(f"{self.id}: two layers are named {twice[0]!r}; every layer needs a name of its own")
        if self.init not in INITS:
            raise unknown("initialisation", self.init, INITS)
        object.__setattr__(self, "recipe", Settings(**self.recipe))

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

    def as_dict(self) -> dict:
        """Plain types only, enough to rebuild it: goes into every record."""
        layers = [{"type": type(layer).__name__, **asdict(layer)} for layer in self.layers]
        return {"id": self.id, "title": self.title, "input": list(self.input), "init": self.init, "layers": layers}

    def _repr_html_(self):
        return trace(self)._repr_html_()


@singledispatch
def described(model: object, input: Shape | None = None) -> Arch:
    """An `Arch` that says what `model` does: an nn.Module of layers in a row, each of a type this package knows.

    `described(nn.Sequential(...), input=(C, H, W))`; the input may be left out for what `build` made. The weights are
    not touched and not kept. Raises `ValueError` that names the layer which cannot be described. An `Arch` is itself.
    """
    cnnlessons.open_modules()
    rule = described.dispatch(type(model))
    if rule is described.dispatch(object):
        raise TypeError(f"an Arch or an nn.Module can be described, not {model!r}")
    return rule(model, input)


@described.register
def _(model: Arch, input: Shape | None = None) -> Arch:
    return model if input is None else replace(model, input=tuple(input))
