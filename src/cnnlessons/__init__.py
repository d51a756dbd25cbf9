"""LeNet-5, AlexNet and VGG as data: trace them, build them, train them, draw them."""

from cnnlessons.activations import record
from cnnlessons.arch import Arch, build
from cnnlessons.catalogue import CATALOGUE
from cnnlessons.data import load
from cnnlessons.trace import trace
from cnnlessons.training import Epoch, Recipe, evaluate, fit, outputs

__all__ = ["CATALOGUE", "Arch", "Epoch", "Recipe", "build", "evaluate", "fit", "load", "outputs", "record", "trace"]
