"""Exercises of "Turn scores into shares: softmax"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "training/softmax"

EXERCISES = (
    Exercise(
        "warm-shares",
        "Warm shares",
        "warm-up",
        3,
        "Two classes have the scores 4 and 1. All scores are divided by a temperature of 2 before the softmax. How "
        "many times as large is the share of the first class then?",
        Number("times", within=0.02),
        right=("from math import exp\nmine = exp((4 - 1) / 2)",),
        slips=(
            instead("from math import exp\nmine = exp(4 - 1)", "That is the ratio without a temperature."),
            instead(
                "from math import exp\nmine = exp(2 * (4 - 1))", "Divide by the temperature: warm shares lie closer."
            ),
            instead("from math import exp\nmine = exp(4 - 1) / 2", "The scores are divided, not the ratio."),
            instead("4", "That would be a ratio of the scores themselves, without the exponential."),
        ),
        hints=("Softmax turns a difference of scores into a ratio of shares. What is the difference?",),
        why="The difference becomes 3/2, and e to the power 1.5 is 4.48. Without the temperature it would be 20.1.",
    ),
    Exercise(
        "softmax-that-holds",
        "A softmax that holds",
        "core",
        6,
        "Write `mine(z)`: softmax along the last axis of a tensor of any shape, without `softmax` or `log_softmax`. It "
        "has to hold for scores of a thousand.",
        Function(
            "[(torch.tensor([1.0, 2.0, 3.0]),), (torch.tensor([1000.0, 999.0, -1000.0]),),"
            " (torch.tensor([[1.0, 2.0], [3.0, 500.0]]),)]"
        ),
        given="import torch",
        start="def mine(z):\n    ...",
        right=(
            "def mine(z):\n    e = (z - z.amax(-1, keepdim=True)).exp()\n    return e / e.sum(-1, keepdim=True)",
            "def mine(z):\n    return (z - z.logsumexp(-1, keepdim=True)).exp()",
        ),
        slips=(
            edit(
                "(z - z.amax(-1, keepdim=True)).exp()",
                "z.exp()",
                "The exponential of 1,000 is infinite in single precision.",
            ),
            edit(
                "z.amax(-1, keepdim=True)",
                "z.max()",
                "In a row far below the largest score of all, every exponential is 0.",
            ),
            edit("e.sum(-1, keepdim=True)", "e.sum()", "All rows share one sum. The classes compete within a row."),
            edit(
                "e.sum(-1, keepdim=True)", "e.sum(0, keepdim=True)", "With axis 0 the images compete, not the classes."
            ),
        ),
        hints=("Only differences of scores count: what may you subtract from all of them?",),
        why="Adding a number to all scores of a row changes no share, so subtract the largest: then the largest "
        "exponential is 1, and nothing overflows.",
    ),
    Exercise(
        "lower-floor",
        "A lower floor",
        "core",
        5,
        "Network B of the lesson ends in a softmax over ten classes. Somebody multiplies its shares by 5 before "
        "PyTorch's cross-entropy. How low can the loss get now?",
        Number(within=0.002),
        right=("from math import exp, log\nmine = log(1 + 9 * exp(-5))",),
        slips=(
            instead("from math import exp, log\nmine = log(1 + 9 * exp(-1))", "That is the floor without the factor."),
            instead("0", "The second softmax still gives something to the nine others."),
            instead(
                "from math import exp, log\nmine = log(1 + 9 * exp(-1)) / 5", "The scores are multiplied, not the loss."
            ),
            instead(
                "from math import exp, log\nmine = log(1 + 10 * exp(-5))", "There are nine other classes, not ten."
            ),
        ),
        hints=("Which ten numbers does the best possible answer hand to the loss?",),
        why="The perfect answer is s for the right class and 0 for the K − 1 others: log(1 + (K − 1)·e⁻ˢ), here "
        "0.0589. From s = 6.8 on it is below 0.01. That repairs the floor; the first softmax is as flat as before.",
    ),
    Exercise(
        "looks-like-shares",
        "A guard",
        "core",
        6,
        "Write `mine(out)`, which says whether a batch of outputs (images × classes) looks like shares: in *every* row "
        "no number is negative, and the sum is 1 but for rounding.",
        Function(
            "[(torch.randn(4, 3).softmax(1),), (torch.eye(3)[[0, 2]],), (torch.randn(4, 3),),"
            " (torch.tensor([[0.5, 0.5], [1.5, -0.5]]),), (torch.tensor([[0.5, 0.5], [0.5, 0.6]]),),"
            " (torch.tensor([[0.2, 0.3, 0.5], [0.8, 0.7, 0.5]]),), (torch.tensor([[0.4, 0.5], [0.5, 0.6]]),),"
            " (torch.tensor([[0.5, 0.5000001]]),)]"
        ),
        given="import torch",
        start="def mine(out):\n    ...",
        right=(
            "def mine(out):\n"
            "    ones = torch.ones(len(out))\n"
            "    return bool((out >= 0).all() and torch.allclose(out.sum(1), ones))",
        ),
        slips=(
            edit("(out >= 0).all() and ", "", "1.5 and −0.5 add up to 1, too."),
            edit("(out >= 0).all()", "(out > 0).all()", "A share may be exactly 0."),
            edit(
                "torch.allclose(out.sum(1), ones)",
                "abs(out.sum() - len(out)) < 1e-4",
                "One row adds up to 0.9 and the other to 1.1; on average that is 1. Look at each row.",
            ),
            edit(
                "torch.allclose(out.sum(1), ones)",
                "(out.sum(1) == 1).all()",
                "Shares are rounded: 0.9999999 is not equal to 1, and is near enough.",
            ),
            edit("out.sum(1)", "out.sum(0)", "The sum over the images of a batch says nothing. Add over the classes."),
            instead(
                "def mine(out):\n    return bool((out >= 0).all() and (out <= 1).all())",
                "Numbers between 0 and 1 need not add up to 1.",
            ),
        ),
        hints=("Two conditions, and each has to hold in all rows.",),
        same={"return bool((out >= 0).all() and torch.allclose(ones, out.sum(1)))": "Near is near in both directions."},
        why="False for scores, True for shares. One `assert not` of it in front of `CrossEntropyLoss` would have "
        "caught the bug at the first batch.",
    ),
    Exercise(
        "gradient-of-a-batch",
        "The gradient of a batch",
        "core",
        6,
        "Write `mine(z, y)` without autograd: the gradient of `F.cross_entropy(z, y)`, the mean over a batch, with "
        "respect to the scores `z` (images × classes); `y` holds the right classes.",
        Function(
            "[(3 * torch.randn(4, 5), torch.tensor([0, 2, 4, 1])), (torch.zeros(2, 10), torch.tensor([3, 3])),"
            " (torch.tensor([[8.0, 0.0, 0.0]]), torch.tensor([1]))]"
        ),
        given="import torch\nimport torch.nn.functional as F",
        start="def mine(z, y):\n    ...",
        right=(
            "def mine(z, y):\n    return (z.softmax(1) - F.one_hot(y, z.shape[1])) / len(y)",
            "def mine(z, y):\n    p = z.softmax(1)\n    p[torch.arange(len(y)), y] -= 1\n    return p / len(y)",
        ),
        slips=(
            edit(" / len(y)", "", "That is the gradient for one image. The loss is a mean over the batch."),
            edit(
                "z.softmax(1) - F.one_hot(y, z.shape[1])",
                "F.one_hot(y, z.shape[1]) - z.softmax(1)",
                "The sign: a step *against* the gradient must raise the right score.",
            ),
            edit(
                "z.softmax(1) - F.one_hot(y, z.shape[1])",
                "z.softmax(1)",
                "The right class is missing: its share should have been 1.",
            ),
            edit("softmax(1)", "softmax(0)", "The classes of an image compete, not the images of a batch."),
            edit(
                "(z.softmax(1) - F.one_hot(y, z.shape[1])) / len(y)",
                "(z.softmax(1) - F.one_hot(y, z.shape[1])).mean(0)",
                "Each image has its own gradient: a row for each, divided by their number.",
            ),
        ),
        hints=("Share less truth, for every image.",),
        why="Share less truth, divided by the number of images. In the last case the network is sure of a wrong class: "
        "almost −1 for the right one and almost 1 for the wrong.",
    ),
    Exercise(
        "tenfold-step",
        "Ten times the step",
        "core",
        5,
        "With its softmax before the cross-entropy, B of the lesson starts with a tenth of A's slope. Somebody trains "
        "it with ten times the step size. What does that do?",
        Choice(
            (
                "it cures it, since ten times a tenth is 1",
                "it lowers the floor of the loss",
                "it shortens the slow start, and confident mistakes still have no gradient",
                "nothing, since the floor stays",
            )
        ),
        right=("it shortens the slow start, and confident mistakes still have no gradient",),
        slips=(
            instead(
                "it cures it, since ten times a tenth is 1",
                "It is a tenth where all shares are equal. Look at the lesson's figure of the gradient, farther right.",
            ),
            instead(
                "it lowers the floor of the loss", "The floor is what the best answer costs, however it was found."
            ),
            instead(
                "nothing, since the floor stays", "The floor stays, but a larger step gets away from the start sooner."
            ),
        ),
        hints=("By which factor is B's gradient smaller when a wrong class is 8 ahead?",),
        why="A larger step shortens the dead time. But the factor is a tenth only at the start; later the gradient "
        "vanishes for confident mistakes and not for the others, and no single step size makes up for that.",
    ),
    Exercise(
        "honest-temperature",
        "Make the promise true",
        "challenge",
        10,
        "Write `mine(scores, y)`: of the temperatures 0.5, 0.55, 0.6, … 2.95, the one that gives the least "
        "cross-entropy of the labels `y` for `scores` (images × classes) divided by it.",
        Function(
            "[(torch.tensor([[3.0, 0, 0]] * 10), torch.tensor([0] * 8 + [1, 2])),"
            " (torch.tensor([[0.3, 0, 0]] * 10), torch.tensor([0] * 9 + [1])),"
            " (torch.tensor([[30.0, 0, 0]] * 10), torch.tensor([0] * 8 + [1, 2])),"
            " (torch.tensor([[2.0, 0, 0], [0, 3, 1]]), torch.tensor([0, 2]))]"
        ),
        given="import torch\nimport torch.nn.functional as F",
        start="def mine(scores, y):\n    ...",
        right=(
            "def mine(scores, y):\n"
            "    grid = [t / 20 for t in range(10, 60)]\n"
            "    return min(grid, key=lambda t: F.cross_entropy(scores / t, y))",
        ),
        slips=(
            edit("scores / t", "scores * t", "A temperature divides the scores."),
            edit(
                "F.cross_entropy(scores / t, y)",
                "F.cross_entropy((scores / t).softmax(1), y)",
                "Softmax twice: `cross_entropy` wants scores.",
            ),
            edit(
                "F.cross_entropy(scores / t, y)",
                "((scores / t).argmax(1) != y).sum()",
                "A temperature changes no answer, so errors cannot choose one.",
            ),
            edit("min(grid", "max(grid", "That is the temperature with the *largest* loss."),
        ),
        hints=("`min(grid, key=…)` takes the one for which the key is smallest.",),
        why="A network that promises too much comes out above 1, one that promises too little below. The loss falls "
        "and the promise comes down to about what is kept; no answer changes. Choose it on held-back images.",
    ),
)
