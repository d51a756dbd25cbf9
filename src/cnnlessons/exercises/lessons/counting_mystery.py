"""Exercises of "Solve the mystery of 58,322,314"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values
from cnnlessons.networks import CATALOGUE, trace

LESSON = "alexnet/counting-mystery"

ONE_COLUMN = trace(CATALOGUE["alexnet-2012-no-groups"])  # 1,000 classes, a last map of 6×6
OTHER = ONE_COLUMN.params - (6 * 6 - 5 * 5) * 256 * 4096 - (1000 - 101) * 4097

EVERYONE = """\
from itertools import product

def parameters(channels, groups, classes, side, norm, bias, maps, dense):
    a, b, c, d, e = maps
    kernels = (channels * a * 11**2 + a * b * 5**2 // groups
               + b * c * 3**2 + c * d * 3**2 // groups
               + d * e * 3**2 // groups)
    matrices = e * side**2 * dense + dense * dense + dense * classes
    per_map, behind = norm
    units = sum(maps) + 2 * dense + classes
    return (kernels + matrices + bias * units
            + per_map * sum(maps[:behind]))

WIDTHS = [(96, 256, 384, 384, 256), (48, 128, 192, 192, 128),
          (64, 192, 384, 256, 256), (96, 256, 512, 1024, 512)]
everyone = {choice: parameters(*choice) for choice in product(
    (1, 3), (1, 2), (2, 5, 10, 20, 50, 100, 101, 200, 256, 1000, 1001),
    (5, 6, 7), ((0, 0), (2, 2), (4, 2), (2, 5), (4, 5)), (0, 1),
    WIDTHS, (1024, 2048, 4096))}"""

EXERCISES = (
    Exercise(
        "from-the-file-size",
        "From the file size",
        "warm-up",
        3,
        "The weights of somebody's AlexNet are a file of 244.4 MB, four bytes a parameter. Which of the five "
        "suspects is nearest?",
        Choice(("paper, 2012", "in one column", "torchvision", "Keras, with tanh", "Fashion-MNIST")),
        right=("torchvision",),
        slips=(
            instead("paper, 2012", "60,965,224 · 4 bytes are 243.9 MB. Near, but somebody is nearer."),
            instead("in one column", "62,378,344 · 4 bytes are 249.5 MB."),
            instead("Keras, with tanh", "58,325,066 · 4 bytes are 233.3 MB."),
            instead("Fashion-MNIST", "46,764,746 · 4 bytes are 187.1 MB."),
        ),
        hints=("Divide the million bytes by four.",),
        why="244.4 million / 4 = 61.1 million: torchvision's own 61,100,840. A file size has four digits, so it "
        "separates these suspects and not much more.",
    ),
    Exercise(
        "moving-averages",
        "Two totals",
        "warm-up",
        3,
        "Somebody puts batch normalisation behind the first two convolutions only, with 96 and 256 maps. By how "
        "much do the two totals of Keras's summary, all parameters and trainable ones, differ then?",
        Number("parameters"),
        right=("2 * (96 + 256)",),
        slips=(
            instead(
                "4 * (96 + 256)",
                "Batch norm keeps four numbers a map, and two of them are trained: those are in both sums.",
            ),
            instead("96 + 256", "Two numbers a map are kept and not trained: a mean and a variance."),
            instead("2 * 2", "A pair for each *map*, not for each layer."),
            instead("2 * (96 + 256 + 384 + 384 + 256)", "That would be right behind all five convolutions."),
        ),
        why="A moving mean and a moving variance for each of 352 maps: 704 numbers that PyTorch calls buffers "
        "and does not count as parameters.",
    ),
    Exercise(
        "another-number",
        "Another number",
        "core",
        8,
        f"A network called AlexNet has {OTHER:,} parameters. It is the one-column network of the lesson, which has "
        f"{ONE_COLUMN.params:,} with 1,000 classes and a last map of 6×6, but for two things: its number of classes, "
        "below 1,000, and the side of its last map, 5, 6 or 7. Which are they?",
        Values(("side", "classes")),
        right=(
            "[5, 101]",
            f"off = {OTHER} - {ONE_COLUMN.params}\n"
            "mine = next((side, c) for side in (5, 6, 7) for c in range(1, 1000)\n"
            "            if (side**2 - 36) * 256 * 4096 + (c - 1000) * 4097 == off)",
        ),
        slips=(
            instead("[5, 899]", "That is how many of the 1,000 classes are missing."),
            instead("[101, 5]", "The other way round: the side first."),
            instead(
                "[6, -2714]",
                "With the same side the number of classes comes out below zero, and not even whole. Try another side.",
            ),
        ),
        hints=(
            "A class costs 4,096 weights and a bias. A last map of another side changes fc6: by how many weights?",
            "For which side is the rest of the difference a whole number of classes?",
        ),
        why="11 cells less of 256 · 4,096 weights leave 3,683,203 = 899 · 4,097: 899 classes less. Two unknowns "
        "can be read off one number, because their costs have little in common.",
    ),
    Exercise(
        "rule-for-classes",
        "A rule for classes",
        "core",
        7,
        "Write `mine(number)`: how many classes the network in one column must have to reach that number of "
        "parameters, or `None` if no whole number of classes, at least one, does it. With ten it has "
        "58,322,314, and a class costs 4,097.",
        Function(
            "[(62_378_344,), (60_965_224,), (58_322_314,), (58_281_344,), (58_281_344 - 4097,), (58_285_441,), "
            "(58_285_442,), (7,)]"
        ),
        start="def mine(number):\n    ...",
        right=(
            "def mine(number):\n"
            "    rest = number - (58_322_314 - 10 * 4097)\n"
            "    return rest // 4097 if rest > 0 and rest % 4097 == 0 else None",
            "def mine(number):\n"
            "    classes, left = divmod(number - 58_322_314, 4097)\n"
            "    return None if left or classes + 10 < 1 else classes + 10",
        ),
        slips=(
            edit(
                " if rest > 0 and rest % 4097 == 0 else None",
                "",
                "A rule that only divides takes the paper's network for one with some 655 classes. Is there a rest?",
            ),
            edit(
                "number - (58_322_314 - 10 * 4097)",
                "number - 58_322_314",
                "That counts from ten classes on: first take these ten away from the number.",
            ),
            edit("rest > 0 and ", "", "A number may divide and still lead below one class: answer None there."),
            edit(
                "rest // 4097 if rest > 0 and rest % 4097 == 0",
                "rest // 4096 if rest > 0 and rest % 4096 == 0",
                "A class has a bias, too.",
            ),
        ),
        hints=("What would the network have with no class at all? Each class adds 4,097 to that.",),
        same={
            "return rest // 4097 if rest > 1 and rest % 4097 == 0 else None": "1 does not divide by 4,097 either.",
        },
        why="62,378,344 gives 1,000 and the paper's 60,965,224 gives None: no number of classes leads from one "
        "column to two groups.",
    ),
    Exercise(
        "unread-cells",
        "Cells that nobody reads",
        "core",
        8,
        "The lesson's pool of 2×2 leaves 25 of 13×13 cells unread, and no count sees it. Write the check: "
        "`mine(n, k, s)` returns how many cells of an n×n map no window of k×k reads at stride s, rounded "
        "down, without padding. A stride may be larger than the window.",
        Function("[(13, 2, 2), (13, 3, 2), (12, 3, 2), (14, 2, 3), (10, 3, 4), (5, 5, 1), (11, 1, 5)]"),
        start="def mine(n, k, s):\n    ...",
        right=(
            "def mine(n, k, s):\n"
            "    windows = (n - k) // s + 1\n"
            "    read = (windows - 1) * min(s, k) + k\n"
            "    return n * n - read * read",
            "def mine(n, k, s):\n"
            "    read = set()\n"
            "    for start in range(0, n - k + 1, s):\n"
            "        read |= set(range(start, start + k))\n"
            "    return n**2 - len(read) ** 2",
        ),
        slips=(
            edit(
                "n * n - read * read",
                "2 * n * (n - read)",
                "A row and a column share their corner: it is counted twice.",
            ),
            edit(
                "n * n - read * read",
                "n - read",
                "Those are the unread columns. The question is about cells of the map.",
            ),
            edit(
                "n * n - read * read",
                "(n - read) ** 2",
                "That is the corner alone: a cell in an unread row is unread, whatever its column.",
            ),
            edit("min(s, k)", "s", "If the stride is larger than the window, there are gaps between the windows."),
        ),
        hints=("How many places of a line are read? A cell is read if both of its places are.",),
        same={"read = (windows - 1) * min(k, s) + k": "The smaller of two, in either order."},
        why="Along one side 12 of 13 places are read, so 144 of 169 cells, and 25 are not: 15 % of what conv5 "
        "computes.",
    ),
    Exercise(
        "seen-by-a-count",
        "One that shows",
        "core",
        4,
        "Each of these changes is made to the network of 58,322,314 alone. Which one shows in its number of "
        "parameters?",
        Choice(
            (
                "average pooling for max pooling",
                "leaky ReLUs for ReLUs",
                "a PReLU with a slope for each map behind conv5",
                "conv5 with a dilation of 2 and a padding of 2",
                "a dropout of 0.2 for 0.5",
            )
        ),
        right=("a PReLU with a slope for each map behind conv5",),
        slips=(
            instead("average pooling for max pooling", "A pool has no weights, and the maps keep their sizes."),
            instead("leaky ReLUs for ReLUs", "A leaky ReLU's slope is a constant; it is not trained."),
            instead(
                "conv5 with a dilation of 2 and a padding of 2",
                "The kernel still has 3×3 weights, only further apart, and with that padding the map stays 13×13.",
            ),
            instead("a dropout of 0.2 for 0.5", "Dropout has a probability and no weights."),
        ),
        hints=("Which of them has numbers that are trained, or changes the size of the last map?",),
        why="A PReLU trains its slopes: 256 parameters more. All others leave every weight and every size as "
        "they are, so a count cannot see them.",
    ),
    Exercise(
        "twins",
        "Twins",
        "challenge",
        10,
        "Fewer different counts than networks: how many of the 15,840 candidates share their count with another one? "
        "`everyone` maps each of them to its number of parameters.",
        Number("networks"),
        given=EVERYONE,
        right=(
            "from collections import Counter\n\n"
            "often = Counter(everyone.values())\n"
            "mine = sum(n for n in often.values() if n > 1)",
            "counts = sorted(everyone.values())\n"
            "twin = [a == b for a, b in zip(counts, counts[1:])]\n"
            "mine = sum(a or b for a, b in zip([False, *twin], [*twin, False]))",
        ),
        slips=(
            edit("sum(n for", "sum(1 for", "That counts the shared *counts*. How many networks stand behind them?"),
            instead(
                "len(everyone) - len(set(everyone.values()))",
                "That leaves one of each group of twins out: a count that two share takes one away, but both share it.",
            ),
            edit("if n > 1", "if n == 2", "Some counts are shared by more than two networks."),
        ),
        hints=("`collections.Counter(everyone.values())` says how often each count occurs.",),
        why="529 of them. The commonest reason: with fully connected layers of 2,048 units and no biases one "
        "class costs 2,048 numbers, and exactly so many, 2·(384 + 384 + 256), are the scales and shifts of "
        "batch norms behind the last three convolutions.",
    ),
)
