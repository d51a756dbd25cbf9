"""Exercises of "Know the noise before you compare"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "training/noise-and-errors"

EXERCISES = (
    Exercise(
        "noise-which",
        "Which noise",
        "warm-up",
        2,
        "You have trained one network and will use exactly this one. You want to know how well it reads digits that "
        "it has never seen. What do you need more of?",
        Choice(("test digits", "seeds", "epochs", "validation splits")),
        right=("test digits",),
        slips=(
            instead("seeds", "Other seeds make other networks. The question is about this one."),
            instead("epochs", "That would change the network, and not say how good it is."),
            instead("validation splits", "A choice is made on those. Nothing is to be chosen here."),
        ),
        why="Seeds tell about a recipe, test digits about a network. To compare two recipes one needs both.",
    ),
    Exercise(
        "noise-fair-difference",
        "A fair difference",
        "core",
        4,
        "Two networks are tested on two *independent* sets of 5,000 images each, and both are wrong on about 4 %. How "
        "far apart may their measured errors lie by the luck of the images alone: what is the half width of the 95 % "
        "interval of the difference?",
        Number("points", within=0.006),
        right=("100 * 1.96 * (2 * 0.04 * 0.96 / 5000) ** 0.5",),
        slips=(
            instead("100 * 1.96 * (0.04 * 0.96 / 5000) ** 0.5", "That is one network. The other one is uncertain too."),
            instead(
                "2 * 100 * 1.96 * (0.04 * 0.96 / 5000) ** 0.5",
                "Half widths do not add. Variances do, so that two equal ones give a factor of √2.",
            ),
            instead(
                "100 * (2 * 0.04 * 0.96 / 5000) ** 0.5", "That is one standard deviation; 95 % takes 1.96 of them."
            ),
            instead(
                "100 * 1.96 * (0.04 * 0.96 / 10000) ** 0.5",
                "That is one network on both sets together. A difference is less certain than either, not more.",
            ),
        ),
        hints=("Variances of independent numbers add, for a difference too.",),
        same={
            "mine = 100 * 1.96 * (2 * 0.04 * 0.96 / 5001) ** 0.5": "One image in 5,000 changes nothing that counts.",
            "mine = 100 * 1.96 * (2 * 0.04 * 0.96 / 4999) ** 0.5": "One image in 5,000 changes nothing that counts.",
        },
        why="Each is uncertain by 0.54 points, the difference by √2 times that, 0.77. On 10,000 images each and at "
        "1 % it is 0.28 points: a published comparison of 98.9 and 99.1 % lies within that.",
    ),
    Exercise(
        "noise-how-many",
        "How many images",
        "core",
        4,
        "An error near 5 % is to be known to ± 0.5 points (95 % interval). How many test images does that take?",
        Number("images", within=8),
        right=("1.96**2 * 0.05 * 0.95 / 0.005**2",),
        slips=(
            edit("1.96**2 * ", "", "That is one standard deviation of 0.5 points; 95 % takes 1.96 of them."),
            edit("1.96**2", "1.96", "Solve the formula for n: everything outside the root is squared."),
            edit("0.05 * 0.95", "0.5 * 0.5", "That is enough for any error. One near 5 % is known with fewer images."),
            edit("0.005**2", "0.05**2", "0.5 points are 0.005, and not a twentieth."),
        ),
        hints=("Solve ± 1.96 √(p(1 − p)/n) for n.",),
        why="About 7,300. Half the width would take four times as many.",
    ),
    Exercise(
        "noise-zero-mistakes",
        "Zero mistakes",
        "challenge",
        6,
        "A network makes no mistake on 1,000 test images. The formula says ± 0, which cannot be. How large may its "
        "true error be, in per cent, so that 1,000 images without a mistake still have a probability of 5 %?",
        Number("%"),
        right=("100 * (1 - 0.05 ** (1 / 1000))", "100 * 3 / 1000"),
        slips=(
            instead("0", "A network that errs on one image in 5,000 would most often pass this test, too."),
            instead("100 * 1 / 1000", "One mistake in 1,000. A network like that passes in 37 of 100 cases, not in 5."),
            instead("5", "That is the probability of the event. The error of one image is asked."),
            instead("100 * 0.05 ** (1 / 1000)", "That is the share of right answers."),
        ),
        hints=("With an error of p, what is the probability of 1,000 right answers?",),
        same={
            "mine = 100 * (1 - 0.05 ** (1 / 1001))": "One image in a thousand changes it by less than half a per cent.",
            "mine = 100 * (1 - 0.05 ** (1 / 999))": "One image in a thousand changes it by less than half a per cent.",
        },
        why="(1 − p)¹⁰⁰⁰ = 0.05 gives 0.3 %: three divided by the number of images, the rule of three.",
    ),
    Exercise(
        "noise-confusion",
        "A confusion matrix",
        "core",
        6,
        "Write `mine(truth, answers, classes)`: a square table of `classes` rows and columns that counts in row *t*, "
        "column *a* how often an image of class *t* was answered with *a*. Both arguments are tensors of whole "
        "numbers.",
        Function(
            "[(torch.tensor([0, 0, 1, 2, 2]), torch.tensor([0, 1, 1, 0, 0]), 3),"
            " (torch.arange(40) % 4, torch.arange(40) % 3, 5)]"
        ),
        given="import torch",
        start="def mine(truth, answers, classes):\n    ...",
        right=(
            "def mine(truth, answers, classes):\n"
            "    counts = torch.zeros(classes, classes)\n"
            "    for t, a in zip(truth, answers):\n"
            "        counts[t, a] += 1\n"
            "    return counts",
            "def mine(truth, answers, classes):\n"
            "    cells = torch.bincount(truth * classes + answers, minlength=classes**2)\n"
            "    return cells.view(classes, classes)",
        ),
        slips=(
            edit("counts[t, a]", "counts[a, t]", "Rows are the truth, columns the answers."),
            edit("+= 1", "= 1", "A cell counts how often; yours says only whether."),
            edit(
                "zip(truth, answers):",
                "zip(truth, answers):\n        if t == a: continue",
                "Right answers belong on the diagonal.",
            ),
            edit(
                "return counts",
                "return counts / counts.sum(1, keepdim=True).clamp(min=1)",
                "Those are shares of a row. Counts are asked.",
            ),
        ),
        why="With the matrix one sees which digits are confused. It does not say how many different digits are behind "
        "a cell: five networks may all misread the same three.",
    ),
    Exercise(
        "noise-only-one",
        "On the same digits",
        "core",
        6,
        "On the *same* digits one can compare two networks better: digits that both read, or both misread, say "
        "nothing. "
        "Write `mine(first, second, truth)`, which gets the answers of both and the labels, and returns two numbers: "
        "how many digits only the first gets wrong, and how many only the second.",
        Function(
            "[(torch.tensor([1, 2, 3, 4, 5, 5]), torch.tensor([1, 0, 3, 0, 0, 4]), torch.tensor([1, 2, 0, 4, 5, 4])),"
            " (torch.arange(60) % 4, torch.arange(60) % 5, torch.arange(60) % 3)]"
        ),
        given="import torch",
        start="def mine(first, second, truth):\n    ...",
        right=(
            "def mine(first, second, truth):\n"
            "    a, b = first != truth, second != truth\n"
            "    return [int((a & ~b).sum()), int((b & ~a).sum())]",
        ),
        slips=(
            edit(
                "[int((a & ~b).sum()), int((b & ~a).sum())]",
                "[int(a.sum()), int(b.sum())]",
                "Those are all mistakes of each. Leave out the digits that both get wrong.",
            ),
            edit(
                "[int((a & ~b).sum()), int((b & ~a).sum())]",
                "[int((b & ~a).sum()), int((a & ~b).sum())]",
                "The two are the wrong way round: the first network's come first.",
            ),
            edit(
                "[int((a & ~b).sum()), int((b & ~a).sum())]",
                "[int((a & (first != second)).sum()), int((b & (first != second)).sum())]",
                "Two networks can disagree and both be wrong. Those digits say nothing either.",
            ),
        ),
        hints=("`a & ~b` is true where a is true and b is not.",),
        why="For the best and the worst of the lesson's five networks it is 29 against 46. A fair coin is at least so "
        "uneven in about 6 of 100 cases: not even these two can be told apart with 1,000 digits. And both come from "
        "the same recipe.",
    ),
    Exercise(
        "noise-vote",
        "A vote",
        "core",
        5,
        "Let several networks vote: add their softmax probabilities, and take the class with the largest sum. "
        "`mine(scores)` gets a tensor of networks × digits × classes, before any softmax, and returns an answer for "
        "each digit.",
        Function("[(6 * torch.rand(5, 40, 3),), (torch.randn(2, 50, 6) * torch.tensor([1.0, 8.0])[:, None, None],)]"),
        given="import torch",
        start="def mine(scores):\n    ...",
        right=("def mine(scores):\n    return scores.softmax(2).sum(0).argmax(1)",),
        slips=(
            edit(
                "scores.softmax(2).sum(0).argmax(1)",
                "scores.argmax(2).mode(0).values",
                "That is one vote per network, whatever its certainty. Add the probabilities.",
            ),
            edit(".softmax(2)", "", "Those are sums of scores. Turn each network's scores into probabilities first."),
            edit("softmax(2)", "softmax(0)", "The probabilities of a network over the *classes* add up to 1."),
            edit("sum(0)", "amax(0)", "That listens to the most certain network only. Add them all."),
        ),
        why="With the lesson's five networks the vote makes 57 mistakes, fewer than the best of the five: the mistakes "
        "that belong to a seed are outvoted. Those which all five make remain.",
    ),
)
