"""Exercises of "Measure distances: the output of 1998"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values

LESSON = "training/outputs-and-losses"

EXERCISES = (
    Exercise(
        "nearest-codes",
        "The nearest codes",
        "warm-up",
        3,
        "Of all pairs of LeNet-5's codes (84 cells of ±1) those of 6 and 8 are nearest: their squared distance is 48. "
        "In how many cells do they differ?",
        Number("cells"),
        right=("48 / 4",),
        slips=(
            instead("48", "What does one cell cost in which the codes differ?"),
            instead("48 / 2", "From −1 to 1 it is 2; that difference is squared."),
            instead("84 - 48 / 4", "That is how many cells are equal in both. In how many do they differ?"),
        ),
        hints=("Each cell in which they differ adds the same to the distance.",),
        why="Each such cell costs 4, so there are 12. The codes belong to a typeface for all printable characters, in "
        "which O, o and 0 are nearly equal on purpose, so that a later stage that knows the language can put a "
        "confusion right (LeCun et al. 1998, Sect. II-B).",
    ),
    Exercise(
        "squared-distances",
        "The ten penalties",
        "core",
        6,
        "Write LeNet-5's output layer: `mine(x, codes)` returns the squared distance of each drawing in `x` (images × "
        "cells) to each of the codes (classes × cells), as images × classes.",
        Function("[(torch.rand(3, 5), torch.rand(4, 5)), (torch.tensor([[0.5, -0.5]]), torch.tensor([[1.0, -1.0]]))]"),
        given="import torch",
        start="def mine(x, codes):\n    ...",
        right=(
            "def mine(x, codes):\n    return ((x[:, None, :] - codes) ** 2).sum(2)",
            "def mine(x, codes):\n    return torch.cdist(x, codes) ** 2",
            "def mine(x, codes):\n"
            "    rows = [(row - codes).square().sum(1) for row in x]\n"
            "    return torch.stack(rows)",
        ),
        slips=(
            edit(
                "((x[:, None, :] - codes) ** 2).sum(2)",
                "((x[:, None, :] - codes) ** 2).sum(2) ** 0.5",
                "That is the distance; the penalty is its square.",
            ),
            edit(
                "((x[:, None, :] - codes) ** 2)",
                "(x[:, None, :] - codes).abs()",
                "The differences are squared, not made positive.",
            ),
            edit(".sum(2)", ".sum(1)", "You add over the classes. The cells are the last axis."),
            edit(".sum(2)", ".mean(2)", "The penalty is a sum over the cells, not a mean."),
            edit("x[:, None, :] - codes", "x[None] - codes[:, None]", "Classes × images: the other way round."),
        ),
        hints=("`x[:, None, :]` has an axis of length 1 for the classes.",),
        same={"return ((codes - x[:, None, :]) ** 2).sum(2)": "The square of a difference has no sign."},
        why="In the last case the drawing is right and at half strength: 2 · 0.5² = 0.5. Single precision makes it "
        "worth while to compute the square as it is written, since the penalty is small just where it matters.",
    ),
    Exercise(
        "hidden-layer",
        "The layer that nobody wrote",
        "core",
        7,
        "Write `mine(codes)`: the pair (weight, bias) of a linear layer whose scores `F.linear(x, weight, bias)` are "
        "|x|² less the squared distances of x to the codes (classes × cells; any numbers, not only ±1).",
        Function("[(torch.tensor([[1.0, -1.0, 1.0], [1.0, 1.0, 1.0]]),), (torch.rand(4, 3),)]"),
        given="import torch",
        start="def mine(codes):\n    ...",
        right=("def mine(codes):\n    return 2 * codes, -(codes**2).sum(1)",),
        slips=(
            edit("2 * codes, ", "codes, ", "Expand the square again: the middle term has a factor."),
            edit("-(codes**2)", "(codes**2)", "A code of large numbers is farther away, so its score must be lower."),
            edit("codes**2", "codes", "The bias is made of squares, one for each cell."),
            edit("sum(1)", "sum(0)", "One bias for each class, not for each cell."),
        ),
        hints=("|x − w|² = |x|² − 2 w·x + |w|².",),
        why="The scores are 2 w·x − |w|². For codes of ±1 all biases are equal and decide nothing, and the largest "
        "score is the smallest distance.",
    ),
    Exercise(
        "share-of-rubbish",
        "The rubbish class",
        "core",
        6,
        "In the MAP criterion, rubbish is an eleventh candidate whose penalty is always `j`. Write `mine(d, j)`: its "
        "share $e^{-j}/(e^{-j} + \\sum_i e^{-y_i})$ for each row of the penalties `d` (images × classes).",
        Function("[(torch.tensor([[0.0, 50, 50], [1, 1, 30], [10, 22, 9]]), 1.0), (torch.tensor([[2.0, 3.0]]), 0.5)]"),
        given="import torch\nfrom math import exp",
        start="def mine(d, j):\n    ...",
        right=(
            "def mine(d, j):\n    return exp(-j) / (exp(-j) + (-d).exp().sum(1))",
            "def mine(d, j):\n"
            "    scores = torch.cat([d.new_full((len(d), 1), -j), -d], 1)\n"
            "    return scores.softmax(1)[:, 0]",
        ),
        slips=(
            edit(
                "exp(-j) / (exp(-j) + (-d).exp().sum(1))",
                "exp(-j) / (-d).exp().sum(1)",
                "Rubbish is one of the candidates: it belongs into the sum, too.",
            ),
            edit("(-d)", "d", "A large penalty is a bad candidate. Mind the sign."),
            edit("sum(1)", "sum(0)", "The candidates of one image share, not the images."),
            edit(
                "exp(-j) / (exp(-j) + (-d).exp().sum(1))",
                "1 - exp(-j) / (exp(-j) + (-d).exp().sum(1))",
                "That is the share of all ten digits together.",
            ),
        ),
        hints=("Read minus a penalty as a score; then it is a softmax over eleven classes.",),
        why="For images that are no digits it comes out near 100 %, but more than half of the digits are above one "
        "half as well: at j = 1 a quarter of a wrong cell is already as bad as rubbish. As a ranking it is nearly the "
        "smallest penalty again; j sets the level and would have to be chosen on held-back images.",
    ),
    Exercise(
        "push-and-pull",
        "Push and pull",
        "challenge",
        8,
        "An image of a 4 has the penalty 20 for class 4, 21 for class 9, and more than 1,000 for all others; j is 22. "
        "What are the derivatives of $E_\\text{MAP}$ with respect to $y_4$ and to $y_9$?",
        Values(("y4", "y9"), within=0.005),
        right=(
            "from math import exp\n"
            "total = exp(-20) + exp(-21) + exp(-22)\n"
            "mine = [1 - exp(-20) / total, -exp(-21) / total]",
        ),
        slips=(
            edit(" + exp(-22)", "", "Rubbish is a candidate as well: its penalty is j."),
            edit(
                "-exp(-21) / total",
                "exp(-21) / total",
                "A step downhill has to make the penalty of a wrong class *larger*.",
            ),
            instead("[1, 0]", "That is ML's answer, which only pulls."),
            edit("1 - exp(-20) / total", "exp(-20) / total", "Share less truth, and a penalty is minus a score."),
        ),
        hints=(
            "Which shares have class 4, class 9 and rubbish?",
            "The derivative of y_D itself is 1 for the right class.",
        ),
        why="The shares are 0.665, 0.245 and 0.09: a pull of 0.335 on class 4, a push of 0.245 on class 9. At j = 1 "
        "the pull would be 1 and the push nothing, for both are far beyond j. The paper: j “prevents the penalties of "
        "classes that are already very large from being pushed further up”.",
    ),
    Exercise(
        "two-losses",
        "Two losses",
        "core",
        4,
        "Two networks of 1998 with trained codes: one reports a test loss of 0.00002 (ML), the other 1.17 (MAP). What "
        "do these two numbers say about how many digits they read?",
        Choice(
            (
                "nothing: the two losses have other floors and other aims",
                "the first reads nearly all digits",
                "the second has a bug, for a loss has to approach 0",
                "the first overfits",
            )
        ),
        right=("nothing: the two losses have other floors and other aims",),
        slips=(
            instead("the first reads nearly all digits", "It is near its code. What if all ten codes are the same?"),
            instead(
                "the second has a bug, for a loss has to approach 0",
                "Rubbish is always a candidate, so this loss has a floor above 0.",
            ),
            instead("the first overfits", "It is a loss on test digits, so it is as low there."),
        ),
        hints=("Think of the cheapest way to be near one's code, if the codes may move.",),
        why="ML's codes have moved to one point, and every penalty is nearly 0 whatever the image shows. In the lesson "
        "it read fewer digits than MAP. Compare errors, or one loss for both.",
    ),
    Exercise(
        "which-output-doubts",
        "Which output doubts more?",
        "core",
        4,
        "An ordinary LeNet with a linear output, trained for 6 epochs with its own loss, gives 99 % to photos and "
        "noise, and about 75 % to negatives and shuffled digits. LeNet-5's distances, put through a softmax, give 100 "
        "% to all. Does that show that a linear output doubts more than distances do?",
        Choice(
            (
                "yes, since both saw the same images",
                "no, since it is another network with another loss as well",
                "no, since both are wrong about noise",
                "yes, since a linear output has a natural zero",
            )
        ),
        right=("no, since it is another network with another loss as well",),
        slips=(
            instead("yes, since both saw the same images", "What else differs between the two besides the output?"),
            instead(
                "no, since both are wrong about noise",
                "True, and they still differ. The question is what makes the difference.",
            ),
            instead(
                "yes, since a linear output has a natural zero",
                "It is the distance that has one; in scores it drops out.",
            ),
        ),
        hints=("An ablation changes one thing.",),
        why="It is not a comparison of outputs alone: layers, loss and length of training differ too. To ask about the "
        "output, change the output only, and train several of each.",
    ),
)
