"""A look at what a network does with the first images, before anything long begins."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnnlessons.modules import about
from cnnlessons.training.augment import test_view
from cnnlessons.training.device import devices
from cnnlessons.training.recipe import Recipe

FEW = 16  # images that are looked at


@dataclass(frozen=True)
class Look:
    """What came out for a few images in eval mode, and on the way."""

    out: torch.Tensor  # (few, classes)
    last: nn.Module | None  # the layer that was called last
    single: tuple[str, ...]  # batch normalisations that get one value a channel from an image
    macs: float  # multiplications an image

    @property
    def classes(self) -> int:
        """How many outputs there are."""
        return self.out.shape[1]

    @property
    def probabilities(self) -> bool:
        """Whether each row is one of probabilities: none below 0, and their sum is 1."""
        return self.classes > 1 and bool((self.out >= 0).all() and ((self.out.sum(1) - 1).abs() < 1e-3).all())


def size_of(model: nn.Module) -> tuple[int, int] | None:
    """Height and width the network was built for, or None for a model that `build` did not make."""
    shape = about(model).input
    return (shape[1], shape[2]) if shape and len(shape) == 3 else None


def check_model(model: nn.Module, verb: str) -> None:
    """Raise `TypeError` for what is no model, `ValueError` for one whose weights are not float32 numbers in memory."""
    if not isinstance(model, nn.Module):
        arch = getattr(model, "id", model)
        what = f"{model.__name__} itself" if isinstance(model, type) else f"a {type(model).__name__}"
        built = f"build(CATALOGUE[{arch!r}])" if isinstance(arch, str) else "build(arch), or a network of your own"
        raise TypeError(f"{verb} takes a network, an nn.Module, not {what}: build it first, {built}")
    for name, p in model.named_parameters():
        if p.is_meta:
            raise ValueError(f"the network's weights have no numbers: {name} is on the meta device; build it anew")
        if p.is_floating_point() and p.dtype != torch.float32:
            raise ValueError(f"the network's weights must be float32, not {p.dtype} as {name}: use model.float()")


def same_channels(model: nn.Module, x: torch.Tensor) -> None:
    """Raise `ValueError` if images `x` have another number of channels than the network was built for."""
    shape, (_, channels, height, width) = about(model).input, x.shape
    if not shape or channels == shape[0]:
        return
    ways = [f"build the network for them with build(arch, input=({channels}, {height}, {width}))"]
    if channels == 1:
        ways.insert(0, f"x.expand(-1, {shape[0]}, -1, -1) shows it grey images")
    if x.shape[3] == shape[0]:
        ways = ["x.permute(0, 3, 1, 2) puts the channels first"]
    elif shape[0] == 1:
        ways.insert(0, "x.float().mean(1, keepdim=True).round().byte() makes them grey")
    raise ValueError(
        f"this network reads {shape[0]} channel{'s' * (shape[0] > 1)}, but the images have {channels}: "
        + ", or ".join(ways)
    )


@contextmanager
def mode(model: nn.Module, train: bool) -> Iterator[None]:
    """Have the model in train or eval mode while the block runs; afterwards each part is in the mode it was in."""
    before = {module: module.training for module in model.modules()}
    model.train(train)
    try:
        yield
    finally:
        for module, was in before.items():
            module.training = was


def look(model: nn.Module, x: torch.Tensor, recipe: Recipe) -> Look:
    """Run the network on a few of the images `x` (N, C, H, W), pixels of 0 … 255, in eval mode.

    Raises `ValueError`, with the way out, for images that it cannot read and for outputs that are not (N, classes).
    """
    same_channels(model, x)
    called: list[nn.Module] = []
    single: list[str] = []
    first = test_view(x[:FEW].to(devices(model)[0]), recipe, size_of(model))
    counter = FlopCounterMode(display=False)
    with ExitStack() as stack:
        for name, module in model.named_modules():
            if next(module.children(), None) is None:

                def hook(module: nn.Module, inputs: tuple[torch.Tensor, ...], out: object, name: str = name) -> None:
                    called.append(module)
                    if isinstance(module, nn.modules.batchnorm._BatchNorm) and inputs[0].shape[2:].numel() == 1:
                        single.append(name)

                stack.callback(module.register_forward_hook(hook).remove)
        for context in (mode(model, train=False), torch.random.fork_rng(devices=[]), torch.no_grad(), counter):
            stack.enter_context(context)
        out = read(model, first)
    if out.dim() != 2:
        raise ValueError(
            f"the network must return numbers (N, classes), not {tuple(out.shape)} for {len(first)} images; "
            "end it with nn.Flatten(), or with the mean over the places of its maps"
        )
    return Look(out.float(), called[-1] if called else None, tuple(single), counter.get_total_flops() / 2 / len(first))


def read(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """What the network returns for `x`, one tensor. Raises `ValueError` where it cannot read `x` or returns others."""
    try:
        out = model(x)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        shape = "×".join(map(str, x.shape[1:]))
        raise ValueError(
            f"the network cannot read images of {shape} ({str(error).splitlines()[0]}); if it is made for larger ones, "
            "cnnlessons.modules.remember(model, input=(C, H, W)) has them padded to that size"
        ) from error
    if not isinstance(out, torch.Tensor):
        raise ValueError(
            f"the network must return one tensor (N, classes), not a {type(out).__name__}; "
            "let forward return the logits alone"
        )
    return out
