"""Layers as plain dictionaries, as `Arch.as_dict()["layers"]` gives them and a widget sends them."""

from dataclasses import asdict, fields
from typing import Any

from cnnlessons.errors import unknown
from cnnlessons.networks import CATALOGUE, colour, layers
from cnnlessons.networks.catalogue.codes import CODES
from cnnlessons.networks.layers import Layer

# What a reader may set of each type, and the value a new layer of that type starts with.
POOL: dict[str, Any] = {"k": 2, "s": None, "p": 0, "ceil": False}
SETTINGS: dict[str, dict[str, Any]] = {
    "Conv": {"maps": 16, "k": 3, "s": 1, "p": 0, "groups": 1, "d": 1, "ceil": False},
    "Local": {"maps": 16, "k": 3, "p": 0},
    "MaxPool": POOL,
    "AvgPool": POOL,
    "Subsample": {"k": 2, "s": None},
    "AdaptiveAvgPool": {"n": 1},
    "Flatten": {},
    "Linear": {"units": 10},
    "ReLU": {},
    "Tanh": {},
    "ScaledTanh": {},
    "Sigmoid": {},
    "Softmax": {},
    "Dropout": {},
    "LRN": {},
    "GroupedLRN": {"groups": 2},
    "WithinMapLRN": {},
    "BatchNorm": {},
    "RBF": {},
}
LABELS = {
    "maps": "maps",
    "units": "units",
    "k": "kernel",
    "s": "stride",
    "p": "padding",
    "groups": "groups",
    "d": "dilation",
    "ceil": "round up",
    "n": "output side",
}
FIXED: dict[str, dict[str, Any]] = {"RBF": {"codes": CODES}}  # a new RBF layer has the paper's codes


def from_dict(data: dict[str, Any]) -> Layer:
    """The layer that `data` describes; what is left out has the value a new layer starts with.

    Raises `UnknownName` for an unknown type or setting, `ValueError` for a value that the layer does not take.
    """
    kind = data.get("type")
    if kind not in SETTINGS:
        raise unknown("layer type", str(kind), SETTINGS)
    name = data.get("name")
    make = getattr(layers, kind)
    if not isinstance(name, str) or not name:
        raise ValueError(f"a {kind} layer has no name; give it one, such as 'name': {kind.lower() + '1'!r}")
    known = {field.name for field in fields(make)}
    given = {**FIXED.get(kind, {}), **SETTINGS[kind], **{key: value for key, value in data.items() if key != "type"}}
    for key in given:
        if key not in known:
            raise unknown(f"setting of {kind} {name}", key, sorted(known))
    return make(**given)


def lists(value: object) -> object:
    """Tuples as lists, all the way down: what comes back from JSON."""
    return list(map(lists, value)) if isinstance(value, tuple) else value


def to_dict(layer: Layer) -> dict[str, Any]:
    """The dictionary of a layer. Raises `ValueError` for a type that is not in `cnnlessons.networks.layers`."""
    kind = type(layer).__name__
    if kind not in SETTINGS or type(layer) is not getattr(layers, kind):
        raise ValueError(
            f"{layer.name}: the shape explorer has no rule for a {kind}; look at it with trace(arch), "
            f"or replace it by one of {', '.join(SETTINGS)}"
        )
    return {"type": kind, **{key: lists(value) for key, value in asdict(layer).items()}}


def sort(start: object) -> str:
    """Which control a setting gets, from the value it starts with."""
    if isinstance(start, bool):
        return "switch"
    return "optional" if start is None else "whole"


def vocabulary() -> dict[str, Any]:
    """For every layer type: its kind and colour, a new one as a dictionary, its settings as [key, label, control]."""
    words = {}
    for kind, settings in SETTINGS.items():
        new = from_dict({"type": kind, "name": kind.lower()})
        words[kind] = {
            "kind": new.kind,
            "colour": colour(new),
            "reads_all": new.reads_all,
            "new": to_dict(new),
            "settings": [[key, LABELS[key], sort(start)] for key, start in settings.items()],
        }
    return words


def catalogue() -> dict[str, Any]:
    """Every network's title, input and layers by its id."""
    return {
        id: {"title": arch.title, "input": list(arch.input), "layers": [to_dict(layer) for layer in arch.layers]}
        for id, arch in CATALOGUE.items()
    }
