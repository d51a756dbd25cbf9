"""Watch the tensors of a training step come and go."""

import weakref
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from cnnlessons.modules import build
from cnnlessons.networks import Arch


class Live(TorchDispatchMode):
    """Watches the tensors come and go: `with Live(model.parameters()) as live: …`, then `live.course` and `live.peak`.

    `course` has the bytes alive after each operation, `now` those alive at the moment. On the meta device the sizes
    are the same and nothing is computed. PyTorch's own MemTracker does more, but is private.

    `owners` names functions that return tensors, such as the gradients that are there now; `parts` then has their
    bytes after each operation. `mark(name)` notes in `marks` that something begins.
    """

    def __init__(
        self,
        tensors: Iterable[torch.Tensor] = (),
        owners: Mapping[str, Callable[[], Iterable[torch.Tensor]]] | None = None,
    ) -> None:
        super().__init__()
        self.now = 0
        self.course: list[int] = []
        self.owners = dict(owners or {})
        self.parts: dict[str, list[int]] = {name: [] for name in self.owners}
        self.marks: list[tuple[int, str]] = []
        self.known: weakref.WeakKeyDictionary[torch.UntypedStorage, bool] = weakref.WeakKeyDictionary()
        for tensor in tensors:
            self.meet(tensor)

    def meet(self, tensor: torch.Tensor) -> None:
        """Count the tensor's storage until nobody refers to it any more; a view shares the storage of its base."""
        storage = tensor.untyped_storage()
        if storage not in self.known:
            self.known[storage] = True
            self.now += storage.nbytes()
            weakref.finalize(storage, self.part, storage.nbytes())

    def part(self, size: int) -> None:
        """`size` bytes are gone."""
        self.now -= size

    def mark(self, name: str) -> None:
        """Note that from the next operation on it is `name`: the forward pass, say."""
        self.marks.append((len(self.course), name))

    @property
    def peak(self) -> int:
        """Most bytes alive after any operation."""
        return max(self.course, default=self.now)

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        out = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(out):
            if isinstance(tensor, torch.Tensor):
                self.meet(tensor)
        self.course.append(self.now)
        for name, owned in self.owners.items():
            self.parts[name].append(sum(tensor.untyped_storage().nbytes() for tensor in owned()))
        return out


def watch_steps(arch: Arch, batch: int, count: int = 2) -> Live:
    """`count` steps of SGD with momentum on `batch` images, watched on the meta device; nothing is computed.

    The `marks` are "forward", "backward" and "update" of each step, the `parts` weights, gradients, momentum and images
    (with their labels); what of the course is in none of them is saved for the backward pass, or in use for a moment.
    Used in the lesson on the memory of a training step.
    """
    with torch.device("meta"):
        model = build(arch)
        x, y = torch.empty(batch, *arch.input), torch.empty(batch, dtype=torch.long)
        weights = list(model.parameters())
        optimiser = torch.optim.SGD(weights, 0.01, momentum=0.9, foreach=False)
        owners: dict[str, Callable[[], Iterable[torch.Tensor]]] = {
            "weights": lambda: weights,
            "gradients": lambda: [p.grad for p in weights if p.grad is not None],
            "momentum": lambda: [
                held for state in optimiser.state.values() if (held := state.get("momentum_buffer")) is not None
            ],
            "images": lambda: (x, y),
        }
        with Live([*weights, *model.buffers(), x, y], owners) as live:
            for _ in range(count):
                live.mark("forward")
                optimiser.zero_grad()
                loss = F.cross_entropy(model(x), y)
                live.mark("backward")
                loss.backward()
                live.mark("update")
                before = len(live.course)
                optimiser.step()
                for n in range(before, len(live.course)):  # momentum, but handed over only when the update ends
                    others = sum(live.parts[name][n] for name in owners if name != "momentum")
                    live.parts["momentum"][n] = live.course[n] - others
    return live
