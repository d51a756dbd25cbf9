"""What every named layer of a model returned, caught by forward hooks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from cnnlessons.errors import UnknownName, unknown


class Maps(dict[str, torch.Tensor]):
    """Tensors by layer name, in the order of the calls; `input` is what the model itself was given."""

    input: torch.Tensor | None = None

    def __missing__(self, name: str) -> torch.Tensor:
        if not self:
            raise UnknownName(f"no layer was called, so there is no {name!r}; call the model inside the `with` block")
        raise unknown("called layer", name, self)


def cpu_copy(tensor: torch.Tensor) -> torch.Tensor:
    """A copy on the CPU that shares no memory, so that an in-place layer that follows cannot change it."""
    return tensor.detach().to("cpu", copy=True)


@contextmanager
def capture(model: nn.Module) -> Iterator[Maps]:
    """Record what the layers of `model` return while the block runs.

    `with capture(model) as maps: model(x)`; then `maps["C1"]` is the (N, C, H, W) that C1 returned, a detached copy on
    the CPU. Names are those of `named_modules` ("features.0"), of modules without children, in the order they were
    called; a second call replaces the first, and a name that was not called raises `UnknownName`. Layers that do not
    return one tensor are left out. `maps.input` is the batch that the model was given. The hooks are gone after the
    block, also after an error in it.
    """
    maps = Maps()

    def catch(name: str) -> Callable[[nn.Module, Any, Any], None]:
        def hook(module: nn.Module, inputs: Any, output: Any) -> None:
            if isinstance(output, torch.Tensor):
                maps.pop(name, None)  # so that the order is that of the latest calls
                maps[name] = cpu_copy(output)

        return hook

    def catch_input(module: nn.Module, inputs: Any) -> None:
        maps.input = next((cpu_copy(x) for x in inputs if isinstance(x, torch.Tensor)), None)

    handles = [model.register_forward_pre_hook(catch_input)]
    try:
        for name, module in model.named_modules():
            if next(module.children(), None) is None:
                handles.append(module.register_forward_hook(catch(name)))
        yield maps
    finally:
        for handle in handles:
            handle.remove()
