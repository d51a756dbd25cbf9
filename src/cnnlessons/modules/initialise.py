"""How weights start, a function a recipe; each takes a model and overwrites its weights in place."""

from collections.abc import Callable, Collection, Mapping
from functools import cache, partial
from math import sqrt

from torch import nn

from cnnlessons.modules.papers import Subsample, TableConv2d
from cnnlessons.networks import CATALOGUE, trace
from cnnlessons.networks.layers import area


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
            nn.init.constant_(module.coefficient, 1 / area(module.k))
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Conv2d | nn.Linear):
            fan_in = module.weight[0].numel()
            for weights in module.parameters():  # weight and, where there is one, bias
                nn.init.uniform_(weights, -2.4 / fan_in, 2.4 / fan_in)


def set_bias(module: nn.Conv2d | nn.Linear, value: float) -> None:
    """Fill its bias, if it has one."""
    if module.bias is not None:
        nn.init.constant_(module.bias, value)


def glorot(model: nn.Module) -> None:
    """Glorot's uniform weights and zero biases: Keras's default (Glorot & Bengio 2010)."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(module.weight)
            set_bias(module, 0.0)


def he(model: nn.Module) -> None:
    """N(0, 2/fan_in), which makes up for the half that ReLU cuts off, and zero biases (He et al. 2015, §2.2)."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            set_bias(module, 0.0)


def normal(model: nn.Module, ones: Collection[str] = (), wider: Mapping[str, float] | None = None) -> None:
    """N(0, 0.01²) and zero biases, but 1 in the layers named in `ones` (Simonyan & Zisserman 2014, §3.1).

    `wider` gives other standard deviations, by the layers' names.
    """
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.normal_(module.weight, std=(wider or {}).get(name, 0.01))
            set_bias(module, float(name in ones))


ONES_2012 = ("conv2", "conv4", "conv5", "fc6", "fc7")  # biases that feed the ReLUs a positive start


def krizhevsky2012(model: nn.Module) -> None:
    """N(0, 0.01²), and biases of 1 in ONES_2012 (Krizhevsky et al. 2012, §5)."""
    normal(model, ONES_2012)


WIDER_2012 = {"conv3": 0.03, "conv4": 0.03, "conv5": 0.03}  # what the paper's 0.01 "in each layer" does not say


def krizhevsky2012_program(model: nn.Module) -> None:
    """N(0, 0.01²), 0.03² in conv3 to conv5, and biases of 1 in ONES_2012.

    What the configuration of network 145 says (AlexNet source code, Computer History Museum and Google, 2025).
    """
    normal(model, ONES_2012, WIDER_2012)


PAPERS = {"krizhevsky2012": "alexnet-2012", "simonyan2014": "vgg-E"}  # the network that each start was made for


@cache
def fan_ins(paper: str) -> dict[str, int]:
    """Weights that end in one unit of each layer: by their number and 0.01 a layer scales its signal."""
    return {row.layer.name: row.macs // row.units for row in trace(CATALOGUE[PAPERS[paper]]) if row.params}


def scaled(model: nn.Module, paper: str, ones: Collection[str] = ()) -> None:
    """A paper's start for a smaller network whose layers bear the same names: each scales its signal as there.

    N(0, 0.01²) multiplies a signal by 0.01·√fan_in; with a tenth of the inputs it would be lost on the way. So the
    standard deviation is 0.01·√(F/f), F the fan-in in the paper's network and f here. Biases are 1 in `ones`, else 0.
    Raises `ValueError` for a layer of another name.
    """
    normal(model, ones)
    there = fan_ins(paper)
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            if name not in there:
                raise ValueError(
                    f"the network of {paper} has no layer {name!r} to scale this start by; "
                    f"name it one of {', '.join(there)}, or use init='he'"
                )
            nn.init.normal_(module.weight, std=0.01 * sqrt(there[name] / module.weight[0].numel()))


INITIALISERS: dict[str, Callable[[nn.Module], None]] = {
    "torch": torch_default,
    "lecun1998": lecun1998,
    "glorot": glorot,
    "he": he,
    "normal-0.01": normal,
    "krizhevsky2012": krizhevsky2012,
    "krizhevsky2012-program": krizhevsky2012_program,
    "krizhevsky2012-scaled": partial(scaled, paper="krizhevsky2012", ones=ONES_2012),
    "krizhevsky2012-scaled-zeros": partial(scaled, paper="krizhevsky2012"),
    "simonyan2014-scaled": partial(scaled, paper="simonyan2014"),
}
