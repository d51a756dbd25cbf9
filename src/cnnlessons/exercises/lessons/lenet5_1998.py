"""Exercises of "Count LeNet-5"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Meets, Number, Values

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
            instead("16 * (6 * 25 + 1)", "That is C3 alone. The question is about the whole network."),
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
            instead("S2", "S2 gets 24×24 from C1 and halves that. Go on with the layers behind it."),
            instead("C3", "C3 gets 12×12 from S2, and a window of 5 fits on that. Go on."),
            instead("S4", "S4 gets 8×8 from C3 and halves that. Who reads what it returns?"),
            instead("F6", "F6 reads 120 numbers. Does anything fail before it?"),
            instead("none", "Follow the sizes: 28, 24, 12, 8, 4. What comes next?"),
        ),
        why="C1 returns 24×24, S2 12×12, C3 8×8, S4 4×4, and C5's window of 5×5 does not fit on 4×4.",
    ),
    Exercise(
        "silence-s2",
        "Silence S2",
        "core",
        4,
        "In a trained LeNet-5 the six coefficients of S2 are set to zero; its biases stay. How many of 1,000 test "
        "digits, about a hundred of each class, does the network still read?",
        Choice(("none", "about 100", "about 500", "about 950")),
        right=("about 100",),
        slips=(
            instead("none", "It gives the same answer to all digits, and that answer is right for some of them."),
            instead("about 500", "What does S2 return now, and does it depend on the image?"),
            instead("about 950", "All that C3 sees passes through these six numbers."),
        ),
        hints=("What does an S2 unit compute if its coefficient is 0?",),
        why="All units of an S2 map now return the same number, squash(bias), whatever the image. The answer is the "
        "same for all digits, so about one in ten is right. Try it: `mute.S2.coefficient.zero_()` on a "
        "copy of the model.",
    ),
    Exercise(
        "s2-job",
        "Which job did S2 choose?",
        "core",
        6,
        "A unit of S2 says yes, more than 0, if the sum of its four inputs is above a threshold; ink is +1 and paper "
        "−1. "
        'Write `mine(c, b)` for a coefficient `c` above 0 and a bias `b`: it returns `"OR"` if one inked pixel is '
        'enough for a yes and none is not, `"AND"` if all four are needed and suffice, and `"other"` for everything '
        "else.",
        Function(
            "[(2.0, 6.0), (2.0, -6.0), (2.0, 0.0), (0.5, 1.5), (1.0, -3.0), (1.0, 4.5), (1.0, -4.5), (2.0, 3.0),"
            " (2.0, -3.0), (1.0, 4.0), (1.0, -4.0), (1.0, 2.0), (1.0, -2.0)]"
        ),
        start="def mine(c, b):\n    ...",
        right=(
            "def mine(c, b):\n"
            "    threshold = -b / c\n"
            "    if -4 <= threshold < -2:\n"
            '        return "OR"\n'
            "    if 2 <= threshold < 4:\n"
            '        return "AND"\n'
            '    return "other"',
            "def mine(c, b):\n"
            "    yes = [c * s + b > 0 for s in (-4, -2, 0, 2, 4)]\n"
            '    names = {(0, 1, 1, 1, 1): "OR", (0, 0, 0, 0, 1): "AND"}\n'
            '    return names.get(tuple(yes), "other")',
        ),
        slips=(
            edit("-b / c", "b / c", "The sign: c·sum + b is above 0 if the sum is above −b/c."),
            edit("-b / c", "-b", "A larger coefficient moves the threshold: divide by it."),
            edit("-4 <= threshold < -2", "threshold < -2", "Below −4 the unit says yes to blank paper too."),
            edit("2 <= threshold < 4", "2 <= threshold", "Above 4 the unit never says yes."),
            edit("-4 <= threshold < -2", "-4 <= threshold < 0", "Between −2 and 0 one inked pixel is not enough."),
        ),
        hints=("With 0, 1, 2, 3 and 4 inked pixels the sum is −4, −2, 0, 2 and 4.",),
        why="In a network trained for ten epochs all six thresholds of S2 lie between −2 and 2: no map became an OR, "
        "none an AND. Nobody misses the other modes much, because the convolution that follows can do most of "
        "the same.",
    ),
    Exercise(
        "same-budget",
        "The same budget, without holes",
        "challenge",
        10,
        "Somebody wants C3 without holes and a LeNet-5 of at most 60,000 parameters all the same. Change the network "
        "accordingly: `mine` is an `Arch`, made by `lenet5.change(…)`, in which every map of C3 reads all maps of S2, "
        "with at least 59,500 parameters. The input, C1, F6, the output and all sizes of maps stay. "
        "There are many solutions.",
        Meets(
            {
                "rows": "{row.layer.name: (row.shape_out, row.params) for row in trace(mine)}",
                "params": "trace(mine).params",
                "full": 'mine["C3"].table is None',
                "kept": "all(rows.get(name) == (row.shape_out, row.params) for name, row in fixed.items())",
                "sizes": '[rows[name][0][1:] for name in ("C3", "S4", "C5")] == [(10, 10), (5, 5), (1, 1)]',
            },
            {
                "full": "C3 still has a table, so it has holes.",
                "kept": "The input, C1, S2, F6 and the output have to stay as they are.",
                "sizes": "The maps of C3 have to stay 10×10, those of S4 5×5, and those of C5 single units.",
                "params <= 60000": "It has {params:,} parameters; at most 60,000 are wanted.",
                "params >= 59500": "It has {params:,} parameters; that is too thrifty: at least 59,500 are wanted.",
            },
        ),
        given=(
            "from cnnlessons import CATALOGUE, trace\n"
            "from cnnlessons.networks.layers import Conv\n\n"
            'lenet5 = CATALOGUE["lenet5-1998"]\n'
            'fixed = {name: trace(lenet5)[name] for name in ("C1", "S2", "output_rbf")}'
        ),
        right=('lenet5.change(C3=Conv("C3", 14, 5), C5=Conv("C5", 132, 5))',),
        slips=(
            instead(
                'lenet5.change(C3=Conv("C3", 16, 5))', "Full, but 900 parameters over: some layer has to give way."
            ),
            instead('lenet5.change(C3=Conv("C3", 10, 5))', "Far below the budget now. Where can the rest go?"),
            instead("lenet5", "C3 still reads by its table."),
            instead(
                'lenet5.change(C3=Conv("C3", 16, 5), C1=Conv("C1", 5, 5))',
                "C1 has to keep its six maps: S2 changes too.",
            ),
        ),
        hints=(
            '`Conv("C3", 16, 5)` reads everything; fewer maps of C3 make C3, S4 and C5 smaller.',
            "A map of C5 costs 25 weights for each map of S4, a bias, and 84 weights in F6.",
        ),
        why="Fourteen maps in C3 and 132 units in C5 make 59,814 parameters, for instance: a map of C3 costs little by "
        "itself, and much in C5. Whether the holes were worth it is another question, for an experiment.",
    ),
)
