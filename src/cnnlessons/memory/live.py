"""Watch the tensors of a training step come and go."""

import weakref
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Live(TorchDispatchMode):
    """Watches the tensors come and go: `with Live(model.parameters()) as live: …`, then `live.course` and `live.peak`.

    `course` has the bytes alive after each operation, `now` those alive at the moment. On the meta device the sizes
    are the same and nothing is computed. PyTorch's own MemTracker does more, but is private.
    """

    def __init__(self, tensors: Iterable[torch.Tensor] = ()) -> None:
        super().__init__()
        self.now = 0
        self.course: list[int] = []
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
        return out
