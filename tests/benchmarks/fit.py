"""fit against the loop people write, both in one run: pictures a second, trained on and tested on, and seconds to 99 %.

`make bench` runs it on full MNIST; `--pictures 6000 --epochs 1` is a short try. What `fit` saves is the loader's
work, so the gain is larger the lighter the network: `--network lenet-003-corrected` shows one whose tanh costs more.
"""

import argparse
import struct
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn
from torchvision import datasets, transforms
from torchvision.transforms import v2

from cnnlessons import CATALOGUE, Recipe, build, fit, load
from cnnlessons.data import DataError, Split
from cnnlessons.errors import UnknownName
from cnnlessons.layers import Softmax
from cnnlessons.pixels import SCALES

RECIPE = Recipe(epochs=15, batch=256, lr=0.05, weight_decay=1e-3, schedule="cosine", pixels="lecun1998")
GOAL = 0.99


def logits_of(id: str):
    """A network of the catalogue, without a softmax at its end: both loops use cross-entropy on logits."""
    arch = CATALOGUE[id]
    return arch.change(**{arch.layers[-1].name: None}) if isinstance(arch.layers[-1], Softmax) else arch


def write_idx(folder: Path, data) -> None:
    """The set as the raw files that torchvision.datasets.MNIST reads."""
    folder.mkdir(parents=True)
    for prefix, split in (("train", data.train), ("t10k", data.test)):
        images, labels = split.x.squeeze(1).numpy(), split.y.byte().numpy()
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, *images.shape) + images.tobytes())
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, len(labels)) + labels.tobytes())


# From a PIL picture to a tensor from 0 to 1: as most tutorials do, and as torchvision's documentation recommends.
TENSOR = {transforms: [transforms.ToTensor()], v2: [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]}


def transform(module, arch, scale: str):
    """Padding and scaling as `fit` does them, with torchvision's `transforms` or `transforms.v2`."""
    factor, offset = SCALES[scale]  # of a pixel from 0 to 255
    border = (arch.input[1] - 28) // 2
    scaled = module.Normalize([-offset / (255 * factor)], [1 / (255 * factor)])
    return module.Compose([*([module.Pad(border)] if border else []), *TENSOR[module], scaled])


def usual_loop(root: str, arch, recipe: Recipe, module, workers: int = 0):
    """What tutorials do: PIL pictures through transforms and a DataLoader. Yields the test accuracy of each epoch."""
    train, test = (datasets.MNIST(root, train=t, transform=transform(module, arch, recipe.pixels))
                   for t in (True, False))
    loader = torch.utils.data.DataLoader(train, recipe.batch, shuffle=True, num_workers=workers)
    test_loader = torch.utils.data.DataLoader(test, 1000, num_workers=workers)
    model, criterion = build(arch), nn.CrossEntropyLoss()
    optimiser = torch.optim.SGD(model.parameters(), recipe.lr, recipe.momentum, weight_decay=recipe.weight_decay)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, recipe.epochs * len(loader))
    for _ in range(recipe.epochs):
        model.train()
        running_loss = 0.0
        for x, y in loader:
            optimiser.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimiser.step()
            scheduler.step()
            running_loss += loss.item()
        model.eval()
        with torch.no_grad():
            right = sum((model(x).argmax(1) == y).sum().item() for x, y in test_loader)
        yield right / len(test)


def our_loop(data, arch, recipe: Recipe):
    """fit. Yields the test accuracy of each epoch."""
    for epoch in fit(build(arch), data.train, data.test, recipe):
        yield epoch.test_accuracy


def to_goal(epochs) -> float | None:
    """Seconds until the test accuracy first reaches the goal."""
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
    parser.add_argument("--network", default="lenet-002-relu", help="a LeNet of the catalogue for one channel")
    args = parser.parse_args()
    try:
        arch, data = logits_of(args.network), load("mnist")
    except (UnknownName, DataError) as error:
        sys.exit(f"bench: {error}")
    data = type(data)(data.name, Split(data.train.x[: args.pictures], data.train.y[: args.pictures]), data.test,
                      data.classes, data.source)
    recipe = replace(RECIPE, epochs=args.epochs)
    with tempfile.TemporaryDirectory() as root:
        write_idx(Path(root) / "MNIST" / "raw", data)
        loops = {
            "usual loop, transforms": usual_loop(root, arch, recipe, transforms),
            "usual loop, transforms, 2 workers": usual_loop(root, arch, recipe, transforms, 2),
            "usual loop, transforms.v2": usual_loop(root, arch, recipe, v2),
            "fit": our_loop(data, arch, recipe),
        }
        done = {name: [] for name in loops}
        for _ in range(recipe.epochs):
            for name, loop in loops.items():
                start = time.perf_counter()
                accuracy = next(loop)
                done[name].append((time.perf_counter() - start, accuracy))
    print(f"{arch.title}, {len(data.train):,} pictures, batch {recipe.batch}, {recipe.epochs} epochs, "
          f"{torch.get_num_threads()} threads, torch {torch.__version__}")
    seen = len(data.train) + len(data.test)  # the fastest epoch counts, as in timeit: the rest is the machine's noise
    rates = {name: seen / min(seconds for seconds, _ in epochs) for name, epochs in done.items()}
    for name, epochs in done.items():
        goal = to_goal(epochs)
        best = max(accuracy for _, accuracy in epochs)
        reached = f"{goal:6.1f} s to {GOAL:.0%}" if goal else f"not at {GOAL:.0%} (best {best:.2%})"
        print(f"{name:38}{rates[name]:8,.0f} pictures/s   {reached}   fit is {rates['fit'] / rates[name]:.2f}× as fast")


if __name__ == "__main__":
    main()
