"""An experiment of seconds, and what tests need of it: rows that no training gives, and runs that never end.

As a program it is the command line that knows both: `python tiny_experiment.py run tiny --folder FOLDER`.
"""

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from cnnlessons import CATALOGUE, Recipe, __main__
from cnnlessons.experiments import EXPERIMENTS, Experiment, Variant
from cnnlessons.experiments.job import Job
from cnnlessons.experiments.plan import Plan
from cnnlessons.experiments.runners import make

LENET = CATALOGUE["lenet-003-corrected"]
TINY = Experiment(
    "tiny",
    "Does it run?",
    "mnist-5k",
    (
        Variant("a", LENET, Recipe(epochs=1, batch=500)),
        Variant("b", LENET, Recipe(epochs=1, batch=500, lr=0.01)),
    ),
    seeds=2,
    rehearsal=None,
)
# the first variant ends at once, the second not within a day
ENDLESS = replace(TINY, id="endless", variants=(TINY.variants[0], Variant("b", LENET, Recipe(epochs=10**6))))


def kept(plan, job, loss=1.0, rank=0):
    """A finished row on disk that no training would give, to be known again."""
    curves = {"train_loss": loss, "train_accuracy": 0.5, "test_loss": 1.0, "test_accuracy": 0.5, "seconds": 1.0}
    return plan.keep(job, job.row() | {name: [number] for name, number in curves.items()}, rank)


def recorded(folder, experiment=TINY, **how):
    """A finished record; the loss of each row is its number."""
    plan = Plan(experiment, folder, **how)
    for loss, job in enumerate(plan.jobs):
        kept(plan, job, float(loss))
    plan.finish("cpu", 5.0)
    return plan


def as_rank(folder, rank, port, seconds):
    """One rank of two, as torchrun starts it; each run lasts `seconds` longer."""
    os.environ |= {"TORCHELASTIC_RUN_ID": "none", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    os.environ |= {"WORLD_SIZE": "2", "RANK": str(rank), "LOCAL_RANK": str(rank)}
    run = Job.run
    Job.run = lambda job, device="cpu": (time.sleep(seconds), run(job, device))[1]
    list(make(Plan(TINY, Path(folder))))


if __name__ == "__main__":
    EXPERIMENTS.update(tiny=TINY, endless=ENDLESS)
    sys.exit(__main__.main())
