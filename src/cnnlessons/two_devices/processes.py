"""A few training steps on two processes, for comparison with one: `two_devices.processes split FILE` under
`torchrun --nproc-per-node=2 -m` cuts the network (halves.py), `data` the batch (PyTorch's DistributedDataParallel).

FILE is a `Job` written by `torch.save`; rank 0 writes what comes out to FILE.out. `torchrun(way, job)` does all of it.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.parallel import DistributedDataParallel

from cnnlessons.errors import unknown
from cnnlessons.training import chosen_device
from cnnlessons.two_devices.halves import build_half, join


@dataclass
class Job:
    """A network made by `build`, one batch, and how many steps of plain SGD to take on it."""

    model: nn.Sequential
    x: torch.Tensor  # float (N, C, H, W)
    y: torch.Tensor  # int64 (N,)
    steps: int = 5
    lr: float = 0.05


def gradients(model: nn.Module) -> dict[str, torch.Tensor]:
    """Copies of all gradients, by the parameters' names."""
    return {name: p.grad.detach().clone() for name, p in model.named_parameters()}


def train(model: nn.Module, x, y, steps: int, lr: float, share: float = 1.0) -> dict:
    """`steps` steps on one batch, in evaluation mode: dropout would throw other dice in every process.

    `share` weighs the loss. Returns the first step's output and gradients, all losses, and the seconds a step took.
    """
    model.eval()
    optimiser, found = torch.optim.SGD(model.parameters(), lr), {"losses": [], "seconds": []}
    for step in range(steps):
        start = perf_counter()
        out = model(x)
        loss = cross_entropy(out, y)
        optimiser.zero_grad()
        (share * loss).backward()
        if not step:
            found |= {"output": out.detach().clone(), "gradients": gradients(model)}
        optimiser.step()
        found["losses"].append(loss.item())
        found["seconds"].append(perf_counter() - start)
    return found


def split(job: Job, rank: int, device) -> dict:
    """The network cut in two. Both processes compute the loss of all outputs, so each counts for one half."""
    model = build_half(job.model, rank).to(device)
    return train(model, job.x.to(device), job.y.to(device), job.steps, job.lr, share=0.5) | {"state": state(model)}


def data(job: Job, rank: int, device) -> dict:
    """The batch cut in two, the whole network at both. DDP averages the gradients of both while they are computed."""
    model = job.model.to(device)
    both = DistributedDataParallel(model, device_ids=[device] if device.type == "cuda" else None)
    x, y = (part.chunk(2)[rank].to(device) for part in (job.x, job.y))
    found = train(both, x, y, job.steps, job.lr)
    first = {name.removeprefix("module."): gradient for name, gradient in found["gradients"].items()}
    return found | {"gradients": first, "state": state(model)}


def state(model: nn.Module) -> dict[str, torch.Tensor]:
    """The weights, on the CPU."""
    return {name: tensor.detach().cpu() for name, tensor in model.state_dict().items()}


def together(way: str, halves: list[dict]) -> dict:
    """What both processes found, as one network on one batch would tell it."""
    first, second = halves
    whole = first | {"seconds": [max(pair) for pair in zip(first["seconds"], second["seconds"], strict=True)]}
    if way == "split":
        return whole | {name: join(first[name], second[name]) for name in ("gradients", "state")}
    losses = [(a + b) / 2 for a, b in zip(first["losses"], second["losses"], strict=True)]
    return whole | {"output": torch.cat([first["output"], second["output"]]), "losses": losses}


@contextmanager
def two_processes():
    """(rank, device) of this process of two: a GPU each with CNNLESSONS_DEVICE=cuda and two there, else the CPU."""
    gpus = chosen_device().type == "cuda" and torch.cuda.device_count() >= 2
    device = torch.device(f"cuda:{os.environ['LOCAL_RANK']}" if gpus else "cpu")
    if gpus:
        torch.cuda.set_device(device)
        torch.backends.cudnn.allow_tf32 = False  # or one network and two halves would agree to three digits only
    torch.set_num_threads(1)
    dist.init_process_group("cpu:gloo,cuda:nccl" if gpus else "gloo")
    try:
        yield dist.get_rank(), device
    finally:
        dist.destroy_process_group()


WAYS = {"split": split, "data": data}


def torchrun(way: str, job: Job) -> dict:
    """The job in two processes on this machine, "split" or "data"; leaves no file behind.

    Returns what one process would have found: output, gradients, losses, state, and the seconds of the slower one.
    Raises `RuntimeError` with what the processes said if one fails.
    """
    if way not in WAYS:
        raise unknown("way", way, WAYS)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder, "job")
        torch.save(job, path)
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
            raise RuntimeError(f"two processes did not finish the job:\n{run.stderr}")
        return torch.load(f"{path}.out")


def main(way: str, path: str) -> None:
    """Run the job of `path` on this process's rank."""
    with two_processes() as (rank, device):
        job = torch.load(path, weights_only=False)
        found = WAYS[way](job, rank, device)
        found = {name: value.cpu() if isinstance(value, torch.Tensor) else value for name, value in found.items()}
        found["gradients"] = {name: g.cpu() for name, g in found["gradients"].items()}
        halves = [None, None] if rank == 0 else None
        dist.gather_object(found, halves)
        if rank == 0:
            torch.save(together(way, halves), f"{path}.out")


if __name__ == "__main__":
    main(*sys.argv[1:])
