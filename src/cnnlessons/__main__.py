"""python -m cnnlessons: list the experiments, run one, show its record; list the exercises, or export them."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlessons import __version__

if TYPE_CHECKING:
    from cnnlessons.experiments import Plan


def count(text: str) -> int:
    """A whole number from 1, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser("python -m cnnlessons", description=__doc__)
    top.add_argument("--version", action="version", version=f"cnnlessons {__version__}")
    verbs = top.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help="the experiments, their questions and what is recorded")
    run = verbs.add_parser("run", help="make a record; an interrupted one goes on where it stopped")
    show = verbs.add_parser("show", help="what a record says")
    for verb in (run, show):
        verb.add_argument("name", help="an experiment of the list")
    for verb in (listing, show):
        verb.add_argument("--folder", type=Path, help="where records lie (default: where run writes, then the book's)")
    run.add_argument(
        "--folder", type=Path, help="where to write (default: book/results of the checkout; without one, ./results)"
    )
    run.add_argument("--seeds", type=count, help="runs per variant (default: the experiment's own)")
    run.add_argument("--device", default="cpu", choices=["cpu", "cuda"], help="(default: cpu)")
    run.add_argument("--processes", type=count, help="workers on the CPU (default: one per core)")
    run.add_argument("--set-aside", action="store_true", help="move rows that cannot be used to NAME.rows.bad")
    for verb in (run, show):
        verb.add_argument("--data", help="another data set: a record with a name of its own")
        verb.add_argument("--limit", type=count, help="so many training images: a short version, likewise")
    exercises = verbs.add_parser("exercises", help="the exercises of all lessons, or of some")
    exercises.add_argument("lessons", nargs="*", metavar="LESSON", help="such as lenet/lenet5-1998")
    exercises.add_argument("--nbgrader", type=Path, metavar="FOLDER", help="write them there as nbgrader's assignments")
    return top


def home() -> Path:
    """Where `run` writes: the checkout's records if this is one, else ./results. Nothing is written into a package."""
    checkout = Path(__file__).resolve().parents[2] / "book" / "results"
    return checkout if checkout.is_dir() else Path("results")


def find_plan(name: str, folder: Path | None, data: str | None, limit: int | None) -> "Plan":
    """The plan of an experiment in the folder that has its record or rows: `folder`, else ours, else the book's."""
    from cnnlessons.experiments import EXPERIMENTS, Plan, records

    for place in [folder] if folder else [home(), records.folder()]:
        plan = Plan(EXPERIMENTS[name], place, seeds=1, data=data, limit=limit)
        if plan.rows:
            break
    return plan


def show_list(folder: Path | None) -> int:
    """All experiments and where each stands. A record that cannot be used is named on stderr, after the others."""
    from cnnlessons.experiments import EXPERIMENTS, Plan, RecordError

    faults = []
    for experiment in EXPERIMENTS.values():
        stands = []
        for data in (experiment.data, *experiment.also):
            try:
                place = find_plan(experiment.id, folder, data, None).folder
                stands.append(f"{data}: {status(Plan(experiment, place, data=data))}")
            except (RecordError, OSError) as error:
                stands.append(f"{data}: cannot be read")
                faults.append(error)
        print(f"{experiment.id:18}{experiment.question} [{'; '.join(stands)}]")
    for fault in faults:
        print(f"cnnlessons: {fault}", file=sys.stderr)
    return 2 if faults else 0


def show_exercises(names: Sequence[str], folder: Path | None) -> int:
    """The exercises of some lessons, or all, line by line; with a folder as assignments, a notebook a lesson."""
    from cnnlessons.errors import unknown
    from cnnlessons.exercises import EXERCISES
    from cnnlessons.exercises.text import assignments, of

    lessons = list(dict.fromkeys(exercise.lesson for exercise in EXERCISES.values()))
    for name in names:
        if name not in lessons:
            raise unknown("lesson", name, lessons)
    chosen = list(names) or lessons
    if folder:
        written = assignments(chosen, folder)
        print(
            f"{len(written)} assignments are in {folder / 'source'}; copy them into the source folder of your course."
        )
        return 0
    for name in chosen:
        for exercise in of(name):
            print(f"{name:30}{exercise.id:28}{exercise.level:11}{exercise.minutes:3} min  {exercise.title}")
    return 0


def status(plan: "Plan") -> str:
    """Where an experiment stands."""
    if plan.finished:
        return "recorded"
    return f"{plan.done} of {len(plan.jobs)} runs" if plan.done else "to run"


def run(plan: "Plan", device: str, processes: int | None) -> None:
    """Make the record under a bar that tells the runs done and the time left."""
    from tqdm import tqdm

    from cnnlessons.experiments import make

    plan.check_sources({job.data for job in plan.todo})  # a mistake is told before there is a bar
    hidden = plan.finished or not first_rank() or bool(os.environ.get("TQDM_DISABLE"))
    with tqdm(total=len(plan.jobs), initial=plan.done, unit="run", desc=plan.stem, disable=hidden) as bar:
        for row in make(plan, device=device, processes=processes):
            bar.set_postfix_str(f"{row['variant']}, seed {row['seed']}: {row['status']}", refresh=False)
            bar.update(plan.done - bar.n)


def first_rank() -> bool:
    """Whether this process speaks: under torchrun only one does."""
    return os.environ.get("RANK", "0") == "0"


def interrupt(*_: object) -> None:
    """SIGTERM stops a run as Ctrl-C does."""
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; a user's mistake is one line on stderr and exit status 2."""
    args = parser().parse_args(arguments)
    usual = signal.signal(signal.SIGTERM, interrupt)
    try:
        return obey(args)
    except BrokenPipeError:  # `list | head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("cnnlessons: stopped; the finished runs are kept, run again to go on", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGTERM, usual)


def obey(args: argparse.Namespace) -> int:
    """One verb."""
    from cnnlessons.data import DataError
    from cnnlessons.errors import UnknownName, unknown
    from cnnlessons.experiments import EXPERIMENTS, Plan, Record, RecordError, summarise

    try:
        if args.verb == "list":
            code = show_list(args.folder)
            sys.stdout.flush()
            return code
        if args.verb == "exercises":
            return show_exercises(args.lessons, args.nbgrader)
        if args.name not in EXPERIMENTS:
            raise unknown("experiment", args.name, EXPERIMENTS)
        if args.verb == "run":
            plan = Plan(
                EXPERIMENTS[args.name],
                args.folder or home(),
                seeds=args.seeds,
                data=args.data,
                limit=args.limit,
                set_aside=args.set_aside,
            )
            run(plan, args.device, args.processes)
        else:
            plan = find_plan(args.name, args.folder, args.data, args.limit)
        if first_rank():
            print(summarise(Record(plan.target)), flush=True)
    except BrokenPipeError:
        raise
    except (UnknownName, RecordError, DataError, OSError) as error:
        print(f"cnnlessons: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch loads: waiting threads leave the cores alone
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows no ± gets a ?
    sys.exit(main())
