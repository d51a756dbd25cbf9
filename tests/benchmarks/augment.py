"""Augmentation of a batch at once against torchvision's transforms image by image, in one run: images a second.

`make bench` runs it. Random crop, mirror, pixels as floats; then the paper's colours as well. The fastest of many
counts. `--device cuda` times ours there.
"""

import argparse
import timeit

import torch
from torchvision import transforms as v1
from torchvision.transforms import v2

from cnnlessons.training.augment import Augment
from cnnlessons.training.device import chosen_device

SIZES = ((512, 32, 28), (16, 256, 224))  # images a batch, their size, the window's
SETTINGS = {"crop, mirror": (), "crop, mirror, colour": ("colour",)}


class Lighting:
    """The paper's colours as everybody writes them, for one image: torchvision has none."""

    def __init__(self, basis):
        self.basis = basis

    def __call__(self, image):
        return image + (self.basis @ torch.randn(3)).view(3, 1, 1)


def rates(steps, images: int, rounds: int) -> list[float]:
    """Images a second of each step. They take turns, so that a busy machine slows all of them down."""
    numbers = [max(1, round(0.05 / timeit.timeit(step, number=1))) for step in steps]
    took = [[timeit.timeit(step, number=n) / n for step, n in zip(steps, numbers, strict=True)] for _ in range(rounds)]
    return [images / min(times) for times in zip(*took, strict=True)]


def main(argv: list[str] | None = None) -> None:
    """A block a size, a line a setting."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default=str(chosen_device()))
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--sizes", type=int, default=len(SIZES), help="so many of the first ones")
    args = parser.parse_args(argv)
    device = torch.device(args.device)
    torch.manual_seed(0)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} thread(s), ours on {device}; images a second")
    for count, size, window in SIZES[: args.sizes]:
        x = torch.randint(256, (count, 3, size, size), dtype=torch.uint8)
        pil, there = [v1.functional.to_pil_image(image) for image in x], x.to(device)
        for name, colours in SETTINGS.items():
            augment = Augment(("crop", "mirror", *colours), "unit", x, (window, window))
            chance = torch.Generator(device).manual_seed(0)
            more = [Lighting(augment.basis)] if colours else []
            by_pil = v1.Compose([v1.RandomCrop(window), v1.RandomHorizontalFlip(), v1.ToTensor(), *more])
            by_v2 = v2.Compose(
                [v2.RandomCrop(window), v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True), *more]
            )

            def ours(augment=augment, there=there, chance=chance):
                augment.train(there, augment.roll(len(there), chance).to(device))
                if device.type == "cuda":
                    torch.cuda.synchronize()

            *theirs, mine = rates(
                [
                    lambda f=by_pil, xs=pil: torch.stack([f(one) for one in xs]),
                    lambda f=by_v2, xs=x: torch.stack([f(one) for one in xs]),
                    ours,
                ],
                count,
                args.rounds,
            )
            print(
                f"{size}→{window} {name:22} PIL {theirs[0]:9,.0f}  tensors, v2 {theirs[1]:9,.0f}  "
                f"ours {mine:11,.0f}  {mine / max(theirs):5.1f}× the faster one"
            )


if __name__ == "__main__":
    main()
