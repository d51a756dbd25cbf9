"""fit against the loop people write, both in one run: pictures a second, and seconds to 99 % on MNIST.

`make bench` runs it on full MNIST; `--pictures 6000 --epochs 1` is a short try.
"""

import argparse
import struct
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import torch
from torch import nn
from torchvision import datasets, transforms

from cnnlessons import CATALOGUE, Recipe, build, fit, load
from cnnlessons.data import DataError, Split

RECIPE = Recipe(epochs=12, batch=64, lr=0.05, schedule="cosine")
ARCH = CATALOGUE["lenet-003-corrected"]
GOAL = 0.99


def write_idx(folder: Path, data) -> None:
    """The set as the raw files that torchvision.datasets.MNIST reads."""
    folder.mkdir(parents=True)
    for prefix, split in (("train", data.train), ("t10k", data.test)):
        images, labels = split.x.squeeze(1).numpy(), split.y.byte().numpy()
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, *images.shape) + images.tobytes())
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, len(labels)) + labels.tobytes())


def usual_loop(root: str, recipe: Recipe, workers: int):
    """What tutorials do: PIL pictures through transforms and a DataLoader. Yields (seconds, test accuracy) an epoch."""
    transform = transforms.Compose([transforms.Pad(2), transforms.ToTensor()])
    train, test = (datasets.MNIST(root, train=t, transform=transform) for t in (True, False))
    loader = torch.utils.data.DataLoader(train, recipe.batch, shuffle=True, num_workers=workers)
    test_loader = torch.utils.data.DataLoader(test, 1000, num_workers=workers)
    model, criterion = build(ARCH), nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(model.parameters(), recipe.lr, recipe.momentum)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, recipe.epochs * len(loader))
    for _ in range(recipe.epochs):
        start = time.perf_counter()
        model.train()
        running_loss = 0.0
        for x, y in loader:
            optimiser.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimiser.step()
            scheduler.step()
            running_loss += loss.item()
        seconds = time.perf_counter() - start
        model.eval()
        with torch.no_grad():
            right = sum((model(x).argmax(1) == y).sum().item() for x, y in test_loader)
        yield seconds, right / len(test)


def our_loop(data, recipe: Recipe):
    """fit. Yields (seconds, test accuracy) an epoch."""
    for epoch in fit(build(ARCH), data.train, data.test, recipe):
        yield epoch.seconds, epoch.test_accuracy


def to_goal(epochs) -> float | None:
    """Seconds of training until the test accuracy first reaches the goal."""
    total = 0.0
    for seconds, accuracy in epochs:
        total += seconds
        if accuracy >= GOAL:
            return total
    return None


def main() -> None:
    """Time the loops in turn, epoch by epoch, so that a drift of the machine hits all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=60_000, help="training pictures")
    parser.add_argument("--epochs", type=int, default=RECIPE.epochs)
    args = parser.parse_args()
    try:
        data = load("mnist")
    except DataError as error:
        sys.exit(f"bench: {error}")
    data = type(data)(data.name, Split(data.train.x[: args.pictures], data.train.y[: args.pictures]), data.test,
                      data.classes, data.source)
    recipe = Recipe(epochs=args.epochs, batch=RECIPE.batch, lr=RECIPE.lr, schedule=RECIPE.schedule)
    with tempfile.TemporaryDirectory() as root:
        write_idx(Path(root) / "MNIST" / "raw", data)
        loops = {"usual loop, loader in the same process": usual_loop(root, recipe, 0),
                 "usual loop, 2 loader processes": usual_loop(root, recipe, 2), "fit": our_loop(data, recipe)}
        done = {name: [] for name in loops}
        for _ in range(recipe.epochs):
            for name, loop in loops.items():
                done[name].append(next(loop))
    print(f"{ARCH.title}, {len(data.train):,} pictures, batch {recipe.batch}, {recipe.epochs} epochs, "
          f"{torch.get_num_threads()} threads, torch {torch.__version__}")
    rates = {name: len(data.train) / median(seconds for seconds, _ in epochs) for name, epochs in done.items()}
    for name, epochs in done.items():
        goal = to_goal(epochs)
        best = max(accuracy for _, accuracy in epochs)
        reached = f"{goal:6.1f} s to {GOAL:.0%}" if goal else f"not at {GOAL:.0%} (best {best:.2%})"
        print(f"{name:42}{rates[name]:8,.0f} pictures/s   {reached}   {rates[name] / next(iter(rates.values())):.2f}×")


if __name__ == "__main__":
    main()
