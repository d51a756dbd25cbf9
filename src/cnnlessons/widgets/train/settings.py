"""What one may choose in Train, and the network and recipe that follow; view.js does the same (a test compares)."""

from dataclasses import replace
from typing import Any

from cnnlessons.errors import unknown
from cnnlessons.networks import CATALOGUE, Arch
from cnnlessons.networks.layers import (
    LRN,
    AvgPool,
    BatchNorm,
    Conv,
    Dropout,
    Layer,
    MaxPool,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Subsample,
    Tanh,
)

NETWORKS = ("lenet-003-corrected", "lenet5-1998", "lenet-002-keras")
ACTIVATIONS = {"relu": ReLU, "tanh": Tanh, "scaled tanh": ScaledTanh, "sigmoid": Sigmoid}
POOLS: dict[str, Any] = {
    "max": lambda name: MaxPool(name, 2),
    "mean": lambda name: AvgPool(name, 2),
    "trainable": lambda name: Subsample(name, 2),
    "overlapping": lambda name: MaxPool(name, 3, 2, ceil=True),
}
NORMS: dict[str, Any] = {"none": None, "batch norm": BatchNorm, "lrn": LRN}
INITS = ("torch", "he", "glorot", "lecun1998", "normal-0.01")
PIXELS = ("unit", "raw", "lecun1998", "centred")
BATCHES = (16, 64, 256)

# "as it is" leaves what the network has
DEFAULTS: dict[str, Any] = {
    "network": "lenet-003-corrected",
    "activation": "relu",
    "pool": "max",
    "norm": "none",
    "init": "torch",
    "gain": 1.0,
    "lr": 0.05,
    "momentum": 0.9,
    "weight_decay": 0.0,
    "dropout": 0.0,
    "pixels": "unit",
    "batch": 64,
    "images": 4000,
    "clip": None,
}
# name → (words, what to watch, what differs from DEFAULTS)
PRESETS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "lenet": (
        "LeNet, as one writes it today",
        "Press Train. How many digits until 95 % of the held-out ones are read?",
        {},
    ),
    "lenet5-1998": (
        "LeNet-5 of 1998, with its own output",
        "The network of the paper, with the step size and pixels of this book's record, in batches of 16.",
        {
            "network": "lenet5-1998",
            "activation": "as it is",
            "pool": "as it is",
            "init": "lecun1998",
            "lr": 0.005,
            "pixels": "lecun1998",
            "batch": 16,
            "clip": 5.0,
        },
    ),
    "sigmoid": (
        "Sigmoids that wait",
        "The loss stays at 2.3, that of a guess. Look at the gradients: would a larger step help, or larger weights?",
        {"activation": "sigmoid", "pool": "mean"},
    ),
    "dying": (
        "ReLUs that die",
        "A step size of 1. Watch the units that are zero for 200 digits, and whether they come back.",
        {"lr": 1.0, "momentum": 0.0},
    ),
    "raw-pixels": (
        "Raw pixels, and certain",
        "Pixels run to 255, and a softmax's log is clipped as in Keras. The loss stops. Which pixels free it?",
        {"network": "lenet-002-keras", "activation": "relu", "pool": "max", "init": "glorot", "pixels": "raw"},
    ),
    "dropout": (
        "Dropout, in training and in use",
        "The thin curve is the loss of the steps, with units switched off; the thick ones use all units.",
        {"dropout": 0.5, "images": 1000},
    ),
    "lrn": ("LRN after each convolution", "Pin a run without it, then race the two.", {"norm": "lrn"}),
    "overlap": (
        "Pools that overlap, 3 in steps of 2",
        "Pin a run of plain pools, then race the two.",
        {"pool": "overlapping"},
    ),
    "momentum": (
        "No momentum",
        "Train, pin, then give it a momentum of 0.9. Which learns faster, and at which step?",
        {"momentum": 0.0, "lr": 0.01},
    ),
    "seeds": (
        "Five seeds",
        "Press 5 seeds: nothing but the first weights and the order of the digits differs.",
        {"images": 2000, "batch": 16, "lr": 0.02},
    ),
    "batch-size": (
        "Small batches",
        "Train, pin, then take batches of 256 and race: as many digits, a sixteenth of the steps.",
        {"batch": 16, "lr": 0.02},
    ),
}


def checked(settings: dict[str, Any]) -> dict[str, Any]:
    """All settings, those left out as in DEFAULTS. Raises `UnknownName` or `ValueError` for what cannot be."""
    for name in settings:
        if name not in DEFAULTS:
            raise unknown("setting of Train", name, DEFAULTS)
    full = {**DEFAULTS, **settings}
    allowed: dict[str, Any] = {
        "network": NETWORKS,
        "activation": ("as it is", *ACTIVATIONS),
        "pool": ("as it is", *POOLS),
        "norm": tuple(NORMS),
        "init": INITS,
        "pixels": PIXELS,
    }
    for name, choices in allowed.items():
        if full[name] not in choices:
            raise unknown(name, str(full[name]), choices)
    for name, low, high in (
        ("gain", 0.01, 100),
        ("lr", 0, 10),
        ("momentum", 0, 0.999),
        ("weight_decay", 0, 1),
        ("dropout", 0, 0.95),
    ):
        if isinstance(full[name], bool) or not isinstance(full[name], int | float) or not low <= full[name] <= high:
            raise ValueError(f"{name}={full[name]!r}: a number from {low} to {high} is needed")
    for name, low, high in (("batch", 1, 1000), ("images", 100, 4000)):
        if type(full[name]) is not int or not low <= full[name] <= high:
            raise ValueError(f"{name}={full[name]!r}: a whole number from {low} to {high} is needed")
    if full["clip"] is not None and not (isinstance(full["clip"], int | float) and full["clip"] > 0):
        raise ValueError(f"clip={full['clip']!r}: a number above 0 is needed, or None")
    return full


def network(settings: dict[str, Any]) -> Arch:
    """The network that the settings describe."""
    base = CATALOGUE[settings["network"]]
    layers: list[Layer] = []
    for layer in base.layers:
        if layer.kind == "activation" and settings["activation"] != "as it is":
            layer = ACTIVATIONS[settings["activation"]](layer.name)
        if layer.kind == "pool" and settings["pool"] != "as it is":
            layer = POOLS[settings["pool"]](layer.name)
        layers.append(layer)
        norm = NORMS[settings["norm"]]
        if isinstance(layer, Conv) and norm is not None and layer.name != "C5":
            layers.append(norm(f"{layer.name}_norm"))
        if settings["dropout"] and layer.name in ("C5_act", "F6_act"):
            layers.append(Dropout(f"{layer.name}_drop", settings["dropout"]))
    return replace(base, id="own", layers=tuple(layers), init=settings["init"])


def recipe(settings: dict[str, Any]) -> dict[str, Any]:
    """The fields of a `Recipe`."""
    return {name: settings[name] for name in ("batch", "lr", "momentum", "weight_decay", "clip", "pixels")}


def of(model: Any) -> dict[str, Any]:
    """The settings of the recipe that `model` was trained by, or is to be: those that Train has."""
    from cnnlessons.training.evaluation import checked_recipe

    trained = checked_recipe(model, None)
    return {name: getattr(trained, name) for name in ("batch", "lr", "momentum", "weight_decay", "clip", "pixels")}
