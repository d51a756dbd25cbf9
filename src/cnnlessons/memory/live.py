"""Watch the tensors of a training step come and go."""

import weakref

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Live(TorchDispatchMode):
    """Watches the tensors come and go: `with Live(model.parameters()) as live: …`, then `live.course` and `live.peak`.

    `course` has the bytes alive after each operation. On the meta device the sizes are the same and
    nothing is computed.
    """

    def __init__(self, tensors=()):
        super().__init__()
        self.now, self.course, self.known = 0, [], weakref.WeakKeyDictionary()
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
        return max(self.course)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(out):
            if isinstance(tensor, torch.Tensor):
                self.meet(tensor)
        self.course.append(self.now)
        return out
