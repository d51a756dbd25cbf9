"""Where a network computes, in which precision, and how its maps lie in memory."""

import os

import torch
from torch import nn

from cnnlessons.training.recipe import Recipe


def chosen_device() -> torch.device:
    """The device that the variable CNNLESSONS_DEVICE names, else the CPU. Raises `ValueError` if it is not there."""
    name = os.environ.get("CNNLESSONS_DEVICE", "cpu")
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"CNNLESSONS_DEVICE={name}, but PyTorch sees no CUDA device here; unset it to use the CPU")
    return torch.device(name)


def devices(model: nn.Module) -> list[torch.device]:
    """Where its parameters are, each device once, that of the first parameter first."""
    return list(dict.fromkeys(p.device for p in model.parameters()))


def in_bfloat16(model: nn.Module, recipe: Recipe, device: torch.device) -> bool:
    """Whether `fit` lets the layers compute in bfloat16; weights, loss and steps stay float32.

    If the recipe leaves it open, on a GPU and where some convolution reads 32 maps or more: below that the tensor
    cores have nothing to chew. The CPU is left at float32, so that a curve is the same on every one.
    """
    wide = any(isinstance(m, nn.Conv2d) and m.in_channels >= 32 for m in model.modules())
    return recipe.precision == "bfloat16" or (recipe.precision == "auto" and device.type == "cuda" and wide)


def layout(model: nn.Module, device: torch.device) -> torch.memory_format:
    """How maps lie in memory: channels last on a GPU, and on the CPU where PyTorch's max pooling has many maps.

    There it works on vectors of maps: AlexNet's 3/2 pooling, and with it a small AlexNet, is several times as fast.
    """
    pooled = any(isinstance(m, nn.MaxPool2d) and (m.kernel_size, m.stride) != (2, 2) for m in model.modules())
    maps = [m.out_channels for m in model.modules() if isinstance(m, nn.Conv2d)]
    vectors = pooled and min(maps, default=0) >= 16
    return torch.channels_last if device.type != "cpu" or vectors else torch.contiguous_format
