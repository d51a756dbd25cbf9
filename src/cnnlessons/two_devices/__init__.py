"""A network or a batch on two devices. Used by two-gpus."""

from cnnlessons.two_devices.halves import Exchange, Pair, build_half, half
from cnnlessons.two_devices.processes import Steps, Taken, torchrun, train

__all__ = ["Exchange", "Pair", "Steps", "Taken", "build_half", "half", "torchrun", "train"]
