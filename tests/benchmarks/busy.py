"""fit and the loop people write, alone and beside one and two busy processes, in one run: images a second.

`make bench` runs it, on a machine that is quiet otherwise. The usual loop reads torchvision's MNIST through transforms
and a DataLoader with two workers, and its network is made of PyTorch's layers alone. Wanted are a fit at least three
times as fast when it is quiet, half as fast again beside others, and at no time below 40 % of its own quiet speed.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from fit import RECIPE, Runner, logits_of, our_loop, part, usual_loop, write_idx
from torch import multiprocessing

from cnnlessons import load
from cnnlessons.data import DataError
from cnnlessons.errors import UnknownName

BUSY = (0, 1, 2)  # processes beside the loops
QUIET, BESIDE, KEPT = 3.0, 1.5, 0.4  # what is wanted


def count() -> None:
    """Keep one core busy for as long as nobody ends this process."""
    while True:
        pass


def measured(loops: dict[str, Runner], busy: int, epochs: int, images: int) -> dict[str, float]:
    """Images a second of each loop's fastest epoch beside so many busy processes; the loops take turns."""
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=count, daemon=True) for _ in range(busy)]
    for other in others:
        other.start()
    try:
        seconds = {name: min(loop.epoch()[0] for _ in range(epochs)) for name, loop in loops.items()}
    finally:
        for other in others:
            other.kill()
            other.join()
    return {name: images / took for name, took in seconds.items()}


def verdict(rates: list[dict[str, float]]) -> list[str]:
    """A line for each number of busy processes: both rates, how they compare, and whether that is what is wanted."""
    lines = []
    for busy, rate in zip(BUSY, rates, strict=True):
        times, kept = rate["fit"] / rate["usual loop"], rate["fit"] / rates[0]["fit"]
        good = times >= (BESIDE if busy else QUIET) and kept >= KEPT
        lines.append(
            f"{busy} busy   usual loop {rate['usual loop']:8,.0f}   fit {rate['fit']:8,.0f} images/s   "
            f"{times:4.1f}× as fast, {kept:4.0%} of its quiet speed   {'as wanted' if good else 'BELOW WHAT IS WANTED'}"
        )
    return lines


def main(argv: list[str] | None = None) -> None:
    """Both loops in processes of their own, an epoch at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=20_000, help="training images")
    parser.add_argument("--epochs", type=int, default=3, help="for each number of busy processes")
    parser.add_argument("--network", default="lenet-002-relu", help="a LeNet of the catalogue for one channel")
    parser.add_argument("--data", default="mnist")
    args = parser.parse_args(argv)
    try:
        arch, data = logits_of(args.network), part(load(args.data), args.images)
    except (UnknownName, DataError) as error:
        sys.exit(f"bench: {error}")
    recipe = replace(RECIPE, epochs=args.epochs * len(BUSY), batch=128)
    with tempfile.TemporaryDirectory() as root:
        write_idx(Path(root) / "MNIST" / "raw", data)
        loops = {
            "usual loop": Runner(usual_loop, root, arch, recipe, "transforms", 2),
            "fit": Runner(our_loop, data, arch, recipe),
        }
        images = len(data.train) + len(data.test)
        rates = [measured(loops, busy, args.epochs, images) for busy in BUSY]
        for loop in loops.values():
            loop.close()
    print(f"{arch.title}, {len(data.train):,} images, batch {recipe.batch}, {torch.get_num_threads()} threads")
    print("\n".join(verdict(rates)))


if __name__ == "__main__":
    main()
