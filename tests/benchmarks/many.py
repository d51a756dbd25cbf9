"""Many small runs: one after another (on one thread, on all), a process per core. All in one run, on one set.

`make bench` runs it; on a GPU too: `CNNLESSONS_DEVICE=cuda make bench`.
"""

import argparse
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch

from cnnlessons import CATALOGUE, Recipe
from cnnlessons.experiments import Experiment, Variant
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.runners import by_processes

ARCH = CATALOGUE["lenet-002-relu"].change(softmax=None)
EXPERIMENT = Experiment(
    "many",
    "Which way is fastest?",
    "mnist-5k",
    (Variant("LeNet", ARCH, Recipe(epochs=15, batch=64, lr=0.02)),),
    rehearsal=None,
)


def loop(jobs, device):
    """One run after another, each on all cores."""
    return [job.run(device) for job in jobs]


def one_thread(jobs, device):
    """One run after another on one core: what each process of the next way does with its share."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = loop(jobs, device)
    torch.set_num_threads(threads)
    return rows


def processes(jobs, device):
    """A single-threaded process a core, as `python -m cnnlessons run` does on a CPU."""
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan(replace(EXPERIMENT, seeds=len(jobs)), Path(folder))
        return [row for _, row in sorted(by_processes(plan, os.cpu_count()), key=lambda done: done[0].seed)]


def main(argv: list[str] | None = None) -> None:
    """Each way makes the same rows; the time for all of them counts, that of starting processes too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)  # as an experiment has; starting counts
    args = parser.parse_args(argv)
    device = os.environ.get("CNNLESSONS_DEVICE", "cpu")
    os.environ["TQDM_DISABLE"] = "1"
    jobs = Plan(replace(EXPERIMENT, seeds=args.runs), Path("nowhere")).jobs
    ways = {"one after another": loop}
    if device == "cpu":
        ways = {"one thread": one_thread} | ways | {"a process a core": processes}
    print(
        f"{args.runs} runs of {EXPERIMENT.variants[0].recipe.epochs} epochs on mnist-5k, {device}, "
        f"{torch.get_num_threads()} threads, torch {torch.__version__}"
    )
    jobs[0].run(device)  # warm up
    seconds, accuracy = {}, {}
    for name, way in ways.items():
        start = time.perf_counter()
        rows = way(jobs, device)
        seconds[name] = time.perf_counter() - start
        accuracy[name] = sum(row["test_accuracy"][-1] for row in rows) / len(rows)
    for name, took in seconds.items():
        against = "   ".join(f"{seconds[other] / took:.2f}× {other}" for other in [*ways][: 1 + (device == "cpu")])
        print(f"{name:20}{took:7.1f} s   {against}   mean test accuracy {accuracy[name]:.4f}")


if __name__ == "__main__":
    main()
