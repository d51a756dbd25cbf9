"""LeNet-5, AlexNet and VGG as data: trace them, build them, train them, draw them."""

from cnnlessons.arch import Arch, build
from cnnlessons.catalogue import CATALOGUE
from cnnlessons.trace import trace

__all__ = ["CATALOGUE", "Arch", "build", "trace"]
