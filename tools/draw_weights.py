"""Train the two networks that readers draw for, and keep their weights: `python tools/draw_weights.py [ID …]`.

The full MNIST is needed, as `load("mnist")` finds it. The 1,000 test digits of mnist-5k come from MNIST's training
images; they are left out, so that a page may show and judge digits that the network has not seen. Recipes: that of the
record `lenet5-1998`, chosen on a validation split, and one for the ReLU network that nothing was chosen for.
"""

import json
import sys
from dataclasses import asdict, replace

import torch
from safetensors.torch import save_file

from cnnlessons import CATALOGUE, Recipe, build, evaluate, fit, load
from cnnlessons.data import Split
from cnnlessons.experiments import EXPERIMENTS
from cnnlessons.live.weights import path

SEED = 0  # of weights and of the order of the images
RECIPES = {
    "lenet5-1998": replace(EXPERIMENTS["lenet5-1998"].variants[0].recipe, seed=SEED),
    "lenet-002-relu": Recipe(epochs=20, lr=0.02, weight_decay=5e-4, schedule="cosine", seed=SEED),
}


def without(split: Split, others: Split) -> Split:
    """The images of `split` that are none of `others`."""
    known = {image.numpy().tobytes() for image in others.x}
    keep = torch.tensor([image.numpy().tobytes() not in known for image in split.x])
    return Split(split.x[keep], split.y[keep])


def train(id: str) -> None:
    """Train the network of that id, and keep it in half precision with its test accuracy."""
    data = load("mnist")
    seen = without(data.train, load("mnist-5k").test)
    model, recipe = build(CATALOGUE[id], seed=SEED), RECIPES[id]
    for epoch in fit(model, seen, data.test, recipe):
        print(id, epoch, flush=True)
    halves = {name: value.half().contiguous() for name, value in model.state_dict().items()}
    model.load_state_dict({name: value.float() for name, value in halves.items()})
    facts = {
        "arch": id,
        "data": f"MNIST, {len(seen):,} of its 60,000 training digits: all but the test digits of mnist-5k",
        "recipe": json.dumps(asdict(recipe)),
        "pixels": recipe.pixels,
        "epochs": str(recipe.epochs),
        "seed": str(SEED),
        "test_accuracy": str(evaluate(model, data.test)[1]),
    }
    save_file(halves, path(id), facts)
    print(path(id), facts)


if __name__ == "__main__":
    torch.set_num_threads(1)  # the same weights on every number of cores
    for id in sys.argv[1:] or RECIPES:
        train(id)
