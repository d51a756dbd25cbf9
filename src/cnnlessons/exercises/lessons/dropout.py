"""Exercises of "Switch units off: dropout"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "training/dropout"

EXERCISES = (
    Exercise(
        "all-sixteen",
        "All 16",
        "warm-up",
        4,
        "The lesson's unit again: inputs 1, 2, 3, 4 and weights 3, −1, 2, 5 make a sum of 27. Now each input is "
        "switched off with probability 0.2, and nothing is scaled. What is the mean of the sum over all 16 masks, each "
        "with its own probability?",
        Number(),
        right=("0.8 * 27",),
        slips=(
            instead("0.5 * 27", "That is the mean for a probability of one half, where all masks are equally likely."),
            instead("0.2 * 27", "p is the probability of being switched off. What stays?"),
            instead("27", "That would be with scaling, or with all four inputs each time."),
            instead("27 / 0.8", "Scaled up without need: nothing is scaled, and some inputs are missing."),
        ),
        hints=("With which probability is a single input there?",),
        why="Each input is there with probability 0.8, so 0.8 · 27 = 21.6. Adding up all masks gives the same: "
        "`((0.8**masks * 0.2 ** (1 - masks)).prod(1) * ((masks * x) @ w)).sum()`.",
    ),
    Exercise(
        "dropout-with-a-mask",
        "Dropout with a given mask",
        "core",
        5,
        "Write today's dropout, with the coins already tossed: `mine(x, keep, p, training)`, where `keep` has 1 for "
        "each number of `x` that stays and 0 for the others, and `p` is the probability of being switched off.",
        Function(
            "[(torch.rand(6), torch.tensor([1.0, 0, 1, 1, 1, 0]), 0.2, True),"
            " (torch.rand(6), torch.tensor([1.0, 0, 1, 1, 1, 0]), 0.2, False), (torch.ones(2), torch.ones(2), 0.5, "
            "True)]"
        ),
        given="import torch",
        start="def mine(x, keep, p, training):\n    ...",
        right=("def mine(x, keep, p, training):\n    return x * keep / (1 - p) if training else x",),
        slips=(
            edit(" / (1 - p)", "", "The survivors have to be scaled, so that the mean stays."),
            edit("/ (1 - p)", "/ p", "p is the share that goes. Divide by the share that stays."),
            edit("else x", "else x * (1 - p)", "You scale twice: in training and in evaluation mode."),
            edit(
                "x * keep / (1 - p) if training else x",
                "x * keep if training else x * (1 - p)",
                "That is how it was done in 2012. Today the scaling is in training, and evaluation does nothing.",
            ),
            edit(" if training else x", "", "In evaluation mode nothing is switched off, and nothing is scaled."),
        ),
        hints=("In evaluation mode the layer does nothing at all.",),
        why="Mask and scale in training, nothing afterwards. With random numbers in place of the given mask this is "
        "`F.dropout(x, p, training)`.",
    ),
    Exercise(
        "weights-of-2012",
        "Weights of 2012",
        "core",
        6,
        "A network was trained the paper's way: dropout without scaling. To run it in today's evaluation mode, which "
        "scales nothing, the factor is put into the layer *behind* the dropout. Write `mine(weight, bias, p)`: the "
        "(weight, bias) that this linear layer needs.",
        Function("[(torch.rand(2, 3), torch.rand(2), 0.5), (torch.ones(1, 2), torch.ones(1), 0.2)]"),
        given="import torch",
        start="def mine(weight, bias, p):\n    ...",
        right=("def mine(weight, bias, p):\n    return weight * (1 - p), bias",),
        slips=(
            instead(
                "def mine(weight, bias, p):\n    return weight * (1 - p), bias * (1 - p)",
                "The bias was there in full at every training step; only the inputs were thinned.",
            ),
            edit(
                "weight * (1 - p)",
                "weight / (1 - p)",
                "The layer learned from thinned inputs and now gets all: too much, not too little.",
            ),
            edit("weight * (1 - p)", "weight * p", "p is the share that goes; the layer saw the rest."),
            edit("weight * (1 - p)", "weight", "Then it gets sums over all inputs, and has learned from thinned ones."),
        ),
        hints=("The paper multiplies the outputs of the thinned layer. Where does that factor arrive?",),
        why="The sum over all inputs is too large by 1/(1 − p) on average, so the weights take the factor 1 − p. "
        "Forget it and the accuracy hardly notices, but the loss does.",
    ),
    Exercise(
        "mend-a-dropout",
        "Mend a dropout",
        "core",
        6,
        "Mend this function, with `F.dropout` or `nn.Dropout`: it must not drop anything when `training` is False, and "
        "a unit that was dropped must hand on 0 to the next layer.",
        Function(
            "[(torch.rand(4, 3), nn.Linear(3, 8), nn.Linear(8, 2), True),"
            " (torch.rand(4, 3), nn.Linear(3, 8), nn.Linear(8, 2), False)]"
        ),
        given="import torch\nimport torch.nn.functional as F\nfrom torch import nn",
        start=("def mine(x, fc1, fc2, training):\n    x = torch.sigmoid(F.dropout(fc1(x), 0.5))\n    return fc2(x)"),
        right=(
            "def mine(x, fc1, fc2, training):\n"
            "    x = F.dropout(torch.sigmoid(fc1(x)), 0.5, training)\n"
            "    return fc2(x)",
        ),
        slips=(
            edit(
                "F.dropout(torch.sigmoid(fc1(x)), 0.5, training)",
                "torch.sigmoid(F.dropout(fc1(x), 0.5))",
                "This is still the listing. First: what does the sigmoid make of a 0?",
            ),
            edit("0.5, training)", "0.5)", "It still drops in evaluation mode: who tells `F.dropout`?"),
            edit(
                "F.dropout(torch.sigmoid(fc1(x)), 0.5, training)",
                "torch.sigmoid(F.dropout(fc1(x), 0.5, training))",
                "The sigmoid of 0 is ½: a dropped unit hands on one half.",
            ),
            edit(
                "return fc2(x)",
                "return F.dropout(fc2(x), 0.5, training)",
                "Dropout belongs behind a hidden layer, not behind the scores.",
            ),
            edit(
                "0.5, training)",
                "0.5, not training)",
                "The other way round: it drops when it should not, and the reverse.",
            ),
        ),
        hints=("There are two faults in the first line: a place and a word that is missing.",),
        why="Behind the activation is always safe, and the function has to be told: its default is `training=True`.",
    ),
    Exercise(
        "count-changed",
        "The other way round",
        "core",
        8,
        "The check `assert torch.equal(model(x), model(x))` finds coins in evaluation mode. It does not find a dropout "
        "that never happens: a layer that is made and not called, or a loop that forgot `model.train()`. Write "
        "`mine(net, x)`, which asks twice in each mode and returns two counts: for how many images any score changes, "
        "in evaluation mode and in training mode.",
        Function(
            "[(nn.Sequential(nn.Linear(4, 200), nn.Dropout(0.5), nn.Linear(200, 3)), torch.rand(5, 4)),"
            " (nn.Sequential(nn.Linear(4, 6), Restless()), torch.rand(5, 4)),"
            " (nn.Sequential(nn.Linear(4, 200), nn.Dropout(0.5), nn.Linear(200, 3), Restless()), torch.rand(5, 4)),"
            " (nn.Linear(4, 3), torch.rand(5, 4))]"
        ),
        given=(
            "import torch\n"
            "from torch import nn\n"
            "class Restless(nn.Module):  # changes a score of two images, always\n"
            "    times = 0\n"
            "    def forward(self, x):\n"
            "        self.times += 1\n"
            "        x = x.clone()\n"
            "        x[:2, 0] += self.times\n"
            "        return x\n"
            "# to try it: mine(nn.Sequential(nn.Linear(4, 6), Restless()),\n"
            "#                 torch.rand(5, 4)) is [2, 2]"
        ),
        start="def mine(net, x):\n    ...",
        right=(
            "def mine(net, x):\n"
            "    counts = []\n"
            "    for training in (False, True):\n"
            "        net.train(training)\n"
            "        changed = (net(x) != net(x)).any(1)\n"
            "        counts.append(int(changed.sum()))\n"
            "    return counts",
        ),
        slips=(
            edit("(False, True)", "(True, False)", "Evaluation mode first, then training mode."),
            edit(".any(1)", ".flatten()", "You count scores. An image counts once, however many of its scores change."),
            edit("        net.train(training)\n", "", "The mode is never set."),
            edit(".any(1)", ".all(1)", "An image counts as soon as one of its scores changes."),
        ),
        hints=("`net.train(False)` is the same as `net.eval()`.",),
        why="A sound network with dropout changes nothing in evaluation mode and nearly all images in training mode. "
        "As a test: `net.train(); assert not torch.equal(net(x), net(x))`.",
    ),
    Exercise(
        "drop-a-map",
        "Drop a map, not a pixel",
        "core",
        4,
        "Behind a convolution `nn.Dropout` drops single pixels, whose neighbours say nearly the same. A batch of ones "
        "of shape (2, 6, 12, 12) goes through `nn.Dropout2d(0.5)` in training mode. What comes out?",
        Choice(
            (
                "each map is all 0 or all 2",
                "about half of the numbers of each map are 0, the others 2",
                "each image is all 0 or all 2",
                "each map is all 0 or all 1",
            )
        ),
        right=("each map is all 0 or all 2",),
        slips=(
            instead("about half of the numbers of each map are 0, the others 2", "That is what `nn.Dropout` does."),
            instead(
                "each image is all 0 or all 2",
                "Then some images would be lost altogether. The coin is tossed once for …?",
            ),
            instead("each map is all 0 or all 1", "The survivors are scaled here, too."),
        ),
        hints=("Try it: `(nn.Dropout2d(0.5)(torch.ones(2, 6, 12, 12)) == 0).float().mean((2, 3))`.",),
        why="One coin for each map of each image, and the maps that stay are doubled.",
    ),
    Exercise(
        "doubt-from-coins",
        "Doubt",
        "core",
        4,
        "Gal and Ghahramani (2016) leave dropout on at test time on purpose and ask fifty times. The winner's share "
        "spreads more for digits that are misread. Against what should you compare that spread before you pay for "
        "fifty passes?",
        Choice(
            (
                "the winner's share of a single pass in evaluation mode",
                "the accuracy on training digits",
                "the spread of another network without dropout",
                "the largest score before softmax, over fifty passes",
            )
        ),
        right=("the winner's share of a single pass in evaluation mode",),
        slips=(
            instead("the accuracy on training digits", "It says nothing about a single new digit."),
            instead(
                "the spread of another network without dropout", "Without dropout fifty passes are equal: no spread."
            ),
            instead("the largest score before softmax, over fifty passes", "That costs fifty passes as well."),
        ),
        hints=("What does one pass say already about how sure the network is?",),
        why="The spread is larger for the misread ones. But the plain share of one pass says much the same, so the "
        "fifty passes have to show that they say more.",
    ),
)
