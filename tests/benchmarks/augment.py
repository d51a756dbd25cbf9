"""Augmentation of a batch at once against torchvision's transforms picture by picture, in one run: pictures a second.

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

SIZES = ((512, 32, 28), (16, 256, 224))  # pictures a batch, their size, the window's
SETTINGS = {"crop, mirror": (), "crop, mirror, colour": ("colour",)}


class Lighting:
    """The paper's colours as everybody writes them, for one picture: torchvision has none."""

    def __init__(self, basis):
        self.basis = basis

    def __call__(self, picture):
        return picture + (self.basis @ torch.randn(3)).view(3, 1, 1)


def rates(steps, pictures: int, rounds: int = 8) -> list[float]:
    """Pictures a second of each step. They take turns, so that a busy machine slows all of them down."""
    numbers = [max(1, round(0.05 / timeit.timeit(step, number=1))) for step in steps]
    took = [[timeit.timeit(step, number=n) / n for step, n in zip(steps, numbers, strict=True)] for _ in range(rounds)]
    return [pictures / min(times) for times in zip(*took, strict=True)]


def main() -> None:
    """A block a size, a line a setting."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default=str(chosen_device()))
    device = torch.device(parser.parse_args().device)
    torch.manual_seed(0)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} thread(s), ours on {device}; pictures a second")
    for count, size, window in SIZES:
        x = torch.randint(256, (count, 3, size, size), dtype=torch.uint8)
        pil, there = [v1.functional.to_pil_image(picture) for picture in x], x.to(device)
        for name, colours in SETTINGS.items():
            augment = Augment(("crop", "mirror", *colours), "unit", x, (window, window))
            chance = torch.Generator(device).manual_seed(0)
            more = [Lighting(augment.basis)] if colours else []
            by_pil = v1.Compose([v1.RandomCrop(window), v1.RandomHorizontalFlip(), v1.ToTensor(), *more])
            by_v2 = v2.Compose(
                [v2.RandomCrop(window), v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True), *more]
            )

            def ours(augment=augment, there=there, chance=chance):
                augment.train(there, augment.draw(len(there), chance).to(device))
                if device.type == "cuda":
                    torch.cuda.synchronize()

            *theirs, mine = rates(
                [
                    lambda f=by_pil, xs=pil: torch.stack([f(one) for one in xs]),
                    lambda f=by_v2, xs=x: torch.stack([f(one) for one in xs]),
                    ours,
                ],
                count,
            )
            print(
                f"{size}→{window} {name:22} PIL {theirs[0]:9,.0f}  tensors, v2 {theirs[1]:9,.0f}  "
                f"ours {mine:11,.0f}  {mine / max(theirs):5.1f}× the faster one"
            )


if __name__ == "__main__":
    main()
