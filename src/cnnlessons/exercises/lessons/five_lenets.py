"""Exercises of "Find the bugs in five LeNets"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "lenet/five-lenets"

EXERCISES = (
    Exercise(
        "hundred-digits",
        "A hundred digits",
        "warm-up",
        4,
        "A batch of 100 MNIST images goes as 28×28, without a border, into a LeNet for 32×32 (convolutions of 5×5, "
        "pools of 2×2, 16 maps at the end) that flattens with `view(-1, 400)`. How many answers come out?",
        Number("answers"),
        right=("100 * 16 * 4 * 4 / 400",),
        slips=(
            instead("100", "The −1 does not stand for the batch. Count the numbers, and cut them into rows of 400."),
            edit("4 * 4", "7 * 7", "28 halved twice is 7, but each convolution takes four pixels as well."),
            edit("100 * 16", "100", "That is one map of each image. There are 16."),
            edit("4 * 4", "4", "A map of 4×4 has more than four numbers."),
        ),
        hints=("Follow one side: 28, 24, 12, … How many numbers has an image at the end?",),
        why="An image has 16·4·4 = 256 numbers, so 100 images give 25,600 / 400 = 64 answers. 256·N is divisible by "
        "400 when N is a multiple of 25; the most usual batch size, 64, is refused.",
    ),
    Exercise(
        "same-question-twice",
        "The same question twice",
        "warm-up",
        3,
        "In evaluation mode the same images must get the same answers twice. In which network do they not: in one that "
        "drops with `nn.Dropout(0.5)`, made in `__init__`, or in one whose `forward` says `F.dropout(x, 0.5)`?",
        Choice(("nn.Dropout(0.5)", "F.dropout(x, 0.5)", "both", "neither")),
        right=("F.dropout(x, 0.5)",),
        slips=(
            instead("nn.Dropout(0.5)", "A layer belongs to the network, and `eval()` tells it. Who tells a function?"),
            instead("both", "One of the two hears of `eval()`: what is a part of the network."),
            instead("neither", "One of the two has no way to know that the network is in evaluation mode."),
        ),
        hints=("`eval()` sets a flag on the network and on every layer that it holds.",),
        why="`F.dropout` does not hear of `eval()` unless one hands it `self.training`. The line for the check is "
        "`assert torch.equal(model(x), model(x))`.",
    ),
    Exercise(
        "colour-at-28",
        "What a program must have",
        "core",
        5,
        "A page describes a LeNet for *colour* images of 28×28 without a border: 6 and 16 maps by convolutions of 5×5, "
        "each followed by a pool of 2×2 without weights, then linear layers of 120, 84 and 10 units. All have biases. "
        "How many parameters must its program have?",
        Number("parameters"),
        right=(
            "convolutions = 6 * (3 * 25 + 1) + 16 * (6 * 25 + 1)\n"
            "linear = 120 * (16 * 4 * 4 + 1) + 84 * (120 + 1) + 10 * (84 + 1)\n"
            "mine = convolutions + linear",
        ),
        slips=(
            edit("16 * 4 * 4", "16 * 5 * 5", "At 28×28 other maps arrive at the first linear layer than at 32×32."),
            edit("3 * 25", "25", "A kernel of the first layer has a slice for each of the three colours."),
            edit(" + 10 * (84 + 1)", "", "One layer is missing, as in the lesson's tutorial C."),
            edit("6 * 25 + 1", "25 + 1", "Each map of the second convolution reads all six maps."),
            instead(
                "6 * 3 * 25 + 16 * 6 * 25 + 120 * 256 + 84 * 120 + 10 * 84",
                "Those are the weights. Each map and each unit has a bias as well.",
            ),
        ),
        hints=("Which size do the last maps have: 28, 24, 12, 8, …?",),
        why="456 + 2,416 + 30,840 + 10,164 + 850 = 44,726. A program with another count is not the network of its "
        "words.",
    ),
    Exercise(
        "mend-a-lenet",
        "Mend a LeNet",
        "core",
        8,
        "Mend this function. It gets images, convolutions, two linear layers, and should return scores for "
        "`cross_entropy`, a row for each image. Images of a size for which `fc1` was not made must raise an error.",
        Function(
            "[(torch.rand(2, 1, 32, 32), convs, nn.Linear(400, 8), nn.Linear(8, 10)),"
            " (torch.rand(2, 1, 52, 52), convs, nn.Linear(400, 8), nn.Linear(8, 10))]"
        ),
        given=(
            "import torch\n"
            "import torch.nn.functional as F\n"
            "from torch import nn\n"
            "convs = nn.Sequential(\n"
            "    nn.Conv2d(1, 4, 5), nn.ReLU(), nn.MaxPool2d(2),\n"
            "    nn.Conv2d(4, 16, 5), nn.ReLU(), nn.MaxPool2d(2))"
        ),
        start=(
            "def mine(x, convs, fc1, fc2):\n"
            "    x = convs(x)\n"
            "    x = F.relu(fc1(x.view(-1, 400)))\n"
            "    x = F.softmax(fc2(x), dim=1)"
        ),
        right=(
            "def mine(x, convs, fc1, fc2):\n    x = convs(x)\n    x = F.relu(fc1(x.flatten(1)))\n    return fc2(x)",
            "def mine(x, convs, fc1, fc2):\n"
            "    maps = convs(x)\n"
            "    return fc2(F.relu(fc1(maps.reshape(len(maps), -1))))",
        ),
        slips=(
            edit("flatten(1)", "view(-1, 400)", "Two images of 52×52 get eight answers: something cuts a tape."),
            instead(
                "def mine(x, convs, fc1, fc2):\n"
                "    x = convs(x)\n"
                "    x = F.relu(fc1(x.view(-1, 400)))\n"
                "    x = F.softmax(fc2(x), dim=1)",
                "As in the listing, nothing comes back. First: what does a function return that has no `return`?",
            ),
            instead(
                "def mine(x, convs, fc1, fc2):\n"
                "    x = convs(x)\n"
                "    x = F.relu(fc1(x.view(-1, 400)))\n"
                "    return F.softmax(fc2(x), dim=1)",
                "It returns something now. Next: whose work is the softmax, if `cross_entropy` is the loss?",
            ),
            edit("return fc2(x)", "return F.softmax(fc2(x), dim=1)", "`cross_entropy` applies a softmax of its own."),
            edit(
                "return fc2(x)",
                "return F.log_softmax(fc2(x), dim=1)",
                "That is harmless to the loss, but scores are asked for: `cross_entropy` takes the logarithm itself.",
            ),
            edit("return fc2(x)", "x = fc2(x)", "The scores are computed, and nobody gets them."),
            edit("F.relu(fc1(x.flatten(1)))", "fc1(x.flatten(1))", "The activation between the linear layers is lost."),
        ),
        hints=("There are three faults, one in each of the last two lines and one that is not there.",),
        why="`flatten(1)` keeps a row for each image, the softmax belongs to the loss, and a function without `return` "
        "returns None.",
    ),
    Exercise(
        "unused-parameters",
        "The layer that nobody calls",
        "core",
        7,
        "Somebody makes a layer and forgets to call it in `forward`; the parameter count is right all the same. Write "
        "`mine(net, x)`: how many parameters of the network have no influence on its answer to `x`, because they are "
        "in no layer that is called?",
        Function(
            "[(Forgetful(), torch.rand(2, 8)), (nn.Sequential(nn.Linear(8, 4), nn.Linear(4, 2)), torch.rand(3, 8))]"
        ),
        given=(
            "import torch\n"
            "from torch import nn\n"
            "# to try it: mine(Forgetful(), torch.rand(2, 8)) is 15\n"
            "class Forgetful(nn.Module):\n"
            "    def __init__(self):\n"
            "        super().__init__()\n"
            "        self.fc1, self.fc2 = nn.Linear(8, 6), nn.Linear(6, 4)\n"
            "        self.fc3 = nn.Linear(4, 3)\n"
            "    def forward(self, x):\n"
            "        return self.fc2(self.fc1(x))"
        ),
        start="def mine(net, x):\n    ...",
        right=(
            "def mine(net, x):\n"
            "    net(x).sum().backward()\n"
            "    return sum(p.numel() for p in net.parameters() if p.grad is None)",
        ),
        slips=(
            edit("is None", "is not None", "Those are the parameters that do have an influence."),
            edit("net(x).sum().backward()", "net(x)", "Before a backward pass no parameter has a gradient."),
            edit("p.numel()", "1", "You count tensors. A weight has many parameters."),
            edit("if p.grad is None", "if not p.requires_grad", "All of them may learn. Who gets a gradient?"),
        ),
        hints=(
            "Let the gradient tell.",
            "After a backward pass from the sum of all answers, look at `p.grad` of each parameter.",
        ),
        same={"net(x).max().backward()": "From one answer the gradient reaches all layers that were called, too."},
        why="A parameter on which the answer does not depend has no gradient, not even 0: its `grad` stays None.",
    ),
    Exercise(
        "view-is-not-reshape",
        "View is not reshape",
        "core",
        4,
        "`torch.rand(2, 32, 5, 5).to(memory_format=torch.channels_last)` lies in memory in another order, which is "
        "faster on many machines. What does `x.view(x.shape[0], -1)` do with it?",
        Choice(
            (
                "it raises an error",
                "it mixes the two images",
                "it returns the rows in another order",
                "it returns the same as flatten(1)",
            )
        ),
        right=("it raises an error",),
        slips=(
            instead(
                "it mixes the two images", "It asks for a row per image, and a view keeps to what it is asked for."
            ),
            instead(
                "it returns the rows in another order",
                "A view never changes which number stands where. What if it would have to?",
            ),
            instead(
                "it returns the same as flatten(1)",
                "That is true in the usual layout. A view copies nothing, and flatten(1) may copy. Try it.",
            ),
        ),
        hints=("A view gives the same numbers, at their places in memory, another shape.",),
        why="`view` copies nothing, and in this layout the numbers of a row do not lie in a fitting order. `reshape` "
        "and `flatten` copy where they must, so `flatten(1)` is the safer repair.",
    ),
    Exercise(
        "size-that-betrays",
        "The size that betrays",
        "challenge",
        12,
        "Write the part of a check that finds a tape: `mine(net, side)` tries two random images of one channel at "
        "every size above `side`, up to twice `side`, that size included, and returns the first size at which the "
        "network gives another number of answers than two. A `RuntimeError` is fine: such a size is passed over. If no "
        "size betrays anything, return 0.",
        Function(
            "[(small(Tape(18), 0), 8), (small(Tape(32), 1), 8), (small(nn.Flatten(), 1), 8),"
            " (small(Tape(18), 0), 13), (small(Tape(18), 0), 14), (small(Tape(32), 1), 7)]"
        ),
        given=(
            "import torch\n"
            "from contextlib import suppress\n"
            "from torch import nn\n"
            "# to try it: mine(small(Tape(18), 0), 8) is 14\n"
            "class Tape(nn.Module):\n"
            "    def __init__(self, n):\n"
            "        super().__init__()\n"
            "        self.n = n\n"
            "    def forward(self, x):\n"
            "        return x.view(-1, self.n)\n"
            "def small(flatten, border):\n"
            "    return nn.Sequential(\n"
            "        nn.Conv2d(1, 2, 3, padding=border), nn.MaxPool2d(2),\n"
            "        flatten, nn.Linear(32 if border else 18, 3))"
        ),
        start="def mine(net, side):\n    ...",
        right=(
            "def mine(net, side):\n"
            "    for n in range(side + 1, 2 * side + 1):\n"
            "        with suppress(RuntimeError):\n"
            "            if len(net(torch.rand(2, 1, n, n))) != 2:\n"
            "                return n\n"
            "    return 0",
        ),
        slips=(
            edit("2 * side + 1", "2 * side", "A padded network betrays itself at exactly twice its size; stop later."),
            edit("return n", "return len(net(torch.rand(2, 1, n, n)))", "Return the size, not the number of answers."),
            edit(
                "with suppress(RuntimeError):",
                "if True:",
                "A size that raises an error is no fault. Go on with the next.",
            ),
            edit(
                "                return n\n",
                "                return n\n        return 0\n",
                "You give up after the first size.",
            ),
        ),
        hints=("`with suppress(RuntimeError):` passes over what raises.",),
        why="Without a border the tape shows where the maps divide evenly, in a padded network at twice the size, "
        "where each map is four old ones. A loop that stops one short lets it pass.",
    ),
)
