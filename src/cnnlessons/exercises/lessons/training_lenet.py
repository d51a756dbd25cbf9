"""Exercises of "Train LeNet, and say when it has converged"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "training/training-lenet"

RECORD = (
    "from cnnlessons.experiments import records\n\n"
    'E01 = records.find("E01-convergence")\n'
    'right = E01.curve("notebook, raw pixels", "test_accuracy")\n'
    "tested = 100 - 100 * right  # five runs × 30 epochs, % wrong"
)

EXERCISES = (
    Exercise(
        "training-flat",
        "A flat end",
        "warm-up",
        2,
        "A network is trained with a step size that falls to zero along a cosine. Its test error hardly moves in the "
        "last five epochs. What does that tell you for certain?",
        Choice(
            (
                "the steps were tiny there",
                "the network has converged",
                "more epochs would not have helped",
                "the network overfits",
            )
        ),
        right=("the steps were tiny there",),
        slips=(
            instead(
                "the network has converged",
                "With steps near zero the curve is flat even if the network could still learn a great deal.",
            ),
            instead(
                "more epochs would not have helped",
                "A longer schedule has larger steps for longer. This run says nothing about it.",
            ),
            instead(
                "the network overfits", "For that one would have to see the training error, and the test error rise."
            ),
        ),
        hints=("What happens to any curve if the step size is zero?",),
        why="Small steps flatten any curve, so a flat end tells about the schedule. In the lesson's runs of 12 epochs "
        "the curves with a cosine were the flatter ones, and did not end lower.",
    ),
    Exercise(
        "training-updates",
        "Count AlexNet's updates",
        "warm-up",
        3,
        "AlexNet was trained for about 90 passes over the 1,281,167 training images of ILSVRC-2012, in batches of 128 "
        "(§5 of its paper). How many updates are 90 passes, if the images that are left over make a batch of their "
        "own?",
        Number("updates"),
        right=("-(-1_281_167 // 128) * 90",),
        slips=(
            instead("1_281_167 // 128 * 90", "The images that are left over make a batch too, in each pass."),
            instead(
                "1_281_167 * 90", "That is how many images are looked at. An update comes after each batch of 128."
            ),
            instead("-(-1_281_167 // 128)", "That is one pass."),
            instead(
                "-(-1_281_167 * 90 // 128)", "Each pass ends with a small batch. It is not filled up from the next."
            ),
        ),
        hints=("How many batches has one pass?",),
        same={
            "mine = -(-1281168 // 128) * 90": "The last batch takes one image more.",
            "mine = -(-1281166 // 128) * 90": "The last batch is one image smaller.",
        },
        why="10,009 full batches and a small one, times 90: 900,900.",
    ),
    Exercise(
        "training-loop",
        "Mend the loop",
        "core",
        8,
        "This loop runs, and is wrong in two ways. Mend it: `mine(model, batches, lr)` makes one update per batch and "
        "returns the mean loss per *image* over the epoch. The last batch may be smaller than the others.",
        Function(
            "[(torch.nn.Linear(4, 3), data((5, 5, 5, 2)), 0.5),"
            " (torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3)),"
            " data((3, 3, 1)), 2.0)]"
        ),
        given="import torch\n"
        "from torch.nn.functional import cross_entropy\n\n"
        "def wrong(model, batches, lr):\n"
        "    optimiser = torch.optim.SGD(model.parameters(), lr)\n"
        "    losses = []\n"
        "    for x, y in batches:\n"
        "        loss = cross_entropy(model(x), y)\n"
        "        loss.backward()\n"
        "        optimiser.step()\n"
        "        losses.append(loss.item())\n"
        "    return sum(losses) / len(losses)\n\n"
        "def data(sizes):  # some batches to try it with\n"
        "    draw = torch.Generator().manual_seed(0)\n"
        "    return [(torch.randn(n, 4, generator=draw),\n"
        "             torch.randint(3, (n,), generator=draw)) for n in sizes]",
        start="def mine(model, batches, lr):\n    ...",
        right=(
            "def mine(model, batches, lr):\n"
            "    optimiser = torch.optim.SGD(model.parameters(), lr)\n"
            "    total = images = 0\n"
            "    for x, y in batches:\n"
            "        loss = cross_entropy(model(x), y)\n"
            "        optimiser.zero_grad()\n"
            "        loss.backward()\n"
            "        optimiser.step()\n"
            "        total += loss.item() * len(y)\n"
            "        images += len(y)\n"
            "    return total / images",
        ),
        slips=(
            instead(
                "mine = wrong",
                "This is still the listing. First: what does `backward` do with the gradient that is already there?",
            ),
            edit(
                "loss = cross_entropy(model(x), y)\n"
                "        optimiser.zero_grad()\n"
                "        loss.backward()\n"
                "        optimiser.step()\n"
                "        total += loss.item() * len(y)",
                "loss = cross_entropy(model(x), y, reduction='sum')\n"
                "        optimiser.zero_grad()\n"
                "        loss.backward()\n"
                "        optimiser.step()\n"
                "        total += loss.item()",
                "The step follows the sum of the losses, so it is as many times too long as the batch has images.",
            ),
            edit(
                "        optimiser.zero_grad()\n",
                "",
                "The gradients of earlier batches are still there: each step follows the sum of all so far.",
            ),
            edit(
                "total += loss.item() * len(y)\n        images += len(y)",
                "total += loss.item()\n        images += 1",
                "A small last batch counts as much as a full one. Per image means: weighted by how many there are.",
            ),
            edit(
                "        optimiser.zero_grad()\n        loss.backward()\n",
                "        loss.backward()\n        optimiser.zero_grad()\n",
                "The new gradient is forgotten before the step: the network never changes.",
            ),
            edit(
                "        optimiser.step()\n        total += loss.item() * len(y)",
                "        optimiser.step()\n        total += cross_entropy(model(x), y).item() * len(y)",
                "That is the loss after the step, of another network than the one that was asked.",
            ),
        ),
        hints=(
            "Read it aloud: look at a batch, compare, forget the old gradient, find the new one, step.",
            "A mean per image is a sum over images, divided by their number.",
        ),
        why="`backward` adds to what is there. Without forgetting, each step follows the sum of all gradients so far, "
        "momentum adds to that, and in the lesson's loop the loss leaves 2.30 upwards, into the tens or hundreds.",
    ),
    Exercise(
        "training-luckiest",
        "The luckiest epoch",
        "core",
        5,
        "A common short cut is to report the epoch with the lowest test error in place of the last one. By how many "
        "points does that lower the mean error of the five runs, each with the best of its own 30 epochs?",
        Number("points", within=0.005),
        given=RECORD,
        right=("(tested[:, -1] - tested.min(axis=1)).mean()",),
        slips=(
            instead(
                "tested.mean(0)[-1] - tested.mean(0).min()",
                "That takes one epoch for all five: the best of the mean curve. Each run picks its own.",
            ),
            instead(
                "(tested[:, -1] - tested.min(axis=1)).max()", "That is the run that gains most. The mean is asked."
            ),
            instead(
                "(tested.max(axis=1) - tested.min(axis=1)).mean()",
                "That starts from the worst epoch, which is the first. Start from the last.",
            ),
            instead(
                "(tested[:, -1] - tested.min()).mean()",
                "That compares with the best of all 150 numbers. Each run has its own best.",
            ),
        ),
        hints=("`tested.min(axis=1)` has the best epoch of each run.",),
        why="By 0.086 points, and no network has become better. The gain is bought by reading the test set 30 "
        "times and keeping the luckiest reading. Choose the epoch in "
        "advance, or on digits that are neither for training nor for testing.",
    ),
    Exercise(
        "training-fewer-seeds",
        "Fewer seeds",
        "core",
        5,
        "The rule for *converged* asks for an interval. Two curves scatter as much as five would: the standard "
        "deviation between the runs is the same. How many times as wide is the 95 % interval of the mean of two runs "
        "as that of five?",
        Number("times"),
        given="from scipy import stats\n\nt = stats.t.ppf  # t(0.975, n - 1)",
        right=("t(0.975, 1) / 2**0.5 / (t(0.975, 4) / 5**0.5)",),
        slips=(
            instead(
                "(5 / 2) ** 0.5", "That is the root of n alone. With two runs the spread is hardly known: t grows."
            ),
            instead("t(0.975, 1) / t(0.975, 4)", "That is t alone. The root of the number of runs is in it as well."),
            edit("t(0.975, 1)", "t(0.975, 2)", "Two runs leave one degree of freedom: n − 1."),
            instead("5 / 2", "The width does not fall with the number of runs, but with t over its root."),
        ),
        hints=("The interval is ± t·s/√n, and t has n − 1 degrees of freedom.",),
        why="7.2 times: t is 12.7 for two runs, 4.3 for three and 2.8 for five, and the roots of 2 and 5 do the "
        "rest. So with two or three runs of the published notebook the rule says *cannot say*, "
        "although the fall is about the same.",
    ),
    Exercise(
        "training-last-third",
        "How far it still falls",
        "challenge",
        12,
        "Write the heart of a rule for *converged*. `mine(curves)` gets an array of runs × epochs. It fits a straight "
        "line to each run over the last third of its epochs (`epochs // 3` of them) and returns a list: how far each "
        "line falls from the first to the last epoch of that third. A line that rises has a negative fall.",
        Function(
            "[(np.random.default_rng(0).random((3, 30)),), (np.random.default_rng(1).random((2, 13)),),"
            " (10.0 - np.arange(24.0)[None] * np.array([[1.0], [0.5]]),)]"
        ),
        given="import numpy as np",
        start="def mine(curves):\n    ...",
        right=(
            "def mine(curves):\n"
            "    third = curves.shape[1] // 3\n"
            "    falls = []\n"
            "    for run in curves[:, -third:]:\n"
            "        slope, height = np.polyfit(np.arange(third), run, 1)\n"
            "        falls.append(-slope * (third - 1))\n"
            "    return falls",
        ),
        slips=(
            edit("(third - 1)", "third", "Ten epochs are nine steps apart, from the first to the last."),
            edit("-slope", "slope", "A falling line has a negative slope, and a positive fall."),
            edit(
                "slope, height = np.polyfit(np.arange(third), run, 1)\n        falls.append(-slope * (third - 1))",
                "falls.append(run[0] - run[-1])",
                "That is the difference of two noisy epochs. A line uses all of them.",
            ),
            edit("curves[:, -third:]", "curves[:, :third]", "That is the first third, where every curve falls."),
            edit("third = curves.shape[1] // 3", "third = curves.shape[1]", "That is a line through all epochs."),
        ),
        hints=("`np.polyfit(x, y, 1)` returns slope and height.", "How many steps lie between n epochs?"),
        why="Straight lines that fall for ever now fall, and five falls give a mean with an interval: still falling, "
        "converged, or cannot say.",
    ),
)
