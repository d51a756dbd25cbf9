"""python -m cnnlessons: list the experiments, run one, show its record."""

import argparse
import os
import sys
from pathlib import Path

from tqdm import tqdm

from cnnlessons.data import DataError
from cnnlessons.errors import UnknownName, unknown
from cnnlessons.experiments import EXPERIMENTS, Plan, Record, RecordError, make, summarise

RESULTS = Path("book/results")


def count(text: str) -> int:
    """A whole number from 1, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser("python -m cnnlessons", description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="make a record; an interrupted one goes on where it stopped")
    show = verbs.add_parser("show", help="what a record says")
    for verb in (run, show):
        verb.add_argument("name", help="an experiment of the list")
    for verb in (run, show, verbs.add_parser("list", help="the experiments, their questions and what is recorded")):
        verb.add_argument("--folder", type=Path, default=RESULTS, help=f"where records lie (default: {RESULTS})")
    run.add_argument("--seeds", type=count, help="runs a variant (default: the experiment's own)")
    run.add_argument("--device", default="cpu", choices=["cpu", "cuda"], help="(default: cpu)")
    run.add_argument("--processes", type=count, help="workers on the CPU (default: one a core)")
    for verb in (run, show):
        verb.add_argument("--data", help="another data set: a record with a name of its own")
        verb.add_argument("--limit", type=count, help="so many training pictures: a short version, likewise")
    return top


def status(plan: Plan) -> str:
    """Where an experiment stands."""
    if plan.finished:
        return "recorded"
    return f"{len(plan.rows)} of {len(plan.jobs)} runs" if plan.rows else "to run"


def run(plan: Plan, device: str, processes: int | None) -> None:
    """Make the record under a bar that tells the runs done and the time left."""
    hidden = plan.finished or os.environ.get("RANK", "0") != "0"
    with tqdm(total=len(plan.jobs), initial=len(plan.rows), unit="run", desc=plan.stem, disable=hidden) as bar:
        for row in make(plan, device=device, processes=processes):
            bar.set_postfix_str(f"{row['variant']}, seed {row['seed']}: {row['status']}", refresh=False)
            bar.update(len(plan.rows) - bar.n)


def main(arguments=None) -> int:
    """Do what the command line says; a user's mistake is one line on stderr and exit status 2."""
    args = parser().parse_args(arguments)
    try:
        if args.verb == "list":
            for experiment in EXPERIMENTS.values():
                stands = (
                    f"{data}: {status(Plan(experiment, args.folder, data=data))}"
                    for data in (experiment.data, *experiment.also)
                )
                print(f"{experiment.id:18}{experiment.question} [{'; '.join(stands)}]")
            return 0
        if args.name not in EXPERIMENTS:
            raise unknown("experiment", args.name, EXPERIMENTS)
        seeds = args.seeds if args.verb == "run" else 1
        plan = Plan(EXPERIMENTS[args.name], args.folder, seeds=seeds, data=args.data, limit=args.limit)
        if args.verb == "run":
            run(plan, args.device, args.processes)
        if os.environ.get("RANK", "0") == "0":
            print(summarise(Record(plan.target)))
    except (UnknownName, RecordError, DataError, OSError) as error:
        print(f"cnnlessons: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("cnnlessons: stopped; the finished runs are kept, run again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
