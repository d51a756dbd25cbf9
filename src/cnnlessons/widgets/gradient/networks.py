"""The deep networks of Gradient: equal convolutions in a row, or a small VGG. networks.js makes the same."""

from typing import Any

from cnnlessons.errors import unknown
from cnnlessons.networks import Arch
from cnnlessons.networks.layers import BatchNorm, Conv, Flatten, Layer, Linear, MaxPool, ReLU, ScaledTanh, Sigmoid, Tanh

ACTIVATIONS: dict[str, Any] = {"sigmoid": Sigmoid, "tanh": Tanh, "scaled tanh": ScaledTanh, "relu": ReLU, "none": None}
INITS = ("glorot", "he", "torch", "normal-0.01", "simonyan2014-scaled")
PIXELS = ("unit", "raw", "centred", "lecun1998")
BLOCKS = {"vgg-A": (1, 1, 2, 2, 2), "vgg-B": (2, 2, 2, 2, 2), "vgg-D": (2, 2, 3, 3, 3)}
WIDTHS = (8, 16, 32, 64, 64)  # an eighth of the paper's

DEFAULTS: dict[str, Any] = {
    "network": "stack",
    "depth": 10,
    "activation": "sigmoid",
    "init": "glorot",
    "gain": 1.0,
    "pixels": "unit",
    "norm": False,
}


def checked(settings: dict[str, Any]) -> dict[str, Any]:
    """All settings, those left out as in DEFAULTS. Raises `UnknownName` or `ValueError` for what cannot be."""
    for name in settings:
        if name not in DEFAULTS:
            raise unknown("setting of Gradient", name, DEFAULTS)
    full = {**DEFAULTS, **settings}
    choices = {"network": ("stack", *BLOCKS), "activation": tuple(ACTIVATIONS), "init": INITS, "pixels": PIXELS}
    for name, known in choices.items():
        if full[name] not in known:
            raise unknown(name, str(full[name]), known)
    if full["init"] == "simonyan2014-scaled" and full["network"] == "stack":
        raise ValueError(
            "init='simonyan2014-scaled' scales the start of VGG's layers: take one of its networks, or 'normal-0.01'"
        )
    if type(full["depth"]) is not int or not 2 <= full["depth"] <= 20:
        raise ValueError(f"depth={full['depth']!r}: a whole number from 2 to 20 is needed")
    if isinstance(full["gain"], bool) or not isinstance(full["gain"], int | float) or not 0.01 <= full["gain"] <= 100:
        raise ValueError(f"gain={full['gain']!r}: a number from 0.01 to 100 is needed")
    return {**full, "gain": float(full["gain"]), "norm": bool(full["norm"])}


def network(settings: dict[str, Any]) -> Arch:
    """The network that the settings describe; its first weights are then multiplied by `gain`."""
    act = ACTIVATIONS[settings["activation"]]
    layers: list[Layer] = []

    def add(name: str, maps: int) -> None:
        one: list[Layer] = [Conv(f"conv{name}", maps, 3, p=1)]
        one += [BatchNorm(f"bn{name}")] if settings["norm"] else []
        layers.extend([*one, act(f"act{name}")] if act else one)

    if settings["network"] == "stack":
        for i in range(1, settings["depth"] + 1):
            add(str(i), 16)
            layers.extend([MaxPool(f"pool{i}", 2)] if i in (3, 6) else [])
        last: list[Layer] = [Flatten("flatten"), Linear("output", 10)]
        return Arch("stack", "convolutions in a row", (1, 28, 28), (*layers, *last), "this book", settings["init"])
    for block, (width, n) in enumerate(zip(WIDTHS, BLOCKS[settings["network"]], strict=True), 1):
        for i in range(1, n + 1):
            add(f"{block}_{i}", width)
        layers.append(MaxPool(f"pool{block}", 2))
    layers.append(Flatten("flatten"))
    for name in ("6", "7"):
        layers.extend([Linear(f"fc{name}", 128), *([act(f"fa{name}")] if act else [])])
    layers.append(Linear("fc8", 10))
    return Arch(settings["network"], "a small VGG", (1, 32, 32), tuple(layers), "this book", settings["init"])
