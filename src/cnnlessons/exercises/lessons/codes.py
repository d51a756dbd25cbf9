"""Exercises of "Let a network draw its answer"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Meets, Number

LESSON = "lenet/codes"

EXERCISES = (
    Exercise(
        "codes-hedge",
        "Hedge",
        "warm-up",
        4,
        "The codes of 3 and 8 disagree in 21 of 84 cells. F6 hedges between them perfectly: it returns 0 in each of "
        "these cells, and what both codes have in all others. How large is the penalty of the code of 3?",
        Number(),
        given='from cnnlessons import CATALOGUE\n\ncodes = CATALOGUE["lenet5-1998"]["output_rbf"].codes',
        right=("sum(((a + b) / 2 - a) ** 2 for a, b in zip(codes[3], codes[8]))",),
        slips=(
            edit("((a + b) / 2 - a)", "(b - a)", "That is the distance between the two codes. F6 is halfway."),
            instead("2 * 21", "In each of these cells F6 is 1 off, not 2; then the square."),
            instead("0", "F6 agrees with the code only in the cells on which both codes agree."),
            instead("21 / 2", "F6 is off in all of these cells, not in half of them."),
        ),
        hints=("How far is 0 from +1, and from −1?",),
        same={
            "mine = sum((((a + b) / 2 - a) ** 2 for a, b in zip(codes[8], codes[3])))": "It is as far to either code.",
            "mine = sum(((a - (a + b) / 2) ** 2 for a, b in zip(codes[3], codes[8])))": "The square forgets the sign.",
            "mine = sum(((a / 2 - a) ** 2 for a, b in zip(codes[3], codes[8])))": "84 quarters are 21 too.",
        },
        why="It draws 0, grey, in each of the 21 cells, and pays 1 there to either of the two: a quarter of what one "
        "code would pay for the other.",
    ),
    Exercise(
        "codes-constant",
        "Another constant",
        "warm-up",
        3,
        "The paper's $1.7159 \\tanh(2a/3)$ returns 1 for $a = 1$. Somebody prefers $A \\tanh(a)$, without the 2/3. "
        "Which $A$ makes it return 1 for $a = 1$? Three digits.",
        Number(within=0.003),
        given="import math",
        right=("1 / math.tanh(1)",),
        slips=(
            instead("1.7159", "That goes with the 2/3. What is tanh(1) by itself?"),
            instead("math.tanh(1)", "That is tanh(1). By what must it be multiplied to give 1?"),
            instead("1", "tanh(1) is below 1."),
            instead("1.7159 * 2 / 3", "That is the slope of the paper's curve at 0. Put a = 1 into A tanh(a)."),
        ),
        why="1/tanh(1) = 1.313. Then the curve levels off at ±1.313, nearer to ±1 than the paper's ±1.7159, so it is "
        "flatter where the codes are.",
    ),
    Exercise(
        "codes-start",
        "How much quieter",
        "core",
        4,
        "A unit of C5 has 400 inputs. The paper starts its weights between ±2.4/F, PyTorch between ±1/√F, where F is "
        "the number of inputs. How many times as wide is PyTorch's range? "
        "One decimal is enough.",
        Number("times", within=0.05),
        right=("(1 / 400 ** 0.5) / (2.4 / 400)",),
        slips=(
            instead("2.4 / 400 * 400 ** 0.5", "That is the other way round: the paper's range over PyTorch's."),
            instead("400 ** 0.5", "The 2.4 belongs to the paper's range."),
            instead("400 ** 0.5 * 2.4", "The 2.4 makes the paper's range wider, so the two are nearer to each other."),
            instead("400 / 2.4", "PyTorch divides by the root of F."),
        ),
        same={
            "mine = 1 / 399 ** 0.5 / (2.4 / 400)": "One input in 400 changes nothing that one decimal shows.",
            "mine = 1 / 401 ** 0.5 / (2.4 / 400)": "One input in 400 changes nothing that one decimal shows.",
            "mine = 1 / 400 ** 0.5 / (2.4 / 399)": "One input in 400 changes nothing that one decimal shows.",
            "mine = 1 / 400 ** 0.5 / (2.4 / 401)": "One input in 400 changes nothing that one decimal shows.",
        },
        why="0.05 against 0.006: about 8.3 times. The paper has a method that takes large steps where the loss is "
        "flat, and can start so quietly.",
    ),
    Exercise(
        "codes-root",
        "√F or F?",
        "core",
        5,
        'The paper divides by F because "some units receive highly correlated signals", whose sum would grow like F, '
        "not like √F. As long as the weights are independent of each other and of the inputs, with mean zero: does "
        "correlation between the inputs change the mean square of a weighted sum, taken over the weights?",
        Choice(("no", "yes, it then grows like F²", "yes, it becomes smaller", "yes, it becomes 0")),
        right=("no",),
        slips=(
            instead(
                "yes, it then grows like F²",
                "That would happen if the weights had lined up with the inputs. At random their signs are mixed.",
            ),
            instead("yes, it becomes smaller", "Write the square of the sum out: which products survive the mean?"),
            instead("yes, it becomes 0", "The *mean* of the sum is 0 anyway. The question is about its square."),
        ),
        hints=("The mean of $w_i w_j$ is 0 for two different weights.",),
        why="The mean square of $\\sum_i w_i x_i$ over the weights is $\\sum_i x_i^2$ times the variance of a weight, "
        "however correlated the $x_i$ are. They make some units loud and others quiet, and leave the average as it is. "
        "So at the start the sums follow the √F rule, and a division by F makes them too quiet by √F.",
    ),
    Exercise(
        "codes-other-codes",
        "Other codes",
        "core",
        6,
        "```python\n"
        "from cnnlessons.networks.layers import RBF\n\n"
        "chance = torch.Generator().manual_seed(0)\n"
        "random = torch.randint(0, 2, (10, 84), generator=chance) * 2 - 1\n"
        "rows = tuple(map(tuple, random.tolist()))\n"
        'lenet5 = CATALOGUE["lenet5-1998"]\n'
        'other = build(lenet5.change(output_rbf=RBF("output_rbf", rows)))\n'
        'recipe = Recipe(epochs=6, lr=0.02, schedule="cosine", clip=5,\n'
        '                pixels="lecun1998")\n'
        "for epoch in fit(other, digits.train, digits.test, recipe):\n"
        "    print(epoch)\n"
        "draw.codes(random)\n"
        "```\n\n"
        "Run this behind the lesson's last cell: ten random codes in place of the drawn ones. How many of the 1,000 "
        "test digits are misread, compared with the 45 of the lesson?",
        Choice(("about as many", "nearly all", "more than three times as many", "hardly any")),
        right=("about as many",),
        slips=(
            instead("nearly all", "The network learns whatever targets it is given, if they differ between classes."),
            instead("more than three times as many", "Random codes are even further apart than the drawn ones."),
            instead("hardly any", "They are further apart, but that is not what these digits fail on."),
        ),
        hints=("What does the paper say about drawn codes for isolated digits?",),
        why="The errors come out much the same, and one seed cannot tell them apart. It is what the paper says: for "
        "isolated digits the drawn codes have no particular use. What is lost is the drawing: F6 returns nothing that "
        "you could read.",
    ),
    Exercise(
        "codes-refuse",
        "Let it refuse",
        "core",
        8,
        "The network may say “I can't read this” for some digits: those with the largest smallest penalty. Write "
        "`mine(penalties, labels, refused)`, which returns how many of the other digits are misread. `penalties` has "
        "the shape (N, 10), `labels` (N,).",
        Function(
            "[(p, y, 2), (p, y, 1), (p, y, 0), (p, y, 5), (p[:4], y[:4], 1), (p[1:4], y[1:4], 1)]",
        ),
        given=(
            "import torch\n\n"
            "p = torch.tensor([[20, 2, 7], [1, 8, 6], [5, 6, 4], [7, 3, 8], [9, 9, 8],\n"
            "                  [0, 5, 2.]])\n"
            "y = torch.tensor([0, 0, 1, 1, 2, 2])"
        ),
        start="def mine(penalties, labels, refused):\n    ...",
        right=(
            "def mine(penalties, labels, refused):\n"
            "    wrong = penalties.argmin(1) != labels\n"
            "    nearest = penalties.amin(1)\n"
            "    kept = nearest.argsort()[:len(labels) - refused]\n"
            "    return wrong[kept].sum().item()",
            "def mine(penalties, labels, refused):\n"
            "    smallest, answers = penalties.min(1)\n"
            "    order = smallest.argsort(descending=True)[refused:]\n"
            "    return int((answers[order] != labels[order]).sum())",
        ),
        slips=(
            edit("argsort()", "argsort(descending=True)", "This refuses the digits that were read most surely."),
            edit("penalties.argmin(1)", "penalties.argmax(1)", "The *smallest* penalty wins."),
            edit("penalties.amin(1)", "penalties.amax(1)", "A digit is doubtful if even its nearest code is far."),
            edit("wrong[kept].sum()", "wrong.sum()", "These are the errors on all digits, refused ones too."),
            edit("wrong[kept].sum()", "(~wrong[kept]).sum()", "These are the digits that are read right."),
        ),
        hints=("`penalties.amin(1)` is how far the nearest code is.", "Sort by it, and keep the front."),
        why="In the lesson's run, refusing 100 of 1,000 digits leaves only a handful of the 45 errors. A bank would "
        "like that. It is not the merit of the RBF alone: a softmax that may refuse gains much as well.",
    ),
    Exercise(
        "codes-margin",
        "How sure it is",
        "core",
        8,
        "Write `mine(x, codes)`: for F6's values `x` of shape (N, 84) and ten codes of shape (10, 84) it returns, for "
        "each of the N drawings, by how much the second smallest penalty is larger than the smallest.",
        Function("[(torch.randn(4, 84), marks), (marks[:3], marks), (torch.zeros(1, 84), marks * 2 + 0.1)]"),
        given="import torch\n\nmarks = torch.randint(0, 2, (10, 84)) * 2.0 - 1",
        start="def mine(x, codes):\n    ...",
        right=(
            "def mine(x, codes):\n"
            "    penalties = (x[:, None] - codes).square().sum(-1)\n"
            "    ordered = penalties.sort(1).values\n"
            "    return ordered[:, 1] - ordered[:, 0]",
            "def mine(x, codes):\n"
            "    two = torch.cdist(x, codes).square().topk(2, largest=False).values\n"
            "    return two[:, 1] - two[:, 0]",
        ),
        slips=(
            edit(".square()", ".abs()", "The output adds up *squares* of differences (eq. 7)."),
            edit("ordered[:, 1] - ordered[:, 0]", "ordered[:, -1] - ordered[:, 0]", "That is the worst rival."),
            edit("ordered[:, 1] - ordered[:, 0]", "ordered[:, 0]", "That is the smallest penalty by itself."),
            edit(
                "ordered[:, 1] - ordered[:, 0]",
                "ordered[:, -1] - ordered[:, -2]",
                "These are the two *largest* penalties. Small ones are near.",
            ),
        ),
        hints=("`x[:, None] - codes` has the shape (N, 10, 84).",),
        same={"penalties = (codes - x[:, None]).square().sum(-1)": "The square forgets the sign."},
        why="A small margin says that two codes are about equally near: the network is torn between two classes, as in "
        "the lesson's drawings of misread digits.",
    ),
    Exercise(
        "codes-further-apart",
        "Codes that lie further apart",
        "challenge",
        12,
        "In the paper's codes, 6 and 8 disagree in only 12 of 84 cells. Make ten codes, an array or a list of shape "
        "(10, 84) with entries of ±1, of which *every* two disagree in at least 34 cells. There are many solutions.",
        Meets(
            {
                "shape": "np.shape(mine)",
                "values": "str(sorted(set(np.unique(np.asarray(mine)).tolist())))",
                "nearest": "int(min((np.asarray(mine)[i] != np.asarray(mine)[j]).sum()"
                " for i in range(len(mine)) for j in range(i)))",
            },
            {
                "shape == (10, 84)": "Your answer has the shape {shape}; (10, 84) is wanted.",
                "values in ('[-1, 1]', '[-1.0, 1.0]')": "Its values are {values:.40}; −1 and 1 are wanted.",
                "nearest >= 34": "Two of your codes disagree in only {nearest} cells; at least 34 are wanted.",
            },
        ),
        given="import numpy as np",
        right=(
            "mine = []\n"
            "chance = np.random.default_rng(0)\n"
            "while len(mine) < 10:\n"
            "    code = chance.choice([-1, 1], 84)\n"
            "    if all((code != other).sum() >= 34 for other in mine):\n"
            "        mine.append(code)",
        ),
        slips=(
            edit(">= 34", ">= 0", "Ten codes by chance alone: some two of them are too near to each other."),
            edit("< 10", "< 9", "Your answer has the shape (9, 84); (10, 84) is wanted."),
            edit("[-1, 1]", "[0, 1]", "Its values are [0, 1]; −1 and 1 are wanted."),
        ),
        hints=("Two random codes disagree in about 42 cells. Throw a code away if it is too near to one you have.",),
        same={
            "code = chance.choice([1, -1], 84)": "The same two values, in another order.",
            "chance = np.random.default_rng(1)": "Other random codes do as well.",
            "if all(((code != other).sum() > 34 for other in mine)):": "Further apart than wanted is allowed.",
            "if all(((code != other).sum() >= 35 for other in mine)):": "Further apart than wanted is allowed.",
        },
        why="Random codes are mostly far enough apart; keeping only those that are does the rest. The drawn ones are "
        "nearer, since similar characters look alike: on purpose.",
    ),
)
