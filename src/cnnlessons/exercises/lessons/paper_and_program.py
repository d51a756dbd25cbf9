"""Exercises of "Lay AlexNet's program beside its paper"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "alexnet/paper-and-program"

EXERCISES = (
    Exercise(
        "shared-crops",
        "Shared crops",
        "warm-up",
        3,
        "In the program 32 consecutive images share one crop and one decision about mirroring. How many such "
        "draws has an epoch of 1,200,000 images?",
        Number("draws"),
        right=("1_200_000 / 32",),
        slips=(
            instead("1_200_000", "That is one for each image, as most programs of today have it."),
            instead("1_200_000 // 128", "128 images are a batch. A batch has four draws."),
            instead("33 * 33 * 2", "That is how many different crops there are. How often is one drawn?"),
        ),
        why="37,500 draws, each out of 33·33·2. A batch of 128 sees four crops; the paper does not tell.",
    ),
    Exercise(
        "alpha-for-pytorch",
        "One α, two meanings",
        "warm-up",
        3,
        "A paper prints LRN's formula with the plain sum of squares, α = 0.001, over nine neighbouring maps. "
        "Which `alpha` has PyTorch's `LocalResponseNorm(9, alpha)` to get, if it shall compute that formula?",
        Number(),
        right=("0.001 * 9",),
        slips=(
            instead("0.001", "PyTorch divides its alpha by the window, so this would be nine times too weak."),
            instead("0.001 / 9", "PyTorch divides by the window itself. Undo that."),
            instead("0.001 * 5", "Five was AlexNet's window. This one has nine maps."),
        ),
        why="0.009: PyTorch divides it by 9. For AlexNet's formula it is 5e-4; for AlexNet's *program*, which "
        "divided too, 1e-4.",
    ),
    Exercise(
        "windows-of-two",
        "Windows of 2",
        "core",
        6,
        "Replace all three pools of `alexnet-2012-program` by windows of 2, stride 2, and change nothing else. "
        "The program rounds up. How many numbers would fc6 have to read?",
        Number("numbers"),
        right=(
            "256 * 7 * 7",
            "from dataclasses import replace\n\n"
            "from cnnlessons import CATALOGUE\n"
            "from cnnlessons.networks import walk\n"
            "from cnnlessons.networks.layers import MaxPool\n\n"
            "arch = CATALOGUE['alexnet-2012-program']\n"
            "layers = arch.map(lambda part: replace(part, k=2)\n"
            "                  if isinstance(part, MaxPool) else part).layers\n"
            "before = layers[: [part.name for part in layers].index('fc6')]\n"
            "mine = list(walk(before, arch.input))[-1].units",
        ),
        slips=(
            instead(
                "256 * 6 * 6",
                "fc6 reads that many now. With windows of 2 the first pool returns 28×28 (rounded up). Go on.",
            ),
            instead("256 * 14 * 14", "That is what comes out of conv5. The last pool halves them once more."),
            instead("7 * 7", "That is one map. There are 256."),
        ),
        hints=(
            "55 cells, windows of 2, stride 2, rounded up: how many? Then conv2 with a padding of 2 keeps the size.",
        ),
        why="Pool 1 returns 28×28 (rounded up), so conv2 does as well, pool 2 14×14 and pool 5 7×7: 12,544 "
        "numbers, and fc6 has weights for 9,216. With a padding of 1 in conv2 and of 0 in conv5 the program "
        "came back to 13×13 and 6×6, so that its run without overlap differs in more than the overlap.",
    ),
    Exercise(
        "over-the-edge",
        "Over the edge",
        "core",
        6,
        "Write the program's rule: `mine(n, k, s)` returns how many windows of k, stride s, it lays over n "
        "pixels, rounded up, without padding, and by how many pixels the last one hangs over the edge: a "
        "pair.",
        Function("[(224, 11, 4), (227, 11, 4), (55, 3, 2), (55, 2, 2), (28, 3, 2), (10, 4, 3), (9, 3, 1)]"),
        start="def mine(n, k, s):\n    ...",
        right=(
            "def mine(n, k, s):\n    windows = -(-(n - k) // s) + 1\n    return windows, (windows - 1) * s + k - n",
            "from math import ceil\n\n"
            "def mine(n, k, s):\n"
            "    over = -(n - k) % s\n"
            "    return (n + over - k) // s + 1, over",
        ),
        slips=(
            edit(
                "-(-(n - k) // s) + 1",
                "(n - k) // s + 1",
                "That rounds down: 224 pixels get 54 windows, and none hangs over.",
            ),
            edit(
                "-(-(n - k) // s) + 1",
                "-(-n // s)",
                "The last window needs all of its k pixels: only n − k of them are left to step over.",
            ),
            edit(
                "(windows - 1) * s + k - n",
                "windows * s + k - n",
                "The first window begins at 0, so the last of them begins at (windows − 1)·s.",
            ),
        ),
        hints=(
            "In Python `-(-a // b)` is a / b, rounded up.",
            "Where does the last window begin, and where does it end?",
        ),
        why="224 pixels get 55 windows and 3 pixels of zeros; 227 get 55 and none.",
    ),
    Exercise(
        "enough-images",
        "Enough images",
        "core",
        5,
        "How many images would make a gain of 0.4 points two standard errors, at an error of 40.9 %, if both networks "
        "were tested on images of their own, so many each?",
        Number("images", within=500),
        right=("2 * 0.409 * 0.591 * (2 / 0.004) ** 2",),
        slips=(
            instead("0.409 * 0.591 * (2 / 0.004) ** 2", "One rate alone. The variances of the two add."),
            instead("2 * 0.409 * 0.591 * (1 / 0.004) ** 2", "That makes it one standard error. Two are wanted."),
            instead("2 * 0.409 * 0.591 * (2 / 0.4) ** 2", "0.4 *points* are 0.004, if the error is 0.409."),
        ),
        hints=("A difference of two rates p has the standard error √(2·p(1−p)/n). Solve for n.",),
        why="About 121,000. The paper's 150,000 test images of 2010 would have been enough for the luck of the images; "
        "against the luck of a single run only more runs help.",
    ),
    Exercise(
        "hardly-acts",
        "A layer that hardly acts",
        "core",
        6,
        "With k = 2 the LRN of the program multiplies small numbers by 2^−0.75 = 0.59. It multiplies by (2 + "
        "2·10⁻⁵ S)^−0.75, where S is the sum of five squares. How large must S be before it multiplies by "
        "*half* of that 0.59?",
        Number(within=1000),
        right=("(2 * 2 ** (4 / 3) - 2) / 2e-5",),
        slips=(
            instead(
                "(2 * 2 ** (4 / 3) - 2) / 1e-4", "That is the printed α. The program divides it by its window first."
            ),
            instead("2 * 2 ** (4 / 3) / 2e-5", "The 2 in the bracket is there without any sum: take it away."),
            instead(
                "(2 * 2 ** 0.75 - 2) / 2e-5",
                "To halve the result the bracket has to grow by 2 to the power of 1/0.75, not 0.75.",
            ),
            instead("(2 * 2 - 2) / 2e-5", "Twice the bracket is not half of the result: there is a power of 0.75."),
        ),
        hints=("By what factor has the bracket to grow, if its power −0.75 shall be halved?",),
        why="2 + 2·10⁻⁵·S = 2·2^(4/3), so S is about 152,000: five maps with activations of 174. On pixels from "
        "0 to 255 a trained network can get there, on pixels from 0 to 1 hardly.",
    ),
    Exercise(
        "same-schedule",
        "What differs",
        "core",
        3,
        "Network 147, without overlap, ended 0.4 points behind network 145. By the logs three of these may explain the "
        "0.4 points as well as overlap does. Which one may not?",
        Choice(
            (
                "the steps of the learning rate fell at other epochs",
                "the paddings of conv2 and conv5 were changed, too",
                "the number of parameters",
                "each network was trained once",
            )
        ),
        right=("the number of parameters",),
        slips=(
            instead(
                "the steps of the learning rate fell at other epochs",
                "They did, by hand. Ten schedules of one network spread over a whole point.",
            ),
            instead(
                "the paddings of conv2 and conv5 were changed, too",
                "They were, so that the maps end in 6×6. So the runs differ in more than the overlap.",
            ),
            instead(
                "each network was trained once",
                "Another run of the same network ends elsewhere; the logs have no second.",
            ),
        ),
        why="Both have 60,965,224 parameters: pools have none, and paddings change no kernel. Schedule, paddings "
        "and the luck of one run each stand between the two results.",
    ),
    Exercise(
        "conv1-of-224",
        "The first layer of 2012",
        "challenge",
        10,
        "Write the program's first convolution for images of any height and width: `mine(x, weight, bias)` gets "
        "images (N, C, H, W) and kernels of 11×11, moves them by 4, rounds the number of places up in both "
        "directions, and reads zeros beyond the edge.",
        Function(
            "[(torch.rand(1, 3, 24, 31), torch.rand(2, 3, 11, 11), torch.rand(2)), "
            "(torch.rand(1, 3, 29, 26), torch.rand(2, 3, 11, 11), torch.rand(2)), "
            "(torch.rand(1, 3, 27, 23), torch.rand(2, 3, 11, 11), torch.rand(2))]"
        ),
        given="import torch\nimport torch.nn.functional as F",
        start="def mine(x, weight, bias):\n    ...",
        right=(
            "def mine(x, weight, bias):\n"
            "    down, right = (-(side - 11) % 4 for side in x.shape[2:])\n"
            "    return F.conv2d(F.pad(x, (0, right, 0, down)), weight, bias, 4)",
            "def mine(x, weight, bias):\n    return F.conv2d(F.pad(x, (0, 3, 0, 3)), weight, bias, stride=4)",
            "def mine(x, weight, bias):\n"
            "    high, wide = (-(-(n - 11) // 4) * 4 + 11 for n in x.shape[2:])\n"
            "    room = torch.zeros(*x.shape[:2], high, wide)\n"
            "    room[:, :, : x.shape[2], : x.shape[3]] = x\n"
            "    return F.conv2d(room, weight, bias, stride=4)",
        ),
        slips=(
            edit(
                "(0, right, 0, down)",
                "(right, 0, down, 0)",
                "Those zeros are at the left and at the top. The first window begins at 0.",
            ),
            edit(
                "(0, right, 0, down)",
                "(0, down, 0, right)",
                "`F.pad` begins with the *last* axis: left, right, then top, bottom.",
            ),
            edit(
                "F.pad(x, (0, right, 0, down))",
                "x",
                "That rounds down: pixels at the right and the bottom stay unread.",
            ),
            edit(
                "F.pad(x, (0, right, 0, down))",
                "F.pad(x, (0, 4, 0, 4))",
                "With four more zeros a size whose windows fit already gets a window too many.",
            ),
        ),
        hints=(
            "How many pixels lack until a whole number of steps fits? In Python `-a % 4` is what lacks to the "
            "next multiple.",
            "`F.pad(x, (left, right, top, bottom))` puts zeros around.",
        ),
        why="For 224 pixels three rows and columns of zeros are added. Three will do for every size, since what "
        "does not fit is left out; and since the mean has been subtracted, zero is the mean pixel.",
    ),
)
