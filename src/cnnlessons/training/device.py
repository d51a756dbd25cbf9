"""Where a network computes, in which precision, with which random numbers, and how its maps lie in memory."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from cnnlessons.errors import UnknownName, unknown

KINDS = ("cpu", "cuda", "mps")


def device_named(name: str | torch.device, where: str = "device") -> torch.device:
    """The device of that name; `where` says in an error who named it.

    Raises `UnknownName` for a name that is none, and `ValueError` for a device that is not there.
    """
    kind, _, number = str(name).partition(":")
    if kind == "gpu":
        raise UnknownName(f"no device named {str(name)!r}; a CUDA card is 'cuda', Apple's GPU 'mps'")
    if kind not in KINDS or not (number.isdecimal() or str(name) == kind):
        raise unknown("device", str(name), KINDS)
    if kind == "cuda" and not (torch.cuda.is_available() and int(number or 0) < torch.cuda.device_count()):
        there = f"{torch.cuda.device_count()}" if torch.cuda.is_available() else "no"
        raise ValueError(
            f"{where}={str(name)!r}, but PyTorch sees {there} CUDA device here; leave it out to use the CPU"
        )
    if kind == "mps" and not torch.backends.mps.is_available():
        raise ValueError(f"{where}={str(name)!r}, but PyTorch sees no MPS device here; leave it out to use the CPU")
    return torch.device(name)


def chosen_device() -> torch.device:
    """The device that the environment variable CNNLESSONS_DEVICE names, else the CPU. Raises as `device_named` does."""
    return device_named(os.environ.get("CNNLESSONS_DEVICE") or "cpu", "CNNLESSONS_DEVICE")


def devices(model: nn.Module) -> list[torch.device]:
    """Where its parameters are, each device once, that of the first parameter first; the CPU if it has none."""
    return list(dict.fromkeys(p.device for p in model.parameters())) or [torch.device("cpu")]


def place(model: nn.Module, device: str | torch.device | None) -> tuple[torch.device, bool]:
    """Where the images for `model` go, and whether it stays where it is.

    To `device`, else to the first one of a model that lies on several, which stays, else to the chosen one.
    """
    if device is not None:
        return device_named(device), False
    places = devices(model)
    return (places[0], True) if len(places) > 1 else (chosen_device(), False)


@contextmanager
def placed(model: nn.Module, device: torch.device, stays: bool) -> Iterator[None]:
    """Have the model on `device` while the block runs, and back where it was afterwards, unless it `stays`."""
    before = devices(model)[0]
    if not stays:
        model.to(device, memory_format=layout(model, device))  # type: ignore[call-overload]
    try:
        yield
    finally:
        if not stays:
            model.to(before)


def autocast(precision: str, device: torch.device) -> torch.autocast:
    """The layers compute in bfloat16 if that is the `precision` of the recipe; weights, loss and steps stay float32.

    "auto" is float32 on every device, so that no two networks of one comparison differ in it unsaid.
    """
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Random numbers from `seed` while the block runs; the global random state is left as it was."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


def layout(model: nn.Module, device: torch.device) -> torch.memory_format:
    """How maps lie in memory: channels last on a GPU, and on the CPU where PyTorch's max pooling has many maps.

    There it works on vectors of maps: AlexNet's 3/2 pooling, and with it a small AlexNet, is several times as fast.
    """
    pooled = any(isinstance(m, nn.MaxPool2d) and (m.kernel_size, m.stride) != (2, 2) for m in model.modules())
    maps = [m.out_channels for m in model.modules() if isinstance(m, nn.Conv2d)]
    vectors = pooled and min(maps, default=0) >= 16
    return torch.channels_last if device.type != "cpu" or vectors else torch.contiguous_format
