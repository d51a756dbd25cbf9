"""What the records of the book's own runs say to the notes' experiments."""

from math import sqrt

import numpy as np
import torch

from cnnlessons.claims.checking import Found, check
from cnnlessons.claims.checks.activations import slope
from cnnlessons.experiments import Convergence, records


@check("000-L068c", "002-L125", record="E20-gradients")
def gradients_grow() -> Found:
    """Gradients of the last and first weights of an untrained LeNet, five seeds."""
    record = records.find("E20-gradients")

    def grows(name: str) -> float:
        last, first = (record.curve(f"{name}, LeNet", f"gradient {layer}")[:, 0].mean() for layer in ("output", "C1"))
        return float(last / first)

    found = {name: grows(name) for name in ("sigmoid", "tanh", "ReLU")}
    return Found(
        {f"towards the loss they grow with {name}": ratio > 1 for name, ratio in found.items()},
        "last layer over first: " + ", ".join(f"{name} {ratio:.1f}" for name, ratio in found.items()),
    )


@check("002-L053", record="E01-convergence")
def converged_after_ten() -> Found:
    """Test error and training loss after 10 and 30 epochs, and whether they still fall in the last third of the 10."""
    record = records.find("E01-convergence")
    name = "notebook, raw pixels"
    error, loss = 1 - record.curve(name, "test_accuracy"), record.curve(name, "train_loss")
    done, left = error[:, 0] - error[:, 9], error[:, 9] - error[:, 29]
    says = [Convergence.of(curves[:, :10]).verdict for curves in (error, loss)]
    return Found(
        {
            "most of the way is done": bool(done.mean() > 2 * left.mean()),
            "the test error falls no further": says[0] == "converged",
            "nor does the training loss": says[1] == "converged",
        },
        f"test error {error[:, 9].mean():.1%} → {error[:, 29].mean():.1%}, {says[0]} at epoch 10; training loss "
        f"{loss[:, 9].mean():.3f} → {loss[:, 29].mean():.3f}, {says[1]}",
    )


@check("002-L059", record="E01-convergence")
def linked_notebook() -> Found:
    """The linked notebook's training repeated: its recipe, and where its 0.9845 lies."""
    record = records.find("E01-convergence")
    name = "notebook, raw pixels"
    recipe = record.data["variants"][name]["recipe"]
    last = record.curve(name, "train_accuracy")[:, -1].mean()  # at the epoch of the notebook's own figure
    return Found(
        {
            "its recipe is complete: it can be repeated": (
                recipe["epochs"],
                recipe["batch"],
                recipe["lr"],
                recipe["momentum"],
                recipe["pixels"],
            )
            == (30, 128, 0.01, 0, "raw"),
            "and ends where it did": bool(abs(last - 0.9845) < 0.005),
        },
        f"training accuracy {last:.4f}; the notebook's 0.9845",
    )


@check("002-L141b", record="E02-activations")
def race() -> Found:
    """Training loss at the end, each activation at its best step size."""
    record = records.find("E02-activations")
    best = {name: record.best(name) for name in ("sigmoid", "tanh", "ReLU")}
    pairs = [("tanh", "sigmoid"), ("ReLU", "sigmoid"), ("ReLU", "tanh")]
    table = record.table([(best[a], best[b]) for a, b in pairs], "train_loss")
    tanh, relu, race = (row.verdict == "better" for row in table)
    return Found(
        {"both leave the sigmoid behind": tanh and relu, "the ReLU is ahead of tanh": race},
        "; ".join(map(str, table)),
    )


@check("004-L024b", record="E02-activations")
def tanh_beats_sigmoid() -> Found:
    """tanh and the logistic sigmoid, each at its best step size."""
    record = records.find("E02-activations")
    found = record.compare(record.best("tanh"), record.best("sigmoid"), "train_loss")
    return Found({"faster than the sigmoid": found.verdict == "better"}, str(found))


@check("002-L149", record="E19-dying")
def dying() -> Found:
    """Dead units at the largest and smallest step, and the ReLU's slope on its left."""
    record = records.find("E19-dying")
    large, small = (record.end(f"lr {lr}", "dead", with_stuck=True).mean for lr in ("1", "0.01"))
    lower = record.compare("lr 0.01", "lr 1", "dead", with_stuck=True)
    return Found(
        {
            "units can die": large > 0.5,
            "a lower rate relieves it": lower.verdict == "better",
            "no saturation": slope(torch.relu, -1.0) != [0.0],
        },
        f"dead at rate 1: {large:.0%}, at 0.01: {small:.0%}; slope 0 for x < 0",
    )


DROPOUT = "E03-dropout"


def accuracies(variant: str) -> np.ndarray:
    """Test accuracies after the last epoch, where the notebook reads its own."""
    return records.find(DROPOUT).curve(variant, "test_accuracy")[:, -1]


@check("002-L175a", record=DROPOUT)
def two_losses() -> Found:
    """The training loss with dropout on, as the notebook measures it, and with dropout off, as a test would."""
    record = records.find(DROPOUT)
    on, off = (record.end("with dropout, raw pixels", name).mean for name in ("train_loss", "train_loss_eval"))
    return Found(
        {
            "0.0735 is what the training shows": 0.05 < on < 0.09,
            "it can be compared with a loss without dropout": off > 0.9 * on,
        },
        f"{on:.4f} with dropout on, {off:.4f} with the same weights and dropout off",
    )


@check("002-L175b", record=DROPOUT)
def both_accuracies() -> Found:
    """0.9826 and 0.9841 among the accuracies of our runs."""
    without, with_ = accuracies("without dropout, scaled pixels"), accuracies("with dropout, raw pixels")
    near = [abs(runs - said).min() < 0.003 for runs, said in ((without, 0.9826), (with_, 0.9841))]
    return Found(
        {"0.9826 without": bool(near[0]), "0.9841 with": bool(near[1])},
        f"ours: {without.min():.4f} to {without.max():.4f}, and {with_.min():.4f} to {with_.max():.4f}",
    )


@check("002-L175c", record="E03-small")
def helps_a_lot() -> Found:
    """The notebook's gain against chance; dropout where a network learns its digits by heart, and where it does not."""
    p, q, n = 0.9841, 0.9826, 10_000
    z = (p - q) / sqrt((p * (1 - p) + q * (1 - q)) / n)
    by_heart = records.find("E03-small").compare("dropout, same width", "without dropout")
    fitting = records.find(DROPOUT).compare("with dropout, scaled pixels", "without dropout, scaled pixels")
    return Found(
        {
            "more images are right": p > q,
            "more than chance would do": z > 1.96,
            "it helps a network that overfits": by_heart.verdict == "better",
        },
        f"15 of 10,000 images, z = {z:.2f}; a LeNet that knows 2,000 digits by heart: {by_heart.said}; one that does "
        f"not overfit: {fitting.said}",
    )


@check("002-L175d", record=DROPOUT)
def slowed() -> Found:
    """First epochs with scaled and raw pixels."""
    record = records.find(DROPOUT)

    def first(variant: str) -> np.ndarray:
        return record.curve(variant, "train_loss")[:, 0]

    slower = first("with dropout, scaled pixels").mean() / first("without dropout, scaled pixels").mean()
    stuck = first("without dropout, raw pixels").min()
    return Found(
        {
            "dropout slows the training": bool(slower > 1.1),
            "a first loss of 14.4 is dropout's doing": bool(stuck < 10),
        },
        f"scaled pixels: first loss {slower:.1f} times as high; raw pixels: {stuck:.1f} without any dropout",
    )


@check("004-L060c", record="E09-ten-crops")
def ten_crops_gain() -> Found:
    """What ten views add to a small network; the contest of the note cannot be looked at."""
    record = records.find("E09-ten-crops")
    variant = "trained on centres"
    gain = record.end(variant, "ten views").mean - record.end(variant, "one view").mean
    return Found(
        {"ten views are better than one": gain > 0, "by four to five points in that contest": None},
        f"a small network on CIFAR-10: {100 * gain:+.1f} points; AlexNet 1.5 (top-1)",
    )
