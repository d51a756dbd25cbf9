"""`trace` for any `nn.Module`: run once on the meta device, where tensors have shapes and no numbers.

Hooks alone see the modules, but not `F.max_pool2d` between them, nor where two paths meet. So a dispatch mode follows
every operation that PyTorch carries out, and what a unit sees travels with the tensors (places.py); hooks only say
which operations belong to which module. Multiplications are counted by PyTorch's own `FlopCounterMode`.

The reader's model is not called: a copy is, whose weights are on the meta device from the start, in evaluation mode
and without hooks.
"""

import copy
import warnings
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil, prod
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from cnnlessons.errors import ShapeError
from cnnlessons.modules.built import about
from cnnlessons.modules.places import RESHAPE, View, arguments, aten, follow, plain_name
from cnnlessons.modules.vocabulary import Foreign, kind_of, word
from cnnlessons.networks import Arch, Row, Trace, described, trace
from cnnlessons.networks.layers import Flatten, Layer, Pair, Shape, Window, shape_text
from cnnlessons.networks.tracing import input_shape, one_or_both

KINDS_OF_CALLS = {
    "conv2d": "conv",
    "max_pool2d": "pool",
    "avg_pool2d": "pool",
    "adaptive_avg_pool2d": "pool",
    "adaptive_max_pool2d": "pool",
    "mean": "pool",
    "amax": "pool",
    "linear": "dense",
    "matmul": "dense",
}
VALUES = {aten._local_scalar_dense, aten.equal, aten.nonzero, aten.masked_select, aten.is_nonzero}


@dataclass
class Call:
    """A module at work, or one operation that belongs to no module with a row."""

    name: str
    module: nn.Module | None  # the reader's own; None for an operation
    has_row: bool
    type: str
    shape: Shape  # that came in, without the batch axis
    view: View | None = None  # of what came in; None if that does not depend on the input
    flops: int = 0
    connections: int = 0


@dataclass(frozen=True)
class Model:
    """What a trace of a module is of; an `Arch` stands there for a described network."""

    id: str
    title: str
    input: Shape
    layers: tuple[Layer, ...]


class Unreadable(Exception):
    """Why a module cannot be followed, said while it runs."""


def key(tensor: torch.Tensor) -> tuple:
    """The same for two tensors that are the same numbers in the same order in memory."""
    storage = tensor.untyped_storage()._cdata
    return storage, tensor.storage_offset(), tuple(tensor.shape), tuple(tensor.stride())


def tensors(value: Any) -> list[torch.Tensor]:
    """All tensors in lists, tuples and dictionaries, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [tensor for one in inner for tensor in tensors(one)]


def without_batch(tensor: torch.Tensor) -> Shape:
    """The shape of one image's numbers; `squeeze` may have taken the batch axis away."""
    shape = tuple(tensor.shape)
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape


class Reader(TorchDispatchMode):
    """Follows one run of a model: what each tensor sees of the input, what each call costs, and the rows."""

    def __init__(self, model: nn.Module, original: nn.Module, flops: FlopCounterMode):
        super().__init__()
        self.model, self.title, self.flops = model, type(original).__name__, flops
        self.rows: list[Row] = []
        self.between: list[str] = []  # what makes it no row of modules, as "relu is called as a function in Net"
        self.tip: tuple | None = None  # the tensor that the last module returned
        self.calls: list[Call] = []  # the modules at work, the innermost last
        self.views: dict[tuple, View] = {}  # of tensors that depend on the input
        self.alive: list[torch.Tensor] = []  # so that no storage comes again
        self.weights: dict[int, dict[int, int]] = {}  # storage → the parameters it is made of: id and numbers
        self.counted: set[int] = set()
        self.names: Counter[str] = Counter()
        for parameter in model.parameters():
            self.weights[parameter.untyped_storage()._cdata] = {id(parameter): parameter.numel()}
        originals = dict(original.named_modules())
        for name, module in model.named_modules():
            self.watch(name, module, originals[name])

    def watch(self, name: str, module: nn.Module, original: nn.Module) -> None:
        """Let hooks say when `module` starts and ends."""
        children = [child for child, _ in module.named_children() if child != "parametrizations"]
        own = name != "" or type(original).__module__.startswith("torch.nn.")  # not a reader's whole network
        leaf = own and not children and not isinstance(original, nn.Sequential)

        def start(_: nn.Module, args: tuple, kwargs: dict) -> None:
            given = tensors([args, kwargs])
            source = next((x for x in given if key(x) in self.views), given[0] if given else None)
            view = self.views.get(key(source)) if source is not None else None
            shape = without_batch(source) if source is not None else ()
            label = type(original).__name__
            if leaf and source is not None and self.tip not in (None, key(source)):
                self.between.append(f"{name or label} does not read what {self.rows[-1].layer.name} returns")
            self.calls.append(Call(name or label, original, leaf and self.owner() is None, label, shape, view))

        def end(_: nn.Module, args: tuple, kwargs: dict, output: Any) -> None:
            if self.calls[-1].has_row:
                given = tensors(output) if not isinstance(output, dict) else []
                if not given:
                    raise Unreadable(f"returns a {type(output).__name__}, not a tensor")
                self.row(self.calls[-1], given[0], {id(p): p.numel() for p in module.parameters()})
            self.calls.pop()

        module.register_forward_pre_hook(start, with_kwargs=True)
        module.register_forward_hook(end, with_kwargs=True)

    def owner(self) -> Call | None:
        """The module at work that gets a row, if one is."""
        return next((call for call in self.calls if call.has_row), None)

    def where(self) -> str:
        """The innermost module at work; for the network itself also the layer before."""
        if self.calls and self.calls[-1].name != self.title:
            return f"{self.calls[-1].name} ({self.calls[-1].type})"
        return f"{self.title}, after {self.rows[-1].layer.name}," if self.rows else self.title

    def stopped(self, error: Exception, shape: Shape) -> ValueError:
        """The sentence about a run that failed: the layer, the sizes, the way out."""
        size = f"(input {shape_text(shape)})"
        call = self.calls[-1] if self.calls else Call(self.title, None, False, self.title, shape)
        if call.module is not None and call.has_row:
            module: Any = call.module
            came = shape_text(call.shape)
            if isinstance(module, nn.Conv2d) and len(call.shape) == 3 and call.shape[0] != module.in_channels:
                n = module.in_channels
                out = f"give input=({n}, height, width)" if not self.rows else f"give it {call.shape[0]} in_channels"
                return ShapeError(f"{call.name}: reads {n} channels, but {came} comes in {size}; {out}")
            if isinstance(module, nn.Linear) and call.shape[-1:] != (module.in_features,):
                n = module.in_features
                if prod(call.shape) == n:
                    out = "put nn.Flatten() before it"
                else:
                    out = f"give the input size it was made for, or in_features={prod(call.shape)}"
                return ShapeError(f"{call.name}: reads a vector of {n}, but {came} comes in {size}; {out}")
            with suppress(TypeError):
                try:
                    layer = word(module, call.name, call.shape)
                    if layer is not None:
                        layer.out(call.shape)
                except ShapeError as said:
                    return ShapeError(f"{said} {size}; give a larger input, or change this layer")
        what = f"cannot take {shape_text(call.shape)}" if call.has_row else f"stops with a {type(error).__name__}"
        made = ShapeError if isinstance(error, RuntimeError) else ValueError
        return made(f"{self.where()} {what} {size}: {first_line(error)}; give the input the model was made for")

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        """Carry one operation out, and note what it does."""
        kwargs = kwargs or {}
        if func.overloadpacket in VALUES:
            raise Unreadable("asks for the value of a number, and so goes different ways for different images")
        given = tensors([args, kwargs])
        seen = [(x, self.views[key(x)]) for x in given if key(x) in self.views]
        used: dict[int, int] = {}
        for x in given:
            used |= self.weights.get(x.untyped_storage()._cdata, {})
        flops = self.flops.get_total_flops()
        out = func(*args, **kwargs)
        flops = self.flops.get_total_flops() - flops
        results = tensors(out)
        self.alive += results
        if not seen:
            for x in results:
                self.weights.setdefault(x.untyped_storage()._cdata, {}).update(used)
            return out
        named = arguments(func, args, kwargs)
        for x in results:
            view = follow(func, seen, named, x.shape)
            where = self.calls[-1].name if self.calls else self.title
            known = all(one.known for _, one in seen)
            self.views[key(x)] = view if view.known or not known else replace(view, reason=f"{view.reason} in {where}")
        if results:
            if self.tip == key(seen[0][0]) and same_place(func):
                self.tip = key(results[0])
            self.note(func, named, seen, results[0], flops, used)
        return out

    def note(self, func: Any, named: dict, seen: list, out: torch.Tensor, flops: int, used: dict[int, int]) -> None:
        """Add an operation's cost to the module it belongs to, or give it a row of its own."""
        (x, before), after, name = seen[0], self.views[key(out)], plain_name(func)
        connections, kernel = 0, named.get("kernel_size")
        if flops:
            bias = named.get("bias") is not None or func.overloadpacket is aten.addmm
            connections = flops // 2 + (out.numel() if bias else 0)
        elif kernel is not None:
            connections = prod(kernel if len(kernel) > 1 else (*kernel, *kernel)) * out.numel()
        owner = self.owner()
        if owner is not None:
            owner.flops += flops
            owner.connections += connections
            return
        path = self.calls[-1].name if len(self.calls) > 1 else ""
        own = any(one not in self.counted for one in used)
        slid = before.known and after.known and (before.field, before.jump) != (after.field, after.jump)
        if flops or own or slid or kernel is not None:
            label = f"{path}.{name}" if path else name
            self.names[label] += 1
            label += f"_{self.names[label]}" if self.names[label] > 1 else ""
            call = Call(label, None, True, name, without_batch(x), before, flops, connections)
            self.row(call, out, used)
        if not same_place(func):
            self.between.append(f"{name} is called as a function in {path or self.title}; make it a module")

    def row(self, call: Call, out: torch.Tensor, parameters: dict[int, int]) -> None:
        """The row of a call that is done."""
        shape_out, before = without_batch(out), call.view
        layer = layer_of(call.module, call.name, call.shape, shape_out)
        if layer is not None and before is not None:
            self.views[key(out)] = through(layer, before, call.shape, shape_out)
        after = self.views.get(key(out), View(reason="it does not depend on the input"))
        params = sum(numel for one, numel in parameters.items() if one not in self.counted)
        self.counted |= set(parameters)
        self.tip = key(out)
        if layer is None:
            layer = Foreign(call.name, kind(call, shape_out), call.type, moves(before, after))
            connections, macs = call.connections, call.flops // 2
        else:
            connections, macs = layer.connections(call.shape), layer.macs(call.shape)
        field: int | Pair | None = None
        jump: float | tuple[float, float] | None = None
        if after.known:
            height, width = map(ceil, after.field)
            field, jump = height if height == width else (height, width), one_or_both(*after.jump)
        self.rows.append(
            Row(layer, call.shape, shape_out, params, connections, macs, field, jump, after.reason, call.type)
        )


def same_place(func: Any) -> bool:
    """Whether an operation changes neither numbers nor places: copies, and the shapes that `flatten` makes."""
    return func.overloadpacket in RESHAPE or func.overloadpacket in (aten.detach, aten.alias, aten.clone, aten._to_copy)


def layer_of(module: nn.Module | None, name: str, shape_in: Shape, shape_out: Shape) -> Layer | None:
    """The layer that says what `module` did, if there is one."""
    if module is None:
        return None
    with suppress(ValueError, TypeError):  # a setting that no layer takes
        layer = word(module, name, shape_in)
        if layer is not None and layer.out(shape_in) == shape_out:
            return layer
    return None


def through(layer: Layer, view: View, shape_in: Shape, shape_out: Shape) -> View:
    """What a unit sees after a described layer."""
    if not view.known:
        return view
    if layer.reads_all:
        return view.whole()
    if len(shape_in) == len(shape_out) == 3:
        return replace(view.slide(layer.window(shape_in)), sides=shape_out[1:])
    return replace(view, flat=len(shape_out) == 1)


def moves(before: View | None, after: View) -> Window:
    """The one window that leads from `before` to `after`."""
    if before is None or not before.known or not after.known:
        return Window()
    axes = list(zip(before.field, before.jump, before.start, after.field, after.jump, after.start, strict=True))
    reach = [round((now - field) / jump) + 1 for field, jump, _, now, _, _ in axes]
    step = [now / jump for _, jump, _, _, now, _ in axes]
    padding = [round((start - now) / jump) for _, jump, start, _, _, now in axes]
    return Window((reach[0], reach[1]), (step[0], step[1]), (padding[0], padding[1]))


def kind(call: Call, out: Shape) -> str:
    """The kind of a call that no layer describes, which gives it its colour."""
    known = KINDS_OF_CALLS.get(call.type) if call.module is None else kind_of(call.module)
    return known or (("conv" if len(out) == 3 else "dense") if call.flops else "activation")


def on_meta(model: nn.Module) -> nn.Module:
    """A copy of `model` without its numbers and hooks, in evaluation mode. Raises `ValueError` if it cannot be had."""
    memo: dict[int, Any] = {}  # what deepcopy takes instead of copying
    for name, module in model.named_modules():
        for label, value in [*module._parameters.items(), *module._buffers.items(), *vars(module).items()]:
            if nn.parameter.is_lazy(value):
                raise ValueError(f"{name or type(model).__name__}: its {label} has no shape yet; call the model once")
            if isinstance(value, nn.Parameter):
                memo[id(value)] = nn.Parameter(value.detach().to("meta"), requires_grad=value.requires_grad)
            elif isinstance(value, torch.Tensor):
                memo[id(value)] = value.detach().to("meta")
            elif "_hooks" in label and isinstance(value, dict):
                memo[id(value)] = type(value)()
    try:
        return copy.deepcopy(model, memo).eval()
    except Exception as error:
        raise ValueError(f"{type(model).__name__} cannot be copied ({first_line(error)}); trace its parts") from error


def first_line(error: Exception) -> str:
    """What an error says, in one line without a full stop."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def read(model: nn.Module, shape: Shape) -> Reader:
    """Run a copy of `model` on one image of `shape`, which is (C, H, W) without a batch axis.

    Raises `ShapeError` where a layer cannot take what it is given, and `ValueError` where the run cannot be followed.
    """
    model = getattr(model, "_orig_mod", model)  # what torch.compile has wrapped
    flops = FlopCounterMode(display=False)
    reader = Reader(on_meta(model), model, flops)
    types = [p.dtype for p in model.parameters() if p.is_floating_point()]
    x = torch.empty((1, *shape), device="meta", dtype=types[0] if types else None)
    reader.views[key(x)] = View(sides=(shape[1], shape[2])) if len(shape) == 3 else View(flat=True)
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]), torch.inference_mode(False), torch.no_grad():
        warnings.simplefilter("ignore")  # what PyTorch warns of matters when the model itself runs
        try:
            with flops, reader:
                out = tensors(reader.model(x))
        except Unreadable as error:
            raise ValueError(f"{reader.where()} {error}; write it as modules, or trace the parts") from None
        except Exception as error:
            raise reader.stopped(error, shape) from (None if isinstance(error, RuntimeError) else error)
    if [key(one) for one in out] != [reader.tip]:
        reader.between.append(f"{reader.title} returns something else than what its last module does")
    return reader


def shape_for(model: nn.Module, input: Shape | None) -> Shape:
    """The shape (C, H, W) to run a model on. Raises `ValueError` if neither the caller nor `build` has said it."""
    shape = about(model).input if input is None else input_shape(input)
    if shape is None:
        name = type(model).__name__
        raise ValueError(f"{name} does not say what it reads; give input=(channels, height, width), as (3, 224, 224)")
    return shape


@trace.register
def _(arch: nn.Module, input: Shape | None = None) -> Trace:
    shape = shape_for(arch, input)
    rows = read(arch, shape).rows
    if not rows:
        raise ValueError(f"{type(arch).__name__} has no layers to trace")
    title = type(arch).__name__
    return Trace(rows, Model(title, title, shape, tuple(row.layer for row in rows)))


@described.register
def _(model: nn.Module, input: Shape | None = None) -> Arch:
    shape, title = shape_for(model, input), type(model).__name__
    reader = read(model, shape)
    layers: list[Layer] = []
    was = shape
    for row in reader.rows:
        if isinstance(row.layer, Foreign):
            raise ValueError(
                f"{row.layer.name}: no layer of this package says what a {row.module} does; trace lists it"
            )
        if len(was) == 3 and len(row.shape_in) == 1:
            taken = {one.layer.name for one in reader.rows}
            layers.append(Flatten(next(name for name in ("flatten", "to_vector", "as_vector") if name not in taken)))
        layers.append(row.layer)
        was = row.shape_out
    if reader.between:
        raise ValueError(f"{title} is no row of modules: {reader.between[0]}; trace lists it")
    return Arch(title, title, shape, tuple(layers), "an nn.Module")
