"""Recipe, Epoch and fit: the one training loop of the book."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi

import torch
from torch import nn
from tqdm.auto import tqdm

from cnnlessons.allocator import keep_freed_memory
from cnnlessons.augment import Augment, check_ways, seen
from cnnlessons.errors import unknown
from cnnlessons.losses import LOSSES, loss_for
from cnnlessons.pixels import check_scale

SCHEDULES = {
    "constant": lambda done: 1.0,
    "cosine": lambda done: (1 + cos(pi * done)) / 2,  # from 1 to 0 over the whole run
    "steps": lambda done: 10.0 ** -sum(done >= at for at in (0.5, 0.75, 0.9)),  # three divisions by 10, as AlexNet's
}
PRECISIONS = ("auto", "float32", "bfloat16")
CHECK_EVERY = 64  # steps between looks at the loss: on a GPU a look waits for the queue


class DivergedError(RuntimeError):
    """The loss became infinite or undefined; `epoch` and `step` say when (both from 1)."""

    def __init__(self, epoch: int, step: int, recipe: "Recipe"):
        super().__init__(
            f"the loss is no longer a number at step {step} of epoch {epoch} (lr={recipe.lr:g}, "
            f"pixels={recipe.pixels!r}); try Recipe(lr={recipe.lr / 10:g}), Recipe(clip=5), or pixels='unit'"
        )
        self.epoch, self.step = epoch, step


@dataclass(frozen=True)
class Recipe:
    """How a network is trained: SGD with momentum; everything that can change between two runs."""

    epochs: int = 10  # passes over the training pictures
    batch: int = 64  # pictures a step
    lr: float = 0.05  # SGD step size
    momentum: float = 0.9  # share of the last step carried on
    weight_decay: float = 0.0  # pull of every weight towards 0
    schedule: str = "constant"  # of the step size: a name in SCHEDULES
    clip: float | None = None  # largest length of the gradient, or None
    pixels: str = "unit"  # a name in pixels.SCALES
    loss: str = "own"  # a name in losses.LOSSES, or the one of the network's last layer
    seed: int = 0  # order of the pictures, dropout, and augmentation
    augment: tuple[str, ...] = ()  # what is done to training pictures: names in augment.WAYS
    precision: str = "auto"  # in which the layers compute: a name in PRECISIONS, see `in_bfloat16`

    def __post_init__(self):
        for name, least in (("epochs", 1), ("batch", 1)):
            if not isinstance(getattr(self, name), int) or getattr(self, name) < least:
                raise ValueError(f"Recipe({name}={getattr(self, name)!r}): a whole number from {least} is needed")
        for name in ("lr", "momentum", "weight_decay"):
            if not getattr(self, name) >= 0:
                raise ValueError(f"Recipe({name}={getattr(self, name)!r}): must not be negative")
        if self.clip is not None and not self.clip > 0:
            raise ValueError(f"Recipe(clip={self.clip!r}): must be above 0, or None for no clipping")
        check_scale(self.pixels)
        if isinstance(self.augment, str):
            raise ValueError(f"Recipe(augment={self.augment!r}): a tuple of names is needed, as ({self.augment!r},)")
        object.__setattr__(self, "augment", tuple(self.augment))
        check_ways(self.augment)
        if self.schedule not in SCHEDULES:
            raise unknown("schedule", self.schedule, SCHEDULES)
        if self.loss not in ("own", *LOSSES):
            raise unknown("loss", self.loss, ["own", *LOSSES])
        if self.precision not in PRECISIONS:
            raise unknown("precision", self.precision, PRECISIONS)


@dataclass(frozen=True)
class Epoch:
    """What one pass did. Losses are means over pictures, accuracies shares of pictures."""

    n: int  # from 1
    seconds: float  # of training alone
    train_loss: float  # while training: in train mode, over weights that still change
    train_accuracy: float  # likewise
    test_loss: float  # after the pass, in eval mode
    test_accuracy: float  # likewise
    pictures_per_second: float  # of training alone

    def __str__(self):
        return (f"epoch {self.n:3d}  train loss {self.train_loss:.4f}  test loss {self.test_loss:.4f}  "
                f"test accuracy {self.test_accuracy:.2%}")


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


def size_of(model: nn.Module) -> tuple[int, int] | None:
    """Height and width the network was built for, or None for a model that `build` did not make."""
    return model.input[1:] if hasattr(model, "input") else None


def same_channels(model: nn.Module, x: torch.Tensor) -> None:
    """Raise `ValueError` if pictures `x` have another number of channels than the network reads."""
    if hasattr(model, "input") and x.shape[1] != model.input[0]:
        raise ValueError(f"this network reads {model.input[0]} channel(s), but the pictures have {x.shape[1]}")


@torch.no_grad()
def outputs(model: nn.Module, x: torch.Tensor, recipe: Recipe = Recipe(), batch: int = 1000) -> torch.Tensor:
    """The network's outputs (N, classes) in eval mode for pictures uint8 (N, C, H, W), on the model's device."""
    same_channels(model, x)
    device, was_training = next(model.parameters()).device, model.training
    model.eval()
    parts = [model(seen(part.to(device), recipe, size_of(model))) for part in x.split(batch)]
    model.train(was_training)
    return torch.cat(parts)


@torch.no_grad()
def evaluate(model: nn.Module, split, recipe: Recipe = Recipe()) -> tuple[float, float]:
    """Mean loss and accuracy of the network in eval mode over a `Split`."""
    loss = loss_for(recipe.loss, model)
    out = outputs(model, split.x, recipe, batch=500)  # a LeNet's maps then fit the blocks that the allocator keeps
    y = split.y.to(out.device)
    return loss.value(out.float(), y).item(), (loss.decide(out) == y).float().mean().item()


def fit(model: nn.Module, train, test, recipe: Recipe = Recipe(), *, device=None) -> Iterator[Epoch]:
    """Train `model` in place and yield an `Epoch` after each pass over `train`.

    `train` and `test` are `Split`s: x uint8 (N, C, H, W), y int64 (N,). Pictures smaller than the network's input are
    padded with background; `recipe.augment` says what else is done to those of `train`. All pictures move to `device`
    (default: CNNLESSONS_DEVICE, else the CPU) once, and a batch is an index into them, so no step waits for a loader.
    The same seed gives the same curve, bit for bit on one CPU machine with the same number of threads; the global
    random state is left alone. Afterwards the model is back on the device it came from. One that lies on several (a
    `Pair`) stays where it is, unless a `device` is given; its pictures go to the first.

    Raises `DivergedError` when the loss stops being a number.
    """
    same_channels(model, train.x)
    loss, places = loss_for(recipe.loss, model), devices(model)
    stays = device is None and len(places) > 1
    if device is None:
        device = places[0] if stays else chosen_device()
    device = torch.device(device)
    if device.type == "cpu":
        keep_freed_memory()
    if not stays:
        model.to(device, memory_format=layout(model, device))
    optimiser = torch.optim.SGD(model.parameters(), recipe.lr, recipe.momentum,
                                weight_decay=recipe.weight_decay, fused=True)
    x, y = train.x.to(device), train.y.to(device)
    augment = Augment(recipe.augment, recipe.pixels, train.x, size_of(model))
    shuffle = torch.Generator().manual_seed(recipe.seed)
    chance = torch.Generator().manual_seed(recipe.seed + 1_000_003)  # apart: augmented or not, the order is the same
    steps = -(-len(train) // recipe.batch)
    quiet = bool(os.environ.get("TQDM_DISABLE"))  # said here, for tqdm's notebook bar does not look at it
    try:
        with tqdm(total=recipe.epochs * steps, unit="step", leave=False, disable=quiet) as bar:
            for n in range(1, recipe.epochs + 1):
                start = time.perf_counter()
                order = torch.randperm(len(train), generator=shuffle).to(device)
                drawn = augment.draw(len(train), chance).to(device)  # at once: no step waits for random numbers
                with torch.random.fork_rng():
                    torch.manual_seed(recipe.seed * 10_007 + n)  # dropout, whatever happened between epochs
                    train_loss, train_accuracy = one_pass(model, x, y, order, augment, drawn, n, recipe, loss,
                                                          optimiser, bar)
                seconds = time.perf_counter() - start
                test_loss, test_accuracy = evaluate(model, test, recipe)
                yield Epoch(n, seconds, train_loss, train_accuracy, test_loss, test_accuracy, len(train) / seconds)
    finally:
        if not stays:
            model.to(places[0])


def one_pass(model, x, y, order, augment, drawn, n, recipe, loss, optimiser, bar) -> tuple[float, float]:
    """Epoch `n`: a step for each batch of `order`, an index into `x` and `y`. Returns mean loss and accuracy."""
    model.train()
    batches = order.split(recipe.batch)
    precision = torch.autocast(x.device.type, torch.bfloat16, enabled=in_bfloat16(model, recipe, x.device))
    values, outs, checked = [], [], 0
    for step, index in enumerate(batches, 1):
        done = (n - 1 + (step - 1) / len(batches)) / recipe.epochs
        optimiser.param_groups[0]["lr"] = recipe.lr * SCHEDULES[recipe.schedule](done)
        part = slice((step - 1) * recipe.batch, step * recipe.batch)
        shown = augment.train(x.index_select(0, index), drawn.take(part))
        with precision:
            out = model(shown)
        value = loss.value(out.float(), y.index_select(0, index))
        optimiser.zero_grad()
        value.backward()
        if recipe.clip:
            nn.utils.clip_grad_norm_(model.parameters(), recipe.clip)
        optimiser.step()
        values.append(value.detach())
        outs.append(out.detach())
        if step % CHECK_EVERY == 0 or step == len(batches):
            finite = torch.stack(values[checked:]).isfinite()
            if not finite.all():
                raise DivergedError(n, checked + int((~finite).nonzero()[0]) + 1, recipe)
            bar.update(step - checked)
            checked = step
    sizes = torch.tensor([len(index) for index in batches], device=x.device)
    mean = (torch.stack(values) * sizes).sum().item() / len(x)
    return mean, (loss.decide(torch.cat(outs)) == y[order]).float().mean().item()
