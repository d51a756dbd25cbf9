"""How the runs of a plan are spread: a process a core, ranks of torchrun, or one after another on one device."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_all_start_methods, get_context, parent_process
from time import perf_counter

import torch
import torch.distributed as dist

from cnnlessons.experiments.job import Job
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.records import RecordError


def quiet_worker() -> None:
    """Set up a worker: for small networks one thread a process beats more threads on one run."""
    torch.set_num_threads(1)
    os.environ["TQDM_DISABLE"] = "1"  # one bar for all, the parent's
    threading.Thread(target=leave_with_parent, daemon=True).start()


def leave_with_parent() -> None:
    """A worker whose parent was killed stops at once: nobody would keep its row."""
    parent_process().join()
    os._exit(1)


def clean_start():
    """How workers begin: where it can be, as forks of a server that has imported PyTorch once and nothing else."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload(["cnnlessons.experiments.plan"])
    return context


def by_processes(plan: Plan, processes: int) -> Iterator[tuple[Job, dict]]:
    """A single-threaded process a core."""
    todo = plan.todo
    with ProcessPoolExecutor(min(processes, len(todo)), clean_start(), quiet_worker) as pool:
        jobs = {pool.submit(job.run): job for job in todo}
        try:
            for future in as_completed(jobs):
                yield jobs[future], future.result()
        except BrokenProcessPool as error:
            raise RecordError(
                f"a worker of {plan.stem} was killed, perhaps for memory; the finished rows are kept: "
                "run again, with --processes 1 if memory was short"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def one_by_one(plan: Plan, device: str) -> Iterator[tuple[Job, dict]]:
    """On one device, such as a GPU."""
    for job in plan.todo:
        yield job, job.run(device)


@contextmanager
def ranks(device: str):
    """This process's (rank, number of ranks, device): those that torchrun gave it, else (0, 1, `device`).

    Objects travel by gloo, tensors on GPUs by NCCL. A rank that torchrun tells to stop, for another one died, ends
    its row first.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield 0, 1, device
        return
    if device == "cuda":
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    torch.set_num_threads(1)
    dist.init_process_group("cpu:gloo,cuda:nccl" if device != "cpu" else "gloo", timeout=timedelta(days=7))
    try:
        yield dist.get_rank(), dist.get_world_size(), device
    finally:
        dist.destroy_process_group()


def agree(plan: Plan) -> list[Job]:
    """What is left to do, by what any rank has on disk: all ranks return the same list."""
    everyone = [None] * dist.get_world_size()
    dist.all_gather_object(everyone, plan.rows)
    for rows in everyone:
        plan.rows |= rows
    return plan.todo


def by_ranks(plan: Plan, rank: int, world: int, device: str) -> Iterator[dict]:
    """Every `world`-th job, into this rank's own file; at the end all ranks know all rows."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    for job in agree(plan)[rank::world]:
        if stop.is_set():
            raise SystemExit(1)
        yield plan.keep(job, job.run(device), rank)
    agree(plan)


def make(plan: Plan, *, device: str = "cpu", processes: int | None = None) -> Iterator[dict]:
    """Make the plan's record, yielding each newest row, which is on disk by then. A finished record is left alone.

    On the CPU a single-threaded process per core does the work; on a GPU runs follow one another; under torchrun each
    rank takes its share. Killed at any point, it goes on where it was.
    """
    plan.folder.mkdir(parents=True, exist_ok=True)
    if plan.finished:
        return
    start = perf_counter()
    with ranks(device) as (rank, world, device):
        plan.cut_torn(rank)
        if world > 1:
            yield from by_ranks(plan, rank, world, device)
        elif plan.todo:
            crew = by_processes(plan, processes or os.cpu_count()) if device == "cpu" else one_by_one(plan, device)
            for job, row in crew:
                yield plan.keep(job, row)
        if rank == 0:
            plan.finish(device, perf_counter() - start)
        if world > 1:  # on a machine that shares no folder with rank 0, this rank's file is still there
            dist.barrier()
            plan.rows_path(rank).unlink(missing_ok=True)
