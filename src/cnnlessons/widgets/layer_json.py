"""Layers as plain dictionaries, as `Arch.as_dict()["layers"]` gives them and a widget sends them."""

from dataclasses import asdict, fields

from cnnlessons.errors import unknown
from cnnlessons.networks import CATALOGUE, colour, layers
from cnnlessons.networks.layers import Layer

# What a reader may set of each type, and the value a new layer of that type starts with.
POOL = {"k": 2, "s": None, "p": 0, "ceil": False}
SETTINGS = {
    "Conv": {"maps": 16, "k": 3, "s": 1, "p": 0, "groups": 1, "d": 1},
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
FIXED = {"RBF": {"codes": CATALOGUE["lenet5-1998"]["output_rbf"].codes}}  # a new RBF layer has the paper's codes


def tuples(value):
    """Lists as tuples, all the way down: layers are frozen."""
    return tuple(map(tuples, value)) if isinstance(value, list | tuple) else value


def layer(data: dict) -> Layer:
    """The layer that `data` describes; what is left out has the value a new layer starts with."""
    kind = data.get("type")
    if kind not in SETTINGS:
        raise unknown("layer type", kind, SETTINGS)
    name, make = data.get("name"), getattr(layers, kind)
    if not isinstance(name, str) or not name:
        raise ValueError(f"a {kind} layer has no name; give it one, such as 'name': {kind.lower() + '1'!r}")
    given = {
        "name": name,
        **FIXED.get(kind, {}),
        **SETTINGS[kind],
        **{key: tuples(value) for key, value in data.items() if key != "type"},
    }
    known = {field.name for field in fields(make)}
    for key, value in given.items():
        if key not in known:
            raise unknown(f"setting of {kind} {name}", key, sorted(known))
        start = SETTINGS[kind].get(key, "")
        whole = isinstance(value, int) and not isinstance(value, bool)
        if isinstance(start, int | None) and not isinstance(start, bool) and not whole and value is not start:
            raise ValueError(f"{name}: {key} must be a whole number, not {value!r}")
    return make(**given)


def plain(layer: Layer) -> dict:
    """The dictionary of a layer, lists for tuples."""
    data = {"type": type(layer).__name__, **asdict(layer)}
    return {key: [list(row) for row in value] if isinstance(value, tuple) else value for key, value in data.items()}


def sort(start) -> str:
    """Which control a setting gets, from the value it starts with."""
    if isinstance(start, bool):
        return "switch"
    return "optional" if start is None else "whole"


def vocabulary() -> dict:
    """For every layer type: its kind and colour, a new one as a dictionary, its settings as [key, label, control]."""
    words = {}
    for kind, settings in SETTINGS.items():
        new = layer({"type": kind, "name": kind.lower()})
        words[kind] = {
            "kind": new.kind,
            "colour": colour(new),
            "reads_all": new.reads_all,
            "new": plain(new),
            "settings": [[key, LABELS[key], sort(start)] for key, start in settings.items()],
        }
    return words


def catalogue() -> dict:
    """Every network's title, input and layers by its id."""
    return {
        id: {"title": arch.title, "input": list(arch.input), "layers": [plain(layer) for layer in arch.layers]}
        for id, arch in CATALOGUE.items()
    }
