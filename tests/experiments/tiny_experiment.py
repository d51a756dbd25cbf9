"""An experiment of seconds; as a program it makes its record in a folder: `python tiny_experiment.py FOLDER [SECONDS]`.

SECONDS makes each run last that much longer, so that a test can stop it in the middle of a row.
"""

import sys
import time
from pathlib import Path

from cnnlessons import CATALOGUE, Recipe
from cnnlessons.experiments import Experiment, Variant
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


def slower(seconds: float) -> None:
    """Let every run of this process take longer."""
    run = Job.run
    Job.run = lambda job, device="cpu": (time.sleep(seconds), run(job, device))[1]


if __name__ == "__main__":
    if len(sys.argv) > 2:
        slower(float(sys.argv[2]))
    for row in make(Plan(TINY, Path(sys.argv[1]))):
        print(row["variant"], row["seed"], flush=True)
