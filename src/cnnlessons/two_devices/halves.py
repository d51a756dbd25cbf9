"""A network cut in two: the half that each device computes, and the places where the halves exchange their maps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import torch
import torch.distributed as dist
from torch import nn

from cnnlessons.memory import Saved, saved_for_backward
from cnnlessons.modules import about, build, module, remember
from cnnlessons.networks import Arch, Row
from cnnlessons.networks.layers import LRN, RBF, Conv, GroupedLRN, Layer, Linear, Shape, Softmax

Tensors = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Exchange(Layer):
    """Each device sends what it has and reads both halves: (C, …) → (2C, …)."""

    kind: ClassVar[str] = "reshape"

    def out(self, shape: Shape) -> Shape:
        """Twice as many maps or units."""
        return 2 * shape[0], *shape[1:]


@saved_for_backward.register
def _(layer: Exchange, row: Row) -> Saved:
    return Saved()  # what it returns is saved if the next layer needs it


@module.register
def _(layer: Exchange, shape: Shape) -> nn.Module:
    return Meet()


class Meet(nn.Module):
    """In each of two processes: sends its own half and returns both. In one process, `Pair` does this in its stead."""

    def forward(self, own: torch.Tensor) -> torch.Tensor:
        """(N, C, …) → (N, 2C, …). Raises `RuntimeError` without a group of two processes."""
        if not dist.is_initialized() or dist.get_world_size() != 2:
            raise RuntimeError(
                "half a network runs in a group of two processes (torchrun --nproc-per-node=2); "
                "in one process, use Pair(model)"
            )
        return Gather.apply(own)


class Gather(torch.autograd.Function):
    """Both halves at both processes; backward, each gets the gradients that both have for its own half."""

    @staticmethod
    def forward(ctx: Any, own: torch.Tensor) -> torch.Tensor:
        """(N, C, …) → (N, 2C, …), rank 0 first."""
        halves = [torch.empty_like(own) for _ in range(2)]
        dist.all_gather(halves, own.contiguous())
        return torch.cat(halves, 1)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> torch.Tensor:
        """The sum over both readers: (N, 2C, …) → (N, C, …)."""
        grad = grad.clone(memory_format=torch.contiguous_format)
        dist.all_reduce(grad)
        return grad.chunk(2, 1)[dist.get_rank()].contiguous()


def _halved(layer: Layer, numbers: str) -> Layer:
    """A copy with half as many of its `numbers` ("maps", "units" or "groups"); `ShapeError` for an odd number."""
    n = getattr(layer, numbers)
    if n % 2:
        raise layer.problem(f"{n} {numbers} cannot be dealt to two devices")
    return replace(layer, **{numbers: n // 2})


def _own_part(layer: Layer, whole: bool) -> tuple[bool, Layer, bool]:
    """Of a layer: whether it reads both halves, what of it one device computes, and whether that is a whole again.

    `whole` says that both devices have everything it reads. Raises `ShapeError` for a layer that cannot be cut.
    """
    if isinstance(layer, Softmax | RBF):
        return True, layer, True
    if isinstance(layer, Linear):
        return True, _halved(layer, "units"), False
    if isinstance(layer, Conv) and layer.table:
        raise layer.problem("a convolution by a table has no halves")
    if isinstance(layer, Conv) and layer.groups == 1:
        return True, _halved(layer, "maps"), False
    if whole:
        if isinstance(layer, Conv | GroupedLRN):
            raise layer.problem("the first layer of a network in two halves reads all of the input: groups=1")
        return False, layer, True
    if isinstance(layer, Conv):
        return False, _halved(_halved(layer, "maps"), "groups"), False
    if isinstance(layer, GroupedLRN):
        return False, _halved(layer, "groups"), False
    if isinstance(layer, LRN):
        raise layer.problem("its windows reach over the cut; GroupedLRN keeps to its half")
    return False, layer, False


def half(arch: Arch) -> Arch:
    """What one of two devices computes: half of every layer's maps or units, and an `Exchange` before each layer that
    reads the other half too. Both devices have the image, and both end up with all outputs.

    Raises `ShapeError` for a layer that cannot be cut, with the way out.
    """
    layers: list[Layer] = []
    whole = True
    for layer in arch.layers:
        reads_both, part, whole_after = _own_part(layer, whole)
        if reads_both and not whole:
            head, dot, tail = layer.name.rpartition(".")
            layers.append(Exchange(f"{head}{dot}to {tail}"))
        layers.append(part)
        whole = whole_after
    if not whole:
        layers.append(Exchange("to loss"))
    return replace(arch, id=f"{arch.id}-half", title=f"{arch.title}, the half on one device", layers=tuple(layers))


def deal(state: Tensors, rank: int) -> Tensors:
    """Rank's half of each tensor of a whole network (a state_dict, or gradients by name): the first axis is cut."""
    return {name: tensor.chunk(2)[rank].clone() if tensor.dim() else tensor.clone() for name, tensor in state.items()}


def join(first: Tensors, second: Tensors) -> Tensors:
    """The whole network's tensors from those of both halves: the opposite of `deal`."""
    return {
        name: torch.cat([tensor, second[name].to(tensor.device)]) if tensor.dim() else tensor.clone()
        for name, tensor in first.items()
    }


def build_half(model: nn.Module, rank: int) -> nn.Sequential:
    """The half of a network made by `build` that device `rank` (0 or 1) computes, with the network's weights.

    Raises `ValueError` for another rank, `TypeError` for a model that `build` did not make, and `ShapeError` for a
    layer that cannot be cut.
    """
    if rank not in (0, 1):
        raise ValueError(f"rank is 0 or 1, one of two devices, not {rank!r}")
    arch = about(model).arch if isinstance(model, nn.Module) else None
    if arch is None:
        raise TypeError(f"model must come from build(…), which knows its layers; this is a {type(model).__name__}")
    part = build(half(arch), about(model).input).to(next(model.parameters()).dtype)
    part.load_state_dict(deal(model.state_dict(), rank))
    return part


class Pair(nn.Module):
    """Both halves of a network made by `build` in one process, each on a device of its own, with its weights.

    `Pair(model, ("cuda:0", "cuda:1"))`; at an exchange the maps are copied from device to device, and autograd copies
    the gradients back. The answer (N, …) is on the first device. `fit` leaves both where
    they are, unless it is given a device. Raises `ValueError` for other than two devices, and
    what `build_half` raises.
    """

    def __init__(self, model: nn.Module, devices: Sequence[str | torch.device] = ("cpu", "cpu")) -> None:
        super().__init__()
        if isinstance(devices, str) or len(devices) != 2:
            raise ValueError(f'devices are two, such as ("cuda:0", "cuda:1"), not {devices!r}')
        self.halves = nn.ModuleList(build_half(model, rank).to(device) for rank, device in enumerate(devices))
        remember(self, arch=about(model).arch, input=about(model).input)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """In step, layer by layer: on two GPUs both compute at once, for a call returns before its work is done."""
        a, b = (x.to(next(part.parameters()).device) for part in self.halves)
        for one, other in zip(*map(_leaves, self.halves), strict=True):
            if isinstance(one, Meet):
                a, b = torch.cat([a, b.to(a.device)], 1), torch.cat([a.to(b.device), b], 1)
            else:
                a, b = one(a), other(b)
        return a


def _leaves(model: nn.Module) -> list[nn.Module]:
    """The layers of a network that `build` made, in order."""
    found = []
    for child in model.children():
        found += _leaves(child) if isinstance(child, nn.Sequential) else [child]
    return found
