"""How the runs of a plan are spread: a process a core, ranks of torchrun, or one after another on one device."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime, timedelta
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from pathlib import Path
from socket import gethostname
from time import perf_counter
from typing import Any

import torch
import torch.distributed as dist
from filelock import FileLock, Timeout
from tqdm import tqdm

from cnnlessons.experiments import disk
from cnnlessons.experiments.job import Job
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.records import RecordError
from cnnlessons.experiments.rows import Row


def quiet_worker() -> None:
    """Set up a worker: for small networks one thread per process beats more threads on one run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent ends its workers
    torch.set_num_threads(1)
    os.environ["TQDM_DISABLE"] = "1"  # one bar for all, the parent's
    tqdm.set_lock(threading.RLock())  # its own is a semaphore of the system, which a worker that is ended would leave
    threading.Thread(target=leave_with_parent, daemon=True).start()


def leave_with_parent() -> None:
    """A worker whose parent was killed stops at once: nobody would keep its row."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def clean_start() -> BaseContext:
    """How workers begin: where it can be, as forks of a server that has imported PyTorch once and nothing else."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cnnlessons.experiments.plan"])
    with ignoring_interrupts():  # while it imports, the server would answer Ctrl-C with a traceback
        forkserver.ensure_running()
    return context


@contextmanager
def ignoring_interrupts() -> Iterator[None]:
    """What starts in here ignores SIGINT. Signals belong to the main thread: elsewhere nothing is changed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def by_processes(plan: Plan, processes: int) -> Generator[tuple[Job, Row], None, None]:
    """A single-threaded process per core. Broken off, by an error or by Ctrl-C, its workers end at once."""
    todo, others = plan.todo, set(multiprocessing.active_children())
    with ProcessPoolExecutor(min(processes, len(todo)), clean_start(), quiet_worker) as pool:
        jobs = {pool.submit(job.run): job for job in todo}
        try:
            for future in as_completed(jobs):
                yield jobs[future], future.result()
        except BrokenProcessPool as error:
            raise RecordError(
                f"a worker of {plan.stem} was killed, perhaps because memory was short; the finished rows are kept: "
                "run again, with --processes 1 if memory was short"
            ) from error
        except BaseException:  # nobody would keep the rows in progress
            pool.shutdown(wait=False, cancel_futures=True)
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
            raise


def one_by_one(plan: Plan, device: str) -> Generator[tuple[Job, Row], None, None]:
    """On one device, such as a GPU."""
    for job in plan.todo:
        yield job, job.run(device)


@contextmanager
def ranks(device: str) -> Iterator[tuple[int, int, str]]:
    """This process's (rank, number of ranks, device): those that torchrun gave it, else (0, 1, `device`).

    Objects travel by gloo, tensors on GPUs by NCCL. A rank that torchrun tells to stop, because another one died,
    ends its row first.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        yield 0, 1, device
        return
    if device == "cuda":
        device = f"cuda:{os.environ['LOCAL_RANK']}"
        torch.cuda.set_device(device)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    dist.init_process_group("cpu:gloo,cuda:nccl" if device != "cpu" else "gloo", timeout=timedelta(days=7))
    try:
        yield dist.get_rank(), dist.get_world_size(), device
    finally:
        dist.destroy_process_group()
        torch.set_num_threads(threads)


def agree(plan: Plan) -> bool:
    """Share what any rank has on disk: all ranks have the same rows then. Whether rank 0 has the whole record."""
    everyone: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(everyone, (plan.rows, plan.finished))
    for rows, _ in everyone:
        plan.add(rows)
    return everyone[0][1]


def by_ranks(plan: Plan, rank: int, world: int, device: str) -> Iterator[Row]:
    """Every `world`-th job, into this rank's own file; at the end all ranks know all rows."""
    stop = threading.Event()
    usual = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        for job in plan.todo[rank::world]:
            if stop.is_set():
                raise SystemExit(1)
            yield plan.keep(job, job.run(device), rank)
        agree(plan)
    finally:
        signal.signal(signal.SIGTERM, usual)


@contextmanager
def at_work(plan: Plan, rank: int) -> Iterator[None]:
    """Hold the plan's folder: it can be written to, and no other run of this plan is at work in it.

    Raises `RecordError` before anything is trained. A folder that was made for nothing is removed again.
    """
    made = [path for path in (plan.folder, *plan.folder.parents) if not path.exists()]
    own = plan.rows_path(rank)
    with ExitStack() as after:
        after.callback(remove, *made)
        try:
            plan.folder.mkdir(parents=True, exist_ok=True)
            if rank == 0:
                after.enter_context(alone(plan))
            disk.append(own, b"")
        except OSError as error:
            raise RecordError(
                f"{plan.folder} cannot hold a record ({error.strerror or error}); "
                "name a folder that you can write to with --folder"
            ) from error
        try:
            yield
        finally:
            if own.exists() and not own.stat().st_size:
                remove(own)


def remove(*paths: Path) -> None:
    """Remove a file or empty folders, where that can be done."""
    with suppress(OSError):
        for path in paths:
            path.rmdir() if path.is_dir() else path.unlink()


@contextmanager
def alone(plan: Plan) -> Iterator[None]:
    """Hold the plan's lock, which the system frees if the process dies. Raises `RecordError` if another run has it."""
    path = plan.folder / f".{plan.stem}.lock"
    who = ""
    with suppress(OSError):
        who = path.read_text(encoding="utf-8")
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RecordError(
            f"{plan.stem} is being run in {plan.folder} already ({who or 'by another process'}); "
            "wait for it, or stop it: its finished rows are kept"
        ) from None
    with suppress(OSError):  # Windows lets nobody write to a locked file, nor remove it
        path.write_text(
            f"process {os.getpid()} on {gethostname()}, since {datetime.now():%Y-%m-%d %H:%M}", encoding="utf-8"
        )
    try:
        yield
    finally:
        remove(path)
        lock.release()


def make(plan: Plan, *, device: str = "cpu", processes: int | None = None) -> Iterator[Row]:
    """Make the plan's record, yielding each newest row, which is on disk by then. A finished record is left alone.

    On the CPU a single-threaded process per core does the work; on a GPU runs follow one another; under torchrun each
    rank takes its share. Killed at any point, it goes on where it was. Raises `RecordError`, `DataError`, `OSError`
    and `UnknownName` before the first run if it cannot be recorded.
    """
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise RecordError(f"--device {device}, but PyTorch sees no CUDA device here; leave it out to use the CPU")
    if plan.finished and "TORCHELASTIC_RUN_ID" not in os.environ:
        plan.tidy()  # of a process that died between the record and its last step
        return
    start = perf_counter()
    plan.check_sources({job.data for job in plan.todo})
    with ranks(device) as (rank, world, device), at_work(plan, rank):
        plan.look()  # another run may have ended meanwhile
        if agree(plan) if world > 1 else plan.finished:
            return
        plan.check_sources({job.data for job in plan.todo})
        if world > 1:
            yield from by_ranks(plan, rank, world, device)
        elif plan.todo:
            crew = by_processes(plan, processes or os.cpu_count() or 1) if device == "cpu" else one_by_one(plan, device)
            with closing(crew):
                for job, row in crew:
                    yield plan.keep(job, row)
        if rank == 0:
            plan.finish(device, perf_counter() - start)
        if world > 1:  # on a machine that shares no folder with rank 0, this rank's file is still there
            dist.barrier()
            plan.rows_path(rank).unlink(missing_ok=True)
