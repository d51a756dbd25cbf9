"""python -m cnnlessons: list the experiments, run one, show its record."""

import argparse
import sys
from pathlib import Path

from tqdm import tqdm

from cnnlessons.ablations import EXPERIMENTS
from cnnlessons.data import DataError
from cnnlessons.errors import UnknownName, unknown
from cnnlessons.records import Record, RecordError, run


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser("python -m cnnlessons", description=__doc__)
    verbs = top.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", help="the experiments and their questions")
    make = verbs.add_parser("run", help="make a record; an interrupted one goes on where it stopped")
    show = verbs.add_parser("show", help="what a record says")
    for verb in (make, show):
        verb.add_argument("name", help="an experiment of the list")
        verb.add_argument("--folder", type=Path, default=Path("book/results"), help="where records lie")
    make.add_argument("--seeds", type=int, help="runs a variant (default: the experiment's own)")
    make.add_argument("--device", default="cpu", help="cpu or cuda")
    return top


def main(arguments=None) -> int:
    """Do what the command line says; a user's mistake is one line on stderr and exit status 2."""
    args = parser().parse_args(arguments)
    try:
        if args.verb == "list":
            for experiment in EXPERIMENTS.values():
                print(f"{experiment.id:18}{experiment.question} [{experiment.data}]")
            return 0
        if args.name not in EXPERIMENTS:
            raise unknown("experiment", args.name, EXPERIMENTS)
        target = args.folder / f"{args.name}.json"
        if args.verb == "run":
            args.folder.mkdir(parents=True, exist_ok=True)
            with tqdm(unit="run") as bar:
                for done, total, _ in run(EXPERIMENTS[args.name], args.folder, seeds=args.seeds, device=args.device):
                    bar.total, bar.n = total, done
                    bar.refresh()
        record = Record(target)
        print(record)
        for variant in record.variants:
            print(f"  {variant:32}test accuracy {record.last(variant, 'test_accuracy')}")
    except (UnknownName, RecordError, DataError, OSError) as error:
        print(f"cnnlessons: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
