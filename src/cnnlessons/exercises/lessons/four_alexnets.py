"""Exercises of "Review four AlexNets"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "alexnet/four-alexnets"

SUSPECTS = """\
import torch
from torch import nn
from torch.nn import functional as F

class Sound(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop, self.fc = nn.Dropout(0.5), nn.Linear(36, 10)
    def forward(self, x):
        return self.fc(self.drop(x.flatten(1)))

class Mute(Sound):
    def forward(self, x):
        y = self.fc(self.drop(x.flatten(1)))

class Cutter(Sound):
    def forward(self, x):
        return self.fc(self.drop(x.view(-1, 36)))

class Dicer(Sound):
    def forward(self, x):
        return self.fc(F.dropout(x.flatten(1), 0.5))

class Twice(Sound):
    def forward(self, x):
        return super().forward(x).softmax(1)"""

EXERCISES = (
    Exercise(
        "lowest-of-100",
        "The lowest loss",
        "warm-up",
        4,
        "A network for 100 classes ends in a softmax and is trained with PyTorch's `cross_entropy`. How low can "
        "its loss get, at best? Answer to two digits behind the point.",
        Number(within=0.006),
        given="from math import e, log",
        right=(
            "log(e + 99) - 1",
            "import torch\nmine = torch.nn.functional.cross_entropy(torch.eye(100), torch.arange(100))",
        ),
        slips=(
            instead("0", "It should be 0. But `cross_entropy` takes the probabilities 1 and 0 for logits."),
            instead("log(100)", "That is guessing. One logit that is 1 higher than the others helps a little."),
            instead("log(e + 999) - 1", "That is for the 1,000 classes of the lesson."),
            instead("log(e + 99)", "The right class has the logit 1; the loss is that much less."),
        ),
        hints=(
            "A perfect network gives 1 to the right class and 0 to the 99 others. What does a softmax make of that?",
        ),
        why="−log(e / (e + 99)) = log(e + 99) − 1, about 3.62; guessing costs log 100 = 4.61. Perfection saves a "
        "single unit.",
    ),
    Exercise(
        "batch-of-36",
        "A batch of 36",
        "warm-up",
        3,
        "`view(-1, 6 * 6 * 256)` gets 36 images of 259×259, whose last maps are 7×7. How many rows does it make?",
        Number("rows"),
        right=("36 * 7 * 7 / 36",),
        slips=(
            instead(
                "36", "That is what `flatten(1)` would make. How many numbers are there, and how many go into a row?"
            ),
            instead("36 * 7 / 6", "The maps are larger in both directions."),
            instead("36 * 8 * 8 / 36", "The last maps are 7×7."),
        ),
        why="36 · 7·7·256 / 9,216 = 49. The batch of 36 gets 49 answers, and no error, though two images of that "
        "size would have raised one. A test with one batch size may miss the fault.",
    ),
    Exercise(
        "sizes-of-stride-3",
        "Another stride",
        "core",
        4,
        "The second network takes 32 sizes of square images. Its author changes the stride of the first "
        "convolution from 4 to 3 and nothing else. How many sizes does it take now?",
        Number("sizes"),
        right=("3 * 2 * 2 * 2",),
        slips=(
            instead("32", "That is the number for a stride of 4. Fewer pixels move the last map by one now."),
            instead(
                "3 + 2 + 2 + 2",
                "One cell of the last map is two of the map before, and each of them two again: multiply.",
            ),
            instead("2 * 2 * 2", "That is for the pools alone. The first convolution's stride stretches it."),
            instead("3", "That is the first layer alone. Three pools follow."),
        ),
        hints=("By how many pixels has the image to grow until the last map has a row more?",),
        why="24: it takes that many pixels of the image to move the last map by one, and until then the windows "
        "that do not fit are left out without a word.",
    ),
    Exercise(
        "unread-columns",
        "Pixels that nobody reads",
        "core",
        8,
        "Windows that do not fit are left out. How many columns of a 224×224 image does the second network never "
        "look at? Its first convolution has windows of 11, stride 4 and no padding, and returns 54×54; the "
        "first pool has windows of 3, stride 2. What follows leaves nothing of the pool's maps unread.",
        Number("columns"),
        right=(
            "224 - (11 + 4 * (3 + 2 * 25 - 1))",
            "import torch\n"
            "from torch.nn import functional as F\n\n"
            "y = x = torch.ones(1, 1, 224, 224, requires_grad=True)\n"
            "for k, s, p in ((11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0),\n"
            "                (3, 1, 1), (3, 1, 1), (3, 1, 1), (3, 2, 0)):\n"
            "    y = F.avg_pool2d(y, k, s, p)\n"
            "y.sum().backward()\n"
            "mine = (x.grad[0, 0] == 0).all(0).sum()",
        ),
        slips=(
            instead(
                "224 - (11 + 4 * 53)",
                "That is what the first layer leaves out. The pool leaves out cells of its maps, too.",
            ),
            instead("0", "Try the windows: where does the 54th end?"),
            instead("1 + 1", "The pool leaves out one *cell*. How many pixels does only that cell see?"),
        ),
        hints=(
            "The pool has 26 windows on 54 cells. Which is the last cell that it reads?",
            "Where does the window of that cell end in the image? Or send ones through all windows and ask for "
            "the gradient.",
        ),
        why="The pool's 26 windows read 53 of 54 cells, and the 53rd window of the convolution ends at pixel "
        "219: five columns at the right, and five rows at the bottom. At 227 every column would be read.",
    ),
    Exercise(
        "where-is-the-dropout",
        "Where the dropout is",
        "core",
        4,
        "Print `torchvision.models.alexnet().classifier`. On which numbers do its two dropouts act?",
        Choice(
            (
                "the inputs of fc6 and of fc7",
                "the outputs of fc6 and of fc7",
                "the inputs of fc7 and of fc8, and nothing else",
                "the outputs of fc7 and of fc8",
            )
        ),
        right=("the inputs of fc6 and of fc7",),
        slips=(
            instead(
                "the outputs of fc6 and of fc7",
                "That is where the program of 2012 has them. Which layer follows the first one?",
            ),
            instead(
                "the inputs of fc7 and of fc8, and nothing else", "What stands at the very beginning of the classifier?"
            ),
            instead("the outputs of fc7 and of fc8", "fc8's outputs are the answer; nothing is dropped there."),
        ),
        why="Both stand *before* a linear layer, the first and the second, as in the first network of this "
        "lesson. The program of 2012 drops the outputs of fc6 and fc7, “the first two fully-connected "
        "layers” (§4.2). The output of fc6 is the input of fc7, so one of the two places is shared.",
    ),
    Exercise(
        "mend-a-forward",
        "Mend a forward",
        "core",
        8,
        "The function `forward` below is the first network in small, with all four faults. Mend it: `mine(net, "
        "x)` returns the logits, a row for each image; drops nothing when `net.training` is `False`; and "
        "raises an error for images of a size that `net.fc` cannot read.",
        Function(
            "[(Small().eval(), torch.rand(2, 1, 8, 8)), (Small().train(), torch.rand(2, 1, 8, 8)), "
            "(Small().eval(), torch.rand(2, 1, 14, 14))]"
        ),
        given="import torch\n"
        "from torch import nn\n"
        "from torch.nn import functional as F\n\n"
        "class Small(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.conv, self.fc = nn.Conv2d(1, 4, 3), nn.Linear(36, 10)\n\n"
        "def forward(net, x):\n"
        "    x = F.max_pool2d(F.relu(net.conv(x)), 2)\n"
        "    x = x.view(-1, 4 * 3 * 3)\n"
        "    x = F.dropout(x, p=0.5)\n"
        "    x = F.softmax(net.fc(x), dim=1)",
        start="def mine(net, x):\n    ...",
        right=(
            "def mine(net, x):\n"
            "    x = F.max_pool2d(F.relu(net.conv(x)), 2)\n"
            "    x = x.flatten(1)\n"
            "    x = F.dropout(x, 0.5, net.training)\n"
            "    return net.fc(x)",
        ),
        slips=(
            edit(
                "x.flatten(1)",
                "x.view(-1, 4 * 3 * 3)",
                "Larger images are still cut in four, without a word: keep a row for each.",
            ),
            edit(
                "F.dropout(x, 0.5, net.training)",
                "F.dropout(x, 0.5)",
                "The dropout never ends: a function does not know in which mode the network is, unless you tell it.",
            ),
            edit("F.dropout(x, 0.5, net.training)", "x", "Now nothing is dropped in training either."),
            edit(
                "return net.fc(x)",
                "return net.fc(x).softmax(1)",
                "Those are probabilities. The loss does the softmax itself.",
            ),
            edit("return net.fc(x)", "x = net.fc(x)", "The last line assigns; nothing is returned."),
        ),
        hints=("Four lines of the lesson's table, four faults. Go through them one by one.",),
        why="`flatten(1)` keeps a row for each image, `training=net.training` ends the dropout, the logits go to "
        "the loss as they are, and they are returned.",
    ),
    Exercise(
        "reviewer",
        "The reviewer",
        "challenge",
        12,
        "Write a reviewer: `mine(net, x)` puts the network into eval mode, sends the batch `x` through it, and "
        "returns the first fault that it finds, in this order: `'nothing'` if nothing comes out, `'rows'` if "
        "there is not one row for each image, `'random'` if the same batch gets another answer, `'softmax'` "
        "if every row sums to 1; else `'sound'`. Try it on the networks below.",
        Function(
            "[(Sound(), torch.rand(3, 4, 3, 3)), (Mute(), torch.rand(2, 4, 3, 3)), (Cutter(), torch.rand(2, 4, 6, 6)), "
            "(Cutter(), torch.rand(3, 4, 3, 3)), (Dicer(), torch.rand(3, 4, 3, 3)), (Twice(), torch.rand(3, 4, 3, 3)), "
            "(Sound(), torch.rand(1, 4, 3, 3))]"
        ),
        given=SUSPECTS,
        start="def mine(net, x):\n    ...",
        right=(
            "def mine(net, x):\n"
            "    net.eval()\n"
            "    y, again = net(x), net(x)\n"
            "    if y is None:\n"
            "        return 'nothing'\n"
            "    if len(y) != len(x):\n"
            "        return 'rows'\n"
            "    if not torch.equal(y, again):\n"
            "        return 'random'\n"
            "    if torch.allclose(y.sum(1), torch.ones(len(y))):\n"
            "        return 'softmax'\n"
            "    return 'sound'",
        ),
        slips=(
            edit(
                "    net.eval()\n", "", "In training mode a sound network answers at random, too: that is its dropout."
            ),
            edit(
                "    if y is None:\n        return 'nothing'\n",
                "",
                "A network that returns None is not caught first; `len(None)` raises.",
            ),
            edit(
                "len(y) != len(x)", "len(y) != 2", "The batch need not have two images: compare with the rows of `x`."
            ),
            edit(
                "y.sum(1), torch.ones(len(y))",
                "y.sum(0), torch.ones(len(y[0]))",
                "Along that axis you sum over images. The classes are the other axis.",
            ),
        ),
        hints=("One line for each fault; the lesson's table has them.", "`torch.equal(net(x), net(x))` asks twice."),
        same={
            "if not torch.equal(again, y):": "Which of two answers stands first does not matter.",
            "if torch.allclose(torch.ones(len(y)), y.sum(1)):": "Nearly the same tolerance, from the other side.",
        },
        why="Send batches of several sizes, and images of several sizes: a network that cuts them may do well "
        "with one of each. On networks of full size build a thin one first; this needs numbers, so the meta "
        "device will not do.",
    ),
)
