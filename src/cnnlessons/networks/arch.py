"""An architecture as data."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import singledispatch
from typing import Any, Literal

import cnnlessons
from cnnlessons.errors import unknown
from cnnlessons.networks.layers import Layer, Shape
from cnnlessons.networks.layers.arguments import as_whole
from cnnlessons.networks.tracing import trace

# How weights may start; modules/initialise.py says what each name does.
INITS = (
    "torch",
    "lecun1998",
    "glorot",
    "he",
    "normal-0.01",
    "krizhevsky2012",
    "krizhevsky2012-program",
    "krizhevsky2012-scaled",
    "krizhevsky2012-scaled-zeros",
    "simonyan2014-scaled",
)


# What `nn.Sequential` calls its own: no part of a layer's name may be one of these (a test compares).
OF_MODULES = """
T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches
eval extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half insert ipu
load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters pop
register_backward_hook register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
"""
TAKEN = frozenset(OF_MODULES.split())


def check_layers(id: str, layers: Iterable[Layer]) -> None:
    """Raise `TypeError` for what is no layer, `ValueError` for names from which no `nn.Sequential` can be built."""
    layers = tuple(layers)
    for layer in layers:
        if not isinstance(layer, Layer):
            shown = repr(layer).splitlines()[0]
            raise TypeError(
                f"{id}: {shown} is no layer of cnnlessons.networks.layers; describe it, such as ReLU('relu1')"
            )
        check_name(id, layer.name)
    if not layers:
        raise ValueError(f"{id}: a network needs at least one layer")
    names = [layer.name for layer in layers]
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise ValueError(f"{id}: two layers are named {twice[0]!r}; every layer needs a name of its own")
    left: set[str] = set()  # groups that have ended
    before: list[str] = []
    for name in names:
        outer = name.split(".")[:-1]
        groups = [".".join(outer[: i + 1]) for i in range(len(outer))]
        for group in groups:
            if group in names:
                raise ValueError(f"{id}: {group!r} is a layer and the group of {name!r}; rename one of them")
            if group in left:
                raise ValueError(
                    f"{id}: {name!r} comes back to the group {group!r} after a layer outside of it; "
                    "the layers of a group must follow each other"
                )
        left.update(group for group in before if group not in groups)
        before = groups


def check_name(id: str, name: object) -> None:
    """Raise `ValueError` for a name that no layer can have."""
    if not isinstance(name, str) or not all(name.split(".")):
        raise ValueError(f"{id}: {name!r} is no name for a layer; a text without empty parts is needed, such as 'C1'")
    taken = [part for part in name.split(".") if part in TAKEN or part.startswith("_")]
    if taken:
        raise ValueError(
            f"{id}: no layer can be named {name!r}, because a PyTorch module has a {taken[0]!r} of its own; "
            f"call it {name + '1'!r}"
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

    def __post_init__(self) -> None:
        check_layers(self.id, self.layers)
        object.__setattr__(self, "layers", tuple(self.layers))
        # NumPy's integers as Python's; whether it is a shape at all is `trace`'s to say
        numbers = self.input if isinstance(self.input, Iterable) else [self.input]
        kept = tuple(n if (whole := as_whole(n, 0, None)) is None else whole for n in numbers)
        object.__setattr__(self, "input", kept)
        if self.init not in INITS:
            raise unknown("initialisation", self.init, INITS)
        object.__setattr__(self, "recipe", Settings(**self.recipe))

    def __getitem__(self, name: str) -> Any:
        """The `Layer` of that name."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise unknown(f"layer in {self.id}", name, [layer.name for layer in self.layers])

    def change(self, id: str | None = None, **layers: Layer | None) -> "Arch":
        """A copy in which the named layers are replaced, or taken out where the new one is None.

        `arch.change(S2=MaxPool("S2", 2), drop6=None)`; names that are not there raise `UnknownName`.
        """
        for name, layer in layers.items():
            self[name]
            if layer is not None and not isinstance(layer, Layer):
                raise TypeError(f"change({name}={layer!r}): a layer is needed, such as ReLU({name!r}), or None")
        kept = [layers.get(layer.name, layer) for layer in self.layers]
        return replace(self, id=id or self.id, layers=tuple(layer for layer in kept if layer is not None))

    def map(self, change: Callable[[Layer], Layer], id: str | None = None) -> "Arch":
        """A copy with `change(layer)` in place of every layer."""
        return replace(self, id=id or self.id, layers=tuple(map(change, self.layers)))

    def follow(
        self, change: Callable[[Layer], Iterable[Layer] | Literal[False] | None], id: str | None = None
    ) -> "Arch":
        """A copy in which every layer is followed by those that `change(layer)` gives for it, if it gives any."""
        layers = (one for layer in self.layers for one in (layer, *(change(layer) or ())))
        return replace(self, id=id or self.id, layers=tuple(layers))

    def as_dict(self) -> dict[str, Any]:
        """Plain types only, enough to rebuild it: goes into every record."""
        layers = [{"type": type(layer).__name__, **asdict(layer)} for layer in self.layers]
        return {"id": self.id, "title": self.title, "input": list(self.input), "init": self.init, "layers": layers}

    def _repr_html_(self) -> str:
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
