"""Exercises of "Count LeNet-5"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values

LESSON = "lenet/lenet5-1998"

EXERCISES = (
    Exercise(
        "fill-the-holes",
        "Fill the holes",
        "warm-up",
        3,
        "How many parameters has LeNet-5 if every map of C3 reads all six maps of S2, and nothing else changes?",
        Number("parameters"),
        right=("60_000 - 1_516 + 16 * (6 * 25 + 1)",),
        slips=(
            instead(
                "60_000 + 16 * (6 * 25 + 1)",
                "C3's 1,516 parameters are among the 60,000 already: take them away first.",
            ),
            edit("(6 * 25 + 1)", "6 * 25", "Sixteen biases are missing, one for each map of C3."),
            instead("16 * (6 * 25 + 1)", "So many has C3 alone. The question is about the whole network."),
        ),
        hints=("Only C3 changes. What does it have now, and what would it have?",),
        why="C3 has 1,516 parameters and would have 16·(6·25 + 1) = 2,416: 60,000 − 1,516 + 2,416 = 60,900.",
    ),
    Exercise(
        "c3-table",
        "Draw C3's table",
        "core",
        8,
        "Make Table I of the paper from its rule: six maps of C3 read three neighbouring maps of S2, the next six "
        "read four neighbours, three read two pairs that are apart, and the last reads all. The row of maps is a "
        "ring: map 5 is a neighbour of map 0. Answer with 16 rows of six numbers, 1 where the map is read, in the "
        "order of the paper.",
        Values(),
        right=(
            "mine = [[0] * 6 for _ in range(16)]\n"
            "for c in range(6):\n"
            "    for k in range(3):\n"
            "        mine[c][(c + k) % 6] = 1\n"
            "    for k in range(4):\n"
            "        mine[6 + c][(c + k) % 6] = 1\n"
            "for c in range(3):\n"
            "    for k in (0, 1, 3, 4):\n"
            "        mine[12 + c][(c + k) % 6] = 1\n"
            "mine[15] = [1] * 6",
        ),
        slips=(
            edit(
                "mine[c][(c + k) % 6] = 1",
                "mine[c][min(c + k, 5)] = 1",
                "The last maps of a group have to go around: map 5 is a neighbour of map 0.",
            ),
            edit("(0, 1, 3, 4)", "(0, 1, 2, 4)", "Two *pairs* with a gap of one map between them: 0, 1 and 3, 4."),
            edit("mine[15] = [1] * 6", "mine[15] = [0] * 6", "The last map of C3 reads all six, not none."),
            instead(
                "[[1] * 6 for _ in range(16)]",
                "That is C3 without holes: every map reads all six. The paper's has 60 kernels, not 96.",
            ),
        ),
        hints=("Map 0 of C3 reads 0, 1, 2; map 5 reads 5, 0, 1. The remainder of a division by 6 goes around.",),
        same={"for c in range(4):": "The last row is written a second time, by the line that fills it."},
        why="6·3 + 6·4 + 3·4 + 6 = 60 kernels of 25 weights, and 16 biases: 1,516 parameters, as the paper prints.",
    ),
    Exercise(
        "subsample-unit",
        "A unit of S2",
        "core",
        5,
        "Write what a unit of S2 computes before it squashes: `mine(x, c, b)` returns, for a map `x` of shape (H, W), "
        "the sum of each 2×2 window, without overlap, times the coefficient `c`, plus the bias `b`.",
        Function("[(torch.arange(16.).view(4, 4), 0.5, 1.0), (torch.rand(6, 8), 2.0, -3.0)]"),
        given="import torch",
        start="def mine(x, c, b):\n    ...",
        right=(
            "def mine(x, c, b):\n"
            "    total = x[0::2, 0::2] + x[0::2, 1::2] + x[1::2, 0::2] + x[1::2, 1::2]\n"
            "    return c * total + b",
            "import torch.nn.functional as F\n"
            "def mine(x, c, b):\n"
            "    return 4 * c * F.avg_pool2d(x[None, None], 2)[0, 0] + b",
        ),
        slips=(
            edit(
                "c * total + b",
                "c * total / 4 + b",
                "That is the mean. S2 of 1998 adds the four and lets `c` scale the sum.",
            ),
            edit(
                "c * total + b", "c * (total + b)", "The coefficient multiplies the sum only; the bias comes after it."
            ),
            instead(
                "import torch.nn.functional as F\n"
                "def mine(x, c, b):\n"
                "    return c * F.max_pool2d(x[None, None], 2)[0, 0] + b",
                "That is the largest of the four. S2 adds them.",
            ),
        ),
        hints=("`x[0::2, 0::2]` has the upper left corner of every window.",),
        why="A sum, one coefficient and one bias for a whole map: two parameters a map, twelve for S2.",
    ),
    Exercise(
        "too-small",
        "Too small",
        "core",
        4,
        "MNIST's images are 28×28. Which layer of LeNet-5 fails first if nobody pads them?",
        Choice(("C1", "S2", "C3", "S4", "C5", "F6", "none")),
        right=("C5",),
        slips=(
            instead("C1", "A window of 5 fits on 28 pixels; C1 only returns 24×24 and not 28×28."),
            instead("F6", "F6 reads 120 numbers. It would fit, if C5 could return them."),
            instead("none", "Follow the sizes: 28, 24, 12, 8, 4. What comes next?"),
        ),
        why="C1 returns 24×24, S2 12×12, C3 8×8, S4 4×4, and C5's window of 5×5 does not fit on 4×4.",
    ),
)
