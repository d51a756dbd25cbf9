"""Exercises of "Ask why everybody uses ReLU"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "training/why-relu"

RECORD = 'from cnnlessons.experiments import records\n\nfound = records.find("E02-activations")'

EXERCISES = (
    Exercise(
        "race-followed",
        "Followed by a ReLU",
        "warm-up",
        2,
        "VGG's network D has 16 layers with weights. How many of them are followed by a ReLU?",
        Number("layers"),
        given='from cnnlessons import CATALOGUE, trace\n\nrows = trace(CATALOGUE["vgg-D"])',
        right=('sum(type(row.layer).__name__ == "ReLU" for row in rows)',),
        slips=(
            instead("16", "The last layer's scores go into the softmax. A ReLU would cut off all below zero."),
            instead("13", "Those are the convolutions. Hidden fully connected layers have one too."),
            instead("3", "Those are the fully connected layers, and not even all of them have one."),
        ),
        why="15: all but the last, as in AlexNet, where it is seven of eight.",
    ),
    Exercise(
        "race-signs",
        "One sign",
        "warm-up",
        3,
        "For one image, all gradients of a unit's weights have the same sign if none of its inputs is negative. Behind "
        "which activation can they have *both* signs?",
        Choice(("leaky ReLU", "ReLU", "sigmoid", "|tanh|")),
        right=("leaky ReLU",),
        slips=(
            instead("ReLU", "What a ReLU returns is zero or positive."),
            instead("sigmoid", "A logistic sigmoid returns something between 0 and 1."),
            instead("|tanh|", "A rectified function returns nothing below zero."),
        ),
        hints=("Which of them returns negative numbers?",),
        why="A leaky ReLU returns small negative numbers for negative sums, as tanh does. Whatever makes ReLU learn "
        "well, "
        "it is not centring.",
    ),
    Exercise(
        "race-pairs",
        "Count the pairs",
        "core",
        5,
        "Write `mine(first, second)`: both are lists of losses at the end of some runs. Pair *every* run of the first "
        "with every run of the second, and return in how many pairs the first has the lower loss.",
        Function("[([0.3, 0.1, 0.2], [0.25, 0.22]), ([1.0, 1.0], [1.0, 2.0, 3.0]), ([5.0], [1.0, 2.0, 4.0, 8.0])]"),
        start="def mine(first, second):\n    ...",
        right=("def mine(first, second):\n    return sum(a < b for a in first for b in second)",),
        slips=(
            edit(
                "a < b for a in first for b in second",
                "a < b for a, b in zip(first, second)",
                "Those are only the pairs with the same number. Nothing joins two runs: take every pair.",
            ),
            edit("a < b", "a > b", "The lower loss is the better one."),
            edit("a < b", "a <= b", "An equal loss is not a lower one."),
        ),
        hints=("Two loops, one inside the other.",),
        why="25 pairs of five runs each: 25 of 25 at a step size of 0.01, 10 at 0.03, none at 0.1.",
    ),
    Exercise(
        "race-steps-to-loss",
        "Epochs to a loss",
        "core",
        6,
        '"Faster" can also mean fewer epochs to a given loss. Write `mine(curve, level)`: the number of the first '
        "epoch, counted from 1, whose loss is at most `level`. A curve that never gets there counts one epoch more "
        "than it "
        "has.",
        Function(
            "[([0.9, 0.5, 0.2, 0.1], 0.2), ([0.9, 0.3, 0.6, 0.1], 0.4), ([0.9, 0.8, 0.7], 0.5), ([0.1, 0.2], 0.5)]"
        ),
        start="def mine(curve, level):\n    ...",
        right=(
            "def mine(curve, level):\n"
            "    for epoch, loss in enumerate(curve, 1):\n"
            "        if loss <= level:\n"
            "            return epoch\n"
            "    return len(curve) + 1",
        ),
        slips=(
            edit("enumerate(curve, 1)", "enumerate(curve)", "Epochs count from 1."),
            edit("loss <= level", "loss < level", "At most means that equal is enough."),
            edit("len(curve) + 1", "len(curve)", "Such a curve would seem to arrive in its last epoch."),
            instead(
                "def mine(curve, level):\n    return sum(loss > level for loss in curve) + 1",
                "That counts all epochs above the level, also those after it was first reached.",
            ),
        ),
        why="To a training loss of 0.05, each at its best step size, tanh and scaled tanh need 3 epochs, ReLU 4 to 5, "
        "from "
        "He's weights 4, the sigmoid 9 or 10; one of its five runs does not get there in ten.",
    ),
    Exercise(
        "race-fairer",
        "A fairer race still",
        "core",
        8,
        "The lesson chose each best step size on the same five runs that it compared. Be fairer: choose each step "
        "size by "
        "the mean training loss of seeds 0 and 1, and compare the means of seeds 2, 3 and 4. How many times tanh's is "
        "ReLU's training loss then? `losses` has, for each variant without stuck runs, the five losses at the end.",
        Number("times", within=0.02),
        given=RECORD + '\nracers = ("tanh, ", "ReLU, ")\n'
        'losses = {name: found.ends(name, "train_loss")\n'
        "          for name in found.variants\n"
        "          if name.startswith(racers) and not found.stuck(name)}\n\n"
        "def tried(name):\n"
        "    return [runs for variant, runs in losses.items()\n"
        '            if variant.startswith(f"{name}, ")]',
        right=(
            "def race(name):\n"
            "    chosen = min(tried(name), key=lambda runs: runs[:2].mean())\n"
            "    return chosen[2:].mean()\n\n"
            'mine = race("ReLU") / race("tanh")',
        ),
        slips=(
            edit(
                "chosen[2:].mean()",
                "chosen.mean()",
                "Seeds 0 and 1 have chosen the step size. Leave them out of the comparison.",
            ),
            edit(
                'race("ReLU") / race("tanh")',
                'race("tanh") / race("ReLU")',
                "The question is how many times tanh's ReLU's loss is.",
            ),
            edit(
                "chosen[2:].mean()", "chosen[:2].mean()", "Those are the seeds that chose. Compare on the other three."
            ),
            instead(
                'losses["ReLU, lr 0.01"][2:].mean() / losses["tanh, lr 0.01"][2:].mean()',
                "That is one step size for both, as in the figure at the beginning.",
            ),
        ),
        same={
            "chosen = min(tried(name), key=lambda runs: runs[:2].sum())": "Two losses have one order, as mean or sum.",
            "chosen = min(tried(name), key=lambda runs: runs[:3].mean())": "Seed 2 would choose the same step sizes.",
            "return chosen[2:].sum()": "The ratio of two sums of three is that of their means.",
        },
        why="The same step sizes are chosen, 0.03 and 0.1, and the order stays: 3.13 times.",
    ),
    Exercise(
        "race-same-curve",
        "The same curve",
        "challenge",
        12,
        "tanh a = 2 sigmoid(2a) − 1. So a network with sigmoids can be turned into one with tanh that computes the "
        "same, by "
        "its weights alone. `mine(w, b, v, c)` gets the two layers of $v\\,\\mathrm{sigmoid}(w x + b) + c$ (`w` and "
        "`v` are "
        "matrices, `b` and `c` vectors) and returns the four of $v'\\tanh(w' x + b') + c'$, in that order.",
        Function(
            "[(torch.randn(4, 3), torch.randn(4), torch.randn(2, 4), torch.randn(2)),"
            " (torch.eye(2), torch.zeros(2), torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.ones(2))]"
        ),
        given="import torch",
        start="def mine(w, b, v, c):\n    ...",
        right=("def mine(w, b, v, c):\n    return w / 2, b / 2, v / 2, c + v.sum(1) / 2",),
        slips=(
            edit("w / 2, b / 2", "2 * w, 2 * b", "sigmoid(a) is written by tanh(a/2): halve what goes in."),
            edit("c + v.sum(1) / 2", "c", "A sigmoid lies a half higher than tanh/2. The next bias has to add that."),
            edit("v / 2, c", "v, c", "tanh is twice as high: the weights after it are halved, too."),
            edit("v.sum(1) / 2", "v.sum(1)", "Each sigmoid lies a *half* higher, times its weight."),
            edit("w / 2, b / 2", "w / 2, b", "The bias goes into the function with the weights."),
        ),
        hints=("Solve the equation for the sigmoid: sigmoid(a) = (1 + tanh(a/2))/2.",),
        why="Halve what goes in, halve what comes after, and add half the sum of the old weights to the next bias. The "
        "functions that the two can compute are the same; how they train is not.",
    ),
)
