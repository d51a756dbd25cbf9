"""A layer: its shape rule, its weights, its cost; modules/factory.py has the module for each. Every lesson uses them.

Shapes are channels first without the batch axis: a map is `(C, H, W)`, a vector `(F,)`. Every layer is a frozen
dataclass that knows, for the shape it is given, the shape it returns (`out`), its trainable numbers (`params`), its
connections (counted as in LeCun et al. 1998: a bias is one connection) and its multiplications (`macs`, convolutions
and linear layers only).
"""

from cnnlessons.networks.layers.arguments import Pair, Sides, area, pair
from cnnlessons.networks.layers.base import Layer, Shape, Window, count_windows, missing, shape_text
from cnnlessons.networks.layers.conv import Conv, Local
from cnnlessons.networks.layers.dense import RBF, Flatten, Linear
from cnnlessons.networks.layers.pointwise import (
    LRN,
    BatchNorm,
    Dropout,
    Elementwise,
    GroupedLRN,
    ReLU,
    ScaledTanh,
    Sigmoid,
    Softmax,
    Tanh,
    WithinMapLRN,
)
from cnnlessons.networks.layers.pool import AdaptiveAvgPool, AvgPool, MaxPool, Subsample

__all__ = [
    "LRN",
    "RBF",
    "AdaptiveAvgPool",
    "AvgPool",
    "BatchNorm",
    "Conv",
    "Dropout",
    "Elementwise",
    "Flatten",
    "GroupedLRN",
    "Layer",
    "Linear",
    "Local",
    "MaxPool",
    "Pair",
    "ReLU",
    "ScaledTanh",
    "Shape",
    "Sides",
    "Sigmoid",
    "Softmax",
    "Subsample",
    "Tanh",
    "Window",
    "WithinMapLRN",
    "area",
    "count_windows",
    "missing",
    "pair",
    "shape_text",
]
