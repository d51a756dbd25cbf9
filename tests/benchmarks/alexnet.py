"""AlexNet on Fashion-MNIST at full size: `fit` against torchvision's network in a plain loop with mixed precision.

`make bench` runs it, on a GPU as well: `CNNLESSONS_DEVICE=cuda make bench`. The images are enlarged to 3×224×224
beforehand and lie on the device for both; the loops take turns, an epoch each, and the fastest epoch counts.
"""

import argparse
import sys
import time

import torch
from torch import nn
from torchvision import models

from cnnlessons import CATALOGUE, Recipe, build, fit, load
from cnnlessons.data import DataError, Split
from cnnlessons.networks.layers import Linear
from cnnlessons.training.device import chosen_device

ALEXNET = CATALOGUE["alexnet-torchvision"].change(**{"classifier.6": Linear("classifier.6", 10)})


def large(split, images: int) -> Split:
    """The first images, enlarged to what AlexNet reads: uint8 (N, 3, 224, 224)."""
    x = nn.functional.interpolate(split.x[:images].float(), size=ALEXNET.input[1:], mode="bilinear")
    return Split(x.round().byte().repeat(1, 3, 1, 1), split.y[:images])


def plain_loop(train, recipe: Recipe, device):
    """What one writes with torchvision's network and autocast. Yields the seconds of each epoch."""
    model = models.alexnet(num_classes=10).to(device)
    x, y = train.x.to(device), train.y.to(device)
    optimiser = torch.optim.SGD(model.parameters(), recipe.lr, recipe.momentum)
    criterion = nn.CrossEntropyLoss()
    while True:
        start, running_loss = time.perf_counter(), 0.0
        for index in torch.randperm(len(x), device=device).split(recipe.batch):
            optimiser.zero_grad()
            with torch.autocast(device.type, torch.bfloat16):
                loss = criterion(model(x[index].float() / 255), y[index])
            loss.backward()
            optimiser.step()
            running_loss += loss.item()
        yield time.perf_counter() - start


def our_loop(train, test, recipe: Recipe, device):
    """fit, at the same precision. Yields the seconds of each epoch."""
    for epoch in fit(build(ALEXNET), train, test, recipe, device=device):
        yield epoch.seconds


def main(argv: list[str] | None = None) -> None:
    """A line a loop: images a second."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, help="training images (512, on a GPU 6,000)")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args(argv)
    try:
        device, data = chosen_device(), load("fashion-mnist")
    except (ValueError, DataError) as error:
        sys.exit(f"bench: {error}")
    train = large(data.train, args.images or (6000 if device.type == "cuda" else 512))
    recipe = Recipe(epochs=args.rounds, batch=128, lr=0.01, precision="bfloat16")
    loops = {
        "torchvision, plain loop": plain_loop(train, recipe, device),
        "fit": our_loop(train, large(data.test, 32), recipe, device),
    }
    seconds = {name: [] for name in loops}
    for _ in range(args.rounds):
        for name, loop in loops.items():
            seconds[name].append(next(loop))
    print(
        f"{ALEXNET.title} on {len(train):,} images of Fashion-MNIST, bfloat16, batch {recipe.batch}, {device}, "
        f"{torch.get_num_threads()} thread(s), torch {torch.__version__}"
    )
    best = {name: min(took) for name, took in seconds.items()}
    for name, took in best.items():
        print(f"{name:24}{len(train) / took:9,.1f} images/s   fit is {took / best['fit']:.2f}× as fast")


if __name__ == "__main__":
    main()
