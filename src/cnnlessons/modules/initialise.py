"""How weights start, a function a recipe; each takes a model and overwrites its weights in place."""

from functools import partial
from math import sqrt

from torch import nn

from cnnlessons.modules.papers import Subsample, TableConv2d


def torch_default(model: nn.Module) -> None:
    """What PyTorch's constructors did already: uniform in ±1/√fan_in for convolutions and linear layers."""


def lecun1998(model: nn.Module) -> None:
    """Uniform in ±2.4/F, F the inputs of a unit (LeCun et al. 1998, App. A); biases alike.

    Subsampling starts as averaging: coefficient 1/4, bias 0. The rule read literally (F = 4: ±0.6, either sign)
    starts some maps near zero, and cost about 0.1 points of test error in a pilot of one run each.
    """
    for module in model.modules():
        if isinstance(module, TableConv2d):
            for o, fan_in in enumerate(module.fan_in()):
                nn.init.uniform_(module.weight[module.rows(o)], -2.4 / fan_in, 2.4 / fan_in)
                nn.init.uniform_(module.bias[o : o + 1], -2.4 / fan_in, 2.4 / fan_in)
        elif isinstance(module, Subsample):
            nn.init.constant_(module.coefficient, 1 / module.k**2)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Conv2d | nn.Linear):
            fan_in = module.weight[0].numel()
            for weights in (module.weight, module.bias):
                nn.init.uniform_(weights, -2.4 / fan_in, 2.4 / fan_in)


def glorot(model: nn.Module) -> None:
    """Glorot's uniform weights and zero biases: Keras's default (Glorot & Bengio 2010)."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            nn.init.zeros_(module.bias)


def he(model: nn.Module) -> None:
    """N(0, 2/fan_in), which makes up for the half that ReLU cuts off, and zero biases (He et al. 2015, §2.2)."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            nn.init.zeros_(module.bias)


def normal(model: nn.Module, ones=()) -> None:
    """N(0, 0.01²) and zero biases, but 1 in the layers named in `ones` (Simonyan & Zisserman 2014, §3.1)."""
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.constant_(module.bias, float(name in ones))


ONES_2012 = ("conv2", "conv4", "conv5", "fc6", "fc7")  # biases that feed the ReLUs a positive start


def krizhevsky2012(model: nn.Module) -> None:
    """N(0, 0.01²), and biases of 1 in ONES_2012 (Krizhevsky et al. 2012, §5)."""
    normal(model, ONES_2012)


# Weights that end in one unit of each layer of AlexNet (2012) and of VGG: by them and 0.01 a layer scales its signal.
FAN_IN = {
    "krizhevsky2012": {
        "conv1": 363,
        "conv2": 1200,
        "conv3": 2304,
        "conv4": 1728,
        "conv5": 1728,
        "fc6": 9216,
        "fc7": 4096,
        "fc8": 4096,
    },
    "simonyan2014": {
        "conv1_1": 27,
        "conv1_2": 576,
        "conv2_1": 576,
        "conv2_2": 1152,
        "conv3_1": 1152,
        **{f"conv3_{i}": 2304 for i in (2, 3, 4)},
        "conv4_1": 2304,
        **{f"conv{b}_{i}": 4608 for b in (4, 5) for i in range(1, 5) if (b, i) != (4, 1)},
        "fc6": 25088,
        "fc7": 4096,
        "fc8": 4096,
    },
}


def scaled(model: nn.Module, paper: str, ones=()) -> None:
    """A paper's start for a smaller network whose layers bear the same names: each scales its signal as there.

    N(0, 0.01²) multiplies a signal by 0.01·√fan_in; with a tenth of the inputs it would be lost on the way. So the
    standard deviation is 0.01·√(F/f), F the fan-in in the paper's network and f here. Biases are 1 in `ones`, else 0.
    Raises `ValueError` for a layer of another name.
    """
    normal(model, ones)
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            if name not in FAN_IN[paper]:
                raise ValueError(
                    f"the network of {paper} has no layer {name!r} to scale this start by; "
                    f"name it one of {', '.join(FAN_IN[paper])}, or use init='he'"
                )
            nn.init.normal_(module.weight, std=0.01 * sqrt(FAN_IN[paper][name] / module.weight[0].numel()))


INITIALISERS = {
    "torch": torch_default,
    "lecun1998": lecun1998,
    "glorot": glorot,
    "he": he,
    "normal-0.01": normal,
    "krizhevsky2012": krizhevsky2012,
    "krizhevsky2012-scaled": partial(scaled, paper="krizhevsky2012", ones=ONES_2012),
    "krizhevsky2012-scaled-zeros": partial(scaled, paper="krizhevsky2012"),
    "simonyan2014-scaled": partial(scaled, paper="simonyan2014"),
}
