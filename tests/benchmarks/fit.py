"""fit against the loop people write, both in one run: images a second, trained on and tested on, and seconds to 99 %.

`make bench` runs it on full MNIST; `--images 6000 --epochs 1` is a short try. What `fit` saves is the loader's
work, so the gain is larger the lighter the network: `--network lenet-003-corrected` shows one whose tanh costs more.
MALLOC_TRIM_THRESHOLD_=1073741824 MALLOC_MMAP_THRESHOLD_=33554432 before the command shows what glibc's returning of
freed memory costs.
Each loop has a process of its own, and they take turns, an epoch each: none sees another's memory settings or caches.
"""

import argparse
import struct
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import multiprocessing, nn
from torchvision import datasets, transforms
from torchvision.transforms import v2

from cnnlessons import CATALOGUE, Recipe, build, fit, load
from cnnlessons.data import DataError, Dataset
from cnnlessons.errors import UnknownName
from cnnlessons.modules import faster
from cnnlessons.networks.layers import Softmax
from cnnlessons.training.scaling import SCALES

RECIPE = Recipe(epochs=15, batch=256, lr=0.05, weight_decay=1e-3, schedule="cosine", pixels="lecun1998")
GOAL = 0.99
START_METHOD = multiprocessing.get_start_method()  # of the workers that a DataLoader has in a plain script


def logits_of(id: str):
    """A network of the catalogue, without a softmax at its end: both loops use cross-entropy on logits."""
    arch = CATALOGUE[id]
    return arch.change(**{arch.layers[-1].name: None}) if isinstance(arch.layers[-1], Softmax) else arch


def part(data: Dataset, images: int) -> Dataset:
    """The same set with so many training images, or all it has."""
    return replace(data, train=data.train.take(min(images, len(data.train))))


def write_idx(folder: Path, data) -> None:
    """The set as the raw files that torchvision.datasets.MNIST reads."""
    folder.mkdir(parents=True)
    for prefix, split in (("train", data.train), ("t10k", data.test)):
        images, labels = split.x.squeeze(1).numpy(), split.y.byte().numpy()
        (folder / f"{prefix}-images-idx3-ubyte").write_bytes(struct.pack(">4i", 2051, *images.shape) + images.tobytes())
        (folder / f"{prefix}-labels-idx1-ubyte").write_bytes(struct.pack(">2i", 2049, len(labels)) + labels.tobytes())


def transform(version: str, arch, scale: str):
    """Padding and scaling as `fit` does them: as most tutorials do, or as torchvision's documentation recommends."""
    module, to_tensor = {
        "transforms": (transforms, [transforms.ToTensor()]),
        "transforms.v2": (v2, [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]),
    }[version]
    factor, offset = SCALES[scale]  # of a pixel from 0 to 255
    border = (arch.input[1] - 28) // 2
    scaled = module.Normalize([-offset / (255 * factor)], [1 / (255 * factor)])
    return module.Compose([*([module.Pad(border)] if border else []), *to_tensor, scaled])


def usual_model(arch):
    """The network of PyTorch's own layers alone."""
    model = build(arch)
    for name, layer in model.named_modules():
        if isinstance(layer, faster.MaxPool2d):
            model.set_submodule(name, nn.MaxPool2d(layer.kernel_size, layer.stride, layer.padding))
        if isinstance(layer, faster.LocalResponseNorm):
            model.set_submodule(name, nn.LocalResponseNorm(layer.size, layer.alpha, layer.beta, layer.k))
    ours = [type(m).__name__ for m in model.modules() if not type(m).__module__.startswith("torch.nn.")]
    if ours:
        sys.exit(f"bench: {arch.id} has layers that PyTorch lacks: {', '.join(ours)}; name another network")
    return model


def usual_loop(root: str, arch, recipe: Recipe, version: str, workers: int = 0):
    """What tutorials do: PIL images through transforms and a DataLoader. Yields the test accuracy of each epoch."""
    train, test = (
        datasets.MNIST(root, train=t, transform=transform(version, arch, recipe.pixels)) for t in (True, False)
    )
    loader = torch.utils.data.DataLoader(train, recipe.batch, shuffle=True, num_workers=workers)
    test_loader = torch.utils.data.DataLoader(test, 1000, num_workers=workers)
    model, criterion = usual_model(arch), nn.CrossEntropyLoss()
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


def serve(there, start_method: str, loop, *args) -> None:
    """In a process of its own: an epoch, its seconds and its test accuracy, each time it is asked."""
    multiprocessing.set_start_method(start_method, force=True)  # or its loader's workers would be spawned, as it was
    epochs = loop(*args)
    while there.recv():
        start = time.perf_counter()
        accuracy = next(epochs)
        there.send((time.perf_counter() - start, accuracy))


class Runner:
    """A loop in a process of its own; `epoch()` runs one and returns its seconds and test accuracy."""

    def __init__(self, loop, *args):
        context = multiprocessing.get_context("spawn")
        self.here, there = context.Pipe()
        # not a daemon: those may not have workers
        self.process = context.Process(target=serve, args=(there, START_METHOD, loop, *args))
        self.process.start()

    def epoch(self) -> tuple[float, float]:
        """Wait for the next one."""
        self.here.send(True)
        return self.here.recv()

    def close(self) -> None:
        """Let the process end."""
        self.here.send(False)
        self.process.join()


def to_goal(epochs) -> float | None:
    """Seconds until the test accuracy first reaches the goal."""
    total = 0.0
    for seconds, accuracy in epochs:
        total += seconds
        if accuracy >= GOAL:
            return total
    return None


def main(argv: list[str] | None = None) -> None:
    """Time the loops in turn, epoch by epoch, so that a drift of the machine hits all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=60_000, help="training images")
    parser.add_argument("--data", default="mnist")
    parser.add_argument("--epochs", type=int, default=RECIPE.epochs)
    parser.add_argument("--network", default="lenet-002-relu", help="a LeNet of the catalogue for one channel")
    args = parser.parse_args(argv)
    try:
        arch, data = logits_of(args.network), load(args.data)
    except (UnknownName, DataError) as error:
        sys.exit(f"bench: {error}")
    data = part(data, args.images)
    recipe = replace(RECIPE, epochs=args.epochs)
    with tempfile.TemporaryDirectory() as root:
        write_idx(Path(root) / "MNIST" / "raw", data)
        loops = {
            **{
                f"usual loop, {version}{f', {workers} workers' if workers else ''}": Runner(
                    usual_loop, root, arch, recipe, version, workers
                )
                for version, workers in (("transforms", 0), ("transforms", 2), ("transforms.v2", 0))
            },
            "fit": Runner(our_loop, data, arch, recipe),
        }
        done = {name: [] for name in loops}
        for _ in range(recipe.epochs):
            for name, loop in loops.items():
                done[name].append(loop.epoch())
        for loop in loops.values():
            loop.close()
    print(
        f"{arch.title}, {len(data.train):,} images, batch {recipe.batch}, {recipe.epochs} epochs, "
        f"{torch.get_num_threads()} threads, torch {torch.__version__}"
    )
    seen = len(data.train) + len(data.test)  # the fastest epoch counts, as in timeit: the rest is the machine's noise
    rates = {name: seen / min(seconds for seconds, _ in epochs) for name, epochs in done.items()}
    for name, epochs in done.items():
        goal = to_goal(epochs)
        best = max(accuracy for _, accuracy in epochs)
        reached = f"{goal:6.1f} s to {GOAL:.0%}" if goal else f"not at {GOAL:.0%} (best {best:.2%})"
        print(f"{name:38}{rates[name]:8,.0f} images/s   {reached}   fit is {rates['fit'] / rates[name]:.2f}× as fast")


if __name__ == "__main__":
    main()
