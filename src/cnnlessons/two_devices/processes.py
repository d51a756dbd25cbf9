"""A few training steps in two processes, for comparison with one.

`torchrun(way, steps)` does all of it: "split" cuts the network in two (halves.py), "data" the batch (PyTorch's
DistributedDataParallel). It starts this module as `torchrun --nproc-per-node=2 -m cnnlessons.two_devices.processes
WAY FILE`. FILE holds the `Steps`, pickled, for they hold a whole model: it is written to a new folder of its own a
moment before, and no other file is ever read with `weights_only=False`. Rank 0 writes what comes out to FILE.out.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel

from cnnlessons.errors import unknown
from cnnlessons.training import chosen_device
from cnnlessons.two_devices.halves import Tensors, build_half, join


@dataclass(frozen=True)
class Steps:
    """A network made by `build`, one batch, and how many steps of plain SGD to take on it."""

    model: nn.Sequential
    x: torch.Tensor  # float (N, C, H, W)
    y: torch.Tensor  # int64 (N,)
    count: int = 5
    lr: float = 0.05  # SGD step size


@dataclass(frozen=True)
class Taken:
    """What the steps gave, on the CPU."""

    output: torch.Tensor  # of the first step, (N, classes)
    gradients: Tensors  # of the first step, by the parameters' names
    losses: list[float]  # one per step
    seconds: list[float]  # one per step, of the slower process
    state: Tensors = field(default_factory=dict)  # the weights after the last step


def train(model: nn.Module, x: torch.Tensor, y: torch.Tensor, count: int, lr: float, share: float = 1.0) -> Taken:
    """`count` steps on one batch, in evaluation mode: dropout would drop other units in every process.

    `x` is float (N, C, H, W), `y` int64 (N,), both where the model reads them; `share` weighs the loss.
    """
    model.eval()
    optimiser = torch.optim.SGD(model.parameters(), lr)
    losses: list[float] = []
    seconds: list[float] = []
    for step in range(count):
        start = perf_counter()
        out = model(x)
        loss = cross_entropy(out, y)
        optimiser.zero_grad()
        (share * loss).backward()
        if step == 0:
            output, gradients = out.detach().cpu(), _gradients(model)
        optimiser.step()
        losses.append(loss.item())
        seconds.append(perf_counter() - start)
    return Taken(output, gradients, losses, seconds, _state(model))


def torchrun(way: str, steps: Steps) -> Taken:
    """The steps in two processes on this machine, `way` "split" or "data"; leaves no file behind.

    Returns what one process would have found. Raises `UnknownName` for another way, `RuntimeError` with what the
    processes said if one fails.
    """
    if way not in WAYS:
        raise unknown("way", way, WAYS)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder, "steps")
        torch.save(steps, path)
        # localhost: a laptop's own name need not lead to it; log-dir: torchrun would leave a folder in /tmp
        run = subprocess.run(
            [
                sys.executable,
                "-m",
                "torch.distributed.run",
                "--standalone",
                "--nproc-per-node=2",
                "--local-addr=localhost",
                f"--log-dir={folder}",
                "-m",
                "cnnlessons.two_devices.processes",
                way,
                str(path),
            ],
            text=True,
            capture_output=True,
            env=os.environ | {"OMP_NUM_THREADS": "1"} | ({"USE_LIBUV": "0"} if sys.platform == "win32" else {}),
        )
        if run.returncode:
            raise RuntimeError(f"two processes did not finish the steps:\n{run.stderr}")
        return Taken(**torch.load(f"{path}.out"))


def _split(steps: Steps, rank: int, device: torch.device) -> Taken:
    """The network cut in two. Both processes compute the loss of all outputs, so each counts for one half."""
    model = build_half(steps.model, rank).to(device)
    return train(model, steps.x.to(device), steps.y.to(device), steps.count, steps.lr, share=0.5)


def _data(steps: Steps, rank: int, device: torch.device) -> Taken:
    """The batch cut in two, the whole network at both. DDP averages the gradients of both while they are computed."""
    model = steps.model.to(device)
    both = DistributedDataParallel(model, device_ids=[device] if device.type == "cuda" else None)
    x, y = (part.chunk(2)[rank].to(device) for part in (steps.x, steps.y))
    taken = train(both, x, y, steps.count, steps.lr)
    return replace(taken, gradients=_unwrapped(taken.gradients), state=_unwrapped(taken.state))


WAYS: dict[str, Callable[[Steps, int, torch.device], Taken]] = {"split": _split, "data": _data}


def _gradients(model: nn.Module) -> Tensors:
    """Copies of all gradients on the CPU."""
    return {name: p.grad.detach().cpu().clone() for name, p in model.named_parameters() if p.grad is not None}


def _state(model: nn.Module) -> Tensors:
    """Copies of weights and buffers on the CPU."""
    return {name: tensor.detach().cpu().clone() for name, tensor in model.state_dict().items()}


def _unwrapped(tensors: Tensors) -> Tensors:
    """The names without the prefix that DistributedDataParallel gives them."""
    return {name.removeprefix("module."): tensor for name, tensor in tensors.items()}


def _together(way: str, first: Taken, second: Taken) -> Taken:
    """What both processes found, as one network on one batch would have found it."""
    seconds = [max(pair) for pair in zip(first.seconds, second.seconds, strict=True)]
    if way == "split":
        gradients = join(first.gradients, second.gradients)
        return replace(first, seconds=seconds, gradients=gradients, state=join(first.state, second.state))
    losses = [(a + b) / 2 for a, b in zip(first.losses, second.losses, strict=True)]
    return replace(first, seconds=seconds, losses=losses, output=torch.cat([first.output, second.output]))


@contextmanager
def _two_processes() -> Iterator[tuple[int, torch.device]]:
    """(rank, device) of this process of two: a GPU each with CNNLESSONS_DEVICE=cuda and two there, else the CPU.

    Threads and precision are set for the comparison, and set back at the end.
    """
    gpus = chosen_device().type == "cuda" and torch.cuda.device_count() >= 2
    device = torch.device(f"cuda:{os.environ['LOCAL_RANK']}" if gpus else "cpu")
    threads = torch.get_num_threads()
    tf32 = torch.backends.cudnn.allow_tf32
    if gpus:
        torch.cuda.set_device(device)
        torch.backends.cudnn.allow_tf32 = False  # or one network and two halves would agree to three digits only
    torch.set_num_threads(1)
    dist.init_process_group("cpu:gloo,cuda:nccl" if gpus else "gloo")
    try:
        yield dist.get_rank(), device
    finally:
        dist.destroy_process_group()
        torch.set_num_threads(threads)
        torch.backends.cudnn.allow_tf32 = tf32


def _main(way: str, path: str) -> None:
    """Take the steps in `path`, a file that `torchrun` wrote, as this process's rank."""
    with _two_processes() as (rank, device):
        taken = WAYS[way](torch.load(path, weights_only=False), rank, device)
        both: list[Any] = [None, None]
        dist.gather_object(taken, both if rank == 0 else None)
        if rank == 0:
            torch.save(vars(_together(way, *both)), f"{path}.out")


if __name__ == "__main__":
    _main(*sys.argv[1:])
