"""One palette: a colour means a kind of layer, in every table, diagram and widget, always beside its name."""

from cnnlessons.networks.layers import Layer

# Dark enough for white text on them (contrast 4.5 or more) and apart for the common kinds of colour blindness.
PALETTE = {
    "input": "#4d4d4d",
    "conv": "#1f5fa8",
    "pool": "#1b7a3d",
    "norm": "#7a5c00",
    "activation": "#8a3d8f",
    "dropout": "#6b6b6b",
    "reshape": "#595959",
    "dense": "#b3470b",
    "output": "#a61c3c",
}


def colour(layer: Layer) -> str:
    """The colour of a layer's kind, as #rrggbb."""
    return PALETTE[layer.kind]
